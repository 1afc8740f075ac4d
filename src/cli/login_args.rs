//! How one logs in: by what was typed, by what the host's client can do, by whether there is a browser here, and else by asking.

use super::choose::choose;
use super::commands;
use super::context::Context;
use super::failure::Failure;
use super::login::Terminal;
use super::{browser, token_input};
use crate::model::{HostUrl, ProviderId};
use crate::ops::apps::connect;
use crate::ops::clients::Ways;
use crate::ops::guide::{self, Guide};
use crate::ops::login::{self, Login, Place};
use crate::ops::{Error, Session};
use crate::secret::Secret;

/// How to log in.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Login")]
pub(super) struct LoginArgs {
    /// Log in with OAuth, in the browser where there is one, else by code
    #[arg(long, conflicts_with_all = ["device", "stdin", "file", "variable", "offline"])]
    oauth: bool,
    /// Log in by a code that is typed into any browser
    #[arg(long, conflicts_with_all = ["stdin", "file", "variable", "offline", "no_browser", "port"])]
    device: bool,
    /// Log in with a browser, but do not open it: the address is printed
    #[arg(long, conflicts_with_all = ["stdin", "file", "variable", "offline"])]
    no_browser: bool,
    /// Port of 127.0.0.1 that the browser comes back to, for apps that are registered with one
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), conflicts_with_all = ["stdin", "file", "variable", "offline"])]
    port: Option<u16>,
    /// Scopes to ask for instead of the usual ones, for example `read_api,read_repository`
    #[arg(long, value_name = "SCOPES", conflicts_with_all = ["stdin", "file", "variable", "offline"])]
    scopes: Option<String>,
    /// Read an existing pair of tokens from stdin, as the JSON of a token endpoint
    #[arg(long, requires = "oauth", conflicts_with_all = ["no_browser", "port", "scopes"])]
    tokens_stdin: bool,
}

/// A way to log in.
#[derive(Debug)]
pub(super) enum Way {
    Browser {
        port: Option<u16>,
        opens: bool,
    },
    Device {
        opens: bool,
    },
    /// With tokens that somebody has already.
    Pair(Secret),
}

/// How to connect.
pub(super) enum Chosen {
    Login(Box<(Way, Place)>),
    /// A token is pasted.
    Token,
    /// An app signs for itself.
    App,
}

impl Way {
    /// As a person chooses it.
    fn words(&self) -> &'static str {
        match self {
            Self::Browser { opens: true, .. } => "log in with the browser",
            Self::Browser { opens: false, .. } => "log in with a browser elsewhere, and paste the address that it ends on",
            Self::Device { .. } => "log in with a code, in a browser on any device",
            Self::Pair(_) => "take the tokens of an earlier login",
        }
    }

    /// Logs in.
    pub(super) async fn log_in(
        self,
        session: &Session<'_>,
        place: &Place,
        scopes: Option<&[String]>,
        context: &Context<'_>,
    ) -> Result<Login, Error> {
        match self {
            Self::Browser { port, opens } => {
                login::in_browser(session, place, scopes, port, &Terminal::new(context, opens)).await
            }
            Self::Device { opens } => login::by_device(session, place, scopes, &Terminal::new(context, opens)).await,
            Self::Pair(text) => login::with_pair(session, place, &text),
        }
    }
}

impl LoginArgs {
    /// Whether the command line says that one logs in.
    pub(super) fn is_given(&self) -> bool {
        self.oauth || self.device || self.no_browser || self.port.is_some() || self.scopes.is_some()
    }

    /// Whether a browser is to be opened for something else than a login.
    pub(super) fn opens_browser(&self, context: &Context<'_>) -> bool {
        browser::is_here(context.env) && !self.no_browser
    }

    /// The scopes that were typed, with spaces or commas between.
    pub(super) fn scopes(&self) -> Option<Vec<String>> {
        let text = self.scopes.as_ref()?;
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        Some(words.map(ToOwned::to_owned).collect())
    }

    /// How to connect. `place` is `None` where no client is known.
    pub(super) fn choose(
        &self,
        place: Option<Place>,
        (provider, host): (ProviderId, &HostUrl),
        context: &Context<'_>,
    ) -> Result<Chosen, Failure> {
        let Some(place) = place else {
            let guide = guide::guide(provider, host);
            if self.is_given() {
                self.refuse_code(&guide)?;
                return Err(Error::NoClient(Box::new(guide)).into());
            }
            context.out.note(&format!(
                "to log in instead of pasting: register an app at {} (redirect `{}`),",
                guide.page, guide.redirect
            ));
            context.out.note(&format!("then `{}`", commands::oauth_set_anew(&guide)));
            return Ok(Chosen::Token);
        };
        if self.is_given() {
            return Ok(Chosen::Login(Box::new(self.settle(place, context)?)));
        }
        if place.ways() == Ways::default() {
            let (host, id) = (host.to_string(), Some(place.client.id.as_str()));
            let set = commands::oauth_set(provider, &host, id, "--client-secret-stdin");
            context.out.note(&format!("to log in instead of pasting, the client's secret is missing: `{set}`"));
            return Ok(Chosen::Token);
        }
        // The natural way first; the other one where there is one; a token last.
        let natural = self.natural(&place, context)?;
        let has_browser = browser::is_here(context.env);
        let device = place.ways().device.then_some(Way::Device { opens: has_browser });
        let browser = (place.ways().browser && place.has_port()).then_some(Way::Browser { port: None, opens: has_browser });
        let mut ways: Vec<Way> = match natural {
            Way::Browser { .. } => std::iter::once(natural).chain(device).collect(),
            Way::Device { .. } | Way::Pair(_) => std::iter::once(natural).chain(browser).collect(),
        };
        let mut words: Vec<&str> = ways.iter().map(Way::words).collect();
        words.push("paste a token");
        if connect::has_apps(provider) {
            words.push("use a GitHub App");
        }
        let chosen = choose(&format!("how do you want to connect to {host}?"), &words, context.out.stderr_style())?;
        Ok(match chosen.checked_sub(ways.len()) {
            None => Chosen::Login(Box::new((ways.swap_remove(chosen), place))),
            Some(0) => Chosen::Token,
            Some(_) => Chosen::App,
        })
    }

    /// The way to log in where it is settled that one does.
    pub(super) fn settle(&self, place: Place, context: &Context<'_>) -> Result<(Way, Place), Failure> {
        self.refuse_code(&guide::guide(place.provider, &place.host))?;
        if self.scopes.is_some() && !place.has_scopes() {
            context.out.warn("a GitHub App has permissions, not scopes: --scopes means nothing to it");
        }
        let way = if self.tokens_stdin {
            Way::Pair(token_input::lines_from_stdin("tokens", context)?)
        } else {
            self.natural(&place, context)?
        };
        Ok((way, place))
    }

    /// Refuses `--device` where no client could log in by code, before anybody is told to register one or is asked.
    fn refuse_code(&self, guide: &Guide) -> Result<(), Failure> {
        if self.device && !guide.has_device {
            return Err(Error::Usage(format!("{} has no login by code: it takes a browser", guide.provider)).into());
        }
        Ok(())
    }

    /// By code where there is such a login, and the browser login wants a secret that nobody has, no browser is here, or the provider documents no free
    /// port; else with the browser.
    fn natural(&self, place: &Place, context: &Context<'_>) -> Result<Way, Failure> {
        let has_browser = browser::is_here(context.env);
        let wants_browser = self.no_browser || self.port.is_some();
        let Ways { browser: can, device: has_device } = place.ways();
        if (wants_browser || !has_device && !self.device) && !can {
            let (host, client_id) = (place.host.to_string(), place.client.id.clone());
            return Err(Error::NoClientSecret { host, provider: place.provider, client_id }.into());
        }
        let by_browser = wants_browser || !has_device || (can && has_browser && place.has_port());
        Ok(if by_browser && !self.device {
            Way::Browser { port: self.port, opens: has_browser && !self.no_browser }
        } else {
            Way::Device { opens: has_browser }
        })
    }
}
