//! How OAuth works at Bitbucket (developer.atlassian.com, "OAuth 2.0"): for an app of one's own, which it calls a consumer or client.

use crate::model::{HostUrl, OAuthEndpoints};

/// A consumer has one callback address, and whether another port on this machine fits is not documented: so it is always this one. It lies below
/// the ports that systems give to outgoing connections.
const PORT: u16 = 28_117;

/// The endpoints.
pub(super) fn endpoints(web: &HostUrl) -> OAuthEndpoints {
    OAuthEndpoints {
        base: web.clone(),
        authorize: &["site", "oauth2", "authorize"],
        token: &["site", "oauth2", "access_token"],
        device: None,
        // Some clients use one, but no page of Atlassian's speaks of it.
        revoke: None,
        redirect_path: "/callback",
        issuer: web.as_str().to_owned(),
        // Without any, the login has what the consumer was registered with; a scope that it was not would fail the login.
        scopes: &[],
        has_scopes: true,
        any_port: false,
        own_port: Some(PORT),
        basic: true,
        refresh_refusals: &[],
        client_refusals: &["unauthorized_client"],
        browser_needs_secret: true,
        device_needs_no_secret: false,
        lags_behind: false,
        device_page: None,
        register_page: format!("{}/WORKSPACE/workspace/settings/api", web.as_str()),
        apps_page: format!("{}/WORKSPACE/workspace/settings/api", web.as_str()),
        register_advice: "tick `Account: Read` and `Repositories: Read` (`Write` to push)",
        device_advice: "",
    }
}

#[cfg(test)]
mod tests {
    use super::endpoints;

    #[test]
    fn the_one_callback_address_has_its_port() {
        let found = endpoints(&super::super::api::public());
        assert_eq!(found.redirect_address(), "http://127.0.0.1:28117/callback");
        assert!(found.device.is_none() && found.revoke.is_none() && found.basic);
    }
}
