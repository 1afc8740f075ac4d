//! Gitea's page for making a token.

use super::super::TokenPage;
use super::api;
use crate::model::{Connection, HostUrl};

/// The page where a token for reading is made. Its link can fill nothing in, and no token has an end.
pub(super) fn new_token(web: &HostUrl) -> TokenPage {
    TokenPage {
        url: api::applications(web),
        fine_grained: None,
        advice: Some(
            "tick `read:user` and `read:repository` (`write:repository` instead, to push), with access to private repositories too",
        ),
    }
}

/// The page where a token is made that takes another's place.
pub(super) fn successor(connection: &Connection) -> TokenPage {
    TokenPage {
        url: api::applications(&connection.host),
        fine_grained: None,
        advice: Some("tick the same scopes; with `write:user` too, Gitea (not Forgejo) makes the next one by itself"),
    }
}

#[cfg(test)]
mod tests {
    use super::new_token;
    use crate::model::HostUrl;

    #[test]
    fn the_page_lies_below_the_path_root_and_says_what_to_tick() {
        let page = new_token(&HostUrl::parse("git.acme.com/gitea").unwrap());
        assert_eq!(page.url, "https://git.acme.com/gitea/user/settings/applications");
        assert!(page.advice.unwrap().contains("`read:repository`"));
    }
}
