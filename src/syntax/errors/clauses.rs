//! Statements and clauses of which a part is missing or wrong.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::codes;

pub fn extract_without_source(at: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::EXTRACT_WITHOUT_SOURCE,
        at,
        "`extract` does not say what it takes the fields from",
    )
    .help(
        "Write `extract body {`, `extract query {`, `extract headers {` or the name of a value from outside.",
    )
    .fix("take them from the body", at, "extract body")
}

pub fn unknown_policy(at: Span, written: &str) -> Diagnostic {
    let diagnostic = match written {
        "default" => Diagnostic::new(&codes::UNREADABLE_POLICY, at, "`default` lacks its value"),
        _ => Diagnostic::new(
            &codes::UNREADABLE_POLICY,
            at,
            format!("`{written}` says nothing about a missing value"),
        ),
    };
    let choices = ["abort", "empty", "default"];
    let diagnostic = diagnostic.help(POLICIES);
    let meant = match written {
        "stop" | "fail" | "error" | "reject" | "required" => Some("abort"),
        "skip" | "ignore" | "null" | "none" | "optional" | "nil" | "None" | "undefined" => Some("empty"),
        "default" => None,
        _ if written.starts_with(|c: char| c == '"' || c.is_ascii_digit()) => {
            return diagnostic.fix("make it the default", at, format!("default {written}"));
        }
        _ => crate::diagnostic::near(written, choices),
    };
    match meant {
        Some(meant) => diagnostic.safe_fix(format!("write `{meant}`"), at, meant),
        None => diagnostic,
    }
}

pub fn policy_alone(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_POLICY, at, "`on_missing` does not say what then").help(POLICIES)
}

const POLICIES: &str = "`on_missing abort 422 \"why\"` refuses the request, `on_missing empty` goes on without the value, `on_missing default \"…\"` takes another one.";

pub fn path_in_quotes(at: Span, inner: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::NEEDLESS_QUOTES, at, "a path stands without quotes")
        .help("Write `$.name` or `[\"name\"][0]`. A value that comes from nowhere is given with `let name = \"…\"`.");
    if inner.starts_with(['$', '[']) {
        return diagnostic.safe_fix("delete the quotes", at, inner);
    }
    let is_name = inner.starts_with(|c: char| c == '_' || c.is_alphabetic())
        && inner.chars().all(|c| c == '_' || c.is_alphanumeric());
    if is_name { diagnostic.fix(format!("write `$.{inner}`"), at, format!("$.{inner}")) } else { diagnostic }
}

pub fn route_without_quotes(at: Span, written: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::MISSING_QUOTES, at, "a route stands in quotes");
    if written.contains(['"', '\'', '\\']) {
        return diagnostic.help("It is one text: `on POST \"/hooks/leads\"`.");
    }
    diagnostic.safe_fix("put it in quotes", at, format!("\"{written}\""))
}

pub fn route_without_slash(at: Span, written: &str) -> Diagnostic {
    let start = Span { start: at.start, end: at.start };
    let diagnostic = Diagnostic::new(&codes::BAD_ROUTE, at, "a route begins with `/`");
    if written.contains("://") {
        let diagnostic = diagnostic.help("The address of the server is no part of it: for `https://example.com/hooks/leads` write `\"/hooks/leads\"`.");
        let path =
            written.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        return match path {
            Some(path) => diagnostic.safe_fix(format!("write `{path}`"), at, path),
            None => diagnostic,
        };
    }
    diagnostic.safe_fix("begin it with `/`", start, "/")
}

pub fn on_without_method(at: Span) -> Diagnostic {
    let end = Span { start: at.end, end: at.end };
    Diagnostic::new(&codes::BAD_METHOD, at, "`on` does not say which method it takes")
        .help("Most webhooks are sent with POST: `on POST \"/hooks/leads\"`. `on any` takes every method.")
        .fix("take POST", end, " POST")
}

pub fn lower_case_method(at: Span, written: &str, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_METHOD, at, format!("the method `{written}` is written `{right}`")).safe_fix(
        format!("write `{right}`"),
        at,
        right,
    )
}

pub fn unknown_method(at: Span, written: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::BAD_METHOD, at, format!("`{written}` is no method that a pipeline takes"))
            .help("It is one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, or `any`.");
    match near {
        Some(near) => diagnostic.safe_fix(format!("write `{near}`"), at, near),
        None => diagnostic,
    }
}

pub fn url_without_quotes(at: Span, written: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_QUOTES, at, "the address of an action is a text in quotes")
        .help("A constant is put into it with braces.")
        .safe_fix("put it in quotes", at, format!("\"{{{written}}}\""))
}

pub fn header_without_quotes(at: Span, written: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_QUOTES, at, "the name of a header stands in quotes").safe_fix(
        "put it in quotes",
        at,
        format!("\"{written}\""),
    )
}

/// `Content-Type:`, up to its colon.
pub fn header_as_in_http(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::COLON_FOR_EQUALS, at, "a header is written `header \"Name\" = value`").safe_fix(
        "write it as a header",
        at,
        format!("header \"{name}\" ="),
    )
}

pub fn part_with_sign(at: Span, part: &str) -> Diagnostic {
    Diagnostic::new(&codes::COLON_FOR_EQUALS, at, format!("`{part}` takes its value without a `:`"))
        .help(format!("It is written `{part} …`; `:` stands inside of objects only."))
        .safe_fix("delete the `:`", at, "")
}

/// `timeout: 5s`.
pub fn clause_with_sign(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::COLON_FOR_EQUALS, at, format!("`{word}` takes what it says without a `:`"))
        .help(super::super::words::form(word))
        .safe_fix("delete the `:`", at, "")
}

pub fn header_without_equals(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_SIGN, at, "a `=` is missing between the header's name and its value")
        .safe_fix("put the `=` in", at, " =")
}

pub fn respond_without_status(at: Span) -> Diagnostic {
    let end = Span { start: at.end, end: at.end };
    Diagnostic::new(&codes::RESPOND_WITHOUT_STATUS, at, "`respond` does not say with which status")
        .help("Write `respond 200 \"OK\"`: the status first, then the text, if any.")
        .fix("answer with 200", end, " 200")
}

/// `accept [404, 409]`.
pub fn statuses_in_brackets(at: Span, written: &str) -> Diagnostic {
    let inner = written.trim_start_matches('[').trim_end_matches(']').trim();
    Diagnostic::new(&codes::LEFT_OVER, at, "the statuses of `accept` stand without brackets").safe_fix(
        "delete the brackets",
        at,
        inner,
    )
}

/// `cors ["https://a.example"]`.
pub fn sites_in_brackets(at: Span, written: &str) -> Diagnostic {
    let inner = written.trim_start_matches('[').trim_end_matches(']').trim();
    Diagnostic::new(&codes::LEFT_OVER, at, "the sites of `cors` stand without brackets").safe_fix(
        "delete the brackets",
        at,
        inner,
    )
}

pub fn status_in_quotes(at: Span, digits: &str) -> Diagnostic {
    Diagnostic::new(&codes::NEEDLESS_QUOTES, at, "a status stands without quotes").safe_fix(
        "delete the quotes",
        at,
        digits,
    )
}

/// `right` is what is written with its block, and where.
pub fn part_without_block(at: Span, part: &str, right: Option<(Span, String)>) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::RESPOND_WITHOUT_STATUS,
        at,
        format!("`{part}` belongs in the block of `respond`, behind its status"),
    )
    .help(format!("Write `respond 200 {{ {part} … }}`."));
    match right {
        Some((place, right)) => found.fix(format!("write `{right}`"), place, right),
        None => found,
    }
}

pub fn second_text(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::SECOND_PART, at, "`respond` takes one text, and this is the second")
}

pub fn retry_without_times(count: Span) -> Diagnostic {
    let end = Span { start: count.end, end: count.end };
    Diagnostic::new(&codes::INCOMPLETE_CLAUSE, count, "`times` is missing behind the number of tries")
        .help("Write `retry 6 times, first 2s, at most 10m`.")
        .safe_fix("put `times` in", end, " times")
}

pub fn retry_without_count(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::INCOMPLETE_CLAUSE, at, format!("`retry` wants a number of tries, not `{word}`"))
        .help("Every run ends, so the tries are counted: `retry 50 times, first 5s, at most 1h`. `give up after 1d` bounds them by time. Without `retry`, what stands behind `respond` is tried for a day.")
}

/// `retry 5 times, at most 10m, first 2s`; `written` is the part that comes too late.
pub fn retry_out_of_order(at: Span, written: &str) -> Diagnostic {
    Diagnostic::new(&codes::INCOMPLETE_CLAUSE, at, format!("`{written}` comes before `at most`"))
        .help("Write `retry 6 times, first 2s, at most 10m`.")
}

pub fn unknown_on_crash(at: Span, written: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::INCOMPLETE_CLAUSE, at, format!("`on_crash` does not know `{written}`"))
            .help("`on_crash retry` sends the call again, `on_crash report` leaves it to a person.");
    let meant = match written {
        "repeat" | "resend" | "again" => Some("retry"),
        "fail" | "stop" | "abort" | "ask" | "notify" => Some("report"),
        _ => crate::diagnostic::near(written, ["retry", "report"]),
    };
    match meant {
        Some(near) => diagnostic.safe_fix(format!("write `{near}`"), at, near),
        None => diagnostic,
    }
}

pub fn place_outside_verify(at: Span, place: &str) -> Diagnostic {
    Diagnostic::new(&codes::PLACE_OUTSIDE_VERIFY, at, format!("`{place} …` is a value only in `verify`"))
        .help("Elsewhere pick it out first: `extract headers { agent = [\"User-Agent\"] on_missing empty }`.")
}

pub fn unknown_expectation(at: Span, written: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNREADABLE_EXPECTATION, at, format!("`{written}` is nothing that can be expected"))
        .help("Expect `status 200`, `text \"…\"`, `json { … }`, `header \"Name\" = \"…\"`, a state (aborted, stopped, done, failed, interrupted, rejected, duplicate), `no actions`, or an action: `http.post once`.");
    match near {
        Some(near) => diagnostic.safe_fix(format!("write `{near}`"), at, near),
        None => diagnostic,
    }
}

pub fn expect_without_count(at: Span, action: Span) -> Diagnostic {
    let end = Span { start: action.end, end: action.end };
    Diagnostic::new(
        &codes::UNREADABLE_EXPECTATION,
        Span { start: at.start, end: action.end },
        "how often the action is expected is not said",
    )
    .help("Write `once`, `never` or `2 times`.")
    .fix("expect it once", end, " once")
}

pub fn policy_on_its_own_line(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_POLICY, at, "`on_missing` stands on a line of its own")
        .help("It stands behind the path of its field, on the same line; for all fields at once, behind the source: `extract body on_missing empty {`.")
}

/// `json { … }` behind a status, without the braces of the block. `whole` is the part up to the end of its line, if it ends there.
pub fn part_behind_status(at: Span, text: &str, whole: Option<(Span, &str)>) -> Diagnostic {
    let word = text.split_whitespace().next().unwrap_or(text);
    let diagnostic =
        Diagnostic::new(&codes::LEFT_OVER, at, format!("`{word}` belongs in the block of `respond`"))
            .help(format!("Write `respond 200 {{ {word} … }}`."));
    match whole {
        Some((span, text)) => diagnostic.safe_fix("put it in a block", span, format!("{{ {text} }}")),
        None => diagnostic,
    }
}

pub fn policy_out_of_place(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, "`on_missing` does not belong here")
        .help("It stands behind what reaches into outside data: the path of a field, the source of `extract`, the value of `let`.")
}

pub fn reader_outside_extract(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, "`as` belongs behind the path of a field")
        .help("Elsewhere the reader is called: `let n = number(text) on_missing empty`.")
}

pub fn reader_without_name(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_VALUE, at, "`as` does not say how the value is read")
        .help("Write `as number`, `as text`, `as email` and so on, before `on_missing`.")
}

pub fn retry_word(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::INCOMPLETE_CLAUSE, at, format!("`{word}` is written `times` here"))
        .help("Write `retry 6 times, first 2s, at most 10m`.")
        .safe_fix("write `times`", at, "times")
}

/// `expect http.post 2`.
pub fn count_without_times(at: Span, digits: &str) -> Diagnostic {
    let right = if digits == "1" { "once".to_owned() } else { format!("{digits} times") };
    Diagnostic::new(
        &codes::UNREADABLE_EXPECTATION,
        at,
        format!("how often the action is expected is written `{right}`"),
    )
    .safe_fix(format!("write `{right}`"), at, right)
}
