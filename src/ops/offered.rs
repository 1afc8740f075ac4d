//! A credential before it is stored: pasted, or what a login brought.

use super::Error;
use super::grant::Grant;
use crate::model::AuthMethod;
use crate::provider::{Kind, Probe, Shape, Wants, Warning};
use crate::secret::Secret;

/// A credential that is to be stored.
pub(crate) enum Offered {
    /// A token that somebody made and handed over.
    Token(Secret),
    /// What a login brought.
    Login(Box<Grant>),
}

impl Offered {
    pub(super) fn access(&self) -> &Secret {
        match self {
            Self::Token(token) => token,
            Self::Login(grant) => &grant.pair.access,
        }
    }

    /// How it came, for the trail.
    pub(super) const fn by(&self) -> &'static str {
        match self {
            Self::Token(_) => "pasted",
            Self::Login(_) => "login",
        }
    }

    pub(super) fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Token(_) => None,
            Self::Login(grant) => Some(grant),
        }
    }

    /// What to say of it that works: its scopes, and what a login asked for in vain.
    pub(super) fn warnings(&self, kind: &dyn Kind, probe: &Probe) -> Vec<Warning> {
        let Some(grant) = self.grant() else { return kind.scope_warnings(probe) };
        // How long tokens of a login live is the app's to say, not the person's.
        let scopes = grant.scopes(probe.scopes.clone());
        let mut warnings = kind.scope_warnings(&Probe { expiry: None, scopes: scopes.clone(), ..probe.clone() });
        let lacking = match (&grant.requested, &scopes) {
            (Some(requested), Some(granted)) => kind.lacks(requested, granted),
            _ => Vec::new(),
        };
        if !lacking.is_empty() {
            let text = format!("asked for and not granted: {}", lacking.join(", "));
            warnings.push(Warning { text, hint: None });
        }
        warnings
    }

    /// What it is: `read` tells it by a token's text; what a login brought is known by that.
    pub(super) fn shape(&self, read: impl FnOnce(&Secret) -> Result<Shape, Error>) -> Result<Shape, Error> {
        match self {
            Self::Token(token) => read(token),
            Self::Login(_) => Ok(Shape { method: AuthMethod::OAuth, kind: None, doubts: Vec::new(), wants: Wants::default() }),
        }
    }
}
