//! Who asks, where a credential stands, and what is said of those that are none.

use serde_json::{Value, json};

use super::calls::{ask, basic, call};
use crate::support::fake::{Gitea, GiteaAccount, GiteaGrant};
use crate::support::{Sandbox, tokens};

const NEWER: &str = "invalid username, password or token";
const OLDER: &str = "user does not exist [uid: 0, name: ]";
const MISSING: &str = "token does not have at least one of required scope(s)";

#[test]
fn a_token_is_good_wherever_it_may_stand() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::under("/git"));
    let token = gitea.personal(&sandbox, "ada");
    for authorization in [
        format!("token {token}"),
        format!("Token {token}"),
        format!("Bearer {token}"),
        basic("ada", &token),
        basic("whoever", &token),
        basic(&token, ""),
        basic(&token, "x-oauth-basic"),
    ] {
        let reply = call(&gitea, &authorization, "GET /user", "");
        assert_eq!(
            (reply.status, &reply.body["login"], &reply.body["username"]),
            (200, &json!("ada"), &json!("ada")),
            "{reply:?}"
        );
    }
    for authorization in [basic(&token, "wrong"), format!("token {}", tokens::gitea("x")), format!("Bearer {}", tokens::jwt("x"))]
    {
        assert_eq!(call(&gitea, &authorization, "GET /user", "").said(), (401, NEWER), "{authorization}");
        // Even where nobody has to show any.
        assert_eq!(call(&gitea, &authorization, "GET /version", "").said(), (401, NEWER), "{authorization}");
    }
    for authorization in ["", "private abc", "Basic %%%", "token"] {
        assert_eq!(call(&gitea, authorization, "GET /user", "").said(), (401, "token is required"), "{authorization}");
    }
}

#[test]
fn a_refusal_has_the_words_of_its_version() {
    let token = tokens::gitea("x");
    for (gitea, text) in
        [(Gitea::old(), OLDER), (Gitea::start(), NEWER), (Gitea::newer(), NEWER), (Gitea::forgejo_under("/git"), OLDER)]
    {
        let reply = ask(&gitea, &token, "GET /user");
        assert_eq!(reply.said(), (401, text));
        assert_eq!(reply.body["url"], json!(format!("{}/api/swagger", gitea.host())));
    }
}

#[test]
fn a_revoked_token_is_unknown() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let token = gitea.personal(&sandbox, "ada");
    assert!(gitea.accepts(&token));
    gitea.revoke(&token);
    assert!(!gitea.accepts(&token));
    assert_eq!(ask(&gitea, &token, "GET /user").said(), (401, NEWER));
}

#[test]
fn every_version_says_which_it_is() {
    for (gitea, version) in [
        (Gitea::old(), "1.22.6"),
        (Gitea::under("/git"), "1.26.4"),
        (Gitea::newer(), "1.27.0"),
        (Gitea::forgejo_under("/git"), "15.0.0-209-2308e484+gitea-1.22.0"),
    ] {
        assert_eq!(call(&gitea, "", "GET /version", "").body, json!({"version": version}));
        let other = super::calls::send("GET", &format!("{}/api/forgejo/v1/version", gitea.host()), "", "text/plain", "");
        let expected = if version.contains('+') { (200, json!({"version": version})) } else { (404, Value::Null) };
        assert_eq!((other.status, other.body), expected, "{version}");
    }
    let gitea = Gitea::start();
    let settings = call(&gitea, "", "GET /settings/api", "").body;
    assert_eq!((&settings["max_response_items"], &settings["default_paging_num"]), (&json!(50), &json!(30)));
}

#[test]
fn who_must_sign_in_is_told_nothing() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    gitea.set(|settings| settings.require_signin = true);
    let reply = call(&gitea, "", "GET /version", "");
    assert_eq!((reply.status, reply.body), (403, json!({"message": "Only signed in user is allowed to call APIs."})));
    assert_eq!(ask(&gitea, &gitea.personal(&sandbox, "ada"), "GET /version").status, 200);
}

#[test]
fn an_account_that_is_not_welcome_is_told_why() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::under("/git"));
    let token = gitea.personal(&sandbox, "ada");
    for (account, text) in [
        (GiteaAccount::NotActivated, "This account is not activated.".to_owned()),
        (
            GiteaAccount::ProhibitedFromSigningIn,
            "This account is prohibited from signing in, please contact your site administrator.".to_owned(),
        ),
        (
            GiteaAccount::MustChangePassword,
            format!("You must change your password. Change it at: {}//user/change_password", gitea.host()),
        ),
    ] {
        gitea.account("ada", account);
        let reply = ask(&gitea, &token, "GET /version");
        assert_eq!((reply.status, reply.body), (403, json!({"message": text})));
    }
    gitea.account("ada", GiteaAccount::Active);
    assert_eq!(ask(&gitea, &token, "GET /user").status, 200);
}

#[test]
fn a_call_needs_its_scope_and_the_refusal_tells_which_there_are() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let token = |gitea: &Gitea, scopes: &[&str]| {
        let grant = GiteaGrant::personal("ada").scopes(scopes).named(&scopes.join(" "));
        gitea.personal_for(&sandbox, grant)
    };
    let narrow = token(&gitea, &["write:repository", "read:issue", "read:repository"]);
    let told = "token scope=read:issue,write:repository";
    assert_eq!(ask(&gitea, &narrow, "GET /user").said(), (403, &*format!("{MISSING}, required=[read:user], {told}")));
    let expected = format!("{MISSING}, required=[read:notification], {told}");
    assert_eq!(ask(&gitea, &narrow, "GET /notifications/new").said(), (403, &*expected));
    assert_eq!(ask(&gitea, &narrow, "GET /repos/search").status, 200);
    // Two groups, one after the other.
    let reader = token(&gitea, &["read:user"]);
    let expected = format!("{MISSING}, required=[read:repository], token scope=read:user");
    assert_eq!(ask(&gitea, &reader, "GET /user/repos").said(), (403, &*expected));
    assert_eq!(ask(&gitea, &reader, "GET /repos/search").said(), (403, &*expected));
    assert_eq!(ask(&gitea, &narrow, "GET /user/repos").said().0, 403);
    for scopes in [&["all"][..], &["write:notification", "write:user"]] {
        let wide = token(&gitea, scopes);
        assert_eq!(ask(&gitea, &wide, "GET /notifications/new").body, json!({"new": 0}));
        assert_eq!(ask(&gitea, &wide, "GET /user").status, 200);
    }
    for other in [Gitea::old(), Gitea::forgejo()] {
        let narrow = token(&other, &["read:repository"]);
        assert_eq!(ask(&other, &narrow, "GET /user").said(), (403, &*format!("{MISSING}: [read:user]")));
        other.set(|settings| settings.names_scopes = true);
        let expected = format!("{MISSING}, required=[read:user], token scope=read:repository");
        assert_eq!(ask(&other, &narrow, "GET /user").said(), (403, &*expected));
    }
}
