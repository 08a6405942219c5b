//! What `wj ci` found, for people and for GitHub.

use std::io::{self, Write};

use super::check::some;
use super::printable::printable;
use super::{annotations, diff, render};
use crate::check::CheckedFile;
use crate::diagnostic::Severity;
use crate::rehearse::Failure;
use crate::resolve::test_program::Test;

/// A test that counts, and what is not as it expects.
pub(super) struct Tested<'a> {
    pub test: &'a Test,
    pub failures: Vec<Failure>,
}

pub(super) struct Report<'a> {
    pub base: Option<&'a str>,
    /// All files that were read.
    pub of: usize,
    /// Those that count.
    pub files: Vec<&'a CheckedFile>,
    /// Those of them that are not in the one style, with their text in it.
    pub unformatted: Vec<(&'a CheckedFile, String)>,
    pub tests: Vec<Tested<'a>>,
    pub deny_warnings: bool,
}

impl Report<'_> {
    pub(super) fn failed(&self) -> bool {
        self.errors() > 0
            || self.deny_warnings && self.warnings() > 0
            || !self.unformatted.is_empty()
            || self.failing() > 0
    }

    fn count(&self, severity: Severity) -> usize {
        let findings = self.files.iter().flat_map(|file| &file.diagnostics);
        findings.filter(|finding| finding.severity == severity).count()
    }

    fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn failing(&self) -> usize {
        self.tests.iter().filter(|tested| !tested.failures.is_empty()).count()
    }

    pub(super) fn text(&self, colours: bool, out: &mut dyn Write) -> io::Result<()> {
        for file in &self.files {
            for finding in &file.diagnostics {
                writeln!(out, "{}", render::finding(&file.source, finding, colours))?;
            }
        }
        for (file, formatted) in &self.unformatted {
            writeln!(out, "{}", diff::unified(&file.source.name, &file.source.text, formatted))?;
        }
        for Tested { test, failures } in &self.tests {
            for failure in failures {
                writeln!(out, "{}", printable(&format!("FAILED {}", self.place(test))))?;
                writeln!(out, "{}", render::failure(&test.source, failure, colours))?;
            }
        }
        for line in self.summary() {
            writeln!(out, "{}", printable(&line))?;
        }
        Ok(())
    }

    /// Workflow commands, which GitHub shows at the lines of the change.
    pub(super) fn annotations(&self, out: &mut dyn Write) -> io::Result<()> {
        for file in &self.files {
            for finding in &file.diagnostics {
                writeln!(out, "{}", annotations::line(&file.source, finding))?;
            }
        }
        for (file, formatted) in &self.unformatted {
            let message = "from here on this file is not in the one style: `wj fmt` puts it there";
            let line = first_other_line(&file.source.text, formatted);
            writeln!(out, "{}", annotations::error(&file.source.name, line, "wj fmt", message))?;
        }
        for Tested { test, failures } in &self.tests {
            for failure in failures {
                let line = test.source.position(failure.span.start).line;
                let help = failure.help.as_deref().map_or_else(String::new, |help| format!("\n{help}"));
                let message = format!("{}: {}{help}", test.title, failure.message);
                writeln!(out, "{}", annotations::error(&test.source.name, line, "wj test", &message))?;
            }
        }
        for line in self.summary() {
            writeln!(out, "{}", printable(&line))?;
        }
        Ok(())
    }

    /// The summary for the page of a run.
    pub(super) fn markdown(&self) -> String {
        let mark = if self.failed() { "❌" } else { "✅" };
        let mut out = format!("### {mark} wj ci\n\n");
        for line in self.summary() {
            out += &format!("- {}\n", printable(&line));
        }
        let failing = self.tests.iter().filter(|tested| !tested.failures.is_empty());
        for Tested { test, .. } in failing {
            out += &format!("- failed: {}\n", printable(&self.place(test)).replace(['<', '>', '`'], "'"));
        }
        out + "\n"
    }

    fn place(&self, test: &Test) -> String {
        let line = test.source.position(test.span.start).line;
        format!("{}:{line} {}", test.source.name, test.title)
    }

    fn summary(&self) -> Vec<String> {
        let names: Vec<&str> = self.files.iter().map(|file| file.source.name.as_str()).collect();
        let of = some(self.of, "file");
        let files = match (self.base, names.is_empty()) {
            (None, _) => of,
            (Some(base), true) => format!("none of {of} is affected since {base}"),
            (Some(base), false) => {
                format!("{} of {of} affected since {base}: {}", names.len(), names.join(", "))
            }
        };
        let check = match (self.errors(), self.warnings()) {
            (0, 0) => "nothing found".to_owned(),
            (errors, 0) => some(errors, "error"),
            (0, warnings) => some(warnings, "warning"),
            (errors, warnings) => format!("{}, {}", some(errors, "error"), some(warnings, "warning")),
        };
        let format = match self.unformatted.len() {
            0 => "all in the one style".to_owned(),
            count => format!("{} would change", some(count, "file")),
        };
        let broken = self.files.iter().filter(|file| file.has_errors()).count();
        let tests = super::test::summary(self.tests.len(), self.failing(), broken);
        vec![
            format!("files: {files}"),
            format!("check: {check}"),
            format!("fmt: {format}"),
            format!("test: {tests}"),
        ]
    }
}

/// The first line that would be another, from 1.
fn first_other_line(text: &str, formatted: &str) -> u32 {
    let same = text.lines().zip(formatted.lines()).take_while(|(old, new)| old == new).count();
    let last = text.lines().count().max(1);
    u32::try_from((same + 1).min(last)).unwrap_or(u32::MAX)
}
