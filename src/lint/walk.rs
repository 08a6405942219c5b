//! Ways through the tree that several rules take: every statement of a block, the parts of one statement.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{
    Action, Block, Clause, Entry, EntryKind, Expr, ExprKind, Key, LetValue, OnFail, OnMissing, OnMissingKind,
    Operand, Retry, Stmt, StmtKind, TextPart,
};

/// Every statement of a block and of the blocks in it, in order of place.
pub fn statements<'a>(block: &'a Block, visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in block {
        visit(stmt);
        for inner in blocks(stmt) {
            statements(inner, visit);
        }
    }
}

/// The blocks directly in a statement, in order of place.
pub fn blocks(stmt: &Stmt) -> Vec<&Block> {
    match &stmt.kind {
        StmtKind::When(when) => when.arms.iter().map(|arm| &arm.body).chain(&when.otherwise).collect(),
        StmtKind::Match(found) => found.arms.iter().map(|arm| &arm.body).chain(&found.otherwise).collect(),
        StmtKind::For(turns) => vec![&turns.body],
        StmtKind::Broken { blocks, .. } => blocks.iter().collect(),
        _ => action(stmt).and_then(on_fail_block).into_iter().collect(),
    }
}

/// The action that a statement calls, bound to a name or not.
pub fn action(stmt: &Stmt) -> Option<&Action> {
    match &stmt.kind {
        StmtKind::Action(action) => Some(action),
        StmtKind::Let(bound) => match &bound.value {
            LetValue::Action(action) => Some(action),
            LetValue::Expr(_) => None,
        },
        _ => None,
    }
}

/// The block of `on_fail { … }`.
pub fn on_fail_block(action: &Action) -> Option<&Block> {
    action.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Clause { clause: Clause::OnFail(OnFail::Block(block)), .. } => Some(block),
        _ => None,
    })
}

/// The lines in the block of an action or of `respond`.
pub fn entries(stmt: &Stmt) -> &[Entry] {
    match &stmt.kind {
        StmtKind::Respond(respond) => &respond.entries,
        _ => action(stmt).map_or(&[], |action| &action.entries),
    }
}

/// What is found in the expressions of all pipelines.
pub fn judged(
    context: &Context<'_>,
    judge: impl Fn(&Context<'_>, &Expr) -> Option<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        statements(&pipeline.body, &mut |stmt| {
            expressions(stmt, &mut |expr| findings.extend(judge(context, expr)));
        });
    }
    findings
}

/// Every expression of a statement and the expressions in it, outer before inner; those of the statements in its
/// blocks not.
pub fn expressions<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(&'a Expr)) {
    for expr in own_expressions(stmt) {
        inside(expr, visit);
    }
}

/// An expression and every expression in it, outer before inner.
pub fn inside<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Text(parts) => {
            for part in parts {
                if let TextPart::Insert(inner) = part {
                    inside(inner, visit);
                }
            }
        }
        ExprKind::Member(base, _) => inside(base, visit),
        ExprKind::Index(base, index) => {
            inside(base, visit);
            inside(index, visit);
        }
        ExprKind::Unary { operand, .. } => inside(operand, visit),
        ExprKind::Binary { left, right, .. } => {
            inside(left, visit);
            inside(right, visit);
        }
        ExprKind::If { cond, then, otherwise } => {
            inside(cond, visit);
            inside(then, visit);
            inside(otherwise, visit);
        }
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| inside(arg, visit)),
        ExprKind::List(items) => items.iter().for_each(|item| inside(item, visit)),
        ExprKind::Object(members) => members.iter().for_each(|member| inside(&member.value, visit)),
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

fn own_expressions(stmt: &Stmt) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    match &stmt.kind {
        StmtKind::On(_) => {}
        StmtKind::Cors(exprs) | StmtKind::Keep(exprs) => found.extend(exprs),
        StmtKind::LimitBody(expr) | StmtKind::KeepFailed(expr) | StmtKind::Wait(expr) => found.push(expr),
        StmtKind::LimitRate(limit) => {
            found.extend([&limit.count, &limit.per]);
            found.extend(&limit.by);
        }
        StmtKind::ReadBody(read) => found.extend(&read.charset),
        StmtKind::Verify(verify) => {
            found.extend(verify.operands.iter().filter_map(|operand| match operand {
                Operand::Value(expr) => Some(expr),
                Operand::Place { .. } | Operand::Word(_) => None,
            }));
            found.extend(verify.params.iter().map(|param| &param.value));
        }
        StmtKind::OnFailure(notifies) => found.extend(notifies.iter().flat_map(|notify| &notify.targets)),
        StmtKind::Dedupe { by, within } => found.extend([by, within]),
        StmtKind::Extract(extract) => {
            found.push(&extract.source);
            on_missing(extract.on_missing.as_ref(), &mut found);
            for field in &extract.fields {
                found.extend(field.reader.iter().flat_map(|reader| &reader.args));
                on_missing(field.on_missing.as_ref(), &mut found);
            }
        }
        StmtKind::Let(bound) => {
            match &bound.value {
                LetValue::Expr(expr) => found.push(expr),
                LetValue::Action(action) => of_action(action, &mut found),
            }
            on_missing(bound.on_missing.as_ref(), &mut found);
        }
        StmtKind::When(when) => found.extend(when.arms.iter().map(|arm| &arm.cond)),
        StmtKind::Match(matched) => {
            found.push(&matched.subject);
            found.extend(matched.arms.iter().flat_map(|arm| &arm.values));
        }
        StmtKind::For(turns) => {
            found.push(&turns.list);
            found.extend(&turns.at_most);
        }
        StmtKind::Respond(respond) => {
            found.push(&respond.status);
            found.extend(&respond.text);
            of_entries(&respond.entries, &mut found);
        }
        StmtKind::Action(action) => of_action(action, &mut found),
        StmtKind::Stop { text } => found.extend(text),
        StmtKind::Abort { status, text } => found.extend(status.iter().chain(text)),
        StmtKind::Broken { .. } => {}
    }
    found
}

fn on_missing<'a>(policy: Option<&'a OnMissing>, found: &mut Vec<&'a Expr>) {
    match policy.map(|policy| &policy.kind) {
        Some(OnMissingKind::Abort { status, text }) => found.extend(status.iter().chain(text)),
        Some(OnMissingKind::Default(expr)) => found.push(expr),
        Some(OnMissingKind::Empty | OnMissingKind::Broken) | None => {}
    }
}

fn of_action<'a>(action: &'a Action, found: &mut Vec<&'a Expr>) {
    found.extend(&action.url);
    of_entries(&action.entries, found);
}

fn of_entries<'a>(entries: &'a [Entry], found: &mut Vec<&'a Expr>) {
    for entry in entries {
        match &entry.kind {
            EntryKind::Param(param) => found.push(&param.value),
            EntryKind::Header { name, value } => found.extend([name, value]),
            EntryKind::Part { value, .. } => found.push(value),
            EntryKind::Clause { clause, .. } => of_clause(clause, found),
            EntryKind::Broken => {}
        }
    }
}

fn of_clause<'a>(clause: &'a Clause, found: &mut Vec<&'a Expr>) {
    match clause {
        Clause::Timeout(expr)
        | Clause::GiveUpAfter(expr)
        | Clause::LimitAnswer(expr)
        | Clause::Method(expr)
        | Clause::Key(Key::Expr(expr)) => found.push(expr),
        Clause::Retry(Retry::Times { times, first, at_most }) => {
            found.push(times);
            found.extend(first.iter().chain(at_most));
        }
        Clause::Rate { count, per } => found.extend([count, per]),
        Clause::Accept(statuses) => found.extend(statuses),
        Clause::Retry(Retry::None)
        | Clause::Require(_)
        | Clause::Refuse(_)
        | Clause::OnFail(_)
        | Clause::OnCrash(_)
        | Clause::Key(Key::Auto) => {}
    }
}
