//! `gitconn audit export`: the trail for another system.

use super::super::context::Context;
use super::super::failure::{Failure, Kind};
use super::super::words;
use super::{PartArgs, audit, ecs};
use crate::ops::audit::Export;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    part: PartArgs,
    /// Only events after this number, for shipping what is new; nothing is said then of uses that wait
    #[arg(long, value_name = "SEQUENCE")]
    after: Option<u64>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let export = audit::export(&store, &args.part.wanted(context.env.now())?, args.after)?;
    for link in &export.links {
        let connection = link.event.connection.as_ref().and_then(|id| export.connections.get(id));
        context.out.raw(&(ecs::document(link, connection, &export.store_id).to_string() + "\n"))?;
    }
    say_what_is_not_in_it(&export, args.after, context);
    match &export.broken {
        Some(link) => {
            let why = link.fault.map(|fault| fault.to_string()).unwrap_or_default();
            let message = format!("the trail is broken at event {}: {why}", link.event.sequence);
            Err(Failure::new(Kind::Damaged, message).hint("gitconn audit verify"))
        }
        None => Ok(()),
    }
}

fn say_what_is_not_in_it(export: &Export, after: Option<u64>, context: &Context<'_>) {
    match (after, export.kept) {
        (Some(after), Some((first, _))) if first > after + 1 => context.out.warn(&format!(
            "events {} to {} are not in the trail any more (settings audit_keep_events, audit_keep_days)",
            after + 1,
            first - 1
        )),
        (Some(after), Some((_, last))) if last < after => {
            context.out.warn(&format!("the newest event is {last}: this is another store, or an older state of it"));
        }
        (None, _) if export.waiting > 0 => {
            let waiting = u64::try_from(export.waiting).unwrap_or(u64::MAX);
            context.out.note(&format!("without {} that the next save takes into the trail", words::plural(waiting, "use")));
        }
        _ => {}
    }
}
