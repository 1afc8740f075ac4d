//! A line typed without echo. Nothing is lost that was typed ahead, and the terminal gets its echo back whatever happens: the libraries for this
//! leave a terminal without echo after Ctrl-C, or throw away what a fast hand has pasted before they were ready.

use std::io;

use zeroize::Zeroizing;

/// Reads a line from the terminal without showing it. `question` is written when nothing is shown any more.
///
/// # Errors
///
/// `Interrupted` after Ctrl-C, `UnexpectedEof` after Ctrl-D on an empty line.
#[cfg(unix)]
pub(super) fn line(question: &str) -> io::Result<Zeroizing<String>> {
    use std::io::{Read as _, Write as _};

    let _silence = silence::Silence::begin()?;
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}: ")?;
    stderr.flush()?;
    let mut line = Zeroizing::new(Vec::with_capacity(1024));
    let ended = loop {
        let mut byte = [0_u8; 1];
        match io::stdin().lock().read(&mut byte) {
            Ok(0) => break Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        }
        match byte[0] {
            b'\r' | b'\n' => break Ok(()),
            0x03 => break Err(io::ErrorKind::Interrupted.into()),
            0x04 if line.is_empty() => break Err(io::ErrorKind::UnexpectedEof.into()),
            // Backspace takes a whole character away.
            0x08 | 0x7f => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            // Ctrl-U begins anew.
            0x15 => line.clear(),
            byte => line.push(byte),
        }
    };
    writeln!(stderr)?;
    ended?;
    let text = std::str::from_utf8(&line).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Lines that are typed while it lives are not shown.
#[cfg(unix)]
pub(super) struct Unechoed {
    _silence: silence::Silence,
}

#[cfg(not(unix))]
pub(super) struct Unechoed;

impl Unechoed {
    #[cfg(unix)]
    pub(super) fn begin() -> io::Result<Self> {
        Ok(Self { _silence: silence::Silence::of_lines()? })
    }

    /// Elsewhere lines are shown.
    #[cfg(not(unix))]
    pub(super) fn begin() -> io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(unix)]
mod silence {
    //! The terminal's mode while a secret is typed.

    use std::io;

    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    /// No echo, until it is dropped.
    pub(in crate::cli) struct Silence(Termios);

    impl Silence {
        /// Nothing that is typed is shown. Lines are lines, and Ctrl-C is Ctrl-C.
        pub(in crate::cli) fn of_lines() -> io::Result<Self> {
            Self::without(LocalModes::ECHO)
        }

        /// Nothing is shown, nothing waits for Enter, and no key is a signal.
        pub(super) fn begin() -> io::Result<Self> {
            Self::without(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
        }

        fn without(modes: LocalModes) -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut quiet = before.clone();
            quiet.local_modes.remove(modes);
            quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
            quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
            // `Now`, not `Flush`: what was typed ahead is kept.
            tcsetattr(io::stdin(), OptionalActions::Now, &quiet)?;
            Ok(Self(before))
        }
    }

    impl Drop for Silence {
        fn drop(&mut self) {
            // There is nobody to tell if the terminal is gone.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        }
    }
}

/// Reads a line from the console without showing it.
#[cfg(not(unix))]
pub(super) fn line(question: &str) -> io::Result<Zeroizing<String>> {
    let terminal = console::Term::stderr();
    terminal.write_str(&format!("{question}: "))?;
    terminal.read_secure_line().map(Zeroizing::new)
}
