//! Making an app without a form: the browser posts what is wanted to the provider, a person says yes there, and the code that comes back buys the key, which
//! goes straight into the store.

use std::time::Duration;

use url::Url;

use super::super::connect::Plan;
use super::super::live::Door;
use super::super::login::Person;
use super::super::{Error, Session, unblocked};
use super::AppError;
use super::connect::{Connected, Kept, apps_of};
use crate::model::{ConnectionId, EventKind, Name, Permissions, Stamp, Verdict};
use crate::oauth::{Error as OAuthError, Expected, Form, Listening, Loopback, Outcome, Reply, random};
use crate::provider::{AppSigner, Apps, Error as ProviderError, Made, Manifest};
use crate::secret::Secret;
use crate::store::{AppRecord, Db, Error as StoreError, Store};

/// So long somebody may take to say yes. The provider gives the code an hour from then on.
const LONGEST: Duration = Duration::from_mins(30);
/// How often the key is asked for, and how long apart at first.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// Where the browser comes back to.
const CALLBACK: &str = "/callback";

/// What is to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Whose it shall be, unless the person's own.
    pub(crate) organization: Option<String>,
    /// Beyond reading contents and metadata.
    pub(crate) permissions: Permissions,
    /// Where its events go.
    pub(crate) webhook: Option<String>,
    /// Whether other accounts may install it.
    pub(crate) is_public: bool,
}

impl Wanted {
    /// As the provider wants it told.
    fn manifest(&self, plan: &Plan, redirect: String) -> Manifest {
        let usual = ["contents", "metadata"].map(|name| (name.to_owned(), "read".to_owned()));
        let mut permissions = Permissions::from(usual);
        permissions.extend(self.permissions.clone());
        let host = plan.host.as_str();
        Manifest {
            name: plan.name.as_ref().map(Name::to_string),
            redirect,
            home: self.organization.as_ref().map_or_else(|| host.to_owned(), |name| format!("{host}/{name}")),
            permissions,
            is_public: self.is_public,
            webhook: self.webhook.clone(),
        }
    }
}

/// Makes an app and stores it. It is installed nowhere yet.
///
/// # Errors
///
/// `AppError::NothingMade` if nobody said yes; `AppError::NotHandedOut` if the app was made and its key could not be had; `AppError::KeyLost` if the app was made and its key could not be saved.
pub(crate) async fn create(
    session: &Session<'_>,
    store: &Store,
    plan: &Plan,
    wanted: &Wanted,
    person: &dyn Person,
) -> Result<Connected, Error> {
    let apps = apps_of(plan.provider)?;
    let door = Door::of(plan.given.merge(&*store.read()?, plan.provider, &plan.host)?.0);
    // The key is handed out once: what would stand in the way of keeping it is found out first.
    unblocked::change(store, session.stamp(), |_, _| Ok(())).await?;
    let (listening, code) = code(apps, plan, wanted, person).await?;
    // The name may be taken by now: that is said before the key is had, for afterwards nothing may stand in its way.
    plan.check(store)?;
    // From here until it is saved, an interruption would cost the key.
    let held = session.shield().hold();
    let kept = match convert(session, apps, &door, &code).await {
        Ok(made) => keep(session, store, apps, (plan, wanted), &made),
        Err(error) => {
            let page = apps.owned_page(&plan.host, wanted.organization.as_deref());
            Err(AppError::NotHandedOut { host: plan.host.to_string(), page, error: Box::new(error) }.into())
        }
    };
    drop(held);
    listening.finish(outcome(&kept)).await;
    kept
}

/// Exchanges the code. It works once and does nothing else, so asking again harms nobody: what was answered and lost is lost either way.
async fn convert(session: &Session<'_>, apps: &'static dyn Apps, door: &Door, code: &Secret) -> Result<Made, ProviderError> {
    let mut tries = 1;
    loop {
        match apps.convert(session.http(), &door.host, &door.api, &door.trust, code).await {
            Err(error) if error.is_passing() && tries < TRIES => tracing::debug!(%error, "asking for the key again"),
            outcome => return outcome,
        }
        tokio::time::sleep(PAUSE * tries).await;
        tries += 1;
    }
}

/// Waits until the provider knows the key of an app that was just stored, and keeps what its signatures are to name it by.
///
/// # Errors
///
/// What the provider says in the end. The app is stored all the same.
pub(crate) async fn settle(session: &Session<'_>, store: &Store, connected: &Connected) -> Result<(), Error> {
    let (connection, record) = (&connected.connection, &connected.record);
    let apps = apps_of(connection.provider)?;
    let view = store.read()?;
    let (door, key) = (Door::stored(&view, connection)?, view.app_key(&connection.id)?);
    let mut last = None;
    for issuer in record.app.issuers() {
        let signer = AppSigner { issuer: issuer.clone(), key: key.clone(), was_active: false };
        let account = apps.connect(session.http(), &door.host, &door.api, &door.trust, signer)?;
        match account.new_identity().await {
            Ok(app) => {
                let (id, record) = (connection.id.clone(), AppRecord { app, issuer, takes_all: record.takes_all });
                return Ok(unblocked::change(store, session.stamp(), move |db, stamp| settled(db, &id, &record, stamp)).await?);
            }
            Err(error) => last = Some(error),
        }
    }
    last.map_or(Ok(()), |error| Err(error.into()))
}

fn settled(db: &Db, id: &ConnectionId, record: &AppRecord, stamp: &Stamp) -> Result<(), StoreError> {
    let Some(mut connection) = db.find(id.as_str())? else { return Ok(()) };
    connection.validated_at = Some(stamp.at);
    db.update(&connection)?;
    db.put_app(id, record)?;
    db.record(stamp, Some(&connection), &EventKind::Validated { verdict: Verdict::Valid })
}

/// Sends the browser to the provider with the manifest, and waits for the code.
async fn code(apps: &'static dyn Apps, plan: &Plan, wanted: &Wanted, person: &dyn Person) -> Result<(Listening, Secret), Error> {
    let host = plan.host.to_string();
    let oauth = |error| Error::OAuth { error, host: host.clone(), provider: plan.provider, name: None };
    let loopback = Loopback::bind(None).await.map_err(|source| oauth(OAuthError::Listen { port: None, source }))?;
    let (state, path) = (random(), format!("/start/{}", random().expose()));
    let page = apps.creation_page(&plan.host, wanted.organization.as_deref(), state.expose());
    let action = Url::parse(&page).map_err(|_| Error::Usage(format!("`{page}` is no address")))?;
    let manifest = apps.manifest(&wanted.manifest(plan, loopback.redirect_uri(CALLBACK)));
    let form = Form {
        path: path.clone(),
        action,
        fields: vec![("manifest", manifest)],
        title: "Make a GitHub App".to_owned(),
        lead: format!("{host} shows what the app may do, and asks you to say yes."),
        button: format!("Go on to {host}"),
    };
    let start = loopback.redirect_uri(&path);
    // Nobody has an issuer here: it is compared only where one comes.
    let expected = Expected { path: CALLBACK, state, issuer: plan.host.as_str().to_owned() };
    let mut listening = loopback.listen(expected, Some(&form));
    person.begin_at(&plan.host, &start);
    match tokio::time::timeout(LONGEST, listening.reply()).await {
        Ok(Reply::Code(code)) => Ok((listening, code)),
        Ok(Reply::Refused { error, description }) => {
            let error = OAuthError::at_the_browser(&host, error, description);
            listening.finish(Outcome::Failed { what: "The app was not made.".to_owned() }).await;
            Err(oauth(error))
        }
        Err(_) => Err(AppError::NothingMade { host, minutes: LONGEST.as_secs() / 60 }.into()),
    }
}

/// Stores what was handed out.
fn keep(
    session: &Session<'_>,
    store: &Store,
    apps: &'static dyn Apps,
    (plan, wanted): (&Plan, &Wanted),
    made: &Made,
) -> Result<Connected, Error> {
    // Whoever learns our `state` can send a code of their own: what would be installed then is theirs.
    if let Some(organization) = wanted.organization.as_ref().filter(|name| name.to_lowercase() != made.app.owner.to_lowercase()) {
        let settings = apps.settings_page(&plan.host, &made.app);
        let (slug, owner) = (made.app.slug.clone(), made.app.owner.clone());
        return Err(AppError::OtherOwner { slug, owner, wanted: organization.clone(), settings }.into());
    }
    let issuer = || made.app.issuers().swap_remove(0);
    let stored = || {
        let key = apps.key(&made.key)?;
        let record = AppRecord { app: made.app.clone(), issuer: issuer(), takes_all: true };
        let kept = Kept { plan, key: &key, record, installations: Vec::new(), is_checked: false };
        kept.store(session, store, made.webhook_secret.as_ref())
    };
    let lost = |error| AppError::KeyLost {
        slug: made.app.slug.clone(),
        issuer: issuer(),
        provider: plan.provider,
        host: plan.host.to_string(),
        name: plan.name.as_ref().map(Name::to_string),
        settings: apps.settings_page(&plan.host, &made.app),
        error: Box::new(error),
    };
    stored().map_err(|error| lost(error).into())
}

fn outcome(kept: &Result<Connected, Error>) -> Outcome {
    match kept {
        Ok(Connected { connection, record, .. }) => {
            Outcome::Made { app: record.app.slug.clone(), owner: record.app.owner.clone(), host: connection.host.to_string() }
        }
        Err(Error::App(error)) if matches!(**error, AppError::NotHandedOut { .. }) => {
            Outcome::Failed { what: "The app was made, but its key was not handed out.".to_owned() }
        }
        Err(_) => Outcome::Failed { what: "The app was made, but its key was not stored.".to_owned() },
    }
}
