//! `gitconn help`: topics that belong to no command.

use super::context::Context;
use super::exec;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Style, View};
use crate::env;

/// Explain a topic, or a command
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// `exit-codes`, `environment`, or the words of a command
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

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let words: Vec<&str> = args.topic.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["exit-codes"] => {
            let done = ("0".to_owned(), "done (also when the reader of a pipe has gone)".to_owned());
            let kinds = Kind::ALL.iter().map(|kind| (kind.code().to_string(), kind.meaning().to_owned()));
            let of_exec = exec::CODES.iter().map(|(code, meaning)| (code.to_string(), (*meaning).to_owned()));
            context.out.data(&Rows(std::iter::once(done).chain(kinds).chain(of_exec).collect()))
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
                        .hint("gitconn help exit-codes   # or environment")
                })?;
            }
            context.out.raw(&command.render_long_help().to_string())
        }
    }
}
