//! `--token-env`: a pipeline's own token, and no store.

use serde_json::{Value, json};

use crate::support::fake::{Answer, Bitbucket, GitHub, GitHubGrant, GitLab, Gitea, email_of, git, hostile};
use crate::support::house::texts;
use crate::support::sandbox::Run;
use crate::support::{House, Sandbox, tokens};

/// A runner of GitHub Actions: a machine without anything of ours, and the token that its workflow has.
struct Runner {
    sandbox: Sandbox,
    github: GitHub,
    token: String,
}

impl Runner {
    fn new() -> Self {
        let (sandbox, github) = (Sandbox::bare(), GitHub::start());
        let token = sandbox.secret(&tokens::installation("workflow"));
        github.accept(&token, GitHubGrant::installation("acme"));
        github.repository("acme", "acme/site", &["main", "release/18"]);
        Self { sandbox, github, token }
    }

    fn run(&self, arguments: &[&str]) -> Run<'_> {
        self.sandbox
            .gitconn(arguments)
            .args(["--token-env", "GITHUB_TOKEN"])
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_TOKEN", &self.token)
            .env("GITHUB_SERVER_URL", self.github.origin())
            .env("GITHUB_API_URL", self.github.api())
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        self.run(arguments).arg("--json").run().ok().json()
    }
}

/// Every file below the sandbox's root.
fn files(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![sandbox.root().to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

#[test]
fn a_workflows_own_token_needs_nothing_else() {
    let runner = Runner::new();
    let before = files(&runner.sandbox);
    let repositories = runner.json(&["repos"]);
    assert_eq!(texts(&repositories["repositories"], "full_name"), ["acme/site"]);
    assert_eq!(repositories["repositories"][0]["connection"], "GITHUB_TOKEN");
    assert_eq!(texts(&runner.json(&["branches", "acme/site"])["branches"], "name"), ["main", "release/18"]);
    let address = format!("{}/acme/site.git", runner.github.origin());
    assert_eq!(runner.json(&["branches", &address])["branches"].as_array().unwrap().len(), 2);
    let valid = runner.json(&["validate"]);
    assert_eq!((&valid["valid"], &valid["name"], &valid["id"]), (&json!(true), &json!("GITHUB_TOKEN"), &Value::Null), "{valid}");
    assert_eq!(runner.json(&["test"])["valid"], true);
    let report = runner.json(&["check", "acme/site", "--branch", "release/18"]);
    assert_eq!((&report["ok"], &report["connection"]), (&json!(true), &json!("GITHUB_TOKEN")), "{report}");
    runner.github.always("/acme/site.git/info/refs", git::no_push());
    let push = runner.run(&["check", "acme/site", "--write", "--json"]).run().code(4);
    assert_eq!(push.json()["may_push"], false, "{push}");
    // Nothing was made, not even a folder's worth of state.
    assert_eq!(files(&runner.sandbox), before);
}

#[test]
fn no_store_is_opened_or_looked_for() {
    let runner = Runner::new();
    let nonsense = runner.sandbox.write("nonsense.age", "this is no store");
    let run = runner.run(&["check", "acme/site"]);
    run.env("GITCONN_STORE", &nonsense).env("GITCONN_KEY_FILE", "/nonexistent").run().ok();
    // A store that is named on the command line is meant.
    let ran = runner.run(&["check", "acme/site", "--store"]).arg(&nonsense).run().code(2);
    assert!(ran.stderr.contains("--store"), "{ran}");
    let refused = |arguments: &[&str], option: &str| {
        let ran = runner.run(arguments).run().code(2);
        assert!(ran.stderr.contains("--token-env") && ran.stderr.contains(option), "{ran}");
    };
    refused(&["repos", "work"], "NAME");
    refused(&["repos", "--tag", "daily"], "--tag");
    refused(&["repos", "--installation", "acme"], "--installation");
    refused(&["branches", "acme/site", "-c", "work"], "--connection");
    refused(&["check", "acme/site", "--strict"], "--strict");
    refused(&["validate", "work"], "NAME");
    refused(&["validate", "--changed"], "--changed");
    // What says where a token goes says nothing without one.
    let house = House::new();
    house.run(&["branches", "ada/site", "--host", "github.com"]).code(2).says("--token-env");
    house.run(&["validate", "--api-url", "https://git.acme.com"]).code(2).says("--token-env");
}

#[test]
fn it_goes_to_its_own_host_and_no_other() {
    let (runner, elsewhere) = (Runner::new(), hostile());
    runner.github.forget();
    for arguments in [
        &["repos", "--host", &elsewhere.origin()][..],
        &["validate", "--host", &elsewhere.origin()],
        &["validate", "--api-url", &elsewhere.origin()],
        &["check", "acme/site", "--host", &elsewhere.origin()],
        &["check", &format!("{}/acme/site.git", elsewhere.origin())],
        &["branches", &format!("{}/acme/site", elsewhere.origin())],
    ] {
        let ran = runner.run(arguments).run().code(2);
        assert!(!ran.stderr.contains("gitconn connect"), "{ran}");
    }
    // The server's own word contradicts itself: one of them was tampered with.
    runner.run(&["validate"]).env("GITHUB_API_URL", elsewhere.api()).run().code(2).says("GITHUB_API_URL");
    assert!(elsewhere.seen().is_empty(), "{:?}", elsewhere.seen());
    assert!(runner.github.seen().is_empty());
    // One's own variable goes where one says.
    let own = runner.sandbox.gitconn([
        "validate",
        "--token-env",
        "MY_TOKEN",
        "--provider",
        "github",
        "--host",
        &runner.github.origin(),
    ]);
    own.env("MY_TOKEN", &runner.token).env("GITHUB_SERVER_URL", "https://github.com").run().ok();
    let nowhere = runner.sandbox.gitconn(["validate", "--token-env", "MY_TOKEN"]).env("MY_TOKEN", &runner.token).run().code(2);
    assert!(nowhere.stderr.contains("hint: gitconn validate --token-env MY_TOKEN --host"), "{nowhere}");
    runner.sandbox.gitconn(["validate", "--token-env", "MY_TOKEN", "--host", "github.com"]).run().code(2).says("is not set");
}

#[test]
fn what_it_cannot_see_is_said() {
    let runner = Runner::new();
    let ran = runner.run(&["check", "acme/other", "--json"]).run().code(3);
    let detail = ran.json()["steps"][2]["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("the one repository that the workflow is in"), "{ran}");
    let ran = runner.run(&["branches", "acme/other"]).run().code(3).says("the one repository that the workflow is in");
    assert!(!ran.stderr.contains("hint: gitconn"), "{ran}");
    runner.github.refuse(&runner.token);
    let ran = runner.run(&["validate", "--json"]).run().code(4);
    assert_eq!(ran.json()["valid"], false);
    assert!(!ran.stderr.contains("gitconn rotate"), "{ran}");
    runner.run(&["repos"]).run().code(4);
    runner.github.always("*", Answer::html(500, "Whoops"));
    runner.run(&["validate"]).run().code(6);
}

/// A job of GitLab CI below a path root: nothing of ours but the token that the job has.
fn job<'a>(sandbox: &'a Sandbox, gitlab: &GitLab, token: &str, arguments: &[&str]) -> Run<'a> {
    let run = sandbox.gitconn(arguments).args(["--token-env", "CI_JOB_TOKEN"]).env("CI_JOB_TOKEN", token);
    run.env("CI_SERVER_URL", gitlab.host()).env("CI_API_V4_URL", gitlab.api())
}

#[test]
fn a_jobs_token_does_what_jobs_are_let_into() {
    const GIT: &str = "/gitlab/group/site.git/info/refs";
    let (sandbox, gitlab) = (Sandbox::bare(), GitLab::under("/gitlab"));
    let token = gitlab.job(&sandbox, "ada");
    gitlab.project("ada", "group/site", &["main", "release/18"]);
    let run = |arguments: &[&str]| job(&sandbox, &gitlab, &token, arguments);
    let valid = run(&["validate", "--json"]).run().ok().json();
    assert_eq!((&valid["valid"], &valid["username"]), (&json!(true), &json!("ada")), "{valid}");
    // Its own header, and git's own user name for it.
    assert!(gitlab.seen().iter().all(|request| request.header("authorization").is_none()));
    run(&["repos"]).run().code(4).says("cannot list projects");
    // The API does not show a project to a job: git does.
    gitlab.always(GIT, git::for_a_fetch(&["main", "release/18"]));
    let listed = run(&["branches", "group/site", "--json"]).run().ok().json();
    assert_eq!(texts(&listed["branches"], "name"), ["main", "release/18"]);
    assert_eq!((&listed["branches"][0]["is_default"], &listed["branches"][0]["is_protected"]), (&json!(true), &Value::Null));
    assert_eq!(gitlab.seen_at(GIT)[0].basic(), Some(("gitlab-ci-token".to_owned(), token.clone())));
    let report = run(&["check", "group/site", "--branch", "release/18", "--json"]).run().ok().json();
    assert_eq!((&report["ok"], &report["branch"]["is_protected"]), (&json!(true), &Value::Null), "{report}");
    // A newer one shows branches, and says of them what is protected.
    gitlab.show_branches_to_jobs();
    let listed = run(&["branches", "group/site", "--json"]).run().ok().json();
    assert_eq!(listed["branches"][0]["is_protected"], true, "{listed}");
    let report = run(&["check", "group/site", "--branch", "main", "--json"]).run().ok().json();
    assert_eq!(report["branch"]["is_protected"], true, "{report}");
    // A fetch, a fetch for the default branch, and the push.
    gitlab.script(GIT, [git::for_a_fetch(&["main"]), git::for_a_fetch(&["main"]), git::no_push()]);
    let ran = run(&["check", "group/site", "--write", "--json"]).run().code(4);
    assert_eq!(ran.json()["may_push"], false, "{ran}");
    // Of a project that does not let in this one's jobs git says 404, or 403.
    for answer in [Answer::text(404, "The project you were looking for could not be found"), Answer::text(403, "not allowed")] {
        gitlab.always(GIT, answer);
        let ran = run(&["check", "group/site", "--json"]).run().code(3);
        assert!(ran.json()["steps"][2]["detail"].as_str().unwrap().contains("Job token permissions"), "{ran}");
    }
    // When its job has ended it is nobody's.
    let over = sandbox.secret(&tokens::gitlab_job("over"));
    let ran = job(&sandbox, &gitlab, &over, &["validate", "--json"]).run().code(4);
    assert!(ran.json()["error"].as_str().unwrap().contains("ends with its job"), "{ran}");
}

#[test]
fn bitbuckets_token_is_one_that_somebody_put_there() {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    bitbucket.repository("ada", "ada/site", &["main"]);
    let run = |arguments: &[&str]| {
        let run = sandbox.gitconn(arguments).args(["--token-env", "BITBUCKET_TOKEN", "--host", &bitbucket.host()]);
        run.env("BITBUCKET_TOKEN", &token)
    };
    // It is sent with an address, which a pipeline may have in its variables.
    run(&["validate"]).run().code(2).says("--email");
    run(&["validate", "--email", &email_of("ada")]).run().ok();
    let listed = run(&["repos", "--json"]).env("BITBUCKET_EMAIL", email_of("ada")).run().ok().json();
    assert_eq!(texts(&listed["repositories"], "full_name"), ["ada/site"]);
    run(&["check", "ada/site"]).env("BITBUCKET_EMAIL", email_of("ada")).env("BITBUCKET_WORKSPACE", "acme").run().ok();
}

#[test]
fn gitea_has_githubs_names_and_its_own() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::under("/git"));
    let token = gitea.personal(&sandbox, "ada");
    gitea.repository("ada", "ada/site", &["main"]);
    for variable in ["GITEA_TOKEN", "FORGEJO_TOKEN"] {
        let run = sandbox.gitconn(["check", "ada/site", "--token-env", variable]).env(variable, &token);
        run.env("GITHUB_SERVER_URL", gitea.host()).run().ok();
    }
    let run =
        sandbox.gitconn(["check", "ada/site", "--token-env", "GITHUB_TOKEN", "--provider", "gitea"]).env("GITHUB_TOKEN", &token);
    run.env("GITHUB_SERVER_URL", gitea.host()).run().ok();
}
