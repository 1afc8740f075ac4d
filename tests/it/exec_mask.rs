//! `exec --mask`: whatever the program writes, and in however many writes, nothing of the token is shown. Every run here is looked through for every twelve
//! characters of it, as they are and in Base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{House, Ran};

/// Runs a script with the token of `lab` in `GITLAB_TOKEN`, masked.
fn masked(house: &House, script: &str) -> Ran {
    house.sandbox.gitconn(["exec", "lab", "--mask", "--", "sh", "-c", script]).run()
}

#[test]
fn the_token_is_hidden_on_both_streams_and_the_rest_is_passed_as_it_is() {
    let house = House::new();
    let ran = masked(&house, "echo \"a $GITLAB_TOKEN b\"; echo \"c $GITLAB_TOKEN d\" >&2; printf '\\377\\n'; exit 3").code(3);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("a *** b\n\u{fffd}\n", "c *** d\n"));
    // A part of it, too, and what is shorter than a token's piece is as it was.
    assert_eq!(masked(&house, "printf %s \"$GITLAB_TOKEN\" | tail -c 13").ok().stdout, "***");
    assert_eq!(masked(&house, "printf %s \"$GITLAB_TOKEN\" | head -c 6").ok().stdout, house.lab[..6]);
    // Without the flag it is shown: the test above can fail.
    let bare = ["exec", "lab", "--", "sh", "-c", "echo $GITLAB_TOKEN"];
    house.sandbox.gitconn(bare).may_show(&house.lab).run().ok().prints(&house.lab);
}

/// `dd` writes a block at a time, so that the token comes in pieces of every size.
#[test]
fn the_token_is_hidden_however_it_is_cut_and_encoded() {
    let house = House::new();
    for size in [1, 2, 3, 5, 7, 11, 12, 13, 17] {
        let cut = format!("dd bs={size} iflag=fullblock status=none");
        let ran = masked(&house, &format!("printf 'a %s b' \"$GITLAB_TOKEN\" | {cut}")).ok();
        assert_eq!(ran.stdout, "a *** b", "in writes of {size}");
        for before in ["", "x", "xy", "oauth2:", "x-access-token:"] {
            let ran = masked(&house, &format!("printf '{before}%s tail' \"$GITLAB_TOKEN\" | base64 -w0 | {cut}")).ok();
            assert_eq!(ran.stdout.matches("***").count(), 1, "{ran}");
            let whole = STANDARD.encode(format!("{before}{} tail", house.lab));
            let (begins, ends) = ran.stdout.split_once("***").unwrap();
            assert!(whole.starts_with(begins) && whole.ends_with(ends), "{ran}");
        }
    }
}

#[test]
fn what_it_writes_comes_through_while_it_runs() {
    let house = House::new();
    let mut running = house.sandbox.gitconn(["exec", "lab", "--mask", "--", "sh", "-c", "echo begun; exec sleep 50"]).start();
    running.stdout_line("begun");
    running.terminate();
    let _ = running.wait().code(143);
}

#[test]
fn a_reader_who_goes_away_ends_the_program_as_it_would_without_us() {
    let house = House::new();
    let mut running = house.sandbox.gitconn(["exec", "lab", "--mask", "--", "yes"]).start();
    running.close_stdout();
    let _ = running.wait().code(141);
}

/// A server that the program leaves behind may keep its streams for ever.
#[test]
fn what_the_program_leaves_running_is_not_waited_for_by_whoever_insists() {
    let house = House::new();
    let script = "sleep 30 & echo $!; exit 4";
    let mut running = house.sandbox.gitconn(["exec", "lab", "--mask", "--", "sh", "-c", script]).start();
    let left: i32 = running.stdout_line("").parse().unwrap();
    // The program ends at once after that line; a signal that came before would be passed on to it.
    std::thread::sleep(std::time::Duration::from_millis(500));
    running.terminate();
    running.wait().code(4).says("interrupted: what the program wrote may not all have been shown");
    let _ = rustix::process::kill_process(rustix::process::Pid::from_raw(left).unwrap(), rustix::process::Signal::KILL);
}

#[test]
fn github_actions_is_told_what_to_hide_and_nobody_else_is() {
    let house = House::new();
    let run = |words: &[&str]| house.sandbox.gitconn(["exec", "lab"]).args(words).args(["--", "echo", "done"]);
    let ran = run(&["--mask"]).env("GITHUB_ACTIONS", "true").may_show(&house.lab).run().ok();
    let basic = STANDARD.encode(format!("oauth2:{}", house.lab));
    assert_eq!(ran.stderr, format!("::add-mask::{}\n::add-mask::{basic}\n", house.lab));
    assert_eq!(ran.stdout, "done\n");
    assert_eq!(run(&[]).env("GITHUB_ACTIONS", "true").run().ok().stderr, "");
    assert_eq!(run(&["--mask"]).run().ok().stderr, "");
    assert_eq!(run(&["--mask"]).env("GITHUB_ACTIONS", "false").run().ok().stderr, "");
}

/// What is told to the runner's log would stay in a file, whole, for whoever reads that.
#[test]
fn a_file_is_not_told_the_token() {
    let house = House::new();
    let log = house.sandbox.path("stderr.log");
    let run = house.sandbox.gitconn(["exec", "lab", "--mask", "--", "true"]).env("GITHUB_ACTIONS", "true");
    let status = run.command().stderr(std::fs::File::create(&log).unwrap()).status().unwrap();
    assert!(status.success());
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("warning: stderr is a file") && !text.contains("add-mask") && !text.contains(&house.lab), "{text}");
}
