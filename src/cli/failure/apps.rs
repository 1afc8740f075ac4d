//! Words and hints for GitHub Apps: what stands between an app and a repository, each told apart and with its remedy.

use super::{Failure, Kind};
use crate::model::{permissions_in_words, shell_word};
use crate::ops::Obstacle;
use crate::ops::apps::{AppError, Hindered};

/// What an error of apps says.
pub(super) fn spoken(error: AppError) -> Failure {
    let message = error.to_string();
    let quoted = |name: &str| shell_word(name).into_owned();
    match error {
        AppError::NotAnApp { name } => Failure::usage(message).hint(format!("gitconn show {}", quoted(&name))),
        AppError::Refused { name, settings, error } => Failure::from(*error)
            .hint(format!("gitconn edit {} --private-key-file FILE   # a new key, made on the app's page", quoted(&name)))
            .open(&settings),
        AppError::NoApp => Failure::new(Kind::NotFound, message)
            .hint("gitconn connect github --app --client-id ID --private-key-file FILE")
            .hint("gitconn connect github --create-app   # makes one"),
        AppError::WhichApp { names } => {
            let first = names.first().map(|name| quoted(name)).unwrap_or_default();
            Failure::usage(message).again(first, "for example")
        }
        AppError::NothingMade { .. } => Failure::new(Kind::Failed, message).again("", "begins again"),
        AppError::IsAnApp { name } => Failure::usage(message)
            .hint(format!("gitconn edit {} --private-key-file FILE   # a new key in place of the old", quoted(&name))),
        AppError::NotHandedOut { page, error, .. } => Failure::new(Kind::Failed, message)
            .cause(error)
            .cause("on its page a key can be made by hand, or the app deleted")
            .open(&page)
            .hint("gitconn connect github --app --client-id ID --private-key-file FILE"),
        AppError::OtherOwner { settings, .. } => Failure::new(Kind::Refused, message).open(&settings),
        AppError::KeyLost { issuer, settings, .. } => Failure::new(Kind::Failed, message).open(&settings).hint(format!(
            "gitconn connect github --app --client-id {} --private-key-file FILE   # with a key made there",
            quoted(&issuer)
        )),
        AppError::NobodyInstalled { name, .. } => {
            Failure::new(Kind::Failed, message).hint(format!("gitconn installations add {}", quoted(&name)))
        }
        AppError::NotInstalled { name, .. } => Failure::new(Kind::NotFound, message)
            .hint(format!("gitconn installations sync {}   # if it was installed there by somebody else", quoted(&name)))
            .hint(format!("gitconn installations add {}", quoted(&name))),
        AppError::NoInstallation { name } => Failure::new(Kind::NotFound, message)
            .hint(format!("gitconn installations list {}", quoted(&name)))
            .hint(format!("gitconn installations add {}", quoted(&name))),
        AppError::InstallationRemoved { name, account } => Failure::new(Kind::Refused, message).hint(format!(
            "gitconn installations restore {} {}",
            quoted(&name),
            quoted(&account)
        )),
        AppError::Installation(hindered) => self::hindered(message, &hindered),
        AppError::WhichInstallation { .. } => Failure::usage(message),
    }
}

/// An installation that cannot serve.
fn hindered(message: String, hindered: &Hindered) -> Failure {
    let (name, account) = (shell_word(&hindered.name).into_owned(), hindered.account());
    let open = format!("gitconn installations open {name} {}", shell_word(&account));
    let kind = if hindered.obstacle == Obstacle::NotSelected { Kind::NotFound } else { Kind::Refused };
    let failure = Failure::new(kind, message);
    let failure = match &hindered.answered {
        Some(answered) => failure.cause(answered).request(answered.request_id.clone()),
        None => failure,
    };
    match hindered.obstacle {
        Obstacle::Gone => failure
            .hint(format!("gitconn installations add {name}"))
            .hint(format!("gitconn installations sync {name}   # if it was installed anew")),
        Obstacle::Suspended => failure
            .cause("an owner of the account, or the app's owner, can lift it")
            .hint(format!("{open}   # where an owner lifts it"))
            .hint(format!("gitconn installations sync {name}   # once it is lifted")),
        Obstacle::NotGranted => {
            let granted = hindered.installation.as_ref().map(|installation| permissions_in_words(&installation.permissions));
            let failure = match granted {
                Some(granted) => failure.cause(format!("granted: {granted}")),
                None => failure,
            };
            failure.hint(format!("{open}   # where an owner accepts what the app asks for"))
        }
        Obstacle::NotSelected => failure
            .cause("it is not there, or not among the repositories that were chosen for the app")
            .hint(format!("{open}   # where repositories are chosen")),
    }
}
