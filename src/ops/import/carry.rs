//! Taking in what was chosen: checked side by side at the hosts that the tokens were kept for, and stored in one save.

use super::{Candidate, Spot};
use crate::model::{Connection, clean};
use crate::ops::connect::Plan;
use crate::ops::connect_many::{self, Kept, Wanted};
use crate::ops::{Error, Session};
use crate::provider::Warning;
use crate::store::Store;

/// What became of a candidate.
#[derive(Debug)]
pub(crate) struct Carried {
    /// Its place in the survey.
    pub(crate) at: usize,
    pub(crate) result: Result<(Connection, Vec<Warning>), Error>,
}

/// Checks and stores every candidate that is new. `done` hears how many are finished. Second: whether the save is sure to last.
///
/// # Errors
///
/// If the store cannot be saved: nothing is stored then.
pub(crate) async fn carry(
    session: &Session<'_>,
    store: &Store,
    candidates: &mut [Candidate],
    tags: &[String],
    done: impl Fn(usize),
) -> Result<(Vec<Carried>, bool), Error> {
    let mut places = Vec::new();
    let mut wanted = Vec::new();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        if let (Some(plan), Some(token)) = (candidate.plan.take(), &candidate.token) {
            let plan = Plan { tags: tags.to_vec(), ..plan };
            wanted.push(Wanted { plan, token: token.clone(), from: Some(whence(candidate)) });
            places.push(at);
        }
    }
    let Kept { results, durable } = connect_many::connect(session, store, wanted, done).await?;
    let carried = places.into_iter().zip(results).map(|(at, result)| Carried { at, result }).collect();
    Ok((carried, durable))
}

/// Of which program it was, and where that kept it: for the trail.
fn whence(candidate: &Candidate) -> String {
    let source = candidate.source.id();
    match candidate.spots.first() {
        Some(Spot::File { path, .. }) => format!("{source}: {}", clean(&path.display().to_string())),
        Some(Spot::Keyring { .. } | Spot::Gh { .. }) => format!("{source}: keyring"),
        None => source.to_owned(),
    }
}
