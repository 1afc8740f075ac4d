//! What the program does, without a terminal: each file is one thing that a user asks for. It brings store, providers and settings together and
//! prints nothing.

pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod backing;
pub(crate) mod changes;
pub(crate) mod check;
pub(crate) mod checkout;
pub(crate) mod clients;
pub(crate) mod clone;
pub(crate) mod connect;
pub(crate) mod connect_many;
pub(crate) mod credential;
pub(crate) mod detect;
pub(crate) mod doctor;
pub(crate) mod edit;
mod error;
pub(crate) mod exec;
mod given;
mod grant;
pub(crate) mod guide;
#[cfg(unix)]
pub(crate) mod heard;
mod host_options;
pub(crate) mod import;
pub(crate) mod list_branches;
pub(crate) mod list_repositories;
mod live;
pub(crate) mod login;
pub(crate) mod look;
mod offered;
pub(crate) mod pipeline;
pub(crate) mod readers;
pub(crate) mod refresh;
pub(crate) mod rekey;
pub(crate) mod remove;
mod renew;
pub(crate) mod replace_token;
pub(crate) mod resolve;
pub(crate) mod rotate;
pub(crate) mod routes;
mod said;
pub(crate) mod serving;
mod session;
pub(crate) mod setup_git;
mod shield;
pub(crate) mod store;
#[cfg(test)]
mod testing;
pub(crate) mod token;
mod unblocked;
mod used;
pub(crate) mod validate;
pub(crate) mod which;

pub(crate) use apps::AppError;
pub(crate) use backing::BoundError;
pub(crate) use check::CheckError;
pub(crate) use error::{Error, LivesBy};
pub(crate) use host_options::HostOptions;
pub(crate) use offered::Offered;
pub(crate) use rotate::RotateError;
pub(crate) use said::Said;
pub(crate) use session::{Around, Ask, Choices, Filter, Notices, Session};
pub(crate) use shield::Shield;

// What an error of ours is made of, what progress is told, what providers are like: the terminal sees the layers below through here.
pub(crate) use crate::net::{Error as NetError, Flow, Waiting, Watcher};
pub(crate) use crate::oauth::{DeviceCode, Error as OAuthError, Outcome, Refusal};
pub(crate) use crate::provider::{
    Answered, BranchQuery, Error as ProviderError, Method, Obstacle, PageChoice, Probe, Push, RevokeBy, Revoked, RotateBy,
    Scopes, TokenPage, Wants, catalogue, redact, secret_as, secret_in,
};
pub(crate) use crate::store::key::{Ask as AskFor, Cancelled, Flaw};
pub(crate) use crate::store::{Chain, Error as StoreError, Fault, HeldAs, InstallationRecord, Link, Store};
