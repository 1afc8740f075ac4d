use super::{Bound, BoundError, Loosely, bind};
use crate::env::Env;
use crate::model::ProviderId;
use crate::ops::Error;

fn said(variable: &str, host: Option<&str>) -> Loosely {
    Loosely { variable: variable.to_owned(), host: host.map(ToOwned::to_owned), ..Loosely::default() }
}

fn bound(variables: &[(&str, &str)], said: &Loosely) -> Result<String, Error> {
    let Bound { provider, host, api, .. } = bind(&Env::from_variables(variables.iter().copied()), said)?;
    Ok(format!("{provider} {host} {api}"))
}

fn refused(variables: &[(&str, &str)], said: &Loosely) -> BoundError {
    match bound(variables, said) {
        Err(Error::Bound(error)) => *error,
        other => panic!("{other:?}"),
    }
}

const ACTIONS: &[(&str, &str)] =
    &[("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_API_URL", "https://api.github.com"), ("GITHUB_ACTIONS", "true")];
const ENTERPRISE: &[(&str, &str)] =
    &[("GITHUB_SERVER_URL", "https://git.acme.com"), ("GITHUB_API_URL", "https://git.acme.com/api/v3")];
const JOB: &[(&str, &str)] =
    &[("CI_SERVER_URL", "https://git.acme.com/gitlab"), ("CI_API_V4_URL", "https://git.acme.com/gitlab/api/v4")];

#[test]
fn a_pipeline_says_whose_its_token_is() {
    for (variables, said, expected) in [
        (ACTIONS, said("GITHUB_TOKEN", None), "github github.com api.github.com"),
        (ENTERPRISE, said("GITHUB_TOKEN", None), "github git.acme.com git.acme.com/api/v3"),
        (ENTERPRISE, said("GH_ENTERPRISE_TOKEN", None), "github git.acme.com git.acme.com/api/v3"),
        (ENTERPRISE, said("GITHUB_TOKEN", Some("git.acme.com")), "github git.acme.com git.acme.com/api/v3"),
        (JOB, said("CI_JOB_TOKEN", None), "gitlab git.acme.com/gitlab git.acme.com/gitlab/api/v4"),
        (JOB, said("GITLAB_TOKEN", None), "gitlab git.acme.com/gitlab git.acme.com/gitlab/api/v4"),
        // Whatever is typed of it, this is github.com, and over TLS.
        (ACTIONS, said("GITHUB_TOKEN", Some("http://github.com:8443")), "github github.com api.github.com"),
        (&[], said("GITHUB_TOKEN", None), "github github.com api.github.com"),
        (&[], said("GITHUB_TOKEN", Some("acme.ghe.com")), "github acme.ghe.com api.acme.ghe.com"),
        (&[], said("GITLAB_TOKEN", None), "gitlab gitlab.com gitlab.com/api/v4"),
        (&[], said("CI_JOB_TOKEN", Some("gitlab.com")), "gitlab gitlab.com gitlab.com/api/v4"),
        (&[], said("BITBUCKET_TOKEN", None), "bitbucket bitbucket.org api.bitbucket.org/2.0"),
        (&[("GITLAB_HOST", "git.acme.com")], said("GITLAB_TOKEN", None), "gitlab git.acme.com git.acme.com/api/v4"),
        (&[("GITEA_SERVER_URL", "https://git.acme.com")], said("GITEA_TOKEN", None), "gitea git.acme.com git.acme.com/api/v1"),
        // A name of one's own is for whatever host is typed.
        (ACTIONS, said("MY_TOKEN", Some("gitlab.com")), "gitlab gitlab.com gitlab.com/api/v4"),
        (&[], said("MY_TOKEN", Some("codeberg.org")), "gitea codeberg.org codeberg.org/api/v1"),
    ] {
        assert_eq!(bound(variables, &said).unwrap(), expected, "{said:?}");
    }
    let forgejo = Loosely { provider: Some(ProviderId::Gitea), ..said("GITHUB_TOKEN", None) };
    assert_eq!(bound(ENTERPRISE, &forgejo).unwrap(), "gitea git.acme.com git.acme.com/api/v1");
}

/// CVE-2024-53858: gh sent `GITHUB_TOKEN` to whatever host a command was about.
#[test]
fn cve_2024_53858_it_goes_to_no_other_host() {
    for (variables, variable, host) in [
        (ACTIONS, "GITHUB_TOKEN", "evil.example"),
        (ACTIONS, "GITHUB_TOKEN", "github.com.evil.example"),
        (ENTERPRISE, "GITHUB_TOKEN", "github.com"),
        (JOB, "CI_JOB_TOKEN", "gitlab.com"),
        (JOB, "CI_JOB_TOKEN", "git.acme.com"),
        (JOB, "GITLAB_TOKEN", "gitlab.com"),
    ] {
        let error = refused(variables, &said(variable, Some(host)));
        assert!(matches!(error, BoundError::OtherHost { .. }), "{variable} {host}: {error:?}");
    }
    for (variable, host) in
        [("GITHUB_TOKEN", "git.acme.com"), ("GH_TOKEN", "github.com.evil.example"), ("GH_ENTERPRISE_TOKEN", "github.com")]
    {
        let error = refused(&[], &said(variable, Some(host)));
        assert!(matches!(error, BoundError::Unsuited { .. }), "{variable} {host}: {error:?}");
    }
    let elsewhere = Loosely { api: Some("https://evil.example/api".to_owned()), ..said("GITHUB_TOKEN", None) };
    assert!(matches!(refused(ACTIONS, &elsewhere), BoundError::OtherHost { .. }));
}

#[test]
fn what_cannot_be_told_is_not_guessed() {
    let two = [("CI_SERVER_URL", "https://git.acme.com"), ("CI_API_V4_URL", "https://gitlab.com/api/v4")];
    assert!(matches!(refused(&two, &said("CI_JOB_TOKEN", None)), BoundError::Contradiction { .. }));
    assert_eq!(
        refused(&[], &said("CI_JOB_TOKEN", None)),
        BoundError::NoHost { variable: "CI_JOB_TOKEN".to_owned(), by: Some("CI_SERVER_URL") }
    );
    assert!(matches!(refused(ACTIONS, &said("MY_TOKEN", None)), BoundError::NoHost { by: None, .. }));
    let other = Loosely { provider: Some(ProviderId::GitLab), ..said("GITHUB_TOKEN", None) };
    assert!(matches!(refused(ACTIONS, &other), BoundError::OtherProvider { .. }));
    assert!(matches!(bound(&[], &said("MY_TOKEN", Some("git.acme.com"))), Err(Error::WhichProvider { .. })));
    let wrong = Loosely { provider: Some(ProviderId::GitLab), ..said("MY_TOKEN", Some("github.com")) };
    assert!(matches!(bound(&[], &wrong), Err(Error::OthersHost { .. })));
}
