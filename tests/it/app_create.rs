//! `connect github --create-app`: an app is made in the browser, its key goes into the store and nowhere else, and it is installed.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::browser::{self, Page, parameter, with_parameter};
use crate::support::fake::{Answer, GitHub};
use crate::support::house::texts;
use crate::support::running::Running;
use crate::support::sandbox::Run;
use crate::support::{Ran, Sandbox};

/// A store, and a GitHub where nobody has made an app yet.
struct Workshop {
    sandbox: Sandbox,
    github: GitHub,
}

impl Workshop {
    fn new() -> Self {
        let (sandbox, github) = (Sandbox::new(), GitHub::start());
        github.apps.watched_by(&sandbox);
        github.repository("acme-corp", "acme-corp/site", &["main", "develop"]);
        Self { sandbox, github }
    }

    /// `connect github NAME --create-app`, to be completed.
    fn create(&self, name: &str) -> Run<'_> {
        self.sandbox.gitconn(["connect", "github", name, "--host", &self.github.origin(), "--create-app", "--no-browser"])
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.sandbox.gitconn(arguments).run()
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        self.sandbox.gitconn(arguments).arg("--json").run().ok().json()
    }

    /// How often a code was exchanged.
    fn conversions(&self) -> usize {
        self.github.seen().iter().filter(|request| request.path.ends_with("/conversions")).count()
    }

    #[track_caller]
    fn keeps_nothing(&self) {
        assert_eq!(self.json(&["list", "--all"])["connections"], json!([]));
    }
}

/// The page where it begins: on this machine, at an address that nobody guesses.
#[track_caller]
fn start(running: &mut Running<'_>) -> String {
    let address = running.stderr_line("/start/").trim().to_owned();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    address
}

/// The manifest that a page would send, and where.
#[track_caller]
fn manifest(page: &Page) -> (String, Value) {
    let (action, fields) = browser::form(page);
    assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["manifest"]);
    (action, serde_json::from_str(&fields[0].1).unwrap())
}

/// Somebody installs the app on `acme-corp`.
#[track_caller]
fn install(workshop: &Workshop, running: &mut Running<'_>) {
    let page = running.stderr_line("/installations/new").trim().to_owned();
    workshop.github.apps.install_on_visit("acme-corp", "Organization");
    assert_eq!(browser::get(&page).status, 200, "{page}");
}

#[test]
fn an_app_is_made_stored_and_installed_in_one_go() {
    let workshop = Workshop::new();
    let mut running = workshop.create("ci-bot").start();
    let pages = browser::send_form(&start(&mut running));
    let last = pages.last().unwrap();
    assert!(last.body.contains("App made") && last.body.contains("ci-bot") && last.body.contains("ada"), "{last:?}");
    let code = parameter(pages[0].header("location").unwrap(), "code").unwrap();
    assert!(last.address.ends_with("/done") && !last.body.contains(&code), "{last:?}");
    install(&workshop, &mut running);
    let ran = running.wait().ok().says("made the app ci-bot: its key is in the store, and nowhere else");
    let ran = ran.says("connected `ci-bot` as ada").says("installed on acme-corp");
    assert_eq!(ran.stdout, "ci-bot\n");
    assert_eq!(workshop.conversions(), 1);
    let converted = workshop.github.seen().into_iter().find(|request| request.path.ends_with("/conversions")).unwrap();
    assert!(converted.header("authorization").is_none(), "nobody is asked who they are there");
    let shown = workshop.json(&["show", "ci-bot"]);
    let key = workshop.github.apps.app("ci-bot").key;
    assert_eq!((&shown["auth_method"], &shown["app"]["slug"]), (&json!("github_app"), &json!("ci-bot")), "{shown}");
    assert_eq!(shown["app"]["key"], format!("SHA256:{}", key.fingerprint()));
    assert_eq!(shown["app"]["takes_all"], json!(true));
    assert_eq!(texts(&shown["installations"], "account_login"), ["acme-corp"]);
    assert_eq!(texts(&workshop.json(&["repos", "ci-bot"])["repositories"], "full_name"), ["acme-corp/site"]);
    workshop.run(&["branches", "acme-corp/site", "--strict"]).ok();
    workshop.run(&["token", "ci-bot", "--webhook-secret"]).code(2);
}

#[test]
fn the_manifest_asks_for_what_was_asked_for() {
    let workshop = Workshop::new();
    let origin = workshop.github.origin();
    let mut running = workshop.create("ci-bot").start();
    let address = start(&mut running);
    let (action, asked) = manifest(&browser::get(&address));
    let state = parameter(&action, "state").unwrap();
    assert!(state.len() >= 22, "fewer than 128 bits: {state}");
    assert_eq!(action, format!("{origin}/settings/apps/new?state={state}"));
    let own = url::Url::parse(&address).unwrap().origin().ascii_serialization();
    assert_eq!(
        asked,
        json!({
            "name": "ci-bot",
            "url": origin,
            "redirect_url": format!("{own}/callback"),
            "public": false,
            "default_permissions": {"contents": "read", "metadata": "read"},
            "default_events": [],
        })
    );
    running.interrupt();
    running.wait().code(130);
    let run = workshop.create("ci-bot").args(["--org", "acme-corp", "--public", "--webhook-url", "https://ci.acme.example/hook"]);
    let mut running = run.args(["--permission", "contents=write", "--permission", "checks=write"]).start();
    let (action, asked) = manifest(&browser::get(&start(&mut running)));
    assert!(action.starts_with(&format!("{origin}/organizations/acme-corp/settings/apps/new?state=")), "{action}");
    assert_ne!(parameter(&action, "state").unwrap(), state);
    for (field, value) in [
        ("public", json!(true)),
        ("default_permissions", json!({"checks": "write", "contents": "write", "metadata": "read"})),
        ("hook_attributes", json!({"url": "https://ci.acme.example/hook", "active": true})),
        ("url", json!(format!("{origin}/acme-corp"))),
    ] {
        assert_eq!(asked[field], value, "{field} in {asked}");
    }
    running.interrupt();
    running.wait().code(130);
    workshop.keeps_nothing();
    let apps_own = ["--app-id 1", "--client-id Iv23li", "--installation-id 1", "--private-key-stdin", "--app"];
    let others = ["--permission contents", "--webhook-url nowhere", "--token-stdin", "--offline"];
    for wrong in apps_own.into_iter().chain(others) {
        workshop.create("ci-bot").args(wrong.split(' ')).run().code(2);
    }
    workshop.run(&["connect", "gitlab", "ci-bot", "--create-app"]).code(2).says("gitlab has no apps of this kind");
}

#[test]
fn the_secret_of_its_webhook_is_kept_and_handed_out_when_it_is_asked_for() {
    let workshop = Workshop::new();
    let run = workshop.create("ci-bot").args(["--org", "acme-corp", "--webhook-url", "https://ci.acme.example/hook"]);
    let mut running = run.start();
    browser::send_form(&start(&mut running));
    install(&workshop, &mut running);
    let ran = running.wait().ok().says("connected `ci-bot` as acme-corp");
    assert!(ran.stderr.contains("gitconn token ci-bot --webhook-secret"), "{ran}");
    let secret = workshop.sandbox.gitconn(["token", "ci-bot", "--webhook-secret"]).prints_a_secret().run().ok().stdout;
    // It is one of those that no file and no other output held.
    assert!(workshop.sandbox.check_leaks(secret.trim_end().as_bytes(), &[]).is_err(), "{}", secret.len());
    assert_eq!(secret.trim_end().len(), 40);
    let json = workshop.sandbox.gitconn(["token", "ci-bot", "--webhook-secret", "--json"]).prints_a_secret().run().ok().json();
    assert_eq!(json, json!({"webhook_secret": secret.trim_end(), "connection": "ci-bot"}));
    let page = workshop.json(&["show", "ci-bot"])["app"]["settings_url"].as_str().unwrap().to_owned();
    assert!(page.ends_with("/organizations/acme-corp/settings/apps/ci-bot"), "{page}");
}

#[test]
fn what_is_not_the_answer_does_not_end_it() {
    let workshop = Workshop::new();
    let mut running = workshop.create("ci-bot").start();
    let address = start(&mut running);
    let (action, fields) = browser::form(&browser::get(&address));
    let back = browser::post(&action, &fields).leads_to().unwrap();
    for wrong in
        [with_parameter(&back, "state", Some("x")), with_parameter(&back, "state", None), with_parameter(&back, "code", None)]
    {
        let page = browser::get(&wrong);
        assert!((400..500).contains(&page.status), "{wrong}: {page:?}");
    }
    assert_eq!(workshop.conversions(), 0);
    assert!(browser::visit(&back).last().unwrap().body.contains("App made"));
    // The code was taken, and the page that leads there is gone.
    install(&workshop, &mut running);
    running.wait().ok();
    assert_eq!(workshop.conversions(), 1);
}

#[test]
fn ctrl_c_while_it_is_to_be_installed_keeps_the_app() {
    let workshop = Workshop::new();
    let mut running = workshop.create("ci-bot").start();
    browser::send_form(&start(&mut running));
    running.stderr_line("/installations/new");
    running.interrupt();
    let ran = running.wait().code(130).says("connected `ci-bot`").says("not installed anywhere yet");
    assert!(ran.stderr.contains("gitconn installations add ci-bot"), "{ran}");
    workshop.run(&["validate", "ci-bot"]).ok();
    // It goes on from there.
    let mut running = workshop.sandbox.gitconn(["installations", "add", "ci-bot", "--no-browser"]).start();
    install(&workshop, &mut running);
    running.wait().ok();
    workshop.run(&["branches", "acme-corp/site"]).ok();
}

#[test]
fn ctrl_c_before_anything_was_made_stores_nothing() {
    let workshop = Workshop::new();
    workshop.github.apps.set(|settings| settings.cancels = true);
    let mut running = workshop.create("ci-bot").start();
    let pages = browser::send_form(&start(&mut running));
    assert_eq!(pages.len(), 1, "nobody said yes: {pages:?}");
    running.interrupt();
    running.wait().code(130);
    assert_eq!(workshop.conversions(), 0);
    workshop.keeps_nothing();
}

#[test]
fn a_key_that_is_not_known_everywhere_yet_is_waited_for() {
    let workshop = Workshop::new();
    workshop.github.apps.set(|settings| settings.keyless_calls = 2);
    let mut running = workshop.create("ci-bot").start();
    browser::send_form(&start(&mut running));
    install(&workshop, &mut running);
    running.wait().ok().says("installed on acme-corp");
    // Whoever does not wait for it has the app all the same.
    workshop.github.apps.set(|settings| settings.keyless_calls = 1000);
    workshop.github.forget();
    let mut running = workshop.create("other-bot").start();
    browser::send_form(&start(&mut running));
    running.interrupt();
    let _ = running.wait().code(130);
    assert_eq!(workshop.json(&["show", "other-bot"])["status"], "active");
}

#[test]
fn a_code_that_buys_nothing_is_told_and_nothing_is_stored() {
    // The code buys the key once and does nothing else: where nobody knows what became of the request, it is sent again.
    for (answer, times, says) in [
        (None, 1, "the code of the new app is not known"),
        (Some(Answer::html(500, "Whoops")), 4, "500"),
        (Some(Answer::broken()), 4, "closed in the middle of the answer"),
        (Some(Answer::json(201, &json!({"id": 1, "name": "half"}))), 1, "an app"),
    ] {
        let workshop = Workshop::new();
        let mut running = workshop.create("ci-bot").start();
        let (action, fields) = browser::form(&browser::get(&start(&mut running)));
        let back = browser::post(&action, &fields).leads_to().unwrap();
        match answer {
            Some(answer) => workshop.github.always("*", answer),
            None => workshop.github.apps.set(|settings| settings.code_life = std::time::Duration::ZERO),
        }
        let pages = browser::visit(&back);
        let last = pages.last().unwrap();
        assert!(last.body.contains("key was not handed out"), "{last:?}");
        let ran = running.wait().code(1).says("has made the app, but did not hand out its private key");
        assert!(ran.stderr.contains(says) && ran.stderr.contains("/settings/apps"), "{says:?}\n{ran}");
        assert_eq!(workshop.conversions(), times, "{says}");
        workshop.github.recover();
        workshop.keeps_nothing();
    }
}

#[test]
fn nobody_is_asked_where_the_key_could_not_be_kept() {
    let workshop = Workshop::new();
    let mode = |mode| {
        std::fs::set_permissions(workshop.sandbox.path("data/gitconn"), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o500);
    let ran = workshop.create("ci-bot").unprivileged().run();
    mode(0o700);
    assert_ne!(ran.code, 0, "{ran}");
    assert!(!ran.stderr.contains("/start/"), "{ran}");
    assert!(ran.stderr.contains("store"), "{ran}");
    assert!(workshop.github.seen().is_empty());
    // A name that is taken is found out before, too.
    let mut running = workshop.create("ci-bot").start();
    browser::send_form(&start(&mut running));
    install(&workshop, &mut running);
    running.wait().ok();
    workshop.github.forget();
    let ran = workshop.create("CI-bot").run().code(2).says("there is already a connection");
    assert!(!ran.stderr.contains("/start/"), "{ran}");
    assert!(workshop.github.seen().is_empty());
}

#[test]
fn a_program_gets_the_address_first_as_an_event() {
    let workshop = Workshop::new();
    let mut running = workshop.create("ci-bot").args(["-o", "ndjson"]).start();
    let event: Value = serde_json::from_str(&running.stdout_line("event")).unwrap();
    assert_eq!((&event["event"], &event["host"]), (&json!("open"), &json!(workshop.github.origin())), "{event}");
    browser::send_form(event["url"].as_str().unwrap());
    let event: Value = serde_json::from_str(&running.stdout_line("/installations/new")).unwrap();
    assert_eq!(event["event"], "open", "{event}");
    workshop.github.apps.install_on_visit("acme-corp", "Organization");
    assert_eq!(browser::get(event["url"].as_str().unwrap()).status, 200);
    let ran = running.wait().ok();
    let last: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["name"], "ci-bot", "{ran}");
    assert_eq!(texts(&last["installations"], "account_login"), ["acme-corp"]);
}
