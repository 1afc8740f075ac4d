//! gitconn against software nobody here wrote. `tests/run` installs it and starts this; each file says what its peer is and how it
//! is installed by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "tests set up their own files and read what tests/run says")]
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a suite that is left out says so")]

mod app;
mod app_crowd;
mod app_host;
mod app_page;
mod crowd;
mod faults;
mod gh;
mod git_http;
mod issuer;
mod keyring;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod mint;
mod oidc;
mod prism;
mod prism_app;
mod prism_bitbucket;
mod prism_gitea;
mod recorded;
mod rekey;
mod relay;
mod renew_crowd;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod renewal;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod rotation;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod rotor;
mod sandbox;
mod seal;
mod specification;
mod strace;
mod suite;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod tracer;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn faults_in_a_renewal() {
    suite::leave_out("faults, in a renewal", "the tracer knows Linux on x86-64 alone");
}
