//! A connection as it is shown: the fields of design §7 for programs, cells for people. Never a secret.

use serde::Serialize;

use super::due_args::Spans;
use super::out::Style;
use super::words;
use crate::model::{
    AccountType, AuthMethod, Connection, Due, Expiry, ProviderId, Status, Timestamp, TokenKind, age_in_words, clean,
};

/// A connection's JSON. Field names follow the seeds' APIs (`docs/json.md`).
#[derive(Debug, Serialize)]
pub(super) struct ConnectionView {
    id: String,
    pub(super) name: String,
    description: Option<String>,
    provider: ProviderId,
    host: String,
    auth_method: AuthMethod,
    token_kind: Option<TokenKind>,
    username: Option<String>,
    account_type: Option<AccountType>,
    email: Option<String>,
    workspace: Option<String>,
    server_version: Option<String>,
    status: Status,
    is_active: bool,
    tags: Vec<String>,
    scopes: Option<Vec<String>>,
    expires_at: Option<Timestamp>,
    /// `at`, `never` or `unknown`: why `expires_at` may be null.
    expiry: &'static str,
    auto_renews: bool,
    refresh_expires_at: Option<Timestamp>,
    rotated_at: Option<Timestamp>,
    /// The command that is run after a rotation.
    hook: Option<String>,
    /// Its token is never handed out.
    no_export: bool,
    validated_at: Option<Timestamp>,
    validation_error: Option<String>,
    last_used_at: Option<Timestamp>,
    created_by: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Fingerprint of the token: its SHA-256.
    fingerprint: String,
}

impl From<&Connection> for ConnectionView {
    fn from(connection: &Connection) -> Self {
        Self {
            id: connection.id.to_string(),
            name: connection.name.to_string(),
            description: connection.description.clone(),
            provider: connection.provider,
            host: connection.host.to_string(),
            auth_method: connection.auth_method,
            token_kind: connection.token_kind,
            username: connection.username.clone(),
            account_type: connection.account_type,
            email: connection.email.clone(),
            workspace: connection.workspace.clone(),
            server_version: connection.server_version.clone(),
            status: connection.status,
            is_active: connection.is_active,
            tags: connection.tags.clone(),
            scopes: connection.scopes.clone(),
            expires_at: connection.expiry.at(),
            expiry: match connection.expiry {
                Expiry::At(_) => "at",
                Expiry::Never => "never",
                Expiry::Unknown => "unknown",
            },
            auto_renews: connection.auto_renews,
            refresh_expires_at: connection.refresh_expires_at,
            rotated_at: connection.rotated_at,
            hook: connection.hook.clone(),
            no_export: connection.no_export,
            validated_at: connection.validated_at,
            validation_error: connection.validation_error.clone(),
            last_used_at: connection.last_used_at,
            created_by: connection.created_by.clone(),
            created_at: connection.created_at,
            updated_at: connection.updated_at,
            fingerprint: connection.fingerprint.clone(),
        }
    }
}

/// The status in its colour; a disabled connection says so, whatever its token.
pub(super) fn status(style: Style, connection: &Connection) -> String {
    if !connection.is_active && style.is_human() {
        return style.faint("disabled");
    }
    let word = connection.status.id();
    // Nothing speaks against the token, but its last check met something a person should see.
    if style.is_human() && connection.status == Status::Active && connection.validation_error.is_some() {
        return style.doubtful(&format!("{word} (!)"));
    }
    match connection.status {
        Status::Active => style.good(word),
        Status::Pending => word.to_owned(),
        Status::Error => style.doubtful(word),
        Status::Expired | Status::Revoked | Status::Invalid => style.bad(word),
    }
}

/// When it ends, in words and colour: `renews`, `in 90 days`, `never`, `unknown`; for a person also `95 days old`, where that is too old.
pub(super) fn expiry(style: Style, connection: &Connection, spans: Spans) -> String {
    let due = spans.due(connection, style.now()).filter(|_| style.is_human());
    if let Some(Due::TooOld(since)) = due {
        let what = if connection.is_app() { "key " } else { "" };
        return style.doubtful(&format!("{what}{} old", age_in_words(since, style.now())));
    }
    if connection.auto_renews {
        // What renews itself ends with its refresh token.
        return match (connection.refresh_expires_at.filter(|_| style.is_human()), due) {
            (None, _) => "renews".to_owned(),
            (Some(end), Some(_)) => style.doubtful(&format!("log in {}", style.moment(end))),
            (Some(end), None) => format!("renews, ends {}", style.moment(end)),
        };
    }
    match connection.expiry {
        Expiry::Never => "never".to_owned(),
        Expiry::Unknown => "unknown".to_owned(),
        Expiry::At(at) if style.is_human() && at <= style.now() => {
            style.bad(&format!("expired {}", words::relative(at, style.now())))
        }
        Expiry::At(at) if due.is_some() => style.doubtful(&style.moment(at)),
        Expiry::At(at) => style.moment(at),
    }
}

/// When it was last checked.
pub(super) fn checked(style: Style, connection: &Connection) -> String {
    match connection.validated_at {
        Some(at) => style.moment(at),
        None => "never".to_owned(),
    }
}

/// The account, cleaned; `-` where it is not known.
pub(super) fn account(connection: &Connection) -> String {
    connection.username.as_deref().map_or_else(|| "-".to_owned(), |username| clean(username).into_owned())
}

/// Scopes in one line; what cannot be known says so.
pub(super) fn scopes(connection: &Connection) -> String {
    match &connection.scopes {
        None => "not told by the provider".to_owned(),
        Some(scopes) if scopes.is_empty() => "none".to_owned(),
        Some(scopes) => clean(&scopes.join(", ")).into_owned(),
    }
}
