//! The frozen store of version 1, and moving to a later version. `tests/fixtures/README.md` says how the fixture was made.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection as Sqlite;

use super::{Sandbox, connection, stamp, token};
use crate::model::{AuthMethod, Connection, ConnectionId, EventKind, Expiry, HostUrl, ProviderId, TokenKind, Verdict};
use crate::secret::Secret;
use crate::store::schema::{CURRENT, Object, Schema};
use crate::store::{Error, EventQuery, HostRecord, Keep, Place, Store, StoreKey, file};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The fixture in a directory of its own, so that nothing is written beside it.
fn frozen() -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.age");
    fs::copy(fixture("store-v1.age"), &path).unwrap();
    let identity = fs::read_to_string(fixture("store-v1.key")).unwrap();
    let identity = identity.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
    let key = StoreKey { identity: identity.into(), from: "a test".into(), signer: None };
    let place = Place::new(&path, &directory.path().join("state"), true).unwrap();
    (directory, Store::new(place, key))
}

fn first() -> Connection {
    Connection {
        id: ConnectionId::from_stored("0f0e0d0c-0b0a-4908-8706-050403020100".into()),
        description: Some("Ünïcode, \"quotes\" and\na line".into()),
        provider: ProviderId::GitLab,
        host: HostUrl::parse("git.acme.com:8443/gitlab").unwrap(),
        auth_method: AuthMethod::AccessToken,
        token_kind: Some(TokenKind::Group),
        username: Some("group_7_bot".into()),
        account_id: Some("7".into()),
        account_type: Some(crate::model::AccountType::Bot),
        tags: vec!["ci".into(), "prod".into()],
        scopes: Some(vec!["read_api".into()]),
        expiry: Expiry::At(stamp(100).at),
        rotated_at: Some(stamp(2).at),
        validated_at: Some(stamp(3).at),
        validation_error: Some("the provider could not be reached".into()),
        last_used_at: Some(stamp(4).at),
        ..connection("CI")
    }
}

fn second() -> Connection {
    let id = ConnectionId::from_stored("ffffffff-0b0a-4908-8706-050403020100".into());
    Connection { id, is_active: false, expiry: Expiry::Never, ..connection("work") }
}

fn host() -> HostRecord {
    HostRecord {
        provider: ProviderId::GitHub,
        host: first().host,
        api: HostUrl::parse("git.acme.com:8443/gitlab/api/v4").unwrap(),
        ca_pem: Some("-----BEGIN CERTIFICATE-----".into()),
        client_pem: Some(Secret::from("s3krit client key".to_owned())),
        allow_http: false,
    }
}

/// Makes the fixture anew: only ever needed again if version 1 never left the house.
#[test]
#[ignore = "writes tests/fixtures"]
fn make_the_fixture() {
    let sandbox = Sandbox::new();
    let change = |db: &crate::store::Db| {
        db.put_host(&host())?;
        for one in [first(), second()] {
            db.add(&one, &token(one.name.as_str()))?;
            db.record(
                &stamp(1),
                Some(&one),
                &EventKind::Created { provider: "gitlab".into(), method: "pat".into(), offline: false },
            )?;
        }
        db.record(&stamp(3), Some(&first()), &EventKind::Validated { verdict: Verdict::Unreachable })
    };
    let _ = sandbox.store.change(&stamp(4), Keep::Nothing, change).unwrap();
    fs::create_dir_all(fixture("")).unwrap();
    fs::copy(sandbox.path(), fixture("store-v1.age")).unwrap();
    let key = format!("# Opens store-v1.age and nothing else.\n{}\n", sandbox.key.identity.expose());
    fs::write(fixture("store-v1.key"), key).unwrap();
}

#[test]
fn the_frozen_store_of_version_1_opens_and_can_be_changed() {
    let (_directory, store) = frozen();
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (1, 2, 4, None));
    let view = store.read().unwrap();
    let all: Vec<String> = view.connections().unwrap().iter().map(|one| format!("{one:?}")).collect();
    assert_eq!(all, [format!("{:?}", first()), format!("{:?}", second())]);
    assert_eq!(view.token(&first().id).unwrap().expose(), token("CI").expose());
    let found = view.host(&first().host, ProviderId::GitHub).unwrap().unwrap();
    assert_eq!((found.api, found.ca_pem, found.allow_http), (host().api, host().ca_pem, false));
    assert_eq!(found.client_pem.unwrap().expose(), "s3krit client key");
    assert_eq!(view.events(&EventQuery::default()).unwrap()[0].kind, EventKind::Validated { verdict: Verdict::Unreachable });
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&second().id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 1);
}

/// A version that does not exist: version 1 with another table.
fn later() -> &'static Schema {
    let routes = Object { kind: "table", name: "routes", table: "routes", sql: Some("CREATE TABLE routes (prefix TEXT) STRICT") };
    let known = CURRENT.objects.iter().map(|&Object { kind, name, table, sql }| Object { kind, name, table, sql });
    let objects = known.chain([routes]).collect::<Vec<_>>().leak();
    Box::leak(Box::new(Schema { version: 2, objects, before: Some((&CURRENT, move_rows)) }))
}

fn move_rows(old: &Sqlite, new: &Sqlite) -> rusqlite::Result<()> {
    for table in ["meta", "hosts", "connections", "secrets", "events"] {
        let mut rows = old.prepare(&format!("SELECT * FROM {table}"))?;
        let places = vec!["?"; rows.column_count()].join(", ");
        let mut put = new.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..row.as_ref().column_count() {
                put.raw_bind_parameter(column + 1, row.get::<_, rusqlite::types::Value>(column)?)?;
            }
            put.raw_execute()?;
        }
    }
    Ok(())
}

#[test]
fn an_older_store_is_read_as_it_is_and_moved_by_the_first_change() {
    let (_directory, old) = frozen();
    let (path, before) = (old.place.path().to_owned(), fs::read(old.place.path()).unwrap());
    let new = Store { schema: later(), ..Store::new(old.place.clone(), old.key().clone()) };
    assert_eq!(new.read().unwrap().connections().unwrap().len(), 2);
    assert_eq!(new.verify().unwrap().version, 1);
    assert_eq!(fs::read(&path).unwrap(), before);

    let _ = new.change(&stamp(9), Keep::Nothing, |db| db.remove(&second().id)).unwrap();
    let report = new.verify().unwrap();
    assert_eq!((report.version, report.connections, report.chain.broken_at), (2, 1, None));
    assert_eq!(fs::read(file::beside(&path, ".~v1~")).unwrap(), before);

    let after = fs::read(&path).unwrap();
    assert!(matches!(old.read().map(drop), Err(Error::Newer { found: 2, known: 1, .. })));
    let changed = old.change(&stamp(9), Keep::Nothing, |_| Ok::<_, Error>(()));
    assert!(matches!(changed, Err(Error::Newer { .. })));
    assert_eq!(fs::read(&path).unwrap(), after);
}
