//! The options that ask what is due, the same wherever they stand.

use std::time::Duration;

use super::words;
use crate::config::Config;
use crate::model::{Connection, Due, Timestamp};

/// What counts as due.
#[derive(Debug, Default, clap::Args)]
pub(super) struct DueArgs {
    /// What ends within this span and does not renew itself is due: a token, or the login behind it; what has ended too. Exit code 9 if something is
    #[arg(long, value_name = "SPAN", value_parser = words::parse_span)]
    expiring_within: Option<Duration>,
    /// A token without an end, or an app's key, that is older than this is due (setting: `max_token_age`). Exit code 9 if something is
    #[arg(long, value_name = "SPAN", value_parser = words::parse_span)]
    older_than: Option<Duration>,
}

/// The spans that were asked for, or else those of the settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spans {
    pub(super) within: Option<Duration>,
    pub(super) older_than: Option<Duration>,
}

impl DueArgs {
    /// Whether anybody asks.
    pub(super) fn is_given(&self) -> bool {
        self.expiring_within.is_some() || self.older_than.is_some()
    }

    /// What is due by these options. Whoever asks for what ends soon wants to hear of what is too old as well, where a setting says what that is; without any
    /// option it is what the settings say.
    pub(super) fn spans(&self, config: &Config) -> Spans {
        if !self.is_given() {
            return Spans::of(config);
        }
        let by_setting = || config.max_token_age().filter(|_| self.expiring_within.is_some());
        Spans { within: self.expiring_within, older_than: self.older_than.or_else(by_setting) }
    }
}

impl Spans {
    /// What is pointed out without anybody asking.
    pub(super) fn of(config: &Config) -> Self {
        Self { within: Some(config.expiry_warning()), older_than: config.max_token_age() }
    }

    /// Whether a person has to act.
    pub(super) fn due(self, connection: &Connection, now: Timestamp) -> Option<Due> {
        connection.due(now, self.within, self.older_than)
    }
}
