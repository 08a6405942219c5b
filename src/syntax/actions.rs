//! Actions, and the entries in their blocks and in those of answers.

use super::ast::{Action, BinaryOp, Clause, EntryKind, Expr, ExprKind, Key, Name, OnFail, Param, Retry};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use crate::source::Span;

/// Parts of a request, which take a value without a sign.
pub(super) const PARTS: [&str; 6] = ["json", "form", "query", "text", "body", "multipart"];

/// What says how wj works, which takes no sign either.
const CLAUSES: [&str; 9] =
    ["timeout", "retry", "key", "on_fail", "on_crash", "accept", "require", "refuse", "method"];

impl Builder<'_> {
    pub fn action(&mut self, node: Node) -> Action {
        let span = self.span(&node);
        let mut action =
            Action { name: Name { text: "".into(), span }, url: None, entries: Vec::new(), span };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::dotted => action.name = self.name(&node),
                Rule::bad_url => {
                    let at = self.span(&node);
                    self.report(errors::url_without_quotes(at, node.as_str().trim_end()));
                    action.url = Some(super::expressions::broken_expr(at));
                }
                Rule::maybe_block => action.entries = self.entries(node, Within::Action),
                _ => action.url = self.text(node).or(action.url),
            }
        }
        action
    }

    /// `name = value, name = value`, with the span of each.
    pub fn params(&mut self, node: Node) -> Vec<(Param, Span)> {
        let mut params = Vec::new();
        let mut name: Option<Name> = None;
        for node in node.into_inner() {
            let at = self.span(&node);
            match node.as_rule() {
                Rule::param => params.extend(self.params(node)),
                // `Content-Type: "…"` is told of as a whole, at its colon.
                Rule::bad_name if self.rest_of_line(at.end).trim_start().starts_with(':') => {
                    name = Some(self.name(&node));
                }
                Rule::bad_name
                    if node.as_str().contains('-')
                        && self.rest_of_line(at.end).trim_start().starts_with('=') =>
                {
                    let sign = self.rest_of_line(at.end).find('=').unwrap_or(0) as u32 + 1;
                    let whole = Span { start: at.start, end: at.end + sign };
                    self.report(errors::header_as_in_http(whole, node.as_str().trim_end()));
                    return params;
                }
                Rule::name | Rule::bad_name => name = Some(self.param_name(&node)),
                Rule::bad_colon => {
                    let diagnostic = match &name {
                        Some(name) if name.text.contains('-') => {
                            errors::header_as_in_http(name.span.to(at), &name.text)
                        }
                        Some(name) if PARTS.contains(&&*name.text) => errors::part_with_sign(at, &name.text),
                        Some(name) if CLAUSES.contains(&&*name.text) => {
                            self.report(errors::clause_with_sign(at, &name.text));
                            return params;
                        }
                        _ => errors::colon_for_equals(at, "a parameter"),
                    };
                    self.report(diagnostic);
                }
                Rule::expr => {
                    let value = self.expr(node);
                    if let Some(name) = name.take() {
                        let span = name.span.to(value.span);
                        params.push((Param { name, value }, span));
                    }
                }
                Rule::eq | Rule::comma => {}
                _ => {
                    let text = self.raw_text(node);
                    self.report(errors::param_in_quotes(at, &text.text));
                    name = Some(Name { text: text.text, span: at });
                }
            }
        }
        params
    }

    /// A line of an action's or an answer's block, other than a parameter.
    pub fn entry(&mut self, node: Node) -> EntryKind {
        let built = match node.as_rule() {
            Rule::header => self.header(node).map(|(name, value)| EntryKind::Header { name, value }),
            Rule::part_entry => self.part_entry(node),
            _ => {
                let whole = self.span(&node);
                let word = node.as_str().split(|c: char| c != '_' && !c.is_alphanumeric()).next();
                let text = word.unwrap_or("");
                let span = Span { start: whole.start, end: whole.start + text.len() as u32 };
                let keyword = Name { text: text.into(), span };
                self.clause(node).map(|clause| EntryKind::Clause { keyword, clause })
            }
        };
        built.unwrap_or(EntryKind::Broken)
    }

    /// `header "Name" = value`, in a block or in `send` and `expect`.
    pub fn header(&mut self, node: Node) -> Option<(Expr, Expr)> {
        let (mut name, mut value, mut equals) = (None::<Expr>, None, false);
        for node in node.into_inner() {
            let at = self.span(&node);
            match node.as_rule() {
                Rule::k_header => {}
                Rule::eq => equals = true,
                Rule::bad_colon => {
                    equals = true;
                    self.report(errors::colon_for_equals(at, "a header"));
                }
                Rule::bad_header => {
                    self.report(errors::header_without_quotes(at, node.as_str()));
                    name = Some(super::texts::literal(node.as_str(), at));
                }
                Rule::expr => {
                    if !equals {
                        let before = name.as_ref().map_or(at.start, |name| name.span.end);
                        self.report(errors::header_without_equals(Span { start: before, end: before }));
                    }
                    value = Some(self.expr(node));
                }
                _ => name = self.text(node).or(name),
            }
        }
        Some((name?, value?))
    }

    fn part_entry(&mut self, node: Node) -> Option<EntryKind> {
        let mut nodes = node.into_inner();
        let part = self.name(&nodes.next()?);
        let value = nodes.next()?;
        let span = self.span(&value);
        let written = self.source.get(span.range()).unwrap_or("");
        let (name, behind) = written.split_once(['=', ':']).unwrap_or(("", ""));
        let single = !name.trim().is_empty()
            && super::words::first_word(name) == name.trim()
            && !behind.starts_with('=');
        // `query name = value`
        if single && matches!(&*part.text, "query" | "form" | "json" | "multipart") {
            let right = format!("{{ {}: {} }}", name.trim(), behind.trim());
            self.report(errors::otherwise(
                &super::codes::MISSING_BRACE,
                span,
                &format!("what belongs to `{}` stands in braces", part.text),
                &right,
            ));
            return None;
        }
        let value = self.expr(value);
        Some(EntryKind::Part { part, value })
    }

    fn clause(&mut self, node: Node) -> Option<Clause> {
        let clause = match node.as_rule() {
            Rule::timeout => {
                let time = self.first_expr(node)?;
                Clause::Timeout(self.duration("timeout", time))
            }
            Rule::retry => Clause::Retry(self.retry(node)?),
            Rule::give_up => {
                let time = self.first_expr(node)?;
                Clause::GiveUpAfter(self.duration("give up after", time))
            }
            Rule::rate => {
                let mut exprs = self.exprs(node).into_iter();
                let (count, per) = (exprs.next()?, exprs.next()?);
                Clause::Rate { count, per: self.duration("per", per) }
            }
            Rule::accept => {
                let statuses = self.exprs(node);
                Clause::Accept(statuses.into_iter().flat_map(|status| self.accepted(status)).collect())
            }
            Rule::require => Clause::Require(self.clause_path(node)?),
            Rule::refuse => Clause::Refuse(self.clause_path(node)?),
            Rule::limit_answer => {
                let size = self.first_expr(node)?;
                Clause::LimitAnswer(self.size("limit answer", size))
            }
            Rule::on_fail => {
                let block = node.into_inner().find(|node| node.as_rule() == Rule::block);
                Clause::OnFail(match block {
                    Some(block) => OnFail::Block(self.statements(block, Within::Branch)),
                    None => OnFail::Continue,
                })
            }
            Rule::on_crash => {
                let name = node.into_inner().find(|node| node.as_rule() == Rule::name)?;
                let name = self.name(&name);
                if !matches!(&*name.text, "retry" | "report") {
                    self.report(errors::unknown_on_crash(name.span, &name.text));
                }
                Clause::OnCrash(name)
            }
            Rule::key => Clause::Key(match self.first_expr(node) {
                Some(expr) => Key::Expr(expr),
                None => Key::Auto,
            }),
            Rule::method => Clause::Method(node.into_inner().find_map(|node| self.text(node))?),
            _ => return None,
        };
        Some(clause)
    }

    /// `accept [404, 409]`, `accept "404"`.
    fn accepted(&mut self, status: Expr) -> Vec<Expr> {
        let all_numbers = |items: &[Expr]| {
            !items.is_empty() && items.iter().all(|item| matches!(item.kind, ExprKind::Number(_)))
        };
        match status.kind {
            ExprKind::List(items) if all_numbers(&items) => {
                let written = self.source.get(status.span.range()).unwrap_or("");
                self.report(errors::statuses_in_brackets(status.span, written));
                items
            }
            // `accept 404 or 410`
            ExprKind::Binary { op: BinaryOp::Or, left, right, op_span } => {
                self.report(errors::values_joined(
                    op_span,
                    Span { start: left.span.end, end: right.span.start },
                ));
                let mut all = self.accepted(*left);
                all.extend(self.accepted(*right));
                all
            }
            _ => match super::junk::digits_of(&status) {
                Some(digits) => {
                    self.report(errors::status_in_quotes(status.span, &digits));
                    vec![Expr { kind: ExprKind::Number(digits.into()), span: status.span }]
                }
                None => vec![status],
            },
        }
    }

    fn clause_path(&mut self, node: Node) -> Option<super::ast::Raw> {
        let path = node.into_inner().find(|node| node.as_rule() == Rule::path)?;
        Some(self.path(&path))
    }

    fn retry(&mut self, node: Node) -> Option<Retry> {
        let (mut times, mut first, mut at_most) = (None::<Expr>, None, None);
        let mut place = Rule::k_times;
        let (mut counted, mut comma, mut end) = (false, false, 0);
        for node in node.into_inner() {
            let at = self.span(&node);
            match node.as_rule() {
                Rule::k_none => return Some(Retry::None),
                Rule::k_times => counted = true,
                Rule::bad_times => {
                    counted = true;
                    self.report(errors::retry_word(at, node.as_str()));
                }
                Rule::comma => comma = true,
                rule @ (Rule::k_first | Rule::k_at) => {
                    if !comma {
                        let before = Span { start: end, end };
                        self.report(errors::missing_comma(before, "the parts of `retry`"));
                    }
                    comma = false;
                    place = rule;
                }
                Rule::expr => {
                    let expr = self.expr(node);
                    match place {
                        Rule::k_first => first = Some(self.duration("first", expr)),
                        Rule::k_at => at_most = Some(self.duration("at most", expr)),
                        _ => times = Some(expr),
                    }
                }
                _ => {}
            }
            end = at.end;
        }
        let mut times = times?;
        match &times.kind {
            _ if counted => {}
            // `retry forever`, `retry always`: a name that nothing has, most likely.
            ExprKind::Name(word) => {
                self.report(errors::retry_without_count(times.span, word));
                times = super::expressions::broken_expr(times.span);
            }
            _ => self.report(errors::retry_without_times(times.span)),
        }
        Some(Retry::Times { times, first, at_most })
    }
}
