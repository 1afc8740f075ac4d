//! What Bitbucket's rows look like. Written by hand after Bitbucket A2, A3 and A4: which fields there are.

use serde_json::{Value, json};

use super::known::{Grant, Repository, Restricted, Restriction, Workspace};
use crate::support::tokens;

/// An id in braces that is always the same for the same label.
pub(super) fn uuid(label: &str) -> String {
    let digits = tokens::letters(&format!("uuid {label}"), 32, b"0123456789abcdef");
    let part = |from: usize, to: usize| &digits[from..to];
    format!("{{{}-{}-{}-{}-{}}}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The last commit of a branch.
pub(super) fn sha(label: &str) -> String {
    tokens::letters(&format!("commit {label}"), 40, b"0123456789abcdef")
}

pub(super) fn user(grant: &Grant, web: &str) -> Value {
    let account = &grant.account;
    json!({
        "type": "user", "uuid": uuid(account), "account_id": account_id(account), "display_name": "Ada Lovelace",
        "nickname": account, "username": account, "account_status": "active", "created_on": "2015-03-02T09:41:17.221376+00:00",
        "has_2fa_enabled": null, "links": {"html": {"href": format!("{web}/{}/", uuid(account))}},
    })
}

fn account_id(account: &str) -> String {
    format!("557058:{}", uuid(&format!("account {account}")).trim_matches(['{', '}']))
}

/// Quoted: Bitbucket A3 has this row, with `links` left out; it has no `name`.
pub(super) fn workspace_access(workspace: &Workspace, administrator: bool, api: &str) -> Value {
    json!({
        "type": "workspace_access", "administrator": administrator,
        "workspace": {
            "type": "workspace_base", "uuid": workspace.uuid, "slug": workspace.slug,
            "links": {"self": {"href": format!("{api}/workspaces/{}", workspace.slug)}},
        },
    })
}

pub(super) fn workspace(workspace: &Workspace, web: &str) -> Value {
    json!({
        "type": "workspace", "uuid": workspace.uuid, "slug": workspace.slug, "name": format!("All of {}", workspace.slug),
        "is_private": true, "created_on": "2018-11-05T10:12:00.000000+00:00",
        "links": {"html": {"href": format!("{web}/{}/", workspace.slug)}},
    })
}

/// `user` stands before the host in the address to clone from.
pub(super) fn repository(repository: &Repository, workspace: &Workspace, user: &str, web: &str) -> Value {
    let full_name = format!("{}/{}", workspace.slug, repository.slug);
    let host = web.split_once("://").map_or(web, |(_, host)| host);
    let scheme = web.strip_suffix(host).unwrap_or_default();
    let name = host.split(':').next().unwrap_or(host);
    json!({
        "type": "repository", "uuid": repository.uuid, "full_name": full_name, "slug": repository.slug, "name": repository.name,
        "is_private": repository.is_private, "description": repository.description, "scm": "git", "language": "rust",
        "size": 131_072, "created_on": "2019-04-01T08:00:00.000000+00:00", "updated_on": repository.updated_on,
        "mainbranch": repository.mainbranch.as_ref().map(|name| json!({"type": "branch", "name": name})),
        "parent": null,
        "project": {"type": "project", "key": "PROJ", "name": "The project", "uuid": uuid(&format!("project {}", workspace.slug))},
        "workspace": {"type": "workspace", "slug": workspace.slug, "uuid": workspace.uuid},
        "links": {
            "html": {"href": format!("{web}/{full_name}")},
            "clone": [
                {"name": "https", "href": format!("{scheme}{user}@{host}/{full_name}.git")},
                {"name": "ssh", "href": format!("git@{name}:{full_name}.git")},
            ],
        },
    })
}

/// A branch; it says neither whether it is protected nor whether it is the default one.
pub(super) fn branch(repository: &Repository, name: &str) -> Value {
    let hash = sha(&format!("{} {name}", repository.uuid));
    json!({
        "type": "branch", "name": name,
        "target": {
            "type": "commit", "hash": hash, "date": committed(repository, name), "message": "change\n",
            "author": {"type": "author", "raw": "Ada Lovelace <ada@example.com>"},
        },
        "merge_strategies": ["merge_commit", "squash", "fast_forward"], "default_merge_strategy": "merge_commit",
        "links": {},
    })
}

/// When a branch was committed to: each an hour before the one that stands before it.
pub(super) fn committed(repository: &Repository, name: &str) -> String {
    let place = repository.branches.iter().position(|known| known == name).unwrap_or_default();
    let newest: jiff::Timestamp = "2026-11-18T08:00:00Z".parse().unwrap();
    let moment = newest - jiff::SignedDuration::from_hours(i64::try_from(place).unwrap());
    moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

pub(super) fn restriction(id: usize, restriction: &Restriction) -> Value {
    let mut body = json!({
        "type": "branchrestriction", "id": id, "kind": restriction.kind, "users": [], "groups": [], "value": null, "links": {},
    });
    match &restriction.branches {
        Restricted::Glob(pattern) => {
            body["branch_match_kind"] = json!("glob");
            body["pattern"] = json!(pattern);
        }
        Restricted::Model(branch_type) => {
            body["branch_match_kind"] = json!("branching_model");
            body["pattern"] = json!("");
            body["branch_type"] = json!(branch_type);
        }
    }
    body
}

/// Of the fields only `development.branch.name` and `production` are known (Bitbucket A4): there is no production here.
pub(super) fn branching_model(repository: &Repository) -> Value {
    let main = repository.mainbranch.as_ref();
    json!({
        "type": "branching_model",
        "development": {
            "name": main, "use_mainbranch": true, "branch": main.map(|name| json!({"type": "branch", "name": name})),
        },
        "branch_types": [{"kind": "feature", "prefix": "feature/"}, {"kind": "release", "prefix": "release/"}],
        "links": {},
    })
}
