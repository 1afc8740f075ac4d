//! What git's settings have to say so that it asks us for a host, and what of that is to be taken away again.
//!
//! Ours stands in sections of its own, whose addresses end with a slash: git takes them for the same, and what others wrote for the address is not touched. An
//! empty `helper` comes first: it switches off what was set before. What cannot stand apart, the `insteadOf` of an address, is noted beside it (`gitconn.URL.insteadOf`), so
//! that somebody's own is not taken for ours later. Where another helper was set behind ours, the section moves to the end of the file: git reads from the beginning.

use super::config::{Change, Scope, Settings};
use super::helper::{self, is_ours};
use super::helpers::{Helper, chain, helpers_before_end_of};
use crate::model::HostUrl;

/// What git is to be told.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// The text of the setting `helper`.
    pub(crate) helper: &'a str,
    /// Whether addresses over SSH become those over HTTPS.
    pub(crate) rewrites: bool,
}

/// The setting `helper` for this program and its options; `None` for a path that no setting can hold.
pub(crate) fn command(program: &str, options: &[&str]) -> Option<String> {
    helper::command(program, &[options, &["credential"]].concat())
}

/// Keys of one address.
struct Keys {
    helper: String,
    path: String,
    instead: String,
    noted: String,
}

impl Keys {
    fn of(address: &str) -> Self {
        Self {
            helper: format!("credential.{address}.helper"),
            path: format!("credential.{address}.useHttpPath"),
            instead: format!("url.{address}.insteadOf"),
            noted: format!("gitconn.{address}.insteadOf"),
        }
    }
}

fn address(host: &HostUrl) -> String {
    format!("{}/", host.as_str())
}

/// The helpers that stand before the end of a scope's file: what is written there must come after them.
#[derive(Debug, Default)]
pub(crate) struct Before(Vec<Helper>);

impl Before {
    /// Asks git.
    pub(crate) fn end_of(scope: Scope) -> Self {
        Self(helpers_before_end_of(scope))
    }

    /// Whether another helper than the one wanted is asked for a host, and stays so if that one is added where the section stands.
    fn comes_behind(&self, host: &HostUrl, wanted: &str) -> bool {
        let chain = chain(&self.0, host.as_str());
        if chain.iter().map(|helper| helper.command.as_str()).eq([wanted]) {
            return false;
        }
        let own = address(host);
        let last = self.0.iter().rposition(|helper| helper.url.as_deref() == Some(own.as_str()));
        // Where the section names no helper, nobody can tell where it stands.
        self.0[last.map_or(0, |last| last + 1)..].iter().any(|helper| helper.is_for(host.as_str()))
    }
}

/// What is missing for a host.
pub(crate) fn changes(present: &Settings, before: &Before, host: &HostUrl, wanted: &Wanted<'_>) -> Vec<Change> {
    let keys = Keys::of(&address(host));
    let helpers = present.values(&keys.helper);
    let mut told = others(helpers);
    told.extend([String::new(), wanted.helper.to_owned()]);
    let paths = present.values(&keys.path);
    let mut paths_told = paths.to_vec();
    if !helpers.iter().any(|helper| is_ours(helper)) || paths.last().is_none_or(|value| value != "true") {
        paths_told.push("true".to_owned());
    }
    let section = present.section("credential", &address(host));
    let mut changes = Vec::new();
    if !section.is_empty() && before.comes_behind(host, wanted.helper) {
        // git adds to a section where it stands, so the whole of it goes first.
        let is_other = |key: &str| ![&keys.helper, &keys.path].iter().any(|own| own.eq_ignore_ascii_case(key));
        changes.extend(section.iter().flat_map(|(key, values)| towards(key, values, &[])));
        changes.extend(section.iter().filter(|(key, _)| is_other(key)).flat_map(|(key, values)| towards(key, &[], values)));
        changes.extend(towards(&keys.helper, &[], &told));
        changes.extend(towards(&keys.path, &[], &paths_told));
    } else {
        changes.extend(towards(&keys.helper, helpers, &told));
        changes.extend(towards(&keys.path, paths, &paths_told));
    }
    if wanted.rewrites {
        let (set, noted) = (present.values(&keys.instead), present.values(&keys.noted));
        for value in over_ssh(host) {
            if set.contains(&value) {
                continue;
            }
            // Noted first: what is set and not noted would never go.
            if !noted.contains(&value) {
                changes.push(Change::Add { key: keys.noted.clone(), value: value.clone() });
            }
            changes.push(Change::Add { key: keys.instead.clone(), value });
        }
    }
    changes
}

/// What git is to take for an address of a host, where it goes over SSH. No port is in it: hosts of one name cannot be told apart by it.
fn over_ssh(host: &HostUrl) -> [String; 2] {
    let name = host.domain();
    [format!("git@{name}:"), format!("ssh://git@{name}/")]
}

/// Whether addresses over SSH become those of another address than this host's already.
pub(crate) fn is_rewritten_elsewhere(present: &Settings, host: &HostUrl) -> bool {
    let own = address(host);
    let mut others = present.middles("url", "insteadOf").filter(|middle| *middle != own);
    others.any(|middle| present.values(&Keys::of(middle).instead).iter().any(|value| over_ssh(host).contains(value)))
}

/// The addresses for which something of ours is set.
pub(crate) fn addresses(present: &Settings) -> Vec<String> {
    let ours = |address: &&str| present.values(&Keys::of(address).helper).iter().any(|helper| is_ours(helper));
    let mut found: Vec<String> = present.middles("credential", "helper").filter(ours).map(ToOwned::to_owned).collect();
    for noted in present.middles("gitconn", "insteadOf") {
        if !found.iter().any(|known| known == noted) {
            found.push(noted.to_owned());
        }
    }
    found
}

/// The address that is written for a host.
pub(crate) fn address_of(host: &HostUrl) -> String {
    address(host)
}

/// What takes away what is ours at an address, and nothing else.
pub(crate) fn undoing(present: &Settings, address: &str) -> Vec<Change> {
    let keys = Keys::of(address);
    let helpers = present.values(&keys.helper);
    let mut changes = Vec::new();
    if helpers.iter().any(|helper| is_ours(helper)) {
        changes.extend(towards(&keys.helper, helpers, &others(helpers)));
        let paths = present.values(&keys.path);
        if let Some((last, before)) = paths.split_last()
            && last == "true"
        {
            changes.extend(towards(&keys.path, paths, before));
        }
    }
    let (set, noted) = (present.values(&keys.instead), present.values(&keys.noted));
    let mut left = set.to_vec();
    for value in noted {
        if let Some(at) = left.iter().rposition(|known| known == value) {
            left.remove(at);
        }
    }
    changes.extend(towards(&keys.instead, set, &left));
    changes.extend(towards(&keys.noted, noted, &[]));
    changes
}

/// Helpers without ours, and without the empty one before each of those.
fn others(helpers: &[String]) -> Vec<String> {
    let mut others: Vec<String> = Vec::new();
    for helper in helpers {
        if is_ours(helper) {
            if others.last().is_some_and(String::is_empty) {
                others.pop();
            }
        } else {
            others.push(helper.clone());
        }
    }
    others
}

/// What makes one list of values of another, with as little as git can do.
fn towards(key: &str, from: &[String], to: &[String]) -> Vec<Change> {
    let add = |value: &String| Change::Add { key: key.to_owned(), value: value.clone() };
    let drop = |value: &String| Change::Drop { key: key.to_owned(), value: value.clone() };
    if let Some(more) = to.strip_prefix(from) {
        return more.iter().map(add).collect();
    }
    let mut distinct: Vec<&String> = Vec::new();
    for value in from {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    let gone: Vec<&String> = distinct.iter().copied().filter(|value| !to.contains(value)).collect();
    if from.iter().filter(|value| !gone.contains(value)).eq(to) {
        return gone.into_iter().map(drop).collect();
    }
    distinct.into_iter().map(drop).chain(to.iter().map(add)).collect()
}

#[cfg(test)]
mod tests;
