//! The mistakes of people who do not program: each case of `tests/cases/mistakes` is a script with the places of its mistakes
//! marked as `⟦…⟧`, what its author meant, and what is said about it. Marks and meanings are written by hand and never
//! rewritten; the messages are shown, so that whoever changes one reads all of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use wj::check::{self, Levels, Options, Script};
use wj::diagnostic::Diagnostic;
use wj::source::Source;

use crate::cases::{self, Case};

/// As many mistakes at least are told of at their very places, each with the change that was meant.
const MISTAKES: usize = 517;

#[test]
fn each_mistake_is_told_at_its_place_with_what_was_meant() {
    let seen = RefCell::new(Seen::default());
    cases::run("mistakes", "diagnostics", |case| {
        let (text, marks) = marked(case);
        let source = Arc::new(Source::new("a.wj", text));
        let found = findings(&source);
        let mut seen = seen.borrow_mut();
        seen.count(&case.title);
        let mut places: Vec<(u32, u32)> = found.iter().map(|d| (d.span.start, d.span.end)).collect();
        places.sort_unstable();
        if places != marks {
            seen.misplaced.push(format!("{}: marked {marks:?}, found {places:?}", case.title));
        }
        if found.iter().any(|d| format!("{} {:?}", d.message, d.help).contains("expected rule")) {
            seen.misplaced.push(format!("{}: speaks of the grammar", case.title));
        }
        if let Err(why) = suggestion(case, &source, &found) {
            seen.wrong.push(format!("{}: {why}", case.title));
        }
        cases::render(&source, &found)
    });
    let seen = seen.into_inner();
    let count = seen.numbers.len();
    assert!(count >= MISTAKES, "{count} cases");
    assert!(seen.misplaced.is_empty(), "not told at their places:\n{}", seen.misplaced.join("\n"));
    assert!(seen.wrong.is_empty(), "suggestions that are not what was meant:\n{}", seen.wrong.join("\n"));
}

#[derive(Default)]
struct Seen {
    numbers: BTreeSet<u32>,
    misplaced: Vec<String>,
    wrong: Vec<String>,
}

impl Seen {
    fn count(&mut self, title: &str) {
        let number = title.split(' ').next().and_then(|number| number.parse().ok());
        let number = number.unwrap_or_else(|| panic!("'{title}' does not begin with its number"));
        assert!(self.numbers.insert(number), "the number {number} is given twice");
    }
}

/// The script without its marks, and what they mark.
fn marked(case: &Case) -> (String, Vec<(u32, u32)>) {
    let written = case.all("wj").next().map_or("", |block| block.body.as_str());
    let (mut text, mut marks, mut open) = (String::new(), Vec::new(), Vec::new());
    for character in written.chars() {
        match character {
            '⟦' => open.push(text.len() as u32),
            '⟧' => marks.push((open.pop().expect("each mark has two ends"), text.len() as u32)),
            _ => text.push(character),
        }
    }
    assert!(open.is_empty() && !marks.is_empty(), "{}: each mark has two ends", case.title);
    marks.sort_unstable();
    (text, marks)
}

fn findings(source: &Arc<Source>) -> Vec<Diagnostic> {
    // No script here has a test: it would be twice as long, and say nothing about the mistake.
    let levels = Levels::read([("no-test", "off")]).unwrap();
    let scripts = [Script::from(source.clone())];
    let options = Options { levels: Some(&levels), ..Options::default() };
    check::check_with(&scripts, &options).files.remove(0).diagnostics
}

/// Takes the first change that each finding offers, or looks for the words that its advice must hold.
fn suggestion(case: &Case, source: &Source, found: &[Diagnostic]) -> Result<(), String> {
    if let Some(words) = case.all("suggests").next() {
        let advice: String =
            found.iter().map(|d| format!("{} {}\n", d.message, d.help.as_deref().unwrap_or(""))).collect();
        let holds = advice.to_lowercase().contains(&words.body.trim().to_lowercase());
        return if holds { Ok(()) } else { Err(format!("{advice:?} does not say {:?}", words.body.trim())) };
    }
    let meant = case.all("meant").next().ok_or("the case does not say what was meant")?;
    let mut edits: Vec<_> =
        found.iter().filter_map(|d| d.fixes.first()).flat_map(|fix| fix.edits.clone()).collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let mut text = source.text.to_string();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.range(), &edit.text);
    }
    // The formatter sees to blanks.
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if words(&text) != words(&meant.body) {
        return Err(format!("became\n{text}"));
    }
    let left = findings(&Arc::new(Source::new("a.wj", text)));
    let worse = left.iter().any(|d| d.is_error() && found.iter().all(|before| before.message != d.message));
    // A mended line may show what no reader of the broken one could see, but is never unreadable itself.
    if worse && left.iter().any(|d| d.code.id.starts_with("WJ01")) {
        return Err(format!("what was meant cannot be read: {left:?}"));
    }
    Ok(())
}
