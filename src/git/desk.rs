//! How git reaches the program that runs it: a helper that takes what git asks to a socket, and brings back what it is told there. So git has neither a token nor
//! the store's key in its environment, and what it runs by itself (hooks, filters) has neither.

use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::helper;
use super::settings::{appended, without_headers};
use crate::model::HostUrl;

/// A helper that asks at a socket.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    /// This program's own path.
    pub(crate) program: &'a str,
    pub(crate) socket: &'a Path,
    /// The hosts that it answers for. Only for these nobody else is asked, and no header of somebody else's is sent.
    pub(crate) hosts: &'a [DeskHost],
}

/// A host that a desk answers for.
#[derive(Debug)]
pub(crate) struct DeskHost {
    pub(crate) url: HostUrl,
    /// The file with the certificates that git is to believe there. What `GIT_SSL_CAINFO` names goes before it.
    pub(crate) authorities: Option<PathBuf>,
}

impl Desk<'_> {
    /// The variables that tell git so; none without a host. `None` where a path is one that no setting can hold.
    pub(crate) fn variables(&self, set: impl Fn(&str) -> Option<String>) -> Option<Vec<(String, String)>> {
        let command = helper::command(self.program, &["credential", "--desk", self.socket.to_str()?])?;
        let mut settings = Vec::new();
        for DeskHost { url, authorities } in self.hosts {
            let key = |name: &str| format!("credential.{}/.{name}", url.as_str());
            settings.extend([
                (key("helper"), String::new()),
                (key("helper"), command.clone()),
                (key("useHttpPath"), "true".to_owned()),
                without_headers(url),
            ]);
            if let Some(file) = authorities {
                settings.push((format!("http.{}/.sslCAInfo", url.as_str()), file.to_str()?.to_owned()));
            }
        }
        Some(appended(set, settings))
    }
}

/// Takes a question to the desk: what git wants in a line of its own, then what git wrote.
///
/// # Errors
///
/// If nobody is there any more.
#[cfg(unix)]
pub(crate) fn ask(socket: &Path, operation: &str, question: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    use std::io::{Read as _, Write as _};
    use std::net::Shutdown;
    use std::os::unix::net::UnixStream;

    let mut desk = UnixStream::connect(socket)?;
    desk.write_all(operation.as_bytes())?;
    desk.write_all(b"\n")?;
    desk.write_all(question)?;
    desk.shutdown(Shutdown::Write)?;
    // As large as it can become, so that it does not move and leave a token behind.
    let mut answer = Zeroizing::new(Vec::with_capacity(1 << 18));
    desk.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Elsewhere nobody opens one.
#[cfg(not(unix))]
pub(crate) fn ask(_socket: &Path, _operation: &str, _question: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What was brought: the operation, and what git wrote.
pub(crate) fn taken_apart(brought: &[u8]) -> Option<(&str, &[u8])> {
    let end = brought.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&brought[..end]).ok()?, &brought[end + 1..]))
}
