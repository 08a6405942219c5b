//! Why a text is no path that can be answered: one function a mistake.

use crate::source::Span;

/// Why a text is no path that can be answered. The span is relative to the path's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    pub span: Span,
    pub kind: PathErrorKind,
    pub message: String,
    pub help: Option<String>,
    /// The path as it should be written, where that is known.
    pub fix: Option<String>,
}

/// What kind of mistake: it decides the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathErrorKind {
    /// No RFC 9535 path, nor the short form.
    Syntax,
    /// A path that would be answered wrongly or at a cost out of step with the body.
    Refused,
}

impl PathError {
    fn syntax(span: Span, message: impl Into<String>, help: &str) -> PathError {
        let help = (!help.is_empty()).then(|| help.to_owned());
        PathError { span, kind: PathErrorKind::Syntax, message: message.into(), help, fix: None }
    }

    fn refused(span: Span, message: impl Into<String>, help: impl Into<String>) -> PathError {
        let (message, help) = (message.into(), Some(help.into()));
        PathError { span, kind: PathErrorKind::Refused, message, help, fix: None }
    }
}

const BEGINNING: &str = "A path begins at the root: `$.name`, `$[\"name\"]`, or in short `[\"name\"]`.";
const BRACKETS: &str = "In brackets stands a name in double quotes, an index, `*`, a slice, or a filter: `[\"name\"]`, `[0]`, `[?@.a == 1]`.";

pub(super) fn nothing(span: Span) -> PathError {
    PathError::syntax(span, "a path should stand here", BEGINNING)
}

pub(super) fn blank(span: Span) -> PathError {
    PathError::syntax(span, "a path holds no blanks outside its brackets", "")
}

pub(super) fn no_root(span: Span) -> PathError {
    PathError::syntax(span, "a path begins with `$` or `[`", BEGINNING)
}

pub(super) fn at_sign(span: Span) -> PathError {
    PathError::syntax(span, "`@` has a meaning only inside a filter", BEGINNING)
}

pub(super) fn body(span: Span) -> PathError {
    PathError::syntax(
        span,
        "a path begins at the root of what is extracted, not at `body`",
        "`extract body` has said already where the path begins. In an expression, `body.raw` is the exact bytes.",
    )
}

pub(super) fn function_call(span: Span, name: &str) -> PathError {
    PathError::syntax(
        span,
        format!("`{name}(…)` is a call, where a path should stand"),
        "Write the path alone, and behind it what reads the value, as in `$.price as number`; other functions \
         stand in a `let` below.",
    )
}

pub(super) fn dot_at_end(span: Span) -> PathError {
    PathError::syntax(span, "the path ends in a dot", "A name stands behind a dot.")
}

pub(super) fn dot_index(span: Span, digits: &str) -> PathError {
    PathError::syntax(
        span,
        format!("an index stands in brackets: `[{digits}]`"),
        "Behind a dot stands a name of letters, digits and `_` that does not begin with a digit.",
    )
}

pub(super) fn dot_bracket(span: Span) -> PathError {
    PathError::syntax(span, "no dot stands before `[`", "")
}

pub(super) fn dot_quote(span: Span) -> PathError {
    PathError::syntax(span, "a name in quotes stands in brackets: `[\"name\"]`", "")
}

pub(super) fn odd_name(span: Span, name: &str) -> PathError {
    PathError::syntax(
        span,
        format!("`{name}` stands in brackets and quotes"),
        "Behind a dot stands a name of letters, digits and `_` only; every other name is written `[\"name\"]`.",
    )
}

pub(super) fn no_dot(span: Span) -> PathError {
    PathError::syntax(span, "a dot is missing before this name", "")
}

pub(super) fn stray(span: Span, char: char) -> PathError {
    PathError::syntax(span, format!("`{}` cannot stand here in a path", char.escape_debug()), BEGINNING)
}

pub(super) fn unclosed_bracket(span: Span) -> PathError {
    PathError::syntax(span, "this `[` is not closed", "")
}

pub(super) fn empty_brackets(span: Span) -> PathError {
    PathError::syntax(span, "nothing stands in these brackets", BRACKETS)
}

pub(super) fn bare_name(span: Span, name: &str) -> PathError {
    PathError::syntax(span, format!("the name `{name}` needs its quotes"), BRACKETS)
}

pub(super) fn in_brackets(span: Span) -> PathError {
    PathError::syntax(span, "this cannot stand in brackets", BRACKETS)
}

pub(super) fn wrong_quotes(span: Span) -> PathError {
    PathError::syntax(span, "these quotes are not the ones of a path: `\"` or `'`", "")
}

pub(super) fn unclosed_text(span: Span) -> PathError {
    PathError::syntax(span, "this name lacks its closing quote", "")
}

pub(super) fn escape(span: Span) -> PathError {
    PathError::syntax(
        span,
        "a path does not know this escape",
        "Known are `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, `\\u0041`, and the quote that the name stands in.",
    )
}

pub(super) fn control(span: Span) -> PathError {
    PathError::syntax(span, "a control character in a name is written `\\u00…`", "")
}

pub(super) fn leading_zero(span: Span) -> PathError {
    PathError::syntax(span, "an index has no leading zeros", "")
}

pub(super) fn minus_zero(span: Span) -> PathError {
    PathError::syntax(span, "`-0` is no index: the first item is `[0]`, the last one `[-1]`", "")
}

pub(super) fn index_too_large(span: Span) -> PathError {
    PathError::syntax(span, "an index is at most 9007199254740991, up or down (RFC 9535, 2.1)", "")
}

pub(super) fn single_equals(span: Span) -> PathError {
    PathError::syntax(span, "a filter compares with `==`", "")
}

pub(super) fn no_query(span: Span) -> PathError {
    PathError::syntax(
        span,
        "this is no path by RFC 9535",
        "Its forms are `$.list[*].name`, `$..name`, `$.list[0:5]`, `$.list[?@.price < 10 && @.name == \"a\"]`.",
    )
}

pub(super) fn uncompared(span: Span, function: &str) -> PathError {
    PathError::syntax(
        span,
        format!("the result of `{function}` must be compared with something"),
        format!("As in `[?{function}(@.tags) > 2]` (RFC 9535, 2.4.9).").as_str(),
    )
}

pub(super) fn wrong_argument(span: Span, function: &str) -> PathError {
    let wanted = match function {
        "length" => "one value: a path that selects one node, as `length(@.name)`",
        "match" | "search" => "a text and a pattern, as `match(@.name, \"a.*\")`",
        _ => "the nodes of a path, as `count(@.tags[*])`",
    };
    PathError::syntax(span, format!("`{function}` takes {wanted}"), "")
}

pub(super) fn too_long(span: Span, most: usize) -> PathError {
    PathError::refused(
        span,
        format!("the path is longer than {most} bytes"),
        "Take the part that is needed in one path, and reach into it by an `extract` of its own.",
    )
}

pub(super) fn too_nested(span: Span, most: usize) -> PathError {
    PathError::refused(
        span,
        format!("brackets and parentheses nest deeper than {most} here"),
        "The time that such a path takes to read could grow with each level. Write the filter in a flatter form.",
    )
}

pub(super) fn second_descent(span: Span) -> PathError {
    PathError::refused(
        span,
        "a second `..` in one path",
        "Each `..` walks the whole tree below, for every node that the one before it found: a deep body would take \
         seconds. Name the way to the second one, or reach into the first one's result by an `extract` of its own.",
    )
}

pub(super) fn nested_filter(span: Span) -> PathError {
    PathError::refused(
        span,
        "a filter inside a filter",
        "The library behind these paths answers it wrongly. Take the outer list, and filter in a `for` with `when`.",
    )
}

pub(super) fn many_orders(span: Span) -> PathError {
    PathError::refused(
        span,
        "several selectors in brackets, behind a part that can select many",
        "The library behind these paths would give them in another order than RFC 9535 asks. Write a path for each \
         of them.",
    )
}

pub(super) fn too_many_selectors(span: Span, most: usize) -> PathError {
    PathError::refused(
        span,
        format!("the selectors of this path multiply to more than {most}"),
        "What it selects could be many times the body. Take a part of it in one path.",
    )
}

pub(super) fn many_from_root(span: Span) -> PathError {
    PathError::refused(
        span,
        "a part that begins with `$` in a filter selects one node at most",
        "It would be walked again for each item: the time would grow with the square of the body.",
    )
}

pub(super) fn foreign_function(span: Span, name: &str) -> PathError {
    PathError::refused(
        span,
        format!("`{name}` is no function of RFC 9535"),
        "Its functions are `length`, `count`, `match`, `search` and `value`.",
    )
}

pub(super) fn pattern_from_data(span: Span) -> PathError {
    PathError::refused(
        span,
        "a pattern must be a literal text",
        "A pattern from the body would let its sender decide what the path means and costs.",
    )
}

pub(super) fn pattern(span: Span, reason: &str) -> PathError {
    PathError::refused(
        span,
        format!("this pattern is no I-Regexp: {reason}"),
        "Patterns in paths are those of RFC 9485: characters, `.`, `[a-z]`, `[^0-9]`, `\\p{L}`, `( )`, `|`, `* + ? {1,3}`. \
         `match` looks at the whole text, `search` for a part of it.",
    )
}

pub(super) fn long_literal(span: Span) -> PathError {
    PathError::refused(
        span,
        "this number has more digits than a filter compares exactly",
        "A number with a fraction or an exponent may have 15 digits in a filter, and an exponent up to 300.",
    )
}
