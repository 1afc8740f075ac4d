//! How OAuth works at GitHub ("Authorizing OAuth apps", "Generating a user access token for a GitHub App").

use crate::model::{HostUrl, OAuthEndpoints};

/// What a login asks for: private repositories, the names of organisations, the account.
const SCOPES: &[&str] = &["repo", "read:org", "read:user"];

/// The endpoints of a web host. Ids of GitHub Apps begin with `Iv`: they have permissions, not scopes, and for them GitHub documents no loopback
/// address that fits any port.
pub(super) fn endpoints(web: &HostUrl, client_id: Option<&str>) -> OAuthEndpoints {
    let is_app = client_id.is_some_and(|id| id.starts_with("Iv"));
    OAuthEndpoints {
        base: web.clone(),
        authorize: &["login", "oauth", "authorize"],
        token: &["login", "oauth", "access_token"],
        device: Some(&["login", "device", "code"]),
        // Its own way is the API's `POST /credentials/revoke`.
        revoke: None,
        redirect_path: "/callback",
        issuer: format!("{}/login/oauth", web.as_str()),
        scopes: SCOPES,
        has_scopes: !is_app,
        any_port: !is_app,
        own_port: None,
        basic: false,
        refresh_refusals: &[],
        client_refusals: &[],
        // PKCE does not make a client public here: the exchange wants the secret.
        browser_needs_secret: true,
        device_needs_no_secret: true,
        lags_behind: false,
        device_page: None,
        register_page: format!("{}/settings/{}", web.as_str(), if is_app { "apps" } else { "applications/new" }),
        apps_page: format!("{}/settings/{}", web.as_str(), if is_app { "apps" } else { "developers" }),
        register_advice: "tick `Enable Device Flow`",
        device_advice: "it is ticked on the app's page: `Enable Device Flow`",
    }
}

#[cfg(test)]
mod tests {
    use super::endpoints;
    use crate::model::HostUrl;

    #[test]
    fn apps_and_oauth_apps_are_told_apart_by_their_ids() {
        let web = HostUrl::parse("github.com").unwrap();
        for (id, is_app) in
            [(Some("Iv1.0123456789abcdef"), true), (Some("Iv23liABCDEFGHIJKLMN"), true), (Some("Ov23li0123"), false)]
        {
            let found = endpoints(&web, id);
            assert_eq!((found.has_scopes, found.any_port), (!is_app, !is_app), "{id:?}");
        }
        let found = endpoints(&web, None);
        assert_eq!(found.issuer, "https://github.com/login/oauth");
        assert_eq!(found.register_page, "https://github.com/settings/applications/new");
        assert_eq!(found.redirect_address(), "http://127.0.0.1/callback");
    }
}
