//! The hosts that git is answered for, and whose certificates it is to believe there: what a connection was given a `--ca-file` for, git would not know.

use std::io;

use super::desk::Desk;
use crate::git::DeskHost;
use crate::model::HostUrl;
use crate::ops::{Error, resolve};
use crate::store::Db;

/// A host of which something here knows.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    host: HostUrl,
    ca_pem: Option<String>,
}

/// The hosts of all enabled connections.
///
/// # Errors
///
/// If the store cannot be read.
pub(crate) fn known(db: &Db) -> Result<Vec<Known>, Error> {
    let records = db.hosts()?;
    let ca_pem = |host: &HostUrl| records.iter().filter(|record| record.host == *host).find_map(|record| record.ca_pem.clone());
    Ok(resolve::hosts(db)?.into_iter().map(|host| Known { ca_pem: ca_pem(&host), host }).collect())
}

impl Known {
    /// As git is told of it. git reads certificates from files alone: they lie beside the desk's socket, and go with it.
    pub(super) fn laid_out(&self, desk: &Desk<'_>, at: usize) -> io::Result<DeskHost> {
        let authorities = self.ca_pem.as_ref().map(|pem| desk.lay_out(at, pem)).transpose()?;
        Ok(DeskHost { url: self.host.clone(), authorities })
    }
}
