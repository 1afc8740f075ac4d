//! Whose a token is that was found where it should not be: who holds it, or held it, by its fingerprint. Nobody is asked, and the token goes nowhere.

use super::{Error, Session, apps};
use crate::model::{Connection, ConnectionId, Event, EventKind, HostUrl, ProviderId, Status, Timestamp, TokenEnd};
use crate::provider::{self, secret_as, secret_in};
use crate::secret::Secret;
use crate::store::{EventQuery, HeldAs, Holder, Store, View};

/// No token that a provider hands out is shorter, in bytes.
const SHORTEST: usize = 16;

/// What was found out.
#[derive(Debug)]
pub(crate) struct Found {
    /// Of an app's key, of its public half.
    pub(crate) fingerprint: String,
    /// Those that hold it now first.
    pub(crate) matches: Vec<Match>,
    /// What it looks like, by its beginning: `a GitHub token`.
    pub(crate) looks_like: Option<&'static str>,
}

/// How a token went out of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Another was put in its place.
    Replaced,
    /// The login behind it has brought another.
    Renewed,
    /// Its connection was removed.
    Removed,
}

impl Ended {
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Renewed => "renewed",
            Self::Removed => "removed",
        }
    }
}

/// A connection that holds the token, or held it.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) id: ConnectionId,
    /// As it is called now, or was called last.
    pub(crate) name: String,
    /// `None` where nothing but the trail knows of it any more.
    pub(crate) provider: Option<ProviderId>,
    pub(crate) host: Option<HostUrl>,
    pub(crate) username: Option<String>,
    pub(crate) held_as: HeldAs,
    /// The account of the installation whose token it is.
    pub(crate) installation: Option<String>,
    /// What is known of the connection, if it holds the token now.
    pub(crate) holds: Option<Status>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<(Timestamp, Ended)>,
    pub(crate) expires_at: Option<Timestamp>,
    /// When the provider was told, or said, that it is dead.
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) last_use: Option<LastUse>,
    /// The page where an app's key or secret is changed.
    pub(crate) page: Option<String>,
}

/// When it was used last, and for what where the trail still knows.
#[derive(Debug, Clone)]
pub(crate) struct LastUse {
    pub(crate) at: Timestamp,
    pub(crate) purpose: Option<String>,
    pub(crate) repository: Option<String>,
    /// `user@host`.
    pub(crate) who: Option<String>,
}

impl Match {
    /// Whether it is known to work no longer.
    pub(crate) fn is_dead(&self, now: Timestamp) -> bool {
        self.revoked_at.is_some()
            || self.expires_at.is_some_and(|end| end <= now)
            || self.holds.is_some_and(|status| !status.is_usable()) && matches!(self.held_as, HeldAs::Token | HeldAs::PrivateKey)
    }
}

/// Looks for the token in what the store holds and held. White space around it does not count, and neither does the line that it was found in:
/// a header, an assignment, an address.
///
/// # Errors
///
/// `Error::Provider` for what begins like a private key and cannot be read as one.
pub(crate) fn find(session: &Session<'_>, store: &Store, view: &View, text: &Secret) -> Result<Found, Error> {
    let text = text.expose().trim();
    let token = Secret::from(text.to_owned());
    let looks_like = secret_in(text).or_else(|| secret_as(text));
    let mut found = Found { fingerprint: token.fingerprint(), matches: Vec::new(), looks_like };
    found.matches = matches(view, &found.fingerprint, HeldAs::Token)?;
    if found.matches.is_empty()
        && let Some(public) = public_half(&token, text.starts_with("-----BEGIN "))?
    {
        found.looks_like = Some("a private key, such as a GitHub App has");
        found.matches = matches(view, &public, HeldAs::PrivateKey)?;
        found.fingerprint = public;
    }
    if found.matches.is_empty() {
        for piece in pieces(text) {
            let fingerprint = Secret::from(piece.to_owned()).fingerprint();
            let matches = matches(view, &fingerprint, HeldAs::Token)?;
            if !matches.is_empty() {
                (found.fingerprint, found.matches) = (fingerprint, matches);
                break;
            }
        }
    }
    let waiting = store.spooled();
    for one in &mut found.matches {
        one.last_use = last_use(view, &waiting, one, session.now())?;
    }
    found.matches.sort_by_key(|one| (one.holds.is_none(), std::cmp::Reverse(one.until.map(|(at, _)| at))));
    Ok(found)
}

/// What in a line may be a token: its words, and of each what stands before an `@` and behind a `=`, `:` or `/`. A token may hold such characters itself.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| character.is_whitespace() || "\"'`,;<>(){}[]".contains(character));
    words.flat_map(|word| {
        let bare = word.rsplit_once('@').map_or(word, |(before, _)| before);
        let behind = bare.char_indices().filter(|(_, character)| "=:/".contains(*character)).map(|(at, _)| &bare[at + 1..]);
        [word, bare].into_iter().chain(behind).filter(|piece| piece.len() >= SHORTEST)
    })
}

/// The fingerprint of an app's key, if it is one.
fn public_half(text: &Secret, must_be: bool) -> Result<Option<String>, Error> {
    let mut refused = None;
    for apps in ProviderId::ALL.iter().filter_map(|provider| provider::kind(*provider).apps()) {
        match apps.key(text) {
            Ok(key) => return Ok(Some(key.fingerprint)),
            Err(error) => refused = Some(error),
        }
    }
    refused.filter(|_| must_be).map_or(Ok(None), |error| Err(error.into()))
}

/// Who holds or held what has this fingerprint. `usually` is what it was held as where only the past knows of it.
fn matches(view: &View, fingerprint: &str, usually: HeldAs) -> Result<Vec<Match>, Error> {
    let mut found: Vec<Match> = Vec::new();
    for holder in view.holders(fingerprint)? {
        let is_known = |known: &Match| known.id == holder.connection && known.held_as == holder.held_as;
        if !found.iter().any(is_known)
            && let Some(connection) = view.find(holder.connection.as_str())?
        {
            found.push(held_now(view, &connection, &holder)?);
        }
    }
    for past in view.past_tokens(fingerprint)? {
        if let Some(one) = found.iter_mut().find(|one| one.id == past.connection) {
            one.revoked_at = one.revoked_at.or(past.revoked_at);
            continue;
        }
        let present = view.find(past.connection.as_str())?;
        let ended = match past.ended_by {
            TokenEnd::Replaced => Ended::Replaced,
            TokenEnd::Removed => Ended::Removed,
        };
        let used = past.last_used_at.map(|at| LastUse { at, purpose: None, repository: None, who: None });
        found.push(Match {
            name: present.as_ref().map_or(past.connection_name, |present| present.name.to_string()),
            provider: Some(past.provider),
            host: Some(past.host),
            username: past.username,
            until: Some((past.ended_at, ended)),
            expires_at: past.expires_at,
            revoked_at: past.revoked_at,
            last_use: used,
            page: page(view, present.as_ref())?,
            ..Match::unknown(past.connection, usually)
        });
    }
    for event in view.events_about(fingerprint)? {
        take(view, &mut found, &event, fingerprint, usually)?;
    }
    Ok(found)
}

impl Match {
    /// One of which nothing is known but whose it is.
    fn unknown(id: ConnectionId, held_as: HeldAs) -> Self {
        Self {
            id,
            name: String::new(),
            provider: None,
            host: None,
            username: None,
            held_as,
            installation: None,
            holds: None,
            since: None,
            until: None,
            expires_at: None,
            revoked_at: None,
            last_use: None,
            page: None,
        }
    }
}

/// A connection that holds it.
fn held_now(view: &View, connection: &Connection, holder: &Holder) -> Result<Match, Error> {
    let issued = || Ok::<_, Error>(view.grant(&connection.id)?.map(|grant| grant.issued_at));
    let (mut since, mut expires_at, mut installation) = (None, holder.expires_at, None);
    match holder.held_as {
        HeldAs::Token => {
            since = issued()?.or(Some(connection.same_since()));
            expires_at = connection.expiry.at();
        }
        HeldAs::Refresh => {
            since = issued()?;
            expires_at = connection.refresh_expires_at;
        }
        HeldAs::Installation(number) => {
            since = view.installation_token(&connection.id, number)?.map(|cached| cached.issued_at);
            let records = view.installations(&connection.id)?;
            installation = records.into_iter().find(|record| record.installation.id == number);
        }
        HeldAs::PrivateKey => since = Some(connection.same_since()),
        HeldAs::WebhookSecret => {}
    }
    Ok(Match {
        name: connection.name.to_string(),
        provider: Some(connection.provider),
        host: Some(connection.host.clone()),
        username: connection.username.clone(),
        installation: installation.map(|record| record.installation.account),
        holds: Some(connection.status),
        since,
        expires_at,
        page: page(view, Some(connection))?,
        ..Match::unknown(connection.id.clone(), holder.held_as)
    })
}

/// Where an app's key is deleted: its provider has no call for it.
fn page(view: &View, connection: Option<&Connection>) -> Result<Option<String>, Error> {
    connection.map_or(Ok(None), |connection| apps::keys_page(view, connection))
}

/// Adds what one event of the trail knows of it.
fn take(view: &View, found: &mut Vec<Match>, event: &Event, fingerprint: &str, usually: HeldAs) -> Result<(), Error> {
    let Some(id) = &event.connection else { return Ok(()) };
    let is_it = |other: &String| other == fingerprint;
    let begins = match &event.kind {
        EventKind::Created { fingerprint, .. } => fingerprint.as_ref().is_some_and(is_it),
        EventKind::Rotated { new, .. } | EventKind::Refreshed { new, .. } => is_it(new),
        _ => false,
    };
    let ended = match &event.kind {
        EventKind::Rotated { old, .. } if is_it(old) => Some(Ended::Replaced),
        EventKind::Refreshed { old, .. } if is_it(old) => Some(Ended::Renewed),
        EventKind::Removed { fingerprint: Some(old), .. } if is_it(old) => Some(Ended::Removed),
        _ => None,
    };
    if !found.iter().any(|one| one.id == *id) {
        let present = view.find(id.as_str())?;
        let name = present.as_ref().map(|present| present.name.to_string()).or_else(|| event.connection_name.clone());
        found.push(Match {
            name: name.unwrap_or_default(),
            provider: present.as_ref().map(|present| present.provider),
            host: present.as_ref().map(|present| present.host.clone()),
            username: present.as_ref().and_then(|present| present.username.clone()),
            page: page(view, present.as_ref())?,
            ..Match::unknown(id.clone(), usually)
        });
    }
    for one in found.iter_mut().filter(|one| one.id == *id) {
        if let (None, EventKind::Created { provider, .. }) = (one.provider, &event.kind) {
            one.provider = provider.parse().ok();
        }
        if begins {
            one.since = Some(event.at);
        }
        if let (Some(ended), None) = (ended, one.holds) {
            one.until = Some((event.at, ended));
        }
        if matches!(&event.kind, EventKind::Revoked { fingerprint } if is_it(fingerprint)) {
            one.revoked_at = one.revoked_at.or(Some(event.at));
        }
    }
    Ok(())
}

/// The newest use of the connection within the time of the token, also one that waits to be saved.
fn last_use(view: &View, waiting: &[Event], one: &Match, now: Timestamp) -> Result<Option<LastUse>, Error> {
    if one.held_as == HeldAs::WebhookSecret {
        return Ok(None);
    }
    // A use is dated to the millisecond, and may come in the very one in which the token went.
    let until = one.until.map_or(now, |(at, _)| at).checked_add(std::time::Duration::from_millis(1)).unwrap_or(Timestamp::MAX);
    let is_within = |event: &&Event| {
        event.connection.as_ref() == Some(&one.id) && one.since.is_none_or(|since| event.at >= since) && event.at < until
    };
    let query = EventQuery {
        connection: Some(one.id.clone()),
        since: one.since,
        until: Some(until),
        kinds: vec!["used".to_owned()],
        limit: Some(1),
    };
    let saved = view.events(&query)?;
    let newest = saved.iter().chain(waiting.iter().filter(is_within)).max_by_key(|event| event.at);
    let of_trail = newest.and_then(|event| match &event.kind {
        EventKind::Used { purpose, repository, .. } => Some(LastUse {
            at: event.at,
            purpose: Some(purpose.clone()),
            repository: repository.clone(),
            who: Some(event.who.clone()),
        }),
        _ => None,
    });
    // The trail forgets before the row of the token does, and knows more of the same moment.
    Ok([one.last_use.clone(), of_trail].into_iter().flatten().max_by_key(|used| used.at))
}
