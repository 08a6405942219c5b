//! Steps and fields in other words.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::errors;
use crate::syntax::literals::unit_of;
use crate::syntax::words::{BLANKS, first_word};

use super::{Line, called, is_name, values};

pub(super) fn of(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    match word {
        "when" | "if" => on_one_line(line, word)
            .or_else(|| outside(line))
            .or_else(|| blank_in_unit(line))
            .or_else(|| values::of(line)),
        "else" => outside(line).or_else(|| values::of(line)),
        "for" => each(line),
        "let" => called::choice(line)
            .or_else(|| called::value(line))
            .or_else(|| called::action(line))
            .or_else(|| called::joined(line))
            .or_else(|| choice_behind(line))
            .or_else(|| outside(line))
            .or_else(|| super::prefixed_text(line))
            .or_else(|| choice_without_else(line))
            .or_else(|| call_without_brackets(line))
            .or_else(|| values::of(line)),
        "respond" | "abort" | "stop" => answer(line, word),
        "extract" => format_in_extract(line),
        "continue" if line.rest().1.trim_start_matches('}').is_empty() => Some(
            line.with_edits(
                &codes::FOREIGN_WORD,
                (0, word.len()),
                "`continue` stands behind `on_fail`, without braces",
                "",
                &[],
            )
            .help("Write `on_fail continue`. A turn of a `for` ends with its block."),
        )
        .map(|mut found| {
            found.fixes.clear();
            found
        }),
        "http" => url_put_together(line).or_else(|| called::action(line)),
        _ if is_name(word) && line.rest().1.starts_with(":= ") => {
            let (at, rest) = line.rest();
            let right = format!("let {word} =");
            Some(line.otherwise(
                &codes::ASSIGNMENT,
                (0, at + ":=".len()),
                "a value is named by `let`",
                &right,
            ))
            .filter(|_| rest.len() > ":= ".len())
        }
        _ if line.text.get(word.len()..).is_some_and(|behind| behind.starts_with('.')) => {
            called::action(line)
        }
        _ => None,
    }
}

/// `when total > 5 then stop "why"`, `when total > 5: stop`.
fn on_one_line(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    if line.find("{").is_some() || line.find(" else ").is_some() {
        return None;
    }
    let (sign, cut) = [" then ", ": "].iter().find_map(|sign| line.find(sign).map(|cut| (*sign, cut)))?;
    let step = line.text.get(cut + sign.len()..)?.trim();
    let begins = ["stop", "abort", "respond"].contains(&first_word(step));
    let condition = line.text.get(word.len()..cut)?.trim();
    if !begins || condition.is_empty() {
        return None;
    }
    let right = format!("when {condition} {{ {step} }}");
    Some(line.otherwise(
        &codes::FOREIGN_WORD,
        (cut, line.text.len()),
        "what depends on a condition stands in braces",
        &right,
    ))
    .map(|mut found| {
        if let Some(edit) = found.fixes.first_mut().and_then(|fix| fix.edits.first_mut()) {
            edit.span = line.at;
        }
        found
    })
}

/// `a not in b`, `a is None`.
fn outside(line: Line<'_>) -> Option<Diagnostic> {
    let nothing = [" is not ", " is ", " != ", " == "].iter().find_map(|sign| {
        let at = line.find(sign)?;
        let behind = line.text.get(at + sign.len()..)?;
        let word = first_word(behind);
        let none = matches!(word, "None" | "nil" | "undefined" | "NULL" | "Null")
            || matches!(word, "null" | "empty") && sign.starts_with(" is");
        none.then_some((at, at + sign.len() + word.len(), sign.contains("not") || sign.contains('!')))
    });
    if let Some((at, end, not)) = nothing {
        let right = if not { "!= empty" } else { "== empty" };
        let message = "whether a value is there is asked with `empty`";
        return Some(line.otherwise(&codes::FOREIGN_OPERATOR, (at + 1, end), message, right));
    }
    let at = line.find(" not in ")?;
    let before = line.text.get(..at)?;
    let operand = before.len()
        - before.trim_end_matches(|c: char| c == '_' || c.is_alphanumeric() || ".[]()\"".contains(c)).len();
    let start = at.checked_sub(operand).filter(|_| operand > 0)?;
    let mut found = line.with_edits(
        &codes::FOREIGN_OPERATOR,
        (at + 1, at + " not in".len()),
        "`not` stands before what it turns round",
        "write `not` in front",
        &[(start, start, "not "), (at, at + " not".len(), "")],
    );
    found.help = Some(format!("Write `not {} in …`.", line.text.get(start..at)?));
    Some(found)
}

/// `when a - b > 30 days {`.
fn blank_in_unit(line: Line<'_>) -> Option<Diagnostic> {
    let mut at = 0;
    for word in line.text.split(BLANKS) {
        let begin = at;
        at += word.len() + 1;
        let number = word.trim_start_matches('(');
        let unit = first_word(line.text.get(at..)?);
        let whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        // `50 000`
        let group = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if whole && number.len() <= 3 && group(unit) {
            let start = begin + word.len() - number.len();
            return Some(errors::parted_thousands(
                line.part(start, at + unit.len()),
                &format!("{number}{unit}"),
            ));
        }
        if whole && let Some(short) = unit_of(unit) {
            let start = begin + word.len() - number.len();
            let span = line.part(start, at + unit.len());
            return Some(errors::blank_before_unit(
                span,
                &format!("{number} {unit}"),
                &format!("{number}{short}"),
            ));
        }
    }
    None
}

/// `for (let x of xs) {`, `for const x in xs {`.
fn each(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let head = rest.strip_suffix('{').unwrap_or(rest).trim_end();
    // `for item in items limit 50 {`, `for item in items at most 50 items {`
    for sign in [" limit ", " max ", " up to ", ", max ", ", limit ", " at most ", ", at most "] {
        let Some((list, count)) = head.split_once(sign) else { continue };
        let digits = count.split(BLANKS).next().unwrap_or("");
        let right = format!("{list}, at most {digits}");
        let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if number && right != head && !list.contains(['(', '"']) {
            let message = "the bound of a `for` stands behind its list, as `at most` a number";
            return Some(
                line.otherwise(&codes::FOREIGN_WORD, (at, at + head.len()), message, &right)
                    .help(format!("Write `for {right} {{ … }}`.")),
            );
        }
    }
    // `for tag in tags[] {`
    let gone_through = head.trim_end_matches(':').trim_end();
    let list = ["[]", "[*]"].iter().find_map(|sign| gone_through.strip_suffix(sign));
    if let Some((name, list)) = list.and_then(|list| list.split_once(" in "))
        && is_name(name)
        && !list.is_empty()
    {
        let start = at + name.len() + " in ".len() + list.len();
        let message = "a `for` goes through a list that is named without brackets";
        let place = (start, at + gone_through.len());
        let edits = [(place.0, place.1, "")];
        return Some(
            line.with_edits(&codes::FOREIGN_OPERATOR, place, message, "leave them out", &edits)
                .help(format!("Write `for {name} in {list} {{ … }}`.")),
        );
    }
    let inner = head.strip_prefix('(').and_then(|head| head.strip_suffix(')')).unwrap_or(head).trim();
    let word = first_word(inner);
    if !matches!(word, "let" | "const" | "var" | "each" | "every" | "all" | "auto" | "my") {
        return None;
    }
    let named = inner.get(word.len()..)?.trim_start();
    let name = first_word(named);
    let list = named.get(name.len()..)?.trim_start();
    let list = ["of ", "in ", ": "].iter().find_map(|sign| list.strip_prefix(sign))?.trim();
    let right = format!("{name} in {list}");
    (is_name(name) && !list.is_empty()).then(|| {
        line.otherwise(
            &codes::FOREIGN_WORD,
            (at, at + head.len()),
            "a `for` names its item without another word",
            &right,
        )
        .help(format!("Write `for {right} {{ … }}`."))
    })
}

/// `let x = "a" if c else "b"`.
fn choice_behind(line: Line<'_>) -> Option<Diagnostic> {
    let sign = line.find(" = ")? + " = ".len();
    let if_at = line.find(" if ")?;
    let else_at = line.find(" else ")?;
    let then = line.text.get(sign..if_at)?.trim();
    let condition = line.text.get(if_at + " if ".len()..else_at)?.trim();
    let otherwise = line.text.get(else_at + " else ".len()..)?.trim();
    if then.is_empty() || condition.is_empty() || otherwise.is_empty() || line.find(" then ").is_some() {
        return None;
    }
    let right = format!("if {condition} then {then} else {otherwise}");
    Some(line.otherwise(
        &codes::FOREIGN_OPERATOR,
        (sign, line.text.len()),
        "the condition of a choice comes first",
        &right,
    ))
}

/// `let x = if c then a`: something else is wanted where it does not hold.
fn choice_without_else(line: Line<'_>) -> Option<Diagnostic> {
    let sign = line.find(" = ")? + " = ".len();
    let value = line.text.get(sign..)?.trim();
    let whole = value.starts_with("if ") && line.find(" then ").is_some() && line.find("else").is_none();
    if !whole || line.find("{").is_some() {
        return None;
    }
    Some(errors::choice_without_else(line.part(sign, line.text.len())))
}

/// `abort 403, "why"`, `respond(200, "OK")`, `respond 201 Created {`.
fn answer(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let code = &codes::LEFT_OVER;
    let head_end = line.find("{").unwrap_or(line.text.len());
    let head = line.text.get(at..head_end)?.trim_end();
    let end = at + head.len();
    if let Some(inner) = head.strip_prefix('(').and_then(|head| head.strip_suffix(')')) {
        let right = format!(" {}", inner.split(',').map(str::trim).collect::<Vec<_>>().join(" "));
        let message = format!("`{word}` takes its status and its text without brackets");
        return Some(
            line.otherwise(code, (word.len(), end), &message, &right).help(format!("Write `{word}{right}`.")),
        );
    }
    let needless = first_word(head);
    let behind = head.get(needless.len()..)?.trim_start();
    if matches!(needless, "status" | "code" | "with" | "http" | "message")
        && behind.starts_with(|c: char| c.is_ascii_digit() || c == '"')
    {
        let message = format!("`{word}` takes what it says without `{needless}`");
        return Some(
            line.with_edits(
                code,
                (at, at + needless.len()),
                &message,
                "leave the word out",
                &[(at, end - behind.len(), "")],
            )
            .help(super::super::words::form(word)),
        );
    }
    let status = head.get(..3).filter(|status| status.bytes().all(|byte| byte.is_ascii_digit()))?;
    let behind = head.get(3..)?;
    if let Some(text) = behind.trim_start().strip_prefix(',') {
        let comma = end - behind.trim_start().len();
        return Some(
            line.with_edits(
                code,
                (comma, comma + 1),
                "no comma stands between a status and its text",
                "delete the comma",
                &[(at + 3, end - text.trim_start().len(), " ")],
            )
            .help(format!("Write `{word} {status} {}`.", text.trim())),
        );
    }
    let text = behind.trim();
    let plain = text.starts_with(char::is_uppercase) && text.chars().all(|c| c.is_alphanumeric() || c == ' ');
    (head_end < line.text.len() && plain && word == "respond" && !rest.is_empty()).then(|| {
        let right = format!("\"{text}\"");
        line.otherwise(
            &codes::MISSING_QUOTES,
            (end - text.len(), end),
            "the text of `respond` stands in quotes",
            &right,
        )
    })
}

/// `extract body as multipart {`.
fn format_in_extract(line: Line<'_>) -> Option<Diagnostic> {
    let at = line.find(" as ")?;
    let head = line.text.get(..at)?;
    let format = first_word(line.text.get(at + " as ".len()..)?);
    let known = ["json", "form", "multipart", "xml", "text", "bytes"].contains(&format);
    let before_brace = line.find("{").is_none_or(|brace| at < brace);
    (known && before_brace && head.ends_with("body")).then(|| {
        let end = at + " as ".len() + format.len();
        line.with_edits(
            &codes::LEFT_OVER,
            (at + 1, end),
            "`extract` does not say what the body is",
            "leave it out",
            &[(at, end, "")],
        )
        .help(format!("The content type of the request says it. Whatever its sender says, `read body as {format}` in the head of the pipeline does."))
    })
}

/// `let day = weekday to`.
fn call_without_brackets(line: Line<'_>) -> Option<Diagnostic> {
    let sign = line.find(" = ")? + " = ".len();
    let value = line.text.get(sign..)?.trim();
    let (function, argument) = value.split_once(BLANKS)?;
    let plain = argument.split('.').all(is_name);
    let known = |word: &str| matches!(word, "if" | "not" | "and" | "or" | "in" | "empty" | "true" | "false");
    (is_name(function) && plain && !known(function) && !known(argument) && argument != "on_missing").then(
        || {
            let right = format!("{function}({argument})");
            line.otherwise(
                &codes::LEFT_OVER,
                (line.text.len() - value.len(), line.text.len()),
                "a function is given its values in brackets",
                &right,
            )
        },
    )
}

/// `http.put HOST + "/orders/" + id {`.
fn url_put_together(line: Line<'_>) -> Option<Diagnostic> {
    let blank = line.text.find(BLANKS)?;
    let end = line.text.rfind('{').filter(|_| line.text.ends_with('{')).unwrap_or(line.text.len());
    let written = line.text.get(blank..end)?.trim();
    let pieces: Vec<&str> = written.split('+').map(str::trim).collect();
    if pieces.len() < 2 {
        return None;
    }
    let mut right = String::from("\"");
    for piece in pieces {
        match piece.strip_prefix('"').and_then(|piece| piece.strip_suffix('"')) {
            Some(text) if !text.contains('"') => right.push_str(text),
            _ if !piece.is_empty() && piece.split('.').all(is_name) => {
                right.push_str(&format!("{{{piece}}}"));
            }
            _ => return None,
        }
    }
    right.push('"');
    let start = blank + line.text.get(blank..)?.len() - line.text.get(blank..)?.trim_start().len();
    Some(line.otherwise(
        &codes::MISSING_QUOTES,
        (start, start + written.len()),
        "the address of an action is one text, with its values in braces",
        &right,
    ))
}

/// `case "paid": {` among the arms of a `match`.
pub(super) fn case(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let head_end = line.find("{").unwrap_or(line.text.len());
    let head = line.text.get(..head_end)?.trim_end();
    let value = head.strip_suffix(':').unwrap_or(head).trim_end();
    let mut edits = vec![(0, at, "")];
    if value.len() < head.len() {
        edits.push((value.len(), head.len(), ""));
    }
    if rest.is_empty() || head_end == line.text.len() {
        return None;
    }
    let mut found = line.with_edits(
        &codes::FOREIGN_WORD,
        (0, "case".len()),
        "an arm of `match` begins with its value, without `case`",
        "leave `case` out",
        &edits,
    );
    found.help = Some("An arm is written `\"a\", \"b\" { … }`, and only the first that fits runs.".into());
    Some(found)
}

/// `short = lower(name)`, `full = first + last`, `count = 5` in the block of `extract`: what is computed, where a path should stand.
fn computed(line: Line<'_>) -> Option<Diagnostic> {
    let name = first_word(line.text);
    let (at, value) = value_of_field(line.text)?;
    let parts = value.split('(').next()?.trim_end();
    let dotted = parts.split('.').all(is_name);
    let call = dotted && value.ends_with(')') && value.len() > parts.len();
    let digits = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let signs = [" + ", " - ", " * ", " / "];
    let joined = signs.iter().any(|sign| Line { text: value, at: line.at }.find(sign).is_some());
    if !call && !digits && !joined {
        return None;
    }
    let message = format!("`{name}` is computed, and `extract` picks out what was sent");
    let found = line.told(&codes::MISPLACED_LINE, (at, at + value.len()), &message);
    let example = if call && parts.contains('.') { "lower(email)" } else { value };
    Some(found.help(format!("Write it in a line below the block: `let {name} = {example}`.")))
}

/// `total = $.price * 100 on_missing abort`: a path, and what is computed from what stands there.
fn computed_from(line: Line<'_>) -> Option<Diagnostic> {
    let name = first_word(line.text);
    let value = line.text.get(name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let at = line.text.len() - value.len();
    let value = Line { text: value.get(..value.find(" on_missing").unwrap_or(value.len()))?, at: line.at };
    let signs = [" * ", " + ", " / ", " - ", " == ", " != ", " >= ", " <= ", " > ", " < ", " and "];
    let cut = signs.iter().filter_map(|sign| value.find(sign)).min()?;
    let path = value.text.get(..cut)?.trim_end();
    if !is_name(name) || !path.starts_with(['$', '[']) || path.contains(' ') {
        return None;
    }
    let message = format!("what `{name}` is computed from is picked out first");
    let place = (at + cut + 1, at + value.text.trim_end().len());
    let found = line.told(&codes::MISPLACED_LINE, place, &message);
    let rest = value.text.get(cut..)?.trim();
    Some(found.help(format!(
        "Pick out `{path}` under a name of its own, and write a line below the block: `let {name} = … {rest}`."
    )))
}

/// `day = $.date as "YYYY-MM-DD"`: how a time is written needs not to be said.
fn pattern_of_time(line: Line<'_>) -> Option<Diagnostic> {
    let at = line.find(" as \"")? + " as ".len();
    let end = at + 1 + line.text.get(at + 1..)?.find('"')? + 1;
    let pattern = line.text.get(at..end)?.to_lowercase();
    let of_time = ["yyyy", "%y", "dd", "hh:", "%h"].iter().any(|part| pattern.contains(part));
    let message = match of_time {
        true => "a time is read by the reader `time`, in whichever form it was sent",
        false => "what reads a value is a word without quotes",
    };
    let mut found = line.perhaps(&codes::NEEDLESS_QUOTES, (at, end), message, "time");
    if !of_time {
        found.fixes.clear();
    }
    Some(
        found.help(
            "It is written `as time`, `as time(\"Europe/Moscow\")`, `as number`, `as email` and so on.",
        ),
    )
}

/// `tags[] = $.tags`, `tags[]: $.tags[*]`.
fn name_of_list(line: Line<'_>) -> Option<Diagnostic> {
    let name = first_word(line.text);
    let behind = line.text.get(name.len()..)?;
    let sign = behind.strip_prefix("[]")?.trim_start();
    let value = sign.strip_prefix(['=', ':'])?.trim_start();
    (is_name(name) && !value.is_empty()).then(|| {
        let end = line.text.len() - value.len();
        let edits = [(name.len(), end, " = ")];
        let message = "no brackets stand behind a name, whatever it holds";
        let place = (name.len(), name.len() + "[]".len());
        line.with_edits(&codes::BAD_NAME, place, message, "leave them out", &edits)
            .help("All members of a list are picked out by `$.items[*]`.")
    })
}

/// Whether a field is given something that may be no path.
pub(super) fn may_be_computed(text: &str) -> bool {
    value_of_field(text).is_some_and(|(_, value)| {
        value.contains(['(', '+', '-', '*', '/']) || value.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// What a single field is given, without its policy, and where it stands; `None` for what reaches into what was sent.
fn value_of_field(text: &str) -> Option<(usize, &str)> {
    let name = first_word(text);
    let value = text.get(name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let at = text.len() - value.len();
    let end = value.find(" on_missing").unwrap_or(value.len());
    let end = value.find(" as ").map_or(end, |reader| reader.min(end));
    let value = value.get(..end)?.trim_end();
    let reaches =
        value.is_empty() || value.starts_with(['$', '[', '=', '.']) || value.contains(['$', ',', '\'']);
    (!reaches && is_name(name)).then_some((at, value))
}

/// `on_missing = 0`, `on_missing: empty`, `on_missing abort "why" 422`, `on_missing abort 422 no phone` behind a path.
pub(super) fn field(line: Line<'_>) -> Option<Diagnostic> {
    if let Some(found) = computed(line)
        .or_else(|| computed_from(line))
        .or_else(|| pattern_of_time(line))
        .or_else(|| name_of_list(line))
    {
        return Some(found);
    }
    let at = line.find("on_missing")? + "on_missing".len();
    let rest = line.text.get(at..)?;
    if let Some(abort) = rest.trim_start().strip_prefix("abort ") {
        let abort = abort.trim();
        let start = line.text.len() - abort.len();
        let number = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some((text, status)) = abort.rsplit_once(BLANKS)
            && number(status)
            && text.starts_with('"')
            && text.ends_with('"')
        {
            let message = "the status of an `abort` stands before its text";
            return Some(line.otherwise(
                &codes::LEFT_OVER,
                (start, line.text.len()),
                message,
                &format!("{status} {text}"),
            ));
        }
        let text = abort.get(3..).filter(|_| abort.get(..3).is_some_and(number)).unwrap_or(abort).trim();
        let plain = text.starts_with(char::is_alphabetic)
            && !text.contains(['"', '\'', '{', '}', '=', '(', '\\', ',']);
        return plain.then(|| {
            let right = format!("\"{text}\"");
            let message = "the text of an `abort` stands in quotes";
            line.otherwise(
                &codes::MISSING_QUOTES,
                (line.text.len() - text.len(), line.text.len()),
                message,
                &right,
            )
        });
    }
    let value = rest.trim_start().strip_prefix(['=', ':'])?.trim();
    let word = first_word(value);
    let right = match word {
        "" if value.is_empty() => return None,
        "abort" | "empty" | "default" => value.to_owned(),
        "null" | "None" | "none" | "nil" | "skip" => "empty".to_owned(),
        _ => format!("default {value}"),
    };
    let start = line.text.len() - rest.trim_start().len();
    Some(line.otherwise(
        &codes::UNREADABLE_POLICY,
        (start, line.text.len()),
        "what a missing value means is said in a word, without a sign",
        &right,
    ))
}
