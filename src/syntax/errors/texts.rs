//! Texts: quotes, escapes and braces.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::codes;

/// `span` reaches from the quote to where the text was taken to end, and `text` is what stands there.
pub fn open_text(span: Span, quote: char, text: &str) -> Diagnostic {
    let end = span.start + before_closer(text) as u32;
    let end = Span { start: end.min(span.end), end: end.min(span.end) };
    if span.end <= span.start + 1 {
        return Diagnostic::new(&codes::UNCLOSED_TEXT, span, format!("nothing stands behind this `{quote}`"))
            .help("A text stands between two quotes. Perhaps the first one is lost.");
    }
    Diagnostic::new(&codes::UNCLOSED_TEXT, span, "this text has no end")
        .help(format!("A text ends with `{quote}`, on the line on which it begins."))
        .fix(format!("close it with `{quote}`"), end, quote.to_string())
}

/// The length of a text up to a bracket that closes one outside of it: `trim("a)` most likely means `trim("a")`.
fn before_closer(text: &str) -> usize {
    let mut open = 0usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' => open += 1,
            ')' | ']' if open == 0 => return at,
            ')' | ']' => open -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The text goes on on the next line.
pub fn text_over_lines(span: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNCLOSED_TEXT, span, "this text does not end on its line")
        .help("A text in `\"` ends on its line. Write one of several lines between `\"\"\"` and `\"\"\"`, or `\\n` for the end of a line.")
}

/// It begins with `"`, and some lines below stands the `"""` that was meant to end it.
pub fn lines_begun_as_one(span: Span, indent: &str) -> Diagnostic {
    let quote = Span { start: span.start, end: span.start + 1 };
    Diagnostic::new(&codes::UNCLOSED_TEXT, span, "a text of several lines begins with `\"\"\"`, as it ends")
        .help("Behind the first `\"\"\"` the text goes on in a line of its own.")
        .fix("write `\"\"\"`", quote, format!("\"\"\"\n{indent}"))
}

pub fn open_lines(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNCLOSED_TEXT, at, "this text of several lines has no end")
        .help("It ends with `\"\"\"`, most often on a line of its own.")
}

pub fn lines_where_one_is_wanted(at: Span, inner: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::WRONG_QUOTES, at, "a text of one line is wanted here");
    if inner.contains(['\n', '\r', '"']) {
        diagnostic
    } else {
        diagnostic.safe_fix("write it in `\"`", at, format!("\"{inner}\""))
    }
}

pub fn wrong_quotes(at: Span, written: &str, inner: &str) -> Diagnostic {
    let quote = written.chars().next().unwrap_or('"');
    let diagnostic =
        Diagnostic::new(&codes::WRONG_QUOTES, at, format!("a text stands in `\"`, not in `{quote}`"))
            .help("Word processors and messengers turn straight quotes into such ones.");
    if inner.contains(['"', '\\']) {
        return diagnostic;
    }
    let right = format!("\"{inner}\"");
    // What stands in braces becomes a value that is inserted.
    if inner.contains('{') {
        return diagnostic.fix("write straight quotes", at, right);
    }
    diagnostic.safe_fix("write straight quotes", at, right)
}

/// `\d`, `\w` and the like; `plain` is the text in single quotes, if that would mean the same.
pub fn expression_in_text(at: Span, plain: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_ESCAPE, at, "this seems to be a regular expression in `\"`")
        .help("In `\"…\"`, `\\` and `{` mean something else. A regular expression stands in `'…'`, in which each character is itself.");
    match plain {
        Some(plain) => diagnostic.safe_fix("write it in `'`", at, plain),
        None => diagnostic,
    }
}

pub fn unknown_escape(at: Span, written: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_ESCAPE, at, format!("`{written}` means nothing in a text"))
        .help("`\\\"`, `\\\\`, `\\n`, `\\t`, `\\r`, `\\{` and `\\u{41}` do. For a regular expression write `'…'`, in which `\\` is itself.");
    if written.contains('{') {
        return diagnostic;
    }
    diagnostic.fix("write the `\\` itself", at, format!("\\{written}"))
}

/// `text` is the whole of the text, quotes included, and `written` what stands there.
pub fn brace_in_text(at: Span, text: Span, written: &str) -> Diagnostic {
    let from = at.start.saturating_sub(text.start) as usize;
    let insert = written.get(from..from + (at.end - at.start) as usize).unwrap_or("");
    let inner = insert.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or("");
    let formatted = inner.split_once(':').is_some_and(|(name, format)| {
        !name.is_empty()
            && name.chars().all(|c| c == '_' || c == '.' || c.is_alphanumeric())
            && format.starts_with(|c: char| c.is_ascii_digit() || "%.,<>".contains(c))
    });
    if formatted {
        return Diagnostic::new(&codes::BRACE_IN_TEXT, at, "what is inserted takes no format behind a `:`")
            .help("A function writes it otherwise: `{fixed(sum, 2)}` for two decimals, `{format(at, \"dd.MM.yyyy\")}` for a time.");
    }
    let brace = Span { start: at.start, end: at.start + 1 };
    let found = Diagnostic::new(&codes::BRACE_IN_TEXT, at, "this `{` begins nothing that can be inserted")
        .also(text, "in this text")
        .help("`{name}` inserts a value. For the brace itself write `\\{`; for JSON write an object, `json { name: value }`, not a text.");
    let inner = written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).map(str::trim);
    let object = inner.filter(|inner| {
        inner.starts_with('{') && inner.ends_with('}') && inner.contains("\\\"") && inner.contains(':')
    });
    let found = match object {
        Some(object) => found.fix("write an object", text, object.replace("\\\"", "\"")),
        None => found,
    };
    found.fix("write `\\{`", brace, "\\{")
}

pub fn number_in_braces(at: Span, digits: &str) -> Diagnostic {
    let brace = Span { start: at.start, end: at.start + 1 };
    Diagnostic::new(
        &codes::NUMBER_IN_BRACES,
        at,
        format!("`{{{digits}}}` inserts the number {digits} itself"),
    )
    .help("A regular expression stands in `'…'`, in which braces are themselves: `'^\\d{4}$'`.")
    .fix("write `\\{`", brace, "\\{")
}

/// `object` is what stands between the quotes, if it ends there.
pub fn json_in_text(at: Span, object: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(&codes::JSON_IN_TEXT, at, "this seems to be JSON in quotes")
        .help("Write an object without quotes around it: `json { name: \"Anna\", tags: [1, 2] }`. In a text each `\"` would need a `\\`, and each `{` too.");
    match object.map(str::trim).filter(|object| object.ends_with('}') && object.starts_with('{')) {
        Some(object) => found.fix("write the object", at, object),
        None => found,
    }
}

/// `''OK''`.
pub fn doubled_quotes(at: Span, written: &str, inner: &str) -> Diagnostic {
    let quotes = written.get(..2).unwrap_or("");
    let found = Diagnostic::new(
        &codes::WRONG_QUOTES,
        at,
        format!("a text has one `\"` on each side, not `{quotes}`"),
    );
    let plain = !inner.contains(['"', '\\', '{', '}']);
    let right = if plain { format!("\"{inner}\"") } else { format!("'{inner}'") };
    found.safe_fix(format!("write `{right}`"), at, right)
}

/// `charset windows-1251`.
pub fn charset_without_quotes(at: Span, written: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_QUOTES, at, "the name of a charset stands in quotes").safe_fix(
        format!("write `\"{written}\"`"),
        at,
        format!("\"{written}\""),
    )
}

pub fn invisible_letter(at: Span, letter: char, name: &str) -> Diagnostic {
    let code = u32::from(letter);
    Diagnostic::new(&codes::INVISIBLE_LETTER, at, format!("a letter that cannot be seen stands here: {name} (U+{code:04X})"))
        .label("here")
        .help("It came along when the text was pasted, from a chat or a page. Taking it away changes nothing that can be seen.")
        .safe_fix("take it away", at, "")
}

/// In a text or a comment.
pub fn turned_direction(at: Span, letter: char) -> Diagnostic {
    let code = u32::from(letter);
    Diagnostic::new(&codes::TURNED_DIRECTION, at, format!("a mark that cannot be seen turns the direction of writing here (U+{code:04X})"))
        .label("from here on")
        .help("What stands behind it is shown in another order than it is read in, so that a reviewer sees another line than wj. Where it is meant, write it as an escape, as in `\\u{202E}`.")
        .fix("take it away", at, "")
}
