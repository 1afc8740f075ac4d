//! gitconn: connections to Git providers in one encrypted file: checked, renewed, and used.
//!
//! This is the library behind the program `gitconn`. It exports [`run`] and [`Env`] for the program itself and promises
//! no stable interface beyond them. `ARCHITECTURE.md` has the picture of what lies in here.

mod cli;
mod config;
mod env;
mod git;
mod model;
mod net;
mod oauth;
mod ops;
mod provider;
mod secret;
mod store;

pub use cli::run;
pub use env::Env;
