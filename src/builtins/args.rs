//! Arguments by place and kind. The engine has checked the kinds before; a value that comes through all the same is
//! a defect of wj, not of the script.

use crate::value::{Fault, Value};

/// No text that a function makes is longer, in bytes: a short script must not be able to fill the memory.
pub(super) const LONGEST: usize = 16 << 20;

pub(super) fn text(args: &[Value], at: usize) -> Result<&str, Fault> {
    args.get(at).and_then(Value::as_text).ok_or_else(|| unfit(at, "a text"))
}

pub(super) fn list(args: &[Value], at: usize) -> Result<&[Value], Fault> {
    match args.get(at) {
        Some(Value::List(items)) => Ok(items),
        _ => Err(unfit(at, "a list")),
    }
}

pub(super) fn any(args: &[Value], at: usize) -> Result<&Value, Fault> {
    args.get(at).ok_or_else(|| unfit(at, "a value"))
}

/// A whole number; `None` where an optional argument was not given.
///
/// # Errors
/// A number with a fraction, or one that is out of reach.
pub(super) fn whole(args: &[Value], at: usize, function: &str, param: &str) -> Result<Option<i64>, Fault> {
    match args.get(at) {
        None => Ok(None),
        Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(|| {
            let given = number.as_str();
            Fault::outside(format!("`{param}` of `{function}` takes a whole number, and {given} was given"))
        }),
        Some(_) => Err(unfit(at, "a number")),
    }
}

/// # Errors
/// A text of `bytes` bytes would be too long.
pub(super) fn fits(bytes: usize, function: &str) -> Result<(), Fault> {
    if bytes <= LONGEST {
        return Ok(());
    }
    Err(Fault::own(format!("`{function}` would make a text of {bytes} bytes, and {LONGEST} are the most")))
}

fn unfit(at: usize, wanted: &str) -> Fault {
    Fault::own(format!("argument {} of a function is not {wanted}", at + 1))
}
