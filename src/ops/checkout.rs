//! Which repository is meant: the one that was typed, else the `origin` of the checkout around us.

use std::path::Path;

use super::Error;
use crate::git::{self, Remote};

/// Reads what was typed, or asks git.
pub(crate) fn remote(typed: Option<&str>) -> Result<Remote, Error> {
    if let Some(text) = typed {
        return Remote::parse(text).ok_or_else(|| Error::NotARepository(shown(text)));
    }
    let origin = git::origin(Path::new(".")).map_err(|error| Error::NoCheckout { why: error.to_string() })?;
    let why = || format!("the remote `origin` of this checkout is no address on a provider: `{}`", shown(&origin));
    Remote::parse(&origin).filter(|remote| remote.host_text().is_some()).ok_or_else(|| Error::NoCheckout { why: why() })
}

/// An address without what stands before `@`: a password may be there.
fn shown(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let without = host.rsplit_once('@').map_or(rest, |(user, _)| &rest[user.len() + 1..]);
    let text = if scheme.is_empty() { without.to_owned() } else { format!("{scheme}://{without}") };
    crate::model::clean(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn no_password_is_shown() {
        for (text, expected) in [
            ("ftp://x:s3krit@host/a/b", "ftp://host/a/b"),
            ("https://x:s3krit@host", "https://host"),
            ("x:s3k@rit@host/a/b", "host/a/b"),
            ("just text", "just text"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
