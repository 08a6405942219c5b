//! A plan as people and programs read it: what would leave in its order, and behind each value the place that it came from.

use serde_json::{Value as Json, json};

use super::printable::printable;
use crate::actions::made_up;
use crate::rehearse::{Answered, Called, Guessed, Part, Plan, Planned};
use crate::run::Origin;
use crate::value::duration_text;

/// The plan in lines. `from` says which request it is about.
pub(super) fn text(plan: &Plan, from: &str) -> String {
    let mut out = format!("{}\n", printable(from));
    if let Some(pipeline) = &plan.pipeline {
        let line = pipeline.source.position(pipeline.span.start).line;
        out += &printable(&format!("pipeline {} ({}:{line})\n", pipeline.name, pipeline.file));
        for verify in &pipeline.verify {
            out += &printable(&format!("verify {} is not asked here\n", verify.name));
        }
    }
    for step in &plan.steps {
        out.push('\n');
        out += &match step {
            Planned::Answer(answer) => of_answer(answer),
            Planned::Call(call) => of_call(call),
            Planned::Wait(millis) => format!("wait {}\n", duration_text(*millis)),
        };
    }
    let ended = match (plan.state, plan.reason.as_str()) {
        (None, reason) => format!("no pipeline runs: {reason}"),
        (Some(state), "") => format!("it ends as {}", state.as_str()),
        (Some(state), reason) => format!("it ends as {}: {reason}", state.as_str()),
    };
    out += &printable(&format!("\n{ended}\n"));
    for guessed in &plan.guessed {
        out += &printable(&of_guessed(guessed));
    }
    out
}

fn of_guessed(guessed: &Guessed) -> String {
    let names: Vec<String> = guessed.returns.iter().map(|name| format!("`{}`", made_up(name))).collect();
    let taken = match names.as_slice() {
        [] => "status 200 and no body were taken".to_owned(),
        names => format!("status 200, no body, and {} were taken", names.join(", ")),
    };
    format!(
        "the answer of `{}` is used, and is not known here: {taken}. A test that gives it (`--test`) shows more\n",
        guessed.action
    )
}

fn of_answer(answer: &Answered) -> String {
    let reason = answer.reason.as_ref().map_or_else(String::new, |reason| format!(" {reason}"));
    let head = format!("answer {}{reason}", answer.status);
    let head = match &answer.at {
        Some(at) => format!("{head}  ← {}", place(at)),
        None => head,
    };
    let mut out = printable(&format!("{head}\n")).into_owned();
    out += &parts(&answer.parts);
    if let Some(body) = &answer.body {
        out += &indented(body);
    }
    out
}

fn of_call(call: &Called) -> String {
    let head = format!("call {}  ← {}\n", call.name, place(&call.at));
    let mut out = printable(&head).into_owned();
    out += &indented(&format!("{} {}", call.masked.method, call.masked.url));
    out += &parts(&call.parts);
    if call.is_declared {
        let headers = call.masked.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let body = String::from_utf8_lossy(&call.masked.body).into_owned();
        let body = Some(body).filter(|body| !body.is_empty());
        let sent: Vec<String> = headers.chain(body).collect();
        if !sent.is_empty() {
            out += "    sent as\n";
            out.extend(sent.iter().map(|line| indented(&format!("  {line}"))));
        }
    }
    out
}

/// Names, values and places, each in a column of its own.
fn parts(parts: &[Part]) -> String {
    const WIDEST: usize = 48;
    let length = |text: &str| text.chars().count();
    let names = parts.iter().map(|part| length(&part.name)).max().unwrap_or(0);
    let value = |part: &Part| part.value.clone().unwrap_or_else(|| "empty, left out".to_owned());
    let values = parts.iter().map(|part| length(&value(part))).filter(|length| *length <= WIDEST).max();
    let values = values.unwrap_or(0);
    let mut out = String::new();
    for part in parts {
        let value = value(part);
        let name_pad = " ".repeat(names - length(&part.name));
        let value_pad = " ".repeat(values.saturating_sub(length(&value)));
        let from = match &part.from {
            // What is written out needs no repeating.
            Some(origin) if origin.text == value => format!("  ← {}", place(origin)),
            Some(origin) => format!("  ← {}", told(origin)),
            None => "  ← made by wj, the same in each try".to_owned(),
        };
        out += &printable(&format!("    {}{name_pad}  {value}{value_pad}{from}\n", part.name));
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {}\n", printable(line))).collect()
}

/// `leads.wj:12`.
fn place(origin: &Origin) -> String {
    format!("{}:{}", origin.source.name, line(origin))
}

fn line(origin: &Origin) -> u32 {
    origin.source.position(origin.span.start).line
}

/// `leads.wj:12 $.phone`, and for what is put together its parts: `leads.wj:30 "{a} {b}" (11 $.a, 12 $.b)`.
fn told(origin: &Origin) -> String {
    let mut behind = Vec::new();
    add_behind(origin, &mut behind);
    let behind = match behind.is_empty() {
        true => String::new(),
        false => format!(" ({})", behind.join(", ")),
    };
    format!("{} {}{behind}", place(origin), origin.text)
}

fn add_behind(origin: &Origin, behind: &mut Vec<String>) {
    for from in &origin.from {
        behind.push(format!("{} {}", line(from), from.text));
        add_behind(from, behind);
    }
}

pub(super) fn json(plan: &Plan) -> Json {
    let steps: Vec<Json> = plan
        .steps
        .iter()
        .map(|step| match step {
            Planned::Wait(millis) => json!({ "wait_ms": millis }),
            Planned::Answer(answer) => json!({ "answer": {
                "status": answer.status,
                "at": answer.at.as_ref().map(place),
                "values": answer.parts.iter().map(part).collect::<Vec<_>>(),
                "body": answer.body,
            } }),
            Planned::Call(call) => {
                let headers = call.masked.headers.iter();
                let headers: serde_json::Map<String, Json> =
                    headers.map(|(name, value)| (name.to_string(), json!(value))).collect();
                json!({ "call": {
                    "action": &*call.name,
                    "at": place(&call.at),
                    "method": &*call.masked.method,
                    "url": call.masked.url,
                    "headers": headers,
                    "body": String::from_utf8_lossy(&call.masked.body),
                    "values": call.parts.iter().map(part).collect::<Vec<_>>(),
                } })
            }
        })
        .collect();
    json!({
        "pipeline": plan.pipeline.as_ref().map(|pipeline| &*pipeline.name),
        "status": plan.status,
        "ends_as": plan.state.map(crate::resolve::test_program::State::as_str),
        "reason": plan.reason,
        "guessed": plan.guessed.iter().map(guessed).collect::<Vec<_>>(),
        "steps": steps,
    })
}

fn guessed(guessed: &Guessed) -> Json {
    let returns: serde_json::Map<String, Json> =
        guessed.returns.iter().map(|name| (name.clone(), json!(made_up(name)))).collect();
    json!({ "action": &*guessed.action, "status": 200, "returns": returns })
}

fn part(part: &Part) -> Json {
    let from = part.from.as_ref();
    let mut behind = Vec::new();
    if let Some(origin) = from {
        add_behind(origin, &mut behind);
    }
    json!({
        "name": part.name,
        "value": part.value,
        "file": from.map(|origin| origin.source.name.as_str()),
        "line": from.map(line),
        "from": from.map(|origin| origin.text.as_str()),
        "behind": behind,
    })
}
