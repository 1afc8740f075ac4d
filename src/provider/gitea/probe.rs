//! Asking Gitea who we are. Up to three calls side by side: `/version` tells what the server is, `/user` whose account it is, which takes a scope,
//! and `/token` both that and the scopes, which takes none, but came with 1.27 and knows no token of a login. Where the scopes are still unknown, a
//! call that is likely to be refused is made for the sake of its refusal, unless the version is one whose refusals never name them.

use futures_util::future::{OptionFuture, join3};
use serde::Deserialize;

use super::super::finding::{self, Cause, Finding};
use super::super::{Known, Probe, remote};
use super::refusal::{lack, refusal};
use super::{Account, api, sniff};
use crate::model::{AccountType, AuthMethod, Expiry, HostUrl, Timestamp, TokenKind, Verdict};
use crate::net::{self, Answer, Call};

/// `GET /user`, and the account that `/token` names.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: u64,
    /// Older versions say `username` too; all say this.
    pub(super) login: String,
}

/// `GET /token`.
#[derive(Debug, Deserialize)]
pub(super) struct Token {
    scopes: Option<Vec<String>>,
    pub(super) user: Option<User>,
}

type Asked = Result<Answer, net::Error>;

/// What one of the two calls about the credential brought.
#[derive(Debug)]
enum Brought<T> {
    Good(T),
    /// The token is good, and is not let in here. Its scopes, where they are named.
    Narrow(Option<Vec<String>>),
    /// What keeps the account from serving.
    Refused(Finding, Option<String>),
    /// 401, which never says why.
    Unknown(Finding, Option<String>),
    /// There is no such call here: an old version, or a wrong address.
    Absent(Finding, Option<String>),
    /// Nothing was learnt.
    Failed(Box<Probe>),
}

/// Asks, and puts together what was said.
pub(super) async fn probe(account: &Account, known: &Known) -> Probe {
    let [version, user, token] = ["version", "user", "token"].map(|name| Call::to([name]));
    let token: OptionFuture<_> = (!account.is_login()).then(|| account.origin.get(&token)).into();
    let (version, user, token) = join3(account.origin.get(&version), account.origin.get(&user), token).await;
    let mut probe = judge(&user, token.as_ref(), &account.web, known, account.origin.now());
    let version = version.ok().and_then(|answer| sniff::version(&answer));
    probe.server_version = version.as_ref().map(ToString::to_string);
    if probe.verdict == Verdict::Valid {
        let login = account.is_login();
        probe.method = Some(if login { AuthMethod::OAuth } else { AuthMethod::Pat });
        probe.kind = (!login).then_some(TokenKind::Personal);
        // A token that somebody made has no end at all. That of a login has one, which only its grant knows.
        probe.expiry = Some(if login { Expiry::Unknown } else { Expiry::Never });
        if probe.scopes.is_none() && version.is_none_or(|version| version.tells_scopes()) {
            probe.scopes = by_a_refusal(account).await;
        }
    }
    probe
}

/// The scopes, as the refusal of a call names them that hardly any token for git is let into. `None` where it is let in, or the server names none.
async fn by_a_refusal(account: &Account) -> Option<Vec<String>> {
    let answer = account.origin.get(&Call::to(["notifications", "new"])).await.ok()?;
    lack(&answer)?.granted
}

/// What the two calls say together. `token` is not asked of a login.
fn judge(user: &Asked, token: Option<&Asked>, web: &HostUrl, known: &Known, now: Timestamp) -> Probe {
    let answers = [Some(user), token].into_iter().flatten().filter_map(|asked| asked.as_ref().ok());
    let request_id = answers.into_iter().find_map(Answer::request_id).map(remote::name);
    let token = token.map(|asked| brought::<Token>(asked, web));
    let probe = match (brought::<User>(user, web), token) {
        // An account that has to change its password serves nobody, however good the token is.
        (Brought::Refused(finding, id), _) | (_, Some(Brought::Refused(finding, id))) => refused(finding, id),
        (Brought::Good(user), Some(Brought::Good(token))) => good(Some(&user), token.scopes),
        (Brought::Good(user), Some(Brought::Narrow(scopes))) => good(Some(&user), scopes),
        (Brought::Good(user), _) => good(Some(&user), None),
        (_, Some(Brought::Good(token))) => good(token.user.as_ref(), token.scopes),
        (Brought::Narrow(scopes), _) | (_, Some(Brought::Narrow(scopes))) => good(None, scopes),
        // Nothing may be held against a token while one of the two could not be asked.
        (Brought::Failed(failed), _) | (_, Some(Brought::Failed(failed))) => *failed,
        (Brought::Unknown(finding, id), _) | (_, Some(Brought::Unknown(finding, id))) => {
            refused(finding::expired_or_revoked(web, Some(known), now, "").unwrap_or(finding), id)
        }
        (Brought::Absent(finding, id), _) => refused(finding, id),
    };
    Probe { request_id: probe.request_id.clone().or(request_id), ..probe }
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
    if let Some(lack) = lack(answer) {
        return Brought::Narrow(lack.granted);
    }
    let id = answer.request_id().map(remote::name);
    let finding = refusal(answer, web);
    match finding.cause {
        Cause::Refused(_) if answer.status == 401 => Brought::Unknown(finding, id),
        Cause::Refused(_) => Brought::Refused(finding, id),
        // A call that a version does not know is its router's to refuse, in plain text or as a page.
        _ if matches!(answer.status, 404 | 405) => {
            let words = format!("{} gave no usable answer: {}", answer.host, finding.reason);
            Brought::Absent(Finding { reason: words, ..finding }, id)
        }
        _ => Brought::Failed(Box::new(finding.into_probe(answer))),
    }
}

/// What is known of a token that one of the calls took.
fn good(user: Option<&User>, scopes: Option<Vec<String>>) -> Probe {
    Probe {
        username: user.map(|user| api::name(&user.login)),
        account_id: user.map(|user| user.id.to_string()),
        account_type: user.map(|_| AccountType::User),
        scopes: scopes.map(|scopes| scopes.iter().map(|scope| api::name(scope)).collect()),
        ..Probe::of(Verdict::Valid, None)
    }
}

fn refused(finding: Finding, request_id: Option<String>) -> Probe {
    Probe { mend_url: finding.mend_url.clone(), request_id, ..Probe::of(finding.verdict(), finding.reason) }
}

#[cfg(test)]
mod tests;
