//! OAuth as a program on a person's machine does it (RFC 8252, RFC 8628): the login in the browser and by code, and the renewal. What is peculiar to a
//! provider comes in as [`OAuthEndpoints`](crate::model::OAuthEndpoints); what becomes of the tokens is for those above to say.

mod callback;
mod connection;
mod desk;
mod device;
mod error;
mod flow;
mod loopback;
mod page;
mod request;
mod start;
mod tokens;
mod transport;

pub(crate) use callback::{Expected, Objection, Reply, read_pasted};
pub(crate) use device::DeviceCode;
pub(crate) use error::{Error, Refusal};
pub(crate) use loopback::{Listening, Loopback, Outcome};
pub(crate) use start::{Form, random};
pub(crate) use tokens::read as read_tokens;
pub(crate) use transport::Server;

#[cfg(test)]
mod tests;
