//! Peer: strace (`apt install strace`), which kills or fails a chosen system call of the real binary.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::sandbox::{Run, Sandbox, finish, program_path};

/// The system calls of a save, reads included.
const FILE_CALLS: &str = "openat,read,pread64,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,\
                          flock,ftruncate,lseek,mkdir,mkdirat,fchmod,fchmodat,?fchmodat2,chmod,close,statx,fstat,newfstatat,readlink,\
                          readlinkat,getdents64,copy_file_range,utimensat";

/// One point where a fault can be put: the n-th call of this name in its thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) number: usize,
    /// What the call returned when nothing was injected.
    pub(crate) returned: Option<i64>,
}

/// Every call that touches the sandbox's directories while the program runs with these arguments, in order of name and number.
///
/// Calls on other paths (libraries, /proc) come before the program does anything and cannot hurt the store.
pub(crate) fn points(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Point> {
    let log = sandbox.path("strace.log");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-s", "0", "-e", &format!("trace={FILE_CALLS}"), "-o"]).arg(&log);
    let run = finish(&mut dressed(sandbox, command, arguments));
    assert_eq!(run.code, Some(0), "the untouched run failed: {}", run.err);
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    let root = sandbox.root().to_str().unwrap();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut points = BTreeSet::new();
    for line in text.lines() {
        // `1234  openat(AT_FDCWD</…>, "…", …) = 3</…>`; the second half of an interrupted call starts with `<...`.
        let mut words = line.splitn(2, char::is_whitespace);
        let (Some(thread), Some(rest)) = (words.next(), words.next()) else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        if !call.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            continue;
        }
        let number = counts.entry((thread.to_owned(), call.to_owned())).or_default();
        *number += 1;
        if line.contains(root) {
            let returned = line.rsplit_once(" = ").and_then(|(_, value)| value.split(['<', ' ']).next()?.parse().ok());
            points.insert(Point { call: call.to_owned(), number: *number, returned });
        }
    }
    points.into_iter().collect()
}

/// Runs the program with one fault: `signal=KILL`, `error=ENOSPC`, … at one point.
pub(crate) fn inject(sandbox: &Sandbox, arguments: &[&str], point: &Point, fault: &str) -> Run {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={}", point.call), "-e"]);
    command.arg(format!("inject={}:{fault}:when={}", point.call, point.number));
    finish(&mut dressed(sandbox, command, arguments)).holds_no_secret()
}

fn dressed(sandbox: &Sandbox, mut command: Command, arguments: &[&str]) -> Command {
    sandbox.dress(&mut command);
    command.arg(program_path()).args(arguments);
    command
}
