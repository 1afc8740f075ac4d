//! Words and hints for GitHub Apps: what stands between an app and a repository, each told apart and with its remedy.

use super::{Failure, Kind};
use crate::cli::commands;
use crate::model::{Verdict, clean, permissions_in_words, shell_word};
use crate::ops::apps::{AppError, Hindered};
use crate::ops::{Obstacle, ProviderError};

/// So many installations are named; of more only how many they are.
const ENOUGH: usize = 5;

/// What an error of apps says.
pub(super) fn spoken(error: AppError) -> Failure {
    let message = error.to_string();
    let quoted = |name: &str| shell_word(name).into_owned();
    match error {
        AppError::NotAnApp { name } => Failure::usage(message).hint(format!("gitconn show {}", quoted(&name))),
        AppError::Refused { name, settings, error } => refused(&quoted(&name), &settings, *error),
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
        AppError::KeyLost { issuer, provider, host, name, settings, error, .. } => {
            let option = if issuer.bytes().all(|byte| byte.is_ascii_digit()) { "--app-id" } else { "--client-id" };
            let more = format!("--app {option} {} --private-key-file FILE   # with a key made there", quoted(&issuer));
            Failure::new(Kind::Failed, message).because(Failure::from(*error)).open(&settings).hint(commands::connect(
                provider,
                name.as_deref(),
                &host,
                &more,
            ))
        }
        AppError::NoSuchInstallation { known, name, .. } => no_such_installation(message, &known, name.as_deref()),
        AppError::NoAppOn { .. } => Failure::new(Kind::NotFound, message)
            .hint("gitconn installations list")
            .hint("gitconn installations sync   # if it was installed there by somebody else"),
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

/// The provider refuses the app itself. A new key mends only what was wrong with the key.
fn refused(name: &str, settings: &str, error: ProviderError) -> Failure {
    let (verdict, status) = match &error {
        ProviderError::Refused { verdict, answered, .. } => (Some(*verdict), answered.status),
        _ => (None, 0),
    };
    let failure = Failure::from(error);
    match verdict {
        // Of a key that it does not take it says 401.
        Some(Verdict::Invalid | Verdict::Revoked) if status == 404 => {
            failure.hint(format!("gitconn remove {name}   # if the app was deleted there")).open(settings)
        }
        Some(Verdict::Invalid | Verdict::Revoked) => failure
            .hint(format!("gitconn edit {name} --private-key-file FILE   # a new key, made on the app's page"))
            .open(settings),
        _ => failure.open(settings),
    }
}

/// An installation that was named by a number that none has.
fn no_such_installation(message: String, known: &[(String, u64)], name: Option<&str>) -> Failure {
    let each: Vec<String> = known.iter().map(|(account, id)| format!("{} ({id})", clean(account))).collect();
    let failure = Failure::new(Kind::NotFound, message).cause(match each.as_slice() {
        [] => "it is not installed anywhere".to_owned(),
        [few @ .., _] if few.len() < ENOUGH => format!("it has {}", each.join(", ")),
        many => format!("it has {} and {} more", many[..ENOUGH].join(", "), many.len() - ENOUGH),
    });
    let option = "--installation-id";
    match (name.map(shell_word), known.first()) {
        (Some(name), _) => {
            failure.hint(format!("gitconn installations list {name}")).hint(format!("gitconn installations sync {name}"))
        }
        (None, Some((_, id))) => {
            failure.instead(option, format!("{option} {id}"), "for example").instead(option, "", "takes in all of them")
        }
        (None, None) => failure.instead(option, "", "it can be installed later"),
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
            let words = |permissions| clean(&permissions_in_words(permissions)).into_owned();
            let granted = hindered.installation.as_ref().map(|installation| &installation.permissions);
            let asks = hindered.asks.as_ref().filter(|asks| granted != Some(&asks.permissions));
            let lines = [
                granted.map(|granted| format!("granted, as far as is known here: {}", words(granted))),
                asks.map(|asks| format!("the app asks for: {}", words(&asks.permissions))),
            ];
            let failure = lines.into_iter().flatten().fold(failure, Failure::cause);
            let failure = match hindered.not_asked_for() {
                Some(asks) => failure.hint(format!("{}   # where the app's owner adds it first", super::open(&asks.settings))),
                None => failure,
            };
            failure.hint(format!("{open}   # where an owner accepts what the app asks for"))
        }
        Obstacle::NotSelected => failure
            .cause("it is not there, or not among the repositories that were chosen for the app")
            .hint(format!("{open}   # where repositories are chosen")),
    }
}
