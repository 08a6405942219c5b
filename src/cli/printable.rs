//! Text from outside on a terminal: what could steer the terminal, or turn the order of letters, is shown and not obeyed.

use std::borrow::Cow;

/// The text with every control and direction character but the line end and the tab replaced by a visible one.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|letter| shown(letter) == letter) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(shown).collect())
}

/// The character that stands for another one on a terminal.
pub(super) fn shown(letter: char) -> char {
    match letter {
        '\n' | '\t' => letter,
        // U+2400 begins the pictures of the control characters.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + letter as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(printable("a\x1b[31mb\u{9b}2J\u{202e}c\r"), "a␛[31mb\u{fffd}2J\u{fffd}c␍");
        assert!(matches!(printable("имя 😀\tx\n"), Cow::Borrowed(_)));
    }
}
