//! Apps: a credential that belongs to no person. An app signs with its own key, and gets tokens for each account that it is installed on. What only some
//! providers have is a capability ([`super::Kind::apps`]).

use async_trait::async_trait;

use super::{Answered, Error};
use crate::model::{App, HostUrl, Installation, Narrowing, Permissions, Timestamp};
use crate::net::{Http, Trust};
use crate::secret::Secret;

/// What is known about a provider's apps, and what is asked of it without being one.
#[async_trait(?Send)]
pub(crate) trait Apps: Sync {
    /// Reads an app's private key from its PEM, as files and variables hold it, and signs with it once.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] with the reason: encrypted, not RSA, a public key, a certificate, cut off.
    fn key(&self, text: &Secret) -> Result<AppKey, Error>;

    /// The app behind a key. `issuer` is its client id or its number.
    ///
    /// # Errors
    ///
    /// As [`super::Kind::connect`].
    fn connect(
        &self,
        http: &Http,
        host: &HostUrl,
        api: &HostUrl,
        trust: &Trust,
        signer: AppSigner,
    ) -> Result<Box<dyn AppAccount>, Error>;

    /// The page where it is installed on another account.
    fn install_page(&self, app: &App) -> String;

    /// The page of its owner: keys, permissions, webhook.
    fn settings_page(&self, host: &HostUrl, app: &App) -> String;

    /// The page where an app is made from a manifest that is posted to it; `organization` unless it is to be the person's own.
    fn creation_page(&self, host: &HostUrl, organization: Option<&str>, state: &str) -> String;

    /// The page where the apps of a person, or of an organisation, are listed.
    fn owned_page(&self, host: &HostUrl, organization: Option<&str>) -> String;

    /// The manifest to post there, as JSON.
    fn manifest(&self, wanted: &Manifest) -> String;

    /// Exchanges the code that the browser brings back from there. It works once.
    async fn convert(&self, http: &Http, host: &HostUrl, api: &HostUrl, trust: &Trust, code: &Secret) -> Result<Made, Error>;
}

/// A private key that has signed once.
#[derive(Debug, Clone)]
pub(crate) struct AppKey {
    /// PEM in its usual spelling.
    pub(crate) pem: Secret,
    /// SHA-256 of its public half (DER, `SubjectPublicKeyInfo`) in lower-case hexadecimal: what the provider shows of it, in another spelling.
    pub(crate) fingerprint: String,
}

/// Who signs, with what.
#[derive(Debug, Clone)]
pub(crate) struct AppSigner {
    pub(crate) issuer: String,
    pub(crate) key: Secret,
    /// The key has worked before: a refusal then means that it was deleted.
    pub(crate) was_active: bool,
}

/// What an app that is to be made shall be.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) name: Option<String>,
    /// Where the browser comes back to with the code.
    pub(crate) redirect: String,
    /// The address that is shown as its home.
    pub(crate) home: String,
    pub(crate) permissions: Permissions,
    /// Whether other accounts than its owner may install it.
    pub(crate) is_public: bool,
    /// Where events go; none are sent without it.
    pub(crate) webhook: Option<String>,
}

/// An app that was made: handed out once.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) app: App,
    pub(crate) key: Secret,
    /// What its events are signed with.
    pub(crate) webhook_secret: Option<Secret>,
}

/// A token for one installation.
#[derive(Debug, Clone)]
pub(crate) struct InstallationToken {
    pub(crate) token: Secret,
    pub(crate) expires_at: Timestamp,
}

/// What an app can do by its own signature.
#[async_trait(?Send)]
pub(crate) trait AppAccount {
    /// Who it is: also the proof that key and app belong together.
    async fn identity(&self) -> Result<App, Error>;

    /// As [`AppAccount::identity`], for an app that was made a moment ago: its key takes a while to be known.
    async fn new_identity(&self) -> Result<App, Error>;

    /// Every installation, suspended ones too.
    async fn installations(&self) -> Result<Vec<Installation>, Error>;

    /// One installation.
    ///
    /// # Errors
    ///
    /// [`Error::Installation`] if it is not this app's, or gone.
    async fn installation(&self, id: u64) -> Result<Installation, Error>;

    /// A new token. The ones before it stay good.
    ///
    /// # Errors
    ///
    /// [`Error::Installation`] with what stands in the way.
    async fn token(&self, installation: u64, wanted: &Narrowing) -> Result<InstallationToken, Error>;

    /// Takes the app off the account, for good.
    async fn uninstall(&self, installation: u64) -> Result<(), Error>;

    /// By how many seconds this machine's clock is ahead of the provider's (behind it: negative), if a signature had to be made by the provider's.
    fn clock_error(&self) -> Option<i64>;
}

/// What stands in the way of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// There is no such installation of this app: it was uninstalled, or is another app's.
    Gone,
    Suspended,
    /// More was asked for than the account has granted.
    NotGranted,
    /// A repository that it does not see, or that is not there.
    NotSelected,
}

impl Obstacle {
    pub(super) const fn words(&self) -> &'static str {
        match self {
            Self::Gone => "the app has no such installation any more",
            Self::Suspended => "the installation is suspended",
            Self::NotGranted => "the installation was not granted the permissions that were asked for",
            Self::NotSelected => "the installation does not see every repository that was asked for",
        }
    }
}

/// For `Error::Installation`.
pub(super) fn obstructed(obstacle: Obstacle, answer: &crate::net::Answer) -> Error {
    Error::Installation { obstacle, answered: Box::new(Answered::by(answer)) }
}
