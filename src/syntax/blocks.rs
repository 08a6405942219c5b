//! The lines of a block, whatever it belongs to, and the rule of what may stand where. The grammar takes every
//! entry in every block; here each kind of block takes its own and names the place of the others.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::ast::{
    Block, Clause, Entry, EntryKind, Name, OnFail, OnMissing, OnMissingKind, Param, Stmt, StmtKind,
};
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::items::broken;

/// What a block belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Pipeline,
    /// `when`, `match`, `for`, `on_fail`.
    Branch,
    Action,
    Respond,
    /// The parameters of `verify`.
    Verify,
    OnFailure,
    Test,
    /// The parameters of `expect`.
    Expect,
    Connector,
    ConnectorAction,
    /// `extract` and `returns`.
    Fields,
    Match,
}

impl Within {
    pub fn describe(self) -> &'static str {
        match self {
            Within::Pipeline => "among the steps of a pipeline",
            Within::Branch => "inside a branch",
            Within::Action => "in the block of an action",
            Within::Respond => "in the block of `respond`",
            Within::Verify => "in the block of `verify`",
            Within::OnFailure => "in `on_failure`",
            Within::Test => "in a test",
            Within::Expect => "in the block of `expect`",
            Within::Connector => "in a connector",
            Within::ConnectorAction => "in an action of a connector",
            Within::Fields => "among fields",
            Within::Match => "among the arms of `match`",
        }
    }
}

/// `json:` over lines that stand further in.
struct Indented {
    word: String,
    colon: Span,
    indent: String,
    /// Of the last of the lines.
    end: Option<u32>,
}

/// A line of a block, and what stands behind it on the same line without belonging to it.
pub(super) struct Line<'i> {
    pub node: Node<'i>,
    pub left: Option<Node<'i>>,
    /// Further blocks behind that: `} elseif … { … } else { … }`.
    pub more: Vec<Node<'i>>,
}

impl Builder<'_> {
    /// The lines of a block; complains of its braces.
    pub fn lines<'i>(&mut self, block: Node<'i>) -> Vec<Line<'i>> {
        let start = block.as_span().start();
        let mut lines: Vec<Line> = Vec::new();
        for node in block.into_inner() {
            match node.as_rule() {
                Rule::low_open => self.brace_below(start, &node),
                Rule::missing_open => {
                    let at = self.between(start, start);
                    self.report(errors::missing_open(at));
                }
                Rule::missing_close => {
                    let at = self.between(start, start + 1);
                    match self.open_lines || self.took_close() {
                        true => _ = self.untold_close.get_or_insert(at),
                        false => self.report(errors::missing_close(at)),
                    }
                }
                Rule::left_over | Rule::left_block => {
                    if let Some(line) = lines.last_mut() {
                        match line.left {
                            None => line.left = Some(node),
                            Some(_) => line.more.push(node),
                        }
                    }
                }
                _ => lines.push(Line { node, left: None, more: Vec::new() }),
            }
        }
        lines
    }

    /// A `{` below its head, which ends at an offset.
    pub fn brace_below(&mut self, head: usize, low_open: &Node) {
        let brace = low_open.as_span().end();
        let head = self.between(head, head);
        let brace = self.between(brace, brace + 1);
        let gap = Span { start: head.start, end: brace.start };
        let blank = self.source.get(gap.range()).is_some_and(|text| text.trim().is_empty());
        self.report(errors::brace_on_its_own_line(head, brace, blank.then_some(gap)));
    }

    /// A block of steps.
    pub fn statements(&mut self, block: Node, within: Within) -> Block {
        let node = block.clone();
        self.nested(&node, |this| this.statements_inside(block, within)).unwrap_or_default()
    }

    fn statements_inside(&mut self, block: Node, within: Within) -> Block {
        let mut block_out = Block::new();
        let mut stepped = false;
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            if self.reworded(&line, within) {
                let mut binds = self.bound_by(&line.node);
                let extracts = line.node.as_str().starts_with("extract");
                // `http.post("https://…", { … })`: told of with its brackets.
                let inside = line.left.as_ref().is_some_and(|left| {
                    let head = left.as_str().split('{').next().unwrap_or("");
                    head.starts_with('(') && !head.contains(')')
                });
                self.muted += usize::from(inside);
                let block =
                    line.left.and_then(|left| left.into_inner().find(|node| node.as_rule() == Rule::braces));
                let blocks = block.and_then(|block| match rule {
                    _ if extracts => {
                        binds.extend(self.names_of_lines(&block));
                        None
                    }
                    Rule::verify => {
                        self.in_verify = true;
                        self.only_params(block, Within::Verify);
                        self.in_verify = false;
                        None
                    }
                    Rule::action => {
                        self.entries(block, Within::Action);
                        None
                    }
                    Rule::respond => {
                        self.entries(block, Within::Respond);
                        None
                    }
                    _ => {
                        let mut steps = self.muted(|this| this.statements(block, Within::Branch));
                        super::junk::bind_inside(&mut steps, &mut binds, span.end);
                        Some(steps)
                    }
                });
                self.muted -= usize::from(inside);
                let kind = broken(binds, blocks.into_iter().collect());
                block_out.push(Stmt { kind, span });
                continue;
            }
            let mut kind = match rule {
                Rule::bad_block | Rule::junk => self.bad_statement(line.node, within),
                _ if is_head(rule) && within != Within::Pipeline => {
                    let at = self.first_line(span);
                    self.report(errors::head_below_top(at, keyword(rule)));
                    broken(Vec::new(), Vec::new())
                }
                _ if is_step(rule) || is_head(rule) => {
                    if is_head(rule) && stepped && rule != Rule::on_failure {
                        let at = self.first_line(span);
                        self.report(errors::late_head(at, keyword(rule)));
                    }
                    stepped |= is_step(rule);
                    self.statement(line.node)
                }
                _ => self.misplaced_statement(line.node, within),
            };
            // A policy behind the block of an `extract` is told of where it stands, and was meant for its fields.
            if let (Some(left), StmtKind::Extract(extract)) = (&line.left, &mut kind)
                && left.as_str().starts_with("on_missing")
            {
                extract.on_missing = Some(OnMissing { kind: OnMissingKind::Broken, span });
            }
            if let Some(left) = line.left {
                let blocks = self.left_over(rule, span, &left, within);
                if !blocks.is_empty() {
                    block_out.push(Stmt { kind, span });
                    kind = broken(Vec::new(), blocks);
                }
            }
            block_out.push(Stmt { kind, span });
            for more in line.more.into_iter().filter(|more| more.as_rule() == Rule::left_block) {
                let span = self.span(&more);
                let kind = self.bad_statement(more, within);
                block_out.push(Stmt { kind, span });
            }
            if !self.lost_names.is_empty() {
                let binds = std::mem::take(&mut self.lost_names);
                block_out.push(Stmt { kind: broken(binds, Vec::new()), span });
            }
        }
        block_out
    }

    /// A line that is well, but stands in the wrong block.
    pub fn misplaced(&mut self, node: &Node, within: Within) {
        let rule = node.as_rule();
        let span = self.first_line(self.span(node));
        let what = match rule {
            Rule::part_entry => format!("`{}`", super::words::first_word(node.as_str())),
            _ => describe(rule),
        };
        self.report(errors::misplaced(span, &what, home(rule), within.describe()));
    }

    /// `name = value` and others that stand for no step.
    fn misplaced_statement(&mut self, node: Node, within: Within) -> StmtKind {
        let span = self.span(&node);
        let rule = node.as_rule();
        let colon = node.clone().into_inner().find(|node| node.as_rule() == Rule::bad_colon);
        let colon = colon.map(|colon| self.span(&colon));
        if !matches!(rule, Rule::params | Rule::bad_param | Rule::bad_const) {
            self.misplaced(&node, within);
            return broken(Vec::new(), Vec::new());
        }
        let names = self.muted(|this| this.bound_names(node));
        match rule {
            Rule::bad_const => self.report(errors::const_inside(span)),
            _ => self.report(errors::assignment(span, names.first(), colon)),
        }
        broken(names, Vec::new())
    }

    fn bound_names(&mut self, node: Node) -> Vec<Name> {
        let mut names = Vec::new();
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => names.push(self.name(&node)),
                Rule::param => names.extend(self.bound_names(node)),
                _ => {}
            }
        }
        names
    }

    /// The block of an action or of `respond`.
    pub fn entries(&mut self, block: Node, within: Within) -> Vec<Entry> {
        let node = block.clone();
        self.nested(&node, |this| this.entries_inside(block, within)).unwrap_or_default()
    }

    fn entries_inside(&mut self, block: Node, within: Within) -> Vec<Entry> {
        let mut entries = Vec::new();
        let whole = self.span(&block);
        let told = self.diagnostics.len();
        let mut indented: Option<Indented> = None;
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            if let Some(open) = &mut indented {
                let end = line.left.as_ref().map_or(span.end, |left| self.span(left).end);
                if self.indent_of(span.start).len() > open.indent.len() {
                    open.end = Some(end);
                    continue;
                }
            }
            self.end_of_indented(indented.take());
            if rule == Rule::junk
                && let Some(word) = line.node.as_str().trim_end().strip_suffix(':')
                && super::actions::PARTS.contains(&word.trim_end())
            {
                let indent = self.indent_of(span.start).to_owned();
                let colon = Span { start: span.end - 1, end: span.end };
                indented = Some(Indented { word: word.trim_end().to_owned(), colon, indent, end: None });
                entries.push(Entry { kind: EntryKind::Broken, span });
                continue;
            }
            // What `on_fail` lets through may be empty, however it goes on.
            if within == Within::Action && rule == Rule::junk && line.node.as_str().starts_with("on_fail ") {
                self.bad_entry(line.node, within);
                let keyword = Name { text: "on_fail".into(), span };
                let clause = Clause::OnFail(OnFail::Continue);
                entries.push(Entry { kind: EntryKind::Clause { keyword, clause }, span });
                continue;
            }
            if self.reworded(&line, within) {
                entries.push(Entry { kind: EntryKind::Broken, span });
                continue;
            }
            match rule {
                Rule::params | Rule::bad_param if within == Within::Respond => {
                    let text = line.node.as_str();
                    if text
                        .split_once(':')
                        .is_some_and(|(name, _)| super::words::first_word(name) == name.trim_end())
                    {
                        let at = self.span(&line.node);
                        let text = self.source.get(whole.range()).unwrap_or("");
                        let on_line = text.starts_with('{') && !text.contains('\n');
                        self.report(errors::members_in_respond(at, on_line.then_some((whole, text))));
                    } else {
                        self.report(errors::param_in_respond(span, text));
                    }
                    entries.push(Entry { kind: EntryKind::Broken, span });
                }
                Rule::params | Rule::bad_param => {
                    let params = self.params(line.node);
                    if params.is_empty() {
                        entries.push(Entry { kind: EntryKind::Broken, span });
                    }
                    for (param, span) in params {
                        entries.push(Entry { kind: EntryKind::Param(param), span });
                    }
                }
                Rule::junk | Rule::bad_block => {
                    self.bad_entry(line.node, within);
                    entries.push(Entry { kind: EntryKind::Broken, span });
                }
                Rule::header | Rule::part_entry => {
                    let kind = self.entry(line.node);
                    entries.push(Entry { kind, span });
                }
                _ if is_clause(rule) && within == Within::Action => {
                    let kind = self.entry(line.node);
                    entries.push(Entry { kind, span });
                }
                _ => {
                    self.misplaced(&line.node, within);
                    entries.push(Entry { kind: EntryKind::Broken, span });
                }
            }
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, within);
                // It may hold what is asked for.
                entries.push(Entry { kind: EntryKind::Broken, span });
            }
        }
        self.end_of_indented(indented);
        self.as_one_object(told, "a parameter");
        entries
    }

    /// A block that is written as an object, `{ a: 1, b: 2 }` over one line or several, is one mistake. `told` is how much was
    /// said before it, and `what` stands in its lines.
    pub fn as_one_object(&mut self, told: usize, what: &'static str) {
        let own = self.diagnostics.get(told..).unwrap_or_default();
        let mut colons = own.iter().filter(|found| errors::is_colon_behind(found, what));
        let (Some(first), Some(_)) = (colons.next().map(|found| found.span), colons.next()) else { return };
        let of_object =
            |found: &Diagnostic| errors::is_colon_behind(found, what) || errors::is_comma_at_end(found);
        let (of_object, others): (Vec<_>, Vec<_>) =
            self.diagnostics.split_off(told).into_iter().partition(of_object);
        let edits = of_object.into_iter().flat_map(|found| found.fixes).flat_map(|fix| fix.edits).collect();
        self.diagnostics.push(errors::written_as_object(first, what, edits));
        self.diagnostics.extend(others);
    }

    fn end_of_indented(&mut self, indented: Option<Indented>) {
        let Some(Indented { word, colon, indent, end }) = indented else { return };
        self.report(errors::indented_object(colon, &word, end.map(|end| (end, indent.as_str()))));
    }

    /// The blanks that a line begins with, of which an offset is known.
    fn indent_of(&self, at: u32) -> &str {
        let before = self.source.get(..at as usize).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let line = self.source.get(line..).unwrap_or("");
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("")
    }

    /// A block of nothing but `name = value`.
    pub fn only_params(&mut self, block: Node, within: Within) -> Vec<Param> {
        let mut params = Vec::new();
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            match rule {
                Rule::params | Rule::bad_param => {
                    let outside = std::mem::replace(&mut self.only_names, true);
                    params.extend(self.params(line.node).into_iter().map(|(param, _)| param));
                    self.only_names = outside;
                }
                Rule::junk | Rule::bad_block => self.bad_entry(line.node, within),
                _ => self.misplaced(&line.node, within),
            }
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, within);
            }
        }
        params
    }
}

pub(super) fn is_head(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::on
            | Rule::cors
            | Rule::limit_body
            | Rule::limit_rate
            | Rule::verify
            | Rule::keep
            | Rule::keep_failed
            | Rule::read_body
            | Rule::on_failure
    )
}

pub(super) fn is_step(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::dedupe
            | Rule::extract
            | Rule::let_step
            | Rule::when
            | Rule::match_step
            | Rule::for_step
            | Rule::respond
            | Rule::action
            | Rule::wait
            | Rule::stop_step
            | Rule::abort_step
    )
}

fn is_clause(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::timeout
            | Rule::retry
            | Rule::give_up
            | Rule::rate
            | Rule::accept
            | Rule::require
            | Rule::refuse
            | Rule::limit_answer
            | Rule::on_fail
            | Rule::on_crash
            | Rule::key
            | Rule::method
    )
}

/// How the script writes what a rule reads.
pub(super) fn keyword(rule: Rule) -> &'static str {
    match rule {
        Rule::abort_step => "abort",
        Rule::accept => "accept",
        Rule::action => "an action",
        Rule::at => "at",
        Rule::base => "base",
        Rule::connector_action => "action",
        Rule::connector_param => "param",
        Rule::cors => "cors",
        Rule::dedupe => "dedupe",
        Rule::expect => "expect",
        Rule::extract => "extract",
        Rule::for_step => "for",
        Rule::give_up => "give up",
        Rule::given => "given",
        Rule::header => "header",
        Rule::keep => "keep",
        Rule::keep_failed => "keep_failed",
        Rule::key => "key",
        Rule::let_step => "let",
        Rule::limit_answer => "limit answer",
        Rule::limit_body => "limit body",
        Rule::limit_rate => "limit rate",
        Rule::match_step => "match",
        Rule::method => "method",
        Rule::notify => "notify",
        Rule::on => "on",
        Rule::on_crash => "on_crash",
        Rule::on_fail => "on_fail",
        Rule::on_failure => "on_failure",
        Rule::params | Rule::bad_param => "name = value",
        Rule::part_entry => "a part of a request or an answer",
        Rule::rate => "rate",
        Rule::read_body => "read body",
        Rule::refuse => "refuse",
        Rule::require => "require",
        Rule::respond => "respond",
        Rule::retry => "retry",
        Rule::returns => "returns",
        Rule::send => "send",
        Rule::stop_step => "stop",
        Rule::timeout => "timeout",
        Rule::verify => "verify",
        Rule::wait => "wait",
        Rule::when => "when",
        Rule::bad_const => "const",
        _ => "this",
    }
}

/// Where what a rule reads belongs.
pub(super) fn home(rule: Rule) -> &'static str {
    match rule {
        _ if is_head(rule) => "at the top level of a pipeline",
        _ if is_step(rule) => "among the steps of a pipeline",
        _ if is_clause(rule) => "in the block of an action",
        Rule::header | Rule::part_entry => "in the block of an action or of `respond`",
        Rule::params | Rule::bad_param => "in the block of an action",
        Rule::notify => "in `on_failure { … }`",
        Rule::send | Rule::at | Rule::given | Rule::expect => "in a test",
        Rule::base | Rule::connector_action => "in a connector",
        Rule::connector_param | Rule::returns => "in an action of a connector",
        Rule::bad_const => "at the left edge, outside of every pipeline",
        _ => "elsewhere",
    }
}

/// The keyword of a rule as a message names it.
pub(super) fn describe(rule: Rule) -> String {
    match rule {
        Rule::action | Rule::part_entry => keyword(rule).to_owned(),
        _ if keyword(rule) == "this" => "this line".to_owned(),
        _ => format!("`{}`", keyword(rule)),
    }
}
