//! What a test gives as answers of actions.

use std::cell::Cell;
use std::sync::Arc;

use super::calls::{Called, is_at};
use super::failure::Failure;
use super::scene::Scene;
use crate::actions::{Answer, Attempt};
use crate::resolve::test_program::{self, GivenAnswer};
use crate::source::Span;

pub(super) struct Given {
    action: Arc<str>,
    url: Option<String>,
    answers: Vec<OneTry>,
    /// The next one to be given; the last is given again and again.
    next: Cell<usize>,
}

/// What one try gets.
#[derive(Clone)]
pub(super) enum OneTry {
    Ends(Attempt),
    Fails,
}

impl Given {
    fn fits(&self, called: &Called) -> bool {
        *self.action == *called.name && self.url.as_ref().is_none_or(|url| is_at(&called.url, url))
    }

    /// What the next try gets, and whether an answer of its own is there for the one after it.
    pub(super) fn take(&self) -> (OneTry, bool) {
        let at = self.next.get().min(self.answers.len().saturating_sub(1));
        self.next.set(at + 1);
        let answer = self.answers.get(at).cloned().unwrap_or(OneTry::Fails);
        (answer, at + 1 < self.answers.len())
    }
}

impl Scene<'_> {
    /// Of several that fit, one that names the URL holds before one that does not, and a later one before an earlier.
    pub(super) fn given_for(&self, called: &Called) -> Option<&Given> {
        let fitting = || self.givens.iter().rev().filter(|given| given.fits(called));
        fitting().find(|given| given.url.is_some()).or_else(|| fitting().next())
    }

    pub(super) fn give(&mut self, given: &test_program::Given, span: Span) -> Result<(), Box<Failure>> {
        let url = given.url.as_ref().map(|url| self.text(url, span)).transpose()?;
        let mut answers = Vec::with_capacity(given.answers.len());
        for answer in &given.answers {
            answers.push(match answer {
                GivenAnswer::Fails => OneTry::Fails,
                GivenAnswer::Refuses => {
                    OneTry::Ends(Attempt::NotSent("no connection, as the test says".to_owned()))
                }
                GivenAnswer::TimesOut => {
                    OneTry::Ends(Attempt::Lost("no answer in time, as the test says".to_owned()))
                }
                GivenAnswer::Answers { status, body } => {
                    let mut answer = Answer { status: *status, ..Answer::default() };
                    if let Some(body) = body {
                        let written = self.body(body, span)?;
                        answer.body = written.bytes;
                        answer.headers.extend(
                            written.content_type.map(|of| (Arc::from("content-type"), Arc::from(of))),
                        );
                    }
                    OneTry::Ends(Attempt::Answered(answer))
                }
            });
        }
        self.givens.push(Given { action: given.action.clone(), url, answers, next: Cell::new(0) });
        Ok(())
    }
}
