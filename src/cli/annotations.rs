//! Findings as the commands by which a program tells GitHub Actions of a place in a file:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use super::printable::printable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;

/// `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message`.
pub(super) fn line(source: &Source, finding: &Diagnostic) -> String {
    let (from, to) = (source.position(finding.span.start), source.position(finding.span.end));
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let title = format!("{} {}", finding.code.id, finding.code.name);
    let help = finding.help.iter().map(|help| format!("\n{help}"));
    let message: String = std::iter::once(finding.message.clone()).chain(help).collect();
    format!(
        "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
        property(&source.name),
        from.line,
        from.column,
        to.line,
        to.column,
        property(&title),
        data(&message),
    )
}

/// An error at a line, with a title.
pub(super) fn error(file: &str, line: u32, title: &str, message: &str) -> String {
    format!("::error file={},line={line},title={}::{}", property(file), property(title), data(message))
}

/// Whatever stands in a script, it begins no command of its own.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
