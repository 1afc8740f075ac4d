//! Columns ⇄ values of `crate::model`. A column that holds what this version does not know is damage, never a panic; its content
//! does not get into the error.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Row, RowIndex};

use crate::model::{Connection, ConnectionId, Expiry, HostUrl, Name, Permissions};

/// What is wrong with a column.
#[derive(Debug, thiserror::Error)]
#[error("the column `{0}` holds what it must not")]
struct Unreadable(&'static str);

fn unreadable(row: &Row<'_>, column: &'static str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(Unreadable(column)))
}

/// Milliseconds since 1970: what the store keeps of a moment.
pub(super) fn millisecond(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A moment that must be there.
pub(super) fn moment(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(column)?).map_err(|_| unreadable(row, column))
}

pub(super) fn optional_moment(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Option<Timestamp>> {
    let number: Option<i64> = row.get(column)?;
    number.map(|number| Timestamp::from_millisecond(number).map_err(|_| unreadable(row, column))).transpose()
}

/// A number that is never negative.
pub(super) fn count<I: RowIndex + Copy>(row: &Row<'_>, column: I) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column.idx(row.as_ref()).unwrap_or_default(), number))
}

/// 0 or 1.
pub(super) fn flag(row: &Row<'_>, column: &'static str) -> rusqlite::Result<bool> {
    row.get(column)
}

pub(super) fn word<T: FromStr>(row: &Row<'_>, column: &'static str) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str().map_err(|_| unreadable(row, column))?;
    text.parse().map_err(|_| unreadable(row, column))
}

pub(super) fn optional_word<T: FromStr>(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(|_| unreadable(row, column))?;
    text.map(|text| text.parse().map_err(|_| unreadable(row, column))).transpose()
}

/// An address in its normal spelling.
pub(super) fn url(row: &Row<'_>, column: &'static str) -> rusqlite::Result<HostUrl> {
    let text = row.get_ref(column)?.as_str().map_err(|_| unreadable(row, column))?;
    HostUrl::parse(text).ok().filter(|url| url.as_str() == text).ok_or_else(|| unreadable(row, column))
}

/// A list of texts as the column that holds it: a JSON array.
pub(super) fn list(texts: &[String]) -> String {
    serde_json::Value::from(texts).to_string()
}

/// A list of texts, or nothing.
pub(super) fn optional_list(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Option<Vec<String>>> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(|_| unreadable(row, column))?;
    text.map(|text| serde_json::from_str(text).map_err(|_| unreadable(row, column))).transpose()
}

/// Permissions as the column that holds them: a JSON object.
pub(super) fn permissions_text(permissions: &Permissions) -> String {
    // Texts only: this cannot fail.
    serde_json::to_string(permissions).unwrap_or_default()
}

/// Permissions.
pub(super) fn permissions(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Permissions> {
    let text = row.get_ref(column)?.as_str().map_err(|_| unreadable(row, column))?;
    serde_json::from_str(text).map_err(|_| unreadable(row, column))
}

/// A connection from a row with all columns.
pub(super) fn connection_from(row: &Row<'_>) -> rusqlite::Result<Connection> {
    Ok(Connection {
        id: ConnectionId::from_stored(row.get("id")?),
        name: Name::from_stored(row.get("name")?),
        description: row.get("description")?,
        provider: word(row, "provider")?,
        host: url(row, "host")?,
        auth_method: word(row, "auth_method")?,
        token_kind: optional_word(row, "token_kind")?,
        username: row.get("username")?,
        account_id: row.get("account_id")?,
        account_type: optional_word(row, "account_type")?,
        status: word(row, "status")?,
        is_active: flag(row, "is_active")?,
        tags: optional_list(row, "tags")?.unwrap_or_default(),
        scopes: optional_list(row, "scopes")?,
        expiry: match optional_moment(row, "expires_at")? {
            Some(at) => Expiry::At(at),
            None if flag(row, "never_expires")? => Expiry::Never,
            None => Expiry::Unknown,
        },
        auto_renews: flag(row, "auto_renews")?,
        refresh_expires_at: optional_moment(row, "refresh_expires_at")?,
        fingerprint: row.get("fingerprint")?,
        rotated_at: optional_moment(row, "rotated_at")?,
        validated_at: optional_moment(row, "validated_at")?,
        validation_error: row.get("validation_error")?,
        last_used_at: optional_moment(row, "last_used_at")?,
        created_by: row.get("created_by")?,
        created_at: moment(row, "created_at")?,
        updated_at: moment(row, "updated_at")?,
        email: row.get("email")?,
        workspace: row.get("workspace")?,
        server_version: row.get("server_version")?,
        hook: row.get("hook")?,
        no_export: flag(row, "no_export")?,
    })
}
