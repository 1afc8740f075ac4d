//! Words and hints for a rotation that stopped: first what it means for the tokens, then why, then what to do now.

use super::{Failure, Kind};
use crate::model::{ProviderId, Verdict, shell_word};
use crate::ops::{Probe, RotateError};

/// What an error of a rotation says.
pub(super) fn spoken(error: RotateError) -> Failure {
    let message = error.to_string();
    let quoted = |name: &str| shell_word(name).into_owned();
    match error {
        RotateError::KeepsNoOld { name, has_other_way, .. } => {
            let failure = Failure::usage(message);
            if has_other_way {
                let name = quoted(&name);
                failure.hint(format!(
                    "gitconn rotate {name} --keep-old --with OWNER   # a connection of an owner makes a second one"
                ))
            } else {
                failure.instead("--keep-old", "", "ends the old one with it")
            }
        }
        RotateError::NotBeside { name, .. } => {
            Failure::usage(message).hint(format!("gitconn rotate {} --dry-run   # how it would go", quoted(&name)))
        }
        RotateError::OtherMaker { host, .. } => Failure::usage(message).hint(format!("gitconn list --host {}", quoted(&host))),
        RotateError::Copy { .. } => Failure::new(Kind::Locked, message)
            .cause("every other copy would be left with a dead token")
            .hint("gitconn store accept --move   # makes this machine its home"),
        RotateError::Dead { name, probe } => refused(message, &probe, &name),
        RotateError::Unchecked { probe, .. } => {
            let reason = probe.reason.clone().unwrap_or_else(|| probe.verdict.to_string());
            Failure::new(Kind::Unavailable, message).cause(reason).cause("nothing was begun").again("", "tries again")
        }
        RotateError::Declined { name, is_too_far, error } => {
            let inner = Failure::from(*error);
            let failure = Failure::new(inner.kind(), message).because(inner);
            if is_too_far {
                failure.hint(format!("gitconn rotate {}   # without a date: as long as the server allows", quoted(&name)))
            } else {
                failure
            }
        }
        RotateError::DidNotHappen { name, ended, error, .. } => {
            let failure = Failure::new(Kind::Unavailable, message).because(Failure::from(*error));
            let failure = match ended {
                0 => failure,
                _ => failure.cause("the new token, which did not arrive, is ended again"),
            };
            failure
                .hint(format!("gitconn rotate {}   # asks anew whether the old one lives, and then tries again", quoted(&name)))
        }
        RotateError::Lost { name, provider, error, begun, is_login, .. } => {
            lost(message, &quoted(&name), provider, error.map(|error| *error), begun, is_login)
        }
        RotateError::Unsure { name, error, .. } => Failure::new(Kind::Unavailable, message)
            .because(Failure::from(*error))
            .hint(format!("gitconn validate {}   # finds out", quoted(&name))),
        RotateError::Rescued { name, source, .. } => Failure::new(Kind::Failed, message)
            .because(Failure::from(*source))
            .hint(format!("gitconn rotate --resume {}   # when the store can be saved again: takes it in", quoted(&name))),
        RotateError::Unkept { name, .. } => Failure::new(Kind::Failed, message)
            .cause("whether the old one is dead, `validate` finds out")
            .hint(format!("gitconn validate {}", quoted(&name))),
        RotateError::Unsavable { source, .. } => {
            let inner = Failure::from(*source);
            Failure::new(inner.kind(), message).because(inner).cause("nothing was asked")
        }
        RotateError::NotVerified { name, probe } => {
            let kind = if probe.verdict.is_refusal() { Kind::Refused } else { Kind::Unavailable };
            Failure::new(kind, message)
                .cause("nothing after that was done: the old token is as it was left")
                .hint(format!("gitconn rotate --resume {}", quoted(&name)))
        }
        RotateError::SameToken { .. } => Failure::usage(message),
        RotateError::Unfinished { name } => Failure::usage(message).hint(format!("gitconn rotate --resume {}", quoted(&name))),
        RotateError::Overtaken { name, .. } => {
            Failure::new(Kind::Failed, message).hint(format!("gitconn validate {}", quoted(&name)))
        }
        RotateError::Orphan { name, error, .. } => {
            let inner = Failure::from(*error);
            Failure::new(inner.kind(), message)
                .because(inner)
                .cause("the old token still works")
                .hint(format!("gitconn rotate --resume {}   # looks again", quoted(&name)))
        }
        RotateError::OtherAccount { .. } | RotateError::UnknownAccount { .. } => {
            Failure::usage(message).again("--allow-account-change", "takes it")
        }
        RotateError::WantsPerson { name, page, is_dead, .. } => {
            let failure = Failure::new(if is_dead { Kind::Refused } else { Kind::Usage }, message);
            let failure = match page {
                Some(url) => failure.open(&url),
                None => failure,
            };
            failure.hint(format!("gitconn rotate {} --token-stdin < NEW-TOKEN", quoted(&name)))
        }
        RotateError::WantsLogin { name } => {
            Failure::new(Kind::Refused, message).hint(format!("gitconn connect --reauth {}", quoted(&name)))
        }
        RotateError::NothingOpen { .. } => Failure::new(Kind::NotFound, message).hint("gitconn rotate --resume   # all that are"),
    }
}

/// A dead token: a person has to make the new one.
fn refused(message: String, probe: &Probe, name: &str) -> Failure {
    let failure = Failure::new(Kind::Refused, message);
    let failure = match &probe.reason {
        Some(reason) => failure.cause(reason),
        None => failure,
    };
    let name = shell_word(name);
    match probe.verdict {
        // From then on the store knows, and `rotate` asks for a new one.
        Verdict::Expired | Verdict::Revoked | Verdict::Invalid => {
            failure.hint(format!("gitconn rotate {name}   # asks for a token that you make"))
        }
        _ => failure.hint(format!("gitconn validate {name}")),
    }
}

fn lost(
    message: String,
    name: &str,
    provider: ProviderId,
    error: Option<crate::ops::ProviderError>,
    begun: Option<(String, crate::model::Timestamp)>,
    is_login: bool,
) -> Failure {
    let mut failure = Failure::new(Kind::Refused, message);
    if let Some(error) = error {
        failure = failure.because(Failure::from(error));
    }
    if let Some((who, at)) = begun {
        failure = failure.cause(format!("the rotation was begun by {} at {at}, and cut off", crate::model::clean(&who)));
    }
    let failure = failure.cause(format!("{provider} shows a token once: only another one helps now"));
    // Only of a login is there anything but a page to go to.
    let again = if is_login {
        format!("gitconn connect --reauth {name}")
    } else {
        format!("gitconn rotate {name}   # asks for a token that you make")
    };
    failure.hint(again).hint(format!("gitconn show {name}"))
}
