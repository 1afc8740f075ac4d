//! Faults in a renewal of the real binary: killed at every system call that it makes under the connection's lock, failed at those that touch files
//! and the network, interrupted by Ctrl-C. The token endpoint is as strict as one can be: what is spent twice is lost.

use std::os::unix::process::ExitStatusExt as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::issuer::{Counts, Issuer};
use crate::sandbox::{Run, Sandbox};
use crate::suite;
use crate::tracer::{Call, Fate, trace};

const REFRESH: [&str; 2] = ["refresh", "a"];

/// Servers side by side. More than there are processors: a login that was lost waits two seconds for a second opinion.
const LANES: usize = 6;

/// Calls that speak to the server.
const NETWORK: [libc::c_long; 9] = [
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_getsockopt,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_shutdown,
];

/// How it stood when the program was run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing had been bought; it was then.
    Bought,
    /// The new pair was in the store, or was put there from the file beside it.
    Kept,
    /// The server had sold a pair that never arrived on disk: told so, and a person has to log in.
    CutOff,
}

/// Runs `each` for the points 1, 2, … until one says that there was no such point. Returns what the others brought.
fn at_every_point<T: Send>(each: impl Fn(&Issuer, &Sandbox, usize) -> Option<T> + Sync) -> Vec<T> {
    let (next, found) = (AtomicUsize::new(1), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                let issuer = Issuer::start();
                let base = issuer.sandbox();
                loop {
                    issuer.reset();
                    let Some(one) = each(&issuer, &base.copy(), next.fetch_add(1, Ordering::Relaxed)) else { return };
                    found.lock().unwrap().push(one);
                }
            });
        }
    });
    found.into_inner().unwrap()
}

/// Whether the store says that the token lives: the first pair is dead.
fn is_saved(sandbox: &Sandbox) -> bool {
    let shown = sandbox.run(["show", "a", "--json"]).exits(0).json();
    let connection = shown.get("connection").unwrap_or(&shown);
    let end: jiff::Timestamp = connection["expires_at"].as_str().unwrap().parse().unwrap();
    end > jiff::Timestamp::now()
}

/// What must hold after any fault.
#[track_caller]
fn settled(issuer: &Issuer, sandbox: &Sandbox, fault: &str) -> Outcome {
    issuer.comes_to_rest();
    let before = issuer.counts();
    assert!(before.posts <= 1 && before.refused == 0, "{fault}: asked more than once: {before:?}");
    let was_saved = is_saved(sandbox);
    let was_sold = before.sold == 1;
    assert!(was_sold || !was_saved, "{fault}: a pair was saved that nobody sold");
    let next = sandbox.run(["token", "a"]);
    let after = issuer.counts();
    let outcome = match next.code {
        Some(0) => {
            assert_eq!(next.out.trim_end(), issuer.newest(), "{fault}: not the newest token");
            // Never a second purchase where the first one was kept, and never a spent token.
            assert_eq!(after, Counts { posts: after.posts, refused: 0, sold: 1 }, "{fault}");
            if was_sold {
                assert_eq!(after.posts, 1, "{fault}: the kept pair was spent");
                Outcome::Kept
            } else {
                Outcome::Bought
            }
        }
        Some(4) => {
            assert!(was_sold && !was_saved, "{fault}: a live login was given up: {}", next.err);
            // The old refresh token, and for a server that lags behind once more.
            assert!(after.refused == after.posts - before.posts && after.refused <= 2, "{fault}: {after:?}");
            assert!(next.err.contains("was cut off before its answer was saved"), "{fault}: {}", next.err);
            assert!(next.err.contains("gitconn connect --reauth a"), "{fault}: {}", next.err);
            let shown = sandbox.run(["show", "a", "--json"]).exits(0).json();
            let connection = shown.get("connection").unwrap_or(&shown);
            assert_eq!(connection["status"], "expired", "{fault}");
            Outcome::CutOff
        }
        other => panic!("{fault}: the next run exits with {other:?}: {}", next.err),
    };
    assert!(!was_saved || outcome == Outcome::Kept, "{fault}: a saved pair was not used");
    sandbox.run(["edit", "a", "--description", "after"]).exits(0);
    for check in [["store", "verify"], ["audit", "verify"]] {
        let run = issuer.keeps_quiet(sandbox.run(check));
        assert_eq!(run.code, Some(0), "after {fault}: {}", run.err);
    }
    sandbox.has_no_leftovers();
    let rescued = std::fs::read_dir(sandbox.path("state").join("gitconn/rescue")).map_or(0, Iterator::count);
    assert_eq!(rescued, 0, "{fault}: a rescued pair was left behind");
    outcome
}

/// Says how often each outcome came.
fn figures(what: &str, outcomes: &[Outcome]) -> [usize; 3] {
    let [bought, kept, cut_off] =
        [Outcome::Bought, Outcome::Kept, Outcome::CutOff].map(|one| outcomes.iter().filter(|other| **other == one).count());
    eprintln!(
        "{what} {} calls of a renewal: {bought} times nothing was bought and the next run did, {kept} times the pair was kept, \
         {cut_off} times it was sold and never arrived, and the next run said so",
        outcomes.len()
    );
    [bought, kept, cut_off]
}

/// Whether ptrace works here; the suite is left out where `tests/run` found that it does not.
fn can_trace() -> bool {
    suite::runs("faults")
}

#[test]
fn killed_at_every_call_under_the_lock() {
    if !can_trace() {
        return;
    }
    let outcomes = at_every_point(|issuer, sandbox, point| {
        let (mut seen, mut at) = (0, None);
        let run = trace(sandbox.program().args(REFRESH), |call: &Call| {
            seen += usize::from(call.locked);
            if call.locked && seen == point {
                at = Some(call.clone());
                return Fate::Kills;
            }
            Fate::Goes
        });
        let run = issuer.keeps_quiet(run.holds_no_secret());
        let Some(at) = at else {
            run.exits(0);
            return None;
        };
        assert_eq!(run.code, None, "the kill at {at:?} did not happen");
        Some(settled(issuer, sandbox, &format!("KILL at call {point}, {at:?}")))
    });
    let counted = figures("killed at", &outcomes);
    assert!(outcomes.len() >= 200, "{} calls are too few", outcomes.len());
    assert!(counted.iter().all(|count| *count > 0), "calls before, during and after the purchase are among the points");
}

#[test]
fn failed_at_every_call_under_the_lock() {
    if !can_trace() {
        return;
    }
    for errno in [Errno::EIO, Errno::ENOSPC, Errno::EROFS, Errno::ECONNRESET] {
        let rescued = AtomicUsize::new(0);
        let outcomes = at_every_point(|issuer, sandbox, point| {
            let (mut seen, mut at) = (0, None);
            let run = trace(sandbox.program().args(REFRESH), |call: &Call| {
                let is_on_disk = call.path.as_ref().is_some_and(|path| path.starts_with(sandbox.root()));
                let fits = if errno == Errno::ECONNRESET { NETWORK.contains(&call.number) } else { is_on_disk };
                if !call.locked || !fits || at.is_some() {
                    return Fate::Goes;
                }
                seen += 1;
                if seen == point {
                    at = Some(call.clone());
                    return Fate::Fails(errno);
                }
                Fate::Goes
            });
            let run = issuer.keeps_quiet(run.holds_no_secret());
            let Some(at) = at else {
                run.exits(0);
                return None;
            };
            let fault = format!("{errno} at call {point}, {at:?}");
            assert!(matches!(run.code, Some(0..=8)), "{fault}: {run:?}");
            assert!(run.code == Some(0) || run.err.contains("error: "), "{fault}: a failure without words: {run:?}");
            rescued.fetch_add(usize::from(run.err.contains("they are safe in")), Ordering::Relaxed);
            let outcome = settled(issuer, sandbox, &fault);
            // One fault of a disk costs nothing that was bought.
            assert!(errno == Errno::ECONNRESET || outcome != Outcome::CutOff, "{fault}: {run:?}");
            Some(outcome)
        });
        figures(&format!("{errno} at"), &outcomes);
        eprintln!("  {} times the pair lay beside the store meanwhile", rescued.load(Ordering::Relaxed));
        assert!(errno == Errno::ECONNRESET || rescued.into_inner() > 0, "no save after a purchase failed");
    }
}

#[test]
fn a_disk_that_fills_up_before_the_purchase_prevents_it() {
    if !can_trace() {
        return;
    }
    let issuer = Issuer::start();
    let sandbox = issuer.sandbox();
    for errno in [Errno::ENOSPC, Errno::EROFS] {
        let run = trace(sandbox.program().args(REFRESH), |call| fails_to_write(call, call.locked, errno));
        let run = issuer.keeps_quiet(run.holds_no_secret());
        assert!(matches!(run.code, Some(1 | 5)), "{run:?}");
        assert!(run.err.contains("the store cannot be saved, and the new tokens would be lost"), "{run:?}");
        assert_eq!(issuer.counts().posts, 0, "asked although nothing could be saved: {run:?}");
        sandbox.has_no_leftovers();
    }
    assert_eq!(settled(&issuer, &sandbox, "a full disk"), Outcome::Bought);
}

#[test]
fn a_disk_that_fills_up_after_the_purchase_is_told_truly() {
    if !can_trace() {
        return;
    }
    let issuer = Issuer::start();
    let sandbox = issuer.sandbox();
    let run = trace(sandbox.program().args(REFRESH), |call| fails_to_write(call, issuer.counts().sold > 0, Errno::ENOSPC));
    let run = issuer.keeps_quiet(run.holds_no_secret()).exits(1);
    assert!(run.err.contains("was renewed, but the new tokens could be saved neither in the store"), "{run:?}");
    assert_eq!(settled(&issuer, &sandbox, "a full disk"), Outcome::CutOff);
}

/// What a full or read-only disk does: nothing new is opened, written, named or made to last.
fn fails_to_write(call: &Call, from_now_on: bool, errno: Errno) -> Fate {
    let opens_to_write = call.number == libc::SYS_openat && call.arguments[2] & u64::from(libc::O_CREAT.cast_unsigned()) != 0;
    let is_file = call.path.as_ref().is_some_and(|path| path.starts_with("/"));
    let writes = matches!(call.number, libc::SYS_write | libc::SYS_pwrite64) && is_file;
    if from_now_on && (writes || (opens_to_write && errno == Errno::EROFS)) { Fate::Fails(errno) } else { Fate::Goes }
}

#[test]
fn ctrl_c_while_the_answer_is_waited_for_loses_nothing() {
    let issuer = Issuer::start();
    let base = issuer.sandbox();
    for command in [&["refresh", "a"][..], &["token", "a"]] {
        let sandbox = base.copy();
        issuer.reset();
        issuer.pauses(Duration::from_secs(1));
        let mut program = sandbox.program();
        program.args(command).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let child = program.spawn().unwrap();
        let started = Instant::now();
        while issuer.counts().sold == 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "{command:?} did not ask");
            std::thread::sleep(Duration::from_millis(5));
        }
        nix::sys::signal::kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.status.signal()), (Some(130), None), "{err}");
        assert!(output.stdout.is_empty(), "an interrupted run printed something");
        let run = Run { code: Some(130), out: String::new(), err };
        issuer.keeps_quiet(run);
        assert!(is_saved(&sandbox), "{command:?}: what was bought is not in the store");
        assert_eq!(settled(&issuer, &sandbox, "Ctrl-C"), Outcome::Kept);
    }
}
