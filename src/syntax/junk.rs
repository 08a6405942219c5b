//! What fits no rule: a line, the rest of a line, a part of a list or an object. Each is one message, and what can
//! still be read of it, names and blocks, is kept.

use super::ast::{Block, Expr, ExprKind, Field, Name, Stmt, StmtKind, TextPart};
use super::blocks::{Line, Within};
use super::builder::{Builder, Unfinished};
use super::errors;
use super::expressions::broken_expr;
use super::grammar::{Node, Rule};
use super::habits;
use super::items::broken;
use super::repair;
use super::slips;
use super::wordings;
use super::words;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

impl Builder<'_> {
    /// A line in place of a step: what it seems to bind, and the block behind it.
    pub fn bad_statement(&mut self, node: Node, within: Within) -> StmtKind {
        let rule = node.as_rule();
        if rule == Rule::junk {
            self.diagnose(&node, within);
            return broken(self.bound_by(&node), Vec::new());
        }
        let end = self.span(&node).end;
        let mut nodes = node.into_inner().peekable();
        let head = nodes.next_if(|node| node.as_rule() == Rule::bad_head);
        let branch = head.as_ref().map_or("", |head| words::first_word(head.as_str()));
        let follows = matches!(branch, "else" | "elif" | "elsif" | "elseif" | "elsewhen")
            || matches!(branch, "catch" | "except" | "finally");
        let lost = follows && self.follows_lost_branch(head.as_ref());
        if follows {
            self.lost_branch = Some(end);
        }
        if lost {
            self.broken = true;
            let block = nodes.next();
            let blocks = block.map(|block| self.statements(block, within));
            return broken(Vec::new(), blocks.into_iter().collect());
        }
        let Some(block) = nodes.next() else { return broken(Vec::new(), Vec::new()) };
        let Some(head) = head else {
            let at = block.as_span().start();
            let at = self.between(at, at + 1);
            self.report(errors::block_without_head(at));
            return broken(Vec::new(), vec![self.statements(block, Within::Branch)]);
        };
        // A head that is well by itself: what stands behind its block cannot be read, and is told of there.
        if self.stands_alone(&head) {
            let told = self.diagnostics.len();
            self.diagnose(&head, within);
            self.untold_head = self.diagnostics.drain(told..).next().or(self.untold_head.take());
        } else {
            self.diagnose(&head, within);
            if matches!(branch, "when" | "if" | "try") {
                self.lost_branch = Some(end);
            }
        }
        self.broken = true;
        let mut binds = self.bound_by(&head);
        let blocks = match slips::kind_of_block(head.as_str()) {
            slips::Block::Steps => {
                let mut steps = self.statements(block, within);
                bind_inside(&mut steps, &mut binds, end);
                vec![steps]
            }
            slips::Block::Entries => {
                self.entries(block, Within::Action);
                Vec::new()
            }
            slips::Block::Unknown => vec![self.muted(|this| this.statements(block, Within::Branch))],
            slips::Block::Fields => {
                binds.extend(self.names_of_lines(&block));
                Vec::new()
            }
            slips::Block::Object => Vec::new(),
        };
        broken(binds, blocks)
    }

    /// A line in a block that holds no steps.
    pub fn bad_entry(&mut self, node: Node, within: Within) {
        let head = match node.as_rule() {
            Rule::bad_block => {
                let start = node.as_span().start();
                match node.into_inner().next().filter(|node| node.as_rule() == Rule::bad_head) {
                    Some(head) => head,
                    None => {
                        let at = self.between(start, start + 1);
                        return self.report(errors::block_without_head(at));
                    }
                }
            }
            _ => node,
        };
        self.diagnose(&head, within);
    }

    /// A line in place of a field. Its name is kept, so that its uses are not unknown.
    pub fn bad_field(&mut self, node: Node) -> Option<Field> {
        let names = self.bound_by(&node);
        self.lost_names.extend(names);
        let span = self.span(&node);
        let meant = habits::names_meant(node.as_str()).into_iter();
        self.lost_names.extend(meant.map(|name| Name { text: name.into(), span }));
        self.bad_entry(node, Within::Fields);
        None
    }

    pub fn bad_element(&mut self, node: &Node, what: &'static str) {
        let span = self.span(node);
        let text = node.as_str().trim_end();
        if let Some(diagnostic) = slips::in_expression(text, span) {
            return self.report(diagnostic);
        }
        self.report(errors::unreadable_value(span, what));
    }

    /// Gives back where a name stands that has no value.
    pub fn bad_member(&mut self, node: Node) -> Option<Name> {
        let Some(text) = node.clone().into_inner().find(|node| node.as_rule() == Rule::bad_member_text)
        else {
            let start = node.as_span().start();
            let at = self.between(start, start + 1);
            self.report(errors::object_without_name(at));
            return None;
        };
        let span = self.span(&text);
        let written = text.as_str().trim_end();
        if let Some(diagnostic) = slips::in_expression(written, span) {
            self.report(diagnostic);
            return None;
        }
        let word = words::first_word(written);
        if !word.is_empty() && written == word {
            return Some(Name { text: word.into(), span });
        }
        self.report(errors::unreadable_member(span));
        None
    }

    /// What stands behind a whole line. Gives back the steps of a block in it.
    pub fn left_over(&mut self, rule: Rule, line: Span, node: &Node, within: Within) -> Vec<Block> {
        let (text, span, block) = self.left_text(node);
        if slips::ends_in_operator(&text) {
            self.goes_on_behind = Some(Unfinished { end: span.end, open_text: false });
        }
        if !self.told_before(line, span) {
            let before = self.source.get(line.start as usize..span.start as usize).unwrap_or("");
            let rest = self.rest_of_line(span.start).trim_end();
            let whole = if block.is_none() { text.as_str() } else { rest };
            let balanced = whole.matches('{').count() == whole.matches('}').count();
            let whole_span = Span { start: span.start, end: span.start + whole.len() as u32 };
            let whole = (balanced && rest.starts_with(whole)).then_some((whole_span, whole));
            self.junk_seen += 1;
            let reread = self.junk_seen <= MOST_REREAD;
            let diagnostic = match block {
                None => habits::in_rest(rule, before, &text, span),
                Some(_) => None,
            };
            let diagnostic = diagnostic
                .unwrap_or_else(|| slips::left_over(rule, line, &text, span, within, whole, reread));
            self.report(diagnostic);
        }
        let Some(block) = block else { return Vec::new() };
        if matches!(words::first_word(&text), "else" | "elif" | "elsif" | "elseif" | "elsewhen") {
            self.lost_branch = Some(self.span(&block).end);
        }
        vec![self.muted(|this| this.statements(block, Within::Branch))]
    }

    pub fn left_over_of_item(&mut self, node: &Node) {
        let (text, span, _) = self.left_text(node);
        if text == ";" {
            return self.report(errors::line_separator(span, ";"));
        }
        if self.told_before(span, span) {
            return;
        }
        match text.as_str() {
            // A block without a head. Where its `{` was only put in, that was told of.
            "" if self.source.get(span.range().start..).is_some_and(|rest| rest.starts_with('{')) => {
                self.report(errors::left_over_of_item(span, "{"));
            }
            "" => {}
            text => self.report(errors::left_over_of_item(span, text)),
        }
    }

    fn told_before(&self, line: Span, left: Span) -> bool {
        self.told_to_line_end.is_some_and(|at| line.start <= at && at <= left.start)
    }

    /// What is left over up to a block, and the block.
    fn left_text<'i>(&mut self, node: &Node<'i>) -> (String, Span, Option<Node<'i>>) {
        if node.as_rule() == Rule::left_over {
            return (node.as_str().trim_end().to_owned(), self.span(node), None);
        }
        let mut nodes = node.clone().into_inner().peekable();
        let head = nodes.next_if(|node| node.as_rule() == Rule::bad_head);
        let start = node.as_span().start();
        let (text, span) = match &head {
            Some(head) => (head.as_str().trim_end().to_owned(), self.span(head)),
            None => (String::new(), self.between(start, start + 1)),
        };
        (text, span, nodes.next())
    }

    /// The status of `respond`, and what to say if there is none.
    pub fn respond_status(&mut self, line: Span, status: Option<Expr>, texts: &mut Vec<Expr>) -> Expr {
        let word = Span { start: line.start, end: line.start + "respond".len() as u32 };
        let Some(status) = status else {
            if let Some(digits) = texts.first().and_then(digits_of) {
                let text = texts.remove(0);
                self.report(errors::status_in_quotes(text.span, &digits));
                return Expr { kind: ExprKind::Number(digits.into()), span: text.span };
            }
            self.report(errors::respond_without_status(word));
            return broken_expr(word);
        };
        if let ExprKind::Name(name) = &status.kind
            && names_a_part(&status)
        {
            self.told_to_line_end = Some(status.span.start);
            let at = status.span.start;
            let rest = self.rest_of_line(at);
            let rest = rest.get(..repair::code_length(rest)).unwrap_or("").trim_end();
            let whole = rest.matches('{').count() == rest.matches('}').count() && rest.len() > name.len();
            let end = at + rest.len() as u32;
            let right = whole.then(|| (Span { start: at, end }, format!("200 {{ {rest} }}")));
            self.report(errors::part_without_block(status.span, name, right));
            return broken_expr(status.span);
        }
        status
    }

    pub fn bad_item_head(&mut self, at: Span, text: &str, meant: Option<&str>) {
        let text = text.trim_end();
        self.report(slips::item_head(at, text, meant));
    }

    pub fn stray_lines(&mut self, line: Span, text: &str, item: Option<Span>) {
        // Behind a brace that was put in, blanks may still be counted in.
        let item = item.map(|item| {
            let written = self.source.get(item.range()).unwrap_or("").trim_end();
            (Span::new(item.start as usize, item.start as usize + written.len()), written.ends_with('}'))
        });
        self.report(slips::stray(line, text, item));
    }

    /// Whether a line that cannot be taken as it stands is told of as a whole: what can be read of it would be told of twice.
    pub fn reworded(&mut self, line: &Line, within: Within) -> bool {
        if let Some(told) = self.told_lines {
            let begins = self.span(&line.node).start;
            if told.start <= begins && begins < told.end {
                return true;
            }
        }
        if let Some(found) = self.indented_block(line, within) {
            self.report(found);
            return true;
        }
        // `verify token query.key == …` fits its rule, and means nothing.
        let steps = matches!(within, Within::Pipeline | Within::Branch);
        let asked = match line.node.as_rule() {
            Rule::verify => true,
            Rule::on => {
                let mut nodes = line.node.clone().into_inner();
                nodes.any(|node| node.as_rule() == Rule::bad_route)
            }
            Rule::expect | Rule::require | Rule::refuse | Rule::let_step | Rule::when => {
                wordings::reads_otherwise(line.node.as_str())
            }
            Rule::fields => wordings::may_be_computed(line.node.as_str()),
            Rule::params | Rule::bad_param if within == Within::Action => {
                wordings::reads_otherwise(line.node.as_str())
            }
            Rule::params | Rule::bad_param => steps || within == Within::Connector,
            _ => false,
        };
        if line.left.is_none() && !asked {
            return false;
        }
        let start = self.span(&line.node).start;
        let Some(diagnostic) = self.wording(start, within) else { return false };
        self.report(diagnostic);
        true
    }

    /// `respond:` over lines further in, as in YAML. They are told of with it.
    fn indented_block(&mut self, line: &Line, within: Within) -> Option<Diagnostic> {
        let steps = matches!(within, Within::Pipeline | Within::Branch);
        let alone = line.left.as_ref().is_some_and(|left| left.as_str().trim_end() == ":");
        if !steps || !alone || !wordings::yaml::begins(line.node.as_str().trim_end()) {
            return None;
        }
        let start = self.span(&line.node).start;
        let before = self.source.get(..start as usize)?;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        let (found, whole) = wordings::yaml::of(self.source.get(start as usize..)?, start, column)?;
        self.told_lines = Some(whole);
        Some(found)
    }

    /// What is to be said of the line that begins at an offset of the file, if it is understood as a whole.
    fn wording(&self, start: u32, within: Within) -> Option<Diagnostic> {
        // Nobody writes a longer line by hand, and one of a mebibyte may come here in many pieces.
        let below = self.source.get(start as usize..)?;
        let window = below.get(..below.floor_char_boundary(LONGEST_WORDING)).unwrap_or(below);
        let end = window.find(['\n', '\r']).or((window.len() == below.len()).then_some(below.len()))?;
        let rest = window.get(..end)?;
        let mut text = rest.get(..repair::code_length(rest))?;
        // The end of a block that stands on this line.
        while text.ends_with('}') && text.matches('}').count() > text.matches('{').count() {
            text = text.get(..text.len() - 1)?.trim_end();
        }
        wordings::of(text, Span { start, end: start + text.len() as u32 }, within)
    }

    /// Whether an `else` stands behind a branch that is told of already.
    fn follows_lost_branch(&self, head: Option<&Node>) -> bool {
        let (Some(end), Some(head)) = (self.lost_branch, head) else { return false };
        let start = self.span(head).start;
        self.source.get(end as usize..start as usize).is_some_and(|between| between.trim().is_empty())
    }

    /// Whether a head with a block would be a whole statement, where `}` of its block is not the end of its line.
    fn stands_alone(&mut self, head: &Node) -> bool {
        let text = head.as_str().trim_end();
        let word = words::first_word(text);
        if word != "when" || self.junk_seen > MOST_REREAD {
            return false;
        }
        let start = self.span(head).start as usize;
        let below = self.source.get(start..).unwrap_or("");
        let goes_on =
            ["else", "elif", "elsif", "elseif"].iter().any(|word| below.contains(&format!("}} {word}")));
        if !goes_on {
            return false;
        }
        self.junk_seen += 1;
        matches!(super::expected::failure(text, Within::Pipeline), Some((place, wanted)) if place >= text.len() && wanted == "`{`")
    }

    /// Says what is wrong with a line that fits no rule.
    fn diagnose(&mut self, node: &Node, within: Within) {
        let span = self.span(node);
        let start = node.as_span().start();
        let written = node.as_str();
        let text =
            written.get(..written.find(['\n', '\r']).unwrap_or(written.len())).unwrap_or("").trim_end();
        let line = self.between(start, start + text.len());
        // The whole of what pest took for one line may hold brackets over several.
        let span = if span.end > line.end { line } else { span };
        if self.follows(span, text) {
            return;
        }
        if slips::ends_in_operator(text) {
            self.goes_on_behind = Some(Unfinished { end: span.end, open_text: false });
        }
        self.junk_seen += 1;
        let wording = self.wording(span.start, within);
        let choice = matches!(within, Within::Pipeline | Within::Branch) && text.starts_with("let ");
        if wording.is_some() && (within == Within::Test || choice) {
            // The whole line is told of, in however many pieces it is read.
            let end = span.start + self.rest_of_line(span.start).len() as u32;
            self.told_lines = Some(Span { start: span.start, end });
        }
        let diagnostic =
            wording.unwrap_or_else(|| slips::line(text, span, within, self.junk_seen <= MOST_REREAD));
        self.report(diagnostic);
    }

    /// Whether a line only goes on with the one above it, which is told of already.
    fn follows(&mut self, line: Span, text: &str) -> bool {
        let Some(before) = self.goes_on_behind.take().filter(|before| before.end <= line.start) else {
            return false;
        };
        let between = self.source.get(before.end as usize..line.start as usize).unwrap_or("-");
        let next_line = between.trim().is_empty() && between.matches('\n').count() == 1;
        let goes_on = if before.open_text { slips::closes_text(text) } else { !slips::begins_line(text) };
        self.broken |= next_line && goes_on;
        next_line && goes_on
    }

    /// The names that a line seems to bind.
    pub fn bound_by(&mut self, node: &Node) -> Vec<Name> {
        let (start, text) = (node.as_span().start(), node.as_str());
        let found = slips::bound_names(text);
        found
            .into_iter()
            .map(|(at, name)| {
                let span = self.between(start + at, start + at + name.len());
                Name { text: name.into(), span }
            })
            .collect()
    }

    /// The first words of a block's lines, where they are followed by `=`.
    pub fn names_of_lines(&mut self, block: &Node) -> Vec<Name> {
        let (start, text) = (block.as_span().start(), block.as_str());
        let mut names = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            for (place, name) in slips::bound_names(line) {
                let place = start + at + place;
                names.push(Name { text: name.into(), span: self.between(place, place + name.len()) });
            }
            at += line.len();
        }
        names
    }
}

/// What the head of a block of steps binds is known in its block, and nowhere else.
pub(super) fn bind_inside(steps: &mut Block, binds: &mut Vec<Name>, end: u32) {
    if let Some(first) = binds.first() {
        let span = Span { start: first.span.start, end };
        steps.insert(0, Stmt { kind: broken(std::mem::take(binds), Vec::new()), span });
    }
}

/// A line of more bytes is not looked at as a whole.
const LONGEST_WORDING: usize = 2000;

/// Reading a line again to learn where it goes wrong takes time; in a file of nothing but junk it is left.
const MOST_REREAD: usize = 50;

/// Whether the word of a part stands where a status should.
pub(super) fn names_a_part(status: &Expr) -> bool {
    matches!(&status.kind, ExprKind::Name(name) if matches!(&**name, "json" | "text" | "body" | "header"))
}

pub(super) fn digits_of(text: &Expr) -> Option<String> {
    let ExprKind::Text(parts) = &text.kind else { return None };
    let [TextPart::Literal(literal)] = parts.as_slice() else { return None };
    (!literal.is_empty() && literal.bytes().all(|byte| byte.is_ascii_digit())).then(|| literal.to_string())
}
