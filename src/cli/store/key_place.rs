//! Where a new key of the store is to live: the options of `store init` and `store rekey`.

use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::shell_word;
use crate::ops::store::Keeping;

#[derive(Debug, clap::Args)]
pub(super) struct KeyPlaceArgs {
    /// Where the new key is to live; by default the keyring, else a file under a passphrase (`store rekey`: where the present one is)
    #[arg(long, value_enum, value_name = "PLACE")]
    key: Option<KeyPlace>,
    /// The file for `--key file`
    #[arg(long, value_name = "FILE", required_if_eq("key", "file"))]
    key_out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum KeyPlace {
    /// The desktop's keyring
    Keyring,
    /// A file beside the store, protected by a passphrase
    Passphrase,
    /// A plain file that only its owner can read
    File,
}

impl KeyPlaceArgs {
    /// What was said; `None` if nothing was.
    pub(super) fn keeping(&self) -> Result<Option<Keeping>, Failure> {
        Ok(match (self.key, &self.key_out) {
            (Some(KeyPlace::File), Some(path)) => Some(Keeping::File(path.clone())),
            (Some(KeyPlace::Keyring), None) => Some(Keeping::Keyring),
            (Some(KeyPlace::Passphrase), None) => Some(Keeping::Passphrase),
            (Some(KeyPlace::File) | None, None) => None,
            (_, Some(_)) => return Err(Failure::usage("--key-out goes with --key file")),
        })
    }

    /// The file that a key was put into.
    pub(super) fn file(&self) -> Option<&Path> {
        self.key_out.as_deref()
    }
}

/// A key file is found only if something says where it is.
pub(super) fn find_file(path: &Path, context: &Context<'_>) {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = shell_word(&path.display().to_string()).into_owned();
    context.out.hint(&format!("gitconn config set key_file {path}   # so that it is found; or export GITCONN_KEY_FILE={path}"));
}
