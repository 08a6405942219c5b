//! Where a value may stand: names in sight, what the request gives, functions.

use lsp_types::CompletionItemKind;

use super::super::hover;
use super::{Offer, Rank, Spot, lines};
use crate::builtins;
use crate::resolve::model::DefinitionKind;

/// Words of expressions.
const WORDS: [&str; 13] =
    ["and", "body", "cookies", "empty", "false", "headers", "if", "in", "not", "or", "query", "then", "true"];

/// Words that want a dot behind them.
const OWNERS: [&str; 5] = ["failure", "operation", "path", "request", "secret"];

pub(super) fn offers(spot: &Spot<'_>) -> Vec<Offer> {
    let mut offers = names(spot);
    offers.extend(WORDS.iter().map(|word| Offer::word(word)));
    offers.extend(OWNERS.iter().map(|word| Offer::word(word).snippet(format!("{word}."))));
    offers.extend(builtins::ALL.iter().map(|function| {
        let call = if function.params.is_empty() { "()" } else { "($1)" };
        Offer::new(function.name, CompletionItemKind::FUNCTION, Rank::Last)
            .detailed(hover::signature(function).0)
            .documented(hover::function(function))
            .snippet(format!("{}{call}", function.name))
    }));
    offers
}

/// Fields, `let`s and constants that are known here.
pub(super) fn names(spot: &Spot<'_>) -> Vec<Offer> {
    let pipeline = spot.pipeline();
    let known = spot.view.model.definitions.iter().filter(|definition| {
        let in_sight = definition.pipeline.is_some()
            && definition.pipeline == pipeline
            && definition.span.end < spot.offset
            // In a file that is being typed in, the end of a block may be lost.
            && (definition.scope.end >= spot.offset || definition.scope.end <= definition.span.end);
        in_sight || definition.kind == DefinitionKind::Const
    });
    let mut offers: Vec<Offer> = Vec::new();
    for definition in known {
        let kind = match definition.kind {
            DefinitionKind::Const => CompletionItemKind::CONSTANT,
            DefinitionKind::Field => CompletionItemKind::FIELD,
            _ => CompletionItemKind::VARIABLE,
        };
        let offer = Offer::new(&*definition.name, kind, Rank::First).detailed(hover::kinds(&definition.ty));
        if !offers.iter().any(|own| own.name == offer.name) {
            offers.push(offer);
        }
    }
    // A constant whose value is being typed is known by its name at least.
    let missing: Vec<&str> =
        lines::constants(spot).filter(|name| !offers.iter().any(|own| own.name == **name)).collect();
    offers.extend(missing.iter().map(|name| Offer::new(*name, CompletionItemKind::CONSTANT, Rank::First)));
    offers
}
