//! The head of a pipeline in other words.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::literals::unit_of;
use crate::syntax::words::{METHODS, first_word};

use super::{Line, is_name, is_text};

pub(super) fn of(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    match word {
        "cors" => sites(line),
        "on" => methods(line),
        "verify" => verify(line),
        "read" => body_format(line),
        "limit" => line.find("rate").and_then(|_| rate(line)),
        "keep" | "keep_failed" => parts(line),
        "dedupe" => dedupe(line),
        _ => None,
    }
}

/// `cors https://a.example, https://b.example`.
fn sites(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let right: Option<Vec<String>> = rest
        .split([',', ' '])
        .filter(|site| !site.is_empty())
        .map(|site| match site {
            _ if is_text(site) => Some(site.to_owned()),
            _ if site.starts_with("http") && !site.contains(['"', '{']) => Some(format!("\"{site}\"")),
            _ => None,
        })
        .collect();
    let right = right.filter(|sites| !sites.is_empty())?.join(", ");
    Some(line.otherwise(
        &codes::MISSING_QUOTES,
        (at, line.text.len()),
        "the sites of `cors` stand in quotes, parted by commas",
        &right,
    ).help(format!("Write `cors {right}`.")))
}

/// `on GET|POST "/path"`, `on GET or POST "/path"`.
fn methods(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let quote = rest.find('"')?;
    let written = rest.get(..quote)?.trim_end();
    let words: Vec<&str> = written
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !matches!(*word, "or" | "and"))
        .collect();
    let known = words.iter().all(|word| METHODS.contains(&word.to_uppercase().as_str()));
    if words.len() < 2 || !known {
        return None;
    }
    let right = words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join(", ");
    (right != written).then(|| {
        line.otherwise(
            &codes::BAD_METHOD,
            (at, at + written.len()),
            "several methods are parted by commas",
            &right,
        )
        .help(format!("It is written `on {right} \"/path\"`."))
    })
}

fn verify(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let end = rest.find(' ').unwrap_or(rest.len());
    let scheme = rest.get(..end)?;
    let behind = rest.get(end..)?.trim_start();
    let start = line.text.len() - behind.len();
    if scheme.contains('-') && scheme.split('-').all(is_name) {
        let right = scheme.replace('-', "_").to_lowercase();
        let message = format!("`{scheme}` is written with `_`");
        return Some(line.otherwise(&codes::BAD_NAME, (at, at + end), &message, &right));
    }
    if scheme == "ip" && !behind.starts_with("in ") {
        let addresses = behind.trim_start_matches("== ");
        let all: Vec<&str> = addresses.split([',', ' ']).filter(|address| !address.is_empty()).collect();
        if !all.is_empty() && all.iter().all(|address| is_text(address)) {
            let right = format!("in [{}]", all.join(", "));
            return Some(line.otherwise(
                &codes::INCOMPLETE_CLAUSE,
                (start, line.text.len()),
                "the addresses of `verify ip` are a list behind `in`",
                &right,
            ).help(format!("Write `verify ip {right}`.")));
        }
    }
    if scheme == "token" {
        return place(line, start, behind);
    }
    None
}

/// `verify token query.key == secret.KEY`, `verify token headers["X-Token"] == …`.
fn place(line: Line<'_>, start: usize, behind: &str) -> Option<Diagnostic> {
    let written = behind.get(..behind.find(" ==").or_else(|| behind.find(" =")).unwrap_or(behind.len()))?;
    let word = first_word(written);
    let place = match word {
        "query" | "path" => word,
        "header" | "headers" => "header",
        _ => return None,
    };
    let name = written.get(word.len()..)?;
    let name = match name.strip_prefix('.') {
        Some(name) if !name.is_empty() && name.split('-').all(|part| first_word(part) == part) => {
            format!("\"{name}\"")
        }
        _ => {
            let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            let inner = inner.or_else(|| name.strip_prefix('(').and_then(|name| name.strip_suffix(')')))?;
            is_text(inner).then(|| inner.to_owned())?
        }
    };
    let right = format!("{place} {name}");
    Some(line.otherwise(
        &codes::INCOMPLETE_CLAUSE,
        (start, start + written.len()),
        "where the token stands is written as its place and its name",
        &right,
    ).help(format!("It is written `verify token {right} == secret.NAME`.")))
}

/// `read body as "form"`, `read body as multipart/form-data`.
fn body_format(line: Line<'_>) -> Option<Diagnostic> {
    let as_at = line.find(" as ")? + " as ".len();
    let written = line.text.get(as_at..)?;
    let end = written.find(" charset").unwrap_or(written.len());
    let written = written.get(..end)?.trim();
    let inner = written.trim_matches('"');
    let right = match inner {
        "json" | "form" | "multipart" | "xml" | "jwt" | "text" | "bytes" => inner,
        "application/json" => "json",
        "application/x-www-form-urlencoded" | "x-www-form-urlencoded" => "form",
        "multipart/form-data" | "form-data" => "multipart",
        "application/xml" | "text/xml" => "xml",
        "text/plain" => "text",
        "application/octet-stream" => "bytes",
        _ => return None,
    };
    (right != written).then(|| {
        let message = if right == inner {
            "the format of a body stands without quotes".to_owned()
        } else {
            format!("the format `{inner}` is called `{right}`")
        };
        line.otherwise(&codes::NEEDLESS_QUOTES, (as_at, as_at + written.len()), &message, right)
    })
}

/// `rate 3/s`, `limit rate 30/minute by request.ip`, `rate 3 a second`.
pub(super) fn rate(line: Line<'_>) -> Option<Diagnostic> {
    let start = line.find("rate ")? + "rate ".len();
    let written = line.text.get(start..)?;
    let end = written.find(" by ").unwrap_or(written.len());
    let written = written.get(..end)?.trim_end();
    let (count, unit) = written
        .split_once('/')
        .or_else(|| written.split_once(" per "))
        .or_else(|| written.split_once(" a "))
        .or_else(|| written.split_once(" in "))?;
    let (count, unit) = (count.trim(), unit.trim());
    let digits = unit.len() - unit.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = unit.get(..digits)?;
    let unit = unit_of(unit.get(digits..)?.trim())?;
    let whole = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let number = if number.is_empty() { "1" } else { number };
    let right = format!("{count} per {number}{unit}");
    (whole && right != written).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (start, start + written.len()),
            "a rate is a number `per` a duration",
            &right,
        )
        .help(format!("Write `rate {right}`."))
    })
}

/// `keep 90 days, 1 GB, 50 000`.
fn parts(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let right: Option<Vec<String>> = rest.split(',').map(|part| measure(part.trim())).collect();
    let right = right?.join(", ");
    (right != rest).then(|| {
        line.otherwise(
            &codes::MISSING_UNIT,
            (at, line.text.len()),
            "a number stands together with its unit, without a blank",
            &right,
        )
    })
}

/// `90 days` → `90d`, `50 000` → `50000`.
fn measure(part: &str) -> Option<String> {
    let end = part.find(|c: char| !c.is_ascii_digit() && c != ' ').unwrap_or(part.len());
    let (digits, unit) = (part.get(..end)?.replace(' ', ""), part.get(end..)?.trim());
    if digits.is_empty() || unit.is_empty() {
        return (!digits.is_empty()).then_some(digits);
    }
    match unit {
        "w" | "week" | "weeks" => digits.parse::<u32>().ok()?.checked_mul(7).map(|days| format!("{days}d")),
        _ => Some(format!("{digits}{}", unit_of(unit)?)),
    }
}

/// `dedupe id within 1d`, `dedupe key "x" within 1d`, `dedupe by id for 1d`.
fn dedupe(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let words = ["by ", "key ", "on ", "using ", "with "];
    let value = words.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest).trim_start();
    let value = value.strip_prefix("= ").or_else(|| value.strip_prefix(": ")).unwrap_or(value);
    let begin = line.text.len() - value.len();
    let signs = [" within ", " for ", " in ", ", "];
    let (sign, cut) = signs.iter().find_map(|sign| line.find(sign).map(|cut| (*sign, cut)))?;
    let value = line.text.get(begin..cut)?.trim_end();
    // What only lacks its unit is told of at its unit.
    if rest.starts_with("by ") && sign == " within " {
        return None;
    }
    let time = line.text.get(cut + sign.len()..)?.trim();
    let time = measure(time).filter(|time| !time.bytes().all(|byte| byte.is_ascii_digit()))?;
    let right = format!("by {value} within {time}");
    (!value.is_empty() && right != rest).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (at, line.text.len()),
            "`dedupe` says `by` what repeats are known, and `within` which time",
            &right,
        )
        .help(format!("Write `dedupe {right}`."))
    })
}
