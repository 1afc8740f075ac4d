//! Answers, servers and accounts for the providers' own tests.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Error, Listing, PageChoice, Provider, RepositoryQuery, kind};
use crate::env::Env;
use crate::model::{AuthMethod, Connection, ConnectionId, Expiry, HostUrl, Name, ProviderId, Repository, Status, TokenKind};
use crate::net::{Answer, Flow, Http, Options, TokenSource, Trust};
use crate::secret::Secret;

/// An answer of `api.example` to `GET /user`.
pub(super) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    Answer {
        status,
        headers: header_map(headers),
        body: Bytes::copy_from_slice(body.as_bytes()),
        call: "GET /user".to_owned(),
        host: "api.example".to_owned(),
    }
}

fn header_map(headers: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    map
}

/// A token that never changes.
struct Fixed(String);

#[async_trait(?Send)]
impl TokenSource for Fixed {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(Secret::from(self.0.clone()))
    }
}

/// What a server was asked, and with which headers and body.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// `GET /user?per_page=1`.
    pub(super) call: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// A provider's server that answers each call as a test says, and remembers what it was asked.
pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Serves what `reply` makes of `GET /path?query`.
    pub(super) async fn start(reply: impl Fn(&str) -> Response + Clone + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        let router = axum::Router::new().fallback(move |request: Request| {
            let (reply, notes) = (reply.clone(), Arc::clone(&notes));
            async move {
                let (parts, body) = request.into_parts();
                let call = format!("{} {}", parts.method, parts.uri);
                let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
                notes.lock().unwrap().push(Asked { call: call.clone(), headers: parts.headers, body });
                reply(&call)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    /// Everything that was asked, in order.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The calls alone, sorted: some go side by side.
    pub(super) fn calls(&self) -> Vec<String> {
        let mut calls: Vec<String> = self.asked().into_iter().map(|asked| asked.call).collect();
        calls.sort();
        calls
    }
}

/// A server's answer.
pub(super) fn say(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    let mut response = (axum::http::StatusCode::from_u16(status).unwrap(), body.to_owned()).into_response();
    response.headers_mut().insert("content-type", HeaderValue::from_static(kind));
    response.headers_mut().extend(header_map(headers));
    response
}

/// An account at `host`, whose API is where its kind says or at `api`. The token is put together from two pieces.
pub(super) fn account(id: ProviderId, host: &str, api: Option<&str>, token: (&str, &str)) -> Box<dyn Provider> {
    account_as(super::Identity::unknown(AuthMethod::Pat), id, host, api, token)
}

/// The same, of whom more is known.
pub(super) fn account_as(
    identity: super::Identity,
    id: ProviderId,
    host: &str,
    api: Option<&str>,
    token: (&str, &str),
) -> Box<dyn Provider> {
    let env = Env::from_variables([("no_proxy", "127.0.0.1")]);
    let http = Http::new(env, Options { max_wait: Duration::from_secs(1), watcher: None });
    let host = HostUrl::parse(host).unwrap();
    let api = api.map_or_else(|| kind(id).api_base(&host), |api| HostUrl::parse(api).unwrap());
    let token = Rc::new(Fixed(format!("{}{}", token.0, token.1)));
    let credential = super::Credential { identity, token };
    kind(id).connect(&http, &host, &api, &Trust::default(), credential).unwrap()
}

/// All rows of a listing, and what is said of it.
pub(super) async fn repositories(
    account: &dyn Provider,
    search: Option<&str>,
    pages: PageChoice,
) -> Result<(Vec<Repository>, Listing), Error> {
    let query = RepositoryQuery { search: search.map(ToOwned::to_owned), pages };
    let mut rows = Vec::new();
    let listing = account
        .repositories(&query, &mut |page| {
            rows.extend(page);
            Flow::Continue(())
        })
        .await?;
    Ok((rows, listing))
}

/// All branches of a repository, and what is said of the listing.
pub(super) async fn branches(
    account: &dyn Provider,
    path: &str,
    search: Option<&str>,
    pages: PageChoice,
) -> Result<(Vec<crate::model::Branch>, Listing), Error> {
    let path = crate::model::RepositoryPath::new(path).unwrap();
    let query = super::BranchQuery { search: search.map(ToOwned::to_owned), pages };
    let mut rows = Vec::new();
    let listing = account
        .branches(&path, &query, &mut |page| {
            rows.extend(page);
            Flow::Continue(())
        })
        .await?;
    Ok((rows, listing))
}

/// A connection of which little is known.
pub(super) fn connection(id: ProviderId, method: AuthMethod, kind: Option<TokenKind>) -> Connection {
    let at = jiff::Timestamp::UNIX_EPOCH;
    Connection {
        id: ConnectionId::random(),
        name: Name::new("work").unwrap(),
        description: None,
        provider: id,
        host: super::kind(id).default_host().unwrap_or_else(|| HostUrl::parse("git.acme.com").unwrap()),
        server_version: None,
        auth_method: method,
        token_kind: kind,
        username: None,
        account_id: None,
        account_type: None,
        email: None,
        workspace: None,
        status: Status::Active,
        is_active: true,
        tags: Vec::new(),
        scopes: None,
        expiry: Expiry::Unknown,
        auto_renews: false,
        refresh_expires_at: None,
        fingerprint: String::new(),
        rotated_at: None,
        hook: None,
        no_export: false,
        validated_at: None,
        validation_error: None,
        last_used_at: None,
        created_by: String::new(),
        created_at: at,
        updated_at: at,
    }
}
