//! Workspaces, repositories and branches.

use serde_json::{Value, json};

use super::ask::{as_ada, bearer};
use crate::support::Sandbox;
use crate::support::fake::{Bitbucket, BitbucketGrant, BitbucketToken, Restriction};

fn start() -> (Sandbox, Bitbucket, String) {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    (sandbox, bitbucket, token)
}

#[test]
fn what_spans_all_workspaces_is_gone() {
    let (_sandbox, bitbucket, token) = start();
    for path in [
        "/repositories",
        "/repositories?role=member",
        "/repositories/",
        "/workspaces",
        "/user/permissions/workspaces",
        "/user/permissions/repositories",
    ] {
        let reply = as_ada(&bitbucket, &token, path);
        assert_eq!(reply.refusal(), (410, "CHANGE-2770 - Functionality has been deprecated"), "{path}");
        assert!(reply.body["error"]["data"]["announcement_url"].is_string());
    }
}

#[test]
fn workspaces_are_listed_without_names_and_found_by_slug_and_id() {
    let (_sandbox, bitbucket, token) = start();
    bitbucket.join("ada", "acme", false);
    bitbucket.workspace("ops", "others");
    let list = as_ada(&bitbucket, &token, "/user/workspaces?sort=slug");
    assert_eq!((&list.body["pagelen"], &list.body["page"], &list.body["size"]), (&json!(25), &json!(1), &json!(2)));
    let first = &list.body["values"][0];
    assert_eq!((&first["type"], &first["administrator"]), (&json!("workspace_access"), &json!(false)));
    assert_eq!((&first["workspace"]["slug"], &first["workspace"]["name"]), (&json!("acme"), &Value::Null));
    let administered = as_ada(&bitbucket, &token, "/user/workspaces?administrator=true");
    assert_eq!(administered.body["values"][0]["workspace"]["slug"], "ada");
    assert_eq!(administered.body["size"], 1);
    assert_eq!(as_ada(&bitbucket, &token, "/user/workspaces?q=slug=%22acme%22").body["size"], 1);
    let uuid = bitbucket.uuid_of("acme").replace('{', "%7B").replace('}', "%7D");
    for identifier in ["acme", &uuid] {
        assert_eq!(as_ada(&bitbucket, &token, &format!("/workspaces/{identifier}")).body["slug"], "acme");
        assert_eq!(as_ada(&bitbucket, &token, &format!("/repositories/{identifier}")).status, 200);
    }
    assert_eq!(as_ada(&bitbucket, &token, "/workspaces/others").status, 401);
    for path in ["/workspaces/nowhere", "/repositories/nowhere"] {
        assert_eq!(as_ada(&bitbucket, &token, path).refusal(), (404, "No workspace with identifier 'nowhere'."));
    }
    bitbucket.mark_as_spam("acme");
    for path in ["/workspaces/acme", "/repositories/acme", "/repositories/acme/site"] {
        assert_eq!(as_ada(&bitbucket, &token, path).status, 410);
    }
}

#[test]
fn a_repository_has_everything_that_the_notes_have() {
    let (_sandbox, bitbucket, token) = start();
    bitbucket.repository("ada", "ada/site", &["main"]);
    bitbucket.repository_in("ada", "empty", &[], |repository| repository.name = "Nothing Yet".to_owned());
    let site = as_ada(&bitbucket, &token, "/repositories/ada/site").body;
    assert_eq!((&site["full_name"], &site["slug"], &site["is_private"]), (&json!("ada/site"), &json!("site"), &json!(true)));
    assert_eq!(site["mainbranch"], json!({"type": "branch", "name": "main"}));
    assert_eq!(
        (&site["workspace"]["slug"], &site["scm"], &site["project"]["key"]),
        (&json!("ada"), &json!("git"), &json!("PROJ"))
    );
    let uuid = site["uuid"].as_str().unwrap();
    assert!(uuid.starts_with('{') && uuid.ends_with('}') && uuid.len() == 38, "{uuid}");
    let origin = bitbucket.origin();
    let with_user = origin.replace("://", "://ada@");
    assert_eq!(site["links"]["html"]["href"], json!(format!("{origin}/ada/site")));
    assert_eq!(site["links"]["clone"][0], json!({"name": "https", "href": format!("{with_user}/ada/site.git")}));
    assert_eq!(site["links"]["clone"][1], json!({"name": "ssh", "href": "git@127.0.0.1:ada/site.git"}));
    let empty = as_ada(&bitbucket, &token, "/repositories/ada/empty").body;
    assert_eq!((&empty["mainbranch"], &empty["name"], &empty["slug"]), (&Value::Null, &json!("Nothing Yet"), &json!("empty")));
    for (path, text) in [
        ("/repositories/ada/nothing", "Repository ada/nothing not found"),
        ("/repositories/ada/nothing/refs/branches", "Repository ada/nothing not found"),
        ("/repositories/nowhere/site", "Repository nowhere/site not found"),
    ] {
        assert_eq!(as_ada(&bitbucket, &token, path).refusal(), (404, text));
    }
}

#[test]
fn others_see_what_is_public_and_nothing_else() {
    let (sandbox, bitbucket, token) = start();
    bitbucket.repository("ops", "others/secret", &["main"]);
    bitbucket.repository_in("others", "open", &["main"], |repository| repository.is_private = false);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/others").texts("values", "slug"), ["open"]);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/others?role=member").body["size"], 0);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/others/open").status, 200);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/others/secret").status, 404);
    // Who is a member, but no administrator, has the lesser roles.
    bitbucket.join("ada", "others", false);
    let size = |role: &str| as_ada(&bitbucket, &token, &format!("/repositories/others?role={role}")).body["size"].clone();
    assert_eq!((size("member"), size("admin")), (json!(2), json!(0)));
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/others?role=guest").status, 400);
    let access = bitbucket.access_token(&sandbox, BitbucketToken::Repository, "others", &["secret"]);
    let secret = bearer(&bitbucket, &access, "/repositories/others/secret").body;
    assert!(secret["links"]["clone"][0]["href"].as_str().unwrap().contains("://x-token-auth@"), "{secret}");
}

#[test]
fn a_branch_says_neither_whether_it_is_protected_nor_whether_it_is_the_main_one() {
    let (_sandbox, bitbucket, token) = start();
    bitbucket.repository("ada", "ada/site", &["main", "feature/a b"]);
    let main = as_ada(&bitbucket, &token, "/repositories/ada/site/refs/branches/main").body;
    assert_eq!((&main["type"], &main["name"]), (&json!("branch"), &json!("main")));
    assert_eq!(main["target"]["hash"].as_str().unwrap().len(), 40);
    assert!(["protected", "is_protected", "default", "is_default"].iter().all(|field| main[field].is_null()), "{main}");
    for path in ["feature/a%20b", "feature%2Fa%20b"] {
        let branch = as_ada(&bitbucket, &token, &format!("/repositories/ada/site/refs/branches/{path}"));
        assert_eq!(branch.body["name"], "feature/a b", "{branch:?}");
    }
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/ada/site/refs/branches/nothing").status, 404);
    let model = as_ada(&bitbucket, &token, "/repositories/ada/site/branching-model").body;
    assert_eq!((&model["development"]["branch"]["name"], &model["production"]), (&json!("main"), &Value::Null));
}

#[test]
fn rules_about_branches_are_for_administrators() {
    let (_sandbox, bitbucket, token) = start();
    bitbucket.repository_in("ada", "site", &["main", "develop"], |repository| {
        repository.restrictions.push(Restriction::model("delete", "development"));
    });
    let rules = "/repositories/ada/site/branch-restrictions";
    assert_eq!(as_ada(&bitbucket, &token, rules).status, 403);
    bitbucket.accept(&token, BitbucketGrant::api_token("ada").scopes(&["admin:repository:bitbucket"]));
    let all = as_ada(&bitbucket, &token, rules);
    assert_eq!(all.texts("values", "kind"), ["push", "force", "delete"]);
    assert_eq!(all.texts("values", "pattern"), ["main", "main", ""]);
    assert_eq!(all.texts("values", "branch_match_kind"), ["glob", "glob", "branching_model"]);
    let push = as_ada(&bitbucket, &token, &format!("{rules}?kind=push&pattern=main"));
    assert_eq!((&push.body["size"], &push.body["values"][0]["kind"]), (&json!(1), &json!("push")));
}

#[test]
fn a_repository_that_moved_sends_on_whatever_is_asked_of_it() {
    let (_sandbox, bitbucket, token) = start();
    bitbucket.move_repository("ada", "ada/old", "ada/new", &["main"]);
    let reply = as_ada(&bitbucket, &token, "/repositories/ada/old/refs/branches?pagelen=100");
    let target = format!("{}/repositories/ada/new/refs/branches?pagelen=100", bitbucket.api());
    assert_eq!((reply.status, reply.header("location")), (301, Some(target.as_str())));
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/ada/old").status, 301);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/ada/new/refs/branches").texts("values", "name"), ["main"]);
}
