//! What the frozen stores hold.

use crate::model::{
    AccountType, App, AuthMethod, Connection, ConnectionId, Expiry, GrantFlow, HostUrl, Installation, IntentKind, Name, OldToken,
    PastToken, Permissions, ProviderId, Reader, ReaderKind, RepositorySelection, Rotation, RotationStep, RotationWay, Route,
    RoutePath, TokenEnd, TokenKind,
};
use crate::secret::Secret;
use crate::store::tests::{connection, stamp, token};
use crate::store::{AppRecord, CachedToken, ClientRecord, GrantRecord, HostRecord, InstallationRecord, IntentRecord};

pub(super) fn first() -> Connection {
    Connection {
        id: ConnectionId::from_stored("0f0e0d0c-0b0a-4908-8706-050403020100".into()),
        description: Some("Ünïcode, \"quotes\" and\na line".into()),
        provider: ProviderId::GitLab,
        host: HostUrl::parse("git.acme.com:8443/gitlab").unwrap(),
        auth_method: AuthMethod::AccessToken,
        token_kind: Some(TokenKind::Group),
        username: Some("group_7_bot".into()),
        account_id: Some("7".into()),
        account_type: Some(AccountType::Bot),
        tags: vec!["ci".into(), "prod".into()],
        scopes: Some(vec!["read_api".into()]),
        expiry: Expiry::At(stamp(100).at),
        rotated_at: Some(stamp(2).at),
        validated_at: Some(stamp(3).at),
        validation_error: Some("the provider could not be reached".into()),
        last_used_at: Some(stamp(4).at),
        ..connection("CI")
    }
}

pub(super) fn second() -> Connection {
    let id = ConnectionId::from_stored("ffffffff-0b0a-4908-8706-050403020100".into());
    Connection { id, is_active: false, expiry: Expiry::Never, ..connection("work") }
}

pub(super) fn host() -> HostRecord {
    HostRecord {
        provider: ProviderId::GitHub,
        host: first().host,
        api: HostUrl::parse("git.acme.com:8443/gitlab/api/v4").unwrap(),
        ca_pem: Some("-----BEGIN CERTIFICATE-----".into()),
        client_pem: Some(Secret::from("s3krit client key".to_owned())),
        allow_http: false,
    }
}

/// The connection that version 2 is for.
pub(super) fn third() -> Connection {
    Connection {
        id: ConnectionId::from_stored("10203040-0b0a-4908-8706-050403020100".into()),
        provider: ProviderId::GitLab,
        host: client().host,
        auth_method: AuthMethod::OAuth,
        scopes: Some(vec!["api".into(), "read_user".into()]),
        expiry: Expiry::At(stamp(120).at),
        auto_renews: true,
        refresh_expires_at: Some(stamp(9_000).at),
        ..connection("login")
    }
}

pub(super) fn client() -> ClientRecord {
    ClientRecord {
        provider: ProviderId::GitLab,
        host: HostUrl::parse("git.acme.com").unwrap(),
        client_id: "4f1c2aa8".into(),
        client_secret: Some(Secret::from("s3krit client secret".to_owned())),
        created_at: stamp(5).at,
    }
}

pub(super) fn grant() -> GrantRecord {
    let requested = Some(vec!["api".into(), "read_user".into()]);
    GrantRecord { client_id: client().client_id, flow: GrantFlow::Device, requested, issued_at: stamp(6).at }
}

pub(super) fn intent() -> IntentRecord {
    IntentRecord {
        connection: third().id,
        kind: IntentKind::Refresh,
        fingerprint: refresh_token().fingerprint(),
        who: "ana@pc".into(),
        at: stamp(7).at,
    }
}

pub(super) fn refresh_token() -> Secret {
    Secret::from("s3krit refresh token".to_owned())
}

/// The connection that version 3 is for.
pub(super) fn fourth() -> Connection {
    Connection {
        id: ConnectionId::from_stored("40302010-0b0a-4908-8706-050403020100".into()),
        auth_method: AuthMethod::GithubApp,
        auto_renews: true,
        expiry: Expiry::Never,
        ..connection("app")
    }
}

/// The connection that version 4 is for.
pub(super) fn fifth() -> Connection {
    Connection {
        id: ConnectionId::from_stored("50403020-0b0a-4908-8706-050403020100".into()),
        provider: ProviderId::Bitbucket,
        host: HostUrl::parse("bitbucket.org").unwrap(),
        token_kind: Some(TokenKind::ApiToken),
        email: Some("ada@acme.example".into()),
        workspace: Some("acme".into()),
        server_version: Some("Ünïcode 1.2".into()),
        ..connection("bucket")
    }
}

/// The connection that version 5 is for.
pub(super) fn sixth() -> Connection {
    Connection {
        id: ConnectionId::from_stored("60504030-0b0a-4908-8706-050403020100".into()),
        hook: Some("ci set \"$GITCONN_HOOK_CONNECTION\"".into()),
        ..connection("rotating")
    }
}

/// The connection that version 6 is for.
pub(super) fn seventh() -> Connection {
    let id = ConnectionId::from_stored("70605040-0b0a-4908-8706-050403020100".into());
    Connection { id, no_export: true, ..connection("pinned") }
}

pub(super) fn routes() -> [Route; 2] {
    let route = |path: &str, connection: Connection| Route {
        host: connection.host,
        path: RoutePath::new(path).unwrap(),
        connection: connection.id,
        added_by: "ana@pc".into(),
        added_at: stamp(2).at,
    };
    [route("Acme/site", first()), route("", seventh())]
}

pub(super) fn rotation() -> Rotation {
    Rotation {
        connection: sixth().id,
        way: RotationWay::Overlap,
        step: RotationStep::Verified,
        fingerprint: "f".into(),
        label: Some("gitconn rotating".into()),
        maker: Some(second().id),
        old: OldToken::Revoke,
        hook: Some("true".into()),
        who: "ana@pc".into(),
        at: stamp(8).at,
    }
}

pub(super) fn past() -> PastToken {
    let Connection { id, name, provider, host, username, expiry, last_used_at, fingerprint, .. } = sixth();
    PastToken {
        fingerprint,
        connection: id,
        connection_name: name.to_string(),
        provider,
        host,
        username,
        expires_at: expiry.at(),
        last_used_at,
        ended_at: stamp(4).at,
        ended_by: TokenEnd::Replaced,
        revoked_at: Some(stamp(5).at),
    }
}

pub(super) fn reader() -> Reader {
    Reader {
        recipient: "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg".into(),
        name: Name::new("safe").unwrap(),
        kind: ReaderKind::Recovery,
        added_by: "ana@pc".into(),
        added_at: stamp(3).at,
    }
}

pub(super) fn permissions() -> Permissions {
    Permissions::from([("contents".to_owned(), "write".to_owned()), ("metadata".to_owned(), "read".to_owned())])
}

pub(super) fn app() -> AppRecord {
    let app = App {
        id: 123_456,
        client_id: Some("Iv23li0123".into()),
        slug: "acme-deploy".into(),
        name: "Acme Deploy".into(),
        owner: "acme-corp".into(),
        owner_id: Some("5".into()),
        owner_type: Some(AccountType::Organization),
        permissions: permissions(),
        page: "https://github.com/apps/acme-deploy".into(),
    };
    AppRecord { app, issuer: "Iv23li0123".into(), takes_all: true }
}

pub(super) fn installations() -> [InstallationRecord; 2] {
    let first = Installation {
        id: 7,
        account: "acme-corp".into(),
        account_id: Some("5".into()),
        account_type: Some(AccountType::Organization),
        selection: RepositorySelection::Selected,
        permissions: permissions(),
        page: "https://github.com/organizations/acme-corp/settings/installations/7".into(),
        suspended_at: None,
        created_at: stamp(1).at,
    };
    let second =
        Installation { id: 8, account: "ada".into(), suspended_at: Some(stamp(2).at), created_at: stamp(2).at, ..first.clone() };
    let second = InstallationRecord { removed_at: Some(stamp(3).at), ..InstallationRecord::new(second) };
    [InstallationRecord::new(first), second]
}

pub(super) fn cached() -> CachedToken {
    CachedToken { token: token("installation"), expires_at: stamp(60).at, issued_at: stamp(0).at }
}
