//! Compiling a path is total; what one pass finds is what a walk through the tree finds, and what jsonpath-rust finds.

use std::sync::Arc;

use wj::extract::{Path, Picker, Selected};
use wj::value::{Value, from_json, to_json};

use super::super::corpus::Corpus;
use super::super::{Target, mutate};
use super::{inside, text};
use crate::random::Random;

pub const TARGET: Target = Target { name: "paths", input, judge };

const NAMES: [&str; 8] = ["a", "b", "x-a", "l", "\\u0061", "ж", "", "0"];

fn input(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let path = corpus.path(random);
    match random.below(6) {
        0 => path.to_owned(),
        1 => String::from_utf8_lossy(&mutate::bytes(path.as_bytes(), random)).into_owned(),
        2 => {
            let steps = [".a", ".b", "[\"x-a\"]", ".l", "[0]", "[-1]", "['']", "[\"\\u0436\"]", "[\"0\"]"];
            let count = random.below(6);
            format!("${}", (0..count).map(|_| random.pick(&steps)).collect::<String>())
        }
        3 => format!("{path}{}", corpus.path(random).trim_start_matches('$')),
        _ => mutate::one(path, corpus, random),
    }
    .into_bytes()
}

fn judge(corpus: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
    let text = text(input);
    let path = match Path::compile(&text) {
        Ok(path) => Arc::new(path),
        Err(error) => {
            inside(&text, error.span, "why it is no path")?;
            return match error.fix.as_deref().map(Path::compile) {
                Some(Err(_)) => {
                    Err(format!("`{}`, which is offered instead, is no path", error.fix.unwrap_or_default()))
                }
                _ => Ok(()),
            };
        }
    };
    let random = &mut Random(!number);
    let mut paths = vec![path.clone()];
    while paths.len() < 4 {
        match Path::compile(corpus.path(random)) {
            Ok(path) if path.is_singular() => paths.push(Arc::new(path)),
            _ => {}
        }
    }
    for _ in 0..3 {
        let json = match random.below(5) {
            0 => corpus.any_body(random).bytes.clone(),
            _ => document(random, 4).into_bytes(),
        };
        let json = if random.below(4) == 0 { mutate::bytes(&json, random) } else { json };
        found(&path, &paths, &json)?;
    }
    Ok(())
}

fn found(path: &Path, paths: &[Arc<Path>], json: &[u8]) -> Result<(), String> {
    let picked = Picker::new(paths).pick(json);
    let tree = from_json(json);
    let (picked, tree) = match (picked, tree) {
        (Ok(picked), Ok(tree)) => (picked, tree),
        (Err(_), Err(_)) => return Ok(()),
        (picked, tree) => {
            let (picked, tree) = (picked.map(drop), tree.map(drop));
            return Err(format!(
                "one pass says {picked:?}, the tree {tree:?} of {}",
                String::from_utf8_lossy(json)
            ));
        }
    };
    for (path, picked) in paths.iter().zip(&picked) {
        let (walked, picked) = (shown(&path.select(&tree)), shown(picked));
        if walked != picked {
            return Err(format!(
                "`{}` finds\n{picked} in one pass, {walked} in the tree of {}",
                path.text,
                String::from_utf8_lossy(json)
            ));
        }
    }
    by_jsonpath_rust(path, &tree, json)
}

/// It reads no short form, its filters are not ours, and to it `[0]` is no member `0`, which it is in a script.
fn by_jsonpath_rust(path: &Path, tree: &Value, json: &[u8]) -> Result<(), String> {
    let member = path.text.split('[').any(|index| index.trim_start().starts_with('0'))
        && json.windows(3).any(|bytes| bytes == b"\"0\"");
    if path.text.contains('?') || !path.text.starts_with('$') || member {
        return Ok(());
    }
    let Ok(theirs) = serde_json::from_slice::<serde_json::Value>(json) else { return Ok(()) };
    let Ok(query) = jsonpath_rust::parser::parse_json_path(&path.text) else {
        return if path.is_singular() { Ok(()) } else { Err("jsonpath-rust reads it no more".to_owned()) };
    };
    let nodes = jsonpath_rust::query::js_path_process(&query, &theirs).unwrap_or_default();
    let theirs: Vec<String> = nodes.into_iter().map(|node| node.val.to_string()).collect();
    let ours: Vec<String> = path.select_all(tree).iter().map(written).collect();
    if ours != theirs {
        return Err(format!(
            "it finds\n{ours:?}, and jsonpath-rust {theirs:?} in {}",
            String::from_utf8_lossy(json)
        ));
    }
    Ok(())
}

fn shown(selected: &Selected) -> String {
    match selected {
        Selected::Found(value) => format!("{value:?}"),
        Selected::Missing(missing) => format!("{missing:?}"),
    }
}

/// As serde_json writes it, which writes every exponent in its own way.
fn written(value: &Value) -> String {
    let json = to_json(value).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&json).map_or(json, |value| value.to_string())
}

/// One in which paths are often met.
fn document(random: &mut Random, depth: usize) -> String {
    let count = random.below(5);
    match random.below(if depth == 0 { 3 } else { 8 }) {
        0 => random.pick(&["null", "true", "0", "-1.50", "1e5", "12345678901234567890123"]).to_owned(),
        1 => random
            .pick(&["\"\"", "\"a\"", "\"\\ud83d\\ude00\"", "\"ж\"", "\"\\u0000\"", "\"b c\""])
            .to_owned(),
        2 => random.below(100).to_string(),
        3 | 4 => {
            let items: Vec<String> = (0..count).map(|_| document(random, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let members: Vec<String> = (0..count)
                .map(|_| format!("\"{}\":{}", random.pick(&NAMES), document(random, depth - 1)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
    }
}
