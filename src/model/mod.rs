//! The words of the program as plain data (design §2). No I/O, no terminal, no SQL, no provider's wire shapes.

mod app;
mod clean;
mod connection;
mod due;
mod event;
mod host;
mod moment;
mod oauth;
mod reader;
mod repository;
mod rotation;
mod route;
mod spoken;
mod words;

pub(crate) use app::{App, Installation, InstallationStatus, Narrowing, Permissions, RepositorySelection, permissions_in_words};
pub(crate) use clean::{clean, is_unsafe, shell_word};
pub(crate) use connection::{AccountType, Connection, ConnectionId, Expiry, Name, NameError};
pub(crate) use due::{Due, age_in_words};
pub(crate) use event::{EVENT_KINDS, Event, EventKind, Purpose};
pub(crate) use host::{HostError, HostUrl};
pub(crate) use moment::{Stamp, Timestamp};
pub(crate) use oauth::{OAuthClient, OAuthEndpoints, OAuthTokens};
pub(crate) use reader::{Reader, ReaderKind};
pub(crate) use repository::{Branch, Repository, RepositoryPath};
pub(crate) use rotation::{OldToken, PastToken, Rotation, RotationStep, RotationWay, TokenEnd};
pub(crate) use route::{Route, RoutePath};
pub(crate) use spoken::{plural, relative, thousands};
pub(crate) use words::{AuthMethod, GrantFlow, IntentKind, ProviderId, Status, TokenKind, UnknownWord, Verdict};
