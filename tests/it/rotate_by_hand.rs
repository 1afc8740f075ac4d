//! `rotate` where a person makes the new token: GitHub, Bitbucket, Forgejo, and a GitHub App's key.

use serde_json::json;

use crate::support::fake::{Answer, GitHub, GitHubGrant, Gitea};
use crate::support::house::{connect, texts};
use crate::support::pty::Terminal;
use crate::support::{Foundry, House, Sandbox, tokens};

/// A sandbox with `work`, of `octocat` at what passes for github.com, which can revoke.
fn dotcom() -> (Sandbox, GitHub, String) {
    let (sandbox, github) = (Sandbox::new(), GitHub::dotcom());
    let old = github.classic(&sandbox, "octocat");
    let host = github.host_arguments();
    let host: Vec<&str> = host.iter().map(String::as_str).collect();
    sandbox.gitconn(["connect", "github", "work", "--token-stdin"]).args(&host).stdin(&old).run().ok();
    (sandbox, github, old)
}

/// Another token of the same account.
fn another(sandbox: &Sandbox, github: &GitHub, label: &str) -> String {
    let token = sandbox.secret(&tokens::classic(label));
    github.accept(&token, GitHubGrant::classic("octocat"));
    token
}

#[test]
fn a_person_is_led_through_it() {
    let (sandbox, github, old) = dotcom();
    let new = another(&sandbox, &github, "new");
    let keys = json!([{"id": 1, "key": "ssh-ed25519 AAAA", "added_by": "octocat"}, {"id": 2, "added_by": "hubot"}]);
    github.edit("octocat", "acme/site", &["main"], |_| {});
    github.always("/repos/acme/site/keys", Answer::json(200, &keys));
    let terminal = Terminal::start(sandbox.gitconn(["rotate", "work"]));
    let terminal = terminal.sees("make it at").sees("/settings/tokens/new?scopes=").sees("new token").types_unseen(&new);
    let terminal = terminal.sees("works: octocat, same scopes").sees("saved, and read back");
    let terminal = terminal.sees("revoke the old token now?");
    let terminal = terminal.sees("`octocat` has made some in acme/site (1)");
    let seen = terminal.sees("[y/N]").types("y").ends().code(0);
    assert!(seen.text().contains("rotated `work`"), "{}", seen.text());
    assert!(!github.accepts(&old));
    let asked = github.seen_at("/credentials/revoke");
    assert_eq!(asked.len(), 1);
    assert!(asked[0].header("authorization").is_none(), "GitHub wants nobody's name there");
    let kinds = texts(&sandbox.gitconn(["audit", "list", "--json"]).run().ok().json()["events"], "kind");
    assert_eq!(kinds[..3], ["revoked", "validated", "rotated"], "{kinds:?}");
    assert_eq!(sandbox.gitconn(["token", "work"]).prints_a_secret().run().ok().stdout.trim_end(), new);
}

#[test]
fn whoever_says_no_keeps_the_old_one() {
    let (sandbox, github, old) = dotcom();
    let new = another(&sandbox, &github, "new");
    let terminal = Terminal::start(sandbox.gitconn(["rotate", "work"])).sees("new token").types_unseen(&new);
    let seen = terminal.sees("[y/N]").types("n").ends().code(0);
    assert!(seen.text().contains("the old one lives on"), "{}", seen.text());
    assert!(github.accepts(&old) && github.seen_at("/credentials/revoke").is_empty());
    let used = sandbox.gitconn(["token", "work"]).prints_a_secret().run().ok();
    assert!(!used.stderr.contains("rotate"), "{used}");
}

#[test]
fn what_cannot_be_taken_is_asked_for_again_and_changes_nothing() {
    let (sandbox, github, old) = dotcom();
    let (unknown, mallory) = (sandbox.secret(&tokens::classic("unknown")), sandbox.secret(&tokens::classic("mallory")));
    github.accept(&mallory, GitHubGrant::classic("mallory"));
    let new = another(&sandbox, &github, "new");
    let rotate = |token: &str, more: &[&str]| {
        sandbox.gitconn(["rotate", "work", "--token-stdin", "--no-input"]).args(more).stdin(token).run()
    };
    rotate(&old, &[]).code(2).says("this is the token that `work` has already");
    rotate(&unknown, &[]).code(4);
    rotate(&mallory, &[]).code(2).says("the new token is of `mallory`, `work` is of `octocat`").says("--allow-account-change");
    assert_eq!(sandbox.gitconn(["token", "work"]).prints_a_secret().run().ok().stdout.trim_end(), old);
    let terminal = Terminal::start(sandbox.gitconn(["rotate", "work", "--keep-old"]));
    let terminal = terminal.sees("new token").types_unseen(&unknown).sees("try again").sees("new token").types_unseen(&new);
    terminal.ends().code(0);
    assert!(github.accepts(&old));
}

#[test]
fn lost_scopes_are_warned_of_and_a_script_decides_by_options() {
    let (sandbox, github, old) = dotcom();
    let new = sandbox.secret(&tokens::classic("narrow"));
    github.accept(&new, GitHubGrant::classic("octocat").scopes("read:org"));
    let ran = sandbox.gitconn(["rotate", "work", "--token-stdin", "--json"]).stdin(&new).run().ok();
    let row = &ran.json()["rotations"][0];
    assert!(row["warnings"].to_string().contains("the new token lacks what the old one had: repo"), "{row}");
    assert_eq!(row["old_token"], "alive");
    // Nobody has decided: that stays said until somebody does.
    assert!(github.accepts(&old));
    let used = sandbox.gitconn(["token", "work"]).prints_a_secret().run().ok();
    assert!(used.stderr.contains("the old token is not ended: gitconn rotate --resume work"), "{used}");
    let ran = sandbox.gitconn(["rotate", "--resume", "work", "--revoke-old", "--json"]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "accepted", "{ran}");
    assert!(!github.accepts(&old));
}

#[test]
fn nobody_at_the_terminal_is_told_what_to_do() {
    let (sandbox, github, _) = dotcom();
    github.forget();
    let ran = sandbox.gitconn(["rotate", "work", "--no-input"]).run().code(2);
    ran.says("`work` is rotated by hand").says("/settings/tokens/new?").says("gitconn rotate work --token-stdin < NEW-TOKEN");
    assert!(github.seen().is_empty());
    let ran = sandbox.gitconn(["rotate", "--all", "--no-input", "--json"]).run().code(2);
    assert_eq!(ran.json()["rotations"][0]["outcome"], "failed", "{ran}");
}

#[test]
fn a_compromised_token_dies_first() {
    let (sandbox, github, old) = dotcom();
    sandbox.gitconn(["rotate", "work", "--compromised", "--no-input"]).run().code(2).says("--revoke-old");
    assert!(github.accepts(&old));
    let new = another(&sandbox, &github, "new");
    let run = sandbox.gitconn(["rotate", "work", "--compromised", "--revoke-old", "--token-stdin"]).stdin(&new);
    let ran = run.run().ok().says("dies within moments").says("audit list --connection work --kind used");
    assert!(ran.stdout.contains("\tdead\t"), "{ran}");
    assert!(!github.accepts(&old));
    let kinds = texts(&sandbox.gitconn(["audit", "list", "--json"]).run().ok().json()["events"], "kind");
    let at = |kind: &str| kinds.iter().position(|known| known == kind).unwrap();
    assert!(at("rotated") < at("revoked"), "{kinds:?}");
    // One that nobody can replace now is at least dead.
    let third = another(&sandbox, &github, "third");
    let ran = sandbox.gitconn(["rotate", "work", "--compromised", "--revoke-old", "--no-input"]).run().code(4);
    ran.says("`work` is rotated by hand");
    assert!(!github.accepts(&new));
    sandbox.gitconn(["rotate", "work", "--token-stdin"]).stdin(&third).run().ok();
    assert_eq!(sandbox.gitconn(["token", "work"]).prints_a_secret().run().ok().stdout.trim_end(), third);
}

#[test]
fn the_page_of_a_forgejo_is_shown_and_the_old_token_is_the_persons_to_end() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::forgejo());
    let old = gitea.personal(&sandbox, "ada");
    connect(&sandbox, "gitea", "berg", &gitea.host(), &old, &[]).ok();
    let new = sandbox.secret(&tokens::gitea("made by hand"));
    gitea.accept(&new, crate::support::fake::GiteaGrant::personal("ada"));
    let run = sandbox.gitconn(["rotate", "berg", "--token-stdin", "--revoke-old", "-o", "table"]).stdin(&new);
    let ran = run.run().ok();
    assert!(ran.stdout.contains("until somebody ends it at") && ran.stdout.contains("/user/settings/applications"), "{ran}");
    assert!(gitea.accepts(&old));
}

#[test]
fn a_new_key_of_an_app_is_proved_before_the_old_one_is_forgotten() {
    let foundry = Foundry::connected();
    let plan = foundry.json(&["rotate", "prod-app", "--dry-run"]);
    assert_eq!(plan["planned"][0]["way"], "key", "{plan}");
    let other = foundry.github.apps.register(&foundry.sandbox, "other");
    let wrong = foundry.key_file("other.pem", &other.key.pkcs1());
    foundry.run(&["rotate", "prod-app", "--private-key-file", &wrong]).code(4);
    let new = foundry.github.apps.new_key("acme-deploy");
    let path = foundry.key_file("new.pem", &new.pkcs8());
    let ran = foundry.run(&["rotate", "prod-app", "--private-key-file", &path]).ok();
    assert!(ran.stderr.contains("delete the old key at"), "{ran}");
    assert_eq!(foundry.json(&["show", "prod-app"])["app"]["key"], format!("SHA256:{}", new.fingerprint()));
    foundry.run(&["rotate", "prod-app", "--no-input"]).code(2).says("`prod-app` is rotated by hand");
}

#[test]
fn several_need_no_person_and_the_others_are_named() {
    let house = House::new();
    house.gitlab.watched_by(&house.sandbox);
    house.gitlab.accept(&house.lab, crate::support::fake::GitLabGrant::personal("ops").scopes(&["api"]));
    house.run(&["validate", "lab"]).ok();
    let ran = house.sandbox.gitconn(["rotate", "--all", "--no-input", "--json"]).run().code(8);
    let ran = ran.json();
    let rows = ran["rotations"].as_array().unwrap();
    let outcomes: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["name"].as_str().unwrap(), row["outcome"].as_str().unwrap())).collect();
    assert_eq!(outcomes, [("lab", "rotated"), ("work", "failed")]);
}

#[test]
fn a_compromised_one_that_only_a_person_can_revoke_is_not_called_dead() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::forgejo());
    let old = gitea.personal(&sandbox, "ada");
    connect(&sandbox, "gitea", "berg", &gitea.host(), &old, &[]).ok();
    let new = sandbox.secret(&tokens::gitea("made by hand"));
    gitea.accept(&new, crate::support::fake::GiteaGrant::personal("ada"));
    let run = sandbox.gitconn(["rotate", "berg", "--compromised", "--revoke-old", "--token-stdin"]).stdin(&new);
    let ran = run.run().ok().says("lets only a person revoke it");
    assert!(ran.stdout.contains("\talive\t"), "{ran}");
    assert!(gitea.accepts(&old));
}

#[test]
fn what_is_not_finished_comes_before_another_token() {
    let (sandbox, github, old) = dotcom();
    let (new, third) = (another(&sandbox, &github, "new"), another(&sandbox, &github, "third"));
    sandbox.gitconn(["rotate", "work", "--token-stdin"]).stdin(&new).run().ok();
    let ran = sandbox.gitconn(["rotate", "work", "--token-stdin"]).stdin(&third).run().code(2);
    ran.says("an earlier rotation of `work` is not finished").says("gitconn rotate --resume work");
    sandbox.gitconn(["rotate", "--resume", "work", "--keep-old"]).run().ok();
    assert!(github.accepts(&old));
    sandbox.gitconn(["rotate", "work", "--token-stdin", "--revoke-old"]).stdin(&third).run().ok();
    assert!(github.accepts(&old) && !github.accepts(&new));
    // In wrong hands, both go.
    let fourth = another(&sandbox, &github, "fourth");
    sandbox.gitconn(["rotate", "work", "--token-stdin"]).stdin(&fourth).run().ok();
    sandbox.gitconn(["rotate", "work", "--compromised", "--revoke-old", "--no-input"]).run().code(4);
    assert!(!github.accepts(&third) && !github.accepts(&fourth));
}

#[test]
fn options_that_would_be_ignored_are_refused() {
    let house = House::new();
    house.run(&["rotate", "work", "--provider", "gitlab", "--dry-run"]).code(2).says("by name or by filter, not by both");
    house.run(&["rotate", "--resume", "--tag", "daily"]).code(2);
    house.run(&["rotate", "work", "--private-key-file", "/dev/null"]).code(2).says("`work` has a token, and no private key");
    let foundry = Foundry::connected();
    let run = foundry.sandbox.gitconn(["rotate", "prod-app", "--token-stdin"]).stdin("x");
    run.run().code(2).says("it has a private key, and no token");
}
