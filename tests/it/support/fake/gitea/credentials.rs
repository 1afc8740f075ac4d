//! Where a credential may stand, and whose it is (Gitea B2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::known::{Flavour, Known};
use super::scopes::Scopes;
use super::{Request, State};
use crate::support::fake::oauth::Standing;

/// A credential as it came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) token: String,
    /// It came in place of a password, whoever's.
    pub(super) basic: bool,
}

/// Reads it; what is of no known form is none.
pub(super) fn shown(request: &Request) -> Option<Shown> {
    let (scheme, rest) = request.header("authorization")?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("token") || scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown { token: rest.to_owned(), basic: false });
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    let token = if matches!(password, "" | "x-oauth-basic") { user } else { password };
    Some(Shown { token: token.to_owned(), basic: true })
}

impl State {
    /// Whose it is. Nobody here has a password.
    pub(super) fn known(&self, shown: &Shown) -> Option<Known> {
        let basic = shown.basic;
        if let Some(held) = self.tokens.iter().find(|held| held.text == shown.token) {
            let (username, scopes) = (held.username.clone(), held.scopes.clone());
            return Some(Known { username, scopes, basic, token: Some(held.id) });
        }
        let found = self.oauth.find(&shown.token).filter(|found| found.standing == Standing::Good)?;
        // Forgejo has no scopes for logins (Gitea B8).
        let asked = if self.flavour == Flavour::Forgejo { Vec::new() } else { found.scopes };
        Some(Known { username: found.account, scopes: Scopes::of_login(&asked), basic, token: None })
    }
}
