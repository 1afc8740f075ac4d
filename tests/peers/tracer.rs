//! Peer: the kernel's ptrace. Watches every system call of every thread of the real binary in the order they come, and kills it at, or fails,
//! the one that is chosen.
//!
//! strace counts the calls of each thread by itself; a save that runs in a thread of its own could not be told from what the program did when
//! it started.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::sandbox::Run;

/// After so long a run hangs, and is killed.
const PATIENCE: Duration = Duration::from_mins(1);

/// One system call, as it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Its number in the kernel's table.
    pub(crate) number: libc::c_long,
    pub(crate) arguments: [u64; 3],
    /// The file that it is about, if it is one of those in [`BY_DESCRIPTOR`] and [`BY_PATH`].
    pub(crate) path: Option<PathBuf>,
    /// Whether it is made under a connection's lock.
    pub(crate) locked: bool,
}

/// Calls about an open file: the first argument.
const BY_DESCRIPTOR: [libc::c_long; 12] = [
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_ftruncate,
    libc::SYS_fchmod,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_getdents64,
];

/// Calls about a path, and which argument that is.
const BY_PATH: [(libc::c_long, usize); 14] = [
    (libc::SYS_openat, 1),
    (libc::SYS_rename, 0),
    (libc::SYS_renameat, 1),
    (libc::SYS_renameat2, 1),
    (libc::SYS_link, 0),
    (libc::SYS_linkat, 1),
    (libc::SYS_unlink, 0),
    (libc::SYS_unlinkat, 1),
    (libc::SYS_mkdir, 0),
    (libc::SYS_mkdirat, 1),
    (libc::SYS_chmod, 0),
    (libc::SYS_readlink, 0),
    (libc::SYS_statx, 1),
    (libc::SYS_newfstatat, 1),
];

/// What is done about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It happens.
    Goes,
    /// The program is killed before it happens.
    Kills,
    /// It does not happen, and the program is told so.
    Fails(Errno),
}

/// Runs a command to its end, and asks about each of its calls.
pub(crate) fn trace(command: &mut Command, mut decide: impl FnMut(&Call) -> Fate) -> Run {
    let child = start(command);
    let main = Pid::from_raw(child.id().cast_signed());
    let _watch = Watch::over(main);
    let mut lock = None;
    // The call that each thread is in, and what it will be told instead of its result.
    let mut inside: HashMap<Pid, (Call, Option<Errno>)> = HashMap::new();
    loop {
        // This thread's tracees alone: other tests have children too.
        let status = match waitpid(None, Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD)) {
            Ok(status) => status,
            Err(Errno::EINTR) => continue,
            Err(error) => panic!("waiting for the program: {error}"),
        };
        match status {
            WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..) if pid == main => {
                let WaitStatus::Exited(_, code) = status else { return read(child, None) };
                return read(child, Some(code));
            }
            WaitStatus::PtraceSyscall(thread) => {
                let Ok(mut registers) = ptrace::getregs(thread) else { continue };
                if let Some((call, told)) = inside.remove(&thread) {
                    if let Some(errno) = told {
                        registers.rax = (-(errno as i64)).cast_unsigned();
                        let _ = ptrace::setregs(thread, registers);
                    }
                    let descriptor = call.arguments[0];
                    if call.number == libc::SYS_flock && registers.rax == 0 && is_connection_lock(main, descriptor) {
                        lock = Some(descriptor);
                    }
                } else {
                    let number = registers.orig_rax.cast_signed();
                    let arguments = [registers.rdi, registers.rsi, registers.rdx];
                    let path = path(main, number, arguments);
                    let call = Call { number, arguments, path, locked: lock.is_some() };
                    if lock == Some(arguments[0]) && number == libc::SYS_close {
                        lock = None;
                    }
                    let told = match decide(&call) {
                        Fate::Goes => None,
                        Fate::Kills => {
                            let _ = nix::sys::signal::kill(main, Signal::SIGKILL);
                            // All threads die; the main one is waited for above.
                            continue;
                        }
                        Fate::Fails(errno) => {
                            // No call has this number: nothing happens.
                            registers.orig_rax = u64::MAX;
                            let _ = ptrace::setregs(thread, registers);
                            Some(errno)
                        }
                    };
                    inside.insert(thread, (call, told));
                }
                let _ = ptrace::syscall(thread, None);
            }
            // The stop that `sh` made, and the one that a new thread begins with.
            WaitStatus::PtraceEvent(thread, ..) | WaitStatus::Stopped(thread, Signal::SIGSTOP | Signal::SIGTRAP) => {
                let _ = ptrace::syscall(thread, None);
            }
            WaitStatus::Stopped(thread, signal) => {
                let _ = ptrace::syscall(thread, signal);
            }
            _ => {}
        }
    }
}

/// A process that is stopped before it becomes the program, and then traced by this thread.
fn start(command: &Command) -> Child {
    let mut stopped = Command::new("sh");
    stopped.args(["-c", "kill -STOP $$; exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    stopped.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(directory) = command.get_current_dir() {
        stopped.current_dir(directory);
    }
    stopped.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = stopped.spawn().unwrap();
    let pid = Pid::from_raw(child.id().cast_signed());
    let stop = waitpid(pid, Some(WaitPidFlag::WUNTRACED)).unwrap();
    assert_eq!(stop, WaitStatus::Stopped(pid, Signal::SIGSTOP));
    let options =
        Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_TRACEEXEC | Options::PTRACE_O_EXITKILL;
    ptrace::seize(pid, options).unwrap();
    nix::sys::signal::kill(pid, Signal::SIGCONT).unwrap();
    child
}

/// The file that a call is about.
fn path(process: Pid, number: libc::c_long, arguments: [u64; 3]) -> Option<PathBuf> {
    if BY_DESCRIPTOR.contains(&number) {
        return std::fs::read_link(format!("/proc/{process}/fd/{}", arguments[0])).ok();
    }
    let (_, argument) = BY_PATH.into_iter().find(|(known, _)| *known == number)?;
    let memory = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let mut bytes = [0; 512];
    let length = memory.read_at(&mut bytes, arguments[argument]).ok()?;
    let end = bytes[..length].iter().position(|byte| *byte == 0)?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(&bytes[..end])))
}

/// Kills a process that does not end, unless this is dropped before.
struct Watch(#[expect(dead_code, reason = "dropped with it")] std::sync::mpsc::Sender<()>);

impl Watch {
    fn over(process: Pid) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = nix::sys::signal::kill(process, Signal::SIGKILL);
            }
        });
        Self(sender)
    }
}

fn is_connection_lock(process: Pid, descriptor: u64) -> bool {
    let path = std::fs::read_link(format!("/proc/{process}/fd/{descriptor}"));
    path.is_ok_and(|path| path.parent().is_some_and(|parent| parent.ends_with("locks")))
}

/// What it printed: little enough to wait in the pipes until it has ended.
fn read(mut child: Child, code: Option<i32>) -> Run {
    use std::io::Read as _;
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    Run { code, out, err }
}
