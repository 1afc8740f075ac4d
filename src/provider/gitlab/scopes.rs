//! What the scopes of legacy tokens let one do (GitLab's "Personal access token scopes").

use super::super::{Probe, Warning};
use crate::model::{Expiry, Verdict};

/// Scopes that open the API for reading.
const READS_API: &[&str] = &["api", "read_api"];
/// Scopes that let git fetch: `read_api` does too.
const READS_CODE: &[&str] = &["api", "read_api", "read_repository", "write_repository"];
/// Scopes that reading never needs and whose loss would hurt. `api` is not among them: renewing a token by itself takes it.
const FAR_WIDER: &[&str] = &["sudo", "admin_mode", "create_runner", "manage_runner", "k8s_proxy", "write_registry"];

/// Whether a token of these scopes may replace itself: `self_rotate` (17.9) is for that, and of a fine-grained one only the provider knows.
pub(super) fn may_rotate(granted: &[String]) -> bool {
    granted.iter().any(|scope| matches!(scope.as_str(), "api" | "self_rotate" | "granular"))
}

/// What there is to say about a token that works: scopes missing for reading, scopes far beyond it, no end.
pub(super) fn warnings(probe: &Probe) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |text: String| warnings.push(Warning { text, hint: None });
    if probe.verdict != Verdict::Valid {
        return warnings;
    }
    // Of a fine-grained token only the provider knows what it may do: `granular` stands for all of it.
    if let Some(scopes) = probe.scopes.as_ref().filter(|scopes| !scopes.iter().any(|scope| scope == "granular")) {
        let has_any = |wanted: &[&str]| scopes.iter().any(|scope| wanted.contains(&scope.as_str()));
        if !has_any(READS_API) {
            warn("scope `read_api` is missing: repositories and branches cannot be listed".to_owned());
        }
        if !has_any(READS_CODE) {
            warn("scope `read_repository` is missing: git cannot fetch".to_owned());
        }
        let wide: Vec<String> =
            scopes.iter().filter(|scope| FAR_WIDER.contains(&scope.as_str())).map(|scope| format!("`{scope}`")).collect();
        if !wide.is_empty() {
            warn(format!("the token may do far more than reading needs: {}", wide.join(", ")));
        }
    }
    if probe.expiry == Some(Expiry::Never) {
        warn("the token never expires: who finds it can use it until somebody revokes it".to_owned());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::warnings;
    use crate::model::{Expiry, Verdict};
    use crate::provider::Probe;

    fn texts(scopes: &[&str], expiry: Expiry) -> Vec<String> {
        let scopes = Some(scopes.iter().map(ToString::to_string).collect());
        let probe = Probe { scopes, expiry: Some(expiry), ..Probe::of(Verdict::Valid, None) };
        warnings(&probe).into_iter().map(|warning| warning.text).collect()
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        for enough in [&["api"][..], &["read_api"], &["read_api", "read_repository"], &["granular"]] {
            assert!(texts(enough, Expiry::Unknown).is_empty(), "{enough:?}");
        }
        assert!(texts(&["read_repository"], Expiry::Unknown)[0].contains("`read_api` is missing"));
        assert_eq!(texts(&["read_repository"], Expiry::Unknown).len(), 1);
        assert_eq!(texts(&["read_user"], Expiry::Unknown).len(), 2);
        let wide = texts(&["api", "sudo", "admin_mode"], Expiry::Never);
        assert!(wide[0].ends_with("`sudo`, `admin_mode`") && wide[1].contains("never expires"), "{wide:?}");
    }
}
