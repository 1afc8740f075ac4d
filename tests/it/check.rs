//! `check`: each step, what stands in its way, and the exit code. Whether a push is let in is in `check_push.rs`.

use serde_json::{Value, json};

use crate::support::fake::{Answer, BitbucketToken, GitHubGrant, Gitea, each_provider, permissions};
use crate::support::house::{connect, has_fields, texts};
use crate::support::{Foundry, Hall, House, Ran, Sandbox, tokens};

/// The error that is told on stderr beside the report.
#[track_caller]
fn error(ran: &Ran) -> Value {
    let whole: Value =
        serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("stderr is not one JSON error: {error}: {ran}"));
    whole["error"].clone()
}

/// The result of each step.
#[track_caller]
fn steps(report: &Value) -> Vec<String> {
    let rows = report["steps"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {}", row["step"].as_str().unwrap(), row["result"].as_str().unwrap())).collect()
}

/// What the step says that failed; everything behind it was not asked.
#[track_caller]
fn failed(ran: &Ran, step: &str) -> String {
    let report = ran.json();
    assert_eq!(report["ok"], false, "{ran}");
    let rows = report["steps"].as_array().unwrap();
    let at = rows.iter().position(|row| row["result"] == "failed").unwrap_or_else(|| panic!("nothing failed: {ran}"));
    assert_eq!(rows[at]["step"], step, "{ran}");
    assert!(rows[..at].iter().all(|row| row["result"] == "ok"), "{ran}");
    assert!(rows[at + 1..].iter().all(|row| row["result"] == "skipped" && row["detail"] == Value::Null), "{ran}");
    // The error is told as everywhere.
    assert_eq!(error(ran)["kind"], rows[at]["kind"], "{ran}");
    rows[at]["detail"].as_str().unwrap().to_owned()
}

#[test]
fn every_provider_goes_through_every_step() {
    each_provider(|fake| {
        let sandbox = Sandbox::new();
        let token = fake.token(&sandbox, "ada");
        fake.repository("ada", "ada/site", &["main", "release/18"]);
        sandbox.gitconn(["connect", fake.id(), "own", "--token-stdin"]).args(fake.arguments()).stdin(&token).run().ok();
        let json = |options: &[&str]| sandbox.gitconn(["check", "ada/site", "--json"]).args(options).run().ok().json();
        let report = json(&["--branch", "release/18"]);
        assert_eq!(
            steps(&report),
            ["connection ok", "token ok", "repository ok", "default_branch ok", "branch ok"],
            "{}: {report}",
            fake.id()
        );
        assert_eq!(
            (&report["ok"], &report["repository"], &report["connection"]),
            (&json!(true), &json!("ada/site"), &json!("own"))
        );
        assert_eq!((&report["private"], &report["may_push"]), (&json!(true), &Value::Null), "{report}");
        let protected = |is_it: bool| if fake.tells().protected { json!(is_it) } else { Value::Null };
        let (default, branch) = (&report["default_branch"], &report["branch"]);
        assert_eq!((&default["name"], &default["is_default"]), (&json!("main"), &json!(true)));
        assert_eq!((&branch["name"], &branch["is_default"]), (&json!("release/18"), &json!(false)));
        assert_eq!((&default["is_protected"], &branch["is_protected"]), (&protected(true), &protected(false)), "{}", fake.id());
        assert!(branch["sha"].as_str().is_some_and(|sha| sha.len() == 40), "{report}");
        // The default branch is asked about once.
        assert_eq!(json(&["--branch", "main"])["branch"], report["default_branch"]);
        let missing = sandbox.gitconn(["check", "ada/site", "--branch", "release/19", "--json"]).run().code(3);
        let why = failed(&missing, "branch");
        assert!(why.contains("`release/19` does not exist; nearest: release/18"), "{}: {why}", fake.id());
        let hidden = sandbox.gitconn(["check", "ada/no-such", "--json"]).run().code(3);
        assert!(failed(&hidden, "repository").contains("`ada/no-such` is not there"), "{hidden}");
    });
}

#[test]
fn json_has_the_fields_that_were_promised() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    let report = house.json(&["check", "ada/site", "-c", "work", "--branch", "main", "--write"]);
    has_fields(
        &report,
        &[
            "ok",
            "repository",
            "host",
            "connection",
            "installation_id",
            "installation_account",
            "token_expires_at",
            "private",
            "archived",
            "role",
            "default_branch",
            "branch",
            "may_push",
            "steps",
        ],
    );
    has_fields(&report["steps"][0], &["step", "result", "detail", "kind"]);
    has_fields(&report["branch"], &["name", "is_default", "is_protected", "sha"]);
    assert_eq!((&report["role"], &report["archived"], &report["may_push"]), (&json!("admin"), &json!(false), &json!(true)));
    assert_eq!(report["token_expires_at"], "2099-02-18T12:34:56Z");
}

#[test]
fn a_person_reads_one_line_a_step() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main", "release/17"]);
    let ran = house.run(&["check", "ada/site", "-c", "work", "--branch", "release/17", "-o", "table"]).ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{ran}");
    for (line, text) in lines.iter().zip([
        "✓ connection      work is active",
        "✓ token           ends in ",
        "✓ repository      ada/site can be read (private, role admin)",
        "✓ default branch  main is there, protected",
        "✓ branch          release/17 is there, not protected",
    ]) {
        assert!(line.starts_with(text), "{ran}");
    }
    let ran = house.run(&["check", "ada/site", "-c", "work", "--branch", "release/18", "--write", "-o", "table"]).code(3);
    // The list ends where it failed, and what to do is said beside it.
    assert_eq!(ran.stdout.lines().last().unwrap(), "✗ branch          `release/18` does not exist; nearest: release/17", "{ran}");
    assert!(ran.stderr.contains("hint: gitconn check ada/site -c work --write -o table --branch release/17"), "{ran}");
    let ran = house.run(&["check", "ada/site", "-c", "work", "--branch", "release/18", "--write"]).code(3);
    let rows: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[4][..2], ["branch", "failed"], "{ran}");
    assert_eq!(rows[5], ["push", "skipped", ""], "{ran}");
}

#[test]
fn the_connection_has_to_be_enabled_and_alive() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    // Nobody is guessed at.
    house.run(&["check", "ada/site"]).code(2).says("-c lab");
    house.run(&["disable", "work"]).ok();
    let address = format!("{}/ada/site.git", house.github.origin());
    house.github.forget();
    // Named, or the only one for that host.
    for arguments in [&["ada/site", "-c", "work"][..], &[&address]] {
        let ran = house.run(&[&["check", "--json"], arguments].concat()).code(4);
        assert!(failed(&ran, "connection").contains("`work` is disabled"), "{ran}");
        assert!(error(&ran)["hint"].as_str().unwrap().contains("gitconn enable work"), "{ran}");
    }
    assert!(house.github.seen().is_empty());
    house.run(&["enable", "work"]).ok();
    house.github.refuse(&house.work);
    // That it is dead shows at its first use, and is the token's fault, not the repository's.
    let ran = house.run(&["check", "ada/site", "-c", "work", "--json"]).code(4);
    failed(&ran, "token");
    house.run(&["validate", "work"]).code(4);
    house.github.forget();
    let ran = house.run(&["check", &address, "--json"]).code(4);
    assert!(failed(&ran, "connection").contains("its token is revoked"), "{ran}");
    assert!(house.github.seen().is_empty(), "{ran}");
    house.run(&["check", "https://git.nowhere.example/a/b"]).code(3).says("git.nowhere.example");
}

#[test]
fn a_refusal_that_check_meets_says_how_the_token_is_replaced() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    house.github.refuse(&house.work);
    let address = format!("{}/ada/site", house.github.origin());
    let ran = house.run(&["check", &address]).code(4);
    assert!(ran.stdout.contains("token\tfailed"), "{ran}");
    assert!(ran.stderr.contains("hint: gitconn rotate work"), "{ran}");
    assert!(ran.stderr.contains("hint: gitconn edit work --token-stdin"), "{ran}");
    // A token from the environment is not ours to replace.
    let loose = ["check", "ada/site", "--token-env", "MY_TOKEN", "--host", &house.github.origin(), "--provider", "github"];
    let ran = house.sandbox.gitconn(loose).env("MY_TOKEN", &house.work).run().code(4);
    assert!(!ran.stderr.contains("gitconn rotate"), "{ran}");
}

#[test]
fn what_is_no_repository_is_hinted_at_with_the_command_that_was_typed() {
    let house = House::new();
    for (typed, hint) in [
        (&["check", "site"][..], "gitconn check owner/site"),
        (&["check", "", "--branch", "x"], "gitconn check owner/name --branch x"),
        (&["branches", "site", "--all"], "gitconn branches owner/site --all"),
        (&["clone", "site"], "gitconn clone owner/site"),
        // Outside a checkout.
        (&["check"], "gitconn check owner/name"),
        (&["branches"], "gitconn branches owner/name"),
        // What stands before `@` is not said again.
        (&["check", "ftp://ada@host/a"], "gitconn check owner/name"),
    ] {
        let ran = house.run(typed).code(2);
        assert!(ran.stderr.contains(&format!("hint: {hint}\n")), "{hint}: {ran}");
    }
}

#[test]
fn what_a_404_means_depends_on_the_token() {
    let house = House::new();
    let why = |ran: &Ran| failed(ran, "repository");
    let check = |house: &House, name: &str| house.run(&["check", "acme/site", "-c", name, "--json"]).code(3);
    let classic = check(&house, "work");
    assert!(why(&classic).contains("single sign-on"), "{classic}");
    let narrow = house.sandbox.secret(&tokens::classic("narrow"));
    house.github.accept(&narrow, GitHubGrant::classic("ada").scopes("read:org"));
    house.connect_github("narrow", &narrow, &[]).ok();
    assert!(why(&check(&house, "narrow")).contains("lacks scope `repo`"));
    let fine = house.sandbox.secret(&tokens::fine_grained("fine"));
    house.github.accept(&fine, GitHubGrant::fine_grained("ada"));
    house.connect_github("fine", &fine, &[]).ok();
    let ran = check(&house, "fine");
    assert!(why(&ran).contains("fine-grained") && why(&ran).contains("approved"), "{ran}");
    assert!(why(&check(&house, "lab")).contains("no member"));
    // GitHub's word for single sign-on is an address that mends it.
    house.github.always(
        "/repos/acme/site",
        Answer::json(
            403,
            &json!({"message": "Resource protected by organization SAML enforcement. You must grant your Personal \
            Access token access to this organization.", "status": "403"}),
        )
        .header("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=AZSCKL12"),
    );
    let sso = house.run(&["check", "acme/site", "-c", "work", "--json"]).code(4);
    assert!(failed(&sso, "repository").contains("single sign-on"), "{sso}");
    assert!(error(&sso)["hint"].as_str().unwrap().contains("https://github.com/orgs/acme/sso"), "{sso}");
}

#[test]
fn an_app_has_to_be_installed_where_the_repository_is() {
    let foundry = Foundry::connected();
    let report = foundry.json(&["check", "acme-corp/site"]);
    assert_eq!((&report["installation_account"], &report["role"]), (&json!("acme-corp"), &Value::Null), "{report}");
    assert_eq!(report["installation_id"], foundry.corp);
    let detail = |at: usize| report["steps"][at]["detail"].as_str().unwrap().to_owned();
    assert!(detail(1).starts_with("made for installation acme-corp, ends in "), "{report}");
    assert!(detail(2).contains("contents: read"), "{report}");
    // Not among the chosen ones, not installed on the owner, suspended.
    let ran = foundry.run(&["check", "acme-corp/other", "--json"]).code(3);
    assert!(failed(&ran, "repository").contains("acme-corp"), "{ran}");
    let ran = foundry.run(&["check", "somebody/site", "--strict", "--json"]).code(3);
    assert!(failed(&ran, "connection").contains("`prod-app` is not installed on `somebody`"), "{ran}");
    foundry.github.apps.edit_installation(foundry.client, |installation| {
        installation.permissions = permissions(&[("metadata", "read")]);
    });
    let ran = foundry.run(&["check", "acme-client-a/shop", "--json"]).code(4);
    failed(&ran, "default_branch");
    foundry.github.apps.suspend(foundry.corp);
    foundry.github.apps.expire_everything();
    let ran = foundry.run(&["check", "acme-corp/site", "--json"]).code(4);
    assert!(error(&ran)["message"].as_str().unwrap().contains("suspended"), "{ran}");
}

#[test]
fn a_repository_has_to_have_a_default_branch_that_is_there() {
    let house = House::new();
    house.github.repository("ada", "ada/empty", &[]);
    let ran = house.run(&["check", "ada/empty", "-c", "work", "--json"]).code(3);
    assert!(failed(&ran, "default_branch").contains("may be empty"), "{ran}");
    house.gitlab.project("ops", "ops/empty", &[]);
    let ran = house.run(&["check", "ops/empty", "-c", "lab", "--json"]).code(3);
    assert!(failed(&ran, "default_branch").contains("it is empty"), "{ran}");
    // A guest sees the project, and not its code: the default branch is left out (GitLab §5).
    house.gitlab.edit("ops", "ops/guest", &["main"], |project| project.default_branch = None);
    let ran = house.run(&["check", "ops/guest", "-c", "lab", "--json"]).code(3);
    assert!(failed(&ran, "default_branch").contains("hidden from this token"), "{ran}");
    house.gitlab.project("ops", "ops/site", &["main"]);
    // Quoted: GitLab §6.
    house.gitlab.always("/projects/ops%2Fsite/repository/branches/main", Answer::json(403, &json!({"message": "403 Forbidden"})));
    let ran = house.run(&["check", "ops/site", "-c", "lab", "--json"]).code(4);
    assert!(failed(&ran, "default_branch").contains("does not let it read the code"), "{ran}");
}

#[test]
fn a_branch_that_was_renamed_is_not_there() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    // GitHub §6: 301 of a renamed branch.
    let target = format!("{}/repos/ada/site/branches/main", house.github.api());
    house.github.always("/repos/ada/site/branches/master", Answer::redirect(301, &target));
    let ran = house.run(&["check", "ada/site", "-c", "work", "--branch", "master", "--json"]).code(3);
    assert!(failed(&ran, "branch").contains("renamed to `main`"), "{ran}");
    // Nothing is like this one.
    let ran = house.run(&["check", "ada/site", "-c", "work", "--branch", "zzz/qqq", "--json"]).code(3);
    assert_eq!(failed(&ran, "branch"), "`zzz/qqq` does not exist");
}

#[test]
fn what_could_not_be_found_out_is_no_refusal() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    house.github.always("/repos/ada/site", Answer::html(503, "Unicorn!"));
    let ran = house.run(&["check", "ada/site", "-c", "work", "--json"]).code(6);
    failed(&ran, "repository");
    house.github.recover();
    house.github.always("/repos/ada/site/branches/main", Answer::html(502, "Bad gateway"));
    failed(&house.run(&["check", "ada/site", "-c", "work", "--json"]).code(6), "default_branch");
}

#[test]
fn a_login_is_renewed_first() {
    let hall = Hall::new();
    hall.connect_ended("gitlab", "own");
    hall.gitlab.project("ops", "ops/site", &["main"]);
    let report = hall.run(&["check", "ops/site", "-c", "own", "--json"]).ok().json();
    assert!(report["steps"][1]["detail"].as_str().unwrap().starts_with("renews itself, ends in "), "{report}");
    // Whose refresh token is dead, nobody can read anything with.
    let hall = Hall::new();
    hall.connect_ended("gitlab", "own");
    hall.gitlab.oauth.revoke_everything();
    let ran = hall.run(&["check", "ops/site", "-c", "own", "--json"]).code(4);
    failed(&ran, "token");
}

#[test]
fn it_is_noted_as_a_use() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    house.run(&["check", "ada/site", "-c", "work"]).ok();
    let events = house.json(&["audit", "list", "--connection", "work"]);
    let used = events["events"].as_array().unwrap().iter().find(|event| event["kind"] == "used").unwrap();
    assert_eq!((&used["detail"]["purpose"], &used["detail"]["repository"]), (&json!("check"), &json!("ada/site")), "{used}");
    assert_eq!(texts(&house.json(&["list"])["connections"], "name"), ["lab", "work"]);
}

#[test]
fn a_route_says_which_connection_is_checked() {
    let house = House::new();
    house.gitlab.project("ops", "ops/site", &["main"]);
    let other = house.gitlab.personal(&house.sandbox, "eve");
    house.connect_gitlab("eve", &other, &[]).ok();
    let address = format!("{}/ops/site.git", house.gitlab.host());
    house.run(&["check", &address]).code(2);
    house.run(&["route", "add", &format!("{}/ops", house.gitlab.host()), "lab"]).ok();
    assert_eq!(house.json(&["check", &address])["connection"], "lab");
    house.run(&["disable", "lab"]).ok();
    let ran = house.run(&["check", &address, "--json"]).code(4);
    assert!(failed(&ran, "connection").contains("`lab` is disabled"), "{ran}");
}

#[test]
fn a_hidden_repository_says_what_is_likely_everywhere() {
    let sandbox = Sandbox::new();
    let gitea = Gitea::start();
    let token = gitea.personal(&sandbox, "ada");
    connect(&sandbox, "gitea", "tea", &gitea.host(), &token, &[]).ok();
    failed(&sandbox.gitconn(["check", "acme/site", "--json"]).run().code(3), "repository");
    let bitbucket = crate::support::fake::Bitbucket::start();
    let token = bitbucket.access_token(&sandbox, BitbucketToken::Repository, "acme", &["site"]);
    bitbucket.repository_in("acme", "site", &["main"], |_| {});
    bitbucket.repository_in("acme", "other", &["main"], |_| {});
    connect(&sandbox, "bitbucket", "bb", &bitbucket.host(), &token, &["--workspace", "acme"]).ok();
    sandbox.gitconn(["check", "acme/site", "-c", "bb"]).run().ok();
    failed(&sandbox.gitconn(["check", "acme/other", "-c", "bb", "--json"]).run().code(3), "repository");
}
