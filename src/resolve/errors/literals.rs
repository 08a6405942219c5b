//! WJ04xx: literals that nobody accepts, URLs, routes and paths.

use super::{
    BAD_ARGUMENT, BAD_COUNT, BAD_DURATION, BAD_EMAIL, BAD_HEADER, BAD_PATH, BAD_PATTERN, BAD_SIZE,
    BAD_STATUS, BAD_TIME, BAD_URL, BODY_AT_THE_DOOR, BODY_WITHOUT_PLACE, DIVISION_BY_ZERO, MISPLACED_PART,
    NOT_A_LITERAL, REFUSED_PATH, UNKNOWN_BODY_FORMAT, UNKNOWN_CHANNEL, UNUSABLE_METHOD, UNUSABLE_ROUTE,
    URL_NOT_FIXED, suggest_known,
};
use crate::actions::ActionSpec;
use crate::diagnostic::Diagnostic;
use crate::extract::{PathError, PathErrorKind};
use crate::resolve::urls::UrlProblem;
use crate::source::Span;
use crate::syntax::ast::{Name, Raw};

pub(in crate::resolve) fn bad_status(
    span: Span,
    status: &str,
    what: &str,
    least: u16,
    most: u16,
) -> Diagnostic {
    Diagnostic::new(&BAD_STATUS, span, format!("{what} takes a status from {least} to {most}, not {status}"))
        .label("no such status")
}

pub(in crate::resolve) fn status_not_a_number(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&BAD_STATUS, span, format!("the status of {what} is a number that stands in the script"))
        .label("no number")
        .help("Use a literal like `200` or a constant. For several cases write several branches.")
}

pub(in crate::resolve) fn status_text_not_literal(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&NOT_A_LITERAL, span, "the text behind a status is a literal")
        .label("holds a value")
        .help("It stands in the status line, where no value belongs. A text with values is the body:")
        .fix("make it the body", span, format!("{{ text {text} }}"))
}

pub(in crate::resolve) fn status_text_with_control(span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_A_LITERAL, span, "the text behind a status has one line")
        .label("holds a line end or a control character")
        .help("It stands in the status line. Write a longer text as the body: `respond 200 { text \"…\" }`.")
}

pub(in crate::resolve) fn body_without_place(status: u16, part: Span, status_span: Span) -> Diagnostic {
    Diagnostic::new(&BODY_WITHOUT_PLACE, part, format!("an answer with status {status} has no body"))
        .label("would not be sent")
        .also(status_span, "because of this status")
        .help("Leave the body out, or answer with 200.")
}

pub(in crate::resolve) fn bad_method(method: &str, span: Span) -> Diagnostic {
    let found = Diagnostic::new(&UNUSABLE_METHOD, span, format!("`{method}` is no HTTP method"))
        .label("no method")
        .help("A method is a word in capitals, as `PURGE`.");
    let upper = method.to_ascii_uppercase();
    if upper == method || upper.contains(|c: char| !c.is_ascii_alphabetic()) {
        return found;
    }
    let fixed = format!("\"{upper}\"");
    found.safe_fix(format!("write `{upper}`"), span, fixed)
}

pub(in crate::resolve) fn refused_method(method: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&UNUSABLE_METHOD, span, format!("wj does not send `{method}`"))
        .label("not sent")
        .help("It asks for a tunnel or an echo, not for something of the service.")
}

pub(in crate::resolve) fn any_among_methods(span: Span) -> Diagnostic {
    Diagnostic::new(&UNUSABLE_METHOD, span, "`any` takes every method, and stands alone")
        .label("beside other methods")
        .help("Write `on any \"/path\"`, or only the methods that are meant.")
}

pub(in crate::resolve) fn bad_header_name(span: Span, name: &str) -> Diagnostic {
    let found = Diagnostic::new(&BAD_HEADER, span, format!("`{name}` cannot be the name of a header"))
        .label("no header name")
        .help("A header's name has letters, digits and `-`, without blanks or a colon.");
    let mended: String = name
        .trim()
        .trim_end_matches(':')
        .chars()
        .map(|c| if c == ' ' || c == '_' { '-' } else { c })
        .collect();
    if mended != name && !mended.is_empty() && mended.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return found.fix(format!("write `{mended}`"), span, format!("\"{mended}\""));
    }
    found
}

pub(in crate::resolve) fn own_header(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&BAD_HEADER, span, format!("`{name}` is written by wj itself"))
        .label("cannot be set")
        .help("It says how long a message is or how its connection is used; a second opinion would break the message.")
}

pub(in crate::resolve) fn header_value_with_control(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_HEADER, span, "a header's value has one line")
        .label("holds a line end or a control character")
}

pub(in crate::resolve) fn bad_email(span: Span, address: &str) -> Diagnostic {
    Diagnostic::new(&BAD_EMAIL, span, format!("`{address}` is no e-mail address"))
        .label("no address")
        .help("An address looks like `name@domain.example`, without a name before it.")
}

pub(in crate::resolve) fn bad_time(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&BAD_TIME, span, format!("`{text}` is no time that the calendar has"))
        .label("no time")
        .help("A time is written as `2030-12-11T20:00:00`, with `Z` or `+03:00` behind it where the zone matters: year, month from 01 to 12, day, `T`, hour, minute.")
}

pub(in crate::resolve) fn time_without_zone(span: Span, text: &str) -> Diagnostic {
    let found = Diagnostic::new(&BAD_TIME, span, format!("`{text}` does not say in which zone it is"))
        .label("which zone?")
        .help("The clock of a test is one moment everywhere: write `Z` (UTC) or an offset like `+03:00` behind the time.");
    match is_plain(span, text) {
        true => found.fix("take it as UTC", Span::at((span.end as usize).saturating_sub(1)), "Z"),
        false => found,
    }
}

/// Whether a text stands as it is between two quotes of one byte: not between `«…»`, which are mended first, nor over lines.
fn is_plain(span: Span, text: &str) -> bool {
    span.range().len() == text.len() + 2
}

pub(in crate::resolve) fn bad_url(span: Span, url: &str, problem: UrlProblem) -> Diagnostic {
    let found = |message: String, label: &str| Diagnostic::new(&BAD_URL, span, message).label(label);
    match problem {
        UrlProblem::NoScheme => {
            let found = found("the URL does not begin with `https://`".to_owned(), "no scheme")
                .help("A URL has a scheme, a host and a path: `https://crm.example/leads`.");
            let host = url.split(['/', '?']).next().unwrap_or("");
            if host.contains('.') && !host.contains(['@', ' ']) && is_plain(span, url) {
                return found.fix("put `https://` before it", Span::at(span.start as usize + 1), "https://");
            }
            found
        }
        UrlProblem::Scheme(scheme) => found(format!("wj calls `https://` and `http://`, not `{scheme}`"), "unknown scheme"),
        UrlProblem::UserInfo => found("a URL holds no user and password".to_owned(), "`@` before the host")
            .help("They would be seen in every log. Send them as `header \"Authorization\" = …`, with a secret."),
        UrlProblem::NoHost => found("the URL has no host".to_owned(), "no host"),
        UrlProblem::Host => found("the host or the port of the URL cannot be read".to_owned(), "no such host or port")
            .help("A host is a name like `crm.example` or an address, with a port from 1 to 65535 behind `:`."),
        UrlProblem::Fragment => found("what stands behind `#` is never sent".to_owned(), "holds a `#`")
            .help("A fragment is for browsers. Leave it out, or write `%23` if the character itself is meant."),
        UrlProblem::Dots => found("`.` and `..` lead to another path than the one that stands here".to_owned(), "a segment of dots")
            .help("Write the path as it is meant."),
        UrlProblem::Character(c) => found(
            format!("a URL cannot hold {}", match c {
                ' ' => "a blank".to_owned(),
                c if c.is_control() => "a control character".to_owned(),
                c => format!("`{c}`"),
            }),
            "not in a URL",
        )
        .help("Write it as an escape: a blank is `%20`. What a value holds is escaped by itself."),
        UrlProblem::NotBase => found("a base ends before `?` and `#`".to_owned(), "more than a base")
            .help("A base is what stands before the path of each call: `https://host/api/v1`."),
        UrlProblem::QueryName => found("the name of a query's parameter is a value".to_owned(), "a value for a name")
            .help("Names are fixed by the script; values stand behind `=`: `?name={value}`."),
    }
}

pub(in crate::resolve) fn url_not_fixed(span: Span, how: &str) -> Diagnostic {
    Diagnostic::new(&URL_NOT_FIXED, span, format!("where a request is sent to must stand in the script, and {how}"))
        .label("known only in a run")
        .help("Scheme, host and port of a URL are literals or constants, so that nothing from outside decides who gets the data. Values may fill segments of the path and values of the query.")
}

pub(in crate::resolve) fn url_of_declared(span: Span, spec: &ActionSpec) -> Diagnostic {
    let found =
        Diagnostic::new(&MISPLACED_PART, span, format!("`{}` knows its URL", spec.name)).label("not here");
    found.help(match spec.is_mail() {
        true => "The address stands in its block, as `to = …`; the mail server in `wj.toml`.",
        false => "To send it elsewhere, write `base = \"https://…\"` in its block.",
    })
}

pub(in crate::resolve) fn parameter_not_constant(action: &str, param: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_A_LITERAL, span, format!("`{param}` of `{action}` is a literal or a constant"))
        .label("known only in a run")
        .help("It decides where the request is sent to, so it stands in the script.")
}

pub(in crate::resolve) fn not_a_literal(span: Span, what: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(&NOT_A_LITERAL, span, format!("{what} is {wanted} that stands in the script"))
        .label("not a literal")
        .help("It is needed before anything runs: write a literal or the name of a constant.")
}

/// `match a { b { … } }`.
pub(in crate::resolve) fn arm_not_a_literal(span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_A_LITERAL, span, "an arm of `match` is a value that stands in the script")
        .label("not a literal")
        .help("Write a literal or the name of a constant. Two values that a request brings are compared by `when a == b { … }`.")
}

pub(in crate::resolve) fn count_out_of_range(span: Span, what: &str, least: u32, most: u32) -> Diagnostic {
    Diagnostic::new(&BAD_COUNT, span, format!("{what} is a whole number from {least} to {most}"))
        .label("out of range")
}

pub(in crate::resolve) fn duration_out_of_range(span: Span, what: &str, bounds: &str) -> Diagnostic {
    Diagnostic::new(&BAD_DURATION, span, format!("{what} is a duration {bounds}")).label("out of range")
}

pub(in crate::resolve) fn duration_without_unit(span: Span, digits: &str, what: &str) -> Diagnostic {
    let found = Diagnostic::new(&BAD_DURATION, span, format!("{what} needs a unit"))
        .label("a number alone")
        .help("Units are `ms`, `s`, `m`, `h` and `d`, without a blank before them.");
    // History is kept for days, calls and pauses take seconds.
    match what {
        "`keep`" | "`keep_failed`" => found.fix("in days", span, format!("{digits}d")),
        _ => found.fix("in seconds", span, format!("{digits}s")).fix(
            "in milliseconds",
            span,
            format!("{digits}ms"),
        ),
    }
}

pub(in crate::resolve) fn first_above_longest(first: Span, longest: Span) -> Diagnostic {
    Diagnostic::new(&BAD_DURATION, first, "the first pause is longer than the longest one")
        .label("longer")
        .also(longest, "than this")
}

pub(in crate::resolve) fn keep_in_order(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_COUNT, span, "`keep` takes a duration, then a size, then a count")
        .label("no place for it")
        .help("Write each once and in this order: `keep 30d, 2GB, 1000000`. The size and the count may be left out.")
}

pub(in crate::resolve) fn size_out_of_range(span: Span, what: &str, most: u64) -> Diagnostic {
    let most = most / (1024 * 1024);
    Diagnostic::new(&BAD_SIZE, span, format!("{what} is a size from 1B to {most}MB")).label("out of range")
}

pub(in crate::resolve) fn size_without_unit(span: Span, digits: &str, what: &str) -> Diagnostic {
    Diagnostic::new(&BAD_SIZE, span, format!("{what} needs a unit"))
        .label("a number alone")
        .help("Units are `B`, `KB`, `MB` and `GB`, without a blank before them; 1 KB is 1024 bytes.")
        .fix("in kilobytes", span, format!("{digits}KB"))
        .fix("in bytes", span, format!("{digits}B"))
}

pub(in crate::resolve) fn not_a_size(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&BAD_SIZE, span, format!("{what} takes a size"))
        .label("no size")
        .help("A size is written as `64KB`: digits and one of `B`, `KB`, `MB`, `GB`.")
}

pub(in crate::resolve) fn one_url(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_URL, span, "`notify http` takes one URL")
        .label("a second one")
        .help("Write a second `notify http` line for a second target.")
}

pub(in crate::resolve) fn unknown_channel(channel: &Name, near: Option<&str>) -> Diagnostic {
    let text = &channel.text;
    let found = Diagnostic::new(&UNKNOWN_CHANNEL, channel.span, format!("nobody is notified by `{text}`"))
        .label("unknown channel");
    suggest_known(found, text, channel.span, near)
        .help("Write `notify email \"ops@school.example\"` or `notify http \"https://…\"`.")
}

pub(in crate::resolve) fn route_character(path: &Raw, at: usize) -> Diagnostic {
    let c = path.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
    let span = Span::new(at, at + c.len_utf8()).shifted(path.span.start as usize);
    let (what, help) = match c {
        '?' => {
            ("`?`".to_owned(), "A route is a path. What stands behind `?` is read by `extract query { … }`.")
        }
        '#' => ("`#`".to_owned(), "A fragment is never sent."),
        '%' => {
            ("`%`".to_owned(), "Write the characters themselves: a route is compared with the decoded path.")
        }
        ' ' => ("a blank".to_owned(), "Paths hold no blanks."),
        c if c.is_control() => ("a control character".to_owned(), "Paths hold none."),
        c => (format!("`{c}`"), "Segments are parted by `/`."),
    };
    Diagnostic::new(&UNUSABLE_ROUTE, span, format!("a route cannot hold {what}"))
        .label("not in a route")
        .help(help)
}

pub(in crate::resolve) fn route_parameter_twice(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&UNUSABLE_ROUTE, span, format!("the route has `{{{name}}}` twice"))
        .label("the same name again")
        .also(first, "first here")
        .help("Only one of them could be `path.NAME`: choose another name.")
}

/// Why a part of a path is no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum SegmentProblem {
    Empty,
    Dots,
    PartOfSegment,
    NoName,
}

pub(in crate::resolve) fn bad_segment(segment: &str, span: Span, problem: SegmentProblem) -> Diagnostic {
    let found = |message: String, label: &str| Diagnostic::new(&UNUSABLE_ROUTE, span, message).label(label);
    match problem {
        SegmentProblem::Empty => found("a segment of the route is empty".to_owned(), "nothing between two `/`"),
        SegmentProblem::Dots => found(format!("no request ever has the segment `{segment}`"), "resolved by every client"),
        SegmentProblem::PartOfSegment => found("a parameter is a whole segment of the route".to_owned(), "only a part of it")
            .help("Write `/{name}` between two slashes. To take a segment apart, use `split` or `slice` on `path.NAME`."),
        SegmentProblem::NoName => found(format!("`{segment}` holds no name"), "no name")
            .help("A name is letters, digits and `_`, and does not begin with a digit: `{school}`."),
    }
}

pub(in crate::resolve) fn sent_path_without_slash(span: Span) -> Diagnostic {
    Diagnostic::new(&UNUSABLE_ROUTE, span, "the path of a `send` begins with `/`")
        .label("no `/` at its start")
}

pub(in crate::resolve) fn bad_path(raw: &Raw, error: PathError) -> Diagnostic {
    let code = match error.kind {
        PathErrorKind::Syntax => &BAD_PATH,
        PathErrorKind::Refused => &REFUSED_PATH,
    };
    let mut span = error.span.shifted(raw.span.start as usize);
    span.end = span.end.min(raw.span.end.max(span.start));
    // Where escapes stand in it, or quotes, a place in the path is none in the script.
    let is_written_so = raw.text.len() == (raw.span.end - raw.span.start) as usize;
    if (span.is_empty() || !is_written_so) && raw.span.start < raw.span.end {
        span = raw.span;
    }
    let mut found = Diagnostic::new(code, span, error.message);
    if let Some(help) = error.help {
        found = found.help(help);
    }
    if let Some(path) = error.fix {
        found = found.safe_fix(format!("write `{path}`"), raw.span, path);
    }
    found
}

pub(in crate::resolve) fn unknown_format(format: &Name, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(
        &UNKNOWN_BODY_FORMAT,
        format.span,
        format!("`{}` is nothing that a body can be read as", format.text),
    )
    .label("unknown format");
    match near {
        Some(near) => {
            found.help(format!("Did you mean `{near}`?")).fix(format!("write `{near}`"), format.span, near)
        }
        None => found.help("A body is read as `json`, `form`, `multipart`, `xml`, `text` or `bytes`."),
    }
}

pub(in crate::resolve) fn unknown_charset(span: Span, label: &str) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_BODY_FORMAT, span, format!("nobody knows the charset `{label}`"))
        .label("unknown charset")
        .help("The usual ones are \"utf-8\", \"windows-1251\" and \"koi8-r\"; all labels of the Encoding Standard are known.")
}

pub(in crate::resolve) fn charset_of_bytes(span: Span) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_BODY_FORMAT, span, "bytes are in no charset")
        .label("says nothing here")
        .help("Take the charset away, or write `read body as text` with it.")
}

pub(in crate::resolve) fn division_by_zero(span: Span, zero: Span) -> Diagnostic {
    Diagnostic::new(&DIVISION_BY_ZERO, span, "this divides by zero")
        .label("stops every run")
        .also(zero, "zero")
}

pub(in crate::resolve) fn bad_pattern(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(&BAD_PATTERN, span, format!("this is no pattern: {why}"))
        .label("not a regular expression")
        .help("Patterns are written in single quotes, in which each character is itself: `matches(x, '^\\d{4}$')`.")
}

/// `headers["x"]` in `extract headers`.
pub(in crate::resolve) fn path_at_source(span: Span, source: &str, right: &str) -> Diagnostic {
    Diagnostic::new(
        &BAD_PATH,
        span,
        format!("a path begins at the root of what is extracted, not at `{source}`"),
    )
    .help(format!("`extract {source}` has said already where the path begins."))
    .safe_fix(format!("write `{right}`"), span, right)
}

pub(in crate::resolve) fn bad_argument(
    span: Span,
    function: &str,
    param: &str,
    why: &str,
    meant: Option<&str>,
) -> Diagnostic {
    let found =
        Diagnostic::new(&BAD_ARGUMENT, span, format!("`{param}` of `{function}` cannot be this: {why}"))
            .label("not known");
    match meant {
        Some(meant) => found.help(format!("Did you mean `\"{meant}\"`?")).fix(
            format!("write `\"{meant}\"`"),
            span,
            format!("\"{meant}\""),
        ),
        None => found.help(format!(
            "The call would stop every run. `{function}` is described in the reference of functions."
        )),
    }
}

/// `time("2026-01-02T10:00:00")`, which reads nothing: whose clock it is nobody knows.
pub(in crate::resolve) fn time_without_offset(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&BAD_ARGUMENT, span, format!("`{text}` does not say whose clock it is, so `time` reads nothing"))
        .label("no offset")
        .help("Write `Z` or an offset behind it, as in `2030-12-11T20:00:00+03:00`, or name the zone: `time(text, \"Europe/Moscow\")`.")
}

pub(in crate::resolve) fn body_at_the_door(span: Span) -> Diagnostic {
    Diagnostic::new(&BODY_AT_THE_DOOR, span, "`limit rate` counts before the body is read")
        .label("not read yet")
        .help(
            "Count by what the head of a request tells: `by request.ip`, `by path.school`, or without `by`.",
        )
}

/// The table of a test, which has to be known when the script is loaded.
pub(in crate::resolve) fn no_rows(span: Span) -> Diagnostic {
    Diagnostic::new(&super::NOT_A_LITERAL, span, "the rows of a test are a list that is written out, with one row at least")
        .help("Write `test \"…\" for row in [ { phone: \"…\", status: 200 }, … ] {`, or name a constant that holds such a list.")
}
