//! OAuth clients: which app a login at a host is made with. None ships with gitconn; they come from the environment (CI, packagers) or from the store.

use super::{Error, Session};
use crate::env::Env;
use crate::model::{Connection, EventKind, GrantFlow, HostUrl, OAuthClient, OAuthEndpoints, ProviderId};
use crate::provider;
use crate::secret::Secret;
use crate::store::{ClientRecord, Db, GrantRecord, Keep, Store};

/// Who says which client it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The variable of this name.
    Env(&'static str),
    Store,
}

/// A client and who says so.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) client: OAuthClient,
    pub(crate) from: Source,
}

/// What there is to say of one host.
#[derive(Debug)]
pub(crate) struct HostClient {
    pub(crate) provider: ProviderId,
    pub(crate) host: HostUrl,
    /// `None` if nobody can log in there.
    pub(crate) known: Option<Known>,
    pub(crate) ways: Ways,
    /// Whether a connection is for it.
    pub(crate) is_held: bool,
    /// Names of the connections that renew themselves with this client.
    pub(crate) connections: Vec<String>,
}

impl HostClient {
    /// Whether somebody can log in there.
    pub(crate) fn is_ready(&self) -> bool {
        self.ways != Ways::default()
    }
}

/// Which logins a client can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    pub(crate) browser: bool,
    pub(crate) device: bool,
}

impl Ways {
    /// What a client can do by what is documented. A browser login without documented free ports wants one that is registered (`--port`).
    pub(crate) fn of(endpoints: &OAuthEndpoints, client: &OAuthClient) -> Self {
        Self { browser: client.secret.is_some() || !endpoints.browser_needs_secret, device: endpoints.device.is_some() }
    }
}

/// The client for a new login: the environment's, else the store's.
pub(crate) fn of_host(env: &Env, db: &Db, provider: ProviderId, host: &HostUrl) -> Result<Option<Known>, Error> {
    if let Some(known) = from_env(env, provider, host)? {
        return Ok(Some(known));
    }
    Ok(stored(db, provider, host)?.map(|client| Known { client, from: Source::Store }))
}

/// The client that the store knows.
fn stored(db: &Db, provider: ProviderId, host: &HostUrl) -> Result<Option<OAuthClient>, Error> {
    let record = db.client(host, provider)?;
    Ok(record.map(|record| OAuthClient { id: record.client_id, secret: record.client_secret }))
}

/// The client that a connection's tokens belong to: only that one can renew them.
///
/// # Errors
///
/// `Error::OtherClient` if it is not known any more.
pub(super) fn of_grant(
    env: &Env,
    db: &Db,
    connection: &Connection,
    grant: &GrantRecord,
    endpoints: &OAuthEndpoints,
) -> Result<OAuthClient, Error> {
    let (provider, host) = (connection.provider, &connection.host);
    let by_id_alone = || OAuthClient { id: grant.client_id.clone(), secret: None };
    // A token of a device login is renewed by the client's id alone, which we have.
    if grant.flow == GrantFlow::Device && endpoints.device_needs_no_secret {
        return Ok(by_id_alone());
    }
    let known = from_env(env, provider, host)?.map(|known| known.client).into_iter().chain(stored(db, provider, host)?);
    let fitting = known.filter(|client| client.id == grant.client_id).min_by_key(|client| client.secret.is_none());
    match fitting {
        Some(client) => Ok(client),
        None if !endpoints.browser_needs_secret => Ok(by_id_alone()),
        None => Err(Error::OtherClient {
            name: connection.name.to_string(),
            host: host.to_string(),
            client_id: grant.client_id.clone(),
        }),
    }
}

/// The client that a provider's variables name, if they name this host: without a host they mean the provider's own.
fn from_env(env: &Env, provider: ProviderId, host: &HostUrl) -> Result<Option<Known>, Error> {
    let kind = provider::kind(provider);
    let names = kind.client_variables();
    let Some(id) = env.text(names.id) else { return Ok(None) };
    let meant = match env.text(names.host) {
        Some(text) => kind.web_host(&HostUrl::parse(text)?),
        None => kind
            .default_host()
            .ok_or_else(|| Error::Usage(format!("`{}` is set, and `{}` does not say for which host", names.id, names.host)))?,
    };
    let secret = env.text(names.secret).map(|text| Secret::from(text.to_owned()));
    let client = OAuthClient { id: id.to_owned(), secret };
    Ok((meant == *host).then_some(Known { client, from: Source::Env(names.id) }))
}

/// Whether somebody can log in at this host although there is no store yet: the environment names a client.
pub(crate) fn is_in_environment(session: &Session<'_>, provider: ProviderId, host: &HostUrl) -> Result<bool, Error> {
    Ok(from_env(session.env(), provider, host)?.is_some())
}

/// The variable that names a client for this host, if one does: it goes before the store's.
pub(crate) fn overridden_by(session: &Session<'_>, provider: ProviderId, host: &HostUrl) -> Result<Option<&'static str>, Error> {
    Ok(from_env(session.env(), provider, host)?.map(|_| provider::kind(provider).client_variables().id))
}

/// Which provider's host an address is: its own by its name, another by what the store knows of it, or what the user says.
///
/// # Errors
///
/// `Error::WhichProvider` where nothing tells.
pub(crate) fn host_of(db: &Db, typed: &str, said: Option<ProviderId>) -> Result<(ProviderId, HostUrl), Error> {
    // `gitlab` alone is the provider's name, and no host's.
    if let Ok(provider) = typed.parse::<ProviderId>() {
        let host = provider::kind(provider)
            .default_host()
            .ok_or_else(|| Error::Usage(format!("{provider} has no host of its own: name one, as in `codeberg.org`")))?;
        return Ok((provider, host));
    }
    let host = HostUrl::parse(typed)?;
    if let Some(provider) = ProviderId::ALL.iter().copied().find(|provider| provider::kind(*provider).knows(&host)) {
        if let Some(said) = said.filter(|said| *said != provider) {
            return Err(Error::Usage(format!("{host} is {provider}'s own host, not {said}'s")));
        }
        return Ok((provider, provider::kind(provider).web_host(&host)));
    }
    if let Some(provider) = said {
        return Ok((provider, provider::kind(provider).web_host(&host)));
    }
    let hosts = db.hosts()?.into_iter().map(|record| (record.provider, record.host));
    let clients = db.clients()?.into_iter().map(|record| (record.provider, record.host));
    let mut known: Vec<(ProviderId, HostUrl)> =
        hosts.chain(clients).filter(|(provider, known)| provider::kind(*provider).web_host(&host) == *known).collect();
    known.sort();
    known.dedup();
    match (known.pop(), known.is_empty()) {
        (Some(found), true) => Ok(found),
        _ => Err(Error::WhichProvider { host: host.to_string() }),
    }
}

/// What became of a client.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) has_secret: bool,
    /// Names of the connections that can no longer renew themselves.
    pub(crate) stranded: Vec<String>,
    /// False if the last fsync failed.
    pub(crate) durable: bool,
}

/// Remembers a client.
pub(crate) fn set(
    session: &Session<'_>,
    store: &Store,
    (provider, host): (ProviderId, HostUrl),
    client: &OAuthClient,
) -> Result<Set, Error> {
    let stamp = session.stamp();
    let record = ClientRecord {
        provider,
        host: host.clone(),
        client_id: client.id.clone(),
        client_secret: client.secret.clone(),
        created_at: stamp.at,
    };
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let mut record = record.clone();
        if record.client_secret.is_none() {
            // The same client said again keeps its secret: `oauth remove` forgets it.
            let before = db.client(&host, provider)?.filter(|before| before.client_id == record.client_id);
            record.client_secret = before.and_then(|before| before.client_secret);
        }
        db.put_client(&record)?;
        let event = EventKind::ClientSet { provider: provider.to_string(), host: host.to_string(), client_id: client.id.clone() };
        db.record(&stamp, None, &event)?;
        let stranded = stranded(session.env(), db, provider, &host)?;
        Ok::<_, Error>((record.client_secret.is_some(), stranded))
    })?;
    let (has_secret, stranded) = saved.value;
    Ok(Set { has_secret, stranded, durable: saved.durable })
}

/// Forgets a client; `None` if there was none.
pub(crate) fn remove(
    session: &Session<'_>,
    store: &Store,
    (provider, host): (ProviderId, HostUrl),
) -> Result<Option<Set>, Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        if !db.remove_client(&host, provider)? {
            return Ok(None);
        }
        let event = EventKind::ClientRemoved { provider: provider.to_string(), host: host.to_string() };
        db.record(&stamp, None, &event)?;
        stranded(session.env(), db, provider, &host).map(Some)
    })?;
    Ok(saved.value.map(|stranded| Set { has_secret: false, stranded, durable: saved.durable }))
}

/// Names of the connections at a host that renew themselves with a client that is not there any more.
fn stranded(env: &Env, db: &Db, provider: ProviderId, host: &HostUrl) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for connection in renewing(db, provider, host)? {
        if let Some(grant) = db.grant(&connection.id)? {
            let endpoints = provider::kind(provider).oauth(host, Some(&grant.client_id));
            match of_grant(env, db, &connection, &grant, &endpoints) {
                Err(Error::OtherClient { name, .. }) => names.push(name),
                other => drop(other?),
            }
        }
    }
    Ok(names)
}

fn renewing(db: &Db, provider: ProviderId, host: &HostUrl) -> Result<Vec<Connection>, Error> {
    let all = db.connections()?.into_iter();
    Ok(all
        .filter(|connection| connection.provider == provider && connection.host == *host && connection.is_renewing_login())
        .collect())
}

/// Every host that somebody could log in at: each provider's own, and those that the store knows.
pub(crate) fn status(session: &Session<'_>, db: Option<&Db>) -> Result<Vec<HostClient>, Error> {
    let mut hosts: Vec<(ProviderId, HostUrl)> =
        ProviderId::ALL.iter().filter_map(|provider| Some((*provider, provider::kind(*provider).default_host()?))).collect();
    let mut others: Vec<(ProviderId, HostUrl)> = Vec::new();
    if let Some(db) = db {
        others.extend(db.hosts()?.into_iter().map(|record| (record.provider, record.host)));
        others.extend(db.clients()?.into_iter().map(|record| (record.provider, record.host)));
    }
    for provider in ProviderId::ALL {
        let kind = provider::kind(*provider);
        if let Some(text) = session.env().text(kind.client_variables().host) {
            others.push((*provider, kind.web_host(&HostUrl::parse(text)?)));
        }
    }
    others.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    for other in others {
        if !hosts.contains(&other) {
            hosts.push(other);
        }
    }
    hosts.into_iter().map(|(provider, host)| describe(session.env(), db, provider, host)).collect()
}

fn describe(env: &Env, db: Option<&Db>, provider: ProviderId, host: HostUrl) -> Result<HostClient, Error> {
    let known = match db {
        Some(db) => of_host(env, db, provider, &host)?,
        None => from_env(env, provider, &host)?,
    };
    let id = known.as_ref().map(|known| known.client.id.as_str());
    let endpoints = provider::kind(provider).oauth(&host, id);
    let ways = known.as_ref().map(|known| Ways::of(&endpoints, &known.client)).unwrap_or_default();
    let connections = match db {
        Some(db) => renewing(db, provider, &host)?.iter().map(|connection| connection.name.to_string()).collect(),
        None => Vec::new(),
    };
    let is_held = match db {
        Some(db) => db.host(&host, provider)?.is_some(),
        None => false,
    };
    Ok(HostClient { provider, host, known, ways, is_held, connections })
}

/// Whether the provider has a host of its own.
pub(crate) fn has_own(provider: ProviderId) -> bool {
    provider::kind(provider).default_host().is_some()
}

/// Whether a host, as it is shown, is the provider's own.
pub(crate) fn is_own(provider: ProviderId, host: &str) -> bool {
    provider::kind(provider).default_host().is_some_and(|own| own.to_string() == host)
}
