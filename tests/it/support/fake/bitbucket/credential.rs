//! Who asks, and the headers that say so.

use super::calls;
use super::known::{Grant, TokenKind, email_of};
use super::{State, refusals};
use crate::support::fake::oauth::Standing;
use crate::support::fake::{Answer, Request};

impl State {
    /// Any answer below `/2.0`.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        // Ours.
        let id = ("x-request-id".to_owned(), "6f1c0b7de2a94c58b3f07a15d9e64b21".to_owned());
        let grant = match self.credential(request) {
            Ok(grant) => grant,
            Err(refusal) => return refusal.or_headers(vec![id]),
        };
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let wants = calls::wants(&segments);
        let is_of_users = segments.first() == Some(&"user") && !grant.kind.is_of_an_account();
        let answer = if calls::is_removed(&segments) {
            refusals::removed()
        } else if request.method != "GET" {
            refusals::no_call()
        } else {
            match wants.filter(|scope| !is_of_users && !scope.is_granted(&grant)).and_then(|scope| scope.name(grant.kind)) {
                Some(required) => refusals::lacks_scope(required, &grant.scopes),
                None => self.call(request, &segments, &grant),
            }
        };
        let mut headers = vec![id];
        headers.extend(self.headers(&grant, wants.and_then(|scope| scope.name(grant.kind))));
        answer.or_headers(headers)
    }

    /// What the credential is good for. An API token is taken with its account's e-mail address alone, everything else as a bearer alone
    /// (Bitbucket A1).
    fn credential(&self, request: &Request) -> Result<Grant, Answer> {
        if let Some((user, token)) = request.basic() {
            let known =
                self.tokens.get(&token).filter(|grant| grant.kind == TokenKind::ApiToken && user == email_of(&grant.account));
            return known.cloned().ok_or_else(refusals::unauthorized);
        }
        let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        // Without any credential a real one shows what is public; gitconn never asks without.
        let token = bearer.ok_or_else(refusals::unauthorized_without_words)?;
        let Some(found) = self.oauth.find(token) else {
            let known = self.tokens.get(token).filter(|grant| grant.kind != TokenKind::ApiToken);
            return known.cloned().ok_or_else(refusals::unauthorized);
        };
        match found.standing {
            Standing::Expired => Err(refusals::login_expired()),
            Standing::Revoked => Err(refusals::unauthorized()),
            Standing::Good => Ok(Grant { kind: TokenKind::Login, scopes: found.scopes, ..Grant::api_token(&found.account) }),
        }
    }

    /// Written by hand after Bitbucket A2 and A6: the names, and who gets them; the values of the limits are ours.
    fn headers(&self, grant: &Grant, accepted: Option<&str>) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        let mut say = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        if self.tells_scopes {
            say("x-oauth-scopes", &grant.scopes.join(", "));
            say("x-accepted-oauth-scopes", accepted.unwrap_or_default());
        }
        if let Some(kind) = grant.kind.credential_type() {
            say("x-credential-type", kind);
        }
        if !grant.kind.is_of_an_account() {
            say("x-ratelimit-limit", "1000");
            say("x-ratelimit-resource", "api");
            say("x-ratelimit-nearlimit", "false");
        }
        headers
    }
}
