use crate::model::{AuthMethod, Connection, HostUrl, ProviderId, TokenKind};
use crate::provider::{RevokeBy, RotateBy, kind, testing};

const PAGE: &str = "https://git.acme.com/gitea/user/settings/applications";

fn connection(version: Option<&str>, auth_method: AuthMethod, scopes: &[&str]) -> Connection {
    Connection {
        host: HostUrl::parse("git.acme.com/gitea").unwrap(),
        server_version: version.map(ToOwned::to_owned),
        scopes: Some(scopes.iter().map(ToString::to_string).collect()),
        auto_renews: auth_method == AuthMethod::OAuth,
        ..testing::connection(ProviderId::Gitea, auth_method, Some(TokenKind::Personal))
    }
}

#[test]
fn each_instance_is_somebodys_own() {
    let kind = kind(ProviderId::Gitea);
    assert!(kind.default_host().is_none());
    for known in ["codeberg.org", "gitea.com", "www.gitea.com"] {
        assert!(kind.knows(&HostUrl::parse(known).unwrap()), "{known}");
    }
    for other in ["git.acme.com", "codeberg.org.evil.example", "docs.gitea.com"] {
        assert!(!kind.knows(&HostUrl::parse(other).unwrap()), "{other}");
    }
}

#[test]
fn who_revokes_depends_on_the_server() {
    let by = |version, method| kind(ProviderId::Gitea).revoke_by(&connection(version, method, &["write:user"]));
    let page = || RevokeBy::Page(PAGE.to_owned());
    assert_eq!(by(Some("Gitea 1.24.7"), AuthMethod::Pat), RevokeBy::Api);
    assert_eq!(by(None, AuthMethod::Pat), RevokeBy::Api);
    assert_eq!(by(Some("Forgejo 15.0.0"), AuthMethod::Pat), page());
    assert_eq!(by(Some("Gitea 1.27.0"), AuthMethod::OAuth), page());
    // Before 1.27 a token that may not write its account does not end itself.
    let narrow = |version| kind(ProviderId::Gitea).revoke_by(&connection(Some(version), AuthMethod::Pat, &["read:user"]));
    assert_eq!((narrow("Gitea 1.24.7"), narrow("Gitea 1.27.0")), (page(), RevokeBy::Api));
}

#[test]
fn a_token_that_may_make_tokens_is_rotated_by_api() {
    let by = |version, method, scopes: &[&str]| kind(ProviderId::Gitea).rotate_by(&connection(version, method, scopes));
    let page = || RotateBy::Page(PAGE.to_owned());
    for scopes in [&["write:user", "read:repository"][..], &["all"]] {
        assert_eq!(by(Some("Gitea 1.26.4"), AuthMethod::Pat, scopes), RotateBy::Api);
        assert_eq!(by(Some("Forgejo 15.0.0"), AuthMethod::Pat, scopes), page());
        assert_eq!(by(None, AuthMethod::Pat, scopes), page());
    }
    assert_eq!(by(Some("Gitea 1.26.4"), AuthMethod::Pat, &["read:user"]), page());
    assert_eq!(by(Some("Forgejo 15.0.0"), AuthMethod::OAuth, &[]), RotateBy::Itself);
    let pasted = Connection { auto_renews: false, ..connection(None, AuthMethod::OAuth, &["all"]) };
    assert_eq!(kind(ProviderId::Gitea).rotate_by(&pasted), RotateBy::Login);
}

#[test]
fn a_scope_that_is_implied_is_not_missed() {
    let owned = |scopes: &[&str]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let lacks = |granted: &[&str]| kind(ProviderId::Gitea).lacks(&owned(&["read:user", "write:repository"]), &owned(granted));
    assert_eq!(lacks(&["all"]), Vec::<String>::new());
    assert_eq!(lacks(&["write:user", "write:repository"]), Vec::<String>::new());
    assert_eq!(lacks(&["read:user", "read:repository"]), ["write:repository"]);
}
