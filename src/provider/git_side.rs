//! What git itself would hear: the first call of a fetch and of a push (git's `http-protocol`, "Smart Clients"), for what no API tells. Both only
//! ask, and change nothing.

use std::rc::Rc;

use super::{Answered, Error, Push};
use crate::model::{HostUrl, RepositoryPath};
use crate::net::{Answer, Auth, Call, Classifier, Http, Origin, TokenSource, Trust};

/// The branches that a fetch is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refs {
    /// Names without `refs/heads/`, each with its commit, in the server's order.
    pub(super) branches: Vec<(String, String)>,
    /// The one that `HEAD` means.
    pub(super) default: Option<String>,
}

/// The side of a host that git talks to, asked as git would with this token.
pub(super) struct GitSide {
    origin: Origin,
}

impl GitSide {
    /// At the web address of a host: the token goes to its own origin and nowhere else.
    pub(super) fn new(
        http: &Http,
        web: &HostUrl,
        trust: &Trust,
        (user, token): (&str, &Rc<dyn TokenSource>),
        limits: Classifier,
    ) -> Result<Self, Error> {
        let auth = Auth::Basic(user.to_owned(), Rc::clone(token));
        Ok(Self { origin: http.origin(web, trust, auth, &[("Accept", "*/*")], limits)? })
    }

    /// Whether a push would be let in. Which branches it may change is not said here.
    ///
    /// # Errors
    ///
    /// If nobody answers.
    pub(super) async fn may_push(&self, path: &RepositoryPath) -> Result<Push, Error> {
        const SERVICE: &str = "git-receive-pack";
        let answer = self.origin.get(&call(path, SERVICE)).await?;
        Ok(match answer.status {
            200 if is_advertisement(&answer, SERVICE) => Push::May("git is let in for a push".to_owned()),
            401 => Push::MayNot("git is refused with this token (401): it was not granted what a push takes".to_owned()),
            403 => Push::MayNot("git is refused a push with this token (403)".to_owned()),
            404 => Push::MayNot("git does not find the repository with this token (404)".to_owned()),
            200 => Push::Unknown("what answers at git's address is no git server".to_owned()),
            status => Push::Unknown(format!("git's address answers {status}")),
        })
    }

    /// What a fetch is shown. `None` where git is refused it with 401, 403 or 404.
    ///
    /// # Errors
    ///
    /// If nobody answers, or it is no git server that does.
    pub(super) async fn refs(&self, path: &RepositoryPath) -> Result<Result<Refs, Box<Answered>>, Error> {
        const SERVICE: &str = "git-upload-pack";
        let answer = self.origin.get(&call(path, SERVICE)).await?;
        if matches!(answer.status, 401 | 403 | 404) {
            return Ok(Err(Box::new(Answered::by(&answer))));
        }
        let refs = (answer.status == 200 && is_advertisement(&answer, SERVICE)).then(|| refs(&answer.body)).flatten();
        let broken = || Error::Unintelligible {
            why: format!("{} where git's own answer should be", super::finding::instead(&answer)),
            answered: Box::new(Answered::by(&answer)),
        };
        refs.map(Ok).ok_or_else(broken)
    }
}

fn call(path: &RepositoryPath, service: &str) -> Call {
    let repository = format!("{path}.git");
    Call::to(repository.split('/').chain(["info", "refs"])).with("service", service)
}

fn is_advertisement(answer: &Answer, service: &str) -> bool {
    answer.header("content-type").is_some_and(|kind| kind == format!("application/x-{service}-advertisement"))
}

/// Reads the advertisement: lines that begin with their length in four hexadecimal digits (git's `protocol-common`, "pkt-line Format").
fn refs(mut body: &[u8]) -> Option<Refs> {
    let mut refs = Refs::default();
    while !body.is_empty() {
        let length = usize::from_str_radix(std::str::from_utf8(body.get(..4)?).ok()?, 16).ok()?;
        if length < 4 {
            // The end of a section.
            body = body.get(4..)?;
            continue;
        }
        let line = body.get(4..length)?;
        body = body.get(length..)?;
        // The first one carries behind a NUL what the server can do.
        let (line, abilities) = match line.iter().position(|byte| *byte == 0) {
            Some(at) => (line.get(..at)?, line.get(at + 1..)?),
            None => (line, &[][..]),
        };
        let head = String::from_utf8_lossy(abilities);
        if let Some(target) = head.split_ascii_whitespace().find_map(|word| word.strip_prefix("symref=HEAD:refs/heads/")) {
            refs.default = Some(target.to_owned());
        }
        let line = String::from_utf8_lossy(line);
        if let Some((sha, name)) = line.trim_end_matches('\n').split_once(" refs/heads/") {
            refs.branches.push((name.to_owned(), sha.to_owned()));
        }
    }
    Some(refs)
}

#[cfg(test)]
mod tests {
    use super::{Refs, refs};

    fn line(text: &str) -> String {
        format!("{:04x}{text}", text.len() + 4)
    }

    #[test]
    fn an_advertisement_names_branches_and_the_default_one() {
        let sha = "4f1c2aa8d0e65b1f0a3c7d9e2b4a6c8f01234567";
        let text = [
            line("# service=git-upload-pack\n"),
            "0000".to_owned(),
            line(&format!("{sha} HEAD\0multi_ack symref=HEAD:refs/heads/main agent=git/2.47\n")),
            line(&format!("{sha} refs/heads/feature/x\n")),
            line(&format!("{sha} refs/heads/main\n")),
            line(&format!("{sha} refs/tags/v1\n")),
            "0000".to_owned(),
        ]
        .concat();
        let found = refs(text.as_bytes()).unwrap();
        assert_eq!(found.default.as_deref(), Some("main"));
        let names: Vec<&str> = found.branches.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["feature/x", "main"]);
        assert_eq!(found.branches[0].1, sha);
    }

    #[test]
    fn an_empty_repository_has_none_and_nonsense_is_told() {
        let empty = [line("# service=git-upload-pack\n"), "0000".to_owned(), "0000".to_owned()].concat();
        assert_eq!(refs(empty.as_bytes()), Some(Refs::default()));
        for odd in ["<html>", "00", "00ffshort", "zzzz", "-001"] {
            assert_eq!(refs(odd.as_bytes()), None, "{odd}");
        }
    }
}
