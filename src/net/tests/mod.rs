//! The network against real servers on this machine, most of them ill-mannered.

mod body_pages;
mod faults;
mod pages;
mod redirects;
mod repeats;
mod requests;
mod server;
mod tls;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use backon::ExponentialBuilder;

use super::client::Timing;
use super::fault::Limits;
use super::{Answer, Auth, Classifier, Http, Options, Origin, TokenSource, Trust, Waiting, Watcher};
use crate::env::Env;
use crate::model::HostUrl;
use crate::secret::Secret;

/// A token whose every request is counted: `canary-1`, `canary-2`, …
#[derive(Default)]
struct Canary(Cell<u32>);

#[async_trait(?Send)]
impl TokenSource for Canary {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        self.0.set(self.0.get() + 1);
        Ok(Secret::from(format!("canary-{}", self.0.get())))
    }
}

/// Remembers what it was told: the host, or nothing.
#[derive(Default)]
struct Memory(RefCell<Vec<Option<String>>>);

impl Watcher for Memory {
    fn waiting(&self, waiting: Option<&Waiting>) {
        self.0.borrow_mut().push(waiting.map(|waiting| waiting.host.clone()));
    }
}

/// Shorter times than the usual ones: one second for a whole request, pauses of milliseconds.
fn timing() -> Timing {
    Timing {
        limits: Limits { connect: Duration::from_millis(700), whole: Duration::from_secs(1) },
        repeats: ExponentialBuilder::new().with_min_delay(Duration::from_millis(5)).with_max_times(3).with_jitter(),
    }
}

fn http(max_wait: Duration, watcher: Option<Rc<dyn Watcher>>) -> Http {
    Http::with_timing(Env::from_variables::<&str, &str>([]), Options { max_wait, watcher }, timing())
}

fn never(_: &Answer, _: jiff::Timestamp) -> Option<super::Limit> {
    None
}

fn bearer() -> Auth {
    Auth::Bearer(Rc::new(Canary::default()))
}

fn origin_with(http: &Http, base: &str, trust: &Trust, limits: Classifier) -> Origin {
    http.origin(&HostUrl::parse(base).unwrap(), trust, bearer(), &[("Accept", "application/json")], limits).unwrap()
}

/// An origin with a canary, without limits.
fn origin(base: &str) -> Origin {
    origin_with(&http(Duration::ZERO, None), base, &Trust::default(), never)
}
