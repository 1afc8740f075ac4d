//! The ways to connect to GitHub (GitHub's "Scopes for OAuth apps", "Permissions required for fine-grained personal access tokens").

use super::super::catalogue::{Method, Revocation, Rotation, Scopes};
use crate::model::{AuthMethod, TokenKind};

const LIMITS: &str = "5,000 requests an hour for an account; a server's are off unless switched on";

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "classic token (`ghp_`)",
        auth: AuthMethod::Pat,
        kind: Some(TokenKind::Classic),
        page: "/settings/tokens/new",
        command: "connect github",
        scopes: Scopes { reading: &["repo", "read:org"], hooks: &["admin:repo_hook"], keys: &[], statuses: &[] },
        knows: "account, scopes, end, requests left",
        rotation: Rotation::ByHand,
        revocation: Revocation::ApiOnSome("by API on github.com and GHE.com; on a page of a server"),
        limits: LIMITS,
    },
    Method {
        name: "fine-grained token (`github_pat_`)",
        auth: AuthMethod::Pat,
        kind: Some(TokenKind::FineGrained),
        page: "/settings/personal-access-tokens/new",
        command: "connect github",
        scopes: Scopes {
            reading: &["Contents: read", "Metadata: read"],
            hooks: &["Webhooks: read and write"],
            keys: &["Administration: read and write"],
            statuses: &["Commit statuses: read and write"],
        },
        knows: "account, end, requests left; not its permissions",
        rotation: Rotation::ByHand,
        revocation: Revocation::ApiOnSome("by API on github.com and GHE.com; on a page of a server"),
        limits: LIMITS,
    },
    Method {
        name: "login (OAuth app or GitHub App)",
        auth: AuthMethod::OAuth,
        kind: None,
        page: "/settings/applications/new",
        command: "connect github --oauth",
        scopes: Scopes { reading: &["repo", "read:org", "read:user"], hooks: &["admin:repo_hook"], keys: &[], statuses: &[] },
        knows: "account, scopes (of an OAuth app), end, requests left",
        rotation: Rotation::Itself,
        revocation: Revocation::ApiOnSome("by API on github.com and GHE.com; on a page of a server"),
        limits: LIMITS,
    },
    Method {
        name: "GitHub App (private key)",
        auth: AuthMethod::GithubApp,
        kind: None,
        page: "/settings/apps/new",
        command: "connect github --app",
        scopes: Scopes {
            reading: &["Contents: read", "Metadata: read"],
            hooks: &["Webhooks: read and write"],
            keys: &["Administration: read and write"],
            statuses: &["Commit statuses: read and write"],
        },
        knows: "app, installations, their permissions",
        rotation: Rotation::Itself,
        revocation: Revocation::Api("its tokens by API; its key on the app's page"),
        limits: "5,000 requests an hour for an installation, more with many repositories or members",
    },
];
