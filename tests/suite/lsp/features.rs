//! Each feature once, on one script with Cyrillic and an emoji in front of what is asked about.

use serde_json::{Value as Json, json};

use super::client::{Editor, edited, find, labels, range};
use crate::harness::Site;

const SCRIPT: &str = r#"const CRM = "https://crm.example"

# 😀 Заявки
pipeline leads "😀 Заявки" {
  on POST "/hooks/{school}"
  verify github secret.HOOK_KEY

  extract body {
    name  = $.firstName          on_missing empty
    phone = $.phone as phone("RU") on_missing abort
  }

  respond 200 {
    json { school: path.school, hello: "😀 {name}", name: upper(name) }
  }

  let sub = bizon.add_subscriber {
    token    = secret.BIZON_TOKEN
    pageId   = "1"
    email    = "a@b.example"
    phone    = phone
  }

  http.post "{CRM}/leads/{sub.hash}" {
    header "Authorization" = "Bearer {secret.CRM_TOKEN}"
    form { name: name }
    key auto
  }
}

test "a lead is taken" {
  given bizon.add_subscriber answers 200 json { hash: "h", url_default: "u" }
  send POST "/hooks/a" json { firstName: "Анна", phone: "+79991234567" } signed
  expect status 200
}
"#;

fn editor() -> Editor {
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    let findings = editor.open("a.wj", SCRIPT);
    assert_eq!(findings, json!([]));
    editor
}

fn hover(editor: &mut Editor, needle: &str, behind: usize) -> String {
    let hover = editor.at("textDocument/hover", "a.wj", find(SCRIPT, needle, behind));
    hover["contents"]["value"].as_str().unwrap_or_else(|| panic!("{needle}: {hover}")).to_owned()
}

#[test]
fn hover_tells_documentation_and_kinds() {
    let editor = &mut editor();
    for (needle, behind, told) in [
        ("name  =", 1, "`name`: true or false, a number, a text, bytes, a list or an object, maybe empty"),
        ("{name}", 2, "maybe empty"),
        ("upper(", 1, "upper(text: a text) → a text"),
        ("phone(\"RU\")", 1, "E.164"),
        ("bizon.add", 8, "Adds a subscriber"),
        ("pageId", 1, "`pageId` of `bizon.add_subscriber`: a text, required"),
        ("secret.CRM_TOKEN", 9, "The environment variable `CRM_TOKEN`"),
        ("github", 1, "X-Hub-Signature-256"),
        ("respond", 1, "It is written `respond 200"),
        ("on_missing", 1, "`abort`, `empty` or `default VALUE`"),
        ("path.school", 7, "`path.school`: a text"),
        ("sub.hash", 5, "`sub.hash`"),
        ("http.post", 6, "Sends a POST request"),
        ("CRM}", 1, "https://crm.example"),
        ("given", 1, "How an action is answered"),
    ] {
        let text = hover(editor, needle, behind);
        assert!(text.contains(told), "{needle}: {text}");
    }
    let hover = editor.at("textDocument/hover", "a.wj", find(SCRIPT, "{name}", 2));
    let (line, column) = find(SCRIPT, "{name}", 1);
    assert_eq!(hover["range"], range([(line, column), (line, column + 4)]), "behind an emoji");
}

#[test]
fn a_code_is_explained_where_it_is_silenced() {
    let editor = &mut editor();
    let text = "# wj-allow unused-constant: on its way\nconst X = 1\n";
    editor.open("b.wj", text);
    let hover = editor.at("textDocument/hover", "b.wj", find(text, "unused", 3));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("WJ06"), "{hover}");
    let begun = "# wj-allow un\nconst X = 1\n";
    editor.open("c.wj", begun);
    let offers = editor.at("textDocument/completion", "c.wj", (0, 13));
    assert_eq!(labels(&offers)[0], "unused-constant");
}

/// What is offered behind `typed` in place of a line of the script.
fn offered(editor: &mut Editor, line: &str, typed: &str) -> Json {
    let text = SCRIPT.replacen(line, typed, 1);
    editor.open("t.wj", &text);
    let front = &text[..SCRIPT.find(line).unwrap() + typed.len()];
    let column = front.rsplit('\n').next().unwrap().encode_utf16().count();
    editor.at("textDocument/completion", "t.wj", (front.matches('\n').count() as u32, column as u32))
}

#[test]
fn completion_offers_what_may_stand_there() {
    let editor = &mut editor();
    for (line, typed, wanted, unwanted) in [
        ("  respond 200 {", "  res", "respond", "timeout"),
        ("  respond 200 {", "  respond ", "201", "name"),
        ("  respond 200 {", "  let twice = tw", "name", "twice"),
        ("    key auto", "    retry ", "5 times, first 5s, at most 10m", "name"),
        ("    token    = secret.BIZON_TOKEN", "    token = ", "secret", "timeout"),
        ("  http.post \"{CRM}/leads/{sub.hash}\" {", "  http.post \"{CRM}/{", "phone", "timeout"),
        ("  http.post \"{CRM}/leads/{sub.hash}\" {", "  http.post \"{CRM}/{name}{na", "name", "timeout"),
        ("const CRM = \"https://crm.example\"", "const CRM = ", "true", "body"),
        ("  expect status 200", "  expect status ", "422", "respond"),
        ("  respond 200 {", "  ", "bizon.add_subscriber", "expect"),
        ("    key auto", "    t", "timeout", "extract"),
        ("    key auto", "    key ", "auto", "timeout"),
        ("    key auto", "    on_crash ", "report", "name"),
        ("    form { name: name }", "    form { name: ", "phone", "timeout"),
        ("    pageId   = \"1\"", "    ", "pageId", "token"),
        ("    token    = secret.BIZON_TOKEN", "    token = secret.", "CRM_TOKEN", "phone"),
        ("  verify github secret.HOOK_KEY", "  verify ", "stripe", "respond"),
        (
            "    name  = $.firstName          on_missing empty",
            "    name = $.firstName on_missing ",
            "default",
            "phone",
        ),
        ("    name  = $.firstName          on_missing empty", "    name = $.firstName as ", "email", "upper"),
        (
            "    json { school: path.school, hello: \"😀 {name}\", name: upper(name) }",
            "    json { a: path.",
            "school",
            "id",
        ),
        (
            "    json { school: path.school, hello: \"😀 {name}\", name: upper(name) }",
            "    json { a: request.",
            "ip",
            "id",
        ),
        ("  http.post \"{CRM}/leads/{sub.hash}\" {", "  let x = sub.", "hash", "phone"),
        ("  http.post \"{CRM}/leads/{sub.hash}\" {", "  http.", "post", "phone"),
        ("  respond 200 {", "  for row in ", "name", "phone"),
        ("  respond 200 {", "  for row in ", "body", "upper"),
        ("  respond 200 {", "  for row in ", "split", "respond"),
        ("  respond 200 {", "  for row in name, ", "at most", "phone"),
        ("  http.post \"{CRM}/leads/{sub.hash}\" {", "  for row in ", "name", "CRM"),
        ("test \"a lead is taken\" {", "const ROWS = [1]\ntest \"a\" for row in ", "ROWS", "CRM"),
        ("test \"a lead is taken\" {", "const ROWS = [1]\ntest \"a\" for row in ", "ROWS", "body"),
        ("  expect status 200", "  exp", "expect", "respond"),
        ("  expect status 200", "  expect ", "no actions", "respond"),
        ("const CRM = \"https://crm.example\"", "pipe", "pipeline", "respond"),
    ] {
        let offers = offered(editor, line, typed);
        let labels = labels(&offers);
        assert!(labels.contains(&wanted), "{typed:?}: {labels:?}");
        assert!(!labels.contains(&unwanted), "{typed:?}: {labels:?}");
    }
}

#[test]
fn offers_have_documentation_and_take_the_place_of_what_is_typed() {
    let editor = &mut editor();
    let offers = offered(editor, "  http.post \"{CRM}/leads/{sub.hash}\" {", "  bizon.add");
    let offer = offers.as_array().unwrap().iter().find(|offer| offer["label"] == "add_subscriber");
    let offer = offer.unwrap_or_else(|| panic!("{offers}"));
    let text = offer["textEdit"]["newText"].as_str().unwrap();
    assert!(text.starts_with("add_subscriber {\n") && text.contains("token  = secret.$1"), "{text}");
    assert_eq!(offer["insertTextFormat"], 2);
    assert!(offer["documentation"]["value"].as_str().unwrap().contains("`pageId`"));
}

#[test]
fn names_lead_to_where_they_are_given_and_used() {
    let editor = &mut editor();
    let place = find(SCRIPT, "phone\n", 2);
    let definition = editor.at("textDocument/definition", "a.wj", place);
    let (line, column) = find(SCRIPT, "phone =", 0);
    assert_eq!(definition["range"], range([(line, column), (line, column + 5)]));
    let definition = editor.at("textDocument/definition", "a.wj", find(SCRIPT, "path.school", 6));
    assert_eq!(definition["range"]["start"]["line"], find(SCRIPT, "on POST", 0).0);
    let definition = editor.at("textDocument/definition", "a.wj", find(SCRIPT, "/hooks/a", 3));
    assert_eq!(definition["range"]["start"]["line"], find(SCRIPT, "on POST", 0).0, "of a test's request");
    let references = editor.at("textDocument/references", "a.wj", find(SCRIPT, "name  =", 1));
    assert_eq!(references.as_array().unwrap().len(), 4, "{references}");
    let references = editor.at("textDocument/references", "a.wj", find(SCRIPT, "secret.CRM_TOKEN", 9));
    assert_eq!(references.as_array().unwrap().len(), 1);
    let references = editor.at("textDocument/references", "a.wj", find(SCRIPT, "bizon.add", 8));
    assert_eq!(references.as_array().unwrap().len(), 2, "the call and the `given`");
}

#[test]
fn a_name_is_changed_wherever_it_stands() {
    let editor = &mut editor();
    let place = find(SCRIPT, "name  =", 1);
    let prepared = editor.at("textDocument/prepareRename", "a.wj", place);
    assert_eq!(prepared["placeholder"], "name");
    let rename = |editor: &mut Editor, new: &str| {
        let params = json!({
            "textDocument": { "uri": editor.uri("a.wj") },
            "position": { "line": place.0, "character": place.1 },
            "newName": new,
        });
        editor.answer("textDocument/rename", params)
    };
    let answer = rename(editor, "имя");
    let uri = editor.uri("a.wj");
    let text = edited(SCRIPT, &answer["result"]["changes"][&uri]);
    assert!(text.contains("имя  = $.firstName"), "{text}");
    assert!(
        text.contains("\"😀 {имя}\"") && text.contains("upper(имя)") && text.contains("name: имя"),
        "{text}"
    );
    assert_eq!(
        editor.open(
            "renamed.wj",
            &text.replace("/hooks/", "/other/").replace("pipeline leads", "pipeline other")
        ),
        json!([])
    );
    for (new, why) in [("1a", "no name"), ("body", "a word of the language"), ("phone", "given already")] {
        let answer = rename(editor, new);
        assert!(answer["error"]["message"].as_str().unwrap().contains(why), "{answer}");
    }
    let params = json!({ "textDocument": { "uri": uri }, "position": { "line": 11, "character": 4 } });
    assert_eq!(editor.answer("textDocument/prepareRename", params)["error"]["code"], -32803);
}

#[test]
fn symbols_are_an_outline_and_can_be_searched() {
    let editor = &mut editor();
    let symbols = editor.of("textDocument/documentSymbol", "a.wj");
    let names: Vec<&str> =
        symbols.as_array().unwrap().iter().map(|own| own["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["CRM", "leads", "a lead is taken"]);
    let inner: Vec<&str> =
        symbols[1]["children"].as_array().unwrap().iter().map(|own| own["name"].as_str().unwrap()).collect();
    assert_eq!(inner, ["POST /hooks/{school}", "name", "phone", "sub", "http.post"]);
    let found = editor.ask("workspace/symbol", json!({ "query": "заяв" }));
    assert_eq!(found[0]["name"], "leads", "{found}");
    assert_eq!(editor.ask("workspace/symbol", json!({ "query": "zzz" })), json!([]));
}

#[test]
fn words_are_coloured_by_what_they_mean() {
    let editor = &mut editor();
    let text = "pipeline p {\n  on POST \"/p\"\n  extract body { json = $.j on_missing empty }\n  respond 200 \"я {json}\" { json { a: upper(json) } }\n}\n";
    editor.open("b.wj", text);
    let tokens = editor.of("textDocument/semanticTokens/full", "b.wj");
    let kinds = [
        "keyword",
        "string",
        "number",
        "comment",
        "variable",
        "function",
        "method",
        "property",
        "regexp",
        "operator",
        "parameter",
    ];
    let data: Vec<u64> =
        tokens["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    let (mut line, mut column) = (0, 0);
    let mut coloured = Vec::new();
    for token in data.chunks(5) {
        column = if token[0] > 0 { token[1] } else { column + token[1] };
        line += token[0];
        let units: Vec<u16> = text.lines().nth(line as usize).unwrap().encode_utf16().collect();
        let word = String::from_utf16(&units[column as usize..(column + token[2]) as usize]).unwrap();
        coloured.push((word, kinds[token[3] as usize]));
    }
    let of = |word: &str| -> Vec<&str> {
        coloured.iter().filter(|(own, _)| own == word).map(|(_, kind)| *kind).collect()
    };
    assert_eq!(of("json"), ["variable", "variable", "keyword", "variable"]);
    assert_eq!(of("upper"), ["function"]);
    assert_eq!(of("$.j"), ["regexp"]);
    assert_eq!(of("a"), ["property"]);
    assert_eq!(of("\"я "), ["string"]);
    assert_eq!(of("on_missing"), ["keyword"]);
}

#[test]
fn hints_tell_kinds_and_what_may_be_empty() {
    let editor = &mut editor();
    let hints = editor.of("textDocument/inlayHint", "a.wj");
    let hints: Vec<&str> =
        hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(hints, [": any value, maybe empty", ": a text"]);
}

#[test]
fn every_fix_of_a_finding_is_offered() {
    let editor = &mut editor();
    let text = "pipeline p {\n  on POST \"/p\"\n  extract body { phone = $.phone }\n  respond 200 { json { p: phone } }\n}\n";
    let findings = editor.open("b.wj", text);
    let codes = findings.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap());
    assert_eq!(codes.collect::<Vec<_>>(), ["WJ0614", "WJ0301"]);
    let actions = editor.of("textDocument/codeAction", "b.wj");
    let uri = editor.uri("b.wj");
    let mended: Vec<String> = actions
        .as_array()
        .unwrap()
        .iter()
        .map(|action| edited(text, &action["edit"]["changes"][&uri]))
        .collect();
    for policy in ["on_missing abort", "on_missing empty", "on_missing default"] {
        assert!(mended.iter().any(|text| text.contains(policy)), "{policy}: {actions}");
    }
    assert!(mended.iter().any(|text| text.contains("# wj-allow no-test: ")), "{actions}");
    // A safe fix is preferred, and all of them come at once where that is asked for.
    let text = "pipeline p {\n  on post \"/p\"\n  respond 200 «да»\n}\n";
    editor.open("c.wj", text);
    let actions = editor.of("textDocument/codeAction", "c.wj");
    assert!(actions.as_array().unwrap().iter().any(|action| action["isPreferred"] == true), "{actions}");
    let uri = editor.uri("c.wj");
    let all = editor.ask(
        "textDocument/codeAction",
        json!({
            "textDocument": { "uri": uri },
            "range": range([(0, 0), (0, 0)]),
            "context": { "diagnostics": [], "only": ["source.fixAll"] },
        }),
    );
    let mended = edited(text, &all[0]["edit"]["changes"][&uri]);
    assert!(mended.contains("on POST") && mended.contains("respond 200 \"да\""), "{mended}");
}

#[test]
fn a_silence_is_put_where_it_silences() {
    let editor = &mut editor();
    let text = "# wj-allow no-test: not the point\npipeline p {\n  on POST \"/p\"\n  extract body on_missing empty {\n    a = $.a, b = $.b, c = $.c\n  }\n  let d = [\n    1,\n  ]\n  when a == \"\" { let e = 1 }\n}\n";
    let warned = |findings: &Json| -> Vec<String> {
        let findings = findings.as_array().unwrap().iter();
        findings
            .map(|found| found["message"].as_str().unwrap().split('`').nth(1).unwrap().to_owned())
            .collect()
    };
    for (code, name) in
        [("unused-field", "b"), ("unused-field", "c"), ("unused-let", "d"), ("unused-let", "e")]
    {
        let findings = editor.open("b.wj", text);
        assert_eq!(warned(&findings), ["b", "c", "d", "e"]);
        let finding =
            findings.as_array().unwrap().iter().find(|found| warned(&json!([found])) == [name]).unwrap();
        let params = json!({
            "textDocument": { "uri": editor.uri("b.wj") },
            "range": finding["range"],
            "context": { "diagnostics": [finding] },
        });
        let actions = editor.ask("textDocument/codeAction", params);
        let title = format!("Silence `{code}` here, and say why");
        let silence = actions.as_array().unwrap().iter().find(|action| action["title"] == *title).unwrap();
        let silenced = edited(text, &silence["edit"]["changes"][&editor.uri("b.wj")]);
        let left = editor.open("b.wj", &silenced.replace(": \n", ": for the test\n"));
        let others: Vec<&str> = ["b", "c", "d", "e"].into_iter().filter(|other| *other != name).collect();
        assert_eq!(warned(&left), others, "{silenced}");
    }
}

#[test]
fn formatting_is_that_of_wj_fmt() {
    let editor = &mut editor();
    let text =
        "pipeline p {\n on GET   \"/p\"\n  respond   200 \"😀\"\n}\n\ntest 'p' {\n send GET \"/p\"\n}\n";
    editor.open("b.wj", text);
    let edits = editor.of("textDocument/formatting", "b.wj");
    let site = Site::new(&[("b.wj", text)]);
    site.stdout(&["fmt"]);
    let formatted = std::fs::read_to_string(site.path("b.wj")).unwrap();
    assert_eq!(edited(text, &edits), formatted);
    let part = json!({
        "textDocument": { "uri": editor.uri("b.wj") },
        "range": range([(6, 0), (6, 1)]),
        "options": { "tabSize": 2, "insertSpaces": true },
    });
    let edits = editor.ask("textDocument/rangeFormatting", part);
    let partly = edited(text, &edits);
    assert!(partly.contains("  send GET") && partly.contains("respond   200"), "{partly}");
}

#[test]
fn blocks_and_comments_fold() {
    let editor = &mut editor();
    let text = "# one\n# two\npipeline p {\n  on GET \"/p\"\n  respond 200 {\n    json {\n      a: 1,\n    }\n  }\n}\n";
    editor.open("b.wj", text);
    let folds = editor.of("textDocument/foldingRange", "b.wj");
    let lines: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(0, 1), (2, 8), (4, 7), (5, 6)]);
    assert_eq!(folds[0]["kind"], "comment");
}

#[test]
fn a_selection_grows_from_a_word_to_the_file() {
    let editor = &mut editor();
    let (line, character) = find(SCRIPT, "upper(name", 7);
    let params = json!({
        "textDocument": { "uri": editor.uri("a.wj") },
        "positions": [{ "line": line, "character": character }],
    });
    let selections = editor.ask("textDocument/selectionRange", params);
    let mut chosen = Vec::new();
    let mut own = &selections[0];
    while own.is_object() {
        chosen.push(edited(SCRIPT, &json!([{ "range": own["range"], "newText": "\u{1}" }])).len());
        own = &own["parent"];
    }
    // What is left outside becomes less with every step.
    assert!(chosen.len() > 5 && chosen.is_sorted_by(|a, b| a > b), "{chosen:?}");
    assert_eq!(chosen.last(), Some(&1));
}

#[test]
fn arguments_are_told_while_they_are_written() {
    let editor = &mut editor();
    let text = "pipeline p {\n  on GET \"/p\"\n  let a = replace(\"я\", upper(\"x\"), \n}\n";
    editor.open("b.wj", text);
    let help = editor.at("textDocument/signatureHelp", "b.wj", find(text, "), ", 3));
    assert!(help["signatures"][0]["label"].as_str().unwrap().starts_with("replace("), "{help}");
    assert_eq!(help["activeParameter"], 2);
    let help = editor.at("textDocument/signatureHelp", "b.wj", find(text, "upper(", 6));
    assert!(help["signatures"][0]["label"].as_str().unwrap().starts_with("upper("), "{help}");
    assert!(editor.at("textDocument/signatureHelp", "b.wj", (1, 3)).is_null());
}

#[test]
fn a_test_is_run_from_its_lens() {
    let editor = &mut editor();
    let lenses = editor.of("textDocument/codeLens", "a.wj");
    assert_eq!(lenses.as_array().unwrap().len(), 1, "without an extension nobody plans: {lenses}");
    let command = &lenses[0]["command"];
    let run = |editor: &mut Editor, arguments: &Json| {
        editor.answer("workspace/executeCommand", json!({ "command": "wj.runTest", "arguments": arguments }))
    };
    assert_eq!(command["command"], "wj.runTest");
    let line = find(SCRIPT, "test \"a lead", 0).0 + 1;
    assert_eq!(command["arguments"], json!([editor.uri("a.wj"), "a lead is taken", line]));
    let answer = run(editor, &command["arguments"]);
    assert_eq!(answer["result"]["passed"], true, "{answer}");
    let (line, column) = find(SCRIPT, "status 200\n}", 9);
    editor.change("a.wj", [(line, column), (line, column + 1)], "9");
    let answer = run(editor, &command["arguments"]);
    assert_eq!(answer["result"]["passed"], false);
    assert!(answer["result"]["message"].as_str().unwrap().contains("FAILED: a lead is taken"), "{answer}");
    let answer = run(editor, &json!([editor.uri("a.wj"), "no such"]));
    assert!(answer["error"]["message"].as_str().unwrap().contains("no test `no such`"), "{answer}");
    assert_eq!(run(editor, &json!([1]))["error"]["code"], -32602);
}

#[test]
fn an_extension_carries_its_commands_out_itself() {
    let site = Site::new(&[]);
    let mut editor = Editor::start(&site);
    let result = editor
        .ask("initialize", json!({ "capabilities": {}, "initializationOptions": { "commands": true } }));
    assert!(result["capabilities"].get("executeCommandProvider").is_none());
    editor.open("a.wj", SCRIPT);
    let lenses = editor.of("textDocument/codeLens", "a.wj");
    let commands: Vec<&str> =
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["wj.plan", "wj.runTest"]);
    assert_eq!(lenses[0]["command"]["arguments"], json!([editor.uri("a.wj"), "leads"]));
}

#[test]
fn a_test_is_offered_the_routes_that_are_taken() {
    let editor = &mut editor();
    let text = "pipeline a {\n  on POST \"/hooks/a\"\n  on GET \"/look\"\n  respond 200 \"OK\"\n}\n\ntest \"a\" {\n  send POST \"/ho\n}\n";
    editor.open("r.wj", text);
    let offers = editor.at("textDocument/completion", "r.wj", (7, 16));
    assert_eq!(labels(&offers), ["/hooks/a"]);
    // What was typed of it is taken away, the quote is not.
    assert_eq!(offers[0]["textEdit"]["range"]["start"]["character"], 13);
}
