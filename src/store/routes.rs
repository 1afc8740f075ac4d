//! Which connection serves what: rows of `routes`.

use rusqlite::Row;

use super::rows::{millisecond, moment, url};
use super::{Db, Error};
use crate::model::{ConnectionId, HostUrl, Route, RoutePath};

impl Db {
    /// All routes by host and path.
    pub(crate) fn routes(&self) -> Result<Vec<Route>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare_cached("SELECT * FROM routes ORDER BY host, path_key")?;
            let rows = statement.query_map([], route_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// Puts a route, in place of the one of the same host and path.
    pub(crate) fn put_route(&self, route: &Route) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO routes VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (host, path_key) DO UPDATE SET path = excluded.path, \
                 connection_id = excluded.connection_id, added_by = excluded.added_by, added_at = excluded.added_at",
                (
                    route.host.as_str(),
                    route.path.as_str(),
                    route.path.key(),
                    route.connection.as_str(),
                    &route.added_by,
                    millisecond(route.added_at),
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Removes the route of a host and path; whether there was one.
    pub(crate) fn remove_route(&self, host: &HostUrl, path: &RoutePath) -> Result<bool, Error> {
        self.sqlite
            .execute("DELETE FROM routes WHERE host = ?1 AND path_key = ?2", (host.as_str(), path.key()))
            .map(|removed| removed > 0)
            .map_err(self.failed())
    }
}

fn route_from(row: &Row<'_>) -> rusqlite::Result<Route> {
    Ok(Route {
        host: url(row, "host")?,
        path: RoutePath::from_stored(row.get("path")?),
        connection: ConnectionId::from_stored(row.get("connection_id")?),
        added_by: row.get("added_by")?,
        added_at: moment(row, "added_at")?,
    })
}
