//! Names that nobody reads: what the three rules about fields, `let`s and constants share.

use crate::diagnostic::near;
use crate::lint::Context;
use crate::resolve::model::{Definition, DefinitionKind};
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
    model
        .definitions
        .iter()
        .zip(used)
        .filter(move |(definition, used)| !used && definition.kind == kind)
        .map(|(definition, _)| definition)
        .filter(move |definition| !may_be_used(&context, definition))
}

/// Text that could not be read may use the name, and so may a word that is unknown because it is mistyped.
fn may_be_used(context: &Context<'_>, definition: &Definition) -> bool {
    let unread = context.file.items.iter().any(|item| {
        let (span, broken) = match item {
            Item::Const(constant) => (constant.span, false),
            Item::Pipeline(pipeline) => (pipeline.span, pipeline.broken),
            Item::Connector(connector) => (connector.span, connector.broken),
            Item::Test(test) => (test.span, test.broken),
        };
        let sees = definition.pipeline.is_none() || span.range().contains(&(definition.span.start as usize));
        broken && sees
    });
    unread
        || context.errors.iter().filter(|error| error.is_error()).any(|error| {
            let inside = error.span.start >= definition.scope.start && error.span.end <= definition.scope.end;
            let word = context.source.slice(error.span);
            inside && word.len() < 100 && near(word, [&*definition.name]).is_some()
        })
}
