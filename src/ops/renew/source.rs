//! A connection's token for a page walk of any length: renewed when its time comes in the middle, or when its provider refuses it.

use std::rc::Rc;

use async_trait::async_trait;

use super::Renewer;
use crate::model::ConnectionId;
use crate::net::{Answer, TokenSource};
use crate::secret::Secret;

/// The token of one connection.
pub(in crate::ops) struct Renewing {
    renewer: Rc<Renewer>,
    id: ConnectionId,
}

impl Renewing {
    pub(in crate::ops) fn new(renewer: Rc<Renewer>, id: ConnectionId) -> Self {
        Self { renewer, id }
    }
}

#[async_trait(?Send)]
impl TokenSource for Renewing {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(self.renewer.live(&self.id).await?)
    }

    async fn instead_of(&self, refused: &Secret, _answer: &Answer) -> Result<Option<Secret>, Box<dyn std::error::Error>> {
        Ok(self.renewer.instead_of(&self.id, refused).await?)
    }
}
