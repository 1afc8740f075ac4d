//! What went wrong in other tools beside git's credential protocol (for that see `credential_cves.rs`), each by its name: the same is tried here, and nothing comes of it.
//!
//! What has no counterpart here: CVE-2024-54132 (a downloaded archive named paths) and CVE-2024-52308 (a remote machine named commands): nothing is unpacked, and no command comes from
//! elsewhere. CVE-2026-104850 (a refresh token went to a server that an answer named): a login's endpoints are the provider's own, and no answer names another (`src/oauth`). CVE-2026-123609
//! and CVE-2022-31162 (secrets in `Debug`): `secret::Secret` prints nothing, which `secrets.rs` holds. CVE-2026-41506 (redirects) is in `credential_cves.rs` for git, and in `contract.rs` for APIs.

use crate::support::fake::{Answer, GitHubGrant};
use crate::support::git_host::GitHost;
use crate::support::house::connect;
use crate::support::{House, Ran, Sandbox, tokens};

/// `CodeQL`'s runner took a token as an argument, where every process of the machine reads it.
#[test]
fn cve_2021_32638_no_token_is_an_argument_of_any_process() {
    // Every command line of the machine, as a program sees it that was given the token, and git as `clone` starts it.
    let look = "for one in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <\"$one\" 2>/dev/null; echo; done";
    let house = House::new();
    let ran = house.sandbox.gitconn(["exec", "work", "--", "sh", "-c", look]).run().ok();
    assert!(ran.stdout.contains(" exec work -- sh -c"), "{ran}");
    assert!(!ran.stdout.contains(&house.work), "{ran}");
    house.sandbox.program("git", look);
    let address = format!("{}/ada/site.git", house.github.origin());
    let ran = house.sandbox.gitconn(["clone", &address]).run().ok();
    assert!(ran.stdout.contains(&format!(" clone {address}")) && ran.stdout.contains("credential"), "{ran}");
    assert!(!ran.stdout.contains(&house.work), "{ran}");
}

/// gh's `auth status` masked what stood behind the last `_` of a token, and showed the rest.
#[test]
fn cve_2026_64652_no_part_of_a_token_is_shown() {
    for (provider, options, token) in [
        ("github", &[][..], tokens::classic("masked")),
        ("github", &[], tokens::fine_grained("masked")),
        ("github", &[], tokens::github("gho", "masked")),
        ("github", &[], tokens::github("ghu", "masked")),
        ("github", &[], tokens::installation("masked")),
        ("gitlab", &[], tokens::gitlab("masked")),
        ("bitbucket", &["--email", "ada@acme.com"], tokens::bitbucket_api("masked")),
        ("bitbucket", &["--workspace", "acme"], tokens::bitbucket_access("masked")),
        ("gitea", &["--host", "https://git.acme.com"], tokens::gitea("masked")),
    ] {
        let sandbox = Sandbox::new();
        sandbox.secret(&token);
        let made = sandbox.gitconn(["connect", provider, "work", "--token-stdin", "--offline"]).args(options).stdin(&token);
        let mut shown: Vec<Ran> = vec![made.run().ok()];
        for words in [
            &["show", "work"][..],
            &["list", "--wide"],
            &["audit", "list"],
            &["audit", "export"],
            &["store", "info"],
            &["doctor", "--offline"],
            &["rotate", "work", "--dry-run"],
        ] {
            for output in ["table", "json"] {
                shown.push(sandbox.gitconn(words).args(["-v", "-o", output]).run());
            }
        }
        // Eight characters of it anywhere are too many; its kind, which its first ones tell, may be known.
        let parts: Vec<&str> = (12..token.len() - 8).map(|at| &token[at..at + 8]).collect();
        for ran in &shown {
            let part = parts.iter().find(|part| ran.stdout.contains(**part) || ran.stderr.contains(**part));
            assert_eq!(part, None, "{provider}: {ran}");
        }
    }
}

/// gh put names into an API's paths as they were, and into patterns.
#[test]
fn cve_2026_64653_and_64655_a_name_is_one_segment_of_a_path_and_no_pattern() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    for name in [
        "ada/si?te",
        "ada/si#te",
        "ada/%2e%2e",
        "ada/..",
        "ada/.",
        "ada/.*",
        "ada/s[i]te",
        "ada/si%2Fte",
        "../ada",
        "ada/si te",
        "ada/s;te",
    ] {
        house.github.forget();
        for words in [&["branches", name, "-c", "work"][..], &["check", name, "-c", "work"]] {
            let ran = house.run(words);
            assert!(matches!(ran.code, 2 | 3), "{ran}");
        }
        for request in house.github.seen() {
            // Exactly one name below the owner, whatever it holds; a query is our own.
            let path = request.path.strip_prefix("/repos/ada/").unwrap_or_else(|| panic!("{name}: {}", request.path));
            assert!(!path.split('/').next().unwrap().contains(['?', '#', '[', ' ']), "{name}: {}", request.path);
            assert!(!path.starts_with('.') || path.starts_with(".*") || path.starts_with(".%2A"), "{name}: {}", request.path);
            assert!(request.query.iter().all(|(key, _)| key == "per_page" || key == "page"), "{name}: {:?}", request.query);
        }
    }
    // What is searched for is text, not a pattern.
    for pattern in [".*", "s[i]te", "^ada", "site$", "*", "(", "ada.site"] {
        let found = house.json(&["repos", "work", "--search", pattern])["repositories"].clone();
        assert_eq!(found, serde_json::json!([]), "{pattern}");
    }
    // The same for a branch that is looked for.
    for branch in ["ma.n", "m[a]in", "../main", "main?x", "main#x", "ma%69n"] {
        let ran = house.run(&["check", "ada/site", "-c", "work", "--branch", branch]);
        assert!(matches!(ran.code, 2 | 3), "{ran}");
    }
}

/// git's sideband, gh, and tracing-subscriber (RUSTSEC-2025-0055) passed on what a server had written, escapes and all.
#[test]
fn cve_2024_52005_2026_45803_and_2026_64654_what_a_server_writes_moves_no_cursor() {
    const EVIL: &str = "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\u{200b}\u{2066}\r";
    let bare = |ran: &Ran| {
        for shown in [&ran.stdout, &ran.stderr] {
            let is_evil =
                |one: &char| one.is_control() && !matches!(one, '\n' | '\t') || "\u{202e}\u{200b}\u{2066}".contains(*one);
            assert_eq!(shown.chars().find(is_evil), None, "{ran}");
        }
    };
    let house = House::new();
    house.github.edit("ada", &format!("ada/evil{EVIL}"), &[&format!("main{EVIL}")], |repository| {
        repository.description = Some(EVIL.to_owned());
    });
    house.github.repository("ada", "ada/site", &["main", &format!("feature{EVIL}")]);
    for output in ["table", "tsv"] {
        for words in [&["repos", "work"][..], &["branches", "ada/site", "-c", "work"], &["check", "ada/site", "-c", "work"]] {
            let ran = house.sandbox.gitconn(words).args(["-v", "-o", output]).run().ok();
            bare(&ran);
        }
        assert!(house.run(&["repos", "work", "-o", output]).stdout.contains("pwned"), "the row is there, cleaned");
    }
    // Who the token says it is, and what is said of a refusal. Written by hand: any server's.
    house.github.accept(&house.work, GitHubGrant::classic(&format!("ada{EVIL}")));
    bare(&house.run(&["validate", "work", "-v"]));
    bare(&house.run(&["list", "-o", "table"]));
    for status in [401, 403, 404, 422, 500] {
        house.github.always("*", Answer::json(status, &serde_json::json!({ "message": EVIL, "documentation_url": EVIL })));
        for words in [&["validate", "work"][..], &["repos", "work"], &["check", "ada/site", "-c", "work"]] {
            let ran = house.sandbox.gitconn(words).args(["-v", "-o", "table"]).run();
            assert_ne!(ran.code, 0, "{ran}");
            bare(&ran);
        }
    }
}

/// git lost a carriage return at the end of a submodule's path, and wrote elsewhere.
#[test]
fn cve_2025_48384_a_carriage_return_in_an_address_names_nothing() {
    let (sandbox, host) = (Sandbox::new(), GitHost::start());
    let token = sandbox.secret(&tokens::gitlab("carriage"));
    connect(&sandbox, "gitlab", "work", &host.origin(), &token, &["--offline"]).ok();
    host.repository("acme/site", &[("README", "acme/site")], &[]);
    host.only("acme", &token);
    for address in ["acme/si\rte", "ac\rme/site", &format!("{}/acme/\rsite.git", host.origin())] {
        for command in ["clone", "check", "branches"] {
            sandbox.gitconn([command, address]).run().code(2);
        }
    }
    assert!(host.asked("").is_empty());
    // The address of a checkout is git's to read, and held to the same.
    let checkout = sandbox.path("checkout");
    sandbox.other("git", ["init", "-q"]).arg(&checkout).run().ok();
    let origin = format!("{}/acme/si\rte.git", host.origin());
    sandbox.other("git", ["config", "remote.origin.url", &origin]).in_folder(&checkout).run().ok();
    sandbox.gitconn(["check"]).in_folder(&checkout).run().code(2);
    assert!(host.asked("").is_empty());
}

/// gh's `attestation verify` ended with 0 where nothing had been verified.
#[test]
fn cve_2025_25204_what_could_not_be_confirmed_never_ends_with_0() {
    let sandbox = Sandbox::new();
    // Nothing is there to be confirmed.
    for words in [&["validate"][..], &["test"], &["check", "ada/site"], &["repos"], &["refresh"], &["rotate", "--all", "--yes"]] {
        let ran = sandbox.gitconn(words).run();
        assert_ne!(ran.code, 0, "{ran}");
    }
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    for (words, code) in [
        (&["check", "ada/none", "-c", "work"][..], 3),
        (&["check", "ada/site", "-c", "work", "--branch", "none"], 3),
        (&["branches", "ada/none", "-c", "work"], 3),
        (&["validate", "nobody"], 3),
        (&["route", "test", "https://git.nowhere.example/a/b"], 3),
    ] {
        house.run(words).code(code);
    }
    let unknown = house.sandbox.secret(&tokens::classic("unknown"));
    house.sandbox.gitconn(["which", "--token-stdin"]).stdin(&unknown).run().code(3);
    // No answer is no confirmation, and a refusal is none.
    house.github.always("*", Answer::html(200, "<html>please sign in</html>"));
    for words in [&["validate", "work"][..], &["test", "work"], &["repos", "work"], &["check", "ada/site", "-c", "work"]] {
        house.run(words).code(6);
    }
    house.github.recover();
    house.github.refuse(&house.work);
    for words in [&["test", "work"][..], &["check", "ada/site", "-c", "work"], &["validate", "work"], &["validate"]] {
        house.run(words).code(4);
    }
    std::fs::write(house.sandbox.store(), "nonsense").unwrap();
    for words in [&["store", "verify"][..], &["audit", "verify"], &["validate"]] {
        house.run(words).code(7);
    }
}
