//! Findings for programs: one line each, as `file:line:col: …` or as a JSON object. Lines and columns count from 1, columns in
//! code points; the end is exclusive.

use serde_json::{Map, Value, json};

use super::printable::printable;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// `file:line:col: error[WJ0101]: message`.
pub(super) fn short(source: &Source, finding: &Diagnostic) -> String {
    let place = source.position(finding.span.start);
    let (severity, id) = (finding.severity.as_str(), finding.code.id);
    let line =
        format!("{}:{}:{}: {severity}[{id}]: {}", source.name, place.line, place.column, finding.message);
    // One finding is one line, whatever stands in it.
    printable(&line.replace('\n', " ")).into_owned()
}

/// One object on one line.
pub(super) fn json(source: &Source, finding: &Diagnostic) -> String {
    let labels = finding.labels.iter().map(|label| {
        let file = label.source.as_deref().unwrap_or(source);
        with_text(place(file, label.span), &label.text)
    });
    let fixes = finding.fixes.iter().map(|fix| {
        let edits = fix.edits.iter().map(|edit| with_text(place(source, edit.span), &edit.text));
        json!({ "title": fix.title, "safe": fix.safe, "edits": edits.collect::<Vec<_>>() })
    });
    let mut object = place(source, finding.span);
    let rest = [
        ("code", json!(finding.code.id)),
        ("name", json!(finding.code.name)),
        ("severity", json!(finding.severity.as_str())),
        ("message", json!(finding.message)),
        ("label", json!(finding.label)),
        ("help", json!(finding.help)),
        ("labels", Value::Array(labels.collect())),
        ("fixes", Value::Array(fixes.collect())),
    ];
    object.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(object).to_string()
}

fn with_text(mut place: Map<String, Value>, text: &str) -> Value {
    place.insert("text".to_owned(), json!(text));
    Value::Object(place)
}

fn place(source: &Source, span: Span) -> Map<String, Value> {
    let (from, to) = (source.position(span.start), source.position(span.end));
    let parts = [
        ("file", json!(source.name)),
        ("line", json!(from.line)),
        ("column", json!(from.column)),
        ("end_line", json!(to.line)),
        ("end_column", json!(to.column)),
    ];
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
