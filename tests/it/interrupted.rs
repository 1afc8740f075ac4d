//! Ctrl-C: exit code 130 wherever it comes, and a store that is the one before or the one after.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::support::House;
use crate::support::fake::Answer;
use crate::support::running::Running;

/// What lies beside the store, without what is always there.
fn temporary(house: &House) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(house.sandbox.path("data/gitconn")).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "tmp")).collect()
}

#[test]
fn ctrl_c_during_a_request_leaves_the_store_as_it_was() {
    let house = House::new();
    let before = std::fs::read(house.sandbox.store()).unwrap();
    house.github.always("*", Answer::never());
    for (arguments, path) in [
        (&["validate", "work"][..], "/user"),
        (&["repos", "work"], "/user/repos"),
        (&["branches", "a/b", "-c", "work"], "/repos/a/b"),
    ] {
        house.github.forget();
        let running = house.sandbox.gitconn(arguments).start();
        house.github.wait_below(path);
        running.interrupt();
        let ran = running.wait().code(130);
        assert_eq!(ran.stdout, "", "{ran}");
    }
    house.github.forget();
    let running = house
        .sandbox
        .gitconn(["connect", "github", "new", "--host", &house.github.origin(), "--token-stdin"])
        .stdin(&house.work)
        .start();
    house.github.wait_below("/user");
    running.interrupt();
    running.wait().code(130);
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before, "the store was changed");
    house.github.recover();
    assert_eq!(house.names(&["--all"]), ["lab", "work"]);
}

#[test]
fn ctrl_c_during_a_save_ends_before_it_or_after_it() {
    let house = House::new();
    let mut known = house.connection("work")["description"].clone();
    let mut interrupted = 0;
    for round in 0..24_u32 {
        let description = format!("round {round}");
        let running = house.sandbox.gitconn(["edit", "work", "--description", &description]).start();
        running.wait_until_it_minds_ctrl_c();
        // Another moment of the run in every round: it takes some 10 ms.
        std::thread::sleep(Duration::from_micros(700) * round);
        running.interrupt();
        let ran = running.wait();
        assert!(matches!(ran.code, 0 | 130), "{ran}");
        interrupted += u32::from(ran.code == 130);
        let now = house.connection("work")["description"].clone();
        // Whoever reads that it is done finds it done; whoever stopped it finds the one or the other, whole.
        assert!(now == description.as_str() || ran.code == 130 && now == known, "{now} after {known}\n{ran}");
        known = now;
        house.run(&["audit", "verify"]).ok();
        house.run(&["store", "verify"]).ok();
    }
    assert!(interrupted > 0, "it always came too late");
    house.run(&["edit", "work", "--description", "the next save"]).ok();
    assert_eq!(temporary(&house), Vec::<PathBuf>::new(), "left behind");
}

/// Ctrl-C while it waits: it ends with 130 within a second.
#[track_caller]
fn ends_at_once(running: Running<'_>) {
    let asked = Instant::now();
    running.interrupt();
    let ran = running.wait().code(130);
    assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?}\n{ran}", asked.elapsed());
    assert_eq!(ran.stdout, "", "{ran}");
}

#[test]
fn ctrl_c_is_heard_while_another_process_holds_the_lock() {
    let house = House::new();
    let before = std::fs::read(house.sandbox.store()).unwrap();
    let lock = std::fs::File::open(house.sandbox.path("data/gitconn/store.lock")).unwrap();
    lock.lock().unwrap();
    for arguments in [&["validate", "work"][..], &["edit", "work", "--description", "x"], &["disable", "work"]] {
        house.github.forget();
        let running = house.sandbox.gitconn(arguments).start();
        running.wait_until_it_minds_ctrl_c();
        if arguments[0] == "validate" {
            house.github.wait_below("/user");
        }
        // From here it is some milliseconds to the lock, and 30 s that it would wait there.
        std::thread::sleep(Duration::from_millis(300));
        ends_at_once(running);
    }
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before, "the store was changed");
    drop(lock);
    house.run(&["validate", "work"]).ok();
}
