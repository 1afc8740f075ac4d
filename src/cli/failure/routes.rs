//! What is said where several connections fit a repository, or a route is not what was meant.

use super::{Failure, Kind};
use crate::model::{clean, shell_word};
use crate::ops::Error;

/// The errors that a route mends, or makes.
pub(super) fn spoken(message: String, error: Error) -> Failure {
    match error {
        Error::Ambiguous { what, names } => {
            let first = names.first().map(|name| shell_word(name).into_owned()).unwrap_or_default();
            let parent = what.parent();
            Failure::usage(message).hint(format!("gitconn route add {} {first}   # or another of them", shell_word(&parent)))
        }
        Error::WrongRoute { meant, name, .. } => {
            let (meant, name) = (shell_word(&meant).into_owned(), shell_word(&name).into_owned());
            Failure::usage(message).hint(format!("gitconn route add {meant} {name}"))
        }
        Error::NoRoute { nearest, .. } => Failure::new(Kind::NotFound, message).hint(match nearest {
            Some(route) => format!("gitconn route remove {}   # did you mean this one?", shell_word(&route)),
            None => "gitconn route list".to_owned(),
        }),
        Error::Swapped { address, name } => {
            Failure::usage(message).hint(format!("gitconn route add {} {}", shell_word(&address), shell_word(&name)))
        }
        Error::RouteTo { route, error } => {
            let mut failure = Failure::from(*error).cause(format!("the route `{}` leads there", clean(&route)));
            failure.0.hints.truncate(1);
            failure.hint(format!("gitconn route add {} OTHER", shell_word(&route)))
        }
        _ => Failure::usage(message).hint("gitconn route add github.com/OWNER NAME"),
    }
}
