//! Rows: what goes in comes out, names and ids find it, secrets leave with it, and the trail holds together.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

use super::{Sandbox, connection, stamp, token};
use crate::model::{
    AccountType, AuthMethod, Connection, ConnectionId, EVENT_KINDS, EventKind, Expiry, HostUrl, Name, ProviderId,
};
use crate::model::{Status, Timestamp, TokenKind, Verdict};
use crate::secret::Secret;
use crate::store::image::{self, Care};
use crate::store::schema::CURRENT;
use crate::store::{Db, Error, EventQuery, HostRecord, Meta, Retention};

pub(super) fn empty() -> Db {
    let db = Db::new(image::fresh(&CURRENT).unwrap(), Path::new("s"));
    let meta =
        Meta { store_id: "s".into(), generation: 1, home: "here".into(), created_at: stamp(0).at, copy_of: Some("t".into()) };
    db.put_meta(&meta, "signer").unwrap();
    db
}

pub(super) fn reopened(mut db: Db) -> (Db, Vec<u8>) {
    let image = image::serialize(&mut db.sqlite).unwrap().bytes().to_vec();
    (Db::new(image::open_bytes(&image, Path::new("s"), &CURRENT, Care::Whole).unwrap().0, Path::new("s")), image)
}

pub(super) fn contains(image: &[u8], text: &str) -> bool {
    image.windows(text.len()).any(|window| window == text.as_bytes())
}

fn moments() -> impl Strategy<Value = Timestamp> {
    (-62_000_000_000_000_i64..250_000_000_000_000).prop_map(|number| Timestamp::from_millisecond(number).unwrap())
}

fn lists() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("\\PC{0,12}", 0..4)
}

prop_compose! {
    fn connections()(
        (name, description, username, account_id) in ("\\PC{1,20}", prop::option::of("(?s).{0,40}"), prop::option::of("\\PC*"), prop::option::of("[0-9]{1,9}")),
        (provider, auth_method) in (prop::sample::select(ProviderId::ALL), prop::sample::select(AuthMethod::ALL)),
        (token_kind, account_type) in (prop::option::of(prop::sample::select(TokenKind::ALL)), prop::option::of(prop::sample::select(AccountType::ALL))),
        (status, is_active, auto_renews, no_export) in (prop::sample::select(Status::ALL), any::<bool>(), any::<bool>(), any::<bool>()),
        (tags, scopes) in (lists(), prop::option::of(lists())),
        expiry in prop_oneof![Just(Expiry::Never), Just(Expiry::Unknown), moments().prop_map(Expiry::At)],
        (refresh, rotated, validated, used) in (prop::option::of(moments()), prop::option::of(moments()), prop::option::of(moments()), prop::option::of(moments())),
        (created_at, updated_at) in (moments(), moments()),
        [email, workspace, server_version, hook] in prop::array::uniform4(prop::option::of("\\PC*")),
        host in prop::sample::select(vec!["github.com", "git.acme.com:8443/gitlab", "http://127.0.0.1:3000", "[::1]:8443"]),
    ) -> Connection {
        Connection {
            id: ConnectionId::random(),
            name: Name::from_stored(name),
            description,
            provider,
            host: HostUrl::parse(host).unwrap(),
            auth_method,
            token_kind,
            username,
            account_id,
            account_type,
            email,
            workspace,
            server_version,
            status,
            is_active,
            tags,
            scopes,
            expiry,
            auto_renews,
            refresh_expires_at: refresh,
            fingerprint: "f".into(),
            rotated_at: rotated,
            hook,
            no_export,
            validated_at: validated,
            validation_error: None,
            last_used_at: used,
            created_by: "ana@pc".into(),
            created_at,
            updated_at,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_in_comes_out(all in prop::collection::vec((connections(), "[!-~]{1,60}", connections(), any::<u8>()), 1..12)) {
        let db = empty();
        let mut expected = BTreeMap::new();
        let mut gone = Vec::new();
        for (number, (mut first, secret, second, fate)) in all.into_iter().enumerate() {
            first.name = Name::from_stored(format!("{number}{}", first.name));
            let secret = format!("s3krit-{number}-{secret}-end");
            db.add(&first, &Secret::from(secret.clone())).unwrap();
            match fate % 4 {
                0 => {
                    db.remove(&first.id).unwrap();
                    gone.push(secret);
                }
                1 => {
                    let next = Connection { id: first.id.clone(), name: Name::from_stored(format!("{number}{}", second.name)), ..second };
                    db.update(&next).unwrap();
                    expected.insert(next.id.to_string(), (next, secret));
                }
                2 => {
                    let next = format!("s3krit-{number}-next");
                    db.set_token(&first.id, &Secret::from(next.clone())).unwrap();
                    gone.push(secret);
                    expected.insert(first.id.to_string(), (first, next));
                }
                _ => { expected.insert(first.id.to_string(), (first, secret)); }
            }
        }
        let (db, image) = reopened(db);
        let mut found = db.connections().unwrap();
        let keys: Vec<String> = found.iter().map(|connection| connection.name.key()).collect();
        prop_assert!(keys.is_sorted());
        prop_assert_eq!(found.len(), expected.len());
        for connection in found.drain(..) {
            let (known, secret) = &expected[connection.id.as_str()];
            prop_assert_eq!(format!("{connection:?}"), format!("{known:?}"));
            let token = db.token(&connection.id).unwrap();
            prop_assert_eq!(token.expose(), secret.as_str());
            let named = db.find(connection.name.as_str()).unwrap().unwrap();
            prop_assert_eq!(&named.id, &connection.id);
            prop_assert_eq!(db.find(&connection.id.as_str()[..13].to_uppercase()).unwrap().unwrap().id, connection.id);
        }
        for secret in gone {
            prop_assert!(!contains(&image, &secret));
        }
    }
}

#[test]
fn no_removed_secret_stays_in_the_image() {
    let db = empty();
    let all: Vec<Connection> = (0..300).map(|number| connection(&format!("c{number}"))).collect();
    let secret = |number: usize| format!("s3krit-{number}-{}", "x".repeat(number * 7 % 400));
    for (number, one) in all.iter().enumerate() {
        db.add(one, &Secret::from(secret(number))).unwrap();
    }
    for (number, one) in all.iter().enumerate() {
        match number % 3 {
            0 => db.remove(&one.id).unwrap(),
            1 => db.set_token(&one.id, &Secret::from("y".repeat(number))).unwrap(),
            _ => {}
        }
    }
    let (_, image) = reopened(db);
    for number in 0..300 {
        assert_eq!(contains(&image, &secret(number)), number % 3 == 2, "{number}");
        assert!(number % 3 == 2 || !contains(&image, &format!("s3krit-{number}-")), "{number}");
    }
}

/// Of an app's key, which is longer than a page.
#[test]
fn nothing_of_a_removed_key_stays_on_the_pages_that_it_ran_over() {
    let db = empty();
    let all: Vec<Connection> = (0..60).map(|number| connection(&format!("c{number}"))).collect();
    for (number, one) in all.iter().enumerate() {
        db.add(one, &Secret::from(format!("s3krit-{number}-;").repeat(100 + 3 * number))).unwrap();
    }
    for (number, one) in all.iter().enumerate() {
        match number % 3 {
            0 => db.remove(&one.id).unwrap(),
            1 => db.set_token(&one.id, &Secret::from("y".repeat(40 * number))).unwrap(),
            _ => {}
        }
    }
    let (_, image) = reopened(db);
    for number in 0..60 {
        assert_eq!(contains(&image, &format!("s3krit-{number}-")), number % 3 == 2, "{number}");
    }
}

#[test]
fn a_connection_is_found_by_name_or_by_the_beginning_of_its_id() {
    let db = empty();
    for (id, name) in [("abcd1111-0000", "Work"), ("abcd2222-0000", "Home"), ("beef0000-0000", "abcd")] {
        let one = Connection { id: ConnectionId::from_stored(id.into()), ..connection(name) };
        db.add(&one, &token(name)).unwrap();
    }
    let name = |typed: &str| db.find(typed).unwrap().map(|found| found.name.to_string());
    assert_eq!(name("WORK").as_deref(), Some("Work"));
    assert_eq!(name("abcd2").as_deref(), Some("Home"));
    assert_eq!(name("ABCD1111-0000").as_deref(), Some("Work"));
    // A name goes before an id that begins like it.
    assert_eq!(name("abcd").as_deref(), Some("abcd"));
    for nothing in ["bee", "beee", "abcd1111-00000", "%", "", "work%", "ab__1111"] {
        assert_eq!(name(nothing), None, "{nothing}");
    }
    let one = Connection { id: ConnectionId::from_stored("abcd1111-2222".into()), ..connection("third") };
    db.add(&one, &token("third")).unwrap();
    let Err(Error::AmbiguousId { typed, names }) = db.find("abcd1111") else { panic!("one of two was chosen") };
    assert_eq!((typed.as_str(), names), ("abcd1111", vec!["Work".to_owned(), "third".to_owned()]));
}

#[test]
fn names_are_unique_without_regard_to_case() {
    let db = empty();
    let (mut one, other) = (connection("Ümlaut"), connection("other"));
    db.add(&one, &token("a")).unwrap();
    db.add(&other, &token("b")).unwrap();
    assert!(matches!(db.add(&connection("üMLAUT"), &token("c")), Err(Error::NameTaken(name)) if name == "üMLAUT"));
    one.name = Name::new("OTHER").unwrap();
    assert!(matches!(db.update(&one), Err(Error::NameTaken(name)) if name == "OTHER"));
    one.name = Name::new("üMLAUT").unwrap();
    db.update(&one).unwrap();
    assert!(matches!(db.update(&connection("nobody")), Err(Error::Sql(_))));
    assert!(matches!(db.set_token(&ConnectionId::random(), &token("x")), Err(Error::Sql(_))));
}

#[test]
fn a_host_lives_as_long_as_a_connection_to_it() {
    let db = empty();
    let (one, other) = (connection("one"), connection("other"));
    let record = HostRecord {
        provider: ProviderId::GitHub,
        host: one.host.clone(),
        api: HostUrl::parse("api.github.com").unwrap(),
        ca_pem: Some("CA".into()),
        client_pem: Some(Secret::from("s3krit-pem".to_owned())),
        allow_http: true,
    };
    db.put_host(&HostRecord { allow_http: false, ca_pem: None, ..record.clone() }).unwrap();
    db.put_host(&record).unwrap();
    db.add(&one, &token("one")).unwrap();
    db.add(&other, &token("other")).unwrap();
    db.remove(&one.id).unwrap();
    let found = db.host(&one.host, ProviderId::GitHub).unwrap().unwrap();
    assert_eq!((found.api, found.ca_pem.as_deref(), found.allow_http), (record.api, Some("CA"), true));
    assert_eq!(found.client_pem.unwrap().expose(), "s3krit-pem");
    db.remove(&other.id).unwrap();
    assert!(db.host(&one.host, ProviderId::GitHub).unwrap().is_none());
    assert!(!contains(&reopened(db).1, "s3krit-pem"));
}

fn events() -> Vec<EventKind> {
    vec![
        EventKind::Created { provider: "github".into(), method: "pat".into(), offline: true, fingerprint: Some("1".into()) },
        EventKind::Updated { fields: vec!["name".into(), "tags".into()] },
        EventKind::Validated { verdict: Verdict::RateLimited },
        EventKind::Used { purpose: "token".into(), repository: None, times: 3 },
        EventKind::Used { purpose: "branches".into(), repository: Some("a/b".into()), times: 1 },
        EventKind::Rotated { old: "1".into(), new: "2".into(), by: Some("api".into()) },
        EventKind::Rotated { old: "1".into(), new: "2".into(), by: None },
        EventKind::RotationFailed { fingerprint: "1".into(), why: "lost".into() },
        EventKind::Hook { fingerprint: "2".into(), outcome: "done".into() },
        EventKind::RevocationFailed { fingerprint: "1".into(), why: "404".into() },
        EventKind::Enabled,
        EventKind::Disabled,
        EventKind::Removed { name: "x\"y".into(), fingerprint: None },
        EventKind::Revoked { fingerprint: "1".into() },
        EventKind::Store { what: "store.accepted".into(), detail: Some("why".into()) },
        EventKind::Store { what: "store.created".into(), detail: None },
        EventKind::Other { kind: "teleported".into(), detail: "{\"where\":\"mars\"}".into() },
        EventKind::Other { kind: "validated".into(), detail: "{\"verdict\":\"delicious\"}".into() },
        EventKind::Refreshed { old: "1".into(), new: "2".into() },
        EventKind::LoginEnded,
        EventKind::ClientSet { provider: "gitlab".into(), host: "https://git.acme.com".into(), client_id: "c".into() },
        EventKind::ClientRemoved { provider: "gitlab".into(), host: "https://git.acme.com".into() },
        EventKind::Imported { from: "gh".into(), fingerprint: "1".into() },
        EventKind::Exported { recipient: "age1".into(), fingerprint: "1".into() },
        EventKind::Route { what: "added".into(), route: "github.com/acme".into() },
    ]
}

#[test]
fn every_kind_of_event_is_read_as_it_was_written() {
    let db = empty();
    let one = connection("one");
    for (minute, kind) in (0..).zip(&events()) {
        db.record(&stamp(minute), (minute % 2 == 0).then_some(&one), kind).unwrap();
    }
    let (db, _) = reopened(db);
    let mut read = db.events(&EventQuery::default()).unwrap();
    read.reverse();
    assert_eq!(read.iter().map(|event| event.kind.clone()).collect::<Vec<_>>(), events());
    assert_eq!(read.iter().map(|event| event.sequence).collect::<Vec<_>>(), (1..=25).collect::<Vec<u64>>());
    assert_eq!((read[2].connection.as_ref(), read[2].connection_name.as_deref()), (Some(&one.id), Some("one")));
    assert_eq!((read[3].connection.as_ref(), read[3].at, read[3].who.as_str()), (None, stamp(3).at, "ana@pc"));
    for kind in db.event_kinds().unwrap().iter().filter(|kind| *kind != "teleported") {
        assert!(EVENT_KINDS.contains(&kind.as_str()), "{kind} is not in `EVENT_KINDS`");
    }
    let count = |query: EventQuery| db.events(&query).unwrap().len();
    assert_eq!(count(EventQuery { connection: Some(one.id.clone()), ..EventQuery::default() }), 13);
    assert_eq!(count(EventQuery { since: Some(stamp(10).at), ..EventQuery::default() }), 15);
    assert_eq!(count(EventQuery { kinds: vec!["used".into(), "store.created".into()], ..EventQuery::default() }), 3);
    assert_eq!(count(EventQuery { until: Some(stamp(10).at), ..EventQuery::default() }), 10);
    assert_eq!(count(EventQuery { kinds: vec!["store".into()], ..EventQuery::default() }), 2);
    assert_eq!(count(EventQuery { kinds: vec!["use".into(), "stor".into()], ..EventQuery::default() }), 0);
    assert_eq!(count(EventQuery { limit: Some(2), ..EventQuery::default() }), 2);
}

#[test]
fn an_event_that_was_changed_taken_out_or_put_in_breaks_the_chain() {
    for (sql, broken) in [
        ("SELECT 1", None),
        ("UPDATE events SET who = 'eve@pc' WHERE sequence = 3", Some(3)),
        ("UPDATE events SET at = at + 1 WHERE sequence = 25", Some(25)),
        ("UPDATE events SET connection_name = '' WHERE sequence = 4", Some(4)),
        ("UPDATE events SET detail = '{}' WHERE sequence = 1", Some(1)),
        ("DELETE FROM events WHERE sequence = 5", Some(6)),
        ("DELETE FROM events WHERE sequence = 1", Some(2)),
        ("UPDATE events SET sequence = 99 WHERE sequence = 25", Some(99)),
        ("UPDATE events SET hash = zeroblob(32) WHERE sequence = 7", Some(7)),
        ("UPDATE meta SET dropped_hash = zeroblob(31)", Some(1)),
    ] {
        let db = empty();
        for kind in &events() {
            db.record(&stamp(0), None, kind).unwrap();
        }
        db.sqlite.execute_batch(sql).unwrap();
        let chain = db.verify_chain().unwrap();
        assert_eq!(chain.broken_at, broken, "{sql}");
        assert_eq!(chain.broken.map(|(event, _)| event.sequence), broken, "{sql}");
        let links = db.links().unwrap();
        assert_eq!(links.iter().find(|link| link.fault.is_some()).map(|link| link.event.sequence), broken, "{sql}");
    }
}

#[test]
fn old_events_go_and_the_chain_still_fits() {
    let db = empty();
    let day = 24 * 60;
    for number in 0..20 {
        db.record(&stamp(number * day), None, &EventKind::Enabled).unwrap();
    }
    let kept = |db: &Db| {
        let chain = db.verify_chain().unwrap();
        assert_eq!(chain.broken_at, None);
        (chain.events, chain.since)
    };
    db.retain(Retention { events: 15, days: 400 }, stamp(20 * day).at).unwrap();
    assert_eq!(kept(&db), (15, Some(stamp(5 * day).at)));
    // Ten days before the newest that is a day old.
    db.retain(Retention { events: 15, days: 10 }, stamp(20 * day).at).unwrap();
    assert_eq!(kept(&db), (11, Some(stamp(9 * day).at)));
    db.record(&stamp(2_000 * day), None, &EventKind::Disabled).unwrap();
    db.retain(Retention { events: 15, days: 10 }, stamp(2_001 * day).at).unwrap();
    assert_eq!(kept(&db), (1, Some(stamp(2_000 * day).at)));
    // All of them: the next one still follows the last that went.
    db.retain(Retention { events: 0, days: 10 }, stamp(2_001 * day).at).unwrap();
    assert_eq!(kept(&db), (0, None));
    db.record(&stamp(2_001 * day), None, &EventKind::Disabled).unwrap();
    assert_eq!(db.events(&EventQuery::default()).unwrap()[0].sequence, 22);
    assert_eq!(kept(&db).0, 1);
    let standard = Retention::default();
    assert_eq!((standard.events, standard.days), (5_000, 400));
}

#[test]
fn no_number_of_days_is_too_large() {
    let db = empty();
    db.record(&stamp(0), None, &EventKind::Enabled).unwrap();
    for days in [10_000_000, u32::MAX] {
        db.retain(Retention { events: 15, days }, stamp(2 * 24 * 60).at).unwrap();
        assert_eq!(db.verify_chain().unwrap().events, 1);
    }
}

#[test]
fn a_wrong_clock_takes_nothing_out_of_the_trail() {
    let db = empty();
    let day = 24 * 60;
    let (far, early) = (30_000 * day, -9_000 * day);
    for number in 0..20 {
        db.record(&stamp(number * day), None, &EventKind::Enabled).unwrap();
    }
    let save = |at: i64, kept: u64| {
        db.record(&stamp(at), None, &EventKind::Disabled).unwrap();
        db.retain(Retention { events: 5_000, days: 10 }, stamp(at).at).unwrap();
        let chain = db.verify_chain().unwrap();
        assert_eq!((chain.events, chain.broken_at), (kept, None), "at {at}");
    };
    // Ten days before the newest that is a day old; the clock's fault, also in several saves, takes no more than that.
    save(20 * day, 12);
    save(far, 12);
    save(far + 60, 13);
    save(early, 14);
    save(20 * day + 1, 15);
    save(40 * day, 15);
    // What it dated wrongly goes with what is beside it.
    save(42 * day, 2);
}

#[test]
fn each_save_keeps_no_more_of_the_trail_than_it_should() {
    let Sandbox { store, directory: _directory, .. } = Sandbox::new();
    let store = store.with_retention(Retention { events: 3, days: 400 });
    for number in 0..5 {
        let _ = store
            .change(&stamp(number), super::Keep::Nothing, |db| db.record(&stamp(number), None, &EventKind::Enabled))
            .unwrap();
    }
    let chain = store.verify().unwrap().chain;
    assert_eq!((chain.events, chain.broken_at), (3, None));
}
