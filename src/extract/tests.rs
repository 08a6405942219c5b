#![allow(clippy::indexing_slicing)]
//! What paths select, from bytes and from values.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::value::{from_json, to_json};

fn path(text: &str) -> Arc<Path> {
    Arc::new(Path::compile(text).unwrap_or_else(|error| panic!("{text}: {error:?}")))
}

fn pick(paths: &[&str], json: &str) -> Vec<Selected> {
    let paths: Vec<Arc<Path>> = paths.iter().map(|text| path(text)).collect();
    let picked = Picker::new(&paths).pick(json.as_bytes()).unwrap();
    let tree = from_json(json.as_bytes()).unwrap();
    let selected: Vec<Selected> = paths.iter().map(|path| path.select(&tree)).collect();
    assert_eq!(shown(&picked), shown(&selected), "from bytes and from the tree: {json}");
    picked
}

/// Digit for digit, which `==` of values is not.
fn shown(selected: &[Selected]) -> Vec<String> {
    let show = |selected: &Selected| match selected {
        Selected::Found(value) => to_json(value).unwrap(),
        Selected::Missing(missing) => format!("{}: {}", missing.segment, missing.found),
    };
    selected.iter().map(show).collect()
}

fn one(text: &str, json: &str) -> String {
    shown(&pick(&[text], json)).remove(0)
}

#[test]
fn both_forms_select_what_rfc_9535_says() {
    let json = r#"{"raw": ["m", {"q": "1.10", "n": 1.10}], "utm-source": "ya", "заказ": {"id": 9007199254740993}, "a\"b": 1}"#;
    for (text, selected) in [
        ("$.raw[1].q", r#""1.10""#),
        (r#"["raw"][1]["n"]"#, "1.10"),
        (r#"[ 'raw' ][ -1 ]["q"]"#, r#""1.10""#),
        (r#"$["utm-source"]"#, r#""ya""#),
        ("$.заказ.id", "9007199254740993"),
        (r#"$["\u0437\u0430\u043a\u0430\u0437"]["id"]"#, "9007199254740993"),
        (r#"$["a\"b"]"#, "1"),
        (r#"$['a"b']"#, "1"),
        ("$.raw[*].q", r#"["1.10"]"#),
        ("$..q", r#"["1.10"]"#),
        ("$.raw[0:1]", r#"["m"]"#),
        ("$.raw", r#"["m",{"q":"1.10","n":1.10}]"#),
    ] {
        assert_eq!(one(text, json), selected, "{text}");
    }
    assert_eq!(one("$", "[1]"), "[1]");
}

#[test]
fn what_is_missing_is_told_with_what_stood_there() {
    let json = r#"{"raw": [1], "two": [1, 2], "appealType": "x", "phone": null, "contact": {"Phone": 1, "deep": [[true]]}}"#;
    for (text, told) in [
        (r#"["raw"][1]["q"]"#, "[1]: `raw` has 1 item, index 1 was wanted"),
        ("$.two[-3]", "[-3]: `two` has 2 items, index -3 was wanted"),
        ("$.appealType.Code", r#"["Code"]: `appealType` is a text, not an object"#),
        ("$.emails", r#"["emails"]: the object has no `emails`"#),
        ("$.appealTyp", r#"["appealTyp"]: the object has no `appealTyp`, but it has `appealType`"#),
        ("$.contact.phone", r#"["phone"]: `contact` has no `phone`, but it has `Phone`"#),
        ("$.phone", r#"["phone"]: `phone` is null"#),
        ("$.phone.number", r#"["number"]: `phone` is null"#),
        ("$.raw.q", r#"["q"]: `raw` is a list, not an object"#),
        ("$.contact[1]", "[1]: `contact` is an object, not a list"),
        ("$.contact.deep[0][0].x", r#"["x"]: `deep[0][0]` is true, not an object"#),
        ("$[0]", "[0]: the document is an object, not a list"),
        ("$.raw[?@ > 1]", "$.raw[?@ > 1]: nothing is there that the path selects"),
    ] {
        assert_eq!(one(text, json), told, "{text}");
    }
    assert_eq!(one("$", "null"), "$: the document is null");
    assert_eq!(one("$.a", "5"), r#"["a"]: the document is a number, not an object"#);
}

#[test]
fn an_index_finds_the_key_of_an_object_where_no_list_stands() {
    assert_eq!(one("$.a[1]", r#"{"a": {"0": "x", "1": "y"}}"#), r#""y""#);
    assert_eq!(one("$.a[1]", r#"{"a": ["x", "z"]}"#), r#""z""#);
    assert_eq!(one("$.a[-1]", r#"{"a": {"-1": "y"}}"#), "[-1]: `a` is an object, not a list");
    assert_eq!(one(r#"$.a["1"]"#, r#"{"a": ["x", "z"]}"#), r#"["1"]: `a` is a list, not an object"#);
    // Both through one member, each on its own way.
    let both = [r#"$["0"].a"#, "$[0].b", "$[0].a", "$[-1].a"];
    assert_eq!(shown(&pick(&both, r#"{"0": {"a": 1, "b": 2}}"#))[..3], ["1", "2", "1"]);
    assert_eq!(shown(&pick(&both, r#"[{"a": 1, "b": 2}]"#))[1..], ["2", "1", "1"]);
}

#[test]
fn of_equal_names_the_last_counts_whatever_its_shape() {
    assert_eq!(one("$.a.b", r#"{"a": {"b": 1}, "a": {"c": 2}}"#), r#"["b"]: `a` has no `b`"#);
    assert_eq!(one("$.a.b", r#"{"a": {"b": 1}, "a": 5}"#), r#"["b"]: `a` is a number, not an object"#);
    assert_eq!(one("$.a.b", r#"{"a": 5, "\u0061": {"b": 1, "b": null, "b": 7}}"#), "7");
    assert_eq!(one("$.a", r#"{"a": 5, "a": null}"#), r#"["a"]: `a` is null"#);
    assert_eq!(one("$.a[0]", r#"{"a": [1], "a": []}"#), "[0]: `a` has 0 items, index 0 was wanted");
    assert_eq!(one("$.a[-1].b", r#"{"a": [{"b": 1}], "a": [{"c": 1}]}"#), r#"["b"]: `a[-1]` has no `b`"#);
    let all = ["$.a.b", "$.a", "$.a.b.c", "$.a.d"];
    let picked = shown(&pick(&all, r#"{"a": {"b": {"c": 1}}, "a": {"d": 2, "d": 3}}"#));
    assert_eq!(picked, [r#"["b"]: `a` has no `b`"#, r#"{"d":3}"#, r#"["b"]: `a` has no `b`"#, "3"]);
}

#[test]
fn what_is_not_picked_is_checked_all_the_same() {
    let picker = Picker::new(&[path("$.a")]);
    let deep = format!("{{\"a\": 1, \"b\": {}{}}}", "[".repeat(127), "]".repeat(127));
    for json in [
        r#"{"a": 1, "b": [1, }"#,
        r#"{"a": 1} x"#,
        r#"{"a": 1, "b": "\ud800"}"#,
        r#"{"a": 1, "b": 01}"#,
        "{\"a\": 1, \"b\": \"\u{1}\"}",
        "",
        &deep,
    ] {
        assert!(picker.pick(json.as_bytes()).is_err(), "{json}");
    }
    assert!(picker.pick(b"{\"a\": 1, \"b\": \"\xff\"}").is_err());
}

#[test]
fn filters_compare_by_value_and_count_from_zero() {
    let json = r#"{"list": [
        {"n": 1, "t": "aa", "tags": []}, {"n": 1.0, "t": "ab"}, {"n": 9007199254740993, "tags": [1, 2]},
        {"n": 1e400}, {"n": "1"}, {"n": null}, {"n": 1e-30}, {}], "one": 1e0}"#;
    let found = |filter: &str| {
        let nodes = path(&format!("$.list[?{filter}]")).select_all(&from_json(json.as_bytes()).unwrap());
        let Value::Object(root) = from_json(json.as_bytes()).unwrap() else { panic!() };
        let Some(Value::List(list)) = root.get("list") else { panic!() };
        let at = |node: &Value| list.iter().position(|item| to_json(item) == to_json(node)).unwrap();
        nodes.iter().map(at).collect::<Vec<_>>()
    };
    for (filter, items) in [
        ("@.n == 1", vec![0, 1]),
        ("@.n == 1.0", vec![0, 1]),
        ("@.n == 10e-1", vec![0, 1]),
        ("@.n == $.one", vec![0, 1]),
        ("@.n == 0", vec![]),
        ("@.n > 9007199254740991", vec![2, 3]),
        ("@.n < 1", vec![6]),
        ("@.n <= 1 && @.n >= 1", vec![0, 1]),
        ("@.n == \"1\"", vec![4]),
        ("@.n == null", vec![5]),
        ("@.n == @.absent", vec![7]),
        ("@.n != @.absent", vec![0, 1, 2, 3, 4, 5, 6]),
        ("!@.n", vec![7]),
        ("@.n", vec![0, 1, 2, 3, 4, 5, 6]),
        ("@.t > \"aa\"", vec![1]),
        ("count(@.tags[*]) == 0", vec![0, 1, 3, 4, 5, 6, 7]),
        ("count(@.tags) == 0", vec![1, 3, 4, 5, 6, 7]),
        ("count(@.tags[*]) > 1", vec![2]),
        ("length(@.tags) == 2", vec![2]),
        ("length(@.t) == 2", vec![0, 1]),
        ("length(@.n) == 1", vec![4]),
        ("value(@..t) == \"ab\"", vec![1]),
        ("match(@.t, \"a\")", vec![]),
        ("match(@.t, \"a.\")", vec![0, 1]),
        ("search(@.t, \"b\")", vec![1]),
        ("!search(@.t, \"b\")", vec![0, 2, 3, 4, 5, 6, 7]),
        ("(@.n == 1 || @.n == \"1\") && !(@.t == \"aa\")", vec![1, 4]),
    ] {
        assert_eq!(found(filter), items, "{filter}");
    }
}

#[test]
fn queries_give_their_nodes_in_the_order_of_the_document() {
    let json = r#"{"b": {"x": 1}, "a": [{"x": 2, "y": [{"x": 3}]}, {"x": null}], "x": 4}"#;
    for (text, nodes) in [
        ("$..x", "[4,1,2,3,null]"),
        ("$.a[*].x", "[2,null]"),
        ("$['x', 'b']", "[4,{\"x\":1}]"),
        ("$.a[::-1].x", "[null,2]"),
        ("$..[0].x", "[2,3]"),
        ("$.a..x", "[2,3,null]"),
        ("$.*.x", "[1]"),
        ("$.a[1,0,1].x", "[null,2,null]"),
        ("$.a[?@.y].x", "[2]"),
        ("$..[?@.x == 3].x", "[3]"),
    ] {
        let nodes_found = path(text).select_all(&from_json(json.as_bytes()).unwrap());
        assert_eq!(to_json(&Value::list(nodes_found)).unwrap(), nodes, "{text}");
    }
}

#[test]
fn a_query_costs_no_more_than_the_body_allows() {
    // One long name above many items: a library that writes down each node's path would copy it for each.
    let long = format!("{{\"{}\": [{}]}}", "k".repeat(300_000), vec!["1"; 100_000].join(","));
    let started = std::time::Instant::now();
    let Selected::Found(Value::List(items)) = &pick(&["$.*[*]"], &long)[0] else { panic!() };
    assert_eq!(items.len(), 100_000);
    let deep = format!("{}1{}", "[".repeat(126), "]".repeat(126));
    assert_eq!(path("$..*").select_all(&from_json(deep.as_bytes()).unwrap()).len(), 126);
    let texts = format!("[{}]", vec!["\"abc\""; 50_000].join(","));
    assert_eq!(path("$[?match(@, \"a.c\")]").select_all(&from_json(texts.as_bytes()).unwrap()).len(), 50_000);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let many = format!("[{}]", vec!["1"; 200_000].join(","));
    let error = Picker::new(&[path("$[*]")]).pick(many.as_bytes()).unwrap_err();
    assert_eq!(error.message, "the document holds more values than are read into memory");
    assert!(Picker::new(&[path("$[0]")]).pick(many.as_bytes()).is_ok());
}

#[test]
fn a_wrong_path_is_told_where_and_with_the_right_spelling() {
    for (text, at, message, fix) in [
        ("raw.1.q", "raw", "a path begins with `$` or `[`", Some("$.raw[1].q")),
        ("$.raw.1.q", "1", "an index stands in brackets: `[1]`", Some("$.raw[1].q")),
        (
            "body.raw[1].q",
            "body",
            "a path begins at the root of what is extracted, not at `body`",
            Some("$.raw[1].q"),
        ),
        (
            "$.utm-source",
            "utm-source",
            "`utm-source` stands in brackets and quotes",
            Some("$[\"utm-source\"]"),
        ),
        ("$.a.", ".", "the path ends in a dot", Some("$.a")),
        ("$.a[0", "[", "this `[` is not closed", Some("$.a[0]")),
        ("$.a[", "[", "this `[` is not closed", None),
        ("trim($.a)", "trim($.a)", "`trim(…)` is a call, where a path should stand", None),
        ("$[“a”]", "“a”", "these quotes are not the ones of a path: `\"` or `'`", Some("$.a")),
        ("$[\"a]", "\"a]", "this name lacks its closing quote", Some("$.a")),
        ("$[01]", "01", "an index has no leading zeros", Some("$[1]")),
        ("[\"a\"][01]", "01", "an index has no leading zeros", Some("[\"a\"][1]")),
        ("$[-0]", "-0", "`-0` is no index: the first item is `[0]`, the last one `[-1]`", Some("$[0]")),
        ("$a", "a", "a dot is missing before this name", Some("$.a")),
        ("$.a b", " ", "a path holds no blanks outside its brackets", None),
        ("$ .a", " ", "a path holds no blanks outside its brackets", Some("$.a")),
        ("$. a", " ", "a path holds no blanks outside its brackets", Some("$.a")),
        ("$.a[*] .b", " ", "a path holds no blanks outside its brackets", None),
        ("$[name]", "name", "the name `name` needs its quotes", Some("$.name")),
        ("$.[0]", ".", "no dot stands before `[`", Some("$[0]")),
        ("$.\"a\"", "\"a\"", "a name in quotes stands in brackets: `[\"name\"]`", Some("$.a")),
        ("$[]", "[]", "nothing stands in these brackets", Some("$[*]")),
        ("@.a", "@", "`@` has a meaning only inside a filter", Some("$.a")),
        (".a", ".", "a path begins with `$` or `[`", Some("$.a")),
        ("$[\"\\x\"]", "\\x", "a path does not know this escape", None),
        (
            "$[9007199254740992]",
            "9007199254740992",
            "an index is at most 9007199254740991, up or down (RFC 9535, 2.1)",
            None,
        ),
        ("$.a]", "]", "`]` cannot stand here in a path", None),
        ("$.list[?@.a = 1]", "=", "a filter compares with `==`", None),
        ("$.list[?@.a === 1]", "[?@.a === 1]", "this is no path by RFC 9535", None),
        ("$.list[?@.a and @.b]", "[?@.a and @.b]", "this is no path by RFC 9535", None),
    ] {
        let error = Path::compile(text).unwrap_err();
        assert_eq!((&text[error.span.range()], error.message.as_str()), (at, message), "{text}");
        assert_eq!(error.fix.as_deref(), fix, "{text}");
        assert_eq!(error.kind, PathErrorKind::Syntax, "{text}");
    }
    assert_eq!(Path::compile("").unwrap_err().message, "a path should stand here");
}

#[test]
fn a_path_is_too_long_from_a_whole_letter_on() {
    let text = format!("$..a{}", "ж".repeat(300));
    let error = Path::compile(&text).unwrap_err();
    assert!(text.is_char_boundary(error.span.start as usize) && error.span.end as usize == text.len());
}

#[test]
fn what_could_be_answered_wrongly_or_dearly_is_refused() {
    let nested = format!("$[?{}@.a{}]", "(".repeat(20), ")".repeat(20));
    let long = format!("$[*].{}", "a".repeat(600));
    for (text, kind) in [
        ("$..a..b", PathErrorKind::Refused),
        ("$..a[?@..b]", PathErrorKind::Refused),
        ("$..*..*..*", PathErrorKind::Refused),
        ("$[?@[?@ > 1]]", PathErrorKind::Refused),
        ("$[?@.a[?@.b == 1]]", PathErrorKind::Refused),
        ("$..['a','d']", PathErrorKind::Refused),
        ("$[*]['a','d']", PathErrorKind::Refused),
        ("$[?match(@.a, $.re)]", PathErrorKind::Refused),
        ("$[?match(@.a, @.re)]", PathErrorKind::Refused),
        ("$[?match(@.a, \"^a\")]", PathErrorKind::Refused),
        ("$[?search(@.a, \"\\\\d\")]", PathErrorKind::Refused),
        ("$[?in(@.a, $.list)]", PathErrorKind::Refused),
        ("$[?nin(@.a, $.list)]", PathErrorKind::Refused),
        ("$[?none_of(@.a, $.list)]", PathErrorKind::Refused),
        ("$[?count($.list[*]) > 1]", PathErrorKind::Refused),
        ("$[?$.list[*]]", PathErrorKind::Refused),
        ("$[?@.a == 0.1234567890123456789]", PathErrorKind::Refused),
        ("$[?@.a == 1e400]", PathErrorKind::Refused),
        ("$[?@.a == 1e-400]", PathErrorKind::Refused),
        ("$[0,0,0,0,0][0,0,0,0,0][0,0,0,0,0]", PathErrorKind::Refused),
        (&nested, PathErrorKind::Refused),
        (&long, PathErrorKind::Refused),
        ("$[?count(@.a)]", PathErrorKind::Syntax),
        ("$[?length(@.a)]", PathErrorKind::Syntax),
        ("$[?value(@.a)]", PathErrorKind::Syntax),
        ("$[?length(@.*) < 3]", PathErrorKind::Syntax),
        ("$[?length(@..a) < 3]", PathErrorKind::Syntax),
        ("$[?length(match(@.a, \"a\")) < 3]", PathErrorKind::Syntax),
        ("$[?count(1) > 1]", PathErrorKind::Syntax),
        ("$[?value(\"a\") == 1]", PathErrorKind::Syntax),
        ("$[?match(@.a, 1)]", PathErrorKind::Syntax),
        ("$[?match(@.*, \"a\")]", PathErrorKind::Syntax),
        ("$[?match(@.a, \"a\") == true]", PathErrorKind::Syntax),
        ("$[?@.* == 1]", PathErrorKind::Syntax),
        ("$[?9007199254740992 == @.a]", PathErrorKind::Syntax),
        ("$[?true]", PathErrorKind::Syntax),
        ("$[?@.a\u{a0}]", PathErrorKind::Syntax),
    ] {
        let error = Path::compile(text).err().unwrap_or_else(|| panic!("{text} compiles"));
        assert_eq!(error.kind, kind, "{text}: {error:?}");
        assert!(text.get(error.span.range()).is_some_and(|at| !at.is_empty()), "{text}: {error:?}");
    }
    for text in [
        "$[?@.a == 0.1]",
        "$[?@.a == 9007199254740991]",
        "$[?@['a1.25e9999'] == 'x1e999']",
        "$[?@.a == -1.5e+10]",
    ] {
        assert!(Path::compile(text).is_ok(), "{text}");
    }
}

#[test]
fn no_text_takes_long_to_compile() {
    for text in [
        "length(".repeat(7) + "@",
        format!("$[?{}", "!(".repeat(7)),
        format!("$[?{}@.a{}]", "length(value(".repeat(3), "))".repeat(3)),
        format!("$[?{}1]", "@.a==1&&".repeat(60)),
        format!("$[?{}", "(@.a||".repeat(7)),
        format!("$[{}", "?@[".repeat(7)),
    ] {
        for text in [format!("$[?{text}"), text] {
            let started = std::time::Instant::now();
            let _ = Path::compile(&text);
            assert!(started.elapsed().as_millis() < 1000, "{text}: {:?}", started.elapsed());
        }
    }
}

/// A document in which the names, the indexes and the shapes of the paths below are likely to be met.
fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "[a-zа-я\"\\\\\n😀]{0,6}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let name = prop::sample::select(vec!["a", "b", "\\u0061", "utm-source", "ж", "\\\"", ""]);
        let blank = prop::sample::select(vec!["", " ", "\n\t"]);
        let member = (name, blank, inner.clone())
            .prop_map(|(name, blank, value)| format!("\"{name}\"{blank}:{blank}{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(", "))),
        ]
    })
}

fn singular_path() -> impl Strategy<Value = String> {
    let step = prop::sample::select(vec![
        ".a",
        ".b",
        "[\"a\"]",
        "['b']",
        "[\"utm-source\"]",
        ".ж",
        "[\"\\u0436\"]",
        "['\"']",
        "[\"\"]",
        "[0]",
        "[1]",
        "[2]",
        "[-1]",
        "[-2]",
    ]);
    prop::collection::vec(step, 0..5).prop_map(|steps| format!("${}", steps.concat()))
}

/// The same node by jsonpath-rust, over the same document as serde_json reads it.
fn by_jsonpath_rust(path: &str, json: &str) -> Option<String> {
    let tree: serde_json::Value = serde_json::from_str(json).unwrap();
    let query = jsonpath_rust::parser::parse_json_path(path).unwrap();
    let nodes = jsonpath_rust::query::js_path_process(&query, &tree).unwrap();
    nodes.first().map(|node| node.val.to_string()).filter(|node| node != "null")
}

/// serde_json writes every exponent as `e+5`, where we keep what came.
fn as_serde_json_writes(json: String) -> String {
    serde_json::from_str::<serde_json::Value>(&json).unwrap().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pass_finds_what_jsonpath_rust_finds(
        json in document(),
        texts in prop::collection::vec(singular_path(), 1..8),
    ) {
        let paths: Vec<Arc<Path>> = texts.iter().map(|text| path(text)).collect();
        let picked = Picker::new(&paths).pick(json.as_bytes()).unwrap();
        let tree = from_json(json.as_bytes()).unwrap();
        for ((path, text), picked) in paths.iter().zip(&texts).zip(picked) {
            let selected = path.select(&tree);
            prop_assert_eq!(shown(std::slice::from_ref(&picked)), shown(&[selected]), "{} on {}", text, json);
            let ours = match &picked {
                Selected::Found(value) => Some(as_serde_json_writes(to_json(value).unwrap())),
                Selected::Missing(_) => None,
            };
            prop_assert_eq!(ours, by_jsonpath_rust(text, &json), "{} on {}", text, json);
        }
    }

    #[test]
    fn the_pass_refuses_what_serde_json_refuses(
        json in document(),
        text in singular_path(),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b"{}[],:\"\\ 019.eE-tfn\x00\x1f\x80\xd0\xff".to_vec()),
        how in 0..3,
    ) {
        let mut bytes = json.into_bytes();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        let picked = Picker::new(&[path(&text)]).pick(&bytes);
        let read = serde_json::from_slice::<serde_json::Value>(&bytes);
        prop_assert_eq!(picked.is_ok(), read.is_ok(), "{} on {}", text, String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_mistake_never_panics_and_its_fix_compiles(text in "[$@.a-c0-9\\[\\]\"'*?()=<, \\\\ж“-]{0,14}") {
        if let Err(error) = Path::compile(&text) {
            prop_assert!(text.get(error.span.range()).is_some(), "{}: {:?}", text, error);
            if let Some(fix) = error.fix {
                prop_assert!(Path::compile(&fix).is_ok(), "{} -> {}", text, fix);
            }
        }
    }
}

#[test]
fn what_is_planted_is_found() {
    let planted = |path: &str, document: &str| {
        let document =
            if document.is_empty() { Value::Empty } else { from_json(document.as_bytes()).unwrap() };
        let path = Path::compile(path).unwrap();
        let planted = path.planted(document, Value::text("x"))?;
        assert_eq!(path.select_all(&planted), [Value::text("x")], "{}", path.text);
        Some(crate::value::to_json(&planted).unwrap())
    };
    for (path, document, whole) in [
        ("$", "", r#""x""#),
        ("$.a", "", r#"{"a":"x"}"#),
        ("$.a.b", r#"{"a":{"c":1},"d":2}"#, r#"{"a":{"c":1,"b":"x"},"d":2}"#),
        ("$.a[1].b", "", r#"{"a":[null,{"b":"x"}]}"#),
        ("$[-2]", "[1]", r#"["x",null]"#),
    ] {
        assert_eq!(planted(path, document).as_deref(), Some(whole), "{path}");
    }
    for (path, document) in
        [("$.a", "[1]"), ("$.a.b", r#"{"a":1}"#), ("$[0]", r#"{"a":1}"#), ("$..a", ""), ("$[99999999]", "")]
    {
        assert_eq!(planted(path, document), None, "{path}");
    }
}
