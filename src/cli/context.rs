//! What every command has at hand: settings, streams, prompts, the session, and the runtime when there is something to wait for.

use std::future::Future;
use std::path::PathBuf;
use std::rc::Rc;

use super::Global;
use super::failure::Failure;
use super::out::Out;
use super::progress::Progress;
use super::prompt::Prompt;
use crate::config::{Config, Setting};
use crate::env::Env;
use crate::ops::{Ask, AskFor, Cancelled, Choices, Session};
use crate::secret::Secret;

/// One run's surroundings.
pub(crate) struct Context<'a> {
    pub(crate) env: &'a Env,
    pub(crate) config: &'a Config,
    pub(crate) out: &'a Out,
    pub(crate) prompt: Prompt,
    pub(crate) progress: Rc<Progress>,
    global: &'a Global,
}

impl<'a> Context<'a> {
    pub(super) fn new(env: &'a Env, config: &'a Config, out: &'a Out, global: &'a Global) -> Self {
        Self {
            env,
            config,
            out,
            prompt: Prompt::new(global.no_input),
            progress: Rc::new(Progress::new(env, global.quiet)),
            global,
        }
    }

    /// Where the store is, and who says so.
    pub(crate) fn store_setting(&self) -> Result<Setting<PathBuf>, Failure> {
        Ok(self.config.store(self.global.store.as_deref())?)
    }

    /// Where the key file is, if one is set, and who says so.
    pub(crate) fn key_file_setting(&self) -> Option<Setting<PathBuf>> {
        self.config.key_file(self.global.key_file.as_deref())
    }

    /// The work of this run, with this terminal to ask for a passphrase.
    pub(crate) fn session(&self) -> Result<Session<'a>, Failure> {
        self.config.sound()?;
        let choices =
            Choices { store: self.global.store.clone(), key_file: self.global.key_file.clone(), max_wait: self.global.max_wait };
        let prompt = self.prompt;
        let ask: Option<Ask> = prompt.is_allowed().then(|| Box::new(move |asked: &AskFor| passphrase(prompt, asked)) as Ask);
        Ok(Session::new(self.env, self.config, &choices, ask, self.progress.clone())?)
    }

    /// Waits for the network, or for Ctrl-C.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, crate::ops::Error>>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::bug)?;
        let result = super::interrupt::quietly(|| {
            runtime.block_on(async {
                tokio::select! {
                    result = work => result.map_err(Failure::from),
                    signal = tokio::signal::ctrl_c() => Err(signal.map_or_else(Failure::bug, |()| Failure::interrupted())),
                }
            })
        });
        self.progress.end();
        // A name that is still being looked up must not hold up the end.
        runtime.shutdown_background();
        result
    }
}

/// Asks for a passphrase: one that opens a key file, or a new one, typed twice.
fn passphrase(prompt: Prompt, asked: &AskFor) -> Result<Secret, Cancelled> {
    let instead = "GITCONN_PASSPHRASE_FILE=FILE";
    let answer = match asked {
        AskFor::Open { file, attempt: 1 } => prompt.secret(&format!("passphrase of {}", file.display()), instead),
        AskFor::Open { .. } => prompt.secret("that was not it; passphrase", instead),
        AskFor::New { .. } => prompt.new_secret("a passphrase for the store's key", instead),
    };
    answer.map_err(|_| Cancelled)
}
