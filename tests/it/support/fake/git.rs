//! What git's own side of a host says to the first call of a fetch or a push. Written by hand after git's documentation (`gitprotocol-http`, `gitprotocol-common`).

use super::Answer;
use super::github::sha;

fn line(text: &str) -> String {
    format!("{:04x}{text}", text.len() + 4)
}

/// The branches of a repository, as a fetch is shown them; the first is the default one.
pub(crate) fn for_a_fetch(branches: &[&str]) -> Answer {
    let mut text = line("# service=git-upload-pack\n") + "0000";
    if let Some(default) = branches.first() {
        text += &line(&format!("{} HEAD\0multi_ack symref=HEAD:refs/heads/{default} agent=git/2.47.0\n", sha(default)));
    }
    let mut sorted = branches.to_vec();
    sorted.sort_unstable();
    for name in sorted {
        text += &line(&format!("{} refs/heads/{name}\n", sha(name)));
    }
    Answer::text(200, &(text + "0000")).header("content-type", "application/x-git-upload-pack-advertisement")
}

/// That a push is let in.
pub(crate) fn for_a_push() -> Answer {
    let text = line("# service=git-receive-pack\n")
        + "0000"
        + &line(&format!("{} refs/heads/main\0report-status\n", sha("main")))
        + "0000";
    Answer::text(200, &text).header("content-type", "application/x-git-receive-pack-advertisement")
}

/// Quoted: GitHub §10 has the words; that they are plain text is git's documentation.
pub(crate) fn no_push() -> Answer {
    Answer::text(403, "Write access to repository not granted.\n")
}
