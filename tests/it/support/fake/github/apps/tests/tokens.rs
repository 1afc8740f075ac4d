//! What a token of an installation is good for, and how long.

use std::time::Duration;

use serde_json::json;

use super::calls::{ask, call, jwt, send, token};
use crate::support::Foundry;
use crate::support::fake::permissions;

const BAD: (u16, &str) = (401, "Bad credentials");

#[test]
fn a_token_sees_what_its_installation_does_and_no_more() {
    let foundry = Foundry::new();
    let (github, app, id) = (&foundry.github, &foundry.app, foundry.corp);
    let reply = ask(github, app, id, "");
    let text = reply.body["token"].as_str().unwrap();
    assert!(text.starts_with(&format!("ghs_{}_eyJ", app.id)) && (510..=530).contains(&text.len()), "{}", text.len());
    assert!(text.matches('.').count() == 2 && text[20..].contains(['-', '_']));
    assert_eq!((reply.status, &reply.body["repository_selection"]), (201, &json!("all")));
    assert_eq!(reply.body["permissions"], json!({"contents": "read", "metadata": "read"}));
    assert!(reply.body.get("repositories").is_none());
    let get = |path: &str| call(github, text, &format!("GET {path}"), "");
    let all = get("/installation/repositories");
    assert_eq!((all.texts("repositories", "name"), &all.body["total_count"]), (vec!["site".into(), "theme".into()], &json!(2)));
    assert!(get("/installation/repositories?per_page=1").header("link").unwrap().contains("page=2"));
    assert_eq!(get("/repos/acme-corp/site/branches").body[0]["name"], "develop");
    assert_eq!(get("/repos/acme-client-a/shop").said(), (404, "Not Found"));
    assert_eq!(get("/user").said(), (403, "Resource not accessible by integration"));
    assert_eq!(get("/app").said(), (401, "A JSON web token could not be decoded"));
    github.apps.edit_installation(id, |found| {
        (found.repository_selection, found.repositories) = ("selected".to_owned(), vec!["theme".to_owned()]);
    });
    let fewer = get("/installation/repositories");
    assert_eq!(fewer.texts("repositories", "name"), ["theme"]);
    assert_eq!(fewer.body["repository_selection"], "selected");
    assert_eq!(get("/repos/acme-corp/site").status, 404);
    github.apps.suspend(id);
    let suspended = get("/installation/repositories");
    assert_eq!(suspended.said(), (403, "This installation has been suspended"));
    // It was recognised.
    assert_eq!(suspended.header("x-ratelimit-limit"), Some("5000"));
    assert_eq!(ask(github, app, id, "").said(), (403, "This installation has been suspended"));
    github.apps.unsuspend(id);
    assert_eq!(get("/installation/repositories").status, 200);
    github.apps.uninstall(id);
    assert_eq!(get("/installation/repositories").said(), BAD);
    assert_eq!(ask(github, app, id, "").said(), (404, "Not Found"));
}

#[test]
fn a_token_is_narrowed_to_what_is_granted() {
    let foundry = Foundry::new();
    let (github, app, id) = (&foundry.github, &foundry.app, foundry.corp);
    let narrowed = ask(github, app, id, &json!({"repositories": ["theme"], "permissions": {"metadata": "read"}}).to_string());
    assert_eq!((narrowed.status, &narrowed.body["repository_selection"]), (201, &json!("selected")));
    assert_eq!(narrowed.texts("repositories", "full_name"), ["acme-corp/theme"]);
    let text = narrowed.body["token"].as_str().unwrap();
    assert_eq!(call(github, text, "GET /installation/repositories", "").texts("repositories", "name"), ["theme"]);
    let refused = call(github, text, "GET /repos/acme-corp/theme/branches", "");
    assert_eq!(refused.said(), (403, "Resource not accessible by integration"));
    assert_eq!(refused.header("x-accepted-github-permissions"), Some("contents=read"));
    assert_eq!(call(github, text, "GET /repos/acme-corp/theme", "").status, 200);
    let theme = narrowed.body["repositories"][0]["id"].clone();
    let by_id = ask(github, app, id, &json!({"repository_ids": [theme]}).to_string());
    assert_eq!(by_id.texts("repositories", "name"), ["theme"]);
    assert_eq!(github.apps.tokens_of(id)[1].repositories, Some(vec![theme.as_u64().unwrap()]));
    let (permissions_refused, gone) = (
        "The permissions requested are not granted to this installation.",
        "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
    for (body, expected) in [
        (json!({"permissions": {"contents": "write"}}), (422, permissions_refused)),
        (json!({"permissions": {"issues": "read"}}), (422, permissions_refused)),
        (json!({"permissions": "contents"}), (400, "Problems parsing JSON")),
        (json!({"permissions": {"contents": 1}}), (400, "Problems parsing JSON")),
        (json!([]), (400, "Problems parsing JSON")),
        (json!({"repositories": ["shop"]}), (422, gone)),
        (json!({"repositories": ["acme-corp/site"]}), (422, gone)),
        (json!({"repository_ids": [1]}), (422, gone)),
    ] {
        assert_eq!(ask(github, app, id, &body.to_string()).said(), expected, "{body}");
    }
    github.apps.edit_installation(id, |found| found.permissions = permissions(&[("contents", "write"), ("metadata", "read")]));
    let reply = ask(github, app, id, &json!({"permissions": {"contents": "write"}}).to_string());
    assert_eq!(reply.body["permissions"], json!({"contents": "write", "metadata": "read"}));
    assert_eq!((github.apps.posts(), github.apps.posts_of(id), github.apps.tokens_of(id).len()), (11, 11, 3));
}

#[test]
fn a_token_dies_in_every_way() {
    let foundry = Foundry::new();
    let (github, app, id) = (&foundry.github, &foundry.app, foundry.corp);
    let read = |token: &str| call(github, token, "GET /installation/repositories", "").status;
    let back = token(github, app, id);
    assert_eq!(call(github, &back, "DELETE /installation/token", "").status, 204);
    assert_eq!((read(&back), github.apps.is_live(&back), github.apps.revoked()), (401, false, 1));
    github.apps.set(|settings| settings.life = Duration::from_millis(300));
    let short = token(github, app, id);
    assert_eq!((read(&short), github.apps.is_live(&short)), (200, true));
    std::thread::sleep(Duration::from_millis(320));
    assert_eq!((read(&short), github.apps.is_live(&short)), (401, false));
    github.apps.set(|settings| settings.life = Duration::from_hours(1));
    let long = token(github, app, id);
    github.apps.expire_after(2);
    assert_eq!((read(&long), read(&long), read(&long)), (200, 200, 401));
    let next = token(github, app, id);
    assert_eq!((read(&next), github.apps.is_live(&next)), (200, true));
    github.apps.expire_everything();
    assert_eq!(read(&next), 401);
    let all = github.apps.tokens_of(id);
    assert!(all.iter().all(|handed| handed.installation == id && handed.permissions.len() == 2), "{all:?}");
    assert_eq!(all.iter().map(|handed| handed.revoked).collect::<Vec<_>>(), [true, false, false, false]);
    assert!(all[2].token == long && all[2].expires_at.ends_with('Z'));
}

#[test]
fn a_fresh_token_is_not_known_everywhere_and_may_have_the_old_form() {
    let foundry = Foundry::new();
    let (github, app, id) = (&foundry.github, &foundry.app, foundry.client);
    let read = |token: &str| call(github, token, "GET /installation/repositories", "").status;
    github.apps.set(|settings| (settings.lag, settings.stateless) = (2, false));
    let classic = token(github, app, id);
    assert_eq!((classic.len(), &classic[..4]), (40, "ghs_"));
    assert_eq!((read(&classic), read(&classic), read(&classic)), (401, 401, 200));
    let address = format!("{}/app/installations/{id}/access_tokens", github.api());
    let authorization = format!("Bearer {}", jwt(app));
    let headers = [("Authorization", authorization.as_str()), ("X-GitHub-Stateless-S2S-Token", "enabled")];
    assert!(send("POST", &address, &headers, "").body["token"].as_str().unwrap().len() > 500);
    github.apps.set(|settings| "This installation is currently suspended.".clone_into(&mut settings.suspended));
    github.apps.suspend(id);
    assert_eq!(
        call(github, &classic, "GET /installation/repositories", "").message(),
        "This installation is currently suspended."
    );
}

#[test]
fn what_is_handed_out_and_what_asks_for_it_is_watched_for() {
    let foundry = Foundry::new();
    let signed = jwt(&foundry.app);
    let text = format!("POST /app/installations/{}/access_tokens", foundry.corp);
    let reply = call(&foundry.github, &signed, &text, "");
    for secret in [reply.body["token"].as_str().unwrap(), signed.as_str(), &foundry.app.key.pkcs1(), &foundry.app.key.pkcs8()] {
        assert!(foundry.sandbox.check_leaks(secret.as_bytes(), &[]).is_err());
    }
    assert_eq!(foundry.sandbox.check_leaks(foundry.app.key.public().as_bytes(), &[]), Ok(()));
}
