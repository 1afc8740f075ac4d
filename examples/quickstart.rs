//! The main job in one go, without an account anywhere: `cargo run --release --example quickstart`.
//!
//! It starts a small provider of its own on 127.0.0.1 that answers like a GitHub Enterprise Server, makes a store in a temporary directory, and runs
//! gitconn's own commands against it: connect, list, validate, repos, branches, audit.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use axum::extract::Path as Segments;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use gitconn::Env;
use serde_json::{Value, json};

/// A made-up token with a right checksum, put together here so that no scanner takes it for a real one.
fn token() -> String {
    ["ghp_", "0123456789ABCDEFGHIJabcdefghij", "4Us3aw"].concat()
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let house = tempfile::tempdir()?;
    let provider = start_provider()?;
    let env = surroundings(house.path());
    let key = house.path().join("key");
    let steps: &[&[&str]] = &[
        &["store", "init", "--key", "file", "--key-out", &key.to_string_lossy()],
        &["connect", "github", "work", "--host", &provider, "--token-env", "EXAMPLE_TOKEN", "--tag", "demo"],
        &["list", "--output", "table"],
        &["validate", "--output", "table"],
        &["repos", "--output", "table"],
        &["branches", "acme/site", "--output", "table"],
        &["branches", "acme/site", "--search", "RELEASE", "--json"],
        &["audit", "list", "--output", "table"],
        &["store", "verify", "--output", "table"],
    ];
    for step in steps {
        println!("\n$ gitconn {}", step.join(" "));
        let args = std::iter::once("gitconn").chain(step.iter().copied()).map(OsString::from);
        let code = gitconn::run(args, &env);
        if code != ExitCode::SUCCESS {
            println!("quickstart: this step failed");
            return Ok(code);
        }
    }
    println!("\nThat was the main job. The store was encrypted all the time, and is gone now.");
    Ok(ExitCode::SUCCESS)
}

/// Everything below one directory: nothing of yours is read or written.
fn surroundings(house: &Path) -> Env {
    let below = |name: &str| house.join(name).into_os_string();
    Env::from_variables([
        ("GITCONN_STORE", below("store.age")),
        ("GITCONN_KEY_FILE", below("key")),
        ("GITCONN_CONFIG", below("config.toml")),
        ("GITCONN_STATE_DIR", below("state")),
        ("EXAMPLE_TOKEN", token().into()),
    ])
}

/// Starts the provider and gives its address.
fn start_provider() -> Result<String, Box<dyn Error>> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener)?, routes()).await })
    });
    Ok(format!("http://{address}"))
}

fn routes() -> Router {
    Router::new()
        .route("/api/v3/user", get(|headers: HeaderMap| async move { answer(&headers, user()) }))
        .route(
            "/api/v3/user/repos",
            get(|headers: HeaderMap| async move { answer(&headers, json!([repository("site"), repository("documentation")])) }),
        )
        .route(
            "/api/v3/repos/{owner}/{name}",
            get(|Segments((_, name)): Segments<(String, String)>, headers: HeaderMap| async move {
                answer(&headers, repository(&name))
            }),
        )
        .route("/api/v3/repos/{owner}/{name}/branches", get(|headers: HeaderMap| async move { answer(&headers, branches()) }))
}

/// What GitHub says to a classic token: the body, its scopes, its end, and what is left of the hour's requests.
fn answer(headers: &HeaderMap, body: Value) -> Response {
    let authorized =
        headers.get("authorization").is_some_and(|value| value.as_bytes() == format!("Bearer {}", token()).as_bytes());
    if !authorized {
        let refusal =
            json!({ "message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401" });
        return (StatusCode::UNAUTHORIZED, Json(refusal)).into_response();
    }
    let headers = [
        ("x-oauth-scopes", "repo, read:org".to_owned()),
        ("github-authentication-token-expiration", in_ninety_days().strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
        ("x-ratelimit-limit", "5000".to_owned()),
        ("x-ratelimit-remaining", "4998".to_owned()),
        ("x-ratelimit-reset", in_ninety_days().as_second().to_string()),
    ];
    (headers, Json(body)).into_response()
}

#[expect(clippy::disallowed_methods, reason = "an example has a clock of its own")]
fn in_ninety_days() -> jiff::Timestamp {
    jiff::Timestamp::now() + jiff::SignedDuration::from_hours(90 * 24)
}

fn user() -> Value {
    json!({ "login": "octocat", "id": 1, "type": "User" })
}

fn repository(name: &str) -> Value {
    json!({
        "id": name.len(),
        "name": name,
        "full_name": format!("acme/{name}"),
        "private": name == "site",
        "html_url": format!("https://github.example/acme/{name}"),
        "clone_url": format!("https://github.example/acme/{name}.git"),
        "ssh_url": format!("git@github.example:acme/{name}.git"),
        "default_branch": "main",
        "description": null,
        "archived": false,
        "pushed_at": "2026-11-19T08:30:00Z",
        "owner": { "login": "acme", "type": "Organization" },
    })
}

fn branches() -> Value {
    let branch =
        |name: &str, sha: &str, protected: bool| json!({ "name": name, "commit": { "sha": sha }, "protected": protected });
    json!([
        branch("main", "4f1c2aa8d0e65b1f0a3c7d9e2b4a6c8f01234567", true),
        branch("feature/new-module", "77aa310b5c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f", false),
        branch("release/18.0", "9be0017c2d4f6a8b0c1e3d5f7a9b1c3d5e7f9a1b", true),
    ])
}
