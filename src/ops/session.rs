//! One run of the program: settings, the store and the network, each made when it is first needed.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use super::apps::Minter;
use super::renew::Renewer;
use super::{Error, Shield};
use crate::config::{Config, Origin, Setting};
use crate::env::{self, Env};
use crate::model::{Connection, ProviderId, Stamp, Status, Timestamp};
use crate::net::{Http, Options, Watcher};
use crate::secret::Secret;
use crate::store::key::{Ask as AskFor, Asker, Cancelled, Sources};
use crate::store::{Error as StoreError, Place, Retention, Store, StoreKey};

/// Asks a person for a passphrase.
pub(crate) type Ask = Box<dyn Fn(&AskFor) -> Result<Secret, Cancelled>>;

/// Which connections a command is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) provider: Option<ProviderId>,
    pub(crate) host: Option<String>,
    pub(crate) status: Option<Status>,
    /// All of them must be there.
    pub(crate) tags: Vec<String>,
}

impl Filter {
    /// Whether a connection is one of them.
    pub(crate) fn passes(&self, connection: &Connection) -> bool {
        let on_host = |typed: &String| {
            crate::model::HostUrl::parse(typed).is_ok_and(|host| host == connection.host) || *typed == connection.host.domain()
        };
        self.provider.is_none_or(|provider| provider == connection.provider)
            && self.host.as_ref().is_none_or(on_host)
            && self.status.is_none_or(|status| status == connection.status)
            && self.tags.iter().all(|tag| connection.tags.contains(tag))
    }
}

/// What was said on the command line about this run as a whole.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    pub(crate) store: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) max_wait: Option<Duration>,
}

/// Hears what a person should know although the work goes on.
pub(crate) trait Notices {
    /// Something is not as it should be.
    fn warn(&self, text: &str);

    /// Whether anybody hears it: what is said to nobody does not count as said.
    fn is_heard(&self) -> bool {
        true
    }
}

/// What a run has around it.
pub(crate) struct Around {
    /// `None` where nobody can be asked.
    pub(crate) ask: Option<Ask>,
    pub(crate) watcher: Rc<dyn Watcher>,
    pub(crate) notices: Rc<dyn Notices>,
    pub(crate) shield: Shield,
}

/// One run of the program.
pub(crate) struct Session<'a> {
    env: &'a Env,
    config: &'a Config,
    key_file: Option<Setting<PathBuf>>,
    store_setting: Setting<PathBuf>,
    place: Place,
    ask: Option<Ask>,
    options: Options,
    notices: Rc<dyn Notices>,
    shield: Shield,
    /// The key that was found, with the store it opens: a passphrase is asked for once a run.
    key: OnceCell<(String, StoreKey)>,
    http: OnceCell<Http>,
    renewer: OnceCell<Rc<Renewer>>,
    minter: OnceCell<Rc<Minter>>,
}

impl<'a> Session<'a> {
    /// Nothing is read yet.
    pub(crate) fn new(env: &'a Env, config: &'a Config, choices: &Choices, around: Around) -> Result<Self, Error> {
        let Around { ask, watcher, notices, shield } = around;
        let store_setting = config.store(choices.store.as_deref())?;
        let pinned = env.text(env::name::PIN) != Some("off");
        let place = Place::new(&store_setting.value, config.state(), pinned)?;
        let key_file = config.key_file(choices.key_file.as_deref());
        let max_wait = choices.max_wait.unwrap_or_else(|| config.max_wait());
        let options = Options { watcher: Some(watcher), max_wait };
        let (key, http, renewer, minter) = (OnceCell::new(), OnceCell::new(), OnceCell::new(), OnceCell::new());
        Ok(Self { env, config, key_file, store_setting, place, ask, options, notices, shield, key, http, renewer, minter })
    }

    pub(super) fn env(&self) -> &Env {
        self.env
    }

    /// What Ctrl-C waits for.
    pub(super) fn shield(&self) -> &Shield {
        &self.shield
    }

    /// What renews tokens, made when it is first needed: a run has one store.
    pub(crate) fn renewer(&self, store: &Store) -> Rc<Renewer> {
        let made = || {
            let (http, shield, notices) = (self.http().clone(), self.shield.clone(), Rc::clone(&self.notices));
            Rc::new(Renewer::new(store.clone(), self.env.clone(), http, shield, notices))
        };
        Rc::clone(self.renewer.get_or_init(made))
    }

    /// What makes installation tokens, made when it is first needed.
    pub(super) fn minter(&self, store: &Store) -> Rc<Minter> {
        let made = || Rc::new(Minter::new(store.clone(), self.env.clone(), self.http().clone(), Rc::clone(&self.notices)));
        Rc::clone(self.minter.get_or_init(made))
    }

    /// Who hears what a person should know.
    pub(super) fn notices(&self) -> &dyn Notices {
        &*self.notices
    }

    /// The key file that is set, if one is.
    pub(super) fn key_file(&self) -> Option<&std::path::Path> {
        self.key_file.as_ref().map(|setting| setting.value.as_path())
    }

    pub(crate) fn config(&self) -> &Config {
        self.config
    }

    /// Where the store is, and who says so.
    pub(crate) fn store_setting(&self) -> &Setting<PathBuf> {
        &self.store_setting
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Who does what follows, and when.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { who: self.env.who(), at: self.env.now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// The client, made when it is first needed.
    pub(crate) fn http(&self) -> &Http {
        self.http.get_or_init(|| Http::new(self.env.clone(), self.options.clone()))
    }

    /// The store, with the key that opens it, which is looked for once.
    ///
    /// # Errors
    ///
    /// `Missing` if there is none; what the search for its key says.
    pub(crate) fn store(&self) -> Result<Store, Error> {
        let header = self.place.header()?.ok_or_else(|| self.missing())?;
        if let Some((store_id, key)) = self.key.get()
            && *store_id == header.store_id
        {
            return Ok(self.opened(key.clone()));
        }
        let key = self.with_sources(|sources| sources.find(&self.place.wanted(&header)))?;
        if key.is_unsettled() {
            self.notices.warn("the store was re-keyed, and that was cut off before its end: `gitconn store rekey` finishes it");
        }
        let _ = self.key.set((header.store_id, key.clone()));
        Ok(self.opened(key))
    }

    /// The store, with a key that may save it: for commands that do something elsewhere first, or ask somebody.
    ///
    /// # Errors
    ///
    /// As [`Session::store`]; `Reader` for a key that only reads.
    pub(crate) fn writer(&self) -> Result<Store, Error> {
        let store = self.store()?;
        store.must_write()?;
        Ok(store)
    }

    /// There is no store; perhaps there was one.
    pub(super) fn missing(&self) -> Error {
        let path = self.place.path();
        match self.place.backups().len() {
            0 => StoreError::Missing(path.to_owned()).into(),
            count => Error::OnlyBackups { path: path.display().to_string(), count },
        }
    }

    /// The store behind a key that was found some other way.
    pub(super) fn opened(&self, key: StoreKey) -> Store {
        let (events, days) = self.config.retention();
        Store::new(self.place.clone(), key).with_retention(Retention { events, days })
    }

    /// Everything that can give a key in this run.
    pub(super) fn with_sources<T>(&self, work: impl FnOnce(&Sources<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let asker = |ask: &AskFor| self.ask.as_ref().ok_or(Cancelled).and_then(|asker| asker(ask));
        let asker: Option<Asker<'_>> = self.ask.is_some().then_some(&asker);
        let key_file = self.key_file.as_ref().and_then(|setting| match &setting.origin {
            Origin::Flag(name) | Origin::Env(name) => Some((*name, setting.value.as_path())),
            // A key in the environment goes before a setting: whoever gives one for a run means it.
            Origin::File(_) | Origin::Default if self.env.os(env::name::KEY).is_some() => None,
            Origin::File(_) | Origin::Default => Some(("the setting `key_file`", setting.value.as_path())),
        });
        work(&Sources::new(self.env, key_file, asker))
    }
}
