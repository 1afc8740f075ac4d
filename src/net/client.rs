//! The one client and what its origins share: the limits, the gates, the countdown. TLS is set up with the first request.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::auth::Auth;
use super::fault::Limits;
use super::gate::Gate;
use super::origin::Origin;
use super::trust::ClientKey;
use super::{Classifier, Error, Trust, Waiting, Watcher};
use crate::env::Env;
use crate::model::HostUrl;

/// How the client behaves.
#[derive(Clone)]
pub(crate) struct Options {
    /// Waits for a rate limit up to this long, else fails saying when (default 60 s).
    pub(crate) max_wait: Duration,
    /// Shows the waits.
    pub(crate) watcher: Option<Rc<dyn Watcher>>,
}

/// Time limits and repeats. Only tests have others than these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    pub(super) limits: Limits,
    /// The pauses before the repeats of a GET: three, growing, each with up to its own length of jitter on top.
    pub(super) repeats: ExponentialBuilder,
}

impl Timing {
    const USUAL: Self = Self {
        limits: Limits { connect: Duration::from_secs(10), whole: Duration::from_mins(1) },
        repeats: ExponentialBuilder::new().with_min_delay(Duration::from_millis(250)).with_max_times(3).with_jitter(),
    };
}

/// The client. Cheap to make: TLS is set up with the first request. Clones share everything.
#[derive(Clone)]
pub(crate) struct Http {
    shared: Rc<Shared>,
}

/// What all origins of one client share.
pub(super) struct Shared {
    pub(super) env: Env,
    pub(super) options: Options,
    pub(super) timing: Timing,
    clients: RefCell<HashMap<ClientKey, reqwest::Client>>,
    gates: RefCell<HashMap<String, Rc<Gate>>>,
    countdowns: Cell<usize>,
}

impl Http {
    pub(crate) fn new(env: Env, options: Options) -> Self {
        Self::with_timing(env, options, Timing::USUAL)
    }

    pub(super) fn with_timing(env: Env, options: Options, timing: Timing) -> Self {
        let (clients, gates, countdowns) = (RefCell::default(), RefCell::default(), Cell::default());
        Self { shared: Rc::new(Shared { env, options, timing, clients, gates, countdowns }) }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.shared.env.now()
    }

    /// A door to one API base with one credential. `headers` go with every request.
    ///
    /// # Errors
    ///
    /// Plain HTTP where it is not allowed, a certificate that cannot be read.
    pub(crate) fn origin(
        &self,
        base: &HostUrl,
        trust: &Trust,
        auth: Auth,
        headers: &[(&'static str, &'static str)],
        limits: Classifier,
    ) -> Result<Origin, Error> {
        Origin::new(&self.shared, base, trust, auth, headers, limits)
    }
}

impl Shared {
    /// The HTTP client for this trust, made when it is first needed.
    pub(super) fn client(&self, key: ClientKey, trust: &Trust) -> Result<reqwest::Client, Error> {
        if let Some(client) = self.clients.borrow().get(&key) {
            return Ok(client.clone());
        }
        let client = trust.client(key.direct, self.timing.limits)?;
        self.clients.borrow_mut().insert(key, client.clone());
        Ok(client)
    }

    /// The gate before a host (`https://api.github.com`), the same for all who ask it.
    pub(super) fn gate(&self, host: &str) -> Rc<Gate> {
        Rc::clone(self.gates.borrow_mut().entry(host.to_owned()).or_insert_with(|| Rc::new(Gate::new())))
    }

    /// Sleeps for as long as `wait`, telling the watcher about once a second.
    pub(super) async fn wait(&self, host: &str, wait: Duration) {
        let deadline = Instant::now() + wait;
        let until = self.env.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        let waiting = Waiting { host: host.to_owned(), until };
        let countdown = Countdown::begin(self);
        loop {
            countdown.tell(&waiting);
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            sleep(left.min(Duration::from_secs(1))).await;
        }
    }
}

/// A wait that is shown. Ends with itself, also when the request is given up; the watcher hears `None` when the last one ends.
struct Countdown<'a>(&'a Shared);

impl<'a> Countdown<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.countdowns.set(shared.countdowns.get() + 1);
        Self(shared)
    }

    fn tell(&self, waiting: &Waiting) {
        if let Some(watcher) = &self.0.options.watcher {
            watcher.waiting(Some(waiting));
        }
    }
}

impl Drop for Countdown<'_> {
    fn drop(&mut self) {
        let left = self.0.countdowns.get().saturating_sub(1);
        self.0.countdowns.set(left);
        if let (0, Some(watcher)) = (left, &self.0.options.watcher) {
            watcher.waiting(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Http, Options};
    use crate::env::Env;
    use crate::model::HostUrl;
    use crate::net::trust::ClientKey;
    use crate::net::{Auth, Trust};

    #[test]
    fn nothing_is_set_up_before_the_first_request_and_then_once_for_each_trust() {
        let options = Options { max_wait: Duration::ZERO, watcher: None };
        let http = Http::new(Env::from_variables::<&str, &str>([]), options);
        let base = HostUrl::parse("http://127.0.0.1:1").unwrap();
        http.origin(&base, &Trust::default(), Auth::None, &[("Accept", "x/y")], |_, _| None).unwrap();
        assert!(http.shared.clients.borrow().is_empty());
        for direct in [true, true, false, false] {
            http.shared.client(ClientKey::of(&Trust::default(), direct), &Trust::default()).unwrap();
        }
        assert_eq!(http.shared.clients.borrow().len(), 2);
    }
}
