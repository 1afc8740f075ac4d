//! `store`: the file and its key, as a person handles them. What happens inside is tested where it is built.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::fake::{GitHub, GitHubGrant};
use crate::support::{House, Sandbox, tokens};

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
    let ran = house.sandbox.gitconn(["store", "key", "export", "--yes"]).may_show(&key).run().ok();
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
fn a_token_that_was_replaced_since_is_said_before_the_old_one_comes_back() {
    let house = House::new();
    let backup = house.sandbox.path("backup.age");
    let backup = backup.to_string_lossy();
    house.run(&["store", "backup", &backup]).ok();
    house.run(&["edit", "lab", "--description", "the same token"]).ok();
    let other = house.sandbox.secret(&tokens::classic("another"));
    house.github.accept(&other, GitHubGrant::classic("ada"));
    house.sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&other).run().ok();
    let ran = house.run(&["store", "restore", &backup, "--yes"]).ok();
    let ran = ran.says("another token comes back for `work`").says("gitconn validate work");
    assert!(!ran.stderr.contains("comes back for `lab`"), "{ran}");
}

#[test]
fn a_key_in_the_environment_goes_before_a_setting_and_not_before_what_was_typed() {
    let mut house = House::new();
    let key = std::fs::read_to_string(house.sandbox.path("key.txt")).unwrap().trim_end().to_owned();
    let wrong = house.sandbox.make_key("wrong.txt");
    let wrong = wrong.to_str().unwrap();
    house.sandbox.unset("GITCONN_KEY_FILE");
    house.run(&["config", "set", "key_file", wrong]).ok();
    house.run(&["list"]).code(5);
    house.sandbox.gitconn(["list"]).env("GITCONN_KEY", &key).run().ok();
    house.sandbox.gitconn(["list", "--key-file", wrong]).env("GITCONN_KEY", &key).run().code(5);
    house.sandbox.gitconn(["list"]).env("GITCONN_KEY", "").run().code(5).says("the setting `key_file`");
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
fn a_key_file_that_is_named_for_a_new_store_and_not_there_is_made_by_another_option() {
    let sandbox = Sandbox::bare();
    let path = sandbox.path("new.key").display().to_string();
    let ran = sandbox.gitconn(["store", "init", "--key-file", &path]).run().code(5);
    let hint = format!("gitconn store init --key file --key-out {path}");
    assert!(ran.stderr.contains(&format!("hint: {hint}")), "{ran}");
    // It can be pasted, and then goes.
    sandbox.key_file(&sandbox.path("new.key"));
    sandbox.gitconn(hint.split(' ').skip(1)).run().ok();
    sandbox.gitconn(["list", "--key-file", &path]).run().ok();
}

#[test]
fn where_nobody_can_be_asked_the_first_connect_says_how_a_store_is_made() {
    let sandbox = Sandbox::bare();
    let github = GitHub::start();
    let token = github.classic(&sandbox, "ada");
    let connect = ["connect", "github", "work", "--host", &github.origin(), "--token-stdin"];
    let ran = sandbox.gitconn(connect).stdin(&token).run().code(5).says("there is no place for the key of a new store");
    assert!(ran.stderr.contains("hint: gitconn store init --key file --key-out FILE"), "{ran}");
    assert!(!ran.stderr.contains("unlock"), "there is nothing to unlock yet\n{ran}");
    // The way that is hinted at leads there.
    let key = sandbox.path("new.key");
    sandbox.key_file(&key);
    sandbox.gitconn(["store", "init", "--key", "file", "--key-out"]).arg(&key).run().ok();
    sandbox.gitconn(connect).env("GITCONN_KEY_FILE", &key).stdin(&token).run().ok();
    // Nor is there anybody to think of a passphrase.
    let ran = Sandbox::bare().gitconn(["store", "init", "--key", "passphrase"]).run().code(5);
    assert!(ran.stderr.contains("hint: export GITCONN_PASSPHRASE_FILE=FILE"), "{ran}");
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
    let chmod = format!("hint: chmod 600 {}", open.display());
    let ran = house.sandbox.gitconn(["list", "--key-file"]).arg(&open).run().code(5);
    assert!(ran.stderr.contains(&chmod), "{ran}");
    let ran = house.sandbox.gitconn(["list", "--key-file", "/nonexistent"]).run().code(5);
    assert!(ran.stderr.contains("hint: gitconn --key-file /nonexistent store info"), "{ran}");
    let ran = house.sandbox.gitconn(["list"]).env("GITCONN_KEY_FILE", "/nonexistent").run().code(5);
    assert!(ran.stderr.contains("hint: gitconn store info"), "{ran}");
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
fn a_key_file_that_is_in_the_way_is_named_with_the_way_out() {
    let mut sandbox = Sandbox::bare();
    let passphrase = sandbox.secret("correct horse battery staple 43");
    let file = sandbox.write("passphrase.txt", &format!("{passphrase}\n"));
    sandbox.key_file(&file);
    sandbox.set("GITCONN_PASSPHRASE_FILE", &file);
    let left = sandbox.write("data/gitconn/store.age.key.age", "left by an attempt that was killed");
    let token = sandbox.secret(&tokens::classic("store"));
    let connect = || sandbox.gitconn(["connect", "github", "work", "--token-stdin", "--offline"]).stdin(&token);
    let command = format!("mv {0} {0}.old", left.display());
    let ran = connect().run().code(5).says(&left.display().to_string()).says(&format!("hint: {command}"));
    let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
    assert!(std::process::Command::new("sh").args(["-c", hint]).status().unwrap().success());
    connect().run().ok();
}

#[test]
fn a_time_out_of_range_is_a_usage_error_that_names_the_limits() {
    // Before anything is read: there is not even a store.
    let sandbox = Sandbox::bare();
    for span in ["31d", "0s", "999999d"] {
        let ran = sandbox.gitconn(["store", "unlock", "--for", span]).run().code(2).says("1s at least and 30d at most");
        assert!(!ran.stderr.contains("store init"), "{ran}");
    }
}

/// Takes the key of a store out of the kernel's keyring however a test ends.
struct Unlocked<'sandbox>(&'sandbox Sandbox);

impl Drop for Unlocked<'_> {
    fn drop(&mut self) {
        let _ = self.0.gitconn(["store", "lock"]).command().output();
    }
}

/// Whether the kernel let `store unlock` leave a key with it. Where a sandbox forbids that, says so; with `CI` set that is a failure, unless
/// `GITCONN_TESTS_WITHOUT` names `kernel-keyring` (as with the unit tests).
#[expect(clippy::print_stderr, reason = "a test that was left out has to say so")]
fn kernel_plays(ran: &crate::support::Ran) -> bool {
    if ran.code == 0 {
        return true;
    }
    let forbidden = ran.stderr.contains("sandbox") || ran.stderr.contains("kernel has none");
    assert!(ran.code == 5 && ran.stderr.contains("the kernel's keyring cannot be used") && forbidden, "{ran}");
    let without = std::env::var("GITCONN_TESTS_WITHOUT").unwrap_or_default();
    let is_excused = without.split_whitespace().any(|name| name == "kernel-keyring");
    assert!(is_excused || std::env::var_os("CI").is_none(), "the suite `kernel-keyring` is left out, and CI is set\n{ran}");
    eprintln!("LEFT OUT: kernel-keyring");
    false
}

#[test]
fn an_unlocked_store_needs_no_passphrase_until_it_is_locked() {
    let sandbox = Sandbox::bare();
    let passphrase = sandbox.secret("correct horse battery staple 44");
    let file = sandbox.write("passphrase.txt", &format!("{passphrase}\n"));
    sandbox.key_file(&file);
    sandbox.gitconn(["store", "init", "--key", "passphrase"]).env("GITCONN_PASSPHRASE_FILE", &file).run().ok();
    sandbox.gitconn(["list"]).run().code(5);
    let unlock = |span: &str| sandbox.gitconn(["store", "unlock", "--json", "--for", span]);
    let ran = unlock("1h").env("GITCONN_PASSPHRASE_FILE", &file).run();
    let _unlocked = Unlocked(&sandbox);
    if !kernel_plays(&ran) {
        return;
    }
    let until = ran.json()["unlocked_until"].clone();
    let left = until.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second() - jiff::Timestamp::now().as_second();
    assert!((3_500..=3_600).contains(&left), "{left} s");
    sandbox.gitconn(["list"]).run().ok();
    let info = || sandbox.gitconn(["store", "info", "--json"]).run();
    let open = info().ok().json();
    assert_eq!((&open["key_from"], &open["unlocked_until"]), (&json!("the kernel's keyring"), &until));
    // What is there does not prolong itself.
    unlock("20h").run().code(5);
    assert_eq!(info().ok().json()["unlocked_until"], until);
    let longer = unlock("2h").env("GITCONN_PASSPHRASE_FILE", &file).run().ok().json()["unlocked_until"].clone();
    assert!(longer.as_str() > until.as_str(), "{longer}");

    sandbox.gitconn(["store", "lock"]).run().ok().says("locked");
    sandbox.gitconn(["list"]).run().code(5);
    let locked = info().code(5).json();
    assert_eq!((&locked["key_from"], &locked["unlocked_until"]), (&Value::Null, &Value::Null));
    sandbox.gitconn(["store", "lock"]).run().ok().says("it was not unlocked");
}

#[test]
fn only_its_owner_can_read_anything_whatever_the_umask() {
    let sandbox = Sandbox::with_key();
    for directory in ["data", "state"] {
        std::fs::remove_dir(sandbox.path(directory)).unwrap();
    }
    let token = sandbox.secret(&tokens::classic("store"));
    let backup = sandbox.path("data/gitconn/backup.age").display().to_string();
    // A umask belongs to a whole process: to the program's, not to this one with its other tests.
    let openly = |arguments: &[&str]| {
        let plain = sandbox.gitconn(arguments).command();
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", "umask 000 && exec \"$0\" \"$@\" < token"]).arg(plain.get_program()).args(plain.get_args());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = command.current_dir(sandbox.root()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    sandbox.key_file(&sandbox.write("token", &token));
    openly(&["connect", "github", "work", "--token-stdin", "--offline"]);
    openly(&["edit", "work", "--description", "x"]);
    openly(&["token", "work"]);
    openly(&["store", "backup", &backup]);
    std::fs::remove_file(sandbox.path("token")).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let mut seen = Vec::new();
    let mut directories = vec![sandbox.path("data"), sandbox.path("state")];
    while let Some(directory) = directories.pop() {
        assert_eq!(mode(&directory), 0o700, "{}", directory.display());
        for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                directories.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                seen.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    for name in ["store.age", "store.lock", "store.age.~1~", "store.age.~2~", "backup.age", "home", "home.lock"] {
        assert!(seen.iter().any(|seen| seen == name), "{name} is not among {seen:?}");
    }
    // The pin and its lock, and the spool, are called after the store's id.
    assert_eq!(seen.len(), 10, "{seen:?}");
}

#[test]
fn the_key_is_exported_as_a_line_that_opens_the_store() {
    let house = House::new();
    let text = std::fs::read_to_string(house.sandbox.path("key.txt")).unwrap();
    let secret = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned();
    let export =
        |more: &[&str]| house.sandbox.gitconn(["store", "key", "export", "--yes"]).args(more).may_show(&secret).run().ok();
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
