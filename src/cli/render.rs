//! Findings for people: miette draws the lines and what points at them. Related places in other files follow as
//! snippets of their own, since miette knows one text a report.

use std::fmt;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeStyles};

use super::excerpt::Excerpt;
use super::printable::printable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rehearse;
use crate::source::{Source, Span};

/// A finding as a drawing, with a line end.
pub(super) fn finding(source: &Source, diagnostic: &Diagnostic, colours: bool) -> String {
    draw(&Report::of_finding(source, diagnostic), colours)
}

/// A mistake in a text that is no script: what is wrong, where, and what to do.
pub(super) fn mistake(
    source: &Source,
    span: Span,
    message: &str,
    help: Option<&str>,
    colours: bool,
) -> String {
    let report = Report {
        code: None,
        severity: miette::Severity::Error,
        message: printable(message).into_owned(),
        help: help.map(|help| printable(help).into_owned()),
        labels: Vec::new(),
        excerpt: Excerpt::new(source, &[span]),
        related: Vec::new(),
    };
    draw(&report.with_label(source, span, "", true), colours)
}

/// What a test did not find as it expected, as a drawing.
pub(super) fn failure(source: &Source, failure: &rehearse::Failure, colours: bool) -> String {
    // What the message says already is not said again.
    let between = failure.expected.iter().zip(&failure.came);
    let between = between.filter(|(expected, came)| {
        !(failure.message.contains(expected.as_str()) && failure.message.contains(came.as_str()))
    });
    let between = between.map(|(expected, came)| {
        format!(
            "expected: {expected}
    came: {came}"
        )
    });
    let lines: Vec<String> = between.chain(failure.help.clone()).collect();
    let report = Report {
        code: None,
        severity: miette::Severity::Error,
        message: printable(&failure.message).into_owned(),
        help: (!lines.is_empty()).then(|| printable(&lines.join("\n")).into_owned()),
        labels: Vec::new(),
        excerpt: Excerpt::new(source, &[failure.span]),
        related: Vec::new(),
    };
    draw(&report.with_label(source, failure.span, &failure.label, true), colours)
}

fn draw(report: &Report, colours: bool) -> String {
    let theme = if colours {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme { styles: ThemeStyles::none(), ..GraphicalTheme::unicode_nocolor() }
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(110);
    let mut text = String::new();
    // Writing into a string cannot fail, and a finding that cannot be drawn must still be told.
    if handler.render_report(&mut text, report).is_err() {
        text = format!("{report}\n");
    }
    text
}

#[derive(Debug)]
struct Report {
    code: Option<String>,
    severity: miette::Severity,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    excerpt: Excerpt,
    related: Vec<Report>,
}

impl Report {
    fn of_finding(source: &Source, diagnostic: &Diagnostic) -> Report {
        let here: Vec<_> = diagnostic.labels.iter().filter(|label| label.source.is_none()).collect();
        let spans: Vec<Span> =
            std::iter::once(diagnostic.span).chain(here.iter().map(|label| label.span)).collect();
        let report = Report {
            code: Some(format!("{} {}", diagnostic.code.id, diagnostic.code.name)),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            message: printable(&diagnostic.message).into_owned(),
            help: help(diagnostic),
            labels: Vec::new(),
            excerpt: Excerpt::new(source, &spans),
            related: diagnostic
                .labels
                .iter()
                .filter_map(|label| elsewhere(label.source.as_ref()?, label))
                .collect(),
        };
        // What points into the middle of what is underlined cuts it, since miette would draw the two over one another.
        let whole = diagnostic.span;
        let inside = here.iter().map(|label| label.span).find(|inner| {
            whole.start <= inner.start && inner.end <= whole.end && *inner != whole && inner.start < inner.end
        });
        let (left, right) = match inside {
            Some(inner) => {
                let behind = source.slice(Span { start: inner.end, ..whole });
                let blanks = (behind.len() - behind.trim_start().len()) as u32;
                (Span { end: inner.start, ..whole }, Span { start: inner.end + blanks, ..whole })
            }
            None => (whole, Span { start: whole.end, ..whole }),
        };
        let report = match (left.is_empty(), right.is_empty()) {
            (false, true) => report.with_label(source, left, &diagnostic.label, true),
            (false, false) => {
                report.with_label(source, left, &diagnostic.label, true).with_label(source, right, "", false)
            }
            // The place of the finding is where the whole of it begins.
            (true, false) => report.with_label(source, right, &diagnostic.label, false),
            (true, true) => report.with_label(source, whole, &diagnostic.label, true),
        };
        let begins = |span: Span| left.is_empty() && inside == Some(span);
        here.into_iter().fold(report, |report, label| {
            report.with_label(source, label.span, &label.text, begins(label.span))
        })
    }

    fn with_label(mut self, source: &Source, span: Span, text: &str, primary: bool) -> Report {
        let place = self.excerpt.place(source, span);
        let text = Some(printable(text).into_owned()).filter(|text| !text.is_empty());
        self.labels.push(if primary {
            LabeledSpan::new_primary_with_span(text, place)
        } else {
            LabeledSpan::new_with_span(text, place)
        });
        self
    }
}

/// A related place of another file.
fn elsewhere(source: &Arc<Source>, label: &crate::diagnostic::Label) -> Option<Report> {
    let report = Report {
        code: None,
        severity: miette::Severity::Advice,
        message: printable(&label.text).into_owned(),
        help: None,
        labels: Vec::new(),
        excerpt: Excerpt::new(source, &[label.span]),
        related: Vec::new(),
    };
    Some(report.with_label(source, label.span, "", true))
}

/// The help, and what each fix would do.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let fixes = diagnostic.fixes.iter().map(|fix| format!("fix: {}", fix.title));
    let lines: Vec<String> = diagnostic.help.iter().cloned().chain(fixes).collect();
    (!lines.is_empty()).then(|| printable(&lines.join("\n")).into_owned())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}
