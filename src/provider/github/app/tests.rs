use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::GitHubApps;
use crate::env::Env;
use crate::model::{AccountType, HostUrl, Narrowing, Permissions, RepositorySelection};
use crate::net::{Http, Options, Trust};
use crate::provider::testing::{Server, say};
use crate::provider::{AppAccount, AppSigner, Apps as _, Error, Manifest, Obstacle};
use crate::secret::Secret;

/// A key of this test run, as PKCS #8.
fn pem() -> &'static (String, String) {
    static PEM: std::sync::OnceLock<(String, String)> = std::sync::OnceLock::new();
    PEM.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        (armour("PRIVATE KEY", der.as_ref()), armour("PUBLIC KEY", public.as_ref()))
    })
}

fn armour(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

fn key(text: &str) -> Result<crate::provider::AppKey, Error> {
    GitHubApps.key(&Secret::from(text.to_owned()))
}

fn app(server: &Server) -> Box<dyn AppAccount> {
    let http = Http::new(
        Env::from_variables([("HOME", "/nonexistent")]),
        Options { max_wait: std::time::Duration::ZERO, watcher: None },
    );
    let (host, api) = (HostUrl::parse("github.com").unwrap(), HostUrl::parse(&server.url).unwrap());
    let signer = AppSigner { issuer: "Iv23li0123".to_owned(), key: key(&pem().0).unwrap().pem, was_active: false };
    GitHubApps.connect(&http, &host, &api, &Trust::default(), signer).unwrap()
}

#[test]
fn a_key_is_read_however_a_variable_holds_it() {
    let usual = key(&pem().0).unwrap();
    let spelt_out = pem().0.replace('\n', "\\n");
    let with_spaces = pem().0.replace('\n', " ");
    let windows = pem().0.replace('\n', "\r\n");
    let in_base64 = BASE64_STANDARD.encode(&pem().0);
    let with_bag = format!("Bag Attributes\n    friendlyName: x\n{}", pem().0);
    for text in [spelt_out, with_spaces, windows, in_base64, with_bag] {
        let read = key(&text).unwrap();
        assert_eq!(read.fingerprint, usual.fingerprint);
        assert_eq!(read.pem.expose(), usual.pem.expose());
    }
    // RFC 7468 §2: no line has more than 64 characters.
    assert!(usual.pem.expose().lines().all(|line| line.len() <= 64));
    assert_eq!(usual.fingerprint.len(), 64);
}

#[test]
fn what_is_no_usable_key_is_refused_with_the_reason_and_without_the_text() {
    let (private, public) = pem();
    let body = |text: &str| text.lines().nth(1).unwrap().to_owned();
    let cut = private.replace(&body(private)[200..], "");
    for (text, reason) in [
        ("", "does not begin with"),
        ("s3krit", "does not begin with"),
        (public.as_str(), "public key"),
        (&armour("CERTIFICATE", b"s3krit"), "certificate, not a key"),
        (&armour("CERTIFICATE REQUEST", b"s3krit"), "request for a certificate"),
        (&armour("OPENSSH PRIVATE KEY", b"s3krit"), "SSH key"),
        (&armour("EC PRIVATE KEY", b"s3krit"), "not an RSA key"),
        (&armour("PRIVATE KEY", b"s3krit"), "not an RSA key"),
        (&armour("ENCRYPTED PRIVATE KEY", b"s3krit"), "encrypted"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----",
            "encrypted",
        ),
        (&armour("RSA PRIVATE KEY", b"s3krit"), "damaged or cut off"),
        (&armour("SOMETHING ELSE", b"s3krit"), "it is `SOMETHING ELSE`"),
        (&cut, "cut off"),
        (&private.replace("-----END", "----END"), "its last line is missing"),
        (&format!("{private}{public}"), "more than one"),
        (&private.replace("MII", "M!I"), "not base64"),
    ] {
        let error = key(text).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains(reason), "{reason}: {said}");
        assert!(!said.contains("s3krit") && !said.contains(&body(private)[..40]), "{said}");
        assert_eq!(matches!(error, Error::Key { is_encrypted: true, .. }), reason == "encrypted", "{said}");
    }
}

/// The claims of the signature that came with a request.
fn claims(headers: &reqwest::header::HeaderMap) -> Value {
    let token = headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

const APP: &str = r#"{"id":7,"client_id":"Iv23li0123","slug":"acme-deploy","name":"Acme Deploy","owner":{"login":"acme","id":5,"type":"Organization"},
    "html_url":"https://github.com/apps/acme-deploy","permissions":{"contents":"read","odd":null}}"#;

#[tokio::test]
async fn an_app_names_itself_in_its_signature_and_is_described() {
    let server = Server::start(|_| say(200, &[], APP)).await;
    let app = app(&server).identity().await.unwrap();
    assert_eq!((app.id, app.slug.as_str(), app.owner.as_str()), (7, "acme-deploy", "acme"));
    assert_eq!((app.owner_type, app.permissions.len()), (Some(AccountType::Organization), 1));
    assert_eq!(app.issuers(), ["Iv23li0123", "7"]);
    let asked = server.asked().remove(0);
    assert_eq!(asked.call, "GET /app");
    let now = Env::from_variables([("HOME", "/nonexistent")]).now().as_second();
    let claims = claims(&asked.headers);
    assert_eq!(claims["iss"], "Iv23li0123");
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(exp - iat, 600);
    assert!((now - 65..=now - 60).contains(&iat) && exp <= now + 540, "{claims} {now}");
}

#[tokio::test]
async fn refusals_of_an_app_say_what_is_wrong_with_it() {
    for (status, message, said) in [
        (401, "A JSON web token could not be decoded", "the private key is not this app's, or was deleted"),
        (401, "Integration must generate a public key", "has no private key"),
        (404, "Integration not found", "knows no app of this id"),
        (401, "Integration not found", "knows no app of this id"),
        (403, "This GitHub App has been suspended", "has suspended the app"),
        (503, "Unicorn", "it is unwell (503)"),
    ] {
        let body = json!({ "message": message }).to_string();
        let server = Server::start(move |_| say(status, &[], &body)).await;
        let error = app(&server).identity().await.unwrap_err().to_string();
        assert!(error.contains(said), "{status} {message}: {error}");
    }
}

#[tokio::test]
async fn what_stands_between_an_installation_and_a_token_is_told_apart() {
    for (status, message, obstacle) in [
        (404, "Not Found", Obstacle::Gone),
        (403, "This installation has been suspended", Obstacle::Suspended),
        (403, "This installation is currently suspended. Please contact an organization owner.", Obstacle::Suspended),
        (422, "The permissions requested are not granted to this installation.", Obstacle::NotGranted),
        (
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
            Obstacle::NotSelected,
        ),
    ] {
        let body = json!({ "message": message }).to_string();
        let server = Server::start(move |_| say(status, &[], &body)).await;
        match app(&server).token(9, &Narrowing::default()).await {
            Err(Error::Installation { obstacle: found, .. }) => assert_eq!(found, obstacle, "{message}"),
            other => panic!("{message}: {:?}", other.map(|token| token.expires_at)),
        }
    }
    // A page is a proxy's, and says nothing of the installation.
    let server = Server::start(|_| say(404, &[("content-type", "text/html")], "<html>nginx</html>")).await;
    let error = app(&server).token(9, &Narrowing::default()).await.map(|token| token.expires_at).unwrap_err();
    assert!(matches!(error, Error::Unintelligible { .. }), "{error}");
}

#[tokio::test]
async fn a_token_is_asked_for_as_narrow_as_it_is_wanted_and_taken_as_it_comes() {
    let long = format!("ghs_7_{}", "a-_.".repeat(200));
    let body = json!({ "token": long, "expires_at": "2026-11-20T13:00:00Z" }).to_string();
    let server = Server::start(move |_| say(201, &[], &body)).await;
    let app = app(&server);
    let token = app.token(9, &Narrowing::default()).await.unwrap();
    assert_eq!((token.token.expose().len(), token.expires_at), (806, "2026-11-20T13:00:00Z".parse().unwrap()));
    let wanted = Narrowing {
        repositories: vec!["site".to_owned()],
        permissions: Permissions::from([("contents".to_owned(), "read".to_owned())]),
    };
    app.token(9, &wanted).await.unwrap();
    let asked = server.asked();
    assert_eq!((asked[0].call.as_str(), asked[0].body.as_str()), ("POST /app/installations/9/access_tokens", ""));
    let body: Value = serde_json::from_str(&asked[1].body).unwrap();
    assert_eq!(body, json!({ "repositories": ["site"], "permissions": { "contents": "read" } }));
    for odd in ["", "two words", "line\nbreak"] {
        let body = json!({ "token": odd, "expires_at": "2026-11-20T13:00:00Z" }).to_string();
        let server = Server::start(move |_| say(201, &[], &body)).await;
        assert!(self::app(&server).token(9, &Narrowing::default()).await.is_err(), "{odd:?}");
    }
}

#[tokio::test]
async fn installations_are_read_whatever_is_left_out() {
    let rows = r#"[{"id":2,"account":{"login":"acme","id":5,"type":"Organization"},"repository_selection":"selected","permissions":{"contents":"read"},
        "html_url":"https://github.com/organizations/acme/settings/installations/2","created_at":"2026-02-01T00:00:00Z","suspended_at":"2026-03-01T00:00:00Z"},
        {"id":1,"account":{"slug":"big","id":6},"target_type":"Enterprise","repository_selection":"all","created_at":1767225600}]"#;
    let server = Server::start(move |_| say(200, &[], rows)).await;
    let all = app(&server).installations().await.unwrap();
    assert_eq!(all.iter().map(|one| (one.id, one.account.as_str())).collect::<Vec<_>>(), [(1, "big"), (2, "acme")]);
    assert_eq!((all[0].selection, all[0].account_type), (RepositorySelection::All, None));
    assert!(all[1].suspended_at.is_some() && all[0].page.ends_with("/settings/installations/1"));
}

#[tokio::test]
async fn the_code_of_a_manifest_is_nowhere_to_be_seen() {
    let http = Http::new(
        Env::from_variables([("HOME", "/nonexistent")]),
        Options { max_wait: std::time::Duration::ZERO, watcher: None },
    );
    let host = HostUrl::parse("github.com").unwrap();
    let log = crate::net::testing::Log::capture();
    for (status, body) in [(404, r#"{"message":"Not Found"}"#), (500, "<html>"), (201, "[]")] {
        let server = Server::start(move |_| say(status, &[], body)).await;
        let api = HostUrl::parse(&server.url).unwrap();
        let code = Secret::from("s3krit-code".to_owned());
        let error = GitHubApps.convert(&http, &host, &api, &Trust::default(), &code).await.map(drop).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("s3krit"), "{said}");
        assert_eq!(server.asked()[0].call, "POST /app-manifests/s3krit-code/conversions");
        assert!(!server.asked()[0].headers.contains_key("authorization"));
    }
    let log = log.text();
    assert!(log.contains("/app-manifests/…/conversions") && !log.contains("s3krit"), "{log}");
}

#[test]
fn a_manifest_holds_what_was_wanted_and_no_webhook_unless_there_is_one() {
    let wanted = |webhook: Option<&str>| Manifest {
        name: Some("acme deploy".to_owned()),
        redirect: "http://127.0.0.1:4711/callback".to_owned(),
        home: "https://github.com/acme".to_owned(),
        permissions: Permissions::from([("contents".to_owned(), "read".to_owned())]),
        is_public: false,
        webhook: webhook.map(ToOwned::to_owned),
    };
    let read = |wanted: &Manifest| serde_json::from_str::<Value>(&GitHubApps.manifest(wanted)).unwrap();
    let plain = read(&wanted(None));
    assert_eq!(plain["default_permissions"], json!({ "contents": "read" }));
    assert_eq!((&plain["redirect_url"], &plain["public"]), (&json!("http://127.0.0.1:4711/callback"), &json!(false)));
    assert!(plain.get("hook_attributes").is_none());
    let hooked = read(&wanted(Some("https://hooks.acme.com/x")));
    assert_eq!(hooked["hook_attributes"], json!({ "url": "https://hooks.acme.com/x", "active": true }));
    let page = GitHubApps.creation_page(&HostUrl::parse("github.com").unwrap(), Some("ac me"), "s&t");
    assert_eq!(page, "https://github.com/organizations/ac%20me/settings/apps/new?state=s%26t");
}
