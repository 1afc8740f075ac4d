//! Reading a callback, without a socket.

use proptest::prelude::*;

use super::{ISSUER, STATE, expected, valid};
use crate::oauth::callback::{Objection, Reply, read, read_pasted};

const ADDRESS: &str = "http://127.0.0.1:49152/callback";

fn pasted(text: &str) -> Result<String, Objection> {
    read_pasted(text, &expected(), ADDRESS).map(|reply| match reply {
        Reply::Code(code) => code.expose().to_owned(),
        Reply::Refused { error, .. } => format!("refused: {error}"),
    })
}

/// Every byte as an escape.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| format!("{escaped}%{byte:02x}"))
}

#[test]
fn what_a_person_copies_is_read() {
    let query = valid("c");
    for text in [
        format!("{ADDRESS}?{query}"),
        format!("  {ADDRESS}?{query}\r\n"),
        format!("{ADDRESS}?{query}#_=_"),
        format!("?{query}"),
        query.clone(),
        format!("state={STATE}&code=c"),
        // An address inside a value does not make the whole an address.
        format!("code=c&state={STATE}&iss={ISSUER}"),
        format!("iss={ISSUER}&code=c&state={STATE}"),
    ] {
        assert_eq!(pasted(&text).as_deref(), Ok("c"), "{text}");
    }
    assert_eq!(pasted(&format!("error=access_denied&state={STATE}")).as_deref(), Ok("refused: access_denied"));
}

#[test]
fn another_address_is_not_taken() {
    for before in [
        "https://127.0.0.1:49152/callback",
        "http://127.0.0.1:4915/callback",
        "http://127.0.0.1/callback",
        "http://localhost:49152/callback",
        "http://[::1]:49152/callback",
        "http://user@127.0.0.1:49152/callback",
        "http://127.0.0.1:49152/callback/",
        "http://127.0.0.1:49152/callback2",
        "http://127.0.0.1:49152//callback",
        "http://127.0.0.1:49152/x/../callback",
        "http://127.0.0.1:49152/done",
        "http://attacker.example/callback",
        "127.0.0.1:49152/callback",
        "file:///callback",
        "javascript:alert(1)",
        "/callback",
    ] {
        assert_eq!(pasted(&format!("{before}?{}", valid("c"))), Err(Objection::WrongAddress), "{before}");
    }
}

#[test]
fn what_is_pasted_is_checked_like_what_is_sent() {
    assert_eq!(pasted(&format!("{ADDRESS}?code=c&state=other")), Err(Objection::WrongState));
    assert_eq!(pasted("code=c"), Err(Objection::WrongState));
    assert_eq!(pasted(&format!("code=c&state={STATE}&iss=https://attacker.example")), Err(Objection::WrongIssuer));
    for text in [
        String::new(),
        "?".to_owned(),
        ADDRESS.to_owned(),
        "ghp_something".to_owned(),
        format!("code=c&code=c&state={STATE}"),
        format!("code=a b&state={STATE}"),
        format!("code=a\nb&state={STATE}"),
        format!("code=ü&state={STATE}"),
        format!("code=c&state={STATE}&x={}", "x".repeat(9000)),
    ] {
        assert!(matches!(pasted(&text), Err(Objection::Malformed(_))), "{text}");
    }
}

#[test]
fn the_longest_code_is_taken_and_one_more_is_not() {
    let with = |length: usize| read(&format!("code={}&state={STATE}", "x".repeat(length)), &expected());
    assert!(matches!(with(2048), Ok(Reply::Code(_))));
    assert!(matches!(with(2049), Err(Objection::Malformed(_))));
}

#[test]
fn an_empty_state_never_fits() {
    let mut expected = expected();
    expected.state = crate::secret::Secret::from(String::new());
    assert!(matches!(read("code=c&state=", &expected), Err(Objection::WrongState)));
    assert!(matches!(read("code=c", &expected), Err(Objection::WrongState)));
}

#[test]
fn the_state_is_judged_first() {
    assert!(matches!(read("code=c&state=x&iss=y", &expected()), Err(Objection::WrongState)));
    assert!(matches!(read("code=&state=x", &expected()), Err(Objection::WrongState)));
    assert!(matches!(read(&format!("code=&state={STATE}&iss=y"), &expected()), Err(Objection::WrongIssuer)));
}

#[test]
fn an_answer_does_not_show_its_code() {
    let reply = read(&valid("the-code"), &expected()).unwrap();
    assert!(!format!("{reply:?}").contains("the-code"));
}

proptest! {
    #[test]
    fn no_query_panics(query in any::<String>()) {
        let _ = read(&query, &expected());
        let _ = read_pasted(&query, &expected(), ADDRESS);
    }

    /// Made of the pieces that mean something, in any order and number.
    #[test]
    fn no_query_made_of_pieces_is_taken_without_the_state(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "code", "state", "iss", "error", "error_description", "=", "=", "&", "&", "%", "%00", "%3d", "%26", "+", "a", "#", "?",
            "https://github.com/login/oauth", "\u{fc}",
        ]), 0..24)
    ) {
        let query = pieces.concat();
        prop_assert!(read(&query, &expected()).is_err());
        prop_assert!(read_pasted(&query, &expected(), ADDRESS).is_err());
    }

    #[test]
    fn nothing_with_another_state_is_taken(state in "[!-~]{0,60}", code in "[a-z0-9]{1,40}") {
        prop_assume!(state != STATE);
        let escaped = escaped(&state);
        let outcome = read(&format!("code={code}&state={escaped}"), &expected());
        prop_assert!(matches!(outcome, Err(Objection::WrongState)));
    }

    #[test]
    fn every_code_comes_through_as_it_is(code in "[ -~]{1,200}") {
        let escaped = escaped(&code);
        let Ok(Reply::Code(read)) = read(&format!("state={STATE}&code={escaped}"), &expected()) else { panic!() };
        prop_assert_eq!(read.expose(), code);
    }
}
