//! `clone` and `pull`: git itself, answered from the store, and nothing of that left anywhere.

use crate::support::fake::Answer;
use crate::support::git_host::GitHost;
use crate::support::{Foundry, Ran, Sandbox, tokens};

/// A host with repositories of two owners, and a connection that is for it.
struct Scene {
    sandbox: Sandbox,
    host: GitHost,
    token: String,
}

impl Scene {
    fn new() -> Self {
        let (sandbox, host) = (Sandbox::new(), GitHost::start());
        let token = connect(&sandbox, &host, "work");
        for path in ["acme/site", "acme/lib", "other/lib"] {
            host.repository(path, &[("README", path)], &[]);
        }
        host.only("acme", &token);
        host.only("other", &token);
        Self { sandbox, host, token }
    }

    fn run(&self, words: &[&str]) -> Ran {
        self.sandbox.gitconn(words).run()
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.sandbox.path(path)).unwrap()
    }
}

/// Connects a host under a name, and gives the token.
fn connect(sandbox: &Sandbox, host: &GitHost, name: &str) -> String {
    let token = sandbox.secret(&tokens::gitlab(name));
    let add = ["connect", "gitlab", name, "--token-stdin", "--offline", "--host", &host.origin()];
    sandbox.gitconn(add).stdin(&token).run().ok();
    token
}

#[test]
fn a_clone_holds_the_repository_and_the_plain_address() {
    let scene = Scene::new();
    let ran = scene.run(&["clone", "acme/site"]).ok();
    // What git says is passed on as it is.
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "Cloning into 'site'...\n"));
    assert_eq!(scene.read("site/README"), "acme/site");
    let config = scene.read("site/.git/config");
    assert!(config.contains(&format!("url = {}\n", scene.host.address("acme/site"))), "{config}");
    assert!(!config.contains("credential") && !config.contains('@'), "{config}");
    assert_eq!(scene.host.sent("acme/site"), vec![scene.token.clone(); scene.host.sent("acme/site").len()]);
    assert!(!scene.host.sent("acme/site").is_empty());
    // The trail says for what it was used.
    let events = scene.run(&["audit", "list", "--kind", "used", "--json"]).ok().json();
    assert_eq!(events["events"][0]["detail"]["purpose"], "git", "{events}");
    assert_eq!(events["events"][0]["detail"]["repository"], "acme/site", "{events}");
}

#[test]
fn a_repository_may_be_named_in_any_way_and_the_folder_and_more_be_told() {
    let scene = Scene::new();
    let address = scene.host.address("acme/site");
    let with_user = address.replace("http://", "http://ada@");
    for (at, typed) in ["acme/site", &address, &with_user, "git@127.0.0.1:acme/site.git"].into_iter().enumerate() {
        let folder = format!("copy{at}");
        scene.run(&["clone", typed, &folder, "--branch", "main", "--depth", "1", "--", "--quiet", "--no-tags"]).ok();
        let config = scene.read(&format!("{folder}/.git/config"));
        assert!(config.contains(&format!("url = {address}\n")), "{typed}: {config}");
        assert!(config.contains("tagOpt = --no-tags") && scene.sandbox.path(&format!("{folder}/.git/shallow")).exists());
    }
    // A folder that looks like an option is a folder.
    scene.run(&["clone", "acme/site", "--", "--quiet", "--origin=upstream"]).ok();
    assert!(scene.read("site/.git/config").contains("[remote \"upstream\"]"));
}

#[test]
fn where_two_connections_fit_the_one_to_use_can_be_named() {
    let scene = Scene::new();
    connect(&scene.sandbox, &scene.host, "other");
    let ran = scene.run(&["clone", "acme/site"]).code(2).says("2 connections");
    assert!(ran.stderr.contains("hint: gitconn route add acme "), "{ran}");
    assert!(ran.stderr.contains("hint: gitconn clone acme/site -c other"), "{ran}");
    scene.run(&["clone", "acme/site", "-c", "work"]).ok();
}

#[test]
fn gits_exit_code_is_given_back_and_ours_come_before_it_begins() {
    let scene = Scene::new();
    scene.run(&["clone", "acme/nothing"]).code(128).says("fatal: repository");
    scene.run(&["clone", "acme/site", "--branch", "gone"]).code(128).says("Remote branch gone not found");
    scene.run(&["clone", "site"]).code(2).says("`site` does not name a repository");
    scene.run(&["clone", "--", "acme/site"]).code(2);
    scene.run(&["clone", "https://git.example.com/a/b"]).code(3).says("there is no usable connection for git.example.com");
    scene.run(&["clone", "acme/site", "-c", "nobody"]).code(3).says("there is no connection `nobody`");
    scene.sandbox.gitconn(["clone", "acme/site"]).without("GITCONN_KEY_FILE").run().code(5).says("the store is locked");
    scene.run(&["disable", "work"]).ok();
    scene.run(&["clone", "acme/site", "-c", "work"]).code(4).says("disabled");
    scene.sandbox.gitconn(["clone", "acme/site", "-c", "work"]).env("PATH", "/nonexistent").run().code(4);
    scene.run(&["enable", "work"]).ok();
    scene.sandbox.gitconn(["clone", "acme/site"]).env("PATH", "/nonexistent").run().code(2).says("git is not installed");
    assert!(!scene.sandbox.path("site").exists());
}

/// Hooks are somebody else's programs: neither the token nor the key of the store is theirs.
#[test]
fn what_git_runs_finds_nothing_of_ours_around_it() {
    let scene = Scene::new();
    let hook = "#!/bin/sh\nenv >\"$HOME/env\"; tr '\\0' '\\n' <\"/proc/$PPID/cmdline\" >\"$HOME/arguments\"\n";
    let path = scene.sandbox.write("template/hooks/post-checkout", hook);
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let key = scene.read("key.txt");
    let run =
        scene.sandbox.gitconn(["clone", "acme/site", "--", "--quiet", "--template=template"]).env("GITCONN_KEY", key.trim());
    run.env("GITCONN_CONNECTION", "work").run().ok();
    let (env, arguments) = (scene.read("home/env"), scene.read("home/arguments"));
    assert!(env.contains("GIT_CONFIG_VALUE_") && !env.contains("GITCONN_"), "{env}");
    assert!(arguments.contains(&scene.host.address("acme/site")), "{arguments}");
}

#[test]
fn no_other_helper_is_asked() {
    let scene = Scene::new();
    scene.sandbox.program("git-credential-nosy", "echo asked >>\"$HOME/nosy\"");
    let own = format!("[credential]\n\thelper = nosy\n[credential \"{}\"]\n\thelper = nosy\n", scene.host.origin());
    scene.sandbox.write("home/.gitconfig", &own);
    scene.run(&["clone", "acme/site"]).ok();
    assert!(!scene.sandbox.path("home/nosy").exists());
}

#[test]
fn submodules_get_a_token_of_their_own_owner_or_by_a_route_and_otherwise_none() {
    let scene = Scene::new();
    let elsewhere = GitHost::start();
    let second = connect(&scene.sandbox, &elsewhere, "second");
    elsewhere.repository("acme/tool", &[("README", "tool")], &[]);
    elsewhere.only("acme", &second);
    let unknown = GitHost::start();
    unknown.repository("acme/site", &[("README", "bait")], &[]);
    unknown.only("acme", "nobody knows");
    let host = &scene.host;
    for (name, at, path) in [
        ("own", host, "acme/lib"),
        ("other", host, "other/lib"),
        ("far", &elsewhere, "acme/tool"),
        ("bait", &unknown, "acme/site"),
    ] {
        let module = ("module", &*at.address(path), &*at.head(path, "main"));
        host.repository(&format!("acme/with-{name}"), &[("README", name)], &[module]);
    }
    let clone = |name: &str| {
        let folder = format!("{name}{}", scene.host.asked("").len());
        (scene.run(&["clone", "-c", "work", &format!("acme/with-{name}"), &folder, "--recurse-submodules"]), folder)
    };
    let (ran, folder) = clone("own");
    ran.ok();
    assert_eq!(scene.read(&format!("{folder}/module/README")), "acme/lib");

    let (ran, folder) = clone("other");
    let add = format!("gitconn route add {}/other work", host.origin());
    assert_ne!(ran.code, 0, "{ran}");
    let ran = ran.says("git gets no token for").says("because no route leads there").says(&add);
    assert_eq!(ran.stderr.matches("no route leads there").count(), 1, "{ran}");
    assert!(!host.asked("other/lib").is_empty() && host.sent("other/lib").is_empty());
    assert!(!scene.sandbox.path(&format!("{folder}/module/README")).exists());
    scene.run(&["route", "add", &format!("{}/other", host.origin()), "work"]).ok();
    let (ran, folder) = clone("other");
    ran.ok();
    assert_eq!(scene.read(&format!("{folder}/module/README")), "other/lib");

    let (ran, _) = clone("far");
    assert_ne!(ran.code, 0, "{ran}");
    assert!(!elsewhere.asked("acme/tool").is_empty() && elsewhere.sent("acme").is_empty());
    scene.run(&["route", "add", &elsewhere.origin(), "second"]).ok();
    clone("far").0.ok();
    // Each host its own token, and no other.
    let sent = elsewhere.sent("acme");
    assert!(!sent.is_empty() && sent.iter().all(|sent| *sent == second), "a token went to the wrong host");

    let (ran, _) = clone("bait");
    assert_ne!(ran.code, 0, "{ran}");
    assert!(!unknown.asked("acme").is_empty() && unknown.sent("").is_empty());
    assert!(host.sent("").iter().all(|sent| *sent == scene.token));
}

#[test]
fn a_checkout_is_pulled_and_its_remote_stays_as_it_is() {
    let scene = Scene::new();
    scene.run(&["clone", "acme/site"]).ok();
    let before = scene.read("site/.git/config");
    scene.host.commit("acme/site", &[("MORE", "more")]);
    let ran = scene.run(&["pull", "site"]).ok();
    assert!(ran.stdout.contains("Fast-forward"), "{ran}");
    assert_eq!((scene.read("site/MORE"), scene.read("site/.git/config")), ("more".to_owned(), before));
    let ran = scene.sandbox.gitconn(["pull", "--", "--ff-only"]).in_folder(scene.sandbox.path("site")).run().ok();
    assert_eq!(ran.stdout, "Already up to date.\n");
    // Another remote than `origin` is asked where the branch says so.
    let site = scene.sandbox.path("site");
    let renamed =
        std::process::Command::new("git").args(["remote", "rename", "origin", "up"]).current_dir(site).status().unwrap();
    assert!(renamed.success());
    scene.host.commit("acme/site", &[("STILL", "more")]);
    scene.run(&["pull", "site"]).ok().prints("Fast-forward");
    scene.run(&["pull", "nowhere"]).code(128).says("cannot change to 'nowhere'");
    scene.run(&["pull"]).code(128).says("not a git repository");
}

#[test]
fn several_checkouts_are_pulled_whatever_becomes_of_one() {
    let scene = Scene::new();
    for path in ["acme/site", "acme/lib"] {
        scene.run(&["clone", path]).ok();
        scene.host.commit(path, &[("MORE", path)]);
    }
    std::fs::create_dir(scene.sandbox.path("empty")).unwrap();
    let ran =
        scene.run(&["pull", "site", "empty", "lib"]).code(8).says("1 of 3 could not be pulled: empty").says("pulling `lib`");
    assert!(ran.stderr.contains("not a git repository"), "{ran}");
    assert_eq!([scene.read("site/MORE"), scene.read("lib/MORE")], ["acme/site", "acme/lib"]);
    scene.run(&["pull", "site", "lib"]).ok();
    // What is wrong on our side is told of each, too.
    scene.run(&["disable", "work"]).ok();
    scene.run(&["pull", "site", "lib", "-c", "work"]).code(8).says("2 of 2 could not be pulled");
    scene.run(&["pull", "site", "-c", "work"]).code(4).says("disabled");
}

#[test]
fn a_token_that_git_is_refused_with_is_marked_and_stays() {
    let scene = Scene::new();
    scene.host.repository("shut/site", &[("README", "x")], &[]);
    scene.host.only("shut", "another password");
    scene.run(&["clone", "shut/site"]).code(128);
    assert!(scene.host.sent("shut").contains(&scene.token));
    let shown = scene.run(&["show", "work", "--json"]).ok().json();
    assert!(shown["validation_error"].as_str().unwrap().starts_with("git was refused with it"), "{shown}");
    scene.run(&["clone", "acme/site"]).ok();
}

/// An app serves each owner with the token of its own installation there.
#[test]
fn an_app_serves_by_the_owner() {
    let foundry = Foundry::connected();
    let ask = || Answer::empty(401).header("www-authenticate", "Basic realm=\"GitHub\"");
    for (owner, name, id) in [("acme-corp", "site", foundry.corp), ("acme-client-a", "shop", foundry.client)] {
        let path = format!("/{owner}/{name}.git/info/refs");
        foundry.github.script(&path, [ask(), Answer::empty(404)]);
        foundry.run(&["clone", &format!("{owner}/{name}")]).code(128).says("not found");
        let made = foundry.github.apps.tokens_of(id);
        let sent = foundry.github.seen_at(&path).last().unwrap().basic();
        assert_eq!(sent, Some(("x-access-token".to_owned(), made[0].token.clone())));
    }
    foundry.run(&["clone", "stranger/site"]).code(3);
}
