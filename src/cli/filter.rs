//! The options that choose connections, the same wherever several are meant.

use crate::model::{ProviderId, Status};
use crate::ops::Filter;

/// Which connections.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only connections to this provider
    #[arg(long, value_enum, value_name = "PROVIDER")]
    pub(super) provider: Option<ProviderId>,
    /// Only connections to this host
    #[arg(long, value_name = "HOST")]
    pub(super) host: Option<String>,
    /// Only connections with this tag; given several times, with all of them
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<String>,
}

impl FilterArgs {
    /// Whether anything is filtered.
    pub(crate) fn is_given(&self) -> bool {
        self.filter(None) != Filter::default()
    }

    pub(crate) fn filter(&self, status: Option<Status>) -> Filter {
        Filter { provider: self.provider, host: self.host.clone(), status, tags: self.tags.clone() }
    }
}
