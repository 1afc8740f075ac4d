//! Many at once: hosts side by side, one after another at each, and failures that touch nobody else.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::fake::{Answer, GitLab, GitLabGrant};
use crate::support::house::connect;
use crate::support::{Sandbox, tokens};

const ROTATE: &str = "/personal_access_tokens/self/rotate";

/// How the fourth connection of a host is made to fail: the host, and its token.
type Fails<'a> = &'a dyn Fn(&GitLab, &str);

/// One host with so many connections `NAME-0`, `NAME-1`, … that replace themselves, and their tokens.
fn host(sandbox: &Sandbox, name: &str, count: usize) -> (GitLab, Vec<String>) {
    let gitlab = GitLab::start();
    gitlab.watched_by(sandbox);
    let mut all = Vec::new();
    for number in 0..count {
        let token = sandbox.secret(&tokens::gitlab(&format!("{name} {number}")));
        gitlab.accept(&token, GitLabGrant::personal(&format!("{name}{number}")).scopes(&["api"]));
        connect(sandbox, "gitlab", &format!("{name}-{number}"), &gitlab.host(), &token, &["--tag", "many"]).ok();
        all.push(token);
    }
    (gitlab, all)
}

#[test]
fn a_hundred_on_ten_hosts_of_which_ten_fail_in_their_own_ways() {
    let sandbox = Sandbox::new();
    let hosts: Vec<(GitLab, Vec<String>)> = (0..10).map(|number| host(&sandbox, &format!("h{number}"), 10)).collect();
    // One of each host fails; what it is told is its own. The fourth of its host is asked about after three others.
    let failures: [(&str, Fails<'_>); 10] = [
        ("dead", &|gitlab, token| gitlab.revoke(token)),
        ("over", &|gitlab, token| gitlab.expire(token)),
        ("unknown", &|gitlab, token| gitlab.refuse(token)),
        ("no scope", &|gitlab, token| gitlab.accept(token, GitLabGrant::personal("x").scopes(&["read_api"]))),
        ("lost", &|gitlab, _| gitlab.loses_nth(ROTATE, 3, Answer::broken())),
        ("half", &|gitlab, _| gitlab.loses_nth(ROTATE, 3, Answer::text_as_json(200, "{\"id\": 1, \"tok"))),
        ("500", &|gitlab, _| gitlab.answers_nth(ROTATE, 3, Answer::html(500, "Whoops"))),
        ("limit", &|gitlab, _| gitlab.answers_nth(ROTATE, 3, Answer::text(429, "Retry later\n"))),
        ("refused", &|gitlab, _| {
            gitlab.answers_nth(
                ROTATE,
                3,
                Answer::json(400, &serde_json::json!({"message": "400 Bad request - Failed to revoke token"})),
            );
        }),
        ("broken", &|gitlab, _| gitlab.answers_nth(ROTATE, 3, Answer::broken())),
    ];
    for ((gitlab, all), (_, fail)) in hosts.iter().zip(&failures) {
        fail(gitlab, &all[3]);
        gitlab.forget();
    }
    let ran = sandbox.gitconn(["rotate", "--tag", "many", "--no-input", "--max-wait", "0s", "--json"]).run().code(8);
    let ran = ran.json();
    let rows = ran["rotations"].as_array().unwrap();
    assert_eq!(rows.len(), 100);
    let of = |outcome: &str| rows.iter().filter(|row| row["outcome"] == outcome).cloned().collect::<Vec<Value>>();
    let (rotated, failed) = (of("rotated"), of("failed"));
    assert_eq!((rotated.len(), failed.len()), (90, 10), "{failed:#?}");
    let mut names: Vec<&str> = failed.iter().map(|row| row["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, (0..10).map(|number| format!("h{number}-3")).collect::<Vec<_>>());
    let mut reasons: Vec<&str> = failed.iter().map(|row| row["error"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    let all = reasons.join("\n");
    for reason in [
        "says the token was revoked",
        "says the token has expired",
        "refuses the token, which worked before",
        "lacks",
        "is lost",
        "500",
        "limits requests",
        "Failed to revoke token",
        "the old token still works",
    ] {
        assert!(all.contains(reason), "no reason is {reason:?}:\n{all}");
    }
    for (gitlab, _) in &hosts {
        assert_eq!((gitlab.reused(), gitlab.most_in_flight() <= 4), (0, true), "one after another, each with its two questions");
    }
    // Nothing else is touched: whatever was rotated works, and whatever failed without being lost still has its token.
    for (gitlab, all) in &hosts {
        let alive = all.iter().filter(|token| gitlab.accepts(token)).count();
        assert!(alive <= 1, "{alive} old tokens live");
    }
    let checked = sandbox.gitconn(["validate", "--tag", "many", "--json"]).run();
    let checked = checked.json();
    let valid = checked["results"].as_array().unwrap().iter().filter(|row| row["valid"] == true).count();
    // Of the ten, five still have a living token: scope, 500, limit, refusal, a connection that broke before anything was done.
    assert_eq!(valid, 95);
    sandbox.gitconn(["store", "verify"]).run().ok();
    sandbox.gitconn(["audit", "verify"]).run().ok();
}

#[test]
fn hosts_are_asked_side_by_side() {
    let sandbox = Sandbox::new();
    let hosts: Vec<(GitLab, Vec<String>)> = (0..4).map(|number| host(&sandbox, &format!("h{number}"), 2)).collect();
    for (gitlab, _) in &hosts {
        gitlab.latency(Duration::from_millis(150));
    }
    let begun = Instant::now();
    sandbox.gitconn(["rotate", "--all"]).run().ok();
    // Six answers for each of eight would be more than seven seconds one after another.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn only_what_is_due_is_chosen() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::start());
    gitlab.watched_by(&sandbox);
    let day = |days: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%d").to_string();
    for (name, ends) in [("soon", Some(day(5))), ("later", Some(day(60))), ("never", None)] {
        let token = sandbox.secret(&tokens::gitlab(name));
        gitlab.accept(&token, GitLabGrant::personal(name).scopes(&["api"]).expires(ends.as_deref()));
        connect(&sandbox, "gitlab", name, &gitlab.host(), &token, &[]).ok();
    }
    let planned = |more: &[&str]| {
        let ran = sandbox.gitconn(["rotate", "--dry-run", "--json"]).args(more).run().ok();
        crate::support::house::texts(&ran.json()["planned"], "name")
    };
    assert_eq!(planned(&["--expiring-within", "14d"]), ["soon"]);
    assert_eq!(planned(&["--expiring-within", "90d"]), ["later", "soon"]);
    assert_eq!(planned(&["--older-than", "0s"]), ["never"]);
    assert_eq!(planned(&["--expiring-within", "14d", "--older-than", "0s"]), ["never", "soon"]);
    assert_eq!(planned(&["--all"]), ["later", "never", "soon"]);
    sandbox.gitconn(["rotate", "--expiring-within", "1d"]).run().ok().says("nothing is due");
    sandbox.gitconn(["rotate"]).run().code(2).says("which connections?");
    sandbox.gitconn(["rotate", "--expiring-within", "14d", "--no-input"]).run().ok();
    assert_eq!(gitlab.made().len(), 1);
    assert_eq!(planned(&["--expiring-within", "14d"]), Vec::<String>::new());
}
