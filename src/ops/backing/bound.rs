//! Which host a token from a variable is for. It is settled before anything is asked, by what was typed and by what stands beside it in the environment,
//! never by the address of a repository; and it is one host: a token that a pipeline hands out for its own goes to no other (CVE-2024-53858 of gh, !3896
//! of glab).

use crate::env::Env;
use crate::model::{HostUrl, ProviderId};
use crate::ops::{Error, Said};
use crate::provider::{self, Kind, TokenVariable};

/// What was said of a token that no store knows.
#[derive(Debug, Default)]
pub(crate) struct Loosely {
    /// The variable that holds it.
    pub(crate) variable: String,
    pub(crate) provider: Option<ProviderId>,
    pub(crate) host: Option<String>,
    pub(crate) api: Option<String>,
    pub(crate) said: Said,
    /// Certificates to trust besides the system's.
    pub(crate) ca_pem: Option<String>,
}

/// Where a token goes.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) provider: ProviderId,
    pub(super) host: HostUrl,
    pub(super) api: HostUrl,
    /// What is known of the variable, if it is one that others use too.
    pub(super) variable: Option<&'static TokenVariable>,
}

/// Why a token from a variable goes nowhere (exit 2).
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BoundError {
    /// Another variable says which host it is for.
    #[error("`{variable}` is for {its} (`{by}` says so), and goes nowhere else: not to {wanted}")]
    OtherHost { variable: String, its: String, by: &'static str, wanted: String },
    /// By its name it is for another kind of host.
    #[error("`{variable}` is by its name for {whose}, not for {wanted}")]
    Unsuited { variable: String, whose: &'static str, wanted: String },
    /// Two variables contradict each other.
    #[error("`{one}` and `{other}` name different hosts: which one `{variable}` is for cannot be told")]
    Contradiction { variable: String, one: &'static str, other: &'static str },
    /// Another provider's token is in such a variable.
    #[error("`{variable}` holds a token for {its}, not for {wanted}")]
    OtherProvider { variable: String, its: ProviderId, wanted: ProviderId },
    /// Nothing says which host it is for. `by`: what would.
    #[error("which host `{variable}` is for is not known{}", by.map(|by| format!(": `{by}` is not set")).unwrap_or_default())]
    NoHost { variable: String, by: Option<&'static str> },
}

impl From<BoundError> for Error {
    fn from(error: BoundError) -> Self {
        Self::Bound(Box::new(error))
    }
}

/// Binds a token to its host.
///
/// # Errors
///
/// [`BoundError`]; `Error::WhichProvider` where a host's name does not tell whose API it speaks.
pub(super) fn bind(env: &Env, said: &Loosely) -> Result<Bound, Error> {
    let typed = said.host.as_deref().map(HostUrl::parse).transpose()?;
    let known = known(env, said)?;
    let (provider, host) = match known {
        Some((provider, variable)) => (provider, of_variable(env, said, provider, variable, typed)?),
        None => of_own(said, typed)?,
    };
    let kind = provider::kind(provider);
    let other = ProviderId::ALL.iter().find(|other| **other != provider && provider::kind(**other).knows(&host));
    if let Some(other) = other {
        return Err(Error::OthersHost { host: host.to_string(), provider, other: *other });
    }
    let usual = kind.api_base(&host);
    let api = match &said.api {
        None => usual,
        Some(typed) => {
            let typed = HostUrl::parse(typed)?;
            let is_own = [&usual, &host].into_iter().any(|own| own.url().origin() == typed.url().origin());
            if let (Some((_, variable)), false) = (known, is_own) {
                let (variable, by) = (said.variable.clone(), variable.hosts.first().copied().unwrap_or(variable.name));
                return Err(BoundError::OtherHost { variable, its: host.to_string(), by, wanted: typed.to_string() }.into());
            }
            typed
        }
    };
    Ok(Bound { provider, host, api, variable: known.map(|(_, variable)| variable) })
}

/// What is known of the variable: of several meanings, the one of which something stands in the environment.
fn known(env: &Env, said: &Loosely) -> Result<Option<(ProviderId, &'static TokenVariable)>, Error> {
    let all = ProviderId::ALL.iter().flat_map(|id| provider::kind(*id).token_variables().iter().map(move |known| (*id, known)));
    let named: Vec<_> = all.filter(|(_, known)| known.name == said.variable).collect();
    let Some((first, _)) = named.first().copied() else { return Ok(None) };
    let wanted = said.provider.unwrap_or(first);
    let of_wanted: Vec<_> = named.into_iter().filter(|(id, _)| *id == wanted).collect();
    let Some(last) = of_wanted.last().copied() else {
        return Err(BoundError::OtherProvider { variable: said.variable.clone(), its: first, wanted }.into());
    };
    let is_told = |known: &TokenVariable| known.hosts.iter().any(|name| env.text(name).is_some());
    Ok(Some(of_wanted.into_iter().find(|(_, known)| is_told(known)).unwrap_or(last)))
}

/// The host of a variable that others use too: what stands beside it says which, and whatever is typed has to be that one.
fn of_variable(
    env: &Env,
    said: &Loosely,
    provider: ProviderId,
    known: &'static TokenVariable,
    typed: Option<HostUrl>,
) -> Result<HostUrl, Error> {
    let kind = provider::kind(provider);
    let variable = || said.variable.clone();
    let typed = typed.map(|typed| kind.web_host(&typed));
    let told = told(env, kind, known.hosts)?;
    if let Some((by, told)) = &told {
        for name in known.also {
            if let Some(also) = env.text(name)
                && kind.web_host(&HostUrl::parse(also)?) != *told
            {
                return Err(BoundError::Contradiction { variable: variable(), one: by, other: name }.into());
            }
        }
    }
    let unsuited = |host: &HostUrl| BoundError::Unsuited { variable: variable(), whose: known.whose, wanted: host.to_string() };
    let suited = |host: HostUrl| if (known.suits)(&host) { Ok(host) } else { Err(unsuited(&host)) };
    Ok(match (told, typed) {
        // What is said of another kind of host says nothing of this token.
        (Some((_, told)), Some(typed)) if !(known.suits)(&told) => suited(typed)?,
        (Some((by, told)), Some(typed)) if told != typed => {
            let (its, wanted) = (told.to_string(), typed.to_string());
            return Err(BoundError::OtherHost { variable: variable(), its, by, wanted }.into());
        }
        (Some((_, told)), _) => suited(told)?,
        (None, Some(typed)) => suited(typed)?,
        (None, None) => {
            let own = kind.default_host().filter(|_| known.has_default);
            own.ok_or_else(|| BoundError::NoHost { variable: variable(), by: known.hosts.first().copied() })?
        }
    })
}

/// The first of these variables that is set, and the host that it names.
fn told(env: &Env, kind: &dyn Kind, names: &'static [&'static str]) -> Result<Option<(&'static str, HostUrl)>, Error> {
    for name in names {
        if let Some(text) = env.text(name) {
            return Ok(Some((name, kind.web_host(&HostUrl::parse(text)?))));
        }
    }
    Ok(None)
}

/// The host of a variable of one's own: it is for whichever is typed, or the provider's.
fn of_own(said: &Loosely, typed: Option<HostUrl>) -> Result<(ProviderId, HostUrl), Error> {
    let by_name = |host: &HostUrl| ProviderId::ALL.iter().copied().find(|id| provider::kind(*id).knows(host));
    match (said.provider, typed) {
        (Some(provider), Some(host)) => Ok((provider, provider::kind(provider).web_host(&host))),
        (Some(provider), None) => {
            let own = provider::kind(provider).default_host();
            Ok((provider, own.ok_or(BoundError::NoHost { variable: said.variable.clone(), by: None })?))
        }
        (None, Some(host)) => {
            let provider = by_name(&host).ok_or_else(|| Error::WhichProvider { host: host.to_string() })?;
            Ok((provider, provider::kind(provider).web_host(&host)))
        }
        (None, None) => Err(BoundError::NoHost { variable: said.variable.clone(), by: None }.into()),
    }
}

#[cfg(test)]
mod tests;
