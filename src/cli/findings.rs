//! Findings for programs: one line each, as `file:line:col: …` or as a JSON object. Lines and columns count from 1, columns in
//! code points; the end is exclusive.

use serde_json::{Value, json};

use super::printable::printable;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// `file:line:col: error[WJ0101]: message`.
pub(super) fn short(source: &Source, finding: &Diagnostic) -> String {
    let place = source.position(finding.span.start);
    let (severity, id) = (finding.code.severity.as_str(), finding.code.id);
    let line =
        format!("{}:{}:{}: {severity}[{id}]: {}", source.name, place.line, place.column, finding.message);
    // One finding is one line, whatever stands in it.
    printable(&line.replace('\n', " ")).into_owned()
}

/// One object on one line.
pub(super) fn json(source: &Source, finding: &Diagnostic) -> String {
    let labels: Vec<Value> = finding
        .labels
        .iter()
        .map(|label| {
            let file = label.source.as_deref().unwrap_or(source);
            let mut place = place(file, label.span);
            place["text"] = json!(label.text);
            place
        })
        .collect();
    let fixes: Vec<Value> = finding
        .fixes
        .iter()
        .map(|fix| {
            let edits = fix.edits.iter().map(|edit| {
                let mut place = place(source, edit.span);
                place["text"] = json!(edit.text);
                place
            });
            json!({ "title": fix.title, "edits": edits.collect::<Vec<_>>() })
        })
        .collect();
    let mut object = place(source, finding.span);
    object["code"] = json!(finding.code.id);
    object["name"] = json!(finding.code.name);
    object["severity"] = json!(finding.code.severity.as_str());
    object["message"] = json!(finding.message);
    object["label"] = json!(finding.label);
    object["help"] = json!(finding.help);
    object["labels"] = Value::Array(labels);
    object["fixes"] = Value::Array(fixes);
    object.to_string()
}

fn place(source: &Source, span: Span) -> Value {
    let (from, to) = (source.position(span.start), source.position(span.end));
    json!({
        "file": source.name,
        "line": from.line,
        "column": from.column,
        "end_line": to.line,
        "end_column": to.column,
    })
}
