//! `parse_query`: the names and values of a query.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::bodies;
use crate::value::{Fault, Kinds, Value};

pub static PARSE_QUERY: Builtin = Builtin {
    name: "parse_query",
    summary: "Opens a query or a form, `a=1&b[]=2`, or the query of a whole URL, to be reached into by `extract`; names with brackets make objects and lists as they do in `query`.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::OBJECT,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: true,
    examples: &[
        Example {
            call: r#"parse_query("utm_source=vk&utm_term=a+b")"#,
            gives: r#"{ utm_source: "vk", utm_term: "a b" }"#,
        },
        Example {
            call: r#"parse_query("https://school.example/?a[]=1&a[]=2#top")"#,
            gives: r#"{ a: ["1", "2"] }"#,
        },
        Example { call: r#"parse_query("")"#, gives: "empty" },
    ],
    call: Call::Pure(parse_query),
};

fn parse_query(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    // Of a URL it is what stands between `?` and `#`.
    let query = match text.split_once('?') {
        Some((_, query)) => query,
        None if text.contains("://") => "",
        None => text,
    };
    let query = query.split('#').next().unwrap_or_default();
    if query.is_empty() {
        return Ok(Value::Empty);
    }
    if query.len() > LONGEST {
        return Err(Fault::outside(format!(
            "`parse_query` was given {} bytes, and reads at most {LONGEST}",
            query.len()
        )));
    }
    Ok(bodies::query(query))
}

/// In bytes. Each name costs many times its length in memory.
const LONGEST: usize = 1 << 20;
