//! The server itself: what a test of the program stands on has to be strict.

mod ask;
mod credentials;
mod listings;
mod login;
mod repositories;
