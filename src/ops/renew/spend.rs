//! Spending a refresh token. Everything here happens under the connection's lock, in the order of the facts: may we, note it, ask once, save, only then
//! use. What went wrong is told apart by what it costs.

use std::time::Duration;

use super::super::clients;
use super::super::grant::Pair;
use super::super::live::Door;
use super::{Found, Live, Renewer, unsavable};
use crate::model::{Connection, ConnectionId, EventKind, IntentKind, OAuthClient, Status};
use crate::oauth::{self, Refusal, Server};
use crate::ops::Error;
use crate::provider;
use crate::secret::Secret;
use crate::store::{Error as StoreError, IntentRecord};

/// How long a replica gets to catch up (gitlab.com answers `invalid_grant` while one lags behind).
const CATCHING_UP: Duration = Duration::from_secs(2);

impl Renewer {
    /// Buys a new pair for the refresh token.
    pub(super) async fn spend(&self, found: Found) -> Result<Live, Error> {
        let connection = &found.live.connection;
        let Some(refresh) = found.refresh.clone() else {
            return Err(over(connection, "it has no refresh token any more"));
        };
        let (server, client) = self.server(&found)?;
        self.begin(connection, &refresh).await?;
        // From here until it is saved, an interruption would cost the login.
        let _held = self.shield.hold();
        match self.ask(&server, &client, &connection.id, &refresh).await {
            Ok(Got::Bought(tokens)) => self.keep(&found, Pair::new(tokens, self.env.now()), &refresh).await,
            Ok(Got::Served(live)) => Ok(*live),
            Err(error) if error.is_refusal(Refusal::RefreshToken) => self.ended(&found, &refresh).await,
            Err(error) => {
                // A server that says why not, or that was never reached, has not done it; silence may mean that it has.
                if error.did_nothing() {
                    let id = connection.id.clone();
                    if let Err(error) = self.change(move |db, _| db.clear_intent(&id)).await {
                        tracing::warn!(%error, "the note of a renewal that did not happen stays");
                    }
                }
                Err(Error::oauth(error, connection))
            }
        }
    }

    /// Who is asked, as whom.
    fn server(&self, found: &Found) -> Result<(Server, OAuthClient), Error> {
        let connection = &found.live.connection;
        let name = || connection.name.to_string();
        let Some(grant) = &found.grant else { return Err(Error::NoRenewal { name: name() }) };
        let view = self.store.read()?;
        let endpoints = provider::kind(connection.provider).oauth(&connection.host, Some(&grant.client_id));
        let client = clients::of_grant(&self.env, &view, connection, grant, &endpoints)?;
        let trust = Door::stored(&view, connection)?.trust;
        let server = Server::new(&self.http, endpoints, &trust).map_err(|error| Error::oauth(error, connection))?;
        Ok((server, client))
    }

    /// Writes down what is about to happen, which also proves that the store can be saved: without that nothing is asked.
    async fn begin(&self, connection: &Connection, refresh: &Secret) -> Result<(), Error> {
        let (id, fingerprint) = (connection.id.clone(), refresh.fingerprint());
        let begun = self.change(move |db, stamp| {
            if db.find(id.as_str())?.is_none() {
                return Err(StoreError::Gone);
            }
            // Who began first stays on record: that is the one whose answer may be lost.
            match db.intent(&id)? {
                Some(earlier) if earlier.fingerprint == fingerprint => Ok(()),
                _ => {
                    let (who, at) = (stamp.who.clone(), stamp.at);
                    db.put_intent(&IntentRecord { connection: id, kind: IntentKind::Refresh, fingerprint, who, at })
                }
            }
        });
        begun.await.map_err(|source| match source {
            StoreError::Gone => Error::Store(StoreError::Gone),
            source => unsavable(connection, source),
        })
    }

    /// One request. A provider whose replicas lag behind is asked once more after a while, unless somebody else's pair was saved meanwhile.
    async fn ask(&self, server: &Server, client: &OAuthClient, id: &ConnectionId, refresh: &Secret) -> Result<Got, oauth::Error> {
        match server.refresh(client, refresh).await {
            Err(error) if error.is_refusal(Refusal::RefreshToken) => {
                if let Some(live) = self.others(id, refresh) {
                    return Ok(Got::Served(Box::new(live)));
                }
                if !server.lags_behind() {
                    return Err(error);
                }
                tokio::time::sleep(CATCHING_UP).await;
                match self.others(id, refresh) {
                    Some(live) => Ok(Got::Served(Box::new(live))),
                    None => server.refresh(client, refresh).await.map(Got::Bought),
                }
            }
            outcome => outcome.map(Got::Bought),
        }
    }

    /// The pair that another process has saved in place of the one that was sent: one that our lock does not reach (another machine, a shared disk).
    fn others(&self, id: &ConnectionId, sent: &Secret) -> Option<Live> {
        let found = self.look(id).ok()?;
        let differs = found.refresh.as_ref().is_some_and(|refresh| refresh.fingerprint() != sent.fingerprint());
        differs.then_some(found.live)
    }

    /// Saves the new pair; what cannot be saved in the store is kept beside it.
    async fn keep(&self, found: &Found, pair: Pair, spent: &Secret) -> Result<Live, Error> {
        let connection = &found.live.connection;
        let spent = spent.fingerprint();
        let source = match self.save(connection.id.clone(), pair.clone(), spent.clone()).await {
            Ok(live) => return Ok(live),
            // Removed meanwhile: there is nothing to keep the pair for.
            Err(StoreError::Gone) => return Err(StoreError::Gone.into()),
            Err(source) => source,
        };
        let name = connection.name.to_string();
        match self.store.rescue(&found.store_id, &connection.id, &pair.write(&spent)) {
            Ok(path) => {
                self.notices.warn(&format!(
                    "the renewed tokens of `{name}` could not be put into the store ({source}); they are safe in `{}`, encrypted to the \
                     store's key, until they can be",
                    path.display()
                ));
                Ok(beside(connection, pair))
            }
            Err(second) => Err(Error::Unkept { name, source: Box::new(source), second: Box::new(second) }),
        }
    }

    /// One save: pair, intent, trail. Only in the place of the refresh token that was spent: whoever logged in again meanwhile has the last word.
    async fn save(&self, id: ConnectionId, pair: Pair, spent: String) -> Result<Live, StoreError> {
        self.change(move |db, stamp| {
            let Some(mut connection) = db.find(id.as_str())? else { return Err(StoreError::Gone) };
            let grant = db.grant(&id)?;
            if db.refresh_token(&id)?.is_none_or(|present| present.fingerprint() != spent) {
                let issued_at = grant.map(|grant| grant.issued_at);
                return Ok(Live { token: db.token(&id)?, connection, issued_at });
            }
            let old = connection.fingerprint.clone();
            connection.status = Status::Active;
            connection.validation_error = None;
            if let Some(scopes) = pair.scopes.clone().filter(|scopes| !scopes.is_empty()) {
                connection.scopes = Some(scopes);
            }
            pair.put(db, &mut connection, stamp)?;
            if let Some(mut grant) = grant {
                grant.issued_at = pair.issued_at;
                db.put_grant(&id, &grant)?;
            }
            db.clear_intent(&id)?;
            db.record(stamp, Some(&connection), &EventKind::Refreshed { old, new: connection.fingerprint.clone() })?;
            Ok(Live { token: pair.access, connection, issued_at: Some(pair.issued_at) })
        })
        .await
    }

    /// Puts a pair into the store that could not be saved when it was bought. If it still cannot be, it is used as it is.
    pub(super) async fn take_rescued(&self, store_id: &str, id: &ConnectionId) -> Result<Option<Live>, Error> {
        let Some(rescued) = self.store.rescued(store_id, id)? else { return Ok(None) };
        let Some((pair, spent)) = Pair::read(&rescued.payload) else {
            let why = "it holds no pair of tokens".to_owned();
            return Err(StoreError::Damaged { path: rescued.path, why }.into());
        };
        let found = self.look(id)?;
        match self.save(id.clone(), pair.clone(), spent.clone()).await {
            Ok(live) => {
                self.store.forget_rescued(store_id, id)?;
                Ok(Some(live))
            }
            Err(error) if found.refresh.is_some_and(|present| present.fingerprint() == spent) => {
                let name = &found.live.connection.name;
                self.notices.warn(&format!("the renewed tokens of `{name}` still cannot be put into the store: {error}"));
                Ok(Some(beside(&found.live.connection, pair)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The refresh token is dead. It is forgotten if it is still the one that was sent (compare and clear).
    async fn ended(&self, found: &Found, sent: &Secret) -> Result<Live, Error> {
        let connection = &found.live.connection;
        let why = match found.intent.as_ref().filter(|intent| intent.fingerprint == sent.fingerprint()) {
            Some(cut_off) => format!(
                "a renewal that {} began at {} was cut off before its answer was saved, and {} takes the old refresh token no more",
                cut_off.who, cut_off.at, connection.host
            ),
            None => format!("{} says that its refresh token has expired, was revoked, or was used elsewhere", connection.host),
        };
        let (id, fingerprint, said) = (connection.id.clone(), sent.fingerprint(), why.clone());
        let is_ours = self
            .change(move |db, stamp| {
                let Some(mut connection) = db.find(id.as_str())? else { return Ok(true) };
                let present = db.refresh_token(&id)?;
                if present.is_none_or(|present| present.fingerprint() != fingerprint) {
                    return Ok(false);
                }
                db.set_refresh_token(&id, None)?;
                db.clear_intent(&id)?;
                connection.status = Status::Expired;
                connection.auto_renews = false;
                connection.refresh_expires_at = None;
                connection.validation_error = Some(said);
                connection.updated_at = stamp.at;
                db.update(&connection)?;
                db.record(stamp, Some(&connection), &EventKind::LoginEnded)?;
                Ok(true)
            })
            .await?;
        if is_ours { Err(over(connection, &why)) } else { Ok(self.look(&connection.id)?.live) }
    }
}

/// A connection with a pair that is not in the store.
fn beside(connection: &Connection, pair: Pair) -> Live {
    let mut connection = connection.clone();
    pair.fill(&mut connection);
    Live { token: pair.access, connection, issued_at: Some(pair.issued_at) }
}

/// Somebody has to log in again.
fn over(connection: &Connection, why: &str) -> Error {
    Error::LoginEnded { name: connection.name.to_string(), why: why.to_owned() }
}

/// What came of the question.
enum Got {
    Bought(crate::model::OAuthTokens),
    /// Somebody else had bought already.
    Served(Box<Live>),
}
