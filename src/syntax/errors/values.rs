//! Numbers, lists, objects and operators.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::syntax::codes;

pub fn bad_number(at: Span, written: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::BAD_NUMBER, at, format!("`{written}` is no number, duration or size"));
    let (help, better) = better_number(written);
    let diagnostic = diagnostic.help(help);
    match better {
        // It may be a telephone number, which loses its zero.
        Some(better) if written.starts_with('0') => diagnostic.fix(format!("write `{better}`"), at, better),
        Some(better) => diagnostic.safe_fix(format!("write `{better}`"), at, better),
        None => diagnostic,
    }
}

fn better_number(written: &str) -> (&'static str, Option<String>) {
    if !written.is_ascii() {
        let latin = match written.trim_start_matches(|c: char| c.is_ascii_digit()) {
            "с" => Some("s"),
            "м" => Some("m"),
            "ч" => Some("h"),
            "д" => Some("d"),
            "мс" => Some("ms"),
            other => super::super::literals::unit_of(other),
        };
        let digits: String = written.chars().take_while(char::is_ascii_digit).collect();
        if let Some(unit) = latin {
            return ("Units are written in Latin letters.", Some(format!("{digits}{unit}")));
        }
    }
    if let Some(weeks) = written.strip_suffix('w').and_then(|weeks| weeks.parse::<u32>().ok()) {
        return ("Durations are written in days: `7d`.", weeks.checked_mul(7).map(|days| format!("{days}d")));
    }
    let digits = written.len() - written.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = written.split_at(digits);
    let whole = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if unit.is_empty() && number.starts_with('0') {
        let kept = number.trim_start_matches('0');
        let kept = if kept.is_empty() { "0" } else { kept };
        return (
            "A number does not begin with 0. What is no amount, as a phone or a code, is a text: put it in quotes.",
            Some(kept.into()),
        );
    }
    if let Some(decimals) = written.strip_prefix('.').filter(|rest| whole(rest)) {
        return ("A number begins with a digit.", Some(format!("0.{decimals}")));
    }
    if whole(number) && unit == "." {
        return ("A number does not end with a dot.", Some(number.into()));
    }
    if written.matches('.').count() > 1 {
        return ("A number has one dot at most. A version or an address is a text: put it in quotes.", None);
    }
    if !written.starts_with('0') && written.starts_with(|c: char| c.is_ascii_digit()) && written.contains('_')
    {
        let joined = written.replace('_', "");
        if whole(&joined) {
            return ("The digits of a number stand together.", Some(joined));
        }
    }
    if let Some(minutes) = half_hours(written) {
        return ("A duration is a whole number with a unit.", Some(format!("{minutes}m")));
    }
    let unit = unit.to_lowercase();
    let size = match unit.as_str() {
        "k" | "kb" | "kib" => Some("KB"),
        "mb" | "mib" => Some("MB"),
        "g" | "gb" | "gib" => Some("GB"),
        "b" | "byte" | "bytes" => Some("B"),
        _ => None,
    };
    if let Some(size) = size.filter(|_| whole(number)) {
        return ("Sizes are written `512B`, `64KB`, `1MB`, `2GB`.", Some(format!("{number}{size}")));
    }
    let time = match unit.as_str() {
        "sec" | "secs" | "second" | "seconds" => Some("s"),
        "min" | "mins" | "minute" | "minutes" => Some("m"),
        "hour" | "hours" | "hr" | "hrs" => Some("h"),
        "day" | "days" => Some("d"),
        "msec" | "millis" => Some("ms"),
        _ => None,
    };
    if let Some(time) = time.filter(|_| whole(number)) {
        return ("Durations are written `500ms`, `5s`, `10m`, `2h`, `7d`.", Some(format!("{number}{time}")));
    }
    if let Some(minutes) = hours_and_minutes(written) {
        return ("A duration has one unit.", Some(format!("{minutes}m")));
    }
    if let Some((mantissa, power)) = unit.split_once('e').filter(|_| number != "0")
        && mantissa.is_empty()
        && let Ok(power) = power.parse::<usize>()
        && power <= 12
    {
        return (
            "Numbers are written out, without an exponent.",
            Some(format!("{number}{}", "0".repeat(power))),
        );
    }
    (
        "Numbers are written `7` or `1.10`, durations `500ms`, `5s`, `10m`, `2h`, `7d`, sizes `512B`, `64KB`, `1MB`.",
        None,
    )
}

/// `1.5h` in minutes.
fn half_hours(written: &str) -> Option<u64> {
    let (hours, part) = written.strip_suffix('h')?.split_once('.')?;
    let minutes = match part {
        "5" => 30,
        "25" => 15,
        "75" => 45,
        _ => return None,
    };
    hours.parse::<u64>().ok()?.checked_mul(60)?.checked_add(minutes)
}

/// `1h30m` in minutes.
fn hours_and_minutes(written: &str) -> Option<u64> {
    let (hours, minutes) = written.split_once('h')?;
    let minutes = minutes.strip_suffix('m')?;
    let hours: u64 = hours.parse().ok()?;
    hours.checked_mul(60)?.checked_add(minutes.parse().ok()?)
}

pub fn missing_unit(at: Span, keyword: &str, digits: &str, unit: &str, what: &str) -> Diagnostic {
    let units = match what {
        "size" => "`512B`, `64KB`, `1MB`, `1GB`",
        _ => "`500ms`, `5s`, `10m`, `2h`, `7d`",
    };
    Diagnostic::new(&codes::MISSING_UNIT, at, format!("the {what} behind `{keyword}` has no unit"))
        .help(format!("Write one of {units}, without a blank."))
        .fix(format!("write `{digits}{unit}`"), at, format!("{digits}{unit}"))
}

pub fn dot_number(at: Span, written: &str) -> Diagnostic {
    let digits = written.trim_start_matches('.');
    Diagnostic::new(&codes::DOT_NUMBER, at, format!("an item of a list is picked with `[{digits}]`"))
        .safe_fix(format!("write `[{digits}]`"), at, format!("[{digits}]"))
}

pub fn missing_comma(at: Span, between: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_COMMA, at, format!("a comma is missing between {between}")).safe_fix(
        "put the comma in",
        at,
        ",",
    )
}

pub fn extra_comma(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::EXTRA_COMMA, at, "this comma parts nothing").safe_fix("delete the comma", at, "")
}

pub fn foreign_operator(at: Span, written: &str, right: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::FOREIGN_OPERATOR, at, format!("`{written}` is written `{right}`"));
    let diagnostic = match (written, right) {
        ("=", _) => diagnostic.help("`=` gives a name to a value, `==` compares two values."),
        ("<=" | "=<", _) => diagnostic,
        _ => diagnostic,
    };
    let text = if right == "not" && written == "!" { "not ".to_owned() } else { right.to_owned() };
    diagnostic.safe_fix(format!("write `{right}`"), at, text)
}

/// An operator that has nothing like it here.
pub fn unknown_operator(at: Span, written: &str, advice: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, format!("`{written}` is no operator of wj")).help(advice)
}

/// `middle` is what stands between the two.
pub fn chained_comparison(at: Span, first: Span, second: Span, middle: &str) -> Diagnostic {
    let before = Span { start: second.start, end: second.start };
    Diagnostic::new(&codes::CHAINED_COMPARISON, at, "two comparisons stand in a row")
        .also(first, "the first")
        .also(second, "the second")
        .help("Write them apart: `a < b and b < c`.")
        .fix("write them apart", before, format!("and {middle} "))
}

pub fn unreadable_value(at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_VALUE, at, format!("this cannot be read as {what}"))
}

pub fn unreadable_member(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_VALUE, at, "this cannot be read as a member of an object")
        .help("A member is written `name: value`.")
}

/// `{ day, hours }`: all of them are one habit.
pub fn members_without_value(names: &[Name]) -> Diagnostic {
    let at = names.first().map_or_else(Span::default, |name| name.span);
    let right = |name: &Name| format!("{0}: {0}", name.text);
    let written: Vec<String> = names.iter().map(right).collect();
    let mut found =
        Diagnostic::new(&codes::UNREADABLE_VALUE, at, "this cannot be read as a member of an object")
            .help("A member is written `name: value`, also where both are called the same.");
    let edits = names.iter().map(|name| Edit { span: name.span, text: right(name) }).collect();
    found.fixes.push(Fix::new(format!("write `{}`", written.join(", ")), edits));
    found
}

pub fn object_without_name(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_VALUE, at, "this object has no name in the object around it")
        .help("A member is written `name: { … }`.")
}

/// `5 s`, `5 seconds`.
pub fn blank_before_unit(at: Span, written: &str, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_UNIT, at, format!("`{written}` is written `{right}`, without a blank"))
        .safe_fix(format!("write `{right}`"), at, right)
}

/// `[ok: true]`. `first` is a member in it, `close` the closing bracket, if only members stand before it.
pub fn object_in_brackets(open: Span, opener: char, first: Span, close: Option<Span>) -> Diagnostic {
    let mut found = Diagnostic::new(
        &codes::UNREADABLE_VALUE,
        open,
        format!(
            "values with names stand in `{{ … }}`, not in `{opener} … {}`",
            if opener == '(' { ')' } else { ']' }
        ),
    )
    .also(first, "this one has a name")
    .help("An object is written `{ name: value, … }`, a list `[value, …]`.");
    if let Some(close) = close {
        let edits = vec![Edit { span: open, text: "{".into() }, Edit { span: close, text: "}".into() }];
        found.fixes.push(Fix::safe("write `{` and `}`", edits));
    }
    found
}

/// `name.trim()`.
/// `items.filter(…)`.
pub fn list_method(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_OPERATOR, at, format!("`{name}` is nothing that a list can do"))
        .help("A list is walked by `for item in items { … }`. What is in it is picked by a path, `$.items[?@.price > 100]`, and worked out by functions: `map(items, \"$.email\")`, `sum(…)`, `len(…)`, `first(…)`, `unique(…)`.")
}

/// `a.includes(b)`: of a text or of a list.
pub fn part_or_item(at: Span, of_text: &str, of_list: &str) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::FOREIGN_OPERATOR,
        at,
        "a function is called by its name, not with a dot behind a value",
    )
    .help(format!("Whether a text has a part is `{of_text}`, whether a list has an item `{of_list}`."));
    if of_text.contains(['\n', '\r']) {
        return found;
    }
    found.fix(format!("write `{of_text}`"), at, of_text).fix(format!("write `{of_list}`"), at, of_list)
}

pub fn method_call(at: Span, name: &str, right: &str) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::FOREIGN_OPERATOR,
        at,
        "a function is called by its name, not with a dot behind a value",
    )
    .help(format!("The value stands in its brackets: `{name}(…)`."));
    if right.contains(['\n', '\r']) {
        return found;
    }
    found.safe_fix(format!("write `{right}`"), at, right)
}
