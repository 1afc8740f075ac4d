//! What is peculiar to Gitea and Forgejo: two flavours of one API, scopes that are told in refusals, pages that the server clamps.

use serde_json::{Value, json};

use crate::support::fake::{Answer, Gitea, GiteaAccount, GiteaGrant};
use crate::support::house::texts;
use crate::support::sandbox::Run;
use crate::support::{Ran, Sandbox, tokens};

fn connect<'a>(sandbox: &'a Sandbox, gitea: &Gitea, name: &str, more: &[&str]) -> Run<'a> {
    sandbox.gitconn(["connect", "gitea", name, "--host", &gitea.host(), "--token-stdin"]).args(more)
}

/// A connection `work` of `ada`.
fn connected(sandbox: &Sandbox, gitea: &Gitea) -> Ran {
    let token = gitea.personal(sandbox, "ada");
    connect(sandbox, gitea, "work", &[]).stdin(token).run().ok()
}

fn shown(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    sandbox.gitconn(arguments).arg("--json").run().ok().json()
}

#[test]
fn flavour_and_version_are_found_and_shown() {
    for (gitea, version) in [
        (Gitea::start(), "Gitea 1.26.4"),
        (Gitea::newer(), "Gitea 1.27.0"),
        (Gitea::old(), "Gitea 1.22.6"),
        (Gitea::forgejo(), "Forgejo 15.0.0"),
    ] {
        let sandbox = Sandbox::new();
        let ran = connected(&sandbox, &gitea);
        ran.says(version).says("never expires");
        let whole = shown(&sandbox, &["show", "work"]);
        assert_eq!(whole["server_version"], version);
        assert_eq!((&whole["auth_method"], &whole["token_kind"]), (&"pat".into(), &"personal".into()));
        assert_eq!(shown(&sandbox, &["validate", "work"])["server_version"], version);
        sandbox.gitconn(["show", "work"]).run().ok().prints(version);
    }
}

#[test]
fn an_address_tells_which_of_the_two_it_is() {
    let sandbox = Sandbox::new();
    for (gitea, found) in [
        (Gitea::start(), "found Gitea 1.26.4 at"),
        (Gitea::forgejo_under("/git"), "found Forgejo 15.0.0 at"),
        (Gitea::under("/code"), "found Gitea 1.26.4 at"),
    ] {
        let token = gitea.personal(&sandbox, "ada");
        let address = format!("{}/ada/site", gitea.host());
        let ran = sandbox.gitconn(["connect", &address, "work", "--token-stdin"]).stdin(&token).run().ok();
        ran.says(&format!("{found} {}", gitea.host()));
        sandbox.gitconn(["remove", "work", "--yes"]).run().ok();
    }
    let closed = Gitea::start();
    closed.set(|settings| settings.require_signin = true);
    let token = closed.personal(&sandbox, "ada");
    let ran = sandbox.gitconn(["connect", &closed.host(), "work", "--token-stdin"]).stdin(&token).run().ok();
    ran.says("found Gitea or Forgejo at").says("Gitea 1.26.4");
}

#[test]
fn a_gitea_is_named_because_there_is_none_of_its_own() {
    let sandbox = Sandbox::new();
    let token = sandbox.secret(&tokens::gitea("x"));
    for word in ["gitea", "forgejo"] {
        let ran = sandbox.gitconn(["connect", word, "x", "--token-stdin"]).stdin(&token).run().code(2);
        ran.says("which one is meant").says("gitconn connect gitea --host");
    }
    let ran = sandbox.gitconn(["oauth", "set", "gitea", "--client-id", "x"]).run().code(2);
    ran.says("name one, as in `codeberg.org`");
    // A client by the environment must say for which host it is.
    let ran = sandbox.gitconn(["oauth", "status"]).env("GITCONN_GITEA_CLIENT_ID", "abc").run();
    assert!(ran.code == 0 || ran.stderr.contains("GITCONN_GITEA_CLIENT_HOST"), "{ran}");
    assert!(sandbox.gitconn(["oauth", "status"]).run().ok().stdout.contains("bitbucket.org"));
}

#[test]
fn scopes_are_told_by_the_token_itself_or_by_a_refusal() {
    for (gitea, told) in [(Gitea::newer(), true), (Gitea::start(), true), (Gitea::old(), false), (Gitea::forgejo(), false)] {
        let sandbox = Sandbox::new();
        connected(&sandbox, &gitea);
        let mut scopes = shown(&sandbox, &["show", "work"])["scopes"].clone();
        if let Some(list) = scopes.as_array_mut() {
            list.sort_by_key(ToString::to_string);
        }
        assert_eq!(scopes, if told { json!(["read:repository", "read:user"]) } else { Value::Null });
        // Nothing but reading was done for it.
        assert!(gitea.seen().iter().all(|request| request.method == "GET"));
    }
}

#[test]
fn a_server_whose_refusals_name_no_scopes_is_not_asked_for_one() {
    // Of 1.27 the token itself tells them.
    for (gitea, asked, of_a_stranger) in
        [(Gitea::start(), 1, 1), (Gitea::old(), 0, 1), (Gitea::forgejo(), 0, 1), (Gitea::newer(), 0, 0)]
    {
        let sandbox = Sandbox::new();
        connected(&sandbox, &gitea);
        let count = || gitea.seen_at("/notifications/new").len();
        assert_eq!(count(), asked);
        sandbox.gitconn(["validate", "work"]).run().ok();
        assert_eq!(count(), 2 * asked);
        // Whoever does not tell its version may be one that names them.
        gitea.script("/version", [Answer::json(200, &json!({"version": "development"}))]);
        sandbox.gitconn(["validate", "work"]).run().ok();
        assert_eq!(count(), 2 * asked + of_a_stranger);
    }
}

#[test]
fn a_token_that_may_not_ask_who_it_is_is_good_all_the_same() {
    for (gitea, knows_who) in [(Gitea::newer(), true), (Gitea::start(), false), (Gitea::forgejo(), false)] {
        let sandbox = Sandbox::new();
        let token = gitea.personal_for(&sandbox, GiteaGrant::personal("ada").scopes(&["read:repository"]));
        connect(&sandbox, &gitea, "narrow", &[]).stdin(&token).run().ok();
        let whole = shown(&sandbox, &["show", "narrow"]);
        assert_eq!(whole["username"], if knows_who { json!("ada") } else { Value::Null }, "{whole}");
        assert_eq!(whole["status"], "active");
    }
}

#[test]
fn an_account_in_trouble_is_told_apart_from_a_dead_token() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::start());
    connected(&sandbox, &gitea);
    for account in [GiteaAccount::NotActivated, GiteaAccount::ProhibitedFromSigningIn, GiteaAccount::MustChangePassword] {
        gitea.account("ada", account);
        let found = sandbox.gitconn(["validate", "work", "--json"]).run().code(4).json();
        assert_eq!(found["verdict"], "blocked", "{found}");
    }
    gitea.account("ada", GiteaAccount::Active);
    assert_eq!(shown(&sandbox, &["validate", "work"])["verdict"], "valid");
}

#[test]
fn a_page_larger_than_the_servers_is_cut_out_of_several() {
    for most in [20, 30, 50] {
        let (sandbox, gitea) = (Sandbox::new(), Gitea::start());
        gitea.set(|settings| settings.max_response_items = most);
        connected(&sandbox, &gitea);
        gitea.repositories("ada", 230);
        let names =
            |arguments: &[&str]| texts(&shown(&sandbox, &[&["repos", "work"], arguments].concat())["repositories"], "full_name");
        let wanted: Vec<String> = (1..=230).map(|number| format!("ada/repo-{number:03}")).collect();
        assert_eq!(names(&["--page", "2", "--per-page", "100"]), wanted[100..200], "{most}");
        assert_eq!(names(&["--page", "3", "--per-page", "100"]), wanted[200..], "{most}");
        assert_eq!(names(&["--page", "4", "--per-page", "7"]), wanted[21..28], "{most}");
        assert_eq!(names(&["--all"]), wanted, "{most}");
        let branches: Vec<String> = (0..130).map(|number| format!("b{number:03}")).collect();
        gitea.repository("ada", "ada/site", &branches.iter().map(String::as_str).collect::<Vec<_>>());
        let page = shown(&sandbox, &["branches", "ada/site", "-c", "work", "--page", "2", "--per-page", "60"]);
        assert_eq!(texts(&page["branches"], "name"), branches[60..120], "{most}");
    }
}

#[test]
fn an_empty_repository_has_no_branches() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::start());
    connected(&sandbox, &gitea);
    gitea.repository("ada", "ada/empty", &[]);
    let list = shown(&sandbox, &["repos", "work"]);
    assert_eq!(list["repositories"][0]["default_branch"], Value::Null, "{list}");
    assert_eq!(shown(&sandbox, &["branches", "ada/empty", "-c", "work"])["branches"], json!([]));
}

#[test]
fn a_token_is_revoked_where_the_server_lets_it() {
    // 1.27: by itself, whatever its scopes.
    let (sandbox, gitea) = (Sandbox::new(), Gitea::newer());
    let token = gitea.personal(&sandbox, "ada");
    connect(&sandbox, &gitea, "work", &[]).stdin(&token).run().ok();
    sandbox.gitconn(["remove", "work", "--revoke", "--yes"]).run().ok().says("the token is revoked");
    assert!(!gitea.accepts(&token));

    // Before: by its number, if it may write the account.
    let (sandbox, gitea) = (Sandbox::new(), Gitea::start());
    gitea.personal_for(&sandbox, GiteaGrant::personal("ada").named("another"));
    let grant = GiteaGrant::personal("ada").scopes(&["write:user", "read:repository"]).named("ours");
    let token = gitea.personal_for(&sandbox, grant);
    connect(&sandbox, &gitea, "work", &[]).stdin(&token).run().ok();
    sandbox
        .gitconn(["show", "work"])
        .run()
        .ok()
        .prints("the provider has a call for it; the old token lives until it is revoked");
    sandbox.gitconn(["remove", "work", "--revoke", "--yes"]).run().ok();
    assert!(!gitea.accepts(&token));
    assert_eq!(gitea.token_names("ada"), ["another"]);

    // If it may not, a person has to, and nothing is removed.
    let token = gitea.personal_for(&sandbox, GiteaGrant::personal("ada").named("narrow"));
    connect(&sandbox, &gitea, "narrow", &[]).stdin(&token).run().ok();
    let ran = sandbox.gitconn(["remove", "narrow", "--revoke", "--yes"]).run().code(1);
    ran.says("/user/settings/applications");
    assert!(gitea.accepts(&token));
    sandbox.gitconn(["show", "narrow"]).run().ok();

    // Forgejo wants the password: nobody is asked.
    let (sandbox, forgejo) = (Sandbox::new(), Gitea::forgejo());
    connected(&sandbox, &forgejo);
    forgejo.forget();
    sandbox.gitconn(["remove", "work", "--revoke", "--yes"]).run().code(1).says("/user/settings/applications");
    assert!(forgejo.seen().is_empty());
}

#[test]
fn git_and_programs_get_what_they_look_for() {
    let (sandbox, gitea) = (Sandbox::new(), Gitea::under("/git"));
    connected(&sandbox, &gitea);
    let token = sandbox.gitconn(["token", "work", "--json"]).prints_a_secret().run().ok().json();
    assert_eq!(token["git_username"], "oauth2");
    let script = "echo ${#GITEA_TOKEN} ${#GITEA_SERVER_TOKEN} ${#FORGEJO_TOKEN} $GITEA_SERVER_URL";
    let ran = sandbox.gitconn(["exec", "work", "--", "sh", "-c", script]).run().ok();
    assert_eq!(ran.stdout.trim_end(), format!("40 40 40 {}", gitea.host()));
}
