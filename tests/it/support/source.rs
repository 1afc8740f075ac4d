//! Reads our own sources, for the tests that hold rules about them.

use std::path::{Path, PathBuf};

/// Every Rust file below a folder of the package, with its path from there, in order.
pub(crate) fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// A word, a `::`, or any other single character of a source. Comments and the inside of texts are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    Name(String),
    Path,
    Sign(char),
}

/// Splits a source into words.
pub(crate) fn words(source: &str) -> Vec<Word> {
    let characters: Vec<char> = source.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    let look = |at: usize| characters.get(at).copied();
    while let Some(character) = look(at) {
        match character {
            '/' if look(at + 1) == Some('/') => {
                while look(at).is_some_and(|character| character != '\n') {
                    at += 1;
                }
            }
            '/' if look(at + 1) == Some('*') => {
                at += 2;
                while look(at).is_some() && !(look(at) == Some('*') && look(at + 1) == Some('/')) {
                    at += 1;
                }
                at += 2;
            }
            '"' => at = after_text(&characters, at),
            // A raw text: r"…", r#"…"#.
            'r' | 'b' if is_raw(&characters, at) => at = after_raw(&characters, at),
            // A character ('x', '\n', '\u{1b}') and not a lifetime ('a).
            '\'' if look(at + 1) == Some('\\') || look(at + 2) == Some('\'') => {
                at += if look(at + 1) == Some('\\') { 3 } else { 2 };
                while look(at).is_some_and(|character| character != '\'') {
                    at += 1;
                }
                at += 1;
            }
            ':' if look(at + 1) == Some(':') => {
                words.push(Word::Path);
                at += 2;
            }
            _ if character.is_alphanumeric() || character == '_' => {
                let from = at;
                while look(at).is_some_and(|character| character.is_alphanumeric() || character == '_') {
                    at += 1;
                }
                words.push(Word::Name(characters[from..at].iter().collect()));
            }
            _ => {
                if !character.is_whitespace() {
                    words.push(Word::Sign(character));
                }
                at += 1;
            }
        }
    }
    words
}

fn after_text(characters: &[char], mut at: usize) -> usize {
    at += 1;
    while let Some(character) = characters.get(at) {
        match character {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn is_raw(characters: &[char], at: usize) -> bool {
    if at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_') {
        return false;
    }
    let mut next = at;
    while matches!(characters.get(next), Some('r' | 'b')) {
        next += 1;
    }
    let raw = characters[at..next].contains(&'r');
    while raw && characters.get(next) == Some(&'#') {
        next += 1;
    }
    raw && characters.get(next) == Some(&'"')
}

fn after_raw(characters: &[char], mut at: usize) -> usize {
    while matches!(characters.get(at), Some('r' | 'b')) {
        at += 1;
    }
    let mut fences = 0;
    while characters.get(at) == Some(&'#') {
        fences += 1;
        at += 1;
    }
    at += 1;
    loop {
        match characters.get(at) {
            None => return at,
            Some('"') if characters[at + 1..].iter().take(fences).filter(|sign| **sign == '#').count() == fences => {
                return at + 1 + fences;
            }
            Some(_) => at += 1,
        }
    }
}

#[test]
fn comments_and_texts_are_no_words() {
    let source = "use a::b; // c::d\nlet x = \"e::f \\\" g\"; /* h */ r#\"i \" j\"#; 'k'; '\\''; fn l<'m>() {}";
    let names: Vec<String> =
        words(source).into_iter().filter_map(|word| if let Word::Name(name) = word { Some(name) } else { None }).collect();
    assert_eq!(names, ["use", "a", "b", "let", "x", "fn", "l", "m"]);
}
