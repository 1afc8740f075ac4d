//! What `connect` is told first: a provider by its word, or an address that is to tell it.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser, ValueParserFactory};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, ValueEnum as _};

use crate::model::{HostUrl, ProviderId};
use crate::ops::detect;

/// Where to connect to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Provider(ProviderId),
    /// An instance, its API, or a repository there.
    Address(HostUrl),
}

/// Reads a target. It offers the providers' words for completion, as a closed set would.
#[derive(Debug, Clone)]
pub(super) struct TargetParser;

impl ValueParserFactory for Target {
    type Parser = TargetParser;

    fn value_parser() -> TargetParser {
        TargetParser
    }
}

impl TypedValueParser for TargetParser {
    type Value = Target;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Target, clap::Error> {
        let text = value.to_str().ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))?;
        if let Ok(provider) = ProviderId::from_str(text, true) {
            return Ok(Target::Provider(provider));
        }
        // A word without any sign of an address is a slip in a provider's name.
        let looks_like_address = text.contains(['.', ':', '/']) || text == "localhost";
        detect::address(text).filter(|_| looks_like_address).map(Target::Address).ok_or_else(|| unknown(command, argument, text))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(ProviderId::value_variants().iter().filter_map(ProviderId::to_possible_value)))
    }
}

fn unknown(command: &Command, argument: Option<&Arg>, text: &str) -> clap::Error {
    let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
    let name = argument.map_or_else(|| "PROVIDER".to_owned(), ToString::to_string);
    let known = ProviderId::ALL.iter().map(ToString::to_string).chain(["an address".to_owned()]).collect();
    error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    error.insert(ContextKind::InvalidValue, ContextValue::String(text.to_owned()));
    error.insert(ContextKind::ValidValue, ContextValue::Strings(known));
    let typed = text.to_lowercase();
    if let Some(near) = ProviderId::ALL.iter().find(|provider| strsim::damerau_levenshtein(provider.id(), &typed) <= 2) {
        error.insert(ContextKind::SuggestedValue, ContextValue::String(near.to_string()));
    }
    error
}
