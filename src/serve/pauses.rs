//! What somebody is told who watches one operation: each pause, what it is for, and how the try before it failed.

use std::sync::Arc;

use super::clock::now_millis;
use crate::admin::iso;
use crate::operations::{Log, SCHEDULE_ENDS, places};
use crate::resolve::program::{Call, Pipeline, Retry};
use crate::store::{Fact, Operation, OutcomeFact, Work};
use crate::value::duration_text;

/// Tells the pauses of one operation, each once.
#[derive(Default)]
pub struct Pauses {
    /// Facts that were looked at.
    seen: usize,
    /// The latest time that was told.
    due: u64,
}

impl Pauses {
    /// What is new since the last look. `is_in_hand` says whether the operation is being carried on just now.
    pub fn new_ones(
        &mut self,
        operation: &Operation,
        work: &Work,
        pipeline: &Arc<Pipeline>,
        is_in_hand: bool,
    ) -> Vec<String> {
        let Ok(log) = Log::read(operation) else { return Vec::new() };
        let facts: Vec<&Fact> = operation.rows.iter().flatten().collect();
        let places = places(pipeline, &log);
        let named = |path: &Arc<str>, name: &str| match places.get(path).and_then(|op| pipeline.code.get(*op))
        {
            Some(op) => {
                let line = pipeline.source.position(op.span.start).line;
                format!("`{name}` ({}:{line})", pipeline.source.name)
            }
            None => format!("`{name}`"),
        };
        let mut told = Vec::new();
        let mut failed: Option<&OutcomeFact> = None;
        for (at, fact) in facts.iter().enumerate() {
            match fact {
                Fact::Outcome(outcome) => failed = Some(outcome),
                Fact::Due { at: due, .. } if at >= self.seen => {
                    let Some(outcome) = failed else { continue };
                    let call = places.get(&outcome.path).and_then(|op| pipeline.code.get(*op)?.call());
                    told.push(format!(
                        "{}: {} failed: {}; {}",
                        named(&outcome.path, &outcome.action),
                        try_of(outcome.attempt, call),
                        outcome.reason,
                        the_next(*due)
                    ));
                    self.due = self.due.max(*due);
                }
                Fact::Wait { path, until } if at >= self.seen => {
                    told.push(format!("{}: {}", named(path, "wait"), goes_on(*until)));
                    self.due = self.due.max(*until);
                }
                _ => {}
            }
        }
        self.seen = facts.len();
        if told.is_empty() && !is_in_hand && work.due > self.due.max(now_millis()) {
            self.due = work.due;
            told.push(format!("it waits for a place at {}; {}", work.lane.host, goes_on(work.due)));
        }
        told
    }
}

/// `try 2 of 4`; of an action that says no count, how long it is tried.
fn try_of(attempt: u32, call: Option<&Call>) -> String {
    let Some(policy) = call.map(|call| &call.policy) else { return format!("try {attempt}") };
    match (&policy.retry, policy.give_up_after) {
        (Retry::Times { times, .. }, None) => format!("try {attempt} of {}", times.saturating_add(1)),
        (Retry::Times { times, .. }, Some(within)) => {
            format!("try {attempt} of at most {} within {}", times.saturating_add(1), duration_text(within))
        }
        (Retry::Unsaid | Retry::None, within) => {
            let within = within.unwrap_or(SCHEDULE_ENDS);
            format!("try {attempt} of as many as fit into {}", duration_text(within))
        }
    }
}

fn the_next(due: u64) -> String {
    format!("the next is at {}, unless it is stopped (Ctrl-C)", iso(due))
}

fn goes_on(due: u64) -> String {
    format!("it goes on at {}, unless it is stopped (Ctrl-C)", iso(due))
}
