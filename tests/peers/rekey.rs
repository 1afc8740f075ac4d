//! A new key for the store, killed at every call that touches a file: the next plain command opens the store, with one of two keys, and says what is to be
//! done. And readers, as Debian's `age` sees them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::faults::side_by_side;
use crate::sandbox::{Run, Sandbox, finish, github_token, peer};
use crate::strace::{Point, inject, points};
use crate::suite;

/// The new key file of a sandbox, beside the old one.
fn new_key(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("home").join("new")
}

/// Relative to the sandbox's home, where the program runs: the same words do in every copy.
const TO_FILE: [&str; 7] = ["store", "rekey", "--yes", "--key", "file", "--key-out", "new"];

/// Runs the program with this key file.
fn with(sandbox: &Sandbox, key: &Path, arguments: &[&str]) -> Run {
    finish(sandbox.program().env("GITCONN_KEY_FILE", key).args(arguments)).holds_no_secret()
}

#[test]
fn killed_at_every_file_call_of_a_rekey_to_a_file() {
    if !suite::runs("faults") {
        return;
    }
    let base = Sandbox::with_connection();
    for number in 0..4 {
        base.run(["edit", "a", "--description", &format!("before {number}")]).exits(0);
    }
    let points = points(&base.copy(), &TO_FILE);
    assert!(points.len() > 40, "re-keying makes more calls than {points:?}");
    let (old, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
    side_by_side(&points, |point: &Point| {
        let (sandbox, fault) = (base.copy(), format!("KILL at {point:?}"));
        let run = inject(&sandbox, &TO_FILE, point, "signal=KILL");
        assert_ne!(run.code, Some(0), "the fault at {point:?} did not happen");
        let (first, second) = (sandbox.path("key"), new_key(&sandbox));
        let listed = with(&sandbox, &first, &["list"]);
        let key = match listed.code {
            Some(0) => {
                old.fetch_add(1, Ordering::Relaxed);
                // What lies there is nobody's key: it is named, and does not open the store.
                if second.exists() {
                    with(&sandbox, &second, &["list"]).exits(5);
                }
                first
            }
            // Whoever comes with the old key is told where the new one is.
            Some(5) => {
                new.fetch_add(1, Ordering::Relaxed);
                assert!(listed.err.contains("re-keyed") && listed.err.contains("/home/new"), "after {fault}: {}", listed.err);
                second
            }
            other => panic!("after {fault} the store opens with neither key ({other:?}): {}", listed.err),
        };
        for arguments in [&["store", "verify"][..], &["edit", "a", "--description", "after"], &["audit", "verify"]] {
            let run = with(&sandbox, &key, arguments);
            assert_eq!(run.code, Some(0), "after {fault} {arguments:?} fails: {}", run.err);
        }
        let shown = with(&sandbox, &key, &["show", "a", "--json"]).exits(0).json();
        assert!(shown.to_string().contains("after"), "{shown}");
        sandbox.has_no_leftovers();
        // And it can be done again.
        let again = with(&sandbox, &key, &["store", "rekey", "--yes", "--key", "file", "--key-out", "newer"]);
        assert_eq!(again.code, Some(0), "after {fault}: {}", again.err);
    });
    eprintln!("killed at {} calls: {old:?} times the old key opens, {new:?} times the new one", points.len());
    assert!(old.into_inner() > 0 && new.into_inner() > 0, "the calls before and after the rename are both among the points");
}

/// Calls that change what is on the disk: reading again the same in between opens nothing new, and each run under a passphrase takes seconds.
const CHANGING: [&str; 9] = ["write", "fsync", "rename", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir"];

#[test]
fn killed_at_every_change_of_a_rekey_under_a_passphrase() {
    if !suite::runs("faults") {
        return;
    }
    let rekey = ["store", "rekey", "--yes"];
    let base = Sandbox::with_passphrase();
    base.connect_offline("a").exits(0);
    base.run(["edit", "a", "--description", "old"]).exits(0);
    let points = points(&base.copy(), &rekey);
    let points: Vec<Point> = points.into_iter().filter(|point| CHANGING.contains(&point.call.as_str())).collect();
    assert!(points.iter().any(|point| point.call.starts_with("rename")) && points.len() > 15, "{points:?}");
    let (settled, cut_off) = (AtomicUsize::new(0), AtomicUsize::new(0));
    side_by_side(&points, |point: &Point| {
        let (sandbox, fault) = (base.copy(), format!("KILL at {point:?}"));
        let run = inject(&sandbox, &rekey, point, "signal=KILL");
        assert_ne!(run.code, Some(0), "the fault at {point:?} did not happen");
        // No option, no thought: the key is found.
        let listed = sandbox.run(["list"]);
        assert_eq!(listed.code, Some(0), "after {fault} the store does not open: {}", listed.err);
        let is_cut_off = listed.err.contains("`gitconn store rekey` finishes it");
        if is_cut_off { &cut_off } else { &settled }.fetch_add(1, Ordering::Relaxed);
        let edited = sandbox.run(["edit", "a", "--description", "after"]);
        assert_eq!(edited.code, Some(0), "after {fault} the next save fails: {}", edited.err);
        let again = sandbox.run(["store", "rekey", "--yes", "--json"]);
        assert_eq!(again.code, Some(0), "after {fault}: {}", again.err);
        assert_eq!(again.json()["finished"], is_cut_off, "after {fault}");
        sandbox.has_no_leftovers();
        let verified = sandbox.run(["store", "verify"]);
        assert!(verified.code == Some(0) && !verified.err.contains("rekey"), "after {fault}: {}", verified.err);
    });
    eprintln!("killed at {} changes: {settled:?} times nothing was left to do, {cut_off:?} times something was", points.len());
    assert!(
        settled.into_inner() > 0 && cut_off.into_inner() > 0,
        "the changes before and after the save are both among the points"
    );
}

#[test]
fn age_opens_the_store_with_a_readers_key_until_it_is_removed() {
    if !suite::runs("age") {
        return;
    }
    let sandbox = Sandbox::with_connection();
    let key = sandbox.path("ci.key");
    sandbox.run(["store", "recipients", "add", "ci", "--out", key.to_str().unwrap()]).exits(0);
    let image = sandbox.path("image.db");
    peer(Command::new("age").arg("-d").arg("-i").arg(&key).arg("-o").arg(&image).arg(sandbox.store()));
    let inside = std::fs::read(&image).unwrap();
    let token = github_token();
    assert!(inside.windows(token.len()).any(|window| window == token.as_bytes()));
    // What age encrypts to both of them again is believed by neither.
    let recipient = |key: &Path| {
        let keygen = Command::new("age-keygen").arg("-y").arg(key).output().unwrap();
        String::from_utf8(keygen.stdout).unwrap().trim().to_owned()
    };
    let (own, readers) = (recipient(&sandbox.path("key")), recipient(&key));
    let before = std::fs::read(sandbox.store()).unwrap();
    let forged = sandbox.path("forged.age");
    peer(Command::new("age").args(["-r", &own, "-r", &readers, "-o"]).arg(&forged).arg(&image));
    std::fs::copy(&forged, sandbox.store()).unwrap();
    with(&sandbox, &key, &["list"]).exits(7);
    sandbox.run(["list"]).exits(7);
    // A reader that would make itself the writer is stopped, and what it made with other tools is believed by nobody.
    with(&sandbox, &key, &["store", "accept", "--yes"]).exits(5);
    std::fs::write(sandbox.store(), before).unwrap();
    sandbox.run(["store", "recipients", "remove", "ci", "--yes"]).exits(0);
    let refused = Command::new("age").arg("-d").arg("-i").arg(&key).arg(sandbox.store()).output().unwrap();
    assert!(!refused.status.success(), "age still opens it");
    with(&sandbox, &key, &["list"]).exits(5);
}
