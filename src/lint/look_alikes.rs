//! Letters of two alphabets that look the same, and which words mix them.

use crate::diagnostic::fold_look_alikes;

/// A word that mixes Latin and Cyrillic letters. Parts of a name between `_` are words of their own: `имя_crm` mixes
/// nothing.
pub(super) fn is_mixed(name: &str) -> bool {
    name.split('_').any(|word| word.chars().any(is_latin) && word.chars().any(is_cyrillic))
}

/// The name in one alphabet: in the one of most of its letters if the others have look-alikes there, else in the
/// other one, else not at all.
pub(super) fn in_one_alphabet(name: &str) -> Option<String> {
    let words: Option<Vec<String>> = name.split('_').map(word_in_one_alphabet).collect();
    words.map(|words| words.join("_"))
}

fn word_in_one_alphabet(word: &str) -> Option<String> {
    if !is_mixed(word) {
        return Some(word.to_owned());
    }
    let latin = Some(fold_look_alikes(word)).filter(|folded| !folded.chars().any(is_cyrillic));
    let cyrillic: Option<String> = word
        .chars()
        .map(|letter| if is_latin(letter) { to_cyrillic(letter) } else { Some(letter) })
        .collect();
    let mostly_cyrillic =
        word.chars().filter(|letter| is_cyrillic(*letter)).count() * 2 > word.chars().count();
    if mostly_cyrillic { cyrillic.or(latin) } else { latin.or(cyrillic) }
}

pub(super) fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphabetic()
}

pub(super) fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{52f}')
}

/// The Cyrillic letter that looks like a Latin one.
fn to_cyrillic(letter: char) -> Option<char> {
    const PAIRS: [(char, char); 22] = [
        ('a', 'а'),
        ('e', 'е'),
        ('o', 'о'),
        ('p', 'р'),
        ('c', 'с'),
        ('y', 'у'),
        ('x', 'х'),
        ('k', 'к'),
        ('m', 'м'),
        ('i', 'і'),
        ('A', 'А'),
        ('B', 'В'),
        ('E', 'Е'),
        ('K', 'К'),
        ('M', 'М'),
        ('H', 'Н'),
        ('O', 'О'),
        ('P', 'Р'),
        ('C', 'С'),
        ('T', 'Т'),
        ('Y', 'У'),
        ('X', 'Х'),
    ];
    PAIRS.iter().find(|(latin, _)| *latin == letter).map(|(_, cyrillic)| *cyrillic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_underscores_stand_for_themselves() {
        assert!(is_mixed("еmail"));
        assert!(is_mixed("my_еmail"));
        assert!(!is_mixed("имя_crm"));
        assert!(!is_mixed("email2"));
    }

    #[test]
    fn the_spelling_is_the_one_of_most_letters_where_there_is_one() {
        assert_eq!(in_one_alphabet("еmail").as_deref(), Some("email"));
        assert_eq!(in_one_alphabet("имя_phоne").as_deref(), Some("имя_phone"));
        assert_eq!(in_one_alphabet("тeлефон").as_deref(), Some("телефон"));
        assert_eq!(in_one_alphabet("жzлw"), None);
    }
}
