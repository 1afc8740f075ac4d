//! The rows of a list of connections: TOML with `[[connection]]`, or a JSON object a line. A value that could be a token is never repeated.

use std::path::PathBuf;

use jiff::Timestamp;

use super::super::{said_args, words};
use crate::model::{HostUrl, Name, ProviderId, clean};

/// What a row may say.
const KEYS: [&str; 16] = [
    "provider",
    "name",
    "host",
    "api_url",
    "description",
    "tags",
    "expires_at",
    "email",
    "workspace",
    "ca_file",
    "client_cert",
    "allow_http",
    "offline",
    "force",
    "token_env",
    "token_file",
];
/// Keys under which somebody would write the token itself.
const TELLING: [&str; 8] = ["token", "password", "secret", "pat", "access_token", "oauth_token", "private_token", "credential"];

/// One connection that is to be made, as it is written.
#[derive(Debug)]
pub(super) struct Row {
    /// From 1.
    number: usize,
    pub(super) provider: ProviderId,
    pub(super) name: Option<Name>,
    pub(super) host: Option<String>,
    pub(super) api_url: Option<HostUrl>,
    pub(super) description: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) email: Option<String>,
    pub(super) workspace: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) client_cert: Option<PathBuf>,
    pub(super) allow_http: bool,
    pub(super) offline: bool,
    pub(super) force: bool,
    pub(super) token_env: Option<String>,
    pub(super) token_file: Option<PathBuf>,
}

impl Row {
    /// How messages name it.
    pub(super) fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("row {} (`{name}`)", self.number),
            None => format!("row {}", self.number),
        }
    }
}

/// A value, whichever of the two it came from.
enum Value {
    Text(String),
    List(Vec<String>),
    Flag(bool),
    Other,
}

type Pairs = Vec<(String, Value)>;

/// What is wrong with a row, and how messages name it.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) row: String,
    pub(super) why: String,
}

/// Reads all rows, each sound by itself or not.
///
/// # Errors
///
/// Why it is no list at all, in words.
pub(super) fn parse(text: &str) -> Result<Vec<Result<Row, Wrong>>, String> {
    let tables = if text.trim_start().starts_with('{') { ndjson(text)? } else { toml(text)? };
    let numbered = tables.into_iter().zip(1..);
    Ok(numbered.map(|(pairs, number)| row(number, pairs).map_err(|why| Wrong { row: format!("row {number}"), why })).collect())
}

fn ndjson(text: &str) -> Result<Vec<Pairs>, String> {
    let mut rows = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        // What the parser says may hold a piece of the line.
        let Ok(serde_json::Value::Object(pairs)) = serde_json::from_str(line) else {
            return Err(format!("line {}: it is no JSON object (one stands on each line)", at + 1));
        };
        rows.push(pairs.into_iter().map(|(key, value)| (key, of_json(value))).collect());
    }
    Ok(rows)
}

fn of_json(value: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::String(text) => Value::Text(text),
        Json::Bool(flag) => Value::Flag(flag),
        Json::Array(items) => {
            let texts: Option<Vec<String>> =
                items.into_iter().map(|item| if let Json::String(text) = item { Some(text) } else { None }).collect();
            texts.map_or(Value::Other, Value::List)
        }
        Json::Null | Json::Number(_) | Json::Object(_) => Value::Other,
    }
}

fn toml(text: &str) -> Result<Vec<Pairs>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        format!("line {line}: it is neither TOML nor a JSON object")
    })?;
    let mut rows = Vec::new();
    for (key, value) in table {
        let toml::Value::Array(tables) = value else { return Err(stray(&key)) };
        if key != "connection" {
            return Err(stray(&key));
        }
        for table in tables {
            let toml::Value::Table(pairs) = table else { return Err(stray(&key)) };
            rows.push(pairs.into_iter().map(|(key, value)| (key, of_toml(value))).collect());
        }
    }
    Ok(rows)
}

fn stray(key: &str) -> String {
    format!("`{}` stands outside a connection: each begins with `[[connection]]`", shown(key))
}

fn of_toml(value: toml::Value) -> Value {
    use toml::Value as Toml;
    match value {
        Toml::String(text) => Value::Text(text),
        Toml::Boolean(flag) => Value::Flag(flag),
        Toml::Datetime(moment) => Value::Text(moment.to_string()),
        Toml::Array(items) => {
            let texts: Option<Vec<String>> =
                items.into_iter().map(|item| if let Toml::String(text) = item { Some(text) } else { None }).collect();
            texts.map_or(Value::Other, Value::List)
        }
        Toml::Integer(_) | Toml::Float(_) | Toml::Table(_) => Value::Other,
    }
}

/// A key as it may be shown: it could be a token that stands in the wrong place.
fn shown(key: &str) -> String {
    crate::ops::redact(&clean(key).chars().take(40).collect::<String>()).into_owned()
}

fn row(number: usize, pairs: Pairs) -> Result<Row, String> {
    let mut fields = Fields(pairs);
    fields.check()?;
    let provider = fields.text("provider")?.ok_or("`provider` is missing")?;
    let known = ProviderId::ALL.iter().find(|known| known.id() == provider.to_lowercase());
    let provider = *known.ok_or_else(|| {
        let ids: Vec<&str> = ProviderId::ALL.iter().map(|known| known.id()).collect();
        format!("`provider` is none of {}", ids.join(", "))
    })?;
    let in_words = |key: &str, why: &dyn std::fmt::Display| format!("`{key}`: {why}");
    let name = fields.text("name")?.map(|name| Name::new(&name)).transpose().map_err(|why| in_words("name", &why))?;
    let api_url = fields.text("api_url")?.map(|url| HostUrl::parse(&url)).transpose().map_err(|why| in_words("api_url", &why))?;
    let moment = fields.text("expires_at")?.map(|date| words::parse_date(&date)).transpose();
    let email = fields.text("email")?.map(|email| said_args::parse_email(&email)).transpose();
    let workspace = fields.text("workspace")?.map(|name| said_args::parse_workspace(&name)).transpose();
    let tags = fields.list("tags")?.iter().map(|tag| words::parse_tag(tag)).collect::<Result<Vec<_>, _>>();
    Ok(Row {
        number,
        provider,
        name,
        host: fields.text("host")?,
        api_url,
        description: fields.text("description")?.map(|text| clean(&text).into_owned()),
        tags: tags.map_err(|why| in_words("tags", &why))?,
        expires_at: moment.map_err(|why| in_words("expires_at", &why))?,
        email: email.map_err(|why| in_words("email", &why))?,
        workspace: workspace.map_err(|why| in_words("workspace", &why))?,
        ca_file: fields.text("ca_file")?.map(PathBuf::from),
        client_cert: fields.text("client_cert")?.map(PathBuf::from),
        allow_http: fields.flag("allow_http")?,
        offline: fields.flag("offline")?,
        force: fields.flag("force")?,
        token_env: fields.text("token_env")?,
        token_file: fields.text("token_file")?.map(PathBuf::from),
    })
}

/// What a row says, taken one by one.
struct Fields(Pairs);

impl Fields {
    /// Refuses keys that mean nothing, and a token that stands there itself.
    fn check(&self) -> Result<(), String> {
        const INSTEAD: &str = "name a variable (`token_env`) or a file (`token_file`) that holds it";
        let mut unknown = Vec::new();
        for (key, value) in &self.0 {
            if TELLING.contains(&key.to_lowercase().replace('-', "_").as_str()) {
                return Err(format!("`{}` would hold the token itself: {INSTEAD}", shown(key)));
            }
            let texts: &[String] = match value {
                Value::Text(text) => std::slice::from_ref(text),
                Value::List(texts) => texts,
                Value::Flag(_) | Value::Other => &[],
            };
            let secret = [key]
                .into_iter()
                .chain(texts)
                .find_map(|text| crate::ops::secret_in(text).or_else(|| crate::ops::secret_as(text)));
            if let Some(what) = secret {
                return Err(format!("`{}` holds {what}: {INSTEAD}", shown(key)));
            }
            if !KEYS.contains(&key.as_str()) {
                let near = KEYS.iter().min_by_key(|known| strsim::damerau_levenshtein(known, key));
                let near = near.filter(|known| strsim::damerau_levenshtein(known, key) <= 3);
                let meant = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                unknown.push(format!("`{}` is not known{meant}", shown(key)));
            }
        }
        if unknown.is_empty() { Ok(()) } else { Err(unknown.join(", ")) }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.swap_remove(at).1)
    }

    fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Text(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(Value::Text(_)) => Err(format!("`{key}` is empty")),
            Some(_) => Err(format!("`{key}` is a text")),
        }
    }

    fn list(&mut self, key: &str) -> Result<Vec<String>, String> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::List(texts)) => Ok(texts),
            Some(_) => Err(format!("`{key}` is a list of texts")),
        }
    }

    fn flag(&mut self, key: &str) -> Result<bool, String> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Flag(flag)) => Ok(flag),
            Some(_) => Err(format!("`{key}` is true or false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Row, Wrong};

    /// All rows, or the first fault.
    fn parse(text: &str) -> Result<Vec<Row>, String> {
        let rows: Result<Vec<Row>, Wrong> = super::parse(text)?.into_iter().collect();
        rows.map_err(|Wrong { row, why }| format!("{row}: {why}"))
    }

    #[test]
    fn both_forms_say_the_same() {
        let toml = "# mine\n[[connection]]\nprovider = \"gitlab\"\nname = \"ops\"\nhost = \"git.acme.com\"\ntags = [\"a\", \"b\"]\nexpires_at = 2027-02-14\ntoken_env = \"T\"\n";
        let ndjson = "{\"provider\":\"gitlab\",\"name\":\"ops\",\"host\":\"git.acme.com\",\"tags\":[\"a\",\"b\"],\"expires_at\":\"2027-02-14\",\"token_env\":\"T\"}\n\n";
        assert_eq!(format!("{:?}", parse(toml).unwrap()), format!("{:?}", parse(ndjson).unwrap()));
        let rows = parse(toml).unwrap();
        assert_eq!((rows.len(), rows[0].label().as_str()), (1, "row 1 (`ops`)"));
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_and_never_a_token() {
        let token = ["ghp_", "0123456789ABCDEFGHIJabcdefghij4Us3aw"].concat();
        for (text, words) in [
            (
                format!("[[connection]]\nprovider = \"github\"\ntoken = \"{token}\"\n"),
                "row 1: `token` would hold the token itself",
            ),
            (
                format!("[[connection]]\nprovider = \"github\"\ndescription = \"x {token}\"\n"),
                "row 1: `description` holds a GitHub token",
            ),
            (
                format!("[[connection]]\nprovider = \"github\"\ntoken_env = \"{token}\"\n"),
                "row 1: `token_env` holds a GitHub token",
            ),
            (format!("[[connection]]\nprovider = {token}\n"), "line 2: it is neither TOML"),
            (format!("{{\"provider\":\"github\"}}\n{{\"Password\": \"{token}\"}}\n"), "row 2: `Password` would hold"),
            (format!("{{\"provider\":\"github\", {token}\n"), "line 1: it is no JSON object"),
            (format!("{{\"{token}\":1}}"), "holds a GitHub token"),
            ("provider = \"github\"\n".to_owned(), "stands outside a connection"),
            ("[[connections]]\nprovider = \"github\"\n".to_owned(), "stands outside a connection"),
            ("[[connection]]\nname = \"x\"\n".to_owned(), "`provider` is missing"),
            ("[[connection]]\nprovider = \"svn\"\n".to_owned(), "none of github"),
            ("[[connection]]\nprovider = \"github\"\ntoken_evn = \"X\"\n".to_owned(), "did you mean `token_env`?"),
            (
                "[[connection]]\nprovider = \"github\"\ntoken_evn = \"X\"\nzzzzzzzzzz = 1\n".to_owned(),
                "(did you mean `token_env`?), `zzzzzzzzzz` is not known",
            ),
            ("[[connection]]\nprovider = \"github\"\ntags = \"a\"\n".to_owned(), "`tags` is a list of texts"),
            ("[[connection]]\nprovider = \"github\"\nexpires_at = \"soon\"\n".to_owned(), "`expires_at`: not a date"),
            ("[[connection]]\nprovider = \"github\"\nname = \"a/b\"\n".to_owned(), "`name`: "),
        ] {
            let why = parse(&text).unwrap_err();
            assert!(why.contains(words) && !why.contains(&token[4..]), "{why:?}, not {words:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(\\[\\[connection\\]\\]\n|provider = \"github\"\n|\\{\"provider\":|\"|[a-z_=\\[\\]{}:,\n ]{0,8}){0,12}") {
            let _ = parse(&text);
        }
    }
}
