//! How OAuth works at Gitea and Forgejo, below an instance's path root.

use super::api;
use crate::model::{HostUrl, OAuthEndpoints};

/// What a login asks for: who we are, and what listing, hooks and pushing take. Gitea holds a token to it since 1.23; Forgejo gives every token
/// all its account may do.
///
/// Somebody's own app is assumed: an instance keeps one grant for each account and app, and refuses another set of scopes for it. Asking with the
/// id of git-credential-oauth or tea, which every instance knows, would clash with the grants that those have.
const SCOPES: &[&str] = &["read:user", "write:repository"];

/// The endpoints of an instance. A public client needs no secret, but PKCE.
pub(super) fn endpoints(web: &HostUrl) -> OAuthEndpoints {
    OAuthEndpoints {
        base: web.clone(),
        authorize: &["login", "oauth", "authorize"],
        token: &["login", "oauth", "access_token"],
        device: None,
        revoke: None,
        // The port is taken off before the comparison, and nothing else: `http://127.0.0.1` fits any port, and no path.
        redirect_path: "/",
        issuer: web.as_str().to_owned(),
        scopes: SCOPES,
        has_scopes: true,
        any_port: true,
        own_port: None,
        basic: false,
        // A refresh token that cannot be read, or was used where each serves once. A grant that is gone is `invalid_grant`, as elsewhere.
        refresh_refusals: &["unauthorized_client"],
        client_refusals: &[],
        browser_needs_secret: false,
        device_needs_no_secret: false,
        lags_behind: false,
        device_page: None,
        register_page: api::applications(web),
        apps_page: api::applications(web),
        register_advice: "untick `Confidential Client`",
        device_advice: "",
    }
}

#[cfg(test)]
mod tests {
    use super::endpoints;
    use crate::model::HostUrl;

    #[test]
    fn everything_lies_below_the_path_root() {
        let found = endpoints(&HostUrl::parse("git.acme.com/gitea").unwrap());
        assert_eq!(found.issuer, "https://git.acme.com/gitea");
        assert_eq!(found.register_page, "https://git.acme.com/gitea/user/settings/applications");
        assert_eq!(found.redirect_address(), "http://127.0.0.1");
    }
}
