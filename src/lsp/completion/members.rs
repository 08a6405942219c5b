//! Behind a dot: secrets' names, what the request gives, what an action returns, the actions of a service.

use std::collections::BTreeSet;

use lsp_types::CompletionItemKind;

use super::super::tokens::{self, Kind};
use super::super::{hover, symbol};
use super::{Offer, Rank, Spot, lines};
use crate::resolve::model::Shape;
use crate::resolve::program::Segment;
use crate::resolve::request_members;

pub(super) fn offers(spot: &Spot<'_>) -> Vec<Offer> {
    let owner = spot.context.owner().unwrap_or_default();
    let property =
        |name: &str, detail: &str| Offer::new(name, CompletionItemKind::PROPERTY, Rank::Own).detailed(detail);
    if let Some(offers) = result(spot, owner) {
        return offers;
    }
    match owner {
        "secret" => secrets(spot),
        "request" => request_members().map(|(name, what)| property(name, what)).collect(),
        "operation" => vec![property("id", "the id of this request in the history")],
        "body" => {
            vec![property("raw", "its exact bytes"), property("all", "all values of each name of a form")]
        }
        "query" | "headers" => vec![property("all", "all values of each name")],
        "failure" => vec![
            property("text", "why the action failed"),
            property("status", "the status of its answer, maybe empty"),
        ],
        "path" => path(spot),
        service => {
            let prefix = format!("{service}.");
            let called = spot.context.before.is_empty() || spot.context.last() == "=";
            let own =
                lines::actions(spot, called).into_iter().filter(|offer| offer.name.starts_with(&prefix));
            own.map(|offer| {
                // What stands in front of the dot is written already.
                let short = |text: String| text.strip_prefix(&prefix).map_or(text.clone(), str::to_owned);
                Offer { name: short(offer.name), snippet: offer.snippet.map(short), ..offer }
            })
            .collect()
        }
    }
}

/// Every secret that a file of the project names.
fn secrets(spot: &Spot<'_>) -> Vec<Offer> {
    let mut names = BTreeSet::new();
    for file in spot.view.project.files() {
        let text = &file.source().text;
        let is_here = std::sync::Arc::ptr_eq(file.source(), spot.view.source());
        for token in tokens::lex(text).iter().filter(|token| token.kind == Kind::Word) {
            // What is being typed names none yet.
            if is_here && token.span.start <= spot.offset && spot.offset <= token.span.end {
                continue;
            }
            if let Some(name) = text.get(token.span.range()).and_then(|word| word.strip_prefix("secret.")) {
                names.insert(name.to_owned());
            }
        }
    }
    names
        .into_iter()
        .map(|name| Offer::new(name, CompletionItemKind::CONSTANT, Rank::Own).detailed("a secret"))
        .collect()
}

/// Parameters of the routes.
fn path(spot: &Spot<'_>) -> Vec<Offer> {
    let facts = spot.pipeline().and_then(|at| spot.view.model.pipelines.get(at));
    let segments = facts.into_iter().flat_map(|facts| &facts.routes).flat_map(|route| &route.segments);
    let names: BTreeSet<&str> = segments
        .filter_map(|segment| match segment {
            Segment::Param(name) => Some(&**name),
            Segment::Literal(_) => None,
        })
        .collect();
    names
        .into_iter()
        .map(|name| Offer::new(name, CompletionItemKind::PROPERTY, Rank::Own).detailed("a text"))
        .collect()
}

/// The members of a value that the script knows.
fn result(spot: &Spot<'_>, owner: &str) -> Option<Vec<Offer>> {
    let mut names = owner.split('.');
    let root = names.next()?;
    let pipeline = spot.pipeline();
    let mut known = spot.view.model.definitions.iter().rev().filter(|definition| {
        *definition.name == *root && (definition.pipeline == pipeline || definition.pipeline.is_none())
    });
    let definition = known.find(|definition| definition.span.start < spot.offset)?;
    let mut ty = &definition.ty;
    for name in names {
        ty = hover::member(ty, name)?;
    }
    let Shape::Object(members) = &ty.shape else { return Some(Vec::new()) };
    let offers = members.iter().map(|(name, ty)| {
        let doc = symbol::returned(spot.view, definition, name).map_or("", |returned| &returned.doc);
        Offer::new(&**name, CompletionItemKind::PROPERTY, Rank::Own)
            .detailed(hover::kinds(ty))
            .documented(doc)
    });
    Some(offers.collect())
}
