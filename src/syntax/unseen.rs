//! Letters that nobody sees: they come along when a text is pasted, part a word in two, or turn what a reader sees round.

use super::repair::Change;
use crate::diagnostic::Diagnostic;

use super::errors;
use crate::source::Span;

/// One such letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unseen {
    /// In the file.
    pub at: usize,
    pub letter: char,
    /// It stands inside of a text or a comment, which may hold it.
    pub written: bool,
}

/// The letter at an offset, if it is one that is not seen.
pub(super) fn letter_at(text: &str, at: usize) -> Option<char> {
    let letter = text.get(at..)?.chars().next()?;
    (turns(letter)
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{180e}'))
    .then_some(letter)
}

/// Whether a letter makes what follows run the other way, so that a line reads as what it is not
/// (<https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>).
pub(super) fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Unseen {
    /// What takes it out of the text that is read; a text and a comment keep theirs.
    pub fn change(self, part_start: usize) -> Option<Change> {
        (!self.written).then(|| Change::Remove(self.at - part_start, self.letter.len_utf8()))
    }

    pub fn told(self) -> Diagnostic {
        let span = Span::new(self.at, self.at + self.letter.len_utf8());
        match self.written {
            true => errors::turned_direction(span, self.letter),
            false => errors::invisible_letter(span, self.letter, name(self.letter)),
        }
    }
}

/// As Unicode calls it.
fn name(letter: char) -> &'static str {
    match letter {
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' => "a zero-width non-joiner",
        '\u{200d}' => "a zero-width joiner",
        '\u{200e}' | '\u{200f}' => "a direction mark",
        '\u{2060}' => "a word joiner",
        _ => "a formatting mark",
    }
}
