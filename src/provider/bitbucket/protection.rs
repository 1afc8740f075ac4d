//! Which branches are protected, as far as the token may see it: a repository's branch restrictions, for its administrators alone.

use std::cell::Cell;

use serde::Deserialize;

use super::super::Error;
use super::api::{LARGEST_PAGE, PAGING, Rows, Trouble};
use super::{Account, repositories};
use crate::net::{Answer, Call, Flow, Pages, walk};

/// `GET …/branch-restrictions`.
#[derive(Debug, Deserialize)]
struct Restriction {
    id: Option<u64>,
    kind: String,
    branch_match_kind: Option<String>,
    /// Of a glob.
    #[serde(default)]
    pattern: String,
    /// Of the branching model: `production`, `development`, `feature` …
    branch_type: Option<String>,
}

impl Restriction {
    fn key(&self) -> String {
        let what = || format!("{} {} {:?}", self.kind, self.pattern, self.branch_type);
        self.id.map_or_else(what, |id| id.to_string())
    }

    /// Whether it keeps anybody from doing anything: some rules only say what a change does to a pull request.
    fn protects(&self) -> bool {
        !["reset_", "smart_reset_", "allow_"].iter().any(|front| self.kind.starts_with(front))
    }

    fn is_by_model(&self) -> bool {
        self.branch_match_kind.as_deref() == Some("branching_model")
    }
}

/// `GET …/branching-model`.
#[derive(Debug, Default, Deserialize)]
struct Model {
    development: Option<Role>,
    production: Option<Role>,
    #[serde(default)]
    branch_types: Vec<Type>,
}

#[derive(Debug, Deserialize)]
struct Role {
    branch: Option<Named>,
    name: Option<String>,
    #[serde(default)]
    use_mainbranch: bool,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Type {
    kind: String,
    prefix: String,
}

/// What restricts a repository's branches.
#[derive(Debug, Default)]
pub(super) struct Protection {
    restrictions: Vec<Restriction>,
    model: Model,
}

impl Protection {
    /// Whether anything restricts the branch.
    pub(super) fn covers(&self, branch: &str, main: Option<&str>) -> bool {
        self.restrictions.iter().any(|restriction| {
            if restriction.is_by_model() {
                restriction.branch_type.as_deref().is_some_and(|kind| self.model.is_of(kind, branch, main))
            } else {
                fits(restriction.pattern.as_bytes(), branch.as_bytes())
            }
        })
    }
}

impl Model {
    fn is_of(&self, kind: &str, branch: &str, main: Option<&str>) -> bool {
        let is_role = |role: &Option<Role>| {
            role.as_ref().is_some_and(|role| {
                let named = role.branch.as_ref().map(|branch| branch.name.as_str()).or(role.name.as_deref());
                named.or(main.filter(|_| role.use_mainbranch)) == Some(branch)
            })
        };
        match kind {
            "development" => is_role(&self.development),
            "production" => is_role(&self.production),
            _ => self.branch_types.iter().any(|of| of.kind == kind && branch.starts_with(&of.prefix)),
        }
    }
}

/// Whether a pattern stands for a name: `*` for anything, also a `/`.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if *byte == name[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((starred, taken)) = star else { return false };
                star = Some((starred, taken + 1));
                (at, from) = (starred + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// What restricts the branches; `None` where the token may not see it.
///
/// # Errors
///
/// If nobody answered: what is not known because of that is not said to be hidden.
pub(super) async fn of(account: &Account, address: &[String]) -> Result<Option<Protection>, Error> {
    let below = |name: &str| Call::to(address.iter().cloned().chain([name.to_owned()]));
    let hidden = Cell::new(false);
    let read = |answer: &Answer| {
        // Whoever does not administer it is refused so.
        if matches!(answer.status, 401 | 403 | 404) && Trouble::of(answer).is_some() {
            hidden.set(true);
            return Ok(Vec::new());
        }
        repositories::rows::<Rows<Restriction>>(account, answer).map(|rows| rows.values)
    };
    let mut restrictions = Vec::new();
    let pages = Pages { first: 1, per_page: LARGEST_PAGE, only_first: false };
    let call = below("branch-restrictions").paged_by(PAGING);
    walk(&account.origin, &call, pages, read, Restriction::key, |rows| {
        restrictions.extend(rows.into_iter().filter(Restriction::protects));
        Flow::Continue(())
    })
    .await?;
    if hidden.get() {
        return Ok(None);
    }
    let model = if restrictions.iter().any(Restriction::is_by_model) {
        repositories::rows(account, &account.origin.get(&below("branching-model")).await?)?
    } else {
        Model::default()
    };
    Ok(Some(Protection { restrictions, model }))
}

#[cfg(test)]
mod tests {
    use super::{Model, Protection, Restriction, fits};

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, expected) in [
            ("main", "main", true),
            ("main", "mainline", false),
            ("*", "feature/x", true),
            ("release/*", "release/1.2", true),
            ("release/*", "pre-release/1", false),
            ("*/x", "feature/a/x", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("", "main", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn restrictions_are_by_pattern_or_by_the_branching_model() {
        let restrictions: Vec<Restriction> = serde_json::from_str(
            r#"[{"id":1,"kind":"push","branch_match_kind":"glob","pattern":"release/*"},
                {"id":2,"kind":"delete","branch_match_kind":"branching_model","branch_type":"production","pattern":""},
                {"id":3,"kind":"force","branch_match_kind":"branching_model","branch_type":"hotfix","pattern":""},
                {"id":4,"kind":"reset_pullrequest_approvals_on_change","branch_match_kind":"glob","pattern":"*"}]"#,
        )
        .unwrap();
        let model: Model = serde_json::from_str(
            r#"{"development":{"name":"develop","use_mainbranch":false},"production":{"name":null,"use_mainbranch":true},
                "branch_types":[{"kind":"hotfix","prefix":"hotfix/"}]}"#,
        )
        .unwrap();
        let restrictions = restrictions.into_iter().filter(Restriction::protects).collect();
        let protection = Protection { restrictions, model };
        let covered = |name: &str| protection.covers(name, Some("main"));
        assert!(covered("release/1") && covered("main") && covered("hotfix/7"));
        assert!(!covered("develop") && !covered("feature/x"));
    }
}
