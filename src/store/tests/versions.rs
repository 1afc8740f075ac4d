//! The frozen stores of each version, and moving to a later version. `tests/fixtures/README.md` says how the fixtures were made.

mod content;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection as Sqlite;

use self::content::{
    app, cached, client, fifth, first, fourth, grant, host, installations, intent, past, reader, refresh_token, rotation, routes,
    second, seventh, sixth, third,
};
use super::hostile::{run, why};
use super::{Sandbox, stamp, token};
use crate::model::{EventKind, ProviderId, TokenEnd, Verdict};
use crate::store::file::Input;
use crate::store::schema::{CURRENT, Object, Schema, copy};
use crate::store::{Db, Error, EventQuery};
use crate::store::{Keep, Place, Store, StoreKey};
use crate::store::{file, seal};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A version's fixture in a directory of its own, so that nothing is written beside it.
fn frozen(version: u32) -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.age");
    fs::copy(fixture(&format!("store-v{version}.age")), &path).unwrap();
    let identity = fs::read_to_string(fixture(&format!("store-v{version}.key"))).unwrap();
    let identity = identity.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
    let key = StoreKey { identity: identity.into(), from: "a test".into(), ..StoreKey::generate() };
    let place = Place::new(&path, &directory.path().join("state"), true).unwrap();
    (directory, Store::new(place, key))
}

/// Makes the newest fixture: only ever needed again if its version never left the house. The older ones are never made again.
#[test]
#[ignore = "writes tests/fixtures"]
fn make_the_fixture() {
    let sandbox = Sandbox::new();
    let change = |db: &Db| {
        db.put_host(&host())?;
        for one in [first(), second(), third(), fifth(), sixth(), seventh()] {
            db.add(&one, &token(one.name.as_str()))?;
            let provider = one.provider.to_string();
            db.record(
                &stamp(1),
                Some(&one),
                &EventKind::Created { provider, method: "pat".into(), offline: false, fingerprint: None },
            )?;
        }
        db.put_client(&client())?;
        db.put_grant(&third().id, &grant())?;
        db.set_refresh_token(&third().id, Some(&refresh_token()))?;
        db.put_intent(&intent())?;
        db.put_rotation(&rotation())?;
        db.set_previous_token(&sixth().id, Some(&token("previous")))?;
        db.retire(&sixth(), TokenEnd::Replaced, stamp(4).at)?;
        db.bury(&sixth().fingerprint, stamp(5).at)?;
        db.add_reader(&reader())?;
        for one in routes() {
            db.put_route(&one)?;
        }
        db.add_app(&fourth(), &app(), &token("app"))?;
        for one in installations() {
            db.put_installation(&fourth().id, &one)?;
        }
        db.put_installation_token(&fourth().id, 7, &cached())?;
        db.set_webhook_secret(&fourth().id, &token("webhook"))?;
        db.record(&stamp(3), Some(&first()), &EventKind::Validated { verdict: Verdict::Unreachable })?;
        db.record(&stamp(4), Some(&third()), &EventKind::Refreshed { old: "1".into(), new: "2".into() })?;
        let made = EventKind::TokenMade { accounts: vec!["acme-corp".into()] };
        db.record(&stamp(4), Some(&fourth()), &made)
    };
    let _ = sandbox.store.change(&stamp(4), Keep::Nothing, change).unwrap();
    let name = format!("store-v{}", CURRENT.version);
    fs::copy(sandbox.path(), fixture(&format!("{name}.age"))).unwrap();
    let key = format!("# Opens {name}.age and nothing else.\n{}\n", sandbox.key.identity.expose());
    fs::write(fixture(&format!("{name}.key")), key).unwrap();
}

fn all(db: &Db) -> Vec<String> {
    db.connections().unwrap().iter().map(|one| format!("{one:?}")).collect()
}

/// What every version since the first has.
fn assert_first_two(db: &Db) {
    let all = all(db);
    for one in [first(), second()] {
        assert!(all.contains(&format!("{one:?}")), "{}", one.name);
        assert_eq!(db.token(&one.id).unwrap().expose(), token(one.name.as_str()).expose());
    }
    let found = db.host(&first().host, ProviderId::GitHub).unwrap().unwrap();
    assert_eq!((found.api, found.ca_pem, found.allow_http), (host().api, host().ca_pem, false));
    assert_eq!(found.client_pem.unwrap().expose(), "s3krit client key");
}

#[test]
fn the_frozen_store_of_version_1_is_read_as_it_is_and_moved_by_the_first_change() {
    let (_directory, store) = frozen(1);
    let (path, before) = (store.place.path().to_owned(), fs::read(store.place.path()).unwrap());
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (1, 2, 4, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    assert_eq!(all(&view).len(), 2);
    let events = format!("{:?}", view.events(&EventQuery::default()).unwrap());
    assert_eq!(view.events(&EventQuery::default()).unwrap()[0].kind, EventKind::Validated { verdict: Verdict::Unreachable });
    let id = first().id;
    assert!(view.clients().unwrap().is_empty());
    assert!(view.grant(&id).unwrap().is_none() && view.intent(&id).unwrap().is_none());
    assert!(view.refresh_token(&id).unwrap().is_none());
    assert_eq!(fs::read(&path).unwrap(), before);

    // Saves of little keep no generation, but the file of an older version is always kept.
    let _ = store.change(&stamp(9), Keep::Nothing, |db| db.put_client(&client())).unwrap();
    assert_eq!(fs::read(file::beside(&path, ".~v1~")).unwrap(), before);
    let report = store.verify().unwrap();
    let version = CURRENT.version;
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (version, 3, 4, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    assert_eq!(all(&view).len(), 2);
    assert_eq!(format!("{:?}", view.events(&EventQuery::default()).unwrap()), events);
    assert_eq!(view.clients().unwrap().len(), 1);

    let after = fs::read(&path).unwrap();
    let only_1 = Store { schema: CURRENT.version(1).unwrap(), ..Store::new(store.place.clone(), store.key().clone()) };
    assert!(matches!(only_1.read().map(drop), Err(Error::Newer { known: 1, .. })));
    let changed = only_1.change(&stamp(9), Keep::Nothing, |_| Ok::<_, Error>(()));
    assert!(matches!(changed, Err(Error::Newer { .. })));
    assert_eq!(fs::read(&path).unwrap(), after);
}

#[test]
fn the_frozen_store_of_version_7_is_that_of_version_6_on_smaller_pages() {
    let ((_old, sixth), (_directory, store)) = (frozen(6), frozen(7));
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (7, 2, 10, None));
    assert!(2 * report.bytes < sixth.verify().unwrap().bytes, "{}", report.bytes);
    let (before, view) = (sixth.read().unwrap(), store.read().unwrap());
    assert_first_two(&view);
    assert_eq!((all(&view), view.routes().unwrap()), (all(&before), routes().to_vec()));
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&seventh().id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 6);
}

#[test]
fn the_frozen_store_of_version_6_opens_and_can_be_changed() {
    let (_directory, store) = frozen(6);
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (6, 2, 10, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    assert!(all(&view).contains(&format!("{:?}", seventh())));
    assert_eq!(view.routes().unwrap(), routes());
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&seventh().id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 6);
    assert_eq!(store.read().unwrap().routes().unwrap(), routes()[..1]);
}

#[test]
fn the_frozen_store_of_version_5_opens_and_can_be_changed() {
    let (_directory, store) = frozen(5);
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (5, 2, 9, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    let id = sixth().id;
    assert!(all(&view).contains(&format!("{:?}", sixth())));
    assert_eq!((view.rotation(&id).unwrap(), view.rotations().unwrap()), (Some(rotation()), vec![rotation()]));
    assert_eq!(view.previous_token(&id).unwrap().unwrap().expose(), token("previous").expose());
    assert_eq!(view.past_tokens(&sixth().fingerprint).unwrap(), [past()]);
    assert_eq!((view.readers().unwrap(), view.reader("SAFE").unwrap()), (vec![reader()], Some(reader())));
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 5);
    let view = store.read().unwrap();
    assert_eq!((view.rotation(&id).unwrap(), view.past_tokens(&sixth().fingerprint).unwrap()), (None, vec![past()]));
}

#[test]
fn the_frozen_store_of_version_4_opens_and_can_be_changed() {
    let (_directory, store) = frozen(4);
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (4, 2, 8, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    assert!(all(&view).contains(&format!("{:?}", fifth())));
    assert_eq!(view.app(&fourth().id).unwrap(), Some(app()));
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&fifth().id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 4);
}

#[test]
fn the_frozen_store_of_version_3_opens_and_can_be_changed() {
    let (_directory, store) = frozen(3);
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (3, 2, 7, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    let id = fourth().id;
    assert!(all(&view).contains(&format!("{:?}", fourth())));
    assert_eq!((view.app(&id).unwrap(), view.app(&third().id).unwrap()), (Some(app()), None));
    assert_eq!(view.installations(&id).unwrap(), installations());
    assert_eq!(view.app_key(&id).unwrap().expose(), token("app").expose());
    assert_eq!(view.webhook_secret(&id).unwrap().unwrap().expose(), token("webhook").expose());
    let kept = view.installation_token(&id, 7).unwrap().unwrap();
    assert_eq!(
        (kept.token.expose(), kept.expires_at, kept.issued_at),
        (cached().token.expose(), cached().expires_at, stamp(0).at)
    );
    assert!(view.installation_token(&id, 8).unwrap().is_none());
    let newest = EventKind::TokenMade { accounts: vec!["acme-corp".into()] };
    assert_eq!(view.events(&EventQuery::default()).unwrap()[0].kind, newest);
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 3);
}

#[test]
fn the_frozen_store_of_version_2_opens_and_can_be_changed() {
    let (_directory, store) = frozen(2);
    let report = store.verify().unwrap();
    assert_eq!((report.version, report.header.generation, report.chain.events, report.chain.broken_at), (2, 2, 6, None));
    let view = store.read().unwrap();
    assert_first_two(&view);
    assert!(all(&view).contains(&format!("{:?}", third())));
    let clients = view.clients().unwrap();
    assert_eq!(clients.len(), 1);
    assert_eq!(format!("{:?}", clients[0]), format!("{:?}", client()));
    assert_eq!(clients[0].client_secret.as_ref().unwrap().expose(), "s3krit client secret");
    let id = third().id;
    assert_eq!(view.grant(&id).unwrap(), Some(grant()));
    assert_eq!(view.intent(&id).unwrap(), Some(intent()));
    assert_eq!(view.refresh_token(&id).unwrap().unwrap().expose(), refresh_token().expose());
    let newest = EventKind::Refreshed { old: "1".into(), new: "2".into() };
    assert_eq!(view.events(&EventQuery::default()).unwrap()[0].kind, newest);
    let _ = store.change(&stamp(9), Keep::Generation, |db| db.remove(&id)).unwrap();
    assert_eq!(store.verify().unwrap().connections, 2);
}

/// What is wrong in an older image is named when its rows are moved, also where nothing else has looked at them yet.
#[test]
fn rows_of_an_older_version_that_break_its_rules_are_damage() {
    for sql in [
        "PRAGMA foreign_keys = OFF; UPDATE secrets SET connection_id = 'x' WHERE rowid = 1",
        "PRAGMA ignore_check_constraints = ON; UPDATE hosts SET allow_http = 7",
    ] {
        let (_directory, store) = frozen(1);
        let (mut decrypted, ..) = store.open_file(Input::open).unwrap();
        let image = decrypted.image.image().unwrap().bytes().to_vec();
        let file = seal::seal(store.key(), &[], "store-1", 2, &run(&image, sql), Path::new("s")).unwrap().file;
        fs::write(store.place.path(), &file).unwrap();
        let read = store.read().map(drop).expect_err(sql);
        assert_eq!(why(&read), "a row in it breaks the rules of its table", "{sql}");
        let changed = store.change(&stamp(9), Keep::Nothing, |_| Ok::<_, Error>(())).map(drop).expect_err(sql);
        assert!(why(&changed).starts_with("integrity check"), "{sql}: {changed}");
        assert_eq!(fs::read(store.place.path()).unwrap(), file);
    }
}

/// A version that does not exist: the newest with another table.
fn later() -> &'static Schema {
    let more = Object { kind: "table", name: "more", table: "more", sql: Some("CREATE TABLE more (prefix TEXT) STRICT") };
    let objects = CURRENT.objects.iter().copied().chain([more]).collect::<Vec<_>>().leak();
    Box::leak(Box::new(Schema { version: CURRENT.version + 1, page: CURRENT.page, objects, before: Some((&CURRENT, move_rows)) }))
}

fn move_rows(old: &Sqlite, new: &Sqlite) -> rusqlite::Result<()> {
    let tables: Vec<&str> = CURRENT.objects.iter().filter(|object| object.kind == "table").map(|object| object.name).collect();
    copy(old, new, &tables)
}

#[test]
fn an_older_store_is_read_as_it_is_and_moved_by_the_first_change() {
    for version in 1..=CURRENT.version {
        let (_directory, old) = frozen(version);
        let (path, before) = (old.place.path().to_owned(), fs::read(old.place.path()).unwrap());
        let new = Store { schema: later(), ..Store::new(old.place.clone(), old.key().clone()) };
        let contents = all(&old.read().unwrap());
        assert_eq!(all(&new.read().unwrap()), contents);
        assert_eq!(new.verify().unwrap().version, version);
        assert_eq!(fs::read(&path).unwrap(), before);

        let _ = new.change(&stamp(9), Keep::Nothing, |db| db.remove(&second().id)).unwrap();
        let report = new.verify().unwrap();
        assert_eq!((report.version, report.connections), (CURRENT.version + 1, contents.len() - 1));
        assert_eq!(report.chain.broken_at, None);
        assert_eq!(fs::read(file::beside(&path, &format!(".~v{version}~"))).unwrap(), before);

        let after = fs::read(&path).unwrap();
        let (later, newest) = (i64::from(CURRENT.version) + 1, i64::from(CURRENT.version));
        assert!(matches!(old.read().map(drop), Err(Error::Newer { found, known, .. }) if (found, known) == (later, newest)));
        let changed = old.change(&stamp(9), Keep::Nothing, |_| Ok::<_, Error>(()));
        assert!(matches!(changed, Err(Error::Newer { .. })));
        assert_eq!(fs::read(&path).unwrap(), after);
    }
}
