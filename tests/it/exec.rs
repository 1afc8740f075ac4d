//! `exec`: a program with a live token in its environment, its exit code given back, and its own token revoked when it ends.

use rustix::process::Signal;

use crate::support::fake::{Answer, permissions};
use crate::support::pty::Terminal;
use crate::support::{Foundry, House};

/// What a program sees of the variables that matter, one a line.
const SEEN: &str = "env | grep -E '^(GH|GITHUB|GITLAB|GITCONN|MINE)_?' | sort | sed -E 's/=.*//'";

#[test]
fn a_program_gets_the_token_under_the_names_it_looks_for_and_nothing_of_ours() {
    let house = House::new();
    let seen = |name: &str, more: &[&str]| {
        let run = house.sandbox.gitconn(["exec", name]).args(more).args(["--", "sh", "-c", SEEN]);
        run.env("GITCONN_CONNECTION", "lab").run().ok().stdout
    };
    // An enterprise server's token must not be taken for github.com's.
    assert_eq!(seen("work", &[]), "GH_ENTERPRISE_TOKEN\nGH_HOST\nGITHUB_ENTERPRISE_TOKEN\n");
    assert_eq!(seen("lab", &[]), "GITLAB_HOST\nGITLAB_TOKEN\n");
    assert_eq!(seen("lab", &["--env", "MINE_TOKEN"]), "MINE_TOKEN\n");
    let print = ["exec", "lab", "--", "sh", "-c", "printf %s \"$GITLAB_TOKEN\""];
    assert_eq!(house.sandbox.gitconn(print).may_show(&house.lab).run().ok().stdout, house.lab);
    let host = house.run(&["exec", "work", "--", "sh", "-c", "echo $GH_HOST"]).ok().stdout;
    assert_eq!(host.trim_end(), house.github.origin().trim_start_matches("http://"));
}

#[test]
fn github_com_has_names_of_its_own() {
    let house = House::new();
    let add = ["connect", "github", "ada", "--token-stdin", "--offline"];
    let token = house.sandbox.secret(&crate::support::tokens::classic("exec"));
    house.sandbox.gitconn(add).stdin(&token).run().ok();
    let seen = house.run(&["exec", "ada", "--", "sh", "-c", SEEN]).ok().stdout;
    assert_eq!(seen, "GH_HOST\nGH_TOKEN\nGITHUB_TOKEN\n");
    let host = house.run(&["exec", "ada", "--", "sh", "-c", "echo $GH_HOST"]).ok().stdout;
    assert_eq!(host, "github.com\n");
}

#[test]
fn exit_codes_are_the_programs_own_and_ours_are_told_apart() {
    let house = House::new();
    let run = |words: &[&str]| house.run(words);
    run(&["exec", "lab", "--", "true"]).ok();
    run(&["exec", "lab", "--", "sh", "-c", "exit 7"]).code(7);
    run(&["exec", "lab", "--", "sh", "-c", "kill -TERM $$"]).code(143);
    run(&["exec", "lab", "--", "no-such-program"]).code(127).says("`no-such-program` cannot be run");
    let file = house.sandbox.write("plain.txt", "no program");
    run(&["exec", "lab", "--", file.to_str().unwrap()]).code(126).says("cannot be run");
    run(&["exec", "nobody", "--", "true"]).code(125).says("there is no connection `nobody`");
    run(&["exec", "lab", "--fresh", "--", "true"]).code(125).says("`lab` is not a GitHub App");
    for name in ["", "9X", "A=B", "BAD NAME"] {
        run(&["exec", "lab", "--env", name, "--", "true"]).code(125).says("a variable's name is of letters, digits and `_`");
    }
    for name in ["PATH", "HOME", "IFS", "LD_PRELOAD", "GITCONN_KEY", "GIT_CONFIG_COUNT", "GH_HOST"] {
        run(&["exec", "lab", "--env", name, "--", "true"]).code(125).says("programs take this variable for something else");
    }
    let locked = house.sandbox.gitconn(["exec", "lab", "--", "true"]).without("GITCONN_KEY_FILE");
    locked.run().code(125).says("the store is locked");
    let elsewhere = house.sandbox.path("elsewhere.age");
    let gone = house.sandbox.gitconn(["exec", "--store"]).arg(&elsewhere).args(["lab", "--", "true"]);
    gone.run().code(125).says("there is no store");
    let ran = house.sandbox.gitconn(["exec", "lab", "--", "cat"]).stdin("through and through").run().ok();
    assert_eq!(ran.stdout, "through and through");
}

/// A script tells our failures from the program's by the code alone, whatever it was that failed.
#[test]
fn what_fails_before_any_command_runs_is_125_too() {
    let house = House::new();
    house.run(&["exec", "lab"]).code(125);
    house.run(&["exec", "lab", "--no-such-option", "--", "true"]).code(125).says("--no-such-option");
    assert_eq!(house.run(&["exec", "lab", "--no-such-option", "--json", "--", "true"]).code(125).error()["kind"], "usage");
    let token = crate::support::tokens::classic("typed");
    house.run(&["exec", &token, "--", "true"]).code(125).says("an argument holds");
    let broken = house.sandbox.write("broken.toml", "= nonsense");
    house.sandbox.gitconn(["exec", "lab", "--", "true"]).env("GITCONN_CONFIG", &broken).run().code(125);
    house.sandbox.gitconn(["list"]).env("GITCONN_CONFIG", &broken).run().code(2);
    house.run(&["exec", "--help"]).ok().prints("Usage:");
    house.run(&["exec", "--version"]).ok();
    house.run(&["list", "--no-such-option"]).code(2);
}

#[test]
fn what_was_mistyped_is_shown_as_it_is_right() {
    let house = House::new();
    let hints = |words: &[&str], code: i32, hint: &str| drop(house.run(words).code(code).says(&format!("hint: {hint}")));
    hints(&["exec", "work", "gh", "pr", "list"], 125, "gitconn exec work -- gh pr list");
    hints(&["exec", "--", "true", "x y"], 125, "gitconn exec NAME -- true 'x y'");
    hints(&["exec", "--", "true"], 125, "gitconn exec --for OWNER/REPO -- true");
    hints(&["exec", "acme/site", "--mask", "--", "true"], 125, "gitconn exec --for acme/site -- true");
    hints(&["exec", "wrok", "--mask", "--", "wrok"], 125, "gitconn exec work --mask -- wrok   # did you mean this one?");
    hints(&["clone", "acme/site", "-c", "wrok"], 3, "gitconn clone acme/site -c work   # did");
    hints(&["clone", "acme/wrok", "--connection=wrok"], 3, "gitconn clone acme/wrok --connection=work   # did");
    hints(&["route", "add", "acme", "wrok"], 3, "gitconn route add acme work   # did");
    let out = house.sandbox.path("ci.age");
    let out = out.to_str().unwrap();
    hints(&["store", "export", "--only", "wrok", "--out", out], 3, &format!("gitconn store export --only work --out {out}"));
    hints(&["route", "add", "work", "github.com/acme"], 2, "gitconn route add github.com/acme work");
    // Nothing that ends something is made ready for another connection than the one that was named.
    hints(&["remove", "wrok", "--yes"], 3, "gitconn show work   # did");
}

#[test]
fn with_v_it_says_which_connection_and_why() {
    let house = House::new();
    house.run(&["-v", "exec", "lab", "--", "true"]).ok().says("`lab`").says("serves: it was named");
    house.run(&["route", "add", "acme", "work"]).ok();
    house.run(&["-v", "exec", "--for", "acme/site", "--", "true"]).ok().says("`work`").says("the route `");
    let run = house.sandbox.gitconn(["-v", "exec", "--for", "acme/site", "--", "true"]).env("GITCONN_CONNECTION", "lab");
    run.run().ok().says("`lab`").says("it is the default connection");
}

#[test]
fn a_signal_is_passed_on_and_the_programs_answer_to_it_given_back() {
    let house = House::new();
    // `exec` itself gets it alone: nobody else tells the program.
    for (name, signal) in
        [("TERM", Signal::TERM), ("HUP", Signal::HUP), ("INT", Signal::INT), ("QUIT", Signal::QUIT), ("USR1", Signal::USR1)]
    {
        for mask in [&[][..], &["--mask"]] {
            let script = format!("trap 'echo told; exit 5' {name}; echo ready; while :; do sleep 0.05; done");
            let run = house.sandbox.gitconn(["exec", "lab"]).args(mask).args(["--", "sh", "-c", &script]);
            let mut running = run.start();
            running.stdout_line("ready");
            running.signal(signal);
            let ran = running.wait().code(5);
            assert!(ran.stdout.contains("told"), "{ran}");
        }
    }
}

/// `nohup gitconn exec …`, and what a shell puts in the background: signals that were ignored stay so, for the program too.
#[cfg(target_os = "linux")]
#[test]
fn what_was_ignored_is_ignored_by_the_program_too() {
    let house = House::new();
    let ignored = |traps: &str, words: &str| {
        let script = format!("{traps} exec \"$0\" exec lab {words} -- sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status");
        let ran = house.sandbox.other("sh", ["-c", &script, env!("CARGO_BIN_EXE_gitconn")]).run().ok();
        u64::from_str_radix(ran.stdout.trim(), 16).unwrap()
    };
    let (hang_up, interrupt, quit, terminate) = (1, 1 << 1, 1 << 2, 1 << 14);
    for words in ["", "--mask"] {
        assert_eq!(ignored("", words) & (hang_up | interrupt | quit | terminate), 0);
        assert_eq!(ignored("trap '' HUP;", words) & (hang_up | interrupt | quit | terminate), hang_up);
        let all = hang_up | interrupt | quit | terminate;
        assert_eq!(ignored("trap '' HUP INT QUIT TERM;", words) & all, all);
    }
}

/// A terminal tells everybody in its foreground: whoever reads from a pipe there too.
#[test]
fn ctrl_c_on_a_terminal_reaches_the_program_once() {
    let house = House::new();
    let script = "trap 'echo told' INT; echo ready; i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i+1)); done; echo over";
    for piped in [true, false] {
        let run = house.sandbox.gitconn(["exec", "lab", "--", "sh", "-c", script]);
        let terminal = if piped { Terminal::start_reading_a_pipe(run) } else { Terminal::start(run) };
        let seen = terminal.sees("ready").interrupts().sees("over").ends();
        assert_eq!((seen.code, seen.screen.matches("told").count()), (0, 1), "{}", seen.screen);
    }
}

/// What a process sends, it sends to us alone, whether or not there is a terminal.
#[test]
fn an_interrupt_that_a_process_sends_is_passed_on_from_a_terminal_too() {
    let house = House::new();
    for (name, signal) in [("INT", Signal::INT), ("QUIT", Signal::QUIT)] {
        let script = format!("trap 'echo told; exit 5' {name}; echo \"of $PPID.\"; while :; do sleep 0.05; done");
        let terminal = Terminal::start(house.sandbox.gitconn(["exec", "lab", "--", "sh", "-c", &script])).sees("of ").sees(".");
        let text = terminal.text();
        let id = text.rsplit("of ").next().unwrap().trim_end_matches('.').parse().unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
        let seen = terminal.ends();
        assert_eq!((seen.code, seen.screen.matches("told").count()), (5, 1), "{}", seen.screen);
    }
}

/// A program may answer to a signal by going on; and one that has no answer ends of it.
#[test]
fn what_a_signal_does_is_the_programs_to_say() {
    let house = House::new();
    let script = "trap 'echo on' USR2; echo ready; while :; do sleep 0.05; done";
    let mut running = house.sandbox.gitconn(["exec", "lab", "--", "sh", "-c", script]).start();
    running.stdout_line("ready");
    for _ in 0..3 {
        running.signal(Signal::USR2);
        running.stdout_line("on");
    }
    running.terminate();
    let _ = running.wait().code(143);
}

#[test]
fn a_token_of_its_own_is_revoked_when_the_program_ends_and_the_shared_one_never() {
    let foundry = Foundry::new();
    let granted = permissions(&[("contents", "write"), ("issues", "read"), ("metadata", "read")]);
    foundry.github.apps.edit_installation(foundry.corp, |one| one.permissions = granted);
    foundry.connect("prod-app").run().ok();
    foundry.run(&["exec", "prod-app", "--installation", "acme-corp", "--", "true"]).ok();
    // What is to be added stands before the program, which has options of its own.
    foundry
        .run(&["exec", "prod-app", "--", "true", "-x"])
        .code(125)
        .says("gitconn exec prod-app --installation acme-corp -- true -x");
    let apps = &foundry.github.apps;
    assert_eq!((apps.posts_of(foundry.corp), apps.revoked()), (1, 0));
    let shared = foundry.token(&["prod-app", "--installation", "acme-corp"]);
    assert_eq!(apps.posts_of(foundry.corp), 1, "the shared one is used again");

    let narrow = ["exec", "prod-app", "--repo", "acme-corp/site", "--permission", "contents=read", "--", "sh", "-c", "exit 3"];
    foundry.run(&narrow).code(3);
    foundry.run(&["exec", "prod-app", "--installation", "acme-corp", "--fresh", "--", "no-such-program"]).code(127);
    let handed = apps.tokens_of(foundry.corp);
    assert_eq!((handed.len(), apps.revoked()), (3, 2));
    assert!(handed[1].revoked && handed[2].revoked && apps.is_live(&shared));
    assert!(handed[0].permissions.contains_key("issues") && !handed[1].permissions.contains_key("issues"));
}

/// A terminal tells both of Ctrl-C: the program ends of it, and the revocation that follows must not.
#[test]
fn the_ctrl_c_that_ended_the_program_does_not_keep_its_token_alive() {
    let foundry = Foundry::new();
    foundry.connect("prod-app").run().ok();
    for round in 1..=12 {
        let words = ["exec", "prod-app", "--repo", "acme-corp/site", "--", "sh", "-c", "echo ready; exec sleep 20"];
        let mut running = foundry.sandbox.gitconn(words).start();
        running.stdout_line("ready");
        running.interrupt();
        // Once more, when the program may have gone and its token not yet.
        std::thread::sleep(std::time::Duration::from_millis(round % 4));
        running.interrupt();
        running.wait().code(130);
        assert_eq!(foundry.github.apps.revoked(), usize::try_from(round).unwrap());
    }
}

#[test]
fn a_token_that_cannot_be_revoked_is_told_and_the_programs_code_stays() {
    let foundry = Foundry::new();
    foundry.connect("prod-app").run().ok();
    foundry.github.script("/installation/token", [Answer::html(500, "Unicorn!")]);
    let ran = foundry.run(&["exec", "prod-app", "--repo", "acme-corp/site", "--", "true"]).ok();
    ran.says("warning: the token could not be revoked, and lives for up to an hour");
}
