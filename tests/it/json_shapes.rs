//! The fields of every JSON answer (design §7). Fields may be added; none may go or change its kind.

use serde_json::{Value, json};

use crate::support::house::has_fields;
use crate::support::{Hall, House};

/// What every connection has, wherever it is shown.
const CONNECTION: &[&str] = &[
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
    "no_export",
    "created_by",
    "created_at",
    "updated_at",
];

/// The value at a path such as `connections/0`.
fn at<'value>(value: &'value Value, path: &str) -> &'value Value {
    if path.is_empty() { value } else { value.pointer(&format!("/{path}")).unwrap_or_else(|| panic!("no {path} in {value}")) }
}

#[test]
fn every_command_keeps_its_fields() {
    let house = House::new();
    house.github.repositories("ada", 2);
    // A password of something that is no provider, and a list of what is stored already.
    house.sandbox.write("home/.netrc", "machine 127.0.0.1:1 login x password not-a-token\n");
    let token = house.sandbox.write("token.txt", &house.work);
    house.sandbox.key_file(&token);
    let row = json!({ "provider": "github", "host": house.github.origin(), "token_file": "token.txt" });
    let list = house.sandbox.write("team.ndjson", &row.to_string()).to_string_lossy().into_owned();
    let shapes: &[(&[&str], &str, &[&str])] = &[
        (&["list"], "connections/0", CONNECTION),
        (&["show", "work"], "", CONNECTION),
        (&["show", "work"], "events/0", &["at", "who", "kind", "connection", "detail"]),
        (&["edit", "work", "--description", "x"], "", CONNECTION),
        (&["disable", "work"], "connections/0", CONNECTION),
        (&["enable", "work"], "connections/0", CONNECTION),
        (
            &["validate", "work"],
            "",
            &["valid", "verdict", "username", "scopes", "expires_at", "auto_renews", "refresh_expires_at", "error"],
        ),
        (&["validate"], "results/0", &["name", "valid", "verdict", "rate_limit_remaining", "rate_limit_reset", "error"]),
        (&["test", "work"], "", &["valid", "verdict"]),
        (&["repos"], "", &["repositories", "page", "per_page", "total", "incomplete"]),
        (&["repos"], "repositories/0", &["id", "name", "full_name", "clone_url", "private", "pushed_at", "connection"]),
        (&["branches", "ada/repo-001", "-c", "work"], "branches/0", &["name", "is_default", "is_protected", "sha"]),
        (&["setup-git", "--dry-run"], "", &["scope", "applied", "changes"]),
        (&["setup-git", "--dry-run"], "changes/0", &["change", "key", "value"]),
        (&["route", "add", "ada", "work"], "", &["route", "replaced"]),
        (&["route", "list"], "routes/0", &["route", "host", "path", "connection", "connection_id", "status", "is_active"]),
        (&["route", "test", "ada/repo-001"], "", &["address", "connection", "connection_id", "because", "route", "installation"]),
        (&["route", "remove", "ada"], "", &["deleted"]),
        (&["check", "ada/repo-001", "-c", "work"], "", &["ok", "repository", "connection", "may_push", "steps"]),
        (&["check", "ada/repo-001", "-c", "work"], "steps/0", &["step", "result", "detail", "kind"]),
        (&["validate", "--changed"], "", &["results", "unchecked"]),
        (&["audit", "list"], "events/0", &["sequence", "at", "who", "kind", "connection", "detail"]),
        (&["import", "netrc"], "", &["found", "unread", "dry_run"]),
        (
            &["import", "netrc", "--dry-run"],
            "found/0",
            &[
                "source",
                "locations",
                "provider",
                "host",
                "username",
                "result",
                "connection",
                "error",
                "instead",
                "also_in",
                "not_looked_at",
            ],
        ),
        (&["import", "netrc"], "found/0/locations/0", &["file", "line", "keyring", "removed", "looked_at", "error"]),
        (&["doctor", "--offline"], "", &["checks", "findings"]),
        (&["doctor", "--offline"], "checks/0", &["area", "state", "summary"]),
        (&["doctor", "--offline"], "findings/0", &["area", "gravity", "what", "why", "command", "fixable", "fixed", "error"]),
        (
            &["connect", "--from", &list],
            "results/0",
            &["row", "provider", "host", "name", "id", "username", "result", "error", "warnings"],
        ),
        (&["audit", "verify"], "", &["unbroken", "events", "since"]),
        (&["config", "list"], "settings/0", &["key", "value", "origin", "set_by"]),
        (&["config", "get", "store"], "", &["key", "value"]),
        (&["store", "info"], "", &["store", "store_id", "generation", "recipient", "connections", "backups"]),
        (&["store", "verify"], "", &["store_id", "generation", "format", "events", "trail_unbroken"]),
        (&["store", "accept", "--yes"], "", &["differences"]),
    ];
    for (command, path, fields) in shapes {
        has_fields(at(&house.json(command), path), fields);
    }
    has_fields(&house.connect_github("new", &house.work, &["--json"]).ok().json(), CONNECTION);
    assert_eq!(house.json(&["remove", "new", "--yes"])["deleted"], json!(true));
}

#[test]
fn logins_keep_their_fields() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "one").ok();
    let status = hall.json(&["oauth", "status"]);
    has_fields(&status, &["github_enabled", "gitlab_enabled", "hosts"]);
    let host = ["host", "provider", "enabled", "client_id", "has_secret", "from", "logins", "connections"];
    has_fields(&status["hosts"][0], &[&host[..], &["register_url", "redirect_uri", "scopes"]].concat());
    let result = ["id", "name", "success", "message", "expires_at", "refresh_expires_at"];
    has_fields(&hall.json(&["refresh", "one"]), &result);
    has_fields(&hall.json(&["refresh"])["results"][0], &result);
    has_fields(&hall.json(&["show", "one"]), CONNECTION);
    let host = hall.gitlab.host();
    for command in [&["oauth", "set", &*host, "--client-id", "x"][..], &["oauth", "remove", &host]] {
        has_fields(&hall.json(command), &["host", "provider", "client_id", "has_secret", "stranded"]);
    }
}

#[test]
fn moments_are_rfc_3339_and_ids_are_texts() {
    let house = House::new();
    house.github.repositories("ada", 1);
    house.gitlab.projects("ops", 1);
    let list = house.json(&["list"]);
    for connection in list["connections"].as_array().unwrap() {
        for field in ["expires_at", "validated_at", "created_at", "updated_at"] {
            let text = connection[field].as_str().unwrap_or_else(|| panic!("{field} in {connection}"));
            assert!(text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(), "{field}: {text}");
        }
    }
    for repository in house.json(&["repos"])["repositories"].as_array().unwrap() {
        assert!(repository["id"].is_string() && repository["private"].is_boolean(), "{repository}");
        let pushed = repository["pushed_at"].as_str().unwrap();
        assert!(pushed.parse::<jiff::Timestamp>().is_ok(), "{pushed}");
    }
}

#[test]
fn whoever_asks_for_json_gets_it_and_nothing_else() {
    let house = House::new();
    let backup = house.sandbox.path("backup.age");
    for command in [
        &["store", "backup", &*backup.to_string_lossy()][..],
        &["store", "restore", &*backup.to_string_lossy(), "--yes"],
        &["config", "set", "connection", "work"],
        &["config", "path"],
        &["remove", "lab", "--yes"],
    ] {
        assert!(house.json(command).is_object(), "{command:?}");
    }
}
