//! The network: one client and one policy (design §9). It knows no provider: what is a rate limit and where a token comes
//! from is handed in. A request names a path below an [`Origin`], so a credential cannot leave the origin it was stored for.

mod answer;
mod auth;
mod call;
mod client;
mod error;
mod fault;
mod gate;
pub(crate) mod limits;
mod links;
mod origin;
mod pages;
mod redirect;
mod trust;
mod wire;

pub(crate) use answer::Answer;
pub(crate) use auth::{Auth, TokenSource, Unchanging};
pub(crate) use call::{Body, Call, Method};
pub(crate) use client::{Http, Options};
pub(crate) use error::Error;
pub(crate) use limits::{Classifier, Limit, Waiting, Watcher};
pub(crate) use links::{BodyLinks, Paging};
pub(crate) use origin::Origin;
pub(crate) use pages::{Flow, Pages, Walked, walk};
pub(crate) use trust::Trust;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
