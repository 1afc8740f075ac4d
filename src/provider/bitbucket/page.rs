//! Bitbucket's pages for tokens, as people are sent to them. None of them can be filled in by a link.

use super::super::TokenPage;
use crate::model::AuthMethod;

const API_TOKENS: &str = "https://id.atlassian.com/manage-profile/security/api-tokens";

/// The page where a person's token is made.
pub(super) fn new_token() -> TokenPage {
    TokenPage {
        url: API_TOKENS.to_owned(),
        fine_grained: None,
        advice: Some(
            "choose `Create API token with scopes`, an expiry of 90 days, the app Bitbucket, and the scopes \
             `read:user:bitbucket`, `read:workspace:bitbucket`, `read:repository:bitbucket`",
        ),
    }
}

/// The page where a token of this method is made, and revoked.
pub(super) fn of(method: AuthMethod, workspace: Option<&str>) -> String {
    match (method, workspace) {
        // Those of a project and of a repository lie beside it, in the settings of theirs.
        (AuthMethod::AccessToken, Some(workspace)) => {
            format!("https://bitbucket.org/{workspace}/workspace/settings/access-tokens")
        }
        (AuthMethod::AccessToken, None) => "https://bitbucket.org/".to_owned(),
        (AuthMethod::OAuth, _) => "https://bitbucket.org/account/settings/app-authorizations/".to_owned(),
        (AuthMethod::Pat | AuthMethod::GithubApp, _) => API_TOKENS.to_owned(),
    }
}
