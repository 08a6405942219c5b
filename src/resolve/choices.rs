//! `match`: a value beside literals, of which the first that equals it decides.

use super::Resolver;
use super::errors::{literals, names};
use super::expressions::Checked;
use super::flow::{Flow, Place};
use super::model::Presence;
use super::program::{Expr, ExprKind, OpKind};
use super::reach::place_of;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::value::{Kinds, Value};

/// What is known of the subject between the arms.
struct Subject<'a> {
    written: &'a ast::Expr,
    /// Where its value lies while the arms are looked at.
    slot: u16,
    place: Option<Place>,
    /// What the arms so far are for.
    seen: Vec<(Value, Span)>,
}

impl Resolver<'_> {
    pub(super) fn choose(&mut self, choice: &ast::Match, span: Span) {
        let path = self.item.emit.step();
        let subject = self.value(&choice.subject);
        self.no_secret_decides(&subject, "a `match`");
        let ty = subject.ty.clone();
        let slot = match subject.expr.kind {
            ExprKind::Slot(slot) => slot,
            _ => {
                let slot = self.nameless_slot(subject.span());
                let value = OpKind::Let { slot, value: subject.expr, on_missing: None };
                self.item.emit.push(value, choice.subject.span, &path);
                slot
            }
        };
        let place = place_of(self, &choice.subject);
        let mut subject = Subject { written: &choice.subject, slot, place, seen: Vec::new() };
        let outer = self.item.emit.enter(&path);
        let (mut exits, mut ends): (Vec<usize>, Vec<(Flow, Span)>) = (Vec::new(), Vec::new());
        for arm in &choice.arms {
            self.item.statement = span;
            let ty = self.settled(ty.clone(), subject.place.as_ref());
            let (cond, if_true, if_false) = self.arm(arm, &mut subject, &ty);
            let head = cond.span;
            let skip = self.item.emit.push(OpKind::JumpUnless { cond, to: 0 }, head, &path);
            let before = self.item.flow.clone();
            self.item.flow.assume(&if_true);
            self.inner_block("match", &arm.body, head, span.end);
            ends.push((std::mem::replace(&mut self.item.flow, before), head));
            exits.push(self.item.emit.push(OpKind::Jump { to: 0 }, head, &path));
            self.item.emit.land(skip);
            self.item.flow.assume(&if_false);
        }
        let is_settled = ty.is_only(Kinds::BOOL) && !ty.may_be_empty() && subject.seen.len() == 2;
        if is_settled && choice.otherwise.is_none() {
            // True and false both have an arm, so nothing goes by.
            self.item.flow.end(span);
        }
        let last = self.words(span, 1);
        self.otherwise(choice.otherwise.as_deref(), span);
        for exit in exits {
            self.item.emit.land(exit);
        }
        ends.insert(0, (std::mem::take(&mut self.item.flow), last));
        self.item.flow = Flow::meet(ends);
        self.item.emit.leave(outer);
    }

    /// The condition of an arm, and what is known of the subject where it holds and where not.
    #[expect(clippy::type_complexity, reason = "facts as `Flow` takes them")]
    fn arm(
        &mut self,
        arm: &ast::MatchArm,
        subject: &mut Subject<'_>,
        ty: &super::model::Type,
    ) -> (Expr, Vec<(Place, Presence)>, Vec<(Place, Presence)>) {
        let at = subject.written.span;
        let mut conditions: Vec<Expr> = Vec::new();
        let mut known: Vec<Value> = Vec::new();
        for written in &arm.values {
            let Some((value, constant)) = self.arm_value(written) else { continue };
            let beside = Checked::new(ExprKind::Slot(subject.slot), at, ty.clone());
            if !ty.broken && !ty.secret && !self.arm_fits(subject.written, &beside, written, &value) {
                continue;
            }
            match subject.seen.iter().find(|(seen, _)| *seen == constant) {
                Some((_, first)) => {
                    let name = ast::Name { text: self.source.slice(written.span).into(), span: written.span };
                    self.report(names::given_twice("arm", &name, *first));
                }
                None => subject.seen.push((constant.clone(), written.span)),
            }
            known.push(constant);
            let kind = ExprKind::Binary {
                op: BinaryOp::Equal,
                left: Box::new(beside.expr),
                right: Box::new(value.expr),
            };
            conditions.push(Expr { kind, span: written.span });
        }
        let (mut if_true, mut if_false) = (Vec::new(), Vec::new());
        if let (Some(place), true) = (&subject.place, known.len() == arm.values.len()) {
            match known.iter().filter(|value| value.is_empty()).count() {
                0 => if_true.push((place.clone(), Presence::Present)),
                empties => {
                    if_false.push((place.clone(), Presence::Present));
                    if empties == known.len() {
                        if_true.push((place.clone(), Presence::Empty));
                    }
                }
            }
        }
        let span = match (arm.values.first(), arm.values.last()) {
            (Some(first), Some(last)) => Span { start: first.span.start, end: last.span.end },
            _ => at,
        };
        let either = conditions.into_iter().reduce(|left, right| Expr {
            kind: ExprKind::Binary { op: BinaryOp::Or, left: Box::new(left), right: Box::new(right) },
            span,
        });
        let never = || ExprKind::Const(Value::Bool(false));
        (Expr { kind: either.map_or_else(never, |either| either.kind), span }, if_true, if_false)
    }

    /// A value of an arm: a literal or a constant.
    fn arm_value(&mut self, written: &ast::Expr) -> Option<(Checked, Value)> {
        if let ast::ExprKind::Name(name) = &written.kind
            && matches!(&**name, "_" | "default" | "otherwise")
            && self.lookup(name).is_none()
        {
            // Reported where the text is read.
            self.item.errors += 1;
            return None;
        }
        let value = self.value(written);
        match &value.ty.constant {
            Some(constant) => {
                let constant = constant.clone();
                Some((value, constant))
            }
            None if value.ty.broken => None,
            None => {
                self.report(literals::arm_not_a_literal(written.span));
                None
            }
        }
    }

    /// A slot for a value that the script gives no name to; faults name it as it is written.
    fn nameless_slot(&mut self, written: Span) -> u16 {
        const LONGEST: usize = 40;
        let text = self.source.slice(self.first_line(written));
        let name: String = text.chars().take(LONGEST).collect();
        let slot = self.item.slots.len();
        self.item.slots.push(name.into());
        // As for names: a pipeline with too many has no program.
        u16::try_from(slot).unwrap_or(u16::MAX)
    }

    fn first_line(&self, span: Span) -> Span {
        let line = self.source.slice(span).lines().next().unwrap_or("");
        Span { start: span.start, end: span.start + line.len() as u32 }
    }
}
