//! Listings, one repository, its branches, and pages.

use serde_json::{Value, json};

use super::calls::{Reply, ask, call};
use crate::support::Sandbox;
use crate::support::fake::{Gitea, GiteaGrant};

fn names(reply: &Reply) -> Vec<String> {
    reply.texts("full_name")
}

#[test]
fn a_listing_is_cut_to_what_the_server_allows() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::under("/git"));
    let token = gitea.personal(&sandbox, "ada");
    gitea.repositories("ada", 120);
    let all: Vec<String> = (1..=120).map(|number| format!("ada/repo-{number:03}")).collect();
    let id = ask(&gitea, &token, "GET /user").body["id"].clone();
    let search = |more: &str| ask(&gitea, &token, &format!("GET /repos/search?uid={id}&sort=updated&order=desc{more}"));
    let first = search("&limit=100");
    assert_eq!((names(&first), &first.body["ok"]), (all[..50].to_vec(), &json!(true)));
    assert_eq!(first.header("x-total-count"), Some("120"));
    let link = first.header("link").unwrap();
    let base = format!("{}/api/v1/repos/search?uid={id}&sort=updated&order=desc&limit=100", gitea.host());
    assert_eq!(link, format!("<{base}&page=2>; rel=\"next\",<{base}&page=3>; rel=\"last\""));
    assert_eq!(names(&search("&limit=100&page=3")), all[100..]);
    assert_eq!((names(&search("&page=2")), names(&search("&limit=0"))), (all[30..60].to_vec(), all[..30].to_vec()));
    gitea.set(|settings| settings.max_response_items = 20);
    assert_eq!(names(&search("&limit=50")), all[..20]);
    // Nothing says how many there are, and links lead to what the server takes for its own address.
    gitea.without_totals();
    gitea.link_to("https://elsewhere.example");
    let first = search("&limit=20");
    assert_eq!(first.header("x-total-count"), None);
    let link = first.header("link").unwrap();
    assert!(link.starts_with("<https://elsewhere.example/api/v1/repos/search?") && !link.contains("last"), "{link}");
    gitea.moving();
    assert_eq!(names(&search("&limit=20&page=2")), all[19..39]);
    // What was pushed off the last page is on another one, which the pages before do not hide.
    let last = search("&limit=20&page=6");
    assert_eq!(names(&last), all[99..119]);
    assert!(last.header("link").unwrap().contains("&page=7>; rel=\"next\""), "{last:?}");
    assert_eq!(names(&search("&limit=20&page=7")), all[119..]);
}

#[test]
fn a_search_knows_whose_which_and_in_which_order() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::start());
    let token = gitea.personal(&sandbox, "ada");
    gitea.repository("ada", "ada/Site", &["main"]);
    gitea.repository("ada", "acme/shared", &["main"]);
    gitea.edit("ops", "ops/open", &["main"], |repository| repository.private = false);
    gitea.repository("ops", "ops/closed", &["main"]);
    let search = |query: &str| ask(&gitea, &token, &format!("GET /repos/search?{query}"));
    let id = ask(&gitea, &token, "GET /user").body["id"].to_string();
    assert_eq!(names(&search("")), ["acme/shared", "ada/Site", "ops/open"]);
    assert_eq!(names(&search(&format!("uid={id}&sort=updated&order=desc"))), ["ada/Site", "acme/shared"]);
    assert_eq!(names(&search(&format!("uid={id}&sort=updated"))), ["acme/shared", "ada/Site"]);
    assert_eq!(names(&search("q=sITE")), ["ada/Site"]);
    assert_eq!(names(&search("private=false")), ["ops/open"]);
    assert_eq!((search("sort=x").status, search("sort=updated&order=x").status), (422, 422));
    assert_eq!(names(&ask(&gitea, &token, "GET /user/repos")), ["acme/shared", "ada/Site"]);
    assert_eq!(names(&call(&gitea, "", "GET /repos/search", "")), ["ops/open"]);
    let grant = GiteaGrant::personal("ada").scopes(&["public-only", "read:repository"]).named("public");
    let public = gitea.personal_for(&sandbox, grant);
    assert_eq!(names(&ask(&gitea, &public, "GET /repos/search")), ["ops/open"]);
    assert_eq!(ask(&gitea, &public, "GET /repos/ada/site").status, 404);
}

#[test]
fn one_repository_is_there_or_not() {
    let (sandbox, gitea, forgejo) = (Sandbox::bare(), Gitea::under("/git"), Gitea::forgejo());
    let token = gitea.personal(&sandbox, "ada");
    gitea.repository("ada", "ada/site", &["main", "develop"]);
    let body = ask(&gitea, &token, "GET /repos/Ada/SITE").body;
    assert_eq!(
        (&body["full_name"], &body["default_branch"], &body["empty"]),
        (&json!("ada/site"), &json!("main"), &json!(false))
    );
    assert_eq!(body["clone_url"], json!(format!("{}/ada/site.git", gitea.host())));
    for (server, errors) in [(&gitea, Value::Null), (&forgejo, json!([]))] {
        let token = server.personal(&sandbox, "ada");
        let expected = json!({"errors": errors, "message": "The target couldn't be found.",
            "url": format!("{}/api/swagger", server.host())});
        for path in ["/repos/ada/nothing", "/repos/ada/nothing/branches"] {
            let reply = ask(server, &token, &format!("GET {path}"));
            assert_eq!((reply.status, reply.body), (404, expected.clone()), "{path}");
        }
    }
    assert_eq!(call(&gitea, "", "GET /repos/ada/site", "").status, 404);
}

#[test]
fn branches_come_by_name_and_are_searched_since_1_27() {
    let sandbox = Sandbox::bare();
    for (gitea, is_newer) in [(Gitea::start(), false), (Gitea::newer(), true), (Gitea::forgejo(), false)] {
        let token = gitea.personal(&sandbox, "ada");
        gitea.repository("ada", "ada/site", &["main", "develop", "feature/one", "trunk"]);
        let list = ask(&gitea, &token, "GET /repos/ada/site/branches");
        assert_eq!(list.texts("name"), ["develop", "feature/one", "main", "trunk"]);
        assert_eq!((&list.body[0]["protected"], &list.body[2]["protected"]), (&json!(false), &json!(true)));
        assert_eq!(list.body[0]["commit"]["id"].as_str().unwrap().len(), 40);
        assert_eq!(list.header("x-total-count"), Some("4"));
        let search = |wanted: &str| ask(&gitea, &token, &format!("GET /repos/ada/site/branches?q={wanted}")).texts("name").len();
        let found = [search("e"), search("MAIN"), search("ma%25n"), search("ma_n"), search("x")];
        assert_eq!(found, if is_newer { [2, 0, 1, 1, 0] } else { [4; 5] });
        for name in ["feature/one", "feature%2Fone"] {
            assert_eq!(ask(&gitea, &token, &format!("GET /repos/ada/site/branches/{name}")).body["name"], json!("feature/one"));
        }
        assert_eq!(ask(&gitea, &token, "GET /repos/ada/site/branches/one").status, 404);
        gitea.repository("ada", "ada/empty", &[]);
        let empty = ask(&gitea, &token, "GET /repos/ada/empty/branches");
        assert_eq!((empty.status, &*empty.text, empty.header("x-total-count")), (200, "null", Some("0")));
        let body = ask(&gitea, &token, "GET /repos/ada/empty").body;
        assert_eq!((&body["default_branch"], &body["empty"]), (&json!(""), &json!(true)));
    }
}

#[test]
fn a_renamed_repository_is_found_from_its_old_name() {
    let (sandbox, gitea) = (Sandbox::bare(), Gitea::under("/git"));
    let token = gitea.personal(&sandbox, "ada");
    gitea.edit("ada", "ada/new", &["main"], |repository| repository.former = Some("ada/Old".to_owned()));
    for (old, new) in [
        ("ada/old", "ada/new"),
        ("ada/old/branches?limit=50&page=2", "ada/new/branches?limit=50&page=2"),
        ("Ada/OLD/x/y", "ada/new/x/y"),
    ] {
        let reply = ask(&gitea, &token, &format!("GET /repos/{old}"));
        assert_eq!((reply.status, reply.header("location")), (307, Some(&*format!("/git/api/v1/repos/{new}"))));
    }
    assert_eq!(call(&gitea, "", "GET /repos/ada/old", "").status, 404, "who may not see it is not led to it");
}
