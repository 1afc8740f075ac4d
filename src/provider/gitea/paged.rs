//! Pages as Gitea gives them. Each instance has a largest page of its own (`MAX_RESPONSE_ITEMS`, 50 unless set), and whoever asks for more is given that
//! many without a word: page 2 of 100 would be rows 51 to 100.

use std::cell::RefCell;
use std::collections::HashSet;

use serde::Deserialize;

use super::super::sift::Sift;
use super::super::{Error, PageChoice};
use super::Account;
use crate::net::{Answer, Call, Flow, Pages, Walked, walk};

/// `GET /settings/api`.
#[derive(Deserialize)]
struct Settings {
    max_response_items: u32,
}

/// A sift that makes right whatever the instance gives: it is asked for its largest page, where a page of ours is to be cut.
///
/// A walk does not need it: it takes the first page's size as the measure.
pub(super) async fn sift(account: &Account, search: Option<&str>, choice: PageChoice) -> Sift {
    match choice {
        PageChoice::One { .. } if search.is_none_or(str::is_empty) => Sift::clamped(search, choice, most(account).await),
        PageChoice::One { .. } | PageChoice::Walk { .. } => Sift::new(search, choice),
    }
}

/// The rows of the instance's largest page. `None` where it does not say: before 1.13 it had no call for it.
async fn most(account: &Account) -> Option<u32> {
    let answer = account.origin.get(&Call::to(["settings", "api"])).await.ok()?;
    let settings: Settings = answer.json().filter(|_| answer.status == 200)?;
    Some(settings.max_response_items).filter(|most| *most > 0)
}

/// Walks `pages` of `call`, and then those that `turn` names, as long as there are more.
pub(super) async fn walk_in_turns<T>(
    account: &Account,
    call: &Call,
    mut pages: Pages,
    read: impl Fn(&Answer) -> Result<Vec<T>, Error>,
    id: impl Fn(&T) -> String,
    mut take: impl FnMut(Vec<T>) -> Flow,
    turn: impl Fn() -> Option<Pages>,
) -> Result<Walked, Error> {
    // Rows move between pages while one reads, and each turn is a walk of its own.
    let seen = RefCell::new(HashSet::new());
    loop {
        let walked = walk(&account.origin, call, pages, &read, &id, |mut rows| {
            rows.retain(|row| seen.borrow_mut().insert(id(row)));
            if rows.is_empty() { Flow::Continue(()) } else { take(rows) }
        })
        .await?;
        // Where only the number of rows is told, and no page after this one, that says whether there is more.
        let last = u64::from(pages.first) * u64::from(pages.per_page);
        let has_more = walked.more || walked.total.is_some_and(|total| total > last);
        match turn().filter(|_| has_more) {
            Some(next) => pages = next,
            None => return Ok(walked),
        }
    }
}
