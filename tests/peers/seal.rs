//! Peer: Debian's `age` and `sqlite3` (`apt install age sqlite3`). Our store is an ordinary age file around an ordinary SQLite image, and
//! what another tool writes with our key is told from what we wrote.

use std::process::Command;

use crate::sandbox::{Sandbox, github_token, peer};
use crate::suite;

/// Decrypts the store with `age` into a file and returns that file's path.
fn decrypt(sandbox: &Sandbox) -> std::path::PathBuf {
    let image = sandbox.path("image.db");
    peer(Command::new("age").arg("-d").arg("-i").arg(sandbox.path("key")).arg("-o").arg(&image).arg(sandbox.store()));
    image
}

/// Encrypts an image to the store's own recipient, as somebody with the key could, and puts it in the store's place.
fn reencrypt(sandbox: &Sandbox, image: &std::path::Path) {
    let keygen = Command::new("age-keygen").arg("-y").arg(sandbox.path("key")).output().unwrap();
    assert!(keygen.status.success(), "{}", String::from_utf8_lossy(&keygen.stderr));
    let recipient = String::from_utf8(keygen.stdout).unwrap();
    let forged = sandbox.path("forged.age");
    peer(Command::new("age").args(["-r", recipient.trim(), "-o"]).arg(&forged).arg(image));
    std::fs::copy(forged, sandbox.store()).unwrap();
}

fn sqlite(image: &std::path::Path, statement: &str) -> String {
    String::from_utf8(peer(Command::new("sqlite3").arg(image).arg(statement))).unwrap()
}

#[test]
fn age_and_sqlite3_open_our_store() {
    if !suite::runs("age") {
        return;
    }
    let sandbox = Sandbox::with_connection();
    sandbox.connect_offline("b").exits(0);
    let image = decrypt(&sandbox);
    assert_eq!(sqlite(&image, "SELECT name FROM connections ORDER BY name"), "a\nb\n");
    assert_eq!(sqlite(&image, "PRAGMA integrity_check"), "ok\n");
    assert_eq!(sqlite(&image, "SELECT count(*) FROM pragma_foreign_key_check"), "0\n");
    // The token is inside, once for each connection, and outside nowhere.
    let inside = std::fs::read(&image).unwrap();
    let token = github_token();
    assert_eq!(inside.windows(token.len()).filter(|window| *window == token.as_bytes()).count(), 2);
    let outside = std::fs::read(sandbox.store()).unwrap();
    assert!(!outside.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[test]
fn what_age_encrypted_again_has_lost_its_signature() {
    if !suite::runs("age") {
        return;
    }
    let sandbox = Sandbox::with_connection();
    let image = decrypt(&sandbox);
    sqlite(&image, "UPDATE connections SET description = 'by another hand' WHERE name = 'a'");
    reencrypt(&sandbox, &image);
    let forged = std::fs::read(sandbox.store()).unwrap();

    for arguments in [&["list"][..], &["token", "a"], &["edit", "a", "--description", "x"], &["store", "verify"]] {
        let run = sandbox.run(arguments).exits(7);
        assert!(run.err.contains("sign"), "{arguments:?} should speak of the signature: {}", run.err);
    }
    assert_eq!(std::fs::read(sandbox.store()).unwrap(), forged, "a refused store was written to");

    // Without a terminal and without `--yes`, accepting is refused as well.
    let run = sandbox.run(["store", "accept"]);
    assert_ne!(run.code, Some(0), "{}", run.err);
    assert_eq!(std::fs::read(sandbox.store()).unwrap(), forged);

    sandbox.run(["store", "accept", "--yes"]).exits(0);
    sandbox.run(["store", "verify"]).exits(0);
    assert_eq!(sandbox.description("a").as_deref(), Some("by another hand"));
    sandbox.run(["edit", "a", "--description", "ours again"]).exits(0);
    assert_eq!(sandbox.description("a").as_deref(), Some("ours again"));
}

#[test]
fn a_hostile_table_that_age_let_in_is_refused_by_accept_too() {
    if !suite::runs("age") {
        return;
    }
    let sandbox = Sandbox::with_connection();
    let image = decrypt(&sandbox);
    sqlite(&image, "CREATE TRIGGER t AFTER UPDATE ON connections BEGIN DELETE FROM secrets; END");
    reencrypt(&sandbox, &image);
    sandbox.run(["list"]).exits(7);
    sandbox.run(["store", "accept", "--yes"]).exits(7);
}

#[test]
fn deleted_secrets_are_not_in_the_image() {
    if !suite::runs("age") {
        return;
    }
    let sandbox = Sandbox::with_connection();
    sandbox.run(["remove", "a", "--yes"]).exits(0);
    let inside = std::fs::read(decrypt(&sandbox)).unwrap();
    let token = github_token();
    assert!(!inside.windows(token.len()).any(|window| window == token.as_bytes()), "the removed token is still in the image");
}
