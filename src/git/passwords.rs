//! Passwords that stand in git's settings: in addresses, and in headers that go with every request.

use std::path::Path;

use url::Url;

use super::shown::{Shown, settings};

/// Where one stands. Nothing here holds it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// The setting's name, without a password that may stand in it.
    pub(crate) key: String,
    /// `file:.git/config`
    pub(crate) origin: String,
    /// Of which remote it is the address.
    pub(crate) remote: Option<String>,
    pub(crate) is_push: bool,
    /// That address without user name and password.
    pub(crate) without: Option<String>,
}

/// All of them, of this checkout and in general.
pub(crate) fn passwords_in_settings(directory: &Path) -> Vec<Written> {
    all(settings(
        directory,
        r"^(remote\..*\.(push)?url|url\..*\.(pushinsteadof|insteadof)|http\.(.*\.)?extraheader|submodule\..*\.url)$",
    ))
}

fn all(shown: Vec<Shown>) -> Vec<Written> {
    let found = |Shown { origin, key, value }: Shown| Some(Written { origin, ..written(&key, &value)? });
    shown.into_iter().filter_map(found).collect()
}

fn written(key: &str, value: &str) -> Option<Written> {
    let plain = |key: &str| Written { key: key.to_owned(), origin: String::new(), remote: None, is_push: false, without: None };
    if key.ends_with(".extraheader") {
        return value.to_lowercase().trim_start().starts_with("authorization:").then(|| plain(key));
    }
    // `url.BASE.insteadof`: the base is part of the name.
    if let Some(base) = key.strip_prefix("url.").and_then(|rest| rest.rsplit_once('.')) {
        let address = without_password(base.0)?;
        return Some(plain(&format!("url.{address}.{}", base.1)));
    }
    let address = without_password(value)?;
    let remote = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.'));
    let (remote, is_push) = remote.map_or((None, false), |(name, end)| (Some(name.to_owned()), end == "pushurl"));
    Some(Written { remote, is_push, without: Some(address), ..plain(key) })
}

/// The address without what stands before the host, if that is or may be a password.
fn without_password(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    // A long name without a password is a token in the place of one.
    let holds = url.password().is_some_and(|password| !password.is_empty()) || url.username().len() >= 20;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    holds.then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::git::shown::parse;

    #[test]
    fn passwords_are_found_and_not_repeated() {
        let secret = "s3cret-and-long-enough-to-be-one";
        let text = [
            ("remote.origin.url", format!("https://ada:{secret}@github.com/acme/site.git")),
            ("remote.mine.pushurl", format!("https://{secret}@github.com/acme/site")),
            ("remote.fine.url", "https://ada@github.com/acme/site".to_owned()),
            ("remote.ssh.url", "git@github.com:acme/site.git".to_owned()),
            (&format!("url.https://x:{secret}@github.com/.insteadof"), "https://github.com/".to_owned()),
            ("http.https://github.com/.extraheader", format!("AUTHORIZATION: basic {secret}")),
            ("http.extraheader", "Accept-Language: de".to_owned()),
        ]
        .iter()
        .fold(String::new(), |text, (key, value)| format!("{text}file:.git/config\0{key}\n{value}\0"));
        let found = all(parse(&text));
        let shown: Vec<_> =
            found.iter().map(|one| (one.key.as_str(), one.remote.as_deref(), one.is_push, one.without.as_deref())).collect();
        assert_eq!(
            shown,
            [
                ("remote.origin.url", Some("origin"), false, Some("https://github.com/acme/site.git")),
                ("remote.mine.pushurl", Some("mine"), true, Some("https://github.com/acme/site")),
                ("url.https://github.com/.insteadof", None, false, None),
                ("http.https://github.com/.extraheader", None, false, None),
            ]
        );
        assert!(!format!("{found:?}").contains("s3cret"));
    }
}
