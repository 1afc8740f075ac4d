//! Questions to a person: only on a terminal, only where prompts are not switched off. A secret is taken without echo.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::failure::Failure;
use crate::secret::Secret;

/// A passphrase with fewer characters is warned of.
const SHORTEST: usize = 8;

/// Who may be asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prompt {
    allowed: bool,
}

impl Prompt {
    /// Somebody may be asked if both ends are a terminal and `--no-input` was not given.
    pub(crate) fn new(no_input: bool) -> Self {
        Self { allowed: !no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() }
    }

    pub(crate) fn is_allowed(self) -> bool {
        self.allowed
    }

    /// Takes a secret without echo.
    ///
    /// # Errors
    ///
    /// `interrupted` after Ctrl-C; a usage error that names `instead` where nobody can be asked.
    pub(crate) fn secret(self, question: &str, instead: &str) -> Result<Secret, Failure> {
        self.must_be_allowed(question, instead)?;
        let line = super::hidden::line(question).map_err(Failure::prompt)?;
        Ok(Secret::from(line.as_str().to_owned()))
    }

    /// Takes a new passphrase twice, until both are the same, and warns of a short one. An empty one ends it.
    pub(crate) fn new_passphrase(self, question: &str, instead: &str) -> Result<Secret, Failure> {
        loop {
            let secret = self.secret(question, instead)?;
            if secret.expose().is_empty() {
                return Ok(secret);
            }
            if self.secret(&format!("{question} again"), instead)?.expose() == secret.expose() {
                if secret.expose().chars().count() < SHORTEST {
                    let found = "whoever gets hold of the key's file finds it by trying";
                    super::out::stderr_line(&format!("warning: the passphrase has fewer than {SHORTEST} characters: {found}"));
                }
                return Ok(secret);
            }
            super::out::stderr_line("the two are not the same");
        }
    }

    /// Takes a line of text that may be seen.
    pub(crate) fn line(self, question: &str, instead: &str) -> Result<String, Failure> {
        self.must_be_allowed(question, instead)?;
        let mut stderr = std::io::stderr().lock();
        write!(stderr, "{question}: ").and_then(|()| stderr.flush()).map_err(Failure::prompt)?;
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).map_err(Failure::prompt)?;
        if read == 0 {
            return Err(Failure::interrupted());
        }
        Ok(line.trim().to_owned())
    }

    /// A question whose answer is no unless `y` or `yes` is typed.
    pub(crate) fn confirm(self, question: &str, instead: &str) -> Result<bool, Failure> {
        let answer = self.line(&format!("{question} [y/N]"), instead)?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    fn must_be_allowed(self, question: &str, instead: &str) -> Result<(), Failure> {
        if self.allowed { Ok(()) } else { Err(Failure::nobody_to_ask(question, instead)) }
    }
}
