//! The scripts of `examples/ci`: what a person copies from there does what it says. The pipelines are in `pipelines.rs`.

use std::path::{Path, PathBuf};

use crate::support::fake::{Answer, GitHubGrant, GitLabGrant};
use crate::support::sandbox::Run;
use crate::support::shell::shell;
use crate::support::{Foundry, House, tokens};

pub(crate) fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(name)
}

/// Runs `due.sh`. What it has to say is on stdout: cron sends that.
#[track_caller]
fn due(run: &Run<'_>, code: i32) -> String {
    let done = shell(run, "sh", &["-eu", &recipe("due.sh").to_string_lossy()]);
    assert_eq!((done.code, done.stderr.as_str()), (code, ""), "{done:?}");
    done.stdout
}

#[test]
fn due_is_silent_when_nothing_is() {
    let house = House::new();
    assert_eq!(due(&house.sandbox.gitconn([""; 0]), 0), "");
}

#[test]
fn due_names_what_ends_soon() {
    let house = House::new();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 10);
    house.run(&["edit", "work", "--expires-at", &soon.strftime("%Y-%m-%d").to_string()]).ok();
    // The provider says otherwise when it is asked, which happens afterwards.
    house.github.accept(&house.work, GitHubGrant::classic("ada").expires(None));
    let told = due(&house.sandbox.gitconn([""; 0]), 0);
    assert!(told.starts_with("These tokens end within 14 days:\nwork\t") && told.lines().count() == 2, "{told}");
}

#[test]
fn due_names_what_is_refused_and_nothing_else() {
    let house = House::new();
    house.github.refuse(&house.work);
    // Each time, as long as it is so.
    for _ in 0..2 {
        let told = due(&house.sandbox.gitconn([""; 0]), 1);
        assert!(told.starts_with("These tokens do not work:\nwork\trevoked\t") && told.lines().count() == 2, "{told}");
    }
    // It only looks: what has changed is left to whoever tells changes.
    assert_eq!(house.connection("work")["status"], "active");
    let told = report(&house.sandbox.gitconn([""; 0]), 1);
    assert!(told.starts_with("Not as it was:\nwork\trevoked\trevoked\twas valid; "), "{told}");
}

#[test]
fn due_tells_what_keeps_it_from_finding_out() {
    let house = House::new();
    let run = || house.sandbox.gitconn([""; 0]);
    let locked = due(&run().without("GITCONN_KEY_FILE"), 1);
    assert!(locked.contains("locked") && locked.contains("ended with 5"), "{locked}");
    let missing = due(&run().env("GITCONN_STORE", house.sandbox.path("nowhere.age")), 1);
    assert!(missing.contains("there is no store") && missing.contains("ended with 3"), "{missing}");
    house.github.always("*", Answer::html(500, "Whoops"));
    let unreachable = due(&run(), 1);
    assert!(unreachable.contains("work\tunreachable") && unreachable.contains("ended with 6"), "{unreachable}");
    std::fs::write(house.sandbox.store(), "nonsense").unwrap();
    let damaged = due(&run(), 1);
    assert!(damaged.contains("ended with 7"), "{damaged}");
    // It says so once.
    assert_eq!(damaged.matches("ended with").count(), 1, "{damaged}");
    let unknown = due(&run().env("PATH", "/usr/bin:/bin"), 1);
    assert!(unknown.contains("ended with 127"), "{unknown}");
}

/// Runs `rotate-and-report.sh`.
#[track_caller]
fn report(run: &Run<'_>, code: i32) -> String {
    let done = shell(run, "sh", &["-e", &recipe("rotate-and-report.sh").to_string_lossy()]);
    assert_eq!((done.code, done.stderr.as_str()), (code, ""), "{done:?}");
    done.stdout
}

/// A day so many days from now.
fn in_days(days: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%d").to_string()
}

#[test]
fn what_ends_soon_is_rotated_and_what_changed_is_told_once() {
    let house = House::new();
    let run = || house.sandbox.gitconn([""; 0]);
    assert_eq!(report(&run(), 0), "");
    // A token that can replace itself.
    let soon = house.sandbox.secret(&tokens::gitlab("soon"));
    house.gitlab.accept(&soon, GitLabGrant::personal("ops").scopes(&["api"]).expires(Some(&in_days(6))));
    house.connect_gitlab("soon", &soon, &[]).ok();
    let told = report(&run(), 0);
    assert!(told.starts_with("New tokens:\nsoon\t") && told.lines().count() == 2, "{told}");
    assert!(!house.gitlab.accepts(&soon));
    assert_eq!(report(&run(), 0), "");
    house.github.refuse(&house.work);
    let told = report(&run(), 1);
    assert!(told.starts_with("Not as it was:\nwork\trevoked\trevoked\twas valid; ") && told.lines().count() == 2, "{told}");
    // Told once; what is left to do stays in the exit code until it is done.
    assert_eq!(report(&run(), 1), "");
    house.run(&["disable", "work"]).ok();
    assert_eq!(report(&run(), 0), "");
}

#[test]
fn what_is_left_to_a_person_is_told_until_it_is_done() {
    let house = House::new();
    house.github.accept(&house.work, GitHubGrant::classic("ada").expires(Some(&format!("{} 12:00:00 UTC", in_days(6)))));
    house.run(&["validate", "work"]).ok();
    for _ in 0..2 {
        let told = report(&house.sandbox.gitconn([""; 0]), 1);
        assert!(told.starts_with("Not every token that ends within 14 days has a new one (gitconn ended with "), "{told}");
        assert!(told.contains("work"), "{told}");
    }
    assert!(house.github.accepts(&house.work));
    // And so is what keeps it from finding out.
    house.run(&["edit", "work", "--description", "left alone"]).ok();
    house.github.always("*", Answer::html(500, "Whoops"));
    let told = report(&house.sandbox.gitconn([""; 0]), 1);
    assert!(
        told.contains("Not every token could be checked (gitconn ended with 6") && told.contains("`work` could not be"),
        "{told}"
    );
    let locked = report(&house.sandbox.gitconn([""; 0]).without("GITCONN_KEY_FILE"), 1);
    assert_eq!(locked.matches("gitconn ended with 5").count(), 2, "{locked}");
}

#[test]
fn a_program_gets_a_token_for_one_repository() {
    let foundry = Foundry::connected();
    let script = recipe("for-one-repository.sh").to_string_lossy().into_owned();
    let run = |words: &[&str]| {
        let words: Vec<&str> = ["-e", &script].into_iter().chain(words.iter().copied()).collect();
        shell(&foundry.sandbox.gitconn([""; 0]), "sh", &words)
    };
    let seen = "test -n \"$GH_ENTERPRISE_TOKEN\" && test -z \"$GITCONN_KEY_FILE\" && echo \"$1\"";
    let done = run(&["prod-app", "acme-corp/site", "contents=read", "sh", "-c", seen, "sh", "1.2.3"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "1.2.3\n"), "{done:?}");
    // It was revoked.
    assert_eq!(foundry.github.apps.revoked(), 1);
    assert_eq!(run(&["prod-app", "acme-corp/site"]).code, 2);
    foundry.github.apps.delete_key("acme-deploy");
    assert_eq!(run(&["prod-app", "acme-corp/site", "contents=read", "true"]).code, 4);
}
