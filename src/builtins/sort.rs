//! `sort`: a list in order.

use std::cmp::Ordering;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

pub static SORT: Builtin = Builtin {
    name: "sort",
    summary: "Puts a list in order: numbers by value, texts by their characters, times, durations; with `path`, by what it finds in each item. Items that are equal keep their order, empty ones come last. `reverse` turns it round.",
    params: &[
        Param { name: "list", kinds: Kinds::LIST, optional: false },
        Param { name: "path", kinds: Kinds::TEXT, optional: true },
    ],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "sort([10, 9, 1.5])", gives: "[1.5, 9, 10]" },
        Example { call: r#"sort(["б", empty, "а"])"#, gives: r#"["а", "б", empty]"# },
        Example { call: r#"sort([{ n: 2 }, { n: 1 }], "$.n")"#, gives: "[{ n: 1 }, { n: 2 }]" },
    ],
    call: Call::Pure(sort),
};

fn sort(args: &[Value]) -> Result<Value, Fault> {
    let list = args::list(args, 0)?;
    let mut keyed: Vec<(Value, &Value)> = match args.get(1) {
        None => list.iter().map(|item| (item.reached(), item)).collect(),
        Some(_) => {
            let path = args::path(args, 1, "sort")?;
            list.iter().map(|item| (args::at(&path, item), item)).collect()
        }
    };
    // All are compared with one, so that the order cannot depend on which two the sorting meets.
    if let Some((first, _)) = keyed.iter().find(|(key, _)| !key.is_empty()) {
        for (key, _) in keyed.iter().filter(|(key, _)| !key.is_empty()) {
            value::order(first, key)?;
        }
    }
    keyed.sort_by(|(a, _), (b, _)| {
        a.is_empty().cmp(&b.is_empty()).then_with(|| value::order(a, b).unwrap_or(Ordering::Equal))
    });
    Ok(Value::list(keyed.into_iter().map(|(_, item)| item.clone()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::from_json;

    #[test]
    fn what_has_no_order_is_a_fault() {
        for list in ["[1, \"2\"]", "[[1], [2]]", "[true, false]"] {
            assert!(sort(&[from_json(list.as_bytes()).unwrap()]).is_err(), "{list}");
        }
        let list =
            from_json(b"[{\"n\": null, \"a\": 1}, {\"n\": 1, \"a\": 2}, {\"n\": 1.0, \"a\": 3}]").unwrap();
        let sorted = sort(&[list, Value::text("$.n")]).unwrap();
        let expected =
            from_json(b"[{\"n\": 1, \"a\": 2}, {\"n\": 1.0, \"a\": 3}, {\"n\": null, \"a\": 1}]").unwrap();
        assert_eq!(sorted, expected);
    }
}
