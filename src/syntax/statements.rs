//! Steps: what a run does, line by line.

use super::ast::{
    BinaryOp, Expr, ExprKind, Extract, For, Let, LetValue, Match, MatchArm, Respond, Stmt, StmtKind, When,
    WhenArm,
};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::items::broken;
use super::junk::names_a_part;
use crate::source::Span;

impl Builder<'_> {
    /// A step or a head statement that its block may hold.
    pub fn statement(&mut self, node: Node) -> StmtKind {
        let built = match node.as_rule() {
            Rule::extract => self.extract(node).map(StmtKind::Extract),
            Rule::let_step => self.let_step(node).map(StmtKind::Let),
            Rule::when => Some(StmtKind::When(self.when(node))),
            Rule::match_step => self.match_step(node).map(StmtKind::Match),
            Rule::for_step => self.for_step(node).map(StmtKind::For),
            Rule::respond => Some(self.respond(node)),
            Rule::action => Some(StmtKind::Action(self.action(node))),
            Rule::wait => {
                let expr = self.first_expr(node);
                let expr = expr.map(|expr| self.duration("wait", expr));
                expr.map(StmtKind::Wait)
            }
            Rule::stop_step => Some(self.stop(node)),
            Rule::abort_step => Some(self.abort(node)),
            Rule::dedupe => self.dedupe(node),
            _ => self.head_statement(node),
        };
        built.unwrap_or_else(|| broken(Vec::new(), Vec::new()))
    }

    fn extract(&mut self, node: Node) -> Option<Extract> {
        let at = self.span(&node);
        let (mut source, mut on_missing, mut fields) = (None, None, Vec::new());
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::expr => source = Some(self.expr(node)),
                Rule::on_missing => on_missing = Some(self.on_missing(node)),
                Rule::fields_block => fields = self.fields(node),
                _ => {}
            }
        }
        let source = source.unwrap_or_else(|| {
            let at = crate::source::Span { start: at.start, end: at.start + "extract".len() as u32 };
            self.report(errors::extract_without_source(at));
            super::expressions::broken_expr(at)
        });
        Some(Extract { source, on_missing, fields })
    }

    fn let_step(&mut self, node: Node) -> Option<Let> {
        let (mut name, mut value, mut on_missing) = (None, None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => name = Some(self.value_name(&node)),
                Rule::bad_colon => {
                    let at = self.span(&node);
                    self.report(errors::colon_for_equals(at, "`let`"));
                }
                Rule::call_action => value = Some(LetValue::Action(self.action(node))),
                Rule::expr => value = Some(LetValue::Expr(self.expr(node))),
                Rule::on_missing => on_missing = Some(self.on_missing(node)),
                _ => {}
            }
        }
        Some(Let { name: name?, value: value?, on_missing })
    }

    fn when(&mut self, node: Node) -> When {
        let mut when = When { arms: Vec::new(), otherwise: None };
        let mut otherwise_at = None;
        let start = node.as_span().start();
        let mut arm = Arm { start, cond: None, end: start };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::else_when => {
                    if let Some(at) = otherwise_at {
                        let span = self.span(&node);
                        self.report(errors::else_before_else(at, span));
                    }
                    let mut arm = Arm { start: node.as_span().start(), cond: None, end: 0 };
                    for node in node.into_inner() {
                        self.when_piece(node, &mut arm, &mut when);
                    }
                }
                Rule::otherwise => {
                    let span = self.span(&node);
                    if let Some(at) = otherwise_at.replace(span) {
                        self.report(errors::else_before_else(at, span));
                    }
                    for node in node.into_inner() {
                        if node.as_rule() == Rule::block {
                            when.otherwise = Some(self.statements(node, Within::Branch));
                        }
                    }
                }
                _ => self.when_piece(node, &mut arm, &mut when),
            }
        }
        when
    }

    fn when_piece(&mut self, node: Node, arm: &mut Arm, when: &mut When) {
        match node.as_rule() {
            Rule::k_when => arm.start = node.as_span().start(),
            Rule::bad_if => {
                arm.start = node.as_span().start();
                let at = self.span(&node);
                self.report(errors::if_for_when(at, node.as_str()));
            }
            Rule::bad_elif => {
                arm.start = node.as_span().start();
                let at = self.span(&node);
                self.report(errors::elif(at, node.as_str()));
            }
            Rule::expr => {
                arm.end = node.as_span().end();
                arm.cond = Some(self.expr(node));
            }
            Rule::block => {
                let body = self.statements(node, Within::Branch);
                if let Some(cond) = arm.cond.take() {
                    let start = self.between(arm.start, arm.end);
                    let head =
                        crate::source::Span { start: start.start, end: cond.span.end.max(start.start) };
                    when.arms.push(WhenArm { cond, body, head });
                }
            }
            _ => {}
        }
    }

    fn match_step(&mut self, node: Node) -> Option<Match> {
        let mut subject = None;
        let (mut arms, mut otherwise) = (Vec::new(), None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::expr => subject = Some(self.expr(node)),
                Rule::arms => (arms, otherwise) = self.arms(node),
                _ => {}
            }
        }
        Some(Match { subject: subject?, arms, otherwise })
    }

    fn arms(&mut self, node: Node) -> (Vec<MatchArm>, Option<Vec<Stmt>>) {
        let (mut arms, mut otherwise) = (Vec::new(), None);
        let (mut behind, mut same_line): (Vec<Span>, bool) = (Vec::new(), false);
        for line in self.lines(node) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            if rule == Rule::same_line {
                same_line = true;
                continue;
            }
            if std::mem::take(&mut same_line) {
                behind.push(span);
            }
            if matches!(rule, Rule::junk | Rule::bad_block) {
                self.bad_entry(line.node, Within::Match);
                continue;
            }
            let (mut values, mut body) = (Vec::new(), Vec::new());
            for node in line.node.into_inner() {
                match node.as_rule() {
                    Rule::expr => {
                        let value = self.expr(node);
                        values.extend(self.values_of_arm(value));
                    }
                    Rule::bad_arrow => {
                        let at = self.span(&node);
                        self.report(errors::arrow(at, node.as_str()));
                    }
                    Rule::block => body = self.statements(node, Within::Branch),
                    _ => {}
                }
            }
            match rule {
                Rule::else_arm => otherwise = Some(body),
                _ => {
                    self.catch_all(&values);
                    arms.push(MatchArm { values, body });
                }
            }
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, Within::Match);
            }
        }
        if let Some(first) = behind.first() {
            self.report(errors::arms_on_a_line(*first, &behind));
        }
        (arms, otherwise)
    }

    /// `"a" or "b" { … }`: the values of an arm are parted by commas.
    fn values_of_arm(&mut self, value: Expr) -> Vec<Expr> {
        let ExprKind::Binary { op: BinaryOp::Or, left, right, op_span } = value.kind else {
            return vec![value];
        };
        self.report(errors::values_joined(op_span, Span { start: left.span.end, end: right.span.start }));
        let mut values = self.values_of_arm(*left);
        values.extend(self.values_of_arm(*right));
        values
    }

    /// `_ { … }` and `default { … }` of other languages.
    fn catch_all(&mut self, values: &[super::ast::Expr]) {
        let [only] = values else { return };
        if let super::ast::ExprKind::Name(name) = &only.kind
            && matches!(&**name, "_" | "default" | "otherwise")
        {
            self.report(errors::catch_all(only.span, name));
        }
    }

    fn for_step(&mut self, node: Node) -> Option<For> {
        let (mut name, mut list, mut at_most, mut body) = (None, None::<super::ast::Expr>, None, Vec::new());
        let mut comma = false;
        let mut take = |this: &mut Self, node: Node| match node.as_rule() {
            Rule::comma => comma = true,
            Rule::k_at if !comma => {
                let before = list.as_ref().map_or(this.span(&node).start, |list| list.span.end);
                let before = crate::source::Span { start: before, end: before };
                this.report(errors::missing_comma(before, "the list of `for` and its bound"));
            }
            Rule::name | Rule::bad_name => name = Some(this.value_name(&node)),
            Rule::bad_of => {
                let at = this.span(&node);
                this.report(errors::for_of(at, node.as_str()));
            }
            Rule::expr if list.is_none() => list = Some(this.expr(node)),
            Rule::expr => at_most = Some(this.expr(node)),
            Rule::block => body = this.statements(node, Within::Branch),
            _ => {}
        };
        for node in node.into_inner() {
            if node.as_rule() == Rule::bad_each {
                let at = self.span(&node);
                let text = node.as_str().to_owned();
                self.report(errors::for_in_brackets(at, &text));
                for node in node.into_inner() {
                    take(self, node);
                }
            } else {
                take(self, node);
            }
        }
        Some(For { name: name?, list: list?, at_most, body })
    }

    fn respond(&mut self, node: Node) -> StmtKind {
        let span = self.span(&node);
        let (mut status, mut texts, mut entries) = (None, Vec::new(), Vec::new());
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::status => status = Some(self.status(node)),
                // `respond json { … }`: that is no block of entries.
                Rule::maybe_block if status.as_ref().is_some_and(names_a_part) => {
                    self.muted(|this| this.entries(node, Within::Respond));
                }
                Rule::maybe_block => entries = self.entries(node, Within::Respond),
                Rule::k_respond => {}
                _ => texts.extend(self.text(node)),
            }
        }
        let status = self.respond_status(span, status, &mut texts);
        let mut texts = texts.into_iter();
        let text = texts.next();
        if let Some(extra) = texts.next() {
            self.report(errors::second_text(extra.span));
        }
        StmtKind::Respond(Respond { status, text, entries })
    }

    fn stop(&mut self, node: Node) -> StmtKind {
        let text = node.into_inner().find_map(|node| self.text(node));
        StmtKind::Stop { text }
    }

    fn abort(&mut self, node: Node) -> StmtKind {
        let (mut status, mut text) = (None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::status => status = Some(self.status(node)),
                _ => text = self.text(node).or(text),
            }
        }
        StmtKind::Abort { status, text }
    }

    fn dedupe(&mut self, node: Node) -> Option<StmtKind> {
        let mut exprs = self.exprs(node).into_iter();
        let (by, within) = (exprs.next()?, exprs.next()?);
        let within = self.duration("within", within);
        Some(StmtKind::Dedupe { by, within })
    }
}

struct Arm {
    start: usize,
    cond: Option<super::ast::Expr>,
    end: usize,
}
