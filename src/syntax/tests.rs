//! That reading is total: nothing panics, nothing hangs, and what is said stands inside of the text.
#![allow(clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::ast::{Item, StmtKind};
use super::{Parsed, is_same, parse, parse_after, shift};
use crate::source::{Source, Span};

const SCRIPT: &str = include_str!("../../tests/cases/syntax/everything.wj");

fn read(text: &str) -> Parsed {
    let source = Source::new("a.wj", text);
    let parsed = parse(&source);
    let inside = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(start <= end && end <= text.len(), "{span:?} of {}", text.len());
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?} cuts a character");
    };
    for diagnostic in &parsed.diagnostics {
        inside(diagnostic.span);
        diagnostic.labels.iter().for_each(|label| inside(label.span));
        diagnostic.fixes.iter().flat_map(|fix| &fix.edits).for_each(|edit| inside(edit.span));
    }
    for item in &parsed.file.items {
        match item {
            Item::Const(c) => inside(c.span),
            Item::Pipeline(p) => p.body.iter().for_each(|stmt| inside(stmt.span)),
            Item::Connector(c) => c.actions.iter().for_each(|action| inside(action.span)),
            Item::Test(t) => t.steps.iter().for_each(|step| inside(step.span)),
        }
    }
    parsed
}

/// Reads within a bound that is generous, since tests run unoptimised and beside others.
fn read_within(seconds: u64, text: &str) -> Parsed {
    let start = Instant::now();
    let parsed = read(text);
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(seconds), "{taken:?}");
    parsed
}

fn pipeline(body: &str) -> String {
    format!("pipeline p {{\n  on POST \"/p\"\n{body}\n}}\n")
}

#[test]
fn the_whole_language_is_read_without_a_word() {
    let parsed = read(SCRIPT);
    assert_eq!(parsed.diagnostics.iter().map(|d| &d.message).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(parsed.file.items.iter().all(|item| match item {
        Item::Pipeline(p) => !p.broken && p.body.iter().all(|s| !matches!(s.kind, StmtKind::Broken { .. })),
        Item::Test(t) => !t.broken,
        Item::Connector(c) => !c.broken,
        Item::Const(_) => true,
    }));
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let unix = read(SCRIPT);
    let windows = read(&format!("\u{feff}{}", SCRIPT.replace('\n', "\r\n")));
    assert!(windows.diagnostics.is_empty(), "{:?}", windows.diagnostics);
    assert_eq!(unix.file.items.len(), windows.file.items.len());
    for text in ["", "\u{feff}", "\n", "# only a comment", "   ", "const A = 1"] {
        assert!(read(text).diagnostics.is_empty(), "{text:?}");
    }
}

#[test]
fn comments_are_found_outside_of_texts() {
    let text =
        "# a\nconst A = \"# no\" # b\nconst B = '#' # c\nconst C = [ # d\n1]\nconst D = \"{\"#\"}\" # e";
    let parsed = read(text);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let found: Vec<&str> = parsed.file.comments.iter().map(|c| &text[c.span.range()]).collect();
    assert_eq!(found, ["# a", "# b", "# c", "# d", "# e"]);
}

#[test]
fn depth_is_read_up_to_the_limit_and_refused_beyond() {
    let deep = |open: &str, close: &str, count: usize| {
        pipeline(&format!("  let x = {}1{}", open.repeat(count), close.repeat(count)))
    };
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("{ a: ", " }"),
        ("a[", "]"),
        ("\"{", "}\""),
        ("if true then ", " else 1"),
        ("if ", " then 1 else 1"),
        ("not ", ""),
        ("-", ""),
        ("(1 + ", ")"),
    ] {
        for count in [1, 30, 60, 1_000] {
            for text in [deep(open, close, count), deep(open, "", count), deep(open, ")", count)] {
                read_within(2, &text);
            }
        }
    }
    let parsed = read(&deep("(", ")", 62));
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let parsed = read(&deep("(", ")", 70));
    assert_eq!(parsed.diagnostics.iter().map(|d| d.code.id).collect::<Vec<_>>(), ["WJ0105"]);
    let blocks =
        |count: usize| pipeline(&format!("{}stop{}", "when true {\n".repeat(count), "\n}".repeat(count)));
    assert!(read_within(2, &blocks(60)).diagnostics.is_empty());
    assert_eq!(read_within(2, &blocks(100)).diagnostics.len(), 1);
    let chain = pipeline(&format!("when true {{\n}}{}", " else when true {\n}".repeat(500)));
    assert!(read_within(5, &chain).diagnostics.is_empty());
}

/// A brace that was put in stands at no letter of the file.
#[test]
fn a_label_cuts_no_letter() {
    for text in ["pipeline{{\"}\u{a0}", "pipeline p {{\"}\u{a0}\nx\u{a0}"] {
        for finding in read(text).diagnostics {
            for span in finding.labels.iter().map(|label| label.span).chain([finding.span]) {
                assert!(text.get(span.range()).is_some(), "{finding:?}");
            }
        }
    }
}

#[test]
fn too_much_ends_in_a_finding_soon() {
    let junk = |line: &str, count: usize| pipeline(&format!("{line}\n").repeat(count));
    for text in [
        "{".repeat(1_000_000),
        pipeline(&"{".repeat(900_000)),
        pipeline(&"(".repeat(100_000)),
        pipeline(&"[".repeat(100_000)),
        junk("?? what { x", 3_000),
        junk("?? what ( x", 3_000),
        junk("x = \"{", 3_000),
        junk("x = \"{\"", 3_000),
        junk("}", 3_000),
        pipeline(&format!("  let x = \"a {{if b == {}\"", "[?".repeat(10_000))),
        format!("pipeline p {{\n{}}}{{s}}\"", "when tr\n".repeat(30)),
        format!("pipeline p {{\n{}{}", "a = 1 x {\n".repeat(30), "} \"\n".repeat(30)),
        "{} ".repeat(30_000),
        format!("pipeline p {{\n  x = 1 \"y {}", "trim(".repeat(10_000)),
        format!("pipeline p {{\n{}{}", "?? {\n".repeat(60), "??\n".repeat(5_000)),
        pipeline(&format!("  let x = {}1", "1 + ".repeat(50_000))),
        pipeline(&format!("  let x = {}1", "not ".repeat(50_000))),
        pipeline(&format!("  let x = a{}", ".a".repeat(50_000))),
        pipeline(&format!("  let x = {}", "if a then b else ".repeat(20_000))),
        pipeline(&format!("  let x = {}", "\"{\"+".repeat(10_000))),
        pipeline(&format!("  let x = {}", "\"{\"".repeat(10_000))),
        pipeline(&format!("  let x = {}", "\"{f(".repeat(60))),
        format!("it's {}{}", "\"{".repeat(20), "{".repeat(5_000)),
        format!("\"{{\"{{'{}{}", "\"{".repeat(14), "{".repeat(5_000)),
        pipeline(&format!("  respond 200 {}#{}", "\"{".repeat(8), "{".repeat(5_000))),
        pipeline(&format!("  respond 200 \"\"\"{{{}", "'{{{{'\n".repeat(2_000))),
        pipeline(&format!("  help: `#` and {}", "\"{".repeat(2_000))),
        "a".repeat(super::MAX_BYTES + 1),
    ] {
        let parsed = read_within(20, &text);
        assert!(!parsed.diagnostics.is_empty(), "{}", &text[..60.min(text.len())]);
    }
}

/// Rules that could read the same text twice at each level would take forever here.
#[test]
fn what_is_opened_and_not_closed_is_read_once() {
    for pattern in [
        "{a:[",
        "f({a:",
        "\"{",
        "\"{\"{",
        "\"{{",
        "\"{\"{{",
        "\"{[",
        "\"{[[",
        "\"{{a:",
        "\"{(",
        "\"{f(",
        "\"{f(\"{",
        "\"{[\"{",
        "\"{a[\"{{",
        "\"{if ",
        "{\"{",
        "\"{{\"a\":",
        "[if a",
        "a[[if ",
        "if a[if [[",
        "(if ",
        "f(if ",
        "[not f(",
        "{a:if ",
        "\"{\"\"\"{",
        "\"{\"\"\"{\n",
        "'\"{\"\"\"{",
        "\"{'{",
    ] {
        for count in [10, 20, 30] {
            read_within(5, &pipeline(&format!("  let x = {}", pattern.repeat(count))));
            read_within(5, &pipeline(&format!("  x {}", pattern.repeat(count))));
            read_within(5, &pipeline(&format!("  when {} {{", pattern.repeat(count))));
        }
    }
}

#[test]
fn long_files_are_read_in_time() {
    let healthy = pipeline(&"  stop\n".repeat(5_000));
    assert!(read_within(30, &healthy).diagnostics.is_empty());
    let junk = read_within(30, &pipeline(&"  ??\n".repeat(5_000)));
    assert_eq!(junk.diagnostics.len(), 5_000);
}

/// The paragraphs of the script that holds everything, each closed by itself.
fn paragraphs() -> Vec<String> {
    let items = SCRIPT.split("\n\n").filter(|text| text.starts_with(' '));
    let inner = items.map(|text| pipeline(text.trim_end_matches("\n}")));
    let outer = SCRIPT.split("\n\n").filter(|text| !text.starts_with(' ')).map(str::to_owned);
    inner.chain(outer).collect()
}

#[test]
fn a_script_cut_anywhere_is_read() {
    for (number, text) in paragraphs().iter().enumerate() {
        let ends = (0..text.len()).filter(|end| text.is_char_boundary(*end));
        // Each third place, another third in each paragraph: what cuts here cuts there too.
        for end in ends.skip(number % 3).step_by(3) {
            read(&text[..end]);
        }
    }
}

#[test]
fn a_script_without_any_one_line_is_read() {
    for text in paragraphs() {
        let lines: Vec<&str> = text.lines().collect();
        for left_out in 0..lines.len() {
            let mut kept = lines.clone();
            kept.remove(left_out);
            let broken = kept.join("\n");
            let parsed = read(&format!("{broken}\n\npipeline healthy {{\n  on POST \"/healthy\"\n}}\n"));
            let last = parsed.file.items.last();
            assert!(
                matches!(last, Some(Item::Pipeline(p)) if &*p.name.text == "healthy" && !p.broken),
                "{broken}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edited_scripts_are_read(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[\"'{}()\\[\\]#,:=\\\\ \n$.a0«я-]{0,3}"), 1..6),
    ) {
        let mut text: Vec<char> = SCRIPT.chars().collect();
        for (place, removed, put) in edits {
            let at = place.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, put.chars());
        }
        read(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        read(&text);
        read(&pipeline(&text));
    }
}

/// Keystrokes all over real scripts: reading on from what was read gives what reading anew gives.
#[test]
fn a_change_is_read_on_to_what_reading_anew_gives() {
    let scripts = [
        include_str!("../../tests/cases/syntax/everything.wj"),
        include_str!("../../pipelines/leads.wj"),
        include_str!("../../connectors/bizon.wj"),
    ];
    let typed =
        ["x", "\n", "{", "}", "\"", "# ", "test \"t\" {\n", "", "pipeline p {\n  on GET \"/x\"\n}\n", "я"];
    let mut tried = 0;
    for script in scripts {
        let mut earlier = Source::new("a.wj", script);
        let mut read = parse(&earlier);
        let places = script.char_indices().map(|(at, _)| at).step_by(97);
        for (turn, at) in places.enumerate() {
            let mut text = script.to_owned();
            let end =
                text.char_indices().map(|(at, _)| at).find(|end| *end > at + turn % 5).unwrap_or(text.len());
            let insert = typed[turn % typed.len()];
            text.replace_range(at..if turn % 3 == 0 { end } else { at }, insert);
            let source = Source::new("a.wj", text);
            read = parse_after(&source, &earlier, read);
            let anew = parse(&source);
            assert_eq!(format!("{:?}", read.file), format!("{:?}", anew.file), "{insert:?} at {at}");
            assert_eq!(
                format!("{:?}", read.diagnostics),
                format!("{:?}", anew.diagnostics),
                "{insert:?} at {at}"
            );
            earlier = source;
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn trees_are_the_same_wherever_they_stand() {
    let script = parse(&Source::new("a.wj", SCRIPT)).file;
    let moved =
        parse(&Source::new("a.wj", SCRIPT.replace("  ", "   ").replace("\n\n", "\n\n# more\n\n"))).file;
    let places =
        |file: &super::ast::File| file.items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>();
    assert_ne!(places(&script), places(&moved));
    let text = |text: &str| parse(&Source::new("a.wj", format!("const A = {text}\n"))).file;
    assert!(is_same(&text("[1, -a.b]"), &text("[ 1,\n  -a.b ]")));
    for other in ["[1, -a.c]", "[1, - a.b, 2]", "[1.0, -a.b]", "\"[1, -a.b]\""] {
        assert!(!is_same(&text("[1, -a.b]"), &text(other)), "{other}");
    }
}

#[test]
fn no_place_is_left_in_a_tree_that_is_compared() {
    for mut item in parse(&Source::new("a.wj", SCRIPT)).file.items {
        shift::Shift::Away.item(&mut item);
        let tree = format!("{item:?}");
        let left = tree.split("Span { start: ").skip(1).find(|span| !span.starts_with("0, end: 0 }"));
        assert!(left.is_none(), "{left:?}");
    }
}

/// Found by fuzzing: each was read once for every brace or blank in it.
#[test]
fn a_line_is_not_read_once_for_each_letter_of_it() {
    let with = |text: &str| {
        format!("pipeline p {{\n  on POST \"/\"\n  respond 200 {{ json {{ a: {text} }} }}\n}}\n")
    };
    for (text, code) in [
        (format!("\"{}\"", "{".repeat(20_000)), Some("WJ0105")),
        (format!("\"{}\"", "{a: {".repeat(5_000)), Some("WJ0105")),
        (format!("\"x{}y\"", " ".repeat(100_000)), None),
        (format!("\"x{}y\"", " }".repeat(3_000)), None),
        (format!("'x{}y'", " ".repeat(100_000)), None),
    ] {
        let parsed = parse(&Source::new("a.wj", with(&text)));
        let first = parsed.diagnostics.iter().map(|found| found.code.id).find(|id| *id == "WJ0105");
        assert_eq!(first, code, "{:.40}", text);
    }
}

#[test]
fn an_open_text_is_told_of_without_a_look_at_the_next_item() {
    let open = "const A = \"abc\n";
    let alone = Source::new("a.wj", format!("{open}test \"a\" {{\n}}\n"));
    let next = Source::new("a.wj", format!("{open}test \" {{\n}}\n"));
    let again = parse_after(&next, &alone, parse(&alone));
    assert_eq!(format!("{again:?}"), format!("{:?}", parse(&next)));
}

/// Found by fuzzing: the formatter knew of a word, and nothing else did.
#[test]
fn a_letter_that_looks_like_a_blank_is_told_of() {
    let parsed = parse(&Source::new("a.wj", "\u{2028}\n"));
    let found: Vec<(&str, Span)> =
        parsed.diagnostics.iter().map(|found| (found.code.id, found.span)).collect();
    assert_eq!(found, [("WJ0107", Span::new(0, 3))]);
}

#[test]
fn no_change_takes_a_letter_in_two() {
    // The brace that is put in stands where the file has a blank of two bytes.
    for text in ["    test \"\u{a0}\n           \" \n}    ", "pipeline p {\n  when \"\u{a0}\n  stop\n}\n"] {
        for edit in read(text).diagnostics.iter().flat_map(|found| &found.fixes).flat_map(|fix| &fix.edits) {
            assert!(text.get(edit.span.range()).is_some(), "{edit:?} in {text:?}");
        }
    }
}
