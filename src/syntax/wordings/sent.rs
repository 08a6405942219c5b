//! The request of a test in other words.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::words::{METHODS, first_word};

use super::{Line, is_text};

const HOW: &str =
    "It is written `send POST \"/path\" json { … }`, with `header \"Name\" = value` and `signed` behind it.";

/// `send POST "/p", json { … }`, `send POST "/p" { … }`, `send signed POST "/p"`.
pub(super) fn of(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let (before, method) = match rest.strip_prefix("signed ") {
        Some(behind) => (rest.len() - behind.trim_start().len(), behind.trim_start()),
        None => (0, rest),
    };
    let word = first_word(method);
    if !METHODS.contains(&word.to_uppercase().as_str()) {
        return None;
    }
    let path = method.get(word.len()..)?.trim_start();
    let quoted = path.strip_prefix('"')?;
    let path_start = line.text.len() - path.len();
    let end = path_start + 1 + quoted.find('"')? + 1;
    if before > 0 {
        let edits = [(at, at + before, ""), (end, end, " signed")];
        let message = "`signed` stands behind the path";
        let found = line.with_edits(
            &codes::MISPLACED_LINE,
            (at, at + "signed".len()),
            message,
            "write it there",
            &edits,
        );
        return Some(found.help(HOW));
    }
    let text = line.text.get(end..)?.trim_start();
    let at = line.text.len() - text.len();
    part(line, at, text).or_else(|| joined(line, end)).or_else(|| bare_header(line, end))
}

/// `send POST "/p" json { … } header X-Key = "k"`.
fn bare_header(line: Line<'_>, from: usize) -> Option<Diagnostic> {
    let at = line.find(" header ").filter(|at| *at >= from)? + " header ".len();
    let name = line.text.get(at..)?.split([' ', '=', ':']).next()?;
    let token = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    token.then(|| {
        let message = "the name of a header stands in quotes";
        let place = (at, at + name.len());
        line.otherwise(&codes::MISSING_QUOTES, place, message, &format!("\"{name}\"")).help(HOW)
    })
}

/// `send POST "/p" json { … } with header "X-A" = "1"`, `… and header …`, `…, header …`.
fn joined(line: Line<'_>, from: usize) -> Option<Diagnostic> {
    let known = ["json", "form", "text", "file", "header", "signed"];
    for sign in [", ", " with ", " and "] {
        let Some(at) = line.find(sign).filter(|at| *at >= from) else { continue };
        let before = line.text.get(from..at)?;
        let end = at + sign.len();
        let rest = line.text.get(end..)?.trim_start();
        // What stands in braces has commas of its own.
        if before.matches('{').count() != before.matches('}').count() || !known.contains(&first_word(rest)) {
            continue;
        }
        let start = at + sign.len() - sign.trim_start().len();
        let message = format!("`send` takes what is sent without `{}`", sign.trim());
        let mut edits = vec![(at, line.text.len() - rest.len(), " ".to_owned())];
        // The value of a header stands behind a `=`.
        if let Some(name) =
            rest.strip_prefix("header ").map(str::trim_start).filter(|name| name.starts_with('"'))
        {
            let close = name.get(1..)?.find('"')? + 2;
            let value = name.get(close..)?;
            let sign = value.trim_start();
            let value_at = line.text.len() - value.len();
            match sign.strip_prefix(':') {
                Some(_) => edits.push((value_at, line.text.len() - sign.len() + 1, " =".to_owned())),
                None if sign.starts_with('"') => edits.push((value_at, value_at, " =".to_owned())),
                None => {}
            }
        }
        let edits: Vec<(usize, usize, &str)> =
            edits.iter().map(|(start, end, text)| (*start, *end, text.as_str())).collect();
        let place = (start, start + sign.trim().len());
        return Some(line.with_edits(&codes::LEFT_OVER, place, &message, "leave it out", &edits).help(HOW));
    }
    None
}

/// What stands behind the path, and where.
fn part(line: Line<'_>, at: usize, text: &str) -> Option<Diagnostic> {
    if text.starts_with(['{', '[']) {
        let message = "what the body of a request is stands before it: `json`";
        let edits = [(at, at, "json ")];
        return Some(
            line.with_edits(&codes::INCOMPLETE_CLAUSE, (at, at + 1), message, "write `json`", &edits)
                .help(HOW),
        );
    }
    let word = first_word(text);
    let behind = text.get(word.len()..)?;
    let value = behind.trim_start();
    let value_at = at + text.len() - value.len();
    let sent =
        |text: &str| matches!(first_word(text), "json" | "form" | "text" | "file" | "header" | "signed");
    for sign in [",", "with", "and", "body", "data"] {
        let Some(rest) = text.strip_prefix(sign).filter(|rest| sent(rest.trim_start())) else { continue };
        let end = at + text.len() - rest.trim_start().len();
        let message = format!("`send` takes what is sent without `{sign}`");
        let place = (at, at + sign.len());
        let blank = if sign == "," { " " } else { "" };
        return Some(
            line.with_edits(&codes::LEFT_OVER, place, &message, "leave it out", &[(at, end, blank)])
                .help(HOW),
        );
    }
    match word {
        "json" | "form" | "text" | "file" if value.starts_with([':', '=']) && !value.starts_with("==") => {
            let rest = value.get(1..)?.trim_start();
            let message = format!("`{word}` takes its value without a `{}`", value.get(..1)?);
            let edits = [(at + word.len(), at + text.len() - rest.len(), " ")];
            Some(
                line.with_edits(
                    &codes::LEFT_OVER,
                    (value_at, value_at + 1),
                    &message,
                    "leave it out",
                    &edits,
                )
                .help(HOW),
            )
        }
        "body" | "data" | "payload" | "with" if value.starts_with(['{', '[']) => {
            let message = format!("a body in braces is sent as `json`, not as `{word}`");
            Some(line.otherwise(&codes::FOREIGN_WORD, (at, at + word.len()), &message, "json").help(HOW))
        }
        "headers" => headers(line, at, value),
        _ => None,
    }
}

/// `headers { "X-Key": "k", "X-B": "b" }`.
fn headers(line: Line<'_>, at: usize, value: &str) -> Option<Diagnostic> {
    let inner = value.strip_prefix('{')?.strip_suffix('}')?;
    let all: Option<Vec<String>> = inner
        .split(',')
        .map(|member| {
            let (name, value) = member.split_once(':').or_else(|| member.split_once('='))?;
            let (name, value) = (name.trim().trim_matches('"'), value.trim());
            let token =
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            (token && (is_text(value) || first_word(value).len() == value.len() && !value.is_empty()))
                .then(|| format!("header \"{name}\" = {value}"))
        })
        .collect();
    let right = all?.join(" ");
    let message = "each header of a request is written `header \"Name\" = value`";
    Some(line.otherwise(&codes::FOREIGN_WORD, (at, line.text.len()), message, &right))
}
