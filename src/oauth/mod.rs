//! Login by OAuth 2.0 for native apps (RFC 8252). Here: the loopback listener, at which the browser comes back.

mod callback;
mod connection;
mod desk;
mod loopback;
mod page;
mod request;

pub(crate) use callback::{Expected, Objection, Reply, read_pasted};
pub(crate) use loopback::{Listening, Loopback, Outcome, Wrong};

#[cfg(test)]
mod tests;
