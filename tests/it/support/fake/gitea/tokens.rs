//! Tokens that speak of themselves, and the tokens of an account: who may list, make and delete them (Gitea B3).
//!
//! *Quoted* without a section is from Gitea's source (`routers/api/v1/user/app.go`, `routers/api/v1/token`).

use serde_json::{Value, json};

use super::known::{Flavour, Held, Known};
use super::scopes::{Level, Scopes};
use super::{Answer, Request, State, account_id};
use crate::support::fake::pages::Page;
use crate::support::tokens;

/// When every token was made. Ours.
const MADE: &str = "2026-02-18T12:34:56Z";
/// When every token was last used. Ours.
const USED: &str = "2026-11-18T08:00:00Z";
/// Quoted: Gitea B3. What a moment is that nobody filled in.
const NEVER: &str = "0001-01-01T00:00:00Z";

impl State {
    /// `GET` and `DELETE /token`, of 1.27: no scope is needed, but the form of the header is.
    pub(super) fn own_token(&mut self, request: &Request, who: Option<&Known>) -> Result<Answer, Answer> {
        let known = self.signed_in(who)?;
        // The texts are quoted, the statuses too: Gitea B3.
        if known.basic {
            return Err(self.refuse(404, "invalid personal token"));
        }
        let held = known.token.and_then(|id| self.tokens.iter().position(|held| held.id == id));
        let Some(place) = held else { return Err(self.refuse(404, "token not found")) };
        if request.method == "DELETE" {
            self.tokens.remove(place);
            return Ok(Answer::empty(204));
        }
        let held = &self.tokens[place];
        // Quoted: Gitea B3, with this token's values.
        Ok(Answer::json(
            200,
            &json!({
                "id": held.id, "name": held.name, "scopes": held.scopes.names(), "created_at": MADE, "last_used_at": USED,
                "user": {"id": account_id(&held.username), "login": held.username},
            }),
        ))
    }

    /// `/users/{owner}/tokens` and what is below it. The order in which it is refused is from Gitea's source.
    pub(super) fn account_tokens(
        &mut self,
        request: &Request,
        who: Option<&Known>,
        owner: &str,
        rest: &[&str],
    ) -> Result<Answer, Answer> {
        self.needs(who, Level::of(&request.method), "user")?;
        let Some(known) = who.filter(|known| known.username.eq_ignore_ascii_case(owner)) else {
            // Quoted: Gitea B3.
            let text = "doer should be the site admin or be same as the contextUser";
            return Err(if self.has_account(owner) { self.refuse(403, text) } else { self.not_found() });
        };
        // A token in place of the password is as good as the password for a Gitea. Forgejo wants the password itself, but only for what changes
        // something; nobody here has one. Quoted: Gitea B3.
        if self.flavour == Flavour::Forgejo {
            if request.method != "GET" {
                return Err(self.refuse(401, "auth method not allowed"));
            }
        } else if !known.basic {
            return Err(self.refuse(401, "auth required"));
        }
        match (request.method.as_str(), rest) {
            ("GET", []) => Ok(self.list_tokens(request, known)),
            ("POST", []) => self.make_token(request, known),
            ("DELETE", [which]) => self.delete_token(which, known),
            _ => Err(Self::no_such_call()),
        }
    }

    fn own(&self, known: &Known) -> Vec<Held> {
        self.tokens.iter().filter(|held| held.username == known.username).cloned().collect()
    }

    /// It counts its rows, but links to no page.
    fn list_tokens(&self, request: &Request, known: &Known) -> Answer {
        let rows = self.own(known);
        let page = Page::sized(request, rows.len(), &self.sizes());
        let shown: Vec<Value> = page.cut(&rows, false).iter().map(|held| self.token_body(held, "", (MADE, USED))).collect();
        self.counted(Answer::json(200, &Value::from(shown)), &page)
    }

    /// The messages are quoted: Gitea B3, and for what it leaves out Gitea's source.
    fn make_token(&mut self, request: &Request, known: &Known) -> Result<Answer, Answer> {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(self.refuse(422, "[Name]: Required"));
        }
        if self.own(known).iter().any(|held| held.name == name) {
            return Err(self.refuse(400, "access token name has been used already"));
        }
        let asked = body["scopes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let asked: Vec<String> = asked.iter().map(|scope| scope.as_str().unwrap_or_default().to_owned()).collect();
        let mut scopes = Scopes::parse(&asked).map_err(|unknown| {
            self.refuse(400, &format!("invalid access token scope provided: invalid access token scope: {unknown}"))
        })?;
        if scopes.names().is_empty() {
            return Err(self.refuse(400, "access token must have a scope"));
        }
        // Before 1.27 a token may make one that can do more than itself.
        if self.flavour == Flavour::New {
            if !known.scopes.cover(&scopes) {
                let text = "cannot create an access token with a broader scope than the authenticating token";
                return Err(self.refuse(403, text));
            }
            scopes.public_only |= known.scopes.public_only;
        }
        let id = self.fresh_id();
        let text = self.watching.secret(&tokens::gitea(&format!("{} token {id}", self.web)));
        let held = Held { id, text, username: known.username.clone(), name, scopes };
        let answer = Answer::json(201, &self.token_body(&held, &held.text, (NEVER, NEVER)));
        self.tokens.push(held);
        Ok(answer)
    }

    /// By id, or by name where that is no number.
    fn delete_token(&mut self, which: &str, known: &Known) -> Result<Answer, Answer> {
        let own = self.own(known);
        let id = if let Ok(id) = which.parse::<u64>() {
            own.iter().find(|held| held.id == id).map(|held| held.id)
        } else {
            let named: Vec<&Held> = own.iter().filter(|held| held.name == which).collect();
            if named.len() > 1 {
                // Quoted: Gitea B3.
                return Err(self.refuse(422, &format!("multiple matches for token name '{which}'")));
            }
            named.first().map(|held| held.id)
        };
        let id = id.ok_or_else(|| self.not_found())?;
        self.tokens.retain(|held| held.id != id);
        Ok(Answer::empty(204))
    }

    /// The fields are quoted: Gitea B3, by version, and for Forgejo its source.
    fn token_body(&self, held: &Held, secret: &str, (made, used): (&str, &str)) -> Value {
        let mut body = json!({
            "id": held.id, "name": held.name, "sha1": secret, "token_last_eight": &held.text[held.text.len() - 8..],
            "scopes": held.scopes.names(),
        });
        match self.flavour {
            Flavour::Old => {}
            Flavour::Current | Flavour::New => {
                body["created_at"] = json!(made);
                body["last_used_at"] = json!(used);
            }
            Flavour::Forgejo => body["created_at"] = json!(MADE),
        }
        body
    }
}
