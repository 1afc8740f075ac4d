//! Whether this machine lets the tests of the kernel's keyring run.

use jiff::Timestamp;

use super::kernel;
use crate::env::Env;
use crate::secret::Secret;

/// What these tests are called where they may be left out.
const SUITE: &str = "kernel-keyring";

/// Whether the kernel plays. Where a sandbox forbids it, says so; with `CI` set that is a failure, unless `GITCONN_TESTS_WITHOUT` names this
/// suite.
#[expect(clippy::print_stderr, reason = "a test that was left out has to say so")]
pub(super) fn permitted() -> bool {
    let store = format!("test-{}", uuid::Uuid::new_v4());
    let Err(why) = kernel::put(&store, &Secret::from("probe".to_owned()), 5, Timestamp::UNIX_EPOCH) else {
        let _ = kernel::remove(&store);
        return true;
    };
    // Only what a sandbox does excuses us.
    assert!(why.contains("sandbox") || why.contains("kernel has none"), "{why}");
    let env = Env::from_process();
    let without = env.text("GITCONN_TESTS_WITHOUT").unwrap_or_default();
    let is_excused = without.split_whitespace().any(|name| name == SUITE);
    assert!(is_excused || env.text("CI").is_none(), "the suite `{SUITE}` is left out ({why}), and CI is set");
    eprintln!("LEFT OUT: {SUITE} ({why})");
    false
}
