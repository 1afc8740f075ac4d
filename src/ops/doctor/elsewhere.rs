//! Tokens that stand in plain text in other programs' files. The files are read; nobody is asked about what is in them: no host, no keyring, no program.

use super::{Area, Finding, Place};
use crate::model::{clean, shell_word};
use crate::ops::import::{self, Exposed, Source};
use crate::ops::{Error, Session};
use crate::store::Store;

const WHY: &str = "whatever runs as you reads it, and so does whoever gets hold of a backup";

pub(super) fn look(session: &Session<'_>, store: Option<&Store>) -> Result<Place, Error> {
    let found = import::exposed(store, session.env())?;
    let mut findings: Vec<Finding> = found.files.iter().map(of_file).collect();
    for (source, one) in found.unread {
        let what = format!("`{}` cannot be read: {}", clean(&one.path.display().to_string()), one.why);
        let finding = Finding::new(Area::Plaintext, what, "whether tokens stand in it is not known");
        findings.push(finding.command(format!("gitconn import {} --dry-run", source.id())));
    }
    for written in crate::git::passwords_in_settings(".".as_ref()) {
        let (key, origin) = (clean(&written.key), clean(&written.origin));
        let what = format!("git's setting `{}` ({origin}) holds a password", crate::provider::redact(&key));
        let finding = Finding::new(Area::Plaintext, what, WHY);
        findings.push(match (&written.remote, &written.without) {
            (Some(remote), Some(address)) => {
                let (remote, address) = (shell_word(remote).into_owned(), shell_word(address).into_owned());
                finding.command(format!("git remote set-url {}{remote} {address}", if written.is_push { "--push " } else { "" }))
            }
            _ => finding.command(format!("git config edit   # in {origin}")),
        });
    }
    Ok(Place::new(Area::Plaintext, "no token stands where gh, glab, git and netrc keep theirs", findings))
}

fn of_file(file: &Exposed) -> Finding {
    let shown = clean(&file.path.display().to_string()).into_owned();
    let what = match file.count {
        1 => format!("a token or password stands in `{shown}` in plain text"),
        count => format!("{count} tokens or passwords stand in `{shown}` in plain text"),
    };
    let id = file.source.id();
    let command = match file.takeable {
        0 => format!("gitconn import {id} --dry-run   # says why each is left, and what to do instead"),
        _ => format!("gitconn import {id} --delete-source"),
    };
    let finding = Finding::new(Area::Plaintext, what, WHY).command(command);
    // The others are for programs that have to do with Git; a netrc is for whatever asks.
    if file.source == Source::Netrc && file.known == 0 { finding.advice() } else { finding }
}
