//! Where other programs keep what is taken in.

use std::path::{Path, PathBuf};

use super::Source;
use crate::env::{self, Env};
use crate::git;

/// The files of a source that there may be, without doubles.
pub(super) fn of(source: Source, env: &Env) -> Vec<PathBuf> {
    let mut files = match source {
        Source::Gh => {
            vec![folder(env, env::name::GH_CONFIG_DIR, "gh")].into_iter().flatten().map(|at| at.join("hosts.yml")).collect()
        }
        Source::Glab => vec![folder(env, env::name::GLAB_CONFIG_DIR, "glab-cli")]
            .into_iter()
            .flatten()
            .map(|at| at.join("config.yml"))
            .collect(),
        Source::GitCredentials => git_credentials(env),
        Source::Netrc => netrc(env),
    };
    let mut seen: Vec<PathBuf> = Vec::new();
    files.retain(|file: &PathBuf| {
        let real = file.canonicalize().unwrap_or_else(|_| file.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    files
}

/// The folder that a variable names; else the program's own, where it follows the XDG rules, on macOS too.
fn folder(env: &Env, variable: &str, name: &str) -> Option<PathBuf> {
    if let Some(folder) = env.os(variable) {
        return Some(folder.into());
    }
    if cfg!(windows) && name == "gh" {
        return Some(dirs::config_dir()?.join("GitHub CLI"));
    }
    Some(settings(env)?.join(name))
}

/// `$XDG_CONFIG_HOME`, or `~/.config`.
fn settings(env: &Env) -> Option<PathBuf> {
    let set = env.os(env::name::XDG_CONFIG_HOME).map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| Some(dirs::home_dir()?.join(".config")))
}

/// The usual two, and every one that a helper is told to use.
fn git_credentials(env: &Env) -> Vec<PathBuf> {
    let home = dirs::home_dir();
    let mut files: Vec<PathBuf> = home.iter().map(|home| home.join(".git-credentials")).collect();
    files.extend(settings(env).map(|settings| settings.join("git/credentials")));
    let named = git::helpers(Path::new(".")).into_iter().filter_map(|helper| helper.store_file());
    files.extend(named.filter_map(|file| match file.strip_prefix("~/") {
        Some(rest) => home.as_ref().map(|home| home.join(rest)),
        None => Some(PathBuf::from(file)).filter(|file| file.is_absolute()),
    }));
    files
}

fn netrc(env: &Env) -> Vec<PathBuf> {
    if let Some(file) = env.os(env::name::NETRC) {
        return vec![file.into()];
    }
    // Curl, and so git, looks for the second on Windows; some have it everywhere.
    dirs::home_dir().map(|home| vec![home.join(".netrc"), home.join("_netrc")]).unwrap_or_default()
}
