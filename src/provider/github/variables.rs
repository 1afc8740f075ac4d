//! The variables that hold a token for GitHub: those of gh (`gh help environment`), and what a workflow finds ("Variables reference").

use super::super::TokenVariable;
use super::site::Site;
use crate::model::HostUrl;

/// Of a runner: its server's web address, and its API's.
const SERVER: &str = "GITHUB_SERVER_URL";
const API: &str = "GITHUB_API_URL";
/// The server that gh is to use.
const GH_HOST: &str = "GH_HOST";

const GITHUB: &str = "GitHub";
const CLOUD: &str = "github.com and GHE.com";
const ENTERPRISE: &str = "a GitHub Enterprise Server";

/// GitHub's "`GITHUB_TOKEN`": it is an installation's token, of the one repository that holds the workflow.
const OF_A_WORKFLOW: &str = "a workflow's own GITHUB_TOKEN sees the one repository that the workflow is in, and what is public";

fn is_cloud(host: &HostUrl) -> bool {
    match Site::of(host) {
        Site::Public | Site::Tenant => true,
        Site::Server => false,
    }
}

fn is_server(host: &HostUrl) -> bool {
    !is_cloud(host)
}

/// A name with several meanings is read by the first of which something stands in the environment, else by the last.
pub(super) const VARIABLES: &[TokenVariable] = &[
    TokenVariable { hosts: &[SERVER], also: &[API], reach: Some(OF_A_WORKFLOW), ..TokenVariable::new("GITHUB_TOKEN", GITHUB) },
    TokenVariable { hosts: &[GH_HOST], suits: is_cloud, has_default: true, ..TokenVariable::new("GITHUB_TOKEN", CLOUD) },
    TokenVariable { hosts: &[GH_HOST], suits: is_cloud, has_default: true, ..TokenVariable::new("GH_TOKEN", CLOUD) },
    TokenVariable { hosts: &[GH_HOST, SERVER], suits: is_server, ..TokenVariable::new("GH_ENTERPRISE_TOKEN", ENTERPRISE) },
    TokenVariable { hosts: &[GH_HOST, SERVER], suits: is_server, ..TokenVariable::new("GITHUB_ENTERPRISE_TOKEN", ENTERPRISE) },
];
