//! `check --write`: whether a push would be let in, by what the API says, and where that is silent by git's own first question.

use serde_json::{Value, json};

use crate::support::fake::{Answer, Bitbucket, BitbucketToken, GitHubGrant, GitLabGrant, Gitea, GiteaGrant, git};
use crate::support::house::connect;
use crate::support::{Foundry, House, Ran, Sandbox, tokens};

/// What the last step says.
#[track_caller]
fn push(ran: &Ran) -> (Value, String) {
    let report = ran.json();
    let step = report["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(step["step"], "push", "{ran}");
    (report["may_push"].clone(), step["detail"].as_str().unwrap_or_default().to_owned())
}

#[track_caller]
fn says(ran: &Ran, may: impl Into<Value>, words: &str) {
    let (found, detail) = push(ran);
    assert_eq!(found, may.into(), "{ran}");
    assert!(detail.contains(words), "{words}: {ran}");
}

/// A house with `ada/site`, whose repository says of the account's role what is given.
fn github(role: &str, change: impl FnOnce(&mut Value)) -> House {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main", "develop"]);
    let listed = house.json(&["repos", "work"]);
    let id = &listed["repositories"][0]["id"];
    let is = |least: &[&str]| least.contains(&role);
    let mut body = json!({
        "id": id, "full_name": "ada/site", "private": true, "default_branch": "main", "archived": false,
        "permissions": {"admin": is(&["admin"]), "maintain": is(&["admin", "maintain"]), "push": is(&["admin", "maintain", "write"]),
            "triage": !is(&["read"]), "pull": true},
    });
    change(&mut body);
    // Written by hand after GitHub §5.3.
    house.github.always("/repos/ada/site", Answer::json(200, &body).header("x-oauth-scopes", "read:org, repo"));
    house
}

fn check(house: &House, name: &str, code: i32) -> Ran {
    house.run(&["check", "ada/site", "-c", name, "--write", "--json"]).code(code)
}

#[test]
fn a_classic_token_pushes_where_its_role_and_scopes_do() {
    let house = github("write", |_| {});
    says(&check(&house, "work", 0), true, "role write");
    assert!(house.github.seen().iter().all(|request| !request.path.ends_with("/info/refs")), "git was asked, too");
    let house = github("triage", |_| {});
    says(&check(&house, "work", 4), false, "role there is triage, and a push takes write");
    let house = github("admin", |body| body["archived"] = json!(true));
    says(&check(&house, "work", 4), false, "archived");
    let house = github("admin", |_| {});
    let narrow = json!({"full_name": "ada/site", "private": true, "default_branch": "main", "permissions": {"push": true}});
    house.github.always("/repos/ada/site", Answer::json(200, &narrow).header("x-oauth-scopes", "public_repo"));
    says(&check(&house, "work", 4), false, "lacks scope `repo`");
}

#[test]
fn that_a_branch_is_protected_is_said() {
    let house = github("write", |_| {});
    let ran = |branch| house.run(&["check", "ada/site", "-c", "work", "--branch", branch, "--write", "--json"]).ok();
    says(&ran("main"), true, "the rules of main may refuse it all the same");
    assert_eq!(push(&ran("develop")).1, "role write");
    // GitLab says for the account that asks.
    house.gitlab.project("ops", "ops/site", &["main"]);
    let wide = house.sandbox.secret(&tokens::gitlab("wide"));
    house.gitlab.accept(&wide, GitLabGrant::personal("ops").scopes(&["api"]));
    house.connect_gitlab("wide", &wide, &[]).ok();
    let check = || house.run(&["check", "ops/site", "-c", "wide", "--branch", "main", "--write", "--json"]);
    says(&check().ok(), true, "role maintainer");
    house.gitlab.always(
        "/projects/ops%2Fsite/repository/branches/main",
        Answer::json(
            200,
            &json!({"name": "main", "protected": true, "default": true, "can_push": false, "commit": {"id": "4f1c2aa8"}}),
        ),
    );
    says(&check().code(4), false, "`main` is protected, and is not open to this account");
}

#[test]
fn what_no_api_tells_git_is_asked() {
    const GIT: &str = "/ada/site.git/info/refs";
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    let fine = house.sandbox.secret(&tokens::fine_grained("fine"));
    house.github.accept(&fine, GitHubGrant::fine_grained("ada"));
    house.connect_github("fine", &fine, &[]).ok();
    house.github.always(GIT, git::for_a_push());
    says(&check(&house, "fine", 0), true, "git is let in for a push");
    let asked = house.github.seen_at(GIT);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].parameter("service"), Some("git-receive-pack"));
    assert_eq!(asked[0].basic(), Some(("x-access-token".to_owned(), fine.clone())));
    house.github.always(GIT, git::no_push());
    says(&check(&house, "fine", 4), false, "refused a push");
    house.github.always(GIT, Answer::text(401, "Invalid username or token.\n"));
    says(&check(&house, "fine", 4), false, "401");
    // A page that answers 200 lets nobody in, and is no refusal either.
    for odd in [Answer::html(200, "Sign in to the network"), Answer::html(503, "Unicorn!")] {
        house.github.always(GIT, odd);
        let ran = check(&house, "fine", 6);
        assert_eq!(ran.json()["may_push"], Value::Null, "{ran}");
    }
}

#[test]
fn an_app_pushes_as_the_owners_installation_or_not_at_all() {
    let foundry = Foundry::connected();
    foundry.github.repository("acme-corp", "somebody/public", &["main"]);
    foundry.github.always("/acme-corp/site.git/info/refs", git::no_push());
    let ran = foundry.run(&["check", "acme-corp/site", "--write", "--json"]).code(4);
    says(&ran, false, "refused a push");
    // Read with the first installation, but never taken for one that may write.
    foundry.run(&["check", "somebody/public"]).ok();
    foundry.run(&["check", "somebody/public", "--write"]).code(3).prints("not installed on `somebody`");
}

#[test]
fn gitlab_wants_a_role_and_a_scope() {
    let house = House::new();
    house.gitlab.project("ops", "ops/site", &["main"]);
    let check = |code| house.run(&["check", "ops/site", "-c", "lab", "--write", "--json"]).code(code);
    says(&check(4), false, "lacks scope `write_repository`");
    // Written by hand after GitLab §5.
    let of_level = |permissions: Value| {
        Answer::json(
            200,
            &json!({"path_with_namespace": "ops/site", "visibility": "private", "default_branch": "main", "archived": false,
            "empty_repo": false, "permissions": permissions}),
        )
    };
    house.gitlab.always("/projects/ops%2Fsite", of_level(json!({"project_access": {"access_level": 20}, "group_access": null})));
    says(&check(4), false, "role there is reporter, and a push takes developer");
    // Who came by a group that was invited has no level here: git is asked.
    house.gitlab.always("/projects/ops%2Fsite", of_level(json!({"project_access": null, "group_access": null})));
    house.gitlab.always("/ops/site.git/info/refs", git::for_a_push());
    says(&check(0), true, "git is let in");
    assert_eq!(house.gitlab.seen_at("/ops/site.git/info/refs")[0].basic(), Some(("oauth2".to_owned(), house.lab.clone())));
}

#[test]
fn bitbucket_and_gitea_have_their_own_ways() {
    let sandbox = Sandbox::new();
    let bitbucket = Bitbucket::start();
    bitbucket.repository_in("acme", "site", &["main"], |_| {});
    let reader = bitbucket.access_token(&sandbox, BitbucketToken::Repository, "acme", &["site"]);
    connect(&sandbox, "bitbucket", "reader", &bitbucket.host(), &reader, &["--workspace", "acme"]).ok();
    let check = |path: &str, name: &str, code| sandbox.gitconn(["check", path, "-c", name, "--write", "--json"]).run().code(code);
    says(&check("acme/site", "reader", 4), false, "lacks scope `repository:write`");
    let writer = sandbox.secret(&tokens::bitbucket_access("writer"));
    let grant = crate::support::fake::BitbucketGrant::access_token(BitbucketToken::Repository, "acme", &["site"]);
    bitbucket.accept(&writer, grant.scopes(&["repository", "repository:write"]));
    connect(&sandbox, "bitbucket", "writer", &bitbucket.host(), &writer, &["--workspace", "acme"]).ok();
    says(&check("acme/site", "writer", 0), true, "`repository:write`");
    let gitea = Gitea::start();
    gitea.repository("ada", "ada/site", &["main"]);
    let token = gitea.personal_for(&sandbox, GiteaGrant::personal("ada"));
    connect(&sandbox, "gitea", "tea", &gitea.host(), &token, &[]).ok();
    gitea.always("/ada/site.git/info/refs", git::no_push());
    says(&check("ada/site", "tea", 4), false, "refused a push");
    gitea.always("/ada/site.git/info/refs", git::for_a_push());
    says(&check("ada/site", "tea", 0), true, "git is let in");
}
