//! What went wrong in other helpers and in git itself, each by its name: the same attack, and nothing comes of it.

use crate::support::fake::Server;
use crate::support::{House, Ran, Sandbox, tokens};

/// A store with a connection to github.com, which is asked about nowhere here.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let token = sandbox.secret(&tokens::classic("cve"));
    sandbox.gitconn(["connect", "github", "work", "--token-stdin", "--offline"]).stdin(&token).run().ok();
    (sandbox, token)
}

fn get(sandbox: &Sandbox, lines: impl AsRef<[u8]>) -> Ran {
    sandbox.gitconn(["credential", "get"]).stdin(lines).run()
}

/// Nothing was handed out. The run itself would fail if the token were in it.
#[track_caller]
fn nothing(ran: &Ran) {
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""), "{ran}");
}

/// The store does answer where it should: what follows says something.
#[track_caller]
fn is_on_duty(sandbox: &Sandbox, token: &str) {
    let run = sandbox.gitconn(["credential", "get"]).stdin("protocol=https\nhost=github.com\npath=acme/site\n\n");
    assert_eq!(run.may_show(token).run().ok().stdout, format!("username=x-access-token\npassword={token}\n"));
}

/// A line feed in an address brings a second host.
#[test]
fn cve_2020_5260_a_line_feed_in_an_address_names_no_second_host() {
    let (sandbox, token) = sandbox();
    for url in [
        "https://evil.example%0ahost=github.com/",
        "https://evil.example/%0ahost=github.com%0a",
        "https://x%0ahost=github.com@evil.example/",
        "https://x:y%0ahost=github.com@evil.example/",
        "https%0ahost=github.com://evil.example/",
        "https://github.com%0a/",
        "https://github.com%0d/",
    ] {
        nothing(&get(&sandbox, format!("url={url}\n\n")));
    }
    // git itself writes whatever lies behind `=`: the last host counts, and it is the one that the connection goes to.
    nothing(&get(&sandbox, "protocol=https\nhost=github.com\nhost=evil.example\n\n"));
    is_on_duty(&sandbox, &token);
}

/// An empty host or protocol fitted every credential.
#[test]
fn cve_2020_11008_an_empty_host_or_protocol_fits_nothing() {
    let (sandbox, token) = sandbox();
    for lines in [
        "protocol=https\n\n",
        "protocol=https\nhost=\n\n",
        "host=github.com\n\n",
        "protocol=\nhost=github.com\n\n",
        "url=https:///acme/site\n\n",
        "url=//github.com/acme/site\n\n",
        "url=://github.com/acme/site\n\n",
        "url=github.com\n\n",
        "url=https://?host=github.com\n\n",
        "protocol=https\nhost=github.com\nurl=https:///x\n\n",
        "\n",
    ] {
        nothing(&get(&sandbox, lines));
    }
    is_on_duty(&sandbox, &token);
}

/// Every field that git may send, with what must not be in it.
#[track_caller]
fn refused_in_every_field(character: &str) {
    let (sandbox, token) = sandbox();
    for field in ["protocol", "host", "path", "username", "password", "wwwauth[]", "capability[]", "url", "state[]", "unknown"] {
        let value = match field {
            "protocol" => "https",
            "host" => "github.com",
            "url" => "https://github.com/acme/site",
            _ => "x",
        };
        for value in [format!("{value}{character}"), format!("{character}{value}"), format!("{value}{character}{value}")] {
            let lines = format!("protocol=https\nhost=github.com\npath=acme/site\n{field}={value}\n\n");
            nothing(&get(&sandbox, &lines));
            nothing(&sandbox.gitconn(["credential", "erase"]).stdin(&lines).run());
        }
    }
    is_on_duty(&sandbox, &token);
}

#[test]
fn cve_2024_50338_a_lone_carriage_return_ends_no_line() {
    refused_in_every_field("\r");
    // Where a CR ends lines, this asks for github.com.
    let (sandbox, _) = sandbox();
    nothing(&get(&sandbox, "protocol=https\nhost=evil.example\rhost=github.com\n\n"));
    nothing(&get(&sandbox, "protocol=https\r\nhost=github.com\r\n\r\n"));
}

#[test]
fn cve_2024_52006_and_2024_50349_control_characters_reach_no_terminal() {
    for character in ["\0", "\u{1b}[2J", "\u{2028}", "\u{85}", "\u{202e}", "\u{7f}"] {
        refused_in_every_field(character);
    }
    // What is said about an address that fits two is clean, whatever the path holds.
    let (sandbox, _) = sandbox();
    let other = sandbox.secret(&tokens::classic("second"));
    sandbox.gitconn(["connect", "github", "second", "--token-stdin", "--offline"]).stdin(&other).run().ok();
    let ran = get(&sandbox, "protocol=https\nhost=github.com\npath=acme/$(touch x);`y`\n\n");
    assert!(ran.stdout.is_empty() && ran.stderr.lines().count() <= 1 && !ran.stderr.contains('\u{1b}'), "{ran}");
}

/// GitHub Desktop and git-lfs: what comes back from a helper is checked as well as what goes to it.
#[test]
fn cve_2025_23040_and_2024_53263_an_answer_is_one_line_a_value_or_none() {
    let sandbox = Sandbox::bare();
    for value in ["secret\nhost=evil.example", "secret\rhost=evil.example", "secret\u{1b}[2J", "\u{2028}secret"] {
        let words = ["credential", "--origin", "https://github.com", "--from-env", "MINE", "get"];
        let run = sandbox.gitconn(words).env("MINE", value).stdin("protocol=https\nhost=github.com\n\n");
        nothing(&run.run());
        let run = sandbox.gitconn(words).env("MINE", value).stdin("capability[]=authtype\nprotocol=https\nhost=github.com\n\n");
        nothing(&run.run());
    }
    for username in ["a\nb", "a\rb", "a:b", ""] {
        let words = ["credential", "--origin", "https://github.com", "--from-env", "MINE", "--username", username, "get"];
        nothing(&sandbox.gitconn(words).env("MINE", "letmein-please").stdin("protocol=https\nhost=github.com\n\n").run());
    }
}

/// gh and go-gh: a token from the environment went to whichever host a submodule named.
#[test]
fn cve_2024_53858_and_53859_a_token_of_the_environment_is_for_its_own_host() {
    let sandbox = Sandbox::bare();
    let token = sandbox.secret(&tokens::classic("environment"));
    let variables = ["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITLAB_TOKEN"];
    for variable in variables {
        for own in ["https://github.com", "https://ghe.acme.com", "https://tenant.ghe.com"] {
            for asked in
                ["github.com", "ghe.acme.com", "tenant.ghe.com", "other.ghe.com", "ghe.com", "evil.example", "api.github.com"]
            {
                let words = ["credential", "--origin", own, "--from-env", variable, "get"];
                let run =
                    sandbox.gitconn(words).env(variable, &token).stdin(format!("protocol=https\nhost={asked}\npath=a/b\n\n"));
                if own.ends_with(&format!("//{asked}")) {
                    run.may_show(&token).run().ok().prints(&token);
                } else {
                    nothing(&run.run());
                }
            }
        }
    }
    // And without an origin no such variable counts at all.
    let house = House::new();
    let lines = "protocol=https\nhost=github.com\npath=a/b\n\n";
    nothing(&house.sandbox.gitconn(["credential", "get"]).env("GH_TOKEN", &token).env("GITHUB_TOKEN", &token).stdin(lines).run());
}

/// gh: `*.github.com` was taken for github.com.
#[test]
fn cve_2026_48501_a_subdomain_is_another_host() {
    let (sandbox, token) = sandbox();
    for host in [
        "tuf-repo.github.com",
        "api.github.com",
        "gist.github.com",
        "raw.githubusercontent.com",
        "codeload.github.com",
        "objects.githubusercontent.com",
        "productionresultssa0.blob.core.windows.net",
        "www.github.com",
        "ssh.github.com",
    ] {
        nothing(&get(&sandbox, format!("protocol=https\nhost={host}\npath=acme/site\n\n")));
    }
    is_on_duty(&sandbox, &token);
}

/// VS Code #320634: a pattern without anchors.
#[test]
fn vscode_320634_a_name_that_holds_the_name_is_another_host() {
    let (sandbox, token) = sandbox();
    for host in [
        "github.com.evil.example",
        "evilgithub.com",
        "github.com@evil.example",
        "evil.example@github.com",
        "evil.example/github.com",
        "github.com.",
        "github.com:8443",
        "github.com:443@evil.example",
        "githubxcom",
        "g\u{456}thub.com",
        "xn--gthub-n4a.com",
        "github.com%0a",
        "github.com%00",
        "github\u{3002}com",
    ] {
        nothing(&get(&sandbox, format!("protocol=https\nhost={host}\npath=github.com/site\n\n")));
    }
    is_on_duty(&sandbox, &token);
    // Letters are compared without case, and the usual port may be named.
    for host in ["GitHub.COM", "github.com:443"] {
        let lines = format!("protocol=https\nhost={host}\npath=acme/site\n\n");
        sandbox.gitconn(["credential", "get"]).stdin(lines).may_show(&token).run().ok().prints(&token);
    }
}

/// Values at and beyond the buffers of others, and what nobody knows between them.
#[test]
fn cve_2025_48386_long_values_neither_overflow_nor_lose_anything() {
    let (sandbox, token) = sandbox();
    let lines = |value: usize| {
        let rest = "u".repeat(value - "unknown=".len());
        format!("protocol=https\nunknown={rest}\nhost=github.com\nwwwauth[]={}\npath=acme/site\n\n", "r".repeat(60_000))
    };
    for length in [1_000, 1_024, 4_096, 16_384, 65_535] {
        let run = sandbox.gitconn(["credential", "get"]).stdin(lines(length)).may_show(&token);
        assert_eq!(run.run().ok().stdout, format!("username=x-access-token\npassword={token}\n"), "{length}");
    }
    nothing(&get(&sandbox, lines(65_536)));
    // A token that is as long as any goes out whole, or not at all.
    let long = |length: usize| {
        let secret = tokens::letters("long", length - "password=".len(), b"abcdefghijkmnopqrstuvwxyz0123456789");
        let words = ["credential", "--origin", "https://github.com", "--from-env", "MINE", "get"];
        let run = sandbox.gitconn(words).env("MINE", &secret).stdin("protocol=https\nhost=github.com\n\n");
        (run.run().ok().stdout, format!("username=x-access-token\npassword={secret}\n"))
    };
    let (told, whole) = long(65_535);
    assert!(told == whole);
    assert_eq!(long(65_536).0, "");
}

/// glab #7662: an operation that failed where it should have been passed over.
#[test]
fn glab_7662_erase_and_what_is_not_known_are_no_errors() {
    let (sandbox, _) = sandbox();
    for operation in ["store", "erase", "approve", "list", "--", "x"] {
        let words = if operation == "--" { vec!["credential", "--", "x"] } else { vec!["credential", operation] };
        nothing(&sandbox.gitconn(words).stdin("protocol=https\nhost=github.com\nusername=x\npassword=hunter22\n\n").run());
    }
}

/// go-git: a credential followed a redirect. git asks anew for the address that it was sent to, and gets nothing for it.
#[test]
fn cve_2026_41506_a_redirect_takes_no_credential_along() {
    let house = House::new();
    let elsewhere = Server::start("", |_| crate::support::fake::Answer::html(401, "who are you?"));
    let target = format!("{}/ada/site.git/info/refs?service=git-upload-pack", elsewhere.origin());
    let front = Server::start("", move |_| crate::support::fake::Answer::redirect(302, &target));
    let token = house.sandbox.secret(&tokens::classic("redirected"));
    let words = ["connect", "github", "front", "--host", &front.origin(), "--token-stdin", "--offline"];
    house.sandbox.gitconn(words).stdin(&token).run().ok();
    let helper = format!("!'{}' credential", env!("CARGO_BIN_EXE_gitconn"));
    let url = format!("{}/ada/site.git", front.origin());
    let run = house.sandbox.other("git", ["-c", "credential.helper="]).arg("-c").arg(format!("credential.helper={helper}"));
    let ran = run.args(["-c", "credential.useHttpPath=true", "ls-remote", &url]).env("GIT_TERMINAL_PROMPT", "0").run().code(128);
    assert!(!front.seen().is_empty() && !elsewhere.seen().is_empty(), "{ran}");
    for request in front.seen().iter().chain(&elsewhere.seen()) {
        assert_eq!(request.header("authorization"), None, "{ran}");
    }
}
