//! Which suites run. A suite, or a part of one, is left out only loudly, and with `CI` set only where it wants what is no part of the project.

/// Whether this suite runs: false where `tests/run` could not install its peer and named it in `GITCONN_PEERS_LEFT_OUT`.
pub(crate) fn runs(suite: &str) -> bool {
    let left_out = std::env::var("GITCONN_PEERS_LEFT_OUT").unwrap_or_default();
    if !left_out.split_whitespace().any(|name| name == suite) {
        return true;
    }
    leave_out(suite, "tests/run says why");
    false
}

/// Says that something is left out, where a person and the summary of `tests/run` see it.
///
/// # Panics
///
/// With `CI` set: nothing is left out there.
#[track_caller]
pub(crate) fn leave_out(part: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{part} is left out ({why}), and CI is set");
    eprintln!("LEFT OUT: {part} ({why})");
    if let Some(list) = std::env::var_os("GITCONN_PEERS_LEFT_OUT_PARTS") {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        std::io::Write::write_all(&mut file, format!("{part}: {why}\n").as_bytes()).unwrap();
    }
}

/// Leaves out what wants something that is no part of the project, also with `CI` set. The summary of `tests/run` looks for itself.
pub(crate) fn leave_out_freely(part: &str, why: &str) {
    println!("LEFT OUT: {part} ({why})");
}
