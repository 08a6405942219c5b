//! WJ03xx, second part: values of a kind that does not fit.

use super::{
    CONDITION_NOT_BOOL, NOT_OUTSIDE_DATA, NULL_OUTSIDE_JSON, OPERAND_MAY_BE_EMPTY, TEXT_WITH_NUMBER,
    TEXTS_ADDED, UNKNOWN_KIND_WITH_NUMBER, UNWRITABLE_VALUE, WRONG_KIND, empty_because,
};
use crate::diagnostic::Diagnostic;
use crate::resolve::model::Type;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::value::{Kind, Kinds};

pub(in crate::resolve) fn null_outside_json(span: Span) -> Diagnostic {
    Diagnostic::new(&NULL_OUTSIDE_JSON, span, "`null` stands in `json` only")
        .label("nothing is `null` here")
        .help("A value that is not there is `empty` in a script; JSON's null counts as that when it is read.")
        .safe_fix("write `empty`", span, "empty")
}

pub(in crate::resolve) fn size_as_value(span: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_KIND, span, "a size is no value")
        .label("stands behind `limit` only")
        .help("Write the number of bytes.")
}

pub(in crate::resolve) fn unwritable(span: Span, kinds: Kinds, place: &str) -> Diagnostic {
    let found =
        Diagnostic::new(&UNWRITABLE_VALUE, span, format!("{} cannot be written {place}", kinds.nouns()))
            .label(kinds.nouns());
    if kinds == Kinds::BYTES {
        found.help("Bytes are no text before somebody says how to read them. As a body they are sent on as they are: `body body.raw`.")
    } else {
        found.help("Everybody writes durations differently: write the number that is wanted.")
    }
}

pub(in crate::resolve) fn condition_not_bool(span: Span, text: &str, ty: &Type) -> Diagnostic {
    let unsure = ty.kinds.has(Kind::Bool);
    let message = if unsure {
        format!("a condition takes true or false only, and `{text}` may be anything")
    } else {
        format!("a condition takes true or false, and this is {}", ty.kinds.nouns())
    };
    let found = Diagnostic::new(&CONDITION_NOT_BOOL, span, message)
        .label("not true or false")
        .help("Say what is asked: whether the value is there (`x != empty`), or whether it is a certain one (`x == true`, `x == \"yes\"`).");
    if ty.constant.is_some() {
        return found;
    }
    let found = found.fix("ask whether it is there", span, format!("{text} != empty"));
    if unsure { found.fix("ask whether it is `true`", span, format!("{text} == true")) } else { found }
}

pub(in crate::resolve) fn condition_may_be_empty(span: Span, text: &str, since: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(
        &OPERAND_MAY_BE_EMPTY,
        span,
        "a condition takes true or false, and this may be empty",
    )
    .label("may be empty here");
    empty_because(found, since)
        .help("A function that is given `empty` gives `empty`. Ask first whether the value is there: `when x != empty and …`.")
        .fix("let empty count as false", span, format!("{text} == true"))
}

pub(in crate::resolve) fn wrong_operand(
    op: &str,
    op_span: Span,
    span: Span,
    kinds: Kinds,
    wanted: &str,
) -> Diagnostic {
    Diagnostic::new(&WRONG_KIND, span, format!("`{op}` takes {wanted}, and this is {}", kinds.nouns()))
        .label(kinds.nouns())
        .also(op_span, "for this operator")
}

pub(in crate::resolve) fn operands_differ(
    op: &str,
    op_span: Span,
    left: (Span, Kinds),
    right: (Span, Kinds),
) -> Diagnostic {
    let message = format!("`{op}` does not take {} and {}", left.1.nouns(), right.1.nouns());
    Diagnostic::new(&WRONG_KIND, left.0.to(right.0), message)
        .label("these do not fit")
        .also(op_span, "for this operator")
        .help("Numbers go with numbers, durations with durations; a duration can be added to a time, and two times are a duration apart.")
}

pub(in crate::resolve) fn in_without_list(
    whole: Span,
    list: Span,
    kinds: Kinds,
    left: &str,
    right: &str,
) -> Diagnostic {
    let found = Diagnostic::new(
        &WRONG_KIND,
        list,
        format!("`in` looks through a list, and this is {}", kinds.nouns()),
    )
    .label("no list");
    if kinds == Kinds::TEXT {
        found.help("Whether a text has a part is asked with `contains(text, part)`.").fix(
            "use `contains`",
            whole,
            format!("contains({right}, {left})"),
        )
    } else {
        found
    }
}

pub(in crate::resolve) fn operand_may_be_empty(
    op: &str,
    span: Span,
    text: &str,
    since: Option<Span>,
) -> Diagnostic {
    let found = Diagnostic::new(
        &OPERAND_MAY_BE_EMPTY,
        span,
        format!("`{op}` takes no empty value, and `{text}` may be empty"),
    )
    .label("may be empty here");
    empty_because(found, since).help(format!("The run would stop with a fault. {}", super::rule_out(text)))
}

pub(in crate::resolve) fn texts_added(whole: Span, op: Span, fix: Option<String>) -> Diagnostic {
    let found = Diagnostic::new(&TEXTS_ADDED, whole, "texts are not joined by `+`")
        .label("not a sum")
        .also(op, "this adds numbers")
        .help("Write the values into one text: `\"{a}{b}\"`.");
    match fix {
        Some(text) => found.fix("write one text", whole, text),
        None => found,
    }
}

/// `now() + "2h"`.
pub(in crate::resolve) fn duration_in_quotes(at: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&TEXTS_ADDED, at, "a duration stands without quotes")
        .label("a text")
        .help(format!("Write `{text}`: texts are not added to anything."))
        .fix("delete the quotes", at, text)
}

pub(in crate::resolve) fn text_with_number(
    whole: Span,
    text: Span,
    number: Span,
    op: &str,
    reader: Option<Span>,
) -> Diagnostic {
    let found = Diagnostic::new(&TEXT_WITH_NUMBER, whole, format!("`{op}` compares a text with a number"))
        .label("never fits")
        .also(text, "a text")
        .also(number, "a number")
        .help("A text is never equal to a number, nor above or below it. Read the value as a number (`as number`, `number(x)`), or write the number as a text.");
    read_as_number(found, reader)
}

pub(in crate::resolve) fn unknown_with_number(
    whole: Span,
    unknown: Span,
    text: &str,
    op: &str,
    reader: Option<Span>,
) -> Diagnostic {
    let message = format!("`{text}` may be a text, and `{op}` wants a number here");
    let found = Diagnostic::new(&UNKNOWN_KIND_WITH_NUMBER, whole, message)
        .label("works for some requests only")
        .also(unknown, "of unknown kind")
        .help("A form sends texts, JSON sends numbers, and a text beside a number stops the run. Read the value `as number` where it is extracted.");
    read_as_number(found, reader)
}

fn read_as_number(found: Diagnostic, reader: Option<Span>) -> Diagnostic {
    match reader {
        Some(at) => found.fix("read it as a number", at, " as number"),
        None => found,
    }
}

pub(in crate::resolve) fn wrong_argument(
    function: &str,
    param: &str,
    span: Span,
    is: Kinds,
    takes: Kinds,
) -> Diagnostic {
    let message =
        format!("`{function}` takes {} as its `{param}`, and this is {}", takes.nouns(), is.nouns());
    Diagnostic::new(&WRONG_KIND, span, message).label(is.nouns())
}

pub(in crate::resolve) fn wrong_parameter(
    action: &str,
    param: &str,
    span: Span,
    is: Kinds,
    takes: Kinds,
) -> Diagnostic {
    let message = format!("`{param}` of `{action}` is {}, and this is {}", takes.nouns(), is.nouns());
    Diagnostic::new(&WRONG_KIND, span, message).label(is.nouns())
}

pub(in crate::resolve) fn wrong_kind_in(place: &str, span: Span, is: Kinds, takes: Kinds) -> Diagnostic {
    let message = format!("{place} takes {}, and this is {}", takes.nouns(), is.nouns());
    Diagnostic::new(&WRONG_KIND, span, message).label(is.nouns())
}

pub(in crate::resolve) fn wrong_index(span: Span, is: Kinds, wanted: &str) -> Diagnostic {
    Diagnostic::new(&WRONG_KIND, span, format!("{wanted}, and this is {}", is.nouns())).label(is.nouns())
}

pub(in crate::resolve) fn names_in_list(span: Span, base: &str) -> Diagnostic {
    Diagnostic::new(&WRONG_KIND, span, format!("`{base}` is a list, and its items have no names"))
        .label("a name in a list")
        .help(format!("Items are reached by their place, from 0: `{base}[0]`."))
}

pub(in crate::resolve) fn nothing_inside(span: Span, base: &str, kinds: Kinds) -> Diagnostic {
    let found =
        Diagnostic::new(&WRONG_KIND, span, format!("`{base}` is {}, and has nothing inside", kinds.nouns()))
            .label("nothing to reach");
    if kinds == Kinds::TEXT {
        found.help(format!("If the text is JSON, open it: `extract parse_json({base}) {{ … }}`."))
    } else if kinds == Kinds::DURATION {
        let base = base.strip_prefix('(').and_then(|base| base.strip_suffix(')')).unwrap_or(base);
        found.help(format!("As a number it is `seconds({base})`."))
    } else {
        found
    }
}

pub(in crate::resolve) fn not_a_list(span: Span, text: &str, kinds: Kinds) -> Diagnostic {
    Diagnostic::new(
        &WRONG_KIND,
        span,
        format!("`for` walks through a list, and `{text}` is {}", kinds.nouns()),
    )
    .label("no list")
}

pub(in crate::resolve) fn not_a_text(span: Span, what: &str, kind: &str) -> Diagnostic {
    Diagnostic::new(&WRONG_KIND, span, format!("{what} is a text, and this is {kind}")).label("no text")
}

pub(in crate::resolve) fn pairs_not_written(part: &Name, span: Span, kinds: Kinds) -> Diagnostic {
    let text = &part.text;
    Diagnostic::new(&WRONG_KIND, span, format!("`{text}` takes names and values that the script writes out"))
        .label(kinds.nouns())
        .help(format!("Write `{text} {{ name: value, … }}`, so that it can be read here what is sent."))
}

pub(in crate::resolve) fn not_outside_data(span: Span, text: &str, kinds: Kinds) -> Diagnostic {
    let found = Diagnostic::new(&NOT_OUTSIDE_DATA, span, format!("nothing can be extracted from `{text}`"))
        .label(kinds.nouns());
    if kinds == Kinds::TEXT {
        found.help("If the text is JSON, open it first.").fix("open it", span, format!("parse_json({text})"))
    } else {
        found.help("A source is `body`, `query`, `headers`, `cookies`, an action's `NAME.body`, or a name bound to a list or an object from outside.")
    }
}

pub(in crate::resolve) fn extract_from_raw(span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_OUTSIDE_DATA, span, "nothing can be extracted from `body.raw`")
        .label("the exact bytes")
        .help("The decoded body is `body`.")
        .safe_fix("use `body`", span, "body")
}
