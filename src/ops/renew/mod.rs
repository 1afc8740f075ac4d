//! Renewing tokens without anyone noticing (design §9): early, one at a time across tasks and processes, noted before it is begun, sent once, and saved
//! before it is used. A single-use refresh token that is spent twice, or spent and not saved, is a person sent back to the browser.

pub(super) mod need;
mod source;
mod spend;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;

use self::need::{Need, need};
use super::{Error, Notices, Shield, unblocked};
use crate::env::Env;
use crate::model::{Connection, ConnectionId, Stamp, Timestamp};
use crate::net::Http;
use crate::secret::Secret;
use crate::store::{ConnectionLock, Db, Error as StoreError, GrantRecord, IntentRecord, Store, View};

pub(super) use self::source::Renewing;

/// How long one process waits for another that renews the same connection.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long it waits where the token still lives.
const BRIEF: Duration = Duration::from_secs(2);
/// A token younger than this that is refused was not refused because its time was over.
const YOUNG: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// Whether a connection's stored token needs no renewal: the fast path, which asks nobody and locks nothing.
pub(super) fn is_fresh(store: &Store, view: &View, connection: &Connection, now: Timestamp) -> Result<bool, Error> {
    let issued_at = view.grant(&connection.id)?.map(|grant| grant.issued_at);
    let is_rescued = || store.has_rescued(&view.header().store_id, &connection.id);
    Ok(need(connection.expiry, issued_at, now) == Need::Not && !is_rescued())
}

/// Everything renewals of one run share. It owns what it needs: a page walk keeps it for as long as it lasts.
pub(crate) struct Renewer {
    store: Store,
    env: Env,
    http: Http,
    shield: Shield,
    notices: Rc<dyn Notices>,
    /// One slot a connection: tasks of this process queue here, so that only one of them waits for other processes.
    slots: RefCell<HashMap<ConnectionId, Rc<Mutex<Slot>>>>,
}

/// What this run knows of one connection's token.
#[derive(Default)]
struct Slot {
    live: Option<Live>,
    /// Renewing it early did not work: it is used until its end, and nobody is asked for each request anew.
    is_late: bool,
    /// What a refused token was replaced by. If that one is refused too, it is the last word.
    replacement: Option<String>,
}

/// A token with what tells when it is to be renewed.
#[derive(Clone)]
struct Live {
    token: Secret,
    connection: Connection,
    issued_at: Option<Timestamp>,
}

impl Live {
    fn need(&self, now: Timestamp) -> Need {
        need(self.connection.expiry, self.issued_at, now)
    }
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// A token that works for a while.
    Live,
    /// Another token than the one of this fingerprint.
    Other(String),
}

impl Wanted {
    /// Whether a token is what is wanted.
    fn is(&self, live: &Live, now: Timestamp) -> bool {
        match self {
            Self::Live => live.need(now) == Need::Not,
            Self::Other(fingerprint) => live.connection.fingerprint != *fingerprint,
        }
    }
}

/// What the store knows of a connection at one moment.
struct Found {
    live: Live,
    grant: Option<GrantRecord>,
    refresh: Option<Secret>,
    /// A renewal that was begun and not finished.
    intent: Option<IntentRecord>,
    store_id: String,
    is_at_home: bool,
    /// Whether the store's key only reads it.
    is_reader: bool,
}

impl Found {
    /// Why nothing that works once may be spent here, if it may not.
    fn must_not_spend(&self) -> Option<Error> {
        let connection = &self.live.connection;
        let (name, host, provider) = (connection.name.to_string(), connection.host.to_string(), connection.provider);
        match (self.is_reader, self.is_at_home) {
            (true, _) => Some(Error::Reading { name, provider, host }),
            (false, false) => Some(Error::Copy { name, provider, host }),
            (false, true) => None,
        }
    }

    /// Why it cannot be renewed: its login is over, or it never was one that renews itself.
    fn no_renewal(&self) -> Error {
        let connection = &self.live.connection;
        let name = connection.name.to_string();
        if self.grant.is_none() || connection.status.is_usable() {
            return Error::NoRenewal { name };
        }
        Error::LoginEnded { name, why: connection.validation_error.clone().unwrap_or_else(|| "its login is over".to_owned()) }
    }
}

impl Renewer {
    pub(super) fn new(store: Store, env: Env, http: Http, shield: Shield, notices: Rc<dyn Notices>) -> Self {
        Self { store, env, http, shield, notices, slots: RefCell::default() }
    }

    /// A token that works, renewed first if its end is near. No network and no lock while it is good.
    ///
    /// # Errors
    ///
    /// What stood in the way of a renewal, where there is no live token left to go on with.
    pub(crate) async fn live(self: &Rc<Self>, id: &ConnectionId) -> Result<Secret, Error> {
        Ok(self.live_and_whole(id).await?.0)
    }

    /// As [`Renewer::live`], with the connection as it is then: also where the store could not be saved.
    pub(crate) async fn live_and_whole(self: &Rc<Self>, id: &ConnectionId) -> Result<(Secret, Connection), Error> {
        let slot = self.slot(id);
        let mut slot = slot.lock().await;
        let is_late = slot.is_late;
        let serves = |need: Need| need == Need::Not || (need == Need::Soon && is_late);
        if let Some(live) = slot.live.as_ref().filter(|live| serves(live.need(self.env.now()))) {
            return Ok((live.token.clone(), live.connection.clone()));
        }
        let live = self.bring(id, &Wanted::Live).await?;
        slot.is_late = live.need(self.env.now()) != Need::Not;
        let live = slot.live.insert(live);
        Ok((live.token.clone(), live.connection.clone()))
    }

    /// The fingerprint of the token that this run uses for a connection; `None` if it has none yet.
    pub(super) async fn in_use(&self, id: &ConnectionId) -> Option<String> {
        let slot = self.slot(id);
        let slot = slot.lock().await;
        slot.live.as_ref().map(|live| live.connection.fingerprint.clone())
    }

    /// Another token in place of one that its provider has refused, once; `None` if the refusal is the last word.
    async fn instead_of(self: &Rc<Self>, id: &ConnectionId, refused: &Secret) -> Result<Option<Secret>, Error> {
        let slot = self.slot(id);
        let mut slot = slot.lock().await;
        let refused = refused.fingerprint();
        if let Some(live) = slot.live.as_ref().filter(|live| live.connection.fingerprint != refused) {
            return Ok(Some(live.token.clone()));
        }
        // One that was handed out just now is not refused for its age. What another process has put in its place is younger still, and is no such one.
        let stored = self.look(id)?.live;
        let is_young = |issued_at: Timestamp| self.env.now().duration_since(issued_at) < YOUNG;
        let is_too_young = stored.connection.fingerprint == refused && stored.issued_at.is_some_and(is_young);
        if slot.replacement.as_ref() == Some(&refused) || is_too_young {
            return Ok(None);
        }
        let live = self.bring(id, &Wanted::Other(refused)).await?;
        slot.replacement = Some(live.connection.fingerprint.clone());
        Ok(Some(slot.live.insert(live).token.clone()))
    }

    /// Renews now, whatever the token's age, unless somebody else just did. The connection as it is then.
    pub(crate) async fn renew(self: &Rc<Self>, seen: &Connection) -> Result<Connection, Error> {
        let slot = self.slot(&seen.id);
        let mut slot = slot.lock().await;
        let live = self.bring(&seen.id, &Wanted::Other(seen.fingerprint.clone())).await?;
        Ok(slot.live.insert(live).connection.clone())
    }

    fn slot(&self, id: &ConnectionId) -> Rc<Mutex<Slot>> {
        Rc::clone(self.slots.borrow_mut().entry(id.clone()).or_default())
    }

    /// What is wanted, from the store or from the provider.
    async fn bring(self: &Rc<Self>, id: &ConnectionId, wanted: &Wanted) -> Result<Live, Error> {
        let found = self.look(id)?;
        let is_rescued = self.store.has_rescued(&found.store_id, id);
        if wanted.is(&found.live, self.env.now()) && !is_rescued {
            return Ok(found.live);
        }
        if found.refresh.is_none() && !is_rescued {
            return match wanted {
                // Not one that renews itself: whoever uses it learns from its provider that it is dead.
                Wanted::Live => Ok(found.live),
                Wanted::Other(_) => Err(found.no_renewal()),
            };
        }
        let is_soon = *wanted == Wanted::Live && found.live.need(self.env.now()) != Need::Now;
        let brought = if let Some(error) = found.must_not_spend() {
            Err(error)
        } else {
            self.bring_undisturbed(found.store_id.clone(), id.clone(), wanted.clone(), is_soon).await
        };
        match brought {
            // While the old one lives, nobody has to stop because the new one is late.
            Err(error) if *wanted == Wanted::Live && !error.ends_login() && found.live.need(self.env.now()) != Need::Now => {
                self.notices.warn(&format!("`{}` could not be renewed yet: {error}", found.live.connection.name));
                Ok(found.live)
            }
            outcome => outcome,
        }
    }

    /// As [`Renewer::bring_locked`], in a task of its own: whoever waits for it may be given up (a listing that has enough rows gives up the pages
    /// that are still under way), and a request for new tokens must not be.
    async fn bring_undisturbed(
        self: &Rc<Self>,
        store_id: String,
        id: ConnectionId,
        wanted: Wanted,
        is_soon: bool,
    ) -> Result<Live, Error> {
        let own = Rc::clone(self);
        let task = tokio::task::spawn_local(async move { own.bring_locked(&store_id, &id, &wanted, is_soon).await });
        match task.await {
            Ok(outcome) => outcome,
            // It panicked: so do we, and the program says whose fault it is.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// As [`Renewer::bring`], alone among all processes of this machine.
    async fn bring_locked(&self, store_id: &str, id: &ConnectionId, wanted: &Wanted, is_soon: bool) -> Result<Live, Error> {
        let _lock = self.lock(store_id, id, if is_soon { BRIEF } else { PATIENCE }).await?;
        if let Some(live) = self.take_rescued(store_id, id).await?
            && wanted.is(&live, self.env.now())
        {
            return Ok(live);
        }
        let found = self.look(id)?;
        // Somebody else did it while we waited.
        if wanted.is(&found.live, self.env.now()) {
            return Ok(found.live);
        }
        self.spend(found).await
    }

    /// Waits for other processes without holding up Ctrl-C.
    async fn lock(&self, store_id: &str, id: &ConnectionId, patience: Duration) -> Result<ConnectionLock, Error> {
        let unsavable = |source| match self.look(id) {
            Ok(found) => unsavable(&found.live.connection, source),
            Err(error) => error,
        };
        // A state directory that cannot be written to is as good as a store that cannot be saved.
        let lock = unblocked::lock(&self.store, store_id, id, None, patience).await.map_err(unsavable)?;
        lock.ok_or_else(|| Error::RenewalBusy { seconds: patience.as_secs() })
    }

    fn look(&self, id: &ConnectionId) -> Result<Found, Error> {
        let view: View = self.store.read()?;
        let connection = super::resolve::named(&view, id.as_str())?;
        let meta = view.meta()?;
        let grant = view.grant(id)?;
        let issued_at = grant.as_ref().map(|grant| grant.issued_at);
        Ok(Found {
            live: Live { token: view.token(id)?, connection, issued_at },
            grant,
            refresh: view.refresh_token(id)?,
            intent: view.intent(id)?,
            is_at_home: self.store.is_at_home(&meta),
            is_reader: self.store.key().reads_only(&meta.store_id),
            store_id: meta.store_id,
        })
    }

    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Db, &Stamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        unblocked::change(&self.store, Stamp { who: self.env.who(), at: self.env.now() }, change).await
    }
}

/// A store that cannot be saved: nothing is asked, for the answer would be lost.
fn unsavable(connection: &Connection, source: StoreError) -> Error {
    let (name, host) = (Some(connection.name.to_string()), connection.host.to_string());
    Error::Unsavable { name, provider: connection.provider, host, source: Box::new(source) }
}
