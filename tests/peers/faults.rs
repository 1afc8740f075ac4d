//! Faults in a save of the real binary: killed at, or failed by, every call that touches the store or the state directory. After each
//! fault the store opens with the old or the new content, the exit code says which, and the next save leaves nothing lying about.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::sandbox::{Run, Sandbox, finish, github_token};
use crate::strace::{Point, inject, points};
use crate::suite;

const EDIT: [&str; 4] = ["edit", "a", "--description", "new"];

/// Calls that change something on disk or make it last: where a full, read-only or other disk shows. `EIO` is put at every other call too,
/// but not at `close`: Rust cannot see it (that is why a save syncs first), and on a directory the standard library panics.
const CHANGING: [&str; 18] = [
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "ftruncate",
    "flock",
    "mkdir",
    "mkdirat",
    "fchmod",
    "copy_file_range",
];

/// A home with one connection that has a description and some generations behind it.
fn prepared() -> Sandbox {
    let sandbox = Sandbox::with_connection();
    for number in 0..4 {
        sandbox.run(["edit", "a", "--description", &format!("before {number}")]).exits(0);
    }
    sandbox.run(["edit", "a", "--description", "old"]).exits(0);
    sandbox
}

/// Runs `check` for each item, on two threads.
pub(crate) fn side_by_side<T: Sync>(items: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(item);
                }
            });
        }
    });
}

/// What must hold after any fault. Returns whether the new content is there.
#[track_caller]
fn settled(sandbox: &Sandbox, fault: &str) -> bool {
    let verified = sandbox.run(["store", "verify"]);
    assert_eq!(verified.code, Some(0), "after {fault} the store does not verify: {}", verified.err);
    let description = sandbox.description("a");
    let new = match description.as_deref() {
        Some("new") => true,
        Some("old") => false,
        other => panic!("after {fault} the description is {other:?}"),
    };
    let next = sandbox.run(["edit", "a", "--description", "after"]);
    assert_eq!(next.code, Some(0), "after {fault} the next save fails: {}", next.err);
    assert_eq!(sandbox.description("a").as_deref(), Some("after"));
    sandbox.has_no_leftovers();
    let audit = sandbox.run(["audit", "verify"]);
    assert_eq!(audit.code, Some(0), "after {fault} the trail is broken: {}", audit.err);
    new
}

/// The exit code must say what became of the change.
#[track_caller]
fn told_truly(run: &Run, new: bool, fault: &str) {
    match run.code {
        Some(0) => assert!(new, "{fault}: exit 0, and the old content is there"),
        Some(1 | 2 | 5 | 6 | 7) if new => {
            assert!(run.err.contains("durab"), "{fault}: saved, and told as a failure without a word of it: {}", run.err);
        }
        Some(1 | 2 | 5 | 6 | 7) => assert!(!run.err.trim().is_empty(), "{fault}: a failure without words"),
        other => panic!("{fault}: exit code {other:?}: {}", run.err),
    }
}

#[test]
fn killed_at_every_file_call_of_a_save() {
    if !suite::runs("faults") {
        return;
    }
    let base = prepared();
    let points = points(&base.copy(), &EDIT);
    assert!(points.len() > 20, "a save makes more calls than {points:?}");
    for call in ["write", "fsync", "flock"] {
        assert!(points.iter().any(|point| point.call == call), "a save without {call}");
    }
    let (old, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
    side_by_side(&points, |point: &Point| {
        let sandbox = base.copy();
        let run = inject(&sandbox, &EDIT, point, "signal=KILL");
        assert_ne!(run.code, Some(0), "the fault at {point:?} did not happen");
        let counter = if settled(&sandbox, &format!("KILL at {point:?}")) { &new } else { &old };
        counter.fetch_add(1, Ordering::Relaxed);
    });
    eprintln!("killed at {} calls: {old:?} times old content, {new:?} times new, 0 torn", points.len());
    assert!(old.into_inner() > 0 && new.into_inner() > 0, "the calls before and after the rename are both among the points");
}

#[test]
fn failed_at_every_file_call_of_a_save() {
    if !suite::runs("faults") {
        return;
    }
    let base = prepared();
    let mut cases = Vec::new();
    for point in points(&base.copy(), &EDIT) {
        if point.call != "close" {
            cases.push((point.clone(), "EIO"));
        }
        if CHANGING.contains(&point.call.as_str()) {
            for error in ["ENOSPC", "EDQUOT", "EROFS", "EXDEV"] {
                cases.push((point.clone(), error));
            }
        }
    }
    assert!(cases.len() > 60, "{} cases are too few", cases.len());
    side_by_side(&cases, |(point, error)| {
        let fault = format!("{error} at {point:?}");
        let sandbox = base.copy();
        let run = inject(&sandbox, &EDIT, point, &format!("error={error}"));
        let new = settled(&sandbox, &fault);
        told_truly(&run, new, &fault);
    });
    eprintln!("failed at {} points", cases.len());
}

#[test]
fn a_new_store_that_the_disk_did_not_confirm_is_said_to_be_one() {
    if !suite::runs("faults") {
        return;
    }
    // The key is there already, so that every sync is the store's or that of what this machine knows of it.
    let init = ["store", "init"];
    let bare = || {
        let sandbox = Sandbox::with_store();
        for directory in ["data", "state"] {
            std::fs::remove_dir_all(sandbox.path(directory)).unwrap();
            std::fs::create_dir(sandbox.path(directory)).unwrap();
        }
        sandbox
    };
    let syncs: Vec<Point> = points(&bare(), &init).into_iter().filter(|point| point.call == "fsync").collect();
    let mut said = 0;
    for point in &syncs {
        let sandbox = bare();
        let run = inject(&sandbox, &init, point, "error=EIO");
        if run.code == Some(0) {
            said += usize::from(run.err.contains("power loss"));
            sandbox.run(["store", "verify"]).exits(0);
        } else {
            assert!(!sandbox.store().exists(), "{point:?}: {}", run.err);
        }
    }
    assert_eq!(said, 1, "just one of {syncs:?} is the last one of a save");
}

#[test]
fn a_disk_that_claims_to_have_written_is_noticed() {
    if !suite::runs("faults") {
        return;
    }
    let base = prepared();
    let size = i64::try_from(std::fs::metadata(base.store()).unwrap().len()).unwrap();
    let writes: Vec<Point> = points(&base.copy(), &EDIT).into_iter().filter(|point| point.call == "write").collect();
    let mut noticed = 0;
    for point in &writes {
        let sandbox = base.copy();
        // The kernel is not asked, and the program is told that the bytes were written. A little less than all of them for the store:
        // its header is padded by chance, and no kernel claims more than it was given.
        let returned = point.returned.unwrap();
        let claimed = if returned > 4096 { returned - 1024 } else { returned };
        let run = inject(&sandbox, &EDIT, point, &format!("retval={claimed}"));
        let new = settled(&sandbox, &format!("a lying write at {point:?}"));
        if claimed > size / 2 {
            assert_ne!(run.code, Some(0), "the store was not written, and nobody noticed: {point:?}");
            assert!(!new);
            noticed += 1;
        }
    }
    assert!(noticed > 0, "the write of the store is not among {writes:?}");
}

#[test]
fn a_file_size_limit_at_every_size_keeps_the_old_content() {
    let base = prepared();
    let size = std::fs::metadata(base.store()).unwrap().len();
    let kibibytes: Vec<u64> = (0..=size.div_ceil(1024) + 1).collect();
    let failures = AtomicUsize::new(0);
    side_by_side(&kibibytes, |limit| {
        let sandbox = base.copy();
        // SIGXFSZ ignored, so that the write fails with EFBIG as it would with ENOSPC on a full disk.
        let mut command = std::process::Command::new("bash");
        sandbox.dress(&mut command);
        command.args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "bash", &limit.to_string()]);
        command.arg(crate::sandbox::program_path()).args(EDIT);
        let run = finish(&mut command).holds_no_secret();
        let fault = format!("a limit of {limit} KiB");
        let new = settled(&sandbox, &fault);
        told_truly(&run, new, &fault);
        if !new {
            failures.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert!(failures.into_inner() > 5, "the limits did not bite");
}

#[test]
fn a_full_disk_keeps_the_old_content() {
    // A tiny disk of its own needs the right to mount.
    let base = prepared();
    let sandbox = base.copy();
    let disk = sandbox.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&disk).output().unwrap();
    if !mounted.status.success() {
        suite::leave_out("faults, a full disk", "no tiny disk: mounting is not allowed here");
        return;
    }
    let _unmount = Unmount(disk.clone());
    let store = disk.join("store.age");
    std::fs::copy(sandbox.store(), &store).unwrap();
    let at = |arguments: &[&str]| {
        let mut command = sandbox.program();
        finish(command.env("GITCONN_STORE", &store).args(arguments)).holds_no_secret()
    };
    at(&EDIT).exits(0);
    let ballast = disk.join("ballast");
    let mut failed = 0;
    for step in 0..64_usize {
        // Less and less room, page by page.
        std::fs::remove_file(&ballast).ok();
        let free = 64_usize.saturating_sub(step) * 4096;
        fill(&disk, &ballast, free);
        let run = at(&["edit", "a", "--description", &format!("step {step}")]);
        std::fs::remove_file(&ballast).ok();
        let shown = at(&["show", "a", "--json"]).exits(0).json();
        let shown = shown.get("connection").unwrap_or(&shown)["description"].as_str().unwrap().to_owned();
        if run.code == Some(0) {
            assert_eq!(shown, format!("step {step}"));
        } else {
            failed += 1;
            assert_ne!(shown, format!("step {step}"), "saved and told as a failure: {}", run.err);
        }
        at(&["store", "verify"]).exits(0);
    }
    assert!(failed > 0, "the disk never filled up");
    at(&["edit", "a", "--description", "after"]).exits(0);
    let left: Vec<_> = std::fs::read_dir(&disk).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("tmp")), "left behind: {left:?}");
}

/// Fills the disk with one file until so many bytes are free.
fn fill(disk: &std::path::Path, ballast: &std::path::Path, keep_free: usize) {
    use std::io::Write as _;
    let output = std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(disk).output().unwrap();
    let free: usize = String::from_utf8(output.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap();
    let mut file = std::fs::File::create(ballast).unwrap();
    let _ = file.write_all(&vec![0; free.saturating_sub(keep_free)]);
}

/// Unmounts what the test mounted.
struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_read_only_directory_is_read_and_not_written() {
    let base = prepared();
    let sandbox = base.copy();
    let directory = sandbox.store().parent().unwrap().to_owned();
    let before = std::fs::read(sandbox.store()).unwrap();
    let sealed = Sealed::new(&directory);
    let as_other = !sealed.holds_for_us();
    let at = |arguments: &[&str]| {
        let mut command = if as_other { Sealed::as_nobody(&sandbox) } else { sandbox.program() };
        finish(command.args(arguments))
    };
    if as_other && !Sealed::nobody_can_run(&sandbox) {
        suite::leave_out("faults, a read-only directory", "root without `setpriv` may write anywhere");
        return;
    }
    let looked_at = |arguments: &[&str]| at(arguments).holds_no_secret();
    looked_at(&["list", "--json"]).exits(0);
    assert_eq!(at(&["token", "a"]).exits(0).out.trim_end(), github_token());
    let started = Instant::now();
    let run = looked_at(&EDIT);
    assert!(matches!(run.code, Some(1 | 5)), "{run:?}");
    assert!(started.elapsed().as_secs() < 5, "a directory that cannot be written to was waited for");
    assert_eq!(std::fs::read(sandbox.store()).unwrap(), before);
    drop(sealed);
    sandbox.has_no_leftovers();
}

/// A directory without its write permission, given back at the end.
struct Sealed(std::path::PathBuf);

impl Sealed {
    fn new(directory: &std::path::Path) -> Self {
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o555)).unwrap();
        Self(directory.to_owned())
    }

    /// Root may write anywhere.
    fn holds_for_us(&self) -> bool {
        let probe = self.0.join("probe");
        let refused = std::fs::File::create(&probe).is_err();
        std::fs::remove_file(probe).ok();
        refused
    }

    /// The program as another user without root's rights, owner of the files (so that the permissions are what stops it).
    fn as_nobody(sandbox: &Sandbox) -> std::process::Command {
        let _ = std::process::Command::new("chown").args(["-R", "65534:65534"]).arg(sandbox.root()).output();
        std::fs::set_permissions(sandbox.root(), std::fs::Permissions::from_mode(0o755)).unwrap();
        // The build directory may be closed to others: run a copy.
        let copy = sandbox.path("gitconn");
        if !copy.exists() {
            std::fs::copy(crate::sandbox::program_path(), &copy).unwrap();
        }
        let mut command = std::process::Command::new("setpriv");
        sandbox.dress(&mut command);
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]).arg(copy);
        command
    }

    fn nobody_can_run(sandbox: &Sandbox) -> bool {
        Self::as_nobody(sandbox).arg("--version").output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let _ = std::fs::set_permissions(&self.0, std::fs::Permissions::from_mode(0o755));
    }
}
