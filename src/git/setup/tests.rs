//! What is set up goes without a trace, whatever stood there before.

use proptest::prelude::*;

use super::super::config::{Change, Settings};
use super::super::helpers::{Helper, chain};
use super::{Before, Wanted, addresses, changes, command, undoing};
use crate::model::HostUrl;

const OURS: &str = "!/usr/bin/gitconn credential";
const WANTED: Wanted<'static> = Wanted { helper: OURS, rewrites: true };

fn host() -> HostUrl {
    HostUrl::parse("https://git.acme.com:8443/gitlab").unwrap()
}

/// Key and value of every setting, in order.
type Lines = Vec<(String, String)>;

fn read(lines: &Lines) -> Settings {
    let entries: Vec<String> = lines.iter().map(|(key, value)| format!("{key}\n{value}\0")).collect();
    Settings::parse(&entries.concat())
}

/// The helpers among them, as git reads them.
fn read_before(lines: &Lines) -> Before {
    let helper = |(key, value): &(String, String)| {
        let middle = key.strip_prefix("credential.")?.strip_suffix("helper")?;
        let url = middle.strip_suffix('.').map(ToOwned::to_owned);
        Some(Helper { url, command: value.clone(), origin: String::new() })
    };
    Before(lines.iter().filter_map(helper).collect())
}

/// What git makes of changes: it adds to a section where that stands.
fn applied(lines: &Lines, changes: &[Change]) -> Lines {
    let mut lines = lines.clone();
    let section = |key: &str| key.rsplit_once('.').unwrap().0.to_owned();
    for change in changes {
        match change {
            Change::Add { key, value } => {
                let last = lines.iter().rposition(|line| section(&line.0) == section(&key.to_lowercase()));
                lines.insert(last.map_or(lines.len(), |last| last + 1), (key.to_lowercase(), value.clone()));
            }
            Change::Drop { key, value } => {
                let before = lines.len();
                lines.retain(|line| *line != (key.to_lowercase(), value.clone()));
                assert_ne!(lines.len(), before, "git fails where there is nothing to take away: {change:?}");
            }
        }
    }
    lines
}

/// Each key's values.
fn by_key(lines: &Lines) -> Vec<(String, Vec<String>)> {
    let mut keys: Vec<&String> = lines.iter().map(|(key, _)| key).collect();
    keys.sort();
    keys.dedup();
    let values = |key: &String| lines.iter().filter(|line| line.0 == *key).map(|line| line.1.clone()).collect();
    keys.into_iter().map(|key| (key.clone(), values(key))).collect()
}

#[test]
fn an_empty_helper_comes_first_and_paths_are_told() {
    let lines = applied(
        &Lines::new(),
        &changes(&Settings::default(), &Before::default(), &host(), &Wanted { rewrites: false, ..WANTED }),
    );
    let key = |name: &str| format!("credential.https://git.acme.com:8443/gitlab/.{name}");
    let expected = [(key("helper"), ""), (key("helper"), OURS), (key("usehttppath"), "true")];
    assert_eq!(lines, expected.map(|(key, value)| (key, value.to_owned())));
    assert_eq!(command("/usr/bin/gitconn", &[]).unwrap(), OURS);
    assert_eq!(command("/g", &["--store", "/my store"]).unwrap(), "!/g --store '/my store' credential");
}

fn line() -> impl Strategy<Value = (String, String)> {
    let address = "https://git.acme.com:8443/gitlab/";
    prop_oneof![
        (
            Just(format!("credential.{address}.helper")),
            prop::sample::select(vec!["", "store", "!gh auth git-credential", "!/x/gitconn get"])
        ),
        (Just(format!("credential.{address}.usehttppath")), prop::sample::select(vec!["true", "false"])),
        (
            Just(format!("url.{address}.insteadof")),
            prop::sample::select(vec!["git@git.acme.com:", "acme:", "ssh://git@git.acme.com/", "ssh://git@git.acme.com:2222/"])
        ),
        (Just(format!("credential.{address}.username")), Just("ada")),
        (Just("credential.https://git.acme.com:8443/gitlab.helper".to_owned()), prop::sample::select(vec!["", "!gh auth"])),
        (Just("credential.helper".to_owned()), prop::sample::select(vec!["", "cache"])),
    ]
    .prop_map(|(key, value)| (key, value.to_owned()))
}

proptest! {
    /// Whatever somebody has set: twice is as good as once, the last helper is ours after an empty one, and what was there is there again afterwards.
    #[test]
    fn what_is_set_up_is_there_once_and_goes_without_a_trace(
        before in prop::collection::vec(line(), 0..8),
        rewrites: bool,
        later: bool,
    ) {
        let wanted = Wanted { rewrites, ..WANTED };
        let set = applied(&before, &changes(&read(&before), &read_before(&before), &host(), &wanted));
        let present = read(&set);
        prop_assert_eq!(changes(&present, &read_before(&set), &host(), &wanted), []);
        let asked = read_before(&set);
        let asked = chain(&asked.0, host().as_str()).into_iter().map(|helper| helper.command.as_str()).collect::<Vec<_>>();
        prop_assert_eq!(asked, [OURS]);
        let helpers = present.values("credential.https://git.acme.com:8443/gitlab/.helper");
        prop_assert_eq!(&helpers[helpers.len() - 2..], ["", OURS]);
        // Another version, at another place, takes its place.
        let set = if later {
            let moved = Wanted { helper: "!/opt/gitconn credential", rewrites };
            applied(&set, &changes(&present, &read_before(&set), &host(), &moved))
        } else {
            set
        };
        let present = read(&set);
        let found = addresses(&present);
        prop_assert_eq!(&found, &["https://git.acme.com:8443/gitlab/"]);
        let undone = applied(&set, &undoing(&present, &found[0]));
        prop_assert_eq!(by_key(&undone), by_key(&before));
    }
}
