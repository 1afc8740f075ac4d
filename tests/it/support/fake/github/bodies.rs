//! What a GitHub says of branches, repositories and accounts.

use serde_json::{Value, json};

use super::{Answer, Grant, Repo, State, message};

impl State {
    /// Where its pages are, without a slash at the end.
    pub(super) fn web(&self) -> &str {
        if self.enterprise { self.origin.trim_end_matches("/api/v3") } else { "https://github.com" }
    }

    /// Written by hand after GitHub §6: `{name, commit{sha,url}, protected}`.
    pub(super) fn branch_body(&self, repository: &Repo, name: &str, protected: bool) -> Value {
        let sha = sha(name);
        json!({
            "name": name,
            "commit": {"sha": sha, "url": format!("{}/repos/{}/commits/{sha}", self.origin, repository.full_name)},
            "protected": protected,
        })
    }

    /// The fields that matter, and some that do not. Written by hand after GitHub §5.3.
    pub(super) fn repository_body(&self, repository: &Repo) -> Value {
        let (owner, name) = repository.full_name.split_once('/').unwrap();
        let web = self.web();
        json!({
            "id": repository.id,
            "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
            "name": name,
            "full_name": repository.full_name,
            "owner": {"login": owner, "id": 1, "type": "User"},
            "private": repository.private,
            "visibility": if repository.private { "private" } else { "public" },
            "html_url": format!("{web}/{}", repository.full_name),
            "description": repository.description,
            "fork": false,
            "url": format!("{}/repos/{}", self.origin, repository.full_name),
            "clone_url": format!("{web}/{}.git", repository.full_name),
            "ssh_url": format!("git@github.com:{}.git", repository.full_name),
            "default_branch": repository.default_branch,
            "archived": repository.archived,
            "disabled": false,
            "size": 108,
            "pushed_at": repository.pushed_at,
            "created_at": "2011-01-26T19:01:12Z",
            "updated_at": repository.pushed_at,
            "permissions": {"admin": true, "maintain": false, "push": true, "triage": true, "pull": true},
        })
    }
}

/// Each name has an id of its own.
pub(super) fn account_id(login: &str) -> u64 {
    login.bytes().fold(583_231_u64, |id, byte| (id * 31 + u64::from(byte)) % 1_000_003)
}

/// A commit's name that is the same for the same branch.
pub(in super::super) fn sha(branch: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, branch.as_bytes());
    hash.as_ref().iter().take(20).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Quoted: GitHub §2.1, for `/user` with its page. For `/user/repos` ("not for installations", §2.1) the page is ours.
pub(super) fn integration(page: &str) -> Answer {
    message(403, "Resource not accessible by integration", page)
}

pub(super) fn user(grant: &Grant) -> Answer {
    if grant.installation {
        return integration("https://docs.github.com/rest/users/users#get-the-authenticated-user");
    }
    // Written by hand after GitHub §2.1.
    Answer::json(
        200,
        &json!({
            "login": grant.login,
            "id": account_id(&grant.login),
            "node_id": "MDQ6VXNlcjU4MzIzMQ==",
            "type": "User",
            "site_admin": false,
            "name": "The Octocat",
            "email": null,
            "html_url": format!("https://github.com/{}", grant.login),
            "two_factor_authentication": true,
        }),
    )
}
