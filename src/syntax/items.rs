//! Constants, pipelines, connectors and tests: what stands at the left edge of a file.

use pest::iterators::Pairs;

use crate::source::Span;

use super::ast::{Block, Const, Expr, ExprKind, Item, Name, Pipeline, StmtKind, Test};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::wordings;
use super::words;

impl Builder<'_> {
    /// The item of a part, and complaints about what stands around it.
    pub fn part(&mut self, part: Node) -> Option<Item> {
        let mut item = None;
        let mut end = None;
        for node in part.into_inner() {
            match node.as_rule() {
                Rule::const_item => item = self.const_item(node),
                Rule::pipeline => {
                    end = Some(self.span(&node));
                    item = Some(Item::Pipeline(self.pipeline(node)));
                }
                Rule::connector => {
                    end = Some(self.span(&node));
                    item = Some(Item::Connector(self.connector(node)));
                }
                Rule::test => {
                    end = Some(self.span(&node));
                    item = Some(Item::Test(self.test(node)));
                }
                Rule::bad_item => item = self.bad_item(node),
                Rule::left_over if node.as_str().starts_with(',') => self.list_of_const(&node, &mut item),
                Rule::left_over if node.as_str().starts_with("://") && self.address_of_const(&mut item) => {}
                Rule::left_over | Rule::left_block => self.left_over_of_item(&node),
                Rule::stray => {
                    if item.is_none() {
                        item = self.constant_meant(&node);
                    }
                    self.stray(&node, end);
                }
                _ => {}
            }
        }
        match &mut item {
            Some(Item::Pipeline(pipeline)) => pipeline.broken |= self.broken,
            Some(Item::Connector(connector)) => connector.broken |= self.broken,
            Some(Item::Test(test)) => test.broken |= self.broken,
            _ => {}
        }
        item
    }

    fn const_item(&mut self, node: Node) -> Option<Item> {
        let span = self.span(&node);
        let (mut name, mut value) = (None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => name = Some(self.value_name(&node)),
                Rule::bad_colon => {
                    let at = self.span(&node);
                    self.report(errors::colon_for_equals(at, "a constant"));
                }
                Rule::expr => value = Some(self.expr(node)),
                _ => {}
            }
        }
        Some(Item::Const(Const { name: name?, value: value?, span }))
    }

    /// `NAME = value` without its `const`: uses of the name are not unknown.
    fn constant_meant(&self, node: &Node) -> Option<Item> {
        let (start, text) = (node.as_span().start(), node.as_str());
        let name = words::first_word(text);
        let sign = text.get(name.len()..)?.trim_start();
        if name.is_empty() || !sign.starts_with('=') || sign.starts_with("==") {
            return None;
        }
        let span = self.between(start, start + name.len());
        let value = Expr { kind: ExprKind::Broken, span };
        Some(Item::Const(Const { name: Name { text: name.into(), span }, value, span }))
    }

    /// `const OWN = "a", "b"`: its items are not in brackets.
    fn list_of_const(&mut self, node: &Node, item: &mut Option<Item>) {
        let left = self.span(node);
        match item {
            Some(Item::Const(constant)) => {
                self.report(errors::list_without_brackets(constant.value.span.start, left));
                constant.value.kind = ExprKind::Broken;
            }
            _ => self.left_over_of_item(node),
        }
    }

    /// `const SITE = https://school.example`.
    fn address_of_const(&mut self, item: &mut Option<Item>) -> bool {
        let Some(Item::Const(constant)) = item else { return false };
        let start = constant.value.span.start;
        let line = self.rest_of_line(start);
        let Some((0, end)) = wordings::called::bare_address(line) else { return false };
        let right = format!("\"{}\"", line.get(..end).unwrap_or(""));
        let at = Span { start, end: start + end as u32 };
        let message = "an address is a text in quotes";
        self.report(errors::otherwise(&super::codes::MISSING_QUOTES, at, message, &right));
        constant.value.kind = ExprKind::Broken;
        true
    }

    fn pipeline(&mut self, node: Node) -> Pipeline {
        let span = self.span(&node);
        let head = self.head(node.into_inner(), Within::Pipeline);
        let name = head.name.unwrap_or_else(|| {
            let at = Span { start: span.start, end: span.start + "pipeline".len() as u32 };
            let title = head
                .title
                .as_ref()
                .map(|title| (title.span, self.source.get(title.span.range()).unwrap_or("")));
            self.report(errors::pipeline_without_name(at, title));
            nameless(at)
        });
        Pipeline { name, title: head.title, body: head.body, span, broken: false }
    }

    fn test(&mut self, node: Node) -> Test {
        let span = self.span(&node);
        let (mut title, mut rows, mut steps) = (None, None, Vec::new());
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::block => steps = self.test_steps(node),
                Rule::rows => rows = self.rows(node),
                Rule::bad_colon => {
                    let at = self.span(&node);
                    self.report(errors::colon_after_head(at));
                }
                _ => title = self.text(node).or(title),
            }
        }
        let title = title.unwrap_or_else(|| {
            let at = Span { start: span.start, end: span.start + "test".len() as u32 };
            self.report(errors::test_without_title(at));
            Expr { kind: ExprKind::Broken, span: at }
        });
        Test { title, rows, steps, span, broken: false }
    }

    /// Name, title and statements of a pipeline.
    fn head(&mut self, nodes: Pairs<Rule>, within: Within) -> Head {
        let mut head = Head::default();
        for node in nodes {
            match node.as_rule() {
                Rule::name | Rule::bad_name => head.name = Some(self.name_of_item(&node)),
                Rule::block | Rule::braces => head.body = self.statements(node, within),
                Rule::bad_colon => {
                    let at = self.span(&node);
                    self.report(errors::colon_after_head(at));
                }
                _ => head.title = self.text(node).or(head.title),
            }
        }
        head
    }

    /// A head that cannot be read, over a block that can: `pipline leads "…" {`.
    fn bad_item(&mut self, node: Node) -> Option<Item> {
        let span = self.span(&node);
        let mut nodes = node.into_inner();
        let head = nodes.next()?;
        let (at, text) = (self.span(&head), head.as_str());
        let mut block = nodes.next()?;
        if block.as_rule() == Rule::low_open {
            self.brace_below(head.as_span().end(), &block);
            block = nodes.next()?;
        }
        let word = words::first_word(text);
        let meant = words::ITEM_WORDS
            .into_iter()
            .find(|known| *known == word)
            .or_else(|| words::from_russian(word).filter(|word| words::ITEM_WORDS.contains(word)))
            .or_else(|| crate::diagnostic::near(word, words::ITEM_WORDS));
        let meant = match wordings::items::behind_a_word(text.trim_end(), at) {
            Some((word, found)) if meant.is_none() => {
                self.report(found);
                Some(word)
            }
            _ => {
                self.bad_item_head(at, text, meant);
                meant
            }
        };
        match meant {
            Some("pipeline") => {
                let name = self.name_in_head(&head).unwrap_or_else(|| nameless(at));
                let body = self.statements(block, Within::Pipeline);
                Some(Item::Pipeline(Pipeline { name, title: None, body, span, broken: true }))
            }
            Some("test") => {
                let steps = self.test_steps(block);
                let title = Expr { kind: ExprKind::Broken, span: at };
                Some(Item::Test(Test { title, rows: None, steps, span, broken: true }))
            }
            _ => None,
        }
    }

    /// The word behind `pipeline` in a head that could not be read.
    fn name_in_head(&mut self, head: &Node) -> Option<Name> {
        let text = head.as_str();
        let (start, end) = wordings::items::name_in(text)?;
        let at = head.as_span().start();
        let span = self.between(at + start, at + end);
        Some(Name { text: text.get(start..end)?.into(), span })
    }

    /// What stands behind an item, or where none begins. One message, however much it is.
    fn stray(&mut self, node: &Node, item: Option<Span>) {
        // What the grammar takes for a blank: a line separator of Unicode, say, is a letter to it.
        let text = node.as_str().trim_end_matches(words::BLANKS);
        if text.is_empty() {
            return;
        }
        let start = node.as_span().start();
        let line = text.lines().next().unwrap_or("").trim_end_matches(words::BLANKS);
        let at = self.between(start, start + line.len());
        self.stray_lines(at, line, item);
    }
}

#[derive(Default)]
struct Head {
    name: Option<Name>,
    title: Option<Expr>,
    body: Block,
}

/// Stands for a name that is lost; no name that can be written is empty.
fn nameless(span: Span) -> Name {
    Name { text: "".into(), span }
}

/// A statement of which nothing but its blocks could be read.
pub(super) fn broken(binds: Vec<Name>, blocks: Vec<Block>) -> StmtKind {
    StmtKind::Broken { binds, blocks }
}
