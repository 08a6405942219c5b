//! Findings as editors show them.

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString,
};

use super::place;
use super::workspace::{self, View};
use crate::diagnostic::{self, Severity};

pub(super) fn of_file(view: &View<'_>) -> Vec<Diagnostic> {
    view.file.diagnostics.iter().map(|finding| shown(view, finding)).collect()
}

pub(super) fn shown(view: &View<'_>, finding: &diagnostic::Diagnostic) -> Diagnostic {
    let source = view.source();
    let related = finding.labels.iter().filter_map(|label| {
        let other = label.source.as_ref().unwrap_or(source);
        let uri = workspace::uri_of(view, &other.name)?;
        Some(DiagnosticRelatedInformation {
            location: Location::new(uri, place::range(other, label.span)),
            message: label.text.clone(),
        })
    });
    let related: Vec<_> = related.collect();
    let unused = finding.code.name.starts_with("unused-") || finding.code.name.starts_with("unreachable");
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\n{help}"));
    Diagnostic {
        range: place::range(source, finding.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.code.id.to_owned())),
        code_description: None,
        source: Some("wj".to_owned()),
        message: format!("{}{help}", finding.message),
        related_information: (!related.is_empty()).then_some(related),
        tags: unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}
