//! The options that say which GitHub App is meant, and where its private key comes from.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::Failure;
use super::{token_input, words};
use crate::model::{ProviderId, clean, shell_word};
use crate::ops::apps::connect::{self, Wanted};
use crate::ops::apps::create;
use crate::secret::Secret;

/// Where a private key comes from.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_field_names, reason = "they name the options")]
pub(super) struct KeyArgs {
    /// Read the app's private key (PEM) from this file
    #[arg(long, value_name = "FILE")]
    private_key_file: Option<PathBuf>,
    /// Read the app's private key from stdin
    #[arg(long)]
    private_key_stdin: bool,
    /// Read the app's private key from this environment variable
    #[arg(long, value_name = "VAR")]
    private_key_env: Option<String>,
}

impl KeyArgs {
    /// Whether the command line says where the key comes from.
    pub(super) fn is_given(&self) -> bool {
        self.private_key_file.is_some() || self.private_key_stdin || self.private_key_env.is_some()
    }

    /// Takes the key from where the command line says, or `None` if it does not. A file that others can read is warned of.
    pub(super) fn read(&self, context: &Context<'_>) -> Result<Option<KeyText>, Failure> {
        let text = if self.private_key_stdin {
            token_input::lines_from_stdin("private key", context)?
        } else if let Some(path) = &self.private_key_file {
            return KeyText::from_file(path, context).map(Some);
        } else if let Some(name) = &self.private_key_env {
            token_input::from_variable(name, "private key", context)?
        } else {
            return Ok(None);
        };
        Ok(Some(KeyText { text, origin: KeyOrigin(None) }))
    }
}

/// A private key as it was read.
pub(super) struct KeyText {
    pub(super) text: Secret,
    pub(super) origin: KeyOrigin,
}

/// The file that a private key was read from, if it was one.
#[derive(Debug, Default)]
pub(super) struct KeyOrigin(Option<PathBuf>);

impl KeyText {
    fn from_file(path: &Path, context: &Context<'_>) -> Result<Self, Failure> {
        let text = token_input::from_file(path, "private key")?;
        if is_open_to_others(path) {
            let file = path.display().to_string();
            context.out.warn(&format!("others can read `{}`", clean(&file)));
            context.out.hint(&format!("chmod 600 {}", shell_word(&file)));
        }
        // A pipe has nothing to delete.
        let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        Ok(Self { text, origin: KeyOrigin(is_file.then(|| path.to_owned())) })
    }

    /// Asks for the file that holds the key.
    pub(super) fn asked(context: &Context<'_>) -> Result<Self, Failure> {
        let path = context.prompt.line("the file with its private key", "--private-key-file FILE")?;
        if path.is_empty() { Err(Failure::interrupted()) } else { Self::from_file(Path::new(&path), context) }
    }
}

impl KeyOrigin {
    /// Says that nobody needs the file any more. Only for a key whose save the disk has confirmed.
    pub(super) fn say_kept(&self, context: &Context<'_>) {
        if let Some(path) = &self.0 {
            let file = path.display().to_string();
            context.out.note(&format!("the store has the key now: `{}` may be deleted", clean(&file)));
        }
    }
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// A GitHub App that exists, or one that is to be made.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "GitHub App", mut_group("KeyArgs", |group| group.requires("app")))]
pub(super) struct AppArgs {
    /// Connect a GitHub App by its id and private key
    #[arg(
        long,
        conflicts_with_all = [
            "stdin", "file", "variable", "oauth", "device", "no_browser", "port", "scopes", "offline", "force", "expires_at", "email", "workspace", "org",
            "permissions", "webhook_url", "public",
        ]
    )]
    app: bool,
    /// The app's number, as its page shows it
    #[arg(long, value_name = "ID", requires = "app", conflicts_with = "client_id")]
    app_id: Option<u64>,
    /// The app's client id, as its page shows it: `Iv23li…`
    #[arg(long, value_name = "ID", requires = "app")]
    client_id: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
    /// Take in only this installation of the app; may be given several times. Otherwise all of them, also later ones
    #[arg(long = "installation-id", value_name = "ID", requires = "app")]
    installation_ids: Vec<u64>,
    /// Make a GitHub App in the browser, and connect it: its key goes straight into the store
    #[arg(
        long,
        conflicts_with_all = [
            "app", "app_id", "client_id", "installation_ids", "private_key_file", "private_key_stdin", "private_key_env", "stdin",
            "file", "variable", "oauth", "device", "port", "scopes", "offline", "force", "expires_at", "email", "workspace",
        ]
    )]
    create_app: bool,
    /// With --create-app: the organisation that it is to belong to, instead of yourself
    #[arg(long, value_name = "ORG", requires = "create_app")]
    org: Option<String>,
    /// With --create-app: a permission beyond `contents=read` and `metadata=read`; may be given several times
    #[arg(long = "permission", value_name = "NAME=LEVEL", value_parser = words::parse_permission, requires = "create_app")]
    permissions: Vec<(String, String)>,
    /// With --create-app: where its events go; the secret that signs them is kept in the store
    #[arg(long, value_name = "URL", requires = "create_app")]
    webhook_url: Option<String>,
    /// With --create-app: let other accounts install it too
    #[arg(long, requires = "create_app")]
    public: bool,
}

impl AppArgs {
    /// Whether an app that exists is meant.
    pub(super) fn is_given(&self) -> bool {
        self.app
    }

    /// Refuses an option that means nothing without `--app` or `--create-app`. The grammar asks for those too, but not beside an option that they
    /// contradict.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let of_app = [
            (self.app_id.is_some(), "--app-id"),
            (self.client_id.is_some(), "--client-id"),
            (!self.installation_ids.is_empty(), "--installation-id"),
            (self.key.private_key_file.is_some(), "--private-key-file"),
            (self.key.private_key_stdin, "--private-key-stdin"),
            (self.key.private_key_env.is_some(), "--private-key-env"),
        ];
        let of_new = [
            (self.org.is_some(), "--org"),
            (!self.permissions.is_empty(), "--permission"),
            (self.webhook_url.is_some(), "--webhook-url"),
            (self.public, "--public"),
        ];
        let stray = |options: &[(bool, &'static str)]| options.iter().find(|(is_given, _)| *is_given).map(|(_, name)| *name);
        let stray = match (stray(&of_app), stray(&of_new)) {
            (Some(option), _) if !self.app => (option, "--app"),
            (_, Some(option)) if !self.create_app => (option, "--create-app"),
            _ => return Ok(()),
        };
        Err(Failure::usage(format!("{} needs {}", stray.0, stray.1)).hint("gitconn connect --help"))
    }

    /// The option that was typed for that, or for making one.
    pub(super) fn option(&self) -> Option<&'static str> {
        if self.app { Some("--app") } else { self.create_app.then_some("--create-app") }
    }

    /// What is to be made, if an app is.
    pub(super) fn to_create(&self) -> Result<Option<create::Wanted>, Failure> {
        if !self.create_app {
            return Ok(None);
        }
        Ok(Some(create::Wanted {
            organization: self.org.clone(),
            permissions: words::permissions(&self.permissions)?,
            webhook: self.webhook_url.as_deref().map(words::webhook).transpose()?,
            is_public: self.public,
        }))
    }

    /// Which app, with its key, and where that came from: what is not typed is asked for.
    pub(super) fn wanted(&self, provider: ProviderId, context: &Context<'_>) -> Result<(Wanted, KeyOrigin), Failure> {
        let issuer = match (&self.client_id, self.app_id) {
            (Some(id), _) => id.trim().to_owned(),
            (None, Some(id)) => id.to_string(),
            (None, None) => context.prompt.line("the app's client id, or its number", "--client-id ID")?,
        };
        if issuer.is_empty() {
            return Err(Failure::interrupted());
        }
        let KeyText { text, origin } = self.key.read(context)?.map_or_else(|| KeyText::asked(context), Ok)?;
        let key = connect::key(provider, &text)?;
        let mut only = Vec::new();
        for id in &self.installation_ids {
            if !only.contains(id) {
                only.push(*id);
            }
        }
        Ok((Wanted { issuer, key, only }, origin))
    }
}
