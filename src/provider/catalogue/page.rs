//! The page `docs/providers.md`: its tables are made from the catalogue, and it says what the code does.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::{Revocation, Rotation, catalogue};
use crate::model::ProviderId;
use crate::provider::testing::connection;
use crate::provider::{RevokeBy, RotateBy, kind};

const BEGIN: &str = "<!-- made from the program: see the end of the page -->\n";
const END: &str = "<!-- end of what is made from the program -->\n";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/providers.md")
}

/// The tables.
fn tables() -> String {
    let mut text = String::from(
        "\n## What to tick\n\n| provider | method | made at | to read | also for webhooks | also for deploy keys | also for commit statuses |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let list = |scopes: &[&str]| match scopes {
        [] => "nothing more".to_owned(),
        [words] if words.starts_with("only ") => (*words).to_owned(),
        _ => scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", "),
    };
    for (provider, method) in catalogue() {
        let place = if method.page.starts_with('/') { format!("`HOST{}`", method.page) } else { format!("<{}>", method.page) };
        let scopes = method.scopes;
        let [reading, hooks, keys, statuses] = [scopes.reading, scopes.hooks, scopes.keys, scopes.statuses].map(list);
        let _ = writeln!(text, "| {provider} | {} | {place} | {reading} | {hooks} | {keys} | {statuses} |", method.name);
    }
    text += "\n## What can be known and done\n\n| provider | method | connect with | a check knows | rotation | revocation | limits |\n\
             |---|---|---|---|---|---|---|\n";
    for (provider, method) in catalogue() {
        let _ = writeln!(
            text,
            "| {provider} | {} | `gitconn {}` | {} | {} | {} | {} |",
            method.name,
            method.command,
            method.knows,
            method.rotation.words(),
            method.revocation.words(),
            method.limits
        );
    }
    text.push('\n');
    text
}

/// The page with other tables.
fn with_tables(page: &str) -> String {
    let (front, rest) = page.split_once(BEGIN).expect("the tables begin");
    let (_, back) = rest.split_once(END).expect("the tables end");
    format!("{front}{BEGIN}{}{END}{back}", tables())
}

/// `cargo test --lib write_the_page_of_providers -- --ignored`
#[test]
#[ignore = "writes docs/providers.md"]
#[expect(clippy::disallowed_methods, reason = "a page of the project, not a store")]
fn write_the_page_of_providers() {
    let text = std::fs::read_to_string(page()).unwrap();
    std::fs::write(page(), with_tables(&text)).unwrap();
}

#[test]
fn the_page_of_providers_is_current() {
    let text = std::fs::read_to_string(page()).unwrap();
    assert!(
        text == with_tables(&text),
        "docs/providers.md is out of date: cargo test --lib write_the_page_of_providers -- --ignored"
    );
}

#[test]
fn every_way_to_connect_is_told_once() {
    let mut names: Vec<(ProviderId, &str)> = catalogue().map(|(provider, method)| (provider, method.name)).collect();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    for provider in ProviderId::ALL {
        assert!(catalogue().any(|(of, _)| of == *provider), "{provider}");
    }
    for (provider, method) in catalogue() {
        assert!(method.command.starts_with(&format!("connect {provider}")), "{}", method.name);
        assert!(!method.scopes.reading.is_empty(), "{}", method.name);
        assert!(method.page.starts_with('/') || method.page.starts_with("https://"), "{}", method.name);
    }
}

#[test]
fn rotation_is_what_the_code_says() {
    for (provider, method) in catalogue() {
        let mut connection = connection(provider, method.auth, method.kind);
        connection.auto_renews = method.rotation == Rotation::Itself;
        let ways = match method.rotation {
            // On servers that have it, for a token that may.
            Rotation::ApiOnSome => [None, Some(vec!["all".to_owned()])].map(|scopes| {
                connection.scopes = scopes;
                connection.server_version = Some("Gitea 1.27.0".to_owned());
                kind(provider).rotate_by(&connection)
            }),
            _ => [kind(provider).rotate_by(&connection), kind(provider).rotate_by(&connection)],
        };
        let fits = match method.rotation {
            Rotation::Itself => matches!(ways[0], RotateBy::Itself),
            Rotation::ApiAtOnce => matches!(ways[0], RotateBy::ApiAtOnce),
            Rotation::ByHand => matches!(ways[0], RotateBy::Page(_)),
            Rotation::ApiOnSome => matches!(ways, [RotateBy::Page(_), RotateBy::Api]),
        };
        assert!(fits, "{provider}, {}: {ways:?}", method.name);
    }
}

#[test]
fn revocation_is_what_the_code_says() {
    for (provider, method) in catalogue() {
        let mut connection = connection(provider, method.auth, method.kind);
        // The provider's own host and a new server, then one of somebody's own that lets persons alone.
        connection.server_version = Some("Gitea 1.27.0".to_owned());
        let first = kind(provider).revoke_by(&connection);
        connection.host = crate::model::HostUrl::parse("git.acme.com").unwrap();
        connection.server_version = Some("Forgejo 15.0.0".to_owned());
        let second = kind(provider).revoke_by(&connection);
        let fits = match method.revocation {
            Revocation::Api(_) => (&first, &second) == (&RevokeBy::Api, &RevokeBy::Api),
            Revocation::ApiOnSome(_) => first == RevokeBy::Api && second != RevokeBy::Api,
            Revocation::ByHand(_) => first != RevokeBy::Api && second != RevokeBy::Api,
        };
        assert!(fits, "{provider}, {}: {first:?}, {second:?}", method.name);
    }
}

#[test]
fn whoever_makes_a_token_is_told_the_scopes_of_the_page() {
    for provider in ProviderId::ALL {
        let (_, method) = catalogue().find(|(of, _)| of == provider).unwrap();
        let host = kind(*provider).default_host().unwrap_or_else(|| crate::model::HostUrl::parse("git.acme.com").unwrap());
        let made = kind(*provider).token_page(&host, "x");
        let told = format!("{} {}", made.url, made.advice.unwrap_or_default());
        for scope in method.scopes.reading {
            assert!(told.contains(scope), "{provider}: `{scope}` is not in {told}");
        }
    }
}
