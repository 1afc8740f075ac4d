//! `gitconn show`: one connection, whole.

use serde::Serialize;

use super::app_view::AppView;
use super::audit::EventView;
use super::context::Context;
use super::due_args::Spans;
use super::failure::Failure;
use super::grid::Grid;
use super::installations::InstallationView;
use super::out::{Style, View};
use super::view::{self, ConnectionView};
use super::words;
use crate::model::{Connection, Expiry, Rotation, clean};
use crate::ops::{RotateBy, look, rotate};

/// Show one connection, whole: everything but the secret
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name, or the beginning of an id
    name: String,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    connection: ConnectionView,
    /// Of a GitHub App: who it is.
    app: Option<AppView>,
    /// Of a GitHub App: where it is installed.
    installations: Option<Vec<InstallationView>>,
    /// The routes that lead to it.
    routes: Vec<String>,
    /// A rotation that was begun and not finished.
    unfinished_rotation: Option<OpenView>,
    events: Vec<EventView>,
    #[serde(skip)]
    whole: Connection,
    #[serde(skip)]
    spans: Spans,
}

impl View for Shown {
    fn grid(&self, style: Style) -> Grid {
        let connection = &self.whole;
        let mut grid = Grid::new(&[]).flowing();
        let mut row = |name: &str, value: String| grid.row(vec![style.strong(name), value]);
        let moment = |at: Option<jiff::Timestamp>| at.map_or_else(|| "never".to_owned(), |at| style.moment(at));
        row("name", clean(connection.name.as_str()).into_owned());
        row("id", connection.id.to_string());
        if let Some(description) = &connection.description {
            row("description", clean(description).into_owned());
        }
        row("provider", connection.provider.to_string());
        row("host", connection.host.to_string());
        if let Some(version) = &connection.server_version {
            row("server", clean(version).into_owned());
        }
        row(
            "account",
            match connection.account_type {
                Some(kind) => format!("{} ({kind})", view::account(connection)),
                None => view::account(connection),
            },
        );
        if let Some(email) = &connection.email {
            row("e-mail", clean(email).into_owned());
        }
        if let Some(workspace) = &connection.workspace {
            row("workspace", clean(workspace).into_owned());
        }
        row(
            "method",
            match connection.token_kind {
                Some(kind) => format!("{} ({kind})", connection.auth_method),
                None => connection.auth_method.to_string(),
            },
        );
        row("status", view::status(style, connection));
        row("enabled", if connection.is_active { "yes" } else { "no" }.to_owned());
        match &self.app {
            Some(app) => app.rows(&mut row),
            None => row("scopes", view::scopes(connection)),
        }
        for (index, installation) in self.installations.iter().flatten().enumerate() {
            row(if index == 0 { "installations" } else { "" }, installation.line(style));
        }
        for (index, route) in self.routes.iter().enumerate() {
            row(if index == 0 { "routes" } else { "" }, clean(route).into_owned());
        }
        let mut expiry = view::expiry(style, connection, self.spans);
        if style.is_human()
            && !connection.auto_renews
            && let Expiry::At(at) = connection.expiry
        {
            expiry = format!("{expiry} ({})", words::date(at));
        }
        row("expires", expiry);
        if let Some(end) = connection.refresh_expires_at.filter(|_| connection.auto_renews) {
            row(
                "login ends",
                if style.is_human() { format!("{} ({})", style.moment(end), words::date(end)) } else { end.to_string() },
            );
        }
        row("rotation", rotation(&rotate::way(connection)));
        if let Some(open) = &self.unfinished_rotation {
            row("unfinished", open.line(style));
        }
        if connection.no_export {
            row("export", "forbidden: its token serves git and exec only".to_owned());
        }
        if let Some(hook) = &connection.hook {
            row("hook", clean(hook).into_owned());
        }
        row("checked", view::checked(style, connection));
        if let Some(error) = &connection.validation_error {
            row("last check", clean(error).into_owned());
        }
        row("used", moment(connection.last_used_at));
        if connection.rotated_at.is_some() {
            row("rotated", moment(connection.rotated_at));
        }
        if !connection.tags.is_empty() {
            row("tags", clean(&connection.tags.join(", ")).into_owned());
        }
        match &self.app {
            Some(app) => row("key", app.key.clone()),
            None => row("token", format!("…{}", short(&connection.fingerprint))),
        }
        row("created", format!("{} by {}", style.moment(connection.created_at), clean(&connection.created_by)));
        for (index, event) in self.events.iter().enumerate() {
            row(if index == 0 { "events" } else { "" }, event.line(style));
        }
        grid
    }
}

/// A rotation that was begun and not finished, as JSON.
#[derive(Serialize)]
struct OpenView {
    way: &'static str,
    /// The last thing that was done: `asked`, `saved`, `verified`, `told`.
    step: &'static str,
    old_fingerprint: String,
    begun_by: String,
    begun_at: jiff::Timestamp,
}

impl From<&Rotation> for OpenView {
    fn from(open: &Rotation) -> Self {
        Self {
            way: open.way.id(),
            step: open.step.id(),
            old_fingerprint: open.fingerprint.clone(),
            begun_by: open.who.clone(),
            begun_at: open.at,
        }
    }
}

impl OpenView {
    fn line(&self, style: Style) -> String {
        let begun = format!("a rotation, begun {} by {}", style.moment(self.begun_at), clean(&self.begun_by));
        let left = match self.step {
            "asked" => "what became of it is not known",
            "saved" => "the new token was never tried",
            "verified" => "its hook has not run",
            _ => "the old token is not ended",
        };
        format!("{begun}: {left}")
    }
}

/// How a new token takes the place of the one there is.
fn rotation(way: &RotateBy) -> String {
    match way {
        RotateBy::Itself => "renews itself".to_owned(),
        RotateBy::ApiAtOnce => "the provider has a call for it, after which the old token is dead at once".to_owned(),
        RotateBy::Reset => {
            "the provider has a call for it that takes the client's secret; the old token is dead at once".to_owned()
        }
        RotateBy::Login => "by logging in again".to_owned(),
        RotateBy::Api => "the provider has a call for it; the old token lives until it is revoked".to_owned(),
        RotateBy::Page(url) => format!("by hand, at {url}"),
    }
}

/// The end of a fingerprint: enough to tell tokens apart.
pub(super) fn short(fingerprint: &str) -> &str {
    fingerprint.get(fingerprint.len().saturating_sub(4)..).unwrap_or(fingerprint)
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let look::Whole { connection, app, routes, rotation, events } = look::one(&store, &args.name)?;
    let shown = Shown {
        connection: (&connection).into(),
        app: app.as_ref().map(AppView::of).transpose()?,
        installations: app
            .as_ref()
            .map(|app| app.installations.iter().map(|record| InstallationView::of(&app.connection, record)).collect()),
        routes: routes.iter().map(ToString::to_string).collect(),
        unfinished_rotation: rotation.as_ref().map(Into::into),
        events: events.iter().map(Into::into).collect(),
        spans: Spans::of(context.config),
        whole: connection,
    };
    context.out.data(&shown)
}
