//! Gitea and Forgejo themselves: what a test of the program stands on has to be strict.

mod accounts;
mod calls;
mod contract;
mod login;
mod repositories;
mod tokens;
