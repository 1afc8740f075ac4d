//! Whether the hosts answer, and whether this machine's clock agrees with theirs. They are asked without a credential.

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};

use super::{Area, Finding, Place};
use crate::model::{clean, plural, shell_word};
use crate::net::{Auth, Call, Error as NetError, Trust};
use crate::ops::{Error, Session};
use crate::store::{HostRecord, View};

/// So many are asked at once.
const AT_ONCE: usize = 8;
/// A clock that is wrong by more than this is found. Half of what GitHub forgives in the signature of an app.
const SLACK: SignedDuration = SignedDuration::from_secs(30);

/// A host, and one of the connections that use it.
#[derive(Debug)]
pub(super) struct InUse {
    pub(super) record: HostRecord,
    pub(super) name: String,
}

/// The hosts of the connections that are enabled.
pub(super) fn in_use(view: &View) -> Result<Vec<InUse>, Error> {
    let mut found: Vec<InUse> = Vec::new();
    for connection in view.connections()?.into_iter().filter(|connection| connection.is_active) {
        let is_known = |one: &InUse| one.record.host == connection.host && one.record.provider == connection.provider;
        if found.iter().any(is_known) {
            continue;
        }
        if let Some(record) = view.host(&connection.host, connection.provider)? {
            found.push(InUse { record, name: connection.name.to_string() });
        }
    }
    Ok(found)
}

/// What one host said.
struct Heard {
    host: String,
    /// By how much this machine's clock is ahead.
    ahead: Option<SignedDuration>,
}

pub(super) async fn look(session: &Session<'_>, hosts: &[InUse]) -> [Place; 2] {
    let asked: Vec<_> =
        stream::iter(hosts).map(|one| async move { (one, ask(session, one).await) }).buffered(AT_ONCE).collect().await;
    let mut findings = Vec::new();
    let mut heard = Vec::new();
    for (one, answer) in asked {
        match answer {
            Ok(answer) => heard.push(answer),
            Err(error) => {
                let what = clean(&error.to_string()).into_owned();
                let finding =
                    Finding::new(Area::Hosts, what, "tokens for it are neither checked nor renewed as long as that lasts");
                findings.push(finding.command(format!("gitconn validate {}", shell_word(&one.name))));
            }
        }
    }
    let sound = match heard.len() {
        0 => "there is none to ask".to_owned(),
        count => format!("{} answered", plural(u64::try_from(count).unwrap_or(u64::MAX), "host")),
    };
    [Place::new(Area::Hosts, sound, findings), clock(&heard)]
}

async fn ask(session: &Session<'_>, InUse { record, .. }: &InUse) -> Result<Heard, NetError> {
    let trust = Trust { ca_pem: record.ca_pem.clone(), client_pem: record.client_pem.clone(), allow_http: record.allow_http };
    let origin = session.http().origin(&record.api, &trust, Auth::None, &[], |_, _| None)?;
    let host = record.host.to_string();
    let before = session.now();
    match origin.get(&Call::to(Vec::<String>::new())).await {
        Ok(answer) => Ok(Heard { host, ahead: answer.date().map(|theirs| ahead(before, session.now(), theirs)) }),
        // It answers: where it sends us is no question of the set-up.
        Err(NetError::Redirected { .. } | NetError::Limited { .. }) => Ok(Heard { host, ahead: None }),
        Err(error) => Err(error),
    }
}

/// By how much our clock is ahead of one that showed `theirs` (a whole second) at some moment between the two.
fn ahead(before: Timestamp, after: Timestamp, theirs: Timestamp) -> SignedDuration {
    let late = theirs.checked_add(SignedDuration::from_secs(1)).unwrap_or(theirs);
    if before > late {
        before.duration_since(late)
    } else if after < theirs {
        after.duration_since(theirs)
    } else {
        SignedDuration::ZERO
    }
}

/// One host may be wrong about the time; where most agree, it is this machine.
fn clock(heard: &[Heard]) -> Place {
    let mut told: Vec<(SignedDuration, &str)> = heard.iter().filter_map(|one| Some((one.ahead?, one.host.as_str()))).collect();
    told.sort();
    let Some((ahead, host)) = told.get(told.len() / 2).copied() else {
        return Place::unseen(Area::Clock, "no host has said what time it is");
    };
    if ahead.abs() <= SLACK {
        return Place::new(Area::Clock, format!("it agrees with that of {host}"), Vec::new());
    }
    let direction = if ahead.is_positive() { "ahead of" } else { "behind" };
    let what = format!("the clock of this machine is {} {direction} that of {host}", in_words(ahead.abs()));
    let why = "by it the ends of tokens are counted; GitHub refuses what an app signs by a wrong one";
    let command =
        if cfg!(target_os = "linux") { "timedatectl set-ntp true" } else { "date -u   # compare, and set the clock right" };
    Place::new(Area::Clock, String::new(), vec![Finding::new(Area::Clock, what, why).command(command)])
}

fn in_words(span: SignedDuration) -> String {
    let seconds = span.as_secs().unsigned_abs();
    match seconds {
        0..120 => plural(seconds, "second"),
        120..7_200 => plural(seconds / 60, "minute"),
        7_200..172_800 => plural(seconds / 3_600, "hour"),
        _ => plural(seconds / 86_400, "day"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Heard, ahead, clock};

    #[test]
    fn a_slow_answer_is_no_wrong_clock() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        assert_eq!(ahead(at(0), at(100), at(50)), SignedDuration::ZERO);
        assert_eq!(ahead(at(0), at(0), at(0)), SignedDuration::ZERO);
        assert_eq!(ahead(at(60), at(61), at(0)), SignedDuration::from_secs(59));
        assert_eq!(ahead(at(0), at(1), at(60)), SignedDuration::from_secs(-59));
    }

    #[test]
    fn one_host_that_is_wrong_is_outvoted() {
        let heard = |seconds: &[i64]| -> usize {
            let one = |ahead: &i64| Heard { host: "h".into(), ahead: Some(SignedDuration::from_secs(*ahead)) };
            clock(&seconds.iter().map(one).collect::<Vec<_>>()).findings.len()
        };
        assert_eq!([heard(&[0, 0, 900]), heard(&[900, 901, 0]), heard(&[31]), heard(&[-30]), heard(&[])], [0, 1, 1, 0, 0]);
    }
}
