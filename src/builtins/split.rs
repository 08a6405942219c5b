//! `split`: a text into a list.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static SPLIT: Builtin = Builtin {
    name: "split",
    summary: "Gives the list of the parts of a text between the places where `by` stands.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "by", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"split("a,b,,c", ",")"#, gives: r#"["a", "b", "", "c"]"# },
        Example { call: r#"split("a", ",")"#, gives: r#"["a"]"# },
    ],
    call: Call::Pure(split),
};

fn split(args: &[Value]) -> Result<Value, Fault> {
    let (text, by) = (args::text(args, 0)?, args::text(args, 1)?);
    if by.is_empty() {
        return Err(Fault::outside("`by` of `split` is the text \"\", which stands everywhere"));
    }
    args::fits_items(text.matches(by).count().saturating_add(1), "split")?;
    Ok(Value::list(text.split(by).map(Value::text).collect()))
}
