//! `rotate` where the old token lives until it is revoked: Gitea, and GitLab's projects and groups with a connection of an owner.

use serde_json::json;

use crate::support::fake::{Answer, GitLabGrant, Gitea, GiteaGrant};
use crate::support::house::connect;
use crate::support::{House, Sandbox, tokens};

/// A connection `tea` at a Gitea whose token may make others.
fn tea(sandbox: &Sandbox, gitea: &Gitea) -> String {
    let old = gitea.personal_for(sandbox, GiteaGrant::personal("ada").scopes(&["write:user", "read:repository"]));
    connect(sandbox, "gitea", "tea", &gitea.host(), &old, &[]).ok();
    old
}

#[test]
fn gitea_makes_the_new_one_and_then_ends_the_old_one() {
    for gitea in [Gitea::start(), Gitea::newer(), Gitea::old()] {
        let sandbox = Sandbox::new();
        let old = tea(&sandbox, &gitea);
        let plan = sandbox.gitconn(["rotate", "tea", "--dry-run", "--json"]).run().ok().json();
        if plan["planned"][0]["way"] == "guided" {
            // Before 1.23 nobody tells the scopes, so nobody knows whether it may.
            continue;
        }
        let ran = sandbox.gitconn(["rotate", "tea", "--json"]).run().ok();
        let row = &ran.json()["rotations"][0];
        assert_eq!((&row["outcome"], &row["old_token"]), (&json!("rotated"), &json!("revoked")), "{ran}");
        let new = sandbox.gitconn(["token", "tea"]).prints_a_secret().run().ok().stdout.trim_end().to_owned();
        assert!(new != old && gitea.accepts(&new) && !gitea.accepts(&old));
        assert_eq!(gitea.token_names("ada").len(), 1);
        let scopes = sandbox.gitconn(["show", "tea", "--json"]).run().ok().json()["scopes"].clone();
        assert!(scopes.to_string().contains("write:user") && scopes.to_string().contains("read:repository"), "{scopes}");
    }
}

#[test]
fn the_old_one_is_kept_where_that_is_wanted() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::newer());
    let old = tea(&sandbox, &gitea);
    let ran = sandbox.gitconn(["rotate", "tea", "--keep-old", "--json"]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "alive", "{ran}");
    assert!(gitea.accepts(&old));
    assert!(!sandbox.gitconn(["token", "tea"]).prints_a_secret().run().ok().stderr.contains("not ended"));
}

#[test]
fn a_token_that_nobody_received_is_ended_before_the_next_is_made() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::newer());
    let old = tea(&sandbox, &gitea);
    gitea.loses("/users/ada/tokens", Answer::text_as_json(201, "{\"id\": 7, \"na"));
    let ran = sandbox.gitconn(["rotate", "tea"]).run().code(6);
    ran.says("the old token still works").says("is ended again");
    assert_eq!(gitea.token_names("ada").len(), 1, "an orphan is left");
    assert!(gitea.accepts(&old));
    // Without an answer it is looked for by whoever comes next.
    sandbox.gitconn(["rotate", "--resume"]).run().ok();
    gitea.loses("/users/ada/tokens", Answer::broken());
    sandbox.gitconn(["rotate", "tea"]).run().code(6);
    sandbox.gitconn(["rotate", "tea"]).run().ok();
    assert_eq!(gitea.token_names("ada").len(), 1);
    assert!(!gitea.accepts(&old));
}

#[test]
fn one_that_cannot_be_ended_is_told_and_tried_again() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::newer());
    let old = tea(&sandbox, &gitea);
    gitea.always("/token", Answer::html(503, "Whoops"));
    let ran = sandbox.gitconn(["rotate", "tea", "--json"]).run();
    assert_ne!(ran.code, 0, "{ran}");
    gitea.recover();
    let used = sandbox.gitconn(["token", "tea"]).prints_a_secret().run().ok();
    assert!(used.stderr.contains("gitconn rotate --resume tea"), "{used}");
    sandbox.gitconn(["rotate", "--resume", "tea"]).run().ok();
    assert!(!gitea.accepts(&old));
}

/// A house with a project's token `ci` and a connection `owner` that may make others.
fn owned() -> (House, String, u64) {
    let house = House::new();
    house.gitlab.watched_by(&house.sandbox);
    let ci = house.sandbox.secret(&tokens::gitlab("ci"));
    house.gitlab.accept(&ci, GitLabGrant::project(12).scopes(&["read_api"]));
    let id = house.gitlab.owned(&ci, "projects/12");
    house.connect_gitlab("ci", &ci, &[]).ok();
    house.gitlab.accept(&house.lab, GitLabGrant::personal("ops").scopes(&["api"]));
    house.run(&["edit", "lab", "--name", "owner"]).ok();
    house.gitlab.forget();
    (house, ci, id)
}

#[test]
fn an_owner_makes_a_second_token_of_a_project_beside_the_old_one() {
    let (house, ci, _) = owned();
    assert_eq!(house.json(&["rotate", "ci", "--dry-run"])["planned"][0]["way"], "guided");
    let plan = house.sandbox.gitconn(["rotate", "ci", "--with", "owner", "--dry-run", "-o", "table"]).run().ok();
    assert!(plan.stdout.contains("made by `owner` for a new bot user"), "{plan}");
    let kept = house.sandbox.gitconn(["rotate", "ci", "--with", "owner", "--keep-old", "--json"]).run().ok();
    assert_eq!(kept.json()["rotations"][0]["old_token"], "alive", "{kept}");
    assert!(house.gitlab.accepts(&ci));
    let second = house.gitlab.made()[0].clone();
    let ran = house.sandbox.gitconn(["rotate", "ci", "--with", "owner", "--json"]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "revoked", "{ran}");
    assert!(!house.gitlab.accepts(&second) && house.gitlab.accepts(&house.gitlab.made()[1]));
    let asked = house.gitlab.seen_at("/projects/12/access_tokens");
    let body: serde_json::Value = serde_json::from_slice(&asked.last().unwrap().body).unwrap();
    assert_eq!((&body["scopes"], &body["access_level"]), (&json!(["read_api"]), &json!(30)), "{body}");
    assert!(body["expires_at"].is_string() && body["name"].as_str().unwrap().starts_with("gitconn ci "), "{body}");
}

#[test]
fn a_project_token_that_nobody_received_is_ended_by_the_owner() {
    let (house, ci, _) = owned();
    house.gitlab.loses("/projects/12/access_tokens", Answer::text_as_json(201, "{"));
    house.run(&["rotate", "ci", "--with", "owner"]).code(6).says("is ended again");
    assert_eq!(house.gitlab.names_of("projects/12"), ["ci"]);
    assert!(house.gitlab.accepts(&ci));
    house.run(&["rotate", "ci", "--with", "owner"]).ok();
    assert_eq!(house.gitlab.names_of("projects/12").len(), 1);
}

#[test]
fn who_cannot_make_it_is_refused_before_anything_is_asked() {
    let (house, ..) = owned();
    house.run(&["rotate", "work", "--with", "owner"]).code(2).says("only those of GitLab's projects and groups");
    house.run(&["rotate", "ci", "--with", "work"]).code(2).says("that takes a connection of an owner at");
    house.run(&["rotate", "ci", "--with", "nobody"]).code(3);
    assert!(house.gitlab.seen().is_empty());
}

#[test]
fn a_compromised_one_is_ended_before_anything_else() {
    let (house, ci, _) = owned();
    let hook = house.sandbox.path("hook");
    let ran = house.sandbox.gitconn(["rotate", "ci", "--with", "owner", "--compromised", "--json"]);
    let ran = ran.args(["--hook", &format!("cat > /dev/null; echo > {}", hook.display())]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "dead", "{ran}");
    assert!(!house.gitlab.accepts(&ci) && hook.exists());
    let kinds = crate::support::house::texts(&house.json(&["audit", "list", "--connection", "ci"])["events"], "kind");
    let at = |kind: &str| kinds.iter().position(|known| known == kind).unwrap();
    // Newest first.
    assert!(at("hook") < at("revoked") && at("revoked") < at("rotated"), "{kinds:?}");
}
