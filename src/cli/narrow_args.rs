//! The options that say which token of a GitHub App is meant.

use super::failure::Failure;
use super::words;
use crate::model::{RepositoryPath, shell_word};
use crate::ops::apps::token::Asked;
use crate::ops::{AppError, Error};

/// Which token of an app.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "GitHub App")]
pub(super) struct NarrowArgs {
    /// A token for this repository only; may be given several times
    #[arg(long = "repo", value_name = "OWNER/NAME", value_parser = parse_path, conflicts_with = "installation")]
    repositories: Vec<RepositoryPath>,
    /// A token with this permission only; may be given several times
    #[arg(long = "permission", value_name = "NAME=LEVEL", value_parser = words::parse_permission)]
    permissions: Vec<(String, String)>,
    /// The installation on this account, or of this number
    #[arg(long, value_name = "ACCOUNT")]
    installation: Option<String>,
    /// A token of its own instead of the shared one
    #[arg(long)]
    fresh: bool,
}

fn parse_path(text: &str) -> Result<RepositoryPath, String> {
    let path = RepositoryPath::new(text).filter(|path| path.segments().count() == 2);
    path.ok_or_else(|| "a repository is named `owner/name`".to_owned())
}

impl NarrowArgs {
    /// What was typed.
    pub(super) fn asked(&self) -> Result<Asked, Failure> {
        Ok(Asked {
            installation: self.installation.clone(),
            repositories: self.repositories.clone(),
            permissions: words::permissions(&self.permissions)?,
            fresh: self.fresh,
        })
    }

    /// The first repository that was named.
    pub(super) fn repository(&self) -> Option<&RepositoryPath> {
        self.repositories.first()
    }

    /// One of several installations is named by adding to what was typed.
    pub(super) fn explained(&self, error: Error) -> Failure {
        let accounts = match &error {
            Error::App(app) => match &**app {
                AppError::WhichInstallation { accounts, .. } if self.installation.is_none() => accounts,
                _ => return error.into(),
            },
            _ => return error.into(),
        };
        let account = accounts.first().map(|account| shell_word(account).into_owned()).unwrap_or_default();
        Failure::from(error).again(format!("--installation {account}"), "for example")
    }
}
