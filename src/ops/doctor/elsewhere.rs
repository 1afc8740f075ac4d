//! Tokens that stand in plain text in other programs' files. Nobody is asked about them.

use super::{Area, Finding, Place};
use crate::model::{clean, shell_word};
use crate::ops::import::{self, Fate, Source, Spot};
use crate::ops::{Error, Session};
use crate::store::Store;

const WHY: &str = "whatever runs as you reads it, and so does whoever gets hold of a backup";

pub(super) async fn look(session: &Session<'_>, store: Option<&Store>) -> Result<Place, Error> {
    let mut findings = Vec::new();
    for source in Source::ALL {
        let survey = import::survey(session, store, &[source], true).await?;
        let mut files: Vec<(String, usize)> = Vec::new();
        let is_token = |fate: &Fate| matches!(fate, Fate::New | Fate::Held { .. });
        for candidate in survey.candidates.iter().filter(|candidate| is_token(&candidate.fate)) {
            for spot in &candidate.spots {
                let Spot::File { path, .. } = spot else { continue };
                let shown = clean(&path.display().to_string()).into_owned();
                match files.iter_mut().find(|(known, _)| *known == shown) {
                    Some((_, count)) => *count += 1,
                    None => files.push((shown, 1)),
                }
            }
        }
        for (file, count) in files {
            let what =
                if count == 1 { format!("a token stands in `{file}`") } else { format!("{count} tokens stand in `{file}`") };
            let finding = Finding::new(Area::Plaintext, format!("{what} in plain text"), WHY);
            findings.push(finding.command(format!("gitconn import {} --delete-source", source.id())));
        }
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
