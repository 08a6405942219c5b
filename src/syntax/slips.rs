//! Slips that people make, known by the text of a line that fits no rule. Each function looks for the cause that is
//! most telling first: a comment of another language, a text without an end, a mistyped word, a bracket.

use crate::diagnostic::{Diagnostic, near};
use crate::source::Span;

use super::blocks::Within;
use super::errors;
use super::expected;
use super::grammar::Rule;
use super::habits;
use super::wordings;
use super::words::{
    CONNECTOR_WORDS, ENTRY_WORDS, ITEM_WORDS, RESERVED, STEP_WORDS, TEST_WORDS, first_word, form,
    from_russian,
};

/// What the block behind a head that cannot be read seems to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Steps,
    Entries,
    Fields,
    Object,
    /// Its lines are read for what they bind, without a word about them.
    Unknown,
}

pub(super) fn kind_of_block(head: &str) -> Block {
    let word = first_word(head);
    let meant = match from_russian(word) {
        None if is_word(word) => Some(word),
        meant => meant.or_else(|| near(word, all_words())),
    };
    let calls = head.split_whitespace().any(|piece| {
        piece.split_once('.').is_some_and(|(a, b)| first_word(a) == a && !a.is_empty() && !b.is_empty())
    });
    match meant {
        Some("when" | "for" | "else" | "on_failure" | "on_fail") => Block::Steps,
        // What stands in arms comes on several ways; only what it binds is of use.
        Some("match") => Block::Fields,
        Some("extract" | "returns") => Block::Fields,
        Some("json" | "form" | "query" | "multipart") => Block::Object,
        Some("respond") => Block::Entries,
        _ if matches!(word, "switch" | "case") => Block::Fields,
        _ if matches!(word, "if" | "elif" | "elsif" | "while" | "foreach" | "unless" | "try" | "loop") => {
            Block::Steps
        }
        _ if calls => Block::Entries,
        _ => Block::Unknown,
    }
}

/// A line that fits no rule. `reread` allows to read it once more to learn where it goes wrong.
pub(super) fn line(text: &str, span: Span, within: Within, reread: bool) -> Diagnostic {
    let sub = |start: usize, end: usize| part(span, start, end);
    if let Some(diagnostic) = comment(text, span).or_else(|| habits::in_line(text, span, within)) {
        return diagnostic;
    }
    if let Some(sign) = text.chars().next().filter(|sign| matches!(sign, ';' | ',')) {
        if text.len() == 1 {
            return errors::line_separator(span, &sign.to_string());
        }
        return errors::unreadable_line(sub(0, 1), &format!("no line begins with `{sign}`"));
    }
    if text.starts_with("- ") {
        return errors::list_item(sub(0, 1), within.describe());
    }
    if let Some(Open::Text(at, quote)) = open(text).filter(|open| matches!(open, Open::Text(..))) {
        return errors::open_text(sub(at, text.len()), quote, text.get(at..).unwrap_or(""));
    }
    let word = first_word(text);
    if word.is_empty() {
        return in_expression(text, span).unwrap_or_else(|| match within {
            Within::Match => errors::not_an_arm(span),
            _ => errors::unreadable_line(span, &format!("no line {} begins like this", within.describe())),
        });
    }
    let at = sub(0, word.len());
    let dotted = text.get(word.len()..).is_some_and(|rest| rest.starts_with('.'));
    if !is_word(word) && !dotted {
        return unknown(word, at, text, span, within);
    }
    if word == "else" {
        return errors::else_without_when(at);
    }
    let given = text.get(word.len()..).unwrap_or("").trim_start();
    if within == Within::Fields && is_word(word) && !given.starts_with(['=', ':']) {
        return errors::statement_among_fields(span, word);
    }
    if let Some(diagnostic) = in_expression(text, span) {
        return diagnostic;
    }
    if let Some(names) = names_of_for(text).filter(|names| names.len() > 1) {
        let (first, last) =
            (names.first().map_or(0, |name| name.0), names.last().map_or(0, |name| name.0 + name.1.len()));
        return errors::for_with_two_names(sub(first, last));
    }
    if text.strip_prefix("cors").is_some_and(|rest| rest.trim() == "*") {
        return errors::bare_star(sub(text.len() - 1, text.len()));
    }
    if ends_in_operator(text) && !text.ends_with('=') {
        let start = text.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
        return errors::nothing_behind(sub(start, text.len()), text.get(start..).unwrap_or(""));
    }
    let shown = if dotted { text.split_whitespace().next().unwrap_or(word) } else { word };
    let form = form(if dotted { "http.post" } else { word });
    if !reread {
        return errors::cannot_go_on(at, shown, "", form);
    }
    match expected::failure(text, within) {
        Some((place, wanted)) if place >= text.len() => errors::not_finished(span, shown, &wanted, form),
        Some((place, wanted)) => errors::cannot_go_on(sub(place, text.len()), shown, &wanted, form),
        None => errors::cannot_go_on(at, shown, "", form),
    }
}

fn unknown(word: &str, at: Span, text: &str, span: Span, within: Within) -> Diagnostic {
    let given = text.get(word.len()..).unwrap_or("").trim_start().starts_with(['=', ':']);
    if let Some(meant) = from_russian(word).filter(|_| !given) {
        return errors::russian_word(at, word, meant);
    }
    if let Some(advice) = foreign(word) {
        let rest = text.get(word.len()..).unwrap_or("").trim();
        let found = errors::foreign_word(at, word, advice);
        return match habits::replacement(word, rest) {
            Some(right) => found.safe_fix(format!("write `{right}`"), at, right),
            None => found,
        };
    }
    // A name that is given something belongs to no word list.
    let rest = text.get(word.len()..).unwrap_or("").trim_start();
    if within == Within::Fields || rest.starts_with('=') && !rest.starts_with("==") {
        return field_or_param(word, rest, text, span, within);
    }
    let candidates: Vec<&str> = match within {
        Within::Pipeline | Within::Branch | Within::OnFailure | Within::Match => STEP_WORDS.to_vec(),
        Within::Test | Within::Expect => TEST_WORDS.to_vec(),
        Within::Connector | Within::ConnectorAction => CONNECTOR_WORDS.to_vec(),
        _ => ENTRY_WORDS.to_vec(),
    };
    let meant = near(word, candidates).or_else(|| near(word, all_words()));
    if meant.is_none() {
        if rest.starts_with('(') {
            return errors::function_as_step(at, word);
        }
        if let Some(diagnostic) = in_expression(text, span) {
            return diagnostic;
        }
    }
    errors::unknown_word(at, word, meant, within.describe())
}

/// A line of `extract`, or `name = …` elsewhere, that goes wrong behind its name.
fn field_or_param(word: &str, rest: &str, text: &str, span: Span, within: Within) -> Diagnostic {
    let name = part(span, 0, word.len());
    if within == Within::Fields && !rest.starts_with(['=', ':']) {
        if word == "on_missing" || near(word, ["on_missing"]).is_some() {
            return errors::policy_on_its_own_line(name);
        }
        return errors::unreadable_line(span, "this is no field")
            .help("A field is written `name = $.path on_missing abort`.");
    }
    let value = rest.get(1..).unwrap_or("").trim_start();
    let fields = within == Within::Fields;
    let (wanted, form) = if fields { ("a path", form("field")) } else { ("a value", form("param")) };
    if value.is_empty() || fields && matches!(first_word(value), "on_missing" | "as") {
        let end = if value.is_empty() { text.len() } else { text.len() - value.len() };
        return errors::not_finished(part(span, 0, end), word, wanted, form);
    }
    if let Some(diagnostic) = in_expression(text, span) {
        return diagnostic;
    }
    let at = text.len() - value.len();
    let wanted = if within == Within::Fields { "a path" } else { "a value" };
    match expected::failure(text, within) {
        Some((place, wanted)) if place < text.len() && place > at => {
            errors::cannot_go_on(part(span, place, text.len()), word, &wanted, form)
        }
        Some((place, _)) if place >= text.len() => errors::not_finished(span, word, wanted, form),
        _ => errors::unreadable_value(part(span, at, text.len()), wanted),
    }
}

/// What is wrong inside of a value, whatever line it stands on.
pub(super) fn in_expression(text: &str, span: Span) -> Option<Diagnostic> {
    match open(text) {
        Some(Open::Text(at, quote)) => {
            return Some(errors::open_text(part(span, at, text.len()), quote, text.get(at..).unwrap_or("")));
        }
        Some(Open::Bracket(at, bracket)) => {
            let end = part(span, text.len(), text.len());
            return Some(errors::unclosed_bracket(part(span, at, at + 1), bracket, Some(end)));
        }
        Some(Open::Closer(at, bracket)) => {
            return Some(errors::needless_bracket(part(span, at, at + 1), bracket));
        }
        None => {}
    }
    for (written, right) in WORDS_FOR_OPERATORS {
        if let Some(at) = outside_texts(text, written) {
            let word = written.trim();
            return Some(errors::foreign_operator(part(span, at + 1, at + 1 + word.len()), word, right));
        }
    }
    if let Some(at) = outside_texts(text, "=> ")
        && text.get(at + 3..).is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    {
        return Some(errors::foreign_operator(part(span, at, at + 2), "=>", ">="));
    }
    for (written, advice) in FOREIGN_OPERATORS {
        if let Some(at) = outside_texts(text, written) {
            let sign = written.trim();
            let at = at + written.len() - written.trim_start().len();
            return Some(errors::unknown_operator(part(span, at, at + sign.len()), sign, advice));
        }
    }
    None
}

const WORDS_FOR_OPERATORS: [(&str, &str); 13] = [
    (" и ", "and"),
    (" или ", "or"),
    (" не ", "not"),
    (" равно ", "=="),
    (" в ", "in"),
    (" is not ", "!="),
    (" is ", "=="),
    (" equals ", "=="),
    (" eq ", "=="),
    (" ne ", "!="),
    (" elif ", "else if"),
    (" elsif ", "else if"),
    (" elseif ", "else if"),
];

const FOREIGN_OPERATORS: [(&str, &str); 12] = [
    (
        " like ",
        "Whether a text has a part is asked with `contains(text, part)`, whether it fits a pattern with `matches(text, '…')`.",
    ),
    (" contains ", "It is a function: `contains(text, part)`."),
    (" matches ", "It is a function: `matches(text, '^…$')`."),
    ("??", "Say what a missing value means where it is picked: `on_missing default \"…\"`."),
    ("?.", "Say what a missing value means where it is picked: `on_missing empty`."),
    ("? ", "A choice is written `if condition then a else b`."),
    ("++", "Texts are joined by inserting them: `\"{a}{b}\"`."),
    ("+=", "Nothing is given a second value. Name the result: `let sum = a + b`."),
    ("**", "Multiply it out."),
    (" | ", "A function is called by its name: `trim(name)`."),
    ("=>", "Functions are built in; none can be written in a script."),
    ("$.", "A path stands in `extract`: `extract body { name = $.name on_missing abort }`. Then use `name`."),
];

/// The rest of a line whose beginning is a whole statement, which `reread` allows to read once more; `whole` is it with the
/// block behind it, where both end with the line.
pub(super) fn left_over(
    rule: Rule,
    line: Span,
    text: &str,
    span: Span,
    within: Within,
    whole: Option<(Span, &str)>,
    reread: bool,
) -> Diagnostic {
    if text.is_empty() {
        return errors::needless_block(span, super::blocks::describe(rule).as_str());
    }
    if let Some(diagnostic) = comment(text, span) {
        return diagnostic;
    }
    let rest = |skip: usize| text.get(skip..).unwrap_or("").trim_start();
    if let Some(sign) = text.chars().next().filter(|sign| matches!(sign, ';' | ',')) {
        let behind = rest(1);
        if behind.trim_matches([';', ',', ' ']).is_empty() {
            return errors::line_separator(span, text);
        }
        let at = part(span, text.len() - behind.len(), text.len());
        if rule == Rule::retry && first_word(behind) == "first" {
            return errors::retry_out_of_order(at, behind);
        }
        let alone = reread && stands_alone(behind, text, within, whole);
        return errors::two_on_a_line(at, Some((sign, part(span, 0, 1))), alone);
    }
    if let Some(Open::Text(at, quote)) = open(text).filter(|open| matches!(open, Open::Text(..))) {
        return errors::open_text(part(span, at, text.len()), quote, text.get(at..).unwrap_or(""));
    }
    let word = first_word(text);
    let at = part(span, 0, word.len());
    match (rule, word) {
        (Rule::let_step | Rule::params, "as") => {
            return errors::reader_outside_extract(span);
        }
        (Rule::fields, _) if near(word, ["on_missing"]).is_some() => {
            return errors::unknown_word(at, word, Some("on_missing"), "behind a path");
        }
        (_, "on_missing") => return errors::policy_out_of_place(span),
        (Rule::respond, "json" | "text" | "body" | "header") => {
            return errors::part_behind_status(span, text, whole);
        }
        (Rule::params | Rule::bad_param, _) if binds(text).is_some() => {
            return errors::missing_comma(Span { start: line.end, end: line.end }, "parameters on one line");
        }
        (Rule::fields, _) if binds(text).is_some() => {
            return errors::missing_comma(Span { start: line.end, end: line.end }, "fields on one line");
        }
        (Rule::action, _) if text.starts_with('=') => return errors::assignment(line, None, None),
        (Rule::when, "else") => return errors::else_without_when(at),
        (Rule::when, "elif" | "elsif" | "elseif" | "elsewhen") => {
            return in_expression(text, span).unwrap_or_else(|| errors::elif(at, word));
        }
        (Rule::when, _) if near(word, ["else"]).is_some() => {
            return errors::unknown_word(at, word, Some("else"), "behind the block of `when`");
        }
        _ => {}
    }
    if let Some(diagnostic) = in_expression(text, span) {
        return diagnostic;
    }
    if ends_in_operator(text) && !text.contains(' ') {
        return errors::nothing_behind(span, text);
    }
    if matches!(word, "when" | "if" | "unless")
        && matches!(rule, Rule::stop_step | Rule::abort_step | Rule::respond)
    {
        return errors::condition_behind(span, word, super::blocks::describe(rule).as_str());
    }
    if is_word(word) && !RESERVED.contains(&word) && within != Within::Fields {
        return errors::two_on_a_line(span, None, reread && stands_alone(text, text, within, whole));
    }
    // `… } http.put "https://…"`
    let dotted = text.split([' ', '\t']).next().unwrap_or("");
    let parts: Vec<&str> = dotted.split('.').collect();
    let behind = rest(dotted.len());
    if parts.len() > 1
        && parts.iter().all(|part| !part.is_empty() && first_word(part) == *part)
        && behind.starts_with(['"', '{'])
    {
        return errors::two_on_a_line(span, None, reread && stands_alone(text, text, within, whole));
    }
    errors::left_over(span, text)
}

/// Whether the rest of a line is a whole statement of its block, or several. `text` is what is left over, and `behind` the end
/// of it.
fn stands_alone(behind: &str, text: &str, within: Within, whole: Option<(Span, &str)>) -> bool {
    let whole = whole.map(|(_, whole)| whole).filter(|whole| whole.starts_with(text));
    let mut rest = whole.and_then(|whole| whole.get(text.len() - behind.len()..)).unwrap_or("");
    for _ in 0..MOST_ON_A_LINE {
        let word = first_word(rest);
        let at_home = match within {
            Within::Pipeline | Within::Branch => {
                let called = rest.get(word.len()..).is_some_and(|rest| rest.starts_with('.'));
                called || STEP_WORDS.contains(&word) && word != "else"
            }
            Within::Test => TEST_WORDS.contains(&word),
            Within::Action => ENTRY_WORDS.contains(&word),
            _ => false,
        };
        if !at_home || rest.len() > LONGEST_ALONE {
            return false;
        }
        let Some((place, _)) = expected::failure(rest, within) else { return true };
        let Some((first, further)) = rest.split_at_checked(place) else { return false };
        if first.is_empty() || expected::failure(first.trim_end(), within).is_some() {
            return false;
        }
        rest = further;
    }
    false
}

/// More statements on a line are not looked at.
const MOST_ON_A_LINE: usize = 5;

/// A longer rest of a line is not read once more.
const LONGEST_ALONE: usize = 2000;

/// The head of an item that cannot be read, over a block.
pub(super) fn item_head(at: Span, text: &str, meant: Option<&str>) -> Diagnostic {
    let word = first_word(text);
    let first = part(at, 0, word.len());
    if let Some(diagnostic) = comment(text, at) {
        return diagnostic;
    }
    if let Some(meant) = from_russian(word) {
        return errors::russian_word(first, word, meant);
    }
    match meant {
        Some(meant) if meant != word => errors::unknown_word(first, word, Some(meant), "at the left edge"),
        Some(meant) => {
            if let Some(Open::Text(start, quote)) = open(text).filter(|open| matches!(open, Open::Text(..))) {
                return errors::open_text(
                    part(at, start, text.len()),
                    quote,
                    text.get(start..).unwrap_or(""),
                );
            }
            if let Some(diagnostic) = wordings::items::of(text, at, meant) {
                return diagnostic;
            }
            let skip = text.len() - text.get(word.len()..).unwrap_or("").trim_start().len();
            errors::item_head(part(at, skip.min(text.len().saturating_sub(1)), text.len()), meant)
        }
        None if matches!(
            word,
            "function" | "func" | "def" | "fn" | "webhook" | "workflow" | "hook" | "route"
        ) =>
        {
            errors::item_of_another_language(first, word)
        }
        None => errors::outside_items(at),
    }
}

/// Lines behind an item, or where none begins.
pub(super) fn stray(line: Span, text: &str, item: Option<(Span, bool)>) -> Diagnostic {
    if let Some(diagnostic) = comment(text, line) {
        return diagnostic;
    }
    let word = first_word(text);
    let at = part(line, 0, word.len());
    match item {
        Some((item, closed)) => errors::behind_item(line, item, closed),
        None if word == "const" => errors::not_finished(line, "const", "", form("const")),
        None if ITEM_WORDS.contains(&word) => errors::item_head(line, word),
        None => match near(word, ITEM_WORDS) {
            Some(meant) if !is_word(word) => errors::unknown_word(at, word, Some(meant), "at the left edge"),
            _ if binds(text) == Some(word)
                && text.get(word.len()..).is_some_and(|rest| rest.trim_start().starts_with('=')) =>
            {
                errors::constant_without_word(at)
            }
            _ => match foreign(word) {
                Some(advice) => errors::foreign_word(at, word, advice),
                None if word == "let" => errors::let_outside(line),
                None => errors::outside_items(line),
            },
        },
    }
}

/// Names that a line seems to bind, and where they stand in it.
pub(super) fn bound_names(text: &str) -> Vec<(usize, &str)> {
    let blank = text.len() - text.trim_start().len();
    let line = text.trim_start();
    let word = first_word(line);
    let behind = line.get(word.len()..).unwrap_or("");
    if let Some(names) = names_of_for(line) {
        return names.into_iter().map(|(at, name)| (blank + at, name)).collect();
    }
    let russian = from_russian(word).is_some_and(|word| matches!(word, "let" | "for"));
    if russian
        || ["let", "for", "const", "var", "set", "foreach"].contains(&word)
        || near(word, ["let"]).is_some()
    {
        let skipped = behind.len() - behind.trim_start_matches([' ', '\t', '(']).len();
        let name = first_word(behind.get(skipped..).unwrap_or(""));
        // `for (let item of items)`
        if word == "for" && matches!(name, "let" | "const" | "var") {
            let rest = behind.get(skipped + name.len()..).unwrap_or("");
            let blanks = rest.len() - rest.trim_start().len();
            let item = first_word(rest.trim_start());
            return vec![(blank + word.len() + skipped + name.len() + blanks, item)];
        }
        return if name.is_empty() { Vec::new() } else { vec![(blank + word.len() + skipped, name)] };
    }
    match binds(line) {
        Some(name) => vec![(blank, name)],
        None => Vec::new(),
    }
}

/// The names between `for` and `in`, of which there should be one.
fn names_of_for(text: &str) -> Option<Vec<(usize, &str)>> {
    let between = text.strip_prefix("for ")?.split_once(" in ")?.0;
    let mut names = Vec::new();
    let mut at = "for ".len();
    for piece in between.split(',') {
        let name = piece.trim_matches([' ', '\t', '(', ')']);
        if name.is_empty() || first_word(name) != name {
            return None;
        }
        names.push((at + piece.find(name)?, name));
        at += piece.len() + 1;
    }
    Some(names)
}

/// The name before `=` or `:` at the beginning of a text.
fn binds(text: &str) -> Option<&str> {
    let word = first_word(text);
    let rest = text.get(word.len()..)?;
    // `tags[] = …`
    let rest = rest.strip_prefix("[]").unwrap_or(rest).trim_start();
    let signed = rest.starts_with('=') && !rest.starts_with("==") || rest.starts_with(':');
    (!word.is_empty() && signed).then_some(word)
}

/// Comments as other languages write them.
fn comment(text: &str, span: Span) -> Option<Diagnostic> {
    let opener = ["//", "/*", "*/", "--", "<!--"].into_iter().find(|opener| text.starts_with(opener))?;
    let inner = text.get(opener.len()..).unwrap_or("").trim();
    let inner = inner.strip_suffix("*/").or_else(|| inner.strip_suffix("-->")).unwrap_or(inner).trim();
    let fixed = if inner.is_empty() { "#".to_owned() } else { format!("# {inner}") };
    Some(errors::foreign_comment(span, part(span, 0, opener.len()), Some(fixed)))
}

enum Open {
    Text(usize, char),
    Bracket(usize, char),
    Closer(usize, char),
}

/// The first text or round or square bracket of a line that is not closed on it.
fn open(text: &str) -> Option<Open> {
    let mut stack: Vec<(usize, char)> = Vec::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' | '\'' => {
                let mut closed = false;
                while let Some((_, inner)) = characters.next() {
                    if inner == '\\' && character == '"' {
                        characters.next();
                    } else if inner == character {
                        closed = true;
                        break;
                    }
                }
                if !closed {
                    return Some(Open::Text(at, character));
                }
            }
            '(' | '[' => stack.push((at, character)),
            ')' | ']' => {
                let opener = if character == ')' { '(' } else { '[' };
                if stack.pop().is_none_or(|(_, last)| last != opener) {
                    return Some(Open::Closer(at, character));
                }
            }
            _ => {}
        }
    }
    stack.first().map(|(at, bracket)| Open::Bracket(*at, *bracket))
}

/// Where a sign stands outside of quotes.
pub(super) fn outside_texts(text: &str, sign: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, _) if text.get(at..).is_some_and(|rest| rest.starts_with(sign)) => return Some(at),
            _ => {}
        }
    }
    None
}

/// What to write instead of a word of another language.
fn foreign(word: &str) -> Option<&'static str> {
    Some(match word {
        "return" => "To answer write `respond 200 \"OK\"`, to end the run `stop`.",
        "var" | "set" | "val" => "To name a value write `let name = value`.",
        "foreach" | "loop" | "each" => "To walk over a list write `for item in items { … }`.",
        "while" | "until" | "repeat" => {
            "There is no loop without a bound. To walk over a list write `for item in items { … }`; to try an action again, `retry 6 times` in its block."
        }
        "filter" | "assert" | "ensure" | "guard" => {
            "The run goes on or ends by a condition: `when not (…) { stop }`, or `{ abort 422 \"why\" }` to refuse the request."
        }
        "transform" | "map" | "assign" | "variable" => "To name a value write `let name = value`.",
        "try" | "catch" | "rescue" => {
            "What happens when an action fails stands in its block: `on_fail { … }`."
        }
        "throw" | "raise" | "fail" | "exit" | "error" => {
            "To refuse the request write `abort 422 \"why\"`, to end the run as a success `stop`."
        }
        "switch" | "case" => "To choose by a value write `match value { \"a\" { … } else { … } }`.",
        "end" | "endif" | "fi" | "done" => "A block ends with `}`.",
        "unless" => "Write `when not (…) { … }`.",
        "if" => "A condition begins with `when`.",
        "elif" | "elsif" | "elseif" => {
            "A further condition is `else when … { … }`, behind the `}` of the one before."
        }
        "function" | "func" | "def" | "fn" | "class" => {
            "Functions are built in, and none can be written in a script."
        }
        "import" | "include" | "require" | "use" | "from" => {
            "Nothing needs to be imported: all functions and actions are known."
        }
        "print" | "log" | "echo" | "console" => {
            "Nothing is printed. The history of each run shows every value."
        }
        "sleep" | "delay" | "pause" => "To wait write `wait 5m`, behind `respond`.",
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" => {
            "A route is written `on POST \"/path\"`, a call `http.post \"https://…\" { … }`."
        }
        "get" | "post" | "put" | "patch" | "delete" | "fetch" | "curl" | "call" => {
            "To call another service write `http.post \"https://…\" { … }`."
        }
        "headers" => "Each header has a line: `header \"Name\" = value`.",
        "webhook" | "workflow" | "route" | "hook" => {
            "Write `pipeline name \"title\" { on POST \"/path\" … }`."
        }
        _ => return None,
    })
}

/// Whether a line breaks off where it must go on.
pub(super) fn ends_in_operator(text: &str) -> bool {
    let word = text.rsplit(|c: char| c.is_whitespace()).next().unwrap_or("");
    matches!(word, "and" | "or" | "not" | "in") || text.ends_with(['+', '-', '*', '/', '%', '<', '>', '='])
}

/// Whether a line seems to hold the end of a text that began above it.
pub(super) fn closes_text(text: &str) -> bool {
    matches!(open(text), Some(Open::Text(..)))
}

/// Whether a line seems to be a statement of its own.
pub(super) fn begins_line(text: &str) -> bool {
    let word = first_word(text);
    is_word(word) || binds(text).is_some() || !RESERVED.contains(&word) && near(word, all_words()).is_some()
}

fn is_word(word: &str) -> bool {
    all_words().any(|known| known == word)
}

fn all_words() -> impl Iterator<Item = &'static str> {
    STEP_WORDS.into_iter().chain(ENTRY_WORDS).chain(TEST_WORDS).chain(CONNECTOR_WORDS)
}

fn part(span: Span, start: usize, end: usize) -> Span {
    let from = span.start + start as u32;
    Span { start: from.min(span.end), end: (span.start + end as u32).min(span.end).max(from.min(span.end)) }
}
