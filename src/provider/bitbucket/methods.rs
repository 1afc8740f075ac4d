//! The ways to connect to Bitbucket (Atlassian: "API token permissions", "Repository access token permissions", "OAuth 2.0").

use super::super::catalogue::{Method, Revocation, Rotation, Scopes};
use crate::model::{AuthMethod, TokenKind};

const LIMITS: &str = "1,000 requests an hour for a person or a token; more for access tokens of large paid workspaces";

/// Granular scopes: none includes another.
pub(super) const API_TOKEN: Scopes = Scopes {
    reading: &["read:user:bitbucket", "read:workspace:bitbucket", "read:repository:bitbucket"],
    hooks: &["read:webhook:bitbucket", "write:webhook:bitbucket", "read:pullrequest:bitbucket", "write:pullrequest:bitbucket"],
    keys: &["admin:repository:bitbucket", "write:ssh-key:bitbucket", "delete:ssh-key:bitbucket"],
    statuses: &[],
};

/// Repositories read, pull requests, webhooks read and write.
pub(super) const ACCESS_TOKEN: Scopes = Scopes {
    reading: &["repository"],
    hooks: &["webhook", "pullrequest:write"],
    // The specification lists API tokens alone for it.
    keys: &["only with an API token"],
    statuses: &[],
};

const fn access_token(name: &'static str, kind: TokenKind, page: &'static str) -> Method {
    Method {
        name,
        auth: AuthMethod::AccessToken,
        kind: Some(kind),
        page,
        command: "connect bitbucket --workspace WORKSPACE",
        scopes: ACCESS_TOKEN,
        knows: "workspace, kind, scopes; not its end",
        rotation: Rotation::ByHand,
        revocation: Revocation::ByHand("on its page; `Rotate` there leaves the old one 30 minutes"),
        limits: LIMITS,
    }
}

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "API token with scopes (`ATATT`)",
        auth: AuthMethod::Pat,
        kind: Some(TokenKind::ApiToken),
        page: "https://id.atlassian.com/manage-profile/security/api-tokens",
        command: "connect bitbucket --email ADDRESS",
        scopes: API_TOKEN,
        knows: "account, scopes where Bitbucket tells; not its end",
        rotation: Rotation::ByHand,
        revocation: Revocation::ByHand("on its page"),
        limits: LIMITS,
    },
    access_token("repository access token (`ATCTT`)", TokenKind::Repository, "/WORKSPACE/REPOSITORY/admin/access-tokens"),
    access_token("project access token (`ATCTT`, Premium)", TokenKind::Project, "/WORKSPACE/workspace/projects/KEY/settings"),
    access_token(
        "workspace access token (`ATCTT`, Premium)",
        TokenKind::Workspace,
        "/WORKSPACE/workspace/settings/access-tokens",
    ),
    Method {
        name: "login (OAuth consumer)",
        auth: AuthMethod::OAuth,
        kind: None,
        page: "/WORKSPACE/workspace/settings/api",
        command: "connect bitbucket --oauth",
        scopes: Scopes {
            reading: &["account", "repository"],
            hooks: &["webhook", "pullrequest:write"],
            keys: ACCESS_TOKEN.keys,
            statuses: &[],
        },
        knows: "account, scopes, end",
        rotation: Rotation::Itself,
        revocation: Revocation::ByHand("on the page of app authorizations"),
        limits: "1,000 requests an hour for all users of a consumer together",
    },
];
