//! What a Gitea says, in its own words.
//!
//! *Quoted* without a section is from Gitea's or Forgejo's source (`routers/api/v1`, `services/context`), which the sections sum up.

use serde_json::{Value, json};

use super::known::{Account, Flavour, Known, Repo};
use super::scopes::Level;
use super::{Answer, State};
use crate::support::fake::github;

/// The shape of every refusal: Gitea B7. Whether the text is quoted stands where it is given.
pub(in super::super) fn message(status: u16, text: &str, web: &str) -> Answer {
    Answer::json(status, &json!({"message": text, "url": format!("{web}/api/swagger")}))
}

/// The refusal of a credential that is none. Quoted: Gitea B4, the newer text and that of 1.22.6 and 1.24.7.
pub(in super::super) fn unknown(is_newer: bool, web: &str) -> Answer {
    let text = if is_newer { "invalid username, password or token" } else { "user does not exist [uid: 0, name: ]" };
    message(401, text, web)
}

/// The refusal of an account that may not sign in: without `url`. Quoted: Gitea B4, and for what it leaves out Gitea's source; the two slashes
/// are from there.
pub(in super::super) fn not_welcome(account: Account, web: &str) -> Option<Answer> {
    let text = match account {
        Account::Active => return None,
        Account::NotActivated => "This account is not activated.".to_owned(),
        Account::ProhibitedFromSigningIn => {
            "This account is prohibited from signing in, please contact your site administrator.".to_owned()
        }
        Account::MustChangePassword => {
            format!("You must change your password. Change it at: {web}//user/change_password")
        }
    };
    Some(Answer::json(403, &json!({"message": text})))
}

/// Each name has an id of its own.
pub(super) fn account_id(username: &str) -> u64 {
    username.to_lowercase().bytes().fold(7_u64, |id, byte| (id * 31 + u64::from(byte)) % 1_000_003)
}

impl State {
    pub(super) fn refuse(&self, status: u16, text: &str) -> Answer {
        message(status, text, &self.web)
    }

    /// The fields are quoted: Gitea's source (where nothing is listed it says `null`) and Gitea B7 for Forgejo. So is the message.
    pub(super) fn not_found(&self) -> Answer {
        let errors = if self.flavour == Flavour::Forgejo { json!([]) } else { Value::Null };
        let url = format!("{}/api/swagger", self.web);
        Answer::json(404, &json!({"errors": errors, "message": "The target couldn't be found.", "url": url}))
    }

    /// A path that is no call of this server's. Written by hand after Go's own words for it, which Gitea leaves to it.
    pub(super) fn no_such_call() -> Answer {
        Answer::text(404, "404 page not found\n")
    }

    /// Nobody asks. Quoted: Gitea B4.
    pub(super) fn signed_in<'a>(&self, who: Option<&'a Known>) -> Result<&'a Known, Answer> {
        who.ok_or_else(|| self.refuse(401, "token is required"))
    }

    /// A token needs a scope; who shows none is not asked for it here. Quoted: Gitea B4 for what newer ones say, and Forgejo's source for what
    /// it says itself. That 1.22.6 says the same is written by hand.
    pub(super) fn needs(&self, who: Option<&Known>, level: Level, category: &str) -> Result<(), Answer> {
        let Some(known) = who.filter(|known| !known.scopes.allow(level, category)) else { return Ok(()) };
        let required = level.scope(category);
        let text = "token does not have at least one of required scope(s)";
        Err(if self.settings.names_scopes {
            self.refuse(403, &format!("{text}, required=[{required}], token scope={}", known.scopes))
        } else {
            self.refuse(403, &format!("{text}: [{required}]"))
        })
    }

    /// Written by hand after Gitea B4: the fields.
    pub(super) fn user_body(&self, username: &str) -> Value {
        json!({
            "id": account_id(username), "login": username, "login_name": "", "source_id": 0, "full_name": "Ada Lovelace",
            "email": format!("{username}@noreply.gitea.example"), "avatar_url": format!("{}/avatars/0123", self.web),
            "html_url": format!("{}/{username}", self.web), "language": "en-US", "is_admin": false,
            "last_login": "2026-11-18T08:00:00Z", "created": "2024-02-18T12:34:56Z", "restricted": false, "active": true,
            "prohibit_login": false, "location": "", "website": "", "description": "", "visibility": "public",
            "followers_count": 0, "following_count": 0, "starred_repos_count": 0, "username": username,
        })
    }

    /// Written by hand after Gitea B5: the fields, and some that do not matter.
    pub(super) fn repository_body(&self, repository: &Repo) -> Value {
        let (owner, name) = repository.full_name.split_once('/').unwrap();
        let page = format!("{}/{}", self.web, repository.full_name);
        json!({
            "id": repository.id, "owner": {"id": account_id(owner), "login": owner, "username": owner}, "name": name,
            "full_name": repository.full_name, "description": repository.description, "empty": repository.branches.is_empty(),
            "private": repository.private, "fork": false, "template": false, "parent": null, "mirror": false, "size": 108,
            "language": "", "html_url": page, "url": format!("{}/api/v1/repos/{}", self.web, repository.full_name),
            "ssh_url": format!("git@gitea.example:{}.git", repository.full_name), "clone_url": format!("{page}.git"),
            "default_branch": repository.default_branch, "archived": repository.archived,
            "created_at": "2024-02-18T12:34:56Z", "updated_at": repository.updated_at,
            "permissions": {"admin": true, "push": true, "pull": true}, "has_issues": true, "internal": false,
            "object_format_name": "sha1",
        })
    }

    /// Written by hand after Gitea B6: the fields. Nothing says which branch is the default.
    pub(super) fn branch_body(&self, repository: &Repo, name: &str, protected: bool) -> Value {
        let sha = github::sha(name);
        let person = json!({"name": "Ada Lovelace", "email": "ada@noreply.gitea.example", "username": "ada"});
        json!({
            "name": name,
            "commit": {
                "id": sha, "message": "change\n", "url": format!("{}/{}/commit/{sha}", self.web, repository.full_name),
                "author": person, "committer": person, "verification": null, "timestamp": "2026-11-18T08:00:00Z",
                "added": null, "removed": null, "modified": null,
            },
            "protected": protected, "required_approvals": 0, "enable_status_check": false, "status_check_contexts": [],
            "user_can_push": true, "user_can_merge": true,
            "effective_branch_protection_name": if protected { name } else { "" },
        })
    }
}
