//! Where a value may stand: names in sight, what the request gives, functions.

use lsp_types::CompletionItemKind;

use super::super::context::Block;
use super::super::{hover, symbol};
use super::{Offer, Rank, Spot, lines};
use crate::builtins::{self, Builtin};
use crate::resolve::model::{Definition, DefinitionKind, Shape, Type};
use crate::value::Kind;

/// Words of expressions.
const WORDS: [&str; 13] =
    ["and", "body", "cookies", "empty", "false", "headers", "if", "in", "not", "or", "query", "then", "true"];

/// Words that want a dot behind them.
const OWNERS: [&str; 5] = ["failure", "operation", "path", "request", "secret"];

pub(super) fn offers(spot: &Spot<'_>) -> Vec<Offer> {
    let mut offers = names(spot);
    offers.extend(WORDS.iter().map(|word| Offer::word(word)));
    let secret = wants_a_secret(spot);
    offers.extend(OWNERS.iter().map(|word| {
        let offer = Offer::word(word).snippet(format!("{word}."));
        if secret && *word == "secret" { offer.ranked(Rank::First) } else { offer }
    }));
    // Behind `token =` it comes before every name.
    if secret {
        offers.sort_by_key(|offer| offer.name != "secret");
    }
    offers.extend(builtins::ALL.iter().copied().map(function));
    offers
}

/// Whether the value of a parameter stands here that is to be a secret.
fn wants_a_secret(spot: &Spot<'_>) -> bool {
    let (Block::Action(name), [param, "="]) = (spot.context.block(), spot.context.before.as_slice()) else {
        return false;
    };
    let action = symbol::action(spot.view.project.connectors(), name);
    let spec = action.as_ref().and_then(|action| action.spec());
    spec.is_some_and(|spec| spec.params.iter().any(|known| known.secret && *known.name == **param))
}

/// What a `for` may walk: names and functions that may give a list, and in a pipeline what came with the request. A test takes
/// its rows from a constant or a list that is written there.
pub(super) fn lists(spot: &Spot<'_>) -> Vec<Offer> {
    let mut offers = names_that(spot, may_hold_a_list);
    if spot.pipeline().is_some() {
        offers.push(Offer::word("body"));
        let functions = builtins::ALL.iter().copied().filter(|function| function.returns.has(Kind::List));
        offers.extend(functions.map(function));
    }
    offers
}

/// It is one, or a member of it is, where its members are known.
fn may_hold_a_list(definition: &Definition) -> bool {
    let is_list = |ty: &Type| ty.kinds.has(Kind::List) && !ty.secret;
    is_list(&definition.ty)
        || match &definition.ty.shape {
            Shape::Object(members) => members.iter().any(|(_, member)| is_list(member)),
            Shape::Unknown | Shape::List(_) | Shape::Each(_) => false,
        }
}

fn function(function: &'static Builtin) -> Offer {
    let call = if function.params.is_empty() { "()" } else { "($1)" };
    Offer::new(function.name, CompletionItemKind::FUNCTION, Rank::Last)
        .detailed(hover::signature(function).0)
        .documented(hover::function(function))
        .snippet(format!("{}{call}", function.name))
}

/// Fields, `let`s and constants that are known here.
pub(super) fn names(spot: &Spot<'_>) -> Vec<Offer> {
    names_that(spot, |_| true)
}

fn names_that(spot: &Spot<'_>, is_meant: fn(&Definition) -> bool) -> Vec<Offer> {
    let pipeline = spot.pipeline();
    let line = spot.line_start();
    let known = spot.view.model.definitions.iter().filter(|definition| {
        // A name is known below the line that gives it.
        if definition.span.start >= line {
            return false;
        }
        let in_sight = definition.pipeline.is_some()
            && definition.pipeline == pipeline
            && definition.span.end < spot.offset
            // In a file that is being typed in, the end of a block may be lost.
            && (definition.scope.end >= spot.offset || definition.scope.end <= definition.span.end);
        in_sight || definition.kind == DefinitionKind::Const
    });
    let (known, others): (Vec<&Definition>, Vec<&Definition>) =
        known.partition(|definition| is_meant(definition));
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
    let is_known = |name: &str| {
        offers.iter().any(|own| own.name == name) || others.iter().any(|other| *other.name == *name)
    };
    let missing: Vec<&str> = lines::constants(spot).filter(|name| !is_known(name)).collect();
    offers.extend(missing.iter().map(|name| Offer::new(*name, CompletionItemKind::CONSTANT, Rank::First)));
    offers
}
