//! `gitconn man`: manual pages, made from the same words as `--help`.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::{Failure, Kind};

/// Print the manual page, or write one for each command into a directory
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Directory to write the pages into
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let mut grammar = super::grammar();
    grammar.build();
    let Some(directory) = &args.directory else {
        return context.out.raw(&page(&grammar)?);
    };
    let mut pages = Vec::new();
    collect(&grammar, &mut pages);
    for command in &pages {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        write(&directory.join(format!("{name}.1")), &page(command)?)?;
    }
    context.out.note(&format!("wrote {} pages into `{}`", pages.len(), directory.display()));
    Ok(())
}

fn page(command: &clap::Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    // Without a date: the same source gives the same pages.
    clap_mangen::Man::new(command.clone()).date("").render(&mut text).map_err(Failure::bug)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn collect<'a>(command: &'a clap::Command, pages: &mut Vec<&'a clap::Command>) {
    pages.push(command);
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        collect(sub, pages);
    }
}

#[expect(clippy::disallowed_methods, reason = "a manual page is meant to be readable by all, and holds nothing")]
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::new(Kind::Failed, format!("`{}` could not be written", path.display())).cause(error))
}
