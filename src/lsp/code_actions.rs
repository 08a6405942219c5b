//! Every change that a finding offers, as `wj check --fix` would make it; and a silence, where there is a reason for one.

use std::cell::LazyCell;
use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, TextEdit, Uri, WorkspaceEdit,
};

use super::workspace::View;
use super::{findings, formatting, place};
use crate::check::{self, Levels, Options};
use crate::diagnostic::{Diagnostic, Severity};
use crate::format::Subjects;
use crate::source::Span;
use crate::syntax::BLANKS;

pub(super) fn code_actions(
    view: &View<'_>,
    part: Span,
    context: &CodeActionContext,
    levels: &Levels,
) -> Vec<CodeActionOrCommand> {
    let wants = |kind: &CodeActionKind| match &context.only {
        None => *kind == CodeActionKind::QUICKFIX,
        Some(only) => only.iter().any(|wanted| kind.as_str().starts_with(wanted.as_str())),
    };
    let mut actions = Vec::new();
    if wants(&CodeActionKind::QUICKFIX) {
        let touched = view
            .file
            .diagnostics
            .iter()
            .filter(|finding| finding.span.start <= part.end && part.start <= finding.span.end);
        // Only a finding makes it worth the reading.
        let subjects = LazyCell::new(|| view.file.subjects());
        for finding in touched {
            actions.extend(fixes(view, finding));
            actions.extend(silence(view, &subjects, finding));
        }
    }
    if wants(&CodeActionKind::SOURCE_FIX_ALL) {
        actions.extend(fix_all(view, levels));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

fn fixes(view: &View<'_>, finding: &Diagnostic) -> Vec<CodeAction> {
    let fixes = finding.fixes.iter().map(|fix| {
        let edits = fix
            .edits
            .iter()
            .map(|edit| TextEdit::new(place::range(view.source(), edit.span), edit.text.clone()));
        let preferred = finding.only_safe_fix().is_some_and(|only| std::ptr::eq(only, fix));
        CodeAction {
            is_preferred: preferred.then_some(true),
            ..action(view, finding, capitalised(&fix.title), edits.collect())
        }
    });
    fixes.collect()
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A comment above the statement of a warning, with the reason left to be written.
fn silence(view: &View<'_>, subjects: &Subjects, finding: &Diagnostic) -> Option<CodeAction> {
    // What is said of silences is mended, not silenced.
    if finding.code.severity == Severity::Error
        || check::SILENCE_CODES.iter().any(|code| code.id == finding.code.id)
    {
        return None;
    }
    let start = finding.span.start;
    let about = subjects.at(start).map_or(start, |about| about.start);
    let (place, indent) = above(&view.source().text, about as usize)?;
    let silence = format!("# wj-allow {}: ", finding.code.name);
    // A parameter behind another one gets a line of its own.
    let text = match place.is_empty() {
        true => format!("{indent}{silence}\n"),
        false => format!("\n{indent}{silence}\n{indent}"),
    };
    let edit = TextEdit::new(place::range(view.source(), place), text);
    Some(action(view, finding, format!("Silence `{}` here, and say why", finding.code.name), vec![edit]))
}

/// What a comment above the statement that begins there is put in place of, and its indent: nothing, at the start of the
/// line; or what parts a parameter from the one before it.
fn above(text: &str, begin: usize) -> Option<(Span, String)> {
    let front = text.get(..begin)?;
    let start = front.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = text.get(start..)?;
    let indent = line.get(..line.len() - line.trim_start_matches(BLANKS).len())?.to_owned();
    let parameter = front.get(start..)?.trim_end_matches(BLANKS).strip_suffix(',');
    let parted = parameter.map(|before| Span::new(start + before.len(), begin));
    Some((parted.unwrap_or_else(|| Span::at(start)), indent))
}

#[expect(clippy::mutable_key_type, reason = "what the protocol's crate wants; a URI is never changed")]
fn action(view: &View<'_>, finding: &Diagnostic, title: String, edits: Vec<TextEdit>) -> CodeAction {
    let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(view.uri.clone(), edits)]);
    CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![findings::shown(view, finding)]),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        ..CodeAction::default()
    }
}

/// All safe fixes of the file at once. Worked out only where it is asked for, since each costs a check of the file.
#[expect(clippy::mutable_key_type, reason = "what the protocol's crate wants; a URI is never changed")]
fn fix_all(view: &View<'_>, levels: &Levels) -> Option<CodeAction> {
    view.file.diagnostics.iter().find_map(Diagnostic::only_safe_fix)?;
    let now = crate::value::Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
    let options = Options { now: Some(&now), levels: Some(levels), ..Options::default() };
    let fixed = check::fix(&view.file.script, view.project.connectors(), &options)?;
    let edits = formatting::difference(view.source(), &fixed.script.source.text);
    let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(view.uri.clone(), edits)]);
    Some(CodeAction {
        title: "Mend all that can be mended without asking".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        ..CodeAction::default()
    })
}
