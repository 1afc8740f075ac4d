//! What every test stands on: a sandboxed run of the real binary, a pseudo-terminal, and providers that answer over real HTTP.

pub(crate) mod browser;
pub(crate) mod fake;
pub(crate) mod foundry;
pub(crate) mod git_host;
pub(crate) mod grammar;
pub(crate) mod hall;
pub(crate) mod house;
pub(crate) mod keys;
pub(crate) mod leaks;
pub(crate) mod pty;
pub(crate) mod running;
pub(crate) mod sandbox;
pub(crate) mod shell;
pub(crate) mod shown;
pub(crate) mod source;
pub(crate) mod stream;
pub(crate) mod tokens;

pub(crate) use foundry::Foundry;
pub(crate) use hall::Hall;
pub(crate) use house::House;
pub(crate) use sandbox::{Ran, Sandbox};
