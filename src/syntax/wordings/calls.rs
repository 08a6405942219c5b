//! Lines in the blocks of actions and connectors in other words.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::words::{BLANKS, first_word};

use super::{Line, heads, is_name, is_text};

pub(super) fn of_entry(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    if let Some(found) = clause(line) {
        return Some(found);
    }
    match word {
        "header" => header(line),
        "method" => method(line),
        "rate" => heads::rate(line),
        "accept" => statuses(line),
        "retry" => retry(line),
        "retries" | "max_retries" | "attempts" => retries(line, word),
        "Authorization" | "authorization" => authorization(line, word),
        "html" => html(line),
        "give" | "give_up" | "giveup" => give_up(line),
        "on_fail" => on_fail(line),
        "body" | "data" | "payload" => part_of_body(line, word),
        "limit" => limit(line),
        "on" | "on_error" | "on_failure" | "onerror" | "catch" => on_error(line, word),
        "idempotency_key" | "idempotency" | "idempotent_key" => {
            let message = format!("what is sent as `Idempotency-Key` is written `key`, not `{word}`");
            Some(line.otherwise(&codes::FOREIGN_WORD, (0, word.len()), &message, "key"))
        }
        _ => None,
    }
}

/// What says how an action is called, as it is written and as it is meant. It takes no sign.
const CLAUSES: [(&str, &str); 14] = [
    ("retry", "retry"),
    ("timeout", "timeout"),
    ("rate", "rate"),
    ("accept", "accept"),
    ("on_fail", "on_fail"),
    ("on_crash", "on_crash"),
    ("key", "key"),
    ("require", "require"),
    ("refuse", "refuse"),
    ("give up after", "give up after"),
    ("give_up_after", "give up after"),
    ("give_up", "give up after"),
    ("giveup", "give up after"),
    ("limit answer", "limit answer"),
];

/// `retry: 3 times`, `rate = 5 per 1s`, `give_up_after: 1d`.
fn clause(line: Line<'_>) -> Option<Diagnostic> {
    let begins = |words: &str| {
        line.text.strip_prefix(words).is_some_and(|behind| behind.trim_start().starts_with([':', '=']))
    };
    let (written, right) = CLAUSES.into_iter().find(|(written, _)| begins(written))?;
    let (_, value) = line.text.split_once([':', '='])?;
    // A connector may name a parameter like this.
    let parameter = line.text.get(written.len()..)?.trim_start().starts_with('=')
        && match right {
            "retry" => !value.ends_with("none") && !value.contains(" times"),
            "rate" => !value.contains(" per "),
            "key" => value.trim() != "auto",
            "require" | "refuse" => !value.trim_start().starts_with('$'),
            "timeout" | "accept" => true,
            _ => false,
        };
    if parameter { None } else { super::signed(line, written, right) }
}

/// Lines that the grammar takes for parameters, or for paths.
pub(super) fn reads_otherwise(word: &str, text: &str) -> bool {
    let behind = text.get(word.len()..).unwrap_or("").trim_start();
    matches!(
        word,
        "retry"
            | "rate"
            | "accept"
            | "on_fail"
            | "on_crash"
            | "key"
            | "require"
            | "refuse"
            | "give_up_after"
            | "give_up"
            | "retries"
            | "max_retries"
            | "attempts"
            | "Authorization"
            | "authorization"
    ) && behind.starts_with([':', '='])
}

/// `header "X-Api-Key: {secret.KEY}"`.
fn header(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let inner = rest.strip_prefix('"')?.strip_suffix('"')?;
    let (name, value) = inner.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    let token = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !token || value.is_empty() || value.contains('"') {
        return None;
    }
    let only = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
    let value = match only {
        Some(only) if !only.contains(['{', '}']) => only.to_owned(),
        _ => format!("\"{value}\""),
    };
    let right = format!("\"{name}\" = {value}");
    let message = "the name of a header and its value stand apart";
    let found = line.otherwise(&codes::MISSING_SIGN, (at, line.text.len()), message, &right);
    Some(found.help(format!("Write `header {right}`.")))
}

/// `method PURGE`.
fn method(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let written = rest.trim_start_matches(['=', ':', ' ']).trim_matches('"');
    let right = format!("\"{written}\"");
    (is_name(written) && right != rest).then(|| {
        line.otherwise(
            &codes::MISSING_QUOTES,
            (at, line.text.len()),
            "the method is a text in quotes",
            &right,
        )
        .help(format!("Write `method {right}`."))
    })
}

/// `accept 404 409`.
fn statuses(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let all: Vec<&str> = rest.split([',', ' ', ';', '|', '/']).filter(|status| !status.is_empty()).collect();
    let right = all.join(", ");
    let known =
        all.iter().all(|status| status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()));
    (all.len() > 1 && known && right != rest).then(|| {
        line.otherwise(
            &codes::MISSING_COMMA,
            (at, line.text.len()),
            "several statuses are parted by commas",
            &right,
        )
        .help(format!("Write `accept {right}`."))
    })
}

/// `retries = 3`, `max_retries: 5`.
fn retries(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let (_, rest) = line.rest();
    let count = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim();
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| {
        let message = format!("how often an action is tried again is said with `retry`, not with `{word}`");
        line.otherwise(&codes::FOREIGN_WORD, (0, line.text.len()), &message, &format!("retry {count} times"))
    })
}

/// `Authorization: "Bearer {secret.KEY}"`, as HTTP has it. Headers with a `-` are known by it.
fn authorization(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let (_, rest) = line.rest();
    let value = rest.strip_prefix([':', '='])?.trim_start();
    let end = line.text.len() - value.len();
    let right = format!("header \"{word}\" =");
    (!value.is_empty() && !value.starts_with('=')).then(|| {
        let written = line.text.get(..end).unwrap_or(word).trim_end().len();
        let message = "a header stands behind the word `header`, and its name in quotes";
        line.otherwise(&codes::FOREIGN_WORD, (0, written), message, &right)
    })
}

/// `retry 5 times, at most 10m, first 2s`, `retry 20 times first 5s max 30m`.
fn retry(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let spaced = rest.replace(',', " ").replace("max ", "at most ").replace("up to ", "at most ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (mut first, mut most) = (None, None);
    let behind = match words.as_slice() {
        [times, "times", behind @ ..] if times.bytes().all(|byte| byte.is_ascii_digit()) => behind,
        _ => return None,
    };
    let mut left = behind;
    loop {
        left = match left {
            [] => break,
            ["first", time, left @ ..] if first.is_none() => {
                first = Some(*time);
                left
            }
            ["at", "most", time, left @ ..] if most.is_none() => {
                most = Some(*time);
                left
            }
            _ => return None,
        };
    }
    let mut right = format!("{} times", words.first()?);
    if let Some(first) = first {
        right = format!("{right}, first {first}");
    }
    if let Some(most) = most {
        right = format!("{right}, at most {most}");
    }
    (right != rest).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (at, line.text.len()),
            "the parts of `retry` have an order and words of their own",
            &right,
        )
        .help(format!("Write `retry {right}`: the tries, the first pause, the longest pause."))
    })
}

/// `give up 2m`, `give_up after 2m`, `give up in 2m`.
fn give_up(line: Line<'_>) -> Option<Diagnostic> {
    let time = line.text.rsplit(BLANKS).next()?;
    let digits = time.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_time = digits.len() < time.len() && matches!(digits, "ms" | "s" | "m" | "h" | "d");
    let right = format!("give up after {time}");
    (is_time && line.text != right).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (0, line.text.len() - time.len() - 1),
            "what bounds all tries is written `give up after`",
            "give up after",
        )
    })
}

/// `body json { … }`.
fn part_of_body(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let part = first_word(rest);
    let known = matches!(part, "json" | "form" | "text" | "multipart");
    (known && rest.get(part.len()..).is_some_and(|rest| rest.starts_with([' ', '{']))).then(|| {
        let message = format!("`{part}` says by itself that it is the body");
        line.with_edits(&codes::LEFT_OVER, (0, word.len()), &message, "leave the word out", &[(0, at, "")])
            .help(format!("Write `{part} …`."))
    })
}

/// `limit response 256KB`.
fn limit(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let word = first_word(rest);
    matches!(word, "response" | "reply" | "body" | "size" | "result").then(|| {
        let message = format!("the longest answer of a service is `limit answer`, not `limit {word}`");
        line.otherwise(&codes::FOREIGN_WORD, (at, at + word.len()), &message, "answer")
    })
}

/// `on_error continue`, `on fail { … }`, `on_failure { … }` of an action.
fn on_error(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let second = first_word(rest);
    let end = match word {
        "on" if matches!(second, "fail" | "failure" | "error") => at + second.len(),
        "on" => return None,
        _ => word.len(),
    };
    let behind = line.text.get(end..)?.trim_start();
    (behind.starts_with('{') || behind == "continue").then(|| {
        line.otherwise(
            &codes::FOREIGN_WORD,
            (0, end),
            "what is done when a call fails is written `on_fail`",
            "on_fail",
        )
    })
}

/// `on_fail skip`.
fn on_fail(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    matches!(rest, "skip" | "ignore" | "pass" | "next" | "empty" | "go on" | "proceed").then(|| {
        let message = format!("that the run goes on is written `continue`, not `{rest}`");
        line.otherwise(&codes::FOREIGN_WORD, (at, line.text.len()), &message, "continue")
    })
}

/// `html "<p>…</p>"` in an answer.
fn html(line: Line<'_>) -> Option<Diagnostic> {
    let mut found = line.with_edits(
        &codes::FOREIGN_WORD,
        (0, "html".len()),
        "HTML is sent as a `text` with a header that says so",
        "write `text`",
        &[(0, "html".len(), "text")],
    );
    found.help = Some("Write `text \"<p>…</p>\"`, and `header \"Content-Type\" = \"text/html; charset=utf-8\"` on a line of its own.".into());
    Some(found)
}

pub(super) fn of_connector(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    match word {
        "base" => base(line),
        "param" => param(line),
        "return" | "result" | "output" | "outputs" => returns(line, word),
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "get" | "post" | "put" | "patch" | "delete"
            if line.rest().1.starts_with('"') =>
        {
            let right = format!("http.{}", word.to_lowercase());
            let message = format!("a call is written `{right}`, not `{word}`");
            Some(line.otherwise(&codes::FOREIGN_WORD, (0, word.len()), &message, &right))
        }
        _ => None,
    }
}

/// `base = "https://…"`.
fn base(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let value = rest.strip_prefix(['=', ':'])?.trim_start();
    is_text(value).then(|| {
        line.with_edits(
            &codes::MISPLACED_LINE,
            (at, at + 1),
            "`base` takes its address without a sign",
            "leave the sign out",
            &[(at, line.text.len() - value.len(), "")],
        )
        .help("It is written `base \"https://host/path\"`.")
    })
}

fn returns(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    line.text.ends_with('{').then(|| {
        let message = format!("what an action gives back is written `returns`, not `{word}`");
        line.otherwise(&codes::FOREIGN_WORD, (0, word.len()), &message, "returns")
    })
}

/// `param price: number, optional "…"`, `param source text = "site"`.
fn param(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let name = first_word(rest);
    let behind = rest.get(name.len()..)?.trim_start().trim_start_matches(':').trim_start();
    // `param tags optional list "…"`
    let (behind, early) = match behind.strip_prefix("optional ") {
        Some(behind) => (behind.trim_start(), true),
        None => (behind, false),
    };
    let kind = first_word(behind);
    let known = super::super::words::kind_meant(kind)?;
    let mut behind = behind.get(kind.len()..)?.trim_start().trim_start_matches(',').trim_start();
    let mut right = format!("{name} {known}{}", if early { " optional" } else { "" });
    if let Some(value) = behind.strip_prefix('?') {
        behind = value.trim_start();
        right.push_str(" optional");
    }
    if let Some(value) = behind.strip_prefix('=') {
        right.push_str(" default ");
        behind = value.trim_start();
    }
    let right = if behind.is_empty() || right.ends_with(' ') {
        format!("{right}{behind}")
    } else {
        format!("{right} {behind}")
    };
    (is_name(name) && right != rest).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (at, line.text.len()),
            "a `param` is its name, its kind and what it is for, without signs between them",
            &right,
        )
        .help(format!("Write `param {right}`."))
    })
}
