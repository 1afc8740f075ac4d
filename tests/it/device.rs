//! `connect --device`: a code that is typed into any browser, and how long one waits for it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Hall;
use crate::support::fake::{Answer, App, DeviceFlow, Settings};
use crate::support::pty::Terminal;
use crate::support::running::Running;

/// The code that a run shows, read out of its box.
#[track_caller]
fn shown_code(running: &mut Running<'_>) -> String {
    running.stderr_line("┃").trim_matches(['┃', ' ']).to_owned()
}

#[test]
fn the_code_is_shown_large_and_the_login_goes_on_once_it_is_confirmed() {
    let hall = Hall::new();
    hall.set_client("github", &hall.github_app, false).ok();
    let mut running = hall.connect("github", "work").arg("--device").start();
    let first = running.stderr_line("type this code");
    assert!(first.contains(&format!("{}/login/device", hall.github.origin())) && first.contains("15 minutes"), "{first}");
    let code = shown_code(&mut running);
    assert!(code.starts_with("WDJB-"), "{code}");
    // Pending once, then yes.
    while hall.github.oauth.posts("device_code") == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    hall.github.oauth.confirm(&code);
    let ran = running.wait().ok();
    assert!(ran.stderr.contains("connected `work` as ada"), "{ran}");
    assert_eq!(hall.github.oauth.asked_for(), ["repo", "read:org", "read:user"]);
    assert_eq!(hall.json(&["show", "work"])["auth_method"], "oauth");
    // The client's secret is not wanted, and none was sent.
    assert!(hall.github.seen_at("/login/oauth/access_token").iter().all(|request| request.field("client_secret").is_none()));
    assert_eq!(hall.github.oauth.posts("device_code"), 2);
}

#[test]
fn tokens_of_a_device_login_are_renewed_without_the_secret() {
    let hall = Hall::new();
    hall.set_client("github", &hall.github_app, false).ok();
    hall.github.oauth.set(Settings::expiring);
    hall.github.oauth.set(|settings| settings.confirmed_after = Some(0));
    hall.connect("github", "work").arg("--device").run().ok();
    hall.run(&["refresh", "work"]).ok();
    hall.run(&["oauth", "remove", &hall.github.origin()]).ok();
    hall.run(&["refresh", "work"]).ok();
    assert_eq!((hall.github.oauth.posts("refresh_token"), hall.github.oauth.reused()), (2, 0));
}

#[test]
fn programs_get_the_code_as_an_event() {
    let hall = Hall::new();
    let mut running = hall.connect("gitlab", "lab").args(["--device", "-o", "ndjson"]).start();
    let event: Value = serde_json::from_str(&running.stdout_line("device_code")).unwrap();
    assert_eq!((&event["event"], &event["interval"], &event["expires_in"]), (&json!("device_code"), &json!(1), &json!(300)));
    // GitLab's own word leaves its path root out; the page is made of the address that we know.
    assert_eq!(event["verification_uri"], format!("{}/oauth/device", hall.gitlab.host()));
    let code = event["user_code"].as_str().unwrap();
    let whole = format!("{}/oauth/device?user_code={code}", hall.gitlab.host());
    assert_eq!(event["verification_uri_complete"], whole);
    assert!(event.get("device_code").is_none(), "{event}");
    hall.gitlab.oauth.confirm(code);
    let ran = running.wait().ok();
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[1]["name"], &lines[1]["auto_renews"]), (2, &json!("lab"), &json!(true)), "{ran}");
}

#[test]
fn who_is_asked_too_often_says_so_and_is_asked_less_often() {
    let hall = Hall::new();
    hall.github.oauth.set(|settings| (settings.too_soon, settings.confirmed_after) = (1, Some(1)));
    let began = Instant::now();
    hall.connect("github", "work").arg("--device").run().ok().says("every 6 s from now on");
    // 1.2 times one second, and 1.4 times six.
    let took = began.elapsed();
    assert!((Duration::from_millis(9500)..Duration::from_secs(15)).contains(&took), "{took:?}");
    assert_eq!(hall.github.oauth.posts("device_code"), 2);
}

#[test]
fn a_refusal_and_a_code_that_ran_out_are_told_apart() {
    let hall = Hall::new();
    let mut running = hall.connect("github", "work").arg("--device").start();
    let code = shown_code(&mut running);
    hall.github.oauth.deny(&code);
    running.wait().code(4).says("somebody said no").says("access_denied");
    let mut running = hall.connect("gitlab", "lab").arg("--device").start();
    let code = shown_code(&mut running);
    hall.gitlab.oauth.deny(&code);
    running.wait().code(4).says("access_denied");
    // By our own clock, and by the server's.
    hall.gitlab.oauth.set(|settings| settings.code_life = 1);
    hall.connect("gitlab", "lab").arg("--device").run().code(1).says("not confirmed in time");
    hall.gitlab.oauth.set(|settings| settings.code_life = 300);
    for error in ["expired_token", "token_expired"] {
        let body = json!({"error": error, "error_description": "The device_code has expired."});
        hall.github.script("/login/oauth/access_token", [Answer::json(200, &body)]);
        hall.connect("github", "work").arg("--device").run().code(1).says("not confirmed in time");
    }
    assert_eq!(hall.json(&["list", "--all"])["connections"], json!([]));
}

#[test]
fn a_device_login_that_is_switched_off_says_what_to_tick() {
    let hall = Hall::new();
    for status in [200, 400] {
        hall.github.oauth.set(|settings| settings.device = DeviceFlow::Off { status });
        let ran = hall.connect("github", "work").arg("--device").run().code(2).says("device_flow_disabled");
        assert!(ran.stderr.contains("switched off") && ran.stderr.contains("/settings/developers"), "{ran}");
    }
    hall.gitlab.oauth.set(|settings| settings.device = DeviceFlow::Off { status: 400 });
    hall.connect("gitlab", "lab").arg("--device").run().code(2).says("unauthorized_client");
    // GitLab before 17.2.
    hall.gitlab.oauth.set(|settings| settings.device = DeviceFlow::Absent);
    hall.connect("gitlab", "lab")
        .arg("--device")
        .run()
        .code(1)
        .says("no device login")
        .says("--no-browser")
        .says("--token-stdin");
    let wrong = hall.set_client("github", &App { id: "Ov23liNobody".to_owned(), ..hall.github_app.clone() }, false);
    wrong.ok();
    hall.connect("github", "work").arg("--device").run().code(1);
}

#[test]
fn where_no_browser_is_and_for_github_apps_the_code_is_the_way() {
    let hall = Hall::new();
    hall.gitlab.oauth.set(|settings| settings.confirmed_after = Some(0));
    hall.github.oauth.set(|settings| settings.confirmed_after = Some(0));
    // Over SSH, and without a display.
    let over_ssh =
        hall.connect("gitlab", "ssh").arg("--oauth").env("DISPLAY", ":0").env("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22");
    over_ssh.run().ok().says("type this code");
    hall.connect("gitlab", "bare").arg("--oauth").run().ok().says("type this code");
    // A GitHub App documents no loopback address that fits any port.
    let app = hall.github.oauth.register(&hall.sandbox, "Iv23liABCDEFGHIJKLMN");
    hall.set_client("github", &app, true).ok();
    let browser = hall.sandbox.path("bin/browser");
    hall.sandbox.program("browser", "exit 0");
    let ran = hall.connect("github", "app").arg("--oauth").env("BROWSER", &browser).run().ok();
    assert!(ran.stderr.contains("type this code"), "{ran}");
    // It has permissions, not scopes.
    assert_eq!(hall.github.oauth.asked_for(), Vec::<String>::new());
    let shown = hall.json(&["show", "app"]);
    assert_eq!((&shown["auth_method"], &shown["status"]), (&json!("oauth"), &json!("active")), "{shown}");
    assert!(!ran.stderr.contains("not granted") && !ran.stderr.contains("warning"), "{ran}");
    // Without the secret GitHub has no other way.
    hall.set_client("github", &hall.github_app, false).ok();
    hall.connect("github", "secretless").arg("--oauth").env("BROWSER", &browser).run().ok().says("type this code");
}

#[test]
fn ctrl_c_while_the_code_is_waited_for_ends_it() {
    let hall = Hall::new();
    let mut running = hall.connect("github", "work").arg("--device").start();
    shown_code(&mut running);
    let asked = Instant::now();
    running.interrupt();
    running.wait().code(130);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let run = hall.connect("github", "work").arg("--device");
    assert_eq!(Terminal::start(run).sees("┗").sees("waiting for").interrupts().ends().code, 130);
}
