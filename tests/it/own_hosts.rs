//! Hosts of a company: certificates of its own, client certificates, plain HTTP. What is needed for one is kept with it.

use crate::support::Sandbox;
use crate::support::fake::{Authority, GitHub, GitHubGrant, GitLab, Server};
use crate::support::house::connect;

#[test]
fn a_companys_own_authority_is_trusted_for_its_host_and_kept() {
    let (sandbox, authority) = (Sandbox::new(), Authority::new("Acme CA"));
    let gitlab = GitLab::behind_tls(authority.server(None));
    let token = gitlab.personal(&sandbox, "ops");
    let ran = connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &[]).code(6);
    assert!(ran.stderr.contains("certificate"), "{ran}");
    let other = sandbox.write("other.pem", &Authority::new("Other CA").pem());
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &["--ca-file", &other.to_string_lossy()]).code(6);
    assert!(gitlab.seen().is_empty(), "something was asked of a host that is not trusted");
    let own = sandbox.write("own.pem", &authority.pem());
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &["--ca-file", &own.to_string_lossy()]).ok();
    // It travels in the store, not in the file.
    std::fs::remove_file(own).unwrap();
    sandbox.gitconn(["validate", "lab"]).run().ok();
    sandbox.gitconn(["repos", "lab"]).run().ok();
    let nonsense = sandbox.write("nonsense.pem", "no certificate\n");
    connect(&sandbox, "gitlab", "x", &gitlab.host(), &token, &["--ca-file", &nonsense.to_string_lossy()]).code(2);
    connect(&sandbox, "gitlab", "x", &gitlab.host(), &token, &["--ca-file", "/nonexistent"]).code(1);
}

#[test]
fn a_client_certificate_is_shown_where_it_is_wanted_and_kept() {
    let (sandbox, authority) = (Sandbox::new(), Authority::new("Acme CA"));
    let gitlab = GitLab::behind_tls(authority.server(Some(&authority)));
    let token = gitlab.personal(&sandbox, "ops");
    let ca = sandbox.write("ca.pem", &authority.pem()).to_string_lossy().into_owned();
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &["--ca-file", &ca]).code(6);
    let pem = authority.client("ada");
    // Its key is a secret like any other. The second line begins with the private number; before it stand headers, after it the public part.
    let line = pem.lines().skip_while(|line| !line.contains("PRIVATE KEY")).nth(2).unwrap();
    sandbox.secret(&line[..26]);
    let own = sandbox.write("client.pem", &pem);
    sandbox.key_file(&own);
    let arguments = ["--ca-file", &ca, "--client-cert", &own.to_string_lossy()];
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &arguments).ok();
    std::fs::remove_file(own).unwrap();
    sandbox.gitconn(["-v", "validate", "lab"]).run().ok();
}

#[test]
fn tls_does_not_answer_plain_words() {
    let (sandbox, authority) = (Sandbox::new(), Authority::new("Acme CA"));
    let gitlab = GitLab::behind_tls(authority.server(None));
    let token = gitlab.personal(&sandbox, "ops");
    let plain = gitlab.host().replace("https://", "http://");
    connect(&sandbox, "gitlab", "lab", &plain, &token, &[]).code(6);
    assert!(gitlab.seen().is_empty());
}

/// The connection's token went to this server, and to no other of these.
#[track_caller]
fn goes_to(sandbox: &Sandbox, name: &str, server: &Server, others: &[&Server]) {
    server.forget();
    for other in others {
        other.forget();
    }
    sandbox.gitconn(["validate", name]).run().ok();
    assert!(!server.seen().is_empty(), "nothing was asked");
    assert!(others.iter().all(|other| other.seen().is_empty()), "another server was asked");
}

#[test]
fn what_is_known_of_a_host_holds_for_its_next_connection() {
    let (sandbox, github) = (Sandbox::new(), GitHub::dotcom());
    let (ada, bob) = (github.classic(&sandbox, "ada"), github.classic(&sandbox, "bob"));
    let api = github.api();
    sandbox.gitconn(["connect", "github", "ada", "--api-url", &api, "--token-stdin"]).stdin(&ada).run().ok();
    // Without a word of the API: it is not asked at the usual place.
    let ran = sandbox.gitconn(["connect", "github", "bob", "--token-stdin", "--json"]).stdin(&bob).run().ok();
    assert_eq!(ran.json()["username"], "bob", "{ran}");
    // The same words once more contradict nothing.
    sandbox.gitconn(["connect", "github", "again", "--api-url", &api, "--token-stdin"]).stdin(&bob).run().ok();

    let authority = Authority::new("Acme CA");
    let gitlab = GitLab::behind_tls(authority.server(None));
    let token = gitlab.personal(&sandbox, "ops");
    let own = sandbox.write("own.pem", &authority.pem()).to_string_lossy().into_owned();
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &["--ca-file", &own]).ok();
    connect(&sandbox, "gitlab", "second", &gitlab.host(), &token, &[]).ok();
    sandbox.gitconn(["validate", "lab", "second"]).run().ok();
}

#[test]
fn nobody_sends_the_tokens_of_others_elsewhere_unseen() {
    let (sandbox, github, elsewhere) = (Sandbox::new(), GitHub::dotcom(), GitHub::dotcom());
    let (ada, bob) = (github.classic(&sandbox, "ada"), elsewhere.classic(&sandbox, "bob"));
    let (api, other) = (github.api(), elsewhere.api());
    sandbox.gitconn(["connect", "github", "ada", "--api-url", &api, "--token-stdin"]).stdin(&ada).run().ok();
    let connect_bob = || sandbox.gitconn(["connect", "github", "bob", "--api-url", &other, "--token-stdin"]).stdin(&bob);
    let before = std::fs::read(sandbox.store()).unwrap();
    for more in [&[][..], &["--offline"]] {
        let ran = connect_bob().args(more).run().code(2).says("--api-url").says("--replace-host");
        assert!(ran.stderr.contains("ada"), "whose tokens would go elsewhere is not said\n{ran}");
    }
    assert_eq!(connect_bob().arg("--json").run().code(2).error()["kind"], "usage");
    assert!(elsewhere.seen().is_empty(), "a token was sent before it was refused");
    assert!(std::fs::read(sandbox.store()).unwrap() == before, "the store was changed");
    goes_to(&sandbox, "ada", &github, &[&elsewhere]);
    // Asked for in so many words, it is done, for both of them.
    elsewhere.accept(&ada, GitHubGrant::classic("ada"));
    connect_bob().arg("--replace-host").run().ok();
    goes_to(&sandbox, "bob", &elsewhere, &[&github]);
    goes_to(&sandbox, "ada", &elsewhere, &[&github]);
    let trail = sandbox.gitconn(["audit", "list", "--json"]).run().ok().stdout;
    assert!(trail.contains("api-url"), "the trail does not say that the host was changed: {trail}");
}

#[test]
fn certificates_and_plain_http_are_not_changed_unseen_either() {
    let (sandbox, authority) = (Sandbox::new(), Authority::new("Acme CA"));
    let gitlab = GitLab::behind_tls(authority.server(None));
    let token = gitlab.personal(&sandbox, "ops");
    let file = |name: &str, authority: &Authority| sandbox.write(name, &authority.pem()).to_string_lossy().into_owned();
    let (own, other) = (file("own.pem", &authority), file("other.pem", &Authority::new("Other CA")));
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &["--ca-file", &own]).ok();
    gitlab.forget();
    for (options, named) in [(&["--ca-file", &other][..], "--ca-file"), (&["--allow-http"], "--allow-http")] {
        let options = [options, &["--offline"]].concat();
        connect(&sandbox, "gitlab", "second", &gitlab.host(), &token, &options).code(2).says(named).says("--replace-host");
    }
    assert!(gitlab.seen().is_empty());
    sandbox.gitconn(["validate", "lab"]).run().ok();
    connect(&sandbox, "gitlab", "second", &gitlab.host(), &token, &["--ca-file", &other, "--offline", "--replace-host"]).ok();
    sandbox.gitconn(["validate", "lab"]).run().code(6).prints("certificate");
}

#[test]
fn two_providers_at_one_address_do_not_disturb_each_other() {
    let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::dotcom(), GitLab::start());
    let (work, lab) = (github.classic(&sandbox, "ada"), gitlab.personal(&sandbox, "ops"));
    let host = "https://git.acme.example";
    connect(&sandbox, "github", "work", host, &work, &["--api-url", &github.api()]).ok();
    connect(&sandbox, "gitlab", "lab", host, &lab, &["--api-url", &gitlab.api()]).ok();
    goes_to(&sandbox, "work", &github, &[&gitlab]);
    goes_to(&sandbox, "lab", &gitlab, &[&github]);
    // Its settings hold for the provider's next connection there, and for no other's.
    connect(&sandbox, "gitlab", "second", host, &lab, &[]).ok();
    goes_to(&sandbox, "second", &gitlab, &[&github]);
    for name in ["lab", "second"] {
        sandbox.gitconn(["remove", name, "--yes"]).run().ok();
    }
    goes_to(&sandbox, "work", &github, &[&gitlab]);
}
