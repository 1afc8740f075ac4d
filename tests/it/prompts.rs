//! Questions to a person, on a real pseudo-terminal.

use crate::support::fake::{GitHub, GitLab};
use crate::support::pty::Terminal;
use crate::support::{House, Sandbox};

#[test]
fn a_token_is_typed_without_echo_after_the_page_for_making_one() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let token = github.classic(&sandbox, "ada");
    let origin = github.origin();
    let run = sandbox.gitconn(["connect", "github", "work", "--host", &origin]);
    let seen = Terminal::start(run)
        .sees("/settings/tokens/new?scopes=repo,read:org&description=")
        .sees("token: ")
        .types_unseen(&token)
        .sees("connected `work`")
        .ends()
        .code(0);
    assert!(seen.text().contains("as ada"), "{}", seen.text());
    let shown = sandbox.gitconn(["token", "work"]).may_show(&token).run().ok();
    assert_eq!(shown.stdout.trim_end(), token);
}

#[test]
fn the_page_is_opened_if_that_is_asked_for() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let token = github.classic(&sandbox, "ada");
    sandbox.program("browser", &format!("echo \"$1\" > {}", sandbox.path("opened").display()));
    let origin = github.origin();
    let run =
        sandbox.gitconn(["connect", "github", "work", "--host", &origin, "--open"]).env("BROWSER", sandbox.path("bin/browser"));
    Terminal::start(run).sees("token: ").types_unseen(&token).sees("connected").ends().code(0);
    let opened = std::fs::read_to_string(sandbox.path("opened")).unwrap();
    assert!(opened.starts_with(&format!("{origin}/settings/tokens/new?")), "{opened}");
}

#[test]
fn ctrl_c_at_the_token_stores_nothing() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let origin = github.origin();
    let seen = Terminal::start(sandbox.gitconn(["connect", "github", "work", "--host", &origin]))
        .sees("token: ")
        .waits_unseen()
        .interrupts()
        .ends();
    assert_eq!(seen.code, 130, "{seen:?}");
    assert!(seen.echo, "the terminal no longer shows what is typed");
    assert!(github.seen().is_empty());
    sandbox.gitconn(["show", "work"]).run().code(3);
}

#[test]
fn a_name_is_typed_to_remove_it() {
    let house = House::new();
    let run = || house.sandbox.gitconn(["remove", "work"]);
    let seen = Terminal::start(run()).sees("work").sees(": ").types("wrok").ends();
    assert_ne!(seen.code, 0, "{seen:?}");
    // What is no secret is shown while it is typed: so this terminal would show a token too.
    assert!(seen.text().contains("wrok"), "{seen:?}");
    assert_eq!(house.names(&[]), ["lab", "work"]);
    let seen = Terminal::start(run()).sees("work").sees(": ").interrupts().ends();
    assert_ne!(seen.code, 0, "{seen:?}");
    assert_eq!(house.names(&[]), ["lab", "work"]);
    Terminal::start(run()).sees("work").sees(": ").types("work").ends().code(0);
    assert_eq!(house.names(&[]), ["lab"]);
}

#[test]
fn no_input_asks_nothing_even_on_a_terminal() {
    let house = House::new();
    let seen = Terminal::start(house.sandbox.gitconn(["--no-input", "remove", "work"])).ends().code(2);
    assert!(seen.text().contains("--yes"), "{}", seen.text());
    let seen = Terminal::start(house.sandbox.gitconn(["--no-input", "connect", "github"])).ends().code(2);
    assert!(seen.text().contains("--token-stdin"), "{}", seen.text());
}

#[test]
fn a_passphrase_is_asked_for_and_shown_nowhere() {
    let sandbox = Sandbox::bare();
    let passphrase = sandbox.secret("correct horse battery staple 43");
    let seen = Terminal::start(sandbox.gitconn(["store", "init", "--key", "passphrase"]))
        .sees("key: ")
        .types_unseen(&passphrase)
        .sees("again: ")
        .types_unseen(&passphrase)
        .ends();
    assert_eq!(seen.code, 0, "{seen:?}");
    Terminal::start(sandbox.gitconn(["list"])).sees("passphrase").sees(": ").types_unseen(&passphrase).ends().code(0);
    // A slip of the finger is forgiven, an empty line ends it.
    let slip = || {
        Terminal::start(sandbox.gitconn(["list"]))
            .sees("passphrase")
            .sees(": ")
            .types_unseen("something else")
            .sees("wrong passphrase, please try again: ")
    };
    slip().types_unseen(&passphrase).ends().code(0);
    slip().types_unseen("").ends().code(5);
}

#[test]
fn the_first_connect_says_what_the_passphrase_is_for() {
    let sandbox = Sandbox::bare();
    let github = GitHub::start();
    let (token, passphrase) = (github.classic(&sandbox, "ada"), sandbox.secret("correct horse battery staple 46"));
    let origin = github.origin();
    let said = format!("making a new store at `{}`", sandbox.store().display());
    let seen = Terminal::start(sandbox.gitconn(["connect", "github", "work", "--host", &origin]))
        .sees(&said)
        .sees("no keyring")
        .sees("passphrase for the store's key: ")
        .types_unseen(&passphrase)
        .sees("again: ")
        .types_unseen(&passphrase)
        .sees("token: ")
        .types_unseen(&token)
        .sees("connected `work`")
        .ends()
        .code(0);
    assert!(!seen.text().contains("fewer than"), "{}", seen.text());
}

#[test]
fn a_short_passphrase_is_warned_of_and_taken() {
    let sandbox = Sandbox::bare();
    // Too short to be watched for, too.
    let passphrase = "q7!Zk2p";
    let seen = Terminal::start(sandbox.gitconn(["store", "init", "--key", "passphrase"]))
        .sees("key: ")
        .types_unseen(passphrase)
        .sees("again: ")
        .types_unseen(passphrase)
        .sees("fewer than 8 characters")
        .ends()
        .code(0);
    // Whoever asked for a passphrase knows what it is for.
    assert!(!seen.text().contains("no keyring"), "{}", seen.text());
}

#[test]
fn a_passphrase_is_asked_for_once_where_an_address_is_looked_up_in_the_store_first() {
    let (mut sandbox, gitlab) = (Sandbox::bare(), GitLab::start());
    let passphrase = sandbox.secret("correct horse battery staple 45");
    let file = sandbox.write("passphrase.txt", &passphrase);
    sandbox.key_file(&file);
    sandbox.set("GITCONN_PASSPHRASE_FILE", &file);
    sandbox.gitconn(["store", "init", "--key", "passphrase"]).run().ok();
    sandbox.unset("GITCONN_PASSPHRASE_FILE");
    let token = gitlab.personal(&sandbox, "ops");
    let seen = Terminal::start(sandbox.gitconn(["connect", &gitlab.origin(), "work"]))
        .sees("passphrase")
        .sees(": ")
        .types_unseen(&passphrase)
        .sees("token: ")
        .types_unseen(&token)
        .sees("connected `work`")
        .ends()
        .code(0);
    assert_eq!(seen.text().matches("passphrase").count(), 1, "{}", seen.text());
}

#[test]
fn ctrl_c_at_the_passphrase_leaves_it_locked() {
    let mut sandbox = Sandbox::bare();
    let passphrase = sandbox.secret("correct horse battery staple 44");
    let file = sandbox.write("passphrase.txt", &passphrase);
    sandbox.key_file(&file);
    sandbox.set("GITCONN_PASSPHRASE_FILE", &file);
    sandbox.gitconn(["store", "init", "--key", "passphrase"]).run().ok();
    sandbox.unset("GITCONN_PASSPHRASE_FILE");
    let seen =
        Terminal::start(sandbox.gitconn(["list"])).sees("passphrase").sees(": ").waits_unseen().interrupts().ends().code(5);
    assert!(seen.echo, "the terminal no longer shows what is typed");
}

#[test]
fn a_terminal_gets_a_table_in_colour() {
    let house = House::new();
    let seen = Terminal::start(house.sandbox.gitconn(["list"])).ends().code(0);
    assert!(seen.screen.contains('\u{1b}'), "{seen:?}");
    let text = seen.text();
    let head = text.lines().find(|line| line.starts_with("NAME")).unwrap_or_else(|| panic!("{text}"));
    let columns: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(columns[..4], ["NAME", "PROVIDER", "HOST", "ACCOUNT"]);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let plain = Terminal::start(house.sandbox.gitconn(["list"]).env("NO_COLOR", "1")).ends().code(0);
    assert!(!plain.screen.contains("\u{1b}["), "{plain:?}");
}
