//! The ways to connect to GitLab (GitLab's "Personal access token scopes", "Project access tokens", "Roles and permissions").

use super::super::catalogue::{Method, Revocation, Rotation, Scopes};
use crate::model::{AuthMethod, TokenKind};

const LIMITS: &str = "2,000 requests a minute for an account on gitlab.com; elsewhere the instance's own";

/// Hooks and deploy keys are for maintainers of the project, whatever the scopes.
const SCOPES: Scopes = Scopes {
    reading: &["read_api", "read_repository"],
    hooks: &["api", "role Maintainer"],
    keys: &["api", "role Maintainer"],
    statuses: &["api", "role Developer"],
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "personal access token (`glpat-`)",
        auth: AuthMethod::Pat,
        kind: Some(TokenKind::Personal),
        page: "/-/user_settings/personal_access_tokens",
        command: "connect gitlab",
        scopes: SCOPES,
        knows: "account, scopes, end, requests left where the instance says",
        rotation: Rotation::ApiAtOnce,
        revocation: Revocation::Api("by API (15.4 and later)"),
        limits: LIMITS,
    },
    Method {
        name: "project access token (`glpat-`)",
        auth: AuthMethod::AccessToken,
        kind: Some(TokenKind::Project),
        page: "/PROJECT/-/settings/access_tokens",
        command: "connect gitlab",
        scopes: SCOPES,
        knows: "account, scopes, end, requests left where the instance says",
        rotation: Rotation::ApiAtOnce,
        revocation: Revocation::Api("by API (15.4 and later)"),
        limits: LIMITS,
    },
    Method {
        name: "group access token (`glpat-`)",
        auth: AuthMethod::AccessToken,
        kind: Some(TokenKind::Group),
        page: "/groups/GROUP/-/settings/access_tokens",
        command: "connect gitlab",
        scopes: SCOPES,
        knows: "account, scopes, end, requests left where the instance says",
        rotation: Rotation::ApiAtOnce,
        revocation: Revocation::Api("by API (15.4 and later)"),
        limits: LIMITS,
    },
    Method {
        name: "login (OAuth application)",
        auth: AuthMethod::OAuth,
        kind: None,
        page: "/-/user_settings/applications",
        command: "connect gitlab --oauth",
        scopes: Scopes { reading: &["api", "read_user"], ..SCOPES },
        knows: "account, scopes, end, requests left where the instance says",
        rotation: Rotation::Itself,
        revocation: Revocation::Api("by API"),
        limits: LIMITS,
    },
];
