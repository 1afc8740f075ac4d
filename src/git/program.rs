//! git itself, where it is asked something: without the variables that no other program needs, and with nobody who types.

use std::process::{Command, Stdio};

use crate::env;

pub(super) fn command() -> Command {
    let mut command = Command::new("git");
    for name in env::name::SECRETS {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}
