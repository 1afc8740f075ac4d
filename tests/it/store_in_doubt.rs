//! A store that is refused, was changed by others, or lacks its key: what `store info` says of it, and what `store accept` shows.

use age::x25519::Identity;
use serde_json::{Value, json};

use crate::support::pty::Terminal;
use crate::support::{Foundry, House, Sandbox};

/// The key of a sandbox.
fn key(sandbox: &Sandbox) -> Identity {
    std::fs::read_to_string(sandbox.path("key.txt")).unwrap().trim_end().parse().unwrap()
}

/// Puts the store there as another age tool would write it after decrypting it and changing it with SQL.
pub(crate) fn forge(sandbox: &Sandbox, sql: &str) {
    let identity = key(sandbox);
    let image = age::decrypt(&identity, &std::fs::read(sandbox.store()).unwrap()).unwrap();
    let mut sqlite = rusqlite::Connection::open_in_memory().unwrap();
    sqlite.deserialize_read_exact(rusqlite::MAIN_DB, image.as_slice(), image.len(), false).unwrap();
    sqlite.execute_batch(sql).unwrap();
    let image = sqlite.serialize(rusqlite::MAIN_DB).unwrap();
    std::fs::write(sandbox.store(), age::encrypt(&identity.to_public(), &image).unwrap()).unwrap();
}

/// What a file's header claims: id, generation, signer.
fn claims(house: &House) -> Vec<String> {
    let file = std::fs::read(house.sandbox.store()).unwrap();
    let text = String::from_utf8_lossy(&file);
    let stanza = text.lines().find_map(|line| line.strip_prefix("-> gitconn-sig 1 ")).unwrap();
    stanza.split(' ').map(ToOwned::to_owned).collect()
}

#[test]
fn info_says_what_it_is() {
    let house = House::new();
    let claims = claims(&house);
    let recipient = key(&house.sandbox).to_public().to_string();
    let info = house.json(&["store", "info"]);
    let store = house.sandbox.store().display().to_string();
    for (field, expected) in [
        ("store", json!(store)),
        ("store_id", json!(claims[0])),
        ("generation", json!(claims[1].parse::<u64>().unwrap())),
        ("signer", json!(claims[2])),
        ("key_signer", json!(claims[2])),
        ("recipients", json!(1)),
        ("recipient", json!(recipient)),
        ("opens", json!(true)),
        ("tried", json!([])),
        ("connections", json!(2)),
        ("at_home", json!(true)),
        ("pin", json!("same")),
        ("pinned_generation", json!(claims[1].parse::<u64>().unwrap())),
        ("unlocked_until", Value::Null),
        ("problem", Value::Null),
    ] {
        assert_eq!(info[field], expected, "{field} in {info}");
    }
    Sandbox::with_key().gitconn(["store", "info"]).run().code(3).says("there is no store at");
}

#[test]
fn info_says_what_it_can_without_a_key_and_with_a_wrong_one() {
    let house = House::new();
    let claims = claims(&house);
    let ran = house.sandbox.gitconn(["store", "info", "-o", "table"]).without("GITCONN_KEY_FILE").run().code(5);
    for text in [
        &*claims[0],
        &claims[2],
        "not found",
        "looked in",
        "GITCONN_KEY_FILE and GITCONN_KEY: not set",
        "the keyring: ",
        "generation 2",
    ] {
        assert!(ran.stdout.contains(text), "{text:?}\n{ran}");
    }
    let info = house.sandbox.gitconn(["store", "info", "--json"]).without("GITCONN_KEY_FILE").run().code(5).json();
    assert_eq!(
        (&info["key_from"], &info["recipient"], &info["opens"], &info["connections"]),
        (&Value::Null, &Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(info["problem"]["kind"], "locked");
    assert_eq!(info["tried"].as_array().unwrap().len(), 4, "{info}");
    assert_eq!((&info["signer"], &info["pin"]), (&json!(claims[2]), &json!("same")));

    let other = house.sandbox.make_key("other.txt");
    let public = std::fs::read_to_string(&other).unwrap().trim_end().parse::<Identity>().unwrap().to_public().to_string();
    let run = |format: &str| house.sandbox.gitconn(["store", "info", "-o", format, "--key-file"]).arg(&other);
    let ran = run("table").run().code(5).says("does not open").prints("it does not open the store").prints("it would sign as");
    for text in [&*claims[0], &claims[2], &public, "--key-file", "the key from --key-file"] {
        assert!(ran.stdout.contains(text), "{text:?}\n{ran}");
    }
    let info = run("json").run().code(5).json();
    assert_eq!((&info["recipient"], &info["opens"], &info["problem"]["kind"]), (&json!(public), &json!(false), &json!("locked")));
    assert_ne!(info["key_signer"], info["signer"]);
    house.sandbox.gitconn(["list", "--key-file"]).arg(&other).run().code(5).says(" store info   # which key it wants");

    let bad = house.sandbox.write("bad.txt", "not a key\n");
    let info = house.sandbox.gitconn(["store", "info", "--json", "--key-file"]).arg(&bad).run().code(5).json();
    assert!(info["problem"]["message"].as_str().unwrap().contains("it is no age key"), "{info}");
}

#[test]
fn info_says_what_it_can_of_a_file_that_is_refused() {
    let house = House::new();
    let info = |code| house.sandbox.gitconn(["store", "info", "--json"]).run().code(code).json();
    let (whole, id) = (std::fs::read(house.sandbox.store()).unwrap(), claims(&house)[0].clone());
    house.run(&["edit", "work", "--description", "newer"]).ok();
    let newest = info(0);

    std::fs::write(house.sandbox.store(), &whole).unwrap();
    let older = info(7);
    assert_eq!((&older["pin"], &older["opens"], &older["problem"]["kind"]), (&json!("behind"), &json!(true), &json!("damaged")));
    assert_eq!(older["generation"].as_u64().unwrap() + 1, older["pinned_generation"].as_u64().unwrap());
    assert_eq!(older["pinned_generation"], newest["generation"]);
    assert!(older["problem"]["message"].as_str().unwrap().contains("not the newest"), "{older}");
    let ran = house.run(&["store", "info", "-o", "table"]).code(7).prints("older than generation").prints("problem");
    assert!(ran.stdout.contains(&id), "{ran}");

    // Its header cannot be believed at all: the kept generations say which store it is.
    std::fs::write(house.sandbox.store(), "garbage").unwrap();
    let damaged = info(7);
    assert_eq!((&damaged["store_id"], &damaged["generation"], &damaged["signer"]), (&json!(id), &Value::Null, &Value::Null));
    assert!(damaged["problem"]["message"].as_str().unwrap().contains("does not begin like an age file"), "{damaged}");
    assert!(damaged["recipient"].is_string() && !damaged["backups"].as_array().unwrap().is_empty(), "{damaged}");
    std::fs::remove_file(house.sandbox.store()).unwrap();
    assert_eq!(info(3)["problem"]["kind"], "not_found");

    std::fs::write(house.sandbox.store(), &whole).unwrap();
    forge(&house.sandbox, "SELECT 1");
    let unsigned = info(7);
    assert_eq!((&unsigned["signer"], &unsigned["store_id"], &unsigned["opens"]), (&Value::Null, &json!(id), &json!(true)));
    assert!(unsigned["problem"]["message"].as_str().unwrap().contains("it has no signature"), "{unsigned}");
    house.sandbox.gitconn(["store", "info"]).without("GITCONN_KEY_FILE").run().code(7).says("it has no signature");
}

#[test]
fn what_is_accepted_is_shown_with_its_values() {
    let house = House::new();
    house.run(&["edit", "work", "--description", "x"]).ok();
    forge(
        &house.sandbox,
        "UPDATE connections SET host = 'https://evil.example', username = char(27) || '[2Jeve' WHERE name = 'work'; \
         UPDATE secrets SET value = 'stolen' WHERE connection_id = (SELECT id FROM connections WHERE name = 'lab'); \
         DELETE FROM events WHERE sequence > 2",
    );
    let ran = house.run(&["store", "accept", "-q"]).code(2).says("--yes");
    for text in [
        "changed connection `work`",
        " → https://evil.example",
        "changed connection `lab`",
        "token",
        "changed trail",
        "events",
        "last_hash",
    ] {
        assert!(ran.stderr.contains(text), "{text:?}\n{ran}");
    }
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains("stolen"), "{ran}");
    assert_eq!(ran.stdout, "");
    let done = house.json(&["store", "accept", "--yes"]);
    let rows = done["differences"].as_array().unwrap();
    let find = |what: &str, name: Value| rows.iter().find(|row| row["what"] == what && row["name"] == name).unwrap();
    let work = find("connection", json!("work"));
    assert_eq!(work["change"], "changed");
    let host = &work["fields"].as_array().unwrap()[0];
    assert_eq!((&host["field"], &host["new"]), (&json!("host"), &json!("https://evil.example")));
    assert!(host["old"].as_str().unwrap().starts_with("http://127.0.0.1"), "{host}");
    let token = &find("connection", json!("lab"))["fields"][0];
    assert!(["old", "new"].iter().all(|side| token[*side].as_str().unwrap().starts_with('…')), "{token}");
    let trail = find("trail", Value::Null);
    assert_eq!(trail["fields"][0], json!({ "field": "events", "old": trail["fields"][0]["old"], "new": "2" }));
    assert_eq!(done["done"], true);
}

#[test]
fn another_file_put_there_at_the_question_is_not_accepted() {
    let house = House::new();
    house.run(&["edit", "work", "--description", "x"]).ok();
    forge(&house.sandbox, "SELECT 1");
    let terminal = Terminal::start(house.sandbox.gitconn(["store", "accept"])).sees("accept the file as it is?");
    let shown = std::fs::read(house.sandbox.store()).unwrap();
    forge(&house.sandbox, "UPDATE connections SET host = 'https://evil.example' WHERE name = 'work'");
    let other = std::fs::read(house.sandbox.store()).unwrap();
    terminal.types("y").sees("another was put in its place").ends().code(7);
    assert!(std::fs::read(house.sandbox.store()).unwrap() == other, "it was touched");
    std::fs::write(house.sandbox.store(), shown).unwrap();
    Terminal::start(house.sandbox.gitconn(["store", "accept"])).sees("as it is?").types("y").sees("accepted").ends().code(0);
}

#[test]
fn an_app_that_was_changed_is_shown_with_where_it_is_installed() {
    let foundry = Foundry::connected();
    foundry.token(&["prod-app", "--installation", "acme-corp"]);
    foundry.run(&["edit", "prod-app", "--description", "x"]).ok();
    forge(
        &foundry.sandbox,
        "UPDATE installations SET account = 'evil-corp' WHERE account = 'acme-client-a'; \
         UPDATE apps SET app_id = 666, takes_all = 0; \
         UPDATE secrets SET value = 'planted' WHERE kind = 'private_key'",
    );
    let ran = foundry.run(&["store", "accept"]).code(2).says("--yes");
    let (id, number) = (foundry.client, foundry.app.id);
    for text in [
        "changed connection `prod-app`".to_owned(),
        format!("acme-client-a ({id}, active) → "),
        format!("evil-corp ({id}, active)"),
        format!("acme-deploy ({number}) → acme-deploy (666)"),
        "private_key".to_owned(),
        "takes_all".to_owned(),
    ] {
        assert!(ran.stderr.contains(&text), "{text:?}\n{ran}");
    }
    assert!(!ran.stderr.contains("planted"), "{ran}");
    foundry.run(&["list"]).code(7);
}
