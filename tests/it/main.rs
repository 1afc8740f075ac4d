//! The program from outside: the real binary, a cleared environment, and providers that answer over real HTTP.
#![expect(clippy::unwrap_used, clippy::panic_in_result_fn, reason = "a test that cannot go on shall stop here")]
#![expect(clippy::disallowed_methods, reason = "tests write plain files of their own")]

mod contract;
mod layering;
mod secrets;
mod support;
