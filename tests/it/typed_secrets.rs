//! A token that lands where none belongs is refused and never repeated: not on the screen, not in JSON, not in a file.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::support::grammar::{Command, commands};
use crate::support::house::House;
use crate::support::{Ran, Sandbox, tokens};

/// Arguments that fill a command's places so that only the typed secret is wrong, in order of its places.
const PLACES: &[(&str, &[&str])] = &[
    ("connect", &["github", "new", "--offline", "--token-env", "THE_TOKEN"]),
    ("oauth set", &["github.com", "--client-id", "Ov23li01"]),
    ("oauth remove", &["github.com"]),
    ("config get", &["connection"]),
    ("config set", &["connection", "work"]),
    ("config unset", &["connection"]),
    ("completions", &["bash"]),
    ("branches", &["ada/repo-001"]),
    ("store backup", &["b.age"]),
    ("store accept", &["--yes"]),
    ("store restore", &["b.age", "--yes"]),
    ("remove", &["work", "--yes"]),
    ("help", &[]),
    ("man", &[]),
];

/// What is typed for a command when only one place of it is to be wrong.
fn places(command: &Command) -> Vec<String> {
    let line = command.line();
    match PLACES.iter().find(|(known, _)| *known == line) {
        Some((_, places)) => places.iter().map(|place| (*place).to_owned()).collect(),
        None => vec!["work".to_owned(); command.positions().0],
    }
}

/// Every line with `secret` in one place of a command.
fn lines(command: &Command, secret: &str) -> Vec<Vec<String>> {
    let typed = |words: &[String]| [command.path.as_slice(), words].concat();
    if command.has_commands {
        return vec![typed(&[secret.to_owned()])];
    }
    let usual = places(command);
    let (_, known) = command.positions();
    let mut lines = Vec::new();
    for place in 0..known {
        let mut words = usual.clone();
        if place < words.len() && !words[place].starts_with("--") {
            secret.clone_into(&mut words[place]);
        } else {
            words.insert(place.min(words.len()), secret.to_owned());
        }
        lines.push(typed(&words));
    }
    // One more than it knows.
    lines.push(typed(&[usual.as_slice(), &[secret.to_owned()]].concat()));
    // Options of every command are tried with one of them.
    for option in command.options(command.line() == "list") {
        let at = usual.iter().position(|word| *word == option);
        let mut words = usual.clone();
        match at {
            Some(at) => secret.clone_into(&mut words[at + 1]),
            None => words.extend([option.clone(), secret.to_owned()]),
        }
        lines.push(typed(&words));
        let mut words = usual.clone();
        if let Some(at) = at {
            words.drain(at..at + 2);
        }
        words.push(format!("{option}={secret}"));
        lines.push(typed(&words));
    }
    lines.push(typed(&[usual.as_slice(), &[format!("--{secret}")]].concat()));
    lines
}

/// Whether twelve characters of the secret in a row are in a text.
fn repeats(text: &str, secret: &str) -> bool {
    // The prefix says nothing.
    (4..=secret.len() - 12).any(|at| text.contains(&secret[at..at + 12]))
}

/// The files below a folder that hold the secret, in their names or in clear inside; they are taken away, so that each is found once.
fn holding(folder: &Path, secret: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, secret));
        }
        let inside = || std::fs::read(&path).is_ok_and(|bytes| repeats(&String::from_utf8_lossy(&bytes), secret));
        if repeats(&entry.file_name().to_string_lossy(), secret) || path.is_file() && inside() {
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            found.push(path);
        }
    }
    found
}

#[test]
fn no_argument_of_any_command_is_repeated_if_it_is_a_token() {
    let secret = tokens::classic("typed by mistake");
    let kinds = [secret.clone(), format!("my {secret}")];
    let all: Vec<Vec<String>> =
        commands().iter().flat_map(|command| kinds.iter().flat_map(|kind| lines(command, kind)).collect::<Vec<_>>()).collect();
    assert!(all.len() > 200, "{}", all.len());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for share in all.chunks(all.len().div_ceil(4)) {
            let (wrong, secret) = (&wrong, &secret);
            scope.spawn(move || {
                let house = House::new();
                house.github.repositories("ada", 1);
                let stored = house.sandbox.secret(&tokens::classic("stored"));
                for line in share {
                    for more in [&[][..], &["--json"]] {
                        let run = house.sandbox.gitconn(line).args(more).env("THE_TOKEN", &stored).may_show(&house.work);
                        let ran = run.run();
                        let shown = line.join(" ").replace(secret.as_str(), "SECRET");
                        if repeats(&format!("{}\n{}", ran.stdout, ran.stderr), secret) {
                            wrong.lock().unwrap().push(format!("repeated: gitconn {shown} {more:?}"));
                        }
                        if ran.code == 0 {
                            wrong.lock().unwrap().push(format!("taken: gitconn {shown} {more:?}"));
                        }
                        for path in holding(house.sandbox.root(), secret) {
                            let path = path.to_string_lossy().replace(secret.as_str(), "SECRET");
                            wrong.lock().unwrap().push(format!("written: gitconn {shown} {more:?} into {path}"));
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len() * 2, wrong.join("\n"));
}

#[test]
fn a_token_in_every_other_place_is_not_repeated_either() {
    let (sandbox, secret) = (Sandbox::new(), tokens::gitlab("typed by mistake"));
    let check = |ran: Ran| {
        assert_ne!(ran.code, 0, "taken");
        assert!(!repeats(&format!("{}\n{}", ran.stdout, ran.stderr), &secret), "repeated, code {}", ran.code);
    };
    for name in ["GITCONN_STORE", "GITCONN_CONNECTION", "GITCONN_KEY", "GITCONN_KEY_FILE", "GITCONN_CONFIG"] {
        check(sandbox.gitconn(["branches", "a/b"]).env(name, &secret).run());
    }
    sandbox.write("config/gitconn/config.toml", &format!("max_wait = \"{secret}\"\n"));
    check(sandbox.gitconn(["list"]).run());
}

#[test]
fn the_password_in_a_checkouts_origin_is_never_shown() {
    let house = House::new();
    let password = house.sandbox.secret(&["s3krit", "-of-the-origin-0815"].concat());
    let folder = house.sandbox.path("site");
    std::fs::create_dir_all(folder.join(".git")).unwrap();
    let config = folder.join(".git/config");
    std::fs::write(folder.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    // It holds the password by design.
    house.sandbox.key_file(&config);
    let known = house.github.origin().replace("http://", "");
    for origin in [
        format!("https://x:{password}@git.nowhere.example/a/b"),
        format!("https://x:{password}@git.nowhere.example/a/b.git"),
        format!("https://{password}@git.nowhere.example/a/b"),
        format!("ftp://x:{password}@git.nowhere.example/a/b"),
        format!("x:{password}@git.nowhere.example"),
        format!("https://x:{password}@git.nowhere.example"),
        format!("https://x:{password}@git.nowhere.example:port/a/b"),
        format!("http://x:{password}@{known}/ada/nothing"),
    ] {
        let text = format!("[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = {origin}\n");
        std::fs::write(&config, text).unwrap();
        for more in [&[][..], &["--json"], &["-v"], &["-c", "work"], &["-c", "nobody"]] {
            // What it shows is looked through by every run.
            let ran = house.sandbox.gitconn(["branches"]).args(more).in_folder(&folder).run();
            assert_ne!(ran.code, 0, "{ran}");
        }
    }
    // The same, typed.
    let ran = house.run(&["branches", "ada/nothing", "-c", "work"]).code(3);
    assert!(ran.stderr.contains("ada/nothing"), "{ran}");
}
