//! `list`: what is there, filtered, in every format.

use serde_json::json;

use crate::support::house::has_fields;
use crate::support::{House, Sandbox};

#[test]
fn json_has_the_fields_that_were_promised() {
    let house = House::new();
    let list = house.json(&["list"]);
    assert_eq!(list["connections"].as_array().unwrap().len(), 2);
    for connection in list["connections"].as_array().unwrap() {
        has_fields(
            connection,
            &[
                "id",
                "name",
                "description",
                "provider",
                "host",
                "auth_method",
                "token_kind",
                "username",
                "status",
                "is_active",
                "tags",
                "scopes",
                "expires_at",
                "auto_renews",
                "refresh_expires_at",
                "rotated_at",
                "validated_at",
                "validation_error",
                "last_used_at",
                "created_by",
                "created_at",
                "updated_at",
            ],
        );
    }
}

#[test]
fn an_empty_store_is_an_empty_list() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.gitconn(["list", "--json"]).run().ok().json(), json!({"connections": []}));
    assert_eq!(sandbox.gitconn(["list", "-o", "tsv"]).run().ok().stdout, "");
    assert_eq!(sandbox.gitconn(["list", "-o", "ndjson"]).run().ok().stdout, "");
}

#[test]
fn filters_are_met_all_at_once() {
    let house = House::new();
    house.connect_github("second", &house.work, &["--tag", "ops"]).ok();
    house.run(&["disable", "second"]).ok();
    assert_eq!(house.names(&[]), ["lab", "work"]);
    assert_eq!(house.names(&["--all"]), ["lab", "second", "work"]);
    assert_eq!(house.names(&["--all", "--provider", "github"]), ["second", "work"]);
    assert_eq!(house.names(&["--all", "--tag", "ops"]), ["lab", "second"]);
    assert_eq!(house.names(&["--all", "--tag", "ops", "--tag", "daily"]), ["lab"]);
    assert_eq!(house.names(&["--host", &house.gitlab.host()]), ["lab"]);
    assert_eq!(house.names(&["--status", "active"]), ["lab", "work"]);
    assert_eq!(house.names(&["--status", "revoked"]), [""; 0]);
    house.run(&["list", "--status", "dead"]).code(2);
    house.run(&["list", "--provider", "sourceforge"]).code(2);
}

#[test]
fn what_is_due_is_nine() {
    let house = House::new();
    assert_eq!(house.run(&["list", "--expiring-within", "14d", "--json"]).ok().json()["connections"], json!([]));
    house.run(&["edit", "work", "--expires-at", "2020-01-01"]).ok();
    let ran = house.run(&["list", "--expiring-within", "14d", "--json"]).code(9);
    assert_eq!(ran.json()["connections"][0]["name"], "work");
    house.run(&["list", "--expiring-within", "soon"]).code(2);
}

#[test]
fn a_pipe_gets_lines_without_headings() {
    let house = House::new();
    let tsv = house.run(&["ls"]).ok().stdout;
    assert_eq!(tsv.lines().count(), 2);
    assert!(tsv.lines().all(|line| line.contains('\t')), "{tsv}");
    assert!(tsv.starts_with("lab\tgitlab\t"), "{tsv}");
    let wide = house.run(&["list", "--wide"]).ok().stdout;
    assert!(wide.lines().all(|line| line.contains("ada@")), "{wide}");
    let ndjson = house.run(&["list", "-o", "ndjson"]).ok().stdout;
    let names: Vec<serde_json::Value> =
        ndjson.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["name"].clone()).collect();
    assert_eq!(names, [json!("lab"), json!("work")]);
}
