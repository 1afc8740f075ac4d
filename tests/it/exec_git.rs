//! git inside of a program that `exec` runs: it takes the token from the program's own variable, for one host, and opens no store.

use crate::support::Sandbox;
use crate::support::git_host::GitHost;
use crate::support::tokens;

/// A host with a repository that only the token of `work` may see, and the connection.
struct Scene {
    sandbox: Sandbox,
    host: GitHost,
    token: String,
}

fn scene() -> Scene {
    let (sandbox, host) = (Sandbox::new(), GitHost::start());
    let token = sandbox.secret(&tokens::gitlab("exec-git"));
    host.repository("acme/site", &[("README", "hello")], &[]);
    host.only("acme", &token);
    let add = ["connect", "gitlab", "work", "--token-stdin", "--offline", "--host", &host.origin()];
    sandbox.gitconn(add).stdin(&token).run().ok();
    Scene { sandbox, host, token }
}

#[test]
fn git_clones_and_pushes_without_being_asked_anything_and_opens_no_store() {
    let Scene { sandbox, host, token } = scene();
    // Every store and every key is gone when git asks: the helper reads the variable alone.
    let script = format!(
        "set -e; rm -rf data config state key.txt; git clone -q {address} site; cd site; git config user.name ada; git config user.email a@b.c; \
         echo more >more; git add more; git commit -qm more; git push -q origin HEAD:refs/heads/more; git remote get-url origin",
        address = host.address("acme/site")
    );
    let ran = sandbox.gitconn(["exec", "work", "--", "sh", "-c", &script]).run().ok();
    assert_eq!((ran.stdout.trim_end(), ran.stderr.as_str()), (host.address("acme/site").as_str(), ""));
    assert_eq!(host.head("acme/site", "more").len(), 40);
    let sent = host.asked("acme").into_iter().filter_map(|asked| asked.sent).collect::<Vec<_>>();
    assert!(!sent.is_empty() && sent.iter().all(|sent| *sent == ("oauth2".to_owned(), token.clone())), "{sent:?}");
}

#[test]
fn the_token_goes_to_its_own_host_only_and_no_other_helper_is_asked() {
    let Scene { sandbox, host, .. } = scene();
    let elsewhere = GitHost::start();
    elsewhere.repository("acme/site", &[("README", "hello")], &[]);
    elsewhere.only("acme", "another password");
    sandbox.program("git-credential-nosy", "echo asked >>\"$HOME/nosy\"; cat >>\"$HOME/nosy\"");
    sandbox.write("home/.gitconfig", "[credential]\n\thelper = nosy\n[credential \"http://127.0.0.1\"]\n\thelper = nosy\n");
    let clone = |address: &str| {
        let run = sandbox.gitconn(["exec", "work", "--", "git", "clone", "-q", address, "copy"]);
        run.env("GIT_TERMINAL_PROMPT", "0").run()
    };
    clone(&elsewhere.address("acme/site")).code(128);
    clone(&host.address("acme/site")).ok();
    assert_eq!(elsewhere.sent("acme"), Vec::<String>::new());
    assert!(!elsewhere.asked("acme").is_empty() && !host.sent("acme").is_empty());
    assert!(!sandbox.path("home/nosy").exists(), "a helper that is none of ours was asked");
    // It is asked where `exec` is not around git: the test can fail.
    let run = sandbox.gitconn([
        "exec",
        "work",
        "--",
        "env",
        "-u",
        "GIT_CONFIG_COUNT",
        "git",
        "ls-remote",
        &elsewhere.address("acme/site"),
    ]);
    let _ = run.env("GIT_TERMINAL_PROMPT", "0").run().code(128);
    assert!(sandbox.path("home/nosy").exists());
}

#[test]
fn settings_that_the_environment_holds_already_stay() {
    let Scene { sandbox, host, .. } = scene();
    let script = format!("git config acme.word; git clone -q {} site && echo cloned", host.address("acme/site"));
    let run = sandbox.gitconn(["exec", "work", "--env", "MINE", "--", "sh", "-c", &script]);
    let run = run.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "acme.word").env("GIT_CONFIG_VALUE_0", "kept");
    assert_eq!(run.run().ok().stdout, "kept\ncloned\n");
}

#[test]
fn a_program_that_drops_the_variable_has_no_token_left() {
    let Scene { sandbox, host, .. } = scene();
    let script = format!("unset GITLAB_TOKEN; GIT_TERMINAL_PROMPT=0 git clone -q {} site", host.address("acme/site"));
    let _ = sandbox.gitconn(["exec", "work", "--", "sh", "-c", &script]).run().code(128);
    assert_eq!(host.sent("acme"), Vec::<String>::new());
}

#[test]
fn the_connection_may_be_found_by_the_repository() {
    let Scene { sandbox, host, .. } = scene();
    let print = ["--", "sh", "-c", "echo ${GITLAB_HOST}"];
    let found = |address: &str| sandbox.gitconn(["exec", "--for", address]).args(print).run();
    let authority = host.origin().trim_start_matches("http://").to_owned();
    for address in [&host.address("acme/site"), "acme/site", "git@127.0.0.1:acme/site.git"] {
        assert_eq!(found(address).ok().stdout.trim_end(), authority, "{address}");
    }
    found("https://git.example.com/acme/site").code(125).says("there is no usable connection for git.example.com");
    // It is an address, and no name that looks like one.
    found("work").code(125).says("`work` does not name a repository");
    sandbox.gitconn(["exec", "work", "--for", "acme/site"]).args(print).run().code(125).says("cannot be used with");
}
