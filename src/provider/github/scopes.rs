//! What the scopes of classic and OAuth tokens let one do (GitHub's "Scopes for OAuth apps").

use std::collections::BTreeSet;

use super::super::{Probe, Warning};
use crate::model::{Expiry, Verdict};

/// Each scope with what it includes directly.
const INCLUDES: &[(&str, &[&str])] = &[
    ("repo", &["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"]),
    ("admin:repo_hook", &["write:repo_hook"]),
    ("write:repo_hook", &["read:repo_hook"]),
    ("admin:org", &["write:org"]),
    ("write:org", &["read:org"]),
    ("user", &["read:user", "user:email", "user:follow"]),
    ("admin:public_key", &["write:public_key"]),
    ("write:public_key", &["read:public_key"]),
];

/// Scopes that reading never needs and whose loss would hurt, beside all that begin with `admin:` or `delete`.
const FAR_WIDER: &[&str] =
    &["site_admin", "workflow", "write:org", "write:packages", "codespace", "user", "manage_billing:copilot"];

/// The scopes with all that they include.
pub(super) fn with_implied<S: AsRef<str>>(granted: &[S]) -> BTreeSet<&str> {
    let mut all = BTreeSet::new();
    let mut open: Vec<&str> = granted.iter().map(AsRef::as_ref).collect();
    while let Some(scope) = open.pop() {
        if all.insert(scope) {
            open.extend(INCLUDES.iter().filter(|(wider, _)| *wider == scope).flat_map(|(_, narrower)| narrower.iter()));
        }
    }
    all
}

/// What there is to say about a token that works: scopes missing for reading, scopes far beyond it, no end.
pub(super) fn warnings(probe: &Probe) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |text: String| warnings.push(Warning { text, hint: None });
    if probe.verdict != Verdict::Valid {
        return warnings;
    }
    if let Some(scopes) = &probe.scopes {
        let all = with_implied(scopes);
        if !all.contains("repo") {
            warn("scope `repo` is missing: private repositories stay hidden".to_owned());
        }
        if !all.contains("read:org") {
            warn("scope `read:org` is missing: organisations and their teams stay hidden".to_owned());
        }
        let wide: Vec<String> = scopes.iter().filter(|scope| is_far_wider(scope)).map(|scope| format!("`{scope}`")).collect();
        if !wide.is_empty() {
            warn(format!("the token may do far more than reading needs: {}", wide.join(", ")));
        }
    }
    if probe.expiry == Some(Expiry::Never) {
        warn("the token never expires: who finds it can use it until somebody revokes it".to_owned());
    }
    warnings
}

fn is_far_wider(scope: &str) -> bool {
    scope.starts_with("admin:") || scope.starts_with("delete") || FAR_WIDER.contains(&scope)
}

#[cfg(test)]
mod tests {
    use super::{warnings, with_implied};
    use crate::model::{Expiry, Verdict};
    use crate::provider::Probe;

    fn texts(scopes: Option<&[&str]>, expiry: Expiry) -> Vec<String> {
        let scopes = scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect());
        let probe = Probe { scopes, expiry: Some(expiry), ..Probe::of(Verdict::Valid, None) };
        warnings(&probe).into_iter().map(|warning| warning.text).collect()
    }

    #[test]
    fn wide_scopes_include_narrow_ones() {
        assert!(with_implied(&["admin:org"]).contains("read:org"));
        assert!(with_implied(&["repo"]).contains("public_repo"));
        assert!(!with_implied(&["public_repo"]).contains("repo"));
        assert!(!with_implied(&["repo"]).contains("workflow"));
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        assert!(texts(Some(&["repo", "read:org"]), Expiry::Unknown).is_empty());
        assert!(texts(None, Expiry::Unknown).is_empty());
        let none = texts(Some(&[]), Expiry::Unknown);
        assert_eq!(none.len(), 2);
        assert!(none[0].contains("`repo`") && none[1].contains("`read:org`"));
        let wide = texts(Some(&["repo", "admin:org", "delete_repo", "gist"]), Expiry::Never);
        assert_eq!(wide.len(), 2, "{wide:?}");
        assert!(wide[0].ends_with("`admin:org`, `delete_repo`"), "{wide:?}");
        assert!(wide[1].contains("never expires"));
    }

    #[test]
    fn a_token_that_does_not_work_is_not_lectured() {
        let probe = Probe { scopes: Some(vec![]), ..Probe::of(Verdict::Invalid, None) };
        assert!(warnings(&probe).is_empty());
    }
}
