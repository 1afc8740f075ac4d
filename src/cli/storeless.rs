//! The options of commands that can do without a store: a token from the environment, and what says where it goes.

use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::said_args::{parse_email, parse_workspace};
use super::token_input;
use crate::model::ProviderId;
use crate::ops::Said;
use crate::ops::backing::{Backing, Loosely, Stored};

/// A token from the environment in place of a store.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Without a store")]
pub(super) struct StorelessArgs {
    /// Use the token in this environment variable, such as `GITHUB_TOKEN` or `CI_JOB_TOKEN`, and no store: none is opened or made, and nothing is kept. Where it goes is said
    /// by --host, or by what a pipeline has in its environment (`GITHUB_SERVER_URL`, `CI_SERVER_URL`)
    #[arg(long, value_name = "VAR")]
    token_env: Option<String>,
    /// Where the host's API is, if not at its usual address
    #[arg(long, value_name = "URL", requires = "token_env")]
    api_url: Option<String>,
    /// Trust these certificates too (PEM)
    #[arg(long, value_name = "FILE", requires = "token_env")]
    ca_file: Option<PathBuf>,
    /// E-mail address of the account that a Bitbucket API token belongs to
    #[arg(long, value_name = "ADDRESS", value_parser = parse_email, requires = "token_env")]
    email: Option<String>,
    /// Workspace that owns a Bitbucket token
    #[arg(long, value_name = "WORKSPACE", value_parser = parse_workspace, requires = "token_env")]
    workspace: Option<String>,
}

/// Where a token from the environment goes, for commands that choose no connections by it.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Without a store")]
pub(super) struct WhereArgs {
    /// The host that the token is for
    #[arg(long, value_name = "HOST", requires = "token_env")]
    pub(super) host: Option<String>,
    /// The provider whose API the host speaks, where its name does not tell
    #[arg(long, value_enum, value_name = "PROVIDER", requires = "token_env")]
    pub(super) provider: Option<ProviderId>,
}

impl StorelessArgs {
    /// Whether there is a token from the environment.
    pub(super) fn is_given(&self) -> bool {
        self.token_env.is_some()
    }

    /// What stands behind the connections of this run: the store, or the token and nothing else. `chosen`: options that choose among a store's connections
    /// and were given.
    pub(super) fn backing<'a>(
        &self,
        (provider, host): (Option<ProviderId>, Option<&str>),
        chosen: &[(&str, bool)],
        context: &Context<'a>,
    ) -> Result<Box<dyn Backing + 'a>, Failure> {
        let Some(variable) = &self.token_env else { return Ok(Box::new(Stored::open(context.session()?)?)) };
        let of_a_store = chosen.iter().copied().chain([("--store", context.names_store())]);
        if let Some((option, _)) = of_a_store.into_iter().find(|(_, is_given)| *is_given) {
            return Err(Failure::usage(format!("--token-env uses no store: it cannot go together with {option}")));
        }
        let ca_pem =
            self.ca_file.as_ref().map(|path| std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, error)));
        let said = Loosely {
            variable: variable.clone(),
            provider,
            host: host.map(ToOwned::to_owned),
            api: self.api_url.clone(),
            said: Said { email: self.email.clone(), workspace: self.workspace.clone(), expires_at: None },
            ca_pem: ca_pem.transpose()?,
        };
        let token = token_input::from_variable(variable, "token", context)?;
        Ok(Box::new(context.loose(token, &said)?))
    }

    /// A failure in the words that fit: without a store no command about one helps.
    pub(super) fn spoken(&self, failure: Failure) -> Failure {
        if self.is_given() { failure.without_store() } else { failure }
    }
}
