//! Which of the two it is, and of which version: `1.26.4` is Gitea's, `15.0.0+gitea-1.22.0` Forgejo's, whose API is that of the Gitea it names.

use std::fmt;

use super::api;

/// Whose software answers. Forgejo went its own way with version 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Gitea,
    Forgejo,
}

impl Flavour {
    const fn word(self) -> &'static str {
        match self {
            Self::Gitea => "Gitea",
            Self::Forgejo => "Forgejo",
        }
    }
}

/// A version, by its owner's own count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) flavour: Flavour,
    major: u32,
    minor: u32,
    /// `1.26.4`, `1.27.0-rc0`.
    shown: String,
}

impl Version {
    /// Reads what `GET /version` says. `None` if it does not begin with a number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (front, build) = text.trim().split_once('+').unwrap_or((text.trim(), ""));
        // Codeberg counts the commits since: `15.0.0-209-2308e484`.
        let number = front.split('-').next().unwrap_or(front);
        let (flavour, shown) = if build.contains("gitea-") { (Flavour::Forgejo, number) } else { (Flavour::Gitea, front) };
        let mut parts = number.split('.').map(str::parse);
        let (Some(Ok(major)), minor) = (parts.next(), parts.next()) else { return None };
        let minor = minor.map_or(Ok(0), |minor| minor).ok()?;
        Some(Self { flavour, major, minor, shown: api::name(shown) })
    }

    /// Reads back what was said of a server in our own words: `Forgejo 15.0.0`.
    pub(super) fn known(words: &str) -> Option<Self> {
        let (word, number) = words.split_once(' ')?;
        let flavour = [Flavour::Gitea, Flavour::Forgejo].into_iter().find(|flavour| flavour.word() == word)?;
        Some(Self { flavour, ..Self::parse(number)? })
    }

    /// Whether it is this version or a later one, by its owner's own count: ask for the flavour first.
    pub(super) const fn at_least(&self, major: u32, minor: u32) -> bool {
        self.major > major || (self.major == major && self.minor >= minor)
    }

    /// Whether a refusal may name the scopes that the token has ([`super::lack`]).
    pub(super) fn tells_scopes(&self) -> bool {
        self.flavour == Flavour::Gitea && self.at_least(1, 23)
    }
}

/// `Gitea 1.26.4`, `Forgejo 15.0.0`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.flavour.word(), self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::{Flavour, Version};

    #[test]
    fn versions_tell_the_flavour() {
        for (text, words) in [
            ("1.26.4", "Gitea 1.26.4"),
            ("1.27.0-rc0", "Gitea 1.27.0-rc0"),
            ("1.27.0+dev-1277-g9d3f04eb", "Gitea 1.27.0"),
            ("15.0.0-209-2308e484+gitea-1.22.0", "Forgejo 15.0.0"),
            ("7.0.1+gitea-1.22.0", "Forgejo 7.0.1"),
            ("1.21.11-1+0-gitea-1.21.11", "Forgejo 1.21.11"),
            ("16", "Gitea 16"),
        ] {
            let version = Version::parse(text).unwrap();
            assert_eq!(version.to_string(), words);
            assert_eq!(Version::known(words), Some(version), "{words}");
        }
        for odd in ["", "development", "v1.26", "1.x", "+gitea-1.22.0", "99999999999.1"] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
        for odd in ["", "Gitea", "GitLab 18.5.0", "1.26.4"] {
            assert_eq!(Version::known(odd), None, "{odd}");
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        let at_least = |text: &str, major, minor| Version::parse(text).unwrap().at_least(major, minor);
        assert!(at_least("1.27.0-rc0", 1, 27) && at_least("1.100.0", 1, 27) && at_least("2.0.0", 1, 27));
        assert!(!at_least("1.26.4", 1, 27) && !at_least("1.9.6", 1, 27));
        assert_eq!(Version::parse("15.0.0+gitea-1.22.0").unwrap().flavour, Flavour::Forgejo);
    }

    #[test]
    fn only_newer_gitea_names_a_tokens_scopes() {
        for (text, tells) in [
            ("1.22.6", false),
            ("1.23.0", true),
            ("1.23.0+dev-500-gabcdef01", true),
            ("1.27.0-rc0", true),
            ("2.0.0", true),
            ("15.0.0-209-2308e484+gitea-1.22.0", false),
            ("99.0.0+gitea-1.27.0", false),
        ] {
            assert_eq!(Version::parse(text).unwrap().tells_scopes(), tells, "{text}");
        }
    }
}
