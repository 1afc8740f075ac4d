//! Which layer may name which: the table of the design's picture, held against the sources. It knows that table and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::source::{Word, files, words};

/// A layer and what it may name. Besides these everything may name `model`, `secret` and `env`, and itself.
const ALLOWED: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("bin", &["cli"]),
    ("cli", &["ops", "config"]),
    ("ops", &["provider", "oauth", "store", "git", "config", "net"]),
    ("provider", &["net"]),
    ("oauth", &["net"]),
    ("store", &[]),
    ("git", &[]),
    ("config", &[]),
    ("net", &[]),
    ("model", &[]),
    ("secret", &[]),
    ("env", &[]),
];

/// What everything may name.
const GROUND: &[&str] = &["model", "secret", "env"];

/// One layer naming another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: String,
    to: String,
    file: String,
}

/// The module that a file is, from the crate's root: `store/key.rs` → `store`, `key`.
fn module(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// Every edge that a source draws: paths that begin with `crate`, `super` or `self`, whether in `use` or in the middle of code.
fn edges(file: &Path, source: &str) -> BTreeSet<Edge> {
    let words = words(source);
    let own = module(file);
    let layer = own.first().cloned().unwrap_or_else(|| "main".to_owned());
    let layers: Vec<&str> = ALLOWED.iter().map(|(layer, _)| *layer).collect();
    let mut found = BTreeSet::new();
    let mut note = |path: &[String]| {
        if let Some(to) = path.first().filter(|to| layers.contains(&to.as_str()) && **to != layer) {
            found.insert(Edge { from: layer.clone(), to: to.clone(), file: file.display().to_string() });
        }
    };
    // Inline modules deepen `super`: each with the depth of braces at which it ends.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < words.len() {
        match &words[at] {
            Word::Sign('{') => depth += 1,
            Word::Sign('}') => {
                depth = depth.saturating_sub(1);
                inline.retain(|(_, opened)| *opened < depth + 1);
            }
            Word::Name(name) if name == "mod" => {
                if let (Some(Word::Name(name)), Some(Word::Sign('{'))) = (words.get(at + 1), words.get(at + 2)) {
                    inline.push((name.clone(), depth + 1));
                }
            }
            Word::Name(name) => {
                let begins = at == 0 || words[at - 1] != Word::Path;
                let here: Vec<String> = own.iter().cloned().chain(inline.iter().map(|(name, _)| name.clone())).collect();
                // The root names its modules without `crate`.
                let from_root = here.is_empty() && layers.contains(&name.as_str()) && words.get(at + 1) == Some(&Word::Path);
                if begins && (matches!(name.as_str(), "crate" | "super" | "self") || from_root) {
                    tree(&words, at, &here, &mut note);
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Follows one path, and every branch of its `{…}`, from the module `here`; tells of each whole path. Gives where it ends.
fn tree(words: &[Word], mut at: usize, here: &[String], note: &mut impl FnMut(&[String])) -> usize {
    let mut path: Vec<String> = here.to_vec();
    loop {
        match words.get(at) {
            Some(Word::Name(name)) => {
                match name.as_str() {
                    "crate" => path.clear(),
                    "super" => drop(path.pop()),
                    "self" => {}
                    _ => path.push(name.clone()),
                }
                at += 1;
            }
            Some(Word::Sign('{')) => {
                at += 1;
                while !matches!(words.get(at), None | Some(Word::Sign('}'))) {
                    at = tree(words, at, &path, note).max(at + 1);
                    if words.get(at) == Some(&Word::Sign(',')) {
                        at += 1;
                    }
                }
                return at + 1;
            }
            _ => break,
        }
        if words.get(at) != Some(&Word::Path) {
            break;
        }
        at += 1;
        if !matches!(words.get(at), Some(Word::Name(_) | Word::Sign('{'))) {
            break;
        }
    }
    note(&path);
    at
}

fn is_allowed(edge: &Edge) -> bool {
    GROUND.contains(&edge.to.as_str()) || ALLOWED.iter().any(|(from, to)| *from == edge.from && to.contains(&edge.to.as_str()))
}

#[test]
fn layers_name_only_what_lies_below_them() {
    let wrong: Vec<Edge> =
        files("src").iter().flat_map(|(file, source)| edges(file, source)).filter(|edge| !is_allowed(edge)).collect();
    assert!(wrong.is_empty(), "not in the design's picture: {wrong:#?}");
}

#[test]
fn every_layer_is_in_the_table() {
    for (file, _) in files("src") {
        let layer = module(&file).first().cloned().unwrap_or_else(|| "main".to_owned());
        assert!(ALLOWED.iter().any(|(known, _)| *known == layer), "`{layer}` is in no picture");
    }
}

#[test]
fn the_programs_are_one_expression_above_the_library() {
    for program in ["src/main.rs", "src/bin/git-credential-gitconn.rs"] {
        let main = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(program)).unwrap();
        let runs = [Word::Name("gitconn".to_owned()), Word::Path, Word::Name("run".to_owned())];
        assert!(words(&main).windows(3).any(|three| three == runs), "{program}");
    }
}

#[test]
fn a_wrong_edge_is_seen_however_it_is_spelt() {
    let to = |file: &str, source: &str| -> Vec<String> {
        edges(Path::new(file), source).into_iter().filter(|edge| !is_allowed(edge)).map(|edge| edge.to).collect()
    };
    assert_eq!(to("net/client.rs", "use crate::store::Store;"), ["store"]);
    assert_eq!(to("net/client.rs", "use crate::{model::HostUrl, store::{self, Db}};"), ["store"]);
    assert_eq!(to("net/client.rs", "fn x() -> super::super::provider::Error { todo!() }"), ["provider"]);
    assert_eq!(to("net/client.rs", "mod tests { use super::super::super::ops; }"), ["ops"]);
    assert_eq!(to("net/client.rs", "mod tests { use super::super::pages; }"), [""; 0]);
    assert_eq!(to("provider/github/mod.rs", "impl From<crate::store::Error> for X {}"), ["store"]);
    assert_eq!(to("cli/list.rs", "use crate::provider::kind; use crate::net::Http;"), ["net", "provider"]);
    assert_eq!(to("store/mod.rs", "use super::config;"), ["config"]);
    assert_eq!(to("lib.rs", "pub use store::Store; pub use cli::run;"), ["store"]);
    assert_eq!(to("secret.rs", "use crate::cli::out;"), ["cli"]);
    // What is allowed, and what is only words.
    assert_eq!(to("ops/connect.rs", "use crate::{provider, net, store, config}; use crate::model::Name;"), [""; 0]);
    assert_eq!(to("net/client.rs", "// use crate::store\nlet x = \"crate::store::Store\"; use super::Answer;"), [""; 0]);
    assert_eq!(to("store/key.rs", "use super::{Error, seal}; use crate::env::Env; use keyring::store::Store;"), [""; 0]);
}
