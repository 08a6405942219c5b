//! What formats keeps its comments and its findings, and formatting it again changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use wj::check;
use wj::format::{Refusal, format};
use wj::source::Source;
use wj::syntax;

use super::super::Target;
use super::super::corpus::Corpus;
use super::{changed_script, first_difference, text};

pub const TARGET: Target = Target { name: "formatter", input: changed_script, judge };

fn judge(_: &Corpus, input: &[u8], _: u64) -> Result<(), String> {
    let source = Source::new("a.wj", text(input));
    let once = match format(&source) {
        Ok(once) => once,
        Err(Refusal::Broken(_)) => return Ok(()),
        // The guard did its work, but what is right is to be formatted.
        Err(Refusal::Unsafe(why)) => return Err(format!("refused: {why}")),
    };
    let formatted = Source::new("a.wj", once.as_str());
    match format(&formatted) {
        Ok(twice) if twice == once => {}
        Ok(twice) => return Err(format!("formatting again changes it{}", first_difference(&once, &twice))),
        Err(refusal) => return Err(format!("what is formatted is refused: {refusal:?}")),
    }
    let (before, after) = (comments(&source), comments(&formatted));
    if before != after {
        return Err(format!("comments are changed: {before:?} {after:?}"));
    }
    let (before, after) = (findings(source), findings(formatted));
    if before != after {
        return Err(format!("the findings are changed: {before:?} {after:?}"));
    }
    Ok(())
}

fn comments(source: &Source) -> Vec<String> {
    let parsed = syntax::parse(source);
    parsed.file.comments.iter().map(|comment| source.slice(comment.span).trim_end().to_owned()).collect()
}

/// How many of each code.
fn findings(source: Source) -> BTreeMap<&'static str, usize> {
    let checked = check::check(&[Arc::new(source)]);
    let mut counts = BTreeMap::new();
    for finding in checked.files.iter().flat_map(|file| &file.diagnostics) {
        *counts.entry(finding.code.name).or_insert(0) += 1;
    }
    counts
}
