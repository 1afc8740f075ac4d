//! `credential`: git's own way of asking, operation by operation, and what is answered to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::sandbox::Run;
use crate::support::{Foundry, Hall, House, Ran, Sandbox, tokens};

/// A run of one operation with these lines.
fn asked<'a>(sandbox: &'a Sandbox, operation: &str, lines: &str) -> Run<'a> {
    sandbox.gitconn(["credential", operation]).stdin(lines)
}

/// What git writes about a repository at an origin.
fn about(origin: &str, path: &str) -> String {
    let (protocol, host) = origin.split_once("://").unwrap();
    format!("protocol={protocol}\nhost={host}\npath={path}\n\n")
}

/// Nothing was answered, and nobody was told a word.
#[track_caller]
fn is_silent(ran: &Ran) {
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""), "{ran}");
}

/// The line that tells when the token of a connection ends.
#[track_caller]
fn end(house: &House, name: &str) -> String {
    let end: jiff::Timestamp = house.connection(name)["expires_at"].as_str().unwrap().parse().unwrap();
    format!("password_expiry_utc={}\n", end.as_second())
}

/// A connection that is stored without asking anybody.
fn offline(sandbox: &Sandbox, provider: &str, name: &str, token: &str, more: &[&str]) {
    sandbox.secret(token);
    sandbox.gitconn(["connect", provider, name, "--token-stdin", "--offline"]).args(more).stdin(token).run().ok();
}

#[test]
fn get_answers_with_user_name_and_password_and_asks_nobody() {
    let house = House::new();
    house.github.forget();
    let (github, gitlab) = (house.github.origin(), house.gitlab.host());
    let ran = asked(&house.sandbox, "get", &about(&github, "ada/site.git")).may_show(&house.work).run().ok();
    assert_eq!(ran.stdout, format!("username=x-access-token\npassword={}\n{}", house.work, end(&house, "work")));
    assert_eq!(ran.stderr, "");
    let ran = asked(&house.sandbox, "get", &about(&gitlab, "ops/site.git")).may_show(&house.lab).run().ok();
    assert!(ran.stdout.starts_with(&format!("username=oauth2\npassword={}\n", house.lab)), "{ran}");
    // Without a path too: git names one only where `useHttpPath` is set.
    let host = github.trim_start_matches("http://");
    for lines in
        [format!("protocol=http\nhost={host}\n\n"), format!("protocol=http\nhost={host}"), format!("url={github}/ada/x\n")]
    {
        let ran = asked(&house.sandbox, "get", &lines).may_show(&house.work).run().ok();
        assert!(ran.stdout.starts_with(&format!("username=x-access-token\npassword={}\n", house.work)), "{lines:?}: {ran}");
    }
    assert!(house.github.seen().is_empty(), "a good token is handed out without the network");
    let used = house.json(&["audit", "list"]).to_string();
    assert!(used.contains("ada/site"), "the use is not in the trail: {used}");
}

#[test]
fn every_provider_has_its_own_user_names() {
    let sandbox = Sandbox::new();
    let cases = [
        ("github", "gh", tokens::classic("gh"), &[][..], "github.com", "x-access-token"),
        ("github", "fine", tokens::fine_grained("fine"), &["--host", "https://ghe.acme.com"], "ghe.acme.com", "x-access-token"),
        ("gitlab", "gl", tokens::gitlab("gl"), &[], "gitlab.com", "oauth2"),
        (
            "bitbucket",
            "api",
            tokens::bitbucket_api("api"),
            &["--email", "ada@acme.com"],
            "bitbucket.org",
            "x-bitbucket-api-token-auth",
        ),
        ("gitea", "tea", tokens::gitea("tea"), &["--host", "https://codeberg.org"], "codeberg.org", "oauth2"),
    ];
    for (provider, name, token, more, host, username) in cases {
        offline(&sandbox, provider, name, &token, more);
        let ran = asked(&sandbox, "get", &format!("protocol=https\nhost={host}\npath=acme/site\n\n")).may_show(&token).run().ok();
        assert_eq!(ran.stdout, format!("username={username}\npassword={token}\n"), "{provider}");
    }
    sandbox.gitconn(["remove", "api", "--yes"]).run().ok();
    let token = tokens::bitbucket_access("repository");
    offline(&sandbox, "bitbucket", "of-a-repository", &token, &["--workspace", "acme"]);
    let ran = asked(&sandbox, "get", &about("https://bitbucket.org", "acme/site")).may_show(&token).run().ok();
    assert_eq!(ran.stdout, format!("username=x-token-auth\npassword={token}\n"));
}

#[test]
fn what_is_ready_to_be_sent_is_given_only_where_git_says_it_knows_it() {
    let house = House::new();
    let lines = about(&house.github.origin(), "ada/site");
    let plain = asked(&house.sandbox, "get", &lines).may_show(&house.work).run().ok().stdout;
    let other = format!("capability[]=state\ncapability[]=other\n{lines}");
    assert_eq!(asked(&house.sandbox, "get", &other).may_show(&house.work).run().ok().stdout, plain);
    let modern = format!("capability[]=authtype\ncapability[]=state\n{lines}");
    let credential = STANDARD.encode(format!("x-access-token:{}", house.work));
    assert_eq!(
        asked(&house.sandbox, "get", &modern).may_show(&house.work).run().ok().stdout,
        format!("capability[]=authtype\nauthtype=Basic\ncredential={credential}\nephemeral=1\n{}", end(&house, "work"))
    );
    let ran = asked(&house.sandbox, "capability", "").run().ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("version 0\ncapability authtype\n", ""));
}

#[test]
fn the_end_of_a_token_is_told_and_what_renews_it_never() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    hall.gitlab.forget();
    let token = hall.token("lab");
    let end: jiff::Timestamp = hall.json(&["show", "lab"])["expires_at"].as_str().unwrap().parse().unwrap();
    let ran = asked(&hall.sandbox, "get", &about(&hall.gitlab.host(), "ops/site")).may_show(&token).run().ok();
    // The refresh token is watched for.
    assert_eq!(ran.stdout, format!("username=oauth2\npassword={token}\npassword_expiry_utc={}\n", end.as_second()));
    assert!(hall.gitlab.seen().is_empty());
}

#[test]
fn a_token_near_its_end_is_renewed_before_it_is_handed_out() {
    let hall = Hall::new();
    hall.connect_ended("gitlab", "lab");
    hall.gitlab.forget();
    let lines = about(&hall.gitlab.host(), "ops/site");
    let ran = asked(&hall.sandbox, "get", &lines).prints_a_secret().run().ok();
    let token = ran.stdout.lines().find_map(|line| line.strip_prefix("password=")).unwrap();
    assert!(hall.gitlab.oauth.is_good(token), "{ran}");
    assert_eq!((hall.gitlab.oauth.posts("refresh_token"), ran.stderr.as_str()), (1, ""));
    let again = asked(&hall.sandbox, "get", &lines).prints_a_secret().run().ok();
    assert_eq!((again.stdout.as_str(), hall.gitlab.oauth.posts("refresh_token")), (ran.stdout.as_str(), 1));
}

#[test]
fn a_token_that_ended_is_named_instead_of_handed_out() {
    let sandbox = Sandbox::new();
    offline(&sandbox, "gitlab", "lab", &tokens::gitlab("lab"), &["--expires-at", "2026-01-01"]);
    let ran = asked(&sandbox, "get", &about("https://gitlab.com", "ops/site")).run().code(4);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr, "gitconn: connection `lab` cannot be used: its token is expired: gitconn validate lab\n");
}

#[test]
fn store_does_nothing_and_opens_nothing() {
    let house = House::new();
    let lines =
        format!("{}username=x-access-token\npassword={}\n\n", about(&house.github.origin(), "ada/site").trim_end(), house.work);
    std::fs::write(house.sandbox.store(), "no store at all").unwrap();
    house.sandbox.write("config/gitconn/config.toml", "this is no TOML");
    asked(&house.sandbox, "get", &lines).run().code(2);
    for operation in ["store", "prune", "Store", "get ", "", "\u{fc}"] {
        is_silent(&asked(&house.sandbox, operation, &lines).run());
        is_silent(&asked(&house.sandbox, operation, &lines).without("GITCONN_KEY_FILE").run());
    }
}

#[test]
fn what_is_not_known_is_passed_over() {
    let house = House::new();
    let lines = about(&house.github.origin(), "ada/site");
    let more = "wwwauth[]=Basic realm=\"x\"\nstate[]=other.1\ncolour=green\nempty=\nhost[]=evil.example\n=x\ncontinue=1\n";
    let ran = asked(&house.sandbox, "get", &format!("{more}{lines}")).may_show(&house.work).run().ok();
    assert_eq!(ran.stdout, format!("username=x-access-token\npassword={}\n{}", house.work, end(&house, "work")));
    // What another helper has answered already changes nothing.
    let told = format!("username=ada\npassword=hunter2\n{lines}");
    asked(&house.sandbox, "get", &told).may_show(&house.work).run().ok().prints(&house.work);
}

#[test]
fn a_refusal_is_noted_and_takes_nothing_away() {
    let house = House::new();
    let origin = house.github.origin();
    let lines = about(&origin, "ada/site");
    let refused = |username: &str, password: &str| format!("{}\nusername={username}\npassword={password}\n\n", lines.trim_end());
    let noted = || house.connection("work")["validation_error"].as_str().map(ToOwned::to_owned);
    let before = std::fs::read(house.sandbox.store()).unwrap();
    let other = house.sandbox.secret(&tokens::classic("somebody else's"));
    for lines in [
        lines.clone(),
        refused("x-access-token", &other),
        refused("ada", &house.work),
        refused("x-access-token", &house.lab),
        // At another address it is not known that this is ours.
        refused("x-access-token", &house.work).replace(&origin[7..], "github.com"),
    ] {
        is_silent(&asked(&house.sandbox, "erase", &lines).run());
        assert_eq!(noted(), None, "{lines}");
    }
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before, "nothing was to be saved");
    is_silent(&asked(&house.sandbox, "erase", &refused("x-access-token", &house.work)).run());
    let why = noted().unwrap();
    assert!(why.starts_with("git was refused with it at ") && why.ends_with(": gitconn validate work"), "{why}");
    assert_eq!(house.connection("work")["status"], "active");
    assert_eq!(house.trail()[0], "updated");
    // Said twice it is noted once; and it still serves: a server that is unwell refuses good tokens too.
    is_silent(&asked(&house.sandbox, "erase", &refused("x-access-token", &house.work)).run());
    assert_eq!(house.trail().iter().filter(|kind| *kind == "updated").count(), 1);
    asked(&house.sandbox, "get", &lines).may_show(&house.work).run().ok().prints(&house.work);
    house.run(&["validate", "work"]).ok();
    assert_eq!(noted(), None, "a check that goes well takes the note away");
}

/// A writer waits half a minute for another one; whoever waits for git does not.
#[test]
fn nobody_waits_long_to_have_a_refusal_noted() {
    let house = House::new();
    let lines = about(&house.github.origin(), "ada/site");
    let lines = format!("{}\nusername=x-access-token\npassword={}\n\n", lines.trim_end(), house.work);
    let lock = std::fs::File::open(house.sandbox.store().with_file_name("store.lock")).unwrap();
    lock.lock().unwrap();
    let begun = std::time::Instant::now();
    is_silent(&asked(&house.sandbox, "erase", &lines).run());
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    lock.unlock().unwrap();
    assert!(house.connection("work")["validation_error"].is_null());
}

#[test]
fn a_refusal_comes_back_as_it_was_given() {
    let house = House::new();
    let credential = STANDARD.encode(format!("x-access-token:{}", house.work));
    let lines = about(&house.github.origin(), "ada/site");
    let lines = format!("capability[]=authtype\nauthtype=Basic\ncredential={credential}\n{lines}");
    is_silent(&asked(&house.sandbox, "erase", &lines).run());
    assert!(house.connection("work")["validation_error"].is_string());
    // Nobody waits for a store that cannot be opened, and the user name alone shows what is not ours.
    std::fs::write(house.sandbox.store(), "no store at all").unwrap();
    is_silent(&asked(&house.sandbox, "erase", &lines).run());
}

#[test]
fn without_a_host_or_a_protocol_there_is_no_answer() {
    let house = House::new();
    let host = house.github.origin().trim_start_matches("http://").to_owned();
    for lines in [
        String::new(),
        "\n".to_owned(),
        "protocol=http\n\n".to_owned(),
        format!("host={host}\n\n"),
        format!("protocol=\nhost={host}\n\n"),
        "protocol=http\nhost=\n\n".to_owned(),
        format!("protocol=http\nhost={host}\nhost=\n\n"),
        format!("protocol=cert\nhost={host}\npath=/client.pem\n\n"),
        format!("\nprotocol=http\nhost={host}\n\n"),
        format!("protocol=http\nhost={host}\nnonsense\n\n"),
        format!("protocol=https\nhost={host}\n\n"),
        "protocol=http\nhost=127.0.0.1:1\n\n".to_owned(),
    ] {
        is_silent(&asked(&house.sandbox, "get", &lines).run());
    }
    let long = format!("protocol=http\nhost={host}\npath={}\n\n", "p".repeat(2 << 20));
    is_silent(&asked(&house.sandbox, "get", &long).run());
}

#[test]
fn two_that_fit_equally_well_give_no_answer_and_one_line() {
    let house = House::new();
    let bob = house.github.classic(&house.sandbox, "bob");
    house.connect_github("second", &bob, &[]).ok();
    let origin = house.github.origin();
    let host = &origin[7..];
    let ran = asked(&house.sandbox, "get", &about(&origin, "acme/site.git")).run().code(2);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran}");
    assert!(ran.stderr.starts_with("gitconn: ") && ran.stderr.contains("second, work"), "{ran}");
    let command = format!(": gitconn route add {origin}/acme second   # or another of them\n");
    assert!(ran.stderr.ends_with(&command), "{ran}");
    // Which does settle it.
    house.run(&["route", "add", &format!("{origin}/acme"), "second"]).ok();
    asked(&house.sandbox, "get", &about(&origin, "acme/site.git")).may_show(&bob).run().ok().prints(&bob);
    asked(&house.sandbox, "get", &about(&origin, "ACME/other/info/lfs")).may_show(&bob).run().ok().prints(&bob);
    house.run(&["route", "remove", &format!("{origin}/acme")]).ok();
    // The account that the address names is one of them.
    let named = |username: &str| format!("username={username}\n{}", about(&origin, "acme/site.git"));
    asked(&house.sandbox, "get", &named("Bob")).may_show(&bob).run().ok().prints(&bob);
    asked(&house.sandbox, "get", &named("ada")).may_show(&house.work).run().ok().prints(&house.work);
    assert_eq!(asked(&house.sandbox, "get", &named("eve")).run().code(2).stdout, "");
    // Only a setting makes git stop asking others.
    house.run(&["config", "set", "credential_quit", "true"]).ok();
    assert_eq!(asked(&house.sandbox, "get", &about(&origin, "acme/site.git")).run().code(2).stdout, "quit=1\n");
    let elsewhere = about(&origin, "acme/site.git").replace(host, "127.0.0.1:1");
    is_silent(&asked(&house.sandbox, "get", &elsewhere).run());
}

#[test]
fn the_default_connection_counts_for_its_own_host_alone() {
    let house = House::new();
    let ask = |origin: &str, default: &str| {
        let run = asked(&house.sandbox, "get", &about(origin, "acme/site"));
        run.env("GITCONN_CONNECTION", default).may_show(&house.work).may_show(&house.lab).run().ok()
    };
    assert!(ask(&house.github.origin(), "work").stdout.contains(&house.work));
    is_silent(&ask(&house.gitlab.host(), "work"));
    is_silent(&ask(&house.github.origin(), "lab"));
}

#[test]
fn plain_http_is_for_this_machine_or_for_a_host_that_is_allowed() {
    let house = House::new();
    let lab = house.sandbox.secret(&tokens::gitlab("plain"));
    let connect = |more: &[&str]| {
        let words = ["connect", "gitlab", "plain", "--host", "http://git.acme.example", "--token-stdin", "--offline"];
        house.sandbox.gitconn(words).args(more).stdin(&lab).run()
    };
    assert_ne!(connect(&[]).code, 0);
    connect(&["--allow-http"]).ok();
    let ask =
        |protocol: &str| asked(&house.sandbox, "get", &about(&format!("{protocol}://git.acme.example"), "a/b")).may_show(&lab);
    ask("http").run().ok().prints(&lab);
    is_silent(&ask("https").run());
}

#[test]
fn what_is_dead_or_locked_is_said_in_one_line() {
    let house = House::new();
    let lines = about(&house.github.origin(), "ada/site");
    let ran = asked(&house.sandbox, "get", &lines).without("GITCONN_KEY_FILE").run().code(5);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran}");
    ran.says("gitconn: the store is locked");
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    let ran = asked(&house.sandbox, "get", &lines).run().code(4);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran}");
    ran.says("gitconn: connection `work` cannot be used").says("gitconn validate work");
    // What somebody has switched off is not there for git.
    house.run(&["disable", "work"]).ok();
    is_silent(&asked(&house.sandbox, "get", &lines).run());
}

#[test]
fn an_app_serves_each_owner_with_its_installation_and_no_other() {
    let foundry = Foundry::connected();
    let ask = |path: &str| asked(&foundry.sandbox, "get", &about(&foundry.host(), path)).prints_a_secret().run();
    let password = |ran: &Ran| ran.stdout.lines().find_map(|line| line.strip_prefix("password=")).unwrap().to_owned();
    let corp = password(&ask("acme-corp/site.git").ok());
    assert_eq!(corp, foundry.token(&["prod-app", "--installation", "acme-corp"]));
    let client = password(&ask("ACME-Client-A/shop.git/info/lfs").ok());
    assert_eq!(client, foundry.token(&["prod-app", "--installation", "acme-client-a"]));
    assert_eq!(password(&ask("acme-corp/theme").ok()), corp, "it serves for its hour");
    let ran = ask("somebody/else.git");
    assert_ne!(ran.code, 0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran}");
    ran.says("is not installed on `somebody`");
    // Without a path nobody can tell whose repository it is.
    let ran = ask("").code(2).says("git did not say which repository");
    assert!(ran.stderr.contains(&format!("git config --global credential.{}.useHttpPath true", foundry.host())), "{ran}");
}

#[test]
fn inside_a_program_a_variable_answers_for_one_origin_and_no_store_is_opened() {
    let sandbox = Sandbox::bare();
    let token = sandbox.secret(&tokens::gitlab("child"));
    let root = "https://git.acme.com/gitlab";
    sandbox.write("config/gitconn/config.toml", "this is no TOML");
    let ask = |operation: &str, lines: &str, variable: &str| {
        let words = ["credential", "--origin", root, "--from-env", variable, "--username", "oauth2", operation];
        sandbox.gitconn(words).env("GITLAB_TOKEN", &token).stdin(lines).may_show(&token).run().ok()
    };
    let own = about("https://git.acme.com", "gitlab/group/site.git");
    assert_eq!(ask("get", &own, "GITLAB_TOKEN").stdout, format!("username=oauth2\npassword={token}\n"));
    assert!(ask("get", &format!("capability[]=authtype\n{own}"), "GITLAB_TOKEN").stdout.contains("\ncredential="));
    is_silent(&ask("get", &own, "OTHER_TOKEN"));
    for operation in ["store", "erase", "whatever"] {
        is_silent(&ask(operation, &format!("{}password={token}\n", own.trim_end_matches('\n')), "GITLAB_TOKEN"));
    }
    for (origin, path) in [
        ("https://git.acme.com", "other/site.git"),
        ("https://git.acme.com", ""),
        ("https://git.acme.com:8443", "gitlab/group/site.git"),
        ("http://git.acme.com", "gitlab/group/site.git"),
        ("https://git.acme.com.evil.example", "gitlab/group/site.git"),
        ("https://gitlab.com", "gitlab/group/site.git"),
    ] {
        is_silent(&ask("get", &about(origin, path), "GITLAB_TOKEN"));
    }
    sandbox.gitconn(["credential", "--origin", root, "get"]).run().code(2);
    let left: Vec<_> = ["data", "state"].iter().flat_map(|name| std::fs::read_dir(sandbox.path(name)).unwrap()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn git_finds_the_helper_by_its_name() {
    let house = House::new();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_git-credential-gitconn"), house.sandbox.path("bin/git-credential-gitconn"))
        .unwrap();
    let git = |operation: &str, lines: &str| {
        let words =
            ["-c", "credential.helper=", "-c", "credential.helper=gitconn", "-c", "credential.useHttpPath=true", "credential"];
        let run = house.sandbox.other("git", words).arg(operation).env("GIT_TERMINAL_PROMPT", "0");
        run.stdin(lines).may_show(&house.work).run()
    };
    let lines = about(&house.github.origin(), "ada/site.git");
    let filled = git("fill", &lines).ok();
    assert!(filled.stdout.contains(&format!("\nusername=x-access-token\npassword={}\n", house.work)), "{filled}");
    git("approve", &filled.stdout).ok();
    assert!(house.connection("work")["validation_error"].is_null());
    git("reject", &filled.stdout).ok();
    assert!(house.connection("work")["validation_error"].is_string());
    // Nothing is known of this one: git goes on to ask, and may not.
    let ran = git("fill", "protocol=https\nhost=evil.example\npath=ada/site.git\n\n").code(128);
    assert!(!ran.stdout.contains("password="), "{ran}");
    // A link of that name to the program itself does the same.
    let link = house.sandbox.path("bin/linked/git-credential-gitconn");
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gitconn"), &link).unwrap();
    house.sandbox.other(link, ["get"]).stdin(&lines).may_show(&house.work).run().ok().prints(&house.work);
}
