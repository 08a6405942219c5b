//! Blocks of statements, and those that say which way a run goes: `let`, `when`, `for`. `match` has a file of its own.

use super::Resolver;
use super::errors::{kinds, literals, missing};
use super::flow::Flow;
use super::model::{DefinitionKind, Type, Unreachable};
use super::program::{LONGEST_WAIT, OnMissing, OpKind};
use crate::source::Span;
use crate::syntax::ast::{self, LetValue, Stmt, StmtKind};
use crate::value::{Kinds, Value};

/// Turns of a `for` that names no bound.
const TURNS: u32 = 1000;

/// The most that a `for` may name: what a run may have of steps.
const MOST_TURNS: u32 = 100_000;

impl Resolver<'_> {
    pub(super) fn block(&mut self, block: &[Stmt]) {
        let mut dead: Option<Unreachable> = None;
        for stmt in block {
            let is_head = is_head(&stmt.kind);
            if !self.item.flow.reachable && !is_head {
                let because = self.item.flow.ended_by;
                dead.get_or_insert(Unreachable { span: stmt.span, because }).span.end = stmt.span.end;
            }
            self.item.statement = stmt.span;
            if !is_head {
                self.step(stmt);
                self.item.parks |= matches!(stmt.kind, StmtKind::Wait(_));
            }
        }
        if let Some(dead) = dead {
            // What stands inside an unreachable block was noted before the block.
            let inside =
                |noted: &Unreachable| dead.span.start <= noted.span.start && noted.span.end <= dead.span.end;
            self.item.facts.unreachable.retain(|noted| !inside(noted));
            self.item.facts.unreachable.push(dead);
        }
    }

    fn step(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Extract(extract) => self.extract(extract, span),
            StmtKind::Let(binding) => self.binding(binding, span),
            StmtKind::When(when) => self.when(when, span),
            StmtKind::For(walk) => self.walk(walk, span),
            StmtKind::Respond(respond) => self.respond(respond, span),
            StmtKind::Action(action) => {
                self.action(action, span);
            }
            StmtKind::Stop { text } => self.stop(text.as_ref(), span),
            StmtKind::Abort { status, text } => self.abort(status.as_ref(), text.as_ref(), span),
            StmtKind::Broken { binds, blocks } => self.broken(binds, blocks, span),
            StmtKind::Dedupe { by, within } => self.dedupe(by, within, span),
            StmtKind::Match(choice) => self.choose(choice, span),
            StmtKind::Wait(duration) => self.wait(duration, span),
            // The head was read before, by `head`.
            StmtKind::On(_)
            | StmtKind::Cors(_)
            | StmtKind::LimitBody(_)
            | StmtKind::LimitRate(_)
            | StmtKind::Keep(_)
            | StmtKind::KeepFailed(_)
            | StmtKind::ReadBody(_)
            | StmtKind::Verify(_)
            | StmtKind::OnFailure(_) => {}
        }
    }

    fn binding(&mut self, binding: &ast::Let, span: Span) {
        match &binding.value {
            LetValue::Action(action) => self.bind_result(binding, action, span),
            LetValue::Expr(expr) => {
                if let Some(action) = self.bare_action(expr) {
                    return self.bind_result(binding, &action, span);
                }
                let path = self.item.emit.step();
                let value = self.value(expr);
                let (on_missing, ty): (Option<OnMissing>, Type) = match &binding.on_missing {
                    Some(policy) => {
                        let (on_missing, ty) = self.with_policy(value.ty, policy);
                        if matches!(on_missing, OnMissing::Abort { .. }) {
                            self.note_abort(span);
                        }
                        (Some(on_missing), ty)
                    }
                    None => (None, value.ty),
                };
                if let Some(slot) = self.define(&binding.name, DefinitionKind::Let, ty, None) {
                    self.item.emit.push(OpKind::Let { slot, value: value.expr, on_missing }, span, &path);
                }
            }
        }
    }

    fn bind_result(&mut self, binding: &ast::Let, action: &ast::Action, span: Span) {
        if let Some(policy) = &binding.on_missing {
            self.report(missing::policy_on_action(policy.span));
        }
        let (call, ty) = self.action(action, span);
        let slot = self.define(&binding.name, DefinitionKind::Result, ty, None);
        if let Some(call) = call.and_then(|at| self.item.emit.call_mut(at)) {
            call.slot = slot;
        }
    }

    fn when(&mut self, when: &ast::When, span: Span) {
        let path = self.item.emit.step();
        let outer = self.item.emit.enter(&path);
        let (mut exits, mut ends): (Vec<usize>, Vec<(Flow, Span)>) = (Vec::new(), Vec::new());
        for arm in &when.arms {
            self.item.statement = span;
            let (cond, facts) = self.condition_with_facts(&arm.cond);
            let skip = self.item.emit.push(OpKind::JumpUnless { cond: cond.expr, to: 0 }, arm.head, &path);
            let before = self.item.flow.clone();
            self.item.flow.assume(&facts.if_true);
            self.inner_block("when", &arm.body, arm.head, span.end);
            ends.push((std::mem::replace(&mut self.item.flow, before), arm.head));
            exits.push(self.item.emit.push(OpKind::Jump { to: 0 }, arm.head, &path));
            self.item.emit.land(skip);
            self.item.flow.assume(&facts.if_false);
        }
        let last = self.words(span, 1);
        self.otherwise(when.otherwise.as_deref(), span);
        for exit in exits {
            self.item.emit.land(exit);
        }
        ends.insert(0, (std::mem::take(&mut self.item.flow), last));
        self.item.flow = Flow::meet(ends);
        self.item.emit.leave(outer);
    }

    fn walk(&mut self, walk: &ast::For, span: Span) {
        let path = self.item.emit.step();
        let list = self.value(&walk.list);
        self.no_secret_decides(&list, "the list of a `for`");
        if !list.ty.secret && list.ty.cannot_be(Kinds::LIST.or(Kinds::OBJECT)) {
            let text = self.source.slice(list.span()).to_owned();
            self.report(kinds::not_a_list(list.span(), &text, list.ty.kinds));
        }
        let at_most = match &walk.at_most {
            Some(bound) => self.count(bound, 1..=MOST_TURNS, "`at most`").unwrap_or(TURNS),
            None => TURNS,
        };
        let outer = self.item.emit.enter(&format!("{path}[]"));
        let before = self.item.flow.clone();
        // A turn may follow another, so what one of them sent is sent before what stands above it.
        self.item.flow.called |= walk.body.iter().any(holds_call);
        self.open_block("for", span);
        let item = if list.ty.secret { Type::broken() } else { list.ty.item() };
        let slot = self.define(&walk.name, DefinitionKind::Item, item, None).unwrap_or(0);
        let start =
            self.item.emit.push(OpKind::ForStart { list: list.expr, at_most, slot, end: 0 }, span, &path);
        let body = self.item.emit.here();
        self.item.loops += 1;
        self.block(&walk.body);
        self.item.loops -= 1;
        self.close_block(span.end);
        self.item.emit.push(OpKind::ForNext { body }, span, &path);
        self.item.emit.land(start);
        self.item.emit.leave(outer);
        let end = std::mem::take(&mut self.item.flow);
        self.item.flow = before.join(end);
    }

    /// The `else` of a `when` or a `match`, if there is one.
    pub(super) fn otherwise(&mut self, block: Option<&[Stmt]>, span: Span) {
        if let Some(block) = block {
            self.inner_block("else", block, block.first().map_or(span, |first| first.span), span.end);
        }
    }

    /// That no `respond` can follow is seen when all of the pipeline is read.
    fn wait(&mut self, duration: &ast::Expr, span: Span) {
        let path = self.item.emit.step();
        let value = self.value(duration);
        self.no_secret_decides(&value, "a `wait`");
        match &value.ty.constant {
            _ if value.ty.broken || value.ty.secret => {}
            Some(Value::Number(number)) => {
                self.report(literals::duration_without_unit(duration.span, number.as_str(), "`wait`"));
            }
            Some(Value::Duration(millis)) if !(1..=LONGEST_WAIT as i64).contains(millis) => {
                self.report(literals::duration_out_of_range(duration.span, "`wait`", "from 1ms to 365d"));
            }
            _ if value.ty.cannot_be(Kinds::DURATION) => {
                self.report(kinds::wrong_kind_in("`wait`", value.span(), value.ty.kinds, Kinds::DURATION));
            }
            _ if value.ty.may_be_empty() => {
                let text = self.source.slice(value.span()).to_owned();
                self.report(missing::wait_may_be_empty(value.span(), &text, value.ty.empty_since));
            }
            _ => {}
        }
        let kind = OpKind::Wait { duration: value.expr, answers_first: true };
        let at = self.item.emit.push(kind, span, &path);
        if self.item.flow.reachable {
            self.item.facts.waits.push((at, self.words(span, 1)));
        }
    }

    /// A block inside a statement, with names of its own.
    pub(super) fn inner_block(&mut self, word: &'static str, block: &[Stmt], at: Span, end: u32) {
        self.open_block(word, at);
        self.block(block);
        self.close_block(end);
    }

    /// Blocks of which at most one runs, of a statement that could not be read.
    fn branches(&mut self, blocks: &[ast::Block], span: Span) {
        let before = self.item.flow.clone();
        let mut ends = Vec::new();
        for block in blocks {
            self.inner_block("broken statement", block, span, span.end);
            ends.push(std::mem::replace(&mut self.item.flow, before.clone()));
        }
        let last = std::mem::take(&mut self.item.flow);
        self.item.flow = ends.into_iter().fold(last, |joined, end| joined.join(end));
    }

    /// A statement that could not be read: what it binds is known, of any kind, and its blocks are checked.
    fn broken(&mut self, binds: &[ast::Name], blocks: &[ast::Block], span: Span) {
        self.item.emit.step();
        // `exit`, `return`: most likely no step below is reached, and none is a second answer.
        let word = self.words(span, 1);
        if ["exit", "return", "throw", "raise", "break", "end", "die"].contains(&self.source.slice(word)) {
            self.item.flow.responded = None;
            self.item.flow.always_responded = false;
        }
        // Its own blocks may use what it binds: `for i, x in items { … }`.
        for name in binds {
            if self.is_free(&name.text) {
                self.bind(name, DefinitionKind::Let, Type::broken(), None);
            }
        }
        self.branches(blocks, span);
    }
}

fn is_head(kind: &StmtKind) -> bool {
    matches!(
        kind,
        StmtKind::On(_)
            | StmtKind::Cors(_)
            | StmtKind::LimitBody(_)
            | StmtKind::LimitRate(_)
            | StmtKind::Keep(_)
            | StmtKind::KeepFailed(_)
            | StmtKind::ReadBody(_)
            | StmtKind::Verify(_)
            | StmtKind::OnFailure(_)
    )
}

/// Whether an action stands in a statement or in one of its blocks.
fn holds_call(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Action(_) => true,
        StmtKind::Let(binding) => matches!(binding.value, LetValue::Action(_)),
        StmtKind::When(when) => {
            when.arms.iter().flat_map(|arm| &arm.body).chain(when.otherwise.iter().flatten()).any(holds_call)
        }
        StmtKind::Match(choice) => choice
            .arms
            .iter()
            .flat_map(|arm| &arm.body)
            .chain(choice.otherwise.iter().flatten())
            .any(holds_call),
        StmtKind::For(walk) => walk.body.iter().any(holds_call),
        _ => false,
    }
}
