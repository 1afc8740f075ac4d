//! The ways to connect to GitLab (GitLab's "Personal access token scopes", "Project access tokens", "Roles and permissions").

use super::super::catalogue::{Method, Revocation, Rotation, Scopes};
use crate::model::{AuthMethod, TokenKind};

const LIMITS: &str = "2,000 requests a minute for an account on gitlab.com; elsewhere the instance's own";

const KNOWS: &str = "account, scopes, end, requests left where the instance says";

/// Hooks and deploy keys are for maintainers of the project, whatever the scopes.
const SCOPES: Scopes = Scopes {
    reading: &["read_api", "read_repository"],
    hooks: &["api", "role Maintainer"],
    keys: &["api", "role Maintainer"],
    statuses: &["api", "role Developer"],
};

/// What differs between the three that people make is whose they are, and the page.
const fn made(name: &'static str, auth: AuthMethod, kind: TokenKind, page: &'static str) -> Method {
    Method {
        name,
        auth,
        kind: Some(kind),
        page,
        command: "connect gitlab",
        scopes: SCOPES,
        knows: KNOWS,
        rotation: Rotation::ApiAtOnce,
        revocation: Revocation::Api("by API (15.4 and later)"),
        limits: LIMITS,
    }
}

pub(super) const METHODS: &[Method] = &[
    made("personal access token (`glpat-`)", AuthMethod::Pat, TokenKind::Personal, "/-/user_settings/personal_access_tokens"),
    made("project access token (`glpat-`)", AuthMethod::AccessToken, TokenKind::Project, "/PROJECT/-/settings/access_tokens"),
    made("group access token (`glpat-`)", AuthMethod::AccessToken, TokenKind::Group, "/groups/GROUP/-/settings/access_tokens"),
    Method {
        name: "login (OAuth application)",
        auth: AuthMethod::OAuth,
        kind: None,
        page: "/-/user_settings/applications",
        command: "connect gitlab --oauth",
        scopes: Scopes { reading: &["api", "read_user"], ..SCOPES },
        knows: KNOWS,
        rotation: Rotation::Itself,
        revocation: Revocation::Api("by API"),
        limits: LIMITS,
    },
];
