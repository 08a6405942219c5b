//! Values and conditions in other words: signs of a book of mathematics, thousands, percents, and texts without quotes.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::errors;
use crate::syntax::words::{BLANKS, RESERVED, first_word};

use super::{Line, called, is_name, is_text};

/// Whether a line that can be read means something else.
pub(super) fn reads_otherwise(text: &str) -> bool {
    // What stands in the block of a `when` is asked for by itself.
    let line = text.split(['\n', '\r']).next().unwrap_or(text);
    let head = line.split_inclusive('{').next().unwrap_or(line);
    head.contains('%') && percent_sign(head).is_some() || line.contains("next(") && !line.contains("next(\"")
}

/// As they are printed, and as they are written here.
const SIGNS: [(&str, &str); 7] =
    [("×", "*"), ("÷", "/"), ("≠", "!="), ("≥", ">="), ("≤", "<="), ("−", "-"), ("<>", "!=")];

/// What a condition or a value says in other words.
pub(super) fn of(line: Line<'_>) -> Option<Diagnostic> {
    printed_sign(line)
        .or_else(|| thousands(line))
        .or_else(|| percent(line))
        .or_else(|| then_and_brace(line))
        .or_else(|| several_behind_in(line))
        .or_else(|| time_without_quotes(line))
}

/// `price × 2`, `price ≥ 100`.
fn printed_sign(line: Line<'_>) -> Option<Diagnostic> {
    let (sign, right) = SIGNS.into_iter().find(|(sign, _)| line.find(sign).is_some())?;
    let at = line.find(sign)?;
    let message = format!("`{sign}` is written `{right}`");
    Some(line.otherwise(&codes::FOREIGN_OPERATOR, (at, at + sign.len()), &message, right))
}

/// `price > 1,000`.
fn thousands(line: Line<'_>) -> Option<Diagnostic> {
    let mut at = 0;
    for word in line.text.split(BLANKS) {
        let begin = at;
        at += word.len() + 1;
        let compared = line.text.get(..begin)?.trim_end().ends_with(['>', '<', '=', '+', '-', '*', '/']);
        let (first, groups) = word.split_once(',').unwrap_or((word, ""));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let grouped = !groups.is_empty() && groups.split(',').all(|group| group.len() == 3 && digits(group));
        if compared && digits(first) && first.len() <= 3 && grouped {
            let span = line.part(begin, begin + word.len());
            return Some(errors::parted_thousands(span, &word.replace(',', "")));
        }
    }
    None
}

/// `discount > 10%`.
fn percent(line: Line<'_>) -> Option<Diagnostic> {
    let at = percent_sign(line.text)?;
    let from = line.text.get(..at)?.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let number = line.text.get(from..at)?;
    let found = line.told(&codes::BAD_NUMBER, (from, at + 1), "a percentage is written as a number");
    Some(found.help(format!("Write `{number}`, or the part of one that it is, `0.1` for ten percent.")))
}

/// Where a `%` stands right behind a number, and nothing that could be divided by stands behind it.
fn percent_sign(text: &str) -> Option<usize> {
    called::outside(text).map(|(at, _)| at).find(|at| {
        let (before, behind) = (text.get(..*at).unwrap_or(""), text.get(*at..).unwrap_or(""));
        let next = behind.strip_prefix('%').map(|behind| behind.chars().next());
        let ends = next.is_some_and(|next| next.is_none_or(|next| matches!(next, ' ' | '{' | ')' | ',')));
        let operand = behind.get(1..).is_some_and(|behind| {
            let behind = behind.trim_start();
            let word = first_word(behind);
            behind.starts_with('(') || !word.is_empty() && !RESERVED.contains(&word)
        });
        ends && !operand && before.ends_with(|c: char| c.is_ascii_digit())
    })
}

/// `when a == b then { stop }`.
fn then_and_brace(line: Line<'_>) -> Option<Diagnostic> {
    if !matches!(first_word(line.text), "when" | "if" | "else") {
        return None;
    }
    let at = line
        .find(" then {")
        .or_else(|| line.text.ends_with(" then").then(|| line.text.len() - " then".len()))?;
    let place = (at + 1, at + " then".len());
    let edits = [(at, at + " then".len(), "")];
    let message = "the block of a condition follows at once, without `then`";
    Some(line.with_edits(&codes::FOREIGN_WORD, place, message, "leave it out", &edits))
        .map(|found| found.help("It is written `when a == b { … }`. `then` stands in `if … then … else …`."))
}

/// `when email in "a@b.example", "c@d.example" {`.
fn several_behind_in(line: Line<'_>) -> Option<Diagnostic> {
    let at = line.find(" in ")? + " in ".len();
    let behind = line.text.get(at..)?;
    let end = called::outside(behind).find(|(_, sign)| *sign == '{').map_or(behind.len(), |(end, _)| end);
    let written = behind.get(..end)?.trim_end();
    let inner = written.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(written);
    let all: Vec<&str> = inner.split(',').map(str::trim).collect();
    let plain =
        |value: &&str| is_text(value) || !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    (all.len() > 1 && all.iter().all(plain)).then(|| {
        let right = format!("[{}]", all.join(", "));
        let message = "the values behind `in` are a list in square brackets";
        line.otherwise(&codes::FOREIGN_OPERATOR, (at, at + written.len()), message, &right)
    })
}

/// `next(Thu 20:00, Europe/Moscow)`.
fn time_without_quotes(line: Line<'_>) -> Option<Diagnostic> {
    let at = line.find("next(")? + "next(".len();
    let given = line.text.get(at..line.text.get(at..)?.find(')')? + at)?;
    let quoted = given.split(',').map(|piece| match piece.trim() {
        piece if is_text(piece) => Some(piece.to_owned()),
        piece if piece.contains([' ', ':', '/']) && !piece.contains(['"', '(', '{']) => {
            Some(format!("\"{piece}\""))
        }
        piece if is_name(piece) => Some(piece.to_owned()),
        _ => None,
    });
    let right = quoted.collect::<Option<Vec<_>>>()?.join(", ");
    (right != given).then(|| {
        let message = "a day with its time and a zone are texts in quotes";
        line.otherwise(&codes::MISSING_QUOTES, (at, at + given.len()), message, &right)
    })
}

/// `chat = @school`, `to = ops@school.example`, `pageId = 123:intro`, `email = $email` among parameters.
pub(super) fn parameter(line: Line<'_>) -> Option<Diagnostic> {
    for piece in called::pieces(line.text)? {
        let name = first_word(piece);
        let Some(value) = piece.get(name.len()..)?.trim_start().strip_prefix(['=', ':']) else { continue };
        let value = value.trim();
        let at = line.text.find(piece)? + piece.len() - value.len();
        let place = (at, at + value.len());
        if let Some(bare) = value.strip_prefix('$').filter(|name| is_name(name)) {
            return Some(line.otherwise(
                &codes::FOREIGN_OPERATOR,
                place,
                "a value is used by its name alone",
                bare,
            ));
        }
        let plain = value.chars().all(|c| c.is_alphanumeric() || "._-@:/+".contains(c));
        let text = value.contains('@')
            || value.split_once(':').is_some_and(|(digits, word)| {
                digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() && !word.is_empty()
            });
        if plain && text && is_name(name) {
            let right = format!("\"{value}\"");
            return Some(line.otherwise(&codes::MISSING_QUOTES, place, "a text stands in quotes", &right));
        }
    }
    None
}
