//! Faults in a rotation of the real binary: killed at every system call that it makes under the connection's lock, failed at those that touch files and the network, its
//! answer cut off at every byte. The server ends everything if a dead token is presented to it a second time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::errno::Errno;
use nix::libc;

use crate::mint::Mint;
use crate::rotor::Rotor;
use crate::sandbox::Sandbox;
use crate::suite;
use crate::tracer::{Call, Fate, trace};

const ROTATE: [&str; 3] = ["rotate", "a", "--no-input"];

/// Servers side by side.
const LANES: usize = 6;

/// How it stood when the program was run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing was made: the old token is in the store, and lives.
    Old,
    /// The new token is in the store, or was put there from the file beside it.
    New,
    /// The server had made a token that never arrived on disk: told so.
    Lost,
}

/// A server that a token is rotated at.
trait Provider: Sized {
    fn start() -> Self;
    fn sandbox(&self) -> Sandbox;
    fn reset(&self);
}

impl Provider for Rotor {
    fn start() -> Self {
        Self::start()
    }

    fn sandbox(&self) -> Sandbox {
        self.sandbox()
    }

    fn reset(&self) {
        self.reset();
    }
}

impl Provider for Mint {
    fn start() -> Self {
        Self::start()
    }

    fn sandbox(&self) -> Sandbox {
        self.sandbox()
    }

    fn reset(&self) {
        self.reset();
    }
}

/// Runs `each` for the points 1, 2, … until one says that there was no such point. Returns what the others brought.
fn at_every_point<S: Provider, T: Send>(each: impl Fn(&S, &Sandbox, usize) -> Option<T> + Sync) -> Vec<T> {
    let (next, found) = (AtomicUsize::new(1), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                let server = S::start();
                let base = server.sandbox();
                loop {
                    server.reset();
                    let Some(one) = each(&server, &base.copy(), next.fetch_add(1, Ordering::Relaxed)) else { return };
                    found.lock().unwrap().push(one);
                }
            });
        }
    });
    found.into_inner().unwrap()
}

/// What must hold after any fault: the next command says what happened and is right, and the one after that finishes it.
#[track_caller]
fn settled(rotor: &Rotor, sandbox: &Sandbox, fault: &str) -> Outcome {
    rotor.comes_to_rest();
    rotor.cuts(None);
    let before = rotor.counts();
    assert!(before.posts <= 1 && before.reused == 0, "{fault}: asked more than once: {before:?}");
    let next = sandbox.run(["token", "a"]);
    let after = rotor.counts();
    assert_eq!(after, before, "{fault}: a plain command asked for another token");
    let living = rotor.living().unwrap_or_else(|| panic!("{fault}: everything is dead"));
    let outcome = match next.code {
        Some(0) => {
            assert_eq!(next.out.trim_end(), living, "{fault}: a dead token was handed out: {}", next.err);
            if before.made == 0 { Outcome::Old } else { Outcome::New }
        }
        Some(4) => {
            assert_eq!(before.made, 1, "{fault}: a living token was given up: {}", next.err);
            assert!(
                next.err.contains("the new token of `a` is lost") || next.err.contains("nobody received the new one"),
                "{fault}: {}",
                next.err
            );
            assert!(next.err.contains("gitconn rotate a"), "{fault}: {}", next.err);
            Outcome::Lost
        }
        other => panic!("{fault}: the next run exits with {other:?}: {}", next.err),
    };
    // What was begun is finished, and a rotation that did not happen can be done; a lost one is a person's.
    let again = sandbox.run(ROTATE);
    let last = rotor.counts();
    assert_eq!(last.reused, 0, "{fault}: a dead token was presented: {}", again.err);
    match outcome {
        Outcome::Old | Outcome::New => assert_eq!(again.code, Some(0), "{fault}: {}", again.err),
        Outcome::Lost => assert_eq!((again.code, last.posts), (Some(4), before.posts), "{fault}: {}", again.err),
    }
    if outcome != Outcome::Lost {
        let shown = sandbox.run(["token", "a"]).exits(0);
        assert_eq!(Some(shown.out.trim_end().to_owned()), rotor.living(), "{fault}");
        assert!(shown.err.is_empty(), "{fault}: something is left: {}", shown.err);
    }
    for check in [["store", "verify"], ["audit", "verify"]] {
        let run = rotor.keeps_quiet(sandbox.run(check));
        assert_eq!(run.code, Some(0), "after {fault}: {}", run.err);
    }
    sandbox.has_no_leftovers();
    let rescued = std::fs::read_dir(sandbox.path("state").join("gitconn/rescue")).map_or(0, Iterator::count);
    assert_eq!(rescued, 0, "{fault}: a rescued token was left behind");
    outcome
}

/// Says how often each outcome came.
fn figures(what: &str, outcomes: &[Outcome]) -> [usize; 3] {
    let [old, new, lost] =
        [Outcome::Old, Outcome::New, Outcome::Lost].map(|one| outcomes.iter().filter(|other| **other == one).count());
    eprintln!(
        "{what} {} points of a rotation: {old} times nothing was made, {new} times the new token was kept, {lost} times it was made and never \
         arrived, and the next command said so",
        outcomes.len()
    );
    [old, new, lost]
}

#[test]
fn rotation_killed_at_every_call_under_the_lock() {
    if !suite::runs("faults") {
        return;
    }
    let outcomes = at_every_point(|rotor: &Rotor, sandbox, point| {
        let (mut seen, mut at) = (0, None);
        let run = trace(sandbox.program().args(ROTATE), |call: &Call| {
            seen += usize::from(call.locked);
            if call.locked && seen == point {
                at = Some(call.clone());
                return Fate::Kills;
            }
            Fate::Goes
        });
        let run = rotor.keeps_quiet(run.holds_no_secret());
        let Some(at) = at else {
            run.exits(0);
            return None;
        };
        assert_eq!(run.code, None, "the kill at {at:?} did not happen");
        Some(settled(rotor, sandbox, &format!("KILL at call {point}, {at:?}")))
    });
    let counted = figures("killed at", &outcomes);
    assert!(outcomes.len() >= 200, "{} calls are too few", outcomes.len());
    assert!(counted.iter().all(|count| *count > 0), "calls before, during and after the call that replaces are among the points");
}

#[test]
fn rotation_failed_at_every_call_under_the_lock() {
    if !suite::runs("faults") {
        return;
    }
    for errno in [Errno::EIO, Errno::ENOSPC] {
        let rescued = AtomicUsize::new(0);
        let outcomes = at_every_point(|rotor: &Rotor, sandbox, point| {
            let (mut seen, mut at) = (0, None);
            let run = trace(sandbox.program().args(ROTATE), |call: &Call| {
                let is_on_disk = call.path.as_ref().is_some_and(|path| path.starts_with(sandbox.root()));
                if !call.locked || !is_on_disk || at.is_some() {
                    return Fate::Goes;
                }
                seen += 1;
                if seen == point {
                    at = Some(call.clone());
                    return Fate::Fails(errno);
                }
                Fate::Goes
            });
            let run = rotor.keeps_quiet(run.holds_no_secret());
            let Some(at) = at else {
                run.exits(0);
                return None;
            };
            let fault = format!("{errno} at call {point}, {at:?}");
            assert!(matches!(run.code, Some(0..=8)), "{fault}: {run:?}");
            assert!(run.code == Some(0) || run.err.contains("error: "), "{fault}: a failure without words: {run:?}");
            let is_rescued = run.err.contains("is safe in");
            assert!(
                !is_rescued || run.err.starts_with("error: the new token of `a` is safe in"),
                "{fault}: not said first: {run:?}"
            );
            rescued.fetch_add(usize::from(is_rescued), Ordering::Relaxed);
            let outcome = settled(rotor, sandbox, &fault);
            // One fault of a disk costs no token.
            assert!(outcome != Outcome::Lost, "{fault}: {run:?}");
            Some(outcome)
        });
        figures(&format!("{errno} at"), &outcomes);
        eprintln!("  {} times the new token lay beside the store meanwhile", rescued.load(Ordering::Relaxed));
        assert!(rescued.into_inner() > 0, "no save after the call failed");
    }
}

#[test]
fn a_disk_that_fills_up_between_answer_and_save_keeps_the_token_or_says_that_it_is_lost() {
    if !suite::runs("faults") {
        return;
    }
    let rotor = Rotor::start();
    let base = rotor.sandbox();
    // Full from the beginning: nothing is asked.
    let sandbox = base.copy();
    rotor.reset();
    let run = trace(sandbox.program().args(ROTATE), |call| fails_to_write(call, call.locked));
    let run = rotor.keeps_quiet(run.holds_no_secret());
    assert!(run.err.contains("`a` was not rotated: the store cannot be saved, and the new token would be lost"), "{run:?}");
    assert_eq!(rotor.counts().posts, 0, "asked although nothing could be saved: {run:?}");
    assert_eq!(settled(&rotor, &sandbox, "a full disk from the beginning"), Outcome::Old);
    // Full from the answer on: neither store nor file can take it.
    let sandbox = base.copy();
    rotor.reset();
    let run = trace(sandbox.program().args(ROTATE), |call| fails_to_write(call, rotor.counts().made > 0));
    let run = rotor.keeps_quiet(run.holds_no_secret()).exits(1);
    assert!(run.err.starts_with("error: the new token of `a` is lost: it could be saved neither in the store"), "{run:?}");
    assert_eq!(settled(&rotor, &sandbox, "a full disk after the answer"), Outcome::Lost);
    // Full for the store alone, as a quota of one file system is: the file in the state directory takes it.
    let sandbox = base.copy();
    rotor.reset();
    let data = sandbox.store().parent().unwrap().to_owned();
    let run = trace(sandbox.program().args(ROTATE), |call| {
        let is_there = call.path.as_ref().is_some_and(|path| path.starts_with(&data));
        if is_there { fails_to_write(call, rotor.counts().made > 0) } else { Fate::Goes }
    });
    let run = rotor.keeps_quiet(run.holds_no_secret()).exits(1);
    assert!(run.err.starts_with("error: the new token of `a` is safe in"), "{run:?}");
    assert_eq!(settled(&rotor, &sandbox, "a full disk under the store"), Outcome::New);
}

/// What a full disk does: nothing more is written.
fn fails_to_write(call: &Call, from_now_on: bool) -> Fate {
    let is_file = call.path.as_ref().is_some_and(|path| path.starts_with("/"));
    let writes = matches!(call.number, libc::SYS_write | libc::SYS_pwrite64) && is_file;
    if from_now_on && writes { Fate::Fails(Errno::ENOSPC) } else { Fate::Goes }
}

#[test]
fn an_answer_cut_off_at_every_byte_costs_no_second_call() {
    let whole = Rotor::length();
    let outcomes = at_every_point(|rotor: &Rotor, sandbox, point| {
        let at = point - 1;
        if at > whole {
            return None;
        }
        rotor.cuts(Some(at));
        let run = rotor.keeps_quiet(sandbox.run(ROTATE));
        let fault = format!("cut off after {at} of {whole} bytes");
        let is_whole = at >= whole;
        assert_eq!(run.code, Some(if is_whole { 0 } else { 4 }), "{fault}: {run:?}");
        let outcome = settled(rotor, sandbox, &fault);
        assert_eq!(outcome, if is_whole { Outcome::New } else { Outcome::Lost }, "{fault}");
        Some(outcome)
    });
    figures("cut off at", &outcomes);
    assert_eq!(outcomes.len(), whole + 1);
}

/// What must hold after any fault where the old token lives until it is ended: a living token is used, and in the end just one is left.
#[track_caller]
fn settled_beside(mint: &Mint, sandbox: &Sandbox, fault: &str) -> usize {
    mint.comes_to_rest();
    mint.cuts(None);
    let before = mint.living().len();
    assert!((1..=2).contains(&before), "{fault}: {before} tokens live");
    let next = sandbox.run(["token", "b"]);
    assert_eq!(next.code, Some(0), "{fault}: {}", next.err);
    assert!(mint.living().contains(&next.out.trim_end().to_owned()), "{fault}: a dead token was handed out: {}", next.err);
    let again = sandbox.run(["rotate", "b", "--no-input"]);
    assert_eq!(again.code, Some(0), "{fault}: {}", again.err);
    let last = sandbox.run(["token", "b"]).exits(0);
    assert!(last.err.is_empty(), "{fault}: something is left: {}", last.err);
    assert_eq!(mint.living(), [last.out.trim_end()], "{fault}: a token that nobody holds lives on");
    for check in [["store", "verify"], ["audit", "verify"]] {
        let run = mint.keeps_quiet(sandbox.run(check));
        assert_eq!(run.code, Some(0), "after {fault}: {}", run.err);
    }
    sandbox.has_no_leftovers();
    before
}

#[test]
fn rotation_beside_the_old_token_killed_at_every_call_under_the_lock() {
    if !suite::runs("faults") {
        return;
    }
    let living = at_every_point(|mint: &Mint, sandbox, point| {
        let (mut seen, mut at) = (0, None);
        let run = trace(sandbox.program().args(["rotate", "b", "--no-input"]), |call: &Call| {
            seen += usize::from(call.locked);
            if call.locked && seen == point {
                at = Some(call.clone());
                return Fate::Kills;
            }
            Fate::Goes
        });
        let run = mint.keeps_quiet(run.holds_no_secret());
        let Some(at) = at else {
            run.exits(0);
            return None;
        };
        assert_eq!(run.code, None, "the kill at {at:?} did not happen");
        Some(settled_beside(mint, sandbox, &format!("KILL at call {point}, {at:?}")))
    });
    let two = living.iter().filter(|count| **count == 2).count();
    eprintln!(
        "killed at {} points of a rotation beside the old token: {two} times two tokens lived, and one was ended afterwards",
        living.len()
    );
    assert!(living.len() >= 200 && two > 0 && two < living.len(), "{} points, {two}", living.len());
}

#[test]
fn an_answer_beside_the_old_token_cut_off_at_every_byte_leaves_no_token_behind() {
    let counted = at_every_point(|mint: &Mint, sandbox, point| {
        let (at, whole) = (point - 1, Mint::length());
        if at > whole {
            return None;
        }
        mint.cuts(Some(at));
        let run = mint.keeps_quiet(sandbox.run(["rotate", "b", "--no-input"]));
        let fault = format!("cut off after {at} of {whole} bytes");
        assert_eq!(run.code, Some(if at >= whole { 0 } else { 6 }), "{fault}: {run:?}");
        Some(settled_beside(mint, sandbox, &fault))
    });
    assert_eq!(counted.len(), Mint::length() + 1);
    // Whoever asked has ended what did not arrive.
    assert!(counted.iter().all(|living| *living == 1), "{counted:?}");
}

#[test]
fn a_server_that_is_unwell_after_it_was_done_costs_no_second_call() {
    let (rotor, page) = (Rotor::start(), "<html><body>Whoops</body></html>");
    let base = rotor.sandbox();
    for status in ["500 Internal Server Error", "502 Bad Gateway", "504 Gateway Time-out", "408 Request Timeout"] {
        let sandbox = base.copy();
        rotor.reset();
        rotor.answers(&format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
            page.len()
        ));
        rotor.keeps_quiet(sandbox.run(ROTATE)).exits(4);
        assert_eq!(settled(&rotor, &sandbox, status), Outcome::Lost);
    }
}
