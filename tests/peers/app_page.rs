//! Peer: Chromium, as in `oidc.rs`, in which somebody makes a GitHub App: the page of our listener posts the manifest, and the browser comes back with the
//! code. GitHub's pages are played here; its own are behind a login.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app_host::AppHost;
use crate::oidc::peers::{Login, click, looks_right, origin, pictures, send};
use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::Sandbox;
use crate::suite;

const CODE: &str = "a180b1a3d263c81bc6441d7b990bae27d4c10679";
const WEBHOOK_SECRET: &str = "e340154128314309424b7c8e90325147d99fdafa";
const INSTALL_PAGE: &str = "/github-apps/gitconn-peers/installations/new";

/// GitHub's web side and its API, for one app that is to be made. The last manifest that was posted is kept.
struct GitHub {
    host: AppHost,
    relay: Relay,
    manifest: Arc<Mutex<Option<Value>>>,
}

impl GitHub {
    fn new() -> Self {
        let (host, manifest) = (AppHost::new(), Arc::default());
        let (known, kept) = (host.clone(), Arc::clone(&manifest));
        let relay = Relay::serve(move |base, asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/organizations/acme/settings/apps/new") => asked_for_an_app(asked, &kept),
            ("POST", path) if path == format!("/api/v3/app-manifests/{CODE}/conversions") => {
                let mut made = known.app(base);
                made["pem"] = known.key.pem().into();
                made["client_secret"] = "1726be1638095a19edd134c77bde3aa2ece1e5d8".into();
                made["webhook_secret"] = WEBHOOK_SECRET.into();
                Answer::json(201, &made)
            }
            ("GET", INSTALL_PAGE) => {
                known.install(11, "acme");
                Answer::json(200, &json!({}))
            }
            _ => known.answer(base, asked).unwrap_or_else(|| Answer::json(404, &json!({"message": "Not Found"}))),
        });
        Self { host, relay, manifest }
    }

    /// Makes an app in Chromium and installs it; what the browser saw, and the home it is kept in.
    fn makes_an_app(&self, how: &str) -> (Sandbox, Value) {
        let sandbox = Sandbox::with_store();
        let base = self.relay.base();
        let connect = ["connect", "github", "bot", "--create-app", "--org", "acme", "--host", &base];
        let more = ["--permission", "checks=write", "--webhook-url", "https://hooks.acme.example/gitconn?a=1&b=\"2\""];
        let login = Login::begin(&sandbox, &[&connect[..], &more[..]].concat());
        assert_eq!(login.word("event"), "open");
        let (page, pictures) = (login.word("url").to_owned(), pictures(&sandbox));
        let saw = click(&sandbox, &[how, &page, pictures.to_str().unwrap()]);
        looks_right(&saw, &origin(&page), &pictures);
        self.is_asked_for_installations();
        // Somebody says yes on the page that the command names.
        send(reqwest::Method::GET, &format!("{base}{INSTALL_PAGE}"));
        let run = login.end().exits(0);
        let told = format!("{}{}", run.out, run.err);
        assert!(told.contains(&format!("{base}{INSTALL_PAGE}")), "{told}");
        assert!(!run.err.contains(CODE) && !run.err.contains(WEBHOOK_SECRET), "a secret is in the output: {}", run.err);
        let stored: Value = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
        assert_eq!((&stored["name"], &stored["auth_method"]), (&"bot".into(), &"github_app".into()), "{stored}");
        assert_eq!(stored["installations"][0]["account_login"], "acme", "{stored}");
        (sandbox, saw)
    }

    /// Waits until the app has asked where it is installed.
    fn is_asked_for_installations(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.relay.exchanges().iter().any(|(asked, _)| asked.path == "/api/v3/app/installations") {
            assert!(Instant::now() < until, "nobody asks where the app is installed");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// GitHub's page: somebody is signed in and says yes at once.
fn asked_for_an_app(asked: &Asked, kept: &Mutex<Option<Value>>) -> Answer {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
    let [(name, manifest)] = &fields[..] else { panic!("not one field: {fields:?}") };
    assert_eq!(name, "manifest");
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    let state = url::form_urlencoded::parse(asked.query.as_bytes()).find_map(|(name, value)| (name == "state").then_some(value));
    let target = format!("{}?code={CODE}&state={}", manifest["redirect_url"].as_str().unwrap(), state.unwrap());
    *kept.lock().unwrap() = Some(manifest);
    Answer { status: 302, headers: vec![("location".to_owned(), target)], body: Vec::new() }
}

#[test]
fn somebody_makes_an_app_in_the_browser() {
    if !suite::runs("chromium") || !suite::runs("oidc") {
        return;
    }
    // With scripts the page sends its form by itself, without them by its button.
    for how in ["start", "press"] {
        let github = GitHub::new();
        github.host.begins(3600, Duration::ZERO);
        let (sandbox, saw) = github.makes_an_app(how);

        let manifest = github.manifest.lock().unwrap().take().unwrap();
        assert_eq!(manifest["name"], "bot", "{manifest}");
        assert_eq!(manifest["default_permissions"], json!({"checks": "write", "contents": "read", "metadata": "read"}));
        let hook = json!({"url": "https://hooks.acme.example/gitconn?a=1&b=%222%22", "active": true});
        assert_eq!((&manifest["hook_attributes"], &manifest["public"]), (&hook, &false.into()), "{manifest}");

        assert_eq!(saw["complaints"], json!([]), "the browser complains");
        let listener = origin(saw["url"].as_str().unwrap());
        let asked: Vec<&str> = saw["asked"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        let [first, form, callback, done] = asked[..] else { panic!("{asked:?}") };
        assert!(first.starts_with(&format!("{listener}/start/")), "{first}");
        assert_eq!(form, format!("{}/organizations/acme/settings/apps/new", github.relay.base()));
        assert_eq!([callback, done], [format!("{listener}/callback"), format!("{listener}/done")]);
        let text = saw["text"].as_str().unwrap();
        assert!(text.contains("gitconn-peers") && text.contains("acme"), "{text}");
        assert!(!text.contains(CODE), "the code is shown: {text}");
        if how == "press" {
            let words = saw["start"]["text"].as_str().unwrap();
            assert!(words.contains("GitHub App") && words.contains("127.0.0.1"), "{words}");
        }

        assert_eq!(sandbox.run(["token", "bot"]).exits(0).out.trim_end(), github.host.newest(11));
        assert_eq!(sandbox.run(["token", "bot", "--webhook-secret"]).exits(0).out.trim_end(), WEBHOOK_SECRET);
        assert_eq!(github.host.refused(), Vec::<String>::new());
        let conversions = github.relay.exchanges().into_iter().filter(|(asked, _)| asked.path.ends_with("/conversions"));
        let conversions: Vec<Asked> = conversions.map(|(asked, _)| asked).collect();
        assert_eq!(conversions.len(), 1, "the code was exchanged {} times", conversions.len());
        assert!(conversions[0].headers.get("authorization").is_none());
    }
}
