//! How long an editor waits on a file of 2,000 lines: for the findings of a keystroke, and for each kind of answer, also while the
//! file is broken. Speaks with the real binary over stdio, so what is measured is what an editor sees.
//! `cargo bench --bench lsp`
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../tests/suite/lsp/client.rs"]
#[allow(dead_code, reason = "the tests ask for more")]
mod client;
#[path = "../tests/suite/harness.rs"]
#[allow(dead_code, reason = "the tests ask for more")]
mod harness;

use std::time::{Duration, Instant};

use serde_json::json;

use client::Editor;
use harness::Site;

const NAME: &str = "a.wj";

const LINES: usize = 2_000;
const ROUNDS: u32 = 40;

/// What is promised, in milliseconds.
const KEYSTROKE: f64 = 10.0;
const ANSWER: f64 = 20.0;

fn main() {
    let many = script(LINES / 50);
    measure("40 pipelines of 50 lines", &many);
    measure("one pipeline of 2,000 lines", &one_pipeline());
}

fn measure(what: &str, text: &str) {
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    let findings = editor.open(NAME, text);
    let findings = findings.as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["severity"] != 1), "{findings:?}");

    println!("{what}, {} lines, {} bytes", text.lines().count(), text.len());
    // In the middle if there is one, since what stands below is moved by every keystroke.
    let answers = |from: u32| {
        text.lines()
            .zip(0..)
            .skip(from as usize)
            .find(|(line, _)| line.contains("respond 202"))
            .map(|(_, at)| at)
    };
    let line: u32 = answers(text.lines().count() as u32 / 2).or_else(|| answers(0)).unwrap();
    let column = 2;
    // Typed before a word, so the line is broken between the two keystrokes.
    let mut keystrokes = Vec::new();
    for round in 0..ROUNDS {
        let (to, typed) = if round % 2 == 0 { (column, "x") } else { (column + 1, "") };
        let start = Instant::now();
        editor.change(NAME, [(line, column), (line, to)], typed);
        keystrokes.push(start.elapsed());
    }
    report("findings of a keystroke", &mut keystrokes, KEYSTROKE);
    for broken in [false, true] {
        if broken {
            editor.change(NAME, [(line, column), (line, column)], "x {");
            println!("  while the file is broken:");
        }
        for method in [
            "hover",
            "completion",
            "definition",
            "references",
            "signatureHelp",
            "documentSymbol",
            "semanticTokens/full",
            "inlayHint",
            "codeAction",
            "formatting",
            "rangeFormatting",
            "foldingRange",
            "codeLens",
            "selectionRange",
        ] {
            let params = json!({
                "textDocument": { "uri": editor.uri(NAME) },
                "position": { "line": line - 2, "character": 6 },
                "positions": [{ "line": line - 2, "character": 6 }],
                "range": { "start": { "line": line.saturating_sub(30), "character": 0 }, "end": { "line": line + 30, "character": 0 } },
                "context": { "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false, "diagnostics": [] },
                "options": { "tabSize": 2, "insertSpaces": true },
            });
            let mut times: Vec<Duration> = (0..ROUNDS)
                .map(|_| {
                    let start = Instant::now();
                    editor.ask(&format!("textDocument/{method}"), params.clone());
                    start.elapsed()
                })
                .collect();
            report(method, &mut times, ANSWER);
        }
    }
    editor.end();
}

/// The median and the longest: the first is what the file costs, the second what the machine did meanwhile too.
fn report(what: &str, times: &mut [Duration], promised: f64) {
    times.sort();
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    let (median, longest) = (millis(times[times.len() / 2]), millis(times[times.len() - 1]));
    let holds = if median <= promised { "" } else { "  ABOVE WHAT IS PROMISED" };
    println!("  {what:<24} {median:>7.2} ms, longest {longest:>7.2} ms{holds}");
}

/// Pipelines of 50 lines with what people write.
fn script(pipelines: usize) -> String {
    (0..pipelines).map(|at| pipeline(at, 4)).collect()
}

fn one_pipeline() -> String {
    pipeline(0, (LINES - 26) / 6)
}

fn pipeline(at: usize, calls: usize) -> String {
    let mut text = format!(
        r#"# wj-allow no-test: what is measured is the checking.
pipeline leads_{at} "Заявки с сайта {at} → CRM" {{
  on POST "/hooks/{at}/leads/{{school}}"
  cors "https://school{at}.example"
  limit body 64KB

  extract body {{
    name  = $.firstName                on_missing empty
    phone = $.phone as phone("RU")     on_missing abort
    email = $.email as email           on_missing abort 422 "no e-mail in the lead"
    price = $.items[0].price as number on_missing default 0
  }}

  let total = round(price * 2 + 1, 2)
  respond 202 {{ json {{ ok: true, name: name, total: total, school: path.school }} }}

"#
    );
    for call in 0..calls {
        text += &format!(
            r#"  when price > {call} {{
    http.post "https://crm.example/leads/{{email}}" {{
      form {{ name: name, phone: phone, subject: "{{email}}: {{total}} 😀", code: upper("a{call}") }}
      key auto
    }}
  }}
"#
        );
    }
    text + &format!(
        r#"}}

test "a lead of {at} without an e-mail is refused" {{
  send POST "/hooks/{at}/leads/a" json {{ firstName: "Анна", phone: "+79991234567" }}
  expect status 422
  expect no actions
}}

"#
    )
}
