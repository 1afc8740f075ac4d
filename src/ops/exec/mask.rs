//! Hides a token in what a program writes, also where a write cuts it in two. It does no I/O.
//!
//! What is sought is not the token but every twelve characters of it, in each of its spellings: so nothing of it is shown either where a program prints
//! a part, or where its output ends in the middle.

use aho_corasick::{AhoCorasick, BuildError};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// So many characters of a token in a row are not shown.
const PIECE: usize = 12;

/// What stands in their place.
const STARS: &[u8] = b"***";

/// The pieces that are not shown.
#[derive(Debug)]
pub(super) struct Mask {
    /// In order.
    pieces: Vec<Vec<u8>>,
    finder: AhoCorasick,
}

impl Mask {
    /// Hides this token: as it is, encoded for an address, and in Base64 of any text that it is a part of.
    pub(super) fn new(token: &str) -> Result<Self, BuildError> {
        let mut pieces: Vec<Vec<u8>> =
            spellings(token.as_bytes()).iter().flat_map(|text| cut(text)).map(<[u8]>::to_vec).collect();
        pieces.sort_unstable();
        pieces.dedup();
        let finder = AhoCorasick::new(&pieces)?;
        Ok(Self { pieces, finder })
    }

    /// A stream that the token is hidden in.
    pub(super) fn stream(&self) -> Masked<'_> {
        Masked { mask: self, held: Vec::new(), hidden: Vec::new(), is_hiding: false }
    }

    /// How much of the end of a text may be the beginning of a piece that is not there yet.
    fn unfinished(&self, text: &[u8]) -> usize {
        let begins_a_piece = |end: &[u8]| {
            let at = self.pieces.partition_point(|piece| piece.as_slice() <= end);
            self.pieces.get(at).is_some_and(|piece| piece.starts_with(end))
        };
        let most = text.len().min(PIECE - 1);
        (1..=most).rev().find(|length| begins_a_piece(&text[text.len() - length..])).unwrap_or(0)
    }
}

/// One stream of a program's output on its way through a [`Mask`].
#[derive(Debug)]
pub(super) struct Masked<'a> {
    mask: &'a Mask,
    /// The end of what came, which may become part of a piece: never more than eleven bytes.
    held: Vec<u8>,
    /// Of each byte that is held, whether it is part of a piece already.
    hidden: Vec<bool>,
    /// Whether stars stand for what went before.
    is_hiding: bool,
}

impl Masked<'_> {
    /// What may be shown, now that this has come.
    pub(super) fn pass(&mut self, came: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(came);
        self.hidden.resize(self.held.len(), false);
        for found in self.mask.finder.find_overlapping_iter(&self.held) {
            self.hidden[found.range()].fill(true);
        }
        self.show(self.held.len() - self.mask.unfinished(&self.held))
    }

    /// What was held back, now that nothing more comes: no whole piece.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.show(self.held.len())
    }

    fn show(&mut self, length: usize) -> Vec<u8> {
        let mut shown = Vec::with_capacity(length);
        for (byte, hidden) in self.held.drain(..length).zip(self.hidden.drain(..length)) {
            if !hidden {
                shown.push(byte);
            } else if !self.is_hiding {
                shown.extend_from_slice(STARS);
            }
            self.is_hiding = hidden;
        }
        shown
    }
}

/// The token as programs write it.
fn spellings(token: &[u8]) -> Vec<Vec<u8>> {
    let mut spellings = vec![token.to_vec()];
    for small in [false, true] {
        spellings.push(in_address(token, small));
    }
    for before in 0..3 {
        // In Base64 three bytes are four characters, so it depends on how many stand before the token. The characters at its ends mix with the neighbours', and are
        // left out.
        let mut text = vec![0; before];
        text.extend_from_slice(token);
        let whole = text.len() * 8 / 6;
        let first = (before * 8).div_ceil(6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            spellings.push(engine.encode(&text).as_bytes()[first..whole.max(first)].to_vec());
        }
    }
    spellings
}

/// The token in an address: what is no letter, digit or `-._~` there as `%2B`, or as `%2b`.
fn in_address(token: &[u8], small: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(token.len());
    for byte in token {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) => text.push(*byte),
            byte if small => text.extend_from_slice(format!("%{byte:02x}").as_bytes()),
            byte => text.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    text
}

/// Every piece of a text; of one that is shorter than a piece, the whole.
fn cut(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.windows(PIECE.min(text.len()).max(1))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::{Mask, PIECE};

    const TOKEN: &str = "tok_A1b2C3d4E5f6G7h8I9j0K.L-M=N";

    fn masked<'a>(token: &str, writes: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let mask = Mask::new(token).unwrap();
        let mut stream = mask.stream();
        let mut shown: Vec<u8> = writes.into_iter().flat_map(|write| stream.pass(write)).collect();
        shown.extend(stream.end());
        shown
    }

    fn text(token: &str, text: &str) -> String {
        String::from_utf8(masked(token, [text.as_bytes()])).unwrap()
    }

    #[test]
    fn each_spelling_gives_way_to_stars_and_what_stands_around_it_does_not() {
        assert_eq!(text(TOKEN, &format!("token: {TOKEN}, and on")), "token: ***, and on");
        assert_eq!(text(TOKEN, &format!("{TOKEN}{TOKEN}")), "***");
        assert_eq!(text(TOKEN, &format!("https://x:{}@host/", TOKEN.replace('=', "%3D"))), "https://x:***@host/");
        assert_eq!(text(TOKEN, &TOKEN.replace('=', "%3d")), "***");
        for user in ["", "a", "ab", "abc", "x-access-token"] {
            let basic = STANDARD.encode(format!("{user}:{TOKEN}"));
            let shown = text(TOKEN, &format!("Authorization: Basic {basic}\n"));
            let ends = shown.split("***").collect::<Vec<_>>();
            assert_eq!(ends.len(), 2, "{shown}");
            // At its ends a character may hold bits of the token and of its neighbour.
            assert!(ends[1].len() <= 4 && ends[0].len() <= "Authorization: Basic ".len() + user.len() * 4 / 3 + 3, "{shown}");
        }
    }

    #[test]
    fn a_part_of_a_token_is_hidden_too_and_less_than_twelve_characters_are_not() {
        assert_eq!(text(TOKEN, &format!("ends in {}", &TOKEN[TOKEN.len() - 12..])), "ends in ***");
        assert_eq!(text(TOKEN, &TOKEN[3..20]), "***");
        assert_eq!(text(TOKEN, &TOKEN[..11]), &TOKEN[..11]);
        // Short ones are hidden whole.
        assert_eq!(text("s3krit", "a s3krit, s3kri"), "a ***, s3kri");
        assert_eq!(text("", "as it is"), "as it is");
    }

    #[test]
    fn only_what_may_still_become_a_piece_is_held_back() {
        let mask = Mask::new(TOKEN).unwrap();
        let mut stream = mask.stream();
        assert_eq!(stream.pass(b"Continue? [y/N] "), b"Continue? [y/N] ");
        assert_eq!(stream.pass(b"see tok_A1"), b"see ");
        assert_eq!(stream.pass(b" or "), b"tok_A1 or ");
        assert_eq!(stream.pass(&TOKEN.as_bytes()[..15]), b"***");
        assert_eq!(stream.pass(&TOKEN.as_bytes()[15..]), b"");
        assert_eq!(stream.pass(b"\n"), b"\n");
        assert_eq!(stream.pass(&TOKEN.as_bytes()[..11]), b"");
        assert_eq!(stream.end(), &TOKEN.as_bytes()[..11]);
    }

    /// Part of what a program writes.
    #[derive(Debug, Clone)]
    enum Part {
        Noise(Vec<u8>),
        /// A cut of the token.
        Cut(usize, usize),
        InAddress,
        /// Base64 of the token between two other texts.
        Encoded(Vec<u8>, Vec<u8>, u8),
    }

    impl Part {
        /// What is written, and what of it must not be shown.
        fn written(&self, token: &str) -> (Vec<u8>, Vec<u8>) {
            match self {
                Self::Noise(noise) => (noise.clone(), Vec::new()),
                Self::Cut(from, to) => {
                    let (from, to) = (from % (token.len() + 1), to % (token.len() + 1));
                    let cut = token.as_bytes()[from.min(to)..from.max(to)].to_vec();
                    (cut.clone(), cut)
                }
                Self::InAddress => {
                    let encoded: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
                    (encoded.clone().into_bytes(), encoded.into_bytes())
                }
                Self::Encoded(before, after, engine) => {
                    let engine = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD][usize::from(*engine)].clone();
                    let whole = engine.encode([before, token.as_bytes(), after].concat()).into_bytes();
                    // The characters of which each bit is of the token.
                    let (from, to) = ((before.len() * 8).div_ceil(6), (before.len() + token.len()) * 8 / 6);
                    (whole.clone(), whole[from..to].to_vec())
                }
            }
        }
    }

    fn part() -> impl Strategy<Value = Part> {
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Part::Noise),
            "[ -~\n]{0,40}".prop_map(|text| Part::Noise(text.into_bytes())),
            (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Part::Cut(from, to)),
            Just(Part::Cut(0, usize::MAX)),
            Just(Part::InAddress),
            (proptest::collection::vec(any::<u8>(), 0..8), proptest::collection::vec(any::<u8>(), 0..8), 0_u8..4)
                .prop_map(|(before, after, engine)| Part::Encoded(before, after, engine)),
        ]
    }

    fn token() -> impl Strategy<Value = String> {
        // The last one repeats itself, so that pieces overlap in many ways.
        prop_oneof!["[A-Za-z0-9_]{20,60}", "[A-Za-z0-9._=-]{12,90}", "(ab|abc){10,30}"]
    }

    fn split<'a>(text: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).chain([0, text.len()]).collect();
        cuts.sort_unstable();
        cuts.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect()
    }

    fn holds(text: &[u8], piece: &[u8]) -> bool {
        text.windows(piece.len()).any(|window| window == piece)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// The promise itself, whatever the program writes and however it is cut.
        #[test]
        fn no_twelve_characters_of_the_token_are_ever_shown(
            token in token(),
            parts in proptest::collection::vec(part(), 0..8),
            cuts in proptest::collection::vec(any::<usize>(), 0..30),
        ) {
            let written: Vec<u8> = parts.iter().flat_map(|part| part.written(&token).0).collect();
            let shown = masked(&token, split(&written, &cuts));
            for piece in token.as_bytes().windows(PIECE) {
                prop_assert!(!holds(&shown, piece), "{}", String::from_utf8_lossy(&shown));
            }
            for secret in parts.iter().map(|part| part.written(&token).1) {
                for piece in secret.windows(PIECE) {
                    prop_assert!(!holds(&shown, piece), "{}", String::from_utf8_lossy(&shown));
                }
            }
            // How it is cut makes no difference.
            prop_assert_eq!(shown, masked(&token, [written.as_slice()]));
        }

        /// What holds nothing of the token comes out as it went in, and all but the last eleven bytes at once.
        #[test]
        fn other_text_is_passed_byte_for_byte(
            text in proptest::collection::vec(any::<u8>(), 0..300),
            cuts in proptest::collection::vec(any::<usize>(), 0..30),
        ) {
            let token = "[secret]-[secret]-[secret]";
            let mask = Mask::new(token).unwrap();
            prop_assume!(mask.pieces.iter().all(|piece| !holds(&text, piece)));
            let mut stream = mask.stream();
            let (mut shown, mut came) = (Vec::new(), 0);
            for write in split(&text, &cuts) {
                shown.extend(stream.pass(write));
                came += write.len();
                prop_assert!(came - shown.len() < PIECE);
                prop_assert!(text.starts_with(&shown));
            }
            shown.extend(stream.end());
            prop_assert_eq!(shown, text);
        }

        /// Only twelve characters that are really the token's give way: against a slow model that looks at the whole.
        #[test]
        fn nothing_else_gives_way(token in token(), parts in proptest::collection::vec(part(), 0..6)) {
            let written: Vec<u8> = parts.iter().flat_map(|part| part.written(&token).0).collect();
            let mask = Mask::new(&token).unwrap();
            let mut hidden = vec![false; written.len()];
            for piece in &mask.pieces {
                for (at, window) in written.windows(piece.len()).enumerate() {
                    if window == piece.as_slice() {
                        hidden[at..at + piece.len()].fill(true);
                    }
                }
            }
            let mut expected = Vec::new();
            for (at, byte) in written.iter().enumerate() {
                if !hidden[at] {
                    expected.push(*byte);
                } else if at == 0 || !hidden[at - 1] {
                    expected.extend_from_slice(b"***");
                }
            }
            prop_assert_eq!(masked(&token, [written.as_slice()]), expected);
        }
    }
}
