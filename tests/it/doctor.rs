//! `doctor`: each thing that can be wrong with a set-up is found, named with what mends it, and mended where that needs no decision.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::rotate::{self, ROTATE};
use crate::support::fake::Answer;
use crate::support::house::texts;
use crate::support::pty::Terminal;
use crate::support::{House, Ran, Sandbox};

/// Git's own settings in the sandbox's home.
fn git_config(sandbox: &Sandbox, content: &str) {
    sandbox.write("home/.gitconfig", content);
}

/// A house whose git asks gitconn: nothing is wrong with it.
fn sound() -> House {
    let house = House::new();
    git_config(&house.sandbox, "[credential]\n\thelper =\n\thelper = gitconn\n");
    house
}

/// The findings of an area.
#[track_caller]
fn findings(ran: &Ran, area: &str) -> Vec<Value> {
    let all = ran.json()["findings"].as_array().unwrap().clone();
    all.into_iter().filter(|found| found["area"] == area).collect()
}

fn doctor(house: &House, more: &[&str]) -> Ran {
    house.run(&[&["doctor", "--json"], more].concat())
}

#[track_caller]
fn only(ran: &Ran, area: &str, what: &str, command: &str) {
    let found = findings(ran, area);
    let all = ran.json()["findings"].as_array().unwrap().len();
    assert_eq!((found.len(), all), (1, 1), "{ran}");
    assert!(found[0]["what"].as_str().unwrap().contains(what), "{what:?}\n{ran}");
    assert!(found[0]["command"].as_str().unwrap().contains(command), "{command:?}\n{ran}");
    assert!(!found[0]["why"].as_str().unwrap().is_empty(), "{ran}");
}

fn make_old(path: &Path) {
    let file = std::fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_mins(10)).unwrap();
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let house = sound();
    let ran = doctor(&house, &[]).ok();
    let checks = &ran.json()["checks"];
    assert_eq!(ran.json()["findings"], serde_json::json!([]), "{ran}");
    assert_eq!(
        texts(checks, "area"),
        ["store", "keyring", "permissions", "leftovers", "connections", "routes", "git", "plaintext", "hosts", "clock"]
    );
    assert!(texts(checks, "state").iter().all(|state| state == "sound"), "{ran}");
    // Hosts are asked without a token, and not at all with --offline.
    house.github.forget();
    doctor(&house, &[]).ok();
    assert!(!house.github.seen().is_empty() && house.github.seen().iter().all(|request| request.token().is_none()));
    house.github.forget();
    let offline = doctor(&house, &["--offline"]).ok();
    assert_eq!(texts(&offline.json()["checks"], "state")[8..], ["skipped", "skipped"]);
    assert!(house.github.seen().is_empty() && house.gitlab.seen().len() <= 4);
    // On a machine where nothing was done yet nothing is wrong either.
    let bare = Sandbox::bare();
    bare.gitconn(["doctor", "--json"]).run().ok();
    assert!(!bare.store().exists());
}

#[test]
fn what_others_may_do_is_taken_away() {
    let house = sound();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let store = house.sandbox.store();
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(store.parent().unwrap(), std::fs::Permissions::from_mode(0o770)).unwrap();
    let ran = doctor(&house, &[]).code(9);
    let commands: Vec<Value> = findings(&ran, "permissions").iter().map(|found| found["command"].clone()).collect();
    assert_eq!(commands.len(), 2, "{ran}");
    assert!(
        commands[0].as_str().unwrap().starts_with("chmod go-rwx ") && commands[1].as_str().unwrap().starts_with("chmod go-w ")
    );
    assert_eq!(mode(&store), 0o644, "looking changes nothing");
    let ran = doctor(&house, &["--fix"]).ok();
    assert!(findings(&ran, "permissions").iter().all(|found| found["fixed"] == true), "{ran}");
    assert_eq!((mode(&store), mode(store.parent().unwrap())), (0o600, 0o750));
    assert_eq!(doctor(&house, &[]).ok().json()["findings"], serde_json::json!([]));
    // A key file that others can read keeps the store closed: mended, it opens.
    let key = house.sandbox.path("key.txt");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = doctor(&house, &[]).code(5);
    assert_eq!((findings(&ran, "store").len(), findings(&ran, "permissions").len()), (1, 1), "{ran}");
    let ran = doctor(&house, &["--fix"]).ok();
    assert!(findings(&ran, "store").is_empty(), "{ran}");
    assert_eq!(mode(&key), 0o600);
}

#[test]
fn on_a_terminal_it_asks_before_it_mends() {
    let house = sound();
    let store = house.sandbox.store();
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o644)).unwrap();
    let run = || Terminal::start(house.sandbox.gitconn(["doctor", "--offline"]));
    run().sees("others can read").sees("[y/N]").types("n").ends().code(9);
    assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o644);
    let seen = run().sees("[y/N]").types("y").ends().code(0);
    assert!(seen.text().contains("(mended)"), "{}", seen.text());
    assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn helpers_that_answer_first_or_write_tokens_down_are_named() {
    let house = sound();
    let github = house.github.origin();
    for (config, what, gravity) in [
        ("[credential]\n\thelper = cache --timeout 60\n\thelper = gitconn\n".to_owned(), "`cache --timeout 60`", "problem"),
        (
            "[credential]\n\thelper = gitconn\n\thelper = store --file /nonexistent\n".to_owned(),
            "is asked after gitconn",
            "problem",
        ),
        (
            "[credential]\n\thelper = /nonexistent/gitconn credential\n".to_owned(),
            "`/nonexistent/gitconn`, which is not there",
            "problem",
        ),
        (
            format!("[credential]\n\thelper = gitconn\n[credential \"{github}\"]\n\thelper =\n"),
            "git does not ask gitconn",
            "advice",
        ),
        (format!("[credential]\n\thelper =\n\thelper = gitconn\n[credential \"{github}\"]\n\thelper = osxkeychain\n"), "", ""),
    ] {
        git_config(&house.sandbox, &config);
        let ran = doctor(&house, &["--offline"]).code(if gravity == "problem" { 9 } else { 0 });
        if what.is_empty() {
            assert!(findings(&ran, "git").is_empty(), "a helper behind ours that keeps nothing is no problem\n{ran}");
        } else {
            only(&ran, "git", what, "gitconn setup-git");
            assert_eq!(findings(&ran, "git")[0]["gravity"], gravity, "{ran}");
        }
        if gravity == "problem" {
            let fixed = doctor(&house, &["--offline", "--fix"]).ok();
            assert_eq!(findings(&fixed, "git")[0]["fixed"], true, "{fixed}");
            let after = doctor(&house, &["--offline"]).ok();
            assert!(findings(&after, "git").iter().all(|left| left["gravity"] == "advice"), "{after}");
        }
    }
}

/// Whatever stands in the way: what is printed there is all that is to be done.
#[test]
fn what_is_printed_of_git_mends_it() {
    let house = House::new();
    let (sandbox, github) = (&house.sandbox, house.github.origin());
    let checkout = sandbox.path("checkout");
    sandbox.other("git", ["init", "--quiet"]).arg(&checkout).run().ok();
    let plain = std::fs::read_to_string(checkout.join(".git/config")).unwrap();
    let doctor = || sandbox.gitconn(["doctor", "--json", "--offline"]).in_folder(&checkout).run();
    let gh = format!("[credential \"{github}\"]\n\thelper =\n\thelper = !gh auth git-credential\n");
    for (user, local, what) in [
        (gh.clone(), "", "`!gh auth git-credential`"),
        ("[credential]\n\thelper = store\n".to_owned(), "", "the helper `store`"),
        ("[credential]\n\thelper =\n\thelper = store\n".to_owned(), "", "the helper `store`"),
        ("[credential]\n\thelper = !/nonexistent/tool get\n".to_owned(), "", "`/nonexistent/tool`, which is not there"),
        ("[credential]\n\thelper = /nonexistent/gitconn credential\n".to_owned(), "", "which is not there"),
        (String::new(), "[credential]\n\thelper = store\n", "the helper `store` (file:.git/config)"),
        (String::new(), gh.as_str(), "took the place of gitconn"),
        (String::new(), "[credential]\n\thelper =\n", "git does not ask gitconn"),
    ] {
        git_config(sandbox, "");
        std::fs::write(checkout.join(".git/config"), &plain).unwrap();
        house.run(&["setup-git", "--yes"]).ok();
        assert!(findings(&doctor().ok(), "git").is_empty());
        let ours = std::fs::read_to_string(sandbox.path("home/.gitconfig")).unwrap();
        git_config(sandbox, &format!("{ours}{user}"));
        std::fs::write(checkout.join(".git/config"), format!("{plain}{local}")).unwrap();
        let found = findings(&doctor(), "git");
        assert!(!found.is_empty() && found[0]["what"].as_str().unwrap().contains(what), "{what}: {found:?}");
        for one in found {
            let words = one["command"].as_str().unwrap().strip_prefix("gitconn ").unwrap().to_owned();
            sandbox.gitconn(words.split(' ')).arg("--yes").in_folder(&checkout).run().ok();
        }
        let after = doctor().ok();
        assert!(findings(&after, "git").is_empty(), "{what}: {after}");
    }
}

#[test]
fn tokens_in_plain_text_are_found_wherever_git_and_its_kin_keep_them() {
    let house = sound();
    let sandbox = &house.sandbox;
    let file = sandbox.write("home/.netrc", &format!("machine github.com login ada password {}\n", house.work));
    sandbox.key_file(&file);
    only(
        &doctor(&house, &["--offline"]).code(9),
        "plaintext",
        "a token or password stands in",
        "gitconn import netrc --delete-source",
    );
    std::fs::remove_file(file).unwrap();
    let checkout = sandbox.path("checkout");
    let git = |arguments: &[&str]| {
        let status = Command::new("git").args(arguments).current_dir(&checkout).env("HOME", sandbox.path("home")).status();
        assert!(status.unwrap().success(), "{arguments:?}");
    };
    std::fs::create_dir(&checkout).unwrap();
    git(&["init", "-q"]);
    git(&["remote", "add", "mine", &format!("https://ada:{}@github.com/acme/site.git", house.work)]);
    sandbox.key_file(&checkout.join(".git/config"));
    let ran = sandbox.gitconn(["doctor", "--offline", "--json"]).in_folder(&checkout).run().code(9);
    only(&ran, "plaintext", "`remote.mine.url`", "git remote set-url mine https://github.com/acme/site.git");
    // What it says to do does it.
    git(&["remote", "set-url", "mine", "https://github.com/acme/site.git"]);
    sandbox.gitconn(["doctor", "--offline"]).in_folder(&checkout).run().ok();
}

#[test]
fn dead_and_ending_tokens_and_routes_to_them_are_found() {
    let house = sound();
    house.run(&["edit", "work", "--expires-at", "2099-01-01"]).ok();
    house.run(&["route", "add", &format!("{}/acme", house.github.origin()), "work"]).ok();
    doctor(&house, &["--offline"]).ok();
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    let ran = doctor(&house, &["--offline"]).code(9);
    let (connections, routes) = (findings(&ran, "connections"), findings(&ran, "routes"));
    assert!(connections[0]["what"].as_str().unwrap().contains("the token of `work` is revoked"), "{ran}");
    assert_eq!(connections[0]["command"], "gitconn rotate work");
    assert!(routes[0]["what"].as_str().unwrap().contains("leads to `work`, which is revoked"), "{ran}");
    house.run(&["disable", "work"]).ok();
    only(&doctor(&house, &["--offline"]).code(9), "routes", "which is disabled", "gitconn enable work");
}

#[test]
fn hosts_that_do_not_answer_and_a_wrong_clock_are_found() {
    let house = sound();
    let date = |ahead: i64| {
        let then = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(ahead);
        let date = then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        for server in [&*house.github, &*house.gitlab] {
            server.always("*", Answer::html(404, "nothing here").header("date", &date));
        }
    };
    date(900);
    only(&doctor(&house, &[]).code(9), "clock", "the clock of this machine is 1", "timedatectl");
    date(20);
    doctor(&house, &[]).ok();
    date(0);
    // Nobody is there any more.
    let House { sandbox, github, gitlab, .. } = house;
    drop((github, gitlab));
    let ran = sandbox.gitconn(["doctor", "--json"]).run().code(9);
    let found = findings(&ran, "hosts");
    assert_eq!(found.len(), 2, "{ran}");
    assert_eq!(found[0]["command"], "gitconn validate lab", "{ran}");
}

#[test]
fn what_was_left_is_found_and_swept() {
    let house = sound();
    let sandbox = &house.sandbox;
    let temp = sandbox.store().with_file_name(format!(".store.age.12.{}.tmp", "0".repeat(32)));
    std::fs::write(&temp, b"").unwrap();
    doctor(&house, &["--offline"]).ok();
    make_old(&temp);
    let ran = doctor(&house, &["--offline"]).ok();
    only(&ran, "leftovers", "1 temporary file beside the store", "gitconn doctor --fix");
    let lock = sandbox.write("home/.git-credentials.lock", "");
    let own = sandbox.write(&format!("home/..netrc.gitconn-{}.tmp", "0".repeat(32)), "");
    make_old(&lock);
    make_old(&own);
    let ran = doctor(&house, &["--offline"]).code(9);
    assert_eq!(findings(&ran, "leftovers").len(), 3, "{ran}");
    let ran = doctor(&house, &["--offline", "--fix"]).ok();
    assert!(findings(&ran, "leftovers").iter().all(|found| found["fixed"] == true), "{ran}");
    assert!(!temp.exists() && !lock.exists() && !own.exists());
}

#[test]
fn a_rotation_that_was_cut_off_is_named() {
    let house = rotate::house();
    git_config(&house.sandbox, "[credential]\n\thelper = gitconn\n");
    house.gitlab.script(ROTATE, [Answer::never()]);
    let mut running = house.sandbox.gitconn(["rotate", "lab"]).start();
    house.gitlab.wait_below(ROTATE);
    doctor(&house, &["--offline"]).ok();
    running.kill();
    drop(running);
    house.gitlab.recover();
    let locks = house.sandbox.path("state/gitconn/locks");
    std::fs::remove_dir_all(&locks).unwrap();
    let ran = doctor(&house, &["--offline"]).code(9);
    only(&ran, "leftovers", "a rotation of `lab` was begun", "gitconn rotate --resume lab");
    assert!(!locks.exists(), "looking changes nothing");
}

#[test]
fn a_store_that_does_not_open_is_said_with_its_own_code() {
    let house = sound();
    let ran = house.sandbox.gitconn(["doctor", "--offline", "--json"]).without("GITCONN_KEY_FILE").run().code(5);
    assert_eq!(findings(&ran, "store").len(), 1, "{ran}");
    let bytes = std::fs::read(house.sandbox.store()).unwrap();
    std::fs::write(house.sandbox.store(), &bytes[..bytes.len() / 2]).unwrap();
    let ran = doctor(&house, &["--offline"]).code(7);
    assert!(findings(&ran, "store")[0]["command"].as_str().unwrap().starts_with("gitconn store"), "{ran}");
}

#[test]
fn secrets_for_hosts_that_nobody_knows_are_counted_too() {
    let house = sound();
    let sandbox = &house.sandbox;
    let git = sandbox.write("home/.git-credentials", "https://ada:made-up@git.unknown.invalid\nhttps://ada:@git.empty.invalid\n");
    let ran = doctor(&house, &["--offline"]).code(9);
    only(&ran, "plaintext", "a token or password stands in", "gitconn import git-credentials --delete-source");
    std::fs::remove_file(git).unwrap();
    // Logins that gh renews by itself stand in plain text like any other token.
    let hosts = "github.com:\n    oauth_token: made-up\n    oauth_refresh_token: made-up-too\n    user: ada\n";
    let gh = sandbox.write("config/gh/hosts.yml", hosts);
    only(&doctor(&house, &["--offline"]).code(9), "plaintext", "hosts.yml", "gitconn import gh --dry-run");
    // What cannot be read is no proof that nothing is there.
    std::fs::write(&gh, "github.com: [\n").unwrap();
    only(&doctor(&house, &["--offline"]).code(9), "plaintext", "cannot be read", "gitconn import gh --dry-run");
    // Nobody is asked: not gh either, where it has its token in the keyring.
    std::fs::write(&gh, "github.com:\n    users:\n        ada:\n    user: ada\n").unwrap();
    sandbox.program("gh", &format!("touch '{}'", sandbox.path("asked").display()));
    doctor(&house, &["--offline"]).ok();
    assert!(!sandbox.path("asked").exists());
    std::fs::remove_file(gh).unwrap();
    // A netrc is for whatever asks: worth knowing, and no more.
    sandbox.write("home/.netrc", "machine ftp.unknown.invalid login a password b\ndefault login x password y\n");
    let ran = doctor(&house, &["--offline"]).ok();
    only(&ran, "plaintext", "2 tokens or passwords stand in", "gitconn import netrc --delete-source");
    assert_eq!(findings(&ran, "plaintext")[0]["gravity"], "advice");
}

#[test]
fn the_folder_of_a_clone_that_was_killed_is_told_from_others() {
    use std::os::unix::net::UnixListener;
    let house = sound();
    let temp = house.sandbox.path("temp");
    let folder = |name: &str, mode: u32| {
        let folder = temp.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        folder
    };
    let (left, open, other) = (folder("gitconn-AbC123", 0o700), folder("gitconn-AbC124", 0o755), folder("gitconn-AbC125", 0o700));
    let (used, named) = (folder("gitconn-AbC126", 0o700), folder("gitconn-mine", 0o700));
    for one in [&left, &open, &other, &named] {
        drop(UnixListener::bind(one.join("git")).unwrap());
    }
    std::fs::write(other.join("work"), "").unwrap();
    std::fs::write(left.join("ca-0.pem"), "").unwrap();
    let _listener = UnixListener::bind(used.join("git")).unwrap();
    let doctor = |more: &[&str]| {
        let run = house.sandbox.gitconn(["doctor", "--offline", "--json"]).args(more).env("TMPDIR", &temp);
        run.run().ok()
    };
    assert!(findings(&doctor(&[]), "leftovers").is_empty(), "it may be at work");
    for one in [&left, &open, &other, &used, &named] {
        std::fs::File::open(one).unwrap().set_modified(SystemTime::now() - Duration::from_mins(10)).unwrap();
    }
    only(&doctor(&[]), "leftovers", left.to_str().unwrap(), "rm -r ");
    assert_eq!(findings(&doctor(&["--fix"]), "leftovers")[0]["fixed"], true);
    assert!(!left.exists() && open.exists() && other.exists() && used.exists() && named.exists());
}

#[test]
fn a_store_that_was_exported_for_a_pipeline_may_be_read_by_others() {
    let house = House::new();
    let out = house.sandbox.path("repository/ci.age");
    std::fs::create_dir(out.parent().unwrap()).unwrap();
    let export = house.sandbox.gitconn(["store", "export", "--only", "work", "--out", out.to_str().unwrap()]);
    let key = export.prints_a_secret().run().ok().stdout.trim_end().to_owned();
    house.sandbox.secret(key.split(':').next().unwrap());
    git_config(&house.sandbox, "[credential]\n\thelper =\n\thelper = gitconn\n");
    let doctor = || {
        let run = house.sandbox.gitconn(["doctor", "--offline", "--json"]).without("GITCONN_KEY_FILE").env("GITCONN_KEY", &key);
        run.env("GITCONN_STORE", &out).env("GITCONN_STATE_DIR", house.sandbox.path("ci-state")).run()
    };
    let set = |mode| std::fs::set_permissions(&out, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o644);
    let ran = doctor();
    assert!(findings(&ran, "permissions").is_empty(), "{ran}");
    set(0o666);
    assert!(findings(&doctor(), "permissions")[0]["what"].as_str().unwrap().contains("others can write to the store"));
}
