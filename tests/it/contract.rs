//! What every provider must make of good and bad answers: one suite for all of them.

use serde_json::Value;

use crate::support::fake::{Answer, Case, Fake, Server, each_case, each_provider, hostile, ids, nobody, unwell};
use crate::support::{Ran, Sandbox};

/// `connect` for a fake, with a token on stdin.
fn connect(sandbox: &Sandbox, fake: &dyn Fake, name: &str, token: &str) -> Ran {
    sandbox
        .gitconn(["connect", fake.id(), name, "--token-stdin", "--json", "--max-wait", "0s"])
        .args(fake.arguments())
        .stdin(token)
        .run()
}

/// A sandbox with one good connection `work` of account `ada`.
fn connected(fake: &dyn Fake) -> Sandbox {
    let sandbox = Sandbox::new();
    let token = fake.token(&sandbox, "ada");
    connect(&sandbox, fake, "work", &token).ok();
    sandbox
}

fn validate(sandbox: &Sandbox) -> Ran {
    sandbox.gitconn(["validate", "work", "--json", "--max-wait", "0s"]).run()
}

/// The connection `work` as it is stored.
fn stored(sandbox: &Sandbox) -> Value {
    let list = sandbox.gitconn(["list", "--all", "--json"]).run().ok().json();
    list["connections"].as_array().unwrap().iter().find(|connection| connection["name"] == "work").unwrap().clone()
}

fn exit_code(verdict: &str) -> i32 {
    match verdict {
        "valid" => 0,
        "rate_limited" | "unreachable" => 6,
        _ => 4,
    }
}

/// What a check finds, what it leaves behind, and that all is well again afterwards.
fn check(fake: &dyn Fake, sandbox: &Sandbox, case: &Case) {
    let about = format!("{}: {}", fake.id(), case.what);
    fake.server().always("*", case.answer.clone());
    let ran = validate(sandbox);
    let found = ran.json();
    assert_eq!(found["verdict"], case.verdict, "{about}\n{ran}");
    assert_eq!(ran.code, exit_code(case.verdict), "{about}\n{ran}");
    assert_eq!(found["valid"], false, "{about}\n{ran}");
    assert!(found["error"].as_str().is_some_and(|error| !error.is_empty()), "{about}\n{ran}");
    let after = stored(sandbox);
    let status = match case.verdict {
        dead @ ("expired" | "revoked" | "invalid") => dead,
        _ => "active",
    };
    assert_eq!(after["status"], status, "{about}\n{after}");
    assert!(after["validation_error"].is_string(), "{about}\n{after}");
    fake.server().recover();
    let ran = validate(sandbox).ok();
    assert_eq!(ran.json()["verdict"], "valid", "{about}, afterwards\n{ran}");
    let after = stored(sandbox);
    assert_eq!((&after["status"], &after["validation_error"]), (&Value::from("active"), &Value::Null), "{about}, afterwards");
}

#[test]
fn every_provider_is_here() {
    // The grammar knows them all: a provider without a fake fails here.
    let ran = Sandbox::bare().gitconn(["connect", "nobody"]).run().code(2);
    let known = ran.stderr.split("possible values: ").nth(1).and_then(|rest| rest.split(']').next()).unwrap().to_owned();
    assert_eq!(known, format!("{}, \"an address\"", ids().join(", ")));
}

#[test]
fn a_good_token_is_valid_and_says_who_it_is() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        let ran = validate(&sandbox).ok();
        let found = ran.json();
        assert_eq!((&found["valid"], &found["verdict"]), (&Value::from(true), &Value::from("valid")), "{ran}");
        assert_eq!(found["username"], "ada", "{ran}");
        assert_eq!(found["error"], Value::Null, "{ran}");
        let tells = fake.tells();
        assert_eq!(found["scopes"].as_array().map(Vec::len), tells.scopes, "{ran}");
        let end = found["expires_at"].as_str();
        assert_eq!(end.map(|end| end.starts_with("2099-02-1")), tells.expires.then_some(true), "{ran}");
        if tells.rate_limit {
            assert_eq!(found["rate_limit_reset"], "2100-01-01T00:00:00Z", "{ran}");
            assert!(found["rate_limit_limit"].as_u64() >= found["rate_limit_remaining"].as_u64(), "{ran}");
        } else {
            // What nobody says is not made up.
            assert_eq!((&found["rate_limit_remaining"], &found["rate_limit_reset"]), (&Value::Null, &Value::Null), "{ran}");
        }
    });
}

#[test]
fn every_request_says_who_asks_and_carries_the_token_where_it_belongs() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.repositories("ada", 3);
        sandbox.gitconn(["repos", "work", "--json"]).run().ok();
        sandbox.gitconn(["branches", "ada/repo-001", "-c", "work", "--json"]).run().ok();
        for request in fake.server().seen() {
            assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("gitconn/")), "{request:?}");
            let token = request.token().unwrap_or_else(|| panic!("no token: {request:?}"));
            assert!(!request.query.iter().any(|(_, value)| value.contains(&token)), "{request:?}");
            assert_eq!(request.method, "GET", "{request:?}");
        }
    });
}

fn check_all(fake: &dyn Fake, cases: &[Case]) {
    let sandbox = connected(fake);
    for case in cases {
        check(fake, &sandbox, case);
    }
}

#[test]
fn every_refusal_is_told_apart() {
    each_case(|fake, _| fake.refusals(), check_all);
}

#[test]
fn every_limit_is_a_limit_and_proves_nothing() {
    each_case(|fake, _| fake.limits(), check_all);
}

#[test]
fn an_ailing_server_proves_nothing_and_no_token_goes_elsewhere() {
    each_case(|_, elsewhere| unwell(elsewhere), check_all);
}

/// Every case there is.
fn everything(fake: &dyn Fake, elsewhere: &Server) -> Vec<Case> {
    unwell(elsewhere).into_iter().chain(fake.limits()).chain(fake.refusals()).collect()
}

#[test]
fn a_token_that_never_worked_is_invalid_and_is_not_stored() {
    each_provider(|fake| {
        let sandbox = Sandbox::new();
        let token = sandbox.secret(&fake.stranger());
        let ran = connect(&sandbox, fake, "work", &token).code(4);
        assert_eq!(ran.error()["kind"], "refused", "{ran}");
        assert_eq!(sandbox.gitconn(["list", "--all", "--json"]).run().ok().json()["connections"], Value::Array(vec![]));
    });
}

#[test]
fn what_could_not_be_checked_is_not_stored() {
    each_case(everything, |fake, cases| {
        let sandbox = Sandbox::new();
        let token = fake.token(&sandbox, "ada");
        for case in cases {
            fake.server().always("*", case.answer.clone());
            let ran = connect(&sandbox, fake, "work", &token);
            // A token that was never seen to work is not revoked but invalid: both are 4.
            assert_eq!(ran.code, exit_code(case.verdict), "{}: {}\n{ran}", fake.id(), case.what);
            assert_eq!(ran.error()["kind"], if ran.code == 4 { "refused" } else { "unavailable" }, "{ran}");
            fake.server().recover();
        }
        let list = sandbox.gitconn(["list", "--all", "--json"]).run().ok().json();
        assert_eq!(list["connections"], Value::Array(vec![]), "{}", fake.id());
    });
}

#[test]
fn a_listing_that_fails_fails_whole() {
    each_case(everything, |fake, cases| {
        let sandbox = connected(fake);
        fake.repositories("ada", 3);
        for case in cases {
            fake.server().always("*", case.answer.clone());
            for arguments in [&["repos", "work"][..], &["branches", "ada/repo-001", "-c", "work"]] {
                let ran = sandbox.gitconn(arguments).args(["--json", "--max-wait", "0s"]).run();
                let about = format!("{}: {}\n{ran}", fake.id(), case.what);
                // For a repository's own path 404 means that it is not there; a page that says so is no API's word.
                assert_eq!(ran.code, exit_code(case.verdict), "{about}");
                assert!(!ran.stdout.contains("repo-001"), "{about}");
            }
            fake.server().recover();
        }
    });
}

#[test]
fn a_server_that_is_not_there_proves_nothing() {
    let nobody = nobody();
    each_provider(|fake| {
        let sandbox = Sandbox::new();
        let token = sandbox.secret(&fake.stranger());
        let leads = |argument: String| argument.replace(&fake.server().origin(), &nobody);
        let run =
            sandbox.gitconn(["connect", fake.id(), "--token-stdin", "--json"]).args(fake.arguments().into_iter().map(leads));
        assert_eq!(run.stdin(&token).run().code(6).error()["kind"], "unavailable");
        assert!(fake.server().seen().is_empty());
    });
}

#[test]
fn a_hiccup_is_got_over() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        // Written by hand after GitHub §0.2 (503 as a page was recorded, its text is not known) and §10.
        for answer in [Answer::html(503, "Unicorn!"), Answer::empty(502), Answer::broken()] {
            fake.server().forget();
            fake.server().script(fake.check(), [answer]);
            validate(&sandbox).ok();
            assert!(fake.server().seen_at(fake.check()).len() >= 2);
        }
    });
}

#[test]
fn a_refusal_is_never_asked_for_twice() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.server().forget();
        fake.server().always("*", fake.refusals().remove(0).answer);
        validate(&sandbox).code(4);
        // GitLab before 15.5 says 401 of `self` although the token is fine: a second path may be asked, no path twice.
        let mut paths: Vec<String> = fake.server().seen().into_iter().map(|request| request.path).collect();
        let all = paths.len();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), all, "{paths:?}");
    });
}

#[test]
fn a_short_limit_is_waited_for() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        // Quoted: GitLab §8, for GitHub too: what a proxy says. The second is ours.
        let answer = Answer::text(429, "Retry later\n").header("retry-after", "1");
        fake.server().script(fake.check(), [answer]);
        sandbox.gitconn(["validate", "work", "--json"]).run().ok();
    });
}

#[test]
fn a_missing_repository_is_not_found() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        let ran = sandbox.gitconn(["branches", "ada/nothing", "-c", "work", "--json"]).run().code(3);
        assert_eq!(ran.error()["kind"], "not_found", "{ran}");
        assert_eq!(ran.error()["request_id"].is_string(), fake.tells().request_id, "{ran}");
    });
}

#[test]
fn a_moved_repository_is_found_on_its_own_host() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.move_repository("ada", "ada/old", "ada/new", &["main"]);
        let ran = sandbox.gitconn(["branches", "ada/old", "-c", "work", "--json"]).run().ok();
        assert_eq!(ran.json()["branches"][0]["name"], "main", "{ran}");
    });
}

fn names(list: &Value, of: &str, field: &str) -> Vec<String> {
    list[of].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn all_pages_are_read_with_and_without_totals() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.repositories("ada", 230);
        let wanted: Vec<String> = (1..=230).map(|number| format!("ada/repo-{number:03}")).collect();
        for totals in [true, false] {
            if !totals {
                fake.without_totals();
            }
            let list = sandbox.gitconn(["repos", "work", "--all", "--json"]).run().ok().json();
            assert_eq!(names(&list, "repositories", "full_name"), wanted, "{}", fake.id());
            assert_eq!(list["incomplete"], Value::Array(vec![]));
        }
        let page = sandbox.gitconn(["repos", "work", "--page", "3", "--per-page", "50", "--json"]).run().ok().json();
        assert_eq!(names(&page, "repositories", "full_name"), wanted[100..150]);
        assert_eq!((&page["page"], &page["per_page"]), (&Value::from(3), &Value::from(50)));
    });
}

#[test]
fn a_link_to_another_host_is_not_followed_there() {
    each_provider(|fake| {
        let (sandbox, elsewhere) = (connected(fake), hostile());
        fake.repositories("ada", 230);
        fake.link_to(&elsewhere.origin());
        for totals in [true, false] {
            if !totals {
                fake.without_totals();
            }
            let ran = sandbox.gitconn(["repos", "work", "--all", "--json"]).run();
            assert!(elsewhere.seen().is_empty(), "{}: {:?}", fake.id(), elsewhere.seen());
            // It is read to its end by page numbers, or said to be a part.
            if ran.code == 0 && ran.json()["repositories"].as_array().unwrap().len() != 230 {
                assert_ne!(ran.json()["incomplete"], Value::Array(vec![]), "{}: a part looks like the whole\n{ran}", fake.id());
            }
        }
    });
}

#[test]
fn rows_that_move_while_one_reads_are_shown_once() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.repositories("ada", 230);
        let branches: Vec<String> = (0..250).map(|number| format!("b{number:03}")).collect();
        fake.repository("ada", "ada/site", &branches.iter().map(String::as_str).collect::<Vec<_>>());
        fake.moving();
        for totals in [true, false] {
            if !totals {
                fake.without_totals();
            }
            let list = sandbox.gitconn(["repos", "work", "--all", "--json"]).run().ok().json();
            let mut found = names(&list, "repositories", "full_name");
            let all = found.len();
            found.sort();
            found.dedup();
            assert_eq!((found.len(), all), (231, 231), "{}", fake.id());
            let list = sandbox.gitconn(["branches", "ada/site", "-c", "work", "--all", "--json"]).run().ok().json();
            let mut found = names(&list, "branches", "name");
            let all = found.len();
            found.sort();
            found.dedup();
            assert_eq!((found.len(), all), (250, 250), "{}", fake.id());
        }
    });
}

#[test]
fn all_branches_are_read_and_searched_by_what_they_contain() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        let many: Vec<String> = (0..250).map(|number| format!("feature/Item-{number:03}")).collect();
        let mut branches: Vec<&str> = vec!["main", "price/in$net"];
        branches.extend(many.iter().map(String::as_str));
        fake.repository("ada", "ada/site", &branches);
        let run = |arguments: &[&str]| {
            sandbox.gitconn(["branches", "ada/site", "-c", "work", "--json"]).args(arguments).run().ok().json()
        };
        for totals in [true, false] {
            if !totals {
                fake.without_totals();
            }
            let all = run(&["--all"]);
            assert_eq!(all["branches"].as_array().unwrap().len(), 252, "{}", fake.id());
            let default: Vec<&Value> =
                all["branches"].as_array().unwrap().iter().filter(|branch| branch["is_default"] == true).collect();
            assert_eq!(default.len(), 1);
            assert_eq!(default[0]["name"], "main");
            let protected = if fake.tells().protected { Value::from(true) } else { Value::Null };
            assert_eq!(default[0]["is_protected"], protected, "{}", fake.id());
            assert_eq!(default[0]["sha"].as_str().unwrap().len(), 40);
        }
        let found = run(&["--search", "iTEM-24", "--all"]);
        assert_eq!(names(&found, "branches", "name"), many[240..250], "{}", fake.id());
        assert_eq!(names(&run(&["--search", "IN$", "--all"]), "branches", "name"), ["price/in$net"], "{}", fake.id());
        // A search is for what is contained: signs that a provider gives a meaning of its own have none.
        for search in ["^feature", "049$", ".*", "ma%n"] {
            assert_eq!(run(&["--search", search, "--all"])["branches"], Value::Array(vec![]), "{}: {search}", fake.id());
        }
    });
}

#[test]
fn pages_are_read_side_by_side_where_their_number_is_known() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.repositories("ada", 950);
        fake.server().latency(std::time::Duration::from_millis(50));
        let list = sandbox.gitconn(["repos", "work", "--all", "--json"]).run().ok().json();
        assert_eq!(list["repositories"].as_array().unwrap().len(), 950);
        assert!((2..=16).contains(&fake.server().most_in_flight()), "{}", fake.server().most_in_flight());
    });
}

#[test]
fn a_page_that_fails_in_the_middle_is_not_hidden() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.repositories("ada", 250);
        // The first page comes, then the server falls ill.
        fake.without_totals();
        let first = {
            let list = sandbox.gitconn(["repos", "work", "--page", "1", "--per-page", "100", "--json"]).run().ok().json();
            assert_eq!(list["repositories"].as_array().unwrap().len(), 100);
            fake.server().seen_at(fake.listing()).len()
        };
        assert!(first >= 1);
        // Written by hand: any server's.
        fake.server().fail_after(fake.listing(), 1, Answer::html(500, "Whoops"));
        let ran = sandbox.gitconn(["repos", "work", "--all", "--json"]).run();
        assert_ne!(ran.code, 0, "{}\n{ran}", fake.id());
        if !ran.stdout.is_empty() {
            assert_ne!(ran.json()["incomplete"], Value::Array(vec![]), "a part must not look like the whole\n{ran}");
        }
    });
}

#[test]
fn names_from_a_server_cannot_move_the_cursor() {
    each_provider(|fake| {
        let sandbox = connected(fake);
        fake.repository("ada", "ada/evil\u{1b}]0;pwned\u{7}\u{202e}name", &["main\u{1b}[2J"]);
        for output in ["table", "tsv", "json", "ndjson"] {
            let ran = sandbox.gitconn(["repos", "work", "-o", output]).run().ok();
            assert!(!ran.stdout.contains('\u{1b}'), "{output}: {ran}");
            // JSON keeps the name as it is, for programs; its escapes are harmless.
            assert!(output.ends_with("json") || !ran.stdout.contains('\u{202e}'), "{output}: {ran}");
            assert!(ran.stdout.contains("pwned"), "{output}: {ran}");
        }
    });
}
