//! `email`: an address that mail can be sent to. Alone knows email_address.

use email_address::{EmailAddress, Options};

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static EMAIL: Builtin = Builtin {
    name: "email",
    summary: "Gives an e-mail address without the blanks around it, or empty for what is none; the domain needs a dot.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"email(" a@b.example ")"#, gives: r#""a@b.example""# },
        Example { call: r#"email("иван@пример.рф")"#, gives: r#""иван@пример.рф""# },
        Example { call: r#"email("a@b")"#, gives: "empty" },
        Example { call: r#"email("Anna <a@b.example>")"#, gives: "empty" },
    ],
    call: Call::Pure(email),
};

fn email(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?.trim();
    Ok(if is_email(text) { Value::text(text) } else { Value::Empty })
}

/// Whether a text is an address (RFC 5321, 4.1.2, and 6531) as services take it: no quotes, no address in brackets.
pub fn is_email(text: &str) -> bool {
    let options = Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };
    !text.starts_with('"') && EmailAddress::parse_with_options(text, options).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_with_a_dotted_domain_are_taken() {
        for text in ["a@b.example", "a.b+c@d-e.example", "иван@пример.рф", "a@b.c.example"] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "",
            "a",
            "a@b",
            "@b.example",
            "a@",
            "a@[127.0.0.1]",
            "\"a b\"@c.example",
            "A <a@b.example>",
            "a b@c.example",
            "a@b.example, c@d.example",
            "a@b..example",
            "a@b.example\n",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}
