//! Where apps are at work: a sandbox, and a GitHub with an app that two organisations have installed.

use std::path::PathBuf;

use serde_json::Value;

use super::fake::{FakeApp, GitHub};
use super::keys;
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

    /// The same with the app as `prod-app`, and a server that remembers no request.
    pub(crate) fn connected() -> Self {
        let foundry = Self::new();
        foundry.connect("prod-app").run().ok();
        foundry.github.forget();
        foundry
    }

    pub(crate) fn host(&self) -> String {
        self.github.origin()
    }

    /// `connect github NAME --app` with these options, to be completed.
    pub(crate) fn connect_by(&self, name: &str, options: &[&str]) -> Run<'_> {
        self.sandbox.gitconn(["connect", "github", name, "--host", &self.host(), "--app"]).args(options)
    }

    /// `connect github NAME` as the app, to be completed.
    pub(crate) fn connect(&self, name: &str) -> Run<'_> {
        self.connect_by(name, &["--app-id", &self.app.id.to_string(), "--private-key-file"]).arg(&self.key_path)
    }

    /// Writes a private key into a file that only its owner can read, and that may hold it.
    pub(crate) fn key_file(&self, name: &str, pem: &str) -> String {
        keys::watch(&self.sandbox.watching(), pem);
        let path = self.sandbox.write(name, pem);
        self.sandbox.key_file(&path);
        path.to_string_lossy().into_owned()
    }

    /// Registers an app more, whose key is in a file, and connects it by the name of its slug.
    pub(crate) fn another(&self, slug: &str, accounts: &[&str]) -> FakeApp {
        let app = self.github.apps.register(&self.sandbox, slug);
        for account in accounts {
            self.github.apps.install(&app, account, "Organization");
        }
        let path = self.key_file(&format!("{slug}.pem"), &app.key.pkcs1());
        self.connect_by(slug, &["--client-id", &app.client_id, "--private-key-file", &path]).run().ok();
        app
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

    /// The statuses of the installations of `prod-app` as the store knows them: `acme-corp active`.
    #[track_caller]
    pub(crate) fn statuses(&self) -> Vec<String> {
        let list = self.json(&["installations", "list", "prod-app"]);
        let rows = list["installations"].as_array().unwrap().iter();
        rows.map(|row| format!("{} {}", row["account_login"].as_str().unwrap(), row["status"].as_str().unwrap())).collect()
    }

    /// The events of `prod-app`, newest first: their kind, and of an installation's what became of which.
    #[track_caller]
    pub(crate) fn trail(&self) -> Vec<Value> {
        self.json(&["audit", "list", "--connection", "prod-app"])["events"].as_array().unwrap().clone()
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
