//! Settings that git finds in its environment, and in no file.

use crate::model::HostUrl;

/// The variable in which git is told how many there are (git-config(1), "Environment").
const COUNT: &str = "GIT_CONFIG_COUNT";

/// The setting that forgets the headers which go to a host with every request: what `actions/checkout` leaves there for its own token would be sent
/// beside ours, and a host that gets two refuses both (git-config(1), `http.extraHeader`: "an empty value will reset").
pub(super) fn without_headers(host: &HostUrl) -> (String, String) {
    (format!("http.{}/.extraHeader", host.as_str()), String::new())
}

/// The variables for these settings, behind those that the environment holds already. `set` gives the value of a variable in it.
pub(super) fn appended(set: impl Fn(&str) -> Option<String>, settings: Vec<(String, String)>) -> Vec<(String, String)> {
    if settings.is_empty() {
        return Vec::new();
    }
    // git itself stops at a count that is none.
    let before: usize = set(COUNT).and_then(|count| count.parse().ok()).unwrap_or(0);
    let mut variables = vec![(COUNT.to_owned(), (before + settings.len()).to_string())];
    for (at, (key, value)) in settings.into_iter().enumerate() {
        let at = before + at;
        variables.extend([(format!("GIT_CONFIG_KEY_{at}"), key), (format!("GIT_CONFIG_VALUE_{at}"), value)]);
    }
    variables
}
