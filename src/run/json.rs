//! Answers in JSON, written straight from the script's objects and lists: what is only written need not be built first.

use super::frame::Frame;
use crate::resolve::program::{Expr, ExprKind};
use crate::value::{Fault, Value, to_json_into, write_string};

impl Frame {
    /// Writes an expression as compact JSON behind what `out` holds already.
    ///
    /// # Errors
    /// As for the expression's value, and what has no form in JSON.
    pub(super) fn json_into(&self, expr: &Expr, out: &mut String) -> Result<(), Fault> {
        match &expr.kind {
            ExprKind::Object(members) => {
                out.push('{');
                let opened = out.len();
                for (name, value) in members {
                    let before = out.len();
                    if before > opened {
                        out.push(',');
                    }
                    write_string(name, out);
                    out.push(':');
                    if !self.present_into(value, out)? {
                        out.truncate(before);
                    }
                }
                out.push('}');
                Ok(())
            }
            ExprKind::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.json_into(item, out)?;
                }
                out.push(']');
                Ok(())
            }
            _ => to_json_into(&*self.look(expr)?, out),
        }
    }

    /// Writes a member's value; false for an empty one, which is left out.
    fn present_into(&self, expr: &Expr, out: &mut String) -> Result<bool, Fault> {
        if matches!(expr.kind, ExprKind::Object(_) | ExprKind::List(_)) {
            return self.json_into(expr, out).map(|()| true);
        }
        let value = self.look(expr)?;
        if matches!(*value, Value::Empty) {
            return Ok(false);
        }
        to_json_into(&value, out).map(|()| true)
    }
}
