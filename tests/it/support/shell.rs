//! Shell scripts that run the program under its name, as a pipeline or cron does.

use std::process::{Command, Stdio};

use super::sandbox::Run;

/// What a script did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a shell as `run` would run the program, which it finds under its name; looks for secrets afterwards.
#[track_caller]
pub(crate) fn shell(run: &Run<'_>, shell: &str, arguments: &[&str]) -> Done {
    run.sandbox().program("gitconn", &format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_gitconn")));
    let plain = run.command();
    let mut command = Command::new(shell);
    command.args(arguments).env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(plain.get_current_dir().unwrap()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let shown = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    if let Err(found) = run.sandbox().check_leaks(&shown, run.allowed()) {
        panic!("{found}\n{}", String::from_utf8_lossy(&shown));
    }
    Done {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
