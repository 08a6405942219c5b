//! Pipelines that no test of their file sends a request to.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::program::Route;
use crate::syntax::ast::Item;

static CODE: Code = Code {
    id: "WJ0614",
    name: "no-test",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0614.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let unread = context.file.items.iter().any(|item| matches!(item, Item::Test(test) if test.broken));
    if unread {
        return Vec::new();
    }
    let sends: Vec<_> = context.model.tests.iter().flat_map(|test| &test.sends).collect();
    let tested = |route: &Route| sends.iter().any(|(method, path, _)| route.takes(method, path));
    let untested = context.model.pipelines.iter().filter(|pipeline| !pipeline.routes.iter().any(tested));
    untested
        // One whose name is lost is told of already.
        .filter(|pipeline| !pipeline.routes.is_empty() && !pipeline.name.is_empty())
        .map(|pipeline| {
            Diagnostic::new(&CODE, pipeline.span, format!("`{}` has no test in this file", pipeline.name))
                .label("not tested")
                .help(example(pipeline.routes.first()))
        })
        .collect()
}

fn example(route: Option<&Route>) -> String {
    let method =
        route.and_then(|route| route.methods.as_ref()?.first().cloned()).unwrap_or_else(|| Arc::from("POST"));
    let path = route.map_or("/", |route| &*route.pattern);
    format!(
        "A test is written below the pipeline, sends nothing to anybody, and keeps what works working:\ntest \"what it shows\" {{\n  send {method} \"{path}\" json {{ }}\n  expect status 200\n}}"
    )
}
