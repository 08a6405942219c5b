//! What stands in a `test`: a request sent, answers given, and what is expected.

use super::ast::{Count, Expect, Expr, ExprKind, GivenAnswer, Name, Rows, Send, TestStep, TestStepKind};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use crate::source::Span;

const STATES: [&str; 7] = ["aborted", "stopped", "done", "failed", "interrupted", "rejected", "duplicate"];

impl Builder<'_> {
    pub fn test_steps(&mut self, block: Node) -> Vec<TestStep> {
        let mut steps = Vec::new();
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            if self.reworded(&line, Within::Test) {
                steps.push(TestStep { kind: TestStepKind::Broken, span });
                continue;
            }
            let kind = match rule {
                Rule::send => self.send(line.node).map(TestStepKind::Send),
                Rule::at => line.node.into_inner().find_map(|node| self.text(node)).map(TestStepKind::At),
                Rule::given => self.given(line.node),
                Rule::expect => self.expect(line.node).map(TestStepKind::Expect),
                Rule::junk | Rule::bad_block => {
                    self.bad_entry(line.node, Within::Test);
                    None
                }
                _ => {
                    self.misplaced(&line.node, Within::Test);
                    None
                }
            };
            steps.push(TestStep { kind: kind.unwrap_or(TestStepKind::Broken), span });
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, Within::Test);
            }
        }
        steps
    }

    /// `for row in LIST` of a test's head.
    pub fn rows(&mut self, node: Node) -> Option<Rows> {
        let (mut name, mut list) = (None, None);
        for node in node.into_inner() {
            let mut nodes = vec![];
            if node.as_rule() == Rule::bad_each {
                let at = self.span(&node);
                let text = node.as_str().to_owned();
                self.report(errors::for_in_brackets(at, &text));
                nodes.extend(node.into_inner());
            } else {
                nodes.push(node);
            }
            for node in nodes {
                match node.as_rule() {
                    Rule::name | Rule::bad_name => name = Some(self.value_name(&node)),
                    Rule::expr => list = Some(self.expr(node)),
                    Rule::bad_of => {
                        let at = self.span(&node);
                        self.report(errors::for_of(at, node.as_str()));
                    }
                    _ => {}
                }
            }
        }
        Some(Rows { name: name?, list: list? })
    }

    fn send(&mut self, node: Node) -> Option<Send> {
        let (mut method, mut path, mut body) = (None, None, None);
        let (mut headers, mut signed) = (Vec::new(), false);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::verb => method = Some(self.method_name(&node)),
                Rule::send_body => body = self.send_body(node),
                Rule::send_header => headers.extend(self.header(node)),
                Rule::k_signed => signed = true,
                _ => path = self.text(node).or(path),
            }
        }
        Some(Send { method: method?, path: path?, body, headers, signed })
    }

    fn send_body(&mut self, node: Node) -> Option<(Name, Expr)> {
        let mut nodes = node.into_inner();
        let keyword = self.name(&nodes.next()?);
        let mut value = self.expr(nodes.next()?);
        // `file fixtures/lead.json`
        if &*keyword.text == "file" && !matches!(value.kind, ExprKind::Text(_)) {
            let written = self.source.get(value.span.range()).unwrap_or("");
            if written.contains('/') && !written.contains(['"', '(', ' ']) {
                self.report(errors::argument_without_quotes(value.span, "the name of a file", written));
                value.kind = ExprKind::Broken;
            }
        }
        Some((keyword, value))
    }

    fn given(&mut self, node: Node) -> Option<TestStepKind> {
        let (mut action, mut url, mut answers) = (None, None, Vec::new());
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::dotted => action = Some(self.name(&node)),
                Rule::given_answer => answers.extend(self.given_answer(node)),
                _ => url = self.text(node).or(url),
            }
        }
        Some(TestStepKind::Given { action: action?, url, answers })
    }

    fn given_answer(&mut self, node: Node) -> Option<GivenAnswer> {
        let (mut status, mut body) = (None, None);
        let whole = self.span(&node);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::k_fails => return Some(GivenAnswer::Fails(whole)),
                Rule::k_refuses => return Some(GivenAnswer::Refuses(whole)),
                Rule::k_times => return Some(GivenAnswer::TimesOut(whole)),
                Rule::status => status = Some(self.status(node)),
                Rule::send_body => body = self.send_body(node),
                _ => {}
            }
        }
        Some(GivenAnswer::Answers { status: status?, body })
    }

    fn expect(&mut self, node: Node) -> Option<Expect> {
        let span = self.span(&node);
        let mut nodes = node.into_inner().filter(|node| node.as_rule() != Rule::k_expect);
        let first = nodes.next()?;
        match first.as_rule() {
            Rule::k_no => Some(Expect::NoActions),
            Rule::k_status => Some(Expect::Status(self.expr(nodes.next()?))),
            Rule::k_text => Some(Expect::Text(self.expr(nodes.next()?))),
            Rule::k_json => Some(Expect::Json(self.expr(nodes.next()?))),
            Rule::send_header => {
                let (name, value) = self.header(first)?;
                Some(Expect::Header { name, value })
            }
            Rule::state => {
                let state = self.name(&first);
                if !STATES.contains(&&*state.text) {
                    let near =
                        state_meant(&state.text).or_else(|| crate::diagnostic::near(&state.text, STATES));
                    self.report(errors::unknown_expectation(state.span, &state.text, near));
                    return None;
                }
                Some(Expect::State { state, text: nodes.find_map(|node| self.text(node)) })
            }
            _ => {
                let action = self.name(&first);
                let (mut url, mut count, mut params) = (None, None, Vec::new());
                for node in nodes {
                    match node.as_rule() {
                        Rule::count => count = self.count(node),
                        Rule::maybe_block => params = self.only_params(node, Within::Expect),
                        _ => url = self.text(node).or(url),
                    }
                }
                let count = count.unwrap_or_else(|| {
                    let rest = self.rest_of_line(span.end);
                    let blanks = rest.len() - rest.trim_start().len();
                    let digits = rest.trim_start().bytes().take_while(u8::is_ascii_digit).count();
                    let start = span.end as usize + blanks;
                    if let Some(digits) =
                        rest.get(blanks..blanks + digits).filter(|digits| !digits.is_empty())
                    {
                        let at = Span::new(start, start + digits.len());
                        self.told_to_line_end = Some(at.start);
                        self.report(errors::count_without_times(at, digits));
                        return Count::Once;
                    }
                    self.report(errors::expect_without_count(span, action.span));
                    Count::Once
                });
                Some(Expect::Action { action, url, count, params })
            }
        }
    }

    fn count(&mut self, node: Node) -> Option<Count> {
        let first = node.into_inner().next()?;
        Some(match first.as_rule() {
            Rule::k_once => Count::Once,
            Rule::k_never => Count::Never,
            _ => Count::Times(self.expr(first)),
        })
    }
}

/// How a run ended, in another form of the word or in another word.
fn state_meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "abort" | "aborts" | "refused" => "aborted",
        "stop" | "stops" => "stopped",
        "fail" | "fails" | "failure" | "error" => "failed",
        "success" | "ok" | "OK" | "succeeded" | "finished" | "completed" | "complete" => "done",
        "interrupt" | "unknown" => "interrupted",
        "reject" | "rejects" | "unauthorized" => "rejected",
        "repeat" | "repeated" | "duplicated" => "duplicate",
        _ => return None,
    })
}
