//! Several listings of repositories, each newest first, as one.

use tokio::sync::mpsc::UnboundedReceiver;

use crate::model::Repository;

/// The listings, with the row that each stands at.
pub(crate) struct Newest {
    streams: Vec<UnboundedReceiver<Repository>>,
    heads: Vec<Option<Repository>>,
}

impl Newest {
    /// Waits for the first row of each.
    pub(crate) async fn of(mut streams: Vec<UnboundedReceiver<Repository>>) -> Self {
        let mut heads = Vec::with_capacity(streams.len());
        for stream in &mut streams {
            heads.push(stream.recv().await);
        }
        Self { streams, heads }
    }

    /// The newest row that is left, and which listing it came in; of equally new ones that of the earlier listing.
    pub(crate) async fn next(&mut self) -> Option<(usize, Repository)> {
        let rank = |(position, head): (usize, &Option<Repository>)| {
            head.as_ref().map(|row| (row.pushed_at, std::cmp::Reverse(position)))
        };
        let (_, std::cmp::Reverse(position)) = self.heads.iter().enumerate().filter_map(rank).max()?;
        let row = self.heads[position].take()?;
        self.heads[position] = self.streams[position].recv().await;
        Some((position, row))
    }
}
