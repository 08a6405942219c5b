//! What comes of writing by hand, or as in another language.

use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::codes;

/// `default "x"` behind a path, without its first word.
pub fn default_alone(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_POLICY, at, "`default` stands behind `on_missing`")
        .help("What a missing value means is written `on_missing default \"…\"`.")
        .safe_fix("write `on_missing default`", at, "on_missing default")
}

/// `?? "x"` behind a path.
pub fn default_as_operator(at: Span, sign: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, format!("`{sign}` is no operator of wj"))
        .help("Say what a missing value means: `on_missing default \"…\"`.")
}

/// `policy` is where `on_missing` begins, `text` the reader with its `as`.
pub fn reader_behind_policy(at: Span, policy: u32, text: &str) -> Diagnostic {
    let mut found =
        Diagnostic::new(&codes::LEFT_OVER, at, "`as` stands between the path and `on_missing`, once")
            .help("Write `price = $.price as number on_missing abort`: first how it is read, then what happens if it cannot be.");
    let moved = Edit { span: Span { start: policy, end: policy }, text: format!("{text} ") };
    found.fixes.push(Fix::new("move it there", vec![moved, Edit { span: at, text: String::new() }]));
    found
}

pub fn second_reader(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, "a field is read by one reader, and this is the second")
        .help("What is to be done further with the value stands in a `let` below.")
}

pub fn blank_in_path(at: Span, name: &str) -> Diagnostic {
    let end = Span { start: at.start, end: at.end };
    Diagnostic::new(&codes::MISSING_QUOTES, at, "a name with blanks stands in brackets and quotes")
        .help(format!("Write `$[\"{name}\"]`: a path holds no blanks outside of its brackets."))
        .safe_fix("put it in brackets", end, format!("[\"{name}\"]"))
}

pub fn decimal_comma(at: Span, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_NUMBER, at, "the decimals of a number stand behind a dot")
        .help(format!("Write `{right}`. A comma parts the items of a list."))
        .fix(format!("write `{right}`"), at, right)
}

pub fn parted_thousands(at: Span, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_NUMBER, at, "a number has no blanks in it")
        .help(format!("Write `{right}`."))
        .safe_fix(format!("write `{right}`"), at, right)
}

pub fn quotes_in_text(at: Span, right: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::UNCLOSED_TEXT,
        at,
        "this text holds quotes of its own, and ends at the first of them",
    )
    .help("A quote inside of a text is written `\\\"`.")
    .fix("write `\\\"` inside", at, right)
}

pub fn lost_first_quote(at: Span, inner: &str) -> Diagnostic {
    let start = Span { start: at.start, end: at.start };
    Diagnostic::new(&codes::UNCLOSED_TEXT, at, "the quote at the beginning of this text is missing")
        .help(format!("A text stands between two quotes: `\"{inner}\"`."))
        .safe_fix("put the quote in", start, "\"")
}

pub fn text_without_quotes(at: Span, text: &str, word: &str) -> Diagnostic {
    let found = Diagnostic::new(&codes::MISSING_QUOTES, at, format!("the text of `{word}` stands in quotes"));
    let quoted = format!("\"{text}\"");
    // `OK` is a text; `name` may well be a value that was read above.
    let may_be_value = !text.contains(char::is_whitespace) && !text.starts_with(char::is_uppercase);
    if word != "respond" || !may_be_value {
        return found.safe_fix("put it in quotes", at, quoted);
    }
    found.help(format!("A value is sent as `respond 200 {{ text {text} }}`.")).fix(
        "put it in quotes",
        at,
        quoted,
    )
}

pub fn limit_of_what(at: Span) -> Diagnostic {
    let end = Span { start: at.end, end: at.end };
    Diagnostic::new(&codes::INCOMPLETE_CLAUSE, at, "`limit` does not say what it limits")
        .help("Write `limit body 64KB` for the size of a body, `limit rate 20 per 1s` for how often requests may come.")
        .fix("limit the body", end, " body")
}

pub fn needless_from(at: Span, with_blank: Span) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, "the source stands behind `extract` without `from`")
        .help("Write `extract body {`.")
        .safe_fix("delete `from`", with_blank, "")
}

/// Where the name ends.
pub fn missing_equals(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_SIGN, at, "a `=` is missing between the name and its value").safe_fix(
        "put the `=` in",
        at,
        " =",
    )
}

pub fn type_before_name(at: Span, with_blank: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("no kind stands before the name of a field, as `{word}` does here"))
        .help("A field is written `name = $.path as text on_missing abort`: what it is to be read as stands behind the path.")
        .fix(format!("delete `{word}`"), with_blank, "")
}

pub fn name_with_blank(at: Span, written: &str) -> Diagnostic {
    let right = written.split_whitespace().collect::<Vec<_>>().join("_");
    Diagnostic::new(&codes::BAD_NAME, at, format!("`{written}` is no name"))
        .help("A name is one word of letters, digits and `_`.")
        .fix(format!("write `{right}`"), at, right)
}

/// `{{name}}` of templates.
pub fn double_braces(at: Span, inner: &str) -> Diagnostic {
    Diagnostic::new(&codes::BRACE_IN_TEXT, at, "a value is inserted with one pair of braces")
        .help(format!("Write `{{{inner}}}`."))
        .safe_fix("delete a pair", at, format!("{{{inner}}}"))
}

/// The beginning of an item, in a word of another language.
pub fn item_of_another_language(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("`{word}` is no word of wj"))
        .help("What answers requests is written `pipeline name \"title\" { on POST \"/path\" … }`.")
        .fix("write `pipeline`", at, "pipeline")
}

/// `on "/path" POST`.
pub fn method_behind_route(at: Span, method: &str, route: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_METHOD, at, "the method stands before the path")
        .help(format!("Write `on {method} {route}`."))
        .safe_fix("change their places", at, format!("{method} {route}"))
}

/// `respond 200 { ok: true }`; `block` reaches from brace to brace, if it stands on one line.
pub fn members_in_respond(at: Span, block: Option<(Span, &str)>) -> Diagnostic {
    let found = Diagnostic::new(&codes::MISPLACED_LINE, at, "the members of an object stand in `json { … }`")
        .help("The block of `respond` holds `header \"Name\" = value` and one of `json { name: value }`, `text \"…\"` and `body …`.");
    match block {
        Some((span, text)) => found.fix("answer with JSON", span, format!("{{ json {text} }}")),
        None => found,
    }
}

/// `a ? b : c`.
pub fn choice_of_another_language(at: Span, whole: Span, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, "`?` is no operator of wj")
        .help(format!("A choice is written `{right}`."))
        .fix("write it with `if`", whole, right)
}

/// `'it's'`.
pub fn apostrophe_in_text(at: Span, right: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::UNCLOSED_TEXT,
        at,
        "this text holds a `'` of its own, and ends at the first of them",
    )
    .help("A text with an apostrophe stands between two `\"`.");
    match right {
        Some(right) => found.fix(format!("write `{right}`"), at, right),
        None => found,
    }
}

/// What is written otherwise here, where nothing else can be meant.
pub fn otherwise(code: &'static Code, at: Span, message: &str, right: &str) -> Diagnostic {
    Diagnostic::new(code, at, message).help(format!("Write `{right}`.")).safe_fix(
        format!("write `{right}`"),
        at,
        right,
    )
}

/// `"a" or "b" { … }`, `accept 404 or 410`.
pub fn values_joined(at: Span, between: Span) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, "several values are parted by commas").safe_fix(
        "write a comma",
        between,
        ", ",
    )
}

/// `phone(x, RU)`.
pub fn argument_without_quotes(at: Span, what: &str, written: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_QUOTES, at, format!("{what} is a text in quotes")).safe_fix(
        "put it in quotes",
        at,
        format!("\"{written}\""),
    )
}

/// `name || "none"`.
pub fn first_that_is_there(at: Span, whole: Span, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, "`||` is no operator of wj")
        .help(format!("The first of several values that is there is `{right}`; where a value is picked, `on_missing default` says the same."))
        .fix(format!("write `{right}`"), whole, right)
}

/// `("a", "b")`.
pub fn list_in_round_brackets(at: Span, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, "a list stands in square brackets").safe_fix(
        format!("write `{right}`"),
        at,
        right,
    )
}

/// `json:` over lines further in; `end` is where the last of them ends.
pub fn indented_object(colon: Span, word: &str, end: Option<(u32, &str)>) -> Diagnostic {
    let mut found = Diagnostic::new(&codes::FOREIGN_WORD, colon, format!("what belongs to `{word}` stands in braces"))
        .help(format!("The indent of lines means nothing. Write `{word} {{`, the members, each `name: value` with a comma behind it, and `}}`."));
    if let Some((end, indent)) = end {
        let edits = vec![
            Edit { span: colon, text: " {".into() },
            Edit { span: Span { start: end, end }, text: format!("\n{indent}}}") },
        ];
        found.fixes.push(Fix::safe("put the braces in", edits));
    }
    found
}

/// A list without its brackets: `const OWN = "a", "b"`. Where its first item begins, and where the last one ends.
pub fn list_without_brackets(start: u32, left: Span) -> Diagnostic {
    let mut found =
        Diagnostic::new(&codes::LEFT_OVER, left, "several values of one constant are a list in brackets")
            .help("A list is written `[\"a\", \"b\"]`.");
    let edits = vec![
        Edit { span: Span { start, end: start }, text: "[".into() },
        Edit { span: Span { start: left.end, end: left.end }, text: "]".into() },
    ];
    found.fixes.push(Fix::safe("put the brackets in", edits));
    found
}

pub fn choice_without_else(at: Span) -> Diagnostic {
    let end = Span { start: at.end, end: at.end };
    Diagnostic::new(&codes::MISSING_VALUE, at, "this choice does not say what else it may be")
        .help("A value needs both ways: `if a then b else c`. Where there is nothing to say, it is `else empty`.")
        .fix("let it be empty otherwise", end, " else empty")
}
