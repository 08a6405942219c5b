//! The head of an item in other words: `test: "…" {`, `pipeline my leads {`, `pipeline leads - Leads of the site {`.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::codes;
use crate::syntax::words::{ITEM_WORDS, first_word};

use super::{Line, is_name, is_text};

/// `text` is the head up to its `{`; `word` is the item that it begins.
pub(in crate::syntax) fn of(text: &str, at: Span, word: &str) -> Option<Diagnostic> {
    let line = Line { text: text.trim_end(), at };
    let behind = line.text.strip_prefix(word)?;
    let rest = unbracketed(behind.trim_start_matches(SIGNS))?;
    let start = line.text.len() - behind.trim_start().len();
    let place = (start, line.text.len());
    let found = match word {
        "test" => test(line, place, rest),
        "pipeline" | "connector" => named(line, place, word, rest),
        _ => None,
    };
    found.or_else(|| beside_title(line, start, word))
}

/// The name that a head seems to give, and where it stands in it: behind its first word, or behind `new pipeline`.
pub(in crate::syntax) fn name_in(text: &str) -> Option<(usize, usize)> {
    let behind_word = |text: &'_ str| {
        let behind = text.get(first_word(text).len()..).unwrap_or("");
        behind.trim_start_matches(|sign| sign == '(' || SIGNS.contains(&sign)).len()
    };
    let mut start = text.len() - behind_word(text);
    if first_word(text) != "pipeline" && first_word(text.get(start..)?) == "pipeline" {
        start = text.len() - behind_word(text.get(start..)?);
    }
    let name = first_word(text.get(start..)?);
    is_name(name).then_some((start, start + name.len()))
}

/// What people put between the parts of a head.
const SIGNS: [char; 8] = [' ', '\t', ':', '=', ',', '-', '–', '—'];

/// `new pipeline leads {`: the item that is meant, and what is to be said of the word before it.
pub(in crate::syntax) fn behind_a_word(text: &str, at: Span) -> Option<(&'static str, Diagnostic)> {
    let line = Line { text, at };
    let (start, rest) = line.rest();
    let word = ITEM_WORDS.into_iter().find(|word| *word == first_word(rest) && *word != "const")?;
    let blank = rest.get(word.len()..).is_some_and(|behind| behind.starts_with(' '));
    if start == 0 || !blank || !is_name(line.text.get(..start)?.trim_end()) {
        return None;
    }
    let message = format!("the head of a {word} begins with `{word}`");
    let edits = [(0, start, "")];
    let place = (0, first_word(text).len());
    let found =
        line.with_edits(&codes::FOREIGN_WORD, place, &message, "leave the word before it out", &edits);
    Some((word, found))
}

/// Without brackets around it: `("title")`.
fn unbracketed(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = match text.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim(),
        None => text,
    };
    (!inner.is_empty()).then_some(inner)
}

/// `test "a" "b" {`, `test "a" do {`: something stands behind the title, or before it.
fn beside_title(line: Line<'_>, start: usize, word: &str) -> Option<Diagnostic> {
    let rest = line.text.get(start..)?;
    let open = rest.find('"')?;
    let close = open + 1 + rest.get(open + 1..)?.find('"')? + 1;
    let (before, behind) = (rest.get(..open)?.trim_end(), rest.get(close..)?.trim());
    let (from, to) = match (before.is_empty(), behind.is_empty()) {
        (false, true) if word == "test" => (start, start + before.len()),
        (true, false) if word == "test" => (line.text.len() - behind.len(), line.text.len()),
        (false, false) if is_name(before) => (line.text.len() - behind.len(), line.text.len()),
        _ => return None,
    };
    let message = match word {
        "test" => "only its title stands behind `test`".to_owned(),
        _ => format!("only its name and its title stand behind `{word}`"),
    };
    let found = line.told(&codes::LEFT_OVER, (from, to), &message);
    let form = if word == "test" { "test \"what it shows\" {" } else { "pipeline name \"title\" {" };
    Some(found.help(format!("It is written `{}`.", form.replace("pipeline", word))))
}

fn test(line: Line<'_>, place: (usize, usize), rest: &str) -> Option<Diagnostic> {
    let title = title(rest)?;
    let (code, message) = match is_text(rest) {
        true => (&codes::LEFT_OVER, "only its title stands behind `test`"),
        false => (&codes::MISSING_QUOTES, "the title of a test stands in quotes"),
    };
    Some(line.otherwise(code, place, message, &title).help(format!("Write `test {title} {{`.")))
}

/// A title as it is written: words without quotes get theirs.
fn title(words: &str) -> Option<String> {
    let plain = |text: &str| !text.contains(['"', '\'', '\\', '{', '}', '`', '«', '»', '“', '”']);
    match is_text(words) {
        true => Some(words.to_owned()),
        false => (plain(words) && words.contains(char::is_alphanumeric)).then(|| format!("\"{words}\"")),
    }
}

/// The head of a pipeline or a connector: a name and a title.
fn named(line: Line<'_>, place: (usize, usize), word: &str, rest: &str) -> Option<Diagnostic> {
    let first = first_word(rest);
    let behind = rest.get(first.len()..)?;
    // `pipeline "Leads of the site" leads`
    if let Some(name) = rest.rsplit(['"', ' ', ',']).next()
        && is_name(name)
        && let Some(before) = rest.strip_suffix(name).map(|before| before.trim_end_matches(SIGNS))
        && is_text(before)
    {
        let right = format!("{name} {before}");
        let message = format!("the name of a {word} stands before its title");
        return Some(
            line.otherwise(&codes::UNREADABLE_LINE, place, &message, &right).help(written(word, &right)),
        );
    }
    if !is_name(first) {
        return None;
    }
    let parted = behind.trim_start_matches(SIGNS);
    let title_given = unbracketed(parted);
    let Some(given) = title_given else {
        // `pipeline = leads`, `pipeline (leads)`
        let message = format!("only its name and its title stand behind `{word}`");
        return Some(line.otherwise(&codes::LEFT_OVER, place, &message, first).help(written(word, first)));
    };
    let right = format!("{first} {}", title(given)?);
    if is_text(given) {
        let message = format!("no sign stands between the name of a {word} and its title");
        return Some(line.otherwise(&codes::LEFT_OVER, place, &message, &right).help(written(word, &right)));
    }
    let message = format!("the name of a {word} is one word, and its title stands in quotes");
    // What is meant for the name only its writer knows.
    let mut found = line.perhaps(&codes::MISSING_QUOTES, place, &message, &right);
    let whole = rest.split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let whole = whole.collect::<Vec<_>>().join("_");
    let edit = Edit { span: line.part(place.0, place.1), text: whole.clone() };
    found.fixes.push(Fix { title: format!("write `{whole}`"), edits: vec![edit], safe: false });
    Some(found.help(format!("Write `{word} {right} {{`, or `{word} {whole} {{`.")))
}

fn written(word: &str, right: &str) -> String {
    format!("Write `{word} {right} {{`.")
}
