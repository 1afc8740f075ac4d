//! What this machine remembers of a re-keying: where the key of a writer was put. Without it, whoever comes with the old key would only hear that it
//! does not open the store.

use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::{Error, Header, NowIn, file, header};

/// A signer, a word and a path are far smaller.
const MOST: u64 = 16 << 10;
/// Before a place where the program looks by itself.
const USUAL: &[u8] = b"usual ";
/// Before the path of a key file that somebody has to name.
const FILE: &[u8] = b"file ";

fn place(state: &Path, store_id: &str) -> PathBuf {
    state.join("rekeyed").join(store_id)
}

/// Remembers where the key is that signs as `signer`. Before the store is saved with it.
pub(super) fn write(state: &Path, store_id: &str, signer: &str, now_in: &NowIn) -> Result<(), Error> {
    let path = place(state, store_id);
    file::make_directory(file::directory(&path))?;
    file::sweep(&path);
    let (word, rest) = match now_in {
        NowIn::Usual(place) => (USUAL, place.as_bytes()),
        NowIn::File(path) => (FILE, path.as_os_str().as_bytes()),
    };
    file::put(&path, &[signer.as_bytes(), b"\n", word, rest].concat())
}

/// Where the key of the writer is who signed a store, if it got one here.
pub(super) fn read(state: &Path, claimed: &Header) -> Option<NowIn> {
    if !header::is_store_id(&claimed.store_id) {
        return None;
    }
    let bytes = file::read(&place(state, &claimed.store_id), MOST).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (signer, rest) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    if signer != claimed.signer.as_bytes() {
        return None;
    }
    match (rest.strip_prefix(USUAL), rest.strip_prefix(FILE)) {
        (Some(place), _) => String::from_utf8(place.to_vec()).ok().map(NowIn::Usual),
        (_, Some(path)) => Some(NowIn::File(PathBuf::from(std::ffi::OsString::from_vec(path.to_vec())))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{read, write};
    use crate::store::{Header, NowIn};

    #[test]
    fn what_was_remembered_counts_for_its_writer_alone() {
        let state = tempfile::tempdir().unwrap();
        let header = |signer: &str| Header { store_id: "store-1".into(), generation: 1, signer: signer.into() };
        for now_in in [NowIn::Usual("the keyring".into()), NowIn::File(Path::new("/a b/\u{e9}\nx").into())] {
            write(state.path(), "store-1", "new", &now_in).unwrap();
            assert_eq!(read(state.path(), &header("new")), Some(now_in));
            assert_eq!(read(state.path(), &header("old")), None);
        }
        assert_eq!(read(&state.path().join("none"), &header("new")), None);
    }
}
