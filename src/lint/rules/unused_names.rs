//! Names that nobody reads: what the three rules about fields, `let`s and constants share.

use std::collections::BTreeSet;

use crate::diagnostic::near;
use crate::lint::Context;
use crate::resolve::model::{Definition, DefinitionKind};
use crate::source::Span;
use crate::syntax::ast::Item;

/// Definitions of a kind that nothing reads.
pub(super) fn unused<'a>(
    context: &Context<'a>,
    kind: DefinitionKind,
) -> impl Iterator<Item = &'a Definition> {
    let model = context.model;
    let mut used = vec![false; model.definitions.len()];
    for found in &model.uses {
        if let Some(flag) = used.get_mut(found.definition) {
            *flag = true;
        }
    }
    let context = *context;
    let unread: Vec<Span> = unread(&context).collect();
    // A name that is given twice, or used behind its block, is told of already.
    let told: BTreeSet<Span> = context
        .errors
        .iter()
        .flat_map(|error| std::iter::once(error.span).chain(error.labels.iter().map(|label| label.span)))
        .collect();
    model
        .definitions
        .iter()
        .zip(used)
        .filter(move |(definition, used)| !used && definition.kind == kind)
        .map(|(definition, _)| definition)
        .filter(move |definition| !told.contains(&definition.span))
        .filter(move |definition| !may_be_used(&context, &unread, definition))
}

/// The items of which not all could be read.
fn unread<'a>(context: &Context<'a>) -> impl Iterator<Item = Span> + use<'a> {
    context.file.items.iter().filter_map(|item| {
        let (span, broken) = match item {
            Item::Const(constant) => (constant.span, false),
            Item::Pipeline(pipeline) => (pipeline.span, pipeline.broken),
            Item::Connector(connector) => (connector.span, connector.broken),
            Item::Test(test) => (test.span, test.broken),
        };
        broken.then_some(span)
    })
}

/// Text that could not be read may use the name, and so may a word that is unknown because it is mistyped.
fn may_be_used(context: &Context<'_>, unread: &[Span], definition: &Definition) -> bool {
    let inside = |span: &Span| span.range().contains(&(definition.span.start as usize));
    let unread = match definition.pipeline {
        Some(_) => unread.iter().any(inside),
        None => !unread.is_empty(),
    };
    unread || mistyped(context, definition)
}

/// So many errors are looked at for each name: a file with more of them is looked at again anyway.
const ERRORS: usize = 50;

/// An error stands at a word that was likely meant to be this name.
fn mistyped(context: &Context<'_>, definition: &Definition) -> bool {
    context.errors.iter().filter(|error| error.is_error()).take(ERRORS).any(|error| {
        let inside = error.span.start >= definition.scope.start && error.span.end <= definition.scope.end;
        let word = context.source.slice(error.span);
        // Above the line that gives it, the name itself is as unknown as a mistyped one.
        if word == &*definition.name {
            return true;
        }
        inside && word.len() < 2 * definition.name.len() + 8 && near(word, [&*definition.name]).is_some()
    })
}
