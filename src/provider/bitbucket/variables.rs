//! The variables that hold a token for Bitbucket. A pipeline has no token of its own there: somebody has put this one into its variables
//! ("Variables and secrets"). The workspace is one of the default variables.

use super::super::TokenVariable;

pub(super) const VARIABLES: &[TokenVariable] = &[TokenVariable {
    has_default: true,
    email: Some("BITBUCKET_EMAIL"),
    workspace: Some("BITBUCKET_WORKSPACE"),
    ..TokenVariable::new("BITBUCKET_TOKEN", "Bitbucket")
}];
