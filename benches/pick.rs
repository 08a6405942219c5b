//! Five fields out of a body: wj's one pass over the bytes beside serde_json's `IgnoredAny`, which checks the syntax and
//! keeps nothing. Both run by turns in one process, and each figure is the median of many rounds.
//!
//! `cargo bench --bench pick --no-default-features`

#![expect(clippy::expect_used, clippy::print_stdout)]

use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use wj::extract::{Path, Picker, Selected};

fn main() {
    println!("{:<34} {:>9} {:>12} {:>12} {:>7}", "body", "bytes", "pick", "IgnoredAny", "ratio");
    for body in [lead(), small_objects(), cyrillic_texts(), escaped_texts(), deep(), numbers(), pretty()] {
        measure(&body);
    }
}

struct Body {
    name: &'static str,
    json: String,
    paths: [&'static str; 5],
}

fn measure(body: &Body) {
    let paths: Vec<Arc<Path>> =
        body.paths.iter().map(|text| Arc::new(Path::compile(text).expect(text))).collect();
    let picker = Picker::new(&paths);
    let json = body.json.as_bytes();
    for (path, selected) in paths.iter().zip(picker.pick(json).expect(body.name)) {
        assert!(matches!(selected, Selected::Found(_)), "{}: {} {selected:?}", body.name, path.text);
    }
    let pick = || drop(black_box(picker.pick(black_box(json)).expect(body.name)));
    let ignore = || _ = black_box(serde_json::from_slice::<IgnoredAny>(black_box(json)).expect(body.name));
    // About 200 microseconds a round at least, so that the clock does not count.
    let times = (400_000 / json.len()).max(1) as u32;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(1500) {
        ours.push(time(times, pick));
        theirs.push(time(times, ignore));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "{:<34} {:>9} {:>12} {:>12} {:>7.2}",
        body.name,
        json.len(),
        speed(json.len(), ours),
        speed(json.len(), theirs),
        theirs / ours
    );
}

/// Nanoseconds a call.
fn time(times: u32, run: impl Fn()) -> f64 {
    let started = Instant::now();
    (0..times).for_each(|_| run());
    started.elapsed().as_nanos() as f64 / f64::from(times)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn speed(bytes: usize, nanos: f64) -> String {
    if bytes < 10_000 {
        format!("{nanos:.0} ns")
    } else {
        format!("{:.0} MB/s", bytes as f64 * 1000.0 / nanos)
    }
}

const MEGABYTE: usize = 1 << 20;

/// The lead of the landing page: what most requests are.
fn lead() -> Body {
    let json = r#"{"firstName": "Анна", "lastName": "Петрова", "phone": "+7 (909) 123-45-67", "email": "anna@example.com", "appealType": {"Code": "101", "Name": "Заявка"}, "raw": [{"q": "landing"}, {"q": "utm_source=vk&utm_campaign=autumn"}], "createdAt": "2026-11-24T10:00:00+03:00", "consent": true, "score": 17.50}"#;
    Body {
        name: "lead",
        json: json.to_owned(),
        paths: ["$.firstName", "$.phone", "$.email", "$.appealType.Code", "$.raw[1].q"],
    }
}

/// Fields at the beginning, in the middle and at the end of a megabyte.
fn filled(name: &'static str, mut item: impl FnMut(usize, &mut String)) -> Body {
    let mut json = String::from("{\"first\": \"a\", \"items\": [");
    let mut at = 0;
    while json.len() < MEGABYTE {
        if at > 0 {
            json.push(',');
        }
        item(at, &mut json);
        at += 1;
    }
    json.push_str("], \"contact\": {\"phone\": \"+7\", \"email\": \"a@b.example\"}, \"last\": 1.10}");
    let paths = ["$.first", "$.items[5]", "$.contact.phone", "$.contact.email", "$.last"];
    Body { name, json, paths }
}

fn small_objects() -> Body {
    filled("1 MB of small objects", |at, json| {
        let _ = write!(
            json,
            r#"{{"id":{at},"name":"item {at}","price":{}.50,"tags":["a","b"],"ok":true}}"#,
            at * 3
        );
    })
}

fn cyrillic_texts() -> Body {
    let text = "Здравствуйте! Хочу записаться на вебинар в четверг, 20:00, если ещё есть места. ".repeat(20);
    filled("1 MB of long Cyrillic texts", move |at, json| {
        let _ = write!(json, r#"{{"id":{at},"text":"{text}"}}"#);
    })
}

fn escaped_texts() -> Body {
    let text = r#"<div class=\"a\">\u0417\u0430\u043f\u0438\u0441\u044c<\/div>\n\tthe rest of a line of plain text "#.repeat(8);
    filled("1 MB of texts with escapes", move |at, json| {
        let _ = write!(json, r#"{{"id":{at},"html":"{text}"}}"#);
    })
}

fn deep() -> Body {
    filled("1 MB of deep nesting", |_, json| {
        json.push_str(&"{\"a\":[".repeat(50));
        json.push_str(&"]}".repeat(50));
    })
}

fn numbers() -> Body {
    filled("1 MB of numbers", |at, json| {
        let _ = write!(json, "[{at},-{at}.25,{}e-3]", at * 7919);
    })
}

fn pretty() -> Body {
    filled("1 MB of indented objects", |at, json| {
        let _ = write!(
            json,
            "\n    {{\n      \"id\": {at},\n      \"имя\": \"Анна Петрова\",\n      \"tags\": [\n        \"a\",\n        null\n      ]\n    }}"
        );
    })
}
