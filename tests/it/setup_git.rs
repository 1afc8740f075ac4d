//! `setup-git`: git's settings before, after, and after it was taken back; and git itself asking.

use std::collections::BTreeSet;

use crate::support::House;
use crate::support::pty::Terminal;
use crate::support::{Sandbox, tokens};

/// The user's settings of git, byte by byte.
fn settings(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path("home/.gitconfig")).unwrap_or_default()
}

/// A store with connections to github.com and to a GitLab below a path root.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (provider, name, host, token) in [
        ("github", "work", "github.com", tokens::classic("setup")),
        ("gitlab", "lab", "https://git.acme.com:8443/gitlab", tokens::gitlab("setup")),
    ] {
        sandbox.secret(&token);
        sandbox.gitconn(["connect", provider, name, "--host", host, "--token-stdin", "--offline"]).stdin(&token).run().ok();
    }
    sandbox
}

fn ours() -> String {
    format!("!{} credential", env!("CARGO_BIN_EXE_gitconn"))
}

#[test]
fn hosts_of_connections_are_set_up_once_and_taken_back_to_the_byte() {
    let sandbox = sandbox();
    let own = "# mine\n[user]\n\tname = Ada\n[credential \"https://github.com\"]\n\thelper = \n\thelper = !gh auth git-credential # gh\n";
    sandbox.write("home/.gitconfig", own);
    let run = |more: &[&str]| sandbox.gitconn(["setup-git"]).args(more).run();
    let plan = run(&["--dry-run", "--json"]).ok().json();
    assert_eq!((&plan["scope"], &plan["applied"]), (&"global".into(), &false.into()));
    assert_eq!(plan["changes"].as_array().unwrap().len(), 6, "{plan}");
    run(&["--dry-run"]).ok().prints("add\tcredential.https://github.com/.useHttpPath\ttrue\n");
    run(&[]).code(2).says("--yes");
    assert_eq!(settings(&sandbox), own, "nothing was to be changed yet");

    run(&["--yes"]).ok().says("git asks gitconn for git.acme.com:8443/gitlab, github.com");
    let ours = ours();
    let expected = ["https://git.acme.com:8443/gitlab/", "https://github.com/"].iter().fold(own.to_owned(), |text, address| {
        text + &format!("[credential \"{address}\"]\n\thelper = \n\thelper = {ours}\n\tuseHttpPath = true\n")
    });
    assert_eq!(settings(&sandbox), expected);
    let again = run(&["--yes"]).ok().says("git is set up already");
    assert_eq!(again.stdout, "");
    assert_eq!(settings(&sandbox), expected);

    run(&["--yes", "--https", "--host", "github.com"]).ok();
    let rewritten = settings(&sandbox);
    for value in ["git@github.com:", "ssh://git@github.com/"] {
        assert!(rewritten.contains(&format!("\tinsteadOf = {value}\n")), "{rewritten}");
    }
    run(&["--undo", "--yes", "--host", "github.com"]).ok().says("git does not ask gitconn for github.com any more");
    assert!(
        settings(&sandbox).contains("gitlab/\"]") && !settings(&sandbox).contains("github.com/\"]"),
        "{}",
        settings(&sandbox)
    );
    run(&["--undo", "-n"]).ok().prints("remove\tcredential.https://git.acme.com:8443/gitlab/.useHttpPath\ttrue\n");
    run(&["--undo", "--yes"]).ok();
    assert_eq!(settings(&sandbox), own);
    run(&["--undo", "--yes"]).ok().says("nothing of gitconn is set there");
}

#[test]
fn what_somebody_else_has_set_for_the_same_address_stays_his() {
    let sandbox = sandbox();
    let own = "[credential \"https://github.com/\"]\n\thelper = store\n\tuseHttpPath = false\n\tusername = ada\n\
               [url \"https://github.com/\"]\n\tinsteadOf = gh:\n\tinsteadOf = git@github.com:\n";
    sandbox.write("home/.gitconfig", own);
    let run = |more: &[&str]| sandbox.gitconn(["setup-git", "--yes", "--host", "github.com"]).args(more).run();
    run(&["--https"]).ok();
    let git = |key: &str| {
        let ran = sandbox.other("git", ["config", "--global", "--get-all", key]).run().ok();
        ran.stdout.lines().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(git("credential.https://github.com/.helper"), ["store".to_owned(), String::new(), ours()]);
    assert_eq!(git("credential.https://github.com/.useHttpPath"), ["false", "true"]);
    assert_eq!(git("url.https://github.com/.insteadOf"), ["gh:", "git@github.com:", "ssh://git@github.com/"]);
    run(&["--undo"]).ok();
    assert_eq!(settings(&sandbox), own);
}

/// `gh auth setup-git`, `git config --global credential.helper store`: whatever came after us is behind us again, and our section at the end.
#[test]
fn what_took_our_place_is_put_behind_us_again() {
    let sandbox = sandbox();
    let git = |words: &[&str]| sandbox.other("git", words).run().ok();
    let add = |key: &str, value: &str| drop(git(&["config", "--global", "--add", key, value]));
    let run = |more: &[&str]| sandbox.gitconn(["setup-git", "--yes", "--host", "github.com"]).args(more).run();
    // The section is there before, with something that is not ours.
    add("credential.https://github.com/.username", "ada");
    run(&[]).ok();
    for took in [
        [("credential.https://github.com.helper", ""), ("credential.https://github.com.helper", "!gh auth git-credential")]
            .as_slice(),
        &[("credential.helper", "store")],
        &[("credential.https://*.com.helper", "cache")],
    ] {
        for (key, value) in took {
            add(key, value);
        }
        let ran = run(&["--json"]).ok();
        assert!(!ran.json()["changes"].as_array().unwrap().is_empty(), "{ran}");
        let last = settings(&sandbox).lines().filter(|line| line.starts_with("\thelper")).map(ToOwned::to_owned).next_back();
        assert_eq!(last, Some(format!("\thelper = {}", ours())), "{}", settings(&sandbox));
        run(&[]).ok().says("git is set up already");
    }
    assert_eq!(git(&["config", "--global", "credential.https://github.com/.username"]).stdout, "ada\n");
    run(&["--undo"]).ok();
    assert!(!settings(&sandbox).contains(&ours()) && settings(&sandbox).contains("gh auth git-credential"));
    // A program below a folder of our name is somebody else's.
    let tool = "[credential \"https://github.com/\"]\n\thelper = !/home/gitconn-ci/bin/tool credential\n";
    sandbox.write("home/.gitconfig", tool);
    run(&[]).ok();
    run(&["--undo"]).ok();
    assert_eq!(settings(&sandbox), tool);
}

#[test]
fn what_stands_in_the_checkout_is_named_with_what_mends_it() {
    let sandbox = sandbox();
    let folder = sandbox.path("home/checkout");
    sandbox.other("git", ["init", "--quiet"]).arg(&folder).run().ok();
    sandbox.other("git", ["config", "credential.helper", "store"]).in_folder(&folder).run().ok();
    let run =
        |more: &[&str]| sandbox.gitconn(["setup-git", "--yes", "--host", "github.com"]).args(more).in_folder(&folder).run().ok();
    for _ in 0..2 {
        let ran = run(&[]).says("for github.com git still asks the helper `store` (file:.git/config)");
        ran.says("gitconn setup-git --local --host github.com");
    }
    let ran = run(&["--local"]).says("gitconn setup-git --local --undo");
    assert!(!ran.stderr.contains("still asks"), "{ran}");
    let ran = run(&[]).says("git is set up already");
    assert!(!ran.stderr.contains("still asks"), "{ran}");
}

#[test]
fn the_checkout_around_us_can_have_its_own() {
    let sandbox = sandbox();
    let folder = sandbox.path("home/checkout");
    sandbox.other("git", ["init", "--quiet"]).arg(&folder).run().ok();
    let local = std::fs::read_to_string(folder.join(".git/config")).unwrap();
    let run = |more: &[&str]| sandbox.gitconn(["setup-git", "--local", "--yes"]).args(more).in_folder(&folder).run();
    run(&[]).ok();
    assert_eq!(settings(&sandbox), "");
    assert!(std::fs::read_to_string(folder.join(".git/config")).unwrap().contains(&ours()));
    run(&["--undo"]).ok();
    assert_eq!(std::fs::read_to_string(folder.join(".git/config")).unwrap(), local);
    let ran = sandbox.gitconn(["setup-git", "--local", "--yes"]).run().code(1).says("git cannot read its settings");
    assert!(ran.stderr.contains("caused by: fatal:"), "{ran}");
    sandbox.gitconn(["setup-git", "--local", "--global"]).run().code(2);
    sandbox.gitconn(["setup-git", "--undo", "--https"]).run().code(2);
}

#[test]
fn without_a_connection_or_without_git_it_says_so() {
    let sandbox = Sandbox::new();
    sandbox.gitconn(["setup-git", "--yes"]).run().code(3).says("no enabled connection");
    // With a host nobody needs a store.
    let bare = Sandbox::bare();
    bare.gitconn(["setup-git", "--yes", "--host", "github.com"]).run().ok();
    assert!(settings(&bare).contains("useHttpPath = true"));
    bare.gitconn(["setup-git", "--host", "ssh://github.com"]).run().code(2);
    bare.gitconn(["setup-git", "--yes", "--host", "github.com"])
        .env("PATH", "/nonexistent")
        .run()
        .code(1)
        .says("git is not installed");
}

#[test]
fn a_person_sees_what_changes_and_is_asked() {
    let sandbox = sandbox();
    let run = sandbox.gitconn(["setup-git", "--host", "github.com"]);
    let asked = |answer: &str| {
        let seen = Terminal::start(run.clone()).sees("+ credential.https://github.com/.useHttpPath = true");
        seen.sees("change them? [y/N]").types(answer)
    };
    asked("n").ends().code(130);
    assert_eq!(settings(&sandbox), "");
    asked("y").sees("git asks gitconn for github.com").ends().code(0);
    assert!(settings(&sandbox).contains(&ours()));
}

#[test]
fn an_older_helper_of_ours_is_replaced_and_another_store_is_named() {
    let sandbox = sandbox();
    let old =
        "[credential \"https://github.com/\"]\n\thelper = \n\thelper = !/opt/old/gitconn credential\n\tuseHttpPath = true\n";
    sandbox.write("home/.gitconfig", old);
    sandbox.gitconn(["setup-git", "--yes", "--host", "github.com"]).run().ok();
    let set = || settings(&sandbox).lines().map(ToOwned::to_owned).collect::<BTreeSet<_>>();
    let expected = |helper: &str| old.replace("!/opt/old/gitconn credential", helper).lines().map(ToOwned::to_owned).collect();
    assert_eq!(set(), expected(&ours()));
    let words = ["setup-git", "--yes", "--host", "github.com", "--store", "my store.age"];
    sandbox.gitconn(words).run().ok();
    let path = sandbox.path("my store.age");
    let helper = format!("!{} --store '{}' credential", env!("CARGO_BIN_EXE_gitconn"), path.display());
    assert_eq!(set(), expected(&helper));
    // Where the search path finds it, it is named as found there: an update may put another file behind the link.
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gitconn"), sandbox.path("bin/gitconn")).unwrap();
    sandbox.gitconn(["setup-git", "--yes", "--host", "github.com"]).run().ok();
    assert!(settings(&sandbox).contains(&format!("\thelper = !{} credential\n", sandbox.path("bin/gitconn").display())));
}

#[test]
fn git_then_asks_us_alone_and_by_the_path() {
    let house = House::new();
    let sandbox = &house.sandbox;
    let bob = house.github.classic(sandbox, "bob");
    house.connect_github("second", &bob, &[]).ok();
    let origin = house.github.origin();
    house.run(&["route", "add", &format!("{origin}/acme"), "second"]).ok();
    // Somebody's helper for everything would answer first.
    sandbox.program("git-credential-loud", "echo loud >>\"$HOME/asked\"; echo username=x; echo password=loud-and-wrong");
    sandbox.write("home/.gitconfig", "[credential]\n\thelper = loud\n");
    // Two hosts of one name, told apart by their ports: nobody can say which of them is meant over SSH.
    let ran = house.run(&["setup-git", "--yes", "--https"]).ok();
    assert_eq!(ran.stderr.matches("`git@127.0.0.1:` may mean http://127.0.0.1:").count(), 2, "{ran}");
    assert!(!settings(sandbox).contains("insteadOf"), "{}", settings(sandbox));
    let fill = |path: &str| {
        let lines = format!("url={origin}/{path}\n\n");
        sandbox
            .other("git", ["credential", "fill"])
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(lines)
            .may_show(&bob)
            .may_show(&house.work)
            .run()
    };
    fill("acme/site.git").ok().prints(&format!("\npassword={bob}\n"));
    house.run(&["route", "add", &origin, "work"]).ok();
    fill("ada/site.git").ok().prints(&format!("\npassword={}\n", house.work));
    assert!(!sandbox.path("home/asked").exists());
    // Elsewhere it is still there.
    let other = sandbox.other("git", ["credential", "fill"]).stdin("url=https://elsewhere.example/a/b\n\n").run().ok();
    other.prints("password=loud-and-wrong");
    let folder = sandbox.path("home/checkout");
    sandbox.other("git", ["init", "--quiet"]).arg(&folder).run().ok();
    let git = |words: &[&str]| sandbox.other("git", words).in_folder(&folder).run().ok();
    let ran = house.run(&["setup-git", "--yes", "--https", "--host", &origin]).ok();
    assert!(!ran.stderr.contains("may mean"), "{ran}");
    let gitlab = house.gitlab.host();
    house.run(&["setup-git", "--yes", "--https", "--host", &gitlab]).ok().says("`git@127.0.0.1:` may mean http://127.0.0.1:");
    for (typed, meant) in
        [("git@127.0.0.1:acme/site.git", "acme/site.git"), ("ssh://git@127.0.0.1/acme/site.git", "acme/site.git")]
    {
        git(&["remote", "add", "origin", typed]);
        let url = git(&["remote", "get-url", "origin"]).stdout;
        assert!(url.starts_with(&origin) && url.trim_end().ends_with(meant), "{url}");
        git(&["remote", "remove", "origin"]);
    }
}
