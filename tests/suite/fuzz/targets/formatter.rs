//! What formats keeps its comments and its findings, and formatting it again changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use wj::check;
use wj::format::{Refusal, Subjects, format};
use wj::source::{Source, Span};
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
    let (before, after) = (subjects(&source), subjects(&formatted));
    if before != after {
        return Err(format!("a comment is about something else: {before:?} {after:?}"));
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

/// What each comment is about: all but blanks, quotes, commas and comments.
fn subjects(source: &Source) -> Vec<Option<String>> {
    let parsed = syntax::parse(source);
    let subjects = Subjects::of_file(source, &parsed);
    let comments = &parsed.file.comments;
    let said = |about: Span| {
        let mut said = source.slice(about).to_owned();
        for comment in comments.iter().rev().map(|comment| comment.span) {
            if about.start <= comment.start && comment.end <= about.end {
                said.replace_range(
                    (comment.start - about.start) as usize..(comment.end - about.start) as usize,
                    "",
                );
            }
        }
        said.retain(|letter| !letter.is_whitespace() && !matches!(letter, ',' | '\'' | '"' | '\u{feff}'));
        said
    };
    comments.iter().map(|comment| subjects.of_comment(comment.span).map(said)).collect()
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
