//! Text from outside, made fit for a terminal: the one function that does it.

use std::borrow::Cow;

/// Whether a character may move the cursor, hide text, or turn its direction: C0 and C1 controls, DEL, bidirectional
/// marks (Unicode UAX #9), zero-width and line-separating characters.
pub(crate) const fn is_unsafe(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every unsafe character replaced by U+FFFD, so that nothing disappears unseen.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().map(|character| if is_unsafe(character) { '\u{fffd}' } else { character }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A word as a POSIX shell takes it: quoted only where it must be, so that a hint can be pasted.
pub(crate) fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,~".contains(character);
    if !text.is_empty() && !text.starts_with('~') && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", clean(text).replace('\'', "'\\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, shell_word};

    #[test]
    fn hints_can_be_pasted() {
        assert_eq!(shell_word("gl-ops"), "gl-ops");
        assert_eq!(shell_word("my token"), "'my token'");
        assert_eq!(shell_word("it's; rm -rf $HOME"), "'it'\\''s; rm -rf $HOME'");
    }

    #[test]
    fn escapes_controls_and_direction_marks_are_replaced() {
        assert_eq!(clean("plain – ü 漢"), "plain – ü 漢");
        assert_eq!(clean("\u{1b}[31mred"), "\u{fffd}[31mred");
        assert_eq!(clean("\u{1b}]8;;https://evil\u{7}x"), "\u{fffd}]8;;https://evil\u{fffd}x");
        assert_eq!(clean("a\r\nb\u{9b}2J"), "a\u{fffd}\u{fffd}b\u{fffd}2J");
        assert_eq!(clean("main\u{202e}niam"), "main\u{fffd}niam");
        assert_eq!(clean("zero\u{200b}width"), "zero\u{fffd}width");
    }
}
