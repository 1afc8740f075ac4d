//! What git is told inside a program that was given one token: a helper for that one origin, and no other helper at all.

use super::helper;
use super::settings::{appended, without_headers};
use crate::model::HostUrl;

/// A helper that answers for one origin from a variable of the program it runs in.
#[derive(Debug)]
pub(crate) struct Child<'a> {
    /// This program's own path.
    pub(crate) program: &'a str,
    /// The one origin, with its path root.
    pub(crate) origin: &'a HostUrl,
    /// The variable that holds the token.
    pub(crate) variable: &'a str,
    /// The user name that git sends with it.
    pub(crate) username: &'a str,
}

impl Child<'_> {
    /// The variables that tell git so, behind the settings that the environment holds already. `set` gives the value of a variable in it. `None` where the
    /// program lies at a path that no setting can hold.
    pub(crate) fn variables(&self, set: impl Fn(&str) -> Option<String>) -> Option<Vec<(String, String)>> {
        let origin = self.origin.as_str();
        let words = ["credential", "--origin", origin, "--from-env", self.variable, "--username", self.username];
        let command = helper::command(self.program, &words)?;
        let key = |name: &str| format!("credential.{origin}.{name}");
        // Reset for all, then for the origin: before 2.27 git lets a setting for all not undo one for an address.
        let settings = vec![
            ("credential.helper".to_owned(), String::new()),
            (key("helper"), String::new()),
            (key("helper"), command),
            (key("useHttpPath"), "true".to_owned()),
            without_headers(self.origin),
        ];
        Some(appended(set, settings))
    }
}

#[cfg(test)]
mod tests {
    use super::Child;
    use crate::model::HostUrl;

    fn told(set: &[(&str, &str)], program: &str) -> Option<Vec<String>> {
        let origin = HostUrl::parse("https://git.acme.com:8443/gitlab").unwrap();
        let child = Child { program, origin: &origin, variable: "GITLAB_TOKEN", username: "oauth2" };
        let value = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Some(child.variables(value)?.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
    }

    #[test]
    fn every_helper_is_reset_and_ours_answers_for_one_origin() {
        assert_eq!(
            told(&[], "/usr/bin/gitconn").unwrap(),
            [
                "GIT_CONFIG_COUNT=5",
                "GIT_CONFIG_KEY_0=credential.helper",
                "GIT_CONFIG_VALUE_0=",
                "GIT_CONFIG_KEY_1=credential.https://git.acme.com:8443/gitlab.helper",
                "GIT_CONFIG_VALUE_1=",
                "GIT_CONFIG_KEY_2=credential.https://git.acme.com:8443/gitlab.helper",
                "GIT_CONFIG_VALUE_2=!/usr/bin/gitconn credential --origin https://git.acme.com:8443/gitlab \
                 --from-env GITLAB_TOKEN --username oauth2",
                "GIT_CONFIG_KEY_3=credential.https://git.acme.com:8443/gitlab.useHttpPath",
                "GIT_CONFIG_VALUE_3=true",
                "GIT_CONFIG_KEY_4=http.https://git.acme.com:8443/gitlab/.extraHeader",
                "GIT_CONFIG_VALUE_4=",
            ]
        );
        assert_eq!(told(&[], "/a\nb"), None);
    }

    #[test]
    fn settings_that_are_there_stay_and_ours_come_last() {
        let told = told(&[("GIT_CONFIG_COUNT", "2"), ("GIT_CONFIG_KEY_0", "core.pager")], "/g").unwrap();
        assert_eq!(told[0], "GIT_CONFIG_COUNT=7");
        assert!(told[1..].iter().all(|line| !line.contains("_0=") && !line.contains("_1=")), "{told:?}");
        assert!(told.contains(&"GIT_CONFIG_KEY_2=credential.helper".to_owned()), "{told:?}");
    }
}
