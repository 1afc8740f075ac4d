//! Providers that answer over real HTTP on a port of their own, remember every request, and can be told to misbehave.
//!
//! Nothing here was recorded from a live server. What an answer rests on stands beside it: *Quoted* is word for word what the provider's
//! documentation, its source, a recording or an issue says, *Written by hand* follows such a source in shape, and its values (names, ids,
//! moments, addresses) are ours. GitHub §n, GitLab §n, Bitbucket An and Gitea Bn are the sections of the notes on the providers' APIs that this
//! was built from; in parentheses stands what the section rests on. Answers as GitHub really sent them are in `tests/peers/recorded.rs`, and
//! GitHub's own description of its API is what `tests/peers/prism.rs` answers from.

mod answer;

mod bitbucket;
pub(crate) mod git;
mod gitea;
mod github;
mod gitlab;
mod oauth;
mod pages;
mod provider;
mod reply;
mod server;
mod tls;

pub(crate) use answer::Answer;

pub(crate) use bitbucket::{Bitbucket, Grant as BitbucketGrant, Restriction, TokenKind as BitbucketToken, email_of};
pub(crate) use gitea::{Account as GiteaAccount, Gitea, Grant as GiteaGrant};
pub(crate) use github::{FakeApp, GitHub, Grant as GitHubGrant, permissions};
pub(crate) use gitlab::{GitLab, Grant as GitLabGrant};
pub(crate) use oauth::{App, DeviceFlow, Issuer, OAuth, Says, Settings, invalid_grant};
pub(crate) use provider::{Case, Fake, Tells, each_case, each_provider, ids, unwell};
pub(crate) use server::{Request, Server};
pub(crate) use tls::Authority;

/// A host that no credential may ever reach: it answers everything kindly, and remembers it.
pub(crate) fn hostile() -> Server {
    // Written by hand after GitHub §2.1: whom `GET /user` names.
    Server::start("", |_: &Request| Answer::json(200, &serde_json::json!({"login": "mallory", "id": 1, "type": "User"})))
}

/// An address of this machine that nobody listens on.
pub(crate) fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
