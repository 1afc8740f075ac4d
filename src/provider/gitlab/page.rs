//! GitLab's page for making a token.

use super::super::{TokenPage, encoded, encoded_list};
use crate::model::{Connection, HostUrl, TokenKind};

/// The page where a personal token for reading is made. Its link ticks scopes and gives a name (14.1 and newer), but sets no end.
pub(super) fn new_token(web: &HostUrl, name: &str) -> TokenPage {
    TokenPage {
        url: format!(
            "{}/-/user_settings/personal_access_tokens?name={}&scopes=read_api,read_repository",
            web.as_str(),
            encoded(name)
        ),
        fine_grained: None,
        advice: Some("choose an expiry of 90 days"),
    }
}

/// The page where a token of this kind is made. What is not known of its address is written large.
pub(super) fn of(connection: &Connection) -> String {
    let web = connection.host.as_str();
    match connection.token_kind {
        Some(TokenKind::Project) => format!("{web}/PROJECT/-/settings/access_tokens"),
        Some(TokenKind::Group) => format!("{web}/groups/GROUP/-/settings/access_tokens"),
        _ => format!("{web}/-/user_settings/personal_access_tokens"),
    }
}

/// The page where a token is made that takes another's place: with its scopes ticked, where the page is a person's.
pub(super) fn successor(connection: &Connection, label: &str) -> TokenPage {
    let page = of(connection);
    let is_owned = matches!(connection.token_kind, Some(TokenKind::Project | TokenKind::Group));
    let url = match &connection.scopes {
        Some(scopes) if !is_owned && !scopes.is_empty() => {
            format!("{page}?name={}&scopes={}", encoded(label), encoded_list(scopes))
        }
        _ if is_owned => page,
        _ => format!("{page}?name={}", encoded(label)),
    };
    let advice = if is_owned {
        "choose the same role and scopes and an expiry of 90 days; with `self_rotate` (17.9) or `api` among them, the next one needs nobody"
    } else {
        "choose an expiry of 90 days; with `self_rotate` (17.9) or `api` ticked too, the next one needs nobody"
    };
    TokenPage { url, fine_grained: None, advice: Some(advice) }
}

#[cfg(test)]
mod tests {
    use super::new_token;
    use crate::model::HostUrl;

    #[test]
    fn the_link_ticks_what_reading_needs() {
        assert_eq!(
            new_token(&HostUrl::parse("git.acme.com/gitlab").unwrap(), "gitconn ops").url,
            "https://git.acme.com/gitlab/-/user_settings/personal_access_tokens?name=gitconn%20ops&scopes=read_api,read_repository"
        );
    }
}
