//! What a program finds in its environment: the token under the names that it looks for, git's way to it, and nothing of ours.

use tokio::process::Command;

use crate::git::Child;
use crate::model::HostUrl;
use crate::ops::Session;
use crate::ops::token::{self, Handed};
use crate::provider;

/// Sets it. What is there already stays, but for our own.
pub(super) fn set(command: &mut Command, session: &Session<'_>, handed: &Handed, variable: Option<&str>) {
    for name in session.env().own_names() {
        command.env_remove(name);
    }
    let host = &handed.connection.host;
    let usual = provider::kind(handed.connection.provider).exec_variables(host);
    let names: Vec<&str> = variable.map_or_else(|| usual.token.to_vec(), |name| vec![name]);
    for name in &names {
        command.env(name, handed.token.expose());
    }
    // Beside a name of one's own they would lead whatever token stands under the usual ones to this host.
    if variable.is_none() {
        for name in usual.host {
            command.env(name, authority(host));
        }
        for name in usual.url {
            command.env(name, host.as_str());
        }
        for (name, email) in usual.email.iter().zip(&handed.connection.email) {
            command.env(name, email);
        }
    }
    let Some(name) = names.first() else { return };
    match for_git(session, handed, name) {
        Some(variables) => drop(command.envs(variables)),
        None => session
            .notices()
            .warn("git in the program gets no token: this program lies at a path that no setting of git can hold"),
    }
}

/// What tells git in the program to take the token from its variable, for this one host. No store is opened for it, and the user's own helpers are not asked.
fn for_git(session: &Session<'_>, handed: &Handed, variable: &str) -> Option<Vec<(String, String)>> {
    let path = session.env().program()?;
    let username = token::git_username(&handed.connection);
    let child = Child { program: path.to_str()?, origin: &handed.connection.host, variable, username };
    child.variables(|name| session.env().text(name).map(ToOwned::to_owned))
}

/// `git.acme.com:8443`, as programs want their host named.
fn authority(host: &HostUrl) -> String {
    let url = host.url();
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}
