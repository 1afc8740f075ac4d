//! Many processes that need the same dead token at once, before a server where a refresh token that is spent twice ends the login.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::issuer::{Counts, Issuer};

const ROUNDS: usize = 100;
const PROCESSES: usize = 32;

#[test]
fn a_hundred_rounds_of_32_processes_buy_one_pair_each() {
    let issuer = Issuer::start();
    let base = issuer.sandbox();
    let started = Instant::now();
    for round in 0..ROUNDS {
        issuer.reset();
        // Long enough for the others to come and wait.
        issuer.pauses(Duration::from_millis(100));
        let sandbox = base.copy();
        let children: Vec<_> = (0..PROCESSES)
            .map(|_| sandbox.program().args(["token", "a"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "round {round}: {err}");
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), issuer.newest(), "round {round}: an old token");
        }
        assert_eq!(issuer.counts(), Counts { posts: 1, refused: 0, sold: 1 }, "round {round}");
        if round % 10 == 0 {
            sandbox.run(["store", "verify"]).exits(0);
            sandbox.has_no_leftovers();
        }
    }
    eprintln!(
        "{ROUNDS} rounds of {PROCESSES} processes with one dead token: {ROUNDS} pairs bought, none refused, {} tokens printed, {} s",
        ROUNDS * PROCESSES,
        started.elapsed().as_secs()
    );
}
