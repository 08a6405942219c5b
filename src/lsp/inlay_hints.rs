//! Behind each name where it is given: its kind, and whether it may be empty.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel};

use super::workspace::View;
use super::{hover, place};
use crate::resolve::model::DefinitionKind;
use crate::source::Span;
use crate::value::Kinds;

pub(super) fn inlay_hints(view: &View<'_>, part: Span) -> Vec<InlayHint> {
    let definitions = view.model.definitions.iter().filter(|definition| {
        let shown =
            matches!(definition.kind, DefinitionKind::Field | DefinitionKind::Let | DefinitionKind::Item);
        shown
            && !definition.ty.broken
            && short(definition) != ANY
            && definition.span.start >= part.start
            && definition.span.end <= part.end
    });
    definitions
        .map(|definition| InlayHint {
            position: place::position(view.source(), definition.span.end),
            label: InlayHintLabel::String(format!(": {}", short(definition))),
            kind: Some(InlayHintKind::TYPE),
            text_edits: None,
            tooltip: None,
            padding_left: None,
            padding_right: None,
            data: None,
        })
        .collect()
}

/// What comes from outside may be of nearly every kind, which is long and says little.
fn short(definition: &crate::resolve::model::Definition) -> String {
    let ty = &definition.ty;
    let kinds = hover::kinds(ty);
    let outside = Kinds::TEXT.or(Kinds::NUMBER).or(Kinds::LIST).or(Kinds::OBJECT).or(Kinds::BOOL);
    if ty.kinds.and(outside) == outside { kinds.replacen(&ty.kinds.nouns(), ANY, 1) } else { kinds }
}

/// This alone says nothing, and is not shown.
const ANY: &str = "any value";
