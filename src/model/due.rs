//! What a person has to see to before long: a token that ends, a login that ends, a token without an end that has grown old. `list`, `validate`, the
//! warning of whoever uses one, and `rotate` all ask here.

use std::time::Duration;

use super::{AuthMethod, Connection, Timestamp, plural, relative, shell_word};

/// Why a person has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// The token ends then, or has ended.
    Expires(Timestamp),
    /// It renews itself by a login, which ends then.
    LoginEnds(Timestamp),
    /// No end of it is known, and it has been the same since then.
    TooOld(Timestamp),
}

impl Due {
    /// The word for programs.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Expires(_) => "expires",
            Self::LoginEnds(_) => "login_ends",
            Self::TooOld(_) => "too_old",
        }
    }

    /// The end that it is about; `None` for what has none.
    pub(crate) const fn end(self) -> Option<Timestamp> {
        match self {
            Self::Expires(at) | Self::LoginEnds(at) => Some(at),
            Self::TooOld(_) => None,
        }
    }

    /// What is the matter: `ends in 6 days`, `ended yesterday`, `is 95 days old`.
    pub(crate) fn briefly(self, now: Timestamp) -> String {
        match self {
            Self::Expires(at) | Self::LoginEnds(at) => {
                format!("{} {}", if at <= now { "ended" } else { "ends" }, relative(at, now))
            }
            Self::TooOld(since) => format!("is {} old", age_in_words(since, now)),
        }
    }

    /// The same with of what: ``the token of `work` ends in 6 days``.
    pub(crate) fn in_words(self, connection: &Connection, now: Timestamp) -> String {
        let what = match self {
            Self::LoginEnds(_) => "login",
            Self::TooOld(_) if connection.is_app() => "key",
            Self::Expires(_) | Self::TooOld(_) => "token",
        };
        format!("the {what} of `{}` {}", connection.name, self.briefly(now))
    }

    /// The command that mends it.
    pub(crate) fn remedy(self, connection: &Connection) -> String {
        let name = shell_word(connection.name.as_str());
        match self {
            Self::LoginEnds(_) => format!("gitconn connect --reauth {name}"),
            // What a login brought is renewed by another one.
            Self::Expires(_) if connection.auth_method == AuthMethod::OAuth => format!("gitconn connect --reauth {name}"),
            Self::Expires(_) | Self::TooOld(_) => format!("gitconn rotate {name}"),
        }
    }
}

/// `95 days`.
pub(crate) fn age_in_words(since: Timestamp, now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second() - since.as_second()).unwrap_or_default();
    if seconds < 86_400 { "less than a day".to_owned() } else { plural(seconds / 86_400, "day") }
}

impl Connection {
    /// Whether a person has to act: because it ends `within` that span from now (or has ended), or because it has no end that is known and is
    /// `older_than` that. Without a span nothing of its kind is due. What renews itself is never due, but the login behind it may be. Whether it is
    /// enabled is not looked at.
    pub(crate) fn due(&self, now: Timestamp, within: Option<Duration>, older_than: Option<Duration>) -> Option<Due> {
        let is_near = |end: &Timestamp| within.is_some_and(|span| *end <= later(now, span));
        let by_age = || self.aged_since(now, older_than).map(Due::TooOld);
        if self.is_app() {
            return by_age();
        }
        if self.auto_renews {
            return self.refresh_expires_at.filter(is_near).map(Due::LoginEnds);
        }
        match self.expiry.at() {
            Some(end) => Some(end).filter(is_near).map(Due::Expires),
            None => by_age(),
        }
    }

    /// Since when its token, or of an app its key, has been the same.
    pub(crate) fn same_since(&self) -> Timestamp {
        self.rotated_at.unwrap_or(self.created_at)
    }

    fn aged_since(&self, now: Timestamp, older_than: Option<Duration>) -> Option<Timestamp> {
        let since = self.same_since();
        older_than.filter(|span| later(since, *span) <= now).map(|_| since)
    }
}

/// The moment a span after another, or the end of time.
fn later(from: Timestamp, span: Duration) -> Timestamp {
    from.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ConnectionId, Expiry, HostUrl, Name, ProviderId, Status};

    const DAY: Duration = Duration::from_hours(24);

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + number * 86_400).unwrap()
    }

    /// Made a hundred days ago.
    fn connection() -> Connection {
        Connection {
            id: ConnectionId::random(),
            name: Name::new("my work").unwrap(),
            description: None,
            provider: ProviderId::GitHub,
            host: HostUrl::parse("github.com").unwrap(),
            server_version: None,
            auth_method: AuthMethod::Pat,
            token_kind: None,
            username: None,
            account_id: None,
            account_type: None,
            email: None,
            workspace: None,
            status: Status::Active,
            is_active: true,
            tags: Vec::new(),
            scopes: None,
            expiry: Expiry::Unknown,
            auto_renews: false,
            refresh_expires_at: None,
            fingerprint: String::new(),
            rotated_at: None,
            hook: None,
            no_export: false,
            validated_at: None,
            validation_error: None,
            last_used_at: None,
            created_by: String::new(),
            created_at: day(-100),
            updated_at: day(-1),
        }
    }

    #[test]
    fn what_ends_is_due_before_its_end_and_after_it() {
        let ends = |at| Connection { expiry: Expiry::At(at), ..connection() };
        for (end, days, due) in [(14, 14, true), (15, 14, false), (0, 0, true), (1, 0, false), (-30, 0, true)] {
            let found = ends(day(end)).due(now(), Some(DAY * days), Some(DAY));
            assert_eq!(found, due.then(|| Due::Expires(day(end))), "{end} {days}");
        }
        // Its age says nothing: it has an end.
        assert_eq!(ends(day(300)).due(now(), None, Some(DAY)), None);
        assert_eq!(ends(day(-300)).due(now(), None, Some(DAY)), None);
        assert_eq!(ends(Timestamp::MAX).due(now(), Some(Duration::MAX), None), Some(Due::Expires(Timestamp::MAX)));
    }

    #[test]
    fn what_has_no_end_is_due_by_its_age() {
        for expiry in [Expiry::Never, Expiry::Unknown] {
            let of = |rotated_at| Connection { expiry, rotated_at, ..connection() };
            assert_eq!(of(None).due(now(), Some(Duration::MAX), None), None);
            assert_eq!(of(None).due(now(), None, Some(DAY * 100)), Some(Due::TooOld(day(-100))));
            assert_eq!(of(None).due(now(), None, Some(DAY * 101)), None);
            assert_eq!(of(Some(day(-50))).due(now(), Some(DAY), Some(DAY * 100)), None);
            assert_eq!(of(Some(day(-50))).due(now(), Some(DAY), Some(DAY * 50)), Some(Due::TooOld(day(-50))));
            assert_eq!(of(None).due(now(), None, Some(Duration::MAX)), None);
        }
    }

    #[test]
    fn what_renews_itself_is_due_by_its_login_alone() {
        let login = Connection {
            auth_method: AuthMethod::OAuth,
            auto_renews: true,
            expiry: Expiry::At(day(-1)),
            refresh_expires_at: Some(day(6)),
            ..connection()
        };
        assert_eq!(login.due(now(), Some(DAY * 7), Some(DAY)), Some(Due::LoginEnds(day(6))));
        assert_eq!(login.due(now(), Some(DAY * 5), Some(DAY)), None);
        assert_eq!(Connection { refresh_expires_at: None, ..login }.due(now(), Some(Duration::MAX), Some(DAY)), None);
    }

    #[test]
    fn the_key_of_an_app_has_no_end_but_an_age() {
        let app = Connection { auth_method: AuthMethod::GithubApp, auto_renews: true, expiry: Expiry::Never, ..connection() };
        assert_eq!(app.due(now(), Some(Duration::MAX), None), None);
        assert_eq!(app.due(now(), None, Some(DAY * 90)), Some(Due::TooOld(day(-100))));
        assert_eq!(Connection { rotated_at: Some(day(-3)), ..app }.due(now(), None, Some(DAY * 90)), None);
    }

    #[test]
    fn it_is_said_with_what_mends_it() {
        let token = connection();
        let login = Connection { auth_method: AuthMethod::OAuth, ..connection() };
        let app = Connection { auth_method: AuthMethod::GithubApp, auto_renews: true, ..connection() };
        for (due, connection, words, remedy) in [
            (Due::Expires(day(6)), &token, "the token of `my work` ends in 6 days", "gitconn rotate 'my work'"),
            (Due::Expires(day(-1)), &token, "the token of `my work` ended yesterday", "gitconn rotate 'my work'"),
            (Due::Expires(day(6)), &login, "the token of `my work` ends in 6 days", "gitconn connect --reauth 'my work'"),
            (Due::LoginEnds(day(2)), &login, "the login of `my work` ends in 2 days", "gitconn connect --reauth 'my work'"),
            (Due::TooOld(day(-95)), &token, "the token of `my work` is 95 days old", "gitconn rotate 'my work'"),
            (Due::TooOld(now()), &app, "the key of `my work` is less than a day old", "gitconn rotate 'my work'"),
        ] {
            assert_eq!((due.in_words(connection, now()), due.remedy(connection)), (words.to_owned(), remedy.to_owned()));
        }
    }
}
