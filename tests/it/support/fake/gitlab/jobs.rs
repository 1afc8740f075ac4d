//! Tokens of CI jobs: what they are let into. Written by hand after GitLab's "CI/CD job token" (documentation): few routes take them, and for the others whoever
//! shows one is nobody.

use serde_json::json;

use super::super::{Answer, Request};
use super::{GitLab, State, message};
use crate::support::{Sandbox, tokens};

impl GitLab {
    /// Makes the token of a job that this account started, watched for by the sandbox.
    pub(crate) fn job(&self, sandbox: &Sandbox, username: &str) -> String {
        let token = sandbox.secret(&tokens::gitlab_job(username));
        self.state.lock().unwrap().jobs.insert(token.clone(), username.to_owned());
        token
    }

    /// The branches of a project are shown to jobs from now on, as newer ones do.
    pub(crate) fn show_branches_to_jobs(&self) {
        self.state.lock().unwrap().shows_branches_to_jobs = true;
    }
}

impl State {
    /// What somebody hears who shows the token of a job.
    pub(super) fn to_a_job(&self, request: &Request, token: &str) -> Answer {
        let Some(username) = self.jobs.get(token) else { return message(401, "401 Unauthorized") };
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["job"]) => Answer::json(
                200,
                &json!({"id": 8, "status": "running", "stage": "test", "name": "rspec:other", "ref": "main", "tag": false,
                    "user": {"id": 24, "username": username, "name": "Ada Lovelace", "state": "active"}}),
            ),
            ("GET", ["projects", id, "repository", "branches", ..]) if self.shows_branches_to_jobs => {
                let grant = super::Grant::personal(username);
                self.below_project(request, id, &segments[2..], &grant)
            }
            // As to anybody without a token: all projects here are private.
            ("GET", ["projects", _, ..]) => message(404, "404 Project Not Found"),
            ("GET", ["projects"]) => Answer::json(200, &json!([])),
            _ => message(401, "401 Unauthorized"),
        }
    }
}
