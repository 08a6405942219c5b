//! What is not taken from a script and is to stand in one: texts and names, as scripts write them.

use crate::syntax::RESERVED;

/// A text in quotes that reads as exactly this text.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The name of an object's member: bare where it is a name of the language, else in quotes.
pub fn member(name: &str) -> String {
    if is_name(name) && !RESERVED.contains(&name) { name.to_owned() } else { quoted(name) }
}

/// Letters of any script, digits and `_`, not beginning with a digit.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::syntax;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["", "a \"b\" \\ {c} }", "Анна\n\t\r", "\u{0}\u{1b}\u{85}", "{7}"] {
            for script in [
                format!("const A = {}\n", quoted(text)),
                format!("const A = {{ {}: {} }}\n", member(text), quoted(text)),
            ] {
                let read = syntax::parse(&Source::new("a.wj", script.as_str()));
                assert!(read.diagnostics.is_empty(), "{script}: {:?}", read.diagnostics);
            }
        }
    }

    #[test]
    fn members_are_bare_where_they_may_be() {
        for name in ["email", "_id", "имя", "a1", "body"] {
            assert_eq!(member(name), name);
        }
        for name in ["", "1a", "utm-source", "in", "empty"] {
            assert_eq!(member(name), format!("\"{name}\""));
        }
    }
}
