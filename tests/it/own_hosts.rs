//! Hosts of a company: certificates of its own, client certificates, plain HTTP. What is needed for one is kept with it.

use crate::support::Sandbox;
use crate::support::fake::{Authority, GitLab};
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
