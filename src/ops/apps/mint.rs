//! Installation tokens: made when they are wanted, kept in the store for their hour, renewed before it is over; one at a time across tasks and processes.
//! Unlike a refresh token nothing is spent by asking, so whatever stands in the way of keeping one does not stand in the way of using it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::sleep;

use super::super::renew::need::{Need, need};
use super::super::{Error, Notices, resolve, unblocked};
use super::{AppError, Hindered, Signing, clock_warning, signing};
use crate::env::Env;
use crate::model::{Connection, ConnectionId, EventKind, Expiry, Narrowing, Stamp, Timestamp};
use crate::net::Http;
use crate::provider::{Answered, Error as ProviderError, Obstacle};
use crate::secret::Secret;
use crate::store::{CachedToken, Db, Error as StoreError, Store, View};

/// How long one process waits for another that makes a token for the same installation; then it makes one of its own.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long it waits where the token still lives.
const BRIEF: Duration = Duration::from_secs(2);
/// Repeats of a request that met a rate limit.
const LIMITED: usize = 2;
/// Installations whose tokens are made at once: as many as requests go to one host.
const AT_ONCE: usize = 16;
/// A token this young may be refused because GitHub's own servers do not all know it yet (`@octokit/auth-app` waits as long).
const YOUNG: SignedDuration = SignedDuration::from_secs(5);

/// Which installation of which connection.
type Seat = (ConnectionId, u64);

/// Everything that makes tokens in one run. It owns what it needs: a page walk keeps it for as long as it lasts.
pub(crate) struct Minter {
    store: Store,
    env: Env,
    http: Http,
    notices: Rc<dyn Notices>,
    /// One an installation: tasks of this process queue here, so that only one of them waits for other processes.
    slots: RefCell<HashMap<Seat, Rc<Mutex<Slot>>>>,
    /// One an app: signatures are used again.
    apps: RefCell<HashMap<ConnectionId, Rc<Signing>>>,
    /// What was read last: each installation looks at the store twice, and most of the time nobody has saved meanwhile.
    seen: RefCell<Option<Rc<View>>>,
    /// Made and not yet kept: whoever saves next takes all of them.
    unsaved: RefCell<Vec<Made>>,
    saving: Mutex<()>,
    has_warned_of_clock: Cell<bool>,
    has_warned_of_store: Cell<bool>,
    /// Whoever makes a token holds a lock, and a lock is an open file.
    places: Semaphore,
}

/// What this run knows of one installation's token.
#[derive(Default)]
struct Slot {
    live: Option<CachedToken>,
    /// Making another early did not work: this one is used until its end, and nobody is asked for each request anew.
    is_late: bool,
    /// How often a token was refused that was perhaps only too new.
    waits: u64,
    /// What a refused token was replaced by. If that one is refused too, it is the last word.
    replacement: Option<String>,
}

/// A token that is to be kept.
struct Made {
    connection: ConnectionId,
    installation: u64,
    cached: CachedToken,
}

/// What is wanted.
enum Wanted {
    /// A token that works for a while.
    Live,
    /// Another token than the one of this fingerprint.
    Other(String),
}

impl Wanted {
    /// Whether a token is what is wanted.
    fn is(&self, cached: &CachedToken, now: Timestamp) -> bool {
        match self {
            Self::Live => needed(cached, now) == Need::Not,
            Self::Other(fingerprint) => cached.token.fingerprint() != *fingerprint && needed(cached, now) != Need::Now,
        }
    }
}

/// How pressing it is to make another.
pub(super) fn needed(cached: &CachedToken, now: Timestamp) -> Need {
    need(Expiry::At(cached.expires_at), Some(cached.issued_at), now)
}

impl Minter {
    pub(in crate::ops) fn new(store: Store, env: Env, http: Http, notices: Rc<dyn Notices>) -> Self {
        Self {
            store,
            env,
            http,
            notices,
            slots: RefCell::default(),
            apps: RefCell::default(),
            seen: RefCell::default(),
            unsaved: RefCell::default(),
            saving: Mutex::default(),
            has_warned_of_clock: Cell::default(),
            has_warned_of_store: Cell::default(),
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// A token that works: no network and no lock while there is one.
    ///
    /// # Errors
    ///
    /// What stands in the way of making one, where there is no live one left to go on with.
    pub(in crate::ops) async fn live(&self, id: &ConnectionId, installation: u64) -> Result<CachedToken, Error> {
        let slot = self.slot(id, installation);
        let mut slot = slot.lock().await;
        let is_late = slot.is_late;
        let serves = |need: Need| need == Need::Not || (need == Need::Soon && is_late);
        if let Some(live) = slot.live.as_ref().filter(|live| serves(needed(live, self.env.now()))) {
            return Ok(live.clone());
        }
        let brought = self.bring(id, installation, &Wanted::Live).await?;
        slot.is_late = needed(&brought, self.env.now()) != Need::Not;
        Ok(slot.live.insert(brought).clone())
    }

    /// Another token in place of one that the provider has refused, or the same one a moment later; `None` if the refusal is the last word.
    pub(super) async fn instead_of(
        &self,
        id: &ConnectionId,
        installation: u64,
        refused: &Secret,
    ) -> Result<Option<Secret>, Error> {
        let slot = self.slot(id, installation);
        let mut slot = slot.lock().await;
        let refused = refused.fingerprint();
        if let Some(live) = slot.live.as_ref() {
            if live.token.fingerprint() != refused {
                return Ok(Some(live.token.clone()));
            }
            let age = self.env.now().duration_since(live.issued_at);
            if (SignedDuration::ZERO..YOUNG).contains(&age) {
                let token = live.token.clone();
                slot.waits += 1;
                sleep(Duration::from_secs(slot.waits)).await;
                return Ok(Some(token));
            }
        }
        if slot.replacement.as_ref() == Some(&refused) {
            return Ok(None);
        }
        let brought = self.bring(id, installation, &Wanted::Other(refused)).await?;
        slot.replacement = Some(brought.token.fingerprint());
        Ok(Some(slot.live.insert(brought).token.clone()))
    }

    /// Another token in place of the one that is kept, whatever its age.
    pub(super) async fn anew(&self, id: &ConnectionId, installation: u64) -> Result<(), Error> {
        let slot = self.slot(id, installation);
        let mut slot = slot.lock().await;
        let kept = self.store.read()?.installation_token(id, installation)?;
        let wanted = kept.map_or(Wanted::Live, |kept| Wanted::Other(kept.token.fingerprint()));
        slot.live = Some(self.bring(id, installation, &wanted).await?);
        Ok(())
    }

    /// A token for one call: asked for anew, perhaps narrower, and kept nowhere.
    pub(in crate::ops) async fn once(
        &self,
        id: &ConnectionId,
        installation: u64,
        wanted: &Narrowing,
    ) -> Result<CachedToken, Error> {
        let connection = resolve::named(&*self.store.read()?, id.as_str())?;
        self.ask(&connection, installation, wanted).await
    }

    fn slot(&self, id: &ConnectionId, installation: u64) -> Rc<Mutex<Slot>> {
        Rc::clone(self.slots.borrow_mut().entry((id.clone(), installation)).or_default())
    }

    /// The store as it is now.
    fn view(&self) -> Result<Rc<View>, Error> {
        if let Some(view) = self.seen.borrow().as_ref().filter(|view| self.store.is_current(view)) {
            return Ok(Rc::clone(view));
        }
        let view = Rc::new(self.store.read()?);
        self.seen.replace(Some(Rc::clone(&view)));
        Ok(view)
    }

    /// What is wanted, from the store or from the provider.
    async fn bring(&self, id: &ConnectionId, installation: u64, wanted: &Wanted) -> Result<CachedToken, Error> {
        let view = self.view()?;
        let stored = view.installation_token(id, installation)?;
        if let Some(cached) = stored.as_ref().filter(|cached| wanted.is(cached, self.env.now())) {
            return Ok(cached.clone());
        }
        let still_lives = |cached: &CachedToken| needed(cached, self.env.now()) == Need::Soon;
        let spare = stored.filter(|cached| matches!(wanted, Wanted::Live) && still_lives(cached));
        let connection = resolve::named(&view, id.as_str())?;
        let store_id = view.meta()?.store_id;
        drop(view);
        // Never closed.
        let place = self.places.acquire().await.ok();
        let patience = if spare.is_some() { BRIEF } else { PATIENCE };
        // Waits for other processes. Where there can be no lock, or it stays busy, two tokens are made: that harms nobody.
        let lock = unblocked::lock(&self.store, &store_id, id, Some(installation), patience).await;
        if let Err(error) = &lock {
            tracing::debug!(%error, "a token is made without a lock");
        }
        // Somebody else may have made one while we waited.
        if let Some(cached) = self.view()?.installation_token(id, installation)?
            && wanted.is(&cached, self.env.now())
        {
            return Ok(cached);
        }
        // Somebody else is still at it, and perhaps many wait: the old one serves meanwhile.
        if let (Ok(None), Some(spare)) = (&lock, &spare) {
            return Ok(spare.clone());
        }
        let asked = self.ask(&connection, installation, &Narrowing::default()).await;
        // The next one asks while this token is kept.
        drop(place);
        match (asked, spare) {
            (Ok(cached), _) => {
                self.keep(Made { connection: id.clone(), installation, cached: cached.clone() }).await;
                Ok(cached)
            }
            // While the old one lives, nobody has to stop because the new one is late.
            (Err(error), Some(spare)) => {
                self.notices.warn(&format!("no new token could be made for `{}` yet: {error}", connection.name));
                Ok(spare)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// One request for a token. Its end is told by this machine's clock, which may be another than the provider's.
    async fn ask(&self, connection: &Connection, installation: u64, wanted: &Narrowing) -> Result<CachedToken, Error> {
        let app = self.app(connection)?;
        let mut made = app.token(installation, wanted).await;
        // A request that was refused for a limit has done nothing, and the next one waits for it, as long as that is allowed.
        for _ in 0..LIMITED {
            let Err(ProviderError::Net(crate::net::Error::Limited { .. })) = &made else { break };
            made = app.token(installation, wanted).await;
        }
        if !self.has_warned_of_clock.get()
            && let Some(text) = clock_warning(&**app, &connection.host.to_string())
        {
            self.has_warned_of_clock.set(true);
            self.notices.warn(&text);
        }
        match made {
            Ok(made) => {
                let ahead = SignedDuration::from_secs(app.clock_error().unwrap_or(0));
                let expires_at = made.expires_at.checked_add(ahead).unwrap_or(made.expires_at);
                Ok(CachedToken { token: made.token, expires_at, issued_at: self.env.now() })
            }
            Err(ProviderError::Installation { obstacle, answered }) => {
                Err(self.hindered(connection, installation, obstacle, wanted, *answered).await)
            }
            Err(error) => Err(app.refused(error)),
        }
    }

    fn app(&self, connection: &Connection) -> Result<Rc<Signing>, Error> {
        if let Some(known) = self.apps.borrow().get(&connection.id) {
            return Ok(Rc::clone(known));
        }
        let made = Rc::new(signing(&self.http, &**self.view()?, connection)?);
        self.apps.borrow_mut().insert(connection.id.clone(), Rc::clone(&made));
        Ok(made)
    }

    /// Keeps a token for whoever comes next. Those that are made while another save is under way are saved together.
    async fn keep(&self, made: Made) {
        self.unsaved.borrow_mut().push(made);
        let _turn = self.saving.lock().await;
        let batch = std::mem::take(&mut *self.unsaved.borrow_mut());
        if batch.is_empty() {
            return;
        }
        let saved = unblocked::change(&self.store, self.stamp(), move |db, stamp| save(db, batch, stamp));
        if let Err(error) = saved.await {
            // A store that is read-only by intention is a pipeline's: the token is used all the same.
            if error.is_read_only() || self.has_warned_of_store.replace(true) {
                tracing::debug!(%error, "a token was made and not kept");
            } else {
                self.notices.warn(&format!("a token was made, and cannot be kept for the next one who asks: {error}"));
            }
        }
    }

    /// Remembers that an installation is suspended or gone, for listings.
    async fn note(&self, connection: &Connection, installation: u64, obstacle: &Obstacle) {
        if self.is_noted(&connection.id, installation, obstacle).unwrap_or(true) {
            return;
        }
        let (id, obstacle) = (connection.id.clone(), obstacle.clone());
        let noted = unblocked::change(&self.store, self.stamp(), move |db, stamp| {
            let Some(mut known) = db.installations(&id)?.into_iter().find(|known| known.installation.id == installation) else {
                return Ok(());
            };
            let (place, what) = match obstacle {
                Obstacle::Gone => (&mut known.uninstalled_at, "uninstalled"),
                Obstacle::Suspended => (&mut known.installation.suspended_at, "suspended"),
                Obstacle::NotGranted | Obstacle::NotSelected => return Ok(()),
            };
            *place = Some(stamp.at);
            db.remove_installation_token(&id, installation)?;
            db.put_installation(&id, &known)?;
            let event = EventKind::Installation { what: what.to_owned(), account: known.installation.account };
            db.record(stamp, db.find(id.as_str())?.as_ref(), &event)
        });
        if let Err(error) = noted.await {
            tracing::debug!(%error, "what became of an installation was not noted");
        }
    }

    /// Whether there is nothing to note: a save for nothing would cost everybody a generation.
    fn is_noted(&self, id: &ConnectionId, installation: u64, obstacle: &Obstacle) -> Result<bool, StoreError> {
        let known = self.store.read()?.installations(id)?.into_iter().find(|known| known.installation.id == installation);
        Ok(known.is_none_or(|known| match obstacle {
            Obstacle::Gone => known.uninstalled_at.is_some(),
            Obstacle::Suspended => known.installation.suspended_at.is_some(),
            Obstacle::NotGranted | Obstacle::NotSelected => true,
        }))
    }

    /// What stands in the way of using an installation, noted, with what the store knows of it.
    pub(in crate::ops) async fn hindered(
        &self,
        connection: &Connection,
        installation: u64,
        obstacle: Obstacle,
        wanted: &Narrowing,
        answered: Answered,
    ) -> Error {
        self.note(connection, installation, &obstacle).await;
        self.explained(connection, installation, obstacle, wanted, answered)
    }

    /// The same obstacle with what the store knows of the installation.
    fn explained(
        &self,
        connection: &Connection,
        installation: u64,
        obstacle: Obstacle,
        wanted: &Narrowing,
        answered: Answered,
    ) -> Error {
        let known = || {
            let records = self.store.read().ok()?.installations(&connection.id).ok()?;
            records.into_iter().find(|record| record.installation.id == installation)
        };
        let hindered = Hindered {
            name: connection.name.to_string(),
            id: installation,
            installation: known().map(|record| record.installation),
            obstacle,
            wanted: wanted.clone(),
            answered: Some(answered),
            asks: self.app(connection).ok().map(|app| app.asks()),
        };
        AppError::Installation(Box::new(hindered)).into()
    }

    fn stamp(&self) -> Stamp {
        Stamp { who: self.env.who(), at: self.env.now() }
    }
}

/// Saves tokens that were made at about the same time, and that their installations work (again).
fn save(db: &Db, batch: Vec<Made>, stamp: &Stamp) -> Result<(), StoreError> {
    let mut accounts: Vec<(Connection, Vec<String>)> = Vec::new();
    for Made { connection, installation, cached } in batch {
        let Some(row) = db.find(connection.as_str())? else { continue };
        let Some(mut known) = db.installations(&connection)?.into_iter().find(|known| known.installation.id == installation)
        else {
            continue;
        };
        db.put_installation_token(&connection, installation, &cached)?;
        if known.uninstalled_at.is_some() || known.installation.suspended_at.is_some() {
            known.uninstalled_at = None;
            known.installation.suspended_at = None;
            db.put_installation(&connection, &known)?;
        }
        let account = known.installation.account;
        match accounts.iter_mut().find(|(known, _)| known.id == row.id) {
            Some((_, accounts)) => accounts.push(account),
            None => accounts.push((row, vec![account])),
        }
    }
    for (row, accounts) in accounts {
        db.record(stamp, Some(&row), &EventKind::TokenMade { accounts })?;
    }
    Ok(())
}
