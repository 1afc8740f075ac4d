//! What the suite that all providers pass asks of a fake.

use super::calls::{ask, call};
use crate::support::Sandbox;
use crate::support::fake::{Answer, Fake, Gitea, Tells};

#[test]
fn every_one_of_them_is_a_provider() {
    let sandbox = Sandbox::bare();
    for (gitea, scopes) in
        [(Gitea::old(), None), (Gitea::under("/git"), Some(2)), (Gitea::newer(), Some(2)), (Gitea::forgejo(), None)]
    {
        let fake: &dyn Fake = &gitea;
        let token = fake.token(&sandbox, "ada");
        assert_eq!((fake.id(), fake.arguments()), ("gitea", vec!["--host".to_owned(), gitea.host()]));
        let expected = Tells { scopes, expires: false, rate_limit: false, protected: true, request_id: false };
        assert_eq!(fake.tells(), expected);
        fake.repositories("ada", 3);
        fake.repository("ada", "ada/site", &["main"]);
        fake.move_repository("ada", "ada/old", "ada/new", &["main"]);
        assert_eq!(ask(&gitea, &token, &format!("GET {}", fake.check())).status, 200);
        assert_eq!(ask(&gitea, &fake.stranger(), &format!("GET {}", fake.check())).status, 401);
        assert_eq!(ask(&gitea, &token, &format!("GET {}", fake.listing())).texts("name").len(), 5);
        assert_eq!(ask(&gitea, &token, "GET /repos/ada/old/branches").status, 307);
        fake.without_totals();
        fake.link_to("https://elsewhere.example");
        fake.moving();
        assert_eq!(ask(&gitea, &token, &format!("GET {}?limit=1", fake.listing())).header("x-total-count"), None);
        for case in fake.refusals().into_iter().chain(fake.limits()) {
            let status = case.answer.status;
            assert!(
                matches!((case.verdict, status), ("revoked", 401) | ("blocked", 403) | ("rate_limited", 429)),
                "{}",
                case.what
            );
        }
        assert_eq!(fake.server().seen_at(fake.check()).len(), 2);
        gitea.always("*", Answer::html(503, "away"));
        assert_eq!(call(&gitea, "", "GET /version", "").status, 503);
    }
}

/// What it hands out is watched for by the sandbox whose token asked for it.
#[test]
fn what_it_makes_is_watched_for() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let grant = crate::support::fake::GiteaGrant::personal("ada").scopes(&["write:user"]).named("maker");
    let token = gitea.personal_for(&sandbox, grant);
    let body = r#"{"name": "next", "scopes": ["read:user"]}"#;
    let made = call(&gitea, &super::calls::basic("ada", &token), "POST /users/ada/tokens", body);
    assert!(sandbox.check_leaks(made.text.as_bytes(), &[]).is_err(), "{made:?}");
    let pair = gitea.oauth.pair(&gitea.oauth.register(&sandbox, "app"), "ada");
    assert!(sandbox.check_leaks(pair.to_string().as_bytes(), &[]).is_err(), "{pair}");
}
