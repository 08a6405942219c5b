//! Lines that stand in the wrong place, are written as in another language, or hold too much.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::syntax::codes;

pub fn outside_items(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::OUTSIDE_ITEMS, at, "this stands outside of every pipeline")
        .help("At the left edge of a file stand `pipeline NAME \"title\" { … }`, `test \"…\" { … }`, `const NAME = …` and `connector NAME \"…\" { … }`; all else stands inside of them.")
}

/// `closed` says whether the item above ends with a `}`.
pub fn behind_item(at: Span, item: Span, closed: bool) -> Diagnostic {
    let end = Span { start: item.end.saturating_sub(1), end: item.end };
    let found = Diagnostic::new(&codes::OUTSIDE_ITEMS, at, "this stands behind the end of the item above")
        .help("If it belongs to the item, the `}` stands too early, or a `{` above it is missing.");
    if closed { found.also(end, "it ends with this `}`") } else { found }
}

pub fn left_over_of_item(at: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, format!("`{text}` is left over behind the end of the item"))
        .help("What comes next begins on a line of its own.")
}

/// `title` is where its title stands, and how.
pub fn pipeline_without_name(at: Span, title: Option<(Span, &str)>) -> Diagnostic {
    let found = Diagnostic::new(&codes::ITEM_WITHOUT_NAME, at, "this pipeline has no name")
        .help("Write `pipeline leads \"Leads from the site\" {`: the name, one word, is what history and commands call it by; the title in quotes is for people.");
    let Some((span, written)) = title else { return found };
    let word = written.trim_matches('"');
    let is_name = |word: &str| {
        word.starts_with(|c: char| c == '_' || c.is_alphabetic())
            && word.chars().all(|c| c == '_' || c.is_alphanumeric())
    };
    if is_name(word) {
        return found.fix("write the name without quotes", span, word);
    }
    let parts = word.split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("_").to_lowercase();
    let right = if word.contains(' ') { format!("{name} {written}") } else { name.clone() };
    match is_name(&name) {
        true => found.fix(format!("write `{right}`"), span, right),
        false => found,
    }
}

pub fn test_without_title(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::ITEM_WITHOUT_NAME, at, "this test does not say what it shows")
        .help("Write `test \"a lead without a phone is refused\" {`.")
}

/// `title` is where its title stands, if that is a name.
pub fn connector_without_name(at: Span, title: Option<(Span, &str)>) -> Diagnostic {
    let found = Diagnostic::new(&codes::ITEM_WITHOUT_NAME, at, "this connector has no name")
        .help("Write `connector crm \"Our CRM\" {`: its actions are then called as `crm.action { … }`.");
    match title {
        Some((span, name)) => found.fix("write the name without quotes", span, name),
        None => found,
    }
}

pub fn item_head(at: Span, word: &str) -> Diagnostic {
    let form = match word {
        "test" => "test \"what it shows\" {",
        "connector" => "connector name \"title\" {",
        "const" => "const NAME = value",
        _ => "pipeline name \"title\" {",
    };
    Diagnostic::new(&codes::UNREADABLE_LINE, at, format!("this line is not the beginning of a `{word}`"))
        .help(format!("It is written `{form}`."))
}

/// A word that begins no line here; `near` is the one that is most likely meant.
pub fn unknown_word(at: Span, word: &str, near: Option<&str>, place: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_WORD, at, format!("`{word}` means nothing {place}"));
    let Some(near) = near else { return diagnostic };
    let folded = crate::diagnostic::fold_look_alikes(word);
    let help = if folded != word && folded.is_ascii() {
        format!("It looks like `{near}`, but some of its letters are Cyrillic.")
    } else {
        format!("Is `{near}` meant?")
    };
    diagnostic.help(help).safe_fix(format!("write `{near}`"), at, near)
}

/// A word in Russian; the words of scripts are English ones, and names may be of any language.
pub fn russian_word(at: Span, word: &str, meant: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("`{word}` is written `{meant}`"))
        .help("The words of a script are English; names of values may be Russian.")
        .safe_fix(format!("write `{meant}`"), at, meant)
}

pub fn foreign_word(at: Span, word: &str, advice: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("`{word}` is no word of wj")).help(advice)
}

pub fn not_an_arm(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_LINE, at, "no arm of a `match` begins like this").help(
        "An arm is the values, parted by commas, and what is done for them in braces: `\"a\", \"b\" { … }`. The one for all others is `else { … }`.",
    )
}

pub fn unreadable_line(at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_LINE, at, what)
}

/// A known word, and a line that goes wrong at `at`.
pub fn cannot_go_on(at: Span, word: &str, expected: &str, form: &str) -> Diagnostic {
    let message = if expected.is_empty() {
        format!("`{word}` cannot be read from here on")
    } else {
        format!("`{word}` cannot be read from here on: {expected} was expected")
    };
    Diagnostic::new(&codes::UNREADABLE_LINE, at, message).help(form)
}

pub fn not_finished(at: Span, word: &str, expected: &str, form: &str) -> Diagnostic {
    let message = if expected.is_empty() {
        format!("this `{word}` is not finished")
    } else {
        format!("this `{word}` is not finished: {expected} is missing")
    };
    Diagnostic::new(&codes::MISSING_VALUE, at, message).help(form)
}

pub fn list_item(at: Span, place: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("a line does not begin with `-` {place}"))
        .help("Lists are written `[\"a\", \"b\"]`, and lines follow one another without a mark.")
}

pub fn foreign_comment(at: Span, opener: Span, fixed: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::FOREIGN_COMMENT, opener, "a comment begins with `#`")
        .help("`#` and all behind it up to the end of the line is a comment; there is no other kind.");
    match fixed {
        Some(text) => diagnostic.safe_fix("write it with `#`", at, text),
        None => diagnostic,
    }
}

pub fn line_separator(at: Span, sign: &str) -> Diagnostic {
    Diagnostic::new(&codes::LINE_SEPARATOR, at, format!("a line does not end with `{sign}`"))
        .help("The end of the line ends the statement.")
        .safe_fix(format!("delete the `{sign}`"), at, "")
}

/// Whether it is said of a comma at the end of a line.
pub fn is_comma_at_end(found: &Diagnostic) -> bool {
    found.message == line_separator(found.span, ",").message
}

/// `sign` is what stands between the two: `;`, or a `,` that may mean something else.
pub fn two_on_a_line(at: Span, sign: Option<(char, Span)>, whole: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::LINE_SEPARATOR, at, "a second statement stands on this line")
        .help(
            "Each statement has a line of its own. Only `name = value` may be parted by commas on one line.",
        );
    match sign {
        Some((';', sign)) => diagnostic.safe_fix("begin a new line", sign, "\n"),
        Some((_, sign)) if whole => diagnostic.safe_fix("begin a new line", sign, "\n"),
        None if whole => {
            diagnostic.safe_fix("begin a new line", Span { start: at.start, end: at.start }, "\n")
        }
        Some((_, sign)) => diagnostic.fix("begin a new line", sign, "\n"),
        None => diagnostic.fix("begin a new line", Span { start: at.start, end: at.start }, "\n"),
    }
}

pub fn left_over(at: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, format!("`{text}` is left over at the end of this line"))
        .help("The statement is complete before it.")
}

pub fn needless_block(at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, format!("{what} takes no block"))
}

pub fn misplaced(line: Span, what: &str, home: &str, place: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_LINE, line, format!("{what} does not belong {place}"))
        .help(format!("It belongs {home}."))
}

pub fn statement_among_fields(line: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_LINE, line, format!("`{word}` does not belong among fields"))
        .help("A field is written `name = $.path on_missing abort`. Is the `}` of `extract` missing above this line?")
}

/// `text` is the line: `json = { … }` only has a sign too many.
pub fn param_in_respond(line: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::MISPLACED_LINE, line, "`respond` takes no `name = value`")
        .help("An answer holds `header \"Name\" = value` and one of `json { name: value }`, `text \"…\"` and `body …`.");
    let Some((name, value)) = text.split_once('=') else { return diagnostic };
    if !matches!(name.trim_end(), "json" | "text" | "body") {
        return diagnostic;
    }
    let start = line.start + name.trim_end().len() as u32;
    let end = line.start + (text.len() - value.trim_start().len()) as u32;
    diagnostic.safe_fix("leave the `=` out", Span { start, end }, " ")
}

pub fn action_in_on_failure(line: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_LINE, line, "an action does not belong in `on_failure`")
        .help("It holds who is told: `notify email \"ops@school.example\"` or `notify http \"https://…\"`. What is done when one action fails stands in its own block: `on_fail { … }`.")
}

pub fn const_inside(line: Span) -> Diagnostic {
    let word = Span { start: line.start, end: line.start + "const".len() as u32 };
    Diagnostic::new(&codes::MISPLACED_LINE, word, "`const` does not belong inside of a block")
        .help("A constant stands at the left edge of the file, and all of the file sees it. Inside, write `let name = value`.")
        .safe_fix("write `let`", word, "let")
}

pub fn head_below_top(line: Span, keyword: &str) -> Diagnostic {
    Diagnostic::new(&codes::HEAD_IN_BRANCH, line, format!("`{keyword}` does not belong inside of a branch"))
        .help("It tells how the whole pipeline works, so it stands at the top level of the pipeline, and cannot depend on a value.")
}

pub fn late_head(line: Span, keyword: &str) -> Diagnostic {
    Diagnostic::new(&codes::LATE_HEAD, line, format!("`{keyword}` stands behind the first step"))
        .help("It takes effect before every step, wherever it stands. Move it up, so that the script reads in the order in which things happen.")
}

pub fn else_before_else(first: Span, span: Span) -> Diagnostic {
    let word = |span: Span| Span { start: span.start, end: span.start + "else".len() as u32 };
    Diagnostic::new(&codes::ELSE_OUT_OF_PLACE, word(span), "a branch stands behind the `else`")
        .also(word(first), "this `else` takes all that is left")
        .help("`else { … }` stands last, once. For a condition in between write `else when …`.")
}

pub fn else_without_when(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::ELSE_OUT_OF_PLACE, at, "this `else` belongs to no `when`")
        .help("`else` follows the `}` of a `when`, with nothing in between.")
}

/// `colon` is the sign behind the name, where it is no `=`.
pub fn assignment(line: Span, name: Option<&Name>, colon: Option<Span>) -> Diagnostic {
    let Some(name) = name else {
        return Diagnostic::new(&codes::ASSIGNMENT, line, "a value is given to nothing that could take it")
            .help("To name a value write `let name = value`. What is named already does not change.");
    };
    let sign = if colon.is_some() { ":" } else { " =" };
    let mut edits = vec![Edit { span: Span { start: line.start, end: line.start }, text: "let ".into() }];
    edits.extend(colon.map(|colon| Edit { span: colon, text: " =".into() }));
    let mut diagnostic = Diagnostic::new(
        &codes::ASSIGNMENT,
        name.span,
        format!("`{}{sign} …` alone is no step", name.text),
    )
    .help("To name a value write `let name = value`; to pick one from the request, `extract body { name = $.path … }`. A parameter stands in the block of its action. What has a name already gets no second value.");
    diagnostic.fixes.push(Fix::new("write `let`", edits));
    diagnostic
}

/// `NAME = value` at the left edge.
pub fn constant_without_word(name: Span) -> Diagnostic {
    Diagnostic::new(&codes::OUTSIDE_ITEMS, name, "a constant begins with `const`")
        .help("A value that the whole file sees is written `const NAME = value`.")
        .safe_fix("write `const`", Span { start: name.start, end: name.start }, "const ")
}

pub fn let_outside(line: Span) -> Diagnostic {
    let word = Span { start: line.start, end: line.start + "let".len() as u32 };
    Diagnostic::new(&codes::OUTSIDE_ITEMS, word, "`let` stands outside of every pipeline")
        .help("A value that the whole file sees is a constant.")
        .safe_fix("write `const`", word, "const")
}

pub fn function_as_step(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_WORD, at, format!("`{name}(…)` is a value and no step"))
        .help(format!("Give it a name, `let result = {name}(…)`, or write it where its value is used."))
}

/// An operator at the end of a line.
/// `stop when x`.
pub fn condition_behind(at: Span, word: &str, statement: &str) -> Diagnostic {
    let message = format!("{statement} takes no `{word}` behind it");
    Diagnostic::new(&codes::LEFT_OVER, at, message).help(
        "The condition comes first, and what depends on it in braces: `when topic == \"test\" { stop }`.",
    )
}

/// `cors *`.
pub fn bare_star(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_QUOTES, at, "the sites of `cors` stand in quotes")
        .help("Every site is `cors \"*\"`, one of them `cors \"https://school.example\"`.")
        .safe_fix("put it in quotes", at, "\"*\"")
}

pub fn nothing_behind(at: Span, sign: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_VALUE, at, format!("nothing stands behind this `{sign}`"))
        .help("The end of a line ends the statement. Inside of brackets lines may break freely: put the whole condition or value into `( … )`.")
}

pub fn if_for_when(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("a condition begins with `when`, not with `{word}`"))
        .safe_fix("write `when`", at, "when")
}

pub fn elif(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("`{word}` is written `else when`")).safe_fix(
        "write `else when`",
        at,
        "else when",
    )
}

pub fn arrow(at: Span, sign: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("no `{sign}` stands before the block of an arm"))
        .help("An arm is written `\"a\", \"b\" { … }`.")
        .safe_fix(format!("delete the `{sign}`"), at, "")
}

pub fn catch_all(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("the arm for all other values is `else`, not `{word}`"))
        .safe_fix("write `else`", at, "else")
}

pub fn for_of(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, format!("`for` is written with `in`, not with `{word}`"))
        .help("Write `for item in items { … }`.")
        .safe_fix("write `in`", at, "in")
}

pub fn for_with_two_names(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_LINE, at, "a `for` gives one name, to the item")
        .help("Write `for item in items { … }`. The items come in order, and their number has no name.")
}

pub fn for_in_brackets(at: Span, text: &str) -> Diagnostic {
    let inner = text.trim();
    let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner).trim();
    Diagnostic::new(&codes::FOREIGN_WORD, at, "no brackets stand around what `for` walks over")
        .help("Write `for item in items { … }`.")
        .safe_fix("delete the brackets", at, inner)
}

pub fn colon_after_head(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_WORD, at, "no `:` stands before the `{` of a block").safe_fix(
        "delete the `:`",
        at,
        "",
    )
}

pub fn second_of(at: Span, what: &str, of: &str) -> Diagnostic {
    Diagnostic::new(&codes::SECOND_PART, at, format!("{of} has one {what}, and this is the second"))
}

/// Arms of a `match` behind the first one of their line.
pub fn arms_on_a_line(at: Span, arms: &[Span]) -> Diagnostic {
    let mut found =
        Diagnostic::new(&codes::LINE_SEPARATOR, at, "each arm of a `match` stands on a line of its own");
    let edits =
        arms.iter().map(|arm| Edit { span: Span { start: arm.start, end: arm.start }, text: "\n".into() });
    found.fixes.push(Fix::safe("begin a new line", edits.collect()));
    found
}
