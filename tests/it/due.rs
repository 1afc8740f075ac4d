//! What is due: by its end, by the end of its login, by its age; where it is shown, where it is asked for, and the warning of whoever uses it.

use serde_json::{Value, json};

use crate::store_in_doubt::forge;
use crate::support::fake::{Answer, GitHubGrant, Settings};
use crate::support::hall::log_in;
use crate::support::house::texts;
use crate::support::{Foundry, Hall, House, Ran};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// So many seconds from now.
fn from_now(seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + seconds).unwrap()
}

/// Logs in at a GitHub whose refresh tokens live for so many seconds.
fn log_in_for(hall: &Hall, name: &str, seconds: i64) {
    hall.github.oauth.set(|settings| {
        Settings::expiring(settings);
        settings.refresh_life = Some(seconds.unsigned_abs());
    });
    log_in(&hall.connect("github", name).args(["--oauth", "--no-browser"])).0.ok();
}

/// Says that a connection's token ends so many seconds from now.
#[track_caller]
fn end(house: &House, name: &str, seconds: i64) {
    house.run(&["edit", name, "--expires-at", &from_now(seconds).to_string()]).ok();
}

/// Makes the store believe that its connections were made so many days ago.
fn age(house: &House, days: i64) {
    forge(&house.sandbox, &format!("UPDATE connections SET created_at = created_at - {}", days * DAY * 1000));
    house.run(&["store", "accept", "--yes"]).ok();
}

/// Takes the end from both tokens: their providers know of none.
fn without_ends(house: &House) {
    for name in ["work", "lab"] {
        house.run(&["edit", name, "--expires-at", "none"]).ok();
    }
    house.github.accept(&house.work, GitHubGrant::classic("ada").expires(None));
}

/// The names that `list` shows with these options, and its exit code.
fn due(house: &House, options: &[&str]) -> (Vec<String>, i32) {
    let ran = house.sandbox.gitconn(["list", "--json"]).args(options).run();
    (texts(&ran.json()["connections"], "name"), ran.code)
}

#[test]
fn by_its_end() {
    let house = House::new();
    let none: (Vec<String>, i32) = (Vec::new(), 0);
    assert_eq!(due(&house, &["--expiring-within", "14d"]), none);
    end(&house, "work", 6 * DAY + HOUR);
    assert_eq!(due(&house, &["--expiring-within", "14d"]), (vec!["work".into()], 9));
    assert_eq!(due(&house, &["--expiring-within", "5d"]), none);
    // What has ended is due whatever the span.
    end(&house, "lab", -DAY);
    assert_eq!(due(&house, &["--expiring-within", "0s"]), (vec!["lab".into()], 9));
    // What nobody uses is nobody's concern, unless all are asked for.
    house.run(&["disable", "work"]).ok();
    assert_eq!(due(&house, &["--expiring-within", "14d"]), (vec!["lab".into()], 9));
    assert_eq!(due(&house, &["--expiring-within", "14d", "--all"]), (vec!["lab".into(), "work".into()], 9));
    assert_eq!(due(&house, &["--expiring-within", "14d", "--provider", "github"]), none);
}

#[test]
fn by_its_age_where_it_has_no_end() {
    let house = House::new();
    age(&house, 95);
    assert_eq!(due(&house, &["--older-than", "90d"]).1, 0, "both have an end");
    without_ends(&house);
    assert_eq!(due(&house, &["--older-than", "90d"]), (vec!["lab".into(), "work".into()], 9));
    assert_eq!(due(&house, &["--older-than", "96d"]).1, 0);
    // A new token is young again.
    let other = house.sandbox.secret(&crate::support::tokens::classic("another"));
    house.github.accept(&other, GitHubGrant::classic("ada").expires(None));
    house.sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&other).run().ok();
    assert_eq!(due(&house, &["--older-than", "90d"]), (vec!["lab".into()], 9));
    // Whoever asks for ends hears of age only where a setting says what is old.
    assert_eq!(due(&house, &["--expiring-within", "14d"]).1, 0);
    house.run(&["config", "set", "max_token_age", "90d"]).ok();
    assert_eq!(due(&house, &["--expiring-within", "14d"]), (vec!["lab".into()], 9));
    assert_eq!(due(&house, &["--expiring-within", "14d", "--older-than", "200d"]).1, 0, "what is typed comes first");
    house.run(&["config", "set", "max_token_age", "old"]).code(2);
}

#[test]
fn the_key_of_an_app_grows_old_too() {
    let foundry = Foundry::connected();
    let code = |arguments: &[&str]| foundry.sandbox.gitconn(arguments).run().code;
    assert_eq!(code(&["list", "--expiring-within", "100000d"]), 0);
    assert_eq!(code(&["list", "--older-than", "1d"]), 0);
    assert_eq!(code(&["list", "--older-than", "0s"]), 9);
    foundry.sandbox.gitconn(["config", "set", "max_token_age", "0s"]).run().ok();
    foundry.sandbox.gitconn(["list", "-o", "table"]).run().ok().prints("key less than a day old");
    let ran = foundry.sandbox.gitconn(["validate", "--older-than", "0s", "-o", "table"]).run().code(9);
    ran.prints("its key is less than a day old").says("the key of `prod-app` is less than a day old: gitconn rotate prod-app");
}

#[test]
fn a_login_is_due_when_its_refresh_token_ends() {
    let hall = Hall::new();
    log_in_for(&hall, "octo", 3 * DAY + HOUR);
    let ran = hall.run(&["list", "--expiring-within", "7d", "--json"]).code(9);
    assert_eq!(ran.json()["connections"][0]["due"], "login_ends", "{ran}");
    hall.run(&["list", "--expiring-within", "2d"]).ok();
    hall.run(&["validate", "--expiring-within", "7d", "-o", "table"])
        .code(9)
        .says("the login of `octo` ends in 3 days: gitconn connect --reauth octo");
}

#[test]
fn a_list_says_it_in_words_and_json() {
    let house = House::new();
    age(&house, 95);
    without_ends(&house);
    end(&house, "lab", 6 * DAY + HOUR);
    let table = |arguments: &[&str]| house.sandbox.gitconn(arguments).args(["-o", "table"]).run();
    let why = |name: &str| house.connection(name)["due"].clone();
    assert_eq!((why("lab"), why("work")), (json!("expires"), Value::Null));
    table(&["list"]).ok().prints("never").says("1 expires within 7 days: gitconn rotate --expiring-within 7d");
    house.run(&["config", "set", "max_token_age", "90d"]).ok();
    assert_eq!((why("lab"), why("work")), (json!("expires"), json!("too_old")));
    let ran = table(&["list"]).ok().prints("95 days old").prints("in 6 days");
    let ran = ran.says("1 is older than 90 days: gitconn rotate --older-than 90d");
    assert!(!ran.stdout.contains('\u{1b}'), "{ran}");
    let coloured = house.sandbox.gitconn(["list", "-o", "table"]).env("CLICOLOR_FORCE", "1").run().ok();
    assert!(coloured.stdout.contains("\u{1b}[33m95 days old\u{1b}"), "{coloured}");
    table(&["show", "work"]).ok().prints("95 days old");
    // Programs read the column as it was.
    let tsv = house.run(&["list", "-o", "tsv"]).ok().stdout;
    assert!(tsv.lines().any(|line| line.starts_with("work\t") && line.contains("\tnever\t")), "{tsv}");
    house.run(&["config", "set", "expiry_warning", "36h"]).ok();
    assert_eq!(why("lab"), Value::Null);
    end(&house, "lab", HOUR + 60);
    table(&["list"]).ok().says("1 expires within 36 hours: gitconn rotate --expiring-within 36h");
}

#[test]
fn validate_checks_everything_and_then_says_what_is_due() {
    let house = House::new();
    house.run(&["validate", "--expiring-within", "14d"]).ok();
    // What the provider says of the end counts, not what was known before.
    let soon = from_now(6 * DAY + HOUR).strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    house.github.accept(&house.work, GitHubGrant::classic("ada").expires(Some(&soon)));
    let run = |more: &[&str]| house.sandbox.gitconn(["validate", "--expiring-within", "14d"]).args(more).run();
    let ran =
        run(&["-o", "table"]).code(9).says("the token of `work` ends in 6 days: gitconn rotate work").prints("ends in 6 days");
    assert!(ran.stdout.contains("lab") && !ran.stderr.contains("lab"), "{ran}");
    let results = run(&["--json"]).code(9).json()["results"].clone();
    assert_eq!((&results[0]["due"], &results[1]["due"]), (&Value::Null, &json!("expires")), "{results}");
    assert_eq!(
        house.sandbox.gitconn(["validate", "work", "--json", "--expiring-within", "1d"]).run().ok().json()["due"],
        Value::Null
    );
    assert_eq!(run(&["-q"]).code(9).stderr, "");
    let _ = house.run(&["test", "--expiring-within", "14d"]).code(9);
    house.run(&["validate"]).ok();
    // What could not be checked, or is refused, counts more.
    house.gitlab.always("*", Answer::html(500, "Whoops"));
    run(&[]).code(6).says("gitconn rotate work");
    house.gitlab.recover();
    house.github.refuse(&house.work);
    let ran = run(&[]).code(4);
    assert!(!ran.stderr.contains("ends in 6 days"), "{ran}");
}

/// The lines of stderr that warn.
fn warnings(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().filter(|line| line.contains("warning")).collect()
}

#[test]
fn whoever_uses_a_token_is_warned_once_a_day() {
    let house = House::new();
    house.github.repositories("ada", 1);
    let token = |more: &[&str]| house.sandbox.gitconn(["token", "work"]).args(more).may_show(&house.work).run().ok();
    end(&house, "work", 8 * DAY);
    assert_eq!(token(&[]).stderr, "");
    end(&house, "work", 6 * DAY + HOUR);
    // What is not heard does not count as said.
    assert_eq!(token(&["-q"]).stderr, "");
    let ran = token(&[]);
    assert_eq!(ran.stderr, "warning: the token of `work` ends in 6 days: gitconn rotate work\n");
    assert_eq!(ran.stdout.trim_end(), house.work);
    assert_eq!(token(&[]).stderr, "");
    assert_eq!(house.run(&["repos", "work"]).ok().stderr, "");
    // The next day, and another connection.
    let notes = house.sandbox.path("state/gitconn/reminders");
    let note = std::fs::read_dir(&notes).unwrap().next().unwrap().unwrap().path();
    let say_yesterday = || std::fs::write(&note, "1").unwrap();
    for arguments in [&["repos", "work"][..], &["branches", "ada/repo-001", "-c", "work"], &["exec", "work", "--", "true"]] {
        say_yesterday();
        let ran = house.run(arguments).ok();
        assert_eq!(warnings(&ran).len(), 1, "{ran}");
        assert!(ran.stderr.contains("ends in 6 days: gitconn rotate work"), "{ran}");
        assert_eq!(warnings(&house.run(arguments).ok()).len(), 0);
    }
    // Whoever reads JSON reads this as JSON too.
    say_yesterday();
    let ran = token(&["--json"]);
    let said: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(said["warning"], "the token of `work` ends in 6 days: gitconn rotate work");
    end(&house, "lab", HOUR + 60);
    let ran = house.sandbox.gitconn(["token", "lab"]).may_show(&house.lab).run().ok();
    assert_eq!(warnings(&ran), ["warning: the token of `lab` ends in 1 h: gitconn rotate lab"]);
    // A shorter notice is a setting.
    say_yesterday();
    house.run(&["config", "set", "expiry_warning", "5d"]).ok();
    assert_eq!(token(&[]).stderr, "");
    house.run(&["config", "set", "expiry_warning", "0s"]).ok();
    assert_eq!(token(&[]).stderr, "");
}

#[test]
fn nothing_stands_in_the_way_of_a_token_because_of_a_warning() {
    let house = House::new();
    end(&house, "work", 6 * DAY + HOUR);
    let notes = house.sandbox.path("state/gitconn/reminders");
    std::fs::write(&notes, "no directory").unwrap();
    let token = || house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    for _ in 0..2 {
        assert_eq!(warnings(&token()).len(), 1);
    }
    std::fs::remove_file(&notes).unwrap();
    let both = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(token)).collect();
        runs.into_iter().map(|run| warnings(&run.join().unwrap()).len()).sum::<usize>()
    });
    assert_eq!(both, 1, "it is said once, however many use it at once");
}

#[test]
fn a_login_that_renews_itself_is_warned_of_by_its_refresh_token_alone() {
    let hall = Hall::new();
    log_in_for(&hall, "octo", 30 * DAY);
    let token = || hall.sandbox.gitconn(["token", "octo"]).prints_a_secret().run().ok();
    assert_eq!(token().stderr, "", "the access token ends within hours, and renews itself");
    log_in_for(&hall, "soon", 3 * DAY + HOUR);
    let ran = hall.sandbox.gitconn(["token", "soon"]).prints_a_secret().run().ok();
    assert_eq!(ran.stderr, "warning: the login of `soon` ends in 3 days: gitconn connect --reauth soon\n");
}
