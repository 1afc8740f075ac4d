//! `gitconn config`: settings, with where each was set.

use clap::Subcommand;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Style, View};
use crate::config::{KEYS, Origin, Setting};
use crate::model::clean;

/// Show and change settings
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every setting, with where it was set
    List,
    /// One setting's value
    Get {
        /// Name of the setting
        key: String,
    },
    /// Write a setting into the file
    Set {
        /// Name of the setting
        key: String,
        /// Its new value
        value: String,
    },
    /// Take a setting out of the file
    Unset {
        /// Name of the setting
        key: String,
    },
    /// Where the file is
    Path,
}

#[derive(Debug, Serialize)]
struct SettingView {
    key: &'static str,
    value: Option<String>,
    /// `default`, `file`, `env`, `flag`, or null where nothing is set.
    origin: Option<&'static str>,
    set_by: Option<String>,
    help: &'static str,
}

#[derive(Serialize)]
struct Settings {
    settings: Vec<SettingView>,
}

impl View for Settings {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["KEY", "VALUE", "SET BY", "WHAT"]).flowing();
        for setting in &self.settings {
            let value = setting.value.as_deref().map_or_else(|| "-".to_owned(), |value| clean(value).into_owned());
            let set_by = setting.set_by.clone().unwrap_or_else(|| "-".to_owned());
            grid.row(vec![setting.key.to_owned(), value, set_by, style.faint(setting.help)]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.settings.iter().map(serde_json::to_value).collect()
    }
}

/// A single text.
#[derive(Serialize)]
struct One {
    key: String,
    value: String,
}

impl View for One {
    fn grid(&self, _: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        grid.row(vec![clean(&self.value).into_owned()]);
        grid
    }
}

/// A setting that is gone.
#[derive(Serialize)]
struct Unset {
    key: String,
}

impl View for Unset {
    fn grid(&self, _: Style) -> Grid {
        Grid::new(&[])
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let config = context.config;
    match &args.command {
        Command::List => {
            for fault in config.faults() {
                context.out.warn(&fault.to_string());
            }
            let settings = KEYS.iter().map(|key| view(key.name, effective(context, key.name), key.help)).collect();
            context.out.data(&Settings { settings })
        }
        Command::Get { key } => {
            config.get(key)?;
            match effective(context, key) {
                Some(setting) => context.out.data(&One { key: key.clone(), value: setting.value }),
                None => Err(Failure::new(Kind::NotFound, format!("`{key}` is not set")).hint("gitconn config list")),
            }
        }
        Command::Set { key, value } => {
            config.set(key, value)?;
            context.out.note(&format!("set `{key}` in `{}`", config.path().display()));
            let set = One { key: key.clone(), value: value.clone() };
            if let Some(setting) = config.get(key)?
                && let Origin::Env(name) = setting.origin
            {
                context.out.warn(&format!("the environment variable {name} is set and counts more"));
            }
            if context.out.is_json() { context.out.data(&set) } else { Ok(()) }
        }
        Command::Unset { key } => {
            let was = if config.unset(key)? { "no longer" } else { "not" };
            context.out.note(&format!("`{}` is {was} set in `{}`", clean(key), config.path().display()));
            if context.out.is_json() { context.out.data(&Unset { key: key.clone() }) } else { Ok(()) }
        }
        Command::Path => context.out.data(&One { key: "path".to_owned(), value: config.path().display().to_string() }),
    }
}

/// What counts in this run: paths are expanded, and the store has a place even where none was set.
fn effective(context: &Context<'_>, key: &str) -> Option<Setting<String>> {
    let text =
        |setting: Setting<std::path::PathBuf>| Setting { value: setting.value.display().to_string(), origin: setting.origin };
    match key {
        "store" => context.store_setting().ok().map(text),
        "key_file" => context.key_file_setting().map(text),
        _ => context.config.get(key).ok().flatten(),
    }
}

fn view(key: &'static str, setting: Option<Setting<String>>, help: &'static str) -> SettingView {
    let origin = setting.as_ref().map(|setting| match setting.origin {
        Origin::Default => "default",
        Origin::File(_) => "file",
        Origin::Env(_) => "env",
        Origin::Flag(_) => "flag",
    });
    let set_by = setting.as_ref().map(|setting| setting.origin.to_string());
    SettingView { key, value: setting.map(|setting| setting.value), origin, set_by, help }
}
