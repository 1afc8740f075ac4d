//! A new key that nobody keeps: printed once, as `GITCONN_KEY` takes it.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::secret::Secret;

/// Prints the line with the key, in JSON as `key` beside what `view` says.
pub(super) fn print(line: &Secret, view: &impl Serialize, context: &Context<'_>) -> Result<(), Failure> {
    context.out.note("its key, shown this once; GITCONN_KEY takes it as it is:");
    if !context.out.is_json() {
        return context.out.raw(&Zeroizing::new(format!("{}\n", line.expose())));
    }
    let mut json = serde_json::to_value(view).map_err(Failure::bug)?;
    json["key"] = line.expose().into();
    context.out.raw(&Zeroizing::new(json.to_string() + "\n"))
}

/// What the file of a key that was made elsewhere needs besides.
pub(super) fn say_signer(context: &Context<'_>) {
    context.out.note("its key file needs this line too; in GITCONN_KEY the signer alone goes behind the key, after a colon:");
}
