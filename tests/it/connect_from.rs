//! `connect --from`: a list of connections is looked at as a whole, asked about side by side, and stored without twins.

use serde_json::json;

use crate::support::fake::{Answer, GitHub, GitLab};
use crate::support::house::texts;
use crate::support::{Ran, Sandbox, tokens};

struct Team {
    sandbox: Sandbox,
    github: GitHub,
    gitlab: GitLab,
    ci: String,
    ops: String,
}

impl Team {
    fn new() -> Self {
        let (sandbox, github, gitlab) = (Sandbox::with_key(), GitHub::start(), GitLab::start());
        let (ci, ops) = (github.classic(&sandbox, "ci"), gitlab.personal(&sandbox, "ops"));
        let file = sandbox.write("lists/ops.token", &format!("{ops}\n"));
        sandbox.key_file(&file);
        Self { sandbox, github, gitlab, ci, ops }
    }

    /// Two rows: `ci` by a variable, `ops` by a file that lies beside the list.
    fn toml(&self) -> String {
        format!(
            "[[connection]]\nprovider = \"github\"\nname = \"ci\"\nhost = \"{}\"\ntoken_env = \"CI_TOKEN\"\ntags = [\"team\"]\n\n\
             [[connection]]\nprovider = \"gitlab\"\nname = \"ops\"\nhost = \"{}\"\ntoken_file = \"ops.token\"\nexpires_at = 2030-01-01\n",
            self.github.origin(),
            self.gitlab.host()
        )
    }

    fn connect(&self, content: &str, more: &[&str]) -> Ran {
        let file = self.sandbox.write("lists/team", content);
        self.sandbox.key_file(&file);
        self.sandbox.gitconn(["connect", "--from"]).arg(file).args(more).env("CI_TOKEN", &self.ci).run()
    }

    fn names(&self) -> Vec<String> {
        texts(&self.sandbox.gitconn(["list", "--all", "--json"]).run().ok().json()["connections"], "name")
    }
}

#[test]
fn a_list_is_connected_and_a_second_run_makes_no_twins() {
    let team = Team::new();
    let ran = team.connect(&team.toml(), &["--json"]).ok();
    let results = &ran.json()["results"];
    assert_eq!(
        (texts(results, "result"), texts(results, "name")),
        (vec!["connected".into(); 2], vec!["ci".into(), "ops".to_owned()])
    );
    assert_eq!(results[1]["username"], "ops", "{ran}");
    for (name, token) in [("ci", &team.ci), ("ops", &team.ops)] {
        assert_eq!(team.sandbox.gitconn(["token", name]).may_show(token).run().ok().stdout.trim_end(), token.as_str());
    }
    let shown = team.sandbox.gitconn(["show", "ci", "--json"]).run().ok().json();
    assert_eq!((&shown["status"], &shown["tags"]), (&json!("active"), &json!(["team"])));
    team.github.forget();
    let again = team.connect(&team.toml(), &["--json"]).ok();
    assert_eq!(texts(&again.json()["results"], "result"), ["stored", "stored"]);
    assert!(team.github.seen().is_empty(), "what is stored is not asked about again");
    // The same rows, one object a line, from stdin.
    let lines = format!(
        "{}\n\n{}\n",
        json!({ "provider": "github", "host": team.github.origin(), "token_env": "CI_TOKEN", "name": "other" }),
        json!({ "provider": "gitlab", "host": team.gitlab.host(), "token_file": "lists/ops.token" })
    );
    let run = team.sandbox.gitconn(["connect", "--from", "-", "--json"]).env("CI_TOKEN", &team.ci).stdin(lines).run().ok();
    let results = &run.json()["results"];
    assert_eq!(
        (texts(results, "result"), texts(results, "name")),
        (vec!["stored".into(); 2], vec!["ci".into(), "ops".to_owned()])
    );
    assert_eq!(team.names(), ["ci", "ops"]);
}

#[test]
fn all_rows_are_looked_at_before_anybody_is_asked() {
    let team = Team::new();
    let token = team.sandbox.secret(&tokens::classic("inline"));
    let rest = team.toml();
    for (row, words) in [
        (format!("[[connection]]\nprovider = \"github\"\ntoken = \"{token}\"\n"), "row 3: `token` would hold the token itself"),
        (format!("[[connection]]\nprovider = \"github\"\ntoken_env = \"{token}\"\n"), "row 3: `token_env` holds a GitHub token"),
        (format!("[[connection]]\nprovider = \"github\"\ntoken_file = {token}\n"), "line 16: it is neither TOML"),
        (
            "[[connection]]\nprovider = \"github\"\ntoken_env = \"UNSET\"\n".into(),
            "row 3: the environment variable `UNSET` is not set",
        ),
        ("[[connection]]\nprovider = \"github\"\ntoken_file = \"none\"\n".into(), "lists/none` cannot be read"),
        ("[[connection]]\nprovider = \"github\"\n".into(), "row 3: no token is named"),
        (
            "[[connection]]\nprovider = \"github\"\nname = \"CI\"\ntoken_file = \"ops.token\"\n".into(),
            "row 3 (`CI`): this is not a usable token: this is a GitLab token",
        ),
        (
            format!(
                "[[connection]]\nprovider = \"gitlab\"\nname = \"Ops\"\nhost = \"{}\"\ntoken_file = \"ops.token\"\n",
                team.gitlab.host()
            ),
            "row 3 (`Ops`): row 2 (`ops`) has the same token",
        ),
    ] {
        // A token that cannot be one is refused, in a list as by itself.
        let code = if words.contains("not a usable token") { 4 } else { 2 };
        let ran = team.connect(&format!("{rest}{row}"), &[]).code(code);
        assert!(ran.stderr.contains(words), "{words:?}\n{ran}");
        assert!(team.github.seen().is_empty() && team.gitlab.seen().is_empty(), "somebody was asked: {ran}");
        assert!(!team.sandbox.store().exists(), "a store was made: {ran}");
    }
    // Every fault is named at once, as JSON too.
    let ran = team.connect(&rest.replace("CI_TOKEN", "A").replace("expires_at", "expires"), &["--json"]).code(2);
    // With one fault of the other kind it is the list that is wrong.
    let odd = "[[connection]]\nprovider = \"github\"\ntoken_file = \"ops.token\"\nzzz = 1\n[[connection]]\nprovider = \"github\"\ntoken_file = \"ops.token\"\n";
    team.connect(odd, &[]).code(2);
    let message = ran.error()["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with("2 faults in ") && message.contains("`A`") && message.contains("did you mean `expires_at`?"),
        "{message}"
    );
    team.connect("", &[]).code(2).says("names no connection");
    team.sandbox.gitconn(["connect", "--from", "/nonexistent"]).run().code(1);
}

#[test]
fn a_row_that_fails_leaves_the_others_be() {
    let team = Team::new();
    team.github.refuse(&team.ci);
    let ran = team.connect(&team.toml(), &["--json"]).code(8);
    let results = ran.json();
    assert_eq!(texts(&results["results"], "result"), ["failed", "connected"], "{ran}");
    assert!(results["results"][0]["error"].as_str().unwrap().contains("not stored"), "{ran}");
    assert_eq!(team.names(), ["ops"]);
    // Alone it has its own exit code.
    let only = team.toml().split("\n\n").next().unwrap().to_owned();
    team.connect(&only, &[]).code(4);
    team.github.always("*", Answer::html(503, "busy"));
    team.connect(&only, &[]).code(6);
    team.connect(&only, &["--offline"]).ok().prints("connected");
    assert_eq!(team.names(), ["ci", "ops"]);
}

#[test]
fn a_name_that_another_token_has_is_a_fault_and_one_that_was_rotated_is_not() {
    let team = Team::new();
    team.connect(&team.toml(), &[]).ok();
    let newer = team.github.classic(&team.sandbox, "newer");
    team.github.forget();
    let file = team.sandbox.write("lists/team", &team.toml());
    let run = team.sandbox.gitconn(["connect", "--from"]).arg(&file).env("CI_TOKEN", &newer).run().code(2);
    assert!(run.stderr.contains("`ci`"), "{run}");
    assert!(team.github.seen().is_empty());
    // The store has a newer token in place of the one that the list still names.
    let swap = team.sandbox.gitconn(["edit", "ci", "--token-stdin", "--allow-account-change"]).stdin(&newer).run();
    assert_eq!(swap.code, 0, "{swap}");
    let ran = team.connect(&team.toml(), &["--json"]).ok();
    assert_eq!(texts(&ran.json()["results"], "result"), ["stored", "stored"], "{ran}");
}

#[test]
fn what_a_row_says_otherwise_of_a_known_token_is_said() {
    let team = Team::new();
    team.connect(&team.toml(), &[]).ok();
    let ids = texts(&team.sandbox.gitconn(["list", "--json"]).run().ok().json()["connections"], "id");
    let quiet = team.connect(&team.toml(), &["--json"]).ok().json();
    assert_eq!(quiet["results"][0]["warnings"], json!([]), "{quiet}");
    assert!(ids.contains(&quiet["results"][0]["id"].as_str().unwrap().to_owned()), "{quiet}");
    let other = team.toml().replace("\"ci\"", "\"other\"").replace("\"team\"", "\"new\"").replace("2030-01-01", "2031-01-01");
    let ran = team.connect(&other, &[]).ok().says("row 1 (`other`): `ci` has the token already").says("in `name`, `tags`");
    assert!(ran.stderr.contains("row 2 (`ops`): `ops` has the token already"), "{ran}");
    assert!(ran.stdout.starts_with("1\tci\t"), "{ran}");
    assert_eq!(team.names(), ["ci", "ops"]);
}
