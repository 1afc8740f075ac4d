//! Whom git asks for credentials, and in which order.

use std::path::Path;

use super::hosts::InUse;
use super::{Area, Finding, Mend, Place};
use crate::git::{self, Helper};
use crate::model::{HostUrl, clean, shell_word};
use crate::ops::setup_git::{Scope, described};

pub(super) fn look(hosts: &[InUse]) -> Place {
    let around = Around { helpers: git::helpers(Path::new(".")), of_checkout: git::helpers_of_checkout(Path::new(".")) };
    let mut findings: Vec<Finding> = Vec::new();
    let mut served = Vec::new();
    for one in hosts {
        let (found, is_served) = around.of_host(&one.record.host);
        for finding in found {
            match findings.iter_mut().find(|known| known.what == finding.what) {
                // The same settings are met at every host.
                Some(known) => join(known, finding),
                None => findings.push(finding),
            }
        }
        served.extend(is_served.then(|| one.record.host.to_string()));
    }
    let sound = if served.is_empty() {
        "there is no host to ask for".to_owned()
    } else {
        format!("git asks gitconn first, for {}", served.join(", "))
    };
    Place::new(Area::Git, sound, findings)
}

/// git's settings as they are read here.
struct Around {
    helpers: Vec<Helper>,
    /// Those that the checkout around us sets: only what it says itself comes after them.
    of_checkout: Vec<Helper>,
}

impl Around {
    /// What is wrong for a host, and whether git asks us for it.
    fn of_host(&self, host: &HostUrl) -> (Vec<Finding>, bool) {
        let chain = git::chain(&self.helpers, host.as_str());
        let mut findings = Vec::new();
        let Some(ours) = chain.iter().position(|helper| helper.is_ours()) else {
            let is_set = self.helpers.iter().any(|helper| helper.is_ours() && helper.is_for(host.as_str()));
            findings.push(if let Some(other) = chain.first().filter(|_| is_set) {
                let what = format!("{} took the place of gitconn for {host}", described(other));
                self.mended(what, "it was set behind gitconn: git asks for another account, or for an old password", host, other)
            } else {
                let what = format!("git does not ask gitconn for {host}");
                let finding = Finding::new(Area::Git, what, "it asks you instead, or somebody else");
                // What emptied the list is the last that was said.
                let last = self.helpers.iter().rfind(|helper| helper.is_for(host.as_str()));
                let scope = last.map_or(Scope::Global, |last| self.scope(last));
                finding.command(command(std::slice::from_ref(host), scope)).advice()
            });
            return (findings, false);
        };
        for (at, helper) in chain.iter().enumerate() {
            let gone = helper.program().filter(|program| at >= ours && program.is_absolute() && !program.exists());
            if let Some(gone) = gone {
                let what = format!("git is told to ask `{}`, which is not there", clean(&gone.display().to_string()));
                findings.push(self.mended(what, "git then asks the next one, or you, and says nothing of it", host, helper));
            } else if at < ours {
                let what = format!("{} answers before gitconn", described(helper));
                findings.push(self.mended(
                    what,
                    "git takes the first answer: an old password, or another account's",
                    host,
                    helper,
                ));
            } else if at > ours && helper.keeps() {
                let what = format!("{} is asked after gitconn", described(helper));
                let why = "git tells it every password that worked, and it writes tokens of yours into a file in plain text";
                findings.push(self.mended(what, why, host, helper));
            }
        }
        (findings, true)
    }

    /// Whose settings come after this helper.
    fn scope(&self, helper: &Helper) -> Scope {
        if self.of_checkout.contains(helper) { Scope::Local } else { Scope::Global }
    }

    /// A finding that `setup-git` mends, where it comes after the helper that is in the way.
    fn mended(&self, what: String, why: &'static str, host: &HostUrl, helper: &Helper) -> Finding {
        let (hosts, scope) = (vec![host.clone()], self.scope(helper));
        Finding::new(Area::Git, what, why).command(command(&hosts, scope)).mend(Mend::SetUpGit { hosts, scope })
    }
}

/// `gitconn setup-git --host github.com`
fn command(hosts: &[HostUrl], scope: Scope) -> String {
    let scope = if scope == Scope::Local { " --local" } else { "" };
    let options: Vec<String> = hosts.iter().map(|host| format!(" --host {}", shell_word(&host.to_string()))).collect();
    format!("gitconn setup-git{scope}{}", options.concat())
}

/// One finding about several hosts: what mends it mends it for all of them.
fn join(known: &mut Finding, other: Finding) {
    if let (Some(Mend::SetUpGit { hosts, scope }), Some(Mend::SetUpGit { hosts: more, .. })) = (&mut known.mend, other.mend) {
        hosts.extend(more.into_iter().filter(|host| !hosts.contains(host)).collect::<Vec<_>>());
        known.command = Some(command(hosts, *scope));
    }
}
