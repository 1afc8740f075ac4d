//! gitconn against software nobody here wrote. `tests/run` installs it and starts this; each file says what its peer is and how it
//! is installed by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "tests set up their own files and read what tests/run says")]
#![expect(clippy::print_stderr, reason = "a suite that is left out says so")]

mod crowd;
mod faults;
mod keyring;
mod prism;
mod recorded;
mod relay;
mod sandbox;
mod seal;
mod strace;
mod suite;
