//! Tokens that make, list and delete tokens.

use serde_json::json;

use super::calls::{Reply, ask, basic, call};
use crate::support::Sandbox;
use crate::support::fake::{Gitea, GiteaGrant};

/// A token that may make others.
fn maker(sandbox: &Sandbox, gitea: &Gitea) -> String {
    gitea.personal_for(sandbox, GiteaGrant::personal("ada").scopes(&["write:user", "read:repository"]).named("maker"))
}

fn make(gitea: &Gitea, token: &str, name: &str, scopes: &[&str]) -> Reply {
    let body = json!({"name": name, "scopes": scopes}).to_string();
    call(gitea, &basic("ada", token), "POST /users/ada/tokens", &body)
}

#[test]
fn a_token_in_place_of_the_password_makes_another_at_a_gitea() {
    let sandbox = Sandbox::bare();
    for gitea in [Gitea::old(), Gitea::under("/git"), Gitea::newer()] {
        let token = maker(&sandbox, &gitea);
        let made = make(&gitea, &token, "next", &["read:repository", "read:user"]);
        assert_eq!((made.status, &made.body["name"]), (201, &json!("next")), "{made:?}");
        let secret = made.body["sha1"].as_str().unwrap();
        assert!(secret.len() == 40 && gitea.accepts(secret) && secret != token);
        assert_eq!(made.body["token_last_eight"], secret[32..]);
        assert_eq!(made.body["scopes"], json!(["read:repository", "read:user"]));
        let list = call(&gitea, &basic("ada", &token), "GET /users/ADA/tokens", "");
        assert_eq!(
            (list.texts("name"), list.texts("sha1")),
            (vec!["maker".to_owned(), "next".to_owned()], vec![String::new(); 2])
        );
        assert_eq!((list.header("x-total-count"), list.header("link")), (Some("2"), None));
        // Who made it cannot say when.
        let moments = [&made.body["created_at"], &made.body["last_used_at"], &list.body[1]["created_at"]];
        let never = json!("0001-01-01T00:00:00Z");
        let expected = [never.clone(), never, json!("2026-02-18T12:34:56Z")];
        let is_old = made.body.get("created_at").is_none();
        assert!(
            is_old == (list.body[1].get("created_at").is_none()) && (is_old || moments == expected.each_ref()),
            "{made:?} {list:?}"
        );
        assert_eq!(
            call(&gitea, &basic("ada", secret), "DELETE /users/ada/tokens/maker", "").status,
            403,
            "a reader deletes nothing"
        );
        assert_eq!(call(&gitea, &basic("ada", &token), "DELETE /users/ada/tokens/next", "").status, 204);
        assert!(!gitea.accepts(secret));
        assert_eq!(gitea.token_names("ada"), ["maker"]);
    }
}

#[test]
fn a_token_in_the_header_makes_none() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let token = maker(&sandbox, &gitea);
    let body = json!({"name": "next", "scopes": ["read:user"]}).to_string();
    let header = format!("token {token}");
    for what in ["POST /users/ada/tokens", "GET /users/ada/tokens", "DELETE /users/ada/tokens/maker"] {
        assert_eq!(call(&gitea, &header, what, &body).said(), (401, "auth required"), "{what}");
    }
    assert_eq!(gitea.token_names("ada"), ["maker"]);
}

#[test]
fn a_forgejo_wants_the_password() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::forgejo());
    let token = maker(&sandbox, &gitea);
    let body = json!({"name": "next", "scopes": ["read:user"]}).to_string();
    for authorization in [basic("ada", &token), format!("Bearer {token}")] {
        for what in ["POST /users/ada/tokens", "DELETE /users/ada/tokens/maker"] {
            assert_eq!(call(&gitea, &authorization, what, &body).said(), (401, "auth method not allowed"), "{what}");
        }
        assert_eq!(call(&gitea, &authorization, "GET /users/ada/tokens", "").texts("name"), ["maker"]);
    }
    assert!(gitea.accepts(&token));
}

#[test]
fn every_reason_not_to_make_one_is_told() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let token = maker(&sandbox, &gitea);
    assert_eq!(make(&gitea, &token, "", &["read:user"]).said(), (422, "[Name]: Required"));
    assert_eq!(make(&gitea, &token, "maker", &["read:user"]).said(), (400, "access token name has been used already"));
    let expected = "invalid access token scope provided: invalid access token scope: read:everything";
    assert_eq!(make(&gitea, &token, "next", &["read:everything"]).said(), (400, expected));
    assert_eq!(make(&gitea, &token, "next", &[]).said(), (400, "access token must have a scope"));
    gitea.personal(&sandbox, "ops");
    let other = call(&gitea, &basic("ada", &token), "GET /users/ops/tokens", "");
    assert_eq!(other.said(), (403, "doer should be the site admin or be same as the contextUser"));
    assert_eq!(call(&gitea, &basic("ada", &token), "GET /users/nobody/tokens", "").status, 404);
    let reader = gitea.personal(&sandbox, "ada");
    assert!(make(&gitea, &reader, "next", &["read:user"]).said().1.contains("required=[write:user]"));
    assert_eq!(gitea.token_names("ada"), ["maker", "for reading"]);
}

#[test]
fn a_token_is_deleted_by_id_or_by_a_name_that_is_its_own() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let token = maker(&sandbox, &gitea);
    let (one, other) = (sandbox.secret(&"1".repeat(40)), sandbox.secret(&"2".repeat(40)));
    let id = gitea.accept(&one, GiteaGrant::personal("ada").named("twice"));
    gitea.accept(&other, GiteaGrant::personal("ada").named("twice"));
    let delete = |which: &str| call(&gitea, &basic("ada", &token), &format!("DELETE /users/ada/tokens/{which}"), "");
    assert_eq!(delete("twice").said(), (422, "multiple matches for token name 'twice'"));
    assert_eq!(delete(&id.to_string()).status, 204);
    assert_eq!((delete(&id.to_string()).status, delete("never").status), (404, 404));
    assert_eq!(delete("twice").status, 204);
    assert!(!gitea.accepts(&one) && !gitea.accepts(&other));
}

#[test]
fn since_1_27_no_token_makes_one_that_can_do_more() {
    let sandbox = Sandbox::bare();
    for (gitea, is_newer) in [(Gitea::old(), false), (Gitea::start(), false), (Gitea::newer(), true)] {
        let token = maker(&sandbox, &gitea);
        let made = make(&gitea, &token, "everything", &["all"]);
        let text = "cannot create an access token with a broader scope than the authenticating token";
        assert_eq!(made.said(), if is_newer { (403, text) } else { (201, "") });
    }
    let gitea = Gitea::newer();
    let grant = GiteaGrant::personal("ada").scopes(&["public-only", "write:user"]).named("maker");
    let made = make(&gitea, &gitea.personal_for(&sandbox, grant), "next", &["read:user"]);
    assert_eq!(made.body["scopes"], json!(["public-only", "read:user"]));
}

#[test]
fn since_1_27_a_token_speaks_of_itself_and_ends_itself() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::newer());
    let grant = GiteaGrant::personal("ada").scopes(&["read:misc"]).named("narrow");
    let token = gitea.personal_for(&sandbox, grant);
    let own = ask(&gitea, &token, "GET /token");
    assert_eq!((own.status, &own.body["name"], &own.body["scopes"]), (200, &json!("narrow"), &json!(["read:misc"])));
    assert_eq!(own.body["user"]["login"], json!("ada"));
    assert_eq!(call(&gitea, &basic("ada", &token), "GET /token", "").said(), (404, "invalid personal token"));
    let app = gitea.oauth.register(&sandbox, "app");
    let pair = gitea.oauth.pair(&app, "ada");
    let login = pair["access_token"].as_str().unwrap();
    assert_eq!(ask(&gitea, login, "GET /token").said(), (404, "token not found"));
    assert_eq!(call(&gitea, "", "GET /token", "").said(), (401, "token is required"));
    assert_eq!(ask(&gitea, &token, "DELETE /token").status, 204);
    assert_eq!((gitea.accepts(&token), ask(&gitea, &token, "GET /token").status), (false, 401));
    for older in [Gitea::old(), Gitea::start(), Gitea::forgejo()] {
        let token = older.personal(&sandbox, "ada");
        let reply = ask(&older, &token, "GET /token");
        assert_eq!((reply.status, &*reply.text), (404, "404 page not found\n"));
    }
}
