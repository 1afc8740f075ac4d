//! What the text of a token says about it, without asking anybody (GitLab's "Token overview"). Prefixes are a setting of each
//! instance and may be missing: whatever could be a token of *some* GitLab is taken, with doubts.

use super::super::{Error, Shape, Wants, paste};
use crate::model::{AuthMethod, HostUrl, ProviderId};
use crate::secret::Secret;

/// The usual beginning of personal, project and group tokens.
const PREFIX: &str = "glpat-";
/// Characters of a token of the old, unstructured form after its prefix.
const LEGACY_BODY: usize = 20;
/// Digits of a routable token's checksum.
const CRC_LENGTH: usize = 7;

/// GitLab's own secrets that the API does not take, with why not.
const OTHER_KINDS: &[(&str, &str)] = &[
    ("gloas-", "this is an OAuth application's secret, not a token"),
    ("gldt-", "this is a deploy token: it opens git and registries, not the API"),
    ("glrt-", "this is a runner's token, which the API does not take"),
    ("glrtr-", "this is a runner's token, which the API does not take"),
    ("glcbt-", "this is a CI job token: it dies with its job"),
    ("glptt-", "this is a pipeline trigger token: it starts pipelines and nothing else"),
    ("glft-", "this is a feed token, which the API does not take"),
    ("glimt-", "this is an incoming mail token, which the API does not take"),
    ("glagent-", "this is the token of an agent for Kubernetes, which the API does not take"),
    ("glsoat-", "this is a SCIM token, which the API does not take"),
    ("glffct-", "this is a feature flag client's token, which the API does not take"),
    ("glwt-", "this is a workspace token, which the API does not take"),
    ("GR1348941", "this is a runner's registration token, which the API does not take"),
    ("_gitlab_session=", "this is a session cookie, not a token"),
];

/// Looks at a token's text.
///
/// # Errors
///
/// `Error::Malformed` for keys, quoted texts, GitLab's secrets that the API does not take, and tokens of somebody else.
pub(super) fn shape(token: &Secret, host: &HostUrl) -> Result<Shape, Error> {
    let text = token.expose();
    paste::check(text)?;
    if let Some((_, why)) = OTHER_KINDS.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Err(Error::Malformed { why: (*why).to_owned(), belongs_to: Some(ProviderId::GitLab), if_forced: None });
    }
    paste::refuse_foreign(text, ProviderId::GitLab)?;
    Ok(Shape { method: AuthMethod::Pat, kind: None, doubts: doubt(text, host).into_iter().collect(), wants: Wants::default() })
}

/// What is doubtful about a text that could be a token.
fn doubt(text: &str, host: &HostUrl) -> Option<String> {
    let body =
        text.split_once(PREFIX).filter(|(instance, _)| instance.is_empty() || instance.ends_with('-')).map(|(_, body)| body);
    match body {
        Some(body) if body.contains('.') => (!crc_fits(text)).then(|| "its checksum does not fit: it may be mistyped".to_owned()),
        Some(body) if body.len() != LEGACY_BODY => {
            let usual = text.len() - body.len() + LEGACY_BODY;
            Some(format!("it may be truncated: {usual} characters are usual, this has {}", text.len()))
        }
        None if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Some("it looks like a token of an OAuth login, which is not taken as an access token".to_owned())
        }
        None if text.len() < LEGACY_BODY => {
            Some(format!("it may be truncated: {LEGACY_BODY} characters are the fewest, this has {}", text.len()))
        }
        None if host.domain() == "gitlab.com" => Some(format!("tokens of gitlab.com begin with `{PREFIX}`, this one does not")),
        Some(_) | None => None,
    }
}

/// Whether the last seven digits of a routable token are the CRC32 of all before, in Base36 (GitLab's `RoutableToken` generator).
fn crc_fits(text: &str) -> bool {
    const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let Some((covered, checksum)) = text.len().checked_sub(CRC_LENGTH).and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    let mut rest = crc32fast::hash(covered.as_bytes());
    let mut expected = [b'0'; CRC_LENGTH];
    for place in expected.iter_mut().rev() {
        *place = BASE36.get((rest % 36) as usize).copied().unwrap_or(b'0');
        rest /= 36;
    }
    checksum.as_bytes() == expected
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::model::{AuthMethod, HostUrl, ProviderId};
    use crate::provider::{Error, Shape};
    use crate::secret::Secret;

    fn at(host: &str, front: &str, back: &str) -> Result<Shape, Error> {
        shape(&Secret::from(format!("{front}{back}")), &HostUrl::parse(host).unwrap())
    }

    fn doubts(host: &str, front: &str, back: &str) -> Vec<String> {
        at(host, front, back).unwrap_or_else(|error| panic!("{front}…: {error}")).doubts
    }

    fn why(front: &str, back: &str) -> (String, Option<ProviderId>) {
        match at("gitlab.com", front, back) {
            Err(Error::Malformed { why, belongs_to, if_forced: None }) => (why, belongs_to),
            other => panic!("{front}…: {other:?}"),
        }
    }

    /// The facts' synthetic vectors: version 1, the same with an instance's prefix, version 0.
    const ROUTABLE: [(&str, &str); 3] = [
        ("glp", "at-AAECAwQFBgcICQoLDA0OD2M6MQpvOjEKdToycww.01.131e6f48t"),
        ("acme-glp", "at-AAECAwQFBgcICQoLDA0OD2M6MQpvOjEKdToycww.01.130kd6t9w"),
        ("glp", "at-AAECAwQFBgcICQoLDA0OD286MQp1OjJzCA.0y0k5pvz3"),
    ];

    #[test]
    fn whole_tokens_are_taken_without_doubt() {
        for (front, back) in ROUTABLE {
            assert_eq!(doubts("gitlab.com", front, back), Vec::<String>::new(), "{front}{back}");
        }
        assert_eq!(doubts("gitlab.com", "glp", "at-AAECAwQFBgcICQoLDA0O"), Vec::<String>::new());
        let shape = at("gitlab.com", "glp", "at-AAECAwQFBgcICQoLDA0O").unwrap();
        assert_eq!((shape.method, shape.kind), (AuthMethod::Pat, None));
    }

    #[test]
    fn a_slip_is_doubted_and_never_refused() {
        for (front, back) in ROUTABLE {
            let slip = back.replace("AAEC", "AAED");
            assert_eq!(doubts("gitlab.com", front, &slip), ["its checksum does not fit: it may be mistyped"]);
        }
        assert_eq!(
            doubts("gitlab.com", "glp", "at-AAECAwQFBgcICQoLDA"),
            ["it may be truncated: 26 characters are usual, this has 24"]
        );
        assert_eq!(doubts("git.acme.com", "", "short"), ["it may be truncated: 20 characters are the fewest, this has 5"]);
        assert!(doubts("gitlab.com", "", &"0a".repeat(32))[0].contains("OAuth login"));
    }

    #[test]
    fn an_instance_may_have_its_own_prefix_or_none() {
        assert_eq!(doubts("git.acme.com", "PAT_", "AAECAwQFBgcICQoLDA0O"), Vec::<String>::new());
        assert_eq!(doubts("git.acme.com", "", "AAECAwQFBgcICQoLDA0O"), Vec::<String>::new());
        assert_eq!(
            doubts("gitlab.com", "", "AAECAwQFBgcICQoLDA0O"),
            ["tokens of gitlab.com begin with `glpat-`, this one does not"]
        );
    }

    #[test]
    fn what_the_api_does_not_take_is_named() {
        assert_eq!(why("gld", "t-AAECAwQFBgcICQoLDA0O").0, "this is a deploy token: it opens git and registries, not the API");
        assert!(why("glr", "t-AAECAwQFBgcICQoLDA0O").0.contains("runner"));
        assert!(why("glr", "tr-AAECAwQFBgcICQoLDA0O").0.contains("runner"));
        assert!(why("glp", "tt-AAECAwQFBgcICQoLDA0O").0.contains("trigger"));
        assert!(why("glf", "t-AAECAwQFBgcICQoLDA0O").0.contains("feed"));
        assert!(why("glc", "bt-64_AAECAwQFBgcICQoLDA0O").0.contains("CI job"));
        assert!(why("GR134", "8941AAECAwQFBgcICQoLDA0O").0.contains("registration"));
        assert_eq!(why("gh", "p_AAECAwQFBgcICQoLDA0O"), ("this is a GitHub token".to_owned(), Some(ProviderId::GitHub)));
        assert_eq!(why("github_", "pat_AAECAwQFBgcICQoLDA0O").1, Some(ProviderId::GitHub));
        assert_eq!(why("ATC", "TTAAECAwQFBgcICQoLDA0O").0, "this is a Bitbucket access token");
    }
}
