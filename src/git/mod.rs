//! Git's own spellings: remote addresses, and the checkout around us. It knows no provider and no store.

mod checkout;
mod child;
pub(crate) mod config;
pub(crate) mod credential;
mod desk;
mod helper;
mod helpers;
mod passwords;
mod program;
mod remote;
mod settings;
pub(crate) mod setup;
mod shown;

pub(crate) use checkout::{origin, pulled_from};
pub(crate) use child::Child;
pub(crate) use desk::{Desk, DeskHost, ask as ask_at_desk, taken_apart};
pub(crate) use helpers::{Helper, chain, helpers, helpers_of_checkout};
pub(crate) use passwords::passwords_in_settings;
pub(crate) use remote::Remote;
