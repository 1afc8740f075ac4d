//! Adding a connection: the token is looked at, asked about, and only then stored.

use super::clients;
use super::given;
use super::host_options::HostOptions;
use super::live::Door;
use super::login::Place;
use super::offered::Offered;
use super::shield::Held;
use super::{Error, Said, Session};
use crate::model::{AuthMethod, Connection, ConnectionId, EventKind, Expiry, HostUrl, Name, ProviderId, Stamp, Status, Verdict};
use crate::provider::{self, Known, Probe, Shape, TokenPage, Wants, Warning};
use crate::secret::Secret;
use crate::store::{Db, HostRecord, Keep, Store};

/// What is to be connected, without the token.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) provider: ProviderId,
    pub(crate) host: HostUrl,
    /// What the user says about the host. The store remembers it for the connections to come.
    pub(crate) given: HostOptions,
    pub(crate) name: Option<Name>,
    pub(crate) description: Option<String>,
    pub(crate) tags: Vec<String>,
    /// What the user says of the token; the provider's word on its end counts more.
    pub(crate) said: Said,
    /// The first part of the path that was typed behind the host: whose repository it is.
    pub(crate) owner: Option<String>,
    /// Store without asking the provider.
    pub(crate) offline: bool,
    /// Take a token whose text looks mistyped.
    pub(crate) force: bool,
    /// The account, as whoever had the token before calls it: for the name where the provider is not asked.
    pub(crate) login: Option<String>,
}

/// A connection that is stored.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) connection: Connection,
    /// What to say about a token that works.
    pub(crate) warnings: Vec<Warning>,
    /// False if the last fsync failed.
    pub(crate) durable: bool,
}

impl Plan {
    /// A plan for a provider's own host, or for another one.
    ///
    /// # Errors
    ///
    /// If the address is none, or plain HTTP to a host that is not this machine and not allowed.
    pub(crate) fn new(provider: ProviderId, host: Option<&str>, given: HostOptions) -> Result<Self, Error> {
        let host = match host {
            Some(text) => HostUrl::parse(text)?,
            None => provider::kind(provider).default_host().ok_or(Error::NoDefaultHost { provider })?,
        };
        let host = provider::kind(provider).web_host(&host);
        let other = ProviderId::ALL.iter().find(|other| **other != provider && provider::kind(**other).knows(&host));
        if let Some(other) = other {
            return Err(Error::OthersHost { host: host.to_string(), provider, other: *other });
        }
        for address in [Some(&host), given.api.as_ref()].into_iter().flatten() {
            if address.is_plain() && !address.is_loopback() && !given.allow_http {
                return Err(crate::net::Error::Plain { host: address.to_string() }.into());
            }
        }
        Ok(Self {
            provider,
            host,
            given,
            name: None,
            description: None,
            tags: Vec::new(),
            said: Said::default(),
            owner: None,
            offline: false,
            force: false,
            login: None,
        })
    }

    /// The page where a token for this plan is made.
    pub(crate) fn token_page(&self) -> TokenPage {
        let name = self.name.as_ref().map_or("gitconn", Name::as_str);
        provider::kind(self.provider).token_page(&self.host, name)
    }

    /// Looks at the token without asking anybody.
    ///
    /// # Errors
    ///
    /// If it can never work; a mere checksum is forgiven with `force`.
    pub(crate) fn shape(&self, token: &Secret) -> Result<Shape, Error> {
        match provider::kind(self.provider).shape(token, &self.host) {
            Err(provider::Error::Malformed { if_forced: Some(shape), .. }) if self.force => Ok(*shape),
            shape => Ok(shape?),
        }
    }

    /// Looks at the token with what was said of it, without asking anybody.
    ///
    /// # Errors
    ///
    /// As [`Plan::shape`]; and where something was not said that goes with it, or was said and means nothing.
    pub(crate) fn examine(&self, token: &Secret) -> Result<(), Error> {
        let shape = self.shape(token)?;
        self.said.check(provider::kind(self.provider), &shape)
    }

    /// A token that belongs to a workspace belongs to the one that was typed, unless another was named.
    pub(crate) fn take_owner(&mut self, wants: Wants) {
        if wants.workspace.is_some() && self.said.workspace.is_none() {
            self.said.workspace.clone_from(&self.owner);
        }
    }

    /// Where somebody logs in for this plan; `None` if no client is known there.
    pub(crate) fn login(&self, session: &Session<'_>, store: &Store) -> Result<Option<Place>, Error> {
        let view = store.read()?;
        let (record, _) = self.given.merge(&view, self.provider, &self.host)?;
        let known = clients::of_host(session.env(), &view, self.provider, &self.host)?;
        Ok(known.map(|known| Place::new(self.provider, self.host.clone(), Door::of(record).trust, known)))
    }

    /// Says early, before anybody is asked for a token, that the name is taken or that the host is known to be another.
    pub(crate) fn check(&self, store: &Store) -> Result<(), Error> {
        let view = store.read()?;
        if let Some(name) = &self.name
            && is_taken(&view, name)?
        {
            return Err(crate::store::Error::NameTaken(name.to_string()).into());
        }
        self.given.merge(&view, self.provider, &self.host).map(drop)
    }
}

/// Asks the provider (unless the plan is offline) and stores.
///
/// # Errors
///
/// `Error::NotStored` if the provider refuses the token or cannot be asked; but a pair whose tokens had to be renewed for the check is stored whatever it
/// finds, because nobody has another one.
pub(crate) async fn connect(session: &Session<'_>, store: &Store, plan: Plan, offered: Offered) -> Result<Connected, Error> {
    let mut examined = examine(session, store, plan, offered).await?;
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| examined.keep(db, &stamp))?;
    Ok(Connected { connection: saved.value, warnings: examined.warnings, durable: saved.durable })
}

/// A credential that was looked at and asked about, and may be stored.
pub(super) struct Examined {
    plan: Plan,
    shape: Shape,
    /// The host as it was known when the token went there.
    known: HostRecord,
    offered: Offered,
    probe: Option<Probe>,
    pub(super) warnings: Vec<Warning>,
    /// Of a pair that was renewed: nothing may cut off what comes now.
    _held: Option<Held>,
}

/// Looks at a credential and, unless the plan is offline, asks the provider about it.
///
/// # Errors
///
/// As [`connect`].
pub(super) async fn examine(session: &Session<'_>, store: &Store, plan: Plan, offered: Offered) -> Result<Examined, Error> {
    let mut offered = offered;
    let shape = offered.shape(|token| plan.shape(token))?;
    let (known, _) = plan.given.merge(&*store.read()?, plan.provider, &plan.host)?;
    let kind = provider::kind(plan.provider);
    plan.said.check(kind, &shape)?;
    let identity = plan.said.identity(&shape);
    let mut warnings: Vec<Warning> = shape.doubts.iter().map(|doubt| Warning { text: doubt.clone(), hint: None }).collect();
    let mut held = None;
    let probe = if plan.offline {
        None
    } else {
        let door = Door::of(known.clone());
        let check = async |offered: &Offered| -> Result<Probe, Error> {
            let provider = door.open(session.http(), identity.clone(), offered.access().clone())?;
            Ok(provider.probe(&Known::default()).await)
        };
        let mut probe = check(&offered).await?;
        if matches!(probe.verdict, Verdict::Expired | Verdict::Revoked | Verdict::Invalid)
            && let Some((renewed, shield)) = given::renewed(session, store, &plan, &door, &offered).await?
        {
            (offered, held) = (renewed, Some(shield));
            probe = check(&offered).await.unwrap_or_else(|error| Probe::of(Verdict::Unreachable, error.to_string()));
        }
        match probe.verdict {
            Verdict::Valid => {
                warnings.extend(offered.warnings(kind, &probe));
                Some(probe)
            }
            _ if held.is_some() => {
                warnings.push(unchecked(&probe));
                None
            }
            _ => return Err(Error::NotStored { probe: Box::new(probe), offline: true }),
        }
    };
    Ok(Examined { plan, shape, known, offered, probe, warnings, _held: held })
}

impl Examined {
    /// What tells the credential from others.
    pub(super) fn fingerprint(&self) -> String {
        self.offered.access().fingerprint()
    }

    /// Puts it into the store, under its lock.
    ///
    /// # Errors
    ///
    /// If its name is taken, or its host is known as another than it was asked as. Nothing was put there then.
    pub(super) fn keep(&mut self, db: &Db, stamp: &Stamp) -> Result<Connection, Error> {
        let Self { plan, shape, known, offered, probe, warnings, .. } = self;
        let fingerprint = offered.access().fingerprint();
        let twins: Vec<_> = db.connections()?.into_iter().filter(|other| other.fingerprint == fingerprint).collect();
        if let Some(first) = twins.first() {
            let names = twins.iter().map(|other| format!("`{}`", other.name)).collect::<Vec<_>>().join(", ");
            let hint = Some(format!("gitconn show {}", crate::model::shell_word(first.name.as_str())));
            warnings.push(Warning { text: format!("the same token is stored already: {names}"), hint });
        }
        let name = match &plan.name {
            Some(name) => name.clone(),
            None => default_name(db, plan, probe.as_ref())?,
        };
        let connection = assemble(plan, name, shape, probe.as_ref(), stamp, offered);
        warnings.extend(unknown_end(&connection, shape));
        // Asked under the lock again: the token was checked with the host as it was known before.
        let (record, differing) = plan.given.merge(db, plan.provider, &plan.host)?;
        if !record.is_same(known) {
            return Err(Error::Usage(format!("{} was changed meanwhile: try again", plan.host)));
        }
        if is_taken(db, &connection.name)? {
            return Err(crate::store::Error::NameTaken(connection.name.to_string()).into());
        }
        db.put_host(&record)?;
        db.add(&connection, offered.access())?;
        if let Some(grant) = offered.grant() {
            grant.keep(db, &connection.id)?;
        }
        let created = EventKind::Created {
            provider: connection.provider.to_string(),
            method: connection.auth_method.to_string(),
            offline: probe.is_none(),
            fingerprint: Some(connection.fingerprint.clone()),
        };
        db.record(stamp, Some(&connection), &created)?;
        if !differing.is_empty() {
            let fields = differing.iter().map(|option| format!("host {}", option.trim_start_matches("--"))).collect();
            db.record(stamp, Some(&connection), &EventKind::Updated { fields })?;
        }
        if let Some(probe) = probe {
            db.record(stamp, Some(&connection), &EventKind::Validated { verdict: probe.verdict })?;
        }
        Ok(connection)
    }
}

/// What to say of a token whose end nobody has told.
pub(super) fn unknown_end(connection: &Connection, shape: &Shape) -> Option<Warning> {
    (shape.wants.expiry && connection.expiry == Expiry::Unknown).then(|| Warning {
        text: format!("when the token ends is not known: {} does not tell, and nobody will be warned", connection.host),
        hint: Some(format!("gitconn edit {} --expires-at DATE", crate::model::shell_word(connection.name.as_str()))),
    })
}

/// What to say of a pair that is stored although the check did not find it good.
fn unchecked(probe: &Probe) -> Warning {
    let reason = probe.reason.clone().unwrap_or_else(|| probe.verdict.to_string());
    let found = if probe.verdict.is_unknown() { "could not be checked" } else { "are refused" };
    Warning { text: format!("the tokens were renewed and stored, but {found}: {reason}"), hint: None }
}

fn assemble(plan: &Plan, name: Name, shape: &Shape, probe: Option<&Probe>, stamp: &Stamp, offered: &Offered) -> Connection {
    let (told, scopes) = (probe.and_then(|probe| probe.expiry), probe.and_then(|probe| probe.scopes.clone()));
    let (told, scopes) = match offered.grant() {
        Some(grant) => (grant.expiry(told), grant.scopes(scopes)),
        None => (told, scopes),
    };
    let expiry = match (told, plan.said.expires_at) {
        (Some(Expiry::At(at)), _) | (_, Some(at)) => Expiry::At(at),
        (Some(expiry), None) => expiry,
        (None, None) => Expiry::Unknown,
    };
    let auth_method = probe.and_then(|probe| probe.method).unwrap_or(shape.method);
    Connection {
        id: ConnectionId::random(),
        name,
        description: plan.description.clone(),
        provider: plan.provider,
        host: plan.host.clone(),
        server_version: probe.and_then(|probe| probe.server_version.clone()),
        auth_method,
        token_kind: probe.and_then(|probe| probe.kind).or(shape.kind),
        username: probe.and_then(|probe| probe.username.clone()),
        account_id: probe.and_then(|probe| probe.account_id.clone()),
        account_type: probe.and_then(|probe| probe.account_type),
        email: plan.said.email.clone(),
        workspace: plan.said.workspace.clone(),
        status: if probe.is_some() { Status::Active } else { Status::Pending },
        is_active: true,
        tags: tidy(plan.tags.clone()),
        scopes,
        expiry,
        auto_renews: offered.grant().is_some_and(|grant| grant.pair.refresh.is_some()),
        refresh_expires_at: offered.grant().and_then(|grant| grant.pair.refresh_expires_at),
        fingerprint: offered.access().fingerprint(),
        rotated_at: None,
        hook: None,
        no_export: false,
        validated_at: probe.map(|_| stamp.at),
        validation_error: None,
        last_used_at: None,
        created_by: stamp.who.clone(),
        created_at: stamp.at,
        updated_at: stamp.at,
    }
}

/// Sorted, without doubles.
pub(super) fn tidy(mut tags: Vec<String>) -> Vec<String> {
    tags.sort();
    tags.dedup();
    tags
}

pub(super) fn is_taken(db: &Db, name: &Name) -> Result<bool, Error> {
    // `find` also takes the beginning of an id: only the same name counts here.
    Ok(db.find(name.as_str())?.is_some_and(|found| found.name.key() == name.key()))
}

/// Made of provider, host (unless it is the provider's own) and account: `github-octocat`, `gitlab-git.acme.com-ops`.
fn default_name(db: &Db, plan: &Plan, probe: Option<&Probe>) -> Result<Name, Error> {
    let mut parts = vec![plan.provider.to_string()];
    if Some(&plan.host) != provider::kind(plan.provider).default_host().as_ref() {
        let host = plan.host.to_string();
        parts.push(host.strip_prefix("http://").unwrap_or(&host).replace(['/', ':'], "-"));
    }
    parts.extend(probe.and_then(|probe| probe.username.clone()).or_else(|| plan.login.clone()));
    let stem: String = parts
        .join("-")
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '/' | ':'))
        .take(90)
        .collect();
    numbered(db, &crate::model::clean(&stem).replace('\u{fffd}', ""))
}

/// A name that is free: a number is added while it is taken.
pub(super) fn numbered(db: &Db, stem: &str) -> Result<Name, Error> {
    let mut number = 1_u32;
    loop {
        let name = Name::new(&if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") })?;
        if !is_taken(db, &name)? {
            return Ok(name);
        }
        number += 1;
    }
}

/// What a token is, in a person's words: `classic token`, `project access token`.
pub(crate) fn describe(connection: &Connection) -> String {
    use crate::model::TokenKind;
    match (connection.auth_method, connection.token_kind) {
        (AuthMethod::OAuth, _) => "oauth".to_owned(),
        (AuthMethod::GithubApp, _) => "installation token".to_owned(),
        (_, Some(TokenKind::Classic)) => "classic token".to_owned(),
        (_, Some(TokenKind::FineGrained)) => "fine-grained token".to_owned(),
        (_, Some(TokenKind::Personal)) => "personal access token".to_owned(),
        (_, Some(TokenKind::Project)) => "project access token".to_owned(),
        (_, Some(TokenKind::Group)) => "group access token".to_owned(),
        (_, Some(TokenKind::Repository)) => "repository access token".to_owned(),
        (_, Some(TokenKind::Workspace)) => "workspace access token".to_owned(),
        (_, Some(TokenKind::ApiToken)) => "API token".to_owned(),
        (_, Some(TokenKind::Job)) => "CI job's token".to_owned(),
        (AuthMethod::AccessToken, None) => "access token".to_owned(),
        (AuthMethod::Pat, None) => "token".to_owned(),
    }
}
