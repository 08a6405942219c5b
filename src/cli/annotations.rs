//! Findings as the commands by which a program tells GitHub Actions of a place in a file:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::path::{Path, PathBuf};

use super::printable::printable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::scripts;
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
        property(&from_checkout(&source.name)),
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
    format!(
        "::error file={},line={line},title={}::{}",
        property(&from_checkout(file)),
        property(title),
        data(message)
    )
}

/// GitHub looks for a file from the root of what it checked out, whatever folder a step works in.
fn from_checkout(file: &str) -> String {
    let root = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let path = root.and_then(|root| scripts::relative_to(&root, Path::new(file)));
    path.map_or_else(|| file.to_owned(), |path| path.display().to_string())
}

/// Whatever stands in a script, it begins no command of its own.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
