//! `html_escape`: a text for HTML.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static HTML_ESCAPE: Builtin = Builtin {
    name: "html_escape",
    summary: "Writes `&`, `<`, `>` and both quotes of a text as HTML wants them, so that a text from outside stays a text in a mail or a message.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example {
            call: r#"html_escape("<b>Анна & Co</b>")"#,
            gives: r#""&lt;b&gt;Анна &amp; Co&lt;/b&gt;""#,
        },
        Example { call: r#"html_escape('"a"')"#, gives: r#""&quot;a&quot;""# },
    ],
    call: Call::Pure(html_escape),
};

fn html_escape(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    args::fits(escaped.len(), "html_escape")?;
    Ok(Value::text(escaped))
}
