//! `which`: whose a token is that was found in a leak.

use serde_json::{Value, json};

use crate::store_in_doubt::forge;
use crate::support::fake::{GitHubGrant, Settings};
use crate::support::hall::log_in;
use crate::support::house::{has_fields, texts};
use crate::support::sandbox::Run;
use crate::support::{Foundry, Hall, House, Sandbox, tokens};

/// `which` with a token on stdin.
fn which<'sandbox>(sandbox: &'sandbox Sandbox, token: &str) -> Run<'sandbox> {
    sandbox.gitconn(["which", "--token-stdin"]).stdin(token)
}

/// The only match.
#[track_caller]
fn only(sandbox: &Sandbox, token: &str) -> Value {
    let found = which(sandbox, token).arg("--json").run().ok().json();
    let matches = found["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 1, "{found}");
    matches[0].clone()
}

/// Puts another token in the place of `work`'s, and gives it back.
fn replace(house: &House, label: &str) -> String {
    let other = house.sandbox.secret(&tokens::classic(label));
    house.github.accept(&other, GitHubGrant::classic("ada"));
    house.sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&other).run().ok();
    other
}

#[test]
fn it_is_found_in_the_line_that_it_leaked_in() {
    let house = House::new();
    for line in [
        "export GH_TOKEN=\"TOKEN\"",
        "  Authorization: Bearer TOKEN",
        "git clone https://ada:TOKEN@github.com/acme/site.git",
        "https://github.com/login?access_token=TOKEN",
        "machine github.com login ada password TOKEN\nmachine other.example login x password y",
        "{\"token\":\"TOKEN\"}",
    ] {
        let one = only(&house.sandbox, &line.replace("TOKEN", &house.work));
        assert_eq!(one["connection"], "work", "{line}");
    }
    which(&house.sandbox, &format!("token={}x", house.work)).run().code(3);
}

#[test]
fn the_connection_that_holds_it_and_what_used_it_last_are_named() {
    let house = House::new();
    house.github.repositories("ada", 1);
    let one = only(&house.sandbox, &house.work);
    has_fields(
        &one,
        &[
            "connection",
            "connection_id",
            "provider",
            "host",
            "username",
            "held_as",
            "installation_account",
            "holds_now",
            "status",
            "held_since",
            "held_until",
            "ended_by",
            "expires_at",
            "revoked_at",
            "dead",
            "last_used",
        ],
    );
    assert_eq!((&one["connection"], &one["provider"], &one["username"]), (&json!("work"), &json!("github"), &json!("ada")));
    assert_eq!((&one["held_as"], &one["holds_now"], &one["dead"]), (&json!("token"), &json!(true), &json!(false)));
    assert_eq!((&one["held_until"], &one["last_used"]), (&Value::Null, &Value::Null));
    assert!(one["held_since"].is_string() && one["expires_at"].is_string(), "{one}");
    // A use counts while it still waits for a save, and after it.
    house.run(&["branches", "ada/repo-001", "-c", "work"]).ok();
    let used = |saved: bool| {
        let used = only(&house.sandbox, &house.work)["last_used"].clone();
        assert_eq!((&used["purpose"], &used["repository"]), (&json!("branches"), &json!("ada/repo-001")), "saved: {saved}");
        assert!(used["who"].as_str().unwrap().contains('@') && used["at"].is_string(), "{used}");
    };
    used(false);
    house.run(&["edit", "work", "--description", "x"]).ok();
    used(true);
    let found = which(&house.sandbox, &house.work).arg("--json").run().ok().json();
    assert_eq!(found["fingerprint"], house.connection("work")["fingerprint"]);
    let ran = which(&house.sandbox, &house.work).args(["-o", "table"]).run().ok();
    ran.prints("work").prints("now").prints("branches, ada/repo-001").says("hint: gitconn rotate work --compromised");
    assert_eq!(which(&house.sandbox, &house.work).args(["-o", "tsv"]).run().ok().stdout.lines().count(), 1);
}

#[test]
fn white_space_around_it_does_not_count_and_it_may_come_from_anywhere() {
    let house = House::new();
    for text in [format!("\n  {}\r\n", house.work), format!("{}\n\n", house.work), format!("\t{} ", house.work)] {
        assert_eq!(only(&house.sandbox, &text)["connection"], "work");
    }
    let path = house.sandbox.write("found.txt", &format!(" {} \n", house.lab));
    house.sandbox.key_file(&path);
    house.sandbox.gitconn(["which", "--token-file"]).arg(&path).run().ok().prints("lab");
    let run = house.sandbox.gitconn(["which", "--token-env", "FOUND"]);
    run.env("FOUND", &house.lab).run().ok().prints("lab");
    house.run(&["which"]).code(2).says("--token-stdin");
    which(&house.sandbox, "").run().code(2);
}

#[test]
fn a_token_of_the_past_is_known_until_when_and_by_what() {
    let house = House::new();
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    let second = replace(&house, "second");
    house.sandbox.gitconn(["exec", "work", "--", "true"]).run().ok();
    let first = only(&house.sandbox, &house.work);
    assert_eq!(
        (&first["connection"], &first["holds_now"], &first["ended_by"]),
        (&json!("work"), &json!(false), &json!("replaced"))
    );
    assert_eq!((&first["status"], &first["dead"], &first["username"]), (&Value::Null, &json!(false), &json!("ada")));
    assert_eq!((&first["last_used"]["purpose"], &first["revoked_at"]), (&json!("token"), &Value::Null), "{first}");
    assert!(first["held_since"].as_str() < first["held_until"].as_str(), "{first}");
    let ran = which(&house.sandbox, &house.work).args(["-o", "table"]).run().ok().prints("(replaced)").prints("may work");
    let ran = ran.says("it may still work").says("hint: gitconn connect github leaked --host");
    assert!(!ran.stderr.contains("--compromised"), "{ran}");
    assert_eq!(only(&house.sandbox, &second)["last_used"]["purpose"], "exec");
    // Under the name that it has now, and when it is gone under its last one.
    house.run(&["edit", "work", "--name", "arbeit"]).ok();
    assert_eq!(only(&house.sandbox, &house.work)["connection"], "arbeit");
    house.run(&["remove", "arbeit", "--yes"]).ok();
    let (first, second) = (only(&house.sandbox, &house.work), only(&house.sandbox, &second));
    assert_eq!((&first["ended_by"], &second["ended_by"]), (&json!("replaced"), &json!("removed")));
    assert_eq!((&second["connection"], &second["host"]), (&json!("arbeit"), &json!(house.github.origin())));
}

#[test]
fn one_that_is_dead_is_called_that() {
    let house = House::new();
    house.run(&["remove", "lab", "--yes", "--revoke"]).ok();
    let lab = only(&house.sandbox, &house.lab);
    assert_eq!((&lab["ended_by"], &lab["dead"]), (&json!("removed"), &json!(true)), "{lab}");
    assert!(lab["revoked_at"].is_string(), "{lab}");
    let ran = which(&house.sandbox, &house.lab).args(["-o", "table"]).run().ok().says("nothing is left to do").prints("revoked");
    assert!(!ran.stderr.contains("hint"), "{ran}");
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    let work = only(&house.sandbox, &house.work);
    assert_eq!((&work["holds_now"], &work["status"], &work["dead"]), (&json!(true), &json!("revoked"), &json!(true)));
}

#[test]
fn where_only_the_trail_remembers_it_is_found_too() {
    let house = House::new();
    let second = replace(&house, "second");
    forge(&house.sandbox, "DELETE FROM past_tokens");
    house.run(&["store", "accept", "--yes"]).ok();
    let first = only(&house.sandbox, &house.work);
    assert_eq!(
        (&first["connection"], &first["provider"], &first["ended_by"]),
        (&json!("work"), &json!("github"), &json!("replaced"))
    );
    assert!(first["held_since"].is_string() && first["held_until"].is_string(), "{first}");
    house.run(&["remove", "work", "--yes"]).ok();
    forge(&house.sandbox, "DELETE FROM past_tokens");
    house.run(&["store", "accept", "--yes"]).ok();
    let second = only(&house.sandbox, &second);
    assert_eq!((&second["connection"], &second["ended_by"], &second["host"]), (&json!("work"), &json!("removed"), &Value::Null));
}

#[test]
fn several_may_hold_the_same() {
    let house = House::new();
    house.connect_github("twin", &house.work, &[]).ok();
    let found = which(&house.sandbox, &house.work).arg("--json").run().ok();
    let mut names = texts(&found.json()["matches"], "connection");
    names.sort();
    assert_eq!(names, ["twin", "work"]);
    // Who holds it now comes first.
    replace(&house, "second");
    let found = which(&house.sandbox, &house.work).args(["-o", "ndjson"]).run().ok();
    let lines: Vec<Value> = found.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["connection"], &lines[1]["connection"]), (&json!("twin"), &json!("work")), "{found}");
    assert_eq!((&lines[0]["holds_now"], &lines[1]["holds_now"]), (&json!(true), &json!(false)));
}

#[test]
fn nobodys_is_not_found_and_told_by_its_form() {
    let house = House::new();
    let stranger = house.sandbox.secret(&tokens::classic("a stranger's"));
    let ran = which(&house.sandbox, &stranger).run().code(3).says("no connection of this store holds or held this token");
    assert!(ran.stderr.contains("a GitHub token") && ran.stdout.is_empty(), "{ran}");
    assert_eq!(which(&house.sandbox, &stranger).arg("--json").run().code(3).error()["kind"], "not_found");
    let gitea = house.sandbox.secret(&tokens::gitea("a stranger's"));
    which(&house.sandbox, &gitea).run().code(3).says("Gitea");
    let ran = which(&house.sandbox, "no token at all").run().code(3);
    assert!(!ran.stderr.contains("by its form"), "{ran}");
    which(&house.sandbox, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n").run().code(4);
}

#[test]
fn what_an_app_holds_is_found() {
    let foundry = Foundry::connected();
    let token = foundry.token(&["prod-app", "--installation", "acme-corp"]);
    let one = only(&foundry.sandbox, &token);
    assert_eq!((&one["held_as"], &one["installation_account"]), (&json!("installation_token"), &json!("acme-corp")), "{one}");
    assert_eq!((&one["holds_now"], &one["last_used"]["purpose"]), (&json!(true), &json!("token")), "{one}");
    // The key in whatever spelling.
    for pem in [foundry.app.key.pkcs1(), foundry.app.key.pkcs8(), foundry.app.key.pkcs1().replace('\n', "\\n")] {
        let one = only(&foundry.sandbox, &pem);
        assert_eq!((&one["held_as"], &one["connection"]), (&json!("private_key"), &json!("prod-app")), "{one}");
    }
    let ran = which(&foundry.sandbox, &foundry.app.key.pkcs8()).run().ok();
    ran.says("gitconn rotate prod-app --compromised");
    // One that another took the place of: who has it can sign until it is deleted on the page.
    let new = foundry.key_file("new.pem", &foundry.github.apps.new_key("acme-deploy").pkcs1());
    foundry.run(&["edit", "prod-app", "--private-key-file", &new]).ok();
    let old = only(&foundry.sandbox, &foundry.app.key.pkcs1());
    assert_eq!(
        (&old["held_as"], &old["holds_now"], &old["ended_by"]),
        (&json!("private_key"), &json!(false), &json!("replaced"))
    );
    which(&foundry.sandbox, &foundry.app.key.pkcs1()).run().ok().says("settings/apps/acme-deploy");
    let stranger = foundry.github.apps.new_key("acme-deploy");
    let ran = which(&foundry.sandbox, &stranger.pkcs1()).run().code(3);
    assert!(ran.stderr.contains("a private key"), "{ran}");
}

#[test]
fn both_tokens_of_a_login_are_found_and_those_before_a_renewal() {
    let hall = Hall::new();
    hall.github.oauth.set(Settings::expiring);
    log_in(&hall.connect("github", "octo").args(["--oauth", "--no-browser"])).0.ok();
    let first = hall.token("octo");
    let pair = hall.gitlab.oauth.pair(&hall.gitlab_app, "ops");
    let mut given = pair.clone();
    given["created_at"] = jiff::Timestamp::now().as_second().into();
    hall.connect("gitlab", "lab").args(["--oauth", "--tokens-stdin"]).stdin(given.to_string()).run().ok();
    let refresh = only(&hall.sandbox, pair["refresh_token"].as_str().unwrap());
    assert_eq!((&refresh["held_as"], &refresh["connection"]), (&json!("refresh_token"), &json!("lab")), "{refresh}");
    hall.run(&["refresh", "octo"]).ok();
    let old = only(&hall.sandbox, &first);
    assert_eq!(
        (&old["connection"], &old["ended_by"], &old["holds_now"]),
        (&json!("octo"), &json!("renewed"), &json!(false)),
        "{old}"
    );
    assert_eq!(old["last_used"]["purpose"], "token", "{old}");
    let new = only(&hall.sandbox, &hall.token("octo"));
    assert_eq!((&new["holds_now"], &new["held_as"]), (&json!(true), &json!("token")), "{new}");
}
