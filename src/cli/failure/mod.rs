//! From an error of the layers below to words, hints and an exit code. Nothing else decides these.

mod apps;
mod check;
mod git;
mod keys;
mod kind;
mod loose;
mod oauth;
mod rotate;
mod routes;
mod words;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

pub(super) use keys::file_for_new;
pub(crate) use kind::Kind;
pub(super) use words::open;

use super::commands::{self, Remedy, Subject};
use super::out::{Out, stderr_line};
use crate::model::{ProviderId, shell_word};
use crate::ops;

/// What to do about it: something that can be pasted.
#[derive(Debug, Clone)]
enum Hint {
    /// A command, perhaps with a remark behind `#`.
    Command(String),
    /// The command that failed once more, with this added.
    Again { add: String, remark: &'static str },
    /// The command that failed once more, without an option and its value, and with this added.
    Instead { option: &'static str, add: String, remark: &'static str },
    /// The command that failed with a connection's name in the place of what was typed; what shows the connection, where that was not typed.
    Corrected { typed: String, name: String },
    /// The command that failed once more, with a repository in the place of what was typed for one, or where nothing was.
    Repository { typed: Option<String> },
    /// Another way to connect the same.
    Connect { remedy: Remedy, provider: ProviderId, host: String, remark: &'static str },
}

impl Hint {
    /// The text to paste. `invoked` is what was typed, without the program's name.
    fn render(&self, invoked: &[OsString], subject: &Subject) -> String {
        let (command, remark) = match self {
            Self::Command(text) => return text.clone(),
            Self::Again { add, remark } => (again(invoked.iter(), add), remark),
            Self::Repository { typed: None } => return again(invoked.iter(), "owner/name"),
            Self::Repository { typed: Some(typed) } => return with_repository(invoked, typed),
            Self::Instead { option, add, remark } => (again(without(invoked, option).into_iter(), add), remark),
            Self::Corrected { typed, name } => (
                corrected(invoked, typed, name).unwrap_or_else(|| format!("gitconn show {}", shell_word(name))),
                &"did you mean this one?",
            ),
            Self::Connect { remedy, provider, host, remark } => (commands::connect_by(*remedy, subject, *provider, host), remark),
        };
        if remark.is_empty() { command } else { format!("{command}   # {remark}") }
    }
}

/// The program's name, these words and what is added, safe to paste. Behind `--` an option would be somebody else's.
fn again<'a>(words: impl Iterator<Item = &'a OsString>, add: &str) -> String {
    let mut line: Vec<String> = words.map(|word| shell_word(&word.to_string_lossy()).into_owned()).collect();
    if !add.is_empty() {
        let end = line.iter().position(|word| word == "--").unwrap_or(line.len());
        line.insert(end, add.to_owned());
    }
    line.insert(0, "gitconn".to_owned());
    line.join(" ")
}

/// What was typed, with another name of a connection: behind an option that takes one, else the first word that is the same. What removes or replaces something is not
/// made ready to be pasted for another connection than the one that was named.
fn corrected(invoked: &[OsString], typed: &str, name: &str) -> Option<String> {
    const NAMING: [&str; 5] = ["-c", "--connection", "--only", "--reauth", "--with"];
    const FINAL: [&str; 4] = ["remove", "rm", "rotate", "disable"];
    let end = invoked.iter().position(|word| word == "--").unwrap_or(invoked.len());
    let is_typed = |at: &usize| invoked[*at] == *typed;
    let is_named = |at: &usize| NAMING.iter().any(|option| invoked[at - 1] == **option);
    if invoked[..end].iter().any(|word| FINAL.iter().any(|last| word == last)) {
        return None;
    }
    let found = (1..end).filter(is_typed).find(is_named).or_else(|| (1..end).find(is_typed));
    let mut words = invoked.to_vec();
    if let Some(at) = found {
        words[at] = name.into();
    } else {
        // `--connection=NAME`
        let joined = |word: &OsString| word.to_string_lossy().strip_suffix(typed).is_some_and(|option| option.ends_with('='));
        let at = (1..end).find(|at| joined(&invoked[*at]))?;
        let text = invoked[at].to_string_lossy();
        words[at] = format!("{}{name}", &text[..text.len() - typed.len()]).into();
    }
    Some(again(words.iter(), ""))
}

/// What was typed, with a repository's path in the place of what is none. A single word may be its name.
fn with_repository(invoked: &[OsString], typed: &str) -> String {
    let is_name = !typed.is_empty() && typed.chars().all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one));
    let meant = OsString::from(if is_name { format!("owner/{typed}") } else { "owner/name".to_owned() });
    // The first word is the command's own, unless an option stands there.
    match invoked.iter().rposition(|word| word.to_string_lossy() == typed) {
        Some(at) => again(invoked.iter().enumerate().map(|(place, word)| if place == at { &meant } else { word }), ""),
        // It is shown in another way than it was typed: a password may stand in it.
        None => "gitconn check owner/name".to_owned(),
    }
}

/// What was typed, without an option and its value, wherever it stands.
fn without<'a>(invoked: &'a [OsString], option: &str) -> Vec<&'a OsString> {
    let mut kept = Vec::new();
    let mut words = invoked.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        match text.strip_prefix(option) {
            // Its value is the next word.
            Some("") => drop(words.next()),
            Some(rest) if rest.starts_with('=') => {}
            _ => kept.push(word),
        }
    }
    kept
}

/// A failure in words. Boxed: it is rare, and every function that can fail would carry its size.
#[derive(Debug)]
pub(crate) struct Failure(Box<Words>);

#[derive(Debug)]
struct Words {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: Vec<Hint>,
    /// The connection that hints speak of.
    subject: Subject,
    request_id: Option<String>,
    /// What happened has been said already: only the exit code is left.
    silent: bool,
    /// What happened stands among the data already, for whoever reads that in words: only hints are left to say.
    shown: bool,
    /// Nobody reads our output any more: that is success.
    closed_pipe: bool,
    /// The exit code, where it is not the kind's (`exec`).
    code: Option<u8>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Words {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            subject: Subject::default(),
            request_id: None,
            silent: false,
            shown: false,
            closed_pipe: false,
            code: None,
        }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// What happened is on the screen already; only the exit code is left to give.
    pub(crate) fn said(kind: Kind) -> Self {
        let mut failure = Self::new(kind, "");
        failure.0.silent = true;
        failure
    }

    /// The same, of which a person has read what and why among the data: only hints are left to say. A program is told whole.
    #[must_use]
    pub(crate) fn shown(mut self) -> Self {
        self.0.shown = true;
        self
    }

    /// A program that we ran for somebody has ended with this code: what happened is its own to say.
    pub(crate) fn ended(code: u8) -> Self {
        Self::said(Kind::Failed).with_code(code)
    }

    /// The same with another exit code than its kind's.
    #[must_use]
    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// A person decided against it.
    pub(crate) fn interrupted_by(message: &str) -> Self {
        Self::new(Kind::Interrupted, message)
    }

    /// Something that cannot happen did.
    pub(crate) fn bug(error: impl std::fmt::Display) -> Self {
        Self::new(Kind::Internal, format!("something went wrong inside gitconn: {error}"))
            .hint("gitconn --version   # please report it with what you did")
    }

    /// Writing to stdout failed. A closed pipe is no failure.
    pub(crate) fn stdout(error: io::Error) -> Self {
        let closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let mut failure = Self::new(Kind::Failed, "the output could not be written").cause(error);
        failure.0.closed_pipe = closed_pipe;
        failure
    }

    /// A prompt ended without an answer.
    pub(crate) fn prompt(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Self::interrupted(),
            _ => Self::new(Kind::Failed, "the terminal could not be read").cause(error),
        }
    }

    /// A question cannot be asked here.
    pub(crate) fn nobody_to_ask(question: &str, instead: &str) -> Self {
        Self::usage(format!("there is no terminal to ask on, or --no-input is set: {question}")).again(instead, "")
    }

    /// A file the user named cannot be read.
    pub(crate) fn unreadable(path: &std::path::Path, error: io::Error) -> Self {
        Self::new(Kind::Failed, format!("`{}` cannot be read", path.display())).cause(error)
    }

    #[must_use]
    pub(crate) fn hint(mut self, command: impl Into<String>) -> Self {
        self.0.hints.push(Hint::Command(command.into()));
        self
    }

    /// Hints at a page. The address may be the provider's.
    #[must_use]
    pub(crate) fn open(self, url: &str) -> Self {
        self.hint(open(url))
    }

    /// Hints at the same command with something added.
    #[must_use]
    pub(crate) fn again(mut self, add: impl Into<String>, remark: &'static str) -> Self {
        self.0.hints.push(Hint::Again { add: add.into(), remark });
        self
    }

    /// Hints at the same command with the name that was meant.
    #[must_use]
    fn corrected(mut self, typed: String, name: String) -> Self {
        self.0.hints.push(Hint::Corrected { typed, name });
        self
    }

    /// Puts a hint before the others.
    #[must_use]
    pub(super) fn hint_first(mut self, command: impl Into<String>) -> Self {
        self.0.hints.insert(0, Hint::Command(command.into()));
        self
    }

    /// Hints at the same command for a repository, which is not what was typed.
    #[must_use]
    fn repository(mut self, typed: Option<String>) -> Self {
        self.0.hints.push(Hint::Repository { typed });
        self
    }

    /// Hints at another way to connect the same.
    #[must_use]
    fn connect(mut self, remedy: Remedy, (provider, host): (ProviderId, &str), remark: &'static str) -> Self {
        self.0.hints.push(Hint::Connect { remedy, provider, host: host.to_owned(), remark });
        self
    }

    /// Which connection could not be made or mended.
    #[must_use]
    pub(super) fn about(mut self, subject: Subject) -> Self {
        self.0.subject = subject;
        self
    }

    #[must_use]
    pub(crate) fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// Hints at the same command without an option, or with it in another way.
    #[must_use]
    pub(crate) fn instead(mut self, option: &'static str, add: impl Into<String>, remark: &'static str) -> Self {
        self.0.hints.push(Hint::Instead { option, add: add.into(), remark });
        self
    }

    /// The same for whoever has no store: commands about one are left out.
    #[must_use]
    pub(crate) fn without_store(mut self) -> Self {
        self.0.hints.retain(|hint| match hint {
            Hint::Command(text) => !text.starts_with("gitconn "),
            Hint::Connect { .. } | Hint::Corrected { .. } => false,
            Hint::Again { .. } | Hint::Instead { .. } | Hint::Repository { .. } => true,
        });
        self
    }

    /// With another failure, and all that caused it, as the cause.
    fn because(mut self, inner: Self) -> Self {
        self.0.causes.push(inner.0.message);
        self.0.causes.extend(inner.0.causes);
        self
    }

    /// The same, as the cause of something else.
    fn under(mut self, message: String) -> Self {
        let inner = std::mem::replace(&mut self.0.message, message);
        self.0.causes.insert(0, inner);
        self
    }

    /// The provider's name for the request that failed.
    fn request(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// The first hint that is a command of its own, for a summary.
    pub(crate) fn first_hint(&self) -> Option<String> {
        let hint = self.0.hints.iter().find(|hint| matches!(hint, Hint::Command(_) | Hint::Connect { .. }))?;
        Some(ops::redact(&hint.render(&[], &self.0.subject)).into_owned())
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Says it on stderr, as words or as JSON, and gives the exit code. `invoked` is what was typed, the program's name first.
    pub(crate) fn report(&self, out: &Out, invoked: &[OsString]) -> ExitCode {
        if self.0.closed_pipe {
            return ExitCode::SUCCESS;
        }
        if !self.0.silent {
            let hints = self.hints(out, invoked);
            match (out.is_json(), self.0.shown) {
                (true, _) => self.report_json(&hints),
                (false, true) => hints.iter().for_each(|hint| out.hint(hint)),
                (false, false) => self.report_words(out, &hints),
            }
        }
        ExitCode::from(self.0.code.unwrap_or(self.0.kind.code()))
    }

    /// What failed and why, in one line.
    pub(crate) fn in_full(&self) -> String {
        let text = self.0.causes.iter().fold(self.0.message.clone(), |text, cause| format!("{text}: {cause}"));
        ops::redact(&text).into_owned()
    }

    /// What failed, for a warning.
    pub(crate) fn in_words(&self) -> String {
        ops::redact(&self.0.message).into_owned()
    }

    /// Says what failed and that something went on all the same, also when nothing but errors is to be said.
    pub(crate) fn say(&self, what: &str, out: &Out) {
        let message = format!("{what}: {}", self.0.message);
        if out.is_json() {
            let error = serde_json::json!({ "error": { "kind": self.0.kind.id(), "message": ops::redact(&message) } });
            stderr_line(&error.to_string());
            return;
        }
        stderr_line(&format!("{} {}", out.stderr_style().bad("error:"), ops::redact(&message)));
        if let Some(hint) = self.first_hint() {
            out.hint(&hint);
        }
    }

    /// At most two, as they are shown.
    fn hints(&self, out: &Out, invoked: &[OsString]) -> Vec<String> {
        let invoked = invoked.get(1..).unwrap_or_default();
        let shown = |hint: &Hint| {
            let command = hint.render(invoked, &self.0.subject);
            ops::redact(&out.carried().in_commands(&command)).into_owned()
        };
        self.0.hints.iter().take(2).map(shown).collect()
    }

    fn report_words(&self, out: &Out, hints: &[String]) {
        let style = out.stderr_style();
        stderr_line(&format!("{} {}", style.bad("error:"), ops::redact(&self.0.message)));
        for cause in &self.0.causes {
            stderr_line(&format!("{} {}", style.faint("caused by:"), ops::redact(cause)));
        }
        for hint in hints {
            stderr_line(&format!("{} {hint}", style.faint("hint:")));
        }
    }

    fn report_json(&self, hints: &[String]) {
        let message = self.0.causes.iter().fold(self.0.message.clone(), |text, cause| format!("{text}: {cause}"));
        let hint = (!hints.is_empty()).then(|| hints.join("\n"));
        let error = serde_json::json!({
            "error": { "kind": self.0.kind.id(), "message": ops::redact(&message), "hint": hint, "request_id": self.0.request_id }
        });
        stderr_line(&error.to_string());
    }
}
