//! Every call there is, and what comes before each: whose the credential is, how the account stands, and what the call asks for.

use serde_json::json;

use super::credentials::shown;
use super::known::{Flavour, Known};
use super::scopes::Level;
use super::{Answer, Request, State, not_welcome, unknown};

impl State {
    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        // Both headers are from Gitea's source; there is none that names a request.
        self.judged(request).unwrap_or_else(|refusal| refusal).or_headers(vec![
            ("cache-control".to_owned(), "max-age=0, private, must-revalidate, no-transform".to_owned()),
            ("x-frame-options".to_owned(), "SAMEORIGIN".to_owned()),
        ])
    }

    /// A credential that is shown is looked at before anything else, whatever is asked for.
    fn judged(&mut self, request: &Request) -> Result<Answer, Answer> {
        let is_newer = matches!(self.flavour, Flavour::Current | Flavour::New);
        let who = match shown(request) {
            Some(shown) => Some(self.known(&shown).ok_or_else(|| unknown(is_newer, &self.web))?),
            None => None,
        };
        let account = who.as_ref().and_then(|known| self.accounts.get(&known.username));
        if let Some(refusal) = account.and_then(|account| not_welcome(*account, &self.web)) {
            return Err(refusal);
        }
        if who.is_none() && self.settings.require_signin {
            // Quoted: Gitea B4.
            return Err(Answer::json(403, &json!({"message": "Only signed in user is allowed to call APIs."})));
        }
        self.asked(request, who.as_ref())
    }

    fn asked(&mut self, request: &Request, who: Option<&Known>) -> Result<Answer, Answer> {
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), segments.as_slice()) {
            // Quoted: Gitea B1.
            ("GET", ["version"]) => Ok(Answer::json(200, &json!({"version": self.flavour.version()}))),
            // Quoted: Gitea B1 for the first two; the others are written by hand.
            ("GET", ["settings", "api"]) => Ok(Answer::json(
                200,
                &json!({
                    "max_response_items": self.settings.max_response_items,
                    "default_paging_num": self.settings.default_paging_num,
                    "default_git_trees_per_page": 1000, "default_max_blob_size": 10_485_760,
                }),
            )),
            ("GET" | "DELETE", ["token"]) if self.flavour == Flavour::New => self.own_token(request, who),
            ("GET", ["notifications", "new"]) => {
                self.needs(who, Level::Read, "notification")?;
                let known = self.signed_in(who)?;
                // Quoted: Gitea's source.
                if known.scopes.public_only {
                    return Err(self.refuse(403, "this endpoint is not available for public-only tokens"));
                }
                // Written by hand: nothing is new.
                Ok(Answer::json(200, &json!({"new": 0})))
            }
            ("GET", ["user"]) => {
                self.needs(who, Level::Read, "user")?;
                Ok(Answer::json(200, &self.user_body(&self.signed_in(who)?.username)))
            }
            ("GET", ["user", "repos"]) => {
                self.needs(who, Level::Read, "user")?;
                self.user_repositories(request, self.signed_in(who)?)
            }
            (_, ["users", owner, "tokens", rest @ ..]) => self.account_tokens(request, who, owner, rest),
            ("GET", ["repos", "search"]) => {
                self.needs(who, Level::Read, "repository")?;
                self.search(request, who)
            }
            ("GET", ["repos", owner, name, rest @ ..]) => {
                self.needs(who, Level::Read, "repository")?;
                self.below_repository(request, who, (owner, name), rest)
            }
            _ => Err(Self::no_such_call()),
        }
    }
}
