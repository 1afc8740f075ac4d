//! A store in a folder that cannot be written to: it is used all the same, and what was used is told as soon as somebody can save.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::git_host::GitHost;
use crate::support::house::{connect, texts};
use crate::support::sandbox::Run;
use crate::support::{House, Sandbox, tokens};

/// A folder without its write permission, given back at the end.
struct Sealed(PathBuf);

impl Sealed {
    fn new(folder: &Path) -> Self {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o500)).unwrap();
        Self(folder.to_owned())
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let _ = std::fs::set_permissions(&self.0, std::fs::Permissions::from_mode(0o700));
    }
}

/// A run for which the folder's permissions count.
fn bound<'a>(sandbox: &'a Sandbox, words: &[&str]) -> Run<'a> {
    sandbox.gitconn(words).unprivileged()
}

/// What the uses in the trail were for, in order of their names.
#[track_caller]
fn purposes(sandbox: &Sandbox) -> Vec<String> {
    let used = sandbox.gitconn(["audit", "list", "--kind", "used", "--limit", "0", "--json"]).run().ok().json();
    let events = used["events"].as_array().unwrap().iter();
    let mut purposes: Vec<String> = events.map(|event| event["detail"]["purpose"].as_str().unwrap().to_owned()).collect();
    purposes.sort();
    purposes
}

/// Takes the spool away: what is told then is in the store itself.
fn without_spool(sandbox: &Sandbox) {
    std::fs::remove_dir_all(sandbox.path("state/gitconn/spool")).unwrap();
}

#[test]
fn what_only_uses_a_connection_works_and_is_told_at_the_next_write() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    let sandbox = &house.sandbox;
    let before = std::fs::read(sandbox.store()).unwrap();
    let sealed = Sealed::new(sandbox.store().parent().unwrap());
    bound(sandbox, &["edit", "work", "--description", "x"]).run().code(1);

    let origin = house.github.origin();
    let lines = format!("protocol=http\nhost={}\npath=ada/site\n\n", origin.trim_start_matches("http://"));
    let got = bound(sandbox, &["credential", "get"]).stdin(lines).may_show(&house.work).run().ok();
    assert!(got.stdout.contains(&format!("password={}\n", house.work)), "{got}");
    bound(sandbox, &["exec", "work", "--", "sh", "-c", "test -n \"$GH_ENTERPRISE_TOKEN\""]).run().ok();
    let checked = bound(sandbox, &["check", "ada/site", "-c", "work", "--json"]).run().ok().json();
    assert_eq!(checked["ok"], true);
    let branches = bound(sandbox, &["branches", "ada/site", "-c", "work", "--json"]).run().ok().json();
    assert_eq!(texts(&branches["branches"], "name"), ["main"]);
    let repositories = bound(sandbox, &["repos", "work", "--json"]).run().ok().json();
    assert_eq!(texts(&repositories["repositories"], "full_name"), ["ada/site"]);
    let valid = bound(sandbox, &["validate", "work", "--no-save", "--json"]).run().ok().json();
    assert_eq!(valid["valid"], Value::Bool(true));

    assert_eq!(std::fs::read(sandbox.store()).unwrap(), before);
    let waiting = purposes(sandbox);
    for purpose in ["branches", "check", "exec", "git", "repos"] {
        assert!(waiting.iter().any(|known| known == purpose), "{purpose} is not told: {waiting:?}");
    }
    drop(sealed);
    // The next save takes it in: nothing is lost with the spool then.
    house.run(&["edit", "work", "--description", "x"]).ok();
    without_spool(sandbox);
    assert_eq!(purposes(sandbox), waiting);
    house.run(&["audit", "verify"]).ok();
}

/// A pipeline asks with a store that it only reads: what is found counts, and not that it is not kept.
#[test]
fn validation_says_what_it_found() {
    let house = House::new();
    let sealed = Sealed::new(house.sandbox.store().parent().unwrap());
    let validate = |words: &[&str]| bound(&house.sandbox, &[&["validate", "work"], words].concat()).run();
    validate(&[]).ok().says("what is found is not kept: the store is read-only here");
    validate(&["--changed"]).ok();
    house.github.refuse(&house.work);
    validate(&[]).code(4).says("what is found is not kept");
    validate(&["--changed"]).code(9);
    drop(sealed);
    assert_eq!(house.json(&["show", "work"])["status"], "active");
}

#[test]
fn a_repository_is_cloned() {
    let (sandbox, host) = (Sandbox::new(), GitHost::start());
    let token = sandbox.secret(&tokens::gitlab("read-only"));
    connect(&sandbox, "gitlab", "work", &host.origin(), &token, &["--offline"]).ok();
    host.repository("acme/site", &[("README", "acme/site")], &[]);
    host.only("acme", &token);
    let sealed = Sealed::new(sandbox.store().parent().unwrap());
    bound(&sandbox, &["clone", "acme/site"]).run().ok();
    assert_eq!(std::fs::read_to_string(sandbox.path("site/README")).unwrap(), "acme/site");
    let waiting = purposes(&sandbox);
    assert!(!waiting.is_empty());
    drop(sealed);
    sandbox.gitconn(["edit", "work", "--description", "x"]).run().ok();
    without_spool(&sandbox);
    assert_eq!(purposes(&sandbox), waiting);
}
