//! Gives a name of a script, or a secret, another one, everywhere at once.

use std::collections::HashMap;

use lsp_types::{Position, PrepareRenameResponse, TextEdit, Uri, WorkspaceEdit};

use super::refused::Refused;
use super::symbol::{self, Symbol};
use super::workspace::{self, View};
use super::{place, references, tokens};
use crate::source::Span;
use crate::syntax;

pub(super) fn prepare(view: &View<'_>, position: Position) -> Result<PrepareRenameResponse, Refused> {
    let (symbol, span) = renamed(view, position)?;
    let placeholder = match &symbol {
        Symbol::Secret(name) => name.clone(),
        _ => view.source().slice(span).to_owned(),
    };
    Ok(PrepareRenameResponse::RangeWithPlaceholder { range: place::range(view.source(), span), placeholder })
}

#[expect(clippy::mutable_key_type, reason = "what the protocol's crate wants; a URI is never changed")]
pub(super) fn rename(view: &View<'_>, position: Position, new: &str) -> Result<WorkspaceEdit, Refused> {
    let (symbol, _) = renamed(view, position)?;
    let is_name =
        new.starts_with(|c: char| c == '_' || c.is_alphabetic()) && new.chars().all(tokens::is_word);
    if !is_name {
        return Err(Refused::request(format!(
            "`{new}` is no name: a name has letters, digits and `_`, and does not begin with a digit"
        )));
    }
    if let Symbol::Name(at) = symbol {
        free(view, at, new)?;
    }
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (file, span) in references::places(view, &symbol, true).unwrap_or_default() {
        let source = file.source();
        let Some(uri) = workspace::uri_of(view, &source.name) else { continue };
        // Nobody sees what is not read: it would keep the old name.
        if file.has_syntax_errors() {
            return Err(Refused::request(format!(
                "`{}` has mistakes of syntax, so not every use can be found; mend them first",
                source.name
            )));
        }
        changes.entry(uri).or_default().push(TextEdit::new(place::range(source, span), new.to_owned()));
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn renamed<'v>(view: &View<'v>, position: Position) -> Result<(Symbol<'v>, Span), Refused> {
    match symbol::at(view, place::offset(view.source(), position)) {
        Some((symbol @ (Symbol::Name(_) | Symbol::Secret(_)), span)) => Ok((symbol, span)),
        _ => Err(Refused::request("only a name that the script gives, and a secret, can be renamed")),
    }
}

/// A name that means nothing else where the old one is known.
fn free(view: &View<'_>, at: usize, new: &str) -> Result<(), Refused> {
    if syntax::TAKEN.contains(&new) || syntax::RESERVED.contains(&new) {
        return Err(Refused::request(format!("`{new}` is a word of the language")));
    }
    let Some(own) = view.model.definitions.get(at) else { return Ok(()) };
    let rival = view.model.definitions.iter().enumerate().find(|(other, rival)| {
        let meets = own.pipeline.is_none() || rival.pipeline.is_none() || own.pipeline == rival.pipeline;
        let overlaps = own.scope.start < rival.scope.end && rival.scope.start < own.scope.end;
        let is_const = own.pipeline.is_none() || rival.pipeline.is_none();
        *other != at && *rival.name == *new && meets && (overlaps || is_const)
    });
    match rival {
        Some((_, rival)) => Err(Refused::request(format!(
            "`{new}` is given already, in line {}",
            view.source().position(rival.span.start).line
        ))),
        None => Ok(()),
    }
}
