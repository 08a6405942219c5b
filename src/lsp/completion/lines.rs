//! What may begin a line in each kind of block.

use lsp_types::CompletionItemKind;

use super::super::context::Block;
use super::super::{hover, symbol, words};
use super::{Offer, Rank, Spot};
use crate::syntax::ast::Item;

pub(super) fn offers(spot: &Spot<'_>, block: Block<'_>) -> Vec<Offer> {
    let mut offers: Vec<Offer> =
        words::in_block(block).map(|word| Offer::word(word.name).snippet(word.snippet)).collect();
    match block {
        Block::Pipeline | Block::Steps | Block::ConnectorAction => offers.extend(actions(spot, true)),
        Block::Action(name) => offers.extend(params(spot, name, false)),
        Block::ExpectAction(name) => offers.extend(params(spot, name, true)),
        Block::Verify(scheme) if scheme.starts_with("hmac_") => {
            let given = spot.given();
            let names = ["encoding", "header", "key", "payload", "prefix", "timestamp", "tolerance"];
            let free = names.into_iter().filter(|name| !given.contains(name));
            offers.extend(free.map(|name| {
                Offer::new(name, CompletionItemKind::PROPERTY, Rank::Own).snippet(format!("{name} = $0"))
            }));
        }
        Block::Arms => offers.push(Offer::word("else").snippet("else { $0 }")),
        Block::Fields => {
            let field = "${1:name} = $.${2:path} on_missing ${3|abort,empty,default|}";
            offers.push(
                Offer::new("field", CompletionItemKind::SNIPPET, Rank::Own)
                    .snippet(field.replace("$.", "\\$."))
                    .documented("A field is written `name = $.path on_missing abort`."),
            );
        }
        _ => {}
    }
    // Behind the `}` of a `when` may stand an `else`.
    if matches!(block, Block::Pipeline | Block::Steps) {
        offers.push(Offer::word("else").snippet("else {\n  $0\n}"));
    }
    offers
}

/// Actions that can be called, with the parameters that they need if they are to be called here.
pub(super) fn actions(spot: &Spot<'_>, called: bool) -> Vec<Offer> {
    let actions = symbol::actions(spot.view.project.connectors());
    actions
        .iter()
        .map(|action| {
            let offer = Offer::new(action.name(), CompletionItemKind::FUNCTION, Rank::Last)
                .detailed(action.summary())
                .documented(hover::action(action));
            if !called {
                return offer;
            }
            let Some(spec) = action.spec() else {
                return offer.snippet(format!("{} \"https://$1\" {{\n  $0\n}}", action.name()));
            };
            let needed: Vec<_> = spec.params.iter().filter(|param| param.required).collect();
            let width = needed.iter().map(|param| param.name.len()).max().unwrap_or(0);
            let lines = needed.iter().enumerate().map(|(at, param)| {
                let secret = if param.secret { "secret." } else { "" };
                format!("  {:width$} = {secret}${}\n", param.name, at + 1)
            });
            match needed.len() {
                0 => offer,
                _ => offer.snippet(format!("{} {{\n{}}}", action.name(), lines.collect::<String>())),
            }
        })
        .collect()
}

fn params(spot: &Spot<'_>, name: &str, expected: bool) -> Vec<Offer> {
    let Some(action) = symbol::action(spot.view.project.connectors(), name) else { return Vec::new() };
    let Some(spec) = action.spec() else { return Vec::new() };
    let given = spot.given();
    let free = spec.params.iter().filter(|param| !given.contains(&&*param.name));
    let mut offers: Vec<Offer> = free
        .map(|param| {
            let rank = if param.required { Rank::First } else { Rank::Own };
            let value = if param.secret && !expected { "secret.$0" } else { "$0" };
            Offer::new(&*param.name, CompletionItemKind::PROPERTY, rank)
                .detailed(param.kinds.nouns())
                .documented(hover::param(param))
                .snippet(format!("{} = {value}", param.name))
        })
        .collect();
    if !expected && !spec.is_mail() && !given.contains(&"base") {
        offers.push(
            Offer::new("base", CompletionItemKind::PROPERTY, Rank::Common)
                .detailed("a URL")
                .documented(format!("Instead of `{}`.", spec.base))
                .snippet("base = \"https://$0\""),
        );
    }
    offers
}

/// Names of constants of the file.
pub(super) fn constants<'v>(spot: &Spot<'v>) -> impl Iterator<Item = &'v str> {
    let items = spot.view.file.tree().items.iter();
    items.filter_map(|item| match item {
        Item::Const(constant) => Some(&*constant.name.text),
        _ => None,
    })
}
