//! `extract`, and what is missing: in a field, and in a `let` with a policy.

use std::borrow::Cow;
use std::sync::Arc;

use super::frame::Frame;
use super::steps::{Abort, Bound};
use crate::extract::{Missing, Selected};
use crate::resolve::program::{Expr, ExprKind, Extract, Field, OnMissing, Reader, Source};
use crate::value::{Fault, Value};

impl Frame {
    /// Binds the fields one after the other: a default may use those above it.
    ///
    /// Gives what a trace tells of it, if `told` asks for it.
    pub(super) fn extract(
        &mut self,
        extract: &Extract,
        told: Option<&mut Vec<Bound>>,
    ) -> Result<(), Stopped> {
        let source = match &extract.source {
            Source::Body => None,
            Source::Value(expr) => Some((expr, self.eval(expr)?)),
        };
        let mut notes = Vec::new();
        for field in &extract.fields {
            let selected = match &source {
                None => self.inputs.select(&self.pipeline.picker, field.pick, &field.path)?,
                Some((expr, value)) if value.is_empty() => Selected::Missing(Missing {
                    segment: field.path.text.clone(),
                    found: self.nothing_in(expr, value)?.into(),
                }),
                // What a name holds may be a part of the body.
                Some((Expr { kind: ExprKind::Slot(_), .. }, value)) if self.inputs.is_xml() => {
                    field.path.select_element(value)
                }
                Some((_, value)) => field.path.select(value),
            };
            let read = match selected {
                Selected::Found(value) => self.read(field.reader.as_ref(), value)?,
                Selected::Missing(missing) => {
                    Err(format!("missing at `{}`: {}", missing.segment, missing.found))
                }
            };
            let (value, note) = match read {
                Ok(value) => (value, None),
                Err(why) => {
                    self.missed.push(field.slot);
                    let value = self.missing_field(field, &why)?;
                    (value, told.is_some().then(|| format!("is {why}; {}", policy(&field.on_missing))))
                }
            };
            if told.is_some() {
                notes.push(Bound { name: self.slot_name(field.slot), value: value.clone(), note });
            }
            self.bind(field.slot, value);
        }
        if let Some(told) = told {
            *told = notes;
        }
        Ok(())
    }

    /// What stood in the place of a source that is empty.
    fn nothing_in(&self, source: &Expr, value: &Value) -> Result<String, Fault> {
        Ok(match &source.kind {
            ExprKind::Call { .. } => self.why_empty(source)?.into_owned(),
            _ => format!("{}, and nothing is in it", self.told(source, value)),
        })
    }

    /// The value of a `let`, by its policy where it is empty.
    pub(super) fn let_value(
        &mut self,
        slot: u16,
        expr: &Expr,
        on_missing: Option<&OnMissing>,
    ) -> Result<(Value, Option<String>), Stopped> {
        let value = self.eval(expr)?;
        let (Some(on_missing), true) = (on_missing, value.is_empty()) else { return Ok((value, None)) };
        self.missed.push(slot);
        let why = self.why_empty(expr)?;
        let note = format!("missing: {why}; {}", policy(on_missing));
        let value = match on_missing {
            OnMissing::Abort { status, text } => {
                let name = self.slot_name(slot);
                let reason = format!("pipeline `{}`: `{name}` is missing: {why}", self.pipeline.name);
                return Err(self.aborted(*status, text.as_ref(), Some(name), reason)?);
            }
            OnMissing::Empty => Value::Empty,
            OnMissing::Default(default) => self.eval(default)?,
        };
        Ok((value, Some(note)))
    }

    /// An abort: its text is told to the caller, its reason kept for the history.
    pub(super) fn aborted(
        &self,
        status: u16,
        text: Option<&Expr>,
        field: Option<Arc<str>>,
        reason: String,
    ) -> Result<Stopped, Fault> {
        let text = text
            .map(|expr| Ok::<_, Fault>(self.rendered(expr, &*self.look(expr)?)?.into_owned()))
            .transpose()?;
        Ok(Stopped::Abort(Abort { status, text, field, reason }))
    }

    /// The value through its reader; `Err` with the reason for what the reader cannot read.
    fn read(&self, reader: Option<&Reader>, value: Value) -> Result<Result<Value, String>, Fault> {
        let Some(Reader { function, args }) = reader else { return Ok(Ok(value)) };
        let unread = || format!("missing: `{}` cannot read {}", function.name, value.shown());
        let kinds = function.param(0).map(|param| param.kinds);
        if value.kind().zip(kinds).is_some_and(|(kind, kinds)| !kinds.has(kind)) {
            return Ok(Err(unread()));
        }
        let mut values = Vec::with_capacity(1 + args.len());
        values.push(value.clone());
        for arg in args {
            values.push(self.eval(arg)?);
        }
        let read = self.apply(function, &values)?;
        Ok(if read.is_empty() { Err(unread()) } else { Ok(read) })
    }

    fn missing_field(&self, field: &Field, why: &str) -> Result<Value, Stopped> {
        match &field.on_missing {
            OnMissing::Abort { status, text } => {
                let name = self.slot_name(field.slot);
                let (pipeline, path) = (&self.pipeline.name, &field.path.text);
                let reason = format!("pipeline `{pipeline}`: field `{name}`, path `{path}`, is {why}");
                Err(self.aborted(*status, text.as_ref(), Some(name), reason)?)
            }
            // A path that can select many gives a list, also where it selects none.
            OnMissing::Empty if field.reader.is_none() && !field.path.is_singular() => {
                Ok(Value::list(Vec::new()))
            }
            OnMissing::Empty => Ok(Value::Empty),
            OnMissing::Default(default) => Ok(self.eval(default)?),
        }
    }

    /// What stood where a reader read nothing.
    fn why_empty(&self, expr: &Expr) -> Result<Cow<'static, str>, Fault> {
        if let ExprKind::Call { function, args } = &expr.kind
            && let Some(first) = args.first()
        {
            let value = self.look(first)?;
            let told = self.told(first, &value);
            let why = if value.is_empty() {
                told
            } else {
                format!("{told}, and `{}` gives nothing for it", function.name)
            };
            return Ok(why.into());
        }
        Ok("it is empty".into())
    }
}

/// Why a step binds nothing.
pub(super) enum Stopped {
    Fault(Fault),
    Abort(Abort),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Stopped {
        Stopped::Fault(fault)
    }
}

/// Which policy was taken, for the trace.
fn policy(on_missing: &OnMissing) -> &'static str {
    match on_missing {
        OnMissing::Abort { .. } => "on_missing abort",
        OnMissing::Empty => "on_missing empty",
        OnMissing::Default(_) => "on_missing default",
    }
}
