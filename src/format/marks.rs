//! What the tree says about single letters of the text: which brackets are lists, objects and calls, which `-` belongs to one
//! value, and what is a path.

use std::collections::BTreeSet;

use crate::source::Span;
use crate::syntax::ast::*;

#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Where paths stand; they are one word each, blanks inside of them too.
    pub paths: Vec<Span>,
    /// Where a list begins, or a round bracket around one; any other `[` picks an item.
    pub lists: BTreeSet<u32>,
    /// The same of objects; any other `{` begins a block.
    pub objects: BTreeSet<u32>,
    /// Where the name of a function ends: the bracket behind it touches it.
    pub calls: BTreeSet<u32>,
    /// Where a `-` that belongs to one value stands, or a round bracket before it.
    pub minuses: BTreeSet<u32>,
}

pub(super) fn of_file(file: &File) -> Marks {
    let mut marks = Marks::default();
    for item in &file.items {
        match item {
            Item::Const(constant) => marks.expr(&constant.value),
            Item::Pipeline(pipeline) => marks.block(&pipeline.body),
            Item::Connector(connector) => connector.actions.iter().for_each(|action| marks.connector(action)),
            Item::Test(test) => {
                marks.exprs(test.rows.iter().map(|rows| &rows.list));
                test.steps.iter().for_each(|step| marks.test_step(step));
            }
        }
    }
    marks.paths.sort_unstable();
    marks
}

impl Marks {
    fn block(&mut self, block: &Block) {
        block.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::On(_) | StmtKind::OnFailure(_) => {}
            StmtKind::Cors(values) | StmtKind::Keep(values) => self.exprs(values),
            StmtKind::LimitBody(value) | StmtKind::KeepFailed(value) | StmtKind::Wait(value) => {
                self.expr(value)
            }
            StmtKind::LimitRate(rate) => {
                self.expr(&rate.count);
                self.expr(&rate.per);
                self.exprs(&rate.by);
            }
            StmtKind::ReadBody(read) => self.exprs(&read.charset),
            StmtKind::Verify(verify) => {
                for operand in &verify.operands {
                    match operand {
                        Operand::Value(value) => self.expr(value),
                        Operand::Place { name, .. } => self.paths.push(name.span),
                        Operand::Word(_) => {}
                    }
                }
                self.params(&verify.params);
            }
            StmtKind::Dedupe { by, within } => {
                self.expr(by);
                self.expr(within);
            }
            StmtKind::Extract(extract) => {
                self.expr(&extract.source);
                self.on_missing(extract.on_missing.as_ref());
                self.fields(&extract.fields);
            }
            StmtKind::Let(step) => {
                match &step.value {
                    LetValue::Expr(value) => self.expr(value),
                    LetValue::Action(action) => self.action(action),
                }
                self.on_missing(step.on_missing.as_ref());
            }
            StmtKind::When(when) => {
                for arm in &when.arms {
                    self.expr(&arm.cond);
                    self.block(&arm.body);
                }
                when.otherwise.iter().for_each(|block| self.block(block));
            }
            StmtKind::Match(step) => {
                self.expr(&step.subject);
                for arm in &step.arms {
                    self.exprs(&arm.values);
                    self.block(&arm.body);
                }
                step.otherwise.iter().for_each(|block| self.block(block));
            }
            StmtKind::For(step) => {
                self.expr(&step.list);
                self.exprs(&step.at_most);
                self.block(&step.body);
            }
            StmtKind::Respond(respond) => {
                self.expr(&respond.status);
                self.exprs(&respond.text);
                self.entries(&respond.entries);
            }
            StmtKind::Action(action) => self.action(action),
            StmtKind::Stop { text } => self.exprs(text),
            StmtKind::Abort { status, text } => {
                self.exprs(status);
                self.exprs(text);
            }
            StmtKind::Broken { .. } => {}
        }
    }

    fn action(&mut self, action: &Action) {
        self.exprs(&action.url);
        self.entries(&action.entries);
    }

    fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            match &entry.kind {
                EntryKind::Param(param) => self.expr(&param.value),
                EntryKind::Header { name, value } => {
                    self.expr(name);
                    self.expr(value);
                }
                EntryKind::Part { value, .. } => self.expr(value),
                EntryKind::Clause { clause, .. } => self.clause(clause),
                EntryKind::Broken => {}
            }
        }
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::Timeout(value)
            | Clause::GiveUpAfter(value)
            | Clause::LimitAnswer(value)
            | Clause::Method(value) => self.expr(value),
            Clause::Retry(Retry::None) | Clause::OnCrash(_) => {}
            Clause::Retry(Retry::Times { times, first, at_most }) => {
                self.expr(times);
                self.exprs(first);
                self.exprs(at_most);
            }
            Clause::Rate { count, per } => {
                self.expr(count);
                self.expr(per);
            }
            Clause::Accept(values) => self.exprs(values),
            Clause::Require(path) | Clause::Refuse(path) => self.paths.push(path.span),
            Clause::OnFail(OnFail::Continue) | Clause::Key(Key::Auto) => {}
            Clause::OnFail(OnFail::Block(block)) => self.block(block),
            Clause::Key(Key::Expr(value)) => self.expr(value),
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            self.paths.push(field.path.span);
            if let Some(reader) = &field.reader {
                self.calls.insert(reader.name.span.end);
                self.exprs(&reader.args);
            }
            self.on_missing(field.on_missing.as_ref());
        }
    }

    fn on_missing(&mut self, policy: Option<&OnMissing>) {
        match policy.map(|policy| &policy.kind) {
            Some(OnMissingKind::Abort { status, text }) => {
                self.exprs(status);
                self.exprs(text);
            }
            Some(OnMissingKind::Default(value)) => self.expr(value),
            Some(OnMissingKind::Empty | OnMissingKind::Broken) | None => {}
        }
    }

    fn connector(&mut self, action: &ConnectorAction) {
        action.params.iter().for_each(|param| self.exprs(&param.default));
        action.call.iter().for_each(|call| self.action(call));
        if let Some(returns) = &action.returns {
            self.on_missing(returns.on_missing.as_ref());
            self.fields(&returns.fields);
        }
    }

    fn test_step(&mut self, step: &TestStep) {
        match &step.kind {
            TestStepKind::Send(send) => {
                self.exprs(send.body.iter().map(|(_, value)| value));
                self.exprs(send.headers.iter().flat_map(|(name, value)| [name, value]));
            }
            TestStepKind::Given { answers, .. } => {
                for answer in answers {
                    if let GivenAnswer::Answers { status, body } = answer {
                        self.expr(status);
                        self.exprs(body.iter().map(|(_, value)| value));
                    }
                }
            }
            TestStepKind::Expect(expect) => match expect {
                Expect::Status(value) | Expect::Text(value) | Expect::Json(value) => self.expr(value),
                Expect::Header { value, .. } => self.expr(value),
                Expect::Action { count, params, .. } => {
                    if let Count::Times(times) = count {
                        self.expr(times);
                    }
                    self.params(params);
                }
                Expect::State { .. } | Expect::NoActions => {}
            },
            TestStepKind::At(_) | TestStepKind::Broken => {}
        }
    }

    fn params(&mut self, params: &[Param]) {
        params.iter().for_each(|param| self.expr(&param.value));
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(digits) if digits.starts_with('-') => {
                self.minuses.insert(expr.span.start);
            }
            ExprKind::Member(of, _) => self.expr(of),
            ExprKind::Index(of, index) => {
                self.expr(of);
                self.expr(index);
            }
            ExprKind::Call { name, args } => {
                self.calls.insert(name.span.end);
                self.exprs(args);
            }
            ExprKind::Unary { op, op_span, operand } => {
                if *op == UnaryOp::Minus {
                    self.minuses.insert(op_span.start);
                }
                self.expr(operand);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If { cond, then, otherwise } => {
                self.expr(cond);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::List(items) => {
                self.lists.insert(expr.span.start);
                self.exprs(items);
            }
            ExprKind::Object(members) => {
                self.objects.insert(expr.span.start);
                members.iter().for_each(|member| self.expr(&member.value));
            }
            // What stands inside a text is printed as it is.
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Empty
            | ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Name(_)
            | ExprKind::Broken => {}
        }
    }
}
