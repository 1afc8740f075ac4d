//! Logging in on a terminal: what is offered, and the address of a browser elsewhere.

use std::time::{Duration, Instant};

use crate::support::browser::{self, with_parameter};
use crate::support::fake::GitLab;
use crate::support::pty::Terminal;
use crate::support::{Hall, Sandbox};

#[test]
fn the_redirected_address_can_be_pasted() {
    let hall = Hall::new();
    let run = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]);
    let terminal = Terminal::start(run).sees("open this address").sees("/oauth/authorize?").sees("paste that one here");
    let shown = terminal.text();
    let begin = shown.split_whitespace().find(|word| word.contains("/oauth/authorize?")).unwrap();
    let back = browser::say_yes(begin);
    let terminal = terminal
        .types_unseen("https://elsewhere.example/?code=1")
        .sees("this is not the address")
        .types(&with_parameter(&back, "state", Some("x")))
        .sees("of another login");
    let seen = terminal.types(&back).sees("connected `lab`").ends().code(0);
    assert!(seen.echo, "the terminal no longer shows what is typed");
    assert_eq!(hall.gitlab.oauth.posts("authorization_code"), 1);
}

#[test]
fn a_terminal_is_offered_the_login_first() {
    let hall = Hall::new();
    let run = || hall.connect("gitlab", "lab").env("BROWSER", hall.sandbox.path("bin/browser"));
    let opened = hall.sandbox.path("opened");
    hall.sandbox.program("browser", &format!("echo \"$1\" > {0}.new && mv {0}.new {0}", opened.display()));
    let terminal = Terminal::start(run())
        .sees("how do you want to connect")
        .sees("1  log in with the browser")
        .sees("2  log in with a code")
        .sees("3  paste a token")
        .types("")
        .sees("opening your browser")
        .sees("/oauth/authorize?");
    let asked = Instant::now();
    while !opened.exists() {
        assert!(asked.elapsed() < Duration::from_secs(30), "no browser was opened");
        std::thread::sleep(Duration::from_millis(5));
    }
    let begin = std::fs::read_to_string(&opened).unwrap();
    browser::visit(begin.trim());
    terminal.sees("connected `lab`").ends().code(0);
    // Ctrl-C at the menu.
    let seen = Terminal::start(hall.connect("gitlab", "two").env("DISPLAY", ":0")).sees("paste a token").interrupts().ends();
    assert_eq!(seen.code, 130, "{seen:?}");
    // Pasting goes on as ever.
    let token = hall.gitlab.personal(&hall.sandbox, "ops");
    let run = hall.connect("gitlab", "pasted").env("DISPLAY", ":0");
    Terminal::start(run)
        .sees("3  paste a token")
        .presses("3")
        .sees("token: ")
        .types_unseen(&token)
        .sees("connected")
        .ends()
        .code(0);
}

#[test]
fn without_a_client_a_terminal_says_how_to_get_one_and_takes_a_token() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::start());
    let token = gitlab.personal(&sandbox, "ops");
    Terminal::start(sandbox.gitconn(["connect", "gitlab", "lab", "--host", &gitlab.host()]))
        .sees("/-/user_settings/applications")
        .sees("gitconn oauth set")
        .sees("token: ")
        .types_unseen(&token)
        .sees("connected `lab`")
        .ends()
        .code(0);
}
