//! `.netrc`, as ftp(1) has it and as curl, and so git, reads it: words, some of them in quotes; macros, which go on to an empty line.

use std::ops::Range;

use zeroize::Zeroizing;

use super::entry::{Cut, Entry, Fault, Held, Useless, line_at, lines_of};
use crate::model::{HostError, HostUrl};
use crate::secret::Secret;

/// Reads the entries that have a password. `default` is named and is no use here, since it is for whatever host.
///
/// # Errors
///
/// If a quote is never closed, or the file ends where a value should stand.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let mut words = Words { bytes, at: 0 };
    let mut entries = Vec::new();
    let mut open: Option<Open> = None;
    while let Some(word) = words.keyword()? {
        let value = |words: &mut Words<'_>| -> Result<Word, Fault> {
            words.value()?.ok_or(Fault { line: line_at(bytes, word.range.start), why: "it ends in the middle of an entry" })
        };
        match (&word.text[..], &mut open) {
            (b"machine", _) => {
                let name = value(&mut words)?;
                entries.extend(open.take().and_then(|open| open.entry(bytes)));
                let text = String::from_utf8_lossy(&name.text).into_owned();
                open = Some(Open { start: word.range.start, end: name.range.end, machine: Some(text), ..Open::default() });
            }
            (b"default", _) => {
                entries.extend(open.take().and_then(|open| open.entry(bytes)));
                open = Some(Open { start: word.range.start, end: word.range.end, ..Open::default() });
            }
            (b"macdef", _) => {
                value(&mut words)?;
                words.skip_macro();
                if let Some(open) = &mut open {
                    open.has_macro = true;
                }
            }
            (b"login" | b"account", Some(open)) => {
                let text = value(&mut words)?;
                open.end = text.range.end;
                if &word.text[..] == b"login" {
                    open.login = Some(String::from_utf8_lossy(&text.text).into_owned());
                }
            }
            (b"password", Some(open)) => {
                let text = value(&mut words)?;
                open.end = text.range.end;
                open.password = Some((text.text, word.range.start..text.range.end));
            }
            // Curl passes over words that it does not know.
            _ => {}
        }
    }
    entries.extend(open.and_then(|open| open.entry(bytes)));
    Ok(entries)
}

/// An entry that may go on.
#[derive(Default)]
struct Open {
    start: usize,
    /// Behind its last word.
    end: usize,
    /// `None` for `default`.
    machine: Option<String>,
    login: Option<String>,
    /// With the bytes of the pair.
    password: Option<(Zeroizing<Vec<u8>>, Range<usize>)>,
    /// A macro would become the entry's before it, if this one went.
    has_macro: bool,
}

impl Open {
    fn entry(self, bytes: &[u8]) -> Option<Entry> {
        let (password, pair) = self.password?;
        let range = if self.has_macro { pair } else { self.start..self.end };
        let held = match (&self.machine, std::str::from_utf8(&password)) {
            (_, Ok("")) => return None,
            (None, _) => Held::Useless(Useless::because("`default` is for whatever host: a token is for one")),
            (Some(_), Err(_)) => Held::Useless(Useless::because("its password is no text, so no token")),
            (Some(_), Ok(text)) => Held::Token(Secret::from(text.to_owned())),
        };
        let written = self.machine.unwrap_or_else(|| "default".to_owned());
        let host: Result<HostUrl, HostError> = HostUrl::parse(&written);
        Some(Entry {
            line: line_at(bytes, self.start),
            cuts: vec![cut(bytes, range)],
            written,
            host,
            provider: None,
            api: None,
            username: self.login.filter(|login| !login.is_empty()),
            held,
        })
    }
}

/// Whole lines where they hold nothing else, else the words alone.
fn cut(bytes: &[u8], range: Range<usize>) -> Cut {
    let lines = lines_of(bytes, &range);
    let is_blank = |part: &[u8]| part.trim_ascii_start().is_empty();
    let behind = &bytes[range.end..lines.end.max(range.end)];
    if is_blank(&bytes[lines.start..range.start]) && (is_blank(behind) || behind.trim_ascii_start().starts_with(b"#")) {
        return Cut { range: lines, with: "" };
    }
    Cut { range, with: "" }
}

struct Word {
    text: Zeroizing<Vec<u8>>,
    range: Range<usize>,
}

struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Words<'_> {
    /// The next word where a keyword may stand: what begins with `#` there is a remark, up to the end of its line, whatever words are in it.
    fn keyword(&mut self) -> Result<Option<Word>, Fault> {
        self.skip(|_| true);
        self.word()
    }

    /// The next word where a value must stand: it may begin with `#`, as passwords do, unless it is the first of its line.
    fn value(&mut self) -> Result<Option<Word>, Fault> {
        self.skip(|before| before.iter().all(u8::is_ascii_whitespace));
        self.word()
    }

    /// Passes over blanks, and over remarks where what stands before them on their line lets them be one.
    fn skip(&mut self, is_remark_behind: impl Fn(&[u8]) -> bool) {
        loop {
            while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
                self.at += 1;
            }
            let line = self.bytes[..self.at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            if self.bytes.get(self.at) != Some(&b'#') || !is_remark_behind(&self.bytes[line..self.at]) {
                return;
            }
            self.at = self.bytes[self.at..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| self.at + at);
        }
    }

    fn word(&mut self) -> Result<Option<Word>, Fault> {
        let start = self.at;
        let Some(first) = self.bytes.get(start) else { return Ok(None) };
        let text = if *first == b'"' { self.quoted(start)? } else { self.plain() };
        Ok(Some(Word { text, range: start..self.at }))
    }

    fn plain(&mut self) -> Zeroizing<Vec<u8>> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| !byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        Zeroizing::new(self.bytes[start..self.at].to_vec())
    }

    /// With `\n`, `\r`, `\t` and any other character behind a backslash for itself, as curl has it.
    fn quoted(&mut self, start: usize) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let mut text = Zeroizing::new(Vec::new());
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => {
                    let escaped = self.bytes.get(self.at).copied();
                    self.at += 1;
                    match escaped {
                        Some(b'n') => text.push(b'\n'),
                        Some(b'r') => text.push(b'\r'),
                        Some(b't') => text.push(b'\t'),
                        Some(other) => text.push(other),
                        None => break,
                    }
                }
                other => text.push(*other),
            }
        }
        Err(Fault { line: line_at(self.bytes, start), why: "a quote is not closed" })
    }

    /// To the empty line that ends a macro.
    fn skip_macro(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut end = 0;
        let mut is_first = true;
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            end += line.len();
            if !is_first && line.trim_ascii().is_empty() {
                break;
            }
            is_first = false;
        }
        self.at += end;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{Held, without};
    use super::read;

    fn shown(text: &str) -> Vec<(String, String, String)> {
        let shown = |held: &Held| match held {
            Held::Token(token) => token.expose().to_owned(),
            Held::Useless(useless) => format!("- {}", useless.why),
            Held::Keyring { .. } => String::new(),
        };
        read(text.as_bytes())
            .unwrap()
            .iter()
            .map(|entry| (entry.written.clone(), entry.username.clone().unwrap_or_default(), shown(&entry.held)))
            .collect()
    }

    fn row(host: &str, user: &str, password: &str) -> (String, String, String) {
        (host.to_owned(), user.to_owned(), password.to_owned())
    }

    #[test]
    fn entries_are_read_in_every_layout() {
        assert_eq!(
            shown("machine a.example login ada password t1 machine b.example password t2 login bea"),
            [row("a.example", "ada", "t1"), row("b.example", "bea", "t2")]
        );
        assert_eq!(
            shown(
                "\n#machine x login y password z\nmachine a.example\n\tlogin \"a b\"\n\taccount q\n\tpassword \"#\\\"t\\\\\\n\"\n"
            ),
            [row("a.example", "a b", "#\"t\\\n")]
        );
        assert_eq!(shown("machine a.example login ada\n"), []);
        assert_eq!(shown("machine a.example\n  password t1 # why\n  login ada\n"), [row("a.example", "ada", "t1")]);
        assert_eq!(shown("login ada password t1"), []);
    }

    /// A remark that was read as keywords gave one host the password of the next.
    #[test]
    fn a_remark_behind_a_password_is_no_part_of_the_entry() {
        for remark in
            ["app password", "password of the CI account", "default", "macdef", "machine c.example login eve", "\"", "#"]
        {
            for begun in [" # ", " #", "\t# "] {
                let text = format!(
                    "machine a.example login ada password t1{begun}{remark}\nmachine b.example login bea password t2{begun}{remark}"
                );
                assert_eq!(shown(&text), [row("a.example", "ada", "t1"), row("b.example", "bea", "t2")], "{text:?}");
                let left = without(text.as_bytes(), &read(text.as_bytes()).unwrap()[0].cuts);
                assert_eq!(left, text.split_once('\n').unwrap().1.as_bytes(), "{text:?}");
            }
        }
        assert_eq!(shown("machine a.example login ada password #t1"), [row("a.example", "ada", "#t1")]);
    }

    #[test]
    fn macros_are_passed_over_and_the_default_is_no_use() {
        let text =
            "machine a.example login ada password t1\nmacdef init\nmachine evil password p\n\ndefault login any password p2\n";
        let shown = shown(text);
        assert_eq!(shown[0], row("a.example", "ada", "t1"));
        assert!(shown.len() == 2 && shown[1].0 == "default" && shown[1].2.contains("whatever host"), "{shown:?}");
        // Its macro would become another entry's.
        let entries = read(text.as_bytes()).unwrap();
        let left = String::from_utf8(without(text.as_bytes(), &entries[0].cuts)).unwrap();
        assert_eq!(left, text.replace("password t1", ""));
    }

    #[test]
    fn what_is_no_netrc_is_refused_with_its_line() {
        for (text, line) in [("machine a.example\npassword \"x", 2), ("machine", 1), ("machine a\nlogin", 2)] {
            let fault = read(text.as_bytes()).unwrap_err();
            assert_eq!(fault.line, line, "{text:?}: {}", fault.why);
        }
    }

    #[test]
    fn one_entry_goes_and_the_rest_stays() {
        let first = "machine a.example\n  login ada\n  password t1\n";
        let text = format!("# mine\n{first}# next\nmachine b.example login bea password t2 machine c.example password t3\n");
        let entries = read(text.as_bytes()).unwrap();
        let left = |which: usize| String::from_utf8(without(text.as_bytes(), &entries[which].cuts)).unwrap();
        assert_eq!(left(0), text.replace(first, ""));
        assert_eq!(left(1), text.replace("machine b.example login bea password t2", ""));
        assert_eq!(left(2), text.replace("machine c.example password t3", ""));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn what_is_taken_out_is_out(text in "((machine|login|password|account|default|macdef) |[a-c\"\\\\#]{1,3}|[ \n]){0,30}") {
            if let Ok(entries) = read(text.as_bytes()) {
                let cuts: Vec<_> = entries.iter().flat_map(|entry| entry.cuts.clone()).collect();
                // Whoever takes them out reads what is left again before it is written.
                let left = without(text.as_bytes(), &cuts);
                prop_assert!(left.len() <= text.len());
            }
        }
    }
}
