//! The store as a whole: what is saved opens again, and what is not whole, not ours or not the newest does not.
#![expect(clippy::disallowed_methods, reason = "these files are put there as somebody else would")]

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::file::Input;
use super::{Error, Keep, Place, Saved, Source, Store, StoreKey};
use crate::model::{AuthMethod, Connection, ConnectionId, Expiry, HostUrl, Name, ProviderId, Stamp, Status, Timestamp};
use crate::secret::Secret;

mod hostile;
mod oauth;
mod recover;
mod rekey;
mod rescue;
mod rows;
mod tamper;
mod uses;
mod versions;
mod whole;

/// A store in a directory of its own.
struct Sandbox {
    directory: TempDir,
    key: StoreKey,
    store: Store,
}

impl Sandbox {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = key();
        let place = place(directory.path());
        let store = Store::create(place, key.clone(), "store-1", &stamp(0)).unwrap().value;
        Self { directory, key, store }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("data/store.age")
    }

    /// The image in the file.
    fn image(&self) -> Vec<u8> {
        let (mut decrypted, ..) = self.store.open_file(Input::open).unwrap();
        decrypted.image.image().unwrap().bytes().to_vec()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    fn add(&self, name: &str) -> Saved<Connection> {
        self.store
            .change(&stamp(1), Keep::Generation, |db| {
                let connection = connection(name);
                db.add(&connection, &token(name))?;
                Ok::<_, Error>(connection)
            })
            .unwrap()
    }
}

/// Accepts the file as it is now.
fn accept(store: &Store, stamp: &Stamp, moved: bool) -> Result<Saved<u64>, Error> {
    store.accept(store.difference()?.seen, stamp, moved)
}

/// Restores what a source holds now.
fn restore(store: &Store, from: &Source, stamp: &Stamp) -> Result<Saved<u64>, Error> {
    store.restore(from, store.difference_of(from)?.seen, stamp)
}

fn place(directory: &Path) -> Place {
    Place::new(&directory.join("data/store.age"), &directory.join("state"), true).unwrap()
}

fn key() -> StoreKey {
    StoreKey::generate()
}

fn stamp(minute: i64) -> Stamp {
    Stamp { who: "ana@pc".into(), at: Timestamp::from_millisecond(1_800_000_000_000 + minute * 60_000).unwrap() }
}

fn token(name: &str) -> Secret {
    Secret::from(format!("s3krit-of-{name}"))
}

fn connection(name: &str) -> Connection {
    let at = stamp(0).at;
    Connection {
        id: ConnectionId::random(),
        name: Name::new(name).unwrap(),
        description: None,
        provider: ProviderId::GitHub,
        host: HostUrl::parse("github.com").unwrap(),
        auth_method: AuthMethod::Pat,
        token_kind: None,
        username: None,
        server_version: None,
        email: None,
        workspace: None,
        account_id: None,
        account_type: None,
        status: Status::Active,
        is_active: true,
        tags: Vec::new(),
        scopes: None,
        expiry: Expiry::Unknown,
        auto_renews: false,
        refresh_expires_at: None,
        fingerprint: token(name).fingerprint(),
        rotated_at: None,
        hook: None,
        no_export: false,
        validated_at: None,
        validation_error: None,
        last_used_at: None,
        created_by: "ana@pc".into(),
        created_at: at,
        updated_at: at,
    }
}
