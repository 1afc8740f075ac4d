//! GitHub's apps themselves: what a test of the program stands on has to be strict.

mod calls;
mod jwt;
mod manifest;
mod tokens;
