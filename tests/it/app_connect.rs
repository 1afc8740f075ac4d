//! `connect github --app`: key and app are proved to belong together before anything is stored.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::fake::{GitHub, nobody};
use crate::support::house::{has_fields, texts};
use crate::support::{Foundry, Ran, Sandbox, keys};

/// Nothing was stored.
#[track_caller]
fn keeps_nothing(foundry: &Foundry) {
    assert_eq!(foundry.json(&["list", "--all"])["connections"], json!([]));
}

/// `connect` with this text as the key, from stdin.
fn with_key(foundry: &Foundry, name: &str, text: &str) -> Ran {
    let id = foundry.app.id.to_string();
    foundry.connect_by(name, &["--app-id", &id, "--private-key-stdin"]).stdin(text).run()
}

#[test]
fn an_app_is_connected_with_all_its_installations() {
    let foundry = Foundry::new();
    let ran = foundry.connect("prod-app").run().ok();
    let ran = ran.says("connected `prod-app` as acme-corp").says("installed on acme-corp, acme-client-a");
    assert_eq!(ran.stdout, "prod-app\n");
    let installations = &foundry.json(&["installations", "list", "prod-app"])["installations"];
    assert_eq!(texts(installations, "account_login"), ["acme-corp", "acme-client-a"]);
    let repositories = &foundry.json(&["repos", "prod-app"])["repositories"];
    assert_eq!(texts(repositories, "full_name"), ["acme-corp/site", "acme-client-a/shop", "acme-corp/theme"]);
}

#[test]
fn the_number_or_the_client_id_and_either_form_of_the_key_will_do() {
    let foundry = Foundry::new();
    let (number, client) = (foundry.app.id.to_string(), foundry.app.client_id.clone());
    let files = [("pkcs1", foundry.app.key.pkcs1()), ("pkcs8", foundry.app.key.pkcs8())];
    for (form, pem) in files {
        let path = foundry.key_file(&format!("{form}.pem"), &pem);
        for (option, id) in [("--app-id", &number), ("--client-id", &client)] {
            let name = format!("{form}{option}");
            foundry.connect_by(&name, &[option, id, "--private-key-file", &path]).run().ok();
            let app = &foundry.json(&["show", &name])["app"];
            assert_eq!((&app["app_id"], &app["client_id"]), (&json!(foundry.app.id), &json!(client)), "{name}");
            assert_eq!(app["key"], format!("SHA256:{}", foundry.app.key.fingerprint()), "{name}");
            assert!(foundry.github.apps.is_live(&foundry.token(&[&name, "--installation", "acme-corp"])), "{name}");
            foundry.run(&["remove", &name, "--yes"]).ok();
        }
    }
}

#[test]
fn the_key_comes_from_stdin_or_a_variable_too_in_the_spellings_of_ci_systems() {
    let foundry = Foundry::new();
    let (id, pem) = (foundry.app.id.to_string(), foundry.app.key.pkcs1());
    with_key(&foundry, "piped", &pem).ok();
    with_key(&foundry, "piped-windows", &pem.replace('\n', "\r\n")).ok();
    with_key(&foundry, "piped-line", &keys::in_one_line(&pem)).ok();
    let spellings = [
        ("as-it-is", pem.clone()),
        ("literal", keys::with_literal_line_ends(&pem)),
        ("base64", keys::in_one_line(&pem)),
        ("spaces", pem.replace('\n', " ")),
    ];
    for (name, text) in spellings {
        let run = foundry.connect_by(name, &["--app-id", &id, "--private-key-env", "APP_KEY"]);
        run.env("APP_KEY", text).run().ok();
    }
    assert_eq!(foundry.json(&["list"])["connections"].as_array().unwrap().len(), 7);
    let unset = foundry.connect_by("unset", &["--app-id", &id, "--private-key-env", "NOT_SET"]).run().code(2);
    assert!(unset.stderr.contains("NOT_SET"), "{unset}");
    with_key(&foundry, "empty", "").code(2);
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_the_reason_before_a_store_is_made_or_anybody_is_asked() {
    let (sandbox, github) = (Sandbox::with_key(), GitHub::start());
    let key = keys::rsa("refused");
    key.watch(&sandbox.watching());
    let two = format!("{}{}", key.pkcs1(), keys::rsa("refused too").pkcs1());
    let spare = keys::rsa("refused too");
    spare.watch(&sandbox.watching());
    for (what, text, reason) in [
        ("encrypted", key.encrypted(), "it is encrypted with a passphrase"),
        ("encrypted by old OpenSSL", key.encrypted_pkcs1(), "it is encrypted with a passphrase"),
        ("EC", keys::ec(), "it is not an RSA key"),
        ("EC of RFC 5915", keys::ec_rfc5915(), "it is not an RSA key"),
        ("Ed25519", keys::ed25519(), "it is not an RSA key"),
        ("public", key.public(), "it is a public key"),
        ("certificate", keys::certificate(), "it is a certificate"),
        ("OpenSSH", key.openssh(), "it is an SSH key"),
        ("truncated", key.truncated(), "cut off"),
        ("without its last line", key.pkcs1().replace("-----END RSA PRIVATE KEY-----", ""), "cut off"),
        ("two in one", two, "more than one key"),
        ("no PEM", "ssh-rsa AAAAB3Nza ada@example".to_owned(), "does not begin with `-----BEGIN`"),
    ] {
        if text.contains("PRIVATE KEY") {
            keys::watch(&sandbox.watching(), &text);
        }
        let path = sandbox.write("key.pem", &text);
        sandbox.key_file(&path);
        let host = github.origin();
        let run = sandbox.gitconn(["connect", "github", "app", "--host", &host, "--app", "--app-id", "1", "--private-key-file"]);
        let ran = run.arg(&path).run().code(4).says(reason);
        assert_eq!(ran.stderr.contains("openssl pkey"), what.starts_with("encrypted"), "{what}\n{ran}");
        assert_eq!(ran.stdout, "", "{what}");
        assert!(!sandbox.store().exists(), "{what}: a store was made");
    }
    assert!(github.seen().is_empty(), "{:?}", github.seen());
}

#[test]
fn a_key_file_that_others_can_read_is_warned_of_and_taken() {
    let foundry = Foundry::new();
    let mode = |mode| std::fs::set_permissions(&foundry.key_path, std::fs::Permissions::from_mode(mode)).unwrap();
    for (name, open) in [("open", 0o644), ("group", 0o640)] {
        mode(open);
        let ran = foundry.connect(name).run().ok().says("warning: others can read").says("chmod 600");
        assert!(ran.stderr.contains("app.pem"), "{ran}");
    }
    mode(0o600);
    let ran = foundry.connect("closed").run().ok();
    assert!(!ran.stderr.contains("others can read"), "{ran}");
}

#[test]
fn only_the_named_installations_are_taken_in() {
    let foundry = Foundry::new();
    let client = foundry.client.to_string();
    let ran = foundry.connect("one").args(["--installation-id", &client]).run().ok().says("installed on acme-client-a");
    assert!(!ran.stderr.contains("acme-corp,"), "{ran}");
    assert_eq!(texts(&foundry.json(&["installations", "list", "one"])["installations"], "account_login"), ["acme-client-a"]);
    assert_eq!(texts(&foundry.json(&["repos", "one"])["repositories"], "full_name"), ["acme-client-a/shop"]);
    let corp = foundry.corp.to_string();
    let both = foundry.connect("both").args(["--installation-id", &client, "--installation-id", &corp]);
    both.run().ok();
    assert_eq!(foundry.json(&["show", "both"])["installations"].as_array().unwrap().len(), 2);
    // What the others of one app are is told, not what is at the account of the person who asks.
    let ran = foundry.connect("none").args(["--installation-id", "4711"]).run().code(3).says("4711");
    assert!(ran.stderr.contains(&format!("acme-corp ({corp})")), "{ran}");
    assert!(ran.stderr.contains(&format!("acme-client-a ({client})")), "{ran}");
    foundry.run(&["show", "none"]).code(3);
}

#[test]
fn a_key_of_another_app_and_an_unknown_app_store_nothing() {
    let foundry = Foundry::new();
    let other = foundry.github.apps.register(&foundry.sandbox, "other");
    let ran = with_key(&foundry, "mixed", &other.key.pkcs1()).code(4);
    assert!(ran.stderr.contains("cannot verify the signature") && ran.stderr.contains("not this app's"), "{ran}");
    for option in [["--app-id", "4711"], ["--client-id", "Iv23liNoSuchApp00000"]] {
        let run = foundry.connect_by("nowhere", &option).arg("--private-key-file").arg(&foundry.key_path);
        run.run().code(4).says("knows no app of this id");
    }
    keeps_nothing(&foundry);
    let path = foundry.key_path.clone();
    let run = foundry.sandbox.gitconn(["connect", "github", "away", "--host", &nobody(), "--app", "--app-id", "1"]);
    run.arg("--private-key-file").arg(path).run().code(6);
    keeps_nothing(&foundry);
}

#[test]
fn an_app_that_is_installed_nowhere_yet_is_stored_with_the_way_on() {
    let foundry = Foundry::new();
    for id in [foundry.corp, foundry.client] {
        foundry.github.apps.uninstall(id);
    }
    let ran = foundry.connect("fresh").run().ok().says("not installed anywhere yet");
    assert!(ran.stderr.contains("gitconn installations add fresh"), "{ran}");
    let ran = foundry.run(&["installations", "list", "fresh"]).ok();
    assert!(ran.stderr.contains("gitconn installations"), "{ran}");
    foundry.run(&["token", "fresh"]).code(3).says("has no active installation").says("gitconn installations add fresh");
    foundry.run(&["repos", "fresh"]).code(3).says("has no active installation");
}

#[test]
fn the_same_key_twice_is_warned_of() {
    let foundry = Foundry::new();
    let ran = foundry.connect("first").run().ok();
    assert!(!ran.stderr.contains("the same key"), "{ran}");
    foundry.connect("second").run().ok().says("warning: the same key is stored already: `first`").says("gitconn show first");
    foundry.connect("FIRST").run().code(2).says("FIRST");
    let shown = foundry.connect("third").arg("--json").run().ok().json();
    assert!(shown["warnings"].to_string().contains("`first`, `second`"), "{shown}");
}

#[test]
fn without_a_name_it_is_called_by_the_apps() {
    let foundry = Foundry::new();
    let id = foundry.app.id.to_string();
    let connect = || {
        let run = foundry.sandbox.gitconn(["connect", "github", "--host", &foundry.host(), "--app", "--app-id", &id]);
        run.arg("--private-key-file").arg(&foundry.key_path).run().ok()
    };
    assert_eq!((connect().stdout.as_str(), connect().stdout.as_str()), ("acme-deploy\n", "acme-deploy-2\n"));
}

#[test]
fn json_says_who_the_app_is_and_where_it_is_installed() {
    let foundry = Foundry::new();
    let stored = foundry.connect("prod-app").arg("--json").run().ok().json();
    let listed = foundry.json(&["list"])["connections"][0].clone();
    let shown = foundry.json(&["show", "prod-app"]);
    for connection in [&stored, &listed, &shown] {
        for (field, value) in [
            ("name", json!("prod-app")),
            ("auth_method", json!("github_app")),
            ("token_kind", Value::Null),
            ("username", json!("acme-corp")),
            ("status", json!("active")),
            ("auto_renews", json!(true)),
            ("expires_at", Value::Null),
            ("scopes", Value::Null),
        ] {
            assert_eq!(connection[field], value, "{field} in {connection}");
        }
    }
    assert_eq!(stored["warnings"], json!([]));
    let fields =
        ["installation_id", "account_login", "account_type", "created_at", "status", "repository_selection", "permissions"];
    for installations in [&stored["installations"], &shown["installations"]] {
        has_fields(&installations[0], &fields);
        assert_eq!(installations[0]["installation_id"], json!(foundry.corp));
        assert_eq!(installations[0]["account_type"], "organization");
    }
    let app = &shown["app"];
    has_fields(app, &["app_id", "client_id", "slug", "name", "permissions", "url", "settings_url", "key", "takes_all"]);
    assert_eq!(app["permissions"], json!({"contents": "read", "metadata": "read"}));
    assert_eq!(app["settings_url"], format!("{}/organizations/acme-corp/settings/apps/acme-deploy", foundry.host()));
    assert_eq!(texts(&shown["events"], "kind"), ["validated", "created"]);
    let text = foundry.run(&["show", "prod-app", "-o", "table"]).ok();
    assert!(text.stdout.contains("acme-deploy") && text.stdout.contains(&foundry.app.key.fingerprint()), "{text}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let foundry = Foundry::new();
    for more in [
        &["--offline"][..],
        &["--token-stdin"],
        &["--oauth"],
        &["--device"],
        &["--force"],
        &["--create-app"],
        &["--client-id", "Iv23li"],
        &["--private-key-stdin"],
        &["--org", "acme-corp"],
        &["--public"],
    ] {
        let ran = foundry.connect("app").args(more).run().code(2);
        assert!(ran.stderr.contains(more[0]), "{ran}");
    }
    let path = foundry.key_path.to_string_lossy().into_owned();
    let ran = foundry.run(&["connect", "gitlab", "app", "--app", "--app-id", "1", "--private-key-file", &path]).code(2);
    assert!(ran.stderr.contains("gitlab has no apps of this kind"), "{ran}");
    // Nobody can be asked for what is missing.
    foundry.connect_by("app", &["--app-id", "1"]).run().code(2).says("--private-key-file");
    foundry.connect_by("app", &["--private-key-file", &path]).run().code(2).says("--client-id");
    foundry.sandbox.gitconn(["connect", "github", "app", "--app-id", "1"]).run().code(2).says("--app");
    keeps_nothing(&foundry);
    assert!(foundry.github.seen().is_empty());
}
