//! Why an operation needs a person, as a code: a notice carries no text from outside, which a reason may hold.

use std::fmt;

use crate::store::{Fact, OutcomeClass, State};

/// What a notice says of one operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    pub interrupted: bool,
    pub code: Code,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A whole answer that was no success.
    Answered(u16),
    /// Bytes went out, and no whole answer came.
    NoAnswer,
    /// Nothing of the call went out, or it was turned down without an answer.
    NotMade,
    /// A step that calls nobody, or a limit.
    StepFailed,
    /// It cannot go on here by itself.
    CannotGoOn,
    /// Of the pipeline, not of an operation: it takes no new requests, since its history is full.
    HistoryFull,
    /// Of a store that another version wrote.
    Other,
}

impl Reason {
    /// Of the row that ends an operation.
    pub(in crate::operations) fn of(facts: &[Fact], state: State) -> Reason {
        let at_step = facts.iter().rev().find_map(|fact| match fact {
            Fact::End { at_step, .. } => Some(at_step.as_ref()),
            _ => None,
        });
        let outcome = facts.iter().rev().find_map(|fact| match fact {
            Fact::Outcome(outcome) if Some(Some(&outcome.path)) == at_step => Some(outcome),
            _ => None,
        });
        let interrupted = state == State::Interrupted;
        let code = match outcome.filter(|outcome| outcome.class != OutcomeClass::Ok) {
            Some(outcome) => match (&outcome.answer, outcome.class) {
                (Some(answer), _) => Code::Answered(answer.status),
                (None, OutcomeClass::Unknown) => Code::NoAnswer,
                (None, _) => Code::NotMade,
            },
            None if interrupted => Code::CannotGoOn,
            None => Code::StepFailed,
        };
        Reason { interrupted, code }
    }

    /// Of an operation that a start, or a claim of its work, finds unable to go on.
    pub(in crate::operations) fn cannot_go_on() -> Reason {
        Reason { interrupted: true, code: Code::CannotGoOn }
    }

    /// Of a pipeline whose history is above its bounds, with nothing left that may be removed.
    pub fn history_full() -> Reason {
        Reason { interrupted: false, code: Code::HistoryFull }
    }

    /// Reads what `to_string` wrote. Any other text is a code of its own, so that none of it is told on.
    pub fn parse(text: &str) -> Reason {
        let (state, code) = text.split_once(' ').unwrap_or((text, ""));
        let code = match code {
            "no_answer" => Code::NoAnswer,
            "not_made" => Code::NotMade,
            "step_failed" => Code::StepFailed,
            "cannot_go_on" => Code::CannotGoOn,
            "history_full" => Code::HistoryFull,
            other => match other.strip_prefix("answered_").and_then(|status| status.parse().ok()) {
                Some(status) => Code::Answered(status),
                None => Code::Other,
            },
        };
        Reason { interrupted: state == "interrupted", code }
    }

    pub fn state(&self) -> &'static str {
        if self.interrupted { "interrupted" } else { "failed" }
    }

    /// For people.
    pub fn sentence(&self) -> String {
        match self.code {
            Code::Answered(status) if self.interrupted => {
                format!("the target answered {status}, and it is not known whether the call took effect")
            }
            Code::Answered(status) => format!("the target answered {status}"),
            Code::NoAnswer if self.interrupted => {
                "no whole answer came, and it is not known whether the call took effect".to_owned()
            }
            Code::NoAnswer => "no whole answer came".to_owned(),
            Code::NotMade => "the call could not be made, or was turned down".to_owned(),
            Code::StepFailed => "a step failed".to_owned(),
            Code::CannotGoOn => "it cannot go on by itself".to_owned(),
            Code::HistoryFull => "new requests are refused: the history is full".to_owned(),
            Code::Other => "its history says why".to_owned(),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::Answered(status) => write!(f, "answered_{status}"),
            Code::NoAnswer => f.write_str("no_answer"),
            Code::NotMade => f.write_str("not_made"),
            Code::StepFailed => f.write_str("step_failed"),
            Code::CannotGoOn => f.write_str("cannot_go_on"),
            Code::HistoryFull => f.write_str("history_full"),
            Code::Other => f.write_str("other"),
        }
    }
}

impl fmt::Display for Reason {
    /// As the store keeps it: `failed answered_500`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.state(), self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_back_as_it_was_and_foreign_text_does_not() {
        for code in [
            Code::Answered(503),
            Code::NoAnswer,
            Code::NotMade,
            Code::StepFailed,
            Code::CannotGoOn,
            Code::HistoryFull,
            Code::Other,
        ] {
            for interrupted in [false, true] {
                let reason = Reason { interrupted, code: code.clone() };
                assert_eq!(Reason::parse(&reason.to_string()), reason);
            }
        }
        let foreign = Reason::parse("failed answered_<script>");
        assert_eq!(foreign.to_string(), "failed other");
        assert_eq!(Reason::parse("the server stopped").to_string(), "failed other");
    }
}
