//! Which scope a call wants, in the names of both families (Bitbucket A1, A2 and A3, after its own description of its calls).

use super::known::{Grant, TokenKind};

/// What a call wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    granular: &'static str,
    /// `None`: any token does.
    classic: Option<&'static str>,
}

pub(super) const USER: Scope = Scope { granular: "read:user:bitbucket", classic: Some("account") };
pub(super) const WORKSPACES: Scope = Scope { granular: "read:workspace:bitbucket", classic: Some("account") };
pub(super) const WORKSPACE: Scope = Scope { granular: "read:workspace:bitbucket", classic: None };
pub(super) const REPOSITORY: Scope = Scope { granular: "read:repository:bitbucket", classic: Some("repository") };
pub(super) const RESTRICTIONS: Scope = Scope { granular: "admin:repository:bitbucket", classic: Some("repository:admin") };

impl Scope {
    /// Its name in the family of a token.
    pub(super) fn name(self, kind: TokenKind) -> Option<&'static str> {
        if kind == TokenKind::ApiToken { Some(self.granular) } else { self.classic }
    }

    /// Whether a token may: of classic scopes `X:write` implies `X`, a granular one implies no other.
    pub(super) fn is_granted(self, grant: &Grant) -> bool {
        let Some(name) = self.name(grant.kind) else { return true };
        let writes = format!("{name}:write");
        let implies = |scope: &String| scope == name || grant.kind != TokenKind::ApiToken && *scope == writes;
        grant.scopes.iter().any(implies)
    }
}
