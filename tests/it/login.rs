//! `connect` with a login: in the browser, and everything that may come of it.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::browser::{self, Page, parameter, with_parameter};
use crate::support::fake::{Authority, GitLab, Issuer, Says, Settings};
use crate::support::hall::{address, log_in};
use crate::support::{Hall, Sandbox};

/// The last page of a login has the headers that nothing may be embedded, kept, or told about.
#[track_caller]
fn is_ours(page: &Page) {
    for (name, value) in [
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(name), Some(value), "{page:?}");
    }
    assert!(!page.body.contains("<script"), "{page:?}");
}

fn strings(list: &Value) -> Vec<String> {
    let mut strings: Vec<String> = list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    strings.sort();
    strings
}

#[test]
fn a_public_gitlab_application_logs_in_with_the_browser() {
    let hall = Hall::new();
    let (ran, pages) = log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]));
    let ran = ran.ok();
    // GitLab, our callback, and a clean address without the code.
    assert_eq!(pages.iter().map(|page| page.status).collect::<Vec<_>>(), [302, 303, 200], "{pages:?}");
    let last = &pages[2];
    assert!(last.address.starts_with("http://127.0.0.1:") && last.address.ends_with("/done"), "{last:?}");
    is_ours(&pages[1]);
    is_ours(last);
    assert!(last.body.contains("Connected") && last.body.contains("ada") && last.body.contains("lab"), "{last:?}");
    let code = parameter(&pages[1].address, "code").unwrap();
    assert!(!last.body.contains(&code) && !pages[1].body.contains(&code));
    assert!(ran.stderr.contains("connected `lab` as ada") && ran.stderr.contains("renews itself"), "{ran}");
    assert_eq!(hall.gitlab.oauth.asked_for(), ["api", "read_user"]);
    let lab = hall.json(&["show", "lab"]);
    for (field, value) in [
        ("auth_method", json!("oauth")),
        ("status", json!("active")),
        ("username", json!("ada")),
        ("auto_renews", json!(true)),
        ("refresh_expires_at", Value::Null),
    ] {
        assert_eq!(lab[field], value, "{field}: {lab}");
    }
    assert_eq!(strings(&lab["scopes"]), ["api", "read_user"]);
    let end: jiff::Timestamp = lab["expires_at"].as_str().unwrap().parse().unwrap();
    let left = end.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((7100..=7200).contains(&left), "{left}");
    hall.gitlab.projects("ada", 2);
    assert_eq!(hall.json(&["repos", "lab"])["total"], 2);
    // The token goes where it is taken: GitLab refuses it in its own header.
    assert!(hall.gitlab.seen().iter().all(|request| request.header("private-token").is_none()));
}

#[test]
fn a_confidential_application_shows_its_secret_and_a_wrong_one_is_told() {
    let hall = Hall::new();
    let app = hall.gitlab.oauth.register_confidential(&hall.sandbox, "confidential");
    hall.set_client("gitlab", &app, false).ok();
    let (ran, pages) = log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]));
    ran.code(2).says("its id or its secret is wrong").says("invalid_client").says("--client-secret-stdin");
    assert!(pages.last().unwrap().body.contains("Not connected"), "{pages:?}");
    hall.set_client("gitlab", &app, true).ok();
    log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"])).0.ok();
}

#[test]
fn github_logs_in_with_the_browser_where_the_secret_is_known() {
    let hall = Hall::new();
    let (ran, pages) = log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"]));
    let ran = ran.ok();
    assert!(pages.last().unwrap().body.contains("Connected"), "{pages:?}");
    assert_eq!(hall.github.oauth.asked_for(), ["repo", "read:org", "read:user"]);
    let work = hall.json(&["show", "work"]);
    // Without `expires_in` and a refresh token it is a token that stays.
    assert_eq!((&work["auth_method"], &work["auto_renews"]), (&json!("oauth"), &json!(false)), "{ran}");
    assert_eq!(strings(&work["scopes"]), ["read:org", "read:user", "repo"]);
    hall.github.oauth.set(Settings::expiring);
    log_in(&hall.connect("github", "short").args(["--oauth", "--no-browser"])).0.ok();
    let short = hall.json(&["show", "short"]);
    assert_eq!(short["auto_renews"], json!(true), "{short}");
    let end: jiff::Timestamp = short["refresh_expires_at"].as_str().unwrap().parse().unwrap();
    assert!((182..=183).contains(&(end.duration_since(jiff::Timestamp::now()).as_hours() / 24)), "{short}");
}

#[test]
fn programs_get_the_address_first_as_an_event() {
    let hall = Hall::new();
    let run = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser", "-o", "ndjson"]);
    let mut running = run.start();
    let event: Value = serde_json::from_str(&running.stdout_line("authorize")).unwrap();
    let address = event["authorize_url"].as_str().unwrap();
    assert_eq!(event["event"], "authorize");
    assert_eq!(event["host"], hall.gitlab.host());
    assert_eq!(parameter(address, "state").as_deref(), event["state"].as_str());
    assert_eq!(parameter(address, "redirect_uri").as_deref(), event["redirect_uri"].as_str());
    assert_eq!(parameter(address, "code_challenge_method").as_deref(), Some("S256"));
    assert!(event["state"].as_str().unwrap().len() >= 43, "fewer than 256 bits: {event}");
    browser::visit(address);
    let ran = running.wait().ok();
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{ran}");
    assert_eq!(lines[1]["name"], "lab", "{ran}");
}

#[test]
fn a_port_is_kept_for_apps_that_are_registered_with_one() {
    let hall = Hall::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let with = |name: &str| hall.connect("gitlab", name).args(["--oauth", "--no-browser", "--port", &free]);
    let (ran, pages) = log_in(&with("lab"));
    ran.ok();
    assert!(pages[1].address.starts_with(&format!("http://127.0.0.1:{free}/callback?")), "{pages:?}");
    // A GitHub App may have it registered with its port, and no other fits.
    let app = hall.github.oauth.register(&hall.sandbox, "Iv23liWithAPort");
    hall.github.oauth.edit(&app.id, |app| app.redirect = format!("http://127.0.0.1:{free}/callback"));
    hall.set_client("github", &app, true).ok();
    let (ran, _) = log_in(&hall.connect("github", "app").args(["--oauth", "--port", &free, "--no-browser"]));
    ran.ok();
    let _taken = std::net::TcpListener::bind(format!("127.0.0.1:{free}")).unwrap();
    with("other").run().code(1).says(&free).says("--device");
}

#[test]
fn what_is_not_the_answer_does_not_end_the_login() {
    let hall = Hall::new();
    let mut running = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]).start();
    let begin = address(&mut running);
    let back = browser::say_yes(&begin);
    let origin = url::Url::parse(&back).unwrap().origin().ascii_serialization();
    for wrong in [
        with_parameter(&back, "state", Some("x")),
        with_parameter(&back, "state", None),
        with_parameter(&back, "code", None),
        with_parameter(&back, "iss", Some("https://elsewhere.example")),
        format!("{origin}/favicon.ico"),
        format!("{origin}/"),
    ] {
        let page = browser::get(&wrong);
        assert!((400..500).contains(&page.status), "{wrong}: {page:?}");
        is_ours(&page);
    }
    let pages = browser::visit(&back);
    assert!(pages.last().unwrap().body.contains("Connected"), "{pages:?}");
    running.wait().ok();
    assert_eq!(hall.gitlab.oauth.posts("authorization_code"), 1);
}

#[test]
fn a_wrong_issuer_is_refused_and_the_right_one_is_taken() {
    let hall = Hall::new();
    hall.github.oauth.set(|settings| settings.issuer = Issuer::Wrong);
    let mut running = hall.connect("github", "work").args(["--oauth", "--no-browser"]).start();
    let begin = address(&mut running);
    assert_eq!(browser::get(&browser::say_yes(&begin)).status, 400);
    hall.github.oauth.set(|settings| settings.issuer = Issuer::Right);
    let pages = browser::visit(&begin);
    assert!(pages.last().unwrap().body.contains("Connected"), "{pages:?}");
    running.wait().ok();
    hall.github.oauth.set(|settings| settings.issuer = Issuer::Unsaid);
    log_in(&hall.connect("github", "silent").args(["--oauth", "--no-browser"])).0.ok();
}

#[test]
fn scopes_are_asked_for_and_what_was_not_granted_is_told() {
    let hall = Hall::new();
    let (ran, _) =
        log_in(&hall.connect("gitlab", "less").args(["--oauth", "--no-browser", "--scopes", "read_api read_repository"]));
    let ran = ran.ok();
    assert_eq!(hall.gitlab.oauth.asked_for(), ["read_api", "read_repository"]);
    assert!(!ran.stderr.contains("not granted"), "{ran}");
    assert_eq!(strings(&hall.json(&["show", "less"])["scopes"]), ["read_api", "read_repository"]);
    hall.github.oauth.set(|settings| settings.grants = Some(vec!["repo".to_owned(), "read:user".to_owned()]));
    let (ran, _) = log_in(&hall.connect("github", "narrow").args(["--oauth", "--no-browser"]));
    let ran = ran.ok();
    let warned = ran.stderr.lines().any(|line| line.starts_with("warning:") && line.contains("not granted: read:org"));
    assert!(warned, "{ran}");
    assert_eq!(strings(&hall.json(&["show", "narrow"])["scopes"]), ["read:user", "repo"]);
}

#[test]
fn ctrl_c_while_it_waits_ends_it_and_closes_the_port() {
    let hall = Hall::new();
    let mut running = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]).start();
    let begin = address(&mut running);
    let back = url::Url::parse(&parameter(&begin, "redirect_uri").unwrap()).unwrap();
    let listener = (back.host_str().unwrap().to_owned(), back.port().unwrap());
    drop(TcpStream::connect(listener.clone()).unwrap());
    let asked = Instant::now();
    running.interrupt();
    running.wait().code(130);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(TcpStream::connect(listener).is_err(), "somebody still listens");
    hall.run(&["show", "lab"]).code(3);
}

#[test]
fn what_an_answer_says_of_a_tokens_life_is_believed_within_reason() {
    let hall = Hall::new();
    let strange =
        [json!(0), json!(-1), json!(1e18), json!(1_000_000_000_000_000_000_u64), json!("7200"), json!("soon"), json!(3600)];
    for (number, says) in std::iter::once(Says::Nothing).chain(strange.map(Says::This)).enumerate() {
        hall.gitlab.oauth.set(|settings| settings.says = says.clone());
        let name = format!("lab{number}");
        log_in(&hall.connect("gitlab", &name).args(["--oauth", "--no-browser"])).0.ok();
        let lab = hall.json(&["show", &name]);
        // What the answer does not say, the check of the token does.
        let end = lab["expires_at"].as_str().unwrap_or_else(|| panic!("{says:?}: {lab}"));
        let end: jiff::Timestamp = end.parse().unwrap();
        let left = end.duration_since(jiff::Timestamp::now()).as_secs();
        let right = if matches!(&says, Says::This(value) if *value == json!(3600)) { 3500..=3600 } else { 7100..=7200 };
        assert!(right.contains(&left), "{says:?}: {left}");
    }
    assert_eq!(hall.gitlab.oauth.posts("refresh_token"), 0);
}

#[test]
fn everything_goes_below_the_path_root_of_a_gitlab() {
    let (sandbox, gitlab) = (Sandbox::with_key(), GitLab::under("/git/lab"));
    gitlab.oauth.register(&sandbox, "own");
    let host = gitlab.host();
    // The first login makes the store, as the first token does.
    let run = sandbox.gitconn(["connect", "gitlab", "lab", "--host", &host, "--oauth", "--no-browser"]);
    let run = run.env("GITCONN_GITLAB_CLIENT_ID", "own").env("GITCONN_GITLAB_CLIENT_HOST", &host);
    let (ran, pages) = log_in(&run);
    ran.ok().says("made a store");
    assert!(pages[0].address.starts_with(&format!("{host}/oauth/authorize?")), "{pages:?}");
    sandbox.gitconn(["refresh", "lab"]).run().ok();
    let mut running = sandbox.gitconn(["connect", "--reauth", "lab", "--device"]).env("GITCONN_GITLAB_CLIENT_ID", "own");
    running = running.env("GITCONN_GITLAB_CLIENT_HOST", &host);
    gitlab.oauth.set(|settings| settings.confirmed_after = Some(0));
    // The page of the server's own word lies outside its root.
    running.run().ok().says(&format!("{host}/oauth/device"));
    sandbox.gitconn(["remove", "lab", "--revoke", "--yes"]).run().ok();
    assert_eq!(gitlab.oauth.posts("revoke"), 1);
}

#[test]
fn an_answer_is_taken_once() {
    let hall = Hall::new();
    let mut running = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]).start();
    let back = browser::say_yes(&address(&mut running));
    hall.gitlab.latency(Duration::from_millis(200));
    let first = browser::get(&back);
    let second = browser::get(&back);
    assert_eq!((first.status, second.status), (303, 400), "{second:?}");
    assert!(second.body.contains("answered already"), "{second:?}");
    let done = browser::get(&first.leads_to().unwrap());
    assert!(done.body.contains("Connected"), "{done:?}");
    running.wait().ok();
    assert_eq!(hall.gitlab.oauth.posts("authorization_code"), 1);
}

#[test]
fn a_certificate_of_ones_own_is_told_and_taken_with_its_authority() {
    let (sandbox, authority) = (Sandbox::new(), Authority::new("acme"));
    let gitlab = GitLab::behind_tls(authority.server(None));
    gitlab.oauth.register(&sandbox, "own");
    gitlab.oauth.set(|settings| settings.confirmed_after = Some(0));
    sandbox.gitconn(["oauth", "set", &gitlab.host(), "--provider", "gitlab", "--client-id", "own"]).run().ok();
    let run = sandbox.gitconn(["connect", "gitlab", "lab", "--host", &gitlab.host(), "--device"]);
    run.run().code(6).says("--ca-file");
    let file = sandbox.write("ca.pem", &authority.pem());
    run.arg("--ca-file").arg(&file).run().ok();
    // The authority is remembered with the host, for the renewals too.
    sandbox.gitconn(["refresh", "lab"]).run().ok();
}
