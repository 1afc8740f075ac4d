//! An app that is made of a manifest.

use std::time::Duration;

use serde_json::{Value, json};

use super::calls::{Reply, jwt, send};
use crate::support::browser::{get, parameter};
use crate::support::fake::GitHub;
use crate::support::{Sandbox, keys};

/// Posts a manifest to a path as a browser does.
fn propose(github: &GitHub, path: &str, manifest: &Value) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("manifest", &manifest.to_string()).finish();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    send("POST", &format!("{}{path}?state=xyz", github.origin()), &form, &body)
}

fn manifest(name: &str) -> Value {
    json!({
        "name": name,
        "url": "https://acme.example/",
        "hook_attributes": {"url": "https://acme.example/hook", "active": false},
        "redirect_url": "http://127.0.0.1:4711/callback",
        "default_permissions": {"contents": "write"},
    })
}

fn convert(github: &GitHub, code: &str) -> Reply {
    send("POST", &format!("{}/app-manifests/{code}/conversions", github.api()), &[], "")
}

fn code(reply: &Reply) -> String {
    let back = reply.header("location").unwrap_or_else(|| panic!("no way back: {reply:?}"));
    assert!(back.starts_with("http://127.0.0.1:4711/callback?"), "{back}");
    assert_eq!(parameter(back, "state").as_deref(), Some("xyz"));
    parameter(back, "code").unwrap()
}

#[test]
fn a_manifest_becomes_an_app_once() {
    let (sandbox, github) = (Sandbox::bare(), GitHub::start());
    github.apps.watched_by(&sandbox);
    github.apps.set(|settings| settings.keyless_calls = 1);
    let reply = propose(&github, "/organizations/acme-corp/settings/apps/new", &manifest("Acme Deploy!"));
    assert_eq!(reply.status, 302);
    let code = code(&reply);
    let made = convert(&github, &code);
    assert_eq!(made.status, 201, "{made:?}");
    let app = github.apps.app("acme-deploy");
    assert_eq!((&made.body["slug"], &made.body["name"]), (&json!("acme-deploy"), &json!("Acme Deploy!")));
    assert_eq!(made.body["pem"], keys::rsa("acme-deploy").pkcs1());
    assert_eq!((&made.body["owner"]["login"], &made.body["owner"]["type"]), (&json!("acme-corp"), &json!("Organization")));
    assert_eq!(made.body["permissions"], json!({"contents": "write", "metadata": "read"}));
    for field in ["id", "node_id", "client_id", "html_url", "events", "external_url", "created_at", "updated_at"] {
        assert!(!made.body[field].is_null(), "{field}");
    }
    for field in ["pem", "client_secret", "webhook_secret"] {
        assert!(sandbox.check_leaks(made.body[field].as_str().unwrap().as_bytes(), &[]).is_err(), "{field}");
    }
    assert!(sandbox.check_leaks(code.as_bytes(), &[]).is_err());
    assert_eq!(convert(&github, &code).said(), (404, "Not Found"));
    assert_eq!(convert(&github, "unknown").said(), (404, "Not Found"));
    let call = || super::calls::call(&github, &jwt(&app), "GET /app", "");
    assert_eq!(call().said(), (401, "Integration must generate a public key"));
    assert_eq!(call().status, 200);
    // And then it is installed.
    let page = format!("{}/installations/new", made.body["html_url"].as_str().unwrap());
    assert_eq!((get(&page).status, github.apps.installations(&app).len()), (200, 0));
    github.apps.install_on_visit("acme-corp", "Organization");
    assert_eq!((get(&page).status, github.apps.installations(&app).len()), (200, 1));
}

#[test]
fn a_manifest_may_be_refused_cancelled_or_forgotten() {
    let (sandbox, github) = (Sandbox::bare(), GitHub::start());
    github.apps.register(&sandbox, "taken");
    let path = "/settings/apps/new";
    assert_eq!(get(&format!("{}{path}?state=xyz", github.origin())).status, 200);
    let without = |field: &str, value: Value| {
        let mut manifest = manifest("one");
        manifest[field] = value;
        propose(&github, path, &manifest)
    };
    for (reply, text) in [
        (without("url", Value::Null), "url is missing"),
        (without("hook_attributes", json!({"active": false})), "hook url is missing"),
        (without("default_permissions", json!("contents")), "default permissions"),
        (without("name", json!("Taken")), "name is already taken"),
        (propose(&github, path, &Value::Null), "no manifest"),
    ] {
        assert!(reply.status == 422 && reply.text.contains(text), "{reply:?}");
    }
    let forgotten = code(&propose(&github, path, &manifest("one")));
    github.apps.set(|settings| (settings.code_life, settings.cancels) = (Duration::ZERO, true));
    assert_eq!(convert(&github, &forgotten).status, 404);
    assert_eq!(propose(&github, path, &manifest("one")).status, 200);
    github.apps.set(|settings| {
        (settings.code_life, settings.cancels, settings.account) = (Duration::from_mins(1), false, "eve".to_owned());
    });
    let made = convert(&github, &code(&propose(&github, path, &manifest("one"))));
    assert_eq!((&made.body["owner"]["login"], &made.body["owner"]["type"]), (&json!("eve"), &json!("User")));
}

#[test]
fn on_github_com_apps_have_their_pages_there() {
    let (sandbox, github) = (Sandbox::bare(), GitHub::dotcom());
    let app = github.apps.register(&sandbox, "acme-deploy");
    let own = super::calls::call(&github, &jwt(&app), "GET /app", "").body;
    assert_eq!(own["html_url"], "https://github.com/apps/acme-deploy");
    github.apps.install_on_visit("acme-corp", "Organization");
    assert_eq!(get(&format!("{}/apps/acme-deploy/installations/new", github.origin())).status, 200);
    assert_eq!(github.apps.installations(&app).len(), 1);
}
