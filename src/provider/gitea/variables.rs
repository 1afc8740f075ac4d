//! The variables that hold a token for Gitea or Forgejo: those of tea and its kin, and what a workflow finds, whose names are GitHub's.

use super::super::TokenVariable;

/// Of a runner: its server's web address.
const SERVER: &str = "GITHUB_SERVER_URL";
const GITEA: &str = "a Gitea or Forgejo";
/// `GITEA_TOKEN`: of a job, for the repository that holds the workflow.
const OF_A_WORKFLOW: &str = "a workflow's own token sees the one repository that the workflow is in, and what is public";

pub(super) const VARIABLES: &[TokenVariable] = &[
    TokenVariable { hosts: &["GITEA_SERVER_URL", SERVER], ..TokenVariable::new("GITEA_TOKEN", GITEA) },
    TokenVariable { hosts: &["GITEA_SERVER_URL"], ..TokenVariable::new("GITEA_SERVER_TOKEN", GITEA) },
    TokenVariable { hosts: &["FORGEJO_URL", SERVER], ..TokenVariable::new("FORGEJO_TOKEN", GITEA) },
    TokenVariable { hosts: &[SERVER], reach: Some(OF_A_WORKFLOW), ..TokenVariable::new("GITHUB_TOKEN", GITEA) },
];
