//! `fixed`: a number with so many digits.

use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Number, Value};

pub static FIXED: Builtin = Builtin {
    name: "fixed",
    summary: "Writes a number as a text with exactly `digits` digits behind the point, 28 at most, as banks want amounts; a half goes away from zero.",
    params: &[
        Param { name: "number", kinds: Kinds::NUMBER, optional: false },
        Param { name: "digits", kinds: Kinds::NUMBER, optional: false },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "fixed(1990, 2)", gives: r#""1990.00""# },
        Example { call: "fixed(0.005, 2)", gives: r#""0.01""# },
        Example { call: "fixed(12.5, 0)", gives: r#""13""# },
    ],
    call: Call::Pure(fixed),
};

fn fixed(args: &[Value]) -> Result<Value, Fault> {
    let digits = args::count(args, 1, "fixed", "digits")?.unwrap_or(0);
    let places = u32::try_from(digits)
        .ok()
        .filter(|places| *places <= 28)
        .ok_or_else(|| Fault::outside(format!("`digits` of `fixed` is {digits}, and can be 0 to 28")))?;
    let rounded = args::decimal(args, 0)?.round_dp_with_strategy(places, MidpointAwayFromZero);
    let written = Number::from_decimal(rounded);
    let (whole, fraction) = written.as_str().split_once('.').unwrap_or((written.as_str(), ""));
    let point = if digits > 0 { "." } else { "" };
    Ok(Value::text(format!("{whole}{point}{fraction:0<digits$}")))
}
