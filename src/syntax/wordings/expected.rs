//! What a test expects, in other words: members of an answer, how often, and how the run ended.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::words::{BLANKS, first_word};

use super::{Line, is_name, is_text};

/// Words between which a state is written elsewhere.
const AROUND_STATE: [&str; 14] = [
    "to", "be", "run", "the", "state", "pipeline", "is", "was", "ended", "ends", "result", "with", "as",
    "outcome",
];

const STATES: [&str; 7] = ["aborted", "stopped", "done", "failed", "interrupted", "rejected", "duplicate"];

const NUMBERS: [(&str, &str); 10] = [
    ("zero", "never"),
    ("one", "once"),
    ("two", "2 times"),
    ("three", "3 times"),
    ("four", "4 times"),
    ("five", "5 times"),
    ("six", "6 times"),
    ("seven", "7 times"),
    ("eight", "8 times"),
    ("ten", "10 times"),
];

pub(super) fn of(line: Line<'_>) -> Option<Diagnostic> {
    nothing(line)
        .or_else(|| parameters(line))
        .or_else(|| members(line))
        .or_else(|| service(line))
        .or_else(|| how_often(line))
        .or_else(|| state(line))
        .or_else(|| compared(line))
        .or_else(|| several(line))
}

/// Whether a line that can be read means something else: `expect http.post two times`, `expect json["a"] == 1`.
pub(super) fn reads_otherwise(text: &str) -> bool {
    let rest = text.strip_prefix("expect").unwrap_or("").trim_start();
    let word = first_word(rest);
    matches!(rest, "nothing" | "none")
        || rest.ends_with(" times") && NUMBERS.iter().any(|(word, _)| rest.contains(&format!(" {word} ")))
        || word == "json" && !rest.contains('{') && rest.contains("==")
}

/// `expect nothing`, `expect no calls`, `expect 0 actions`.
fn nothing(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let (first, behind) = rest.split_once(BLANKS).unwrap_or((rest, ""));
    let behind = behind.trim();
    let told = match first {
        "nothing" | "none" => {
            matches!(
                behind,
                "" | "sent" | "called" | "is sent" | "is called" | "was sent" | "to be sent" | "happens"
            )
        }
        "no" | "0" | "zero" | "any" => {
            let what = behind.split(BLANKS).next()?;
            let actions =
                ["action", "actions", "call", "calls", "request", "requests", "sends"].contains(&what);
            actions && first != "any" && behind != "actions" || actions && matches!(first, "0" | "zero")
        }
        _ => false,
    };
    told.then(|| {
        let message = "that nothing is sent is written `no actions`";
        line.otherwise(&codes::UNREADABLE_EXPECTATION, (at, line.text.len()), message, "no actions")
            .help("Write `expect no actions`.")
    })
}

/// `expect json.a == 1`, `expect body.a.b is 1`, `expect json $.a == 1`, `expect $.a == 1`.
fn members(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let word = first_word(rest);
    let known = matches!(word, "json" | "body" | "response" | "answer" | "result" | "data");
    if !known && !rest.starts_with("$.") {
        return None;
    }
    let signs = [
        " === ",
        " == ",
        " = ",
        " is ",
        " equals ",
        ": ",
        " != ",
        " > ",
        " < ",
        " >= ",
        " <= ",
        " contains ",
    ];
    let (sign, cut) = signs
        .iter()
        .filter_map(|sign| line.find(sign).map(|cut| (*sign, cut)))
        .min_by_key(|(sign, cut)| (*cut, std::cmp::Reverse(sign.len())))?;
    let path = line.text.get(at + word.len()..cut)?.trim();
    if path.is_empty() || path.contains(['{', '"']) && !path.starts_with("[\"") {
        return None;
    }
    let value = line.text.get(cut + sign.len()..)?.trim();
    let plain = path.replace("[\"", ".").replace("\"]", "");
    let plain = plain.trim_start_matches(['$', '.']);
    let mut names: Vec<&str> = plain.split('.').collect();
    if matches!(word, "response" | "answer" | "result") && names.len() > 1 {
        names = match names.as_slice() {
            ["json" | "body" | "data", names @ ..] => names.to_vec(),
            _ => names,
        };
    }
    if value.is_empty() || names.iter().any(|name| first_word(name.trim_end_matches(['[', ']'])).is_empty()) {
        return None;
    }
    let equal = matches!(sign.trim(), "===" | "==" | "=" | "is" | "equals" | ":");
    let message = "the members of an answer are expected in braces, as `json { … }`";
    let code = &codes::UNREADABLE_EXPECTATION;
    if !equal || !names.iter().all(|name| is_name(name)) {
        let found = line.told(code, (at, line.text.len()), message);
        let advice = "Write `expect json { name: value }`: the members that are named are looked at, each for a value that is equal.";
        return Some(found.help(advice));
    }
    let object = names.iter().rev().fold(value.to_owned(), |inner, name| format!("{{ {name}: {inner} }}"));
    let right = format!("json {object}");
    Some(
        line.otherwise(code, (at, line.text.len()), message, &right).help(format!("Write `expect {right}`.")),
    )
}

/// `expect telegram never`: a service, and not which of its actions.
fn service(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let word = first_word(rest);
    let known = ["status", "text", "json", "header", "no", "not", "run", "pipeline"].contains(&word);
    let behind = rest.get(word.len()..)?;
    let count = behind.split('{').next()?.trim();
    let number = count.strip_suffix(" times").or(count.strip_suffix(" time"));
    let counted = matches!(count, "once" | "never" | "twice" | "called" | "not called" | "is called")
        || number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_name(word) || known || STATES.contains(&word) || !behind.starts_with(' ') || !counted {
        return None;
    }
    let message = format!("`{word}` is no action: which one of the service is meant is not said");
    let found = line.told(&codes::UNREADABLE_EXPECTATION, (at, at + word.len()), &message);
    Some(found.help("It is written as the step is that calls it: `expect http.post once`."))
}

/// `expect http.post twice`, `expect http.post two times`, `expect http.post once only`, `expect http.post at least once`.
fn how_often(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let action = rest.split([' ', '{']).next()?;
    if !action.split('.').all(is_name) || !action.contains('.') {
        return None;
    }
    let mut begin = at + action.len();
    let behind = line.text.get(begin..)?;
    if behind.trim_start().starts_with('"') {
        let quote = begin + behind.find('"')?;
        begin = quote + 1 + line.text.get(quote + 1..)?.find('"')? + 1;
    }
    let behind = line.text.get(begin..)?;
    let written = behind.split('{').next()?;
    let start = begin + written.len() - written.trim_start().len();
    let written = written.trim();
    let end = start + written.len();
    let code = &codes::UNREADABLE_EXPECTATION;
    const EXACT: &str = "Write `once`, `never` or `2 times`: it is exact.";
    let bounded =
        ["at least", "at most", "more than", "less than", "up to", "fewer than", ">", "<", "no more"];
    if bounded.iter().any(|words| written.starts_with(words)) {
        let message = "how often an action is expected is one exact number";
        let found = line.told(code, (start, end), message);
        return Some(found.help(EXACT));
    }
    // What only says that it is exact, or that an action is called, says nothing more.
    let needless = [
        "is", "was", "be", "to", "been", "called", "sent", "exactly", "only", "just", "with", "==", "=",
        "count",
    ];
    let words: Vec<&str> = written.split_whitespace().filter(|word| !needless.contains(word)).collect();
    let alone = words.len() == written.split_whitespace().count();
    let right = match words.as_slice() {
        ["once" | "never"] | [_, "times"] if alone && !spelled(&words) => return None,
        // A word too many is told of as such.
        ["once" | "never"] | [_, "times"]
            if needless.iter().any(|word| written.starts_with(word)) && !spelled(&words) =>
        {
            return None;
        }
        ["once"] => "once".to_owned(),
        ["never" | "not"] | ["not", "at", "all"] | ["no", "times"] => "never".to_owned(),
        ["twice"] => "2 times".to_owned(),
        ["thrice"] => "3 times".to_owned(),
        [number, "times" | "time"] => {
            let spelled = NUMBERS.iter().find(|(word, _)| word == number);
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            match spelled {
                Some((_, right)) => (*right).to_owned(),
                None if digits => format!("{number} times"),
                None => return None,
            }
        }
        [digits] if !alone && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            match *digits {
                "0" => "never".to_owned(),
                "1" => "once".to_owned(),
                digits => format!("{digits} times"),
            }
        }
        [] if !written.is_empty() => {
            let message = "how often the action is expected is not said";
            let found = line.perhaps(code, (start, end), message, "once");
            return Some(found.help(EXACT));
        }
        _ => return None,
    };
    let message = format!("how often the action is expected is written `{right}`");
    Some(line.otherwise(code, (start, end), &message, &right).help(EXACT))
}

/// `expect http.post once with a = 1`, `expect http.post { a = 1 } once`.
fn parameters(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let action = rest.split([' ', '{']).next()?;
    if !action.contains('.') || !action.split('.').all(is_name) {
        return None;
    }
    let code = &codes::UNREADABLE_EXPECTATION;
    let counted = |text: &str| {
        matches!(text, "once" | "never")
            || text
                .strip_suffix(" times")
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some((before, count)) = line.text.rsplit_once('}')
        && counted(count.trim())
        && let Some(open) = line.find("{")
    {
        let end = line.text.len();
        let start = end - count.trim_start().len();
        let count = format!("{} ", count.trim());
        let edits = [(open, open, &*count), (before.len() + 1, end, "")];
        let message = "how often stands before the parameters";
        let found = line.with_edits(code, (start, end), message, "write it before them", &edits);
        return Some(found.help("It is written `expect http.post once { name = value }`."));
    }
    let with = line.find(" with ").filter(|with| *with > at)?;
    let given = line.text.get(with + " with ".len()..)?.trim();
    let name = first_word(given);
    let sign = given.get(name.len()..)?.trim_start();
    let count = line.text.get(at + action.len()..with)?.trim();
    let single = is_name(name) && sign.starts_with('=') && !sign.starts_with("==") && !given.contains('{');
    (single && (counted(count) || count.ends_with('"'))).then(|| {
        let right = format!("{{ {given} }}");
        let message = "the parameters of an expected call stand in braces";
        line.otherwise(code, (with + 1, line.text.len()), message, &right)
    })
}

/// `expect status 200 and text "OK"`, `expect status 200, json { … }`.
fn several(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    if !matches!(first_word(rest), "status" | "text" | "json" | "header")
        && !STATES.contains(&first_word(rest))
    {
        return None;
    }
    for sign in [", and ", " and ", ", ", " && "] {
        let Some(cut) = line.find(sign).filter(|cut| *cut > at) else { continue };
        let begin = cut + sign.len();
        let behind = line.text.get(begin..)?;
        let word = first_word(behind);
        let known = matches!(word, "status" | "text" | "json" | "header") || STATES.contains(&word);
        // A brace before it would hold it.
        if !known || line.text.get(..cut)?.matches('{').count() != line.text.get(..cut)?.matches('}').count()
        {
            continue;
        }
        let place = cut + sign.len() - sign.trim_start().len();
        let mut found = line.with_edits(
            &codes::UNREADABLE_EXPECTATION,
            (place, place + sign.trim().len()),
            "each thing that is expected has a line of its own",
            "begin a new line",
            &[(cut, begin, "\nexpect ")],
        );
        found.help = Some(format!("Write `expect {word} …` on the next line."));
        return Some(found);
    }
    None
}

/// Whether a number stands in letters.
fn spelled(words: &[&str]) -> bool {
    words.first().is_some_and(|first| NUMBERS.iter().any(|(word, _)| word == first) || *first == "no")
}

/// `expect run done`, `expect to be done`, `expect aborted 422`.
fn state(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let code = &codes::UNREADABLE_EXPECTATION;
    let words: Vec<&str> = rest.split_whitespace().collect();
    if let [before @ .., last] = words.as_slice()
        && STATES.contains(last)
        && !before.is_empty()
        && before.iter().all(|word| AROUND_STATE.contains(word))
    {
        let message = format!("how the run ended is expected as `{last}` alone");
        let found = line.otherwise(code, (at, line.text.len()), &message, last);
        return Some(found.help(format!("Write `expect {last}`.")));
    }
    let first = first_word(rest);
    let behind = rest.get(first.len()..)?.trim();
    let (text, status) = behind.rsplit_once(BLANKS).unwrap_or(("", behind));
    let text = text.trim_end_matches("with").trim();
    let number = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    if !STATES.contains(&first) || !number || !text.is_empty() && !is_text(text) {
        return None;
    }
    let text = if text.is_empty() { String::new() } else { format!(" {text}") };
    let right = format!("{first}{text}\nexpect status {status}");
    let mut found = line.with_edits(
        code,
        (line.text.len() - status.len(), line.text.len()),
        "the status of the answer is expected in a line of its own",
        "write two lines",
        &[(at, line.text.len(), &right)],
    );
    found.help =
        Some(format!("Write `expect {first}{text}`, and `expect status {status}` on the next line."));
    Some(found)
}

/// `expect status >= 200`, `expect text contains "x"`, `expect header "A" == "b"`.
fn compared(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let code = &codes::UNREADABLE_EXPECTATION;
    let word = first_word(rest);
    let value = rest.get(word.len()..)?.trim_start();
    let start = line.text.len() - value.len();
    let signs = [
        ">=",
        "<=",
        "!=",
        ">",
        "<",
        "not ",
        "in ",
        "contains ",
        "matches ",
        "includes ",
        "like ",
        "starts_with ",
    ];
    // `expect "OK"`
    if is_text(rest) {
        let right = format!("text {rest}");
        let message = "what the answer says is expected as `text`";
        let found = line.perhaps(code, (at, line.text.len()), message, &right);
        return Some(found.help(format!("Write `expect {right}`.")));
    }
    let word = if matches!(word, "body" | "answer" | "response") { "text" } else { word };
    if matches!(word, "status" | "text" | "json")
        && let Some(sign) = signs.iter().find(|sign| value.starts_with(**sign))
    {
        let message = format!("`expect {word}` takes the one value that is right");
        let found = line.told(code, (start, start + sign.trim_end().len()), &message);
        return Some(found.help(match word {
            "status" => "Write `expect status 200`.",
            "text" => "Write `expect text \"…\"` with all of the text.",
            _ => "Write `expect json { name: value }`: only the members that are named are looked at.",
        }));
    }
    if word == "header"
        && value.starts_with('"')
        && let Some(sign) = ["===", "==", "is ", "equals "].iter().find(|sign| line.find(sign).is_some())
    {
        let begin = line.find(sign)?;
        let end = begin + sign.trim_end().len();
        let name = line.text.get(at..begin)?.trim_end();
        let message = format!("a header is expected with `=`, not with `{}`", sign.trim_end());
        let found = line.otherwise(code, (begin, end), &message, "=");
        return Some(found.help(format!("Write `expect {name} = \"…\"`.")));
    }
    None
}
