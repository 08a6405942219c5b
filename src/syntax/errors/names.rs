//! Names that cannot be given, and the signs behind names.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::codes;

pub fn bad_name(at: Span, name: &str) -> Diagnostic {
    let better: String = name.chars().map(|c| if c == '-' { '_' } else { c }).collect();
    let diagnostic = Diagnostic::new(&codes::BAD_NAME, at, format!("`{name}` is no name"))
        .help("A name is made of letters, digits and `_`, and does not begin with a digit.");
    if better.starts_with(|c: char| c.is_ascii_digit()) {
        return diagnostic;
    }
    diagnostic.fix(format!("write `{better}`"), at, better)
}

pub fn reserved_name(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_NAME, at, format!("`{name}` is a word of the language and no name"))
        .help("Choose another name.")
}

pub fn taken_name(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::TAKEN_NAME, at, format!("`{name}` cannot be given to a value"))
        .help(format!("It always means {}. Choose another name.", meaning(name)))
}

fn meaning(name: &str) -> &'static str {
    match name {
        "body" => "the body of the request",
        "query" => "what stands behind the `?` of the request's address",
        "headers" => "the headers of the request",
        "cookies" => "the cookies of the request",
        "path" => "the parameters in the route",
        "request" => "the request",
        "operation" => "the operation that runs",
        "secret" => "the secrets",
        _ => "what an action failed with",
    }
}

pub fn member_without_quotes(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_QUOTES, at, format!("`{name}` needs quotes"))
        .help("The name of a member that holds more than letters, digits and `_` stands in quotes.")
        .safe_fix("put it in quotes", at, format!("\"{name}\""))
}

pub fn insert_in_name(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::BRACE_IN_TEXT, at, "nothing can be inserted into the name of a member")
        .help("The names of an object are written out; only its values are computed.")
}

pub fn colon_for_equals(at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&codes::COLON_FOR_EQUALS, at, format!("{what} is written with `=`"))
        .help("`=` stands behind the names of parameters, headers and fields; `:` stands inside of objects, `json { name: value }`.")
        .safe_fix("write `=`", at, " =")
}

/// Whether it is said of the colon behind the name of something.
pub fn is_colon_behind(found: &Diagnostic, what: &str) -> bool {
    found.message == colon_for_equals(found.span, what).message
}

/// `{ token: secret.KEY, email: email }` as the block of an action or of `extract`; `edits` put it right.
pub fn written_as_object(at: Span, what: &str, edits: Vec<Edit>) -> Diagnostic {
    let (lines, form) = match what {
        "a field" => ("the fields of `extract`", "name = $.path on_missing abort"),
        _ => ("the parameters of an action", "name = value"),
    };
    let mut found = Diagnostic::new(&codes::COLON_FOR_EQUALS, at, format!("{lines} are written with `=`"))
        .help(format!("Write `{form}`, each in a line of its own, or several on one line with commas between them. `:` stands inside of objects, `json {{ name: value }}`."));
    found.fixes.push(Fix::safe("write `=` behind each", edits));
    found
}

pub fn equals_for_colon(at: Span, sign: &str) -> Diagnostic {
    Diagnostic::new(&codes::EQUALS_FOR_COLON, at, format!("a member of an object is written with `:`, not with `{sign}`"))
        .help("`:` stands inside of objects, `json { name: value }`; `=` behind the names of parameters, headers and fields.")
        .safe_fix("write `:`", at, ":")
}

pub fn missing_colon(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_SIGN, at, "a `:` is missing between the member's name and its value")
        .safe_fix("put the `:` in", at, ":")
}

pub fn param_in_quotes(at: Span, name: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::NEEDLESS_QUOTES, at, "the name of a parameter stands without quotes");
    let plain = name.chars().all(|c| c == '_' || c.is_alphanumeric());
    if plain && !name.is_empty() { diagnostic.safe_fix("delete the quotes", at, name) } else { diagnostic }
}
