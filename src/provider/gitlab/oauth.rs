//! How OAuth works at GitLab ("OAuth 2.0 identity provider API"), below an instance's path root.

use crate::model::{HostUrl, OAuthEndpoints};

/// What a login asks for.
const SCOPES: &[&str] = &["api", "read_user"];

/// The endpoints of an instance. A public application needs no secret; its loopback address fits any port (Doorkeeper 5.1 and later).
pub(super) fn endpoints(web: &HostUrl) -> OAuthEndpoints {
    OAuthEndpoints {
        base: web.clone(),
        authorize: &["oauth", "authorize"],
        token: &["oauth", "token"],
        device: Some(&["oauth", "authorize_device"]),
        revoke: Some(&["oauth", "revoke"]),
        redirect_path: "/callback",
        issuer: web.as_str().to_owned(),
        scopes: SCOPES,
        has_scopes: true,
        any_port: true,
        own_port: None,
        basic: false,
        refresh_refusals: &[],
        client_refusals: &[],
        browser_needs_secret: false,
        device_needs_no_secret: false,
        lags_behind: true,
        // What the server says leaves its path root out before 2026.
        device_page: Some(format!("{}/oauth/device", web.as_str())),
        register_page: format!("{}/-/user_settings/applications", web.as_str()),
        apps_page: format!("{}/-/user_settings/applications", web.as_str()),
        register_advice: "untick `Confidential`",
        device_advice: "",
    }
}

#[cfg(test)]
mod tests {
    use super::endpoints;
    use crate::model::HostUrl;

    #[test]
    fn everything_lies_below_the_path_root() {
        let found = endpoints(&HostUrl::parse("git.acme.com/gitlab").unwrap());
        assert_eq!(found.issuer, "https://git.acme.com/gitlab");
        assert_eq!(found.device_page.unwrap(), "https://git.acme.com/gitlab/oauth/device");
        assert_eq!(found.register_page, "https://git.acme.com/gitlab/-/user_settings/applications");
    }
}
