//! One op after the other.

use std::sync::Arc;

use super::extracting::Stopped;
use super::frame::Loop;
use super::replies;
use super::{EndState, MOST_CALLS, Need, Next, Reply, Run, Wait};
use crate::resolve::program::{Call, Expr, ExprKind, LONGEST_WAIT, Op, OpKind};
use crate::value::{Fault, Value};

/// How a run goes on behind a step.
pub(super) enum Flow {
    /// With the op behind it.
    On,
    To(u32),
    /// Out of the engine.
    Out(Box<Next>),
}

/// An abort as a step decided it.
pub(super) struct Abort {
    pub status: u16,
    /// Told to the caller.
    pub text: Option<String>,
    /// The name of what was missing.
    pub field: Option<Arc<str>>,
    /// For the history.
    pub reason: String,
}

/// A name that a step bound, for the trace.
pub(super) struct Bound {
    pub name: Arc<str>,
    pub value: Value,
    pub note: Option<String>,
}

impl Op {
    pub fn call(&self) -> Option<&Call> {
        match &self.kind {
            OpKind::Call(call) => Some(call),
            _ => None,
        }
    }
}

impl Run {
    pub(super) fn step(&mut self, op: &Op) -> Result<Flow, Fault> {
        self.frame.begin_step();
        match &op.kind {
            OpKind::Extract(extract) => {
                let mut bound = self.trace.is_some().then(Vec::new);
                if let Err(stopped) = self.frame.extract(extract, bound.as_mut()) {
                    return self.stopped(stopped);
                }
                self.note(|_| told(bound.unwrap_or_default()));
            }
            OpKind::Let { slot, value, on_missing } => {
                let (value, note) = match self.frame.let_value(*slot, value, on_missing.as_ref()) {
                    Ok(bound) => bound,
                    Err(stopped) => return self.stopped(stopped),
                };
                self.note(|frame| (vec![(frame.slot_name(*slot), value.clone())], note));
                self.frame.bind(*slot, value);
            }
            OpKind::JumpUnless { cond, to } => {
                let holds = self.frame.truth(cond)?;
                self.frame.way = Some(holds);
                self.note(|_| (vec![("cond".into(), Value::Bool(holds))], None));
                if !holds {
                    return Ok(Flow::To(*to));
                }
            }
            OpKind::Jump { to } => return Ok(Flow::To(*to)),
            OpKind::ForStart { list, at_most, slot, end } => {
                return self.open_loop(list, *at_most, *slot, *end);
            }
            OpKind::ForNext { body } => {
                if let Some(open) = self.frame.loops.last_mut() {
                    if let Some(item) = open.items.get(open.round) {
                        let (item, slot) = (item.reached(), open.slot);
                        open.round += 1;
                        self.frame.bind(slot, item);
                        return Ok(Flow::To(*body));
                    }
                    self.frame.loops.pop();
                }
            }
            OpKind::Respond(respond) => {
                if self.answered {
                    return Err(Fault::own("a second `respond` was reached"));
                }
                let reply = self.frame.reply(respond)?;
                self.note(|_| (Vec::new(), Some(format!("answered {}", reply.status))));
                self.answered = true;
                self.frame.at += 1;
                return Ok(Flow::Out(Box::new(Next::Answer(reply))));
            }
            OpKind::Dedupe(dedupe) => {
                let (key, text) = self.frame.key_of(dedupe)?;
                self.note(|_| (vec![("key".into(), Value::text(text))], None));
                self.frame.at += 1;
                return Ok(Flow::Out(Box::new(Next::Claim(key))));
            }
            OpKind::Call(call) => return self.reach_call(call),
            OpKind::Wait { duration, answers_first } => return self.reach_wait(duration, *answers_first),
            OpKind::Stop { text } => {
                let reason = self.text(text.as_ref())?.unwrap_or_default();
                self.note(|_| (Vec::new(), Some("stopped".to_owned())));
                let end = self.ended(EndState::Stopped, reason);
                return Ok(Flow::Out(Box::new(self.finish(end, Reply::empty()))));
            }
            OpKind::Abort { status, text } => {
                let text = self.text(text.as_ref())?;
                let pipeline = &self.frame.pipeline.name;
                let reason = text.clone().unwrap_or_else(|| format!("pipeline `{pipeline}`: aborted"));
                return Ok(Flow::Out(Box::new(self.abort(Abort {
                    status: *status,
                    text,
                    field: None,
                    reason,
                }))));
            }
        }
        Ok(Flow::On)
    }

    fn stopped(&mut self, stopped: Stopped) -> Result<Flow, Fault> {
        match stopped {
            Stopped::Fault(fault) => Err(fault),
            Stopped::Abort(abort) => Ok(Flow::Out(Box::new(self.abort(abort)))),
        }
    }

    fn abort(&mut self, abort: Abort) -> Next {
        let operation = self.frame.received().id;
        let reply = match (&abort.text, &abort.field) {
            (Some(text), _) => Reply::text(abort.status, text),
            (None, Some(field)) => replies::error(abort.status, "missing", Some(field), operation),
            (None, None) => replies::error(abort.status, "aborted", None, operation),
        };
        self.note(|_| (Vec::new(), Some(abort.reason.clone())));
        let end = self.ended(EndState::Aborted, abort.reason);
        self.finish(end, reply)
    }

    fn open_loop(&mut self, list: &Expr, at_most: u32, slot: u16, end: u32) -> Result<Flow, Fault> {
        let value = self.frame.look(list)?;
        let items = match &*value {
            Value::Empty | Value::Null => Arc::default(),
            Value::List(items) => items.clone(),
            // XML does not tell a list of one from its item.
            Value::Object(object) if object.is_element() => Arc::new(vec![value.clone().into_owned()]),
            Value::Text(_) if matches!(list.kind, ExprKind::Slot(_)) && self.frame.inputs.is_xml() => {
                Arc::new(vec![value.clone().into_owned()])
            }
            Value::Object(object) => Arc::new(object.iter().map(|(_, value)| value.clone()).collect()),
            Value::Sealed(_) => return Err(Fault::own("a secret stands where `for` walks")),
            other => {
                let told = self.frame.told(list, other);
                return Err(Fault::outside(format!("{told}, and `for` walks a list or an object")));
            }
        };
        if items.len() > at_most as usize {
            let told = self.frame.told(list, &value);
            return Err(Fault::outside(format!("{told}, and this `for` takes at most {at_most}")));
        }
        drop(value);
        self.note(|_| (Vec::new(), Some(format!("{} rounds", items.len()))));
        let Some(first) = items.first().map(Value::reached) else { return Ok(Flow::To(end)) };
        self.frame.loops.push(Loop { items, round: 1, slot });
        self.frame.bind(slot, first);
        Ok(Flow::On)
    }

    /// Hands an action out. It is built before the implicit answer goes out, so that a value that it cannot take is told to
    /// the caller.
    fn reach_call(&mut self, call: &Call) -> Result<Flow, Fault> {
        let need = match self.ready.take() {
            Some(need) => *need,
            None => {
                if !self.waiting {
                    self.calls += 1;
                    if self.calls > MOST_CALLS {
                        return Err(Fault::own(format!("a run makes at most {MOST_CALLS} calls and waits")));
                    }
                }
                let (request, params) = self.frame.request(call)?;
                let masked = Box::new(request.masked()?);
                Need { path: self.frame.path(), op: self.frame.at, request, params, masked }
            }
        };
        if call.answers_first && !self.answered {
            self.answered = true;
            self.ready = Some(Box::new(need));
            return Ok(Flow::Out(Box::new(Next::Answer(Reply::empty()))));
        }
        if !self.waiting {
            self.note(|_| {
                (Vec::new(), Some(format!("{} {} {}", call.name, need.masked.method, need.masked.url)))
            });
        }
        self.waiting = true;
        Ok(Flow::Out(Box::new(Next::Need(need))))
    }

    /// Time that has passed already, or none, is not waited for.
    fn reach_wait(&mut self, duration: &Expr, answers_first: bool) -> Result<Flow, Fault> {
        let value = self.frame.look(duration)?;
        let millis = match &*value {
            Value::Duration(millis) => u64::try_from(*millis).unwrap_or(0),
            other => {
                let told = self.frame.told(duration, other);
                return Err(Fault::outside(format!("{told}, and `wait` takes a duration")));
            }
        };
        if millis > LONGEST_WAIT {
            let told = self.frame.told(duration, &value);
            return Err(Fault::outside(format!("{told}, and a `wait` lasts at most 365 days")));
        }
        drop(value);
        if answers_first && !self.answered {
            self.answered = true;
            return Ok(Flow::Out(Box::new(Next::Answer(Reply::empty()))));
        }
        if millis == 0 {
            self.note(|_| (Vec::new(), Some("nothing to wait for".to_owned())));
            return Ok(Flow::On);
        }
        if !self.waiting {
            self.calls += 1;
            if self.calls > MOST_CALLS {
                return Err(Fault::own(format!("a run makes at most {MOST_CALLS} calls and waits")));
            }
            self.note(|_| (vec![("wait".into(), Value::Duration(millis as i64))], None));
            self.waiting = true;
        }
        let wait = Wait { path: self.frame.path(), millis };
        Ok(Flow::Out(Box::new(Next::Wait(wait))))
    }

    fn text(&self, text: Option<&Expr>) -> Result<Option<String>, Fault> {
        text.map(|expr| Ok(self.frame.rendered(expr, &*self.frame.look(expr)?)?.into_owned())).transpose()
    }
}

fn told(bound: Vec<Bound>) -> (Vec<(Arc<str>, Value)>, Option<String>) {
    let notes: Vec<String> =
        bound.iter().filter_map(|bound| Some(format!("`{}` {}", bound.name, bound.note.as_ref()?))).collect();
    let values = bound.into_iter().map(|bound| (bound.name, bound.value)).collect();
    (values, (!notes.is_empty()).then(|| notes.join("\n")))
}
