//! What the builders of all nodes share: the text that pest read, the way from its offsets to those of the
//! file, and the list of diagnostics.

use std::sync::Arc;

use pest::iterators::Pairs;

use crate::diagnostic::{Diagnostic, Edit};
use crate::source::Span;

use super::ast::Name;
use super::grammar::{Node, Rule};
use super::prescan::MAX_DEPTH;
use super::repair::Patched;

pub(super) struct Builder<'a> {
    pub patched: &'a Patched,
    /// The file up to where the part ends.
    pub source: &'a str,
    /// Of the whole file, in order.
    pub comments: &'a [Span],
    pub diagnostics: Vec<Diagnostic>,
    /// Something of the present item could not be read.
    pub broken: bool,
    /// Above zero, nothing is reported: it would follow from what is reported already.
    pub muted: usize,
    /// `header "N"` is a value only among the parameters of `verify`.
    pub in_verify: bool,
    /// `text`, `json` and so on are names of parameters like any other: of an action that has no parts of a request.
    pub only_names: bool,
    /// Where something stands of which all the rest of its line is a part, and is told of already.
    pub told_to_line_end: Option<u32>,
    /// Names of fields that could not be read.
    pub lost_names: Vec<Name>,
    /// Lines that are parts of something above them, which is told of.
    pub told_lines: Option<Span>,
    /// Where a further branch ends that could not be read: an `else` behind it belongs to it.
    pub lost_branch: Option<u32>,
    /// What fits no rule on the next line may follow from how this one ended.
    pub goes_on_behind: Option<Unfinished>,
    /// A text of several lines took all that follows, closing braces too.
    pub open_lines: bool,
    /// A block that has no end, and of which something else tells: a text that took all, say.
    pub untold_close: Option<Span>,
    /// What is to be said of the head of a block, if nothing is said of what stands behind the block.
    pub untold_head: Option<Diagnostic>,
    /// Some of its words are parted by a letter that nobody sees.
    pub parted_words: bool,
    /// All that pest found.
    pub tree: Option<Pairs<'a, Rule>>,
    /// Lines that fit no rule, so far.
    pub junk_seen: usize,
    depth: usize,
}

/// A line that broke off.
pub(super) struct Unfinished {
    /// Where it did, in the file.
    pub end: u32,
    /// In a text without an end; else behind an operator.
    pub open_text: bool,
}

impl<'a> Builder<'a> {
    pub fn new(patched: &'a Patched, source: &'a str, comments: &'a [Span]) -> Builder<'a> {
        Builder {
            patched,
            source,
            comments,
            diagnostics: Vec::new(),
            broken: false,
            muted: 0,
            in_verify: false,
            only_names: false,
            told_to_line_end: None,
            lost_names: Vec::new(),
            told_lines: None,
            lost_branch: None,
            goes_on_behind: None,
            open_lines: false,
            untold_close: None,
            untold_head: None,
            parted_words: false,
            tree: None,
            junk_seen: 0,
            depth: 0,
        }
    }

    pub fn report(&mut self, mut diagnostic: Diagnostic) {
        self.broken |= diagnostic.is_error();
        if self.muted == 0 {
            // What stands at a brace that was put in may be any letter of the file, and a change takes none in two.
            let source = self.source;
            let whole = |edit: &Edit| source.get(edit.span.range()).is_some();
            diagnostic.fixes.retain(|fix| fix.edits.iter().all(whole));
            self.diagnostics.push(diagnostic);
        }
    }

    /// A word as it is written, but for letters in it that nobody sees.
    pub fn word(&self, node: &Node) -> Arc<str> {
        let word = node.as_str().trim_end();
        if self.parted_words { super::unseen::without(word) } else { word.into() }
    }

    /// Whether a block without a `{` took a closing brace that was another's, which then seems to have none.
    pub fn took_close(&self) -> bool {
        let mut nodes = self.tree.iter().flat_map(|tree| tree.clone().flatten());
        nodes.any(|node| node.as_rule() == Rule::missing_open)
    }

    /// Runs `build` one level deeper, or not at all beyond the limit, which then stands at `node`. The tree is
    /// walked and dropped by recursion everywhere, so its depth is bounded here once for all.
    pub fn nested<T>(&mut self, node: &Node, build: impl FnOnce(&mut Self) -> T) -> Option<T> {
        // Each bracket takes a few levels of the tree.
        if self.depth >= MAX_DEPTH * 3 {
            let span = self.span(node);
            self.report(super::errors::too_deep(span));
            return None;
        }
        self.depth += 1;
        let built = build(self);
        self.depth -= 1;
        Some(built)
    }

    /// Builds without reporting.
    pub fn muted<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> T {
        self.muted += 1;
        let built = build(self);
        self.muted -= 1;
        built
    }

    /// Where a node stands in the file, without the blanks and comments that pest counts in at the end.
    pub fn span(&self, node: &Node) -> Span {
        let span = node.as_span();
        let end = self.trimmed(span.start(), span.end());
        self.between(span.start(), end)
    }

    /// As much of a span as stands on its first line.
    pub fn first_line(&self, span: Span) -> Span {
        let text = self.source.get(span.range()).unwrap_or("");
        let line = text.split(['\n', '\r']).next().unwrap_or("").trim_end();
        Span { start: span.start, end: span.start + line.len() as u32 }
    }

    /// What stands behind an offset of the file, up to the end of its line.
    pub fn rest_of_line(&self, at: u32) -> &'a str {
        let rest = self.source.get(at as usize..).unwrap_or("");
        rest.split(['\n', '\r']).next().unwrap_or("")
    }

    /// A span of the file from two offsets of the text that pest read.
    pub fn between(&self, start: usize, end: usize) -> Span {
        Span::new(self.patched.in_file(start), self.patched.in_file(end))
    }

    fn trimmed(&self, start: usize, mut end: usize) -> usize {
        loop {
            let kept = self.patched.text.get(start..end).map_or(0, |text| text.trim_end().len());
            end = start + kept;
            let last = self.patched.in_file(end) as u32;
            let comment = self.comments.binary_search_by_key(&last, |comment| comment.end).ok();
            match comment.and_then(|index| self.comments.get(index)) {
                Some(comment) if (comment.end - comment.start) as usize <= kept && kept > 0 => {
                    end -= (comment.end - comment.start) as usize;
                }
                _ => return end,
            }
        }
    }
}
