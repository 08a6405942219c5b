//! What is wrong in a script, said as data: a code, a sentence, a place, and what to do. Every room that
//! reads scripts reports in these; only `cli` prints them.

use std::sync::Arc;

use crate::source::{Source, Span};

/// A kind of finding. Codes are stable, and each has a page (`wj explain WJ0301`).
#[derive(Debug)]
pub struct Code {
    /// `WJ0301`.
    pub id: &'static str,
    /// Named for the bad thing, as in `# wj-allow unused-field: reason`.
    pub name: &'static str,
    pub severity: Severity,
    /// The page, in Markdown.
    pub page: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding in one file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub code: &'static Code,
    /// That of its code, unless the settings of a check say another.
    pub severity: Severity,
    /// What is wrong, with names in backticks and no final dot.
    pub message: String,
    pub span: Span,
    /// What stands at the span, in a few words; may be empty.
    pub label: String,
    /// Related places, in this file or another.
    pub labels: Vec<Label>,
    /// Why, and what to do.
    pub help: Option<String>,
    pub fixes: Vec<Fix>,
}

#[derive(Clone, Debug)]
pub struct Label {
    /// Another file; `None` is the file of the finding.
    pub source: Option<Arc<Source>>,
    pub span: Span,
    pub text: String,
}

/// A change of the text that would mend the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
    /// Nothing else can be meant, so it may be applied without asking (`wj check --fix`).
    pub safe: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

impl Diagnostic {
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            message: message.into(),
            span,
            label: String::new(),
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says in a few words what stands at the span.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.label = text.into();
        self
    }

    /// Points at a related place of the same file.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { source: None, span, text: text.into() });
        self
    }

    /// Points at a related place of another file.
    pub fn also_in(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { source: Some(source.clone()), span, text: text.into() });
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Offers a change of one place.
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fixes.push(Fix::new(title, vec![Edit { span, text: text.into() }]));
        self
    }

    /// Offers a change of one place that needs no asking: nothing else can be meant.
    pub fn safe_fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fixes.push(Fix::safe(title, vec![Edit { span, text: text.into() }]));
        self
    }

    /// The fix that may be applied without asking: one that is safe, and no second one.
    pub fn only_safe_fix(&self) -> Option<&Fix> {
        let mut safe = self.fixes.iter().filter(|fix| fix.safe);
        let first = safe.next()?;
        safe.next().is_none().then_some(first)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl Fix {
    /// A change that somebody has to choose.
    pub fn new(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
        Fix { title: title.into(), edits, safe: false }
    }

    /// A change beside which nothing else can be meant.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
        Fix { title: title.into(), edits, safe: true }
    }
}

/// The candidate that a mistyped word most likely means: at most two edits away (one for short words),
/// or the same word with letters of the other alphabet.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold_look_alikes(&word.to_lowercase());
    let letters = folded.chars().count();
    let allowed = match letters {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        // Words that differ by more letters than edits are allowed need no closer look.
        .filter(|candidate| candidate.chars().count().abs_diff(letters) <= allowed)
        .map(|candidate| {
            let distance = edit_distance(&folded, &fold_look_alikes(&candidate.to_lowercase()));
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The Latin letter that a Cyrillic one is taken for, and the letter itself otherwise.
pub fn fold_look_alikes(word: &str) -> String {
    word.chars()
        .map(|letter| match letter {
            'а' => 'a',
            'е' | 'ё' => 'e',
            'о' => 'o',
            'р' => 'p',
            'с' => 'c',
            'у' => 'y',
            'х' => 'x',
            'к' => 'k',
            'м' => 'm',
            'т' => 't',
            'н' => 'h',
            'в' => 'b',
            'і' => 'i',
            'ѕ' => 's',
            'ј' => 'j',
            'А' => 'A',
            'В' => 'B',
            'Е' => 'E',
            'К' => 'K',
            'М' => 'M',
            'Н' => 'H',
            'О' => 'O',
            'Р' => 'P',
            'С' => 'C',
            'Т' => 'T',
            'У' => 'Y',
            'Х' => 'X',
            other => other,
        })
        .collect()
}

/// Edits between two words, where two neighbours swapped count as one (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let width = b.len() + 1;
    let mut rows: Vec<Vec<usize>> = vec![(0..width).collect()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let cell = |r: usize, c: usize| rows.get(r).and_then(|row| row.get(c)).copied();
            let mut best = (row.get(j).copied().unwrap_or(usize::MAX - 1) + 1)
                .min(cell(i, j + 1).unwrap_or(usize::MAX - 1) + 1)
                .min(cell(i, j).unwrap_or(usize::MAX - 1) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped && x != y {
                best = best.min(cell(i - 1, j - 1).unwrap_or(usize::MAX - 1) + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_through_swaps_slips_and_alphabets() {
        let words = ["respond", "extract", "on_missing", "email", "on"];
        assert_eq!(near("respnd", words), Some("respond"));
        assert_eq!(near("exrtact", words), Some("extract"));
        assert_eq!(near("еmail", words), Some("email"));
        assert_eq!(near("оn", words), Some("on"));
        assert_eq!(near("banana", words), None);
    }
}
