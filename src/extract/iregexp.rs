//! The patterns of `match` and `search`: I-Regexp (RFC 9485), checked and written anew for the regex crate, so that
//! nothing means there what it does not mean here.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// The most memory that a compiled pattern may take, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// A pattern for the regex crate. `whole` anchors it at both ends, as `match` wants.
///
/// # Errors
/// Why it is no I-Regexp, in a few words.
pub fn translate(pattern: &str, whole: bool) -> Result<String, String> {
    let mut out = String::new();
    let (mut depth, mut may_repeat) = (0_usize, false);
    let mut chars = pattern.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '(' => {
                depth += 1;
                out.push_str("(?:");
                may_repeat = false;
                continue;
            }
            ')' if depth == 0 => return Err("a `)` without its `(`".to_owned()),
            ')' => {
                depth -= 1;
                out.push(')');
            }
            '|' => {
                out.push('|');
                may_repeat = false;
                continue;
            }
            '*' | '+' | '?' | '{' if !may_repeat => {
                return Err(format!("nothing stands before `{char}` to repeat"));
            }
            '*' | '+' | '?' => {
                out.push(char);
                may_repeat = false;
                continue;
            }
            '{' => {
                out.push_str(&count(&mut chars)?);
                may_repeat = false;
                continue;
            }
            '.' => out.push_str("[^\\n\\r]"),
            '[' => class(&mut chars, &mut out)?,
            '\\' => escape(&mut chars, &mut out)?,
            ']' | '}' => return Err(format!("`{char}` is written `\\{char}`")),
            '^' | '$' => {
                return Err(format!("it knows no anchor `{char}`; the character itself is `[{char}]`"));
            }
            char => out.push_str(&regex::escape(char.encode_utf8(&mut [0; 4]))),
        }
        may_repeat = true;
    }
    if depth > 0 {
        return Err("a `(` is not closed".to_owned());
    }
    if whole {
        out = format!("\\A(?:{out})\\z");
    }
    // `[$]` alone would be reported as an anchor where it is a class of one character; it is let through above.
    compile(&out).map(|_| out).map_err(|()| "it is too large".to_owned())
}

/// # Errors
/// A pattern that was not translated, or that takes too much memory.
pub fn compile(translated: &str) -> Result<Regex, ()> {
    RegexBuilder::new(translated).size_limit(MOST_BYTES).dfa_size_limit(MOST_BYTES).build().map_err(|_| ())
}

/// `{2}`, `{2,}` or `{2,5}`; the brace was passed.
fn count(chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let inside: String = chars.by_ref().take_while(|char| *char != '}').collect();
    let (least, most) = inside.split_once(',').unwrap_or((&inside, "0"));
    let is_count =
        |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    if !is_count(least) || !(most.is_empty() || is_count(most)) {
        return Err(format!("`{{{inside}}}` is no count, as `{{2,5}}`"));
    }
    Ok(format!("{{{inside}}}"))
}

/// `\n`, `\.`, `\p{L}`; the backslash was passed.
fn escape(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    match chars.next() {
        Some('n') => out.push_str("\\n"),
        Some('r') => out.push_str("\\r"),
        Some('t') => out.push_str("\\t"),
        Some(char @ ('(' | ')' | '*' | '+' | '-' | '.' | '?' | '[' | '\\' | ']' | '^' | '{' | '|' | '}')) => {
            out.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
        }
        Some(kind @ ('p' | 'P')) => {
            let category: String = match chars.next() {
                Some('{') => chars.by_ref().take_while(|char| *char != '}').collect(),
                _ => String::new(),
            };
            if !CATEGORIES.contains(&category.as_str()) {
                return Err(format!("`\\{kind}` wants a general category of Unicode, as `\\{kind}{{L}}`"));
            }
            out.push_str(&format!("\\{kind}{{{category}}}"));
        }
        Some('d') => return Err("it has no `\\d`; digits are `[0-9]`".to_owned()),
        Some(char) => return Err(format!("it has no `\\{char}`")),
        None => return Err("it ends in a backslash".to_owned()),
    }
    Ok(())
}

/// `[a-z]`; the bracket was passed.
fn class(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    out.push('[');
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut is_empty = true;
    loop {
        let char = chars.next().ok_or("a `[` is not closed")?;
        match char {
            ']' if is_empty => return Err("`[]` holds nothing".to_owned()),
            ']' => {
                out.push(']');
                return Ok(());
            }
            '-' if is_empty || chars.peek() == Some(&']') => out.push_str("\\-"),
            '-' => return Err("a `-` between two ranges is written `\\-`".to_owned()),
            '[' => return Err("`[` in a class is written `\\[`".to_owned()),
            '\\' => escape(chars, out)?,
            char => push_literal(char, out),
        }
        is_empty = false;
        let mut ahead = chars.clone();
        if ahead.next() == Some('-') && ahead.peek().is_some_and(|end| *end != ']') {
            chars.next();
            out.push('-');
            match chars.next() {
                Some('\\') => escape(chars, out)?,
                Some('[' | '-') | None => return Err("a range in a class lacks its end".to_owned()),
                Some(end) => push_literal(end, out),
            }
        }
    }
}

/// In a class the regex crate knows `&&`, `--` and `~~`, I-Regexp does not: every sign is escaped.
fn push_literal(char: char, out: &mut String) {
    if char.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(char);
}

/// The general categories that RFC 9485 admits.
const CATEGORIES: &[&str] = &[
    "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe",
    "Pf", "Pi", "Po", "Ps", "Z", "Zl", "Zp", "Zs", "S", "Sc", "Sk", "Sm", "So", "C", "Cc", "Cf", "Cn", "Co",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_rfc_9485_says() {
        for (pattern, text, whole, part) in [
            ("a.c", "abc", true, true),
            ("a.c", "xabcx", false, true),
            ("a.c", "a\rc", false, false),
            ("a|b", "ab", false, true),
            ("[a-c]{2,3}", "abca", false, true),
            ("[^0-9]+", "abc", true, true),
            ("[a&&b]", "&", true, true),
            ("[~~x]", "~", true, true),
            ("[$^]", "$", true, true),
            ("[-a]", "-", true, true),
            ("[a-]", "-", true, true),
            ("\\p{Lu}\\p{Ll}*", "Анна", true, true),
            ("#x y", "#x y", true, true),
            ("(ab)*", "abab", true, true),
            ("", "", true, true),
        ] {
            let is_match = |whole| compile(&translate(pattern, whole).unwrap()).unwrap().is_match(text);
            assert_eq!((is_match(true), is_match(false)), (whole, part), "{pattern} on {text:?}");
        }
    }

    #[test]
    fn what_i_regexp_does_not_know_is_refused() {
        for pattern in [
            "^a",
            "a$",
            "\\d",
            "\\w+",
            "\\b",
            "a*?",
            "a**",
            "(?i)a",
            "(?:a)",
            "*",
            "[",
            "[]",
            "[a",
            "(",
            ")",
            "a{",
            "a{x}",
            "a{1,2,3}",
            "\\",
            "\\p{Greek}",
            "\\pL",
            "]",
            "}",
            "[a-b-c]",
            "[[a]]",
            "a{5,2}",
            "((((a{999}){999}){999}){999})",
        ] {
            assert!(translate(pattern, true).is_err(), "{pattern}");
        }
    }
}
