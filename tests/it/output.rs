//! The two streams: data on stdout, everything else on stderr; formats, colours, silence.

use crate::support::fake::Answer;
use crate::support::pty::Terminal;
use crate::support::{House, Sandbox};

/// Commands that read, and end well.
const READS: &[&[&str]] = &[
    &["list"],
    &["list", "--wide"],
    &["show", "work"],
    &["validate"],
    &["validate", "work"],
    &["repos"],
    &["branches", "ada/repo-001", "-c", "work"],
    &["audit", "list"],
    &["audit", "verify"],
    &["config", "list"],
    &["store", "info"],
    &["store", "verify"],
];

#[test]
fn every_command_speaks_every_format() {
    let house = House::new();
    house.github.repositories("ada", 2);
    for command in READS {
        let run = |more: &[&str]| house.run(&[command, more].concat()).ok();
        assert!(run(&["--json"]).json().is_object(), "{command:?}");
        assert!(run(&["-o", "json"]).json().is_object(), "{command:?}");
        for line in run(&["-o", "ndjson"]).stdout.lines() {
            let _: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{command:?}: {error}: {line}"));
        }
        assert!(!run(&["-o", "tsv"]).stdout.contains('\u{1b}'));
        let table = run(&["-o", "table"]);
        assert!(table.stdout.lines().all(|line| line == line.trim_end()), "{command:?}: trailing spaces\n{table}");
    }
    house.run(&["list", "-o", "yaml"]).code(2);
    house.run(&["list", "--json", "-o", "tsv"]).code(2);
}

#[test]
fn quiet_is_quiet() {
    let house = House::new();
    house.github.repositories("ada", 2);
    for command in READS {
        let ran = house.run(&[command, &["-q"][..]].concat()).ok();
        assert_eq!(ran.stderr, "", "{ran}");
    }
    // Errors are said all the same, whatever fails.
    house.github.always("*", Answer::html(500, "Whoops"));
    let ran = house.run(&["-q", "repos", "work"]).code(6);
    assert!(ran.stderr.starts_with("error: "), "{ran}");
    let ran = house.run(&["-q", "show", "nobody"]).code(3);
    assert!(ran.stderr.starts_with("error: "), "{ran}");
}

#[test]
fn colours_are_for_terminals_unless_they_are_forced() {
    let house = House::new();
    let run = |variables: &[(&str, &str)]| {
        let run = house.sandbox.gitconn(["list", "-o", "table"]);
        variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run().ok().stdout.contains('\u{1b}')
    };
    assert!(!run(&[]));
    assert!(run(&[("CLICOLOR_FORCE", "1")]));
    assert!(!run(&[("CLICOLOR_FORCE", "0")]));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn an_error_has_words_hints_and_nothing_of_the_body() {
    let house = House::new();
    let body = "S3KRIT-BODY-OF-THE-ANSWER";
    house.github.always("*", Answer::html(500, body));
    for arguments in [&["validate", "work"][..], &["repos", "work"], &["branches", "a/b", "-c", "work"], &["-v", "repos", "work"]]
    {
        let ran = house.run(arguments).code(6);
        assert!(!ran.stderr.contains(body) && !ran.stdout.contains(body), "{ran}");
    }
    for arguments in [&["show", "nobody"][..], &["list", "--status", "x"], &["token", "nobody"], &["repos", "--page", "2"]] {
        let ran = house.run(arguments);
        let first = ran.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with("error: "), "{ran}");
        assert!(!first.ends_with('.') || first.ends_with(".."), "{ran}");
        assert!(ran.stderr.lines().filter(|line| line.starts_with("hint:")).count() <= 2, "{ran}");
    }
}

#[test]
fn an_address_from_a_provider_is_one_word_in_a_hint() {
    let house = House::new();
    let bait = house.sandbox.path("touched");
    let address = format!("https://evil.example/$(touch$IFS{})?a=1&b=2;`id`\"", bait.display());
    // Quoted: GitHub §10 (message) and §2.2 (header), with an address that no good server would send.
    let refusal = serde_json::json!({"message": "Resource protected by organization SAML enforcement."});
    house.github.always("*", Answer::json(403, &refusal).header("x-github-sso", &format!("required; url={address}")));
    let connect = house.sandbox.gitconn(["connect", "github", "new", "--host", &house.github.origin(), "--token-stdin"]);
    let mut seen = 0;
    for run in [
        house.sandbox.gitconn(["validate", "work"]),
        house.sandbox.gitconn(["repos", "work"]),
        house.sandbox.gitconn(["branches", "a/b", "-c", "work"]),
        connect.stdin(&house.work),
    ] {
        let ran = run.run().code(4);
        for hint in ran.stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).filter(|hint| hint.contains("evil")) {
            // What a shell makes of it when it is pasted there.
            let script = format!("set -- {hint}\nprintf '%s|' \"$#\" \"$1\"\n");
            let done = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            let word = String::from_utf8_lossy(&done.stdout).into_owned();
            // The header ends at the `;`: more of it is not the address.
            let expected = address.split(';').next().unwrap();
            assert_eq!(word, format!("1|{expected}|"), "{hint}\n{ran}");
            assert!(hint.starts_with("'https://evil.example/"), "{hint}");
            seen += 1;
        }
        assert!(!bait.exists(), "a shell ran what the provider sent\n{ran}");
    }
    assert!(seen >= 3, "{seen}");
}

#[test]
fn rows_that_are_not_all_there_is_say_so_even_when_quiet() {
    let house = House::new();
    house.github.repositories("ada", 60);
    for format in ["ndjson", "tsv"] {
        let ran = house.run(&["repos", "work", "-q", "-o", format, "--limit", "2"]).ok();
        assert_eq!(ran.stdout.lines().count(), 2, "{ran}");
        assert!(ran.stderr.contains("more") && ran.stderr.lines().count() == 1, "{ran}");
        let ran = house.run(&["repos", "work", "-q", "-o", format, "--all"]).ok();
        assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (60, ""), "{ran}");
    }
    // One document can say it itself.
    let ran = house.run(&["repos", "work", "-q", "--json", "--limit", "2"]).ok();
    assert_eq!((&ran.json()["has_more"], ran.stderr.as_str()), (&serde_json::json!(true), ""), "{ran}");
    let ran = house.run(&["repos", "work", "-q", "--json", "--all"]).ok();
    assert_eq!((&ran.json()["has_more"], ran.stderr.as_str()), (&serde_json::json!(false), ""), "{ran}");
}

#[test]
fn names_and_filters_are_not_given_together() {
    let house = House::new();
    for command in ["validate", "test", "repos"] {
        for filter in [["--provider", "github"], ["--host", "github.com"], ["--tag", "daily"]] {
            let ran = house.run(&[command, "work", filter[0], filter[1]]).code(2);
            assert!(ran.stderr.contains("by name or by filter"), "{ran}");
        }
    }
    assert_eq!(house.connection("work")["status"], "active");
}

#[test]
fn a_pager_that_is_not_there_hides_nothing() {
    let house = House::new();
    // More rows than the 40 of the terminal.
    house.github.repositories("ada", 60);
    for (pager, shown) in
        [("no-such-program", true), ("no-such-program --with arguments", true), ("/", true), ("cat >/dev/null", false)]
    {
        for name in ["PAGER", "GITCONN_PAGER"] {
            let run = house.sandbox.gitconn(["repos", "work", "--all", "--no-input"]).env(name, pager);
            let seen = Terminal::start(run).ends().code(0);
            let rows = seen.text().lines().filter(|line| line.contains("ada/repo-0")).count();
            assert_eq!(rows, if shown { 60 } else { 0 }, "{name}={pager}\n{}", seen.text());
        }
    }
}

#[test]
fn an_error_with_json_is_json() {
    let house = House::new();
    house.github.always("*", Answer::html(500, "Whoops"));
    for (arguments, code, kind) in [
        (&["show", "nobody"][..], 3, "not_found"),
        (&["list", "--status", "x"], 2, "usage"),
        (&["repos", "work"], 6, "unavailable"),
        (&["remove", "work"], 2, "usage"),
    ] {
        let error = house.sandbox.gitconn(arguments).arg("--json").run().code(code).error();
        assert_eq!(error["kind"], kind, "{arguments:?}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
        crate::support::house::has_fields(&error, &["kind", "message", "hint", "request_id"]);
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let house = House::new();
    house.github.repositories("ada", 400);
    for arguments in [&["repos", "work", "--all"][..], &["repos", "work", "--all", "--json"], &["list"], &["completions", "bash"]]
    {
        let mut running = house.sandbox.gitconn(arguments).start();
        running.close_stdout();
        let ran = running.wait().ok();
        assert_eq!(ran.stderr, "", "{ran}");
    }
}

#[test]
fn help_is_the_same_wherever_it_is_asked_for() {
    let sandbox = Sandbox::bare();
    let long = sandbox.gitconn(["list", "--help"]).run().ok();
    assert_eq!(long.stderr, "");
    let none = sandbox.gitconn([""; 0]).run().code(2);
    assert!(none.stderr.contains("Usage"), "{none}");
}
