//! The variables that hold a token for GitLab: those of glab, and what a job finds ("Predefined CI/CD variables reference").

use super::super::TokenVariable;
use crate::model::TokenKind;

/// Of a job: its instance's address, its API's, and the certificate authority that the runner trusts.
const SERVER: &str = "CI_SERVER_URL";
const API: &str = "CI_API_V4_URL";
const CA_FILE: &str = "CI_SERVER_TLS_CA_FILE";

const JOBS: &str = "the instance that runs the job";
const GITLAB: &str = "GitLab";
/// The instance that glab is to use.
const GLAB: &[&str] = &["GITLAB_HOST", "GITLAB_URI", "GL_HOST"];

/// A name with several meanings is read by the first of which something stands in the environment, else by the last: a token that somebody put into the
/// variables of a project is for that instance, unless glab is told otherwise.
pub(super) const VARIABLES: &[TokenVariable] = &[
    TokenVariable {
        hosts: &[SERVER],
        also: &[API],
        kind: Some(TokenKind::Job),
        ca_file: Some(CA_FILE),
        ..TokenVariable::new("CI_JOB_TOKEN", JOBS)
    },
    TokenVariable { hosts: GLAB, has_default: true, ..TokenVariable::new("GITLAB_TOKEN", GITLAB) },
    TokenVariable {
        hosts: &[SERVER],
        also: &[API],
        has_default: true,
        ca_file: Some(CA_FILE),
        ..TokenVariable::new("GITLAB_TOKEN", GITLAB)
    },
];
