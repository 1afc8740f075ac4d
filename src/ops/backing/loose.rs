//! A token from a variable, and no store: none is opened, looked for or made, and nothing is kept. It is bound to one host before it is used.

use std::rc::Rc;

use async_trait::async_trait;

use super::Backing;
use super::bound::{self, Bound, Loosely};
use crate::env::Env;
use crate::git::Remote;
use crate::model::{Connection, ConnectionId, Expiry, HostUrl, Name, Purpose, RepositoryPath, Status, TokenKind};
use crate::net::{Http, Options, Trust, Watcher};
use crate::ops::live::Door;
use crate::ops::serving::{Serving, Spread};
use crate::ops::validate::Checked;
use crate::ops::{Error, Filter, Notices, resolve};
use crate::provider::{self, Error as ProviderError, Identity, Kind, Known, Provider, Shape, Wants};
use crate::secret::Secret;

/// A token that no store knows.
pub(crate) struct Loose {
    http: Http,
    door: Door,
    token: Secret,
    /// As it would be stored. Its name is that of the variable.
    connection: Connection,
    /// Why a repository may be hidden from it that is there.
    reach: Option<&'static str>,
}

impl Loose {
    /// Binds a token to its host. Nobody is asked.
    ///
    /// # Errors
    ///
    /// What binding says; what its text says, if it can never work.
    pub(crate) fn new(
        env: &Env,
        token: Secret,
        said: &Loosely,
        max_wait: std::time::Duration,
        watcher: Rc<dyn Watcher>,
        notices: &dyn Notices,
    ) -> Result<Self, Error> {
        let Bound { provider, host, api, variable } = bound::bind(env, said)?;
        let kind = provider::kind(provider);
        let shape = shape(kind, &token, &host, variable.and_then(|variable| variable.kind))?;
        for doubt in &shape.doubts {
            notices.warn(&format!("`{}`: {doubt}", said.variable));
        }
        let from = |name: Option<&str>| name.and_then(|name| env.text(name)).map(ToOwned::to_owned);
        let mut owned = said.said.clone();
        owned.email =
            owned.email.or_else(|| from(variable?.email)).filter(|_| shape.wants.email.is_some() || said.said.email.is_some());
        let wants_workspace = shape.wants.workspace.is_some();
        owned.workspace = owned.workspace.or_else(|| from(variable?.workspace).filter(|_| wants_workspace));
        owned.check(kind, &shape)?;
        let ca_pem = match (&said.ca_pem, variable.and_then(|variable| env.os(variable.ca_file?))) {
            (Some(pem), _) => Some(pem.clone()),
            (None, Some(path)) => Some(read(path)?),
            (None, None) => None,
        };
        let trust = Trust { ca_pem, ..Trust::default() };
        let stamp = crate::model::Stamp { who: env.who(), at: env.now() };
        let connection = Connection {
            id: ConnectionId::random(),
            name: Name::new(&said.variable)?,
            description: None,
            provider,
            host: host.clone(),
            server_version: None,
            auth_method: shape.method,
            token_kind: shape.kind,
            username: None,
            account_id: None,
            account_type: None,
            email: owned.email,
            workspace: owned.workspace,
            status: Status::Active,
            is_active: true,
            tags: Vec::new(),
            scopes: None,
            expiry: Expiry::Unknown,
            auto_renews: false,
            refresh_expires_at: None,
            fingerprint: token.fingerprint(),
            rotated_at: None,
            hook: None,
            no_export: false,
            validated_at: None,
            validation_error: None,
            last_used_at: None,
            created_by: stamp.who,
            created_at: stamp.at,
            updated_at: stamp.at,
        };
        let http = Http::new(env.clone(), Options { watcher: Some(watcher), max_wait });
        let reach = variable.and_then(|variable| variable.reach);
        Ok(Self { http, door: Door { provider, host, api, trust }, token, connection, reach })
    }

    fn open(&self) -> Result<Box<dyn Provider>, Error> {
        self.door.open(&self.http, Identity::of(&self.connection), self.token.clone())
    }
}

/// What a token is: by its variable, where that says it, else by its text. What a user could insist on is taken, with a doubt.
fn shape(kind: &dyn Kind, token: &Secret, host: &HostUrl, by_name: Option<TokenKind>) -> Result<Shape, Error> {
    if let Some(by_name) = by_name {
        let method = crate::model::AuthMethod::AccessToken;
        return Ok(Shape { method, kind: Some(by_name), doubts: Vec::new(), wants: Wants::default() });
    }
    match kind.shape(token, host) {
        Err(ProviderError::Malformed { if_forced: Some(shape), why, .. }) => Ok(Shape { doubts: vec![why], ..*shape }),
        shape => Ok(shape?),
    }
}

fn read(path: &std::ffi::OsStr) -> Result<String, Error> {
    let unreadable = |error| Error::Usage(format!("the certificates in `{}` cannot be read: {error}", path.to_string_lossy()));
    std::fs::read_to_string(path).map_err(unreadable)
}

#[async_trait(?Send)]
impl Backing for Loose {
    fn serving(&self, _typed: Option<&str>, remote: &Remote, _strict: bool) -> Result<(Serving, RepositoryPath), Error> {
        // An address may come from anywhere: it does not say where the token goes.
        let path = resolve::path_on(remote, &self.connection)?;
        Ok((Serving { connection: self.connection.clone(), installation: None }, path))
    }

    fn several(&self, _names: &[String], _filter: &Filter) -> Result<Vec<Connection>, Error> {
        Ok(vec![self.connection.clone()])
    }

    fn usable(&self, names: &[String], filter: &Filter) -> Result<Vec<Connection>, Error> {
        self.several(names, filter)
    }

    fn spread(&self, connections: Vec<Connection>, _installation: Option<&str>, _by_name: bool) -> Result<Spread, Error> {
        let servings = connections.into_iter().map(|connection| Serving { connection, installation: None }).collect();
        Ok(Spread { servings, ..Spread::default() })
    }

    async fn provider(&self, _serving: &Serving) -> Result<Box<dyn Provider>, Error> {
        self.open()
    }

    async fn explained(&self, _serving: &Serving, _path: Option<&RepositoryPath>, error: ProviderError) -> Error {
        match (error, self.reach) {
            (ProviderError::NoRepository { path, answered, .. }, Some(reach)) => {
                ProviderError::NoRepository { path, likely: Some(reach.to_owned()), answered }.into()
            }
            (error, _) => error.into(),
        }
    }

    async fn enliven(&self, _serving: &Serving) -> Result<Expiry, Error> {
        Ok(Expiry::Unknown)
    }

    async fn check(&self, connection: Connection) -> Result<Checked, Error> {
        let probe = self.open()?.probe(&Known::default()).await;
        Ok(Checked { connection, probe, is_login: false, obstacle: None, seen: None })
    }

    fn used(&self, _connection: &Connection, _purpose: Purpose, _repository: Option<&str>) {}
}
