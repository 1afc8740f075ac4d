//! `clone` and `pull`: git itself, answered from the store, and nothing of that left anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::fake::Answer;
use crate::support::git_host::GitHost;
use crate::support::{Foundry, House, Ran, Sandbox, tokens};

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
    // What is not to be said, git does not say either.
    assert_eq!(scene.run(&["-q", "clone", "acme/site", "still"]).ok().stderr, "");
    assert_eq!(scene.run(&["pull", "still", "-q"]).ok().stdout, "");
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

/// The umask is the program's own, not that of this process with its other tests.
#[test]
fn only_its_user_comes_to_the_desk_whatever_the_umask() {
    let scene = Scene::new();
    let hook = "#!/bin/sh\ndesk=$(env | sed -n 's/^GIT_CONFIG_VALUE_.* --desk //p' | head -n 1)\n\
                stat -c '%a %F' \"$desk\" \"${desk%/*}\" >\"$HOME/modes\"\n";
    let path = scene.sandbox.write("template/hooks/post-checkout", hook);
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let openly = ["-c", "umask 000 && exec \"$0\" clone acme/site -- --quiet --template=template"];
    scene.sandbox.other("sh", openly).arg(env!("CARGO_BIN_EXE_gitconn")).run().ok();
    assert_eq!(scene.read("home/modes"), "600 socket\n700 directory\n");
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
    let ran = scene.run(&["clone", "shut/site"]).code(128);
    let line = format!("{} refused the token of `work`: gitconn validate work", &scene.host.origin()[7..]);
    assert_eq!(ran.stderr.matches(&line).count(), 1, "{line}: {ran}");
    assert!(scene.host.sent("shut").contains(&scene.token));
    let shown = scene.run(&["show", "work", "--json"]).ok().json();
    assert!(shown["validation_error"].as_str().unwrap().starts_with("git was refused with it"), "{shown}");
    scene.run(&["clone", "acme/site"]).ok();
}

/// What a person types chooses; what stands in `.gitmodules` is written by somebody else, and chooses nothing.
#[test]
fn a_user_name_in_the_address_chooses_for_a_clone_and_not_for_a_submodule() {
    let house = House::new();
    let bob = house.github.classic(&house.sandbox, "bob");
    house.connect_github("second", &bob, &[]).ok();
    let ask = || Answer::empty(401).header("www-authenticate", "Basic realm=\"GitHub\"");
    let path = "/acme/site.git/info/refs";
    for (name, token) in [("bob", &bob), ("ada", &house.work)] {
        house.github.script(path, [ask(), Answer::empty(404)]);
        let address = format!("{}/acme/site.git", house.github.origin().replace("http://", &format!("http://{name}@")));
        house.run(&["clone", &address]).code(128).says("not found");
        let sent = house.github.seen_at(path).last().unwrap().basic();
        assert_eq!(sent.map(|(_, password)| password).as_ref(), Some(token), "{name}");
    }
    let host = GitHost::start();
    let module = format!("{}/acme/tool.git", house.github.origin().replace("http://", "http://bob@"));
    host.repository("acme/site", &[("README", "x")], &[("module", &module, &"1".repeat(40))]);
    connect(&house.sandbox, &host, "mine");
    let tool = "/acme/tool.git/info/refs";
    house.github.script(tool, [ask(), ask()]);
    let ran = house.run(&["clone", &host.address("acme/site"), "--recurse-submodules"]).says("because no route leads there");
    assert_ne!(ran.code, 0, "{ran}");
    assert!(house.github.seen_at(tool).iter().all(|seen| seen.basic().is_none_or(|(_, password)| password != bob)));
}

/// Where no connection is for a host, git does what it does without us.
#[test]
fn for_a_host_that_is_not_known_git_is_left_to_itself() {
    let scene = Scene::new();
    let theirs = GitHost::start();
    theirs.repository("team/site", &[("README", "theirs")], &[]);
    theirs.only("team", "letmein");
    let own = "[credential]\n\thelper = \"!f() { echo username=x; echo password=letmein; }; f\"\n";
    scene.sandbox.write("home/.gitconfig", own);
    scene.sandbox.other("git", ["clone", "--quiet", &theirs.address("team/site")]).run().ok();
    theirs.commit("team/site", &[("MORE", "more")]);
    scene.run(&["pull", "site"]).ok().prints("Fast-forward");
    assert!(theirs.sent("team").iter().all(|sent| sent == "letmein") && scene.host.asked("").is_empty());
    // And the helper still has no part in what is ours.
    scene.run(&["clone", "acme/site", "ours"]).ok();
    assert!(scene.host.sent("acme").iter().all(|sent| *sent == scene.token));
}

/// A socket's path is short, a build's folder for what is temporary may not be.
#[test]
fn a_long_way_to_what_is_temporary_is_none_to_git() {
    let scene = Scene::new();
    let long = scene.sandbox.path(&"t".repeat(100));
    std::fs::create_dir(&long).unwrap();
    scene.sandbox.gitconn(["clone", "acme/site"]).env("TMPDIR", &long).run().ok();
    assert_eq!(std::fs::read_dir(&long).unwrap().count(), 0);
}

#[test]
fn what_is_dead_or_disabled_is_said_in_one_line_when_git_gets_nothing() {
    let house = House::new();
    let folder = house.sandbox.path("site");
    house.sandbox.other("git", ["init", "--quiet"]).arg(&folder).run().ok();
    let origin = format!("{}/acme/site.git", house.github.origin());
    house.sandbox.other("git", ["remote", "add", "origin", &origin]).in_folder(&folder).run().ok();
    let pull = |line: &str| {
        let ask = || Answer::empty(401).header("www-authenticate", "Basic realm=\"GitHub\"");
        house.github.script("/acme/site.git/info/refs", [ask(), ask()]);
        let ran = house.run(&["pull", "site"]);
        assert_ne!(ran.code, 0, "{ran}");
        assert_eq!(ran.stderr.matches(line).count(), 1, "{line}: {ran}");
    };
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    pull("connection `work` cannot be used: its token is revoked: gitconn validate work");
    house.run(&["disable", "work"]).ok();
    pull("connection `work` is disabled: gitconn enable work");
}

/// `actions/checkout` leaves a header with its own token in the checkout: a host that is sent two takes neither.
#[test]
fn a_header_that_somebody_left_in_the_checkout_does_not_go_with_our_token() {
    let scene = Scene::new();
    scene.run(&["clone", "acme/site"]).ok();
    let site = scene.sandbox.path("site");
    let key = format!("http.{}/.extraheader", scene.host.origin());
    let header = format!("AUTHORIZATION: Basic {}", STANDARD.encode("x-access-token:left-behind"));
    scene.sandbox.other("git", ["config", &key, &header]).in_folder(&site).run().ok();
    scene.host.commit("acme/site", &[("MORE", "more")]);
    scene.run(&["pull", "site"]).ok().prints("Fast-forward");
    scene.host.commit("acme/site", &[("STILL", "more")]);
    scene.run(&["exec", "work", "--", "git", "-C", "site", "pull"]).ok().prints("Fast-forward");
    assert!(scene.host.sent("acme").iter().all(|sent| *sent == scene.token), "{:?}", scene.host.sent("acme"));
    // Without us it does go: the test can fail.
    let _ = scene.sandbox.other("git", ["fetch"]).in_folder(&site).env("GIT_TERMINAL_PROMPT", "0").run();
    assert!(scene.host.sent("acme").iter().any(|sent| sent == "left-behind"));
}

#[test]
fn a_question_that_is_too_long_is_not_taken_for_its_beginning() {
    let scene = Scene::new();
    let host = scene.host.origin()[7..].to_owned();
    let question = format!("protocol=http\\nhost={host}\\npath=acme/site.git\\n\\n");
    // With the line that says what git wants, a question of the greatest length is longer than that.
    let length = format!("protocol=http\nhost={host}\npath=acme/site.git\n\n").len();
    let hook = format!(
        "#!/bin/sh\ndesk=$(env | sed -n 's/^GIT_CONFIG_VALUE_.* --desk //p' | head -n 1)\n\
         for more in 0 {}; do {{ printf '{question}'; head -c $more /dev/zero | tr '\\0' '\\n'; }} | \
         {} credential --desk \"$desk\" get | wc -l >>\"$HOME/told\"; done\n",
        (1 << 20) - length,
        env!("CARGO_BIN_EXE_gitconn"),
    );
    let path = scene.sandbox.write("template/hooks/post-checkout", &hook);
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    scene.run(&["clone", "acme/site", "--", "--quiet", "--template=template"]).ok();
    let told = scene.read("home/told");
    let lines: Vec<usize> = told.lines().map(|line| line.trim().parse().unwrap()).collect();
    assert!(lines.len() == 2 && lines[0] >= 2 && lines[1] == 0, "{told}");
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
