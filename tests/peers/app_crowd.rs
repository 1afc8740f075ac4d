//! Many processes that want a token of one installation at once, or of four. The peer is the kernel: its locks are all that keeps them apart.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::app_host::AppHost;
use crate::relay::Relay;
use crate::sandbox::Sandbox;

const ROUNDS: usize = 20;
const PROCESSES: usize = 32;
const INSTALLATIONS: [(u64, &str); 4] = [(11, "acme-corp"), (12, "acme-client-a"), (13, "acme-client-b"), (14, "octocat")];
const HOUR: i64 = 3600;
/// Long enough for the others to come and wait.
const WHILE: Duration = Duration::from_millis(100);

/// GitHub with one app, and a home whose connection `bot` is that app.
struct Crowd {
    host: AppHost,
    _relay: Relay,
    home: Sandbox,
}

impl Crowd {
    fn new(installations: &[(u64, &'static str)]) -> Self {
        let host = AppHost::new();
        for (id, account) in installations {
            host.install(*id, account);
        }
        let answering = host.clone();
        let relay = Relay::serve(move |base, asked| answering.answer(base, asked).unwrap());
        let home = Sandbox::with_store();
        let file = host.key.file(&home);
        let (base, id) = (relay.base(), host.key.client_id);
        let connect = ["connect", "github", "bot", "--app", "--host", &base, "--client-id", id, "--private-key-file", &file];
        home.run(connect).exits(0);
        Self { host, _relay: relay, home }
    }

    /// A token of each installation that lives for so many seconds is kept from now on.
    fn keeps_tokens_for(&self, seconds: i64, installations: &[(u64, &str)]) {
        self.host.begins(seconds, Duration::ZERO);
        for (id, _) in installations {
            let run = self.home.run(["token", "bot", "--installation", &id.to_string()]).exits(0);
            assert_eq!(run.out.trim_end(), self.host.newest(*id));
        }
    }

    /// One round: what each process printed, by installation, in a home that nobody has used yet.
    fn round(&self, installations: &[(u64, &str)], pause: Duration) -> BTreeMap<u64, Vec<String>> {
        self.host.begins(HOUR, pause);
        let home = self.home.copy();
        let children: Vec<_> = (0..PROCESSES)
            .map(|number| {
                let (id, account) = installations[number % installations.len()];
                let mut program = home.program();
                program.args(["token", "bot", "--installation", account]).stdout(Stdio::piped()).stderr(Stdio::piped());
                (id, program.spawn().unwrap())
            })
            .collect();
        let mut printed: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (id, child) in children {
            let output = child.wait_with_output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{err}");
            assert!(!err.contains("ghs_"), "a token is in the output: {err}");
            printed.entry(id).or_default().push(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        assert_eq!(self.host.refused(), Vec::<String>::new());
        home.run(["store", "verify"]).exits(0);
        home.has_no_leftovers();
        printed
    }

    /// Rounds in which every installation has one token made, and every process prints that.
    fn rounds(&self, what: &str, installations: &[(u64, &str)]) {
        let started = Instant::now();
        for round in 0..ROUNDS {
            let printed = self.round(installations, WHILE);
            let once = installations.iter().map(|(id, _)| (*id, 1)).collect();
            assert_eq!(self.host.made(), once, "round {round}, {what}");
            for (id, tokens) in printed {
                assert_eq!(tokens.len(), PROCESSES / installations.len());
                assert_eq!(BTreeSet::from_iter(tokens), BTreeSet::from([self.host.newest(id)]), "round {round}, {what}");
            }
        }
        let made = ROUNDS * installations.len();
        eprintln!(
            "{ROUNDS} rounds of {PROCESSES} processes, {what}: {made} tokens made, {} printed, {} s",
            ROUNDS * PROCESSES,
            started.elapsed().as_secs()
        );
    }
}

#[test]
fn processes_without_a_token_make_one() {
    let one = &INSTALLATIONS[..1];
    let crowd = Crowd::new(one);
    crowd.rounds("no token kept", one);
}

#[test]
fn processes_with_a_dead_token_make_one() {
    let one = &INSTALLATIONS[..1];
    let crowd = Crowd::new(one);
    crowd.keeps_tokens_for(1, one);
    std::thread::sleep(Duration::from_millis(1100));
    crowd.rounds("a dead token kept", one);
}

#[test]
fn processes_of_four_installations_make_four() {
    let crowd = Crowd::new(&INSTALLATIONS);
    crowd.keeps_tokens_for(1, &INSTALLATIONS);
    std::thread::sleep(Duration::from_millis(1100));
    crowd.rounds("dead tokens of four installations kept", &INSTALLATIONS);
}

#[test]
fn processes_with_a_token_that_nears_its_end_make_one_even_if_that_takes_long() {
    let one = &INSTALLATIONS[..1];
    let (id, _) = one[0];
    let crowd = Crowd::new(one);
    crowd.keeps_tokens_for(40, one);
    let old = crowd.host.newest(id);
    // The last quarter of its life.
    std::thread::sleep(Duration::from_millis(30_500));
    let printed = BTreeSet::from_iter(crowd.round(one, WHILE).remove(&id).unwrap());
    assert_eq!((crowd.host.made(), printed), (BTreeMap::from([(id, 1)]), BTreeSet::from([crowd.host.newest(id)])));
    // Longer than anybody waits for a new one while the old one lives.
    let printed = BTreeSet::from_iter(crowd.round(one, Duration::from_secs(3)).remove(&id).unwrap());
    assert_eq!(crowd.host.made(), BTreeMap::from([(id, 1)]));
    assert_eq!(printed, BTreeSet::from([old, crowd.host.newest(id)]));
}
