//! `duration`: a number as a duration.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static DURATION: Builtin = Builtin {
    name: "duration",
    summary: "Gives the duration of so many seconds, to the millisecond: what `seconds` gives, back again.",
    params: &[Param { name: "seconds", kinds: Kinds::NUMBER, optional: false }],
    variadic: false,
    returns: Kinds::DURATION,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "duration(90)", gives: "90s" },
        Example { call: "duration(60 * 1.5) + duration(0.25)", gives: "90250ms" },
    ],
    call: Call::Pure(duration),
};

fn duration(args: &[Value]) -> Result<Value, Fault> {
    let seconds = args::decimal(args, 0)?;
    let millis = seconds.checked_mul(Decimal::from(1_000)).and_then(|millis| millis.round().to_i64());
    millis
        .map(Value::Duration)
        .ok_or_else(|| Fault::outside(format!("`seconds` of `duration` is {seconds}, and out of range")))
}
