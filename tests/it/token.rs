//! `token`: the one command that lets a secret out.

use crate::support::House;

#[test]
fn it_prints_the_token_and_nothing_else() {
    let house = House::new();
    let ran = house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (format!("{}\n", house.work).as_str(), ""));
    let json = house.sandbox.gitconn(["token", "work", "--json"]).may_show(&house.work).run().ok();
    assert_eq!(json.json()["token"], house.work.as_str());
}

#[test]
fn a_url_or_a_host_finds_its_connection() {
    let house = House::new();
    let origin = house.github.origin();
    for typed in [origin.clone(), format!("{origin}/ada/site.git"), format!("{origin}/ada/site")] {
        let ran = house.sandbox.gitconn(["token", &typed]).may_show(&house.work).run().ok();
        assert_eq!(ran.stdout.trim_end(), house.work, "{typed}");
    }
    // Another port is another host: it gets nothing.
    house.run(&["token", "http://127.0.0.1:1/ada/site"]).code(3);
    house.run(&["token", "https://127.0.0.1/ada/site"]).code(3);
}

#[test]
fn it_asks_nobody() {
    let house = House::new();
    house.github.forget();
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    assert!(house.github.seen().is_empty());
}

#[test]
fn two_that_fit_are_an_error_that_names_them() {
    let house = House::new();
    house.connect_github("second", &house.work, &[]).ok();
    let ran = house.run(&["token", &house.github.origin()]).code(2);
    assert!(ran.stderr.contains("second") && ran.stderr.contains("work"), "{ran}");
}

#[test]
fn a_dead_token_is_not_handed_out() {
    let house = House::new();
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    house.run(&["token", "work"]).code(4).says("gitconn validate work");
}

#[test]
fn verbose_says_what_is_done_and_no_secret() {
    let house = House::new();
    house.github.repositories("ada", 1);
    let ran = house.run(&["-v", "repos", "work"]).ok();
    assert!(ran.stderr.contains("/user/repos"), "{ran}");
    house.run(&["-v", "validate"]).ok();
    house.sandbox.gitconn(["-v", "token", "work"]).may_show(&house.work).run().ok();
}

#[test]
fn a_connection_that_is_not_to_be_exported_serves_git_and_programs_only() {
    let house = House::new();
    house.run(&["edit", "work", "--no-export"]).ok().says("changed `work`: no_export");
    let ran = house.run(&["token", "work"]).code(2).says("the token of `work` is not handed out");
    ran.says("hint: gitconn exec work -- CMD").says("hint: gitconn edit work --export");
    assert_eq!(house.run(&["token", "work", "--json"]).code(2).error()["kind"], "usage");
    let authority = house.github.origin().trim_start_matches("http://").to_owned();
    house.run(&["token", &format!("{}/acme/site", house.github.origin())]).code(2).says("is not handed out");
    house.run(&["show", "work"]).ok().prints("export");
    assert_eq!(house.connection("work")["no_export"], true);
    // git and programs are served.
    let asks = format!("protocol=http\nhost={authority}\npath=acme/site\n\n");
    let answered = house.sandbox.gitconn(["credential", "get"]).stdin(&asks).may_show(&house.work).run().ok();
    assert!(answered.stdout.contains(&house.work), "{answered}");
    house.run(&["exec", "work", "--", "sh", "-c", "test -n \"$GH_ENTERPRISE_TOKEN\""]).ok();
    // The others are as they were, and so is this one when it is allowed again.
    house.sandbox.gitconn(["token", "lab"]).may_show(&house.lab).run().ok();
    house.run(&["edit", "work", "--no-export", "--export"]).code(2);
    house.run(&["edit", "work", "--export"]).ok();
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    let events = house.json(&["audit", "list", "--kind", "updated"]);
    assert_eq!(events["events"][0]["detail"]["fields"], serde_json::json!(["no_export"]), "{events}");
}
