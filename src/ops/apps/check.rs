//! Asking whether an app still works, and where it is installed.

use super::super::{Error, Session};
use super::sync::{self, Seen};
use super::{signing, warn_of_clock};
use crate::model::{Connection, Expiry, Verdict};
use crate::provider::{Error as ProviderError, Probe};
use crate::store::Db;

/// What a check of an app finds. What goes wrong is a verdict, never an error.
pub(in crate::ops) async fn check(
    session: &Session<'_>,
    db: &Db,
    connection: &Connection,
) -> Result<(Probe, Option<Seen>), Error> {
    let app = match signing(session.http(), db, connection) {
        Ok(app) => app,
        // A certificate that cannot be read, plain HTTP: nothing was learnt of the app.
        Err(Error::Provider(error)) => return Ok((Probe::of(Verdict::Unreachable, error.to_string()), None)),
        Err(error) => return Err(error),
    };
    let known = sync::known(db, &connection.id)?;
    let seen = sync::look(&*app, &known).await;
    warn_of_clock(session, &*app, &connection.host);
    Ok(match seen {
        Ok(seen) => (found(&seen), Some(seen)),
        Err(error) => {
            let is_refusal = matches!(error, ProviderError::Refused { .. });
            let probe = Probe::from(error);
            // Where a key is made anew, and whatever else may be mended by the app's owner.
            let mend_url = probe.mend_url.clone().or_else(|| is_refusal.then(|| app.settings_page().to_owned()));
            (Probe { mend_url, ..probe }, None)
        }
    })
}

fn found(Seen { app, .. }: &Seen) -> Probe {
    Probe {
        username: Some(app.owner.clone()),
        account_id: app.owner_id.clone(),
        account_type: app.owner_type,
        expiry: Some(Expiry::Never),
        ..Probe::of(Verdict::Valid, None)
    }
}
