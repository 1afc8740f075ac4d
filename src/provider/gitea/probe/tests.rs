use super::judge;
use crate::model::{AccountType, HostUrl, Verdict};
use crate::net;
use crate::provider::testing::answer;
use crate::provider::{Known, Probe};

const USER: &str =
    r#"{"id":24,"login":"ada","username":"ada","full_name":"Ada","email":"ada@acme.example","is_admin":false,"active":true}"#;
const TOKEN: &str = r#"{"id":4,"name":"ci","scopes":["read:user","read:repository"],"created_at":"2026-11-01T00:00:00Z","user":{"id":24,"login":"ada"}}"#;
const UNKNOWN: &str = r#"{"message":"user does not exist [uid: 0, name: ]","url":"https://git.acme.com/api/swagger"}"#;
const NARROW: &str = r#"{"message":"token does not have at least one of required scope(s), required=[read:user], token scope=read:repository","url":"https://git.acme.com/api/swagger"}"#;
const FORGEJO: &str = r#"{"message":"token does not have at least one of required scope(s): [read:user]","url":"https://codeberg.org/api/swagger"}"#;
const ABSENT: &str = "404 page not found\n";

type Said<'a> = Option<(u16, &'a str)>;

fn ask_knowing(user: Said<'_>, token: Said<'_>, known: Known) -> Probe {
    let asked = |said: Said<'_>| match said {
        Some((status, body)) => Ok(answer(status, &[], body)),
        None => Err(net::Error::Unreachable {
            host: "git.acme.com".to_owned(),
            why: "no answer within 60 s".to_owned(),
            maybe_sent: true,
        }),
    };
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    judge(&asked(user), Some(&asked(token)), &HostUrl::parse("git.acme.com").unwrap(), &known, now)
}

fn ask(user: Said<'_>, token: Said<'_>) -> Probe {
    ask_knowing(user, token, Known::default())
}

#[test]
fn both_together_tell_all() {
    let probe = ask(Some((200, USER)), Some((200, TOKEN)));
    assert_eq!(
        (probe.verdict, probe.username.as_deref(), probe.account_id.as_deref()),
        (Verdict::Valid, Some("ada"), Some("24"))
    );
    assert_eq!(probe.account_type, Some(AccountType::User));
    assert_eq!(probe.scopes.unwrap(), ["read:user", "read:repository"]);
}

#[test]
fn older_versions_and_forgejo_know_no_token() {
    for (status, body) in [(404, ABSENT), (404, "<html>"), (405, ""), (404, r#"{"message":"invalid access token","url":"x"}"#)] {
        let probe = ask(Some((200, USER)), Some((status, body)));
        assert_eq!((probe.verdict, probe.username.as_deref()), (Verdict::Valid, Some("ada")), "{status} {body}");
        assert_eq!(probe.scopes, None);
    }
}

#[test]
fn a_token_without_the_scope_for_it_is_good() {
    let newest = ask(Some((403, NARROW)), Some((200, TOKEN)));
    assert_eq!((newest.verdict, newest.username.as_deref()), (Verdict::Valid, Some("ada")));
    let newer = ask(Some((403, NARROW)), Some((404, ABSENT)));
    assert_eq!(
        (newer.verdict, newer.username, newer.scopes.unwrap()),
        (Verdict::Valid, None, vec!["read:repository".to_owned()])
    );
    let forgejo = ask(Some((403, FORGEJO)), Some((404, ABSENT)));
    assert_eq!((forgejo.verdict, forgejo.scopes), (Verdict::Valid, None));
    let public = r#"{"message":"token scope is limited to public users","url":"https://git.acme.com/api/swagger"}"#;
    assert_eq!(ask(Some((403, public)), Some((404, ABSENT))).verdict, Verdict::Valid);
}

#[test]
fn an_account_in_trouble_is_blocked_even_if_its_token_is_good() {
    let locked = r#"{"message":"You must change your password. Change it at: https://git.acme.com/user/change_password"}"#;
    for token in [Some((403, locked)), Some((200, TOKEN)), Some((404, ABSENT))] {
        let probe = ask(Some((403, locked)), token);
        assert_eq!(probe.verdict, Verdict::Blocked);
        assert_eq!(probe.mend_url.as_deref(), Some("https://git.acme.com/user/change_password"));
    }
}

#[test]
fn a_401_is_read_by_what_was_known() {
    let both = |known| ask_knowing(Some((401, UNKNOWN)), Some((401, UNKNOWN)), known).verdict;
    let past = Some("2026-11-20T00:00:00Z".parse().unwrap());
    assert_eq!(both(Known::default()), Verdict::Invalid);
    assert_eq!(both(Known { was_active: true, expires_at: None }), Verdict::Revoked);
    assert_eq!(both(Known { was_active: true, expires_at: past }), Verdict::Expired);
    let old = ask_knowing(Some((401, UNKNOWN)), Some((404, ABSENT)), Known::default());
    assert_eq!(old.verdict, Verdict::Invalid);
    assert!(old.reason.unwrap().contains("git.acme.com"));
}

#[test]
fn no_fault_of_the_network_is_held_against_a_token() {
    let known = Known { was_active: true, expires_at: None };
    for (user, token) in [
        (None, None),
        (Some((401, UNKNOWN)), None),
        (None, Some((401, UNKNOWN))),
        (Some((502, "<html>")), Some((401, UNKNOWN))),
        (Some((401, UNKNOWN)), Some((500, r#"{"message":"","url":"x"}"#))),
        (Some((403, "<html>cloudflare")), Some((403, "<html>cloudflare"))),
        (Some((401, "<html>sign in")), Some((401, "<html>sign in"))),
        (Some((404, "<html>")), Some((404, "<html>"))),
        (Some((404, ABSENT)), Some((404, ABSENT))),
        (Some((200, "<html>")), Some((200, "[]"))),
        (Some((403, r#"{"message":"Only signed in user is allowed to call APIs."}"#)), Some((404, ABSENT))),
    ] {
        let probe = ask_knowing(user, token, known);
        assert_eq!(probe.verdict, Verdict::Unreachable, "{user:?} {token:?}");
        assert!(probe.reason.is_some());
    }
    assert_eq!(ask(None, Some((200, TOKEN))).verdict, Verdict::Valid);
    assert_eq!(ask(Some((200, USER)), None).verdict, Verdict::Valid);
}

#[test]
fn a_wrong_address_is_said() {
    let probe = ask(Some((404, ABSENT)), Some((404, ABSENT)));
    assert!(probe.reason.unwrap().contains("path root"));
}

#[test]
fn nothing_that_could_be_a_token_is_kept() {
    let token = "0a".repeat(20);
    let user = USER.replace("ada", &token);
    let scopes = TOKEN.replace("read:repository", &token);
    let probe = ask(Some((200, &user)), Some((200, &scopes)));
    assert!(!format!("{probe:?}").contains(&token), "{probe:?}");
}
