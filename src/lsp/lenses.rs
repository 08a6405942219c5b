//! What can be done with a test or a pipeline, above it: run it, plan it. The commands are carried out by the editor's extension,
//! in a terminal; where there is none, this server runs tests itself (`commands`).

use lsp_types::{CodeLens, Command};
use serde_json::Value;

use super::place;
use super::workspace::View;
use crate::source::Span;
use crate::syntax::ast::Item;

pub(super) const RUN_TEST: &str = "wj.runTest";
pub(super) const PLAN: &str = "wj.plan";

/// `plans` if somebody can carry out `wj.plan`.
pub(super) fn lenses(view: &View<'_>, plans: bool) -> Vec<CodeLens> {
    let source = view.source();
    let file = view.uri.as_str();
    let lens = |span: Span, title: &str, command: &str, arguments: Vec<Value>| CodeLens {
        range: place::range(source, span),
        command: Some(Command {
            title: title.to_owned(),
            command: command.to_owned(),
            arguments: Some(arguments),
        }),
        data: None,
    };
    let items = view.file.tree().items.iter();
    items
        .filter_map(|item| match item {
            Item::Test(test) => {
                let title = source.slice(test.title.span).trim_matches(['"', '\'']);
                // Others may have the same title: an extension runs the one on this line.
                let line = source.position(test.title.span.start).line;
                let arguments = vec![file.into(), title.into(), line.into()];
                Some(lens(test.title.span, "▶ Run test", RUN_TEST, arguments))
            }
            Item::Pipeline(pipeline) if plans && !pipeline.name.text.is_empty() => {
                let arguments = vec![file.into(), (&*pipeline.name.text).into()];
                Some(lens(pipeline.name.span, "Plan a request", PLAN, arguments))
            }
            _ => None,
        })
        .collect()
}
