//! Findings as SARIF 2.1.0, the format of code scanning (OASIS, 2020): one run, its rules, a result a finding. Columns count
//! code points; ends are exclusive.

use serde_json::{Value, json};

use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::source::{Source, Span};

pub(super) fn report(checked: &Checked) -> Value {
    let found =
        || checked.files.iter().flat_map(|file| file.diagnostics.iter().map(move |finding| (file, finding)));
    let mut rules: Vec<&'static Code> = found().map(|(_, finding)| finding.code).collect();
    rules.sort_by_key(|code| code.id);
    rules.dedup_by_key(|code| code.id);
    let results: Vec<Value> = found().map(|(file, finding)| result(&file.source, finding, &rules)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "wj",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &Code) -> Value {
    // The page begins with `# WJ0301 name`, and then says in a sentence what is bad.
    let text = code.page.split("\n\n").nth(1).unwrap_or(code.name).replace('\n', " ");
    json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": { "text": text.trim() },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn result(source: &Source, finding: &Diagnostic, rules: &[&'static Code]) -> Value {
    let message: Vec<&str> =
        std::iter::once(finding.message.as_str()).chain(finding.help.as_deref()).collect();
    let mut result = json!({
        "ruleId": finding.code.id,
        "level": level(finding.severity),
        "message": { "text": message.join("\n\n") },
        "locations": [{ "physicalLocation": place(source, finding.span) }],
    });
    let related = finding.labels.iter().map(|label| {
        let file = label.source.as_deref().unwrap_or(source);
        json!({ "physicalLocation": place(file, label.span), "message": { "text": label.text } })
    });
    let related: Vec<Value> = related.collect();
    let fixes: Vec<Value> = finding.fixes.iter().map(|fix| self::fix(source, fix)).collect();
    let rule = rules.iter().position(|code| std::ptr::eq(*code, finding.code));
    if let Some(object) = result.as_object_mut() {
        object.extend(rule.map(|rule| ("ruleIndex".to_owned(), json!(rule))));
        if !related.is_empty() {
            object.insert("relatedLocations".to_owned(), Value::Array(related));
        }
        if !fixes.is_empty() {
            object.insert("fixes".to_owned(), Value::Array(fixes));
        }
    }
    result
}

fn fix(source: &Source, fix: &Fix) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        json!({ "deletedRegion": region(source, edit.span), "insertedContent": { "text": edit.text } })
    });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(&source.name) },
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

fn place(source: &Source, span: Span) -> Value {
    json!({ "artifactLocation": { "uri": uri(&source.name) }, "region": region(source, span) })
}

fn region(source: &Source, span: Span) -> Value {
    let (from, to) = (source.position(span.start), source.position(span.end));
    json!({
        "startLine": from.line,
        "startColumn": from.column,
        "endLine": to.line,
        "endColumn": to.column,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A file's name as a URI reference (RFC 3986): relative as it is, absolute with its scheme.
fn uri(name: &str) -> String {
    let mut out = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
