//! Which suites run. A suite is left out only where `tests/run` says so, loudly, and never with `CI` set.

/// Whether this suite runs: false where `tests/run` could not install its peer and named it in `GITCONN_PEERS_LEFT_OUT`.
pub(crate) fn runs(suite: &str) -> bool {
    let left_out = std::env::var("GITCONN_PEERS_LEFT_OUT").unwrap_or_default();
    if !left_out.split_whitespace().any(|name| name == suite) {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "the suite `{suite}` is left out, and CI is set");
    eprintln!("LEFT OUT: {suite} (tests/run says why)");
    false
}
