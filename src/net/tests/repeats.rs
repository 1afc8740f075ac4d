//! What is asked again, how often, and what is waited for.

use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::server::{Reply, Server, answer, say};
use super::{Memory, http, origin, origin_with};
use crate::net::{Answer, Body, Call, Error, Limit, Method, Origin, Trust, limits};

/// A classifier as providers have them: 429 is a limit; a header says whether it was too much at once.
fn limited(answer: &Answer, now: jiff::Timestamp) -> Option<Limit> {
    (answer.status == 429)
        .then(|| Limit { until: limits::retry_after(answer, now), secondary: answer.header("x-secondary").is_some() })
}

fn waiting(server: &Server, max_wait: u64, memory: &Rc<Memory>) -> Origin {
    let watcher: Rc<Memory> = Rc::clone(memory);
    origin_with(&http(Duration::from_secs(max_wait), Some(watcher)), &server.url(), &Trust::default(), limited)
}

#[tokio::test]
async fn an_ill_server_is_asked_four_times_in_all_and_its_last_word_is_kept() {
    for status in [502, 503, 504] {
        let server = Server::start(move |_, number| say(status, &[], format!("{number}"))).await;
        let answer = origin(&server.url()).get(&Call::to(["user"])).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (status, &b"3"[..]));
        // Each time with the token of that moment.
        let tokens: Vec<_> = server.requests().iter().map(|request| request.contains("Bearer canary-4\r\n")).collect();
        assert_eq!(tokens, [false, false, false, true]);
    }
    for status in [200, 201, 400, 401, 403, 404, 429, 500, 501, 505] {
        let server = Server::start(move |_, _| say(status, &[], "")).await;
        assert_eq!(origin(&server.url()).get(&Call::to(["user"])).await.unwrap().status, status);
        assert_eq!(server.calls().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn one_that_recovers_is_heard() {
    let server = Server::start(|_, number| match number {
        0 => Reply::Reset(Vec::new()),
        1 => say(503, &[], ""),
        2 => Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12".to_vec()),
        _ => say(200, &[], "well"),
    })
    .await;
    assert_eq!(&origin(&server.url()).get(&Call::to(["user"])).await.unwrap().body[..], b"well");
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn a_503_that_names_a_time_is_waited_for_within_the_bounds() {
    let memory = Rc::new(Memory::default());
    let reply = |_: &str, number| if number == 0 { say(503, &[("retry-after", "1")], "") } else { say(200, &[], "") };
    let server = Server::start(reply).await;
    let started = Instant::now();
    assert_eq!(waiting(&server, 2, &memory).get(&Call::to(["x"])).await.unwrap().status, 200);
    assert!(started.elapsed() > Duration::from_millis(900));
    assert_eq!(memory.0.borrow().last(), Some(&None));

    let server = Server::start(|_, _| say(503, &[("retry-after", "60")], "")).await;
    let started = Instant::now();
    assert_eq!(waiting(&server, 2, &memory).get(&Call::to(["x"])).await.unwrap().status, 503);
    assert_eq!(server.calls().len(), 1);
    assert!(started.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn a_limit_is_waited_out_with_a_countdown() {
    let memory = Rc::new(Memory::default());
    let reply = |_: &str, number| if number == 0 { say(429, &[("retry-after", "2")], "") } else { say(200, &[], "") };
    let server = Server::start(reply).await;
    let started = Instant::now();
    assert_eq!(waiting(&server, 3, &memory).get(&Call::to(["x"])).await.unwrap().status, 200);
    assert!((1900..3500).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
    let host = Some(server.address.to_string());
    assert!((3..=4).contains(&memory.0.borrow().len()), "{:?}", memory.0.borrow());
    assert_eq!(memory.0.borrow().first(), Some(&host));
    assert_eq!(memory.0.borrow().iter().filter(|told| told.is_none()).count(), 1);
    assert_eq!(memory.0.borrow().last(), Some(&None));
}

#[tokio::test]
async fn a_limit_beyond_the_bound_fails_at_once_and_says_when() {
    let memory = Rc::new(Memory::default());
    for (header, least, most) in [("30", 25, 31), ("1000000000", 86_000, 86_401), ("99999999999999999999999", 86_000, 86_401)] {
        let server = Server::start(move |_, _| say(429, &[("retry-after", header)], "")).await;
        let origin = waiting(&server, 3, &memory);
        let error = origin.get(&Call::to(["x"])).await.unwrap_err();
        let Error::Limited { until: Some(until), .. } = error else { panic!("{error:?}") };
        let seconds = until.duration_since(origin.now()).as_secs();
        assert!((least..=most).contains(&seconds), "{header}: {seconds}");
        // Who comes after does not even ask.
        assert!(matches!(origin.get(&Call::to(["y"])).await, Err(Error::Limited { .. })));
        assert!(matches!(origin.send(Method::Post, &Call::to(["y"]), Body::Empty).await, Err(Error::Limited { .. })));
        assert_eq!(server.calls(), ["GET /x"]);
    }
    assert!(memory.0.borrow().is_empty());
}

#[tokio::test]
async fn a_limit_without_a_time_or_with_one_long_past_is_no_tight_loop() {
    let memory = Rc::new(Memory::default());
    let server = Server::start(|_, _| say(429, &[], "")).await;
    let error = waiting(&server, 3, &memory).get(&Call::to(["x"])).await.unwrap_err();
    assert!(matches!(error, Error::Limited { until: None, .. }), "{error:?}");
    assert_eq!(server.calls().len(), 1);

    let server = Server::start(|_, _| say(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], "")).await;
    let started = Instant::now();
    let error = waiting(&server, 3, &memory).get(&Call::to(["x"])).await.unwrap_err();
    assert!(matches!(error, Error::Limited { until: None, .. }), "{error:?}");
    // After one second and two more the bound is used up.
    assert_eq!(server.calls().len(), 3);
    assert!((2900..4000).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_changes_state_is_not_repeated_after_a_limit() {
    let memory = Rc::new(Memory::default());
    let server = Server::start(|_, _| say(429, &[("retry-after", "1")], "")).await;
    let error = waiting(&server, 60, &memory).send(Method::Post, &Call::to(["x"]), Body::Empty).await.unwrap_err();
    assert!(matches!(error, Error::Limited { until: Some(_), .. }), "{error:?}");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn sixteen_go_at_once_and_one_after_too_much_at_once() {
    let later = |status| move |_: &str, _| Reply::Later(Duration::from_millis(20), answer(status, &[], ""));
    let server = Server::start(later(200)).await;
    // Two origins with different credentials share the host.
    let http = http(Duration::from_secs(5), None);
    let origins = [(); 2].map(|()| origin_with(&http, &server.url(), &Trust::default(), limited));
    let calls: Vec<_> = (0..64).map(|number| Call::to([number.to_string()])).collect();
    let all = calls.iter().enumerate().map(|(number, call)| origins[number % 2].get(call));
    assert!(join_all(all).await.into_iter().all(|outcome| outcome.is_ok()));
    assert_eq!((server.calls().len(), server.most_at_once()), (64, 16));

    let server = Server::start(|_, number| match number {
        0 => say(429, &[("retry-after", "0"), ("x-secondary", "1")], ""),
        _ => Reply::Later(Duration::from_millis(5), answer(200, &[], "")),
    })
    .await;
    let origins = [(); 2].map(|()| origin_with(&http, &server.url(), &Trust::default(), limited));
    assert!(origins[0].get(&calls[0]).await.is_ok());
    let all = calls.iter().enumerate().map(|(number, call)| origins[number % 2].get(call));
    assert!(join_all(all).await.into_iter().all(|outcome| outcome.is_ok()));
    assert_eq!((server.calls().len(), server.most_at_once()), (66, 1));
}

#[tokio::test]
async fn those_in_the_queue_go_one_by_one_too_after_too_much_at_once() {
    let server = Server::start(|_, number| match number {
        0 => say(429, &[("retry-after", "0"), ("x-secondary", "1")], ""),
        _ => Reply::Later(Duration::from_millis(20), answer(200, &[], "")),
    })
    .await;
    let origin = waiting(&server, 5, &Rc::default());
    let calls: Vec<_> = (0..47).map(|number| Call::to([number.to_string()])).collect();
    let started = Instant::now();
    assert!(join_all(calls.iter().map(|call| origin.get(call))).await.into_iter().all(|outcome| outcome.is_ok()));
    // Sixteen had been let in; the others make a queue of 31 times 20 ms.
    assert_eq!(server.calls().len(), 48);
    assert!(started.elapsed() > Duration::from_millis(31 * 20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn no_repeat_begins_after_the_time_of_one_request() {
    let server = Server::start(|_, _| Reply::Later(Duration::from_millis(400), answer(503, &[], ""))).await;
    assert_eq!(origin(&server.url()).get(&Call::to(["user"])).await.unwrap().status, 503);
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_request_that_is_given_up_ends_its_countdown() {
    let memory = Rc::new(Memory::default());
    let server = Server::start(|_, _| say(429, &[("retry-after", "5")], "")).await;
    let origin = waiting(&server, 60, &memory);
    let call = Call::to(["x"]);
    assert!(tokio::time::timeout(Duration::from_millis(300), origin.get(&call)).await.is_err());
    assert_eq!(memory.0.borrow().last(), Some(&None));
}

#[tokio::test]
async fn who_stands_in_the_queue_does_not_ask_into_a_limit() {
    let begun = Instant::now();
    let server = Server::start(move |_, _| {
        let limited = begun.elapsed() < Duration::from_millis(900);
        let reply = if limited { answer(429, &[("retry-after", "1")], "") } else { answer(200, &[], "") };
        Reply::Later(Duration::from_millis(50), reply)
    })
    .await;
    let origin = waiting(&server, 5, &Rc::default());
    let calls: Vec<_> = (0..64).map(|number| Call::to([number.to_string()])).collect();
    let outcomes = join_all(calls.iter().map(|call| origin.get(call))).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|answer| answer.status == 200)));
    // The sixteen that were under way, and nobody else before it was over.
    assert_eq!(server.calls().len(), 64 + 16);
}

#[tokio::test]
async fn an_absurd_moment_from_a_provider_is_not_shown() {
    let server = Server::start(|_, _| say(429, &[], "")).await;
    let absurd = |_: &Answer, _| Some(Limit { until: Some(jiff::Timestamp::MAX), secondary: false });
    let origin = origin_with(&http(Duration::from_mins(1), None), &server.url(), &Trust::default(), absurd);
    let error = origin.get(&Call::to(["x"])).await.unwrap_err();
    let Error::Limited { until: Some(until), .. } = error else { panic!("{error:?}") };
    assert!(until.duration_since(origin.now()) <= jiff::SignedDuration::from_hours(24));
}
