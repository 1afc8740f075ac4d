//! What was found, each with what can become of it: whose API its host speaks, whether the store has it already, and why it is left where it is.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::entry::{Held, Useless};
use super::gather::{Gathered, Harvest, Spot, Unread, gather};
use super::keeper::{Keeper, keeper};
use super::{Entry, Source};
use crate::model::{HostUrl, ProviderId, clean};
use crate::ops::connect::Plan;
use crate::ops::{Error, HostOptions, Session, detect};
use crate::provider;
use crate::secret::Secret;
use crate::store::{Store, View};

/// So many hosts are asked at once what they are.
const AT_ONCE: usize = 8;

/// All that was found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) unread: Vec<Unread>,
    /// How many files there were.
    pub(crate) files: usize,
}

/// One credential, wherever it stands.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) source: Source,
    pub(crate) spots: Vec<Spot>,
    /// For whom it is kept, as it is written there.
    pub(crate) written: String,
    pub(crate) host: Option<HostUrl>,
    pub(crate) provider: Option<ProviderId>,
    pub(crate) username: Option<String>,
    pub(crate) fate: Fate,
    /// The origins that it is kept for.
    pub(super) origins: Vec<HostUrl>,
    /// `None` for what is no use.
    pub(super) token: Option<Secret>,
    /// What is to be connected, of one that is new.
    pub(super) plan: Option<Plan>,
}

/// What can become of a credential.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It can be checked and stored.
    New,
    /// A connection has it, and serves the host that it is kept for with it.
    Held { name: String },
    /// It stays where it is.
    Left(Useless),
}

/// Reads the sources and finds out what can become of what they hold. Hosts that nobody knows are asked what they are, without a credential, unless `offline`.
///
/// # Errors
///
/// If the store cannot be read.
pub(crate) async fn survey(
    session: &Session<'_>,
    store: Option<&Store>,
    sources: &[Source],
    offline: bool,
) -> Result<Survey, Error> {
    let mut survey = Survey::default();
    let mut gathered: Vec<Gathered> = Vec::new();
    for source in sources {
        let Harvest { entries, unread, files } = gather(*source, session.env());
        survey.unread.extend(unread);
        survey.files += files.len();
        for one in entries {
            match gathered.iter_mut().find(|known| is_same(&known.entry, &one.entry)) {
                Some(known) => {
                    known.spots.extend(one.spots);
                    known.also.extend(one.entry.host.ok());
                }
                None => gathered.push(one),
            }
        }
    }
    let view = store.map(Store::read).transpose()?;
    let places = places(session, store, &gathered, offline).await?;
    for (one, place) in gathered.into_iter().zip(places) {
        let candidate = judge(one, place, view.as_ref(), offline)?;
        survey.candidates.push(candidate);
    }
    part(&mut survey.candidates);
    Ok(survey)
}

/// Whether two entries hold the same token for the same host: `api.github.com` is github.com.
fn is_same(one: &Entry, other: &Entry) -> bool {
    let (Held::Token(first), Held::Token(second)) = (&one.held, &other.held) else { return false };
    let (Ok(here), Ok(there)) = (&one.host, &other.host) else { return false };
    first.fingerprint() == second.fingerprint() && detect::web_host(here).origin() == detect::web_host(there).origin()
}

/// Whose API a host speaks.
enum Place {
    Known { provider: ProviderId, host: HostUrl },
    Unknown(Useless),
}

/// For each entry that has a token, whose API its host speaks. A host is asked once.
async fn places(session: &Session<'_>, store: Option<&Store>, gathered: &[Gathered], offline: bool) -> Result<Vec<Place>, Error> {
    let ask = |entry: &Entry| -> Option<(Option<ProviderId>, HostUrl)> {
        let Held::Token(_) = entry.held else { return None };
        Some((entry.provider, entry.host.clone().ok()?))
    };
    let mut hosts: Vec<(Option<ProviderId>, HostUrl)> = gathered.iter().filter_map(|one| ask(&one.entry)).collect();
    hosts.sort();
    hosts.dedup();
    let found: Vec<_> = stream::iter(hosts)
        .map(|(provider, host)| async move {
            let place = place(session, store, provider, &host, offline).await;
            ((provider, host), place)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut places = Vec::with_capacity(gathered.len());
    for Gathered { entry, .. } in gathered {
        let known = ask(entry).and_then(|key| found.iter().find(|(known, _)| *known == key));
        places.push(match (known, &entry.host) {
            (Some((_, Ok((provider, host)))), _) => Place::Known { provider: *provider, host: host.clone() },
            (Some((_, Err(useless))), _) => Place::Unknown(useless.clone()),
            (None, Err(error)) => Place::Unknown(Useless::because(error.to_string())),
            (None, Ok(_)) => Place::Unknown(Useless::because("it holds no token")),
        });
    }
    Ok(places)
}

async fn place(
    session: &Session<'_>,
    store: Option<&Store>,
    provider: Option<ProviderId>,
    address: &HostUrl,
    offline: bool,
) -> Result<(ProviderId, HostUrl), Useless> {
    let in_words = |error: Error| Useless::because(clean(&error.to_string()).into_owned());
    if let Some(provider) = provider {
        return Ok((provider, provider::kind(provider).web_host(address)));
    }
    if let Some(known) = detect::known(store, address).map_err(in_words)? {
        return Ok((known.provider, known.host));
    }
    if offline {
        return Err(Useless::because("whose API the host speaks is not known without asking it"));
    }
    let found = detect::detect(session, store, address, &HostOptions::default()).await.map_err(in_words)?;
    if found.host.url().origin() != address.url().origin() {
        // What answered there is nobody's word on where a token may go.
        return Err(Useless::because(format!("it is kept for {}, and that says it is {}", address.origin(), found.host)));
    }
    Ok((found.provider, found.host))
}

/// What can become of an entry whose host is known, or not.
fn judge(one: Gathered, place: Place, view: Option<&View>, offline: bool) -> Result<Candidate, Error> {
    let Gathered { source, spots, entry, also } = one;
    let Entry { written, provider, api, username, held, host: address, .. } = entry;
    let written = clean(&written).into_owned();
    let host = address.as_ref().ok().cloned();
    let origins = host.iter().chain(&also).map(HostUrl::origin).collect();
    let (spare, fate) = (username.clone(), Fate::New);
    let candidate = Candidate { source, spots, written, host, provider, username, fate, origins, token: None, plan: None };
    let left = |candidate: Candidate, useless| Ok(Candidate { fate: Fate::Left(useless), ..candidate });
    let token = match held {
        Held::Token(token) => token,
        Held::Useless(useless) => return left(candidate, useless),
        Held::Keyring { .. } => return left(candidate, Useless::because("its token is in the keyring")),
    };
    let kept = match (view, &address) {
        (Some(view), Ok(address)) => keeper(view, &token.fingerprint(), address)?,
        _ => Keeper::Nobody,
    };
    match kept {
        Keeper::Serves(name) => return Ok(Candidate { fate: Fate::Held { name }, token: Some(token), ..candidate }),
        Keeper::Idle(useless) => return left(candidate, useless),
        Keeper::Nobody => {}
    }
    let (provider, host) = match place {
        Place::Known { provider, host } => (provider, host),
        Place::Unknown(useless) => return left(candidate, useless),
    };
    let owner = address.ok().and_then(|address| detect::owner(&address, &host));
    let candidate = Candidate { provider: Some(provider), host: Some(host.clone()), ..candidate };
    match plan(provider, &host, api, (owner, spare.as_deref()), &token) {
        Ok(plan) => Ok(Candidate { plan: Some(Plan { offline, ..plan }), token: Some(token), ..candidate }),
        Err(useless) => left(candidate, useless),
    }
}

/// What is to be connected, as far as source and token say it.
fn plan(
    provider: ProviderId,
    host: &HostUrl,
    api: Option<HostUrl>,
    (owner, username): (Option<String>, Option<&str>),
    token: &Secret,
) -> Result<Plan, Useless> {
    let in_words = |error: Error| Useless::because(clean(&error.to_string()).into_owned());
    let mut plan = Plan::new(provider, Some(host.as_str()), HostOptions { api, ..HostOptions::default() }).map_err(in_words)?;
    plan.owner = owner;
    // What stands in the place of a name and is none says nothing of whose it is.
    plan.login = username.filter(|name| !is_placeholder(name)).map(ToOwned::to_owned);
    let wants = plan.shape(token).map_err(in_words)?.wants;
    plan.take_owner(wants);
    let connect = || format!("gitconn connect {provider} {}--token-stdin", option_for(wants));
    if wants.email.is_some() {
        plan.said.email = username.filter(|name| name.contains('@')).map(ToOwned::to_owned);
        if plan.said.email.is_none() {
            return Err(Useless::because("the e-mail address that goes with it is not written there").instead(connect()));
        }
    }
    if wants.workspace.is_some() && plan.said.workspace.is_none() {
        return Err(Useless::because("the workspace that owns it is not written there").instead(connect()));
    }
    Ok(plan)
}

fn option_for(wants: provider::Wants) -> &'static str {
    match (wants.email.is_some(), wants.workspace.is_some()) {
        (true, _) => "--email ADDRESS ",
        (false, true) => "--workspace WORKSPACE ",
        (false, false) => "",
    }
}

/// Words that git hosts take in the place of a user's name.
fn is_placeholder(name: &str) -> bool {
    matches!(
        name,
        "x-access-token"
            | "x-oauth-basic"
            | "oauth2"
            | "oauth"
            | "x-token-auth"
            | "x-bitbucket-api-token-auth"
            | "git"
            | "token"
            | "private-token"
    ) || provider::secret_in(name).is_some()
}

/// One token is not sent to two hosts: the first that has it keeps it.
fn part(candidates: &mut [Candidate]) {
    for at in 1..candidates.len() {
        let (before, rest) = candidates.split_at_mut(at);
        let Some(candidate) = rest.first_mut() else { return };
        let (Fate::New, Some(token)) = (&candidate.fate, &candidate.token) else { continue };
        let is_it = |known: &&Candidate| known.token.as_ref().is_some_and(|other| other.fingerprint() == token.fingerprint());
        if let Some(first) = before.iter().find(is_it) {
            let why = format!("the same token is kept for {} too, and goes to one host only", first.written);
            candidate.fate = Fate::Left(Useless::because(why));
            (candidate.token, candidate.plan) = (None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn names_are_told_from_what_stands_in_their_place() {
        assert!(is_placeholder("x-access-token") && is_placeholder("oauth2"));
        assert!(!is_placeholder("ada") && !is_placeholder("a@b.c"));
        assert!(is_placeholder(&["ghp_", "0123456789ABCDEFGHIJabcdefghij4Us3aw"].concat()));
    }
}
