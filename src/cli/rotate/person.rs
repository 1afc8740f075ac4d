//! A rotation for which somebody is needed: who makes a token on a page and hands it over, or says that an old one shall die.

use super::super::app_args::KeyText;
use super::super::browser;
use super::super::context::Context;
use super::super::failure::{Failure, Kind};
use super::args::Args;
use super::view::Row;
use crate::model::{Connection, Status, clean};
use crate::ops::rotate::{self, Accepted, Fate, First, Order, Plan, Way};
use crate::ops::{Error, Revoked, RotateError, Session, Store};
use crate::secret::Secret;

/// So often a token that cannot be taken is asked for again.
const TRIES: usize = 3;

/// Somebody who is led through.
pub(super) struct Led<'a, 'b> {
    pub(super) args: &'a Args,
    pub(super) session: &'a Session<'b>,
    pub(super) store: &'a Store,
    pub(super) order: &'a Order,
    pub(super) context: &'a Context<'b>,
}

impl Led<'_, '_> {
    /// One connection, from the page to the end of the old token.
    pub(super) fn rotate(&self, plan: &Plan) -> Result<Row, Failure> {
        let connection = &plan.connection;
        if self.order.is_compromised && self.revoke_first(connection)? {
            // From now on it is a dead one like any other.
            let mut dead = plan.clone();
            dead.connection.status = Status::Revoked;
            return self.replace(&dead);
        }
        self.replace(plan)
    }

    fn replace(&self, plan: &Plan) -> Result<Row, Failure> {
        let connection = &plan.connection;
        match &plan.way {
            Way::Guided(page) => self.new_token(plan, page),
            Way::Key(page) => self.new_key(plan, page),
            Way::Renew | Way::Login => Err(failed(RotateError::WantsLogin { name: connection.name.to_string() })),
            // These need nobody.
            Way::AtOnce | Way::Overlap { .. } => Err(Failure::bug("a rotation by API was handed to a person")),
        }
    }

    /// What becomes of an old token that lives: as was said, else as somebody says now; else nobody decides. What goes wrong on the way leaves it alive.
    pub(super) fn decide(&self, connection: &Connection) -> Fate {
        let is_to_die = match self.order.old {
            rotate::Old::Revoke => true,
            rotate::Old::Keep => false,
            rotate::Old::Usual if !self.context.prompt.is_allowed() => return Fate::Undecided,
            rotate::Old::Usual => match self.asks_to_revoke(connection) {
                Ok(is_to_die) => is_to_die,
                Err(_) => return Fate::Undecided,
            },
        };
        self.context.progress.begin(&format!("asking {}", connection.host));
        let ended = self.context.wait(async {
            let ended = rotate::end_old(self.session, self.store, &connection.id, is_to_die).await;
            Ok(ended.unwrap_or_else(|error| Fate::NotRevoked(Box::new(error))))
        });
        ended.unwrap_or(Fate::Undecided)
    }

    fn asks_to_revoke(&self, connection: &Connection) -> Result<bool, Failure> {
        let what = self.dies_with(connection);
        self.context.prompt.confirm(&format!("revoke the old token now?{what}"), "--revoke-old")
    }

    /// What else dies with the old token, in words behind the question.
    fn dies_with(&self, connection: &Connection) -> String {
        self.context.progress.begin(&format!("looking what depends on it at {}", connection.host));
        let found = self.context.wait(async { Ok(rotate::dies_with(self.session, self.store, connection).await) });
        match found {
            Ok(Ok(None)) => String::new(),
            Ok(Ok(Some(words))) => format!(" {}", clean(&words)),
            Ok(Err(_)) | Err(_) => {
                " what was made with it (deploy keys) may die too; what that is could not be found out".to_owned()
            }
        }
    }

    /// A token that is in wrong hands dies before anything else. Returns whether it did.
    fn revoke_first(&self, connection: &Connection) -> Result<bool, Failure> {
        let context = self.context;
        if connection.is_app() {
            context
                .out
                .note("a private key dies on the app's page alone: delete the old one there as soon as the new one is made");
            return Ok(false);
        }
        if !self.args.revokes() && context.prompt.is_allowed() {
            let what = self.dies_with(connection);
            let question = format!("revoke the token of `{}` now, for good?{what}", connection.name);
            if !context.prompt.confirm(&question, "--revoke-old")? {
                return Err(Failure::interrupted_by("nothing was revoked"));
            }
        } else if !self.args.revokes() {
            return Err(Failure::nobody_to_ask("whether the token is revoked for good", "--revoke-old"));
        }
        context.progress.begin(&format!("asking {}", connection.host));
        match context.wait(rotate::revoke_first(self.session, self.store, connection))? {
            First::Revoked(Revoked::Done) => context.out.note(&format!("the token of `{}` is revoked", connection.name)),
            First::Revoked(Revoked::Accepted) => {
                context.out.note(&format!("the token of `{}` dies within moments", connection.name));
            }
            First::ByHand(page) => {
                let place = page.map(|page| format!(": {page}")).unwrap_or_default();
                context.out.warn(&format!("{} lets only a person revoke it{place}", connection.host));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A token that a person makes.
    fn new_token(&self, plan: &Plan, page: &crate::ops::TokenPage) -> Result<Row, Failure> {
        let (context, connection) = (self.context, &plan.connection);
        if self.args.key.is_given() {
            return Err(Failure::usage(format!("`{}` has a token, and no private key", connection.name)));
        }
        if !self.args.is_handed_over() && !context.prompt.is_allowed() {
            let is_dead = !connection.status.is_usable();
            let what = if is_dead {
                format!("its token is {}, and the new one is made on a page", connection.status)
            } else {
                format!("{} has no call that makes this token", connection.host)
            };
            let name = connection.name.to_string();
            return Err(failed(RotateError::WantsPerson { name, what, page: Some(page.url.clone()), is_dead }));
        }
        context.wait(rotate::prepare(self.session, self.store, connection))?;
        let accepted = match self.args.token.read(context)? {
            Some(token) => self.accept(plan, token)?,
            None => self.ask(plan, page)?,
        };
        let Accepted { connection, probe, warnings, has_same_scopes } = accepted;
        let account = probe.username.as_deref().map_or_else(|| "valid".to_owned(), |name| clean(name).into_owned());
        let scopes = if has_same_scopes == Some(true) { ", same scopes" } else { "" };
        self.done(&format!("works: {account}{scopes}"));
        context.progress.begin(&format!("asking {}", connection.host));
        let mut finished = context.wait(rotate::go_on(self.session, self.store, &connection.id))?;
        self.done("saved, and read back");
        if let Fate::Undecided = finished.fate {
            finished.fate = self.decide(&finished.connection);
        }
        let warnings = warnings.into_iter().map(|warning| warning.text).collect();
        Ok(Row::finished(&plan.connection, finished, "rotated").with_warnings(warnings))
    }

    fn done(&self, what: &str) {
        self.context.out.note(&format!("{} {what}", self.context.out.stderr_style().good("✓")));
    }

    /// Shows the page and takes the token without echo; again, if it cannot be taken.
    fn ask(&self, plan: &Plan, page: &crate::ops::TokenPage) -> Result<Accepted, Failure> {
        let context = self.context;
        self.show(&page.url);
        for line in page.advice.iter().flat_map(|advice| advice.lines()) {
            context.out.note(&format!("  {line}"));
        }
        let mut left = TRIES;
        loop {
            let token = context.prompt.secret("new token", "--token-stdin")?;
            if token.expose().trim().is_empty() {
                return Err(Failure::interrupted_by("no new token was given; the old one is as it was"));
            }
            left -= 1;
            match self.accept(plan, token) {
                Err(failure) if left > 0 && matches!(failure.kind(), Kind::Refused | Kind::Usage | Kind::Unavailable) => {
                    context.out.warn(&format!("{}; try again", failure.in_words()));
                }
                outcome => return outcome,
            }
        }
    }

    /// Opens the page where somebody sees it, or says where it is.
    fn show(&self, url: &str) {
        let opens = !self.args.no_browser && browser::is_here(self.context.env);
        self.context.out.note(&format!("{} {url}", if opens { "opening" } else { "make it at" }));
        if opens {
            browser::open(url, self.context);
        }
    }

    fn accept(&self, plan: &Plan, token: Secret) -> Result<Accepted, Failure> {
        self.context.progress.begin(&format!("asking {}", plan.connection.host));
        self.context.wait(rotate::accept(self.session, self.store, plan, self.order, token))
    }

    /// A private key that a person makes.
    fn new_key(&self, plan: &Plan, page: &str) -> Result<Row, Failure> {
        let (context, connection) = (self.context, &plan.connection);
        if self.args.token.is_given() {
            return Err(Failure::usage(format!("`{}` is a GitHub App: it has a private key, and no token", connection.name)));
        }
        if self.order.hook.is_some() || connection.hook.is_some() {
            context.out.warn("a hook is told of tokens: of a private key it is not");
        }
        if !self.args.is_handed_over() && !context.prompt.is_allowed() {
            let what = "a private key is made on the app's page".to_owned();
            return Err(failed(RotateError::WantsPerson {
                name: connection.name.to_string(),
                what,
                page: Some(page.to_owned()),
                is_dead: false,
            }));
        }
        context.wait(rotate::prepare(self.session, self.store, connection))?;
        let key = if let Some(key) = self.args.key.read(context)? {
            key
        } else {
            self.show(page);
            KeyText::asked(context)?
        };
        context.progress.begin(&format!("asking {}", connection.host));
        let (now, warnings) = context.wait(rotate::accept_key(self.session, self.store, connection, &key.text))?;
        key.origin.say_kept(context);
        context.out.note(&format!("delete the old key at {page}"));
        Ok(Row::new_key(connection, &now, warnings.into_iter().map(|warning| warning.text).collect()))
    }
}

fn failed(error: RotateError) -> Failure {
    Error::from(error).into()
}
