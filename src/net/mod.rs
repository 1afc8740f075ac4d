//! The network: one client and one policy (design §9). It knows no provider: what is a rate limit and where a token comes
//! from is handed in. A request names a path below an [`Origin`], so a credential cannot leave the origin it was stored for.

mod answer;
mod client;
mod error;
mod limits;
mod pages;
mod trust;

pub(crate) use answer::Answer;
pub(crate) use client::{Auth, Call, Http, Method, Options, Origin, TokenSource};
pub(crate) use error::Error;
pub(crate) use limits::{Classifier, Limit, Waiting, Watcher};
pub(crate) use pages::{Flow, Pages, Walked, walk};
pub(crate) use trust::Trust;
