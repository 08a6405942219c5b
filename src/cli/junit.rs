//! Findings in the XML of JUnit, which build servers read: a suite a file, a case a finding; a file without findings has one
//! case that passed.

use std::fmt::Write;

use super::findings;
use crate::check::{Checked, CheckedFile};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;

pub(super) fn report(checked: &Checked) -> String {
    let tests: usize = checked.files.iter().map(tests).sum();
    let failures: usize = checked.files.iter().map(|file| file.diagnostics.len()).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<testsuites name=\"wj check\" tests=\"{tests}\" failures=\"{failures}\">\n"));
    for file in &checked.files {
        suite(file, &mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

fn tests(file: &CheckedFile) -> usize {
    file.diagnostics.len().max(1)
}

fn suite(file: &CheckedFile, out: &mut String) {
    let name = escaped(&file.source.name);
    let (tests, failures) = (tests(file), file.diagnostics.len());
    // Writing into a string cannot fail.
    let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">");
    if file.diagnostics.is_empty() {
        let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"no findings\"/>");
    }
    for finding in &file.diagnostics {
        case(&file.source, finding, out);
    }
    out.push_str("  </testsuite>\n");
}

fn case(source: &Source, finding: &Diagnostic, out: &mut String) {
    let place = source.position(finding.span.start);
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let name = format!("{} {} at {}:{}", finding.code.id, finding.code.name, place.line, place.column);
    let text = findings::short(source, finding);
    let help = finding.help.iter().map(|help| format!("\n{help}"));
    let text: String = std::iter::once(text).chain(help).collect();
    let _ = write!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{0}\" line=\"{}\">\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>\n",
        escaped(&source.name),
        escaped(&name),
        place.line,
        escaped(&finding.message),
        escaped(&text),
    );
}

/// A text as XML holds it; what XML cannot hold is shown as another letter.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in super::printable::printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
