//! Tokens that replace themselves, and tokens that the owner of a project or group makes (GitLab §4). A dead token that is presented for rotation ends its whole
//! family, as GitLab's reuse detection does (§4.2).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::known::{Grant, Token};
use super::{State, insufficient_scope, message, revoked};
use crate::support::fake::{Answer, Request};
use crate::support::leaks::Watching;
use crate::support::tokens;

/// What is known of tokens beside what they are good for.
#[derive(Default)]
pub(super) struct Rotation {
    /// Which tokens came out of one another.
    families: HashMap<String, usize>,
    /// The tokens of projects and groups by number: text, place (`projects/12`), name.
    owned: Vec<(u64, String, String, String)>,
    /// Calls that were made with a dead token.
    reused: usize,
    /// Tokens that were made, in order.
    made: Vec<String>,
    /// The first day that is too far off.
    limit: Option<String>,
    watching: Option<Watching>,
}

impl super::GitLab {
    /// Watches for the tokens that it makes.
    pub(crate) fn watched_by(&self, sandbox: &crate::support::Sandbox) {
        self.state.lock().unwrap().rotation.watching = Some(sandbox.watching());
    }

    /// How often a dead token was presented for rotation.
    pub(crate) fn reused(&self) -> usize {
        self.state.lock().unwrap().rotation.reused
    }

    /// The tokens that it has made, in order.
    pub(crate) fn made(&self) -> Vec<String> {
        self.state.lock().unwrap().rotation.made.clone()
    }

    /// Tokens have to end before this day.
    pub(crate) fn tokens_end_before(&self, day: &str) {
        self.state.lock().unwrap().rotation.limit = Some(day.to_owned());
    }

    /// This token is one of a project's or group's (`projects/12`), with a number by which its owner finds it.
    pub(crate) fn owned(&self, token: &str, place: &str) -> u64 {
        let mut state = self.state.lock().unwrap();
        let id = 900 + u64::try_from(state.rotation.owned.len()).unwrap();
        state.rotation.owned.push((id, token.to_owned(), place.to_owned(), "ci".to_owned()));
        id
    }

    /// The names of the living tokens of a project or group.
    pub(crate) fn names_of(&self, place: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let lives = |token: &String| matches!(state.tokens.get(token), Some(Token::Good(_)));
        let of = state.rotation.owned.iter().filter(|(_, token, at, _)| at == place && lives(token));
        of.map(|(.., name)| name.clone()).collect()
    }
}

impl State {
    /// What a token's own call says is its number.
    pub(super) fn number_of(&self, token: &str) -> u64 {
        self.rotation.owned.iter().find(|(_, text, ..)| text == token).map_or(4, |(id, ..)| *id)
    }

    /// A dead token at the call that replaces it: nobody of its family lives on (GitLab §4.2).
    pub(super) fn present_dead(&mut self, token: &str) -> Answer {
        self.rotation.reused += 1;
        if let Some(family) = self.rotation.families.get(token).copied() {
            let kin = self.rotation.families.iter().filter(|(_, of)| **of == family).map(|(token, _)| token.clone());
            for one in kin.collect::<Vec<_>>() {
                self.tokens.insert(one, Token::Revoked);
            }
        }
        revoked()
    }

    /// `POST /personal_access_tokens/self/rotate`: old and new change places in one go.
    pub(super) fn rotate(&mut self, request: &Request, token: &str, grant: &Grant) -> Answer {
        if !grant.scopes.iter().any(|scope| matches!(scope.as_str(), "api" | "self_rotate")) {
            return insufficient_scope("api self_rotate");
        }
        let expires = match self.end(request) {
            Ok(expires) => expires,
            Err(answer) => return answer,
        };
        let new = self.fresh(token);
        self.tokens.insert(token.to_owned(), Token::Revoked);
        self.tokens.insert(new.clone(), Token::Good(Grant { expires: Some(expires.clone()), ..grant.clone() }));
        if let Some(place) = self.rotation.owned.iter().position(|(_, text, ..)| text == token) {
            let (id, _, at, name) = self.rotation.owned[place].clone();
            self.rotation.owned.push((id + 100, new.clone(), at, name));
        }
        // The fields are from GitLab §4.1, their values ours.
        Answer::json(
            200,
            &json!({
                "id": self.number_of(&new), "name": "Test Token", "revoked": false, "created_at": "2026-11-20T12:00:00.000Z",
                "description": "for reading", "scopes": grant.scopes, "user_id": 24, "last_used_at": null, "active": true,
                "expires_at": expires, "token": new,
            }),
        )
    }

    /// The day that is asked for. Without one it would be a week (GitLab §4.2): gitconn always says it.
    fn end(&self, request: &Request) -> Result<String, Answer> {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some(day) = body["expires_at"].as_str() else { panic!("no end was asked for: {request:?}") };
        match &self.rotation.limit {
            // Quoted: GitLab §4.3.
            Some(limit) if day >= limit.as_str() => {
                Err(message(400, &format!("400 Bad request - Expiration date must be before {limit}")))
            }
            _ => Ok(day.to_owned()),
        }
    }

    /// A new token of the family of another.
    fn fresh(&mut self, of: &str) -> String {
        let count = self.rotation.made.len();
        let label = format!("{} made {count}", self.base);
        let new = tokens::gitlab(&label);
        let new = self.rotation.watching.as_ref().map_or(new.clone(), |watching| watching.secret(&new));
        let families = self.rotation.families.len();
        let family = *self.rotation.families.entry(of.to_owned()).or_insert(families);
        self.rotation.families.insert(new.clone(), family);
        self.rotation.made.push(new.clone());
        new
    }

    /// `/projects/:id/access_tokens` and `/groups/:id/access_tokens`, for an owner. The fields are from GitLab §4.5.
    pub(super) fn owned_tokens(&mut self, request: &Request, room: &str, id: &str, rest: &[&str], grant: &Grant) -> Answer {
        if grant.bot {
            // Quoted: GitLab §4.5.
            return message(400, "400 Bad request - User does not have permission to create project access token");
        }
        if !grant.scopes.iter().any(|scope| scope == "api") {
            return insufficient_scope("api");
        }
        let place = format!("{room}/{id}");
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                let rows: Vec<Value> =
                    self.rotation.owned.iter().filter(|(_, _, at, _)| *at == place).map(|row| self.owned_body(row)).collect();
                Answer::json(200, &Value::from(rows))
            }
            ("GET", [number]) => match self.owned_by_number(&place, number) {
                Some(row) => Answer::json(200, &self.owned_body(&row)),
                None => message(404, "404 Not found"),
            },
            ("DELETE", [number]) => match self.owned_by_number(&place, number) {
                Some((_, token, ..)) => {
                    self.tokens.insert(token, Token::Revoked);
                    Answer::empty(204)
                }
                None => message(404, "404 Not found"),
            },
            ("POST", []) => self.make_owned(request, &place, room, id),
            _ => Answer::json(404, &json!({"error": "404 Not Found"})),
        }
    }

    fn make_owned(&mut self, request: &Request, place: &str, room: &str, id: &str) -> Answer {
        let expires = match self.end(request) {
            Ok(expires) => expires,
            Err(answer) => return answer,
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let scopes: Vec<String> =
            body["scopes"].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned()).collect();
        let new = self.fresh(place);
        let number = 1000 + u64::try_from(self.rotation.owned.len()).unwrap();
        let noun = room.trim_end_matches('s');
        let grant =
            Grant { username: format!("{noun}_{id}_bot_{number:032x}"), scopes, expires: Some(expires.clone()), bot: true };
        self.tokens.insert(new.clone(), Token::Good(grant));
        let row = (number, new.clone(), place.to_owned(), body["name"].as_str().unwrap().to_owned());
        self.rotation.owned.push(row.clone());
        let mut shown = self.owned_body(&row);
        shown["token"] = json!(new);
        shown["access_level"] = body["access_level"].clone();
        shown["expires_at"] = json!(expires);
        Answer::json(201, &shown)
    }

    fn owned_by_number(&self, place: &str, number: &str) -> Option<(u64, String, String, String)> {
        self.rotation.owned.iter().find(|(id, _, at, _)| at == place && id.to_string() == number).cloned()
    }

    fn owned_body(&self, (id, token, _, name): &(u64, String, String, String)) -> Value {
        let (scopes, lives) = match self.tokens.get(token) {
            Some(Token::Good(grant)) => (grant.scopes.clone(), true),
            _ => (Vec::new(), false),
        };
        json!({
            "id": id, "name": name, "revoked": !lives, "created_at": "2026-02-20T12:00:00.000Z", "description": "", "scopes": scopes,
            "user_id": 30, "last_used_at": null, "active": lives, "expires_at": "2027-01-01", "access_level": 30,
        })
    }
}
