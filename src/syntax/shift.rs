//! Moves a tree that was read already to where its text stands now: what was typed above an item changes nothing in it but
//! its place. One way through every span of the tree, and no other.

use super::ast::{
    Action, Block, Clause, Connector, ConnectorAction, ConnectorParam, Const, Count, Entry, EntryKind,
    Expect, Expr, ExprKind, Field, GivenAnswer, Item, Key, LetValue, Member, Name, Notify, OnFail, OnMissing,
    OnMissingKind, Operand, Param, Pipeline, Raw, Retry, Returns, Rows, Stmt, StmtKind, Test, TestStep,
    TestStepKind, TextPart,
};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What becomes of places.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shift {
    /// The text moved by so many bytes.
    By(i64),
    /// All are the same one then, so that only what was written is compared.
    Away,
}

/// A value that stands nowhere.
pub(super) fn placeless(expr: &Expr) -> Expr {
    let mut expr = expr.clone();
    Shift::Away.expr(&mut expr);
    expr
}

impl Shift {
    fn span(self, span: &mut Span) {
        *span = match self {
            Shift::By(bytes) => {
                let moved = |offset: u32| u32::try_from(i64::from(offset) + bytes).unwrap_or_default();
                Span { start: moved(span.start), end: moved(span.end) }
            }
            Shift::Away => Span::default(),
        };
    }

    pub(super) fn diagnostic(self, diagnostic: &mut Diagnostic) {
        self.span(&mut diagnostic.span);
        for label in diagnostic.labels.iter_mut().filter(|label| label.source.is_none()) {
            self.span(&mut label.span);
        }
        for edit in diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            self.span(&mut edit.span);
        }
    }

    pub(super) fn item(self, item: &mut Item) {
        match item {
            Item::Const(Const { name, value, span }) => {
                self.name(name);
                self.expr(value);
                self.span(span);
            }
            Item::Pipeline(Pipeline { name, title, body, span, broken: _ }) => {
                self.name(name);
                self.exprs(title);
                self.block(body);
                self.span(span);
            }
            Item::Connector(connector) => self.connector(connector),
            Item::Test(Test { title, rows, steps, span, broken: _ }) => {
                self.expr(title);
                if let Some(Rows { name, list }) = rows {
                    self.name(name);
                    self.expr(list);
                }
                steps.iter_mut().for_each(|step| self.test_step(step));
                self.span(span);
            }
        }
    }

    fn name(self, name: &mut Name) {
        self.span(&mut name.span);
    }

    fn raw(self, raw: &mut Raw) {
        self.span(&mut raw.span);
    }

    fn exprs<'e>(self, exprs: impl IntoIterator<Item = &'e mut Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(self, expr: &mut Expr) {
        self.span(&mut expr.span);
        match &mut expr.kind {
            ExprKind::Text(parts) => self.exprs(parts.iter_mut().filter_map(|part| match part {
                TextPart::Insert(inner) => Some(inner),
                TextPart::Literal(_) => None,
            })),
            ExprKind::Member(base, name) => {
                self.expr(base);
                self.name(name);
            }
            ExprKind::Index(base, index) => self.exprs([&mut **base, index]),
            ExprKind::Call { name, args } => {
                self.name(name);
                self.exprs(args);
            }
            ExprKind::Unary { op: _, op_span, operand } => {
                self.span(op_span);
                self.expr(operand);
            }
            ExprKind::Binary { op: _, op_span, left, right } => {
                self.span(op_span);
                self.exprs([&mut **left, right]);
            }
            ExprKind::If { cond, then, otherwise } => self.exprs([&mut **cond, then, otherwise]),
            ExprKind::List(items) => self.exprs(items),
            ExprKind::Object(members) => {
                for Member { name, value } in members {
                    self.name(name);
                    self.expr(value);
                }
            }
            ExprKind::Empty
            | ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Name(_)
            | ExprKind::Broken => {}
        }
    }

    pub(super) fn block(self, block: &mut Block) {
        for Stmt { kind, span } in block {
            self.span(span);
            self.statement(kind);
        }
    }

    fn statement(self, kind: &mut StmtKind) {
        match kind {
            StmtKind::On(on) => {
                on.methods.iter_mut().for_each(|method| self.name(method));
                self.raw(&mut on.path);
            }
            StmtKind::Cors(exprs) | StmtKind::Keep(exprs) => self.exprs(exprs),
            StmtKind::LimitBody(expr) | StmtKind::KeepFailed(expr) | StmtKind::Wait(expr) => self.expr(expr),
            StmtKind::LimitRate(limit) => {
                self.exprs([&mut limit.count, &mut limit.per].into_iter().chain(&mut limit.by));
            }
            StmtKind::ReadBody(read) => {
                self.name(&mut read.format);
                self.exprs(&mut read.charset);
            }
            StmtKind::Verify(verify) => {
                self.name(&mut verify.scheme);
                for operand in &mut verify.operands {
                    match operand {
                        Operand::Value(expr) => self.expr(expr),
                        Operand::Place { place, name } => {
                            self.name(place);
                            self.raw(name);
                        }
                        Operand::Word(word) => self.name(word),
                    }
                }
                self.params(&mut verify.params);
            }
            StmtKind::OnFailure(notifies) => {
                for Notify { channel, targets, span } in notifies {
                    self.name(channel);
                    self.exprs(targets);
                    self.span(span);
                }
            }
            StmtKind::Dedupe { by, within } => self.exprs([by, within]),
            StmtKind::Extract(extract) => {
                self.expr(&mut extract.source);
                self.on_missing(&mut extract.on_missing);
                self.fields(&mut extract.fields);
            }
            StmtKind::Let(bound) => {
                self.name(&mut bound.name);
                match &mut bound.value {
                    LetValue::Expr(expr) => self.expr(expr),
                    LetValue::Action(action) => self.action(action),
                }
                self.on_missing(&mut bound.on_missing);
            }
            StmtKind::When(when) => {
                for arm in &mut when.arms {
                    self.expr(&mut arm.cond);
                    self.block(&mut arm.body);
                    self.span(&mut arm.head);
                }
                when.otherwise.iter_mut().for_each(|block| self.block(block));
            }
            StmtKind::Match(matched) => {
                self.expr(&mut matched.subject);
                for arm in &mut matched.arms {
                    self.exprs(&mut arm.values);
                    self.block(&mut arm.body);
                }
                matched.otherwise.iter_mut().for_each(|block| self.block(block));
            }
            StmtKind::For(turns) => {
                self.name(&mut turns.name);
                self.expr(&mut turns.list);
                self.exprs(&mut turns.at_most);
                self.block(&mut turns.body);
            }
            StmtKind::Respond(respond) => {
                self.expr(&mut respond.status);
                self.exprs(&mut respond.text);
                self.entries(&mut respond.entries);
            }
            StmtKind::Action(action) => self.action(action),
            StmtKind::Stop { text } => self.exprs(text),
            StmtKind::Abort { status, text } => self.exprs(status.iter_mut().chain(text)),
            StmtKind::Broken { binds, blocks } => {
                binds.iter_mut().for_each(|name| self.name(name));
                blocks.iter_mut().for_each(|block| self.block(block));
            }
        }
    }

    fn params(self, params: &mut [Param]) {
        for Param { name, value } in params {
            self.name(name);
            self.expr(value);
        }
    }

    fn fields(self, fields: &mut [Field]) {
        for Field { name, path, reader, on_missing, span } in fields {
            self.name(name);
            self.raw(path);
            if let Some(reader) = reader {
                self.name(&mut reader.name);
                self.exprs(&mut reader.args);
                self.span(&mut reader.span);
            }
            self.on_missing(on_missing);
            self.span(span);
        }
    }

    fn on_missing(self, policy: &mut Option<OnMissing>) {
        let Some(OnMissing { kind, span }) = policy else { return };
        self.span(span);
        match kind {
            OnMissingKind::Abort { status, text } => self.exprs(status.iter_mut().chain(text)),
            OnMissingKind::Default(expr) => self.expr(expr),
            OnMissingKind::Empty | OnMissingKind::Broken => {}
        }
    }

    fn action(self, action: &mut Action) {
        self.name(&mut action.name);
        self.exprs(&mut action.url);
        self.entries(&mut action.entries);
        self.span(&mut action.span);
    }

    fn entries(self, entries: &mut [Entry]) {
        for Entry { kind, span } in entries {
            self.span(span);
            match kind {
                EntryKind::Param(param) => self.params(std::slice::from_mut(param)),
                EntryKind::Header { name, value } => self.exprs([name, value]),
                EntryKind::Part { part, value } => {
                    self.name(part);
                    self.expr(value);
                }
                EntryKind::Clause { keyword, clause } => {
                    self.name(keyword);
                    self.clause(clause);
                }
                EntryKind::Broken => {}
            }
        }
    }

    fn clause(self, clause: &mut Clause) {
        match clause {
            Clause::Timeout(expr)
            | Clause::GiveUpAfter(expr)
            | Clause::LimitAnswer(expr)
            | Clause::Method(expr)
            | Clause::Key(Key::Expr(expr)) => self.expr(expr),
            Clause::Retry(Retry::Times { times, first, at_most }) => {
                self.exprs([times].into_iter().chain(first).chain(at_most));
            }
            Clause::Rate { count, per } => self.exprs([count, per]),
            Clause::Accept(statuses) => self.exprs(statuses),
            Clause::Require(path) | Clause::Refuse(path) => self.raw(path),
            Clause::OnFail(OnFail::Block(block)) => self.block(block),
            Clause::OnCrash(word) => self.name(word),
            Clause::Retry(Retry::None) | Clause::OnFail(OnFail::Continue) | Clause::Key(Key::Auto) => {}
        }
    }

    fn connector(self, connector: &mut Connector) {
        self.name(&mut connector.name);
        self.exprs(connector.title.iter_mut().chain(&mut connector.base));
        self.span(&mut connector.span);
        for ConnectorAction { name, title, params, call, returns, span, broken: _ } in &mut connector.actions
        {
            self.name(name);
            self.exprs(title);
            for ConnectorParam { name, kind, optional: _, default, text, span } in params {
                self.name(name);
                self.name(kind);
                self.exprs(default.iter_mut().chain(text));
                self.span(span);
            }
            call.iter_mut().for_each(|call| self.action(call));
            if let Some(Returns { on_missing, fields, span }) = returns {
                self.on_missing(on_missing);
                self.fields(fields);
                self.span(span);
            }
            self.span(span);
        }
    }

    fn test_step(self, step: &mut TestStep) {
        self.span(&mut step.span);
        match &mut step.kind {
            TestStepKind::Send(send) => {
                self.name(&mut send.method);
                self.expr(&mut send.path);
                self.part(&mut send.body);
                for (name, value) in &mut send.headers {
                    self.exprs([name, value]);
                }
            }
            TestStepKind::At(expr) => self.expr(expr),
            TestStepKind::Given { action, url, answers } => {
                self.name(action);
                self.exprs(url);
                for answer in answers {
                    match answer {
                        GivenAnswer::Answers { status, body } => {
                            self.expr(status);
                            self.part(body);
                        }
                        GivenAnswer::Fails(span)
                        | GivenAnswer::Refuses(span)
                        | GivenAnswer::TimesOut(span) => {
                            self.span(span);
                        }
                    }
                }
            }
            TestStepKind::Expect(expect) => self.expect(expect),
            TestStepKind::Broken => {}
        }
    }

    fn part(self, part: &mut Option<(Name, Expr)>) {
        if let Some((name, value)) = part {
            self.name(name);
            self.expr(value);
        }
    }

    fn expect(self, expect: &mut Expect) {
        match expect {
            Expect::Status(expr) | Expect::Text(expr) | Expect::Json(expr) => self.expr(expr),
            Expect::Header { name, value } => self.exprs([name, value]),
            Expect::State { state, text } => {
                self.name(state);
                self.exprs(text);
            }
            Expect::NoActions => {}
            Expect::Action { action, url, count, params } => {
                self.name(action);
                self.exprs(url);
                if let Count::Times(expr) = count {
                    self.expr(expr);
                }
                self.params(params);
            }
        }
    }
}
