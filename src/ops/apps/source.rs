//! An installation's token for a page walk of any length: made anew when its time comes in the middle, or when the provider refuses it.

use std::rc::Rc;

use async_trait::async_trait;

use super::Minter;
use crate::model::ConnectionId;
use crate::net::{Answer, TokenSource};
use crate::secret::Secret;

/// The token of one installation.
pub(in crate::ops) struct OfInstallation {
    minter: Rc<Minter>,
    connection: ConnectionId,
    installation: u64,
}

impl OfInstallation {
    pub(in crate::ops) fn new(minter: Rc<Minter>, connection: ConnectionId, installation: u64) -> Self {
        Self { minter, connection, installation }
    }
}

#[async_trait(?Send)]
impl TokenSource for OfInstallation {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(self.minter.live(&self.connection, self.installation).await?.token)
    }

    async fn instead_of(&self, refused: &Secret, _answer: &Answer) -> Result<Option<Secret>, Box<dyn std::error::Error>> {
        Ok(self.minter.instead_of(&self.connection, self.installation, refused).await?)
    }
}
