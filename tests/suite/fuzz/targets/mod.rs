//! What is fuzzed, one file each: how an input is made, and what must hold of it.

pub mod bodies;
pub mod checker;
pub mod engine;
pub mod formatter;
pub mod parser;
pub mod paths;
pub mod rows;

use std::sync::atomic::{AtomicUsize, Ordering};

use wj::diagnostic::Diagnostic;
use wj::source::Span;

use super::corpus::Corpus;
use super::mutate;
use crate::random::Random;

fn changed_script(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    mutate::script(corpus.script(random), corpus, random).into_bytes()
}

/// A text that is changed once more while it is judged. Where a case is repeated it is kept beside its input, since it may be the
/// one that breaks what must hold.
fn changed_again(text: &str, corpus: &Corpus, random: &mut Random) -> String {
    let changed = mutate::one(text, corpus, random);
    if std::env::var_os("WJ_FUZZ_CASE").is_some() {
        static KEPT: AtomicUsize = AtomicUsize::new(0);
        let number = KEPT.fetch_add(1, Ordering::Relaxed);
        let kept = format!("{}/fuzz-case-changed-{number}", env!("CARGO_TARGET_TMPDIR"));
        // Making a find small changes more texts than anybody reads.
        if number < 10 && std::fs::write(&kept, &changed).is_ok() {
            println!("changed again, it stands in {kept}");
        }
    }
    changed
}

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// A span lies within the text, and cuts no character.
fn inside(text: &str, span: Span, what: &str) -> Result<(), String> {
    match text.get(span.range()) {
        Some(_) => Ok(()),
        None => Err(format!("{what} has the span {}..{} in {} bytes", span.start, span.end, text.len())),
    }
}

fn findings_inside(text: &str, findings: &[Diagnostic]) -> Result<(), String> {
    for finding in findings {
        let what = format!("{} ({})", finding.code.id, finding.message.chars().take(60).collect::<String>());
        inside(text, finding.span, &what)?;
        for label in finding.labels.iter().filter(|label| label.source.is_none()) {
            inside(text, label.span, &format!("a label of {what}"))?;
        }
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            inside(text, edit.span, &format!("a fix of {what}"))?;
        }
    }
    Ok(())
}

/// All of a finding that people see.
fn told(findings: &[Diagnostic]) -> Vec<String> {
    let told = findings.iter().map(|finding| {
        let labels: Vec<_> = finding.labels.iter().map(|label| (label.span, &label.text)).collect();
        let Diagnostic { code, severity, message, span, label, help, fixes, .. } = finding;
        format!("{} {severity:?} {message} {span:?} {label} {labels:?} {help:?} {fixes:?}", code.id)
    });
    told.collect()
}

/// The first line in which they are not the same.
fn first_difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| {
        let bytes = text.as_bytes();
        String::from_utf8_lossy(&bytes[at.saturating_sub(80).min(bytes.len())..(at + 120).min(bytes.len())])
            .into_owned()
    };
    format!("\n  {}\n  {}", around(one), around(other))
}
