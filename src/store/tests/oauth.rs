//! What OAuth keeps: clients, grants, refresh tokens, intents; and that `accept` shows what differs of them.

use std::fs;

use super::recover::{lines, reencrypted_image};
use super::rows::{contains, empty, reopened};
use super::{Sandbox, connection, stamp, token};
use crate::model::{Connection, ConnectionId, GrantFlow, HostUrl, IntentKind, ProviderId};
use crate::secret::Secret;
use crate::store::{ClientRecord, Db, Error, GrantRecord, IntentRecord, Keep};

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn client(host: &str, client_id: &str, secret: Option<&str>) -> ClientRecord {
    ClientRecord {
        provider: ProviderId::GitLab,
        host: HostUrl::parse(host).unwrap(),
        client_id: client_id.into(),
        client_secret: secret.map(|text| Secret::from(text.to_owned())),
        created_at: stamp(1).at,
    }
}

fn grant(client_id: &str, flow: GrantFlow, requested: Option<&[&str]>) -> GrantRecord {
    let requested = requested.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect());
    GrantRecord { client_id: client_id.into(), flow, requested, issued_at: stamp(2).at }
}

fn intent(connection: &ConnectionId, fingerprint: &str) -> IntentRecord {
    let (kind, who, at) = (IntentKind::Refresh, "ana@pc".into(), stamp(3).at);
    IntentRecord { connection: connection.clone(), kind, fingerprint: fingerprint.into(), who, at }
}

fn added(db: &Db, name: &str) -> Connection {
    let one = connection(name);
    db.add(&one, &token(name)).unwrap();
    one
}

#[test]
fn a_host_has_one_client_for_each_provider() {
    let db = empty();
    let github = ClientRecord { provider: ProviderId::GitHub, ..client("git.acme.com", "third", Some("s3krit-third")) };
    for record in [
        client("gitlab.com", "first", None),
        client("git.acme.com", "second", Some("s3krit-second")),
        github.clone(),
        client("git.acme.com", "next", Some("s3krit-next")),
        client("git.acme.com:8443/gitlab", "gone", Some("s3krit-gone")),
    ] {
        db.put_client(&record).unwrap();
    }
    let gone = HostUrl::parse("git.acme.com:8443/gitlab").unwrap();
    assert!(db.remove_client(&gone, ProviderId::GitLab).unwrap());
    assert!(!db.remove_client(&gone, ProviderId::GitLab).unwrap());
    let (db, image) = reopened(db);
    let all = db.clients().unwrap();
    let expected = [github.clone(), client("git.acme.com", "next", Some("x")), client("gitlab.com", "first", None)];
    assert_eq!(all.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>(), expected.map(|one| format!("{one:?}")));
    assert_eq!(all[1].client_secret.as_ref().unwrap().expose(), "s3krit-next");
    let found = db.client(&github.host, ProviderId::GitHub).unwrap().unwrap();
    assert_eq!((found.client_id.as_str(), found.client_secret.unwrap().expose()), ("third", "s3krit-third"));
    assert!(db.client(&gone, ProviderId::GitLab).unwrap().is_none());
    for (secret, is_there) in [("s3krit-second", false), ("s3krit-gone", false), ("s3krit-next", true)] {
        assert_eq!(contains(&image, secret), is_there, "{secret}");
    }
}

#[test]
fn a_login_comes_out_as_it_went_in() {
    let db = empty();
    let (one, other, third) = (added(&db, "one"), added(&db, "other"), added(&db, "third"));
    let grants = [
        grant("c", GrantFlow::Browser, Some(&["api", "read \"x\""])),
        grant("d", GrantFlow::Device, Some(&[])),
        grant("e", GrantFlow::Given, None),
    ];
    for (connection, grant) in [&one, &other, &third].into_iter().zip(&grants) {
        db.put_grant(&connection.id, &grants[0]).unwrap();
        db.put_grant(&connection.id, grant).unwrap();
    }
    db.set_refresh_token(&one.id, Some(&secret("s3krit-refresh-old"))).unwrap();
    db.set_refresh_token(&one.id, Some(&secret("s3krit-refresh-new"))).unwrap();
    db.set_refresh_token(&other.id, Some(&secret("s3krit-refresh-other"))).unwrap();
    db.set_refresh_token(&other.id, None).unwrap();
    db.set_refresh_token(&other.id, None).unwrap();
    db.put_intent(&intent(&other.id, "2")).unwrap();
    db.put_intent(&intent(&one.id, "1")).unwrap();
    db.put_intent(&intent(&one.id, "3")).unwrap();
    let (db, image) = reopened(db);
    for (connection, grant) in [&one, &other, &third].into_iter().zip(&grants) {
        assert_eq!(db.grant(&connection.id).unwrap().as_ref(), Some(grant));
        assert_eq!(db.token(&connection.id).unwrap().expose(), token(connection.name.as_str()).expose());
    }
    assert_eq!(db.refresh_token(&one.id).unwrap().unwrap().expose(), "s3krit-refresh-new");
    assert!(db.refresh_token(&other.id).unwrap().is_none());
    assert!(!contains(&image, "s3krit-refresh-old") && !contains(&image, "s3krit-refresh-other"));
    assert_eq!(db.intent(&one.id).unwrap(), Some(intent(&one.id, "3")));
    assert_eq!((db.clear_intent(&one.id).unwrap(), db.clear_intent(&one.id).unwrap()), (true, false));
    assert_eq!(db.intent(&one.id).unwrap(), None);
    assert_eq!(db.intent(&other.id).unwrap(), Some(intent(&other.id, "2")));
    db.remove_grant(&one.id).unwrap();
    assert_eq!(db.grant(&one.id).unwrap(), None);
    assert!(db.refresh_token(&one.id).unwrap().is_some());
}

#[test]
fn nobody_has_no_login() {
    let db = empty();
    let nobody = ConnectionId::random();
    assert!(matches!(db.put_grant(&nobody, &grant("c", GrantFlow::Given, None)), Err(Error::Sql(_))));
    assert!(matches!(db.set_refresh_token(&nobody, Some(&secret("x"))), Err(Error::Sql(_))));
    assert!(matches!(db.put_intent(&intent(&nobody, "1")), Err(Error::Sql(_))));
    assert!(db.grant(&nobody).unwrap().is_none() && db.intent(&nobody).unwrap().is_none());
}

#[test]
fn a_login_leaves_with_its_connection_and_the_client_stays() {
    let db = empty();
    let all: Vec<Connection> = (0..120).map(|number| added(&db, &format!("c{number}"))).collect();
    let refresh = |number: usize| format!("s3krit-refresh-{number}-{}", "x".repeat(number * 7 % 400));
    db.put_client(&client("github.com", "c", Some("s3krit-client"))).unwrap();
    for (number, one) in all.iter().enumerate() {
        db.set_refresh_token(&one.id, Some(&secret(&refresh(number)))).unwrap();
        db.put_grant(&one.id, &grant("c", GrantFlow::Browser, Some(&["repo"]))).unwrap();
        db.put_intent(&intent(&one.id, &number.to_string())).unwrap();
    }
    for one in all.iter().step_by(2) {
        db.remove(&one.id).unwrap();
    }
    let (db, image) = reopened(db);
    for (number, one) in all.iter().enumerate() {
        let stays = number % 2 == 1;
        assert_eq!(contains(&image, &format!("s3krit-refresh-{number}-")), stays, "{number}");
        assert_eq!(db.refresh_token(&one.id).unwrap().is_some(), stays);
        assert_eq!(db.grant(&one.id).unwrap().is_some(), stays);
        assert_eq!(db.intent(&one.id).unwrap().is_some(), stays);
    }
    for one in all.iter().skip(1).step_by(2) {
        db.remove(&one.id).unwrap();
    }
    assert!(!contains(&reopened(db).1, "s3krit-refresh-"));
}

#[test]
fn a_client_outlives_the_last_connection_to_its_host() {
    let db = empty();
    let one = added(&db, "one");
    let record = ClientRecord { provider: one.provider, host: one.host.clone(), ..client("github.com", "c", None) };
    db.put_client(&record).unwrap();
    db.remove(&one.id).unwrap();
    assert!(db.host(&one.host, one.provider).unwrap().is_none());
    assert_eq!(db.client(&one.host, one.provider).unwrap().unwrap().client_id, "c");
}

/// What a forger can change of a login, and what is shown of it.
#[test]
fn every_change_of_a_login_that_matters_is_shown() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    let change = |db: &Db| {
        db.put_client(&client("git.acme.com", "gitconn", Some("the secret")))?;
        db.put_grant(&id, &grant("gitconn", GrantFlow::Browser, None))?;
        db.set_refresh_token(&id, Some(&secret("the refresh token")))
    };
    for _ in 0..2 {
        let _ = sandbox.store.change(&stamp(2), Keep::Generation, change).unwrap();
    }
    let image = sandbox.image();
    let ending = |text: &str| format!("…{}", &secret(text).fingerprint()[60..]);
    let (old, new, hidden) = (ending("the refresh token"), ending("x"), ending("the secret"));
    let of_client = "changed client git.acme.com (gitlab):";
    for (sql, expected) in [
        ("UPDATE secrets SET value = 'x' WHERE kind = 'refresh'", format!("changed connection a: refresh_token {old} -> {new}")),
        ("DELETE FROM secrets WHERE kind = 'refresh'", format!("changed connection a: refresh_token {old} -> -")),
        ("UPDATE connections SET auto_renews = 1", "changed connection a: auto_renews false -> true".to_owned()),
        (
            "UPDATE connections SET refresh_expires_at = 0",
            "changed connection a: refresh_expires_at - -> 1970-01-01T00:00:00Z".to_owned(),
        ),
        ("UPDATE grants SET client_id = 'evil'", "changed connection a: client_id gitconn -> evil".to_owned()),
        ("DELETE FROM grants", "changed connection a: client_id gitconn -> -".to_owned()),
        ("UPDATE oauth_clients SET client_id = 'evil'", format!("{of_client} client_id gitconn -> evil")),
        ("UPDATE oauth_clients SET client_secret = 'x'", format!("{of_client} client_secret {hidden} -> {new}")),
        (
            "INSERT INTO oauth_clients VALUES ('https://evil.example', 'github', 'x', NULL, 0)",
            "added client evil.example (github): client_id - -> x".to_owned(),
        ),
    ] {
        fs::write(sandbox.path(), reencrypted_image(&sandbox, &image, sql)).unwrap();
        assert_eq!(lines(&sandbox.store.difference().unwrap().changes), [expected], "{sql}");
    }
    fs::write(sandbox.path(), reencrypted_image(&sandbox, &image, "DELETE FROM oauth_clients")).unwrap();
    let removed = lines(&sandbox.store.difference().unwrap().changes);
    let expected = ["client_id gitconn -> -".to_owned(), format!("client_secret {hidden} -> -")];
    assert_eq!(removed, expected.map(|line| format!("removed client git.acme.com (gitlab): {line}")));
}
