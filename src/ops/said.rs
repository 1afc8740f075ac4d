//! What only a token's owner can say of it: what goes with it, what it is confined to, and its end.

use super::Error;
use crate::model::{Connection, Timestamp};
use crate::provider::{Identity, Kind, Shape};

/// What was said. It is asked for where the token's text tells that it is needed ([`crate::provider::Wants`]).
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) email: Option<String>,
    /// An empty text lifts the one that there was.
    pub(crate) workspace: Option<String>,
    /// The end, where the provider does not know better.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Said {
    /// What is to be said of a token that takes the place of a connection's: what was said of that one holds where nothing else is.
    pub(super) fn or_of(self, connection: &Connection, shape: &Shape) -> Self {
        Self {
            email: self.email.or_else(|| connection.email.clone().filter(|_| shape.wants.email.is_some())),
            workspace: self.workspace.or_else(|| connection.workspace.clone()).filter(|workspace| !workspace.is_empty()),
            expires_at: self.expires_at,
        }
    }

    /// # Errors
    ///
    /// `Error::Unsaid` where something is missing without which nobody can be asked; `Error::Usage` where something was said that means nothing.
    pub(super) fn check(&self, kind: &dyn Kind, shape: &Shape) -> Result<(), Error> {
        let unsaid = |what, option| Err(Error::Unsaid { what, option });
        match (&self.email, shape.wants.email.is_some()) {
            (None, true) => return unsaid("its owner's e-mail address", "--email ADDRESS"),
            (Some(_), false) => {
                return Err(Error::Usage("this token is sent without an e-mail address: leave out --email".to_owned()));
            }
            (Some(_), true) | (None, false) => {}
        }
        match &self.workspace {
            None if shape.wants.workspace.is_some() => unsaid("the workspace that owns it", "--workspace WORKSPACE"),
            Some(_) if !kind.has_workspaces() => {
                Err(Error::Usage("this provider has no workspaces: leave out --workspace".to_owned()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whoever asks with a token of this shape, of which nothing else is known yet.
    pub(super) fn identity(&self, shape: &Shape) -> Identity {
        Identity { email: self.email.clone(), workspace: self.workspace.clone(), ..Identity::unknown(shape.method) }
    }
}
