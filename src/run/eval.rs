//! Computes expressions. Nothing is converted on its way: a value that does not fit is a fault that names it.

use std::borrow::Cow;
use std::sync::Arc;

use super::frame::Frame;
use crate::builtins::{Builtin, Call, Context, OnEmpty};
use crate::resolve::program::{Expr, ExprKind, Input};
use crate::syntax::ast::BinaryOp;
use crate::value::{self, Fault, Object, Sealed, Side, Value};

/// No text that a script puts together is longer, in bytes.
const LONGEST_TEXT: usize = 16 << 20;

impl Frame {
    pub(super) fn eval(&self, expr: &Expr) -> Result<Value, Fault> {
        self.look(expr).map(Cow::into_owned)
    }

    /// The value of an expression, borrowed where it is there already.
    pub(super) fn look<'a>(&'a self, expr: &'a Expr) -> Result<Cow<'a, Value>, Fault> {
        Ok(Cow::Owned(match &expr.kind {
            ExprKind::Const(value) => return Ok(Cow::Borrowed(value)),
            ExprKind::Slot(slot) => return Ok(Cow::Borrowed(self.slot(*slot))),
            ExprKind::Secret(name) => Value::Sealed(Arc::new(Sealed::Secret(name.clone()))),
            ExprKind::Input(input) => self.inputs.get(input)?,
            ExprKind::Text(parts) => self.text(parts)?,
            ExprKind::Member(of, name) => match &*self.look(of)? {
                Value::Object(object) => object.get(name).map_or(Value::Empty, Value::reached),
                _ => Value::Empty,
            },
            ExprKind::Index(of, index) => self.index(of, index)?,
            ExprKind::Call { function, args } => self.call(function, args)?,
            ExprKind::Not(operand) => Value::Bool(!self.truth(operand)?),
            ExprKind::Negate(operand) => {
                let value = self.look(operand)?;
                value::negate(&*value)
                    .or_else(|_| value::negate(self.side(operand, &value, &mut String::new())))?
            }
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                Value::Bool(self.truth(left)? && self.truth(right)?)
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                Value::Bool(self.truth(left)? || self.truth(right)?)
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right)?,
            ExprKind::If { cond, then, otherwise } => {
                return self.look(if self.truth(cond)? { then } else { otherwise });
            }
            ExprKind::List(items) => {
                Value::list(items.iter().map(|item| self.eval(item)).collect::<Result<_, _>>()?)
            }
            ExprKind::Object(members) => {
                let mut object = Object::new();
                for (name, value) in members {
                    object.set(name.clone(), self.eval(value)?);
                }
                Value::object(object)
            }
        }))
    }

    /// # Errors
    /// Anything but true and false.
    pub(super) fn truth(&self, expr: &Expr) -> Result<bool, Fault> {
        let value = self.look(expr)?;
        match &*value {
            Value::Bool(truth) => Ok(*truth),
            Value::Sealed(_) => Err(Fault::own("a secret stands where true or false decides")),
            other => Err(Fault::outside(format!("{}, where true or false decides", self.told(expr, other)))),
        }
    }

    /// The value as text. Sealed texts have none here.
    pub(super) fn rendered<'v>(&self, expr: &Expr, value: &'v Value) -> Result<Cow<'v, str>, Fault> {
        value::render(value).map_err(|fault| Fault {
            message: format!("{}: {}", self.told(expr, value), fault.message),
            ..fault
        })
    }

    /// `` `price` is the text "100" ``, or the value alone where the script has no name for it.
    pub(super) fn told(&self, expr: &Expr, value: &Value) -> String {
        match self.name_of(expr) {
            Some(name) => format!("`{name}` is {}", value.shown()),
            None => value.shown(),
        }
    }

    /// What a value is called in the script.
    fn name_of(&self, expr: &Expr) -> Option<String> {
        Some(match &expr.kind {
            ExprKind::Slot(slot) => self.slot_name(*slot).as_ref().to_owned(),
            ExprKind::Secret(name) => format!("secret.{name}"),
            ExprKind::Input(input) => match input {
                Input::Body => "body".to_owned(),
                Input::BodyAll => "body.all".to_owned(),
                Input::BodyRaw => "body.raw".to_owned(),
                Input::Query => "query".to_owned(),
                Input::QueryAll => "query.all".to_owned(),
                Input::Headers => "headers".to_owned(),
                Input::HeadersAll => "headers.all".to_owned(),
                Input::Cookies => "cookies".to_owned(),
                Input::PathParam(name) => format!("path.{name}"),
                Input::OperationId => "operation.id".to_owned(),
                Input::Method => "request.method".to_owned(),
                Input::RequestPath => "request.path".to_owned(),
                Input::Url => "request.url".to_owned(),
                Input::Receipt => "request.receipt".to_owned(),
                Input::Ip => "request.ip".to_owned(),
                Input::Time => "request.time".to_owned(),
            },
            ExprKind::Member(of, name) => format!("{}.{name}", self.name_of(of)?),
            ExprKind::Index(of, index) => match &index.kind {
                ExprKind::Const(index) => format!("{}[{}]", self.name_of(of)?, value::render(index).ok()?),
                _ => return None,
            },
            ExprKind::Call { function, .. } => format!("{}(…)", function.name),
            _ => return None,
        })
    }

    fn side<'v>(&self, expr: &Expr, value: &'v Value, name: &'v mut String) -> Side<'v> {
        match self.name_of(expr) {
            Some(own) => {
                *name = own;
                Side::named(value, name)
            }
            None => Side::from(value),
        }
    }

    fn text(&self, parts: &[Expr]) -> Result<Value, Fault> {
        let mut text = String::new();
        for part in parts {
            let value = self.look(part)?;
            if matches!(*value, Value::Sealed(_)) {
                return self.sealed_text(parts);
            }
            text.push_str(&self.rendered(part, &value)?);
            if text.len() > LONGEST_TEXT {
                return Err(Fault::own(format!("a text has at most {LONGEST_TEXT} bytes")));
            }
        }
        Ok(Value::text(text))
    }

    fn sealed_text(&self, parts: &[Expr]) -> Result<Value, Fault> {
        let parts: Vec<Value> = parts.iter().map(|part| self.eval(part)).collect::<Result<_, _>>()?;
        value::concat(&parts)
    }

    /// What the script itself put into a list or an object; out of range is empty.
    fn index(&self, of: &Expr, index: &Expr) -> Result<Value, Fault> {
        let (value, at) = (self.look(of)?, self.look(index)?);
        match (&*value, &*at) {
            (Value::Object(object), Value::Text(name)) => {
                Ok(object.get(name).map_or(Value::Empty, Value::reached))
            }
            (Value::List(items), Value::Number(number)) => {
                let place = number.as_i64().and_then(|at| {
                    let from_end = if at < 0 { i64::try_from(items.len()).unwrap_or(i64::MAX) } else { 0 };
                    usize::try_from(at + from_end).ok()
                });
                Ok(place.and_then(|place| items.get(place)).map_or(Value::Empty, Value::reached))
            }
            (Value::Empty | Value::Null, _) => Ok(Value::Empty),
            (value, at) => Err(Fault::outside(format!(
                "{}, and {} finds nothing in it",
                self.told(of, value),
                at.shown()
            ))),
        }
    }

    fn call(&self, function: &'static Builtin, args: &[Expr]) -> Result<Value, Fault> {
        let values: Vec<Value> = args.iter().map(|arg| self.eval(arg)).collect::<Result<_, _>>()?;
        for (at, (value, arg)) in values.iter().zip(args).enumerate() {
            let fits = |kinds: value::Kinds| value.kind().is_none_or(|kind| kinds.has(kind));
            match function.param(at) {
                Some(param) if !fits(param.kinds) => {
                    return Err(Fault::outside(format!(
                        "{}, and `{}` of `{}` takes {}",
                        self.told(arg, value),
                        param.name,
                        function.name,
                        param.kinds.nouns()
                    )));
                }
                _ => {}
            }
        }
        if values.iter().any(|value| matches!(value, Value::Sealed(_))) {
            if function.empty == OnEmpty::GivesEmpty && values.iter().any(Value::is_empty) {
                return Ok(Value::Empty);
            }
            return match function.call {
                Call::Pure(call) if function.takes_secrets => {
                    Ok(Value::Sealed(Arc::new(Sealed::Call { function: function.name, call, args: values })))
                }
                _ => Err(Fault::own(format!("a secret was given to `{}`", function.name))),
            };
        }
        self.apply(function, &values)
    }

    /// Calls a function on values that fit its parameters.
    pub(super) fn apply(&self, function: &'static Builtin, values: &[Value]) -> Result<Value, Fault> {
        if function.empty == OnEmpty::GivesEmpty && values.iter().any(Value::is_empty) {
            return Ok(Value::Empty);
        }
        function.call(&Context { now: &self.now, uuid: &|| self.uuid() }, values)
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Value, Fault> {
        let (a, b) = (self.look(left)?, self.look(right)?);
        // Names are only looked up for the message of a fault.
        compute(op, Side::from(&*a), Side::from(&*b)).or_else(|_| {
            let (mut left_name, mut right_name) = (String::new(), String::new());
            compute(op, self.side(left, &a, &mut left_name), self.side(right, &b, &mut right_name))
        })
    }
}

fn compute(op: BinaryOp, left: Side<'_>, right: Side<'_>) -> Result<Value, Fault> {
    Ok(Value::Bool(match op {
        BinaryOp::Equal => value::equal(left, right)?,
        BinaryOp::NotEqual => !value::equal(left, right)?,
        BinaryOp::Less => value::order(left, right)?.is_lt(),
        BinaryOp::LessEqual => value::order(left, right)?.is_le(),
        BinaryOp::Greater => value::order(left, right)?.is_gt(),
        BinaryOp::GreaterEqual => value::order(left, right)?.is_ge(),
        BinaryOp::In => value::contains(right, left)?,
        BinaryOp::Add => return value::add(left, right),
        BinaryOp::Subtract => return value::subtract(left, right),
        BinaryOp::Multiply => return value::multiply(left, right),
        BinaryOp::Divide => return value::divide(left, right),
        BinaryOp::Remainder => return value::remainder(left, right),
        BinaryOp::And | BinaryOp::Or => return Err(Fault::own("`and` and `or` are computed lazily")),
    }))
}
