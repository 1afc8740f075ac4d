//! `gitconn which`: whose a token is that was found in a leak.

use serde::Serialize;

use super::commands;
use super::context::Context;
use super::failure::{Failure, Kind, open};
use super::grid::Grid;
use super::out::{Style, View};
use super::token_input::TokenArgs;
use super::words;
use crate::model::{ProviderId, Status, Timestamp, clean, shell_word};
use crate::ops::which::{self, Found, LastUse, Match};
use crate::ops::{Error, HeldAs};

/// Say which connection holds or held a token that was found somewhere, and what used it last
///
/// It is compared by its fingerprint: nobody is asked, and it is never shown. Taken is whatever the store holds (tokens, refresh tokens, tokens of a GitHub
/// App's installations, a GitHub App's private key as PEM, the secret of its webhook), and every token that a connection held before. Exit code 3 if none did.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn which --token-stdin < found.txt
  gitconn which --token-file leaked-key.pem")]
pub(super) struct Args {
    #[command(flatten)]
    token: TokenArgs,
}

/// One connection's JSON.
#[derive(Debug, Serialize)]
struct MatchView {
    connection: String,
    connection_id: String,
    provider: Option<ProviderId>,
    host: Option<String>,
    username: Option<String>,
    held_as: &'static str,
    installation_account: Option<String>,
    holds_now: bool,
    /// Of the connection, if it holds it now.
    status: Option<Status>,
    held_since: Option<Timestamp>,
    held_until: Option<Timestamp>,
    ended_by: Option<&'static str>,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    /// Whether it is known to work no longer.
    dead: bool,
    last_used: Option<UseView>,
}

#[derive(Debug, Serialize)]
struct UseView {
    at: Timestamp,
    purpose: Option<String>,
    repository: Option<String>,
    who: Option<String>,
}

impl UseView {
    fn new(used: &LastUse) -> Self {
        let LastUse { at, purpose, repository, who } = used.clone();
        Self { at, purpose, repository, who }
    }

    /// `2 h ago by ops@ws-12: exec, acme/site`
    fn in_words(&self, style: Style) -> String {
        let by = self.who.as_deref().map(|who| format!(" by {}", clean(who))).unwrap_or_default();
        let what: Vec<_> = self.purpose.iter().chain(&self.repository).map(|word| clean(word)).collect();
        let what = if what.is_empty() { String::new() } else { format!(": {}", what.join(", ")) };
        format!("{}{by}{what}", style.moment(self.at))
    }
}

impl MatchView {
    fn new(one: &Match, now: Timestamp) -> Self {
        Self {
            connection: one.name.clone(),
            connection_id: one.id.to_string(),
            provider: one.provider,
            host: one.host.as_ref().map(ToString::to_string),
            username: one.username.clone(),
            held_as: held_as(one.held_as),
            installation_account: one.installation.clone(),
            holds_now: one.holds.is_some(),
            status: one.holds,
            held_since: one.since,
            held_until: one.until.map(|(at, _)| at),
            ended_by: one.until.map(|(_, ended)| ended.id()),
            expires_at: one.expires_at,
            revoked_at: one.revoked_at,
            dead: one.is_dead(now),
            last_used: one.last_use.as_ref().map(UseView::new),
        }
    }

    /// What it is held as, in words: `token`, `token of acme-corp's installation`.
    fn held_as(&self) -> String {
        match &self.installation_account {
            Some(account) => format!("token for {}", clean(account)),
            None => self.held_as.replace('_', " "),
        }
    }

    /// `now`, `until yesterday (replaced)`.
    fn held(&self, style: Style) -> String {
        match (self.holds_now, self.held_until, self.ended_by) {
            (true, ..) => style.doubtful("now"),
            (false, Some(at), Some(by)) if style.is_human() => format!("until {} ({by})", style.moment(at)),
            (false, Some(at), _) => style.moment(at),
            (false, None, _) => "once".to_owned(),
        }
    }

    /// Whether it still works, as far as that is known.
    fn life(&self, style: Style) -> String {
        let since = |word: &str, at: Timestamp| {
            if style.is_human() { format!("{word} {}", words::relative(at, style.now())) } else { word.to_owned() }
        };
        match (self.revoked_at, self.expires_at.filter(|end| *end <= style.now()), self.status) {
            (Some(at), ..) => style.good(&since("revoked", at)),
            (None, Some(at), _) => style.good(&since("expired", at)),
            (None, None, Some(status)) if self.dead => style.good(status.id()),
            (None, None, Some(_)) => style.bad("works"),
            (None, None, None) => style.bad("may work"),
        }
    }
}

/// The word for programs.
const fn held_as(held_as: HeldAs) -> &'static str {
    match held_as {
        HeldAs::Token => "token",
        HeldAs::Refresh => "refresh_token",
        HeldAs::Installation(_) => "installation_token",
        HeldAs::PrivateKey => "private_key",
        HeldAs::WebhookSecret => "webhook_secret",
    }
}

#[derive(Serialize)]
struct Which {
    fingerprint: String,
    matches: Vec<MatchView>,
}

impl View for Which {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["NAME", "PROVIDER", "HOST", "ACCOUNT", "AS", "HELD", "LIFE", "LAST USED"]).flowing();
        let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), |text| clean(text).into_owned());
        for one in &self.matches {
            grid.row(vec![
                clean(&one.connection).into_owned(),
                one.provider.map_or_else(|| "-".to_owned(), |provider| provider.to_string()),
                or_dash(one.host.as_deref()),
                or_dash(one.username.as_deref()),
                one.held_as(),
                one.held(style),
                one.life(style),
                one.last_used.as_ref().map_or_else(|| "never".to_owned(), |used| used.in_words(style)),
            ]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.matches.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read().map_err(Error::from)?;
    let token = match args.token.read(context)? {
        Some(token) => token,
        None => context.prompt.secret("the token that was found", "--token-stdin")?,
    };
    let found = which::find(&session, &store, &view, &token)?;
    if found.matches.is_empty() {
        let failure = Failure::new(Kind::NotFound, "no connection of this store holds or held this token");
        return Err(match found.looks_like {
            Some(what) => failure.cause(format!("by its form it is {what}, of somebody or something else")),
            None => failure,
        });
    }
    let now = context.env.now();
    let matches = found.matches.iter().map(|one| MatchView::new(one, now)).collect();
    context.out.data(&Which { fingerprint: found.fingerprint.clone(), matches })?;
    advise(&found, now, context);
    Ok(())
}

/// What to do about it: at most two things.
fn advise(found: &Found, now: Timestamp, context: &Context<'_>) {
    let mut hints: Vec<String> = Vec::new();
    for one in found.matches.iter().filter(|one| !one.is_dead(now)) {
        let hint = match (one.holds, one.held_as, &one.page) {
            (_, HeldAs::WebhookSecret, Some(page)) | (None, HeldAs::PrivateKey, Some(page)) => Some(open(page)),
            (Some(_), ..) => Some(format!("gitconn rotate {} --compromised", shell_word(&one.name))),
            // Nobody holds it any more, and whoever has it may use it.
            (None, ..) => one.provider.zip(one.host.as_ref()).map(|(provider, host)| {
                let remark = "--token-stdin   # takes it in again, for: gitconn remove leaked --revoke";
                commands::connect(provider, Some("leaked"), &host.to_string(), remark)
            }),
        };
        hints.extend(hint.filter(|hint| !hints.contains(hint)));
    }
    if found.matches.iter().all(|one| one.is_dead(now)) {
        context.out.note("it works no longer, by what is known: nothing is left to do");
    } else if found.matches.iter().all(|one| one.holds.is_none()) {
        context.out.note("no connection holds it any more, but it may still work: revoke it at its provider");
    }
    for hint in hints.iter().take(2) {
        context.out.hint(hint);
    }
}
