//! `store`: the file and its key, as a person handles them. What happens inside is tested where it is built.

use crate::support::{House, Sandbox};

#[test]
fn a_key_file_is_made_and_opens_the_store() {
    let mut sandbox = Sandbox::bare();
    let key = sandbox.path("keys/mine.txt");
    std::fs::create_dir_all(key.parent().unwrap()).unwrap();
    sandbox.key_file(&key);
    sandbox.gitconn(["store", "init", "--key", "file", "--key-out"]).arg(&key).run().ok();
    let text = std::fs::read_to_string(&key).unwrap();
    let secret = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap();
    sandbox.secret(secret);
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions()) & 0o777, 0o600);
    sandbox.gitconn(["list"]).run().code(5);
    sandbox.gitconn(["list", "--key-file"]).arg(&key).run().ok();
    sandbox.gitconn(["list"]).env("GITCONN_KEY", secret).run().ok();
    sandbox.set("GITCONN_KEY_FILE", &key);
    let info = sandbox.gitconn(["store", "info", "--json"]).run().ok();
    assert!(info.stdout.contains(&*sandbox.store().to_string_lossy()), "{info}");
    // What is there is not made again.
    sandbox.gitconn(["store", "init", "--key", "file"]).run().code(2);
    // Nothing of the store can be read by others.
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(sandbox.store()).unwrap().permissions()) & 0o777,
        0o600
    );
}

#[test]
fn the_key_is_shown_when_it_is_asked_for() {
    let house = House::new();
    let key = std::fs::read_to_string(house.sandbox.path("key.txt")).unwrap().trim_end().to_owned();
    let ran = house.sandbox.gitconn(["store", "key", "export"]).may_show(&key).run().ok();
    assert!(ran.stdout.lines().any(|line| line.starts_with(&key)), "{ran}");
}

#[test]
fn a_backup_comes_back_and_the_difference_is_told() {
    let house = House::new();
    let backup = house.sandbox.path("backup.age");
    let backup = backup.to_string_lossy();
    house.run(&["store", "backup", &backup]).ok();
    house.run(&["store", "backup", &backup]).code(1);
    house.run(&["remove", "work", "--yes"]).ok();
    assert_eq!(house.names(&[]), ["lab"]);
    house.run(&["store", "restore", &backup]).code(2).says("--yes");
    assert_eq!(house.names(&[]), ["lab"]);
    let ran = house.run(&["store", "restore", &backup, "--yes"]).ok();
    assert!(ran.stderr.contains("work") || ran.stdout.contains("work"), "{ran}");
    assert_eq!(house.names(&[]), ["lab", "work"]);
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    assert!(house.trail().contains(&"store.restored".to_owned()));
    house.run(&["audit", "verify"]).ok();
    house.run(&["store", "verify"]).ok();
}

#[test]
fn the_generation_before_comes_back() {
    let house = House::new();
    house.run(&["remove", "work", "--yes"]).ok();
    let kept = house.json(&["store", "info"])["backups"][0]["generation"].to_string();
    house.run(&["store", "restore", "--generation", &kept, "--yes"]).ok();
    assert_eq!(house.names(&[]), ["lab", "work"]);
}

#[test]
fn an_older_file_is_refused_until_it_is_accepted() {
    let house = House::new();
    let old = std::fs::read(house.sandbox.store()).unwrap();
    house.run(&["edit", "work", "--description", "newer"]).ok();
    std::fs::write(house.sandbox.store(), old).unwrap();
    let ran = house.run(&["list", "--json"]).code(7);
    assert_eq!(ran.error()["kind"], "damaged", "{ran}");
    house.run(&["list"]).code(7).says("store accept");
    house.sandbox.gitconn(["list"]).env("GITCONN_PIN", "off").run().ok();
    house.run(&["store", "accept"]).code(2).says("--yes");
    house.run(&["list"]).code(7);
    house.run(&["store", "accept", "--yes"]).ok();
    house.run(&["list"]).ok();
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let house = House::new();
    let whole = std::fs::read(house.sandbox.store()).unwrap();
    for damage in [&whole[..whole.len() / 2], &whole[..10], b"", b"age-encryption.org/v1\n", &[0; 4096]] {
        std::fs::write(house.sandbox.store(), damage).unwrap();
        for arguments in [
            &["list"][..],
            &["show", "work"],
            &["token", "work"],
            &["validate"],
            &["repos"],
            &["audit", "list"],
            &["edit", "work", "--name", "x"],
            &["remove", "work", "--yes"],
            &["store", "verify"],
        ] {
            house.run(arguments).code(7);
        }
        house.connect_github("new", &house.work, &[]).code(7);
        assert_eq!(std::fs::read(house.sandbox.store()).unwrap(), damage);
    }
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(house.sandbox.store(), &flipped).unwrap();
    house.run(&["list"]).code(7);
    std::fs::write(house.sandbox.store(), &whole).unwrap();
    house.run(&["list"]).ok();
}

#[test]
fn a_wrong_key_a_bad_key_and_no_key_are_told_apart() {
    let house = House::new();
    let other = house.sandbox.make_key("other.txt");
    house.sandbox.gitconn(["list", "--key-file"]).arg(&other).run().code(5).says("does not open");
    let bad = house.sandbox.write("bad.txt", "not a key\n");
    house.sandbox.gitconn(["list", "--key-file"]).arg(&bad).run().code(5);
    let open = house.sandbox.make_key("open.txt");
    std::fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    house.sandbox.gitconn(["list", "--key-file"]).arg(&open).run().code(5).says("read");
    house.sandbox.gitconn(["list", "--key-file", "/nonexistent"]).run().code(5);
    let ran = house.sandbox.gitconn(["list", "--json"]).without("GITCONN_KEY_FILE").run().code(5);
    assert_eq!(ran.error()["kind"], "locked");
    assert!(ran.error()["hint"].as_str().unwrap().contains("GITCONN_KEY"));
}

#[test]
fn a_key_is_named_by_where_it_came_from() {
    let house = House::new();
    let other = house.sandbox.make_key("other.txt");
    let ran = house.sandbox.gitconn(["list"]).env("GITCONN_KEY_FILE", &other).run().code(5);
    assert!(ran.stderr.contains("GITCONN_KEY_FILE") && !ran.stderr.contains("--key-file"), "{ran}");
    house.sandbox.gitconn(["list", "--key-file"]).arg(&other).run().code(5).says("--key-file");
    let text = std::fs::read_to_string(&other).unwrap();
    house.sandbox.gitconn(["list"]).without("GITCONN_KEY_FILE").env("GITCONN_KEY", text.trim()).run().code(5).says("GITCONN_KEY");
}

#[test]
fn a_store_behind_a_link_stays_behind_it() {
    let house = House::new();
    let real = house.sandbox.path("elsewhere/real.age");
    std::fs::create_dir_all(real.parent().unwrap()).unwrap();
    std::fs::rename(house.sandbox.store(), &real).unwrap();
    std::os::unix::fs::symlink(&real, house.sandbox.store()).unwrap();
    house.run(&["edit", "work", "--description", "linked"]).ok();
    assert!(house.sandbox.store().symlink_metadata().unwrap().is_symlink());
    assert_eq!(house.connection("work")["description"], "linked");
}

#[test]
fn a_passphrase_protects_the_key() {
    let mut sandbox = Sandbox::bare();
    let passphrase = sandbox.secret("correct horse battery staple 42");
    let file = sandbox.write("passphrase.txt", &format!("{passphrase}\n"));
    sandbox.key_file(&file);
    sandbox.set("GITCONN_PASSPHRASE_FILE", &file);
    sandbox.gitconn(["store", "init", "--key", "passphrase"]).run().ok();
    sandbox.gitconn(["list", "--json"]).run().ok();
    let key = std::fs::read(sandbox.path("data/gitconn/store.age.key.age")).unwrap();
    // scrypt with the work factor that was promised: 2^18.
    let head = String::from_utf8_lossy(&key[..200.min(key.len())]).into_owned();
    assert!(
        head.contains("-> scrypt ") && head.lines().any(|line| line.starts_with("-> scrypt") && line.ends_with(" 18")),
        "{head}"
    );
    let wrong = sandbox.write("wrong.txt", "something else entirely\n");
    sandbox.gitconn(["list"]).env("GITCONN_PASSPHRASE_FILE", &wrong).run().code(5);
    sandbox.gitconn(["list"]).without("GITCONN_PASSPHRASE_FILE").run().code(5);
}

#[test]
fn info_says_what_it_is_without_the_key() {
    let house = House::new();
    let with = house.json(&["store", "info"]);
    assert!(with.to_string().contains("generation"), "{with}");
    let without = house.sandbox.gitconn(["store", "info", "--json"]).without("GITCONN_KEY_FILE").run();
    assert!(without.code == 0 || without.code == 5, "{without}");
    Sandbox::with_key().gitconn(["store", "info"]).run().code(3);
}

#[test]
fn the_key_is_exported_as_a_line_that_opens_the_store() {
    let house = House::new();
    let text = std::fs::read_to_string(house.sandbox.path("key.txt")).unwrap();
    let secret = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned();
    let export = |more: &[&str]| house.sandbox.gitconn(["store", "key", "export"]).args(more).may_show(&secret).run().ok();
    let plain = export(&[]).stdout;
    assert_eq!((plain.lines().count(), plain.ends_with('\n')), (1, true), "one line and no more is asked for");
    let json = export(&["-o", "json"]).json()["key"].as_str().unwrap().to_owned();
    for line in [plain.trim_end(), &json] {
        assert!(!line.contains('\n'));
        let with_line =
            |arguments: &[&str]| house.sandbox.gitconn(arguments).without("GITCONN_KEY_FILE").env("GITCONN_KEY", line).run().ok();
        assert_eq!(with_line(&["list", "--json"]).json()["connections"].as_array().unwrap().len(), 2);
        // Who has it may write too; and as a file it does as well.
        with_line(&["disable", "lab"]);
        let file = house.sandbox.write("copy.txt", line);
        house.sandbox.key_file(&file);
        house.sandbox.gitconn(["enable", "lab"]).env("GITCONN_KEY_FILE", &file).run().ok();
    }
}
