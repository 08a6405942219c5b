//! Text to tree. Reading a script never fails: it gives the tree of what could be read, and a diagnostic for
//! each mistake. Only this room knows pest; the language is written down in `grammar/wj.pest`.
//!
//! A file is cut into items (`prescan`), each is parsed alone, a brace too few or too many is mended (`repair`), and
//! the rest of the files here build the tree, one kind of thing a file.

pub mod ast;

mod actions;
mod blocks;
mod bounds;
mod builder;
mod codes;
mod collections;
mod connectors;
mod errors;
mod expected;
mod expressions;
mod fields;
mod grammar;
mod habits;
mod head;
mod items;
mod junk;
mod literals;
mod long_text;
mod prescan;
mod repair;
mod shift;
mod slips;
mod statements;
mod test_blocks;
mod texts;
mod unseen;
mod wordings;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod value_tests;

use pest::Parser;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

use builder::Builder;
use grammar::{Grammar, Rule};
use prescan::Part;

pub use codes::CODES;
pub use habits::function_elsewhere;
pub use literals::unit_of;
pub use texts::text_length;
pub use words::{BLANKS, METHODS, RESERVED, TAKEN, kind_meant};

/// A longer file is not read: 1 MiB.
pub const MAX_BYTES: usize = 1 << 20;

/// What reading a file gives.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub file: ast::File,
    pub diagnostics: Vec<Diagnostic>,
    /// In order; what they gave stands in the same order in `file`.
    parts: Vec<ReadPart>,
}

/// A part of a file that was read.
#[derive(Clone, Debug)]
struct ReadPart {
    span: Span,
    /// It gave an item.
    item: bool,
    diagnostics: Vec<Diagnostic>,
}

/// How a line that begins with a word is written, in a sentence; empty for what begins none.
pub fn how_written(word: &str) -> &'static str {
    words::form(word)
}

/// What is said of a file above `MAX_BYTES`, for those who need not even open it.
pub fn too_large(bytes: usize) -> Diagnostic {
    errors::file_too_large(bytes)
}

/// Reads a whole file.
pub fn parse(source: &Source) -> Parsed {
    parse_after(source, &Source::new("", ""), Parsed::default())
}

/// Reads a file of which an earlier text was read: gives what `parse` gives, and reads only the items that are not what they
/// were.
pub fn parse_after(source: &Source, earlier: &Source, read: Parsed) -> Parsed {
    let mut parsed = Parsed::default();
    if source.text.len() > MAX_BYTES {
        parsed.diagnostics.push(errors::file_too_large(source.text.len()));
        return parsed;
    }
    let scan = prescan::scan(&source.text);
    let is_same = |(part, old): &(&Part, &ReadPart)| {
        source.text.get(part.start..part.end) == earlier.text.get(old.span.range())
    };
    let same_above = scan.parts.iter().zip(&read.parts).take_while(is_same).count();
    let below = scan.parts.iter().skip(same_above).rev().zip(read.parts.iter().skip(same_above).rev());
    let same_below = below.take_while(is_same).count();
    let (first_new, first_below) = (same_above, scan.parts.len() - same_below);
    let replaced = same_above..read.parts.len() - same_below;
    let mut items = read.file.items.into_iter();
    let mut old = read.parts.into_iter().enumerate().filter_map(|(at, part)| {
        let item = if part.item { items.next() } else { None };
        (!replaced.contains(&at)).then_some((part, item))
    });
    for (at, part) in scan.parts.iter().enumerate() {
        let kept = if at < first_new || at >= first_below { old.next() } else { None };
        match kept {
            Some((old, item)) => parsed.keep_part(part, old, item),
            None => parsed.read_part(source, part, &scan.comments),
        }
    }
    parsed.diagnostics.extend(parsed.parts.iter().flat_map(|part| part.diagnostics.iter().cloned()));
    parsed.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    parsed.file.comments = scan.comments.into_iter().map(|span| ast::Comment { span }).collect();
    parsed
}

/// Whether two trees say the same, wherever it stands in their texts.
pub fn is_same(a: &ast::File, b: &ast::File) -> bool {
    let placeless = |items: &[ast::Item]| -> Vec<ast::Item> {
        let mut items = items.to_vec();
        items.iter_mut().for_each(|item| shift::Shift::Away.item(item));
        items
    };
    placeless(&a.items) == placeless(&b.items)
}

/// The same of values.
pub fn is_same_value(a: &ast::Expr, b: &ast::Expr) -> bool {
    shift::placeless(a) == shift::placeless(b)
}

/// The same of steps.
pub fn are_same_steps(a: &[ast::Stmt], b: &[ast::Stmt]) -> bool {
    let placeless = |steps: &[ast::Stmt]| -> Vec<ast::Stmt> {
        let mut steps = steps.to_vec();
        shift::Shift::Away.block(&mut steps);
        steps
    };
    a.len() == b.len() && placeless(a) == placeless(b)
}

impl Parsed {
    /// Takes over what a part of the same text gave.
    fn keep_part(&mut self, part: &Part, mut old: ReadPart, mut item: Option<ast::Item>) {
        let bytes = part.start as i64 - i64::from(old.span.start);
        if bytes != 0 {
            let by = shift::Shift::By(bytes);
            item.iter_mut().for_each(|item| by.item(item));
            old.diagnostics.iter_mut().for_each(|diagnostic| by.diagnostic(diagnostic));
        }
        self.file.items.extend(item);
        self.parts.push(ReadPart { span: Span::new(part.start, part.end), ..old });
    }

    fn read_part(&mut self, source: &Source, part: &Part, comments: &[Span]) {
        let (item, diagnostics) = read_part(source, part, comments);
        let span = Span::new(part.start, part.end);
        self.parts.push(ReadPart { span, item: item.is_some(), diagnostics });
        self.file.items.extend(item);
    }
}

fn read_part(source: &Source, part: &Part, comments: &[Span]) -> (Option<ast::Item>, Vec<Diagnostic>) {
    if let Some(at) = part.too_deep {
        return (None, vec![errors::too_deep(Span::new(at, at + 1))]);
    }
    let text = source.text.get(part.start..part.end).unwrap_or("");
    let (patched, blame) = repair::mended(text, part);
    let Ok(mut pairs) = Grammar::parse(Rule::part, &patched.text) else {
        // Every text is a `part`; only a stack that runs out keeps pest from saying so.
        let first = text.lines().next().unwrap_or("").len();
        return (None, vec![errors::too_deep(Span::new(part.start, part.start + first))]);
    };
    // What stands in the parts below is none of its business: they may change without it.
    let up_to_end = source.text.get(..part.end).unwrap_or("");
    let mut builder = Builder::new(&patched, up_to_end, comments);
    builder.open_lines = part.open_lines;
    builder.parted_words = part.unseen.iter().any(|letter| letter.place == unseen::Place::Word);
    builder.tree = Some(pairs.clone());
    for diagnostic in blame {
        builder.report(diagnostic);
    }
    let item = pairs.next().and_then(|part| builder.part(part));
    if let Some(open) = builder.untold_close.filter(|_| !builder.broken) {
        builder.report(errors::missing_close(open));
    }
    if let Some(head) = builder.untold_head.take()
        && !builder.diagnostics.iter().any(Diagnostic::is_error)
    {
        builder.report(head);
    }
    let mut diagnostics = builder.diagnostics;
    diagnostics.retain(|finding| !part.unseen.iter().any(|letter| letter.parts(finding)));
    (item, diagnostics)
}
