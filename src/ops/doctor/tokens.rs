//! Connections that serve nobody, or not for long, and routes that lead to them.

use super::{Area, Finding, Place};
use crate::model::{AuthMethod, Connection, Status, clean, plural, shell_word};
use crate::ops::{Error, Session, routes};
use crate::store::View;

pub(super) fn look(session: &Session<'_>, view: &View) -> Result<Place, Error> {
    let (config, now) = (session.config(), session.now());
    let (within, older_than) = (Some(config.expiry_warning()), config.max_token_age());
    let connections: Vec<Connection> = view.connections()?.into_iter().filter(|connection| connection.is_active).collect();
    let mut findings = Vec::new();
    for connection in &connections {
        let name = shell_word(connection.name.as_str()).into_owned();
        if !connection.status.is_usable() {
            let what = format!("the {} of `{}` is {}", credential(connection), connection.name, connection.status);
            let finding = Finding::new(Area::Connections, what, "whatever uses it fails");
            findings.push(finding.command(renewal(connection, &name)));
        } else if let Some(due) = connection.due(now, within, older_than) {
            let why = match due.end() {
                Some(end) if end <= now => "what uses it fails, unless its provider says otherwise",
                Some(_) => "what uses it stops working then",
                None => "the longer one stays the same, the more places may hold it",
            };
            let finding = Finding::new(Area::Connections, due.in_words(connection, now), why);
            findings.push(finding.command(due.remedy(connection)));
        } else if connection.status != Status::Active || connection.validation_error.is_some() {
            let why = connection.validation_error.as_deref().map(|why| format!(": {}", clean(why))).unwrap_or_default();
            let what = format!("`{}` is {}{why}", connection.name, state(connection));
            let finding = Finding::new(Area::Connections, what, "whether it works is not known");
            findings.push(finding.command(format!("gitconn validate {name}")).advice());
        }
    }
    let sound = match connections.len() {
        0 => "there is none yet".to_owned(),
        count => format!("{}, none refused, none about to end", plural(u64::try_from(count).unwrap_or(u64::MAX), "connection")),
    };
    Ok(Place::new(Area::Connections, sound, findings))
}

fn credential(connection: &Connection) -> &'static str {
    if connection.is_app() { "key" } else { "token" }
}

fn state(connection: &Connection) -> &'static str {
    match connection.status {
        Status::Pending => "not checked yet",
        _ => "not sure to work",
    }
}

/// What puts a good credential in the place of a dead one.
fn renewal(connection: &Connection, name: &str) -> String {
    if connection.is_app() {
        format!("gitconn edit {name} --private-key-file FILE")
    } else if connection.auth_method == AuthMethod::OAuth {
        format!("gitconn connect --reauth {name}")
    } else {
        format!("gitconn rotate {name}")
    }
}

/// Routes that lead to nobody who can serve.
pub(super) fn routes(view: &View) -> Result<Place, Error> {
    let all = routes::list(view)?;
    let mut findings = Vec::new();
    for led in &all {
        let Some(doubt) = routes::doubt(view, &led.to, &led.route)? else { continue };
        let (route, name) = (led.route.to_string(), &led.to.name);
        let (what, command) = match doubt {
            routes::Doubt::Unusable if !led.to.is_active => {
                let command = format!("gitconn enable {}", shell_word(name.as_str()));
                (format!("the route {route} leads to `{name}`, which is disabled"), command)
            }
            routes::Doubt::Unusable => {
                let command = format!("gitconn route remove {}", shell_word(&route));
                (format!("the route {route} leads to `{name}`, which is {}", led.to.status), command)
            }
            routes::Doubt::NotInstalled => {
                let command = format!("gitconn installations add {}", shell_word(name.as_str()));
                (format!("the route {route} leads to `{name}`, which is not installed there"), command)
            }
        };
        findings.push(
            Finding::new(Area::Routes, what, "what it is for gets no token, even where another connection could serve")
                .command(command),
        );
    }
    let sound = match all.len() {
        0 => "there is none".to_owned(),
        count => format!("{}, each to a connection that serves", plural(u64::try_from(count).unwrap_or(u64::MAX), "route")),
    };
    Ok(Place::new(Area::Routes, sound, findings))
}
