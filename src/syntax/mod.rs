//! Text to tree. Reading a script never fails: it gives the tree of what could be read, and a diagnostic for
//! each mistake. Only this room knows pest; the language is written down in `grammar/wj.pest`.
//!
//! A file is cut into items (`prescan`), each is parsed alone, a brace too few or too many is mended (`repair`), and
//! the rest of the files here build the tree, one kind of thing a file.

pub mod ast;

mod actions;
mod blocks;
mod builder;
mod codes;
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
mod prescan;
mod repair;
mod slips;
mod statements;
mod test_blocks;
mod texts;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod value_tests;

use pest::Parser;

use crate::diagnostic::Diagnostic;
use crate::source::Source;

use builder::Builder;
use grammar::{Grammar, Rule};
use prescan::Part;

pub use codes::CODES;

/// A longer file is not read: 1 MiB.
pub const MAX_BYTES: usize = 1 << 20;

/// What reading a file gives.
#[derive(Debug, Default)]
pub struct Parsed {
    pub file: ast::File,
    pub diagnostics: Vec<Diagnostic>,
}

/// What is said of a file above `MAX_BYTES`, for those who need not even open it.
pub fn too_large(bytes: usize) -> Diagnostic {
    errors::file_too_large(bytes)
}

/// Reads a whole file.
pub fn parse(source: &Source) -> Parsed {
    let mut parsed = Parsed::default();
    if source.text.len() > MAX_BYTES {
        parsed.diagnostics.push(errors::file_too_large(source.text.len()));
        return parsed;
    }
    let scan = prescan::scan(&source.text);
    for part in &scan.parts {
        read_part(source, part, &scan.comments, &mut parsed);
    }
    parsed.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    parsed.file.comments = scan.comments.into_iter().map(|span| ast::Comment { span }).collect();
    parsed
}

fn read_part(source: &Source, part: &Part, comments: &[crate::source::Span], parsed: &mut Parsed) {
    if let Some(at) = part.too_deep {
        parsed.diagnostics.push(errors::too_deep(crate::source::Span::new(at, at + 1)));
        return;
    }
    let text = source.text.get(part.start..part.end).unwrap_or("");
    let (patched, blame) = repair::mended(text, part);
    let Ok(mut pairs) = Grammar::parse(Rule::part, &patched.text) else {
        // Every text is a `part`; only a stack that runs out keeps pest from saying so.
        let first = text.lines().next().unwrap_or("").len();
        parsed.diagnostics.push(errors::too_deep(crate::source::Span::new(part.start, part.start + first)));
        return;
    };
    let mut builder = Builder::new(&patched, &source.text, comments);
    builder.open_lines = part.open_lines;
    for diagnostic in blame {
        builder.report(diagnostic);
    }
    let item = pairs.next().and_then(|part| builder.part(part));
    parsed.file.items.extend(item);
    parsed.diagnostics.append(&mut builder.diagnostics);
}
