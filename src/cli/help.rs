//! `gitconn help`: topics that belong to no command.

use super::context::Context;
use super::exec;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Style, View};
use crate::env;
use crate::model::{AuthMethod, ProviderId, TokenKind};
use crate::ops::{Method, Scopes, catalogue};

/// Explain a topic, or a command
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// `exit-codes`, `environment`, `providers`, or the words of a command
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

#[derive(serde::Serialize)]
struct Rows(Vec<(String, String)>);

impl View for Rows {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for (name, meaning) in &self.0 {
            grid.row(vec![style.strong(name), meaning.clone()]);
        }
        grid
    }
}

/// One way to connect.
#[derive(serde::Serialize)]
struct Way {
    provider: ProviderId,
    method: &'static str,
    auth_method: AuthMethod,
    token_kind: Option<TokenKind>,
    page: &'static str,
    command: &'static str,
    scopes: Scopes,
    knows: &'static str,
    rotation: &'static str,
    revocation: &'static str,
    limits: &'static str,
}

impl Way {
    fn of((provider, method): (ProviderId, &Method)) -> Self {
        Self {
            provider,
            method: method.name,
            auth_method: method.auth,
            token_kind: method.kind,
            page: method.page,
            command: method.command,
            scopes: method.scopes,
            knows: method.knows,
            rotation: method.rotation.words(),
            revocation: method.revocation.words(),
            limits: method.limits,
        }
    }
}

#[derive(serde::Serialize)]
struct Ways {
    ways: Vec<Way>,
}

impl View for Ways {
    fn grid(&self, style: Style) -> Grid {
        if !style.is_human() {
            let mut grid = Grid::new(&["PROVIDER", "METHOD", "SCOPES FOR READING", "MADE AT", "ROTATION"]);
            for way in &self.ways {
                let scopes = way.scopes.reading.join(", ");
                grid.row(vec![
                    way.provider.to_string(),
                    way.method.to_owned(),
                    scopes,
                    way.page.to_owned(),
                    way.rotation.to_owned(),
                ]);
            }
            return grid;
        }
        // A block for each: what is to be ticked must not be cut.
        let mut grid = Grid::new(&[]).flowing();
        for way in &self.ways {
            let mut row = |name: &str, value: String| grid.row(vec![name.to_owned(), value]);
            row(&style.strong(way.provider.id()), style.strong(&way.method.replace('`', "")));
            row("  made at", way.page.to_owned());
            row("  connect", format!("gitconn {}", way.command));
            row("  to read", way.scopes.reading.join(", "));
            for (name, scopes) in
                [("  hooks", way.scopes.hooks), ("  deploy keys", way.scopes.keys), ("  statuses", way.scopes.statuses)]
            {
                match scopes {
                    [] => {}
                    [words] if words.starts_with("only ") => row(name, (*words).to_owned()),
                    _ => row(name, format!("also {}", scopes.join(", "))),
                }
            }
            row("  a new token", way.rotation.to_owned());
            row("  revocation", way.revocation.replace('`', ""));
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let words: Vec<&str> = args.topic.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["exit-codes"] => {
            let done = ("0".to_owned(), "done (also when the reader of a pipe has gone)".to_owned());
            let kinds = Kind::ALL.iter().map(|kind| (kind.code().to_string(), kind.meaning().to_owned()));
            let of_exec = exec::CODES.iter().map(|(code, meaning)| (code.to_string(), (*meaning).to_owned()));
            context.out.data(&Rows(std::iter::once(done).chain(kinds).chain(of_exec).collect()))
        }
        ["providers"] => context.out.data(&Ways { ways: catalogue().map(Way::of).collect() }),
        ["providers", name] => {
            let wanted = name.parse::<ProviderId>().map_err(|error| Failure::usage(error.to_string()))?;
            let ways = catalogue().filter(|(provider, _)| *provider == wanted).map(Way::of).collect();
            context.out.data(&Ways { ways })
        }
        ["environment"] => {
            let rows = env::DOCUMENTED.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned()));
            context.out.data(&Rows(rows.collect()))
        }
        _ => {
            let mut command = super::grammar();
            command.build();
            for word in words {
                command = command.find_subcommand(word).cloned().ok_or_else(|| {
                    Failure::usage(format!("there is no topic or command `{}`", crate::model::clean(word)))
                        .hint("gitconn help")
                        .hint("gitconn help exit-codes   # or environment, providers")
                })?;
            }
            context.out.raw(&command.render_long_help().to_string())
        }
    }
}
