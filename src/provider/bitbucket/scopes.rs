//! What the scopes of Bitbucket's tokens let one do (Atlassian: "API token permissions", "OAuth 2.0 scopes"). There are two vocabularies: the
//! granular one of API tokens, in which nothing includes anything else, and the older one of everything else, in which writing includes reading.

use super::super::{Probe, Warning};
use super::methods::{ACCESS_TOKEN, API_TOKEN};
use crate::model::{AuthMethod, Verdict};

/// What the older scopes include.
const INCLUDES: &[(&str, &[&str])] = &[
    ("repository:admin", &[]),
    ("repository:write", &["repository"]),
    ("pullrequest", &["repository"]),
    ("pullrequest:write", &["pullrequest", "repository", "repository:write"]),
    ("project:admin", &[]),
    ("project", &["repository"]),
    ("account:write", &["account"]),
    ("team:write", &["team"]),
];

/// Scopes that reading never needs and whose loss would hurt.
const FAR_WIDER: &[&str] = &[
    "repository:delete",
    "project:admin",
    "account:write",
    "team:write",
    "runner:write",
    "pipeline:variable",
    "delete:repository:bitbucket",
    "admin:project:bitbucket",
    "admin:workspace:bitbucket",
    "write:workspace:bitbucket",
    "write:user:bitbucket",
    "admin:pipeline:bitbucket",
    "write:runner:bitbucket",
];

/// Whether a scope is among those that were granted, or included in one of them.
pub(super) fn includes(granted: &[String], wanted: &str) -> bool {
    granted
        .iter()
        .any(|scope| scope == wanted || INCLUDES.iter().any(|(wider, narrower)| scope == wider && narrower.contains(&wanted)))
}

/// What there is to say about a token that works: scopes missing for reading, scopes far beyond it.
pub(super) fn warnings(probe: &Probe) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Some(scopes) = probe.scopes.as_ref().filter(|_| probe.verdict == Verdict::Valid) else { return warnings };
    let mut warn = |text: String| warnings.push(Warning { text, hint: None });
    let reading = match probe.method {
        Some(AuthMethod::Pat) => API_TOKEN.reading,
        Some(AuthMethod::AccessToken) => ACCESS_TOKEN.reading,
        // Of a login both are needed: it finds its workspaces by the account.
        _ => &["account", "repository"],
    };
    for scope in reading.iter().filter(|scope| !includes(scopes, scope)) {
        warn(format!("scope `{scope}` is missing: {}", consequence(scope)));
    }
    let wide: Vec<String> =
        scopes.iter().filter(|scope| FAR_WIDER.contains(&scope.as_str())).map(|scope| format!("`{scope}`")).collect();
    if !wide.is_empty() {
        warn(format!("the token may do far more than reading needs: {}", wide.join(", ")));
    }
    warnings
}

/// What does not work without a scope.
fn consequence(scope: &str) -> &'static str {
    match scope {
        "read:user:bitbucket" => "whose token it is stays unknown",
        "read:workspace:bitbucket" | "account" => "workspaces cannot be found, so name one (--workspace)",
        _ => "repositories and branches cannot be listed, nor fetched by git",
    }
}

#[cfg(test)]
mod tests {
    use super::{includes, warnings};
    use crate::model::{AuthMethod, Verdict};
    use crate::provider::Probe;

    fn texts(method: AuthMethod, scopes: &[&str]) -> Vec<String> {
        let scopes = Some(scopes.iter().map(ToString::to_string).collect());
        let probe = Probe { scopes, method: Some(method), ..Probe::of(Verdict::Valid, None) };
        warnings(&probe).into_iter().map(|warning| warning.text).collect()
    }

    #[test]
    fn writing_includes_reading_only_in_the_older_words() {
        let granted = |scopes: &[&str]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(includes(&granted(&["repository:write"]), "repository"));
        assert!(includes(&granted(&["pullrequest"]), "repository"));
        assert!(!includes(&granted(&["write:repository:bitbucket"]), "read:repository:bitbucket"));
        assert!(!includes(&granted(&["repository:admin"]), "repository"));
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        let whole = ["read:user:bitbucket", "read:workspace:bitbucket", "read:repository:bitbucket"];
        assert!(texts(AuthMethod::Pat, &whole).is_empty());
        assert!(texts(AuthMethod::AccessToken, &["pullrequest:write"]).is_empty());
        assert!(texts(AuthMethod::OAuth, &["account", "repository:write"]).is_empty());
        let narrow = texts(AuthMethod::Pat, &["read:repository:bitbucket"]);
        assert_eq!(narrow.len(), 2);
        assert!(narrow[1].contains("--workspace"), "{narrow:?}");
        assert!(texts(AuthMethod::AccessToken, &["webhook"])[0].starts_with("scope `repository` is missing"));
        assert!(texts(AuthMethod::AccessToken, &["repository", "repository:delete"])[0].contains("`repository:delete`"));
    }
}
