//! An operation as people and programs read it: one JSON object. Secrets are masked by value here, on the way out.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::history::Compiled;
use crate::operations::notices::Reason;
use crate::operations::{Log, replay_trace};
use crate::run::{Headers, Trace};
use crate::secrets::Masker;
use crate::store::{AnswerFact, Fact, Operation, OutcomeClass, OutcomeFact, Sent, State};
use crate::value::{Bytes, Value, duration_text, to_json};

/// What is needed to show an operation besides its log.
pub struct View<'a> {
    pub masker: &'a Masker,
    /// The program that it ran under; without it there are no steps to show.
    pub compiled: Option<&'a Compiled>,
    /// Whether its steps are asked for: they are worked out again from the log.
    pub steps: bool,
}

/// The operation as one JSON object.
pub fn operation(operation: &Operation, view: &View<'_>) -> Json {
    let mut out = Map::new();
    out.insert("id".into(), json!(operation.id.to_string()));
    out.insert("pipeline".into(), json!(operation.pipeline));
    let log = match Log::read(operation) {
        Ok(log) => log,
        Err(error) => {
            out.insert("unreadable".into(), json!(error));
            return Json::Object(out);
        }
    };
    let received = &log.received;
    let state = log.ended.as_ref().map_or(State::Open, |ended| ended.state);
    out.insert("status".into(), json!(state.as_str()));
    if let Some(ended) = &log.ended {
        if !ended.reason.is_empty() {
            out.insert("reason".into(), json!(view.masker.mask(&ended.reason)));
        }
        if let Some(step) = &ended.at_step {
            out.insert("at_step".into(), json!(step));
        }
    }
    out.insert("received_at".into(), json!(iso(received.at)));
    if received.dry_run {
        out.insert("dry_run".into(), json!(true));
    }
    out.insert("request".into(), request(&log, view.masker));
    out.insert(
        "answer".into(),
        match &log.answer {
            Some(told) => message(Some(told.status), &told.headers, &told.body, view.masker),
            None => Json::Null,
        },
    );
    out.insert("script".into(), script(&log));
    if view.steps {
        out.insert(
            "steps".into(),
            match view.compiled.and_then(|compiled| Some((compiled, compiled.pipeline(&operation.pipeline)?)))
            {
                Some((compiled, pipeline)) => {
                    let line =
                        |op: usize| Some(compiled.source.position(pipeline.code.get(op)?.span.start).line);
                    let (trace, _) = replay_trace(pipeline, &log);
                    trace.iter().map(|step| trace_step(step, line(step.op), view.masker)).collect()
                }
                None => Json::Null,
            },
        );
    }
    let outcomes = operation.rows.iter().flatten().filter_map(|fact| match fact {
        Fact::Outcome(outcome) => Some(action(outcome, view.masker)),
        _ => None,
    });
    out.insert("actions".into(), outcomes.collect());
    out.insert("events".into(), events(operation, view.masker));
    if let Some(work) = &operation.work {
        out.insert("due_at".into(), json!(iso(work.due)));
    }
    if let Some(reason) = &operation.notice {
        out.insert("notice".into(), json!({ "reason": Reason::parse(reason).to_string(), "sent": false }));
    } else if operation.notice_sent {
        out.insert("notice".into(), json!({ "sent": true }));
    }
    Json::Object(out)
}

fn request(log: &Log, masker: &Masker) -> Json {
    let received = &log.received;
    let mut headers = Map::new();
    for (name, value) in Headers::from_block(received.headers.clone()).iter() {
        let value = masker.mask(&String::from_utf8_lossy(value)).into_owned();
        match headers.get_mut(name) {
            // A header that came twice reads as one line of both (RFC 9110, 5.3).
            Some(Json::String(earlier)) => *earlier = format!("{earlier}, {value}"),
            _ => {
                headers.insert(name.to_owned(), Json::String(value));
            }
        }
    }
    let mut out = Map::new();
    out.insert("method".into(), json!(received.method));
    out.insert("target".into(), json!(masker.mask(&received.target)));
    out.insert("ip".into(), json!(received.ip));
    out.insert("headers".into(), Json::Object(headers));
    body(&mut out, &received.body, masker);
    if !received.params.is_empty() {
        let params: Map<String, Json> = received
            .params
            .iter()
            .map(|(name, value)| (name.to_string(), json!(masker.mask(value))))
            .collect();
        out.insert("path".into(), Json::Object(params));
    }
    Json::Object(out)
}

fn script(log: &Log) -> Json {
    let mut out = Map::new();
    out.insert("file".into(), json!(log.received.file));
    let hash: String = log.received.program.iter().map(|byte| format!("{byte:02x}")).collect();
    out.insert("hash".into(), json!(hash));
    if let Some(commit) = &log.received.commit {
        out.insert("commit".into(), json!(commit));
    }
    Json::Object(out)
}

fn message(status: Option<u16>, headers: &[(Arc<str>, Arc<str>)], bytes: &Bytes, masker: &Masker) -> Json {
    let mut out = Map::new();
    if let Some(status) = status {
        out.insert("status".into(), json!(status));
    }
    let headers: Map<String, Json> =
        headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), json!(masker.mask(value)))).collect();
    out.insert("headers".into(), Json::Object(headers));
    body(&mut out, bytes, masker);
    Json::Object(out)
}

/// A body that is text is shown as text, any other in hexadecimal.
fn body(out: &mut Map<String, Json>, bytes: &Bytes, masker: &Masker) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.insert("body".into(), json!(masker.mask(text))),
        Err(_) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            out.insert("body_hex".into(), json!(hex))
        }
    };
}

fn action(outcome: &OutcomeFact, masker: &Masker) -> Json {
    let Sent { method, url, headers, body: sent_body } = &outcome.sent;
    let Json::Object(mut request) = message(None, headers, sent_body, masker) else {
        return Json::Null;
    };
    request.insert("method".into(), json!(method));
    request.insert("url".into(), json!(masker.mask(url)));
    let mut out = Map::new();
    out.insert("step".into(), json!(outcome.path));
    out.insert("action".into(), json!(outcome.action));
    out.insert("attempt".into(), json!(outcome.attempt));
    out.insert(
        "outcome".into(),
        json!(match outcome.class {
            OutcomeClass::Ok => "ok",
            OutcomeClass::Refused => "refused",
            OutcomeClass::Unknown => "unknown",
        }),
    );
    if outcome.dry_run {
        out.insert("dry_run".into(), json!(true));
    }
    if !outcome.reason.is_empty() {
        out.insert("reason".into(), json!(masker.mask(&outcome.reason)));
    }
    out.insert("at".into(), json!(iso(outcome.at)));
    out.insert("took_ms".into(), json!(outcome.took_ms));
    out.insert("request".into(), Json::Object(request));
    out.insert(
        "answer".into(),
        match &outcome.answer {
            Some(AnswerFact { status, headers, body }) => message(Some(*status), headers, body, masker),
            None => Json::Null,
        },
    );
    Json::Object(out)
}

fn trace_step(step: &Trace, line: Option<u32>, masker: &Masker) -> Json {
    let mut out = Map::new();
    out.insert("step".into(), json!(step.path));
    if let Some(line) = line {
        out.insert("line".into(), json!(line));
    }
    let values: Map<String, Json> =
        step.values.iter().map(|(name, value)| (name.to_string(), shown(value, masker))).collect();
    out.insert("values".into(), Json::Object(values));
    if let Some(note) = &step.note {
        out.insert("note".into(), json!(masker.mask(note)));
    }
    Json::Object(out)
}

/// A value for people: what has no JSON form is described.
fn shown(value: &Value, masker: &Masker) -> Json {
    match value {
        Value::Empty | Value::Null => Json::Null,
        Value::Bytes(_) | Value::File(_) => json!(masker.mask(&value.shown())),
        Value::Duration(millis) => json!(duration_text(*millis)),
        Value::Sealed(sealed) => match sealed.masked(&crate::secrets::mask_of) {
            Ok(text) => json!(text),
            Err(_) => json!("«a text with a secret»"),
        },
        other => match to_json(other).map(|text| serde_json::from_str::<Json>(&masker.mask(&text))) {
            Ok(Ok(json)) => json,
            _ => json!("«not shown»"),
        },
    }
}

fn events(operation: &Operation, masker: &Masker) -> Json {
    let mut events = Vec::new();
    for fact in operation.rows.iter().flatten() {
        events.push(match fact {
            Fact::Intent { path, attempt, .. } => json!({ "intent": path, "attempt": attempt }),
            Fact::Due { at, why } => json!({ "due": iso(*at), "why": masker.mask(why) }),
            Fact::End { state, reason, .. } => {
                json!({ "end": state.as_str(), "reason": masker.mask(reason) })
            }
            Fact::Person { who, what, at } => json!({ "person": who, "ordered": what, "at": iso(*at) }),
            Fact::Resumed(count) => json!({ "resumed": count }),
            Fact::Note(text) => json!({ "note": masker.mask(text) }),
            Fact::Wait { path, until } => json!({ "wait": path, "until": iso(*until) }),
            Fact::LetIn(schemes) => json!({ "verified": schemes }),
            Fact::Receipt(receipt) => json!({ "receipt": masker.mask(receipt) }),
            Fact::Linked(id) => json!({ "linked": crate::value::Id(*id).to_string() }),
            Fact::Claimed { end, .. } => json!({ "dedupe": "first", "until": iso(*end) }),
            Fact::Repeats { of, other_body } => {
                json!({ "dedupe": "repeat", "of": crate::value::Id(*of).to_string(), "other_body": other_body })
            }
            Fact::Received(_) | Fact::Outcome(_) | Fact::Answer { .. } => continue,
        });
    }
    Json::Array(events)
}

/// ISO 8601 in UTC, with milliseconds.
pub fn iso(millis: u64) -> String {
    let time = i64::try_from(millis).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    time.map_or_else(|| millis.to_string(), |time| format!("{time:.3}"))
}
