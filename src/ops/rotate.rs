//! A new token in the place of an old one.

use crate::model::Connection;
use crate::provider::{self, RotateBy};

/// How that goes for a connection, by what is known of its provider and server.
pub(crate) fn way(connection: &Connection) -> RotateBy {
    provider::kind(connection.provider).rotate_by(connection)
}
