//! What a service answers in a test, in other words.

use crate::diagnostic::{Diagnostic, near};
use crate::syntax::codes;
use crate::syntax::words::{BLANKS, first_word};

use super::{Line, is_text};

/// How a call goes wrong, as it is written and as people write it.
const WRONG: [(&str, &[&str]); 3] = [
    (
        "times out",
        &[
            "timeout",
            "timeouts",
            "timesout",
            "time out",
            "timed out",
            "times_out",
            "timing out",
            "time-out",
            "hangs",
        ],
    ),
    ("refuses", &["refuse", "refused", "refuses connection", "refuses connections", "connection refused"]),
    ("fails", &["fail", "failed", "error", "errors", "failure"]),
];

const ANSWERS: [&str; 13] = [
    "returns", "return", "responds", "respond", "replies", "answer", "answered", "gives", "sends", "->",
    "=>", "with", "is",
];

/// `given http.post returns 200`, `given http.post answers 500 then 503`, `given http.post timesout`.
pub(super) fn of(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let action = rest.split([' ', '{']).next()?;
    if !action.contains('.') {
        return None;
    }
    let mut begin = at + action.len();
    let behind = line.text.get(begin..)?;
    // `given http.post: answers 200`, `given "http.post" answers 200`
    let bare = action.trim_end_matches(':').trim_matches('"');
    if bare != action && bare.split('.').all(super::is_name) {
        let message = "the action of `given` stands without signs";
        let found = line.otherwise(&codes::LEFT_OVER, (at, begin), message, bare);
        return Some(found.help("It is written `given http.post answers 200`."));
    }
    // The address of the call that is meant.
    if behind.trim_start().starts_with('"') {
        let quote = begin + behind.find('"')?;
        begin = quote + 1 + line.text.get(quote + 1..)?.find('"')? + 1;
    }
    let answers = pieces(line, begin);
    if let [(start, end)] = answers.as_slice()
        && start == end
    {
        let found = line.otherwise(
            &codes::MISSING_VALUE,
            (0, line.text.len()),
            "`given` does not say what the service does",
            "",
        );
        return Some(without_fix(found).help(HOW));
    }
    let mut told: Option<Diagnostic> = None;
    for (index, (start, end)) in answers.iter().enumerate() {
        let found = answer(line, (*start, *end), index)?;
        let Some(found) = found else { continue };
        match &mut told {
            None => told = Some(found),
            // One line, one message: it mends the other answers too.
            Some(first) => match (first.fixes.first_mut(), found.fixes.into_iter().next()) {
                (Some(fix), Some(further)) => fix.edits.extend(further.edits),
                _ => first.fixes.clear(),
            },
        }
    }
    told
}

const HOW: &str =
    "Write `answers 200`, `times out`, `refuses` or `fails`, and `then` before what a further call meets.";

/// Where each answer stands, without the `then` before it.
fn pieces(line: Line<'_>, begin: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = begin;
    let trimmed = |start: usize, end: usize| {
        let text = line.text.get(start..end).unwrap_or("");
        let from = start + text.len() - text.trim_start().len();
        (from, from + text.trim().len())
    };
    while let Some(at) =
        line.text.get(start..).and_then(|rest| super::super::slips::outside_texts(rest, " then "))
    {
        found.push(trimmed(start, start + at));
        start += at + " then ".len();
    }
    found.push(trimmed(start, line.text.len()));
    found
}

fn number(text: &str) -> bool {
    text.get(..3).is_some_and(|status| status.bytes().all(|byte| byte.is_ascii_digit()))
        && !text.get(3..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// The outer `None` where an answer is none that is known; the inner where it is well.
fn answer(line: Line<'_>, (start, end): (usize, usize), index: usize) -> Option<Option<Diagnostic>> {
    let text = line.text.get(start..end)?;
    // `given http.post then 500`
    if text.is_empty() {
        let then = start + line.text.get(start..)?.find("then ")?;
        let mut found = line.with_edits(
            &codes::LEFT_OVER,
            (then, then + "then".len()),
            "`then` stands between two answers, not before the first",
            "leave it out",
            &[(then, then + "then ".len(), "")],
        );
        found.help = Some("It is written `given http.post answers 500 then answers 200`.".into());
        return Some((index == 0).then_some(found));
    }
    if WRONG.iter().any(|(right, _)| *right == text) {
        return Some(None);
    }
    if let Some((right, _)) = WRONG.iter().find(|(_, words)| words.contains(&text)) {
        let message = format!("how a call goes wrong is written `{right}`, not `{text}`");
        return Some(Some(line.otherwise(&codes::FOREIGN_WORD, (start, end), &message, right)));
    }
    let word = text.split(BLANKS).next()?;
    let behind = text.get(word.len()..)?.trim_start();
    if number(text) {
        return Some(Some(without_word(line, (start, end), index)));
    }
    if word == "answers" {
        return answers(line, (start, end), behind);
    }
    let status = behind.strip_prefix("with ").unwrap_or(behind).trim_start();
    let status = status.strip_prefix("status ").unwrap_or(status).trim_start();
    let meant = ANSWERS.contains(&word) || near(word, ["answers"]).is_some();
    if meant && number(status) {
        let written = line.text.get(start..end - status.len())?.trim_end();
        let message = format!("what a service answers is written `answers`, not `{written}`");
        let found = line.otherwise(&codes::FOREIGN_WORD, (start, start + written.len()), &message, "answers");
        return Some(Some(found.help("It is written `given http.post answers 200 json { … }`.")));
    }
    if let Some(right) = near(word, ["fails", "refuses"]).filter(|_| behind.is_empty()) {
        let message = format!("how a call goes wrong is written `{right}`, not `{text}`");
        return Some(Some(line.otherwise(&codes::FOREIGN_WORD, (start, end), &message, right)));
    }
    let shown = line.text.get(start..end)?.split(" {").next()?;
    let message = format!("`{shown}` is nothing that a service can do in a test");
    let found = line.otherwise(&codes::FOREIGN_WORD, (start, start + shown.len()), &message, "");
    Some(Some(without_fix(found).help(HOW)))
}

/// `then 503`: each answer is said in a word.
fn without_word(line: Line<'_>, (start, end): (usize, usize), index: usize) -> Diagnostic {
    let status = line.text.get(start..end).unwrap_or("").split([' ', ',']).next().unwrap_or("");
    let then = if index > 0 { "then " } else { "" };
    let right = format!("{then}answers {status}");
    let from = if index > 0 {
        line.text.get(..start).and_then(|text| text.rfind("then")).unwrap_or(start)
    } else {
        start
    };
    let message = match index {
        0 => "what a service answers is said with `answers`",
        _ => "each further answer is said with `answers` too",
    };
    line.with_edits(
        &codes::INCOMPLETE_CLAUSE,
        (from, start + status.len()),
        message,
        &format!("write `{right}`"),
        &[(start, start, "answers ")],
    )
    .help(format!("Write `{right}`."))
}

/// `answers 500, 503`, `answers json { … }`, `answers "x"`.
fn answers(line: Line<'_>, (start, end): (usize, usize), behind: &str) -> Option<Option<Diagnostic>> {
    let at = end - behind.len();
    let part = first_word(behind);
    if matches!(part, "json" | "text" | "form") || is_text(behind) {
        let right = if is_text(behind) { "200 text " } else { "200 " };
        let found = line.with_edits(
            &codes::INCOMPLETE_CLAUSE,
            (start, at + part.len().max(usize::from(part.is_empty()) * behind.len())),
            "`answers` says the status first",
            &format!("write `answers {}`", right.trim_end()),
            &[(at, at, right)],
        );
        let mut found = found.help("It is written `given http.post answers 200 json { … }`.");
        found.fixes.iter_mut().for_each(|fix| fix.safe = false);
        return Some(Some(found));
    }
    // `answers status 200`
    let status = ["status ", "code ", "with ", "a "].into_iter().find_map(|word| behind.strip_prefix(word));
    if let Some(status) = status.filter(|status| number(status)) {
        let digits = end - status.len();
        let needless = line.text.get(at..digits)?.trim_end();
        let message = format!("`answers` takes its status without `{needless}`");
        let place = (at, at + needless.len());
        return Some(Some(line.with_edits(
            &codes::LEFT_OVER,
            place,
            &message,
            "leave it out",
            &[(at, digits, "")],
        )));
    }
    if behind.starts_with(['{', '[']) {
        let message = "`answers` says the status first, and what the body is";
        let edits = [(at, at, "200 json ")];
        let mut found = line.with_edits(
            &codes::INCOMPLETE_CLAUSE,
            (start, at - 1),
            message,
            "write `answers 200 json`",
            &edits,
        );
        found.fixes.iter_mut().for_each(|fix| fix.safe = false);
        return Some(Some(found.help("It is written `given http.post answers 200 json { … }`.")));
    }
    if number(behind)
        && let Some(found) = body(line, at + 3, behind.get(3..)?)
    {
        return Some(Some(found));
    }
    let statuses: Vec<&str> = behind.split(',').map(str::trim).collect();
    if statuses.len() > 1 && statuses.iter().all(|status| status.len() == 3 && number(status)) {
        let right = format!("answers {}", statuses.join(" then answers "));
        let message = "answers that follow one another are parted by `then`";
        return Some(Some(line.otherwise(&codes::INCOMPLETE_CLAUSE, (start, end), message, &right)));
    }
    Some(None)
}

/// `answers 200 { … }`, `answers 200 with json { … }`, `answers 200 OK`: what stands behind the status, and where.
fn body(line: Line<'_>, begin: usize, behind: &str) -> Option<Diagnostic> {
    let text = behind.trim_start();
    let at = begin + behind.len() - text.len();
    if text.starts_with(['{', '[']) {
        let message = "what the body of an answer is stands before it: `json`";
        let found = line.with_edits(
            &codes::INCOMPLETE_CLAUSE,
            (at, at + 1),
            message,
            "write `json`",
            &[(at, at, "json ")],
        );
        return Some(found.help("It is written `given http.post answers 200 json { … }`."));
    }
    for sign in [",", "with", "and", ":", "->", "body"] {
        let Some(rest) = text.strip_prefix(sign) else { continue };
        let part = rest.trim_start();
        if !matches!(first_word(part), "json" | "text" | "form" | "file") {
            continue;
        }
        let message = format!("`answers` takes its body without `{sign}`");
        let end = at + text.len() - part.len();
        let edits = [(begin, end, " ")];
        let found =
            line.with_edits(&codes::LEFT_OVER, (at, at + sign.len()), &message, "leave it out", &edits);
        return Some(found.help("It is written `given http.post answers 200 json { … }`."));
    }
    let word = first_word(text);
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphabetic() || c == ' ');
    if plain && text.starts_with(char::is_uppercase) {
        let message = "a status stands as its number alone";
        let place = (at, at + text.len());
        return Some(line.with_edits(
            &codes::LEFT_OVER,
            place,
            message,
            "leave its name out",
            &[(begin, place.1, "")],
        ));
    }
    if matches!(word, "twice" | "once" | "always" | "thrice") || text.ends_with(" times") {
        let message = "what each call meets is said one after another, with `then`";
        let found = line.otherwise(&codes::LEFT_OVER, (at, at + text.len()), message, "");
        return Some(without_fix(found).help(
            "Write `answers 500 then answers 500 then answers 200`. The last one holds for all that follow.",
        ));
    }
    None
}

fn without_fix(mut found: Diagnostic) -> Diagnostic {
    found.fixes.clear();
    found
}
