//! `from_unix`: a time from seconds.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Time, Value};

pub static FROM_UNIX: Builtin = Builtin {
    name: "from_unix",
    summary: "Reads the seconds since 1 January 1970 UTC, with or without a fraction, as a number or a text; gives empty for what is none.",
    params: &[Param { name: "seconds", kinds: Kinds::NUMBER.or(Kinds::TEXT), optional: false }],
    variadic: false,
    returns: Kinds::TIME,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "from_unix(1795539600)", gives: r#"time("2026-11-24T17:00:00Z")"# },
        Example { call: r#"from_unix("1795539600.5")"#, gives: r#"time("2026-11-24T17:00:00.5Z")"# },
        Example { call: r#"from_unix("soon")"#, gives: "empty" },
    ],
    call: Call::Pure(from_unix),
};

fn from_unix(args: &[Value]) -> Result<Value, Fault> {
    let digits = match args::any(args, 0)? {
        Value::Number(number) => number.as_str(),
        _ => args::text(args, 0)?.trim(),
    };
    let micros = digits
        .parse::<Decimal>()
        .ok()
        .and_then(|seconds| seconds.checked_mul(Decimal::from(1_000_000)))
        .and_then(|micros| micros.floor().to_i64());
    let time = micros.map(Time::from_micros).filter(Time::is_in_calendar);
    Ok(time.map_or(Value::Empty, Value::Time))
}
