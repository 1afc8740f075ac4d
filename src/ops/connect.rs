//! Adding a connection: the token is looked at, asked about, and only then stored.

use super::live::Door;
use super::{Error, Session};
use crate::model::{
    AuthMethod, Connection, ConnectionId, EventKind, Expiry, HostUrl, Name, ProviderId, Status, Timestamp, Verdict,
};
use crate::provider::{self, Known, Probe, Shape, TokenPage, Warning};
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
    /// The end the user gives; the provider's word counts more.
    pub(crate) expires_at: Option<Timestamp>,
    /// Store without asking the provider.
    pub(crate) offline: bool,
    /// Take a token whose text looks mistyped.
    pub(crate) force: bool,
}

/// What a user says about a host beyond its address; what is not said stays as the store knows it.
#[derive(Debug, Default)]
pub(crate) struct HostOptions {
    /// Another API address than the provider's own for this host.
    pub(crate) api: Option<HostUrl>,
    /// Certificates (PEM) to trust besides the system's.
    pub(crate) ca_pem: Option<String>,
    /// A client certificate with its key (PEM).
    pub(crate) client_pem: Option<Secret>,
    pub(crate) allow_http: bool,
    /// Where this differs from what the store knows, it counts from now on, for all connections of the host.
    pub(crate) replace: bool,
}

impl HostOptions {
    /// The host as it is to be known: what is known already, with what the user says.
    ///
    /// # Errors
    ///
    /// `Error::HostDiffers` where they contradict each other and `replace` is not set: other connections' tokens would go elsewhere.
    fn merge(&self, db: &Db, provider: ProviderId, host: &HostUrl) -> Result<(HostRecord, Vec<&'static str>), Error> {
        let Some(known) = db.host(host, provider)? else {
            let record = HostRecord {
                provider,
                host: host.clone(),
                api: self.api.clone().unwrap_or_else(|| provider::kind(provider).api_base(host)),
                ca_pem: self.ca_pem.clone(),
                client_pem: self.client_pem.clone(),
                allow_http: self.allow_http,
            };
            return Ok((record, Vec::new()));
        };
        let mut record = known.clone();
        let mut differing = Vec::new();
        if let Some(api) = self.api.as_ref().filter(|api| **api != known.api) {
            record.api = api.clone();
            differing.push("--api-url");
        }
        if self.ca_pem.is_some() && self.ca_pem != known.ca_pem {
            record.ca_pem.clone_from(&self.ca_pem);
            differing.push("--ca-file");
        }
        if let Some(pem) = &self.client_pem
            && known.client_pem.as_ref().is_none_or(|known| known.fingerprint() != pem.fingerprint())
        {
            record.client_pem = Some(pem.clone());
            differing.push("--client-cert");
        }
        if self.allow_http && !known.allow_http {
            record.allow_http = true;
            differing.push("--allow-http");
        }
        if !differing.is_empty() && !self.replace {
            let others = db.connections()?.into_iter().filter(|other| other.host == *host && other.provider == provider);
            let others = others.map(|other| other.name.to_string()).collect();
            return Err(Error::HostDiffers { host: host.to_string(), api: known.api.to_string(), differing, others });
        }
        Ok((record, differing))
    }
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
            None => provider::kind(provider).default_host(),
        };
        let host = provider::kind(provider).web_host(&host);
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
            expires_at: None,
            offline: false,
            force: false,
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
/// `Error::NotStored` if the provider refuses the token or cannot be asked.
pub(crate) async fn connect(session: &Session<'_>, store: &Store, plan: Plan, token: Secret) -> Result<Connected, Error> {
    let shape = plan.shape(&token)?;
    let (known, _) = plan.given.merge(&*store.read()?, plan.provider, &plan.host)?;
    let kind = provider::kind(plan.provider);
    let mut warnings: Vec<Warning> = shape.doubts.iter().map(|doubt| Warning { text: doubt.clone(), hint: None }).collect();
    let probe = if plan.offline {
        None
    } else {
        let door = Door::of(known.clone());
        let probe = door.open(session.http(), token.clone())?.probe(&Known::default()).await;
        if probe.verdict != Verdict::Valid {
            return Err(Error::NotStored { probe: Box::new(probe), offline: true });
        }
        warnings.extend(kind.scope_warnings(&probe));
        Some(probe)
    };
    let stamp = session.stamp();
    let fingerprint = token.fingerprint();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let twins: Vec<_> = db.connections()?.into_iter().filter(|other| other.fingerprint == fingerprint).collect();
        if let Some(first) = twins.first() {
            let names = twins.iter().map(|other| format!("`{}`", other.name)).collect::<Vec<_>>().join(", ");
            let hint = Some(format!("gitconn show {}", crate::model::shell_word(first.name.as_str())));
            warnings.push(Warning { text: format!("the same token is stored already: {names}"), hint });
        }
        let name = match &plan.name {
            Some(name) => name.clone(),
            None => default_name(db, &plan, probe.as_ref())?,
        };
        let connection = assemble(&plan, name, &shape, probe.as_ref(), &stamp, fingerprint);
        // Asked under the lock again: the token was checked with the host as it was known before.
        let (record, differing) = plan.given.merge(db, plan.provider, &plan.host)?;
        if !record.is_same(&known) {
            return Err(Error::Usage(format!("{} was changed meanwhile: try again", plan.host)));
        }
        db.put_host(&record)?;
        db.add(&connection, &token)?;
        let created = EventKind::Created {
            provider: connection.provider.to_string(),
            method: connection.auth_method.to_string(),
            offline: plan.offline,
        };
        db.record(&stamp, Some(&connection), &created)?;
        if !differing.is_empty() {
            let fields = differing.iter().map(|option| format!("host {}", option.trim_start_matches("--"))).collect();
            db.record(&stamp, Some(&connection), &EventKind::Updated { fields })?;
        }
        if let Some(probe) = &probe {
            db.record(&stamp, Some(&connection), &EventKind::Validated { verdict: probe.verdict })?;
        }
        Ok::<_, Error>(connection)
    })?;
    Ok(Connected { connection: saved.value, warnings, durable: saved.durable })
}

fn assemble(
    plan: &Plan,
    name: Name,
    shape: &Shape,
    probe: Option<&Probe>,
    stamp: &crate::model::Stamp,
    fingerprint: String,
) -> Connection {
    let told = probe.and_then(|probe| probe.expiry);
    let expiry = match (told, plan.expires_at) {
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
        auth_method,
        token_kind: probe.and_then(|probe| probe.kind).or(shape.kind),
        username: probe.and_then(|probe| probe.username.clone()),
        account_id: probe.and_then(|probe| probe.account_id.clone()),
        account_type: probe.and_then(|probe| probe.account_type),
        status: if probe.is_some() { Status::Active } else { Status::Pending },
        is_active: true,
        tags: tidy(plan.tags.clone()),
        scopes: probe.and_then(|probe| probe.scopes.clone()),
        expiry,
        auto_renews: false,
        refresh_expires_at: None,
        fingerprint,
        rotated_at: None,
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

fn is_taken(db: &Db, name: &Name) -> Result<bool, Error> {
    // `find` also takes the beginning of an id: only the same name counts here.
    Ok(db.find(name.as_str())?.is_some_and(|found| found.name.key() == name.key()))
}

/// Made of provider, host (unless it is the provider's own) and account: `github-octocat`, `gitlab-git.acme.com-ops`. A number is added while
/// it is taken.
fn default_name(db: &Db, plan: &Plan, probe: Option<&Probe>) -> Result<Name, Error> {
    let mut parts = vec![plan.provider.to_string()];
    if plan.host != provider::kind(plan.provider).default_host() {
        let host = plan.host.to_string();
        parts.push(host.strip_prefix("http://").unwrap_or(&host).replace(['/', ':'], "-"));
    }
    parts.extend(probe.and_then(|probe| probe.username.clone()));
    let stem: String = parts
        .join("-")
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '/' | ':'))
        .take(90)
        .collect();
    let stem = crate::model::clean(&stem).replace('\u{fffd}', "");
    let mut number = 1_u32;
    loop {
        let name = Name::new(&if number == 1 { stem.clone() } else { format!("{stem}-{number}") })?;
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
        (_, None) => "token".to_owned(),
    }
}
