//! Arguments by place and kind. The engine has checked the kinds before; a value that comes through all the same is
//! a defect of wj, not of the script.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use rust_decimal::Decimal;

use crate::extract::{Path, Selected};
use crate::value::{Fault, Object, Time, Value, is_zone};

/// No text that a function makes is longer, in bytes: a short script must not be able to fill the memory.
pub(super) const LONGEST: usize = 16 << 20;

/// No list that a function makes is longer, in items.
pub(super) const MOST_ITEMS: usize = 100_000;

/// Paths of `map` and `sort` stand in the script, so a server has a handful of them.
const KEPT: usize = 256;

static PATHS: LazyLock<RwLock<HashMap<Box<str>, Arc<Path>>>> = LazyLock::new(RwLock::default);

pub(super) fn text(args: &[Value], at: usize) -> Result<&str, Fault> {
    args.get(at).and_then(Value::as_text).ok_or_else(|| unfit(at, "a text"))
}

pub(super) fn list(args: &[Value], at: usize) -> Result<&[Value], Fault> {
    match args.get(at) {
        Some(Value::List(items)) => Ok(items),
        _ => Err(unfit(at, "a list")),
    }
}

pub(super) fn object(args: &[Value], at: usize) -> Result<&Object, Fault> {
    match args.get(at) {
        Some(Value::Object(object)) => Ok(object),
        _ => Err(unfit(at, "an object")),
    }
}

pub(super) fn time(args: &[Value], at: usize) -> Result<&Time, Fault> {
    match args.get(at) {
        Some(Value::Time(time)) => Ok(time),
        _ => Err(unfit(at, "a time")),
    }
}

/// Bytes as they are, or those of a text.
pub(super) fn bytes(args: &[Value], at: usize) -> Result<&[u8], Fault> {
    match args.get(at) {
        Some(Value::Bytes(bytes)) => Ok(bytes),
        _ => text(args, at).map(str::as_bytes),
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

/// A whole number that is not negative; `None` where an optional argument was not given.
///
/// # Errors
/// Any other number.
pub(super) fn count(args: &[Value], at: usize, function: &str, param: &str) -> Result<Option<usize>, Fault> {
    let Some(count) = whole(args, at, function, param)? else { return Ok(None) };
    usize::try_from(count)
        .map(Some)
        .map_err(|_| Fault::outside(format!("`{param}` of `{function}` is {count}, and cannot be below 0")))
}

/// A number to calculate with.
///
/// # Errors
/// One with too many digits.
pub(super) fn decimal(args: &[Value], at: usize) -> Result<Decimal, Fault> {
    let Some(value @ Value::Number(number)) = args.get(at) else { return Err(unfit(at, "a number")) };
    number.to_decimal().ok_or_else(|| {
        Fault::outside(format!("{} has more digits than the 28 that wj calculates with", value.shown()))
    })
}

/// The name of a time zone; `None` where it was not given.
///
/// # Errors
/// What is no zone.
pub(super) fn zone<'a>(args: &'a [Value], at: usize, function: &str) -> Result<Option<&'a str>, Fault> {
    if args.get(at).is_none() {
        return Ok(None);
    }
    let zone = text(args, at)?;
    if is_zone(zone) {
        return Ok(Some(zone));
    }
    Err(Fault::outside(format!("`zone` of `{function}` is {}, and no time zone", Value::text(zone).shown())))
}

/// The path that an argument holds. The checker sees to it that it stands in the script.
///
/// # Errors
/// What is no path.
pub(super) fn path(args: &[Value], at: usize, function: &str) -> Result<Arc<Path>, Fault> {
    let path = text(args, at)?;
    let known = PATHS.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let compiled = Path::compile(path)
        .map_err(|_| Fault::own(format!("`path` of `{function}` is no path")))
        .map(Arc::new)?;
    let mut paths = PATHS.write().unwrap_or_else(PoisonError::into_inner);
    if paths.len() >= KEPT {
        paths.clear();
    }
    paths.insert(path.into(), compiled.clone());
    Ok(compiled)
}

/// What a path finds in a value; empty for nothing.
pub(super) fn at(path: &Path, value: &Value) -> Value {
    match path.select(value) {
        Selected::Found(found) => found,
        Selected::Missing(_) => Value::Empty,
    }
}

/// # Errors
/// A list of `items` items would be too long.
pub(super) fn fits_items(items: usize, function: &str) -> Result<(), Fault> {
    if items <= MOST_ITEMS {
        return Ok(());
    }
    Err(Fault::own(format!("`{function}` would make a list of {items} items, and {MOST_ITEMS} are the most")))
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
