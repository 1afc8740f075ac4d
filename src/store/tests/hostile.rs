//! Images that the right key signed and that are not what we write: each is refused by name, quickly, and the file stays as it was.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB};

use super::{Sandbox, accept, stamp};
use crate::model::{HostUrl, ProviderId};
use crate::store::schema::CURRENT;
use crate::store::{Db, Error, HostRecord, Keep, seal};

/// What is done to a sound image before it is sealed again.
enum Attack {
    /// SQL, run with everything allowed.
    Sql(&'static str),
    /// The same, and then the schema's text is put back to what it was.
    Hidden(&'static str),
    /// Bytes in place of those at a position.
    Bytes(usize, &'static [u8]),
    /// Anything else.
    Image(fn(&mut Vec<u8>)),
}

use Attack::{Bytes, Hidden, Image, Sql};

/// Found at every reading.
const AT_ONCE: &[(&str, Attack, &str)] = &[
    (
        "trigger",
        Sql("CREATE TRIGGER t AFTER UPDATE ON meta BEGIN UPDATE hosts SET api = 'https://evil.example'; END"),
        "trigger `t`",
    ),
    ("view", Sql("CREATE VIEW v AS SELECT * FROM secrets"), "view `v`"),
    (
        "view in a table's place",
        Sql("ALTER TABLE hosts RENAME TO h; CREATE VIEW hosts AS SELECT host, 'https://evil.example' AS api FROM h"),
        "`h`",
    ),
    (
        "endless view",
        Sql("DROP TABLE hosts; CREATE VIEW hosts AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n"),
        "one of ours",
    ),
    ("extra table", Sql("CREATE TABLE extra (x)"), "table `extra`"),
    ("extra index", Sql("CREATE INDEX i ON events (at)"), "index `i`"),
    ("index on an expression", Sql("CREATE INDEX i ON events (abs(at))"), "index `i`"),
    ("partial index", Sql("CREATE UNIQUE INDEX i ON events (at) WHERE at > 1"), "index `i`"),
    ("virtual table", Sql("CREATE VIRTUAL TABLE f USING fts5 (x)"), "table `f`"),
    ("r-tree", Sql("CREATE VIRTUAL TABLE r USING rtree (a, b, c)"), "table `r`"),
    ("statistics", Sql("ANALYZE"), "table `sqlite_stat1`"),
    ("sequence", Sql("CREATE TABLE s (x INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE s"), "table `sqlite_sequence`"),
    ("missing table", Sql("DROP TABLE routes"), "table `routes` is missing"),
    ("a table of before missing", Sql("DROP TABLE events"), "table `oauth_clients` inside"),
    ("a version before", Image(|image| image[60..64].copy_from_slice(&[0, 0, 0, 1])), "page size"),
    ("extra column", Sql("ALTER TABLE hosts ADD COLUMN evil TEXT"), "table `hosts`"),
    ("generated column", Sql("ALTER TABLE hosts ADD COLUMN evil TEXT AS (api || 'x')"), "table `hosts`"),
    ("renamed column", Sql("ALTER TABLE hosts RENAME COLUMN api TO app"), "table `hosts`"),
    ("missing check", Sql("UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (one = 1)', '')"), "table `meta`"),
    (
        "default that calls",
        Sql("UPDATE sqlite_schema SET sql = replace(sql, 'ca_pem TEXT', 'ca_pem TEXT DEFAULT (abs(1))')"),
        "`hosts`",
    ),
    ("not strict", Sql("UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '')"), "table `meta`"),
    ("another spelling", Sql("UPDATE sqlite_schema SET sql = sql || ' '"), "table `meta`"),
    (
        "schema that does not parse",
        Sql("UPDATE sqlite_schema SET sql = 'CREATE TABLE hosts (' WHERE name = 'hosts'"),
        "does not read",
    ),
    ("schema that is no text", Sql("UPDATE sqlite_schema SET sql = x'00' WHERE name = 'hosts'"), "does not read"),
    ("root page outside", Sql("UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'hosts'"), "does not read"),
    ("no meta", Sql("DELETE FROM meta"), "`meta` is empty"),
    ("another store's content", Sql("UPDATE meta SET store_id = 'store-2'"), "do not name the same generation"),
    ("another generation's content", Sql("UPDATE meta SET generation = 77"), "do not name the same generation"),
    ("another signer's content", Sql("UPDATE meta SET signer = 'x'"), "do not name the same generation"),
    ("negative generation", Sql("UPDATE meta SET generation = -1"), "a row in it does not read"),
    ("date beyond time", Sql("UPDATE meta SET created_at = 9223372036854775807"), "a row in it does not read"),
    ("WAL", Bytes(18, &[2, 2]), "WAL mode"),
    ("another application", Bytes(68, b"evil"), "another application"),
    ("version never used", Bytes(60, &[0, 0, 0, 0]), "version was never used"),
    ("1 GiB claimed", Bytes(28, &[0, 4, 0, 0]), "as long as it says"),
    ("fewer pages claimed", Bytes(28, &[0, 0, 0, 1]), "as long as it says"),
    ("change counters that differ", Bytes(92, &[9, 9, 9, 9]), "as long as it says"),
    ("UTF-16", Bytes(56, &[0, 0, 0, 2]), "text encoding"),
    ("old format", Bytes(44, &[0, 0, 0, 1]), "text encoding or format"),
    ("small pages", Bytes(16, &[2, 0]), "page size"),
    ("reserved bytes", Bytes(20, &[200]), "page size"),
    ("auto-vacuum", Bytes(52, &[0, 0, 0, 1]), "auto-vacuum"),
    ("cut off", Image(|image| image.truncate(2 * CURRENT.page)), "as long as it says"),
    ("half a page", Image(|image| image.truncate(image.len() - 100)), "as long as it says"),
    ("something behind", Image(|image| image.extend([0; CURRENT.page])), "as long as it says"),
    ("empty", Image(Vec::clear), "no SQLite image"),
    ("garbage", Image(|image| image.fill(7)), "no SQLite image"),
    ("first page garbled", Image(|image| image[100..CURRENT.page].fill(0xff)), "does not read"),
];

/// Found before anything is built on the content: by a change, `verify`, `accept`.
const BEFORE_A_CHANGE: &[(&str, Attack, &str)] = &[
    ("two tables in one place", Sql("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'secrets'"), "integrity check"),
    ("page used twice", Image(|image| copy_page(image, 4, 6)), "integrity check"),
    ("pages garbled", Image(|image| image[CURRENT.page..].fill(0x0a)), "the database inside does not read"),
    (
        "cells that overlap",
        Image(|image| image[5 * CURRENT.page..5 * CURRENT.page + 64].fill(0x0d)),
        "the database inside does not read",
    ),
    ("free list into nowhere", Bytes(32, &[0, 0, 0, 200]), "integrity check"),
    (
        "number where text belongs",
        Hidden("PRAGMA ignore_check_constraints = ON; UPDATE hosts SET api = x'00'"),
        "integrity check",
    ),
    ("check that does not hold", Sql("PRAGMA ignore_check_constraints = ON; UPDATE hosts SET allow_http = 7"), "integrity check"),
    (
        "secret without connection",
        Sql(
            "PRAGMA foreign_keys = OFF; UPDATE secrets SET connection_id = 'x' WHERE connection_id = (SELECT min(connection_id) FROM secrets)",
        ),
        "belongs to no other",
    ),
    (
        "login without connection",
        Sql("PRAGMA foreign_keys = OFF; INSERT INTO grants VALUES ('x', 'evil', 'device', NULL, 0)"),
        "a row of grants belongs to no other",
    ),
    (
        "intent without connection",
        Sql("PRAGMA foreign_keys = OFF; INSERT INTO intents VALUES ('x', 'refresh', '', '', 0)"),
        "a row of intents belongs to no other",
    ),
    (
        "two of one name",
        Hidden("DROP INDEX IF EXISTS none; UPDATE connections SET name_key = 'b'"),
        "integrity check: row 1 missing from index sqlite_autoindex_connections_2",
    ),
];

fn copy_page(image: &mut [u8], from: usize, to: usize) {
    let page = image[(from - 1) * CURRENT.page..from * CURRENT.page].to_vec();
    image[(to - 1) * CURRENT.page..to * CURRENT.page].copy_from_slice(&page);
}

impl Attack {
    fn apply(&self, image: Vec<u8>) -> Vec<u8> {
        match self {
            Sql(sql) => run(&image, sql),
            Hidden(sql) => {
                // Constraints are taken out of the schema's text for as long as the statement runs.
                let loose =
                    run(&image, "UPDATE sqlite_schema SET sql = replace(replace(sql, ' STRICT', ''), ' UNIQUE', '       ')");
                let changed = run(&loose, sql);
                let original = texts(&image);
                edit(&changed, |connection| {
                    for (name, text) in &original {
                        connection.execute("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", (name, text)).unwrap();
                    }
                })
            }
            Bytes(at, bytes) => {
                let mut image = image;
                image[*at..at + bytes.len()].copy_from_slice(bytes);
                image
            }
            Image(change) => {
                let mut image = image;
                change(&mut image);
                image
            }
        }
    }
}

fn texts(image: &[u8]) -> Vec<(String, Option<String>)> {
    let connection = load(image);
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn load(image: &[u8]) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.deserialize_read_exact(MAIN_DB, image, image.len(), false).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
    connection.pragma_update(None, "writable_schema", true).unwrap();
    connection
}

fn edit(image: &[u8], change: impl FnOnce(&Connection)) -> Vec<u8> {
    let mut connection = load(image);
    change(&connection);
    connection.serialize(MAIN_DB).unwrap().to_vec()
}

pub(super) fn run(image: &[u8], sql: &str) -> Vec<u8> {
    edit(image, |connection| connection.execute_batch(sql).unwrap())
}

fn reseal(sandbox: &Sandbox, image: &[u8]) -> Vec<u8> {
    seal::seal(&sandbox.key, &[], "store-1", 4, image, Path::new("s")).unwrap().file
}

/// A store of generation 4 with two connections on one host, and its image.
fn victim() -> (Sandbox, Vec<u8>) {
    let sandbox = Sandbox::new();
    for name in ["a", "b"] {
        assert!(sandbox.add(name).durable);
    }
    let host = HostRecord {
        provider: ProviderId::GitHub,
        host: HostUrl::parse("git.acme.com").unwrap(),
        api: HostUrl::parse("git.acme.com/api/v3").unwrap(),
        ca_pem: None,
        client_pem: None,
        allow_http: false,
    };
    let _ = sandbox.store.change(&stamp(1), Keep::Nothing, |db| db.put_host(&host)).unwrap();
    let image = sandbox.image();
    // The pin would refuse another image of this generation before anything else looks at it.
    std::fs::remove_file(sandbox.directory.path().join("state/pins/store-1")).unwrap();
    (sandbox, image)
}

pub(super) fn why(error: &Error) -> &str {
    match error {
        Error::Damaged { why, .. } => why,
        other => panic!("not named as damage: {other} {other:?}"),
    }
}

fn refused(sandbox: &Sandbox, file: &[u8], read_too: bool, expected: &str, name: &str) {
    std::fs::write(sandbox.path(), file).unwrap();
    let refuse = |what: &str, attempt: &dyn Fn() -> Result<(), Error>| {
        let started = Instant::now();
        let error = attempt().expect_err(name);
        let took = started.elapsed();
        assert!(why(&error).contains(expected), "{what}, {name}: {error}");
        assert!(took < Duration::from_secs(1), "{what}, {name}: {took:?}");
    };
    if read_too {
        refuse("read", &|| sandbox.store.read().map(drop));
    }
    refuse("change", &|| sandbox.store.change(&stamp(2), Keep::Generation, |_| Ok::<_, Error>(())).map(drop));
    refuse("accept", &|| accept(&sandbox.store, &stamp(2), false).map(drop));
    refuse("verify", &|| sandbox.store.verify().map(drop));
    assert_eq!(sandbox.bytes(), file, "{name} was touched");
}

#[test]
fn the_sound_image_itself_is_taken() {
    let (sandbox, image) = victim();
    for image in [image.clone(), run(&image, "SELECT 1")] {
        std::fs::write(sandbox.path(), reseal(&sandbox, &image)).unwrap();
        assert_eq!(sandbox.store.verify().unwrap().connections, 2);
    }
}

#[test]
fn hostile_images_are_refused_by_name_at_once() {
    let (sandbox, image) = victim();
    for (name, attack, expected) in AT_ONCE {
        refused(&sandbox, &reseal(&sandbox, &attack.apply(image.clone())), true, expected, name);
    }
}

#[test]
fn damage_inside_is_found_before_anything_is_built_on_it() {
    let (sandbox, image) = victim();
    for (name, attack, expected) in BEFORE_A_CHANGE {
        refused(&sandbox, &reseal(&sandbox, &attack.apply(image.clone())), false, expected, name);
    }
}

#[test]
fn rows_with_words_of_nobody_are_damage() {
    let (sandbox, image) = victim();
    for sql in [
        "UPDATE connections SET provider = 'evil'",
        "UPDATE connections SET host = 'https://GITHUB.com/'",
        "UPDATE connections SET host = 'ssh://github.com'",
        "UPDATE connections SET status = ''",
        "UPDATE connections SET tags = '{'",
        "UPDATE connections SET scopes = '[1]'",
        "UPDATE connections SET created_at = 9223372036854775807",
    ] {
        std::fs::write(sandbox.path(), reseal(&sandbox, &run(&image, sql))).unwrap();
        let error = sandbox.store.read().and_then(|view| view.connections()).expect_err(sql);
        assert_eq!(why(&error), "a row in it does not read", "{sql}");
    }
}

#[test]
fn a_login_with_words_of_nobody_is_damage() {
    let (sandbox, image) = victim();
    let id = sandbox.store.read().unwrap().find("a").unwrap().unwrap().id;
    let read = |db: &Db| db.grant(&id).map(drop).and(db.intent(&id).map(drop)).and(db.clients().map(drop));
    for (grant, intent, client, good) in [
        ("'browser', '[\"api\"]', 0", "'refresh', '', '', 0", "'https://git.acme.com', 'gitlab', 'c', NULL, 0", true),
        ("'evil', NULL, 0", "'refresh', '', '', 0", "'https://git.acme.com', 'gitlab', 'c', NULL, 0", false),
        ("'browser', '{', 0", "'refresh', '', '', 0", "'https://git.acme.com', 'gitlab', 'c', NULL, 0", false),
        ("'browser', NULL, 9223372036854775807", "'refresh', '', '', 0", "'https://git.acme.com', 'gitlab', 'c', NULL, 0", false),
        ("'browser', NULL, 0", "'evil', '', '', 0", "'https://git.acme.com', 'gitlab', 'c', NULL, 0", false),
        ("'browser', NULL, 0", "'refresh', '', '', 0", "'https://GIT.acme.com', 'gitlab', 'c', NULL, 0", false),
        ("'browser', NULL, 0", "'refresh', '', '', 0", "'https://git.acme.com', 'evil', 'c', NULL, 0", false),
    ] {
        let sql = format!(
            "INSERT INTO grants VALUES ('{id}', 'c', {grant}); INSERT INTO intents VALUES ('{id}', {intent}); \
             INSERT INTO oauth_clients VALUES ({client})"
        );
        std::fs::write(sandbox.path(), reseal(&sandbox, &run(&image, &sql))).unwrap();
        let result = sandbox.store.read().and_then(|view| read(&view));
        match result {
            Ok(()) => assert!(good, "{sql}"),
            Err(error) => assert!(!good && why(&error) == "a row in it does not read", "{sql}: {error}"),
        }
    }
}

#[test]
fn a_later_schema_is_refused_and_the_file_untouched() {
    let (sandbox, image) = victim();
    let (known, found) = (i64::from(CURRENT.version), CURRENT.version + 1);
    let mut image = image;
    image[60..64].copy_from_slice(&found.to_be_bytes());
    let file = reseal(&sandbox, &image);
    std::fs::write(sandbox.path(), &file).unwrap();
    let read = sandbox.store.read().map(drop);
    let changed = sandbox.store.change(&stamp(2), Keep::Generation, |_| Ok::<_, Error>(())).map(drop);
    let accepted = accept(&sandbox.store, &stamp(2), true).map(drop);
    for result in [read, changed, accepted] {
        let is_newer =
            |error: &Error| matches!(error, Error::Newer { found: f, known: k, .. } if (*f, *k) == (i64::from(found), known));
        assert!(result.as_ref().is_err_and(is_newer), "{result:?}");
    }
    assert_eq!(sandbox.bytes(), file);
}
