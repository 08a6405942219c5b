//! Habits from other languages and from writing by hand, where the words alone do not tell them: what stands behind a whole
//! statement, or in a line that fits no rule, and what was most likely meant by it.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::blocks::Within;
use super::errors;
use super::grammar::Rule;
use super::words::{BLANKS, first_word};

/// Kinds as other languages write them before a name.
const TYPES: [&str; 10] =
    ["string", "str", "int", "integer", "float", "number", "bool", "boolean", "text", "var"];

/// What stands behind a statement, where it goes on from what stands before it. `before` reaches from the statement to
/// there.
pub(super) fn in_rest(rule: Rule, before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    if rule == Rule::fields
        && let Some(found) = behind_path(before, text, span)
    {
        return Some(found);
    }
    let digits_before = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if digits_before > 0
        && let Some(found) =
            in_number(rule, before.get(before.len() - digits_before..).unwrap_or(""), text, span)
    {
        return Some(found);
    }
    choice(before, text, span)
        .or_else(|| thousands(before, text, span))
        .or_else(|| blank_before_unit(before, text, span))
        .or_else(|| apostrophe(before, text, span))
        .or_else(|| quote_in_text(before, text, span))
        .or_else(|| without_quotes(rule, text, span))
}

fn behind_path(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let at = |start: usize, end: usize| part(span, start, end);
    if text.starts_with("on missing") {
        let word = at(0, "on missing".len());
        return Some(errors::unknown_word(word, "on missing", Some("on_missing"), "behind a path"));
    }
    if first_word(text) == "default" && text.len() > "default ".len() {
        return Some(errors::default_alone(at(0, "default".len())));
    }
    if let Some(sign) = ["||", "??", "or "].into_iter().find(|sign| text.starts_with(sign)) {
        let sign = sign.trim_end();
        let found = errors::default_as_operator(at(0, sign.len()), sign);
        let value = text.get(sign.len()..).is_some_and(|rest| !rest.trim().is_empty());
        return Some(if value {
            found.safe_fix("say `on_missing default`", at(0, sign.len()), "on_missing default")
        } else {
            found
        });
    }
    if text.starts_with("| ") {
        return Some(errors::foreign_operator(at(0, 1), "|", "as"));
    }
    if first_word(text) == "as" && !before.contains("on_missing") && before.contains(" as ") {
        return Some(errors::second_reader(span));
    }
    if first_word(text) == "as" {
        let policy = before.rfind("on_missing")?;
        let policy = span.start.saturating_sub((before.len() - policy) as u32);
        return Some(errors::reader_behind_policy(span, policy, text));
    }
    blank_in_path(before, text, span)
}

/// `$.first name on_missing …`.
fn blank_in_path(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let words = text.find("on_missing").or_else(|| text.find(" as ").map(|at| at + 1))?;
    let words = text.get(..words)?.trim_end();
    if words.is_empty() || !words.split(BLANKS).all(|word| !word.is_empty() && first_word(word) == word) {
        return None;
    }
    let path = before.trim_end();
    let dot = path.rfind('.')?;
    let segment = path.get(dot + 1..)?;
    if !path.contains('$') || segment.is_empty() || first_word(segment) != segment {
        return None;
    }
    let start = span.start.checked_sub((before.len() - dot) as u32)?;
    let end = part(span, 0, words.len()).end;
    Some(errors::blank_in_path(Span { start, end }, &format!("{segment} {words}")))
}

/// `1,5` and `1 000`.
fn in_number(rule: Rule, digits: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let start = span.start.checked_sub(digits.len() as u32)?;
    if let Some(decimals) = text.strip_prefix(',') {
        let whole = !decimals.is_empty() && decimals.bytes().all(|byte| byte.is_ascii_digit());
        let end = part(span, 0, text.len()).end;
        return (rule == Rule::let_step && whole)
            .then(|| errors::decimal_comma(Span { start, end }, &format!("{digits}.{decimals}")));
    }
    None
}

/// `5 s`, where no clause wants a duration.
fn blank_before_unit(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let front = before.trim_end();
    let digits = front.len() - front.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let unit = super::literals::unit_of(text)?;
    let start = span.start.checked_sub((before.len() - front.len() + digits) as u32)?;
    let number = front.get(front.len() - digits..).filter(|number| !number.is_empty())?;
    let at = Span { start, end: part(span, 0, text.len()).end };
    Some(errors::blank_before_unit(at, &format!("{number} {text}"), &format!("{number}{unit}")))
}

/// `1 000`: the blank stands between the two.
fn thousands(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let front = before.trim_end_matches([' ', '\u{a0}']);
    let blanks = before.len() - front.len();
    let digits = front.len() - front.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let groups: Vec<&str> = text.split([' ', '\u{a0}']).collect();
    let grouped =
        groups.iter().all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()));
    if blanks == 0 || !(1..=3).contains(&digits) || !grouped {
        return None;
    }
    let start = span.start.checked_sub((blanks + digits) as u32)?;
    let end = part(span, 0, text.len()).end;
    let joined = format!("{}{}", front.get(front.len() - digits..)?, groups.concat());
    Some(errors::parted_thousands(Span { start, end }, &joined))
}

/// `let price = kind == "a" ? 1 : 2`.
fn choice(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let (then, otherwise) = text.strip_prefix("? ")?.split_once(" : ")?;
    let sign = before.find(" = ")? + " = ".len();
    let condition = before.get(sign..)?;
    let blank = condition.len() - condition.trim_start().len();
    if condition.trim().is_empty() || before.contains('\n') || text.contains('#') {
        return None;
    }
    let right = format!("if {} then {} else {}", condition.trim(), then.trim(), otherwise.trim());
    let start = span.start.checked_sub((condition.len() - blank) as u32)?;
    let whole = Span { start, end: part(span, 0, text.len()).end };
    Some(errors::choice_of_another_language(part(span, 0, 1), whole, &right))
}

/// `"no "email" here"`: a text that goes on behind its second quote.
fn quote_in_text(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let first = before.find('"')?;
    let whole =
        !before.contains('{') && before.trim_end().ends_with('"') && text.len() > 1 && text.ends_with('"');
    if !whole || !text.starts_with(char::is_alphanumeric) || !text.matches('"').count().is_multiple_of(2) {
        return None;
    }
    let start = span.start.checked_sub((before.len() - first) as u32)?;
    let end = part(span, 0, text.len()).end;
    let written = format!("{}{text}", before.get(first..)?);
    let inner = written.get(1..written.len() - 1)?;
    Some(errors::quotes_in_text(Span { start, end }, &format!("\"{}\"", inner.replace('"', "\\\""))))
}

/// `'it's'`: the text ends at its apostrophe.
fn apostrophe(before: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let first = before.find('\'')?;
    let plain = before.matches('\'').count() == 2 && before.ends_with('\'');
    if !plain || !text.starts_with(char::is_alphanumeric) || text.matches('\'').count() != 1 {
        return None;
    }
    let rest = text.get(..text.find('\'')?)?;
    let inner = format!("{}{rest}", before.get(first + 1..)?);
    let start = span.start.checked_sub((before.len() - first) as u32)?;
    let at = Span { start, end: part(span, 0, rest.len() + 1).end };
    let right = (!inner.contains(['"', '\\', '{', '}'])).then(|| format!("\"{inner}\""));
    Some(errors::apostrophe_in_text(at, right.as_deref()))
}

/// The text of a `respond`, an `abort` or a `stop` that lacks one quote or both.
fn without_quotes(rule: Rule, text: &str, span: Span) -> Option<Diagnostic> {
    let word = match rule {
        Rule::respond => "respond",
        Rule::abort_step => "abort",
        Rule::stop_step => "stop",
        _ => return None,
    };
    let plain = |text: &str| {
        text.starts_with(char::is_alphanumeric) && !text.contains(['"', '\'', '{', '}', '=', '(', '#', '\\'])
    };
    if let Some(inner) = text.strip_suffix('"').filter(|inner| plain(inner)) {
        return Some(errors::lost_first_quote(span, inner));
    }
    let part_of_answer = matches!(first_word(text), "json" | "text" | "body" | "header");
    let statement = super::words::STEP_WORDS.contains(&first_word(text));
    (plain(text) && !part_of_answer && !statement).then(|| errors::text_without_quotes(span, text, word))
}

/// A line that fits no rule.
pub(super) fn in_line(text: &str, span: Span, within: Within) -> Option<Diagnostic> {
    let word = first_word(text);
    let behind = text.get(word.len()..)?;
    let rest = behind.trim_start();
    let at = text.len() - rest.len();
    match word {
        "let" => in_let(rest, at, span),
        "limit" if rest.starts_with(|c: char| c.is_ascii_digit()) && within == Within::Pipeline => {
            Some(errors::limit_of_what(part(span, 0, word.len())))
        }
        "extract" if rest.starts_with("from ") => {
            Some(errors::needless_from(part(span, at, at + 4), part(span, at, at + 5)))
        }
        _ if within == Within::Fields => in_field(text, span),
        _ => None,
    }
}

fn in_let(rest: &str, at: usize, span: Span) -> Option<Diagnostic> {
    let name = first_word(rest);
    let behind = rest.get(name.len()..)?;
    let value = behind.trim_start();
    let sign = at + rest.len() - value.len();
    if name.is_empty() {
        return None;
    }
    for wrong in [":=", "=="] {
        if value.starts_with(wrong) && !value.starts_with("===") {
            return Some(errors::foreign_operator(part(span, sign, sign + 2), wrong, "="));
        }
    }
    let begins = value.starts_with(|c: char| c == '"' || c == '\'' || c.is_ascii_digit());
    let end = at + name.len();
    (begins && behind.starts_with(' ')).then(|| errors::missing_equals(part(span, end, end)))
}

/// `string name = $.name`, `first name = $.name`.
fn in_field(text: &str, span: Span) -> Option<Diagnostic> {
    let (first, words) = words_before_sign(text)?;
    if TYPES.contains(&first) && !words.contains(' ') {
        let next = text.len() - text.get(first.len()..)?.trim_start().len();
        return Some(errors::type_before_name(part(span, 0, first.len()), part(span, 0, next), first));
    }
    let end = first.len() + text.get(first.len()..)?.find(['=', ':'])?;
    let all = text.get(..end)?.trim_end();
    Some(errors::name_with_blank(part(span, 0, all.len()), all))
}

/// The names that a field of two words may have meant, so that their uses are not unknown.
pub(super) fn names_meant(text: &str) -> Vec<String> {
    let Some((first, words)) = words_before_sign(text) else { return Vec::new() };
    vec![words.to_owned(), format!("{first} {words}").split_whitespace().collect::<Vec<_>>().join("_")]
}

/// The first of several words before a `=` or a `:`, and the others.
fn words_before_sign(text: &str) -> Option<(&str, &str)> {
    let head = text.get(..text.find(['=', ':'])?)?.trim_end();
    let (first, words) = head.split_once(BLANKS)?;
    let words = words.trim_start();
    let plain = head.split_whitespace().all(|word| first_word(word) == word);
    (plain && !words.is_empty() && !first.is_empty()).then_some((first, words))
}

/// What is written here for a word of another language, where what stands behind it fits.
pub(super) fn replacement(word: &str, rest: &str) -> Option<&'static str> {
    let number = rest.starts_with(|c: char| c.is_ascii_digit());
    Some(match word {
        "return" if number => "respond",
        "return" | "exit" if rest.is_empty() => "stop",
        "var" | "set" | "val" if rest.contains('=') => "let",
        "foreach" | "each" | "loop" if rest.contains(" in ") && !rest.starts_with('(') => "for",
        "sleep" | "delay" | "pause" if number => "wait",
        "switch" => "match",
        "throw" | "raise" | "fail" | "error" if number || rest.starts_with('"') => "abort",
        _ => return None,
    })
}

/// The function that does what one of this name does elsewhere, in whatever case it is written.
pub fn function_elsewhere(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "uppercase" | "touppercase" | "toupper" | "to_upper" | "ucase" => "upper",
        "lowercase" | "tolowercase" | "tolower" | "to_lower" | "lcase" => "lower",
        "length" | "size" | "count" | "strlen" => "len",
        "strip" | "trim_all" | "trimmed" => "trim",
        "substring" | "substr" | "mid" => "slice",
        "str" | "string" | "tostring" | "to_string" | "to_text" => "text",
        "int" | "float" | "num" | "tonumber" | "to_number" | "parseint" | "parsefloat" | "decimal" => {
            "number"
        }
        "includes" | "has" | "instr" | "in_array" => "contains",
        "startswith" => "starts_with",
        "endswith" => "ends_with",
        "explode" => "split",
        "implode" | "concat_ws" => "join",
        "coalesce" | "ifnull" | "nvl" => "first_of",
        "json" | "json_encode" | "stringify" | "tojson" | "dumps" => "to_json",
        "json_decode" | "json_parse" | "parse" | "parsejson" | "fromjson" | "from_json" | "loads" => {
            "parse_json"
        }
        "urlencode" | "encodeuricomponent" => "url_encode",
        "urldecode" | "decodeuricomponent" => "url_decode",
        "base64_encode" | "btoa" => "base64",
        "atob" => "base64_decode",
        "date" | "datetime" | "parse_date" | "strtotime" => "time",
        "strftime" | "date_format" | "format_date" => "format",
        "today" | "current_time" => "now",
        "regex" | "regexp" | "match_pattern" => "matches",
        "dedup" | "distinct" => "unique",
        "guid" | "uuid4" => "uuid",
        _ => return None,
    })
}

fn part(span: Span, start: usize, end: usize) -> Span {
    let clip = |at: usize| (span.start + at as u32).min(span.end);
    Span { start: clip(start), end: clip(end) }
}
