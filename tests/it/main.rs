//! The program from outside: the real binary, a cleared environment, and providers that answer over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop here")]
#![expect(clippy::disallowed_methods, reason = "tests write plain files of their own")]

mod app_clock;
mod app_connect;
mod audit;
mod bad_input;
mod branches;
mod completions;
mod config;
mod connect;
mod contract;
mod device;
mod edit;
mod enable;
mod examples;
mod exec;
mod exit_codes;
mod interrupted;
mod json_shapes;
mod layering;
mod list;
mod login;
mod login_again;
mod login_asks;
mod login_refused;
mod oauth;
mod output;
mod own_hosts;
mod prompts;
mod reference;
mod remove;
mod renew;
mod renew_fails;
mod repos;
mod secrets;
mod show;
mod store;
mod store_in_doubt;
mod support;
mod token;
mod transcript;
mod typed_secrets;
mod validate;
