//! Which arguments a function takes, and at which of them somebody writes.

use lsp_types::{
    Documentation, ParameterInformation, ParameterLabel, Position, SignatureHelp, SignatureInformation,
};

use super::workspace::View;
use super::{context, hover, place};
use crate::builtins;

pub(super) fn signature_help(view: &View<'_>, position: Position) -> Option<SignatureHelp> {
    let offset = place::offset(view.source(), position);
    let context = context::of(&view.source().text, offset);
    let (function, commas) = context.open.iter().rev().find_map(|open| {
        let name = open.head.last().filter(|_| open.bracket == "(")?;
        Some((builtins::find(name)?, open.commas))
    })?;
    let (label, params) = hover::signature(function);
    // Behind `as` the value stands in front, and the arguments begin with the second.
    let shift = usize::from(function.reader && is_reader(&context, function.name));
    let most = function.params.len().saturating_sub(1);
    let active = if function.variadic { (commas + shift).min(most) } else { commas + shift };
    let parameters = params.into_iter().map(|param| ParameterInformation {
        label: ParameterLabel::Simple(param.trim_matches(['[', ']']).to_owned()),
        documentation: None,
    });
    let signature = SignatureInformation {
        label,
        documentation: Some(Documentation::MarkupContent(hover::markdown(hover::function(function)))),
        parameters: Some(parameters.collect()),
        active_parameter: u32::try_from(active).ok(),
    };
    let active_parameter = signature.active_parameter;
    Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter })
}

fn is_reader(context: &context::Context<'_>, name: &str) -> bool {
    context.open.iter().rev().any(|open| {
        let words: Vec<&str> = open.head.iter().rev().take(2).copied().collect();
        words == [name, "as"]
    })
}
