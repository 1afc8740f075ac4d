//! Questions to a person: only on a terminal, only where prompts are not switched off. A secret is taken without echo.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::failure::Failure;
use crate::secret::Secret;

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
        dialoguer::Password::new()
            .with_prompt(question)
            .allow_empty_password(true)
            .interact_on(&console::Term::stderr())
            .map(Secret::from)
            .map_err(|dialoguer::Error::IO(error)| Failure::prompt(error))
    }

    /// Takes a secret twice, until both are the same.
    pub(crate) fn new_secret(self, question: &str, instead: &str) -> Result<Secret, Failure> {
        self.must_be_allowed(question, instead)?;
        dialoguer::Password::new()
            .with_prompt(question)
            .with_confirmation(format!("{question} again"), "the two are not the same")
            .interact_on(&console::Term::stderr())
            .map(Secret::from)
            .map_err(|dialoguer::Error::IO(error)| Failure::prompt(error))
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
