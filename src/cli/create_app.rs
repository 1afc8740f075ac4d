//! `gitconn connect --create-app`: makes a GitHub App in the browser, stores it, and waits until it is installed somewhere.

use std::collections::HashSet;

use super::app_args::KeyOrigin;
use super::context::Context;
use super::failure::Failure;
use super::login::Terminal;
use super::{connect_app, installations, store};
use crate::model::{clean, shell_word};
use crate::ops::apps::create::{self, Wanted};
use crate::ops::apps::installations as installed;
use crate::ops::connect::Plan;
use crate::ops::{Error, Session};

/// Makes the app, and waits for its first installation.
pub(super) fn run(
    wanted: &Wanted,
    plan: &Plan,
    opens: bool,
    session: &Session<'_>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let store = store::open_or_make(session, context)?;
    plan.check(&store)?;
    let mut connected = context.wait(create::create(session, &store, plan, wanted, &Terminal::new(context, opens)))?;
    let name = connected.connection.name.clone();
    context.out.note(&format!("made the app {}: its key is in the store, and nowhere else", clean(&connected.record.app.slug)));
    if wanted.webhook.is_some() {
        context
            .out
            .hint(&format!("gitconn token {} --webhook-secret   # what its events are signed with", shell_word(name.as_str())));
    }
    match context.wait(async { Ok::<_, Error>(create::settle(session, &store, &connected).await) }) {
        Ok(Ok(())) => {}
        // The app is in the store: what is wrong may pass, and `validate` tells.
        Ok(Err(error)) => {
            context.out.warn(&format!("it could not be asked about yet: {error}"));
            context.out.hint(&format!("gitconn validate {}", shell_word(name.as_str())));
        }
        Err(failure) => {
            connect_app::say(&connected, &KeyOrigin::default(), context)?;
            return Err(failure);
        }
    }
    let app = installed::one(&store, Some(name.as_str()))?;
    // It was made a moment ago: whatever it is installed on is new.
    let installed_now = context.wait(installations::wait_for_another(session, &store, &app, &HashSet::new(), opens, context));
    match installed_now {
        Ok((new, durable)) => {
            store::say_durability(durable, context);
            connected.installations = new;
        }
        // The app is there, and can be installed at any time.
        Err(failure) => {
            connect_app::say(&connected, &KeyOrigin::default(), context)?;
            let hint =
                format!("gitconn installations add {}   # the app is stored: this goes on waiting", shell_word(name.as_str()));
            return Err(failure.hint(hint));
        }
    }
    connect_app::say(&connected, &KeyOrigin::default(), context)
}
