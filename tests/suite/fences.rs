//! Fenced blocks of Markdown: where they stand, what is written behind the fence, and what they hold.

use std::ops::Range;

pub struct Fenced {
    /// The words behind the fence: `wj`, `wrong`, `leads.wj`.
    pub words: Vec<String>,
    /// Of the opening fence, from 1.
    pub line: usize,
    /// The body's place in the text.
    pub body: Range<usize>,
}

impl Fenced {
    pub fn kind(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }
}

/// The blocks of a page, in order. A fence may be longer than three, for bodies that hold a fence themselves.
pub fn fenced(text: &str) -> Vec<Fenced> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Fenced)> = None;
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_end();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        open = match open {
            None if ticks >= 3 => {
                let (fence, rest) = trimmed.split_at(ticks);
                let words = rest.split_whitespace().map(str::to_owned).collect();
                let start = offset + line.len();
                Some((fence, Fenced { words, line: number + 1, body: start..start }))
            }
            None => None,
            Some((fence, mut block)) if trimmed == fence => {
                block.body.end = offset;
                blocks.push(block);
                None
            }
            still_open => still_open,
        };
        offset += line.len();
    }
    assert!(open.is_none(), "the block on line {} has no end", open.map_or(0, |(_, block)| block.line));
    blocks
}
