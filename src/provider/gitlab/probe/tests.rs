use super::{bot, end_of, judge};
use crate::model::{AccountType, AuthMethod, Expiry, HostUrl, TokenKind, Verdict};
use crate::net;
use crate::provider::testing::answer;
use crate::provider::{Known, Probe};

const SELF: &str = r#"{"id":4,"name":"Test Token","revoked":false,"created_at":"2020-07-23T14:31:47.729Z","scopes":["read_api","read_repository"],"user_id":24,"last_used_at":null,"active":true,"expires_at":"2027-02-18"}"#;
const USER: &str = r#"{"id":24,"username":"ops","name":"Ops","state":"active","bot":false}"#;
const PLAIN: &str = r#"{"message":"401 Unauthorized"}"#;
const EXPIRED: &str =
    r#"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#;
const REVOKED: &str =
    r#"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#;
const NARROW: &str = r#"{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api read_api read_user"}"#;

type Said<'a> = Option<(u16, &'a str)>;

fn ask_knowing(token: Said<'_>, user: Said<'_>, known: Known) -> Probe {
    let asked = |said: Said<'_>| match said {
        Some((status, body)) => Ok(answer(status, &[], body)),
        None => Err(net::Error::Unreachable {
            host: "git.acme.com".to_owned(),
            why: "no answer within 60 s".to_owned(),
            maybe_sent: true,
        }),
    };
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    judge(&asked(token), &asked(user), &HostUrl::parse("git.acme.com").unwrap(), &known, now)
}

fn ask(token: Said<'_>, user: Said<'_>) -> Probe {
    ask_knowing(token, user, Known::default())
}

#[test]
fn both_together_tell_all() {
    let probe = ask(Some((200, SELF)), Some((200, USER)));
    assert_eq!(
        (probe.verdict, probe.username.as_deref(), probe.account_id.as_deref()),
        (Verdict::Valid, Some("ops"), Some("24"))
    );
    assert_eq!((probe.kind, probe.method), (Some(TokenKind::Personal), Some(AuthMethod::Pat)));
    assert_eq!(probe.account_type, Some(AccountType::User));
    assert_eq!(probe.scopes.unwrap(), ["read_api", "read_repository"]);
    assert_eq!(probe.expiry, Some(Expiry::At("2027-02-18T00:00:00Z".parse().unwrap())));
    let endless = SELF.replace("\"2027-02-18\"", "null");
    assert_eq!(ask(Some((200, &endless)), Some((200, USER))).expiry, Some(Expiry::Never));
    let silent = SELF.replace(r#","expires_at":"2027-02-18""#, "");
    assert_eq!(ask(Some((200, &silent)), Some((200, USER))).expiry, Some(Expiry::Unknown));
}

#[test]
fn old_versions_know_no_self() {
    for (status, body) in [
        (401, PLAIN),
        (404, r#"{"message":"404 Not found"}"#),
        (404, r#"{"error":"404 Not Found"}"#),
        (405, r#"{"error":"405 Not Allowed"}"#),
    ] {
        let probe = ask(Some((status, body)), Some((200, USER)));
        assert_eq!((probe.verdict, probe.username.as_deref()), (Verdict::Valid, Some("ops")), "{status} {body}");
        assert_eq!((probe.expiry, probe.scopes), (Some(Expiry::Unknown), None));
    }
}

#[test]
fn a_token_for_git_only_is_good_and_nameless() {
    let probe = ask(Some((200, SELF)), Some((403, NARROW)));
    assert_eq!((probe.verdict, probe.username, probe.kind, probe.account_type), (Verdict::Valid, None, None, None));
    let granular = SELF.replace(r#"["read_api","read_repository"]"#, r#"["granular"]"#);
    assert_eq!(ask(Some((200, &granular)), Some((403, NARROW))).kind, Some(TokenKind::FineGrained));
    let narrow = ask(Some((403, NARROW)), Some((403, NARROW)));
    assert_eq!(narrow.verdict, Verdict::InsufficientScope);
}

#[test]
fn dead_tokens_are_dead_by_the_servers_word() {
    assert_eq!(ask(Some((401, EXPIRED)), Some((401, EXPIRED))).verdict, Verdict::Expired);
    let revoked = ask(Some((401, REVOKED)), Some((401, REVOKED)));
    assert_eq!((revoked.verdict, revoked.reason.as_deref()), (Verdict::Revoked, Some("git.acme.com says the token was revoked")));
    // One word is enough, whatever became of the other call.
    assert_eq!(ask(None, Some((401, REVOKED))).verdict, Verdict::Revoked);
    assert_eq!(ask(Some((401, EXPIRED)), Some((502, "<html>"))).verdict, Verdict::Expired);
}

#[test]
fn a_plain_401_is_read_by_what_was_known() {
    let both = |known| ask_knowing(Some((401, PLAIN)), Some((401, PLAIN)), known).verdict;
    let past = Some("2026-11-20T00:00:00Z".parse().unwrap());
    assert_eq!(both(Known::default()), Verdict::Invalid);
    assert_eq!(both(Known { was_active: true, expires_at: None }), Verdict::Revoked);
    assert_eq!(both(Known { was_active: true, expires_at: past }), Verdict::Expired);
}

#[test]
fn no_fault_of_the_network_is_held_against_a_token() {
    let known = Known { was_active: true, expires_at: None };
    for (token, user) in [
        (None, None),
        (Some((401, PLAIN)), None),
        (None, Some((401, PLAIN))),
        (Some((401, PLAIN)), Some((502, "<html>"))),
        (Some((503, "<html>")), Some((401, PLAIN))),
        (Some((403, "<html>cloudflare")), Some((403, "<html>cloudflare"))),
        (Some((401, "<html>sign in")), Some((401, "<html>sign in"))),
        (Some((404, "<html>")), Some((404, "<html>"))),
        (Some((200, "<html>")), Some((200, "[]"))),
    ] {
        let probe = ask_knowing(token, user, known);
        assert_eq!(probe.verdict, Verdict::Unreachable, "{token:?} {user:?}");
        assert!(probe.reason.is_some());
    }
    assert_eq!(ask(Some((200, SELF)), None).verdict, Verdict::Valid);
}

#[test]
fn a_wrong_address_is_said() {
    let probe = ask(Some((404, r#"{"error":"404 Not Found"}"#)), Some((404, r#"{"error":"404 Not Found"}"#)));
    assert_eq!(probe.verdict, Verdict::Unreachable);
    assert!(probe.reason.unwrap().contains("path root"));
}

#[test]
fn an_account_in_trouble_is_blocked_even_if_its_token_is_good() {
    let terms = r#"{"message":"403 Forbidden - Your account has been blocked."}"#;
    for token in [Some((200, SELF)), Some((403, terms))] {
        let probe = ask(token, Some((403, terms)));
        assert_eq!(probe.verdict, Verdict::Blocked);
        assert!(probe.reason.unwrap().ends_with("Your account has been blocked"));
    }
}

#[test]
fn project_and_group_tokens_are_told_by_their_account() {
    let user = |name: &str| format!(r#"{{"id":9,"username":"{name}","bot":true}}"#);
    let probe = ask(Some((200, SELF)), Some((200, &user("project_12_bot_0123456789abcdef0123456789abcdef"))));
    assert_eq!(
        (probe.kind, probe.method, probe.account_type),
        (Some(TokenKind::Project), Some(AuthMethod::AccessToken), Some(AccountType::Bot))
    );
    assert_eq!(probe.username.as_deref(), Some("project_12_bot_0123456789abcdef0123456789abcdef"));
    assert_eq!(ask(Some((200, SELF)), Some((200, &user("group_3_bot")))).kind, Some(TokenKind::Group));
    let service = ask(Some((200, SELF)), Some((200, &user("service_account_ci"))));
    assert_eq!((service.kind, service.account_type), (Some(TokenKind::Personal), Some(AccountType::Bot)));
    assert_eq!(bot("project_1_bot2"), Some(TokenKind::Project));
    for person in ["project_x_bot", "project_1_bot_12", "project_1_bots", "project__bot", "my_project_1_bot", "ops"] {
        assert_eq!(bot(person), None, "{person}");
    }
}

#[test]
fn a_token_dies_at_the_beginning_of_its_day() {
    assert_eq!(end_of("2027-02-18"), Some("2027-02-18T00:00:00Z".parse().unwrap()));
    assert_eq!(end_of("soon"), None);
}
