//! The code that somebody types (RFC 8628), and how often one may ask after it.

use std::time::{Duration, Instant};

use super::desk::{Desk, Issued, Login, Refusal, words};
use super::settings::App;
use super::{DeviceFlow, Kind, Request};

/// A code that somebody types.
#[derive(Debug)]
pub(super) struct Device {
    client: String,
    user_code: String,
    scopes: Vec<String>,
    made: Instant,
    asked: Option<Instant>,
    times: usize,
    interval: u64,
    decided: Option<bool>,
    used: bool,
}

/// What a device login begins with.
pub(super) struct Begun {
    pub(super) device_code: String,
    pub(super) user_code: String,
}

impl Desk {
    /// A device login begins.
    pub(super) fn begin(&mut self, request: &Request) -> Result<Begun, Refusal> {
        let app = self.apps.get(&request.field("client_id").unwrap_or_default()).cloned().ok_or(Refusal::Client)?;
        if self.settings.device != DeviceFlow::On {
            return Err(Refusal::DeviceOff);
        }
        let scopes = words(&request.field("scope").unwrap_or_default());
        self.asked_for.clone_from(&scopes);
        let device_code = self.fresh("device code", 40, b"0123456789abcdef");
        let user_code = match self.kind {
            Kind::GitHub => format!("WDJB-{:04}", self.made),
            Kind::GitLab | Kind::Bitbucket | Kind::Gitea => format!("0A44{:04}", self.made),
        };
        let (scopes, interval) = (self.granted(&app, scopes), self.settings.interval);
        let device = Device {
            client: app.id,
            user_code: user_code.clone(),
            scopes,
            made: Instant::now(),
            asked: None,
            times: 0,
            interval,
            decided: None,
            used: false,
        };
        self.devices.insert(device_code.clone(), device);
        Ok(Begun { device_code, user_code })
    }

    pub(super) fn ask(&mut self, app: &App, device_code: &str) -> Result<Issued, Refusal> {
        let settings = &mut self.settings;
        let device = self.devices.get_mut(device_code).filter(|device| !device.used).ok_or(Refusal::DeviceUnknown)?;
        if device.client != app.id {
            return Err(Refusal::DeviceUnknown);
        }
        let before = device.asked.replace(Instant::now());
        let interval = Duration::from_secs(device.interval);
        device.times += 1;
        if settings.too_soon > 0 || before.is_some_and(|before| before.elapsed() < interval) {
            settings.too_soon = settings.too_soon.saturating_sub(1);
            device.interval += 5;
            return Err(Refusal::SlowDown { interval: device.interval });
        }
        if device.made.elapsed() > Duration::from_secs(settings.code_life) {
            return Err(Refusal::DeviceExpired);
        }
        let by_itself = settings.confirmed_after.is_some_and(|times| device.times > times).then_some(true);
        match device.decided.or(by_itself) {
            None => Err(Refusal::Pending),
            Some(false) => Err(Refusal::Denied),
            Some(true) => {
                device.used = true;
                let (scopes, account) = (device.scopes.clone(), settings.account.clone());
                Ok(self.begin_login(Login { client: app.id.clone(), account, scopes, by_device: true }))
            }
        }
    }

    pub(super) fn decide(&mut self, user_code: &str, yes: bool) {
        let device = self.devices.values_mut().find(|device| device.user_code == user_code);
        device.unwrap_or_else(|| panic!("nobody was given the code {user_code}")).decided = Some(yes);
    }
}
