//! That formatting changes nothing but blanks, whatever it is given, and that doing it twice is doing it once.
#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;
use crate::source::Span;

const SCRIPT: &str = include_str!("../../tests/cases/syntax/everything.wj");

fn read(text: &str) -> String {
    let source = Source::new("a.wj", text);
    match format(&source) {
        Ok(formatted) => formatted,
        Err(Refusal::Unsafe(why)) => panic!("{why}\n{text}"),
        Err(Refusal::Broken(findings)) => {
            let finding = findings.iter().find(|finding| finding.is_error()).unwrap();
            panic!("{} at {:?}\n{text}", finding.message, source.position(finding.span.start))
        }
    }
}

/// `format` itself refuses to change words, comments and meaning; here it may not refuse.
fn twice(text: &str) -> String {
    let once = read(text);
    let again = read(&once);
    assert_eq!(once, again, "formatting again changes the text; it was\n{text}");
    assert_eq!(abouts(text), abouts(&once), "a comment is about something else in\n{once}\nit was\n{text}");
    assert!(!once.contains(['\r', '\t', '\u{feff}']) || text.contains("\"\"\""), "{once:?}");
    once
}

/// Each comment with the words that it is about.
fn abouts(text: &str) -> Vec<(String, Option<Vec<String>>)> {
    let source = Source::new("a.wj", text);
    let parsed = syntax::parse(&source);
    let subjects = Subjects::of_file(&source, &parsed);
    let marks = marks::of_file(&parsed.file);
    let text = tokens::requoted(text, &marks);
    let tokens = tokens::lex(&text, &marks);
    let words = |about: Span| {
        let within = |token: &&tokens::Token<'_>| {
            about.start as usize <= token.start && token.end() <= about.end as usize
        };
        let plain = |token: &&tokens::Token<'_>| token.kind != tokens::Kind::Comment && !token.is(",");
        let words = tokens.iter().filter(within).filter(plain);
        words
            .map(|token| if token.text.contains(['\n', '\r']) { "long" } else { token.text }.to_owned())
            .collect()
    };
    let comments = tokens.iter().filter(|token| token.kind == tokens::Kind::Comment);
    comments
        .map(|comment| {
            let at = Span::new(comment.start, comment.end());
            (comment.text.to_owned(), subjects.of_comment(at).map(words))
        })
        .collect()
}

#[test]
fn a_comment_is_about_the_statement_that_it_stands_at() {
    let script = "# pipeline
pipeline p { # behind its head
  on POST \"/\" # on
  # the whole
  extract body on_missing empty { a = $.a, b = $.b } # extract
  extract body on_missing empty { # extract again
    # c
    c = $.c, d = $.d # d
    # nothing
  }
  when c == 1 { wait 1s } else { wait 2s } # when
  when c == 1 { # when again
    wait 1s # wait
    # else when
  } # else when again
  else when d == 2 { # arm
    # wait
    wait 2s
  }
  # inner
  else { wait 3s }
  let e = [ # let
    1,
    # let again
    2 ]
  match e { \"1\" { wait 1s } # one
    else { wait 2s } # other
  }
  # http
  http.post \"https://example.com\" { query = { a: 1 }, json = { # json
      b: 1 # json again
  } } # http again
} # pipeline again
# const
const A = 1 # const again
# the end
";
    twice(script);
    let told: Vec<String> = abouts(script)
        .into_iter()
        .map(|(comment, about)| {
            format!("{comment}: {}", about.map_or_else(|| "-".to_owned(), |words| words.join(" ")))
        })
        .collect();
    assert_eq!(
        told,
        [
            "# pipeline: pipeline p",
            "# behind its head: pipeline p",
            "# on: on POST \"/\"",
            "# the whole: extract body on_missing empty { a = $.a b = $.b }",
            "# extract: extract body on_missing empty { a = $.a b = $.b }",
            "# extract again: extract body on_missing empty { c = $.c d = $.d }",
            "# c: c = $.c",
            "# d: d = $.d",
            "# nothing: -",
            "# when: when c == 1 { wait 1s } else { wait 2s }",
            "# when again: when c == 1 { wait 1s } else when d == 2 { wait 2s } else { wait 3s }",
            "# wait: wait 1s",
            "# else when: else when d == 2",
            "# else when again: else when d == 2",
            "# arm: else when d == 2 { wait 2s }",
            "# wait: wait 2s",
            "# inner: wait 3s",
            "# let: let e = [ 1 2 ]",
            "# let again: let e = [ 1 2 ]",
            "# one: \"1\" { wait 1s }",
            "# other: else { wait 2s }",
            "# http: http . post \"https://example.com\" { query = { a : 1 } json = { b : 1 } }",
            "# json: json = { b : 1 }",
            "# json again: json = { b : 1 }",
            "# http again: http . post \"https://example.com\" { query = { a : 1 } json = { b : 1 } }",
            "# pipeline again: pipeline p",
            "# const: const A = 1",
            "# const again: const A = 1",
            "# the end: -",
        ]
    );
}

#[test]
fn the_whole_language_is_formatted() {
    twice(SCRIPT);
    let windows = twice(&format!("\u{feff}{}", SCRIPT.replace('\n', "\r\n")));
    assert_eq!(windows, twice(SCRIPT));
}

#[test]
fn nothing_stays_nothing() {
    for text in ["", "\n\n", "\u{feff}", "   \r\n"] {
        assert_eq!(read(text), "");
    }
    assert_eq!(read("# a"), "# a\n");
    assert_eq!(read("\n\n#a\t \n\n\n\n  # b\nconst A=1"), "#a\n\n# b\nconst A = 1\n");
}

#[test]
fn a_brace_in_a_route_inserts_nothing() {
    let text = "pipeline p {\n  on POST \"/{\"\n  respond 200\n}\n";
    assert_eq!(format(&Source::new("a.wj", text.replace("  ", " "))).unwrap(), text);
}

#[test]
fn what_fuzzing_found_is_formatted() {
    let fields = |fields: &str| {
        format!("pipeline p {{\n  on POST \"/\"\n  extract body on_missing empty {{\n{fields}  }}\n}}\n")
    };
    for text in [
        "e=\u{2028}.e\n",
        "e=\u{2028}\"\"\n",
        "e=$.a\u{2028}\n",
        "e=$.a\u{feff}\n",
        "e=$ on_missing abort\ne=.\n",
        "e=.\n",
        "e = $.a on_missing empty\n}\nhttp.get \"https://a.example\" {\nrequire\u{fffd}$.\n",
    ] {
        twice(&fields(text));
    }
    for blank in [" ", "\t", "\u{a0}"] {
        let text = format!("pipeline p {{\n  verify c{blank}R secret.K\n}}\n");
        let refused = format(&Source::new("a.wj", text));
        assert!(
            matches!(&refused, Err(Refusal::Broken(findings)) if findings[0].code.id == "WJ0112"),
            "{refused:?}"
        );
    }
    let text = "pipeline p {\n  verify token header \"X-Token\" == secret.T\n}\n";
    assert_eq!(twice(&text.replace("\"X-Token\"", "'X-Token'")), text);
    let text = "pipeline p {\n  verify o query \"{\" {}\n  respond 200 { json { d: 1 } }\n}\n";
    assert_eq!(twice(&text.replace("\" {}", "\"{}")), text);
}

#[test]
fn a_minus_may_stand_apart_from_its_number() {
    assert_eq!(twice("const A = - 1\nconst B = - (1)\n"), "const A = -1\nconst B = -(1)\n");
}

#[test]
fn a_member_of_a_number_stays_apart_from_it() {
    twice("const A = 0 .l\n");
    twice("const A = 0\u{feff}.l\n");
}

#[test]
fn mistakes_are_refused() {
    let broken = Source::new("a.wj", "pipeline p {\n  respnd 200\n}\n");
    assert!(matches!(format(&broken), Err(Refusal::Broken(findings)) if findings.len() == 1));
    // What stands behind a `#` is a comment, in the brackets of a path as well.
    let cut =
        Source::new("a.wj", "pipeline p {\n  extract body {\n    a = $.b[#0] on_missing empty\n  }\n}\n");
    assert!(matches!(format(&cut), Err(Refusal::Broken(_))));
}

#[test]
fn a_comment_ends_with_its_line_however_that_ends() {
    for end in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}# a{end}const A = 1{end}{mark}# b{end}const B = 2 # c{end}");
            let told: Vec<Option<String>> =
                abouts(&text).into_iter().map(|(_, about)| about.map(|words| words.join(" "))).collect();
            assert_eq!(
                told,
                ["const A = 1", "const B = 2", "const B = 2"].map(|words| Some(words.to_owned()))
            );
        }
    }
}

/// A comment is told from its text as well where nothing says how deep that goes.
#[test]
fn what_comments_of_a_broken_text_are_about_is_told_soon() {
    for inner in ["{".repeat(20_000), "\"{".repeat(5_000), "\"\"\"{".repeat(5_000), "[(".repeat(9_000)] {
        let text = format!("pipeline p {{\n  stop # stop\n  let a = {inner}\n  wait 1s # wait\n}}\n");
        let source = Source::new("a.wj", text.as_str());
        let subjects = Subjects::of_file(&source, &syntax::parse(&source));
        let at = |comment: &str| {
            let start = text.find(comment).unwrap();
            subjects.of_comment(Span::new(start, start + comment.len())).map(|span| source.slice(span))
        };
        assert_eq!(at("# stop"), Some("stop"));
    }
    let text = "pipeline p {\n  let a = \"b {\n  wait 1s # wait\n  ?? \"c\\\"d\" # left\n}\n";
    let source = Source::new("a.wj", text);
    let subjects = Subjects::of_file(&source, &syntax::parse(&source));
    let start = text.find("# wait").unwrap();
    let about = subjects.of_comment(Span::new(start, start + "# wait".len()));
    assert_eq!(about.map(|span| source.slice(span)), Some("wait 1s"));
}

#[test]
fn a_text_that_was_read_already_is_formatted_the_same() {
    for text in [SCRIPT.to_owned(), SCRIPT.replace("  let", "      let"), format!("{SCRIPT}\nconst  Z=1")] {
        let source = Source::new("a.wj", text);
        assert_eq!(format_read(&source, &syntax::parse(&source)).unwrap(), format(&source).unwrap());
    }
}

#[test]
fn what_formatting_would_change_is_told() {
    let source = Source::new("a.wj", "const A = [1, 2] # why\nconst B = 3\n");
    let read = syntax::parse(&source);
    let tokens = tokens::lex(&source.text, &marks::of_file(&read.file));
    let told = |formatted: &str| guard::difference(&source, &read, &tokens, formatted);
    assert_eq!(told(&source.text), None);
    assert_eq!(told("const A = [\n  1,\n  2,\n] # why\n\nconst B = 3\n"), None);
    let expected = [
        ("const A = [1, 2] # why\nconst B = 4\n", "the word `3` would become `4`"),
        ("const A = [1, 2]\nconst B = 3\n", "the comment `# why` would be lost"),
        ("const A = [1 2] # why\nconst B = 3\n", "the formatted text could not be read: "),
        ("const A = [1, 2] # why\n", "the word `const` would be lost"),
    ];
    for (formatted, why) in expected {
        assert!(told(formatted).is_some_and(|told| told.starts_with(why)), "{:?}", told(formatted));
    }
}

/// The words of the whole language with other blanks, line ends and comments between them, where they may be.
fn respaced(text: &str, mut choose: impl FnMut(u8) -> u8) -> String {
    let parsed = syntax::parse(&Source::new("a.wj", text));
    let marks = marks::of_file(&parsed.file);
    let tokens = tokens::lex(text, &marks);
    let mut out = String::new();
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let bracket =
            |token: &tokens::Token<'_>| token.is("(") || token.is("[") || token.role == tokens::Role::Object;
        let inside = open.last().copied().unwrap_or(false);
        // What is glued to a word must stay so: names with dots, picks and calls are one thing to the grammar.
        let free = !token.glued
            || token.is(")")
            || token.is("]")
            || at > 0 && (tokens[at - 1].is("(") || tokens[at - 1].is("["));
        let held = at > 0 && ["header", "not"].contains(&tokens[at - 1].text);
        let free = free && !(token.glued && token.text == "}");
        let comment_before = at > 0 && tokens[at - 1].kind == tokens::Kind::Comment;
        if token.newlines > 0 {
            match choose(6) {
                0 => out.push_str(" \t# one more\n"),
                1 => out.push_str("\r\n\r\n\r\n"),
                2 => out.push_str("  \n\t"),
                _ => out.push('\n'),
            }
        } else if at > 0 && inside && free && !held && !comment_before {
            match choose(8) {
                0 => out.push_str("\n\n"),
                1 => out.push_str(" # inside\n"),
                2 => out.push('\n'),
                3 => out.push_str("\u{a0} \t"),
                _ => out.push(' '),
            }
        } else if at > 0 && free {
            out.push_str(if choose(3) == 0 { "\t  " } else { " " });
        }
        // An item begins at the left edge, and nothing else that looks like one may.
        if token.newlines > 0 && open.is_empty() {
            out.truncate(out.trim_end_matches([' ', '\t']).len());
        } else if token.newlines > 0 {
            out.push_str(if choose(2) == 0 { " " } else { "\t\t" });
        }
        out.push_str(token.text);
        if bracket(token) || token.is("{") {
            open.push(bracket(token));
        } else if token.is("}") || token.is("]") || token.is(")") {
            open.pop();
        }
    }
    out.push('\n');
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn other_blanks_and_comments_change_nothing(choices in prop::collection::vec(any::<u8>(), 64..4096)) {
        let mut at = 0;
        let text = respaced(SCRIPT, |most| { at += 1; choices[at % choices.len()] % most });
        twice(&text);
    }
}

/// A value as somebody may write it; between brackets with line ends and comments.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "1",
        "-2.50",
        "\"a text {name} {join([\"x\"], \", \")}\"",
        "'plain'",
        "'\\d{4}'",
        "name",
        "true",
        "empty",
        "a_rather_long_name_of_a_value.member[0]",
        "\"a long text that takes the place of forty letters\"",
        "\"\"\"\n   two\n     lines\n   \"\"\"",
    ]);
    let comma =
        prop::sample::select(vec![",", ", ", "  ,", ",\n\n\n", ", # why\n", " # why\n  ,", ",\n  # above\n"]);
    let open = prop::sample::select(vec!["", " ", "\n", " # head\n", "\n# above\n"]);
    let op = prop::sample::select(vec![" and ", " or\n", "+", "\n-", " * ", " # op\n / "]);
    let compare = prop::sample::select(vec!["==", " != ", "<", " in "]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 40, 4, move |inner| {
        let many = prop::collection::vec((inner.clone(), comma.clone()), 0..5);
        let parts = |parts: &[(String, &str)]| {
            parts.iter().map(|(value, comma)| format!("{value}{comma}")).collect::<String>()
        };
        let members = |all: &[(String, &str)]| {
            all.iter()
                .enumerate()
                .map(|(at, (value, comma))| format!("m{at}:{value}{comma}"))
                .collect::<String>()
        };
        prop_oneof![
            (open.clone(), many.clone()).prop_map(move |(open, all)| format!("[{open}{}]", parts(&all))),
            (open.clone(), many.clone()).prop_map(move |(open, all)| format!("{{{open}{}}}", members(&all))),
            (open.clone(), many).prop_map(move |(open, all)| match all.is_empty() {
                true => "now()".to_owned(),
                false => format!("call({open}{})", parts(&all)),
            }),
            (inner.clone(), op.clone(), inner.clone(), open.clone())
                .prop_map(|(a, op, b, open)| format!("({open}{a}{op}{b}{open})")),
            (inner.clone(), compare.clone(), inner.clone())
                .prop_map(|(a, op, b)| format!("(({a}){op}({b}))")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(c, a, b)| format!("(if {c}\n then {a} else\n {b})")),
            inner.clone().prop_map(|value| format!("(not {value})")),
            inner.prop_map(|value| format!("-({value})")),
        ]
    })
}

fn statement() -> impl Strategy<Value = String> {
    let end =
        prop::sample::select(vec!["\n", "\n\n\n", "   # behind\n", "# close\n", "\n# below\n\n", "\r\n"]);
    let line = prop_oneof![
        value().prop_map(|value| format!("let x ={value}")),
        value().prop_map(|value| format!("when {value} {{ stop }}")),
        (value(), value()).prop_map(|(a, b)| format!("when {a}{{ # head\nstop\n\n}}\n# why\nelse   when {b} {{abort 422 \"no\"}} else {{\n}}")),
        value().prop_map(|value| format!("respond 200 {{ json {value} }}")),
        (value(), value()).prop_map(|(a, b)| format!("bizon.add_subscriber {{a={a},long_name={b}\n\n   timeout 5s }}")),
        (value(), value()).prop_map(|(a, b)| format!(
            "extract body {{ name = $.a['x y'] as f({a}) on_missing empty\n # about\n other=$..b[?(@.c  == 1)] on_missing default {b}\n}}"
        )),
        (value(), value()).prop_map(|(a, b)| format!("match {a} {{\n {b}, 7 {{ stop }}\nelse {{ stop }} }}")),
        value().prop_map(|value| format!("http.post \"https://a.example\" {{ header \"A\" = {value}\nform {value}\non_fail {{ stop }}\n}}")),
    ];
    (line, end).prop_map(|(line, end)| format!("\t{line}{end}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_keep_their_meaning(statements in prop::collection::vec(statement(), 1..6)) {
        let text = format!("# file\npipeline p \"P\"{{\n{}}}\n", statements.concat());
        let source = Source::new("a.wj", text.as_str());
        // The generator may go deeper than the language does.
        prop_assume!(!syntax::parse(&source).diagnostics.iter().any(Diagnostic::is_error));
        twice(&text);
    }
}
