//! The options of `gitconn rotate`.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::app_args::KeyArgs;
use super::super::failure::Failure;
use super::super::filter::FilterArgs;
use super::super::token_input::TokenArgs;
use super::super::words;
use crate::config::Config;
use crate::model::Timestamp;
use crate::ops::rotate::{Chosen, Old, Order};

/// How long a new token lives if nothing else is said.
const USUAL: Duration = Duration::from_hours(90 * 24);

/// Put new tokens in the place of old ones
///
/// By API where the provider has a call; else the page is shown, and the new token is asked for. A token is never lost on the way: what is begun is in the
/// store before a provider is asked, and what was cut off is gone on with (--resume). Exit code 8 if some of several failed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn rotate work
  gitconn rotate --expiring-within 14d --dry-run
  gitconn rotate --expiring-within 14d --revoke-old --no-input     # for cron
  gitconn rotate ci --hook 'gh secret set DEPLOY_TOKEN --repo acme/site'
  gitconn rotate work --token-stdin --revoke-old < new-token", mut_group("KeyArgs", |group| group.conflicts_with("TokenArgs")))]
pub(in crate::cli) struct Args {
    /// Names, or the beginnings of ids
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    /// All enabled connections
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Only those whose token ends within this span
    #[arg(long, value_name = "SPAN", value_parser = words::parse_span)]
    expiring_within: Option<Duration>,
    /// Only those whose token has no end and is older than this; with --expiring-within, these too (setting: `max_token_age`)
    #[arg(long, value_name = "SPAN", value_parser = words::parse_span)]
    older_than: Option<Duration>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Show what would happen to each, and by which call; nobody is asked anything
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// How long the new token is to live [default: 90d]
    #[arg(long, value_name = "SPAN", value_parser = words::parse_span, conflicts_with = "expires_at")]
    expires_in: Option<Duration>,
    /// The day on which the new token is to end
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    expires_at: Option<Date>,
    /// Let the old token live; refused where the provider ends it in the same call
    #[arg(long, conflicts_with_all = ["revoke_old", "compromised"])]
    keep_old: bool,
    /// Revoke the old token without asking
    #[arg(long)]
    revoke_old: bool,
    /// The old token is in wrong hands: revoke it first, then replace it
    #[arg(long)]
    pub(super) compromised: bool,
    /// Run this command in a shell afterwards, with the new token on stdin; instead of the connection's own, or of the one that has failed
    #[arg(long, value_name = "CMD")]
    hook: Option<String>,
    /// Go on with what was begun and not finished: of those that are named, or of all
    #[arg(long, conflicts_with_all = ["all", "FilterArgs", "expiring_within", "older_than", "dry_run", "expires_in", "expires_at", "compromised", "with", "TokenArgs", "KeyArgs"])]
    pub(super) resume: bool,
    /// The connection of an owner that makes the new token beside the old one (GitLab's projects and groups)
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
    #[command(flatten)]
    pub(super) token: TokenArgs,
    #[command(flatten)]
    pub(super) key: KeyArgs,
    /// Allow a new token of another account
    #[arg(long)]
    allow_account_change: bool,
    /// Do not open a page in the browser
    #[arg(long)]
    pub(super) no_browser: bool,
}

impl Args {
    /// Refuses what makes no sense before anything is read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let says_which = !self.names.is_empty() || self.all || self.is_by_due() || self.filter.is_given() || self.resume;
        if !says_which {
            return Err(Failure::usage("which connections?")
                .hint("gitconn rotate NAME")
                .hint("gitconn rotate --expiring-within 14d --dry-run"));
        }
        Ok(())
    }

    /// Whether the new token or key comes with the command.
    pub(super) fn is_handed_over(&self) -> bool {
        self.token.is_given() || self.key.is_given()
    }

    /// Whether the old token is revoked without a question.
    pub(super) fn revokes(&self) -> bool {
        self.revoke_old
    }

    fn is_by_due(&self) -> bool {
        self.expiring_within.is_some() || self.older_than.is_some()
    }

    /// What to say if none is meant.
    pub(super) fn nothing(&self) -> &'static str {
        if self.resume {
            "nothing is unfinished"
        } else if self.is_by_due() {
            "nothing is due"
        } else {
            "no connection fits"
        }
    }

    /// Which connections.
    pub(super) fn chosen(&self, config: &Config) -> Chosen {
        // Whoever asks for what ends soon means what is too old as well, where a setting says what that is.
        let by_setting = || config.max_token_age().filter(|_| self.expiring_within.is_some());
        let due = self.is_by_due().then(|| (self.expiring_within, self.older_than.or_else(by_setting)));
        Chosen { names: self.names.clone(), filter: self.filter.filter(None), due }
    }

    /// What is wanted of each.
    pub(super) fn order(&self, now: Timestamp) -> Result<Order, Failure> {
        let in_utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let later = |span: Duration| now.checked_add(span).unwrap_or(Timestamp::MAX);
        let expires_on = self.expires_at.unwrap_or_else(|| in_utc(later(self.expires_in.unwrap_or(USUAL))));
        if expires_on <= in_utc(now) {
            return Err(Failure::usage(format!("a new token that ends on {expires_on} would be dead at once")));
        }
        let old = match (self.keep_old, self.revoke_old) {
            (true, _) => Old::Keep,
            (_, true) => Old::Revoke,
            _ => Old::Usual,
        };
        Ok(Order {
            expires_on,
            is_said: self.expires_at.is_some() || self.expires_in.is_some(),
            old,
            is_compromised: self.compromised,
            hook: self.hook.clone(),
            maker: self.with.clone(),
            allow_account_change: self.allow_account_change,
            is_resume: self.resume,
        })
    }
}

fn parse_day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "not a date such as `2027-02-18`".to_owned())
}
