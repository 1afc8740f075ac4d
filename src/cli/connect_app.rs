//! `gitconn connect --app` and `--create-app`: an app as a connection.

use serde::Serialize;

use super::app_args::{AppArgs, KeyOrigin};
use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::installations::InstallationView;
use super::out::{Style, View};
use super::store;
use super::view::ConnectionView;
use crate::model::{clean, permissions_in_words, shell_word};
use crate::ops::Session;
use crate::ops::apps::connect::{self, Connected, accounts_in_words};
use crate::ops::connect::Plan;

/// An app that was just stored.
#[derive(Serialize)]
struct Stored {
    #[serde(flatten)]
    connection: ConnectionView,
    installations: Vec<InstallationView>,
    warnings: Vec<String>,
}

impl View for Stored {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if !style.is_human() {
            grid.row(vec![self.connection.name.clone()]);
        }
        grid
    }
}

/// An app that exists.
pub(super) fn run(args: &AppArgs, plan: Plan, session: &Session<'_>, context: &Context<'_>) -> Result<(), Failure> {
    // A key that can never work is refused before a store is made for it.
    let (wanted, origin) = args.wanted(plan.provider, context)?;
    let store = store::open_or_make(session, context)?;
    plan.check(&store)?;
    context.progress.begin(&format!("asking {}", plan.host));
    let connected = context.wait(connect::connect(session, &store, plan, wanted))?;
    say(&connected, &origin, context)
}

/// Says what was stored.
pub(super) fn say(connected: &Connected, origin: &KeyOrigin, context: &Context<'_>) -> Result<(), Failure> {
    let Connected { connection, record, installations, warnings, durable } = connected;
    for warning in warnings {
        context.out.warn(&warning.text);
        if let Some(hint) = &warning.hint {
            context.out.hint(hint);
        }
    }
    store::say_durability(*durable, context);
    let name = shell_word(connection.name.as_str());
    let installed = match installations.as_slice() {
        [] => "not installed anywhere yet".to_owned(),
        some => format!("installed on {}", clean(&accounts_in_words(some))),
    };
    context.out.note(&format!(
        "connected `{}` as {} on {} (GitHub App {}: {}; {installed})",
        connection.name,
        super::view::account(connection),
        connection.host,
        clean(&record.app.slug),
        clean(&permissions_in_words(&record.app.permissions)),
    ));
    if *durable {
        origin.say_kept(context);
    }
    context.out.hint(&if installations.is_empty() {
        format!("gitconn installations add {name}   # opens the page where it is installed")
    } else {
        format!("gitconn repos {name}")
    });
    context.out.data(&Stored {
        connection: connection.into(),
        installations: installations.iter().map(|record| InstallationView::of(connection, record)).collect(),
        warnings: warnings.iter().map(|warning| warning.text.clone()).collect(),
    })
}
