//! `gitconn installations open`: the page where an owner chooses repositories, and lifts a suspension.

use serde::Serialize;

use crate::cli::browser;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::{InstallationStatus, clean, shell_word};
use crate::ops::apps::AppError;
use crate::ops::apps::installations::{self, Installed};
use crate::ops::apps::route;
use crate::ops::{Error, InstallationRecord};

/// Open the page where the repositories of an installation are chosen
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the app's connection, or the beginning of its id
    #[arg(value_name = "NAME")]
    name: String,
    /// The account that it is on, or its number; may be left out where there is only one
    #[arg(value_name = "ACCOUNT")]
    installation: Option<String>,
    /// Only print the address of the page
    #[arg(long)]
    no_browser: bool,
}

/// A page that was opened, or is to be.
#[derive(Serialize)]
struct Opened {
    url: String,
}

impl View for Opened {
    fn grid(&self, _style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        grid.row(vec![self.url.clone()]);
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let store = context.session()?.store()?;
    let app = installations::one(&store, Some(&args.name))?;
    let record = match &args.installation {
        Some(typed) => route::find(&app.connection, &app.installations, typed)?,
        None => only(&app)?,
    };
    let url = record.installation.page.clone();
    if browser::is_here(context.env) && !args.no_browser {
        browser::open(&url, context);
    }
    context.out.data(&Opened { url })
}

/// The only active one, or the only one that is still there: a suspended one has its page too.
fn only(app: &Installed) -> Result<&InstallationRecord, Failure> {
    let name = &app.connection.name;
    let all = || app.installations.iter();
    let active: Vec<_> = all().filter(|record| record.status() == InstallationStatus::Active).collect();
    let present = || all().filter(|record| record.uninstalled_at.is_none()).collect();
    let fitting: Vec<&InstallationRecord> = if active.is_empty() { present() } else { active };
    match fitting.as_slice() {
        [] => Err(Error::from(AppError::NoInstallation { name: name.to_string() }).into()),
        [only] => Ok(only),
        [first, ..] => {
            let accounts: Vec<_> = fitting.iter().map(|record| clean(&record.installation.account)).collect();
            let message = format!("`{name}` has {} installations, and none is named: {}", accounts.len(), accounts.join(", "));
            Err(Failure::usage(message).again(shell_word(&first.installation.account), "for example"))
        }
    }
}
