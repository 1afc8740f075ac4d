//! What tests of this layer start from.

use crate::model::{AuthMethod, Connection, ConnectionId, Expiry, HostUrl, Name, ProviderId, Status, Timestamp};

/// A connection to github.com of which nothing in particular is known.
pub(super) fn connection(name: &str) -> Connection {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    Connection {
        id: ConnectionId::random(),
        name: Name::new(name).unwrap(),
        description: None,
        provider: ProviderId::GitHub,
        host: HostUrl::parse("github.com").unwrap(),
        auth_method: AuthMethod::Pat,
        token_kind: None,
        username: None,
        server_version: None,
        email: None,
        workspace: None,
        account_id: None,
        account_type: None,
        status: Status::Active,
        is_active: true,
        tags: Vec::new(),
        scopes: None,
        expiry: Expiry::Unknown,
        auto_renews: false,
        refresh_expires_at: None,
        fingerprint: "f0".to_owned(),
        rotated_at: None,
        hook: None,
        no_export: false,
        validated_at: None,
        validation_error: None,
        last_used_at: None,
        created_by: "ana@pc".to_owned(),
        created_at: at,
        updated_at: at,
    }
}
