//! Handing out a live token. It needs no network while the token is good, and none for one that does not renew itself.

use std::pin::Pin;

use super::apps::AppError;
use super::apps::token::{self as of_app, Asked};
use super::serving::Serving;
use super::{Error, Session, checkout, live, renew, resolve, rotate, used};
use crate::git::Remote;
use crate::model::{Connection, Expiry, HostUrl, Installation, Narrowing, Purpose, RepositoryPath};
use crate::secret::Secret;
use crate::store::{CachedToken, Store, View};

/// What `token NAME|URL` means: a connection, and the repository by which it was found.
pub(crate) fn meant(session: &Session<'_>, view: &View, typed: &str) -> Result<(Connection, Option<RepositoryPath>), Error> {
    let unknown = match resolve::usable(view, typed) {
        Err(error @ Error::NoConnection { .. }) => error,
        found => {
            let connection = found?;
            resolve::told(&connection, "it was named");
            return Ok((connection, None));
        }
    };
    // `github.com` and `git.acme.com/gitlab` are no names: a host is meant.
    if let (false, Ok(host)) = (typed.contains('@') || !typed.contains('.'), HostUrl::parse(typed))
        && let found @ (Ok(_) | Err(Error::Ambiguous { .. } | Error::Dead { .. } | Error::Disabled { .. })) =
            resolve::for_host(session, view, &host)
    {
        return Ok((found?, None));
    }
    match Remote::parse(typed).filter(|remote| remote.host_text().is_some()) {
        Some(remote) => for_remote(session, view, &remote),
        None => Err(unknown),
    }
}

/// What serves the repository of this address, or of this `owner/name`, and no connection that happens to be called so.
///
/// # Errors
///
/// `Error::NotARepository`; as [`meant`].
pub(crate) fn meant_by_address(
    session: &Session<'_>,
    view: &View,
    typed: &str,
) -> Result<(Connection, Option<RepositoryPath>), Error> {
    for_remote(session, view, &checkout::remote(Some(typed))?)
}

/// Which installation of an app it is, is settled with the rest: whoever gets the token may write with it, so nothing is guessed.
fn for_remote(session: &Session<'_>, view: &View, remote: &Remote) -> Result<(Connection, Option<RepositoryPath>), Error> {
    let connection = resolve::connection_for(session, view, None, remote)?;
    let path = resolve::path_on(remote, &connection)?;
    Ok((connection, Some(path)))
}

/// Whether its token, and whatever else is secret of it, may be printed. git and programs that are run with it are served all the same.
///
/// # Errors
///
/// `Error::NoExport`.
pub(crate) fn exportable(connection: &Connection) -> Result<(), Error> {
    if connection.no_export { Err(Error::NoExport { name: connection.name.to_string() }) } else { Ok(()) }
}

/// What serves, and what its token is narrowed to.
///
/// # Errors
///
/// `AppError::NotAnApp` where something is asked that only an app's token can have.
pub(crate) fn settle(
    view: &View,
    connection: Connection,
    path: Option<&RepositoryPath>,
    asked: &Asked,
) -> Result<(Serving, Narrowing), Error> {
    if connection.is_app() {
        return asked.settle(view, connection, path);
    }
    if asked.is_empty() {
        return Ok((Serving { connection, installation: None }, Narrowing::default()));
    }
    Err(AppError::NotAnApp { name: connection.name.to_string() }.into())
}

/// A token that is handed out.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) token: Secret,
    /// As it is then.
    pub(crate) connection: Connection,
    /// Of an app: whose installation it is for.
    pub(crate) installation: Option<Installation>,
    pub(crate) expiry: Expiry,
}

impl Handed {
    fn of_app(serving: &Serving, cached: CachedToken) -> Self {
        Self {
            token: cached.token,
            connection: serving.connection.clone(),
            installation: serving.installation.clone(),
            expiry: Expiry::At(cached.expires_at),
        }
    }

    fn of(token: Secret, connection: Connection) -> Self {
        let expiry = connection.expiry;
        Self { token, connection, installation: None, expiry }
    }
}

/// The token where it is at hand; `None` where it is to be made or renewed first, which takes the network.
fn at_hand(session: &Session<'_>, store: &Store, view: &View, serving: &Serving) -> Result<Option<Handed>, Error> {
    let connection = &serving.connection;
    if let Some(installation) = &serving.installation {
        let cached = of_app::at_hand(session, view, connection, installation)?;
        return Ok(cached.map(|cached| Handed::of_app(serving, cached)));
    }
    let is_good = if connection.auto_renews {
        renew::is_fresh(store, view, connection, session.now())?
    } else {
        !rotate::is_in_doubt(view, connection)?
    };
    if is_good {
        rotate::say_unfinished(session, view, connection)?;
    }
    if is_good { Ok(Some(Handed::of(view.token(&connection.id)?, connection.clone()))) } else { Ok(None) }
}

/// The token as it is at hand, else made or renewed first.
pub(crate) async fn ready(session: &Session<'_>, store: &Store, view: &View, serving: &Serving) -> Result<Handed, Error> {
    match at_hand(session, store, view, serving)? {
        Some(handed) => Ok(handed),
        None => live(session, store, serving).await,
    }
}

/// The same, or one that is made for this call alone and narrowed so. Where the token is at hand there is nothing to `wait` for.
pub(crate) fn handed<E: From<Error>>(
    (session, store, view): (&Session<'_>, &Store, &View),
    serving: &Serving,
    own: Option<&Narrowing>,
    wait: impl FnOnce(Pin<Box<dyn Future<Output = Result<Handed, Error>> + '_>>) -> Result<Handed, E>,
) -> Result<Handed, E> {
    match own {
        Some(narrowing) => wait(Box::pin(once(session, store, serving, narrowing))),
        None => match at_hand(session, store, view, serving)? {
            Some(handed) => Ok(handed),
            None => wait(Box::pin(live(session, store, serving))),
        },
    }
}

/// The token, made or renewed first if its end is near.
pub(super) async fn live(session: &Session<'_>, store: &Store, serving: &Serving) -> Result<Handed, Error> {
    let id = &serving.connection.id;
    if let Some(installation) = &serving.installation {
        return Ok(Handed::of_app(serving, session.minter(store).live(id, installation.id).await?));
    }
    if serving.connection.auto_renews {
        let (token, connection) = session.renewer(store).live_and_whole(id).await?;
        return Ok(Handed::of(token, connection));
    }
    let token = live::settled(session, store, &*store.read()?, &serving.connection).await?;
    Ok(Handed::of(token, resolve::named(&*store.read()?, id.as_str())?))
}

/// An app's token that is made for this call, and kept nowhere.
async fn once(session: &Session<'_>, store: &Store, serving: &Serving, narrowing: &Narrowing) -> Result<Handed, Error> {
    match &serving.installation {
        Some(installation) => {
            let made = of_app::once(session, store, &serving.connection, installation, narrowing).await?;
            Ok(Handed::of_app(serving, made))
        }
        None => live(session, store, serving).await,
    }
}

/// What a GitHub App's events are signed with.
///
/// # Errors
///
/// `AppError::NotAnApp`; `Error::Usage` where the app was not made here, or without a webhook.
pub(crate) fn webhook_secret(view: &View, connection: &Connection) -> Result<Secret, Error> {
    super::apps::record(view, connection)?;
    let unknown = || {
        Error::Usage(format!("no secret of a webhook of `{}` is known: it was not made here with --webhook-url", connection.name))
    };
    view.webhook_secret(&connection.id)?.ok_or_else(unknown)
}

/// The user name git sends with the token over HTTPS.
pub(crate) fn git_username(connection: &Connection) -> &'static str {
    crate::provider::kind(connection.provider).git_username(connection.auth_method)
}

/// Notes the use, as soon as the token is at hand, and warns if the end is near.
pub(crate) fn note(
    session: &Session<'_>,
    store: &Store,
    view: &View,
    connection: &Connection,
    purpose: Purpose,
    path: Option<&RepositoryPath>,
) {
    used::note(session, store, view, connection, purpose, path.map(RepositoryPath::as_str));
}
