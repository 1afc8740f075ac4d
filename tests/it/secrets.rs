//! Who may let a secret out, and what must not be able to show one. And: no test file is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::source::{Word, files, words};

/// The files that may call `Secret::expose`, and what for. A file that no longer does is taken off the list.
const EXPOSES: &[(&str, &str)] = &[
    ("cli/connect.rs", "whether anything was typed"),
    ("cli/exec.rs", "`exec --mask` tells GitHub Actions what to hide in its log"),
    ("cli/login.rs", "the state, for a program that follows the login; it goes through the browser anyway"),
    ("cli/prompt.rs", "whether anything was typed, twice the same, and how long it is"),
    ("cli/rotate/person.rs", "whether anything was typed"),
    ("cli/store/key.rs", "`store key export` prints the key"),
    ("cli/store/qr.rs", "`store key export --qr` draws the key"),
    ("cli/store/printed_key.rs", "a new key that nobody keeps is printed, once"),
    ("cli/token.rs", "`token` prints the token"),
    ("cli/token_input.rs", "whether anything was typed"),
    ("git/credential/mod.rs", "the password, in the answer that git reads"),
    ("net/auth.rs", "the header that carries it"),
    ("net/trust.rs", "a client certificate with its key"),
    ("oauth/callback.rs", "the `state` that came back, compared with the one that was sent"),
    ("oauth/flow.rs", "the client's secret, code and refresh token, into the form that buys tokens"),
    ("ops/exec/mod.rs", "the token, into the mask of what a program writes"),
    ("ops/exec/surroundings.rs", "the token, into the environment of the program that it is for"),
    ("ops/grant.rs", "a pair of tokens as text, for the file that is encrypted when the store cannot be saved"),
    ("ops/import/gather.rs", "what another program wrote into the keyring, without its encoding"),
    ("ops/import/traces.rs", "its bytes, looked for in the files that should not hold it any more"),
    ("ops/login.rs", "a pair and an address that somebody handed over, to be read"),
    ("ops/rotate/hook.rs", "the new token, to the stdin of the command that is told"),
    ("ops/rotate/keep.rs", "a new token as text, for the file that is encrypted when the store cannot be saved"),
    ("ops/apps/create.rs", "the state and the unguessable part of a path, into addresses"),
    ("ops/which.rs", "without the white space around it, and what it is by its beginning"),
    ("provider/bitbucket/shape.rs", "prefix"),
    ("provider/gitea/revoke.rs", "its last eight characters, by which it is found among others"),
    ("provider/gitea/shape.rs", "prefix, length, letters"),
    ("provider/github/app/jwt.rs", "the key signs, and the trial signature is verified"),
    ("provider/github/app/key.rs", "a key from its text"),
    ("provider/github/app/manifest.rs", "the code, into the address of the call that buys the key"),
    ("provider/github/reset.rs", "the body of the call that resets it"),
    ("provider/github/revoke.rs", "the body of GitHub's call that revokes it"),
    ("provider/github/shape.rs", "prefix, length, checksum"),
    ("provider/gitlab/shape.rs", "prefix, length"),
    ("secret.rs", "its fingerprint"),
    ("store/clients.rs", "into the image that is encrypted"),
    ("store/db.rs", "into the image that is encrypted"),
    ("store/key/kernel.rs", "into the kernel's keyring"),
    ("store/key/keyring.rs", "into the desktop's keyring"),
    ("store/key/make.rs", "into a new key file, and read back"),
    ("store/key/mod.rs", "an age identity from its text"),
    ("store/key/next.rs", "into a new key file, and read back"),
    ("store/key/passphrase.rs", "the key under its passphrase"),
    ("store/key/sources.rs", "an age identity from its text"),
    ("store/rescue.rs", "into the file that is encrypted"),
    ("store/secrets.rs", "into the image that is encrypted"),
    ("store/seal.rs", "an age identity from its text"),
];

/// Names that only a secret has: a field so called has the type `Secret`, or its struct does not derive `Debug` or `Serialize`.
const TELLING: &[&str] =
    &["token", "secret", "password", "passphrase", "identity", "private_key", "credential", "body", "headers"];

/// Where a telling name holds no secret, and why.
const HARMLESS: &[(&str, &str, &str)] = &[
    ("cli/connect.rs", "Args.token", "the options that say where the token comes from"),
    ("cli/token.rs", "TokenView.token", "`token --json` prints the token; it lives for that line only"),
    ("cli/rotate/args.rs", "Args.token", "the options that say where the token comes from"),
    ("cli/edit.rs", "Args.token", "the options that say where the token comes from"),
    ("cli/which.rs", "Args.token", "the options that say where the token comes from"),
    ("provider/types.rs", "ClientVariables.secret", "the name of a variable"),
    ("provider/types.rs", "ExecVariables.token", "names of variables"),
    ("model/oauth.rs", "OAuthEndpoints.token", "the path of the call that hands tokens out"),
];

fn name(word: &Word) -> Option<&str> {
    if let Word::Name(name) = word { Some(name) } else { None }
}

/// The source without its `mod tests`: tests make and show secrets of their own.
fn without_tests(source: &str) -> &str {
    source.find("#[cfg(test)]\nmod tests").map_or(source, |at| &source[..at])
}

/// Whether a file holds nothing but tests: `store/tests/…`, `store/key/sources_tests.rs`, `provider/testing.rs`.
fn is_test(file: &Path) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.components().any(|part| part.as_os_str() == "tests") || matches!(&*stem, "tests" | "testing") || stem.ends_with("_tests")
}

/// Whether `.expose()` is called, or mentioned as a function.
fn exposes(source: &str, function: &str) -> bool {
    words(source).windows(2).any(|two| matches!(two[0], Word::Sign('.') | Word::Path) && name(&two[1]) == Some(function))
}

#[test]
fn secrets_are_let_out_where_it_is_known_and_nowhere_else() {
    let calls: BTreeSet<String> = files("src")
        .iter()
        .filter(|(file, source)| !is_test(file) && exposes(without_tests(source), "expose"))
        .map(|(file, _)| file.display().to_string())
        .collect();
    let allowed: BTreeSet<String> = EXPOSES.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(calls, allowed, "left: who does; right: who may");
}

#[test]
fn what_age_wraps_is_unwrapped_in_few_places() {
    let calls: Vec<String> = files("src")
        .iter()
        .filter(|(_, source)| exposes(without_tests(source), "expose_secret"))
        .map(|(file, _)| file.display().to_string())
        .filter(|file| file != "secret.rs" && !file.starts_with("store/"))
        .collect();
    assert!(calls.is_empty(), "{calls:?}");
}

/// Fields with a telling name in types that derive `Debug` or `Serialize`, as `Type.field`.
fn showable(source: &str) -> Vec<String> {
    let words = words(without_tests(source));
    let mut found = Vec::new();
    let mut at = 0;
    let mut derives = false;
    while at < words.len() {
        match name(&words[at]) {
            Some("derive") => {
                let end = words[at..].iter().position(|word| *word == Word::Sign(')')).map_or(words.len(), |length| at + length);
                derives |= words[at..end].iter().any(|word| matches!(name(word), Some("Debug" | "Serialize")));
                at = end;
            }
            Some("struct" | "enum") if derives => {
                let what = words.get(at + 1).and_then(name).unwrap_or_default().to_owned();
                let opens =
                    words[at..].iter().position(|word| matches!(word, Word::Sign('{' | ';' | '('))).map(|length| at + length);
                derives = false;
                let Some(opens) = opens.filter(|opens| words[*opens] == Word::Sign('{')) else {
                    at += 1;
                    continue;
                };
                let mut depth = 0;
                let mut next = opens;
                while next < words.len() {
                    match &words[next] {
                        Word::Sign('{') => depth += 1,
                        Word::Sign('}') => {
                            depth -= 1;
                            if depth == 0 {
                                break;
                            }
                        }
                        Word::Name(field)
                            if words.get(next + 1) == Some(&Word::Sign(':')) && TELLING.contains(&field.as_str()) =>
                        {
                            let end = words[next..]
                                .iter()
                                .position(|word| matches!(word, Word::Sign(',' | '}')))
                                .map_or(words.len(), |length| next + length);
                            if !words[next..end].iter().any(|word| name(word) == Some("Secret")) {
                                found.push(format!("{what}.{field}"));
                            }
                        }
                        _ => {}
                    }
                    next += 1;
                }
                at = next;
            }
            Some("struct" | "enum" | "fn" | "impl") => derives = false,
            _ => {}
        }
        at += 1;
    }
    found
}

#[test]
fn nothing_that_holds_a_secret_can_show_it() {
    for (file, source) in files("src").into_iter().filter(|(file, _)| !is_test(file)) {
        let file = file.display().to_string();
        for field in showable(&source) {
            assert!(
                HARMLESS.iter().any(|(known, harmless, _)| *known == file && *harmless == field),
                "{file}: `{field}` could be shown by a derived Debug or Serialize: make it a `Secret`, or say here why it is harmless"
            );
        }
    }
}

#[test]
fn a_derive_that_shows_a_token_is_seen() {
    assert_eq!(showable("#[derive(Debug, Clone)]\nstruct A { name: String, token: String }"), ["A.token"]);
    assert_eq!(showable("#[derive(Serialize)] enum A { B { password: Option<String> } }"), ["A.password"]);
    assert_eq!(showable("#[derive(Debug)] struct A { token: Option<Secret>, tokens: u32 }"), [""; 0]);
    assert_eq!(showable("#[derive(Clone)] struct A { token: String }\n#[derive(Debug)] struct B;"), [""; 0]);
    assert_eq!(showable("#[derive(Debug)] struct A(String);\nstruct B { token: String }"), [""; 0]);
}

#[test]
fn the_type_of_secrets_shows_nothing() {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/secret.rs")).unwrap();
    let words = words(without_tests(&source));
    for forbidden in ["Serialize", "Display", "PartialEq", "Deref", "AsRef", "Hash"] {
        assert!(!words.iter().any(|word| name(word) == Some(forbidden)), "src/secret.rs names {forbidden}");
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let main = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/main.rs")).unwrap();
    let words = words(&main);
    for (file, _) in files("tests/it") {
        let module = file.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        let declared = words.windows(2).any(|two| name(&two[0]) == Some("mod") && name(&two[1]) == Some(module.as_str()));
        assert!(declared || module == "main", "tests/it/{} is not in main.rs", file.display());
    }
}
