//! Git's own spellings: remote addresses, and the checkout around us. It knows no provider and no store.

mod checkout;
mod child;
pub(crate) mod config;
pub(crate) mod credential;
mod helper;
mod helpers;
mod passwords;
mod remote;
pub(crate) mod setup;

pub(crate) use checkout::origin;
pub(crate) use child::Child;
pub(crate) use helpers::{Helper, chain, helpers};
pub(crate) use passwords::passwords_in_settings;
pub(crate) use remote::Remote;
