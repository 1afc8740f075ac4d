//! Asking GitLab who we are. Two calls side by side: `/personal_access_tokens/self` knows scopes and expiry and takes a token of any
//! scope, but came with 15.5; `/user` is as old as the API and knows the account, but wants a scope. Of a token of a login only the authorization
//! server's `/oauth/token/info` knows scopes and expiry.

use futures_util::future::join;
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::super::finding::{self, Cause, Finding};
use super::super::{Known, Probe, remote};
use super::refusal::{is_plain_401, refusal};
use super::{Account, api};
use crate::model::{AccountType, AuthMethod, Expiry, HostUrl, Timestamp, TokenKind, Verdict};
use crate::net::{self, Answer, Call};

/// `GET /personal_access_tokens/self`.
#[derive(Debug, Deserialize)]
struct Token {
    #[serde(rename = "id")]
    _id: u64,
    scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "end")]
    expires_at: End,
}

/// `GET /oauth/token/info`.
#[derive(Debug, Deserialize)]
struct Login {
    scope: Option<Vec<String>>,
    /// The same; newer versions send both, older ones the first.
    scopes: Option<Vec<String>>,
    /// Seconds.
    expires_in: Option<i64>,
}

/// When a token ends: a null is something else than a field that is not there.
#[derive(Debug, Default)]
enum End {
    #[default]
    Unsaid,
    Never,
    /// `YYYY-MM-DD`.
    On(String),
    /// So many seconds from now.
    In(i64),
}

fn end<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<End, D::Error> {
    Option::deserialize(deserializer).map(|date| date.map_or(End::Never, End::On))
}

/// `GET /user`.
#[derive(Debug, Deserialize)]
struct User {
    id: u64,
    username: String,
    bot: Option<bool>,
}

/// What one of the two calls brought.
#[derive(Debug)]
enum Brought<T> {
    Good(T),
    /// Says that the credential is dead, or what keeps it from serving.
    Refused(Finding, Option<String>),
    /// 401 without a reason. From `/self` it may only mean a version before 15.5.
    Plain401(Finding, Option<String>),
    /// There is no such call here: an old version, or a wrong address.
    Absent(Finding, Option<String>),
    /// Nothing was learnt.
    Failed(Box<Probe>),
}

impl<T> Brought<T> {
    fn map<U>(self, good: impl FnOnce(T) -> U) -> Brought<U> {
        match self {
            Self::Good(value) => Brought::Good(good(value)),
            Self::Refused(finding, id) => Brought::Refused(finding, id),
            Self::Plain401(finding, id) => Brought::Plain401(finding, id),
            Self::Absent(finding, id) => Brought::Absent(finding, id),
            Self::Failed(failed) => Brought::Failed(failed),
        }
    }
}

/// Asks both, and puts together what they say.
pub(super) async fn probe(account: &Account, known: &Known) -> Probe {
    let (web, now, user) = (&account.web, account.origin.now(), Call::to(["user"]));
    if let Some(login) = &account.login {
        let info = Call::to(["oauth", "token", "info"]);
        let (info, user) = join(login.get(&info), account.origin.get(&user)).await;
        return judge_login(&info, &user, web, known, now);
    }
    let token = Call::to(["personal_access_tokens", "self"]);
    let (token, user) = join(account.origin.get(&token), account.origin.get(&user)).await;
    judge(&token, &user, web, known, now)
}

type Asked = Result<Answer, net::Error>;

fn judge(token: &Asked, user: &Asked, web: &HostUrl, known: &Known, now: Timestamp) -> Probe {
    weigh(brought(token, web), [token, user], user, web, known, now)
}

/// A token of a login. Its 401 never says why, and was a 400 in older versions.
fn judge_login(info: &Asked, user: &Asked, web: &HostUrl, known: &Known, now: Timestamp) -> Probe {
    let brought = match info {
        Ok(answer) if matches!(answer.status, 400 | 401) && !finding::is_page(answer) => {
            Brought::Plain401(Finding::refused(Verdict::Invalid, format!("{web} does not know the token")), None)
        }
        _ => brought(info, web).map(|Login { scope, scopes, expires_in }| Token {
            _id: 0,
            scopes: scope.or(scopes),
            expires_at: expires_in.map_or(End::Unsaid, End::In),
        }),
    };
    let probe = weigh(brought, [info, user], user, web, known, now);
    if probe.verdict == Verdict::Valid {
        return Probe { method: Some(AuthMethod::OAuth), kind: None, ..probe };
    }
    probe
}

/// Puts together what is known of the token and what of the account.
fn weigh(token: Brought<Token>, asked: [&Asked; 2], user: &Asked, web: &HostUrl, known: &Known, now: Timestamp) -> Probe {
    let answers = || asked.into_iter().rev().filter_map(|asked| asked.as_ref().ok());
    let rate_limit = answers().filter_map(api::rate_limit).min_by_key(|limit| limit.remaining);
    let request_id = answers().find_map(Answer::request_id);
    let request_id = request_id.map(remote::name);

    let probe = match (token, brought::<User>(user, web)) {
        // The token is good; but an account that has to accept terms or was blocked serves nobody.
        (Brought::Good(token), Brought::Refused(finding, id)) if finding.cause == Cause::Refused(Verdict::Blocked) => Probe {
            verdict: Verdict::Blocked,
            reason: Some(finding.reason),
            mend_url: finding.mend_url,
            request_id: id,
            ..good(Some(token), None, now)
        },
        (Brought::Good(token), Brought::Good(user)) => good(Some(token), Some(&user), now),
        (Brought::Good(token), _) => good(Some(token), None, now),
        (_, Brought::Good(user)) => good(None, Some(&user), now),
        // A reason beats none; the account's own answer comes first.
        (_, Brought::Refused(finding, id)) | (Brought::Refused(finding, id), _) => refused(finding, id),
        // Nothing may be held against a token while one of the two could not be asked.
        (_, Brought::Failed(failed)) | (Brought::Failed(failed), _) => *failed,
        (_, Brought::Plain401(finding, id)) => {
            refused(finding::expired_or_revoked(web, Some(known), now, "").unwrap_or(finding), id)
        }
        (_, Brought::Absent(finding, id)) => refused(finding, id),
    };
    Probe { rate_limit: probe.rate_limit.or(rate_limit), request_id: probe.request_id.clone().or(request_id), ..probe }
}

fn brought<T: serde::de::DeserializeOwned>(asked: &Asked, web: &HostUrl) -> Brought<T> {
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => return Brought::Failed(Box::new(finding::unanswered(error))),
    };
    if answer.status == 200 {
        let broken = || Finding::unintelligible(finding::not_what_was_asked(answer, "an account")).into_probe(answer);
        return answer.json().map_or_else(|| Brought::Failed(Box::new(broken())), Brought::Good);
    }
    let id = answer.request_id().map(remote::name);
    let finding = refusal(answer, web);
    match finding.cause {
        _ if is_plain_401(answer) => Brought::Plain401(finding, id),
        Cause::Refused(_) => Brought::Refused(finding, id),
        // 15.0 answers 405, some routers 404 in words of their own.
        _ if matches!(answer.status, 404 | 405) => {
            let words = format!("{} gave no usable answer: {}", answer.host, finding.reason);
            Brought::Absent(Finding { reason: words, ..finding }, id)
        }
        _ => Brought::Failed(Box::new(finding.into_probe(answer))),
    }
}

/// What is known of a token that one of the calls, or both, took.
fn good(token: Option<Token>, user: Option<&User>, now: Timestamp) -> Probe {
    let (scopes, end) = token.map_or((None, End::Unsaid), |token| (token.scopes, token.expires_at));
    let granular = scopes.as_ref().is_some_and(|scopes| scopes.iter().any(|scope| scope == "granular"));
    // Only the account's name tells projects and groups from persons.
    let of_person = if granular { TokenKind::FineGrained } else { TokenKind::Personal };
    let kind = match user {
        Some(user) => bot(&user.username).or(Some(of_person)),
        None => granular.then_some(of_person),
    };
    Probe {
        username: user.map(|user| remote::name(&user.username)),
        account_id: user.map(|user| user.id.to_string()),
        account_type: user.map(|user| {
            let machine = user.bot == Some(true) || matches!(kind, Some(TokenKind::Project | TokenKind::Group));
            if machine { AccountType::Bot } else { AccountType::User }
        }),
        method: Some(match kind {
            Some(TokenKind::Project | TokenKind::Group) => AuthMethod::AccessToken,
            _ => AuthMethod::Pat,
        }),
        kind,
        scopes: scopes.map(|scopes| scopes.iter().map(|scope| remote::name(scope)).collect()),
        expiry: Some(match end {
            End::On(date) => end_of(&date).map_or(Expiry::Unknown, Expiry::At),
            End::In(seconds) => now.checked_add(SignedDuration::from_secs(seconds)).map_or(Expiry::Unknown, Expiry::At),
            End::Never => Expiry::Never,
            End::Unsaid => Expiry::Unknown,
        }),
        ..Probe::of(Verdict::Valid, None)
    }
}

fn refused(finding: Finding, request_id: Option<String>) -> Probe {
    Probe { mend_url: finding.mend_url.clone(), request_id, ..Probe::of(finding.verdict(), finding.reason) }
}

/// A token dies at the beginning of its day, UTC.
pub(super) fn end_of(date: &str) -> Option<Timestamp> {
    let date: Date = date.parse().ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// What kind of token acts as this account, if it is a project's or group's.
fn bot(username: &str) -> Option<TokenKind> {
    owner(username).map(|(kind, _)| kind)
}

/// Project and group tokens act as an account of their own: `project_12_bot_0123…`, before 16.0 `project_12_bot2`. Which of the two it is, and the
/// owner's number.
pub(super) fn owner(username: &str) -> Option<(TokenKind, &str)> {
    let (kind, rest) = [(TokenKind::Project, "project_"), (TokenKind::Group, "group_")]
        .into_iter()
        .find_map(|(kind, front)| username.strip_prefix(front).map(|rest| (kind, rest)))?;
    let (id, tail) = rest.split_once("_bot")?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let suffix = match tail.strip_prefix('_') {
        Some(hex) => hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        None => digits(tail),
    };
    (!id.is_empty() && digits(id) && suffix).then_some((kind, id))
}

#[cfg(test)]
mod tests;
