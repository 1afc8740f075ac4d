//! Adding an app: key and app are proved to belong together before anything is stored.

use super::super::connect::{Plan, is_taken, numbered, tidy};
use super::super::live::Door;
use super::super::{Error, Session};
use super::sync::{self, Seen};
use super::{AppError, clock_warning};
use crate::model::{
    AuthMethod, Connection, ConnectionId, EventKind, Expiry, Installation, Name, ProviderId, Stamp, Status, Verdict, shell_word,
};
use crate::provider::{self, AppKey, AppSigner, Apps, Warning};
use crate::secret::Secret;
use crate::store::{AppRecord, Db, InstallationRecord, Keep, Store};

/// An app that exists, as its owner names it.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Its client id or its number.
    pub(crate) issuer: String,
    pub(crate) key: AppKey,
    /// Installations to take in; all of them where none is named.
    pub(crate) only: Vec<u64>,
}

/// An app that is stored.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) connection: Connection,
    pub(crate) record: AppRecord,
    pub(crate) installations: Vec<InstallationRecord>,
    pub(crate) warnings: Vec<Warning>,
    /// False if the last fsync failed.
    pub(crate) durable: bool,
}

/// What a provider knows of apps.
///
/// # Errors
///
/// `Error::Usage` where it has none.
pub(super) fn apps_of(provider: ProviderId) -> Result<&'static dyn Apps, Error> {
    provider::kind(provider)
        .apps()
        .ok_or_else(|| Error::Usage(format!("{provider} has no apps of this kind: `--app` is for github")))
}

/// Whether a provider has apps of this kind.
pub(crate) fn has_apps(provider: ProviderId) -> bool {
    provider::kind(provider).apps().is_some()
}

/// Reads a private key, whoever's it is.
///
/// # Errors
///
/// If it cannot be used, with the reason.
pub(crate) fn key(provider: ProviderId, text: &Secret) -> Result<AppKey, Error> {
    Ok(apps_of(provider)?.key(text)?)
}

/// Asks the provider who the app is and where it is installed, and stores it.
///
/// # Errors
///
/// What the provider says where key and app do not belong together; `AppError::NoSuchInstallation` for a named installation that is not there.
pub(crate) async fn connect(session: &Session<'_>, store: &Store, plan: Plan, wanted: Wanted) -> Result<Connected, Error> {
    let apps = apps_of(plan.provider)?;
    let (known, _) = plan.given.merge(&*store.read()?, plan.provider, &plan.host)?;
    let door = Door::of(known);
    let sign = |issuer: String| {
        let signer = AppSigner { issuer, key: wanted.key.pem.clone(), was_active: false };
        apps.connect(session.http(), &door.host, &door.api, &door.trust, signer)
    };
    let account = sign(wanted.issuer.clone())?;
    let seen = sync::look(&*account, &[]).await;
    if let Some(text) = clock_warning(&*account, &plan.host.to_string()) {
        session.notices().warn(&text);
    }
    let seen = seen?;
    // What is kept is what was proved: another name for it only if the provider takes that too.
    let issuer = match &seen.app.client_id {
        Some(better) if *better != wanted.issuer && sign(better.clone())?.identity().await.is_ok() => better.clone(),
        _ => wanted.issuer.clone(),
    };
    let takes_all = wanted.only.is_empty();
    let taken = if takes_all { seen.installations.clone() } else { chosen(&seen, &wanted.only)? };
    let record = AppRecord { app: seen.app, issuer, takes_all };
    let kept = Kept { plan: &plan, key: &wanted.key, record, installations: taken, is_checked: true };
    kept.store(session, store, None)
}

/// The installations of these numbers.
fn chosen(seen: &Seen, only: &[u64]) -> Result<Vec<Installation>, Error> {
    let find = |id: &u64| {
        let found = seen.installations.iter().find(|installation| installation.id == *id).cloned();
        let unknown = || AppError::NoSuchInstallation {
            app: seen.app.slug.clone(),
            id: *id,
            known: seen.installations.iter().map(|known| (known.account.clone(), known.id)).collect(),
            name: None,
        };
        found.ok_or_else(|| unknown().into())
    };
    only.iter().map(find).collect()
}

/// An app with everything that is kept of it.
pub(super) struct Kept<'a> {
    pub(super) plan: &'a Plan,
    pub(super) key: &'a AppKey,
    pub(super) record: AppRecord,
    pub(super) installations: Vec<Installation>,
    /// The provider was asked with this very key. If not, the app was made a moment ago: nothing may keep it from being stored.
    pub(super) is_checked: bool,
}

impl Kept<'_> {
    /// Stores it as a new connection.
    pub(super) fn store(self, session: &Session<'_>, store: &Store, webhook_secret: Option<&Secret>) -> Result<Connected, Error> {
        let Kept { plan, key, record, installations, is_checked } = self;
        let stamp = session.stamp();
        let installations: Vec<InstallationRecord> = installations.into_iter().map(InstallationRecord::new).collect();
        let saved = store.change(&stamp, Keep::Generation, |db| {
            let twins = twins(db, &key.fingerprint)?;
            let name = match &plan.name {
                Some(name) if is_checked && is_taken(db, name)? => {
                    return Err(crate::store::Error::NameTaken(name.to_string()).into());
                }
                Some(name) => numbered(db, name.as_str())?,
                None => numbered(db, &stem(&record.app.slug))?,
            };
            let validated_at = is_checked.then_some(stamp.at);
            let connection = Connection { validated_at, ..assemble(plan, name, &record, &key.fingerprint, &stamp) };
            let (host, _) = plan.given.merge(db, plan.provider, &plan.host)?;
            db.put_host(&host)?;
            db.add_app(&connection, &record, &key.pem)?;
            for installation in &installations {
                db.put_installation(&connection.id, installation)?;
            }
            if let Some(secret) = webhook_secret {
                db.set_webhook_secret(&connection.id, secret)?;
            }
            let (provider, method) = (connection.provider.to_string(), connection.auth_method.to_string());
            db.record(
                &stamp,
                Some(&connection),
                &EventKind::Created { provider, method, offline: false, fingerprint: Some(connection.fingerprint.clone()) },
            )?;
            if is_checked {
                db.record(&stamp, Some(&connection), &EventKind::Validated { verdict: Verdict::Valid })?;
            }
            Ok::<_, Error>((connection, twins))
        })?;
        let (connection, twins) = saved.value;
        let warnings = twins.into_iter().collect();
        Ok(Connected { connection, record, installations, warnings, durable: saved.durable })
    }
}

/// A name for the connection, out of the app's.
fn stem(slug: &str) -> String {
    let fit = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let stem: String = slug.chars().filter(fit).take(90).collect();
    let stem = stem.trim_start_matches('-');
    if stem.is_empty() { "github-app".to_owned() } else { stem.to_owned() }
}

/// Other connections with the same key.
fn twins(db: &Db, fingerprint: &str) -> Result<Option<Warning>, Error> {
    let twins: Vec<Connection> = db.connections()?.into_iter().filter(|other| other.fingerprint == fingerprint).collect();
    let Some(first) = twins.first() else { return Ok(None) };
    let names = twins.iter().map(|other| format!("`{}`", other.name)).collect::<Vec<_>>().join(", ");
    let hint = Some(format!("gitconn show {}", shell_word(first.name.as_str())));
    Ok(Some(Warning { text: format!("the same key is stored already: {names}"), hint }))
}

fn assemble(plan: &Plan, name: Name, record: &AppRecord, fingerprint: &str, stamp: &Stamp) -> Connection {
    let app = &record.app;
    Connection {
        server_version: None,
        email: None,
        workspace: None,
        id: ConnectionId::random(),
        name,
        description: plan.description.clone(),
        provider: plan.provider,
        host: plan.host.clone(),
        auth_method: AuthMethod::GithubApp,
        token_kind: None,
        username: Some(app.owner.clone()),
        account_id: app.owner_id.clone(),
        account_type: app.owner_type,
        status: Status::Active,
        is_active: true,
        tags: tidy(plan.tags.clone()),
        scopes: None,
        // A private key has no end.
        expiry: plan.said.expires_at.map_or(Expiry::Never, Expiry::At),
        auto_renews: true,
        refresh_expires_at: None,
        fingerprint: fingerprint.to_owned(),
        rotated_at: None,
        hook: None,
        no_export: false,
        validated_at: Some(stamp.at),
        validation_error: None,
        last_used_at: None,
        created_by: stamp.who.clone(),
        created_at: stamp.at,
        updated_at: stamp.at,
    }
}

/// The accounts on which an app can be used, and those on which it cannot, in words: `acme-corp, acme-client-a (suspended)`.
pub(crate) fn accounts_in_words(records: &[InstallationRecord]) -> String {
    let of = |record: &InstallationRecord| match record.status() {
        crate::model::InstallationStatus::Active => record.installation.account.clone(),
        status => format!("{} ({status})", record.installation.account),
    };
    records.iter().map(of).collect::<Vec<_>>().join(", ")
}
