//! `gitconn completions`: for shells and packagers.

use super::context::Context;
use super::failure::Failure;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: gitconn completions bash > /etc/bash_completion.d/gitconn")]
pub(super) struct Args {
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::grammar(), "gitconn", &mut text);
    context.out.raw(&String::from_utf8_lossy(&text))
}
