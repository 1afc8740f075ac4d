//! GitHub's pages for tokens.

use super::super::{TokenPage, encoded, encoded_list};
use crate::model::{Connection, HostUrl, TokenKind};

/// A fine-grained token's name has at most so many characters.
const NAME: usize = 40;

/// The page where a classic token for reading is made: the one kind that reads private repositories of every owner at once. Its
/// link can tick scopes and give a name, but not set an end; and there is no scope that only reads private repositories.
pub(super) fn new_token(web: &HostUrl, name: &str) -> TokenPage {
    TokenPage {
        url: format!("{}/settings/tokens/new?scopes=repo,read:org&description={}", web.as_str(), encoded(name)),
        fine_grained: Some(format!(
            "{}/settings/personal-access-tokens/new?name={}&expires_in=90&contents=read&metadata=read",
            web.as_str(),
            encoded(&name.chars().take(NAME).collect::<String>())
        )),
        advice: Some("choose an expiry of 90 days"),
    }
}

/// The page where a token is made that takes another's place: of a classic one with its scopes ticked; a fine-grained one, whose permissions nobody can ask
/// for, is regenerated.
pub(super) fn successor(connection: &Connection, label: &str) -> TokenPage {
    let web = connection.host.as_str();
    if connection.token_kind == Some(TokenKind::FineGrained) {
        return TokenPage {
            url: format!("{web}/settings/personal-access-tokens"),
            fine_grained: None,
            advice: Some(
                "open the token there and choose `Regenerate token`: that keeps its permissions and repositories, and ends the old one",
            ),
        };
    }
    let scopes = connection.scopes.as_deref().filter(|scopes| !scopes.is_empty());
    let scopes = scopes.map_or_else(|| "repo,read:org".to_owned(), encoded_list);
    TokenPage {
        url: format!("{web}/settings/tokens/new?scopes={scopes}&description={}", encoded(label)),
        fine_grained: None,
        advice: Some("choose an expiry of 90 days"),
    }
}

/// The page where a person revokes tokens.
pub(super) fn tokens(web: &HostUrl) -> String {
    format!("{}/settings/tokens", web.as_str())
}

#[cfg(test)]
mod tests {
    use super::new_token;
    use crate::model::HostUrl;

    #[test]
    fn the_link_ticks_what_reading_needs() {
        let page = new_token(&HostUrl::parse("github.com").unwrap(), "gitconn work & play");
        assert_eq!(
            page.url,
            "https://github.com/settings/tokens/new?scopes=repo,read:org&description=gitconn%20work%20%26%20play"
        );
        let finer = "https://github.com/settings/personal-access-tokens/new?name=gitconn%20work%20%26%20play&expires_in=90";
        assert!(page.fine_grained.unwrap().starts_with(finer));
        let server = new_token(&HostUrl::parse("http://127.0.0.1:3000").unwrap(), "x");
        assert!(server.url.starts_with("http://127.0.0.1:3000/settings/tokens/new?"));
    }
}
