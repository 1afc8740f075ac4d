//! The recipes of `examples/ci`: what a person copies from there does what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::fake::{Answer, GitHub};
use crate::support::house::connect;
use crate::support::sandbox::Run;
use crate::support::{House, Sandbox};

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(name)
}

/// What a script did.
#[derive(Debug)]
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs a shell as `run` would run the program, which it finds under its name; looks for secrets afterwards.
#[track_caller]
fn shell(run: &Run<'_>, shell: &str, arguments: &[&str]) -> Done {
    run.sandbox().program("gitconn", &format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_gitconn")));
    let plain = run.command();
    let mut command = Command::new(shell);
    command.args(arguments).env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(plain.get_current_dir().unwrap()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let shown = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    if let Err(found) = run.sandbox().check_leaks(&shown, run.allowed()) {
        panic!("{found}\n{}", String::from_utf8_lossy(&shown));
    }
    Done {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs `due.sh`. What it has to say is on stdout: cron sends that.
#[track_caller]
fn due(run: &Run<'_>, code: i32) -> String {
    let done = shell(run, "sh", &["-eu", &recipe("due.sh").to_string_lossy()]);
    assert_eq!((done.code, done.stderr.as_str()), (code, ""), "{done:?}");
    done.stdout
}

#[test]
fn due_is_silent_when_nothing_is() {
    let house = House::new();
    assert_eq!(due(&house.sandbox.gitconn([""; 0]), 0), "");
}

#[test]
fn due_names_what_ends_soon() {
    let house = House::new();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 10);
    house.run(&["edit", "work", "--expires-at", &soon.strftime("%Y-%m-%d").to_string()]).ok();
    // The provider says otherwise when it is asked, which happens afterwards.
    house.github.accept(&house.work, crate::support::fake::GitHubGrant::classic("ada").expires(None));
    let told = due(&house.sandbox.gitconn([""; 0]), 0);
    assert!(told.starts_with("These tokens end within 14 days:\nwork\t") && told.lines().count() == 2, "{told}");
}

#[test]
fn due_names_what_is_refused_and_nothing_else() {
    let house = House::new();
    house.github.refuse(&house.work);
    let told = due(&house.sandbox.gitconn([""; 0]), 0);
    assert!(told.starts_with("These tokens do not work:\nwork\trevoked\t") && told.lines().count() == 2, "{told}");
}

#[test]
fn due_tells_what_keeps_it_from_finding_out() {
    let house = House::new();
    let run = || house.sandbox.gitconn([""; 0]);
    let locked = due(&run().without("GITCONN_KEY_FILE"), 1);
    assert!(locked.contains("locked") && locked.contains("ended with 5"), "{locked}");
    let missing = due(&run().env("GITCONN_STORE", house.sandbox.path("nowhere.age")), 1);
    assert!(missing.contains("there is no store") && missing.contains("ended with 3"), "{missing}");
    house.github.always("*", Answer::html(500, "Whoops"));
    let unreachable = due(&run(), 1);
    assert!(unreachable.contains("work\tunreachable") && unreachable.contains("ended with 6"), "{unreachable}");
    std::fs::write(house.sandbox.store(), "nonsense").unwrap();
    let damaged = due(&run(), 1);
    assert!(damaged.contains("ended with 7"), "{damaged}");
    // It says so once.
    assert_eq!(damaged.matches("ended with").count(), 1, "{damaged}");
    let unknown = due(&run().env("PATH", "/usr/bin:/bin"), 1);
    assert!(unknown.contains("ended with 127"), "{unknown}");
}

/// The shell lines of a pipeline, without those that install something, and the variables it sets that are no secret.
fn pipeline(name: &str) -> (String, Vec<(String, String)>) {
    let text = std::fs::read_to_string(recipe(name)).unwrap();
    let (mut script, mut variables, mut block) = (Vec::new(), Vec::new(), false);
    for line in text.lines() {
        let word = line.trim_start();
        block &= line.starts_with("          ");
        if word == "run: |" {
            block = true;
        } else if let Some(command) = word.strip_prefix("run: ") {
            script.push(command);
        } else if block {
            script.push(word);
        } else if let Some(command) = word.strip_prefix("- ").filter(|_| name.starts_with("gitlab") && !word.starts_with("- if:"))
        {
            script.push(command);
        } else if let Some((key, value)) = word.split_once(": ").filter(|(key, _)| key.starts_with("GITCONN_")) {
            assert!(key != "GITCONN_KEY" || value == "${{ secrets.GITCONN_KEY }}", "{line}");
            if key != "GITCONN_KEY" {
                variables.push((key.to_owned(), value.trim_matches('"').to_owned()));
            }
        }
    }
    assert!(script.contains(&"cargo install gitconn --locked"), "nothing installs gitconn: {script:?}");
    script.retain(|line| !line.starts_with("cargo install"));
    (script.join("\n"), variables)
}

#[test]
fn the_pipelines_hand_a_token_to_a_program_through_its_environment() {
    for name in ["github-actions.yml", "gitlab-ci.yml"] {
        let (script, variables) = pipeline(name);
        // Secrets are no arguments: where one is named, it is given to the environment, to the shell's own `echo`, or taken away.
        assert!(!script.contains("secrets.") && !script.contains("$GITCONN_KEY"), "{script}");
        let (sandbox, github) = (Sandbox::new(), GitHub::start());
        let token = github.classic(&sandbox, "robot");
        connect(&sandbox, "github", "deploy", &github.origin(), &token, &[]).ok();
        let key = std::fs::read_to_string(sandbox.path("key.txt")).unwrap();
        // Another machine: nothing but the repository with the store in it, and the key.
        let machine = Sandbox::bare();
        machine.secret(&token);
        machine.secret(key.trim());
        std::fs::create_dir(machine.path("ci")).unwrap();
        std::fs::copy(sandbox.store(), machine.path("ci/store.age")).unwrap();
        machine
            .write("release.sh", "#!/bin/sh\ntest -z \"${GITCONN_KEY:-}\" && printf '%s' \"$DEPLOY_TOKEN\" | wc -c >released\n");
        let release = machine.path("release.sh");
        std::fs::set_permissions(&release, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let run = || {
            let run = machine.gitconn([""; 0]).env("GITCONN_KEY", key.trim()).may_show(&token);
            variables.iter().fold(run, |run, (name, value)| run.env(name, value))
        };
        let done = shell(&run(), "bash", &["-e", "-o", "pipefail", "-c", &script]);
        assert_eq!(done.code, 0, "{name}: {done:?}");
        assert_eq!(std::fs::read_to_string(machine.path("released")).unwrap().trim(), token.len().to_string(), "{name}");
        // Only the line that asks for the mask may show it.
        let shown: Vec<&str> = done.stdout.lines().filter(|line| line.contains(&token)).collect();
        let expected = if name.starts_with("github") { vec![format!("::add-mask::{token}")] } else { Vec::new() };
        assert_eq!(shown, expected, "{name}");
        // Without a good token nothing is released.
        std::fs::remove_file(machine.path("released")).unwrap();
        for script in [script.clone(), script.lines().skip(1).collect::<Vec<_>>().join("\n")] {
            let done = shell(&run().without("GITCONN_KEY"), "bash", &["-e", "-o", "pipefail", "-c", &script]);
            assert_eq!(done.code, 5, "{name}: {done:?}");
            assert!(!machine.path("released").exists(), "{name}");
        }
    }
}
