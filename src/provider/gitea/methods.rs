//! The ways to connect to Gitea and Forgejo ("Token scopes", "OAuth provider", "Permissions").

use super::super::catalogue::{Method, Revocation, Rotation, Scopes};
use crate::model::{AuthMethod, TokenKind};

const LIMITS: &str = "the instance's own; Codeberg publishes none";

/// `write:repository` covers all three, whatever the role allows.
const SCOPES: Scopes = Scopes {
    reading: &["read:user", "read:repository"],
    hooks: &["write:repository", "role Administrator"],
    keys: &["write:repository", "role Administrator"],
    statuses: &["write:repository", "role Write"],
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "access token (40 hexadecimal characters)",
        auth: AuthMethod::Pat,
        kind: Some(TokenKind::Personal),
        page: "/user/settings/applications",
        command: "connect gitea --host HOST",
        scopes: SCOPES,
        knows: "account, version, scopes at Gitea 1.23 and later; it has no end",
        rotation: Rotation::ApiOnSome,
        revocation: Revocation::ApiOnSome("by API at Gitea (before 1.27 with scope `write:user`); at Forgejo by hand"),
        limits: LIMITS,
    },
    Method {
        name: "login (OAuth application)",
        auth: AuthMethod::OAuth,
        kind: None,
        page: "/user/settings/applications",
        command: "connect gitea --host HOST --oauth",
        scopes: Scopes { reading: &["read:user", "write:repository"], ..SCOPES },
        knows: "account, version, scopes at Gitea 1.23 and later",
        rotation: Rotation::Itself,
        revocation: Revocation::ByHand("by hand: no call for it"),
        limits: LIMITS,
    },
];
