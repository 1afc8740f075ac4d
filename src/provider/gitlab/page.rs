//! GitLab's page for making a token.

use super::super::{TokenPage, encoded};
use crate::model::HostUrl;

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
