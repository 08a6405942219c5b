//! The lines of a test in other words.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::words::{BLANKS, METHODS, first_word};

use super::{Line, expected, givens, is_text, sent};

pub(super) fn of(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    match word {
        "given" => givens::of(line),
        "expect" => expected::of(line).or_else(|| expect(line)),
        "assert" | "expects" | "should" | "check" | "then" => {
            let message = format!("what is expected is written `expect`, not `{word}`");
            Some(line.otherwise(&codes::FOREIGN_WORD, (0, word.len()), &message, "expect"))
        }
        "send" if is_text(line.rest().1.split(BLANKS).next()?) => Some(line.otherwise(
            &codes::BAD_METHOD,
            (0, "send".len()),
            "`send` does not say with which method",
            "send POST",
        ))
        .map(|mut found| {
            found.help = Some("It is written as the route is: `send POST \"/path\" json { … }`.".into());
            for fix in &mut found.fixes {
                fix.safe = false;
            }
            found
        }),
        "send" => sent::of(line),
        "mock" | "stub" | "fake" | "when" | "if" | "where" if mocks(line) => {
            let message = format!("what a service does is written `given`, not `{word}`");
            Some(line.otherwise(&codes::FOREIGN_WORD, (0, word.len()), &message, "given"))
        }
        "at" => {
            let (at, rest) = line.rest();
            let time = rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.contains(['"', ' ']);
            time.then(|| {
                let right = format!("\"{rest}\"");
                line.otherwise(
                    &codes::MISSING_QUOTES,
                    (at, line.text.len()),
                    "a time is a text in quotes",
                    &right,
                )
            })
        }
        _ if METHODS.contains(&word.to_uppercase().as_str()) && line.rest().1.starts_with('/') => {
            let (at, rest) = line.rest();
            let path = rest.split(BLANKS).next()?;
            let right = format!("send {} \"{path}\"", word.to_uppercase());
            Some(line.otherwise(
                &codes::FOREIGN_WORD,
                (0, at + path.len()),
                "the line with a request begins with `send`, and its path stands in quotes",
                &right,
            ))
        }
        _ if METHODS.contains(&word.to_uppercase().as_str()) && line.rest().1.starts_with('"') => {
            let right = format!("send {}", word.to_uppercase());
            Some(line.otherwise(
                &codes::FOREIGN_WORD,
                (0, word.len()),
                "the line with a request begins with `send`",
                &right,
            ))
        }
        _ => None,
    }
}

/// `mock http.post answers 200`.
fn mocks(line: Line<'_>) -> bool {
    let (_, rest) = line.rest();
    let action = rest.split(BLANKS).next().unwrap_or("");
    let does = [" answers ", " times out", " refuses", " fails"];
    action.contains('.')
        && action.split('.').all(super::is_name)
        && does.iter().any(|word| line.find(word).is_some())
}

fn expect(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let code = &codes::UNREADABLE_EXPECTATION;
    let word = first_word(rest);
    let number = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    // `expect 200 OK`
    let status = rest.get(..3).filter(|status| number(status));
    let text = rest.get(3..).unwrap_or("");
    let named =
        text.is_empty() || text.starts_with(' ') && text.chars().all(|c| c == ' ' || c.is_alphabetic());
    if let Some(status) = status.filter(|_| named) {
        let right = format!("status {status}");
        let message = "a status is expected with the word `status`";
        let found = line.otherwise(code, (at, line.text.len()), message, &right);
        return Some(found.help(format!("Write `expect {right}`.")));
    }
    let behind = rest.get(word.len()..)?;
    let value = behind.trim_start();
    let sign =
        ["===", "==", "=", ":", "is ", "equals ", "to be "].iter().find(|sign| value.starts_with(**sign));
    let start = line.text.len() - value.len();
    match (word, sign) {
        ("status" | "text" | "json" | "code", Some(sign)) => {
            let what = value.get(sign.len()..)?.trim_start();
            let end = line.text.len() - what.len();
            let word = if word == "code" { "status" } else { word };
            let message = format!("`expect {word}` takes its value without `{}`", sign.trim());
            let mut found = line.with_edits(
                code,
                (start, start + sign.trim().len()),
                &message,
                "leave it out",
                &[(at, end, &format!("{word} "))],
            );
            found.help = Some(format!("Write `expect {word} {what}`."));
            Some(found)
        }
        ("body" | "response" | "answer" | "result", None) if value.starts_with(['{', '[']) => {
            let message = format!("what the answer holds is expected as `json`, not as `{word}`");
            Some(line.otherwise(code, (at, at + word.len()), &message, "json"))
        }
        ("body" | "response" | "answer" | "result", None) if is_text(value) => {
            let message = format!("what the answer says is expected as `text`, not as `{word}`");
            Some(line.otherwise(code, (at, at + word.len()), &message, "text"))
        }
        ("header", _) if line.find(" contains ").is_some() => {
            let at = line.find(" contains ")? + 1;
            let end = at + "contains".len();
            let mut found = line.otherwise(code, (at, end), "the whole value of a header is expected", "=");
            found.help = Some("Write `expect header \"Name\" = \"value\"` with all of it.".into());
            found.fixes.iter_mut().for_each(|fix| fix.safe = false);
            Some(found)
        }
        ("header", _) if !value.starts_with('"') => {
            let name = value.split([' ', '=', ':']).next()?;
            let end = start + name.len();
            let right = format!("\"{name}\"");
            (!name.is_empty()).then(|| {
                line.otherwise(
                    &codes::MISSING_QUOTES,
                    (start, end),
                    "the name of a header stands in quotes",
                    &right,
                )
            })
        }
        (_, None)
            if [" exactly ", " only ", " just ", " called "].iter().any(|word| line.find(word).is_some()) =>
        {
            let word = [" exactly", " only", " just", " called"]
                .into_iter()
                .find(|word| line.find(&format!("{word} ")).is_some())?;
            let at = line.find(&format!("{word} "))?;
            let count = line.text.get(at + word.len()..)?.trim();
            let counted = ["once", "never"].contains(&first_word(count))
                || count.starts_with(|c: char| c.is_ascii_digit());
            counted.then(|| {
                let message = format!("how often is said without `{}`", word.trim());
                line.with_edits(
                    code,
                    (at + 1, at + word.len()),
                    &message,
                    "leave it out",
                    &[(at, at + word.len(), "")],
                )
                .help("Write `once`, `never` or `2 times`: it is exact.")
            })
        }
        ("answer" | "response" | "result" | "body", None) if number(value) => {
            Some(line.otherwise(code, (at, at + word.len()), "the status is expected as `status`", "status"))
        }
        ("code" | "http" | "status_code" | "http_status", None) if number(value) => {
            Some(line.otherwise(code, (at, at + word.len()), "the status is expected as `status`", "status"))
        }
        ("no" | "not", None) => {
            let called = value.split_once('.').is_some_and(|(a, b)| first_word(a) == a && !b.is_empty());
            let action = value.split([' ', '{']).next()?;
            let url = value.get(action.len()..)?.trim();
            let right = format!("{} never", value.trim_end());
            (called && (url.is_empty() || is_text(url))).then(|| {
                line.otherwise(
                    code,
                    (at, line.text.len()),
                    "that an action is not called is written `never`",
                    &right,
                )
            })
        }
        _ => None,
    }
}
