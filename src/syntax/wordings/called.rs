//! Lines as programs have them: an action called as a function, an address without quotes, a choice in braces, texts that are
//! joined by a sign.

use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::words::first_word;

use super::{Line, is_name, is_text};

/// Whether a `let` that can be read is none: `let answer = http.get("https://…")`.
pub(super) fn reads_otherwise(text: &str) -> bool {
    let Some((_, value)) = text.split_once('=') else { return false };
    let value = value.trim_start();
    value.starts_with("http.") || value.starts_with("new ") || value.starts_with("{{")
}

/// `let day = new Date()`, `let who = {{ name }}`, `let who = ${name}`, `let who = %name%`.
pub(super) fn value(line: Line<'_>) -> Option<Diagnostic> {
    let (_, value) = line.text.split_once('=')?;
    let value = value.trim();
    let at = line.text.len() - value.len();
    let place = (at, line.text.len());
    if let Some(made) = value.strip_prefix("new ") {
        let message = "nothing is made with `new`";
        let mut found = line.otherwise(&codes::FOREIGN_WORD, place, message, "now()");
        if made.trim() != "Date()" {
            found.fixes.clear();
            found.help = Some("Values are written as they are, `[1, 2]`, and what is computed is asked of a function: `now()`.".into());
        }
        return Some(found);
    }
    let signs = [("{{", "}}"), ("${", "}"), ("%", "%"), ("<%=", "%>"), ("$", ""), ("@", ""), (":", "")];
    let name = signs.iter().find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close))?.trim();
    let name = name.trim_start_matches('$');
    let path = !name.is_empty() && name.split('.').all(is_name);
    path.then(|| line.otherwise(&codes::FOREIGN_OPERATOR, place, "a value is used by its name alone", name))
}

/// `bizon.add_subscriber(email = email)`, `http.post("https://…") { … }`, `let answer = http.get("https://…")`.
pub(super) fn action(line: Line<'_>) -> Option<Diagnostic> {
    let start = match first_word(line.text) {
        "let" => {
            let value = line.text.split_once('=')?.1.trim_start();
            // Behind a `let`, most names with a dot are values.
            value.starts_with("http.").then_some(line.text.len() - value.len())?
        }
        _ => 0,
    };
    let open = start + line.text.get(start..)?.find('(')?;
    let action = line.text.get(start..open)?.trim_end();
    if !action.contains('.') || !action.split('.').all(is_name) {
        return None;
    }
    let close = closing(line.text, open)?;
    let behind = line.text.get(close + 1..)?.trim();
    if !(behind.is_empty() || behind.starts_with('{')) {
        return None;
    }
    let given = line.text.get(open + 1..close)?.trim();
    let (right, certain) = match arguments(action, given) {
        Some(written) => written,
        None => {
            let message = "an action is called without round brackets, and its parameters have names";
            let found = line.told(&codes::FOREIGN_OPERATOR, (open, close + 1), message);
            return Some(found.help(format!("It is written `{action} {{ name = value }}`.")));
        }
    };
    let message = "an action is called without round brackets";
    let title = format!("write `{}`", format!("{action}{right}").trim_end());
    let edits = [(start + action.len(), close + 1, right.as_str())];
    let mut found = line.with_edits(&codes::FOREIGN_OPERATOR, (open, close + 1), message, &title, &edits);
    let one_block = behind.is_empty() || !right.contains('{');
    found.fixes.iter_mut().for_each(|fix| fix.safe = certain && one_block);
    Some(found.help(format!("Write `{}`.", format!("{action}{right}").trim_end())))
}

/// What is written behind an action in the place of what stands in its brackets, and whether nothing else can be meant.
fn arguments(action: &str, given: &str) -> Option<(String, bool)> {
    let pieces = pieces(given)?;
    let inner = |piece: &str| {
        let inner = piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}'));
        inner.map(|inner| inner.trim().to_owned())
    };
    match pieces.as_slice() {
        [] => Some((String::new(), true)),
        [url] if is_text(url) => Some((format!(" {url}"), true)),
        [url, body] if is_text(url) && action.starts_with("http.") && body.starts_with('{') => {
            Some((format!(" {url} {{ json {body} }}"), false))
        }
        [object] if inner(object).is_some() => Some((format!(" {{ {} }}", named(&inner(object)?)?), true)),
        _ => Some((format!(" {{ {} }}", named(given)?), true)),
    }
}

/// `a = 1, b: 2` as parameters; `None` if one has no name.
fn named(given: &str) -> Option<String> {
    let all = pieces(given)?.into_iter().map(|piece| {
        let name = first_word(piece);
        let sign = piece.get(name.len()..)?.trim_start();
        let value = sign.strip_prefix([':', '=']).filter(|value| !value.starts_with('='))?.trim();
        (is_name(name) && !value.is_empty()).then(|| format!("{name} = {value}"))
    });
    let all = all.collect::<Option<Vec<_>>>()?;
    (!all.is_empty()).then(|| all.join(", "))
}

/// Where the bracket that opens at a place is closed, outside of texts.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    outside(text).find_map(|(at, sign)| {
        match sign {
            _ if at < open => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        (at > open && depth == 0).then_some(at)
    })
}

/// Parted by the commas that stand in no bracket and no text.
pub(super) fn pieces(text: &str) -> Option<Vec<&str>> {
    let (mut pieces, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, sign) in outside(text) {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                pieces.push(text.get(from..at)?.trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(text.get(from..)?.trim());
    pieces.retain(|piece| !piece.is_empty());
    (depth == 0).then_some(pieces)
}

/// The letters of a line that stand in no text, and where.
pub(super) fn outside(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    text.char_indices().filter(move |(_, sign)| {
        match quote {
            Some(open) if open == *sign => quote = None,
            Some(_) => {}
            None if matches!(sign, '"' | '\'') => quote = Some(*sign),
            None => return true,
        }
        false
    })
}

/// `let shop = https://shop.example`, `http.post https://crm.example/leads {`.
pub(in crate::syntax) fn bare_address(text: &str) -> Option<(usize, usize)> {
    let at =
        ["https://", "http://"].iter().find_map(|scheme| super::super::slips::outside_texts(text, scheme))?;
    let before = text.get(..at)?.chars().next_back();
    let rest = text.get(at..)?;
    let end = rest.find([' ', '\t', ',', ')', '"', '\'']).unwrap_or(rest.len());
    let address = rest.get(..end)?.trim_end_matches([';', '{']);
    let host = address.split_once("://")?.1;
    (!host.is_empty() && !before.is_some_and(|letter| letter == '_' || letter.is_alphanumeric()))
        .then_some((at, at + address.len()))
}

pub(super) fn address(line: Line<'_>) -> Option<Diagnostic> {
    let (at, end) = bare_address(line.text)?;
    let right = format!("\"{}\"", line.text.get(at..end)?);
    Some(line.otherwise(&codes::MISSING_QUOTES, (at, end), "an address is a text in quotes", &right))
}

/// `let kind = if paid { "order" } else { "lead" }`, `let kind = if (paid) "order" else "lead"`.
pub(super) fn choice(line: Line<'_>) -> Option<Diagnostic> {
    let at = line.find(" if ")? + 1;
    let written = line.text.get(at..)?;
    if line.find(" then ").is_some() || !line.text.get(..at)?.trim_end().ends_with('=') {
        return None;
    }
    let (condition, one, other) = in_braces(written).or_else(|| in_brackets(written))?;
    if one.is_empty() || other.is_empty() || condition.is_empty() {
        return None;
    }
    let condition = condition.replace("===", "==").replace(" = ", " == ");
    let right = format!("if {condition} then {one} else {other}");
    let message = "which of two values is taken is said with `then` and `else`";
    let place = (at, line.text.len());
    Some(line.otherwise(&codes::FOREIGN_WORD, place, message, &right))
}

/// Condition and both values of `if a == b { 1 } else { 2 }`.
fn in_braces(text: &str) -> Option<(&str, &str, &str)> {
    let open = outside(text).find(|(_, sign)| *sign == '{')?.0;
    let condition = text.get("if".len()..open)?.trim();
    let close = closing(text, open)?;
    let rest = text.get(close + 1..)?.trim_start().strip_prefix("else")?.trim();
    let other = rest.strip_prefix('{')?.strip_suffix('}')?.trim();
    let one = text.get(open + 1..close)?.trim();
    (!other.contains(['{', '}'])).then_some((condition, one, other))
}

/// Those of `if (a == b) 1 else 2`.
fn in_brackets(text: &str) -> Option<(&str, &str, &str)> {
    let open =
        text.find('(').filter(|open| text.get("if".len()..*open).is_some_and(|gap| gap.trim().is_empty()))?;
    let close = closing(text, open)?;
    let (one, other) = text.get(close + 1..)?.split_once(" else ")?;
    let plain = |value: &str| !value.contains(['{', '}']) || is_text(value);
    let (one, other) = (one.trim(), other.trim());
    (plain(one) && plain(other)).then_some((text.get(open + 1..close)?.trim(), one, other))
}

/// `let full = first & " " & last`, `let full = first .. " " .. last`.
pub(super) fn joined(line: Line<'_>) -> Option<Diagnostic> {
    let (sign, cut) = [" & ", " .. "].iter().find_map(|sign| line.find(sign).map(|at| (*sign, at)))?;
    let start = line.text.get(..cut)?.rfind(['=', '(', ',']).map_or(0, |at| at + 1);
    let written = line.text.get(start..)?;
    let blanks = written.len() - written.trim_start().len();
    let written = written.trim_start();
    let is_path = |piece: &str| !piece.is_empty() && piece.split('.').all(is_name);
    let parts = written.split(sign).map(|piece| match piece.trim() {
        piece if is_text(piece) => Some(piece.trim_matches('"').to_owned()),
        piece if is_path(piece) => Some(format!("{{{piece}}}")),
        _ => None,
    });
    let message = format!("texts are joined by inserting them, not with `{}`", sign.trim());
    let place = (cut + 1, cut + 1 + sign.trim().len());
    let Some(parts) = parts.collect::<Option<Vec<_>>>() else {
        let found = line.told(&codes::FOREIGN_OPERATOR, place, &message);
        return Some(found.help("Write them in one text: `\"{first} {last}\"`."));
    };
    let right = format!("\"{}\"", parts.concat());
    let title = format!("write `{right}`");
    let edits = [(start + blanks, line.text.len(), right.as_str())];
    let found = line.with_edits(&codes::FOREIGN_OPERATOR, place, &message, &title, &edits);
    Some(found.help(format!("Write `{right}`.")))
}
