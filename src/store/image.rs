//! A SQLite image in memory. One that comes from a file is hostile until it has passed [`open`]: the signature says who wrote it,
//! these checks say that nothing in it runs.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::serialize::Data;
use rusqlite::{Connection, MAIN_DB};
use zeroize::Zeroizing;

use super::Error;
use super::schema::{APPLICATION_ID, Schema};

/// The header of the file, on the first page before the page's own.
const FILE_HEADER: usize = 100;
/// SQLite may read a few bytes past the end of a malformed image: room for that (<https://sqlite.org/c3ref/deserialize.html>).
const SLACK: usize = 64;
/// Of so many KiB of pages SQLite keeps a copy where it looks at all of them.
const CACHED_KIB: i32 = 256;
/// How long the checks of an image may take.
const DEADLINE: Duration = Duration::from_millis(900);
/// How many of SQLite's instructions all statements on one open image may take after that: far more than any honest work, so that
/// no image can make one of our own statements endless.
const BUDGET: u64 = 100_000_000;
/// Instructions between two looks at deadline and budget.
const TICK: u32 = 10_000;

/// How closely an image is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Header, schema: every time.
    Schema,
    /// Also every page and row (`PRAGMA integrity_check`): before something is built on it.
    Whole,
}

/// An image in SQLite's memory that SQLite has not looked at yet.
pub(super) struct Unopened {
    connection: Connection,
    length: usize,
}

impl Unopened {
    /// Takes in an image of `length` bytes. What it means is not looked at: it may still turn out to be somebody else's.
    pub(super) fn read(image: impl Read, length: usize) -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        configure(&connection)?;
        let padded = image.take(length as u64).chain(&[0; SLACK][..]);
        connection.deserialize_read_exact(MAIN_DB, padded, length + SLACK, false)?;
        Ok(Self { connection, length })
    }

    /// Its bytes, where they lie.
    pub(super) fn image(&mut self) -> rusqlite::Result<Unread<'_>> {
        Ok(Unread { data: self.connection.serialize(MAIN_DB)?, length: self.length })
    }
}

/// The bytes of an image that SQLite has not looked at yet.
pub(super) struct Unread<'a> {
    data: Data<'a>,
    length: usize,
}

impl Unread<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        self.data.get(..self.length).unwrap_or(&self.data)
    }
}

/// Opens an image and returns it with the version of its schema, which may be older than `schema`'s.
///
/// # Errors
///
/// [`Error::Newer`] for a later version, [`Error::Damaged`] naming the check that failed.
pub(super) fn open(mut image: Unopened, path: &Path, schema: &'static Schema, care: Care) -> Result<(Connection, u32), Error> {
    let unreadable = |error| explain(error, path);
    let known = check_header(image.image().map_err(unreadable)?.bytes(), path, schema)?;
    let started = Instant::now();
    let mut connection = image.connection;
    connection
        .progress_handler(i32::try_from(TICK).unwrap_or(i32::MAX), Some(move || started.elapsed() > DEADLINE))
        .map_err(unreadable)?;
    check_schema(&connection, path, known)?;
    if care == Care::Whole {
        // The image is in memory already: a page that was read before costs less to copy again than a fresh one to keep.
        connection.pragma_update(None, "cache_size", -CACHED_KIB).map_err(unreadable)?;
        let problems = integrity(&connection).map_err(unreadable)?;
        if let Some(problem) = problems.first() {
            return Err(Error::damaged(path, format!("integrity check: {problem}")));
        }
    }
    let mut left = BUDGET / u64::from(TICK);
    connection
        .progress_handler(
            i32::try_from(TICK).unwrap_or(i32::MAX),
            Some(move || {
                left = left.saturating_sub(1);
                left == 0
            }),
        )
        .map_err(unreadable)?;
    Ok((connection, known.version))
}

/// A new image with the tables of `schema` and no rows.
pub(super) fn fresh(schema: &Schema) -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(&format!("PRAGMA page_size = {}", schema.page))?;
    connection.pragma_update(None, "encoding", "UTF-8")?;
    configure(&connection)?;
    schema.build(&connection)?;
    Ok(connection)
}

/// Brings an image of an older version to `schema`, a version at a time, each in a fresh image.
pub(super) fn migrate(connection: Connection, from: u32, schema: &Schema) -> rusqlite::Result<Connection> {
    if from >= schema.version {
        return Ok(connection);
    }
    let Some((before, copy)) = &schema.before else { return Ok(connection) };
    let old = migrate(connection, from, before)?;
    let new = fresh(schema)?;
    copy(&old, &new)?;
    Ok(new)
}

/// The bytes of an image that holds no open transaction.
pub(super) struct Image(Zeroizing<Vec<u8>>);

impl Image {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Serializes an image. The slack behind the last page is cut off, and what no cell uses is zeros.
pub(super) fn serialize(connection: &mut Connection) -> rusqlite::Result<Image> {
    let data = connection.serialize(MAIN_DB)?;
    let (page, pages) = (page(&data), usize::try_from(number(&data, 28)).unwrap_or(usize::MAX));
    let mut image = Zeroizing::new(data.get(..pages.saturating_mul(page)).unwrap_or(&data).to_vec());
    for (index, page) in image.chunks_exact_mut(page.max(1)).enumerate() {
        wipe_unused(page, if index == 0 { FILE_HEADER } else { 0 });
    }
    Ok(Image(image))
}

/// Writes zeros over what no cell of a page uses. `secure_delete` overwrites what is deleted, but not what a page split leaves behind: without
/// this a removed token can stay in the image (<https://sqlite.org/fileformat2.html#b_tree_pages>).
fn wipe_unused(page: &mut [u8], header: usize) {
    let word = |page: &[u8], at: usize| page.get(at..at + 2).map_or(0, |two| usize::from(two[0]) << 8 | usize::from(two[1]));
    // Overflow pages and the free list begin with a page number, whose first byte is 0 in an image of this size.
    let fixed = match page.get(header) {
        Some(0x02 | 0x05) => 12,
        Some(0x0a | 0x0d) => 8,
        _ => return,
    };
    let (cells, content) = (word(page, header + 3), word(page, header + 5));
    if let Some(gap) = page.get_mut(header + fixed + 2 * cells..content) {
        gap.fill(0);
    }
    // Each free block names the next one, further on, and its own size, both in its first four bytes.
    let mut block = word(page, header + 1);
    while block != 0 {
        let (next, size) = (word(page, block), word(page, block + 2));
        if let Some(free) = page.get_mut(block + 4..block + size) {
            free.fill(0);
        }
        block = if next > block { next } else { 0 };
    }
}

/// What `PRAGMA integrity_check` complains of; empty is good.
pub(super) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
    let lines = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let foreign: Option<String> =
        connection.prepare("PRAGMA foreign_key_check")?.query_map([], |row| row.get(0))?.next().transpose()?;
    let lines = lines.into_iter().filter(|line| line != "ok");
    Ok(lines.chain(foreign.map(|table| format!("a row of {table} belongs to no other"))).collect())
}

/// What SQLite's error means for the person: damage, or our own fault.
pub(super) fn explain(error: rusqlite::Error, path: &Path) -> Error {
    use rusqlite::ErrorCode;
    match &error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::CannotOpen => {
                Error::damaged(path, "the database inside does not read")
            }
            ErrorCode::OperationInterrupted => Error::damaged(path, "the database inside takes too long to read"),
            ErrorCode::TooBig => Error::damaged(path, "a value in it is too large"),
            _ => Error::Sql(error),
        },
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => Error::damaged(path, "a row in it does not read"),
        _ => Error::Sql(error),
    }
}

/// What an error of [`migrate`] means: a row that does not fit into a fresh image has broken the rules of its own.
pub(super) fn explain_migration(error: rusqlite::Error, path: &Path) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => Error::damaged(path, "a row in it breaks the rules of its table"),
        _ => explain(error, path),
    }
}

/// Limits and switches (<https://sqlite.org/security.html>), set before the image is given to SQLite.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    for (switch, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
    ] {
        connection.set_db_config(switch, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LENGTH, 16 << 20),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 << 10),
        (Limit::SQLITE_LIMIT_COLUMN, 64),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 50),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 4),
        (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 8),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 64),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON")
}

/// A big-endian number of four bytes in the image's header; 0 where the image is too short.
fn number(image: &[u8], at: usize) -> u32 {
    image.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// How long a page is, in bytes, as the image's header says; 0 where the image is too short.
fn page(image: &[u8]) -> usize {
    image.get(16..18).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_be_bytes).into()
}

/// Looks at the 100 bytes before SQLite does (<https://sqlite.org/fileformat2.html#the_database_header>). Returns the schema of the image.
fn check_header(image: &[u8], path: &Path, schema: &'static Schema) -> Result<&'static Schema, Error> {
    let damaged = |why: &str| Err(Error::damaged(path, why));
    if image.len() < FILE_HEADER || !image.starts_with(b"SQLite format 3\0") {
        return damaged("there is no SQLite image in it");
    }
    if number(image, 68) != APPLICATION_ID {
        return damaged("the database inside belongs to another application");
    }
    let version = number(image, 60);
    if version > schema.version {
        return Err(Error::Newer { path: path.to_owned(), found: version.into(), known: schema.version.into() });
    }
    let Some(known) = schema.version(version) else { return damaged("its schema version was never used") };
    if image.get(18..20) != Some(&[1, 1]) {
        return damaged("the database inside is in WAL mode");
    }
    if page(image) != known.page || image.get(20) != Some(&0) {
        return damaged("the database inside has another page size");
    }
    if number(image, 24) != number(image, 92)
        || number(image, 28) as usize != image.len() / known.page
        || !image.len().is_multiple_of(known.page)
    {
        return damaged("the database inside is not as long as it says");
    }
    if number(image, 56) != 1 || number(image, 44) != 4 {
        return damaged("the database inside has another text encoding or format");
    }
    if number(image, 52) != 0 || number(image, 64) != 0 {
        return damaged("the database inside is in auto-vacuum mode");
    }
    Ok(known)
}

/// Compares the schema with the known one, word for word. Nothing else is asked of the image before that.
fn check_schema(connection: &Connection, path: &Path, schema: &Schema) -> Result<(), Error> {
    let malformed = |error: rusqlite::Error| match explain(error, path) {
        Error::Sql(_) => Error::damaged(path, "the schema inside does not read"),
        known => known,
    };
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema").map_err(malformed)?;
    let mut rows = statement.query([]).map_err(malformed)?;
    let mut expected = schema.objects.iter();
    while let Some(row) = rows.next().map_err(malformed)? {
        let text = |column: usize| row.get_ref(column).ok().and_then(|value| value.as_str().ok());
        let known = expected.next();
        let same = known.is_some_and(|known| {
            text(0) == Some(known.kind) && text(1) == Some(known.name) && text(2) == Some(known.table) && text(3) == known.sql
        });
        if !same {
            let kind = crate::model::clean(text(0).unwrap_or("object")).chars().take(16).collect::<String>();
            let name = crate::model::clean(text(1).unwrap_or("?")).chars().take(64).collect::<String>();
            return Err(Error::damaged(path, format!("the {kind} `{name}` inside is not one of ours")));
        }
    }
    match expected.next() {
        Some(missing) => Err(Error::damaged(path, format!("the {} `{}` is missing inside", missing.kind, missing.name))),
        None => Ok(()),
    }
}

/// Opens an image that lies elsewhere in memory.
#[cfg(test)]
pub(super) fn open_bytes(image: &[u8], path: &Path, schema: &'static Schema, care: Care) -> Result<(Connection, u32), Error> {
    open(Unopened::read(image, image.len()).map_err(|error| explain(error, path))?, path, schema, care)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Care, fresh, integrity, migrate, open_bytes as open, serialize};
    use crate::store::schema::{CURRENT, Object, Schema};

    #[test]
    fn a_fresh_image_passes_its_own_checks() {
        let mut connection = fresh(&CURRENT).unwrap();
        let image = serialize(&mut connection).unwrap().bytes().to_vec();
        let (mut again, version) = open(&image, Path::new("s"), &CURRENT, Care::Whole).unwrap();
        assert_eq!(version, CURRENT.version);
        assert!(integrity(&again).unwrap().is_empty());
        // The slack is not part of what comes out, whether or not pages were added.
        assert_eq!(serialize(&mut again).unwrap().bytes(), image);
        again.execute("INSERT INTO hosts VALUES ('h', 'a', ?1, NULL, 0, 'github')", ["x".repeat(9000)]).unwrap();
        let grown = serialize(&mut again).unwrap().bytes().to_vec();
        assert!(grown.len() > image.len());
        assert!(open(&grown, Path::new("s"), &CURRENT, Care::Whole).is_ok());
    }

    #[test]
    fn nothing_is_attached_and_nothing_vacuumed_into_a_file() {
        let connection = fresh(&CURRENT).unwrap();
        assert!(connection.execute_batch("ATTACH ':memory:' AS other").is_err());
        assert!(connection.execute_batch("VACUUM INTO '/tmp/never'").is_err());
    }

    #[test]
    fn no_statement_on_an_opened_image_is_endless() {
        let mut connection = fresh(&CURRENT).unwrap();
        let image = serialize(&mut connection).unwrap().bytes().to_vec();
        let (opened, _) = open(&image, Path::new("s"), &CURRENT, Care::Schema).unwrap();
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT count(*) FROM n";
        let error = opened.query_row(endless, [], |row| row.get::<_, i64>(0)).unwrap_err();
        assert!(
            matches!(super::explain(error, Path::new("s")), crate::store::Error::Damaged { why, .. } if why.contains("too long"))
        );
    }

    /// A version that does not exist yet.
    const NEXT: u32 = CURRENT.version + 1;
    static LATER: Schema = Schema { version: NEXT, page: CURRENT.page, objects: LATER_OBJECTS, before: Some((&CURRENT, copy)) };
    const LATER_OBJECTS: &[Object] = &[Object {
        kind: "table",
        name: "hosts",
        table: "hosts",
        sql: Some("CREATE TABLE hosts (host TEXT NOT NULL, allow_http INTEGER NOT NULL, note TEXT) STRICT"),
    }];

    fn copy(old: &rusqlite::Connection, new: &rusqlite::Connection) -> rusqlite::Result<()> {
        let mut rows = old.prepare("SELECT host, allow_http FROM hosts")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            new.execute("INSERT INTO hosts VALUES (?1, ?2, 'moved')", (row.get::<_, String>(0)?, row.get::<_, i64>(1)?))?;
        }
        Ok(())
    }

    #[test]
    fn rows_move_into_a_fresh_image_of_the_next_version() {
        let mut connection = fresh(&CURRENT).unwrap();
        connection.execute("INSERT INTO hosts VALUES ('h', 'a', NULL, NULL, 1, 'github')", []).unwrap();
        let image = serialize(&mut connection).unwrap().bytes().to_vec();
        let (old, version) = open(&image, Path::new("s"), &LATER, Care::Whole).unwrap();
        assert_eq!(version, CURRENT.version);
        let mut new = migrate(old, version, &LATER).unwrap();
        assert_eq!(
            new.query_row("SELECT note FROM hosts WHERE allow_http = 1", [], |row| row.get::<_, String>(0)).unwrap(),
            "moved"
        );
        let image = serialize(&mut new).unwrap().bytes().to_vec();
        assert_eq!(open(&image, Path::new("s"), &LATER, Care::Whole).unwrap().1, NEXT);
        // What reads only the version before refuses it.
        let refused = open(&image, Path::new("s"), &CURRENT, Care::Schema).map(|(_, version)| version);
        let (next, newest) = (i64::from(NEXT), i64::from(CURRENT.version));
        assert!(matches!(refused, Err(crate::store::Error::Newer { found, known, .. }) if (found, known) == (next, newest)));
    }
}
