//! Bars and spinners on stderr: only on a terminal, only when it lasts.

use std::cell::RefCell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::carried::Carried;
use super::out::Out;
use crate::env::{self, Env};
use crate::ops::{Notices, Waiting, Watcher};

/// One piece of work whose progress may be shown.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The message that a countdown replaces for a while.
    message: RefCell<String>,
    env: Env,
    /// Waits are said as lines where no bar can be drawn.
    lines: bool,
    said: RefCell<bool>,
    quiet: bool,
    /// Whether a program reads stderr, and wants JSON.
    json: bool,
    carried: Carried,
}

impl Progress {
    /// Nothing is drawn in the first half second, nor off a terminal, nor with `quiet`.
    pub(super) fn new(env: &Env, quiet: bool, out: &Out) -> Self {
        let drawn = !quiet && std::io::IsTerminal::is_terminal(&std::io::stderr()) && env.text(env::name::TERM) != Some("dumb");
        let bar =
            ProgressBar::with_draw_target(None, if drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            message: RefCell::default(),
            env: env.clone(),
            lines: !drawn && !quiet,
            said: RefCell::new(false),
            quiet,
            json: out.is_json() && !drawn,
            carried: out.carried().clone(),
        }
    }

    /// Says what is being waited for: `asking github.com`.
    pub(crate) fn begin(&self, message: &str) {
        self.message.replace(message.to_owned());
        self.bar.set_message(message.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(500));
    }

    /// As [`Progress::begin`], with a bar for `of` pieces; a single piece has none.
    pub(crate) fn begin_many(&self, message: &str, of: usize) {
        if of > 1
            && let Ok(style) = ProgressStyle::with_template("{msg}  {bar:24.green/dim}  {pos} of {len}")
        {
            self.bar.set_style(style.progress_chars("━━─"));
            self.bar.set_length(of.try_into().unwrap_or(u64::MAX));
        }
        self.begin(message);
    }

    /// Says how many are done.
    pub(crate) fn step(&self, done: usize) {
        self.bar.set_position(done.try_into().unwrap_or(u64::MAX));
    }

    /// Says something beside what is being waited for.
    pub(crate) fn say(&self, text: &str) {
        self.bar.suspend(|| super::out::stderr_line(text));
    }

    /// Takes the line away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

impl Notices for Progress {
    fn warn(&self, text: &str) {
        let text = self.carried.in_commands(text);
        let text = crate::ops::redact(&text);
        match (self.quiet, self.json) {
            (true, _) => {}
            // Off a terminal a program that asked for JSON gets nothing else.
            (false, true) => self.say(&serde_json::json!({ "warning": text }).to_string()),
            (false, false) => self.say(&format!("warning: {text}")),
        }
    }

    fn is_heard(&self) -> bool {
        !self.quiet
    }
}

impl Watcher for Progress {
    fn waiting(&self, waiting: Option<&Waiting>) {
        let Some(waiting) = waiting else {
            self.said.replace(false);
            self.bar.set_message(self.message.borrow().clone());
            return;
        };
        let left = (waiting.until.as_second() - self.env.now().as_second()).max(0);
        if !self.lines {
            self.bar.set_message(format!("{} limits requests: going on in {left} s (Ctrl-C to stop)", waiting.host));
            self.bar.tick();
        } else if !self.said.replace(true) {
            super::out::stderr_line(&format!("{} limits requests: waiting {left} s", waiting.host));
        }
    }
}
