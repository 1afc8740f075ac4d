//! The usual surroundings of a test: a sandbox, a GitHub, a GitLab, and a connection to each.

use super::fake::{GitHub, GitLab};
use super::{Ran, Sandbox};

/// A store with two connections: `work` (account `ada` on GitHub) and `lab` (account `ops` on GitLab).
pub(crate) struct House {
    pub(crate) sandbox: Sandbox,
    pub(crate) github: GitHub,
    pub(crate) gitlab: GitLab,
    /// The token of `work`.
    pub(crate) work: String,
    /// The token of `lab`.
    pub(crate) lab: String,
}

impl House {
    pub(crate) fn new() -> Self {
        let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::start(), GitLab::start());
        let work = github.classic(&sandbox, "ada");
        let lab = gitlab.personal(&sandbox, "ops");
        let house = Self { sandbox, github, gitlab, work, lab };
        house.connect_github("work", &house.work.clone(), &["--tag", "daily"]).ok();
        house.connect_gitlab("lab", &house.lab.clone(), &["--tag", "daily", "--tag", "ops"]).ok();
        house
    }

    /// `connect github NAME` with a token on stdin.
    #[must_use]
    pub(crate) fn connect_github(&self, name: &str, token: &str, more: &[&str]) -> Ran {
        connect(&self.sandbox, "github", name, &self.github.origin(), token, more)
    }

    /// `connect gitlab NAME` with a token on stdin.
    #[must_use]
    pub(crate) fn connect_gitlab(&self, name: &str, token: &str, more: &[&str]) -> Ran {
        connect(&self.sandbox, "gitlab", name, &self.gitlab.host(), token, more)
    }

    /// Runs the program.
    #[must_use]
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.sandbox.gitconn(arguments).run()
    }

    /// Runs the program for JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        self.sandbox.gitconn(arguments).arg("--json").run().ok().json()
    }

    /// The connection of this name, as `list --all --json` has it.
    #[track_caller]
    pub(crate) fn connection(&self, name: &str) -> serde_json::Value {
        let list = self.json(&["list", "--all"]);
        let found = list["connections"].as_array().unwrap().iter().find(|connection| connection["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("no connection {name} in {list}"))
    }

    /// The names of `list --json` with these options.
    #[track_caller]
    pub(crate) fn names(&self, options: &[&str]) -> Vec<String> {
        let list = self.json(&[&["list"], options].concat());
        texts(&list["connections"], "name")
    }

    /// The kinds of events in the trail, newest first.
    #[track_caller]
    pub(crate) fn trail(&self) -> Vec<String> {
        texts(&self.json(&["audit", "list"])["events"], "kind")
    }
}

/// `connect PROVIDER NAME --host HOST` with a token on stdin.
#[must_use]
pub(crate) fn connect(sandbox: &Sandbox, provider: &str, name: &str, host: &str, token: &str, more: &[&str]) -> Ran {
    sandbox.gitconn(["connect", provider, name, "--host", host, "--token-stdin"]).args(more).stdin(token).run()
}

/// One text field of every row.
#[track_caller]
pub(crate) fn texts(rows: &serde_json::Value, field: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap_or_else(|| panic!("not a list: {rows}"));
    rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// The names of an object's fields, in order.
#[track_caller]
pub(crate) fn fields(object: &serde_json::Value) -> Vec<&str> {
    let mut fields: Vec<&str> =
        object.as_object().unwrap_or_else(|| panic!("not an object: {object}")).keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

/// Every wanted field is there. Others may be added (design §7).
#[track_caller]
pub(crate) fn has_fields(object: &serde_json::Value, wanted: &[&str]) {
    let known = fields(object);
    let missing: Vec<&&str> = wanted.iter().filter(|field| !known.contains(field)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {object}");
}
