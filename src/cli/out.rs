//! The two streams: data on stdout, everything else on stderr. Formats, colours and width are decided here and nowhere else.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

use super::carried::Carried;
use super::failure::Failure;
use super::grid::Grid;
use crate::env::{self, Env};
use crate::model::Timestamp;

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people: aligned columns with headings
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// Tab-separated, without headings: the default in a pipe
    Tsv,
}

/// What a command shows: the same value as a table for people and as JSON for programs.
pub(crate) trait View: Serialize {
    /// The rows for a person.
    fn grid(&self, style: Style) -> Grid;

    /// The objects that NDJSON writes, one a line; by default the whole value.
    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        Ok(vec![serde_json::to_value(self)?])
    }
}

/// How a cell is dressed: for a person (colours, `in 90 days`) or for a program (plain, RFC 3339).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    colour: bool,
    /// Whether a person reads.
    human: bool,
    now: Timestamp,
}

impl Style {
    /// Whether a person reads.
    pub(crate) fn is_human(self) -> bool {
        self.human
    }

    /// The moment from which `2 min ago` counts.
    pub(crate) fn now(self) -> Timestamp {
        self.now
    }

    /// A moment in the past or future: `2 min ago`, `in 90 days`, or RFC 3339 for a program.
    pub(crate) fn moment(self, moment: Timestamp) -> String {
        if self.human { super::words::relative(moment, self.now) } else { moment.to_string() }
    }

    fn paint(self, style: anstyle::Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Green.on_default(), text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Red.on_default(), text)
    }

    pub(crate) fn doubtful(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Yellow.on_default(), text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.paint(anstyle::Style::new().dimmed(), text)
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.paint(anstyle::Style::new().bold(), text)
    }
}

/// The streams of this run.
#[derive(Debug)]
pub(crate) struct Out {
    format: Format,
    quiet: bool,
    stdout: Style,
    stderr: Style,
    terminal: bool,
    /// Whether a person sees stderr.
    person: bool,
    pager: Option<String>,
    /// What every command that is shown takes along.
    carried: Carried,
}

impl Out {
    /// Decides by what was asked for, what the streams are, and the usual variables.
    pub(crate) fn new(env: &Env, format: Option<Format>, quiet: bool, pager: Option<String>) -> Self {
        let (terminal, now) = (io::stdout().is_terminal(), env.now());
        let format = format.unwrap_or(if terminal { Format::Table } else { Format::Tsv });
        Self {
            format,
            quiet,
            stdout: Style { colour: format == Format::Table && colour(env, terminal), human: format == Format::Table, now },
            stderr: Style { colour: colour(env, io::stderr().is_terminal()), human: true, now },
            terminal,
            person: io::stderr().is_terminal(),
            pager,
            carried: Carried::default(),
        }
    }

    /// The same, for a run that was told which store is meant.
    #[must_use]
    pub(super) fn carrying(mut self, carried: Carried) -> Self {
        self.carried = carried;
        self
    }

    /// What every command that is shown takes along.
    pub(super) fn carried(&self) -> &Carried {
        &self.carried
    }

    /// Whether stdout is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether a program reads: errors are then JSON too.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Ndjson)
    }

    /// The style of stderr.
    pub(crate) fn stderr_style(&self) -> Style {
        self.stderr
    }

    /// Writes what the command is for.
    pub(crate) fn data<V: View>(&self, view: &V) -> Result<(), Failure> {
        let mut left_out = Vec::new();
        let text = match self.format {
            Format::Json => serde_json::to_string(view).map_err(Failure::bug)? + "\n",
            Format::Ndjson => {
                let mut text = String::new();
                for item in view.items().map_err(Failure::bug)? {
                    text += &serde_json::to_string(&item).map_err(Failure::bug)?;
                    text.push('\n');
                }
                text
            }
            Format::Tsv => view.grid(self.stdout).to_tsv(),
            Format::Table => {
                let (text, dropped) = view.grid(self.stdout).to_table(self.width());
                left_out = dropped;
                text
            }
        };
        if self.format == Format::Table && self.terminal {
            self.paged(&text)?;
        } else {
            self.raw(&text)?;
        }
        if !left_out.is_empty() {
            self.note(&format!("too narrow for {}", left_out.join(", ")));
        }
        Ok(())
    }

    /// Writes one row of a listing as it comes. Only for formats that stream.
    pub(crate) fn line(&self, tsv: impl FnOnce() -> Vec<String>, item: &impl Serialize) -> Result<(), Failure> {
        let text = match self.format {
            Format::Ndjson => serde_json::to_string(item).map_err(Failure::bug)?,
            _ => super::grid::tsv_line(&tsv()),
        };
        self.raw(&(text + "\n"))
    }

    /// Whether rows are written as they come ([`Out::line`]) rather than together ([`Out::data`]).
    pub(crate) fn streams(&self) -> bool {
        matches!(self.format, Format::Ndjson | Format::Tsv)
    }

    /// Writes text to stdout as it is.
    #[expect(clippy::unused_self, reason = "whoever writes to stdout has to hold the streams")]
    pub(crate) fn raw(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::stdout)
    }

    /// Shows a long text through the pager, if there is one and the screen is too small.
    fn paged(&self, text: &str) -> Result<(), Failure> {
        let (height, _) = console::Term::stdout().size();
        let Some(pager) = self.pager.as_deref().filter(|pager| *pager != "cat" && text.lines().count() > usize::from(height))
        else {
            return self.raw(text);
        };
        let mut command = std::process::Command::new("sh");
        for name in env::name::SECRETS {
            command.env_remove(name);
        }
        // `less` with colours, and without a pager's wait for what fits on one screen.
        let child = command.args(["-c", pager]).env("LESS", "FRX").stdin(std::process::Stdio::piped()).spawn();
        let Ok(mut child) = child else {
            return self.raw(text);
        };
        if let Some(mut input) = child.stdin.take() {
            // A reader who quits early closes the pipe: that is no failure.
            let _ = input.write_all(text.as_bytes());
        }
        match child.wait().ok().and_then(|status| status.code()) {
            // The shell could not start it: nothing was shown.
            Some(126 | 127) => self.raw(text),
            _ => Ok(()),
        }
    }

    /// Columns of the terminal; without one, as wide as the content.
    fn width(&self) -> Option<usize> {
        self.terminal.then(|| usize::from(console::Term::stdout().size().1)).filter(|width| *width > 0)
    }

    /// Whether what stands beside the data is left unsaid.
    fn is_muted(&self) -> bool {
        self.quiet || (self.is_json() && !self.person)
    }

    /// Says something beside the data. Silent with `-q`, and where a program reads JSON and no person looks at stderr.
    pub(crate) fn note(&self, text: &str) {
        if !self.is_muted() {
            stderr_line(&self.carried.in_commands(text));
        }
    }

    /// Says that the data is not all there is. Rows that are written as they come cannot say it themselves, so this is not silent with `-q`
    /// where they are; a JSON document has it among its fields.
    pub(crate) fn missing(&self, text: &str) {
        match self.format {
            Format::Tsv => stderr_line(&self.carried.in_commands(text)),
            Format::Ndjson => {
                stderr_line(&serde_json::json!({ "warning": self.carried.in_commands(text) }).to_string());
            }
            Format::Table | Format::Json => self.note(text),
        }
    }

    /// Points to a command that can be pasted. Silent with `-q`.
    pub(crate) fn hint(&self, command: &str) {
        // Before the word is coloured.
        let command = self.carried.in_commands(command);
        if !self.is_muted() {
            stderr_line(&format!("{} {command}", self.stderr.faint("hint:")));
        }
    }

    /// Says that something may not be as wanted. Silent with `-q`.
    pub(crate) fn warn(&self, text: &str) {
        self.note(&format!("{} {text}", self.stderr.doubtful("warning:")));
    }
}

/// Writes text to stdout where there are no settings yet, and gives the exit code.
pub(super) fn write(text: &str) -> std::process::ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => std::process::ExitCode::FAILURE,
        _ => std::process::ExitCode::SUCCESS,
    }
}

/// Writes a line to stderr. That nobody reads it is no reason to fail.
pub(super) fn stderr_line(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(format!("{text}\n").as_bytes());
}

/// <https://no-color.org> and <https://bixense.com/clicolors>.
fn colour(env: &Env, terminal: bool) -> bool {
    if env.os(env::name::NO_COLOR).is_some() {
        return false;
    }
    if env.text(env::name::CLICOLOR_FORCE).is_some_and(|value| value != "0") {
        return true;
    }
    terminal && env.text(env::name::CLICOLOR) != Some("0") && env.text(env::name::TERM) != Some("dumb")
}
