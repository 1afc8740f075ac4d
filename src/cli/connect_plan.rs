//! What `connect` is to connect, by what was typed, or by what an address answers.

use std::path::Path;

use super::connect::Args;
use super::context::Context;
use super::failure::Failure;
use super::target::Target;
use crate::model::{HostUrl, Name, ProviderId, shell_word};
use crate::ops::connect::Plan;
use crate::ops::{Error, HostOptions, Session, clients, detect};
use crate::secret::Secret;

/// What is to be connected, by what was typed, or by what an address answers.
pub(super) fn plan(args: &Args, session: &Session<'_>, context: &Context<'_>) -> Result<Plan, Failure> {
    let given = HostOptions {
        api: args.api_url.as_deref().map(HostUrl::parse).transpose().map_err(Error::from)?,
        ca_pem: read(args.ca_file.as_deref())?,
        client_pem: read(args.client_cert.as_deref())?.map(Secret::from),
        allow_http: args.allow_http,
        replace: args.replace_host,
    };
    let mut owner = None;
    let mut plan = match &args.target {
        None => return Err(Failure::usage("no provider is named").hint("gitconn connect github")),
        Some(Target::Provider(provider)) => {
            let host = match &args.host {
                None if !clients::has_own(*provider) => Some(which_host(*provider, args, context)?),
                host => host.clone(),
            };
            Plan::new(*provider, host.as_deref(), given)?
        }
        Some(Target::Address(_)) if args.host.is_some() => {
            return Err(Failure::usage("the address is given twice: leave out --host"));
        }
        Some(Target::Address(address)) => {
            let has_store = session.place().header().map_err(Error::from)?.is_some();
            let store = if has_store { Some(session.store()?) } else { None };
            context.progress.begin(&format!("asking {address} what it is"));
            let place = context.wait(detect::detect(session, store.as_ref(), address, &given))?;
            owner = detect::owner(address, &place.host);
            if let Some(note) = &place.note {
                context.out.note(note);
            }
            Plan::new(place.provider, Some(place.host.as_str()), given)?
        }
    };
    plan.name.clone_from(&args.name);
    plan.description.clone_from(&args.description);
    plan.tags.clone_from(&args.tags);
    plan.said = args.said.said();
    plan.owner = owner;
    plan.offline = args.offline;
    plan.force = args.force;
    Ok(plan)
}

/// The host of a provider that has none of its own: nothing is guessed where a token is to go.
fn which_host(provider: ProviderId, args: &Args, context: &Context<'_>) -> Result<String, Failure> {
    // Most likely the address stands where the name should.
    let typed = args.name.as_ref().map(Name::as_str).filter(|name| name.contains('.'));
    if typed.is_none() && context.prompt.is_allowed() {
        let address = context.prompt.line("address of the instance, as in codeberg.org", "--host URL")?;
        return if address.is_empty() { Err(Failure::interrupted()) } else { Ok(address) };
    }
    let failure = Failure::from(Error::NoDefaultHost { provider });
    Err(match typed {
        Some(host) => Failure::usage(format!("{provider} has no host of its own, and `{host}` stands where the name goes"))
            .hint(format!("gitconn connect {}", shell_word(host))),
        None => failure,
    })
}

fn read(path: Option<&Path>) -> Result<Option<String>, Failure> {
    path.map(|path| std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, error))).transpose()
}
