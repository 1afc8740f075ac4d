//! Settings that git finds in its environment, and in no file.

/// The variable in which git is told how many there are (git-config(1), "Environment").
const COUNT: &str = "GIT_CONFIG_COUNT";

/// The variables for these settings, behind those that the environment holds already. `set` gives the value of a variable in it.
pub(super) fn appended<const N: usize>(
    set: impl Fn(&str) -> Option<String>,
    settings: [(String, String); N],
) -> Vec<(String, String)> {
    // git itself stops at a count that is none.
    let before: usize = set(COUNT).and_then(|count| count.parse().ok()).unwrap_or(0);
    let mut variables = vec![(COUNT.to_owned(), (before + N).to_string())];
    for (at, (key, value)) in settings.into_iter().enumerate() {
        let at = before + at;
        variables.extend([(format!("GIT_CONFIG_KEY_{at}"), key), (format!("GIT_CONFIG_VALUE_{at}"), value)]);
    }
    variables
}
