//! Many processes at one store, and stores in unusual places. The peer is the kernel: locks, links, modes.
//!
//! 20,000 reads beside a writer are a unit test of the store: as processes they would take minutes. Here a few hundred real processes
//! read beside a writing one.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::sandbox::{Sandbox, finish, program_path};

#[test]
fn eight_processes_times_a_hundred_writes_lose_none() {
    let sandbox = Sandbox::with_store();
    for writer in 0..8 {
        sandbox.connect_offline(&format!("w{writer}")).exits(0);
    }
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for number in 0..100 {
                    sandbox.run(["edit", &format!("w{writer}"), "--description", &format!("change {number}")]).exits(0);
                }
            });
        }
    });
    // Each change is an event; one that was overwritten by another process would be missing from the trail.
    let updated = sandbox.run(["audit", "list", "--kind", "updated", "--limit", "5000", "--json"]).exits(0).json();
    assert_eq!(updated["events"].as_array().unwrap().len(), 800);
    for writer in 0..8 {
        assert_eq!(sandbox.description(&format!("w{writer}")).as_deref(), Some("change 99"));
    }
    sandbox.run(["audit", "verify"]).exits(0);
    sandbox.run(["store", "verify"]).exits(0);
    sandbox.has_no_leftovers();
}

#[test]
fn readers_beside_a_writer_see_no_rollback() {
    let sandbox = Sandbox::with_connection();
    let done = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    while !done.load(Ordering::Relaxed) {
                        sandbox.run(["list", "--json"]).exits(0);
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        for number in 0..150 {
            sandbox.run(["edit", "a", "--description", &number.to_string()]).exits(0);
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap()).sum::<usize>()
    });
    eprintln!("{reads} reads beside 150 saves");
    assert!(reads > 100, "{reads} reads are too few to say anything");
}

#[test]
fn a_symlinked_store_stays_a_link() {
    let sandbox = Sandbox::with_connection();
    let real = sandbox.path("elsewhere");
    std::fs::create_dir(&real).unwrap();
    let target = real.join("team.age");
    std::fs::rename(sandbox.store(), &target).unwrap();
    for entry in std::fs::read_dir(sandbox.store().parent().unwrap()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    symlink(&target, sandbox.store()).unwrap();
    let before = std::fs::read(&target).unwrap();

    sandbox.run(["edit", "a", "--description", "through the link"]).exits(0);
    assert!(std::fs::symlink_metadata(sandbox.store()).unwrap().is_symlink(), "the link was replaced by a file");
    assert_ne!(std::fs::read(&target).unwrap(), before, "the real file was not written");
    assert_eq!(sandbox.beside_the_store(), ["store.age"], "lock and temporary files stand beside the link");
    assert!(real.join("team.lock").exists() || real.join("store.lock").exists() || real.join("team.age.lock").exists());
    assert_eq!(sandbox.description("a").as_deref(), Some("through the link"));
}

#[test]
fn modes_do_not_follow_the_umask() {
    for mask in ["000", "077"] {
        let sandbox = Sandbox::new();
        let run = |arguments: &[&str]| {
            let mut command = Command::new("bash");
            sandbox.dress(&mut command);
            command.args(["-c", "umask \"$1\"; shift; exec \"$@\"", "bash", mask]).arg(program_path()).args(arguments);
            finish(&mut command).holds_no_secret()
        };
        run(&["store", "init", "--key", "file", "--key-out", sandbox.path("key").to_str().unwrap()]).exits(0);
        sandbox.connect_offline("a").exits(0);
        run(&["edit", "a", "--description", "x"]).exits(0);
        run(&["store", "backup", sandbox.path("backup.age").to_str().unwrap()]).exits(0);
        let mut files = vec![sandbox.path("key"), sandbox.path("backup.age")];
        collect(&sandbox.path("data"), &mut files);
        collect(&sandbox.path("state"), &mut files);
        for file in files {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            let wanted = if file.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode & !wanted, 0, "with umask {mask} {} has mode {mode:o}", file.display());
        }
    }
}

/// Everything below a directory, itself not counted.
fn collect(directory: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        }
        found.push(path);
    }
}
