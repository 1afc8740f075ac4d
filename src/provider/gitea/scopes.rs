//! What the scopes of a token let one do ("Token scopes"): `read:` and `write:` of categories, where writing implies reading.

use super::super::{Probe, Warning};
use super::flavour::{Flavour, Version};
use crate::model::Verdict;

/// Scopes that reading never needs and whose loss would hurt.
const FAR_WIDER: &[&str] = &["all", "write:admin", "read:admin"];

/// The scope that governs the account itself.
pub(super) const RULES_THE_ACCOUNT: &str = "write:user";

/// Whether a scope is among those granted, or included in one of them.
pub(super) fn covers(granted: &[String], scope: &str) -> bool {
    let written = scope.strip_prefix("read:").map(|category| format!("write:{category}"));
    granted.iter().any(|has| has == scope || Some(has.as_str()) == written.as_deref() || (has == "all" && scope != "public-only"))
}

/// What there is to say about a token that works: scopes missing for reading, scopes far beyond it. That it never expires is said of none: no token
/// of Gitea does.
pub(super) fn warnings(probe: &Probe) -> Vec<Warning> {
    let Some(scopes) = probe.scopes.as_ref().filter(|_| probe.verdict == Verdict::Valid) else { return Vec::new() };
    let mut texts = Vec::new();
    if !covers(scopes, "read:user") {
        texts.push(
            "scope `read:user` is missing: before Gitea 1.27 nobody can tell whose token it is, nor list its repositories"
                .to_owned(),
        );
    }
    if !covers(scopes, "read:repository") {
        texts.push(
            "scope `read:repository` is missing: repositories and branches cannot be listed, and git cannot fetch".to_owned(),
        );
    }
    if scopes.iter().any(|scope| scope == "public-only") {
        texts.push("the token is for what is public only: private repositories stay hidden".to_owned());
    }
    let wide: Vec<String> =
        scopes.iter().filter(|scope| FAR_WIDER.contains(&scope.as_str())).map(|scope| format!("`{scope}`")).collect();
    if !wide.is_empty() {
        texts.push(format!("the token may do far more than reading needs: {}", wide.join(", ")));
    } else if scopes.iter().any(|scope| scope == RULES_THE_ACCOUNT) && !keeps_children_in(probe) {
        texts.push("the token may do far more than reading needs: with `write:user` it can make tokens of any scope".to_owned());
    }
    texts.into_iter().map(|text| Warning { text, hint: None }).collect()
}

/// Whether this server is known to let a token make none that may do more than itself: Gitea since 1.27; Forgejo since 15 lets it make none at all.
fn keeps_children_in(probe: &Probe) -> bool {
    probe.server_version.as_deref().and_then(Version::known).is_some_and(|version| match version.flavour {
        Flavour::Gitea => version.at_least(1, 27),
        Flavour::Forgejo => version.at_least(15, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::{covers, warnings};
    use crate::model::{Expiry, Verdict};
    use crate::provider::Probe;

    fn owned(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(ToString::to_string).collect()
    }

    fn texts(scopes: &[&str], version: Option<&str>) -> Vec<String> {
        let probe = Probe {
            scopes: Some(owned(scopes)),
            expiry: Some(Expiry::Never),
            server_version: version.map(ToOwned::to_owned),
            ..Probe::of(Verdict::Valid, None)
        };
        warnings(&probe).into_iter().map(|warning| warning.text).collect()
    }

    #[test]
    fn writing_implies_reading_and_all_is_all() {
        assert!(covers(&owned(&["write:user"]), "read:user") && covers(&owned(&["all"]), "write:repository"));
        assert!(!covers(&owned(&["read:user"]), "write:user") && !covers(&owned(&["all"]), "public-only"));
        assert!(!covers(&[], "read:user"));
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        for enough in [&["read:user", "read:repository"][..], &["read:user", "write:repository"]] {
            assert!(texts(enough, None).is_empty(), "{enough:?}");
        }
        assert_eq!(texts(&["read:issue"], None).len(), 2);
        assert!(texts(&["write:repository"], None)[0].contains("`read:user` is missing"));
        assert!(texts(&["public-only", "read:user", "read:repository"], None)[0].contains("public only"));
        assert!(texts(&["all"], None)[0].ends_with("`all`"));
        assert!(texts(&["read:user", "read:repository", "write:admin"], None)[0].ends_with("`write:admin`"));
        let refused = Probe { scopes: Some(Vec::new()), ..Probe::of(Verdict::Invalid, None) };
        assert!(warnings(&refused).is_empty() && warnings(&Probe::of(Verdict::Valid, None)).is_empty());
    }

    #[test]
    fn who_may_write_the_account_could_once_make_any_token() {
        let scopes = &["write:user", "read:repository"];
        for version in [None, Some("Gitea 1.26.4"), Some("Forgejo 11.0.1")] {
            assert!(texts(scopes, version)[0].contains("tokens of any scope"), "{version:?}");
        }
        for version in ["Gitea 1.27.0", "Forgejo 15.0.0"] {
            assert!(texts(scopes, Some(version)).is_empty(), "{version}");
        }
    }
}
