//! Files that were changed, cut, mixed up, encrypted by others, or are not the newest.

use std::fmt::Write as _;
use std::path::Path;

use super::{Sandbox, key, stamp};
use crate::store::{Error, Keep, Place, Store, header, seal};

/// Whether a file opens and is trusted.
fn is_taken(sandbox: &Sandbox, file: &[u8]) -> bool {
    seal::open_whole(&sandbox.key, file, Path::new("s")).is_ok_and(|(_, opened)| opened.trusted.is_ok())
}

#[test]
fn every_flipped_bit_of_the_header_and_thousands_behind_it_are_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.bytes();
    assert!(is_taken(&sandbox, &file));
    let end = file.windows(5).position(|window| window == b"\n--- ").unwrap() + 60;
    let behind = (0..10_000).map(|number| end * 8 + number * 7_919 % ((file.len() - end) * 8));
    for bit in (0..end * 8).chain(behind) {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!is_taken(&sandbox, &changed), "bit {bit}");
    }
}

#[test]
fn cut_and_lengthened_files_are_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.bytes();
    // Every length that is less, on two threads.
    std::thread::scope(|scope| {
        for odd in 0..2 {
            let (sandbox, file) = (&sandbox, &file);
            scope.spawn(move || {
                for length in (odd..file.len()).step_by(2) {
                    assert!(!is_taken(sandbox, &file[..length]), "{length} bytes");
                }
            });
        }
    });
    for more in [&b"\0"[..], b"\n", &file] {
        assert!(!is_taken(&sandbox, &[&file, more].concat()));
    }
}

#[test]
fn payload_and_header_of_two_generations_do_not_mix() {
    let sandbox = Sandbox::new();
    let first = sandbox.bytes();
    assert!(sandbox.add("a").durable);
    let second = sandbox.bytes();
    let split = |file: &[u8]| file.windows(5).position(|window| window == b"\n--- ").unwrap() + 49;
    let (one, two) = (first.split_at(split(&first)), second.split_at(split(&second)));
    assert_eq!(one.0.last(), Some(&b'\n'));
    assert!(is_taken(&sandbox, &[two.0, two.1].concat()));
    assert!(!is_taken(&sandbox, &[one.0, two.1].concat()));
    assert!(!is_taken(&sandbox, &[two.0, one.1].concat()));
}

#[test]
fn what_the_writer_key_did_not_sign_is_foreign() {
    let sandbox = Sandbox::new();
    let image = sandbox.image();
    let recipient = sandbox.key.identity.expose().parse::<age::x25519::Identity>().unwrap().to_public();
    let unsigned = age::encrypt(&recipient, &image).unwrap();
    // Signed by the key of another store, as somebody would who only knows the recipient.
    let mut stolen = String::from_utf8_lossy(&sandbox.bytes()).split("\n--- ").next().unwrap().to_owned();
    stolen.push('\n');
    let stanza = stolen.split("-> gitconn-sig").nth(1).unwrap().split("->").next().unwrap().to_owned();
    let graft = graft(&recipient, &image, &format!("gitconn-sig{stanza}"));
    for (file, expected) in [(&unsigned, "it has no signature"), (&graft, "the signature does not fit")] {
        std::fs::write(sandbox.path(), file).unwrap();
        let Err(Error::Foreign { why, .. }) = sandbox.store.read().map(drop) else { panic!("{expected}") };
        assert_eq!(why, expected);
        let changed = sandbox.store.change(&stamp(1), Keep::Generation, |_| Ok::<_, Error>(()));
        assert!(matches!(changed, Err(Error::Foreign { .. })));
        assert_eq!(&sandbox.bytes(), file);
    }
}

/// Encrypts with a signature stanza that was made for another file key.
fn graft(recipient: &age::x25519::Recipient, image: &[u8], stanza: &str) -> Vec<u8> {
    use std::collections::HashSet;
    use std::io::Write as _;

    use age_core::format::{FileKey, Stanza};
    use base64::Engine as _;

    struct Grafted<'a>(&'a age::x25519::Recipient, &'a str);

    impl age::Recipient for Grafted<'_> {
        fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
            let (mut stanzas, labels) = self.0.wrap_file_key(file_key)?;
            let mut lines = self.1.lines();
            let mut words = lines.next().unwrap_or_default().split(' ').map(ToOwned::to_owned);
            let body = base64::prelude::BASE64_STANDARD_NO_PAD.decode(lines.collect::<String>()).unwrap();
            stanzas.push(Stanza { tag: words.next().unwrap(), args: words.collect(), body });
            Ok((stanzas, labels))
        }
    }

    let grafted = Grafted(recipient, stanza);
    let mut file = Vec::new();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&grafted as &dyn age::Recipient)).unwrap();
    let mut stream = encryptor.wrap_output(&mut file).unwrap();
    stream.write_all(image).unwrap();
    stream.finish().unwrap();
    file
}

#[test]
fn another_key_does_not_open_it() {
    let sandbox = Sandbox::new();
    let other = Store::new(sandbox.store.place.clone(), key());
    assert!(matches!(other.read().map(drop), Err(Error::WrongKey { from, .. }) if from == "this run"));
    let broken = crate::store::StoreKey {
        identity: "AGE-SECRET-KEY-1NO".to_owned().into(),
        from: "a test".into(),
        ..crate::store::StoreKey::generate()
    };
    let broken = Store::new(sandbox.store.place.clone(), broken);
    assert!(matches!(broken.read().map(drop), Err(Error::BadKey { .. })));
}

#[test]
fn a_broken_recipient_stanza_is_damage_and_not_a_wrong_key() {
    let sandbox = Sandbox::new();
    let mut file = sandbox.bytes();
    let at = file.windows(9).position(|window| window == b"-> X25519").unwrap() + 60;
    file[at] = if file[at] == b'A' { b'B' } else { b'A' };
    std::fs::write(sandbox.path(), &file).unwrap();
    let error = sandbox.store.read().map(drop).unwrap_err();
    assert!(matches!(&error, Error::Damaged { .. }), "{error}");
}

#[test]
fn older_and_forked_files_are_refused_where_newer_ones_were_seen() {
    let sandbox = Sandbox::new();
    assert!(sandbox.add("a").durable);
    let older = sandbox.bytes();
    let elsewhere = sandbox.directory.path().join("elsewhere");
    let twin = Store::new(Place::new(&sandbox.path(), &elsewhere, true).unwrap(), sandbox.key.clone());
    assert!(sandbox.add("b").durable);
    let newest = sandbox.bytes();
    std::fs::write(sandbox.path(), &older).unwrap();

    let Err(Error::RolledBack { why, .. }) = sandbox.store.read().map(drop) else { panic!("the older file was taken") };
    assert_eq!(why, "it is generation 2, generation 3 was here already");
    let changed = sandbox.store.change(&stamp(1), Keep::Generation, |_| Ok::<_, Error>(()));
    assert!(matches!(changed, Err(Error::RolledBack { .. })));
    assert_eq!(sandbox.bytes(), older);

    // Another machine has not seen the newest, and makes a third generation of its own.
    let _ = twin.change(&stamp(1), Keep::Generation, |_| Ok::<_, Error>(())).unwrap();
    let Err(Error::RolledBack { why, .. }) = sandbox.store.read().map(drop) else { panic!("the fork was taken") };
    assert_eq!(why, "forked: another generation 3 was here already");

    let unpinned =
        Store::new(Place::new(&sandbox.path(), &sandbox.directory.path().join("state"), false).unwrap(), sandbox.key.clone());
    assert!(unpinned.read().is_ok());
    std::fs::write(sandbox.path(), newest).unwrap();
    assert!(sandbox.store.read().is_ok());
}

#[test]
fn files_too_large_or_with_too_long_a_header_are_refused_at_once() {
    let sandbox = Sandbox::new();
    let file = std::fs::OpenOptions::new().write(true).open(sandbox.path()).unwrap();
    file.set_len(header::MAX_FILE + 1).unwrap();
    let Err(Error::Damaged { why, .. }) = sandbox.store.read().map(drop) else { panic!("taken") };
    assert_eq!(why, "it is larger than 65536 KiB");
    let mut long = String::from("age-encryption.org/v1\n");
    for number in 0..1_000 {
        let _ = write!(long, "-> x {number}\nAAAA\n");
    }
    std::fs::write(sandbox.path(), long).unwrap();
    let Err(Error::Damaged { why, .. }) = sandbox.store.place.header() else { panic!("taken") };
    assert_eq!(why, "its header has more than 256 stanzas");
}
