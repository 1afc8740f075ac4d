//! Settings: `config.toml` and the environment become values that know where they were set.
//!
//! Precedence: command line, environment, file, default. Only [`KEYS`] lists what can be set.

use std::path::{Path, PathBuf};

use crate::env::{self, Env};

/// Where a value comes from, for messages and `config list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File(PathBuf),
    Env(&'static str),
    Flag(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "option {name}"),
        }
    }
}

/// A value that remembers where it was set.
#[derive(Debug, Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// What a setting's text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A path; `~/` is the home directory.
    Path,
    /// A span of time: `14d`, `60s`, `8h`.
    Span,
    /// A whole number of at least 1.
    Count,
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text,
}

/// One thing that can be set.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// The environment variable that overrides the file, if there is one.
    pub(crate) variable: Option<&'static str>,
    /// `None` where the default depends on the machine, or where there is none.
    pub(crate) default: Option<&'static str>,
    pub(crate) help: &'static str,
}

/// Every setting, in the order in which `config list` shows them.
pub(crate) const KEYS: &[Key] = &[
    Key { name: "store", form: Form::Path, variable: Some(env::name::STORE), default: None, help: "path of the store" },
    Key {
        name: "key_file",
        form: Form::Path,
        variable: Some(env::name::KEY_FILE),
        default: None,
        help: "file that holds the store key",
    },
    Key {
        name: "connection",
        form: Form::Text,
        variable: Some(env::name::CONNECTION),
        default: None,
        help: "the connection to use when none is named",
    },
    Key { name: "max_wait", form: Form::Span, variable: None, default: Some("60s"), help: "how long to wait for a rate limit" },
    Key {
        name: "expiry_warning",
        form: Form::Span,
        variable: None,
        default: Some("7d"),
        help: "a token that ends sooner than this is pointed out",
    },
    Key {
        name: "max_token_age",
        form: Form::Span,
        variable: None,
        default: None,
        help: "a token without an end that is older than this is due",
    },
    Key { name: "audit_keep_events", form: Form::Count, variable: None, default: Some("5000"), help: "events kept in the trail" },
    Key {
        name: "strict",
        form: Form::Flag,
        variable: None,
        default: Some("false"),
        help: "never read with another installation of an app than the one on the repository's owner",
    },
    Key {
        name: "credential_quit",
        form: Form::Flag,
        variable: None,
        default: Some("false"),
        help: "where git gets no token although a connection is for its address, git asks no other helper and no person",
    },
    Key { name: "audit_keep_days", form: Form::Count, variable: None, default: Some("400"), help: "days that events are kept" },
    Key { name: "pager", form: Form::Text, variable: Some(env::name::PAGER), default: None, help: "program for long tables" },
];

/// What is wrong with one setting. The others can still be read, so that it can be mended.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Fault {
    #[error("there is no setting `{name}` (set by {origin})")]
    Unknown { name: String, nearest: Option<&'static str>, origin: Origin },
    #[error("`{value}` is not {expected} (`{name}`, set by {origin})")]
    Value { name: &'static str, value: String, expected: &'static str, origin: Origin },
}

/// Why the settings cannot be used (exit 2).
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the settings file `{}` cannot be {what}", path.display())]
    Io { path: PathBuf, what: &'static str, source: std::io::Error },
    #[error("the settings file `{}` is not TOML: {why}", path.display())]
    Toml { path: PathBuf, why: String },
    /// A name that was typed.
    #[error("there is no setting `{name}`")]
    Unknown { name: String, nearest: Option<&'static str> },
    /// A value that was typed.
    #[error("`{value}` is not {expected}, as `{name}` wants")]
    Value { name: &'static str, value: String, expected: &'static str },
    #[error("no home directory is known, so there is no place for {0}")]
    NoHome(&'static str),
}

/// The settings of this run.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    path: PathBuf,
    home: Option<PathBuf>,
    state: PathBuf,
    values: Vec<(&'static str, Setting<String>)>,
    faults: Vec<Fault>,
}

impl Config {
    /// Reads the file (a missing one is an empty one) and the environment.
    pub(crate) fn load(env: &Env) -> Result<Self, Error> {
        let path = match env.os(env::name::CONFIG) {
            Some(path) => PathBuf::from(path),
            None => dirs::config_dir().ok_or(Error::NoHome("settings"))?.join("gitconn").join("config.toml"),
        };
        let state = match env.os(env::name::STATE_DIR) {
            Some(path) => PathBuf::from(path),
            None => dirs::state_dir().or_else(dirs::data_local_dir).ok_or(Error::NoHome("the state directory"))?.join("gitconn"),
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(Error::Io { path, what: "read", source }),
        };
        let mut config = Self { home: dirs::home_dir(), state, values: Vec::new(), faults: Vec::new(), path };
        config.take_file(&text)?;
        for key in KEYS {
            if let Some(name) = key.variable
                && let Some(text) = env.text(name)
            {
                config.put(key, text, Origin::Env(name));
            }
        }
        Ok(config)
    }

    fn take_file(&mut self, text: &str) -> Result<(), Error> {
        let table: toml::Table =
            toml::from_str(text).map_err(|error| Error::Toml { path: self.path.clone(), why: error.message().to_owned() })?;
        let origin = Origin::File(self.path.clone());
        for (name, value) in &table {
            let text = match value {
                toml::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if let Some(key) = known(name) {
                self.put(key, &text, origin.clone());
            } else {
                let name = crate::model::clean(name).into_owned();
                self.faults.push(Fault::Unknown { nearest: nearest(&name), name, origin: origin.clone() });
            }
        }
        Ok(())
    }

    /// Takes a value. One that cannot be is a fault, and the one before it stays.
    fn put(&mut self, key: &'static Key, text: &str, origin: Origin) {
        if let Err(expected) = check(key, text) {
            let value = crate::model::clean(text).into_owned();
            self.faults.push(Fault::Value { name: key.name, value, expected, origin });
            return;
        }
        self.values.retain(|(name, _)| *name != key.name);
        self.values.push((key.name, Setting { value: text.to_owned(), origin }));
    }

    /// What is wrong with single settings.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether nothing is wrong: asked by everything but the commands that mend it.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub(crate) fn sound(&self) -> Result<(), Error> {
        self.faults.first().map_or(Ok(()), |fault| Err(fault.clone().into()))
    }

    /// The file, whether or not it exists.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where this machine keeps pins, locks and the spool.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// A setting's text, or `None` where it is not set and has no default.
    pub(crate) fn text(&self, key: &Key) -> Option<Setting<String>> {
        let set = self.values.iter().find(|(name, _)| *name == key.name).map(|(_, setting)| setting.clone());
        set.or_else(|| key.default.map(|value| Setting { value: value.to_owned(), origin: Origin::Default }))
    }

    /// A setting by name.
    ///
    /// # Errors
    ///
    /// `Error::Unknown` if there is none of this name.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Setting<String>>, Error> {
        Ok(self.text(key(name)?))
    }

    fn setting(&self, name: &'static str) -> Option<Setting<String>> {
        KEYS.iter().find(|key| key.name == name).and_then(|key| self.text(key))
    }

    /// The store: as set, else `store.age` in the data directory.
    pub(crate) fn store(&self, flag: Option<&Path>) -> Result<Setting<PathBuf>, Error> {
        if let Some(path) = flag {
            return Ok(Setting { value: path.to_owned(), origin: Origin::Flag("--store") });
        }
        if let Some(setting) = self.setting("store") {
            return Ok(Setting { value: self.expand(&setting.value), origin: setting.origin });
        }
        let directory = dirs::data_dir().ok_or(Error::NoHome("the store"))?;
        Ok(Setting { value: directory.join("gitconn").join("store.age"), origin: Origin::Default })
    }

    /// The key file, if one is set.
    pub(crate) fn key_file(&self, flag: Option<&Path>) -> Option<Setting<PathBuf>> {
        if let Some(path) = flag {
            return Some(Setting { value: path.to_owned(), origin: Origin::Flag("--key-file") });
        }
        let setting = self.setting("key_file")?;
        Some(Setting { value: self.expand(&setting.value), origin: setting.origin })
    }

    /// The connection to use when none is named.
    pub(crate) fn connection(&self) -> Option<Setting<String>> {
        self.setting("connection")
    }

    /// Whether only the installation on a repository's owner may be asked for it.
    pub(crate) fn is_strict(&self) -> bool {
        self.setting("strict").is_some_and(|setting| setting.value == "true")
    }

    /// Whether git is to stop where a connection is for an address and cannot serve it.
    pub(crate) fn ends_gits_search(&self) -> bool {
        self.setting("credential_quit").is_some_and(|setting| setting.value == "true")
    }

    /// How long to wait for a rate limit.
    pub(crate) fn max_wait(&self) -> std::time::Duration {
        self.setting("max_wait").and_then(|setting| parse_span(&setting.value)).unwrap_or(std::time::Duration::from_mins(1))
    }

    /// A token that ends sooner than this is pointed out.
    pub(crate) fn expiry_warning(&self) -> std::time::Duration {
        self.setting("expiry_warning")
            .and_then(|setting| parse_span(&setting.value))
            .unwrap_or(std::time::Duration::from_hours(168))
    }

    /// A token without an end that is older than this is due; `None` where nobody has set it.
    pub(crate) fn max_token_age(&self) -> Option<std::time::Duration> {
        self.setting("max_token_age").and_then(|setting| parse_span(&setting.value))
    }

    /// How much of the trail is kept: events, days.
    pub(crate) fn retention(&self) -> (u64, u32) {
        let text = |name| self.setting(name).map(|setting| setting.value).unwrap_or_default();
        (text("audit_keep_events").parse().unwrap_or(5000), text("audit_keep_days").parse().unwrap_or(400))
    }

    /// The pager, if one is set: `GITCONN_PAGER`, the file, then `PAGER`.
    pub(crate) fn pager(&self, env: &Env) -> Option<String> {
        self.setting("pager").map(|setting| setting.value).or_else(|| env.text(env::name::PAGER_FALLBACK).map(ToOwned::to_owned))
    }

    /// Writes a setting into the file, keeping its comments and order.
    pub(crate) fn set(&self, name: &str, value: &str) -> Result<(), Error> {
        let key = key(name)?;
        check(key, value).map_err(|expected| {
            let value = crate::model::clean(value).into_owned();
            Error::Value { name: key.name, value, expected }
        })?;
        self.edit(|document| {
            document[name] = match (key.form, value.parse::<i64>()) {
                (Form::Count, Ok(number)) => toml_edit::value(number),
                (Form::Flag, _) => toml_edit::value(value == "true"),
                _ => toml_edit::value(value),
            };
        })
    }

    /// Takes a setting out of the file, also one that there is not. Says whether it was there.
    pub(crate) fn unset(&self, name: &str) -> Result<bool, Error> {
        let mut found = false;
        self.edit(|document| found = document.remove(name).is_some())?;
        Ok(found)
    }

    fn edit(&self, change: impl FnOnce(&mut toml_edit::DocumentMut)) -> Result<(), Error> {
        let io = |what| move |source| Error::Io { path: self.path.clone(), what, source };
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(io("read")(source)),
        };
        let mut document: toml_edit::DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| Error::Toml { path: self.path.clone(), why: error.message().to_owned() })?;
        change(&mut document);
        let directory = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(directory).map_err(io("written"))?;
        let mut temporary = tempfile::NamedTempFile::new_in(directory).map_err(io("written"))?;
        std::io::Write::write_all(&mut temporary, document.to_string().as_bytes()).map_err(io("written"))?;
        temporary.as_file().sync_all().map_err(io("written"))?;
        temporary.persist(&self.path).map_err(|error| io("written")(error.error))?;
        Ok(())
    }

    fn expand(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        }
    }
}

fn known(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

fn key(name: &str) -> Result<&'static Key, Error> {
    known(name).ok_or_else(|| Error::Unknown { name: crate::model::clean(name).into_owned(), nearest: nearest(name) })
}

fn nearest(name: &str) -> Option<&'static str> {
    let distances = KEYS.iter().map(|key| (strsim::damerau_levenshtein(key.name, name), key.name));
    distances.filter(|(distance, _)| *distance <= 3).min().map(|(_, name)| name)
}

/// What is expected instead, if a text cannot be this setting's value.
fn check(key: &Key, text: &str) -> Result<(), &'static str> {
    match key.form {
        Form::Path if text.is_empty() => Err("a path"),
        Form::Span if parse_span(text).is_none() => Err("a span of time such as `14d` or `60s`"),
        Form::Count if !text.parse::<u32>().is_ok_and(|count| count > 0) => Err("a whole number from 1 to 4,294,967,295"),
        Form::Flag if !matches!(text, "true" | "false") => Err("`true` or `false`"),
        Form::Text if text.is_empty() => Err("a text"),
        _ => Ok(()),
    }
}

/// A span as a person writes it: `14d`, `8h`, `1h 30m`, `60s`; a week is 7 days, a day 24 hours. `None` if it is none, or negative.
pub(crate) fn parse_span(text: &str) -> Option<std::time::Duration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    std::time::Duration::try_from(duration).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn spans_are_friendly() {
        assert_eq!(parse_span("14d"), Some(Duration::from_hours(14 * 24)));
        assert_eq!(parse_span("1h 30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse_span("60s"), Some(Duration::from_mins(1)));
        assert_eq!(parse_span("2w"), Some(Duration::from_hours(14 * 24)));
        for bad in ["", "x", "-3d", "14"] {
            assert_eq!(parse_span(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn defaults_are_values_of_their_form() {
        for key in KEYS {
            if let Some(default) = key.default {
                check(key, default).unwrap();
            }
        }
    }

    #[test]
    fn environment_beats_file_and_remembers_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        let state = directory.path().join("state");
        let variables = |store: Option<&str>| {
            let mut variables = vec![("GITCONN_CONFIG", file.to_str().unwrap()), ("GITCONN_STATE_DIR", state.to_str().unwrap())];
            variables.extend(store.map(|store| ("GITCONN_STORE", store)));
            Env::from_variables(variables)
        };
        let config = Config::load(&variables(None)).unwrap();
        config.set("store", "/from/file").unwrap();
        config.set("audit_keep_events", "7").unwrap();
        let config = Config::load(&variables(None)).unwrap();
        assert_eq!(config.store(None).unwrap().value, PathBuf::from("/from/file"));
        assert_eq!(config.retention(), (7, 400));
        let config = Config::load(&variables(Some("/from/env"))).unwrap();
        let store = config.store(None).unwrap();
        assert_eq!((store.value, store.origin), (PathBuf::from("/from/env"), Origin::Env("GITCONN_STORE")));
        assert_eq!(config.store(Some(Path::new("/flag"))).unwrap().origin, Origin::Flag("--store"));
        assert!(matches!(config.set("stor", "x"), Err(Error::Unknown { nearest: Some("store"), .. })));
        assert!(matches!(config.set("max_wait", "soon"), Err(Error::Value { .. })));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a settings file as a person's editor leaves it")]
    fn one_bad_setting_leaves_the_others_readable() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        std::fs::write(&file, "bogus = 1\nmax_wait = \"soon\"\nstore = \"/s\"\n").unwrap();
        let config = Config::load(&Env::from_variables([("GITCONN_CONFIG", &file), ("GITCONN_STATE_DIR", &file)])).unwrap();
        assert_eq!(config.faults().len(), 2);
        assert!(matches!(config.sound(), Err(Error::Fault(Fault::Unknown { .. }))));
        assert_eq!(config.store(None).unwrap().value, PathBuf::from("/s"));
        assert!(config.unset("bogus").unwrap() && config.unset("max_wait").unwrap() && !config.unset("bogus").unwrap());
        config.set("audit_keep_days", "10000000").unwrap();
        assert!(config.set("audit_keep_days", "99999999999").is_err());
    }
}
