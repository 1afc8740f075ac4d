//! Pages, filters and orders.

use serde_json::{Value, json};

use super::ask::as_ada;
use crate::support::Sandbox;
use crate::support::fake::Bitbucket;
use crate::support::fake::reply::Reply;

struct Place {
    bitbucket: Bitbucket,
    token: String,
}

impl Place {
    fn new() -> Self {
        let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
        let token = bitbucket.api_token(&sandbox, "ada");
        Self { bitbucket, token }
    }

    fn get(&self, path: &str) -> Reply {
        as_ada(&self.bitbucket, &self.token, path)
    }

    /// Follows `next` from here to the end: one field of every row, and the addresses on the way.
    fn walk(&self, path: &str, field: &str) -> (Vec<String>, Vec<String>) {
        let (mut found, mut addresses) = (Vec::new(), Vec::new());
        let mut path = path.to_owned();
        loop {
            let page = self.get(&path);
            assert_eq!(page.status, 200, "{path}: {page:?}");
            found.extend(page.texts("values", field));
            let Some(next) = page.body["next"].as_str() else { return (found, addresses) };
            addresses.push(next.to_owned());
            let below = next.strip_prefix(&self.bitbucket.api()).unwrap_or_else(|| panic!("it leads elsewhere: {next}"));
            below.clone_into(&mut path);
        }
    }
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("ada/repo-{number:03}")).collect()
}

#[test]
fn every_page_leads_to_the_next_one() {
    let place = Place::new();
    place.bitbucket.repositories("ada", 230);
    let path = "/repositories/ada?sort=-updated_on&pagelen=100";
    let (found, addresses) = place.walk(path, "full_name");
    assert_eq!((found, addresses.len()), (numbered(230), 2));
    assert!(addresses[0].ends_with("/2.0/repositories/ada?sort=-updated_on&pagelen=100&page=2"), "{addresses:?}");
    let third = place.get(&format!("{path}&page=3"));
    assert_eq!((&third.body["page"], &third.body["size"], &third.body["pagelen"]), (&json!(3), &json!(230), &json!(100)));
    assert_eq!(third.body["values"].as_array().unwrap().len(), 30);
    assert!(third.body["previous"].is_string() && third.body["next"].is_null());
    // Past the end is an empty page.
    assert_eq!(place.get(&format!("{path}&page=4")).body["values"], json!([]));
    assert_eq!(place.get("/repositories/ada").body["pagelen"], 10);
    for bad in ["pagelen=101", "pagelen=0", "pagelen=x", "page=0", "page=x", "ctx=abc"] {
        assert_eq!(place.get(&format!("/repositories/ada?{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn without_totals_the_next_page_has_no_number() {
    let place = Place::new();
    place.bitbucket.repositories("ada", 230);
    place.bitbucket.without_totals();
    let path = "/repositories/ada?sort=-updated_on&pagelen=100";
    let (found, addresses) = place.walk(path, "full_name");
    assert_eq!((found, addresses.len()), (numbered(230), 2));
    assert!(addresses.iter().all(|next| next.contains("&ctx=") && !next.contains("&page=")), "{addresses:?}");
    let first = place.get(path).body;
    assert!(["size", "page", "previous"].iter().all(|field| first[field].is_null()));
    // What was made up is refused.
    assert_eq!(place.get(&format!("{path}&page=2")).status, 400);
    assert_eq!(place.get(&format!("{path}&ctx=2")).status, 400);
}

#[test]
fn rows_move_once_the_first_page_was_read() {
    let place = Place::new();
    // So many that the row that moved needs a page of its own.
    place.bitbucket.repositories("ada", 200);
    place.bitbucket.moving();
    for totals in [true, false] {
        if !totals {
            place.bitbucket.without_totals();
        }
        let (mut found, addresses) = place.walk("/repositories/ada?sort=-updated_on&pagelen=100", "full_name");
        assert_eq!((found.len(), addresses.len()), (201, 2));
        found.dedup();
        assert_eq!(found, numbered(200));
    }
}

#[test]
fn next_leads_elsewhere_when_it_is_told_to() {
    let place = Place::new();
    place.bitbucket.repositories("ada", 20);
    place.bitbucket.link_to("https://elsewhere.example");
    let next = place.get("/repositories/ada").body["next"].clone();
    assert_eq!(next, json!("https://elsewhere.example/2.0/repositories/ada?page=2"));
}

#[test]
fn the_newest_repository_of_all_workspaces_is_told_from_the_others() {
    let place = Place::new();
    place.bitbucket.repositories("ada", 3);
    for slug in ["site", "api", "docs"] {
        place.bitbucket.repository("ada", &format!("acme/{slug}"), &["main"]);
    }
    let moments = |workspace: &str| {
        let (moments, _) = place.walk(&format!("/repositories/{workspace}?sort=-updated_on"), "updated_on");
        moments.into_iter().map(|moment| moment.parse::<jiff::Timestamp>().unwrap()).collect::<Vec<_>>()
    };
    let (own, acme) = (moments("ada"), moments("acme"));
    let mut all: Vec<jiff::Timestamp> = own.iter().chain(&acme).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.reverse();
    assert_eq!(all, [own[0], acme[0], own[1], acme[1], own[2], acme[2]]);
    // Whoever wants an order has to ask for it.
    place.bitbucket.repositories("many", 0);
    let (sorted, _) = place.walk("/repositories/acme?sort=-updated_on", "slug");
    assert_eq!(sorted, ["site", "api", "docs"]);
    assert_eq!(place.get("/repositories/acme?sort=size").status, 400);
}

#[test]
fn a_search_is_for_what_is_contained() {
    let place = Place::new();
    let branches = ["main", "feature/Item-1", "feature/item-10", "feature/item-2", r#"odd"name\x"#, "price/in$net"];
    place.bitbucket.repository("ada", "ada/site", &branches);
    let found = |query: &str| {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let reply = place.get(&format!("/repositories/ada/site/refs/branches?q={query}&pagelen=100"));
        if reply.status == 200 { Ok(reply.texts("values", "name")) } else { Err(reply.status) }
    };
    let texts = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(found(r#"name ~ "iTEM-1""#), texts(&["feature/Item-1", "feature/item-10"]));
    assert_eq!(found(r#"name ~ "odd\"name\\x""#), texts(&[r#"odd"name\x"#]));
    assert_eq!(found(r#"name ~ "IN$""#), texts(&["price/in$net"]));
    assert_eq!(found(r#"name = "main""#), texts(&["main"]));
    assert_eq!(found(r#"name ~ "^feature""#), texts(&[]));
    for bad in [r#"name ~ "odd"name\x""#, r#"name ~ "a\x""#, "name ~ item", r#"name ~ "item"#, r#"hash ~ "a""#, ""] {
        assert_eq!(found(bad), Err(400), "{bad}");
    }
    let in_order =
        |sort: &str| place.get(&format!("/repositories/ada/site/refs/branches?pagelen=3&sort={sort}")).texts("values", "name");
    assert_eq!(in_order("-target.date"), ["main", "feature/Item-1", "feature/item-10"]);
    assert_eq!(in_order("name"), ["feature/Item-1", "feature/item-2", "feature/item-10"]);
    let lexical = place.get("/repositories/ada/site/refs/branches?pagelen=3").texts("values", "name");
    assert_eq!(lexical, ["feature/Item-1", "feature/item-10", "feature/item-2"]);
    place.bitbucket.repository("ada", "ada/Website", &["main"]);
    let sites = place.get("/repositories/ada?q=name+~+%22site%22&sort=slug");
    assert_eq!(sites.texts("values", "slug"), ["Website", "site"]);
    assert_eq!(place.get("/repositories/ada?q=full_name+~+%22ada/web%22").body["size"], Value::from(1));
}
