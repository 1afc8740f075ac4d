//! Peer: a real Secret Service, GNOME's keyring on a private bus (`apt install gnome-keyring dbus`): unlocked, locked, without a service,
//! and a bus that is silent. Whatever the bus does, the program gives up after three seconds and says what to do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::{Run, Sandbox, finish};
use crate::suite;

/// The program's own limit is 3 s; the rest is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// A process that is ended with the test.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A private message bus.
struct Bus {
    address: String,
    _daemon: Owned,
}

impl Bus {
    fn start(sandbox: &Sandbox) -> Self {
        let mut command = Command::new("dbus-daemon");
        sandbox.dress(&mut command);
        let socket = format!("unix:path={}", sandbox.path("run").join("bus").display());
        // No service files: nothing is started on demand, what runs is what the test starts.
        let configuration = sandbox.path("bus.conf");
        std::fs::write(
            &configuration,
            format!(
                "<busconfig><type>session</type><listen>{socket}</listen><policy context=\"default\"><allow send_destination=\"*\" \
                 eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>"
            ),
        )
        .unwrap();
        let mut child = command
            .arg(format!("--config-file={}", configuration.display()))
            .args(["--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("unix:"), "the bus did not start: {line}");
        Self { address: line.trim().to_owned(), _daemon: Owned(child) }
    }

    /// Starts the keyring; with a password its login collection is made if need be, and unlocked.
    fn keyring(&self, sandbox: &Sandbox, password: Option<&str>) -> Owned {
        let mut command = Command::new("gnome-keyring-daemon");
        sandbox.dress(&mut command);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).args(["--foreground", "--components=secrets"]);
        if password.is_some() {
            command.arg("--unlock");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(password.unwrap_or_default().as_bytes()).unwrap();
        drop(input);
        let daemon = Owned(child);
        let started = Instant::now();
        while !self.has_secrets(sandbox) {
            assert!(started.elapsed() < Duration::from_secs(20), "gnome-keyring-daemon did not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        daemon
    }

    /// How many entries there are of a service and an account.
    fn held(&self, sandbox: &Sandbox, service: &str, account: &str) -> usize {
        let mut command = Command::new("dbus-send");
        sandbox.dress(&mut command);
        let output = command
            .arg(format!("--bus={}", self.address))
            .args(["--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
            .args([
                "org.freedesktop.Secret.Service.SearchItems",
                &format!("dict:string:string:service,{service},username,{account}"),
            ])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).matches("/org/freedesktop/secrets/collection/").count()
    }

    fn has_secrets(&self, sandbox: &Sandbox) -> bool {
        let mut command = Command::new("dbus-send");
        sandbox.dress(&mut command);
        let output = command
            .arg(format!("--bus={}", self.address))
            .args(["--print-reply", "--reply-timeout=1000", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
            .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).contains("boolean true")
    }
}

/// Runs the program with a bus, and checks that it does not take long.
#[track_caller]
fn on_bus(sandbox: &Sandbox, address: &str, arguments: &[&str]) -> Run {
    let started = Instant::now();
    let mut command = sandbox.program();
    let run = finish(command.env("DBUS_SESSION_BUS_ADDRESS", address).args(arguments)).holds_no_secret();
    assert!(started.elapsed() < PATIENCE, "`{arguments:?}` took {:?}", started.elapsed());
    run
}

/// A store that exists and whose key cannot be had: exit 5, with words that speak of the keyring and of a way out.
#[track_caller]
fn locked(sandbox: &Sandbox, address: &str) {
    let before = std::fs::read(sandbox.store()).unwrap();
    for arguments in [&["list"][..], &["list", "--no-input"], &["edit", "a", "--description", "x"]] {
        let run = on_bus(sandbox, address, arguments).exits(5);
        assert!(run.err.contains("keyring"), "no word of the keyring: {}", run.err);
        assert!(run.err.contains("hint:"), "no way out is named: {}", run.err);
    }
    assert_eq!(std::fs::read(sandbox.store()).unwrap(), before);
}

/// A keyring that cannot take a new key: no store is made, and the words name the keyring and a way out.
#[track_caller]
fn no_place_for_a_key(sandbox: &Sandbox, address: &str) {
    let run = on_bus(sandbox, address, &["store", "init", "--key", "keyring"]);
    assert!(matches!(run.code, Some(1 | 5)), "{run:?}");
    assert!(run.err.contains("keyring"), "no word of the keyring: {}", run.err);
    assert!(run.err.contains("hint:"), "no way out is named: {}", run.err);
    assert!(!sandbox.store().exists(), "a store without a key that opens it");
}

/// A home with a store whose key is in a keyring that no longer runs.
fn with_keyring_store() -> Sandbox {
    let sandbox = Sandbox::new();
    let bus = Bus::start(&sandbox);
    let _keyring = bus.keyring(&sandbox, Some("login password"));
    on_bus(&sandbox, &bus.address, &["store", "init", "--key", "keyring"]).exits(0);
    sandbox
}

#[test]
fn an_unlocked_keyring_holds_the_key() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = Sandbox::new();
    let bus = Bus::start(&sandbox);
    let _keyring = bus.keyring(&sandbox, Some("login password"));
    let run = on_bus(&sandbox, &bus.address, &["store", "init", "--key", "keyring"]).exits(0);
    assert!(run.err.contains("recovery") || run.out.contains("recovery") || run.err.contains("key export"), "{run:?}");
    let connected = |name: &str| {
        let token = sandbox.path("token");
        std::fs::write(&token, crate::sandbox::github_token()).unwrap();
        let arguments = ["connect", "github", name, "--offline", "--token-file", token.to_str().unwrap()];
        on_bus(&sandbox, &bus.address, &arguments)
    };
    connected("a").exits(0);
    let listed = on_bus(&sandbox, &bus.address, &["list", "--json"]).exits(0).json();
    assert_eq!(listed["connections"][0]["name"], "a");
    // The key is in the keyring and in no file.
    assert!(!sandbox.beside_the_store().iter().any(|name| name.contains("key")), "{:?}", sandbox.beside_the_store());
    // The second time the key is there: it is taken, no new one is made, and both connections are in one store.
    let run = connected("b").exits(0);
    assert!(!run.err.contains("made a store"), "{run:?}");
    let listed = on_bus(&sandbox, &bus.address, &["list", "--json"]).exits(0).json();
    let names: Vec<_> = listed["connections"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn the_first_connect_makes_the_store_in_an_unlocked_keyring() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = Sandbox::new();
    let bus = Bus::start(&sandbox);
    let _keyring = bus.keyring(&sandbox, Some("login password"));
    let token = sandbox.path("token");
    std::fs::write(&token, crate::sandbox::github_token()).unwrap();
    let arguments = ["connect", "github", "a", "--offline", "--token-file", token.to_str().unwrap()];
    let run = on_bus(&sandbox, &bus.address, &arguments).exits(0);
    assert!(run.err.contains("keyring"), "where the key is was not said: {}", run.err);
    on_bus(&sandbox, &bus.address, &["show", "a"]).exits(0);
}

#[test]
fn a_locked_keyring_is_refused_quickly() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = with_keyring_store();
    let bus = Bus::start(&sandbox);
    let _locked = bus.keyring(&sandbox, None);
    locked(&sandbox, &bus.address);
}

#[test]
fn a_keyring_without_the_entry_makes_no_new_key() {
    if !suite::runs("keyring") {
        return;
    }
    // Another person's desktop: the same store, another keyring.
    let other = with_keyring_store().copy();
    std::fs::remove_dir_all(other.path("data").join("keyrings")).unwrap();
    let bus = Bus::start(&other);
    let _keyring = bus.keyring(&other, Some("another password"));
    locked(&other, &bus.address);
    let before = std::fs::read(other.store()).unwrap();
    let token = other.path("token");
    std::fs::write(&token, crate::sandbox::github_token()).unwrap();
    let arguments = ["connect", "github", "a", "--offline", "--token-file", token.to_str().unwrap()];
    on_bus(&other, &bus.address, &arguments).exits(5);
    assert_eq!(std::fs::read(other.store()).unwrap(), before);
}

#[test]
fn a_bus_without_a_secret_service_is_refused() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = with_keyring_store();
    let bus = Bus::start(&sandbox);
    locked(&sandbox, &bus.address);
    no_place_for_a_key(&Sandbox::new(), &bus.address);
}

#[test]
fn a_silent_bus_is_not_waited_for() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = with_keyring_store();
    let socket = sandbox.path("run").join("silent");
    let listener = UnixListener::bind(&socket).unwrap();
    // Accepts and never answers; the thread ends with the test's process.
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push(stream);
        }
    });
    let address = format!("unix:path={}", socket.display());
    locked(&sandbox, &address);
    no_place_for_a_key(&Sandbox::new(), &address);
}

#[test]
fn no_bus_at_all_is_refused_at_once() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = with_keyring_store();
    let started = Instant::now();
    locked(&sandbox, "unix:path=/nonexistent");
    no_place_for_a_key(&Sandbox::new(), "unix:path=/nonexistent");
    assert!(started.elapsed() < Duration::from_secs(3), "no bus was waited for: {:?}", started.elapsed());
}

#[test]
fn a_new_key_takes_the_old_ones_place_in_the_keyring() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = Sandbox::new();
    let bus = Bus::start(&sandbox);
    let _keyring = bus.keyring(&sandbox, Some("login password"));
    let run = |arguments: &[&str]| on_bus(&sandbox, &bus.address, arguments);
    run(&["store", "init", "--key", "keyring"]).exits(0);
    let info = || run(&["store", "info", "--json"]).exits(0).json();
    let before = info();
    let held = |account: &str| bus.held(&sandbox, "gitconn", account);
    let id = before["store_id"].as_str().unwrap();
    assert_eq!((held(id), held(&format!("{id}.next"))), (1, 0));
    let rekeyed = run(&["store", "rekey", "--yes", "--json"]).exits(0).json();
    let after = info();
    assert_eq!((&after["store_id"], &after["recipient"]), (&before["store_id"], &rekeyed["recipient"]));
    assert_ne!(after["signer"], before["signer"]);
    assert_eq!((held(id), held(&format!("{id}.next"))), (1, 0), "one key, and no next one");
    // Out of the keyring, and the key there is gone.
    let path = sandbox.path("moved");
    run(&["store", "rekey", "--yes", "--key", "file", "--key-out", path.to_str().unwrap()]).exits(0);
    assert_eq!(held(id), 0);
    let lost = run(&["list"]).exits(5);
    assert!(lost.err.contains("re-keyed") && lost.err.contains("moved"), "{}", lost.err);
    // And back again.
    let back = finish(
        sandbox
            .program()
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .env("GITCONN_KEY_FILE", &path)
            .args(["store", "rekey", "--yes", "--key", "keyring"]),
    );
    back.exits(0);
    run(&["list"]).exits(0);
}

/// What the next test starts in a process whose bus is another one: writes the token under services and accounts, as gh's and glab's library does
/// (attributes `service` and `username`, <https://github.com/zalando/go-keyring>).
#[test]
#[ignore = "started by `what_gh_and_glab_keep_in_the_keyring_is_taken_in_and_out`"]
fn writes_into_the_keyring() {
    let Ok(entries) = std::env::var("GITCONN_TEST_ENTRIES") else { return };
    for (service, account) in entries.lines().filter_map(|line| line.split_once(' ')) {
        keyring::Entry::new(service, account).unwrap().set_password(&crate::sandbox::github_token()).unwrap();
    }
}

#[test]
fn what_gh_and_glab_keep_in_the_keyring_is_taken_in_and_out() {
    if !suite::runs("keyring") {
        return;
    }
    let sandbox = Sandbox::with_store();
    let bus = Bus::start(&sandbox);
    let _keyring = bus.keyring(&sandbox, Some("login password"));
    let mut command = Command::new(std::env::current_exe().unwrap());
    sandbox.dress(&mut command);
    let entries = "gh:github.com ada\ngh:github.com \ngh:github.com bea";
    command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address).env("GITCONN_TEST_ENTRIES", entries);
    let wrote = command.args(["--ignored", "--exact", "keyring::writes_into_the_keyring"]).output().unwrap();
    assert!(wrote.status.success(), "{}", String::from_utf8_lossy(&wrote.stdout));
    assert_eq!(["ada", "", "bea"].map(|account| bus.held(&sandbox, "gh:github.com", account)), [1, 1, 1]);
    std::fs::create_dir(sandbox.path("config").join("gh")).unwrap();
    let hosts = "github.com:\n    git_protocol: https\n    users:\n        ada:\n    user: ada\n";
    std::fs::write(sandbox.path("config").join("gh").join("hosts.yml"), hosts).unwrap();
    let run = |more: &[&str]| on_bus(&sandbox, &bus.address, &[&["import", "gh", "--offline", "--json"], more].concat());
    let found = run(&[]).exits(0).json();
    let found = &found["found"][0];
    assert_eq!((&found["result"], &found["connection"]), (&"imported".into(), &"github-ada".into()), "{found}");
    assert_eq!(found["locations"][0]["keyring"], serde_json::json!(["gh:github.com", "ada"]));
    assert_eq!(found["locations"][1]["keyring"], serde_json::json!(["gh:github.com", ""]));
    let gone = run(&["--delete-source"]).exits(0).json();
    assert_eq!(gone["found"][0]["locations"][1]["removed"], true, "{gone}");
    // Another account's entry is not this one's to take away.
    assert_eq!(["ada", "", "bea"].map(|account| bus.held(&sandbox, "gh:github.com", account)), [0, 0, 1]);
    let nothing = run(&[]).exits(0).json();
    assert!(nothing["found"][0]["error"].as_str().unwrap().contains("logged out"), "{nothing}");
}
