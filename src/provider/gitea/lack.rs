//! The one place where Gitea tells which scopes a token has: the words of a 403, which differ.
//!
//! Gitea since 1.23 says `…required scope(s), required=[read:user], token scope=read:repository`, before that, and Forgejo to this day,
//! `…required scope(s): [read:user]`: that list is what is *wanted*, and no word is said of what the token has.

/// What stands before the scopes that a token has.
const GRANTED: &str = "token scope";

/// What a token lacks for a call. Whoever is told this has a good token.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lack {
    /// The scopes of which one would do.
    pub(super) required: Vec<String>,
    /// The scopes that the token has, where the server says so.
    pub(super) granted: Option<Vec<String>>,
    /// It is for what is public only, and this is not.
    pub(super) public_only: bool,
}

impl Lack {
    /// Reads the message of a 403. `None` if it is about something else than scopes.
    pub(super) fn of(message: &str) -> Option<Self> {
        let lower = message.to_ascii_lowercase();
        // `token scope is limited to public repos`.
        if lower.contains("scope is limited to public") {
            return Some(Self { public_only: true, ..Self::default() });
        }
        let (front, granted) = match lower.split_once(GRANTED).and_then(|(front, rest)| Some((front, list(rest)?))) {
            Some((front, rest)) => (front, Some(scopes(rest))),
            None => (lower.as_str(), None),
        };
        let names_them = granted.is_some() || front.contains("required scope");
        names_them.then(|| Self { required: scopes(front), granted, public_only: false })
    }

    /// In words, for whoever asked for something else than a check.
    pub(super) fn words(&self) -> String {
        let wanted: Vec<String> = self.required.iter().map(|scope| format!("`{scope}`")).collect();
        match wanted.as_slice() {
            [] if self.public_only => "the token is for what is public only (`public-only`), and this is not".to_owned(),
            [] => "the token lacks the scope for this".to_owned(),
            [one] => format!("the token lacks scope {one}"),
            several => format!("the token lacks the scope for this: any of {} would do", several.join(", ")),
        }
    }
}

/// What follows an `=` or `:`.
fn list(rest: &str) -> Option<&str> {
    rest.trim_start().strip_prefix(['=', ':'])
}

/// The scopes in a text. A word of any other form is none, so that nothing else that a server says is kept.
fn scopes(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !(character.is_ascii_lowercase() || matches!(character, ':' | '-')));
    words.filter(|word| is_scope(word.trim_matches(':'))).map(|word| word.trim_matches(':').to_owned()).collect()
}

fn is_scope(word: &str) -> bool {
    match word.split_once(':') {
        None => matches!(word, "all" | "public-only"),
        Some((level, category)) => matches!(level, "read" | "write") && (1..=32).contains(&category.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::Lack;

    fn of(message: &str) -> (Vec<String>, Option<Vec<String>>) {
        let lack = Lack::of(message).unwrap_or_else(|| panic!("{message}"));
        (lack.required, lack.granted)
    }

    fn owned(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn newer_gitea_says_what_the_token_has() {
        let front = "token does not have at least one of required scope(s), required=[read:user], token scope";
        for (granted, scopes) in [
            ("=read:repository", owned(&["read:repository"])),
            ("=public-only,write:repository,read:user", owned(&["public-only", "write:repository", "read:user"])),
            (": [read:repository, write:issue]", owned(&["read:repository", "write:issue"])),
            (" = all", owned(&["all"])),
            ("=", Vec::new()),
        ] {
            assert_eq!(of(&format!("{front}{granted}")), (owned(&["read:user"]), Some(scopes)), "{granted}");
        }
    }

    #[test]
    fn what_is_wanted_is_not_taken_for_what_is_there() {
        let forgejo = "token does not have at least one of required scope(s): [read:user]";
        assert_eq!(of(forgejo), (owned(&["read:user"]), None));
        let two = "token does not have at least one of required scope(s): [read:organization read:repository]";
        assert_eq!(of(two), (owned(&["read:organization", "read:repository"]), None));
        assert_eq!(of("token does not have at least one of required scope(s)"), (Vec::new(), None));
        let words = Lack::of(two).unwrap().words();
        assert_eq!(words, "the token lacks the scope for this: any of `read:organization`, `read:repository` would do");
    }

    #[test]
    fn a_token_for_public_things_is_good_too() {
        let lack = Lack::of("token scope is limited to public repos").unwrap();
        assert!(lack.public_only && lack.granted.is_none(), "{lack:?}");
        assert!(lack.words().contains("`public-only`"));
    }

    #[test]
    fn nothing_but_scopes_is_kept() {
        let token = "0a".repeat(20);
        let said = format!("required scope(s), required=[read:user {token} read: :all], token scope=read:{token},write:user");
        assert_eq!(of(&said), (owned(&["read:user", "all"]), Some(owned(&["write:user"]))));
        for other in ["This account is not activated.", "user should be the owner of the repo", "", "telescope"] {
            assert_eq!(Lack::of(other), None, "{other}");
        }
    }
}
