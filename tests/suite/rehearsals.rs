//! `test` blocks: literate cases in process, and `wj test` through the real program.

use std::sync::Arc;

use serde_json::Value as Json;
use wj::check;
use wj::rehearse::{Site as Rehearsal, rehearse};
use wj::routing::Routes;
use wj::source::Source;

use crate::cases;
use crate::harness::{Site, out};

/// The blocks of a case: `wj`, and `results`: a line a test, and below a failing one what failed, by line.
#[test]
fn tests_pass_and_fail_as_written() {
    cases::run("rehearse", "results", |case| {
        let sources: Vec<Arc<Source>> = case
            .all("wj")
            .map(|block| {
                let name = if block.info.is_empty() { "a.wj" } else { &block.info };
                Arc::new(Source::new(name, block.body.as_str()))
            })
            .collect();
        let checked = check::check(&sources);
        let mut out = String::new();
        for file in &checked.files {
            let errors: Vec<_> =
                file.diagnostics.iter().filter(|finding| finding.is_error()).cloned().collect();
            out += &cases::render(&file.source, &errors);
        }
        let routes =
            Routes::new(checked.files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect());
        let files = |_: &Source, path: &str| match path {
            "lead.json" => Ok(bytes(r#"{"name": "Анна"}"#)),
            "lead.form" => Ok(bytes("name=Anna")),
            "lead.http" => Ok(bytes(
                "POST /hooks/north?utm=x HTTP/1.1\nContent-Type: application/json\nX-Sender: crm\n\n{\"name\": \"Анна\"}\n",
            )),
            _ => Err("there is no such file".to_owned()),
        };
        let site = Rehearsal { routes: &routes, files: &files };
        for test in checked.files.iter().flat_map(|file| &file.tests) {
            let failures = rehearse(test, &site).failures;
            out += &format!("{}: {}\n", if failures.is_empty() { "ok" } else { "failed" }, test.title);
            for failure in failures {
                let line = test.source.position(failure.span.start).line;
                out += &format!("  {line}: {} ({})\n", failure.message, failure.label);
                if let (Some(expected), Some(came)) = (&failure.expected, &failure.came) {
                    out += &format!("    expected {expected}\n    came {came}\n");
                }
                let help = failure.help.iter().flat_map(|help| help.lines());
                out.extend(help.map(|line| format!("    {line}\n")));
            }
        }
        out
    });
}

#[test]
fn the_tests_of_the_example_pipelines_pass() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wj"))
        .args(["test", "pipelines", "--format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let results = lines(&output.stdout);
    assert!(output.status.success(), "{}", out(&output));
    assert!(results.len() >= 5 && results.iter().all(|test| test["passed"] == true), "{results:?}");
}

const TWO: &str = "pipeline p {\n  on POST \"/p\"\n  extract body { a = $.a on_missing abort }\n  respond 200 \"OK\"\n}\n\n\
    test \"it answers\" {\n  send POST \"/p\" file \"fixtures/a.json\"\n  expect status 200\n}\n\n\
    test \"it refuses\" {\n  send POST \"/p\" json { }\n  expect status 400\n}\n";

#[test]
fn a_failing_test_ends_with_1_and_shows_what_came_and_where() {
    let site = Site::new(&[("a.wj", TWO), ("fixtures/a.json", "{\"a\": 1}")]);
    let output = site.wj(&["test"]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err, "1 of 2 tests failed\n");
    assert!(out.contains("ok     pipelines/a.wj:7 it answers"), "{out}");
    assert!(out.contains("FAILED pipelines/a.wj:12 it refuses"), "{out}");
    for part in
        ["the answer has the status 422, and 400 was expected", "pipelines/a.wj:14:3", "ended as aborted"]
    {
        assert!(out.contains(part), "no `{part}` in\n{out}");
    }
    let results = lines(&site.wj(&["test", "--format", "json"]).stdout);
    assert_eq!(results[0]["passed"], true);
    let failure = &results[1]["failures"][0];
    assert_eq!((failure["line"].as_u64(), failure["expected"].as_str()), (Some(14), Some("400")));
    assert_eq!(failure["came"], "422");
}

#[test]
fn a_filter_chooses_and_one_that_fits_nothing_is_told() {
    let site = Site::new(&[("a.wj", TWO), ("fixtures/a.json", "{\"a\": 1}")]);
    let output = site.wj(&["test", "--filter", "answers"]);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), "1 test passed\n"), "{out}");
    let none = site.wj(&["test", "--filter", "nothing like it"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(texts(&none).1.contains("no test has `nothing like it`"));
    assert_eq!(site.wj(&["test", "nowhere"]).status.code(), Some(2));
}

#[test]
fn a_place_chooses_the_one_test_around_it() {
    // The title of the second test is a part of that of the first.
    let text = TWO.replace("\"it refuses\"", "\"it\"");
    let beside = "pipeline q {\n  on POST \"/q\"\n  respond 200\n}\n";
    let across = "test \"of another file\" {\n  send POST \"/q\"\n  expect status 200\n}\n";
    let files =
        [("a.wj", text.as_str()), ("b.wj", beside), ("c.wj", across), ("fixtures/a.json", "{\"a\": 1}")];
    let site = Site::new(&files);
    for line in [12, 13, 15] {
        let output = site.wj(&["test", "--at", &format!("pipelines/a.wj:{line}")]);
        let (out, err) = texts(&output);
        assert_eq!(err, "1 of 1 test failed\n", "{line}");
        assert!(out.contains("a.wj:12 it\n"), "{out}");
    }
    let (out, err) = texts(&site.wj(&["test", "--at", "./pipelines/c.wj:1"]));
    assert_eq!(err, "1 test passed\n", "the pipelines of the other files are there: {out}");
    std::fs::write(site.dir.path().join("alone.wj"), &text).unwrap();
    let (out, _) = texts(&site.wj(&["test", "--at", "alone.wj:12"]));
    assert!(out.contains("FAILED alone.wj:12 it"), "{out}");
    let none = site.wj(&["test", "--at", "pipelines/a.wj:3"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(texts(&none).1.contains("no test stands at line 3 of `pipelines/a.wj`"));
    for wrong in ["pipelines/a.wj", "12", ":12", "a.wj:0"] {
        assert_eq!(site.wj(&["test", "--at", wrong]).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_broken_file_is_reported_and_does_not_stop_the_tests_of_others() {
    let broken = "pipeline q {\n  on POST \"/q\"\n  respnd 200\n}\n";
    let site = Site::new(&[("a.wj", TWO), ("b.wj", broken), ("fixtures/a.json", "{\"a\": 1}")]);
    let output = site.wj(&["test", "--filter", "answers"]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err, "1 test passed, and 1 file with errors could not be tested\n");
    assert!(out.contains("pipelines/b.wj:3:3"), "{out}");
}

#[test]
fn a_fixture_outside_of_the_scripts_folder_is_not_read() {
    let text = TWO.replace("fixtures/a.json", "../outside.json");
    let site = Site::new(&[("a.wj", &text)]);
    std::fs::write(site.dir.path().join("outside.json"), "{\"a\": 1}").unwrap();
    let (out, _) = texts(&site.wj(&["test", "--filter", "answers"]));
    assert!(out.contains("it leads out of the script's folder"), "{out}");
}

fn bytes(text: &str) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(text.as_bytes())
}

fn lines(out: &[u8]) -> Vec<Json> {
    String::from_utf8_lossy(out).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn texts(output: &std::process::Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A site with one script, and what `wj test` says of it.
fn tested(script: &str, args: &[&str]) -> (Site, Option<i32>, String, String) {
    let site = Site::new(&[("a.wj", script)]);
    let output = site.wj(&[&["test"], args].concat());
    let (out, err) = texts(&output);
    let code = output.status.code();
    (site, code, out, err)
}

const BRANCHES: &str = r#"pipeline p {
  on POST "/p"
  extract body {
    a = $.a on_missing empty
    b = $.b on_missing default "x"
  }
  respond 200 "OK"
  when a == "1" {
    http.post "https://one.example/x" {
      json { b: b }
      key auto
      on_fail continue
    }
  } else {
    stop "nothing to do"
  }
}

test "one" {
  send POST "/p" json { a: "1" }
  expect done
}
"#;

#[test]
fn a_failure_shows_the_difference_and_the_steps_with_their_lines() {
    let script = BRANCHES.replace("expect done", "expect http.post once { b = { c: 1, d: [2] } }");
    let (_, code, out, _) = tested(&script, &[]);
    assert_eq!(code, Some(1));
    for part in [
        "  - expected\n  + came\n  - b = {\n",
        "  + b = \"x\"\n",
        "  steps of pipeline p in pipelines/a.wj:\n",
        "     3 │   extract body {\n       │     a = \"1\"\n       │     b = \"x\"\n       │     `b` is missing at `[\"b\"]`",
        "     8 │   when a == \"1\" {\n       │     it holds\n",
        "     9 │     http.post \"https://one.example/x\" {\n       │     http.post POST https://one.example/x\n       │     http.post answered 200\n",
    ] {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
    let (_, _, out, _) = tested(&script, &["--format", "json"]);
    let result = &lines(out.as_bytes())[0];
    assert_eq!(result["failures"][0]["trace"]["steps"][2]["line"], 8);
}

#[test]
fn coverage_counts_steps_branches_and_on_missing_and_has_a_threshold() {
    let (_, code, out, _) = tested(BRANCHES, &["--coverage"]);
    assert_eq!(code, Some(0), "{out}");
    // `extract`, `respond`, `when`, the call and `stop`; both ways of `when` and of the call; `a` and `b`.
    let all = "pipelines/a.wj: 63 %, steps 4/5, branches 2/4, on_missing 1/2\n";
    for part in [
        all,
        "  pipelines/a.wj:4 no test in which `a` is missing\n",
        "  pipelines/a.wj:8 no test in which it does not hold\n",
        "  pipelines/a.wj:9 no test in which the action fails\n",
        "  pipelines/a.wj:15 no test comes here\n",
    ] {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
    assert!(!out.contains(":5 "), "{out}");
    assert_eq!(tested(BRANCHES, &["--threshold", "63"]).1, Some(0));
    let (_, code, _, err) = tested(BRANCHES, &["--threshold", "64"]);
    assert_eq!(code, Some(1), "{err}");
    let more = format!(
        "{BRANCHES}\ntest \"two\" {{\n  given http.post fails\n  send POST \"/p\" json {{ a: \"1\", b: \"2\" }}\n  send POST \"/p\" json {{ }}\n  expect stopped\n}}\n"
    );
    let (_, code, out, _) = tested(&more, &["--coverage", "--threshold", "100"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("all: 100 %, steps 5/5, branches 4/4, on_missing 2/2"), "{out}");
}

#[test]
fn coverage_is_written_as_lcov_and_as_a_page_beside_the_text() {
    let (site, code, _, _) = tested(BRANCHES, &["--lcov", "c.info", "--html", "c.html"]);
    assert_eq!(code, Some(0));
    let read = |name: &str| std::fs::read_to_string(site.dir.path().join(name)).unwrap();
    let lcov = read("c.info");
    for line in [
        "SF:pipelines/a.wj",
        "DA:8,1",
        "DA:15,0",
        "LF:5",
        "LH:4",
        "BRF:6",
        "BRH:3",
        "BRDA:8,0,2,1",
        "BRDA:8,0,3,-",
        "end_of_record",
    ] {
        assert!(lcov.lines().any(|own| own == line), "no {line} in\n{lcov}");
    }
    let page = read("c.html");
    assert!(page.contains("<tr class=\"none\"><td class=\"n\">15</td><td class=\"h\">0×</td><td>    stop &quot;nothing to do&quot;</td>"), "{page}");
    assert!(
        page.contains("<tr class=\"part\"><td class=\"n\">8</td>") && page.contains("<h1>63 % covered</h1>"),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
}

#[test]
fn results_are_written_as_junit_too() {
    let failing = BRANCHES.replace("expect done", "expect failed");
    let site = Site::new(&[("a.wj", &failing), ("b.wj", "pipeline {\n")]);
    let output = site.wj(&["test", "--junit", "tests.xml"]);
    assert_eq!(output.status.code(), Some(1));
    let xml = std::fs::read_to_string(site.dir.path().join("tests.xml")).unwrap();
    let mut reader = quick_xml::Reader::from_str(&xml);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
    for part in [
        "<testsuites name=\"wj test\" tests=\"2\" failures=\"1\" errors=\"1\">",
        "<testcase classname=\"pipelines/a.wj\" name=\"one\" file=\"pipelines/a.wj\" line=\"19\" time=\"",
        "<failure message=\"the run ended as done, and `failed` was expected\">",
        "<error message=\"the script has errors\">pipelines/b.wj:1:",
    ] {
        assert!(xml.contains(part), "no {part} in\n{xml}");
    }
}

#[test]
fn watching_runs_the_tests_again_when_a_script_changes() {
    use std::io::{BufRead, BufReader};
    let site = Site::new(&[("a.wj", BRANCHES)]);
    let mut child = site
        .command(&["test", "--watch"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(said.next().as_deref(), Some("1 test passed"));
    assert_eq!(said.next().as_deref(), Some("waiting for changes (Ctrl-C ends it)"));
    site.write("a.wj", &BRANCHES.replace("expect done", "expect failed"));
    assert_eq!(said.next().as_deref(), Some("1 of 1 test failed"));
    child.kill().unwrap();
    child.wait().unwrap();
}

const RECORDED: &str = r#"pipeline leads {
  on POST "/hooks/{school}"
  verify bearer secret.SENDER
  extract body {
    name  = $.name             on_missing abort
    email = $.email as email   on_missing abort
    topic = $.topic            on_missing empty
  }
  extract headers on_missing empty { source = $["x-source"] }
  respond 200 "OK"
  let made = http.post "TARGET/in" {
    header "Authorization" = "Bearer {secret.CRM_TOKEN}"
    json { name: name, email: email, source: source }
    retry 3 times, first 1ms, at most 1ms
    key auto
  }
  extract made.body { id = $.id on_missing abort }
  when topic == "vip" { http.put "TARGET/vip/{id}" { json { email: email } } }
}
"#;

#[test]
fn an_operation_becomes_a_test_that_passes_and_tells_nobody_who_it_was() {
    use crate::harness::{Does, Target};
    let answer = |status, body: &str| Does::Answers(status, body.to_owned());
    let target = Target::new([
        answer(503, "busy"),
        answer(200, r#"{"id": "lead-77", "owner": "Борис", "echo": "tok/EN+0123456789="}"#),
        answer(200, ""),
    ]);
    let script = RECORDED.replace("TARGET", &target.url());
    let site = Site::new(&[("leads.wj", &script)])
        .env("SENDER", "a-sender-key")
        .env("CRM_TOKEN", "tok/EN+0123456789=");
    let server = site.serve(&[]);
    let body = r#"{"name": "Анна Петрова", "email": "anna@school.ru", "topic": "vip", "phone": "8 (909) 123-45-67"}"#;
    let headers = [
        ("Content-Type", "application/json"),
        ("Authorization", "Bearer a-sender-key"),
        ("X-Source", "landing of Anna"),
        ("User-Agent", "curl"),
    ];
    let answered = server.send("POST", "/hooks/north?utm=Anna", &headers, body);
    assert_eq!(answered.status, 200);
    for _ in 0..3 {
        target.next();
    }
    server.stop();
    let id = site.history(&[])[0]["id"].as_str().unwrap().to_owned();
    let output = site.wj(&["test", "--record", &id]);
    let (test, err) = texts(&output);
    assert!(output.status.success(), "{err}\n{test}");
    for part in [
        "Анна",
        "Петрова",
        "anna",
        "Anna",
        "123-45-67",
        "Борис",
        "a-sender-key",
        "tok/EN",
        "curl",
        "lead-77",
        "north",
    ] {
        assert!(!test.contains(part), "{part} in\n{test}");
    }
    for part in [
        "test \"leads: as recorded on 2",
        "topic: \"vip\"",
        "@mail.example",
        "answers 503 text ",
        " then answers 200 json {",
        "test-CRM_TOKEN",
        "header \"x-source\" = ",
        "signed",
        "expect status 200",
        "expect done",
        "2 times",
        "once",
    ] {
        assert!(test.contains(part), "no {part} in\n{test}");
    }
    site.write("leads.wj", &format!("{script}{test}"));
    let (out, err) = texts(&site.wj(&["test"]));
    assert_eq!(err, "1 test passed\n", "{out}");
    let begins = site.wj(&["test", "--record", &id[..13]]);
    assert_eq!(texts(&begins).0, test, "{}", texts(&begins).1);
    let none = site.wj(&["test", "--record", "0192a5b2-8c1d-7000-8000-0000000000ff"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(texts(&none).1.contains("there is no operation"), "{}", texts(&none).1);
}

const MAPPED: &str = r#"pipeline leads {
  on POST "/hooks/leads"
  extract body {
    id    = $.leads.add[0].id   on_missing abort
    name  = $.name              on_missing abort
    email = $.email as email    on_missing abort
  }
  extract headers on_missing empty { auth = $["authorization"] }
  respond 200 "OK"
  let sub = bizon.add_subscriber {
    token    = secret.BIZON_TOKEN
    pageId   = "1234:intro"
    email    = email
    username = name
    time     = "2030-12-11T20:00:00.000"
  }
  http.post "https://crm.example/leads/{sub.hash}" {
    header "Authorization" = "Bearer {secret.CRM_TOKEN}"
    json { id: id, text: "{name} <{email}>", link: sub.url_default, sent_with: auth }
    key auto
  }
  http.post "https://api.example/{secret.CRM_TOKEN}/send" { form { name: name, "x-mail": email } require $.ok on_crash retry }
  http.put "https://crm.example/all" { json [{ "odd-name": name }] }
  http.put "https://crm.example/all" { json [{ "odd-name": id }] }
}
"#;

/// What `wj test --record` prints of an operation that is named so, after its end.
fn recorded(site: &Site, named: &str) -> String {
    let (test, err) = texts(&site.wj(&["test", "--record", named]));
    assert!(!test.is_empty() && err.is_empty(), "{err}");
    test
}

#[test]
fn an_operation_of_a_dry_run_becomes_a_test_that_passes_and_holds_the_mapping() {
    let script = MAPPED.replace(" require $.ok on_crash retry", "\n    require $.ok\n    on_crash retry\n ");
    let site = Site::new(&[("leads.wj", &script)])
        .env("BIZON_TOKEN", "a-bizon-token")
        .env("CRM_TOKEN", "tok-0123456789");
    let server = site.serve(&["--dry-run"]);
    let form = "leads%5Badd%5D%5B0%5D%5Bid%5D=7712&name=Anna+Petrova&email=anna%40school.ru&empty=";
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("Authorization", "Bearer abcDEF0123456"),
    ];
    assert_eq!(server.send("POST", "/hooks/leads", &headers, form).status, 200);
    // The answer leaves before the calls.
    server.stop();
    let shown = &site.history(&[])[0];
    assert_eq!(shown["status"], "done");
    let test = recorded(&site, shown["id"].as_str().unwrap());
    for part in [
        "Anna",
        "Petrova",
        "school.ru",
        "7712",
        "abcDEF0123456",
        "a-bizon-token",
        "tok-0123456789",
        "%5B",
        "test-",
    ] {
        assert!(!test.contains(part), "{part} in\n{test}");
    }
    for part in [
        "given bizon.add_subscriber answers 200 json {\n    hash: \"dry-run:hash\",\n    url_default: \"dry-run:url_default\",",
        "given http.post \"https://crm.example\" answers 200\n",
        "given http.post \"https://api.example\" answers 200 json { ok: \"dry-run\" }",
        "send POST \"/hooks/leads\" form {\n    leads: { add: [{ id: \"",
        "header \"authorization\" = \"Bearer ",
        "expect done\n",
        "expect bizon.add_subscriber once {\n    pageId   = \"1234:intro\"\n    email    = \"",
        "expect http.post \"https://crm.example/leads/dry-run%3Ahash\" once {\n    id        = \"",
        "    link      = \"dry-run:url_default\"\n",
        // What holds a secret is not told, and neither is a name that `expect` cannot write.
        "expect http.post \"https://api.example\" once {\n    name = \"",
        // Of calls that differ it is said how many there are.
        "expect http.put \"https://crm.example\" 2 times\n",
        "expect http.put \"https://crm.example/all\" once {\n    json = [{ \"odd-name\": \"",
    ] {
        assert!(test.contains(part), "no {part} in\n{test}");
    }
    site.write("leads.wj", &format!("{script}{test}"));
    let (out, err) = texts(&site.wj(&["test"]));
    assert_eq!(err, "1 test passed\n", "{out}");
    // Whoever maps another value is told.
    for (is, other) in [("username = name", "username = email"), ("link: sub.url_default", "link: sub.hash")]
    {
        site.write("leads.wj", &format!("{}{test}", script.replace(is, other)));
        let (out, _) = texts(&site.wj(&["test"]));
        assert!(out.contains("with these values, and once was expected"), "{other}: {out}");
    }
    // Where the script of today goes another way, there is nothing to print.
    site.write("leads.wj", &script.replace("respond 200 \"OK\"", "respond 201 \"OK\""));
    let none = site.wj(&["test", "--record", shown["id"].as_str().unwrap()]);
    assert_eq!((none.status.code(), texts(&none).0.as_str()), (Some(1), ""));
    assert!(
        texts(&none).1.contains("no test is written, since it would not go as the operation did: it was answered with 200, and the test comes to 201"),
        "{}",
        texts(&none).1
    );
}

#[test]
fn a_form_with_a_name_twice_is_recorded_as_the_text_of_a_form() {
    let script = "pipeline a {\n  on POST \"/a\"\n  extract body { id = $.id on_missing abort }\n  respond 200 { json { id: id } }\n}\n";
    let site = Site::new(&[("a.wj", script)]);
    let server = site.serve(&[]);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(server.send("POST", "/a", &headers, "id=12&tag=one&tag=two").status, 200);
    server.stop();
    let test = recorded(&site, site.history(&[])[0]["id"].as_str().unwrap());
    assert!(test.contains("send POST \"/a\" form \"id=") && test.matches("&tag=").count() == 2, "{test}");
    assert!(!test.contains("Content-Type") && !test.contains("=one"), "{test}");
}

#[test]
fn who_was_let_in_is_signed_for_and_who_was_not_is_refused_again() {
    let script = "pipeline a {\n  on POST \"/a\"\n  verify hmac_sha256 { key = secret.SENDER, header = \"X-Sig\", prefix = \"v1=\" }\n  \
        extract headers on_missing empty { sig = $[\"x-sig\"] }\n  respond 200 { json { sig: sig } }\n}\n";
    let site = Site::new(&[("a.wj", script)]).env("SENDER", "0123456789abcdef");
    let server = site.serve(&[]);
    // HMAC-SHA-256 of `{}` with this key.
    let good = "v1=f91e3e9f05cc2df64ac1c26f8adccdffda8d1e4a7a8c50a1a08eeadac6ddfec5";
    for signature in [good, "v1=00"] {
        let headers = [("Content-Type", "application/json"), ("X-Sig", signature)];
        server.send("POST", "/a", &headers, "{}");
    }
    server.stop();
    let operations = site.history(&[]);
    assert_eq!([&operations[0]["status"], &operations[1]["status"]], ["rejected", "done"]);
    for operation in operations {
        let test = recorded(&site, operation["id"].as_str().unwrap());
        let is_let_in = operation["status"] == "done";
        assert_eq!(test.contains(" signed\n"), is_let_in, "{test}");
        assert_eq!(test.contains("header \"x-sig\""), !is_let_in, "{test}");
        assert_eq!(test.contains("expect status 401"), !is_let_in, "{test}");
    }
}
