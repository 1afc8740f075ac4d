//! `audit export`: the trail by the field names of ECS, and its chain recomputed by nothing but what `docs/audit.md` says.

use std::fmt::Write as _;
use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::support::house::texts;
use crate::support::{Foundry, House, Ran};

/// `event.category` and the values of `event.type` that ECS 8.11 expects with each that is used here
/// (elastic.co/guide/en/ecs/8.11/ecs-allowed-values-event-category.html).
const ALLOWED: &[(&str, &[&str])] = &[
    ("authentication", &["start", "end", "info"]),
    ("configuration", &["access", "change", "creation", "deletion", "info"]),
    ("iam", &["admin", "change", "creation", "deletion", "group", "info", "user"]),
    ("process", &["access", "change", "end", "info", "start"]),
];

/// A house in which something has happened.
fn busy() -> House {
    let house = House::new();
    house.github.repositories("ada", 1);
    house.run(&["repos", "work"]).ok();
    house.run(&["edit", "work", "--description", "ünïcode 🦀"]).ok();
    house.run(&["disable", "work"]).ok();
    house.run(&["enable", "work"]).ok();
    house.gitlab.revoke(&house.lab);
    house.run(&["validate"]).code(4);
    house.run(&["remove", "lab", "--yes"]).ok();
    house
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The hash of an exported event, as the page has it.
fn recomputed(line: &Value) -> String {
    let mut bytes = Vec::new();
    let mut put = |field: Option<&[u8]>| match field {
        Some(field) => {
            bytes.push(1);
            bytes.extend((field.len() as u64).to_be_bytes());
            bytes.extend(field);
        }
        None => bytes.push(0),
    };
    let text = |path: &str| line.pointer(path).and_then(Value::as_str);
    let before: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&text("/gitconn/previous_hash").unwrap()[at..at + 2], 16).unwrap())
        .collect();
    let at: jiff::Timestamp = text("/@timestamp").unwrap().parse().unwrap();
    put(Some(b"gitconn event 1"));
    put(Some(&before));
    put(Some(&line["event"]["sequence"].as_u64().unwrap().to_be_bytes()));
    put(Some(&at.as_millisecond().to_be_bytes()));
    put(text("/gitconn/who").map(str::as_bytes));
    put(text("/gitconn/connection/id").map(str::as_bytes));
    put(text("/gitconn/connection/name").map(str::as_bytes));
    put(text("/event/action").map(str::as_bytes));
    put(text("/event/original").map(str::as_bytes));
    digest(&SHA256, &bytes).as_ref().iter().fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

#[test]
fn somebody_else_can_recompute_the_chain() {
    let house = busy();
    let exported = lines(&house.run(&["audit", "export"]).ok());
    assert_eq!(exported.len() as u64, house.json(&["audit", "verify"])["events"].as_u64().unwrap());
    let mut before = "00".repeat(32);
    for (line, number) in exported.iter().zip(1..) {
        assert_eq!(line["event"]["sequence"], json!(number));
        assert_eq!(line["gitconn"]["previous_hash"], json!(before), "{line}");
        assert_eq!(line["event"]["hash"], json!(recomputed(line)), "{line}");
        before = line["event"]["hash"].as_str().unwrap().to_owned();
    }
    // A changed one is found.
    let mut forged = exported[2].clone();
    forged["event"]["action"] = json!("enabled");
    assert_ne!(forged["event"]["hash"], json!(recomputed(&forged)));
}

#[test]
fn the_program_of_the_page_does_it_too() {
    let house = busy();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/audit.md")).unwrap();
    let program = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let script = house.sandbox.write("verify.py", program);
    let check = |name: &str, text: &str| {
        let path = house.sandbox.write(name, text);
        Command::new("python3").arg(&script).arg(path).output().map(|out| {
            (out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr))
        })
    };
    let exported = house.run(&["audit", "export"]).ok().stdout;
    // A machine without Python has nothing to run it with: the test above does the same.
    let Ok((good, said)) = check("whole.ndjson", &exported) else { return };
    assert!(good && said.contains("unbroken"), "{said}");
    let fewer: Vec<&str> = exported.lines().enumerate().filter(|(at, _)| *at != 3).map(|(_, line)| line).collect();
    for (name, text) in
        [("changed.ndjson", exported.replacen("\"enabled\"", "\"disabled\"", 1)), ("fewer.ndjson", fewer.join("\n"))]
    {
        let (good, said) = check(name, &text).unwrap();
        assert!(!good && said.contains("event"), "{name}: {said}");
    }
}

#[test]
fn the_fields_are_those_of_ecs() {
    let house = busy();
    let exported = lines(&house.run(&["audit", "export"]).ok());
    let id = house.json(&["store", "info"])["store_id"].clone();
    for line in &exported {
        assert_eq!((&line["ecs"]["version"], &line["event"]["kind"]), (&json!("8.11.0"), &json!("event")), "{line}");
        assert_eq!((&line["event"]["provider"], &line["event"]["dataset"]), (&json!("gitconn"), &json!("gitconn.audit")));
        let (category, what) = (line["event"]["category"][0].as_str().unwrap(), line["event"]["type"][0].as_str().unwrap());
        let allowed = ALLOWED.iter().find(|(known, _)| *known == category).unwrap_or_else(|| panic!("{category}")).1;
        assert!(allowed.contains(&what), "{category}: {what}");
        assert!(["success", "failure", "unknown"].contains(&line["event"]["outcome"].as_str().unwrap()), "{line}");
        let who = format!("{}@{}", line["user"]["name"].as_str().unwrap(), line["host"]["name"].as_str().unwrap());
        assert_eq!((&line["gitconn"]["who"], &line["gitconn"]["store_id"]), (&json!(who), &id));
        assert_eq!(line["event"]["id"], json!(format!("{}-{}", id.as_str().unwrap(), line["event"]["sequence"])));
        assert_eq!(line["@timestamp"].as_str().unwrap().len(), "2026-11-20T09:12:00.000Z".len());
        // What is not known is left out.
        assert!(!line.to_string().contains(":null,\"id\""), "{line}");
    }
    let of = |action: &str| exported.iter().find(|line| line["event"]["action"] == action).unwrap();
    let created = of("created");
    assert_eq!((&created["event"]["category"], &created["event"]["type"]), (&json!(["iam"]), &json!(["creation"])));
    assert_eq!((&created["gitconn"]["connection"]["name"], &created["url"]["domain"]), (&json!("work"), &json!("127.0.0.1")));
    assert_eq!(created["related"]["hash"], json!([house.connection("work")["fingerprint"]]));
    let refused = exported.iter().find(|line| line["event"]["outcome"] == "failure").unwrap();
    assert_eq!((&refused["event"]["action"], &refused["event"]["reason"]), (&json!("validated"), &json!("revoked")));
    let used = of("used");
    assert_eq!(used["gitconn"]["detail"]["purpose"], "repos", "{used}");
    assert!(used["message"].as_str().unwrap().starts_with("used work"), "{used}");
    let first = &exported[0];
    assert_eq!((&first["event"]["action"], &first["gitconn"]["connection"]), (&json!("store.created"), &Value::Null));
    // The token is never in it; its fingerprint is.
    assert_eq!(of("removed")["gitconn"]["detail"]["fingerprint"], of("removed")["related"]["hash"][0]);
}

#[test]
fn it_is_shipped_bit_by_bit() {
    let house = busy();
    let run = |more: &[&str]| house.sandbox.gitconn(["audit", "export"]).args(more).run().ok();
    let all = lines(&run(&[]));
    let last = all.len().to_string();
    let ran = run(&["--after", &last]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "{ran}");
    // What waits is not in the chain yet.
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    run(&[]).says("without 1 use that the next save takes into the trail");
    let ran = run(&["--after", &last]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "{ran}");
    house.run(&["edit", "work", "--description", "y"]).ok();
    let ran = run(&["--after", &last]);
    assert_eq!((texts_of(&lines(&ran)), ran.stderr.as_str()), (vec!["used".to_owned(), "updated".to_owned()], ""), "{ran}");
    assert_eq!(lines(&ran)[0]["gitconn"]["previous_hash"], all.last().unwrap()["event"]["hash"]);
    // Something is amiss with who keeps count.
    run(&["--after", "1000"]).says("another store");
    house.run(&["config", "set", "audit_keep_events", "3"]).ok();
    house.run(&["edit", "work", "--description", "z"]).ok();
    let ran = run(&["--after", "2"]).says("are not in the trail any more");
    assert_eq!(lines(&ran).len(), 3);
    assert_eq!(run(&["--after", "1000", "-q"]).stderr, "");
}

fn texts_of(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| line["event"]["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_part_of_it_can_be_had() {
    let house = busy();
    let count = |more: &[&str]| lines(&house.sandbox.gitconn(["audit", "export"]).args(more).run().ok()).len();
    let all = count(&[]);
    assert_eq!((count(&["--since", "1h"]), count(&["--until", "1h"]), count(&["--since", "2090-01-01"])), (all, 0, 0));
    let of_work = count(&["--connection", "work"]);
    assert!(of_work > 3 && of_work < all, "{of_work} of {all}");
    // Also of one that is gone.
    assert_eq!(
        count(&["--connection", "lab"]),
        texts(&house.json(&["audit", "list", "--connection", "lab"])["events"], "kind").len()
    );
    house.run(&["audit", "export", "--connection", "nobody"]).code(3);
    house.run(&["audit", "export", "--after", "x"]).code(2);
    for format in ["json", "tsv", "table"] {
        assert_eq!(count(&["-o", format]), all);
    }
}

#[test]
fn the_events_of_apps_are_among_them() {
    let foundry = Foundry::connected();
    foundry.token(&["prod-app", "--installation", "acme-corp"]);
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--yes"]).ok();
    let exported = lines(&foundry.sandbox.gitconn(["audit", "export"]).run().ok());
    let actions = texts_of(&exported);
    assert!(actions.contains(&"token_made".to_owned()) && actions.contains(&"installation".to_owned()), "{actions:?}");
    for line in &exported {
        assert_eq!(line["event"]["hash"], json!(recomputed(line)), "{line}");
    }
}
