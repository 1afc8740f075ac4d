//! Peer: GitHub's recorded answers (npm `@octokit/fixtures`: `cd tests/peers && npm ci`). A renamed repository, a paged list whose links go
//! to `/repositories/ID`, and errors, as GitHub really sent them; only the origin is replaced by ours.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::{Sandbox, github_token};
use crate::suite;

/// One recorded exchange.
#[derive(Clone)]
struct Recorded {
    method: String,
    path: String,
    answer: Answer,
}

fn scenario(name: &str) -> Vec<Recorded> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers/node_modules/@octokit/fixtures/scenarios/api.github.com")
        .join(name)
        .join("normalized-fixture.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error} (npm ci)", file.display()));
    let recorded: Vec<Value> = serde_json::from_str(&text).unwrap();
    let one = |exchange: &Value| Recorded {
        method: exchange["method"].as_str().unwrap().to_ascii_uppercase(),
        path: exchange["path"].as_str().unwrap().to_owned(),
        answer: Answer {
            status: exchange["status"].as_u64().unwrap().try_into().unwrap(),
            headers: exchange["headers"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)))
                .collect(),
            body: exchange["response"].to_string().into_bytes(),
        },
    };
    recorded.iter().map(one).collect()
}

/// The recorded answer to a GET.
fn answer_to(recorded: &[Recorded], path: &str) -> Option<Answer> {
    recorded.iter().find(|exchange| exchange.method == "GET" && exchange.path == path).map(|exchange| exchange.answer.clone())
}

/// The answer with GitHub's origin replaced by ours.
fn here(mut answer: Answer, base: &str) -> Answer {
    for (_, value) in &mut answer.headers {
        *value = value.replace("https://api.github.com", base);
    }
    answer.body = String::from_utf8(answer.body).unwrap().replace("https://api.github.com", base).into_bytes();
    answer
}

/// A server that knows who we are and answers the rest from a function.
fn github(rest: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> (Relay, Sandbox) {
    let relay = Relay::serve(move |base, asked| {
        let answer = match asked.path.as_str() {
            // Not among the recordings: written by hand after the API's documentation.
            "/user" => {
                let mut answer = Answer::json(200, &json!({"login": "octokit-fixture-user", "id": 1, "type": "User"}));
                answer.headers.push(("x-oauth-scopes".to_owned(), "repo, read:org".to_owned()));
                Some(answer)
            }
            _ => rest(asked),
        };
        here(answer.unwrap_or_else(|| Answer::json(404, &json!({"message": "Not Found", "status": "404"}))), base)
    });
    let sandbox = Sandbox::with_store();
    let base = relay.base();
    sandbox
        .feed(["connect", "github", "a", "--token-stdin", "--host", "github.com", "--api-url", &base], &github_token())
        .exits(0);
    (relay, sandbox)
}

/// Branch rows, as many as a recorded page has issues: written by hand after the API's documentation, no list of branches was recorded.
fn branch_rows(page: usize, rows: usize) -> Value {
    let row = |number: usize| {
        let sha = format!("{page:08}{number:032}");
        json!({"name": format!("branch-{page}-{number}"), "protected": false,
               "commit": {"sha": sha, "url": format!("https://api.github.com/repositories/1000/commits/{sha}")}})
    };
    (0..rows).map(row).collect()
}

#[test]
fn a_renamed_repository_is_followed_on_our_own_origin() {
    if !suite::runs("recorded") {
        return;
    }
    let recorded = scenario("rename-repository");
    let (relay, sandbox) = github(move |asked| {
        if let Some(rest) = asked.path.strip_suffix("/branches") {
            // GitHub answers below a renamed repository with the same 301, the rest of the path kept.
            if rest == "/repositories/1000" {
                return Some(Answer::json(200, &branch_rows(1, 2)));
            }
            let mut moved = answer_to(&recorded, rest)?;
            for (name, value) in &mut moved.headers {
                if name == "location" {
                    value.push_str("/branches");
                }
            }
            return Some(moved);
        }
        answer_to(&recorded, &asked.path)
    });
    let run = sandbox.run(["branches", "octokit-fixture-org/rename-repository", "-c", "a", "--json"]).exits(0);
    assert_eq!(run.json()["branches"].as_array().unwrap().len(), 2);
    let exchanges = relay.exchanges();
    assert!(exchanges.iter().any(|(_, answer)| answer.status == 301), "nothing was moved");
    assert!(exchanges.iter().any(|(asked, _)| asked.path.starts_with("/repositories/1000")), "the 301 was not followed");
}

#[test]
fn a_301_to_another_origin_is_not_followed() {
    if !suite::runs("recorded") {
        return;
    }
    let recorded = scenario("rename-repository");
    let stranger = Relay::serve(|_, _| Answer::json(200, &json!({"default_branch": "main", "full_name": "x/y", "id": 1})));
    let there = stranger.base();
    let (_relay, sandbox) = github(move |asked| {
        let path = asked.path.strip_suffix("/branches").unwrap_or(&asked.path);
        let mut moved = answer_to(&recorded, path)?;
        for (name, value) in &mut moved.headers {
            if name == "location" {
                *value = value.replace("https://api.github.com", &there);
            }
        }
        Some(moved)
    });
    let run = sandbox.run(["branches", "octokit-fixture-org/rename-repository", "-c", "a"]);
    assert!(matches!(run.code, Some(1 | 3 | 6)), "{run:?}");
    assert!(stranger.exchanges().is_empty(), "another origin was asked, with our token perhaps");
}

#[test]
fn recorded_links_to_repository_ids_are_walked() {
    if !suite::runs("recorded") {
        return;
    }
    // `paginate-issues` is five pages of 3, 3, 3, 3 and 1. Branches page the same way; the links are the recorded ones with the last
    // word of the path replaced. The program asks for a hundred a page and gets three: the first page is the measure.
    let pages = scenario("paginate-issues");
    let repository = answer_to(&scenario("get-repository"), "/repos/octokit-fixture-org/hello-world").unwrap();
    let (relay, sandbox) = github(move |asked| {
        if asked.path == "/repos/octokit-fixture-org/paginate-issues" {
            return Some(repository.clone());
        }
        let path = asked.path.strip_suffix("/branches")?;
        let page: usize =
            asked.query.split('&').find_map(|pair| pair.strip_prefix("page=")).map_or(Some(1), |page| page.parse().ok())?;
        // GitHub takes `/repos/OWNER/NAME` and `/repositories/ID` alike.
        assert!(path == "/repos/octokit-fixture-org/paginate-issues" || path == "/repositories/1000", "{path}");
        let Some(recorded) = pages.get(page - 1) else { return Some(Answer::json(200, &json!([]))) };
        let mut answer = recorded.answer.clone();
        for (name, value) in &mut answer.headers {
            if name == "link" {
                *value = value.replace("/issues?", "/branches?");
            }
        }
        let rows = serde_json::from_slice::<Vec<Value>>(&answer.body).unwrap().len();
        answer.body = branch_rows(page, rows).to_string().into_bytes();
        Some(answer)
    });
    let arguments = ["branches", "octokit-fixture-org/paginate-issues", "-c", "a", "--all", "--json"];
    let listed = sandbox.run(arguments).exits(0).json();
    let names: Vec<_> = listed["branches"].as_array().unwrap().iter().map(|branch| branch["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 13, "{names:?}");
    assert_eq!((names[0], names[12]), ("branch-1-0", "branch-5-0"), "the pages are out of order: {names:?}");
    let asked = relay.exchanges().iter().filter(|(asked, _)| asked.path.ends_with("/branches")).count();
    assert!((5..=6).contains(&asked), "{asked} requests for five pages");
}

#[test]
fn recorded_errors_are_told_and_not_repeated() {
    if !suite::runs("recorded") {
        return;
    }
    let unprocessable = scenario("errors").remove(0).answer;
    assert_eq!(unprocessable.status, 422);
    let missing = scenario("branch-protection").remove(0).answer;
    assert_eq!(missing.status, 404);
    let (relay, sandbox) = github(move |asked| match asked.path.as_str() {
        "/user/repos" => Some(unprocessable.clone()),
        path if path.starts_with("/repos/") => Some(missing.clone()),
        _ => None,
    });
    let run = sandbox.run(["repos", "a"]).exits(1);
    assert!(!run.err.contains('{'), "a body is in the message: {}", run.err);
    assert_eq!(relay.exchanges().iter().filter(|(asked, _)| asked.path == "/user/repos").count(), 1, "a 422 was repeated");
    sandbox.run(["branches", "octokit-fixture-org/branch-protection", "-c", "a"]).exits(3);
}
