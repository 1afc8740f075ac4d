//! A GitHub App as it is shown.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use crate::model::{clean, permissions_in_words};
use crate::ops::Error;
use crate::ops::apps::installations::Installed;

/// An app's JSON.
#[derive(Debug, Serialize)]
pub(super) struct AppView {
    app_id: u64,
    client_id: Option<String>,
    slug: String,
    name: String,
    /// What it asks every account for.
    permissions: BTreeMap<String, String>,
    /// Its public page.
    url: String,
    /// The page of its owner: keys, permissions, webhook.
    settings_url: String,
    /// What its page at the provider shows of the key: `SHA256:` and base64.
    pub(super) key: String,
    /// Installations that are new at the provider are taken in by `validate` and `installations sync`.
    takes_all: bool,
}

impl AppView {
    pub(super) fn of(installed: &Installed) -> Result<Self, Error> {
        let app = &installed.record.app;
        Ok(Self {
            app_id: app.id,
            client_id: app.client_id.clone(),
            slug: app.slug.clone(),
            name: app.name.clone(),
            permissions: app.permissions.clone(),
            url: app.page.clone(),
            settings_url: installed.settings_page()?,
            key: fingerprint(&installed.connection.fingerprint),
            takes_all: installed.record.takes_all,
        })
    }

    /// The rows of `show`.
    pub(super) fn rows(&self, row: &mut impl FnMut(&str, String)) {
        let id = self.client_id.as_ref().map_or_else(|| self.app_id.to_string(), |id| format!("{}, {id}", self.app_id));
        row("app", format!("{} ({})", clean(&self.slug), clean(&id)));
        row("permissions", clean(&permissions_in_words(&self.permissions)).into_owned());
        row("settings", self.settings_url.clone());
    }
}

/// A key's fingerprint as GitHub shows it: base64 instead of hexadecimal.
fn fingerprint(hexadecimal: &str) -> String {
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = hexadecimal.as_bytes().chunks(2).map(byte).collect();
    bytes.map_or_else(|| hexadecimal.to_owned(), |bytes| format!("SHA256:{}", BASE64_STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_is_shown_as_github_shows_it() {
        assert_eq!(fingerprint("00ff10"), "SHA256:AP8Q");
        assert_eq!(fingerprint("xyz"), "xyz");
    }
}
