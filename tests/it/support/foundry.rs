//! Where apps are at work: a sandbox, and a GitHub with an app that two organisations have installed.

use std::path::PathBuf;

use serde_json::Value;

use super::fake::{FakeApp, GitHub};
use super::sandbox::Run;
use super::{Ran, Sandbox};

/// A store without a connection, an app, and its key in a file.
pub(crate) struct Foundry {
    pub(crate) sandbox: Sandbox,
    /// An enterprise server.
    pub(crate) github: GitHub,
    pub(crate) app: FakeApp,
    /// The installation on `acme-corp`: `acme-corp/site` and `acme-corp/theme`.
    pub(crate) corp: u64,
    /// The installation on `acme-client-a`: `acme-client-a/shop`.
    pub(crate) client: u64,
    /// The app's key, as GitHub hands it out, in a file that only its owner can read.
    pub(crate) key_path: PathBuf,
}

impl Foundry {
    pub(crate) fn new() -> Self {
        let (sandbox, github) = (Sandbox::new(), GitHub::start());
        for (account, name, branches) in [
            ("acme-corp", "acme-corp/site", ["main", "develop"]),
            ("acme-corp", "acme-corp/theme", ["main", "dark"]),
            ("acme-client-a", "acme-client-a/shop", ["main", "checkout"]),
        ] {
            github.repository(account, name, &branches);
        }
        let app = github.apps.register(&sandbox, "acme-deploy");
        let corp = github.apps.install(&app, "acme-corp", "Organization");
        let client = github.apps.install(&app, "acme-client-a", "Organization");
        let key_path = sandbox.write("app.pem", &app.key.pkcs1());
        sandbox.key_file(&key_path);
        Self { sandbox, github, app, corp, client, key_path }
    }

    pub(crate) fn host(&self) -> String {
        self.github.origin()
    }

    /// `connect github NAME` as the app, to be completed.
    pub(crate) fn connect(&self, name: &str) -> Run<'_> {
        let (host, id) = (self.host(), self.app.id.to_string());
        let run = self.sandbox.gitconn(["connect", "github", name, "--host", &host, "--app", "--app-id", &id]);
        run.arg("--private-key-file").arg(&self.key_path)
    }

    /// Runs the program.
    #[must_use]
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.sandbox.gitconn(arguments).run()
    }

    /// Runs the program for JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.sandbox.gitconn(arguments).arg("--json").run().ok().json()
    }

    /// `token …`, which may show what nobody knew before.
    #[track_caller]
    pub(crate) fn token(&self, arguments: &[&str]) -> String {
        self.sandbox.gitconn(["token"]).args(arguments).prints_a_secret().run().ok().stdout.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Foundry;
    use crate::support::house;

    #[test]
    fn a_foundry_holds_an_app_and_takes_plain_tokens_beside_it() {
        let foundry = Foundry::new();
        assert_eq!(foundry.github.apps.installations(&foundry.app), [foundry.corp, foundry.client]);
        assert_eq!(std::fs::read_to_string(&foundry.key_path).unwrap(), foundry.app.key.pkcs1());
        let line = foundry.connect("acme").line();
        assert!(line.contains(&format!("--app-id {} --private-key-file /", foundry.app.id)), "{line}");
        let token = foundry.github.classic(&foundry.sandbox, "ada");
        house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
        assert_eq!(foundry.token(&["ada"]), token);
        assert_eq!(house::texts(&foundry.json(&["list"])["connections"], "name"), ["ada"]);
        foundry.run(&["remove", "ada", "--yes"]).ok();
    }
}
