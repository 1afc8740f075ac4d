//! What only a token's owner can say of it: options, and questions where they are missing.

use super::context::Context;
use super::failure::Failure;
use super::words;
use crate::model::{HostUrl, Timestamp};
use crate::ops::{Said, Wants};

/// How often somebody is asked.
const TRIES: usize = 3;

/// What is said of a token.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct SaidArgs {
    /// E-mail address of the account that a Bitbucket API token belongs to
    #[arg(long, value_name = "ADDRESS", value_parser = parse_email)]
    email: Option<String>,
    /// Workspace that owns the token, or that the connection is to be confined to (Bitbucket)
    #[arg(long, value_name = "WORKSPACE", value_parser = parse_workspace)]
    workspace: Option<String>,
    /// When the token ends, where the provider does not say
    #[arg(long, value_name = "DATE", value_parser = words::parse_date)]
    expires_at: Option<Timestamp>,
}

impl SaidArgs {
    pub(super) fn said(&self) -> Said {
        Said { email: self.email.clone(), workspace: self.workspace.clone(), expires_at: self.expires_at }
    }

    /// Whether the end was said: it means nothing to an app.
    pub(super) fn has_end(&self) -> bool {
        self.expires_at.is_some()
    }
}

/// An e-mail address, as far as it can be told: it is sent before a colon, and a slip would look like a wrong token.
pub(super) fn parse_email(text: &str) -> Result<String, String> {
    let text = text.trim();
    let sound = text.len() <= 254
        && !text.chars().any(|character| character.is_whitespace() || character.is_control() || character == ':')
        && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    if sound { Ok(text.to_owned()) } else { Err("this is not an e-mail address".to_owned()) }
}

/// A workspace by its id, as it stands in addresses (one that ends in it is taken too), or by its UUID in braces.
pub(super) fn parse_workspace(text: &str) -> Result<String, String> {
    let text = text.trim();
    let address = if text.contains('/') { HostUrl::parse(text).ok().filter(|host| host.domain().contains('.')) } else { None };
    let id = address.as_ref().map_or(text, |address| address.root().trim_start_matches('/'));
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '{' | '}');
    let sound = !id.is_empty() && id.len() <= 100 && id.chars().all(is_part) && !matches!(id, "." | "..");
    if sound { Ok(id.to_owned()) } else { Err("a workspace has letters, digits, `-` and `_`, as in its address".to_owned()) }
}

/// Asks for what a token wants beside itself and nobody has said. Its end may stay open.
pub(super) fn complete(said: &mut Said, wants: Wants, context: &Context<'_>) -> Result<(), Failure> {
    let prompt = context.prompt;
    if let Some(question) = wants.email.filter(|_| said.email.is_none()) {
        said.email = Some(typed(question, "--email ADDRESS", parse_email, context)?);
    }
    if let Some(question) = wants.workspace.filter(|_| said.workspace.is_none()) {
        said.workspace = Some(typed(question, "--workspace WORKSPACE", parse_workspace, context)?);
    }
    if wants.expiry && said.expires_at.is_none() && prompt.is_allowed() {
        loop {
            let line = prompt.line("when does it end, as YYYY-MM-DD or 90d (empty: unknown)", "--expires-at DATE")?;
            let span = words::parse_span(&line).ok().and_then(|span| context.env.now().checked_add(span).ok());
            match words::parse_date(&line) {
                _ if line.is_empty() => break,
                _ if span.is_some() => said.expires_at = span,
                Ok(end) => said.expires_at = Some(end),
                Err(why) => {
                    context.out.warn(&why);
                    continue;
                }
            }
            break;
        }
    }
    Ok(())
}

fn typed(
    question: &str,
    instead: &str,
    parse: fn(&str) -> Result<String, String>,
    context: &Context<'_>,
) -> Result<String, Failure> {
    for _ in 1..TRIES {
        let line = context.prompt.line(question, instead)?;
        if line.is_empty() {
            return Err(Failure::interrupted());
        }
        match parse(&line) {
            Ok(text) => return Ok(text),
            Err(why) => context.out.warn(&format!("{why}; try again")),
        }
    }
    parse(&context.prompt.line(question, instead)?).map_err(Failure::usage)
}

#[cfg(test)]
mod tests {
    use super::{parse_email, parse_workspace};

    #[test]
    fn an_address_is_one() {
        for good in ["ada@acme.example", " a.b+c@mail.acme.co.uk "] {
            assert_eq!(parse_email(good).unwrap(), good.trim());
        }
        for bad in
            ["", "ada", "ada@", "@acme.example", "ada@acme", "a:b@acme.example", "a b@acme.example", "a@b@c.d", "a@b.c\n.d"]
        {
            assert!(parse_email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_workspace_is_taken_from_its_address_too() {
        for (typed, id) in [
            ("acme", "acme"),
            ("https://bitbucket.org/acme-corp/", "acme-corp"),
            ("bitbucket.org/acme", "acme"),
            ("{470c176d-3574-44ea-bb41-89e8638bcca4}", "{470c176d-3574-44ea-bb41-89e8638bcca4}"),
        ] {
            assert_eq!(parse_workspace(typed).unwrap(), id);
        }
        for bad in ["", "a/b", "https://bitbucket.org/acme/site", "..", "a b", "ä"] {
            assert!(parse_workspace(bad).is_err(), "{bad:?}");
        }
    }
}
