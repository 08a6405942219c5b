//! The services that are called: what they carried out, and what they said of it.

use std::collections::VecDeque;

use super::history::Meets;
use crate::actions::{Answer, Attempt, Rendered};
use crate::value::Id;

#[derive(Default)]
pub(super) struct Target {
    /// What the next calls meet; behind them each is answered 200.
    pub next: VecDeque<Meets>,
    pub calls: Vec<Called>,
}

/// One call, as the target saw it.
#[derive(Clone, Debug)]
pub(super) struct Called {
    pub id: Id,
    pub label: String,
    /// The answer of the action before, as it was sent.
    pub after: Option<String>,
    pub meets: Meets,
    /// How many rows the operation had in its log when it went out.
    pub rows: usize,
    /// Stands in the answer.
    pub serial: String,
}

impl Called {
    pub(super) fn is_carried_out(&self) -> bool {
        matches!(self.meets, Meets::Ok | Meets::AnswerLost | Meets::Broken)
    }
}

/// The operation, the action and what was answered before, as the URL has them.
pub(super) fn read(url: &str) -> (Id, String, Option<String>) {
    let path = url.split("example/").nth(1).unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (id, label) = path.split_once('/').unwrap();
    (id.parse().unwrap(), label.to_owned(), query.strip_prefix("after=").map(str::to_owned))
}

impl Target {
    /// A call reaches it, or not; what its caller learns of that.
    pub(super) fn take(&mut self, request: &Rendered, rows: usize) -> Attempt {
        let (id, label, after) = read(&request.url);
        let meets = self.next.pop_front().unwrap_or(Meets::Ok);
        let serial = format!("s{}", self.calls.len());
        self.calls.push(Called { id, label, after, meets, rows, serial: serial.clone() });
        let answered = |status, headers: &[(&str, &str)]| {
            Attempt::Answered(Answer {
                status,
                headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
                body: format!("{{\"serial\": \"{serial}\"}}").into(),
                dry_run: false,
            })
        };
        match meets {
            Meets::Ok => answered(200, &[("content-type", "application/json")]),
            Meets::AnswerLost | Meets::RequestLost => Attempt::Lost("reset".to_owned()),
            Meets::Broken => answered(500, &[]),
            Meets::Busy => answered(503, &[("retry-after", "1")]),
            Meets::TooMany => answered(429, &[("retry-after", "1")]),
            Meets::NotThere => answered(404, &[]),
            Meets::Unreachable => Attempt::NotSent("refused".to_owned()),
        }
    }

    pub(super) fn calls_of(&self, id: Id, label: &str) -> impl Iterator<Item = &Called> {
        self.calls.iter().filter(move |call| call.id == id && call.label == label)
    }
}
