//! `sum`: numbers added up.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

pub static SUM: Builtin = Builtin {
    name: "sum",
    summary: "Adds the numbers of a list; empty items are left out. Texts are not added: read them `as number` first.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "sum([1, 2.50, empty])", gives: "3.5" },
        Example { call: "sum([])", gives: "0" },
        Example { call: r#"sum(map([{ price: 10 }, { price: 5 }], "$.price"))"#, gives: "15" },
    ],
    call: Call::Pure(sum),
};

fn sum(args: &[Value]) -> Result<Value, Fault> {
    let mut items = args::list(args, 0)?.iter().filter(|item| !item.is_empty());
    items.try_fold(Value::from(0), |sum, item| match item {
        Value::Number(_) => value::add(&sum, item),
        other => {
            Err(Fault::outside(format!("an item of the list is {}, and `sum` adds numbers", other.shown())))
        }
    })
}
