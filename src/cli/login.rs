//! The person at a login: shows where to go or what to type, opens the browser, and takes the address that a browser elsewhere ended on. For programs the
//! same comes as events on stdout (`-o ndjson`).

use std::cell::RefCell;
use std::io::IsTerminal as _;

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::context::Context;
use super::hidden::Unechoed;
use super::out::{Format, stderr_line};
use super::words;
use crate::model::HostUrl;
use crate::ops::login::{Address, Person};
use crate::ops::{DeviceCode, Notices as _};
use crate::secret::Secret;

/// Whoever sits before this terminal.
pub(super) struct Terminal<'a> {
    context: &'a Context<'a>,
    opens_browser: bool,
    /// Lines that are typed or pasted while we wait; nothing of them is shown.
    lines: RefCell<Option<UnboundedReceiver<Secret>>>,
    unechoed: RefCell<Option<Unechoed>>,
}

impl<'a> Terminal<'a> {
    pub(super) fn new(context: &'a Context<'a>, opens_browser: bool) -> Self {
        Self { context, opens_browser, lines: RefCell::default(), unechoed: RefCell::default() }
    }

    /// Tells a program, and says whether nobody else is to be told. One JSON document has no room for it on stdout: then it goes to stderr.
    fn event(&self, event: &serde_json::Value) -> bool {
        let is_seen = std::io::stderr().is_terminal();
        match self.context.out.format() {
            Format::Ndjson => {
                // A reader that is gone is found out by the line that the command is for.
                let _ = self.context.out.raw(&format!("{event}\n"));
            }
            Format::Json if !is_seen => stderr_line(&event.to_string()),
            Format::Json | Format::Table | Format::Tsv => {}
        }
        self.context.out.is_json() && !is_seen
    }

    /// Shows the page where an app is installed, and opens it if that is wanted.
    pub(super) fn install_at(&self, host: &HostUrl, url: &str) {
        if !self.page(host, url, "to install it, open") {
            self.wait_for(host);
        }
    }

    /// Shows a page, and says whether only a program was told.
    fn page(&self, host: &HostUrl, url: &str, lead: &str) -> bool {
        if self.event(&json!({ "event": "open", "host": host.to_string(), "url": url })) {
            return true;
        }
        if self.opens_browser && super::browser::open(url, self.context) {
            stderr_line("opening your browser; if nothing happens, open");
        } else {
            stderr_line(lead);
        }
        stderr_line(&format!("  {url}"));
        false
    }

    fn wait_for(&self, host: &HostUrl) {
        self.context.progress.begin(&format!("waiting for {host} (Ctrl-C to stop)"));
    }
}

#[async_trait(?Send)]
impl Person for Terminal<'_> {
    fn go_to(&self, host: &HostUrl, address: &Address) {
        let state = address.state.expose();
        let event = json!({
            "event": "authorize", "host": host.to_string(), "authorize_url": address.url, "state": state,
            "redirect_uri": address.redirect_uri,
        });
        if self.event(&event) {
            return;
        }
        // Always said: a login that nobody can follow is none.
        if self.opens_browser && super::browser::open(&address.url, self.context) {
            stderr_line("opening your browser; if nothing happens, open");
        } else {
            stderr_line("open this address in a browser:");
        }
        stderr_line(&format!("  {}", address.url));
        if self.context.prompt.is_allowed() {
            stderr_line("a browser on another machine ends on an address that it cannot open: paste that one here");
        }
        self.wait_for(host);
    }

    fn begin_at(&self, host: &HostUrl, url: &str) {
        if !self.page(host, url, "open this address in a browser on this machine:") {
            stderr_line(&format!("you must be signed in to {host} there"));
            self.wait_for(host);
        }
    }

    fn type_code(&self, host: &HostUrl, code: &DeviceCode) {
        let event = json!({
            "event": "device_code", "host": host.to_string(), "user_code": code.user_code, "verification_uri": code.page,
            "verification_uri_complete": code.page_with_code, "expires_in": code.expires_in, "interval": code.interval,
        });
        if self.event(&event) {
            return;
        }
        let style = self.context.out.stderr_style();
        let minutes = words::plural(code.expires_in.div_ceil(60), "minute");
        let line = "━".repeat(code.user_code.chars().count() + 4);
        stderr_line(&format!("open {} in any browser and type this code, within {minutes}:", code.page));
        stderr_line("");
        stderr_line(&format!("    ┏{line}┓"));
        stderr_line(&format!("    ┃  {}  ┃", style.strong(&code.user_code)));
        stderr_line(&format!("    ┗{line}┛"));
        stderr_line("");
        if self.opens_browser {
            super::browser::open(code.page_with_code.as_ref().unwrap_or(&code.page), self.context);
        }
        self.wait_for(host);
    }

    fn slower(&self, seconds: u64) {
        self.context.progress.warn(&format!("asked to slow down: looking every {seconds} s from now on"));
    }

    fn not_this(&self, why: &str) {
        self.context.progress.warn(why);
    }

    async fn pasted(&self) -> Secret {
        if !self.context.prompt.is_allowed() {
            return std::future::pending().await;
        }
        let mut lines = self.lines.take().unwrap_or_else(|| {
            // The address holds the code: it is not shown.
            self.unechoed.replace(Unechoed::begin().ok());
            read_lines()
        });
        let line = lines.recv().await;
        self.lines.replace(Some(lines));
        match line {
            Some(line) => line,
            // Nobody will type any more (Ctrl-D); the browser still may answer.
            None => std::future::pending().await,
        }
    }
}

/// Lines of stdin, read by a thread: there is no other way to wait for a terminal and the network at once that every system has. It ends with the
/// program.
fn read_lines() -> UnboundedReceiver<Secret> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        loop {
            let mut line = String::new();
            match std::io::stdin().read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let line = zeroize::Zeroizing::new(line);
                    let text = line.trim();
                    if !text.is_empty() && sender.send(Secret::from(text.to_owned())).is_err() {
                        return;
                    }
                }
            }
        }
    });
    receiver
}
