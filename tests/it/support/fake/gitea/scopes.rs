//! The scopes of a token, as Gitea counts them (Gitea B2): two levels of nine categories, and whether only what is public may be seen.

use std::fmt::{Display, Formatter, Result as Written};

/// In the order in which Gitea writes them (its source).
const CATEGORIES: [&str; 9] =
    ["activitypub", "admin", "misc", "notification", "organization", "package", "issue", "repository", "user"];

/// How much of a category: writing includes reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Nothing,
    Read,
    Write,
}

impl Level {
    /// What a call needs: its verb decides.
    pub(super) fn of(method: &str) -> Self {
        if matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") { Self::Write } else { Self::Read }
    }

    /// A scope's name.
    pub(super) fn scope(self, category: &str) -> String {
        format!("{}:{category}", if self == Self::Write { "write" } else { "read" })
    }
}

/// What a token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scopes {
    pub(super) public_only: bool,
    levels: [Level; 9],
}

impl Scopes {
    /// Reads scopes by their names; the first that is none otherwise.
    pub(super) fn parse(names: &[String]) -> Result<Self, String> {
        let mut scopes = Self { public_only: false, levels: [Level::Nothing; 9] };
        for name in names.iter().filter(|name| !name.is_empty()) {
            let (level, category) = name.split_once(':').unwrap_or((name, ""));
            let level = match level {
                "all" if category.is_empty() => {
                    scopes.levels = [Level::Write; 9];
                    continue;
                }
                "public-only" if category.is_empty() => {
                    scopes.public_only = true;
                    continue;
                }
                "read" => Level::Read,
                "write" => Level::Write,
                _ => return Err(name.clone()),
            };
            let place = CATEGORIES.iter().position(|known| *known == category).ok_or_else(|| name.clone())?;
            scopes.levels[place] = scopes.levels[place].max(level);
        }
        Ok(scopes)
    }

    /// What a login's scopes are worth: names that are no scopes count for nothing, and no scopes at all for everything (Gitea B8).
    pub(super) fn of_login(names: &[String]) -> Self {
        let known: Vec<String> = names.iter().filter(|name| Self::parse(std::slice::from_ref(name)).is_ok()).cloned().collect();
        let all = ["all".to_owned()];
        Self::parse(if known.is_empty() { &all } else { &known }).unwrap()
    }

    /// Whether a category is open to this level.
    pub(super) fn allow(&self, level: Level, category: &str) -> bool {
        CATEGORIES.iter().zip(self.levels).any(|(known, own)| *known == category && own >= level)
    }

    /// Whether all of the other ones are among these.
    pub(super) fn cover(&self, other: &Self) -> bool {
        self.levels.iter().zip(other.levels).all(|(own, other)| *own >= other)
    }

    /// The names, nothing twice.
    pub(super) fn names(&self) -> Vec<String> {
        let public = self.public_only.then(|| "public-only".to_owned());
        if self.levels == [Level::Write; 9] {
            return public.into_iter().chain(["all".to_owned()]).collect();
        }
        let open = CATEGORIES.iter().zip(self.levels).filter(|(_, level)| *level > Level::Nothing);
        public.into_iter().chain(open.map(|(category, level)| level.scope(category))).collect()
    }
}

impl Display for Scopes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str(&self.names().join(","))
    }
}
