//! Finding operations: bounds of ids, and a text in what an operation is known by.

use super::{Cursor, Fact, Filter, Operation};
use crate::value::Id;

/// The ids that a list may show: from `low` up to, and without, `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub low: Id,
    pub high: Id,
}

impl Bounds {
    pub(super) fn of(filter: &Filter, after: Option<&Cursor>) -> Bounds {
        let top = Id([0xff; 16]);
        let until = filter.until.map_or(top, first_of);
        let after = after.map_or(top, |cursor| cursor.0);
        Bounds { low: filter.since.map_or(Id([0; 16]), first_of), high: until.min(after) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.low >= self.high
    }
}

/// Below every id of this millisecond, and above all of those before it.
pub(super) fn first_of(millis: u64) -> Id {
    let mut bytes = [0; 16];
    let time = millis.min((1 << 48) - 1).to_be_bytes();
    for (to, from) in bytes.iter_mut().zip(time.iter().skip(2)) {
        *to = *from;
    }
    Id(bytes)
}

/// A text to be found, case ignored.
#[derive(Debug)]
pub(super) struct Needle {
    lower: String,
}

impl Needle {
    pub(super) fn new(text: &str) -> Needle {
        Needle { lower: text.to_lowercase() }
    }

    /// In what the list itself shows.
    pub(super) fn in_list(&self, id: Id, reason: &str) -> bool {
        id.to_string().contains(&self.lower) || self.within(reason.as_bytes())
    }

    /// In the stored request.
    pub(super) fn in_request(&self, operation: &Operation) -> bool {
        operation.rows.iter().take(1).flatten().any(|fact| match fact {
            Fact::Received(received) => {
                self.within(received.target.as_bytes())
                    || self.within(&received.headers)
                    || self.within(&received.body)
            }
            _ => false,
        })
    }

    fn within(&self, text: &[u8]) -> bool {
        if !self.lower.is_ascii() {
            return String::from_utf8_lossy(text).to_lowercase().contains(&self.lower);
        }
        let needle = self.lower.as_bytes();
        let Some(first) = needle.first() else { return true };
        memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text)
            .any(|at| text.get(at..at + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case() {
        let within = |needle: &str, text: &str| Needle::new(needle).within(text.as_bytes());
        assert!(within("ANNA@", "x=Anna@example.org"));
        assert!(within("Анна", "имя: АННА"));
        assert!(within("", "") && within("b", "aB"));
        assert!(!within("ab", "a b") && !within("abc", "ab"));
    }

    #[test]
    fn bounds_take_the_first_millisecond_in_and_the_last_out() {
        let id = |millis| Id::new(millis, 0, [9; 10]);
        let filter = Filter { since: Some(10), until: Some(20), ..Filter::default() };
        let bounds = Bounds::of(&filter, None);
        let range = bounds.low..bounds.high;
        assert!(range.contains(&id(10)) && range.contains(&id(19)));
        assert!(!range.contains(&id(9)) && !range.contains(&id(20)));
        assert_eq!(Bounds::of(&filter, Some(&Cursor(id(15)))).high, id(15));
        assert!(Bounds::of(&filter, Some(&Cursor(id(9)))).is_empty());
    }
}
