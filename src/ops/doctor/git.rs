//! Whom git asks for credentials, and in which order.

use std::path::Path;

use super::hosts::InUse;
use super::{Area, Finding, Mend, Place};
use crate::git::{self, Helper};
use crate::model::{clean, shell_word};

pub(super) fn look(hosts: &[InUse]) -> Place {
    let helpers = git::helpers(Path::new("."));
    let mut findings: Vec<Finding> = Vec::new();
    let mut add = |finding: Finding| match findings.iter_mut().find(|known| known.what == finding.what) {
        // The same settings are met at every host.
        Some(known) => join(known, finding),
        None => findings.push(finding),
    };
    let mut served = Vec::new();
    for one in hosts {
        let chain = git::chain(&helpers, one.record.host.as_str());
        let host = one.record.host.to_string();
        let setup = format!("gitconn setup-git --host {}", shell_word(&host));
        let mend = || Mend::SetUpGit { hosts: vec![one.record.host.clone()] };
        let Some(ours) = chain.iter().position(|helper| helper.is_ours()) else {
            let finding =
                Finding::new(Area::Git, format!("git does not ask gitconn for {host}"), "it asks you instead, or somebody else");
            add(finding.command(setup).advice());
            continue;
        };
        if let Some(gone) = chain[ours].program().filter(|program| program.is_absolute() && !program.exists()) {
            let what = format!("git is told to ask `{}`, which is not there", clean(&gone.display().to_string()));
            add(Finding::new(Area::Git, what, "git then asks you, and says nothing of it").command(setup.clone()).mend(mend()));
        }
        for before in &chain[..ours] {
            let what = format!("{} answers before gitconn", described(before));
            let why = "git takes the first answer: an old password, or another account's";
            add(Finding::new(Area::Git, what, why).command(setup.clone()).mend(mend()));
        }
        for behind in chain[ours + 1..].iter().filter(|helper| helper.keeps()) {
            let what = format!("{} is asked after gitconn", described(behind));
            let why = "git tells it every password that worked, and it writes tokens of yours into a file in plain text";
            add(Finding::new(Area::Git, what, why).command(setup.clone()).mend(mend()));
        }
        served.push(host);
    }
    let sound = if served.is_empty() {
        "there is no host to ask for".to_owned()
    } else {
        format!("git asks gitconn first, for {}", served.join(", "))
    };
    Place::new(Area::Git, sound, findings)
}

/// One finding about several hosts: what mends it mends it for all of them.
fn join(known: &mut Finding, other: Finding) {
    if let (Some(Mend::SetUpGit { hosts }), Some(Mend::SetUpGit { hosts: more })) = (&mut known.mend, other.mend) {
        hosts.extend(more.into_iter().filter(|host| !hosts.contains(host)).collect::<Vec<_>>());
        let options = hosts.iter().map(|host| format!(" --host {}", shell_word(&host.to_string())));
        known.command = Some(format!("gitconn setup-git{}", options.collect::<String>()));
    }
}

/// ``the helper `store` (file:/home/ada/.gitconfig)``
fn described(helper: &Helper) -> String {
    let command = crate::provider::redact(&clean(&helper.command)).into_owned();
    format!("the helper `{command}` ({})", clean(&helper.origin))
}
