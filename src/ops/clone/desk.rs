//! Where git, while it runs, gets its answers: a token for the repository that a person named and for others of its owner, and beyond that for what a route or an
//! app's installation covers. Addresses of submodules are written by whoever writes the repository, so that a host is known is not enough for them.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use zeroize::Zeroizing;

use super::{Source, left};
use crate::git::{Remote, taken_apart};
use crate::model::{Purpose, RepositoryPath, clean, shell_word};
use crate::ops::credential::{self, LONGEST_REQUEST, QUIT, Request};
use crate::ops::resolve::{self, Because};
use crate::ops::serving::Serving;
use crate::ops::{Error, Session, token};
use crate::store::{Store, View};

/// git's helper has all it says at hand.
const PATIENCE: Duration = Duration::from_secs(5);

/// A pause after the system could not take a call.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Desk<'a> {
    session: &'a Session<'a>,
    store: &'a Store,
    source: Option<&'a Source>,
    listener: listener::Listener,
    socket: PathBuf,
    /// What was said already: git asks for each fetch anew.
    said: RefCell<Vec<String>>,
    /// What git was refused with.
    refused: RefCell<Vec<Request>>,
    /// Only this user can look into it. It goes with the desk.
    folder: TempDir,
}

impl<'a> Desk<'a> {
    /// Opens one, for this user alone.
    pub(super) fn open(session: &'a Session<'_>, store: &'a Store, source: Option<&'a Source>) -> io::Result<Self> {
        let folder = folder()?;
        let socket = folder.path().join(left::SOCKET);
        let listener = listener::Listener::bind(&socket)?;
        Ok(Self { session, store, source, listener, socket, said: RefCell::default(), refused: RefCell::default(), folder })
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Puts certificates beside the socket, where git can read them.
    pub(super) fn lay_out(&self, at: usize, certificates: &str) -> io::Result<PathBuf> {
        let file = self.folder.path().join(left::authorities(at));
        File::create_new(&file)?.write_all(certificates.as_bytes())?;
        Ok(file)
    }

    /// Answers one after another, for ever.
    pub(super) async fn attend(&self) -> Infallible {
        loop {
            let Ok(mut stream) = self.listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            // As large as it can become, so that it does not move and leave a password behind.
            let mut brought = Zeroizing::new(Vec::with_capacity(1 << 16));
            let read = tokio::time::timeout(PATIENCE, (&mut stream).take(LONGEST_REQUEST + 1).read_to_end(&mut brought)).await;
            // A question that is too long is not another, shorter one.
            let is_whole = read.is_ok_and(|read| read.is_ok_and(|length| length as u64 <= LONGEST_REQUEST));
            if !is_whole {
                continue;
            }
            if let Some(text) = self.answered(&brought).await {
                // Whoever asked may have gone.
                let _ = tokio::time::timeout(PATIENCE, stream.write_all(text.as_bytes())).await;
            }
        }
    }

    async fn answered(&self, brought: &[u8]) -> Option<Zeroizing<String>> {
        let (operation, question) = taken_apart(brought)?;
        let request = credential::read(question)?;
        let done = match operation {
            "get" => self.get(&request).await,
            "erase" if credential::may_be_ours(&request) => {
                if let Err(error) = self.erase(request) {
                    tracing::debug!(%error, "the refusal was not understood");
                }
                return None;
            }
            _ => Ok(None),
        };
        done.unwrap_or_else(|error| {
            let mends = match &error {
                Error::Dead { name, .. } => format!(": gitconn validate {}", shell_word(name)),
                _ => String::new(),
            };
            self.say(&format!("git gets no token: {error}{mends}"));
            self.nothing()
        })
    }

    /// Says that git was refused. It is noted when git has ended: whoever saves the store meanwhile is not to be waited for here.
    fn erase(&self, request: Request) -> Result<(), Error> {
        if let Some(refused) = credential::refused_connection(&*self.store.read()?, &request)? {
            let (name, host) = (&refused.name, &refused.host);
            let check = shell_word(name.as_str()).into_owned();
            self.say(&format!("{host} refused the token of `{name}`: gitconn validate {check}"));
            self.refused.borrow_mut().push(request);
        }
        Ok(())
    }

    /// Notes what git was refused with. What cannot be noted, nobody waits for: it was said.
    pub(super) fn close(self) {
        for request in self.refused.take() {
            if let Err(error) = credential::refused(self.session, self.store, &request) {
                tracing::debug!(%error, "the refusal was not noted");
            }
        }
    }

    /// Where a connection is for an address and cannot serve it: git asks a person then, unless a setting says that it shall not.
    fn nothing(&self) -> Option<Zeroizing<String>> {
        self.session.config().ends_gits_search().then(|| Zeroizing::new(QUIT.to_owned()))
    }

    async fn get(&self, request: &Request) -> Result<Option<Zeroizing<String>>, Error> {
        let view = self.store.read()?;
        let Some((serving, path)) = self.meant(&view, request)? else { return Ok(None) };
        let handed = token::ready(self.session, self.store, &view, &serving).await?;
        let text = credential::answer(self.session, &handed, request)?;
        token::note(self.session, self.store, &view, &handed.connection, Purpose::Git, path.as_ref());
        Ok(text)
    }

    fn meant(&self, view: &View, request: &Request) -> Result<Option<(Serving, Option<RepositoryPath>)>, Error> {
        let Some(remote) = request.remote() else { return Ok(None) };
        if let Some(source) = self.source
            && source.is_kin(&remote)
        {
            let connection = resolve::usable(view, source.serving.connection.id.as_str())?;
            return credential::served(self.session, view, request, connection);
        }
        match resolve::by_itself(view, &remote) {
            // A user name there is the word of whoever wrote the address.
            Ok(chosen) if matches!(chosen.because, Because::Only | Because::Username) => {
                self.say(&format!(
                    "git gets no token for {}, because no route leads there: gitconn route add {} {}",
                    clean(&remote.describe()),
                    shell_word(&remote.parent()),
                    shell_word(chosen.connection.name.as_str()),
                ));
                Ok(None)
            }
            Ok(chosen) => credential::served(self.session, view, request, chosen.connection),
            Err(Error::NoneFor { .. } | Error::NoneUsable { .. }) => credential::say_dead(view, request).map(|()| None),
            Err(error) => Err(error),
        }
    }

    fn say(&self, text: &str) {
        let mut said = self.said.borrow_mut();
        if !said.iter().any(|before| before == text) {
            self.session.notices().warn(text);
            said.push(text.to_owned());
        }
    }
}

/// A folder that nobody else can look into, whatever the umask: for directories that is all that stands between them and everybody.
fn folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(left::PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(left::place())
}

impl Source {
    /// Whether a remote is this repository, or another one of its owner.
    fn is_kin(&self, remote: &Remote) -> bool {
        let host = &self.serving.connection.host;
        let is_of_owner = |path: RepositoryPath| path.owner().to_lowercase() == self.path.owner().to_lowercase();
        remote.is_on(host) && remote.path_on(host).is_some_and(is_of_owner)
    }
}

#[cfg(unix)]
mod listener {
    use std::fs::Permissions;
    use std::io;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use tokio::net::{UnixListener, UnixStream};

    pub(super) struct Listener(UnixListener);

    impl Listener {
        pub(super) fn bind(socket: &Path) -> io::Result<Self> {
            let listener = UnixListener::bind(socket)?;
            std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
            Ok(Self(listener))
        }

        /// The next call of a process of this user's. Whoever else came this far is hung up on.
        pub(super) async fn accept(&self) -> io::Result<UnixStream> {
            loop {
                let (stream, _) = self.0.accept().await?;
                if stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw()) {
                    return Ok(stream);
                }
            }
        }
    }
}

#[cfg(not(unix))]
mod listener {
    use std::io;
    use std::path::Path;

    /// Elsewhere there are no sockets in folders.
    pub(super) struct Listener;

    impl Listener {
        pub(super) fn bind(_socket: &Path) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) async fn accept(&self) -> io::Result<tokio::io::DuplexStream> {
            std::future::pending().await
        }
    }
}
