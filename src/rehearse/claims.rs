//! `dedupe` in a test: the keys that its requests hold, and what a repeat is told.

use std::sync::Arc;

use super::run::Outcome;
use super::scene::Scene;
use crate::resolve::test_program::State;
use crate::run::{End, EndState, Key};
use crate::value::Id;

/// A key that a request of the test holds.
pub(super) struct Claim {
    pipeline: Arc<str>,
    key: [u8; 16],
    /// Unix time in milliseconds.
    end: u64,
    /// The operation that holds it.
    of: Id,
    /// What repeats are told; `None` where a person has to decide first.
    answer: Option<Outcome>,
}

/// The key that the run in hand asked for first.
pub(super) struct Held {
    key: [u8; 16],
    end: u64,
}

impl Scene<'_> {
    /// What a repeat is told; `Err` with the key for the first request that has it.
    pub(super) fn repeats(&self, pipeline: &str, key: Key) -> Result<Outcome, Held> {
        let end = self.now.saturating_add(key.within);
        let held = self
            .claims
            .iter()
            .find(|claim| *claim.pipeline == *pipeline && claim.key == key.hash && claim.end > self.now);
        let Some(first) = held else { return Err(Held { key: key.hash, end }) };
        let mut outcome = match &first.answer {
            Some(answer) => answer.clone(),
            None => Outcome {
                headers: vec![
                    ("content-type".to_owned(), b"application/json".to_vec()),
                    ("retry-after".to_owned(), b"60".to_vec()),
                ],
                body: format!(r#"{{"error":"interrupted","operation":"{}"}}"#, first.of).into(),
                ..Outcome::at_the_door(409)
            },
        };
        outcome.state = Some(State::Duplicate);
        outcome.reason = "it repeats a request of this test".to_owned();
        Ok(outcome)
    }

    /// Keeps the key behind a run, or leaves it to the next: where the run failed before its `respond`, and nothing can have
    /// come of it. `end` is none of a run that was interrupted.
    pub(super) fn hold(
        &mut self,
        pipeline: &Arc<str>,
        held: Held,
        end: Option<&End>,
        may_have_effect: bool,
        outcome: &Outcome,
    ) {
        let failed = end.is_some_and(|end| {
            matches!(end.state, EndState::Aborted | EndState::Failed) && !end.after_answer
        });
        self.claims.retain(|claim| claim.pipeline != *pipeline || claim.key != held.key);
        if !failed || may_have_effect {
            let answer = end.is_some().then(|| outcome.clone());
            self.claims.push(Claim {
                pipeline: pipeline.clone(),
                key: held.key,
                end: held.end,
                of: self.id(),
                answer,
            });
        }
    }
}
