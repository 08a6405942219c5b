//! Letters that nobody sees: they come along when a text is pasted, part a word in two, or turn what a reader sees round.

use std::sync::Arc;

use super::errors;
use super::repair::Change;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// One such letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unseen {
    /// In the file.
    pub at: usize,
    pub letter: char,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A text or a comment, which may hold it.
    Writing,
    /// It parts a word in two.
    Word,
    Between,
}

/// What is read in its place within a word: letters of two and of three bytes that names may have, and hardly ever do.
const FILLERS: [&str; 2] = ["\u{2ec}", "\u{3006}"];

/// A word without what was read in the place of such letters.
pub(super) fn without(word: &str) -> Arc<str> {
    FILLERS.iter().fold(word.to_owned(), |word, filler| word.replace(filler, "")).into()
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
    /// What is read instead: as many bytes, so that no place moves.
    pub fn change(self, part_start: usize) -> Option<Change> {
        let [two, three] = FILLERS;
        let instead = match (self.place, self.letter.len_utf8()) {
            (Place::Writing, _) => return None,
            (Place::Word, 2) => two,
            (Place::Word, _) => three,
            (Place::Between, 2) => "  ",
            (Place::Between, _) => "   ",
        };
        Some(Change::Replace(self.at - part_start, instead))
    }

    /// Whether a finding is about a word that it parts.
    pub fn parts(self, finding: &Diagnostic) -> bool {
        let Span { start, end } = finding.span;
        self.place == Place::Word && (start as usize) < self.at && self.at < end as usize
    }

    pub fn told(self) -> Diagnostic {
        let span = Span::new(self.at, self.at + self.letter.len_utf8());
        match self.place {
            Place::Writing => errors::turned_direction(span, self.letter),
            Place::Word | Place::Between => errors::invisible_letter(span, self.letter, name(self.letter)),
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
        '\u{200e}' | '\u{200f}' => "a mark of direction",
        letter if turns(letter) => "a mark of direction",
        '\u{2060}' => "a word joiner",
        _ => "a formatting mark",
    }
}
