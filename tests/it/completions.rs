//! `completions`, `man` and `help`: for packagers, and for who reads nothing else.

use crate::support::Sandbox;

/// Every command that the program has.
const COMMANDS: &[&str] = &[
    "connect",
    "list",
    "show",
    "validate",
    "test",
    "edit",
    "enable",
    "disable",
    "remove",
    "repos",
    "branches",
    "token",
    "credential",
    "setup-git",
    "clone",
    "pull",
    "route",
    "refresh",
    "rotate",
    "installations",
    "oauth",
    "config",
    "which",
    "import",
    "doctor",
    "audit",
    "store",
    "completions",
    "man",
    "help",
];

#[test]
fn every_shell_gets_its_script() {
    let sandbox = Sandbox::bare();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = sandbox.gitconn(["completions", shell]).run().ok();
        for command in COMMANDS {
            assert!(ran.stdout.contains(command), "{shell}: {command} is missing");
        }
    }
    sandbox.gitconn(["completions", "tcsh"]).run().code(2);
}

#[test]
fn every_command_has_a_page_and_help() {
    let sandbox = Sandbox::bare();
    sandbox.gitconn(["man"]).run().ok().prints(".TH gitconn 1");
    std::fs::create_dir(sandbox.path("man1")).unwrap();
    sandbox.gitconn(["man"]).arg(sandbox.path("man1")).run().ok();
    for command in COMMANDS.iter().filter(|command| **command != "help") {
        let page = std::fs::read_to_string(sandbox.path(&format!("man1/gitconn-{command}.1"))).unwrap();
        assert!(page.contains(command), "{command}");
        let help = sandbox.gitconn([command, "--help"]).run().ok();
        assert!(help.stdout.contains("Usage: gitconn"), "{help}");
        assert!(help.stdout.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
    sandbox.gitconn(["help", "environment"]).run().ok().prints("GITCONN_KEY_FILE").prints("NO_COLOR");
    sandbox.gitconn(["help", "nothing"]).run().code(2);
    sandbox.gitconn(["--version"]).run().ok().prints(env!("CARGO_PKG_VERSION"));
    sandbox.gitconn(["--help"]).run().ok().prints("gitconn connect github");
}

#[test]
fn what_is_committed_is_current() {
    let sandbox = Sandbox::bare();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (shell, file) in [("bash", "gitconn.bash"), ("zsh", "_gitconn"), ("fish", "gitconn.fish")] {
        let path = root.join("completions").join(file);
        let committed = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let made = sandbox.gitconn(["completions", shell]).run().ok().stdout;
        assert!(committed == made, "completions/{file} is old: gitconn completions {shell} > completions/{file}");
    }
    std::fs::create_dir(sandbox.path("man1")).unwrap();
    sandbox.gitconn(["man"]).arg(sandbox.path("man1")).run().ok();
    for entry in std::fs::read_dir(sandbox.path("man1")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let made = std::fs::read_to_string(entry.path()).unwrap();
        let committed = std::fs::read_to_string(root.join("man").join(&name)).unwrap_or_default();
        assert!(committed == made, "man/{name} is old: gitconn man man");
    }
}
