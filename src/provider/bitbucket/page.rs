//! Bitbucket's pages for tokens, as people are sent to them. None of them can be filled in by a link.

use super::super::TokenPage;
use crate::model::{AuthMethod, Connection, TokenKind};

const API_TOKENS: &str = "https://id.atlassian.com/manage-profile/security/api-tokens";

/// The page where a person's token is made.
pub(super) fn new_token() -> TokenPage {
    TokenPage {
        url: API_TOKENS.to_owned(),
        fine_grained: None,
        advice: Some(
            "choose `Create API token with scopes`, an expiry of 90 days, the app Bitbucket, and\n\
             read:user:bitbucket, read:workspace:bitbucket, read:repository:bitbucket\n\
             (an access token of a repository, project or workspace is taken too: it begins with `ATCTT`)",
        ),
    }
}

/// The page where a token is made that takes another's place.
pub(super) fn successor(connection: &Connection) -> TokenPage {
    let advice = match connection.auth_method {
        AuthMethod::AccessToken => {
            "choose `Rotate` on the token: the new one has the same scopes, and the old one dies within 30 minutes"
        }
        AuthMethod::Pat | AuthMethod::OAuth | AuthMethod::GithubApp => "choose the same scopes and an expiry of 90 days",
    };
    let url = of(connection.auth_method, connection.token_kind, connection.workspace.as_deref());
    TokenPage { url, fine_grained: None, advice: Some(advice) }
}

/// The page where a token of this method and kind is made, and revoked. What is not known of its address is written large.
pub(super) fn of(method: AuthMethod, kind: Option<TokenKind>, workspace: Option<&str>) -> String {
    match (method, workspace) {
        (AuthMethod::AccessToken, Some(workspace)) => match kind {
            Some(TokenKind::Repository) => format!("https://bitbucket.org/{workspace}/REPOSITORY/admin/access-tokens"),
            Some(TokenKind::Project) => format!("https://bitbucket.org/{workspace}/workspace/projects/"),
            _ => format!("https://bitbucket.org/{workspace}/workspace/settings/access-tokens"),
        },
        (AuthMethod::AccessToken, None) => "https://bitbucket.org/".to_owned(),
        (AuthMethod::OAuth, _) => "https://bitbucket.org/account/settings/app-authorizations/".to_owned(),
        (AuthMethod::Pat | AuthMethod::GithubApp, _) => API_TOKENS.to_owned(),
    }
}
