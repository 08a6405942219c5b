//! Blocks that were copied and then changed in one place only: the same fields or the same call, word for word in most lines. What
//! differs in values alone is no drift, since that is what copies are made for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::File;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::walk;
use crate::source::{Source, Span};
use crate::syntax::ast::{self, Clause, EntryKind, StmtKind};

pub(crate) static CODE: Code = Code {
    id: "WJ0508",
    name: "drifted-copy",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0508.md"),
};

/// Lines that two blocks must share to be taken for copies of one.
const SHARED: usize = 5;

/// Lines in which copies that have drifted apart differ; with more they are two things.
const APART: usize = 2;

/// So many variants of one block are looked at: of what has more, none is the original.
const VARIANTS: usize = 8;

/// A block as it is compared.
#[derive(Debug)]
pub(super) struct Copied {
    /// What blocks of one kind have in common: `extract body`, `http.post "https://…"`.
    head: Arc<str>,
    head_span: Span,
    /// Name of the line, and what must be the same behind it; sorted by name.
    lines: Vec<(Arc<str>, Arc<str>, Span)>,
    /// The lines as they are written: copies share most of them word for word.
    written: BTreeSet<Arc<str>>,
}

/// The blocks of a file that are long enough to be told apart from a coincidence.
pub(super) fn blocks(source: &Source, file: &ast::File) -> Vec<Copied> {
    let mut found = Vec::new();
    for item in &file.items {
        let ast::Item::Pipeline(pipeline) = item else { continue };
        if pipeline.broken {
            continue;
        }
        walk::statements(&pipeline.body, &mut |stmt| match &stmt.kind {
            StmtKind::Extract(extract) if extract.fields.len() > SHARED => {
                let policy = extract.on_missing.as_ref().map_or("", |policy| source.slice(policy.span));
                let head = format!("extract {} {}", source.slice(extract.source.span), without_texts(policy));
                let lines = extract.fields.iter().map(|field| {
                    (field.name.text.clone(), without_texts(source.slice(field.span)).into(), field.span)
                });
                found.push(copied(source, head, extract.source.span, lines.collect()));
            }
            _ => {
                let Some(action) = walk::action(stmt).filter(|action| action.entries.len() > SHARED) else {
                    return;
                };
                let url = action.url.as_ref().map_or("", |url| source.slice(url.span));
                let lines = action.entries.iter().map(|entry| {
                    let (name, kept) = line(source, &entry.kind);
                    (Arc::from(name), Arc::from(kept), entry.span)
                });
                let head = format!("{} {url}", action.name.text);
                found.push(copied(source, head, action.name.span, lines.collect()));
            }
        });
    }
    found
}

fn copied(
    source: &Source,
    head: String,
    head_span: Span,
    mut lines: Vec<(Arc<str>, Arc<str>, Span)>,
) -> Copied {
    lines.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let written = lines.iter().map(|(_, _, span)| words(source.slice(*span)).into()).collect();
    Copied { head: head.into(), head_span, lines, written }
}

/// An entry's name, and what is compared of it: of a parameter or a header only that it is there, of a clause all.
fn line(source: &Source, entry: &EntryKind) -> (String, String) {
    match entry {
        EntryKind::Param(param) => (param.name.text.to_string(), String::new()),
        EntryKind::Header { name, .. } => (format!("header {}", source.slice(name.span)), String::new()),
        EntryKind::Part { part, .. } => (part.text.to_string(), String::new()),
        EntryKind::Clause { keyword, clause } => {
            let values = match clause {
                Clause::Timeout(value) | Clause::GiveUpAfter(value) | Clause::LimitAnswer(value) => {
                    source.slice(value.span).to_owned()
                }
                _ => String::new(),
            };
            (keyword.text.to_string(), values)
        }
        EntryKind::Broken => (String::new(), String::new()),
    }
}

/// Words without what stands in quotes.
fn without_texts(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for character in text.chars() {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None => out.push(character),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn find(files: &[File<'_>]) -> Vec<(usize, Diagnostic)> {
    let mut by_head: BTreeMap<&str, Vec<Variant<'_>>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        for block in &file.seen.blocks {
            let variants = by_head.entry(&block.head).or_default();
            if let Some(variant) = variants.iter_mut().find(|variant| variant.first.same(block)) {
                variant.count += 1;
            } else if variants.len() <= VARIANTS {
                variants.push(Variant { file: at, first: block, count: 1 });
            }
        }
    }
    let mut found = Vec::new();
    for variants in by_head.values().filter(|variants| (2..=VARIANTS).contains(&variants.len())) {
        // The one with most copies is the original; of as many, the first.
        let Some(most) = variants.iter().map(|variant| variant.count).max() else { continue };
        let Some(original) = variants.iter().position(|variant| variant.count == most) else { continue };
        for (at, variant) in variants.iter().enumerate().filter(|(at, _)| *at != original) {
            let Some(original_block) = variants.get(original) else { continue };
            // Of two it is told at the later one, whichever is the original.
            let (later, earlier) =
                if at > original { (variant, original_block) } else { (original_block, variant) };
            found.extend(later.report(earlier, files).map(|finding| (later.file, finding)));
        }
    }
    found
}

struct Variant<'a> {
    file: usize,
    first: &'a Copied,
    count: usize,
}

impl Variant<'_> {
    /// A finding at the first line of this block that is otherwise in the earlier one, if they are copies.
    fn report(&self, earlier: &Variant<'_>, files: &[File<'_>]) -> Option<Diagnostic> {
        // The same action with values of its own is no copy.
        if self.first.written.intersection(&earlier.first.written).count() < SHARED {
            return None;
        }
        let (own, others) = (&self.first.lines, &earlier.first.lines);
        let holds = |lines: &[(Arc<str>, Arc<str>, Span)], line: &(Arc<str>, Arc<str>, Span)| {
            lines.iter().any(|known| known.0 == line.0 && known.1 == line.1)
        };
        let mut here: Vec<_> = own.iter().filter(|line| !holds(others, line)).collect();
        let mut there: Vec<_> = others.iter().filter(|line| !holds(own, line)).collect();
        if here.len() > APART || there.len() > APART || own.len() - here.len() < SHARED {
            return None;
        }
        here.sort_by_key(|line| line.2);
        there.sort_by_key(|line| line.2);
        let (span, name) = match (here.first(), there.first()) {
            (Some(line), _) => (line.2, &line.0),
            (None, Some(line)) => (self.first.head_span, &line.0),
            (None, None) => return None,
        };
        let message = match (here.first(), there.iter().any(|line| line.0 == *name)) {
            (Some(_), true) => format!("`{name}` is written otherwise than in the other copy of this block"),
            (Some(_), false) => format!("`{name}` is missing in the other copy of this block"),
            (None, _) => format!("`{name}` of the other copy is missing in this one"),
        };
        let place = there.iter().find(|line| line.0 == *name).map_or(earlier.first.head_span, |line| line.2);
        let source = files.get(earlier.file)?.source;
        let found = Diagnostic::new(&CODE, span, message)
            .label("the copies have drifted apart")
            .help("The two blocks are the same but for this: one was most likely changed and the other one forgotten. Make them the same, or say in a silence why they differ.");
        Some(if self.file == earlier.file {
            found.also(place, "the other copy")
        } else {
            found.also_in(source, place, "the other copy")
        })
    }
}

impl Copied {
    fn same(&self, other: &Copied) -> bool {
        self.lines.len() == other.lines.len()
            && self.lines.iter().zip(&other.lines).all(|(a, b)| a.0 == b.0 && a.1 == b.1)
    }
}
