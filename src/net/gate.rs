//! How many requests go to one host at once.

use std::cell::Cell;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Requests in flight to one host.
const AT_ONCE: u32 = 16;

/// The gate before one host, shared by everything that asks it.
pub(super) struct Gate {
    permits: Semaphore,
    single: Cell<bool>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { permits: Semaphore::new(AT_ONCE as usize), single: Cell::new(false) }
    }

    /// From now on one request at a time: the host has said that it was too much at once.
    pub(super) fn narrow(&self) {
        self.single.set(true);
    }

    /// Waits for a place. `None` never happens (the semaphore is never closed), and would only mean no limit.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        loop {
            let single = self.single.get();
            let permit = self.permits.acquire_many(if single { AT_ONCE } else { 1 }).await.ok()?;
            // The gate may have been narrowed while we stood in the queue for one place.
            if single == self.single.get() {
                return Some(permit);
            }
        }
    }
}
