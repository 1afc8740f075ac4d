//! Work that Ctrl-C must not cut in two: between a provider's handing out new tokens and their being saved, an interruption costs a login.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

/// Says whether such work is going on. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(crate) struct Shield(Rc<Inner>);

#[derive(Default)]
struct Inner {
    held: Cell<usize>,
    /// Nothing more of the kind is to begin.
    is_closed: Cell<bool>,
    lifted: Notify,
}

impl Shield {
    /// Holds the shield until what is returned is dropped.
    pub(super) fn hold(&self) -> Held {
        self.0.held.set(self.0.held.get() + 1);
        Held(self.clone())
    }

    /// From now on nothing more that would need it is begun: somebody wants this run to end.
    pub(crate) fn close(&self) {
        self.0.is_closed.set(true);
    }

    /// Goes on, unless it is closed: then whoever waits here waits for the end of the run.
    pub(super) async fn unless_closed(&self) {
        if self.0.is_closed.get() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether anybody holds it.
    pub(crate) fn is_held(&self) -> bool {
        self.0.held.get() > 0
    }

    /// Waits until nobody does.
    pub(crate) async fn lifted(&self) {
        while self.is_held() {
            self.0.lifted.notified().await;
        }
    }
}

/// The shield, held.
pub(super) struct Held(Shield);

impl Drop for Held {
    fn drop(&mut self) {
        let inner = &self.0.0;
        inner.held.set(inner.held.get().saturating_sub(1));
        if inner.held.get() == 0 {
            inner.lifted.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Shield;

    #[tokio::test]
    async fn it_is_lifted_when_the_last_one_lets_go() {
        let shield = Shield::default();
        shield.lifted().await;
        let (one, two) = (shield.hold(), shield.hold());
        assert!(tokio::time::timeout(Duration::from_millis(20), shield.lifted()).await.is_err());
        drop(one);
        assert!(shield.is_held());
        let wait = async {
            tokio::task::yield_now().await;
            drop(two);
        };
        futures_util::future::join(shield.lifted(), wait).await;
        assert!(!shield.is_held());
    }
}
