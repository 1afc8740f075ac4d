//! `route`: which connection serves which repositories, and why.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::fake::each_provider;
use crate::support::house::{fields, texts};
use crate::support::{Foundry, House, Ran, Sandbox};

/// A house with a second GitHub account, `bot`, that sees the same repository.
struct Two {
    house: House,
    /// `127.0.0.1:PORT`.
    host: String,
}

impl Two {
    fn new() -> Self {
        let house = House::new();
        house.run(&["disable", "lab"]).ok();
        let bot = house.github.classic(&house.sandbox, "bot");
        house.connect_github("bot", &bot, &[]).ok();
        house.github.repository("bot", "ada/site", &["main"]);
        let host = house.github.origin().trim_start_matches("http://").to_owned();
        Self { house, host }
    }

    /// An address on the house's GitHub.
    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.house.github.origin()).trim_end_matches('/').to_owned()
    }

    fn add(&self, path: &str, name: &str) -> Ran {
        self.house.run(&["route", "add", &self.at(path), name])
    }

    /// Which connection serves, and by which route's path.
    fn serves(&self, address: &str) -> (String, String) {
        let tested = self.house.json(&["route", "test", address]);
        let route = tested["route"].as_str().unwrap_or_default();
        let route = route.trim_start_matches("http://").trim_start_matches(&self.host).trim_start_matches('/');
        (tested["connection"].as_str().unwrap().to_owned(), route.to_owned())
    }
}

#[test]
fn two_that_fit_are_named_with_the_command_that_settles_it() {
    let two = Two::new();
    let address = two.at("ada/site");
    let ran = two.house.run(&["branches", &address]).code(2).says("2 connections").says("bot, work");
    let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("hint: gitconn ")).unwrap_or_else(|| panic!("{ran}"));
    // As it is printed, up to the remark.
    let command: Vec<&str> = hint.split('#').next().unwrap().split_whitespace().map(|word| word.trim_matches('\'')).collect();
    assert_eq!(command.first(), Some(&"route"), "{ran}");
    two.house.run(&command).ok();
    two.house.run(&["branches", &address]).ok();
    assert_eq!(two.serves(&address).0, "bot");
}

#[test]
fn the_longest_one_counts_whatever_the_order() {
    let two = Two::new();
    for order in [["", "ada", "ada/site"], ["ada/site", "ada", ""]] {
        for path in order {
            two.add(path, if path == "ada" { "bot" } else { "work" }).ok();
        }
        for (path, name, route) in [
            ("ada/site", "work", "ada/site"),
            ("ADA/Site.git", "work", "ada/site"),
            ("ada/other", "bot", "ada"),
            ("adam/site", "work", ""),
            ("ada/site-two", "bot", "ada"),
        ] {
            assert_eq!(two.serves(&two.at(path)), (name.to_owned(), route.to_owned()), "{path}");
        }
        for path in order {
            two.house.run(&["route", "remove", &two.at(path)]).ok();
        }
    }
    assert_eq!(two.house.json(&["route", "list"])["routes"], json!([]));
}

#[test]
fn every_way_to_write_an_address_leads_to_the_same() {
    let two = Two::new();
    two.add("ada", "bot").ok();
    let (origin, host) = (two.house.github.origin(), &two.host);
    for address in [
        format!("{origin}/ada/site"),
        format!("{origin}/ada/site.git"),
        format!("{origin}/ada/site/"),
        format!("git+{origin}/ada/site.git"),
        format!("http://ada@{host}/ada/site.git"),
        "git@127.0.0.1:ada/site.git".to_owned(),
        "ssh://git@127.0.0.1/ada/site".to_owned(),
        "ssh://git@127.0.0.1:2222/ada/site.git".to_owned(),
        "git+ssh://git@127.0.0.1/ada/site.git".to_owned(),
        "ada/site".to_owned(),
        "Ada/Site".to_owned(),
    ] {
        assert_eq!(two.serves(&address), ("bot".to_owned(), "ada".to_owned()), "{address}");
    }
    // Another port is another host.
    let ran = two.house.run(&["route", "test", "http://127.0.0.1:1/ada/site"]).code(3);
    assert_eq!(ran.stdout, "");
}

#[test]
fn what_uses_it_goes_by_it() {
    let two = Two::new();
    let address = two.at("ada/site");
    two.add("ada", "bot").ok();
    let asked_by = |two: &Two| {
        two.house.github.forget();
        // Whether the account may see it is not what is asked here.
        let _ = two.house.run(&["branches", &address]);
        two.house.github.seen().last().unwrap().header("authorization").unwrap().to_owned()
    };
    let first = asked_by(&two);
    two.add("ada/site", "work").ok();
    let second = asked_by(&two);
    assert!(second.ends_with(&two.house.work) && first != second, "the route was not followed");
    // What is named on the command line comes first, and a setting for everything too.
    two.house.run(&["branches", &address, "-c", "bot"]).ok();
    let tested = two.house.sandbox.gitconn(["route", "test", &address, "--json"]).env("GITCONN_CONNECTION", "bot").run().ok();
    assert_eq!((&tested.json()["connection"], &tested.json()["because"]), (&json!("bot"), &json!("setting")));
}

/// As git's helper does: whoever is named in the address is one of those that fit, or is nobody.
#[test]
fn a_user_name_in_an_address_chooses_between_those_that_fit() {
    let two = Two::new();
    let by = |name: &str| two.at("ada/site").replace("http://", &format!("http://{name}@"));
    let test = |address: &str| {
        let tested = two.house.json(&["route", "test", address]);
        (tested["connection"].as_str().unwrap().to_owned(), tested["because"].as_str().unwrap().to_owned())
    };
    for (name, connection) in [("ada", "work"), ("Bot", "bot")] {
        assert_eq!(test(&by(name)), (connection.to_owned(), "username".to_owned()), "{name}");
        let print = ["exec", "--for", &by(name), "--env", "MINE", "--", "sh", "-c", "echo it ran"];
        two.house.run(&print).ok().prints("it ran");
        let checked = two.house.run(&["check", &by(name), "--json"]);
        assert_eq!(checked.json()["connection"], connection, "{checked}");
    }
    two.house.run(&["route", "test", &by("ada"), "-o", "table"]).ok().prints("the address names");
    two.house.run(&["route", "test", &by("eve")]).code(2).says("bot, work");
    two.house.run(&["route", "test", &two.at("ada/site")]).code(2);
    // A route says more than a name.
    two.add("ada", "bot").ok();
    assert_eq!(test(&by("ada")), ("bot".to_owned(), "route".to_owned()));
}

#[test]
fn a_route_to_what_cannot_be_used_is_no_way_around_it() {
    let two = Two::new();
    two.add("ada", "bot").ok();
    two.house.run(&["disable", "bot"]).ok();
    let ran = two.house.run(&["branches", &two.at("ada/site")]).code(4).says("`bot` is disabled").says("route");
    assert!(ran.stderr.contains("hint: gitconn enable bot"), "{ran}");
    // Adding one there is allowed, and said.
    let ran = two.add("ada/site", "bot").ok().says("cannot be used as it is");
    assert!(ran.stderr.contains("gitconn show bot"), "{ran}");
}

/// Without a route: there is no other, and whoever was told to connect would have two of them afterwards.
#[test]
fn the_only_connection_of_a_host_says_why_it_does_not_serve() {
    let house = House::new();
    let at = format!("{}/acme/site", house.github.origin());
    let all = |why: &str, hint: &str| {
        for words in [&["route", "test", &at][..], &["branches", &at], &["token", &at], &["clone", &at, "x"]] {
            let ran = house.run(words).code(4).says(why);
            assert!(ran.stderr.contains(hint), "{words:?}: {ran}");
        }
        house.run(&["exec", "--for", &at, "--", "true"]).code(125).says(why);
        house.run(&["check", &at]).code(4).prints(why);
    };
    house.run(&["disable", "work"]).ok();
    all("`work` is disabled", "hint: gitconn enable work");
    house.run(&["enable", "work"]).ok();
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    all("connection `work` cannot be used: its token is revoked", "hint: gitconn rotate work");
    // A folder of this machine is nobody's repository.
    house.run(&["clone", "/srv/acme/site.git", "x"]).code(2).says("`/srv/acme/site.git`");
}

#[test]
fn a_token_goes_to_its_own_host_only() {
    let two = Two::new();
    for foreign in ["github.com/ada", "http://127.0.0.1:1/ada", "127.0.0.1.evil.example/ada"] {
        two.house.run(&["route", "add", foreign, "work"]).code(2).says("its token goes nowhere else");
    }
    for nonsense in ["", "a b", "-x", "..", "https://github.com/a/../b\u{7}"] {
        let ran = two.house.run(&["route", "add", "--", nonsense, "work"]);
        assert_eq!(ran.code, 2, "{ran}");
    }
    assert_eq!(two.house.json(&["route", "list"])["routes"], json!([]));
    two.house.run(&["route", "add", "ada", "nobody"]).code(3).says("`nobody`");
}

#[test]
fn an_address_below_which_nothing_can_lie_is_refused_with_the_one_that_was_meant() {
    let two = Two::new();
    let host = two.house.github.origin();
    for (typed, meant) in [
        ("acme/*", "acme".to_owned()),
        ("acme/site-*", "acme".to_owned()),
        ("*", host.clone()),
        ("acme/site/tree", "acme/site".to_owned()),
        ("acme/site/tree/main", "acme/site".to_owned()),
        (&two.at("acme/*"), two.at("acme")),
        (&two.at("acme/site/tree"), two.at("acme/site")),
    ] {
        let ran = two.house.run(&["route", "add", typed, "work"]).code(2);
        assert!(ran.stderr.contains(&format!("`{meant}`")), "{ran}");
        assert!(ran.stderr.contains(&format!("hint: gitconn route add {meant} work\n")), "{ran}");
    }
    assert_eq!(two.house.json(&["route", "list"])["routes"], json!([]));
    // Groups lie in groups.
    two.house.run(&["enable", "lab"]).ok();
    two.house.run(&["route", "add", "group/sub/deep/site", "lab"]).ok();
    two.house.run(&["route", "add", "group/*", "lab"]).code(2).says("`group`");
}

#[test]
fn the_provider_says_how_deep_its_repositories_lie() {
    each_provider(|fake| {
        let sandbox = Sandbox::new();
        let token = fake.token(&sandbox, "ada");
        sandbox.gitconn(["connect", fake.id(), "own", "--token-stdin"]).args(fake.arguments()).stdin(&token).run().ok();
        let ran = sandbox.gitconn(["route", "add", "acme/site/tree", "own"]).run();
        assert_eq!(ran.code, if fake.id() == "gitlab" { 0 } else { 2 }, "{ran}");
    });
}

#[test]
fn it_is_listed_replaced_and_removed_and_the_trail_knows() {
    let two = Two::new();
    two.add("ada", "bot").ok().says("`bot` serves");
    two.add("Ada", "work").ok().says("instead of `bot`");
    let listed = two.house.json(&["route", "list"]);
    assert_eq!(texts(&listed["routes"], "connection"), ["work"]);
    assert_eq!(
        fields(&listed["routes"][0]),
        ["added_at", "added_by", "connection", "connection_id", "host", "is_active", "path", "provider", "route", "status"]
    );
    two.house.run(&["route", "list", "-o", "table"]).ok().prints("Ada").prints("work");
    assert_eq!(two.house.json(&["show", "work"])["routes"], json!([format!("{}/Ada", two.house.github.origin())]));
    two.house.run(&["route", "remove", "ad"]).code(3).says("gitconn route remove");
    two.house.run(&["route", "remove", "ADA"]).ok();
    two.house.run(&["route", "list"]).ok().says("there are no routes");
    let kinds: Vec<String> = two.house.trail().into_iter().filter(|kind| kind == "route").collect();
    assert_eq!(kinds.len(), 3);
}

#[test]
fn a_connection_that_routes_lead_to_is_not_removed_by_the_way() {
    let two = Two::new();
    two.add("ada", "bot").ok();
    two.house.run(&["remove", "bot", "--yes"]).code(2).says("route").says("--cascade");
    two.house.run(&["remove", "bot", "--yes", "--cascade"]).ok();
    assert_eq!(two.house.json(&["route", "list"])["routes"], json!([]));
    assert_eq!(two.serves(&two.at("ada/site")).0, "work");
}

#[test]
fn apps_route_by_owner_by_themselves_and_a_route_has_the_last_word() {
    let foundry = Foundry::connected();
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    crate::support::house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
    let test = |address: &str| foundry.json(&["route", "test", address]);
    let tested = test("ACME-corp/theme");
    let is = |tested: &Value| (tested["connection"].clone(), tested["because"].clone(), tested["installation"].clone());
    assert_eq!(is(&tested), (json!("prod-app"), json!("installation"), json!("acme-corp")));
    assert_eq!(is(&test("somebody/else")), (json!("ada"), json!("only"), Value::Null));
    foundry.run(&["route", "add", "acme-corp", "ada"]).ok();
    assert_eq!(is(&test("acme-corp/theme")), (json!("ada"), json!("route"), Value::Null));
    // To an app that is not installed there: it may be soon.
    foundry.run(&["route", "add", "newcomer", "prod-app"]).ok().says("not known to be installed there");
    foundry.run(&["route", "test", "acme-corp/theme", "-o", "table"]).ok().prints("the route `");
}

/// What a reader of the manual would do by hand: try every beginning of the path, the longest first.
fn by_hand<'a>(routes: &'a [(String, usize)], path: &str) -> Option<&'a (String, usize)> {
    let mut segments: Vec<&str> = path.split('/').collect();
    loop {
        let beginning = segments.join("/").to_lowercase();
        // A later one for the same beginning has replaced the earlier.
        if let Some(found) = routes.iter().rev().find(|(route, _)| route.to_lowercase() == beginning) {
            return Some(found);
        }
        segments.pop()?;
    }
}

proptest! {
    // Each case runs the program a dozen times.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_the_longest_beginning_for_any_set_of_routes(
        routes in prop::collection::vec(("([aAbB](/[aAbB](/a)?)?)?", 0..2_usize), 0..5),
        paths in prop::collection::vec("[abA]/[abB](/[ab])?", 3),
    ) {
        // Where groups lie in groups.
        let house = House::new();
        let other = house.gitlab.personal(&house.sandbox, "other");
        house.connect_gitlab("other", &other, &[]).ok();
        let at = |path: &str| format!("{}/{path}", house.gitlab.host()).trim_end_matches('/').to_owned();
        let names = ["other", "lab"];
        for (path, to) in &routes {
            house.run(&["route", "add", &at(path), names[*to]]).ok();
        }
        for path in &paths {
            let ran = house.run(&["route", "test", &at(path), "--json"]);
            if let Some((_, to)) = by_hand(&routes, path) {
                prop_assert_eq!(&ran.ok().json()["connection"], &json!(names[*to]));
            } else {
                prop_assert_eq!(ran.code, 2);
            }
        }
    }
}
