//! `connect URL`: whose API an address speaks is found out, and said.

use crate::support::fake::{Answer, Bitbucket, GitHub, GitLab, Request, Server};
use crate::support::pty::Terminal;
use crate::support::{Ran, Sandbox, tokens};

fn connect(sandbox: &Sandbox, address: &str, token: &str, more: &[&str]) -> Ran {
    sandbox.gitconn(["connect", address, "work", "--token-stdin"]).args(more).stdin(token).run()
}

#[test]
fn a_gitlab_is_known_by_its_refusal_wherever_its_root_lies() {
    let sandbox = Sandbox::new();
    for (root, typed) in [("", ""), ("/gitlab", "/gitlab"), ("/gitlab", "/gitlab/acme/site.git"), ("", "/acme/web/site")] {
        let gitlab = GitLab::under(root);
        let token = gitlab.personal(&sandbox, "ops");
        let ran = connect(&sandbox, &format!("{}{typed}", gitlab.origin()), &token, &[]).ok();
        ran.says(&format!("found GitLab at {}", gitlab.host()));
        // Until it is known who that is, no token is sent.
        let seen = gitlab.seen();
        let first = seen.iter().position(|request| request.token().is_some()).unwrap();
        assert!(seen[..first].iter().any(|request| request.path.ends_with("/version")), "{seen:?}");
        sandbox.gitconn(["remove", "work", "--yes"]).run().ok();
    }
}

#[test]
fn a_github_enterprise_server_is_known_by_what_it_says() {
    let sandbox = Sandbox::new();
    let github = GitHub::start();
    let token = github.classic(&sandbox, "ada");
    // Quoted: GitHub §0.1, the name of the field.
    let meta = Answer::json(200, &serde_json::json!({"verifiable_password_authentication": true, "installed_version": "3.17.2"}));
    github.always("/meta", meta);
    let ran = connect(&sandbox, &github.origin(), &token, &[]).ok();
    ran.says("found GitHub Enterprise Server 3.17.2 at");
}

#[test]
fn known_hosts_are_known_by_name_and_not_asked() {
    let sandbox = Sandbox::new();
    let gitlab = GitLab::start();
    // Nothing of these hosts is asked before the token's shape is looked at.
    for (address, provider) in [
        ("github.com", "github"),
        ("https://api.github.com", "github"),
        ("acme.ghe.com", "github"),
        ("gitlab.com", "gitlab"),
        ("https://bitbucket.org/acme/site", "bitbucket"),
    ] {
        let secret = sandbox.secret(&tokens::other("npm", "_", "x", 36));
        let ran = connect(&sandbox, address, &secret, &["--json"]).code(4);
        assert_eq!(ran.error()["kind"], "refused", "{provider}: {ran}");
    }
    // `bitbucket.org.evil.example` is another host, and is asked like any other: nobody answers for it here.
    let token = gitlab.personal(&sandbox, "ops");
    connect(&sandbox, "bitbucket.org.evil.invalid", &token, &[]).code(6);
}

#[test]
fn a_host_that_the_store_knows_is_not_asked_again() {
    let sandbox = Sandbox::new();
    let bitbucket = Bitbucket::start();
    let token = bitbucket.api_token(&sandbox, "ada");
    let email = crate::support::fake::email_of("ada");
    let more = ["--email", &email, "--token-stdin"];
    sandbox.gitconn(["connect", "bitbucket", "one", "--host", &bitbucket.host()]).args(more).stdin(&token).run().ok();
    bitbucket.forget();
    let ran = connect(&sandbox, &format!("{}/acme/site", bitbucket.host()), &token, &["--email", &email]).ok();
    ran.says("is known to be bitbucket");
    assert!(bitbucket.seen().iter().all(|request| request.path == "/user"), "{:?}", bitbucket.seen());
}

#[test]
fn what_nobody_knows_is_not_guessed() {
    let sandbox = Sandbox::new();
    let token = sandbox.secret(&tokens::gitlab("x"));
    // Written by hand: any web server's.
    let anything = Server::start("", |_: &Request| Answer::html(200, "Welcome to nginx!"));
    let ran = connect(&sandbox, &anything.origin(), &token, &[]).code(2);
    ran.says("could not be found out").says("gitconn connect gitlab --host");
    assert!(anything.seen().iter().all(|request| request.token().is_none()), "the token was sent to somebody");
    // Written by hand after Bitbucket C: a Data Center's application properties.
    let namesake = Server::start("", |request: &Request| match request.path.as_str() {
        "/rest/api/1.0/application-properties" => {
            Answer::json(200, &serde_json::json!({"version": "8.9.0", "buildNumber": "8009000", "displayName": "Bitbucket"}))
        }
        _ => Answer::html(404, "Oops, you've found a dead link"),
    });
    connect(&sandbox, &namesake.origin(), &token, &[]).code(2).says("a Bitbucket Data Center, whose API is not spoken here");
    // Nobody is asked offline; a word is no address; an address is said once.
    connect(&sandbox, "gitlub", &token, &[]).code(2).says("possible values").says("gitlab");
    connect(&sandbox, "bitbuckt", &token, &[]).code(2).says("a similar value exists: 'bitbucket'");
    connect(&sandbox, "gitlab.com", &token, &["--host", "gitlab.com"]).code(2).says("given twice");
    connect(&sandbox, "http://git.acme.example", &token, &[]).code(2).says("--allow-http");
    connect(&sandbox, &crate::support::fake::nobody(), &token, &[]).code(6);
}

#[test]
fn a_redirect_elsewhere_is_told_and_not_followed() {
    let sandbox = Sandbox::new();
    let (elsewhere, token) = (crate::support::fake::hostile(), sandbox.secret(&tokens::gitlab("x")));
    let target = format!("{}/", elsewhere.origin());
    let moved = Server::start("", move |_: &Request| Answer::redirect(301, &target));
    let ran = connect(&sandbox, &moved.origin(), &token, &[]).code(6);
    assert!(ran.stderr.contains(&elsewhere.origin()), "{ran}");
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_token_of_another_provider_is_known_by_its_shape() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    for (provider, token, what, hint) in [
        ("github", tokens::bitbucket_api("x"), "an Atlassian API token", "gitconn connect bitbucket"),
        ("gitlab", tokens::bitbucket_access("x"), "a Bitbucket access token", "gitconn connect bitbucket"),
        ("bitbucket", tokens::classic("x"), "a GitHub token", "gitconn connect github"),
        ("bitbucket", tokens::gitlab("x"), "a GitLab token", "gitconn connect gitlab"),
    ] {
        let token = sandbox.secret(&token);
        let arguments = ["connect", provider, "x", "--host", &bitbucket.host(), "--token-stdin"];
        sandbox.gitconn(arguments).stdin(&token).run().code(4).says(what).says(hint);
    }
    assert!(bitbucket.seen().is_empty());
}

#[test]
fn a_terminal_is_told_before_it_is_asked() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::under("/gitlab"));
    let token = gitlab.personal(&sandbox, "ops");
    Terminal::start(sandbox.gitconn(["connect", &gitlab.host()]))
        .sees("found GitLab at")
        .sees("/-/user_settings/personal_access_tokens")
        .sees("token: ")
        .types_unseen(&token)
        .sees("connected `gitlab-")
        .ends()
        .code(0);
}

#[test]
fn a_version_alone_makes_no_gitea() {
    let sandbox = Sandbox::new();
    let token = sandbox.secret(&tokens::gitea("x"));
    // Written by hand: any service that tells its version at such an address.
    let service = Server::start("", |request: &Request| match request.path.as_str() {
        "/api/v1/version" => Answer::json(200, &serde_json::json!({"version": "2.4.1"})),
        _ => Answer::json(404, &serde_json::json!({"detail": "Not Found"})),
    });
    connect(&sandbox, &service.origin(), &token, &[]).code(2).says("could not be found out");
    assert!(service.seen().iter().all(|request| request.token().is_none()), "the token was sent to somebody");
}

#[test]
fn remote_addresses_are_understood_and_one_with_a_password_is_not_repeated() {
    let sandbox = Sandbox::new();
    let secret = sandbox.secret(&tokens::other("npm", "_", "x", 36));
    for address in
        ["git@bitbucket.org:acme/site.git", "ssh://git@codeberg.org/acme/site.git", "https://ada@bitbucket.org/acme/site"]
    {
        let ran = connect(&sandbox, address, &secret, &["--json"]).code(4);
        assert_eq!(ran.error()["kind"], "refused", "{ran}");
    }
    let ran = connect(&sandbox, "https://ada:hunter2hunter2@git.acme.com/acme/site", &secret, &[]).code(2);
    assert!(!ran.stderr.contains("hunter2"), "{ran}");
    ran.says("an address with a password");
    // A token of Gitea has no beginning: as a whole argument it is one all the same.
    let token = tokens::gitea("typed");
    let ran = sandbox.gitconn(["connect", "codeberg.org", &token]).run().code(2);
    assert!(!ran.stderr.contains(&token), "{ran}");
}

#[test]
fn the_workspace_of_an_access_token_stands_in_the_address() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    bitbucket.workspace("ada", "acme");
    bitbucket.repository_in("acme", "site", &["main"], |_| {});
    let token = bitbucket.access_token(&sandbox, crate::support::fake::BitbucketToken::Repository, "acme", &["site"]);
    // The host is known from a first connection.
    let arguments = ["connect", "bitbucket", "one", "--host", &bitbucket.host(), "--workspace", "acme", "--token-stdin"];
    sandbox.gitconn(arguments).stdin(&token).run().ok();
    connect(&sandbox, &format!("{}/acme/site", bitbucket.host()), &token, &[]).ok();
    let shown = sandbox.gitconn(["show", "work", "--json"]).run().ok().json();
    assert_eq!(shown["workspace"], "acme");
}

#[test]
fn a_host_that_is_known_to_be_anothers_is_refused() {
    let sandbox = Sandbox::new();
    let token = sandbox.secret(&tokens::gitea("x"));
    let ran = sandbox.gitconn(["connect", "gitea", "x", "--host", "bitbucket.org", "--token-stdin"]).stdin(&token).run().code(2);
    ran.says("bitbucket.org is known to be bitbucket, not gitea").says("gitconn connect bitbucket.org");
    let ran = sandbox.gitconn(["connect", "gitea", "code.acme.com", "--token-stdin"]).stdin(&token).run().code(2);
    ran.says("stands where the name goes").says("gitconn connect code.acme.com");
}
