//! `store rekey` and `store key export`, as a person meets them. What happens when it is killed is in tests/peers.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::house::texts;
use crate::support::pty::Terminal;
use crate::support::{House, Ran, Sandbox};

/// A name for a new key file that is not looked through for secrets.
fn key_path(sandbox: &Sandbox, name: &str) -> PathBuf {
    let path = sandbox.path(name);
    sandbox.key_file(&path);
    path
}

fn secret_in(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned()
}

fn with(house: &House, key: &Path, arguments: &[&str]) -> Ran {
    house.sandbox.gitconn(arguments).env("GITCONN_KEY_FILE", key).run()
}

#[test]
fn a_key_file_gives_way_to_another_and_whoever_comes_with_the_old_one_is_told() {
    let house = House::new();
    let rekey = || house.sandbox.gitconn(["store", "rekey"]);
    rekey().arg("--yes").run().code(2).says("say where the new one is to live").says("--key keyring");
    let (new, old) = (key_path(&house.sandbox, "new.txt"), key_path(&house.sandbox, "old.txt"));
    let to_file = || rekey().args(["--key", "file", "--key-out"]).arg(&new);
    to_file().run().code(2).says("--yes");
    assert!(!new.exists());
    let before = house.json(&["store", "info"]);
    let done = to_file().arg("--yes").arg("--json").arg("--old-key-out").arg(&old).run().ok().json();
    house.sandbox.secret(&secret_in(&new));
    assert_eq!((&done["finished"], &done["readers"], &done["left"]), (&json!(false), &json!([]), &json!([])));
    assert_eq!(done["store_id"], before["store_id"]);
    let refused = house.run(&["list"]).code(5).says("it was re-keyed").says("new.txt");
    assert!(!refused.stderr.contains("AGE-SECRET"), "{refused}");
    with(&house, &new, &["list"]).ok().prints("work");
    let info = with(&house, &new, &["store", "info", "--json"]).ok().json();
    assert_eq!((&info["recipient"], &info["signer"], &info["pin"]), (&done["recipient"], &done["signer"], &json!("same")));
    assert_eq!(info["at_home"], true);
    with(&house, &new, &["store", "verify"]).ok();
    with(&house, &new, &["audit", "verify"]).ok();
    let event = with(&house, &new, &["audit", "list", "--kind", "store.rekeyed", "--json"]).ok().json()["events"][0].clone();
    let detail = event["detail"].to_string();
    assert!(detail.contains(before["recipient"].as_str().unwrap()) && detail.contains("→"), "{event}");
    // The old key is in the file that was asked for, and opens what was copied before.
    assert_eq!(secret_in(&old), secret_in(&house.sandbox.path("key.txt")));
    // Undo still works.
    let kept = info["backups"].as_array().unwrap().last().unwrap()["generation"].to_string();
    with(&house, &new, &["store", "restore", "--generation", &kept, "--yes"]).ok();
}

#[test]
fn a_passphrase_gives_way_to_another_in_its_own_file() {
    let mut sandbox = Sandbox::bare();
    let [one, two] = ["correct horse battery staple 45", "correct horse battery staple 46"].map(|text| sandbox.secret(text));
    let file = |name: &str, text: &str| {
        let path = sandbox.write(name, &format!("{text}\n"));
        sandbox.key_file(&path);
        path
    };
    let (one, two) = (file("one.txt", &one), file("two.txt", &two));
    let run = |passphrase: &Path, arguments: &[&str]| sandbox.gitconn(arguments).env("GITCONN_PASSPHRASE_FILE", passphrase).run();
    run(&one, &["store", "init", "--key", "passphrase"]).ok();
    let before = std::fs::read(sandbox.path("data/gitconn/store.age.key.age")).unwrap();
    run(&one, &["store", "rekey", "--yes"]).ok().says("store.age.key.age");
    assert_ne!(std::fs::read(sandbox.path("data/gitconn/store.age.key.age")).unwrap(), before);
    run(&one, &["list"]).ok();
    // A person types the old passphrase and then the new one twice.
    let seen = Terminal::start(sandbox.gitconn(["store", "rekey"]))
        .sees("passphrase of")
        .types_unseen("correct horse battery staple 45")
        .sees("make it a new key?")
        .types("y")
        .sees("a passphrase for the store's key")
        .types_unseen("correct horse battery staple 46")
        .sees("again")
        .types_unseen("correct horse battery staple 46")
        .ends();
    assert_eq!(seen.code, 0, "{seen:?}");
    run(&one, &["list"]).code(5).says("passphrase");
    run(&two, &["list"]).ok();
    run(&two, &["store", "verify"]).ok();
    // And out of there: the file is gone then, and the way to the key is told.
    let key = key_path(&sandbox, "plain.txt");
    sandbox
        .gitconn(["store", "rekey", "--yes", "--key", "file", "--key-out"])
        .arg(&key)
        .env("GITCONN_PASSPHRASE_FILE", &two)
        .run()
        .ok();
    sandbox.secret(&secret_in(&key));
    assert!(!sandbox.path("data/gitconn/store.age.key.age").exists());
    sandbox.gitconn(["list"]).run().code(5).says("plain.txt");
    sandbox.set("GITCONN_KEY_FILE", &key);
    sandbox.gitconn(["list"]).run().ok();
}

#[test]
fn a_lost_key_is_replaced_with_a_recovery_key_and_readers_need_the_new_signer() {
    let house = House::new();
    let reader = |name: &str, kind: &str| {
        let path = key_path(&house.sandbox, name);
        house.sandbox.gitconn(["store", "recipients", "add", name, "--kind", kind, "--out"]).arg(&path).run().ok();
        house.sandbox.secret(&secret_in(&path));
        path
    };
    let (paper, ci) = (reader("paper", "recovery"), reader("ci", "pipeline"));
    let new = key_path(&house.sandbox, "new.txt");
    let rekey = |key: &Path| {
        let run = house.sandbox.gitconn(["store", "rekey", "--yes", "--json", "--key", "file", "--key-out"]).arg(&new);
        run.env("GITCONN_KEY_FILE", key).run()
    };
    let before = std::fs::read(house.sandbox.store()).unwrap();
    let refused = rekey(&ci).code(5).error();
    assert!(refused["message"].as_str().unwrap().contains("pipeline key (`ci`)"), "{refused}");
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before && !new.exists());
    let done = rekey(&paper).ok().json();
    house.sandbox.secret(&secret_in(&new));
    assert_eq!(texts(&done["readers"], "name"), ["ci", "paper"]);
    with(&house, &new, &["edit", "work", "--name", "by-the-new-one"]).ok();
    for key in [&paper, &ci] {
        with(&house, key, &["list"]).code(7).says("is not signed by the writer").says("gitconn store recipients list");
        let text = std::fs::read_to_string(key).unwrap();
        let signer = text.lines().find(|line| line.starts_with("# gitconn-signer: ")).unwrap();
        let changed = text.replace(signer, &format!("# gitconn-signer: {}", done["signer"].as_str().unwrap()));
        std::fs::write(key, changed).unwrap();
        with(&house, key, &["list"]).ok().prints("by-the-new-one");
    }
    house.run(&["list"]).code(5).says("it was re-keyed");
}

#[test]
fn a_re_keying_that_was_cut_off_is_said_and_finished() {
    let sandbox = Sandbox::bare();
    let passphrase = sandbox.secret("correct horse battery staple 47");
    let file = sandbox.write("passphrase.txt", &format!("{passphrase}\n"));
    sandbox.key_file(&file);
    let run = |arguments: &[&str]| sandbox.gitconn(arguments).env("GITCONN_PASSPHRASE_FILE", &file).run();
    run(&["store", "init", "--key", "passphrase"]).ok();
    let key = sandbox.path("data/gitconn/store.age.key.age");
    let old = std::fs::read(&key).unwrap();
    run(&["store", "rekey", "--yes"]).ok();
    // As it is just before the new key takes the old one's place.
    let signer = run(&["store", "info", "--json"]).ok().json()["signer"].as_str().unwrap().to_owned();
    let name = {
        use base64::Engine as _;
        let bytes = base64::prelude::BASE64_STANDARD_NO_PAD.decode(signer).unwrap();
        bytes[..8].iter().fold("store.age.key.age.next-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
    };
    let next = key.with_file_name(name);
    std::fs::rename(&key, &next).unwrap();
    std::fs::write(&key, old).unwrap();
    // And one of an attempt that came to nothing.
    let stray = key.with_file_name("store.age.key.age.next-0000000000000000");
    std::fs::write(&stray, "").unwrap();
    run(&["list"]).ok().says("gitconn store rekey` finishes it");
    run(&["store", "verify"]).ok();
    assert!(next.exists(), "only `store rekey` finishes it");
    let done = sandbox.gitconn(["store", "rekey", "--json"]).env("GITCONN_PASSPHRASE_FILE", &file).run().ok().json();
    assert_eq!(done["finished"], true);
    assert!(!next.exists());
    let ran = run(&["list"]).ok();
    assert!(!ran.stderr.contains("rekey"), "{ran}");
    run(&["store", "rekey", "--yes"]).ok();
    assert!(!stray.exists());
    run(&["list"]).ok();
}

#[test]
fn a_key_is_shown_on_a_terminal_after_a_yes_as_a_file_that_can_be_typed_in() {
    let house = House::new();
    let key = secret_in(&house.sandbox.path("key.txt"));
    let run = |more: &[&str]| house.sandbox.gitconn(["store", "key", "export"]).args(more).may_show(&key);
    let no = Terminal::start(run(&[])).sees("who sees it opens the store").types("n").ends();
    assert!(no.code == 130 && !no.screen.contains(&key[20..]), "{no:?}");
    assert!(!house.trail().contains(&"store.key_exported".to_owned()));
    let seen = Terminal::start(run(&["--qr"])).sees("[y/N]").types("y").ends();
    assert_eq!(seen.code, 0, "{seen:?}");
    let (text, id) = (seen.text(), house.json(&["store", "info"])["store_id"].as_str().unwrap().to_owned());
    for part in [&id, "# public key: age1", "checksum", "scrollback", "█▀▀▀▀▀█"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // What is printed above the code is a key file.
    let lines = text.lines().filter(|line| line.starts_with("# ") || line.starts_with("AGE-SECRET-KEY-1"));
    let sheet = house.sandbox.write("typed.txt", &lines.fold(String::new(), |text, line| text + line.trim() + "\n"));
    house.sandbox.key_file(&sheet);
    with(&house, &sheet, &["list"]).ok();
    let exported = house.json(&["audit", "list", "--kind", "store.key_exported"]);
    assert_eq!(exported["events"].as_array().unwrap().len(), 1, "{exported}");
    assert!(!exported.to_string().contains("AGE-SECRET"), "{exported}");
    // Elsewhere than on a terminal it is a line, wants `--yes`, and is no picture.
    run(&[]).run().code(2).says("--yes");
    run(&["--yes", "--qr"]).run().code(2).says("terminal");
    assert_eq!(run(&["--yes"]).run().ok().stdout, format!("{key}\n"));
}
