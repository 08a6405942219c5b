//! Random requests and answers over a small world, so that paths are met, missed and met by values of another kind.

use wj::run::{Headers, Received};
use wj::value::Id;

pub use crate::random::Random;

/// The names that programs ask for.
pub const NAMES: [&str; 7] = ["a", "b", "n", "l", "o", "hash", "url_default"];

pub fn received(random: &mut Random) -> Received {
    let json = random.below(8) > 0;
    let body = if json {
        object(random, 3)
    } else {
        random.pick(&["", "a=1&b=x&l[]=1&l[]=2&o[a]=7", "a=&n=12"]).to_owned()
    };
    let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
    let query = random.pick(&["", "?a=1&b=", "?a=x&n=7", "?l[]=1&l[]=2&o[a]=b"]);
    let mut headers = vec![("content-type", kind.as_bytes())];
    if random.below(2) == 0 {
        headers.push(("x-a", b"one".as_slice()));
    }
    if random.below(3) == 0 {
        headers.push(("cookie", b"a=1; b=x".as_slice()));
    }
    Received {
        id: Id::new(1_764_000_000_000, random.below(200) as u8, [7; 10]),
        at: 1_764_000_000_000,
        method: "POST".into(),
        target: format!("/x/school{query}").into(),
        headers: Headers::collect(headers.iter().copied()),
        body: body.into(),
        ip: "192.0.2.7".into(),
        params: vec![("who".into(), "school".into())],
        receipt: None,
    }
}

/// Any JSON value, mostly an object.
pub fn json(random: &mut Random, depth: usize) -> String {
    if random.below(6) > 0 { object(random, depth) } else { value(random, depth) }
}

fn object(random: &mut Random, depth: usize) -> String {
    let mut members = Vec::new();
    for name in NAMES {
        if random.below(3) > 0 {
            members.push(format!("\"{name}\":{}", value(random, depth - 1)));
        }
    }
    format!("{{{}}}", members.join(","))
}

fn value(random: &mut Random, depth: usize) -> String {
    const SCALARS: [&str; 14] = [
        "null",
        "\"\"",
        "\"a\"",
        "\"b\"",
        "\" \"",
        "\"7\"",
        "7",
        "7.50",
        "-1",
        "0",
        "true",
        "false",
        "\"a@b.example\"",
        "\"{\\\"a\\\":1}\"",
    ];
    if depth == 0 {
        return random.pick(&SCALARS).to_owned();
    }
    match random.below(8) {
        0 | 1 => {
            let count = random.below(4);
            let items: Vec<String> = (0..count).map(|_| value(random, depth - 1)).collect();
            format!("[{}]", items.join(","))
        }
        2 => object(random, depth),
        _ => random.pick(&SCALARS).to_owned(),
    }
}
