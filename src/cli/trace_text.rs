//! The steps of a run with the lines of the script, and where two texts part.

use serde_json::{Value as Json, json};
use similar::{ChangeTag, TextDiff};

use super::printable::printable;
use crate::actions;
use crate::rehearse::Ran;
use crate::run::Trace;
use crate::value::{self, Value};

/// As much of a line or a value as is shown.
const LONGEST: usize = 100;

/// The steps of a run, each with its line of the script and what came of it.
pub(super) fn steps(ran: &Ran) -> String {
    let mut out =
        printable(&format!("  steps of pipeline {} in {}:\n", ran.pipeline.name, ran.pipeline.file))
            .into_owned();
    let mut before = None;
    for step in ran.trace.iter() {
        let Some(line) = line(ran, step) else { continue };
        if before != Some((line, &*step.path)) {
            let text = ran.pipeline.source.text.lines().nth(line as usize - 1).unwrap_or_default();
            out += &format!("  {line:>4} │ {}\n", printable(&shortened(text)));
        }
        before = Some((line, &*step.path));
        for told in told(step) {
            out += &format!("       │     {}\n", printable(&told));
        }
    }
    out
}

/// What came of a step, a line each.
fn told(step: &Trace) -> Vec<String> {
    let values = step.values.iter().map(|(name, value)| match (&**name, value) {
        ("cond", Value::Bool(holds)) => (if *holds { "it holds" } else { "it does not hold" }).to_owned(),
        _ => shortened(&format!("{name} = {}", shown(value))),
    });
    let notes = step.note.iter().flat_map(|note| note.lines().map(str::to_owned));
    values.chain(notes).collect()
}

fn line(ran: &Ran, step: &Trace) -> Option<u32> {
    let op = ran.pipeline.code.get(step.op)?;
    Some(ran.pipeline.source.position(op.span.start).line)
}

fn shown(value: &Value) -> String {
    match actions::masked(value) {
        Ok(Value::Empty) => "empty".to_owned(),
        Ok(masked) => value::to_json(&masked).unwrap_or_else(|_| masked.shown()),
        Err(_) => value.shown(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// Where two texts of several lines part; nothing for texts of one line, which stand beside one another already.
pub(super) fn difference(expected: &str, came: &str) -> String {
    if !expected.trim_end().contains('\n') && !came.trim_end().contains('\n') {
        return String::new();
    }
    let mut out = "  - expected\n  + came\n".to_owned();
    let diff = TextDiff::from_lines(expected, came);
    for (at, group) in diff.grouped_ops(3).iter().enumerate() {
        if at > 0 {
            out += "    …\n";
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let text = change.to_string_lossy();
            out += &format!("  {sign} {}\n", printable(text.trim_end_matches(['\n', '\r'])));
        }
    }
    out
}

/// The steps for programs.
pub(super) fn json(ran: &Ran) -> Json {
    let steps = ran.trace.iter().map(|step| {
        json!({
            "step": &*step.path,
            "line": line(ran, step),
            "told": told(step),
        })
    });
    json!({ "pipeline": &*ran.pipeline.name, "file": &*ran.pipeline.file, "steps": steps.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_texts_of_several_lines_are_shown_as_a_difference() {
        assert_eq!(difference("a", "b"), "");
        let shown = difference("{\n  \"a\": 1,\n  \"b\": 2\n}", "{\n  \"a\": 1,\n  \"b\": 3\n}");
        assert_eq!(
            shown,
            "  - expected\n  + came\n    {\n      \"a\": 1,\n  -   \"b\": 2\n  +   \"b\": 3\n    }\n"
        );
    }
}
