//! What every command has at hand: settings, streams, prompts, the session, and the runtime when there is something to wait for.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::Global;
use super::failure::Failure;
use super::interrupt;
use super::out::{Out, stderr_line};
use super::progress::Progress;
use super::prompt::Prompt;
use crate::config::{Config, Setting};
use crate::env::Env;
use crate::model::Stamp;
use crate::ops::backing::{Loose, Loosely};
use crate::ops::{Around, Ask, AskFor, Cancelled, Choices, Notices as _, Session, Shield};
use crate::secret::Secret;

/// One run's surroundings.
pub(crate) struct Context<'a> {
    pub(crate) env: &'a Env,
    pub(crate) config: &'a Config,
    pub(crate) out: &'a Out,
    pub(crate) prompt: Prompt,
    pub(crate) progress: Rc<Progress>,
    shield: Shield,
    global: &'a Global,
}

impl<'a> Context<'a> {
    pub(super) fn new(env: &'a Env, config: &'a Config, out: &'a Out, global: &'a Global) -> Self {
        Self {
            env,
            config,
            out,
            prompt: Prompt::new(global.no_input),
            progress: Rc::new(Progress::new(env, global.quiet, out)),
            shield: Shield::default(),
            global,
        }
    }

    /// Whether nothing is to be said beside data and errors: also by a program that we run for somebody.
    pub(crate) fn is_quiet(&self) -> bool {
        self.global.quiet
    }

    /// Where the store is, and who says so.
    pub(crate) fn store_setting(&self) -> Result<Setting<PathBuf>, Failure> {
        Ok(self.config.store(self.global.store.as_deref())?)
    }

    /// Where the key file is, if one is set, and who says so.
    pub(crate) fn key_file_setting(&self) -> Option<Setting<PathBuf>> {
        self.config.key_file(self.global.key_file.as_deref())
    }

    /// The paths that were typed, with their options: for a command line that is written down somewhere.
    pub(crate) fn typed_paths(&self) -> [(&'static str, Option<&'a Path>); 2] {
        self.global.typed_paths()
    }

    /// The work of this run, with this terminal to ask for a passphrase.
    pub(crate) fn session(&self) -> Result<Session<'a>, Failure> {
        self.config.sound()?;
        let choices =
            Choices { store: self.global.store.clone(), key_file: self.global.key_file.clone(), max_wait: self.global.max_wait };
        let (prompt, store) = (self.prompt, self.store_setting()?.value);
        let ask: Option<Ask> =
            prompt.is_allowed().then(|| Box::new(move |asked: &AskFor| passphrase(prompt, &store, asked)) as Ask);
        let (watcher, notices) = (self.progress.clone(), self.progress.clone());
        let around = Around { ask, watcher, notices, shield: self.shield.clone() };
        Ok(Session::new(self.env, self.config, &choices, around)?)
    }

    /// Whether the command line names a store, or its key.
    pub(crate) fn names_store(&self) -> bool {
        self.global.store.is_some() || self.global.key_file.is_some()
    }

    /// A token from the environment in place of a store: nothing is looked for, opened or made.
    pub(crate) fn loose(&self, token: Secret, said: &Loosely) -> Result<Loose, Failure> {
        self.config.sound()?;
        let max_wait = self.global.max_wait.unwrap_or_else(|| self.config.max_wait());
        Ok(Loose::new(self.env, token, said, max_wait, self.progress.clone(), &*self.progress)?)
    }

    /// Who does what follows, and when.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { who: self.env.who(), at: self.env.now() }
    }

    /// Waits for the network, or for Ctrl-C.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, crate::ops::Error>>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::bug)?;
        let local = tokio::task::LocalSet::new();
        let result = interrupt::quietly(|| runtime.block_on(local.run_until(self.finish(work))));
        self.progress.end();
        // A name that is still being looked up must not hold up the end.
        runtime.shutdown_background();
        result
    }
}

impl Context<'_> {
    /// Does work that hears of Ctrl-C in its own way, and then to its end what must not be cut off: it may have begun beside it.
    pub(crate) fn attend<T>(&self, work: impl Future<Output = Result<T, crate::ops::Error>>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::bug)?;
        self.progress.end();
        let local = tokio::task::LocalSet::new();
        let whole = async {
            let result = work.await;
            self.end_shielded().await;
            result
        };
        let result = interrupt::quietly(|| runtime.block_on(local.run_until(whole)));
        runtime.shutdown_background();
        Ok(result?)
    }

    /// Does the work to its end or to Ctrl-C, and in both cases what must not be cut off ([`Shield`]): a renewal goes on although nobody waits for it.
    async fn finish<T>(&self, work: impl Future<Output = Result<T, crate::ops::Error>>) -> Result<T, Failure> {
        let mut work = std::pin::pin!(work);
        let signal = tokio::select! {
            // Asked first, so that it is listened for before the work begins: whoever presses it early is heard too.
            biased;
            signal = interrupt::told() => signal,
            result = &mut work => {
                self.end_shielded().await;
                return result.map_err(Failure::from);
            }
        };
        self.shield.close();
        if self.shield.is_held() {
            self.progress.warn("finishing what would be lost (Ctrl-C again to stop at once)");
            let ended = tokio::select! {
                biased;
                () = self.end_shielded() => tokio::time::timeout(Duration::from_millis(100), &mut work).await.ok(),
                // It may be the work itself that holds the shield, and no task of its own: then nobody else goes on with it.
                result = &mut work => {
                    if result.is_ok() {
                        self.out.note("it was finished all the same");
                    }
                    Some(result)
                }
            };
            // What became of it is worth saying: a login may be over.
            if let Some(Err(error)) = ended {
                Failure::from(error).say("what was being finished", self.out);
            }
        }
        Err(signal.map_or_else(Failure::bug, |()| Failure::interrupted()))
    }

    /// Waits for shielded work, or for Ctrl-C.
    async fn end_shielded(&self) {
        tokio::select! {
            biased;
            () = self.shield.lifted() => {}
            _ = interrupt::told() => {}
        }
    }
}

/// Asks for a passphrase: one that opens a key file, or a new one, typed twice. `store` is the store that it is for.
fn passphrase(prompt: Prompt, store: &Path, asked: &AskFor) -> Result<Secret, Cancelled> {
    let instead = "GITCONN_PASSPHRASE_FILE=FILE";
    let answer = match asked {
        AskFor::Open { file, attempt: 1 } => prompt.secret(&format!("passphrase of {}", file.display()), instead),
        AskFor::Open { .. } => prompt.secret("wrong passphrase, please try again", instead),
        AskFor::New { no_keyring, .. } => {
            if *no_keyring {
                let store = store.display();
                stderr_line(&format!(
                    "making a new store at `{store}`: there is no keyring to hold its key, so a passphrase protects it, which you type to open the store"
                ));
            }
            prompt.new_passphrase("a passphrase for the store's key", instead)
        }
    };
    answer.map_err(|_| Cancelled)
}
