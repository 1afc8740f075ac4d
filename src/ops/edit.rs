//! Changing what the user says of a connection: name, description, end, tags, whether it may be used.

use super::connect::tidy;
use super::{Error, Session, resolve};
use crate::config::Origin;
use crate::model::{AuthMethod, Connection, EventKind, Expiry, Name, Status};
use crate::store::{Db, Error as StoreError, Keep, Store};

/// What is to change; `None` leaves a field as it is.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) name: Option<Name>,
    /// An empty text removes it.
    pub(crate) description: Option<String>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) email: Option<String>,
    /// An empty text removes it.
    pub(crate) workspace: Option<String>,
    /// The command that is run after a rotation; an empty text removes it.
    pub(crate) hook: Option<String>,
    /// Whether `token` is forbidden.
    pub(crate) no_export: Option<bool>,
    pub(crate) add_tags: Vec<String>,
    pub(crate) remove_tags: Vec<String>,
}

impl Changes {
    /// Whether nothing is to change.
    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.description.is_none()
            && self.expiry.is_none()
            && self.email.is_none()
            && self.workspace.is_none()
            && self.hook.is_none()
            && self.no_export.is_none()
            && self.add_tags.is_empty()
            && self.remove_tags.is_empty()
    }
}

/// A connection after a change, and which fields changed.
#[derive(Debug)]
pub(crate) struct Edited {
    pub(crate) connection: Connection,
    pub(crate) fields: Vec<String>,
    pub(crate) durable: bool,
}

/// Why a change is not saved.
enum Stop {
    /// There is nothing to change.
    Unchanged(Box<Connection>),
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Applies the changes. Nothing is saved if nothing changes. The store is read once: under its lock.
pub(crate) fn edit(session: &Session<'_>, store: &Store, typed: &str, changes: &Changes) -> Result<Edited, Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let before = resolve::named(db, typed)?;
        refuse_end(&before, changes)?;
        refuse_particulars(&before, changes)?;
        let (mut connection, fields) = applied(&before, changes);
        if fields.is_empty() {
            return Err(Stop::Unchanged(Box::new(connection)));
        }
        refuse_taken(db, &connection, changes)?;
        connection.updated_at = stamp.at;
        db.update(&connection)?;
        db.record(&stamp, Some(&connection), &EventKind::Updated { fields: fields.clone() })?;
        Ok((before.name, connection, fields))
    });
    match saved {
        Ok(saved) => {
            let (before, connection, fields) = saved.value;
            follow(session, &before, &connection)?;
            Ok(Edited { connection, fields, durable: saved.durable })
        }
        Err(Stop::Unchanged(connection)) => Ok(Edited { connection: *connection, fields: Vec::new(), durable: true }),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Says early what would stop the changes.
pub(crate) fn check(store: &Store, connection: &Connection, changes: &Changes) -> Result<(), Error> {
    refuse_end(connection, changes)?;
    refuse_particulars(connection, changes)?;
    refuse_taken(&*store.read()?, connection, changes)
}

/// What an app has of its own, its key, has no end.
fn refuse_end(connection: &Connection, changes: &Changes) -> Result<(), Error> {
    match changes.expiry {
        Some(_) if connection.is_app() => Err(Error::Usage(format!(
            "`{}` is a GitHub App: its key has no end, and its tokens are made anew before theirs",
            connection.name
        ))),
        _ => Ok(()),
    }
}

/// What means nothing to a connection, and what it cannot do without.
fn refuse_particulars(connection: &Connection, changes: &Changes) -> Result<(), Error> {
    let name = &connection.name;
    if changes.email.is_some() && connection.email.is_none() {
        return Err(Error::Usage(format!("the token of `{name}` is sent without an e-mail address")));
    }
    match &changes.workspace {
        Some(_) if !crate::provider::kind(connection.provider).has_workspaces() => {
            Err(Error::Usage(format!("{} has no workspaces", connection.provider)))
        }
        Some(workspace) if workspace.is_empty() && connection.auth_method == AuthMethod::AccessToken => {
            Err(Error::Usage(format!("the token of `{name}` belongs to a workspace: name it")))
        }
        Some(_) | None => Ok(()),
    }
}

fn refuse_taken(db: &Db, connection: &Connection, changes: &Changes) -> Result<(), Error> {
    match &changes.name {
        Some(name)
            if db.find(name.as_str())?.is_some_and(|other| other.id != connection.id && other.name.key() == name.key()) =>
        {
            Err(StoreError::NameTaken(name.to_string()).into())
        }
        _ => Ok(()),
    }
}

/// A setting that names the connection goes along with its new name.
fn follow(session: &Session<'_>, before: &Name, after: &Connection) -> Result<(), Error> {
    match session.config().connection() {
        Some(setting)
            if matches!(setting.origin, Origin::File(_))
                && setting.value.to_lowercase() == before.key()
                && before.key() != after.name.key() =>
        {
            Ok(session.config().set("connection", after.name.as_str())?)
        }
        _ => Ok(()),
    }
}

fn applied(before: &Connection, changes: &Changes) -> (Connection, Vec<String>) {
    let mut connection = before.clone();
    if let Some(name) = &changes.name {
        connection.name = name.clone();
    }
    if let Some(text) = &changes.description {
        connection.description = Some(text.clone()).filter(|text| !text.is_empty());
    }
    if let Some(expiry) = changes.expiry {
        connection.expiry = expiry;
    }
    connection.email = changes.email.clone().or(connection.email);
    if let Some(workspace) = &changes.workspace {
        connection.workspace = Some(workspace.clone()).filter(|workspace| !workspace.is_empty());
    }
    if let Some(hook) = &changes.hook {
        connection.hook = Some(hook.clone()).filter(|hook| !hook.trim().is_empty());
    }
    connection.no_export = changes.no_export.unwrap_or(connection.no_export);
    // What was known of the token was known of it with what goes with it: whether it works now is open.
    let is_owned = connection.auth_method == AuthMethod::AccessToken;
    if connection.email != before.email || (is_owned && connection.workspace != before.workspace) {
        (connection.status, connection.validation_error) = (Status::Pending, None);
    }
    let kept = before.tags.iter().filter(|tag| !changes.remove_tags.contains(tag));
    connection.tags = tidy(kept.chain(&changes.add_tags).cloned().collect());
    let compared = [
        ("name", connection.name != before.name),
        ("description", connection.description != before.description),
        ("expires_at", connection.expiry != before.expiry),
        ("email", connection.email != before.email),
        ("workspace", connection.workspace != before.workspace),
        ("hook", connection.hook != before.hook),
        ("no_export", connection.no_export != before.no_export),
        ("tags", connection.tags != before.tags),
    ];
    let fields = compared.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field.to_owned()).collect();
    (connection, fields)
}

/// Allows or forbids the use of connections, in one save. Those that are so already are left alone.
pub(crate) fn set_active(session: &Session<'_>, store: &Store, typed: &[String], active: bool) -> Result<Vec<Connection>, Error> {
    let stamp = session.stamp();
    let view = store.read()?;
    let wanted = typed.iter().map(|name| resolve::named(&view, name)).collect::<Result<Vec<_>, _>>()?;
    if wanted.iter().all(|connection| connection.is_active == active) {
        return Ok(wanted);
    }
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let mut connections = Vec::with_capacity(wanted.len());
        for connection in &wanted {
            let mut connection = resolve::named(db, connection.id.as_str())?;
            if connection.is_active != active {
                connection.is_active = active;
                connection.updated_at = stamp.at;
                db.update(&connection)?;
                let kind = if active { EventKind::Enabled } else { EventKind::Disabled };
                db.record(&stamp, Some(&connection), &kind)?;
            }
            connections.push(connection);
        }
        Ok::<_, Error>(connections)
    })?;
    Ok(saved.value)
}
