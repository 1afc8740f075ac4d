//! The little of YAML that settings need: mappings of words, each with the bytes that it stands on, so that one can be taken out and nothing else moves.

use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};
use zeroize::Zeroizing;

use super::entry::{Cut, Fault, lines_of};

/// So deep settings lie at most.
const DEEPEST: usize = 24;

/// A value and where it stands.
pub(super) struct Node {
    value: Value,
    /// Bytes of the file.
    span: Range<usize>,
}

enum Value {
    /// Aliases are not followed.
    Word {
        text: Zeroizing<String>,
        is_named: bool,
    },
    Mapping(Vec<(Node, Node)>),
    Other,
}

/// Reads the first document. `None` if there is none.
///
/// # Errors
///
/// With the line, and none of its text.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Node>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault { line: 0, why: "it is not text in UTF-8" })?;
    let (text, before) = text.strip_prefix('\u{feff}').map_or((text, 0), |text| (text, 3));
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at + before).collect();
    offsets.push(bytes.len());
    let mut reader = Reader { parser: Parser::new_from_str(text), offsets, last: text.len() };
    loop {
        match reader.next()? {
            Some((Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _)) => {}
            Some((Event::StreamEnd | Event::DocumentEnd, _)) | None => return Ok(None),
            Some((event, span)) => return reader.node(event, span, 0).map(Some),
        }
    }
}

struct Reader<'text> {
    parser: Parser<'text, saphyr_parser::StrInput<'text>>,
    /// Where each character begins.
    offsets: Vec<usize>,
    /// More events than characters there cannot be.
    last: usize,
}

impl<'text> Reader<'text> {
    fn next(&mut self) -> Result<Option<(Event<'text>, Span)>, Fault> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok(event)) => Ok(Some(event)),
            Some(Err(error)) => Err(Fault { line: error.marker().line(), why: "it is not YAML" }),
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let at = |index: usize| self.offsets.get(index).copied().unwrap_or(self.last);
        at(span.start.index())..at(span.end.index())
    }

    fn node(&mut self, event: Event<'text>, span: Span, depth: usize) -> Result<Node, Fault> {
        if depth > DEEPEST {
            return Err(Fault { line: span.start.line(), why: "it is nested too deeply" });
        }
        let range = self.bytes(span);
        let value = match event {
            Event::Scalar(text, _, anchor, _) => Value::Word { text: Zeroizing::new(text.into_owned()), is_named: anchor != 0 },
            Event::MappingStart(..) => Value::Mapping(self.pairs(depth)?),
            Event::SequenceStart(..) => {
                while let Some((event, span)) = self.next()? {
                    if event == Event::SequenceEnd {
                        break;
                    }
                    self.node(event, span, depth + 1)?;
                }
                Value::Other
            }
            _ => Value::Other,
        };
        Ok(Node { value, span: range })
    }

    fn pairs(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Fault> {
        let mut pairs = Vec::new();
        while let Some((event, span)) = self.next()? {
            if event == Event::MappingEnd {
                break;
            }
            let key = self.node(event, span, depth + 1)?;
            let Some((event, span)) = self.next()? else { break };
            let value = self.node(event, span, depth + 1)?;
            pairs.push((key, value));
        }
        Ok(pairs)
    }
}

impl Node {
    /// Key, and value, of each pair whose key is a word. Nothing, for what is no mapping.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &Self, &Self)> {
        let pairs: &[(Self, Self)] = if let Value::Mapping(pairs) = &self.value { pairs } else { &[] };
        pairs.iter().filter_map(|(key, value)| Some((key.word()?, key, value)))
    }

    /// The value of a key.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.pairs().find(|(key, ..)| *key == name).map(|(_, _, value)| value)
    }

    /// The value of a key with the key itself.
    pub(super) fn pair(&self, name: &str) -> Option<(&Self, &Self)> {
        self.pairs().find(|(key, ..)| *key == name).map(|(_, key, value)| (key, value))
    }

    /// A word as it is meant, whatever its quotes and tag (old versions of `glab` write `!!null` before tokens).
    pub(super) fn word(&self) -> Option<&str> {
        if let Value::Word { text, .. } = &self.value { Some(text.as_str()) } else { None }
    }

    /// A word of a key that is not empty, nor YAML's word for nothing.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.word().filter(|text| !text.is_empty() && *text != "~" && *text != "null")
    }

    /// Where it begins.
    pub(super) fn start(&self) -> usize {
        self.span.start
    }
}

/// How a pair is taken out: by its lines where it has them to itself, else by an empty word in the place of its value. `None` for a value that others refer to.
pub(super) fn cut(bytes: &[u8], (key, value): (&Node, &Node)) -> Option<Cut> {
    let Value::Word { is_named: false, .. } = value.value else { return None };
    let pair = key.span.start..value.span.end.max(key.span.end);
    let lines = lines_of(bytes, &pair);
    let before = &bytes[lines.start..pair.start];
    let behind = bytes[pair.end.min(lines.end)..lines.end].trim_ascii_start();
    if before.iter().all(|byte| *byte == b' ') && (behind.is_empty() || behind.starts_with(b"#")) {
        return Some(Cut { range: lines, with: "" });
    }
    Some(Cut { range: value.span.clone(), with: "\"\"" })
}

#[cfg(test)]
mod tests {
    use super::super::entry::without;
    use super::{cut, read};

    /// The text after the value at a path was taken out.
    fn after(text: &str, path: &[&str]) -> String {
        let node = read(text.as_bytes()).unwrap().unwrap();
        let (last, above) = path.split_last().unwrap();
        let within = above.iter().fold(&node, |node, name| node.get(name).unwrap());
        let cut = cut(text.as_bytes(), within.pair(last).unwrap()).unwrap();
        String::from_utf8(without(text.as_bytes(), &[cut])).unwrap()
    }

    #[test]
    fn a_pair_goes_and_the_rest_stays() {
        for (before, left) in [
            ("a:\n    token: x # why\n    user: ü\n", "a:\n    user: ü\n"),
            ("ü: é\r\na:\r\n  token: \"x\\\"y\"\r\n  b: 1\r\n", "ü: é\r\na:\r\n  b: 1\r\n"),
            ("a:\n  token: !!null x\n  b: 1\n", "a:\n  b: 1\n"),
            ("a:\n  token:\n    x\n  b: 1", "a:\n  b: 1"),
            ("a:\n  token: >-\n    x\n  b: 1\n", "a:\n  b: 1\n"),
            ("a: {token: x, b: 1}\n", "a: {token: \"\", b: 1}\n"),
            ("{\"a\": {\"token\": \"x\"}}", "{\"a\": {\"token\": \"\"}}"),
            ("\u{feff}a:\n  token: x\n", "\u{feff}a:\n"),
            ("# first\n\na:\n  # about\n  token: x", "# first\n\na:\n  # about\n"),
        ] {
            assert_eq!(after(before, &["a", "token"]), left, "{before:?}");
        }
    }

    #[test]
    fn what_others_refer_to_is_not_taken_out() {
        let text = "a:\n  token: &t x\nb:\n  token: *t\n";
        let node = read(text.as_bytes()).unwrap().unwrap();
        assert!(cut(text.as_bytes(), node.get("a").unwrap().pair("token").unwrap()).is_none());
        assert!(node.get("b").unwrap().text("token").is_none());
    }

    #[test]
    fn no_depth_is_too_much() {
        let deep = "[".repeat(20_000);
        assert!(read(deep.as_bytes()).is_err());
        let deep = "a: ".repeat(5_000);
        assert!(read(deep.as_bytes()).is_err());
        assert!(read(b"").unwrap().is_none());
        assert_eq!(read(b"a: b\n c: [\n").err().unwrap().why, "it is not YAML");
    }
}
