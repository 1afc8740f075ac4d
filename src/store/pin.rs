//! What this machine has seen: the highest generation of each store (the pin), and the machine's own id (its home).

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::Lock;
use super::seal::ImageHash;
use super::{Error, file};

/// How long a writer waits for another to raise a pin, which takes a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);
/// A pin and a home are far smaller.
const MOST: u64 = 4096;

/// The highest generation of a store that was ever saved or accepted here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) generation: u64,
    /// SHA-256 of its image, in hexadecimal.
    pub(super) image: String,
}

impl Pin {
    pub(super) fn new(generation: u64, hash: &ImageHash) -> Self {
        Self { generation, image: hexadecimal(hash) }
    }

    /// Why a file of this generation and image is not the one to use; `None` if it is.
    pub(super) fn objection(&self, generation: u64, hash: &ImageHash) -> Option<String> {
        if generation < self.generation {
            return Some(format!("it is generation {generation}, generation {} was here already", self.generation));
        }
        (generation == self.generation && hexadecimal(hash) != self.image)
            .then(|| format!("forked: another generation {generation} was here already"))
    }
}

fn hexadecimal(hash: &ImageHash) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Where the pin of a store is kept.
fn place(state: &Path, store_id: &str) -> PathBuf {
    state.join("pins").join(store_id)
}

/// Reads the pin. Without one, or with one that does not read, nothing was seen yet.
pub(super) fn read(state: &Path, store_id: &str) -> Result<Option<Pin>, Error> {
    let bytes = match file::read(&place(state, store_id), MOST) {
        Ok(bytes) => bytes,
        Err(Error::Missing(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let pin = String::from_utf8(bytes).ok().and_then(|text| {
        let (generation, image) = text.trim_end().split_once(' ')?;
        let generation = generation.parse().ok().filter(|generation| *generation <= super::header::MAX_GENERATION)?;
        Some(Pin { generation, image: image.to_owned() })
    });
    if pin.is_none() {
        tracing::warn!("the record of the newest generation seen does not read and is begun anew");
    }
    Ok(pin)
}

/// Raises the pin, never lowers it.
pub(super) fn raise(state: &Path, store_id: &str, pin: &Pin) -> Result<(), Error> {
    let path = place(state, store_id);
    file::make_directory(file::directory(&path))?;
    let _lock = Lock::take(&file::beside(&path, ".lock"), PATIENCE, &path)?;
    file::sweep(&path);
    match read(state, store_id)? {
        Some(present) if present.generation >= pin.generation => Ok(()),
        _ => file::put(&path, format!("{} {}\n", pin.generation, pin.image).as_bytes()),
    }
}

/// This machine's id, if it was ever needed.
pub(super) fn known_home(state: &Path) -> Option<String> {
    read_home(&state.join("home")).ok().flatten()
}

/// This machine's id, made at the first call.
pub(super) fn home(state: &Path) -> Result<String, Error> {
    let path = state.join("home");
    if let Some(id) = read_home(&path)? {
        return Ok(id);
    }
    file::make_directory(state)?;
    let _lock = Lock::take(&file::beside(&path, ".lock"), PATIENCE, &path)?;
    file::sweep(&path);
    if let Some(id) = read_home(&path)? {
        return Ok(id);
    }
    let id = uuid::Uuid::new_v4().to_string();
    file::put(&path, format!("{id}\n").as_bytes())?;
    Ok(id)
}

fn read_home(path: &Path) -> Result<Option<String>, Error> {
    match file::read(path, MOST) {
        Ok(bytes) => {
            Ok(String::from_utf8(bytes).ok().map(|text| text.trim().to_owned()).filter(|id| super::header::is_store_id(id)))
        }
        Err(Error::Missing(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{Pin, home, raise, read};

    #[test]
    fn a_pin_is_raised_and_never_lowered() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(read(state.path(), "s").unwrap(), None);
        raise(state.path(), "s", &Pin::new(5, &[5; 32])).unwrap();
        raise(state.path(), "s", &Pin::new(4, &[4; 32])).unwrap();
        raise(state.path(), "s", &Pin::new(5, &[6; 32])).unwrap();
        assert_eq!(read(state.path(), "s").unwrap(), Some(Pin::new(5, &[5; 32])));
        assert_eq!(read(state.path(), "other").unwrap(), None);
    }

    #[test]
    fn older_and_forked_files_are_told_apart() {
        let pin = Pin::new(5, &[5; 32]);
        assert_eq!(pin.objection(4, &[4; 32]).unwrap(), "it is generation 4, generation 5 was here already");
        assert_eq!(pin.objection(5, &[4; 32]).unwrap(), "forked: another generation 5 was here already");
        assert_eq!(pin.objection(5, &[5; 32]), None);
        assert_eq!(pin.objection(6, &[4; 32]), None);
    }

    #[test]
    fn home_stays_the_same() {
        let state = tempfile::tempdir().unwrap();
        let first = home(&state.path().join("deep/state")).unwrap();
        assert_eq!(home(&state.path().join("deep/state")).unwrap(), first);
        assert_ne!(home(&state.path().join("other")).unwrap(), first);
    }
}
