//! The person's own browser.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use super::context::Context;
use crate::env::{self, Env};

/// How long we wait to hear that no browser could be opened. One that runs on in the foreground has been opened.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether one can show itself here. Over SSH it would open on the wrong machine; without a display nobody would see it.
pub(super) fn is_here(env: &Env) -> bool {
    if let Some(browser) = env.os(env::name::BROWSER) {
        // One that draws on this terminal would fight with us for it.
        let program = Path::new(browser).file_name().unwrap_or(browser);
        return !["w3m", "lynx", "links", "elinks", "www-browser"].iter().any(|text| program == *text);
    }
    let has_display = [env::name::DISPLAY, env::name::WAYLAND_DISPLAY].iter().any(|name| env.os(name).is_some());
    let wants_display = cfg!(all(unix, not(target_os = "macos")));
    env.os(env::name::SSH_CONNECTION).is_none() && (has_display || !wants_display)
}

/// Opens a page, and says so where it could not. The address is one of ours: `https`, or `http` on this machine.
pub(super) fn open(url: &str, context: &Context<'_>) -> bool {
    let has_secrets = env::name::SECRETS.iter().any(|name| context.env.os(name).is_some());
    let (sender, receiver) = channel();
    let url = url.to_owned();
    // Some openers end only with the browser: nobody else may wait for that.
    std::thread::spawn(move || {
        let is_open = if has_secrets { open_without_secrets(&url) } else { webbrowser::open(&url).is_ok() };
        // Whoever waited may have gone on.
        let _ = sender.send(is_open);
    });
    let is_open = receiver.recv_timeout(PATIENCE).unwrap_or(true);
    if !is_open {
        context.out.warn("no browser could be opened");
    }
    is_open
}

/// With the system's own opener: a browser inherits the environment, and the library knows no way to leave something out of it.
fn open_without_secrets(url: &str) -> bool {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    for name in env::name::SECRETS {
        command.env_remove(name);
    }
    let started = command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    started.is_ok_and(|status| status.success())
}
