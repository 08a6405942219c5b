//! What a test expects of the last request, and of the actions of all its requests so far.

use std::sync::Arc;

use super::calls::{Called, is_at};
use super::compare::{difference, difference_sent, lines_of, named_in, shortened, shown};
use super::failure::{self, Failure};
use super::run::Outcome;
use super::scene::Scene;
use crate::resolve::program::Expr;
use crate::resolve::test_program::{Expect, State};
use crate::source::Span;
use crate::value::{self, Value};

impl Scene<'_> {
    pub(super) fn expect(&self, expect: &Expect, span: Span) -> Result<(), Box<Failure>> {
        let outcome = self.outcome.as_ref().ok_or_else(|| failure::no_send_yet(span))?;
        match expect {
            Expect::Status(status) => {
                if *status == outcome.status {
                    return Ok(());
                }
                Err(Failure::new(
                    span,
                    format!("the answer has the status {}, and {status} was expected", outcome.status),
                    format!("{} came", outcome.status),
                )
                .between(status.to_string(), outcome.status.to_string())
                .help(outcome.told()))
            }
            Expect::Text(expr) => {
                let expected = self.text(expr, span)?;
                let came = String::from_utf8_lossy(&outcome.body);
                if *expected == *came {
                    return Ok(());
                }
                Err(Failure::new(span, "the answer has another body than was expected", "another text came")
                    .between(shortened(&expected), shortened(&came))
                    .texts(expected, came.into_owned())
                    .help(outcome.told()))
            }
            Expect::Json(expr) => self.expect_json(outcome, expr, span),
            Expect::Header { name, value } => self.expect_header(outcome, name, value, span),
            Expect::State { state, text } => self.expect_state(outcome, *state, text.as_ref(), span),
            Expect::NoActions => match self.calls.as_slice() {
                [] => Ok(()),
                calls => {
                    let actions = plural(calls.len(), "call was", "calls were");
                    Err(Failure::new(span, format!("{actions} made, and none was expected"), "not none")
                        .between("none", calls.len().to_string())
                        .help(format!("Called:\n{}", lines(calls.iter()))))
                }
            },
            Expect::Action { name, url, times, params } => {
                self.expect_action(name, url.as_ref(), *times, params, span)
            }
        }
    }

    fn expect_json(&self, outcome: &Outcome, expr: &Expr, span: Span) -> Result<(), Box<Failure>> {
        let expected = self.value(expr, span)?;
        let Ok(came) = value::from_json(&outcome.body) else {
            return Err(Failure::new(span, "the answer's body is no JSON", "no JSON came")
                .between(shown(&expected), shortened(&String::from_utf8_lossy(&outcome.body)))
                .help(outcome.told()));
        };
        let Some(found) = difference(&expected, &came) else { return Ok(()) };
        let place = if found.place.is_empty() { String::new() } else { format!(" at `${}`", found.place) };
        Err(Failure::new(
            span,
            format!("the answer's JSON{place} is {}, and {} was expected", found.came, found.expected),
            format!("{} came", found.came),
        )
        .between(found.expected, found.came)
        .texts(lines_of(&expected), lines_of(&named_in(&expected, &came)))
        .help(outcome.told()))
    }

    fn expect_header(
        &self,
        outcome: &Outcome,
        name: &str,
        expr: &Expr,
        span: Span,
    ) -> Result<(), Box<Failure>> {
        let expected = self.value(expr, span)?;
        let wanted = name.to_ascii_lowercase();
        let values: Vec<String> = outcome
            .headers
            .iter()
            .filter(|(own, _)| *own == wanted)
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect();
        let text = match &expected {
            // `expect header "X" = empty`: it is not there.
            Value::Empty if values.is_empty() => return Ok(()),
            Value::Empty => "no such header".to_owned(),
            other => {
                value::render(other).map_err(|fault| failure::unusable_value(expr.span, &fault))?.into_owned()
            }
        };
        if !expected.is_empty() && values.contains(&text) {
            return Ok(());
        }
        let came = if values.is_empty() { "no such header".to_owned() } else { values.join(", ") };
        let names: Vec<&str> = outcome.headers.iter().map(|(name, _)| name.as_str()).collect();
        let named = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Err(Failure::new(
            span,
            format!("the header `{name}` of the answer is not as expected"),
            format!("{} came", shortened(&came)),
        )
        .between(text, came)
        .help(format!("Headers of the answer: {named}")))
    }

    fn expect_state(
        &self,
        outcome: &Outcome,
        expected: State,
        text: Option<&Expr>,
        span: Span,
    ) -> Result<(), Box<Failure>> {
        let Some(state) = outcome.state else {
            return Err(Failure::new(
                span,
                format!("no pipeline ran, and `{}` was expected", expected.as_str()),
                "no run",
            )
            .between(expected.as_str(), "no run")
            .help(outcome.told()));
        };
        if state != expected {
            return Err(Failure::new(
                span,
                format!("the run ended as {}, and `{}` was expected", state.as_str(), expected.as_str()),
                format!("it ended as {}", state.as_str()),
            )
            .between(expected.as_str(), state.as_str())
            .help(outcome.told()));
        }
        let Some(text) = text else { return Ok(()) };
        let wanted = self.text(text, span)?;
        // An abort's text is told to the caller, and the history says more.
        if outcome.reason.contains(&wanted) || String::from_utf8_lossy(&outcome.body) == wanted {
            return Ok(());
        }
        Err(Failure::new(
            span,
            format!("the run ended as {} for another reason", state.as_str()),
            "another reason",
        )
        .between(wanted, outcome.reason.clone())
        .help(outcome.told()))
    }

    fn expect_action(
        &self,
        name: &str,
        url: Option<&Expr>,
        times: u32,
        params: &[(Arc<str>, Expr)],
        span: Span,
    ) -> Result<(), Box<Failure>> {
        let url = url.map(|url| self.text(url, span)).transpose()?;
        let mut expected = Vec::with_capacity(params.len());
        for (name, expr) in params {
            expected.push((name.clone(), self.value(expr, span)?));
        }
        let of_name = || {
            let calls = self.calls.iter().filter(|called| *called.name == *name);
            calls.filter(|called| url.as_ref().is_none_or(|url| is_at(&called.url, url)))
        };
        let found = of_name().filter(|called| differences(called, &expected).is_empty()).count();
        if found == times as usize {
            return Ok(());
        }
        let with = if params.is_empty() { "" } else { " with these values" };
        let count = |times: usize| match times {
            0 => "never".to_owned(),
            1 => "once".to_owned(),
            more => format!("{more} times"),
        };
        let (came, wanted) = (count(found), count(times as usize));
        let message = match found {
            0 => format!("`{name}` was never called{with}, and {wanted} was expected"),
            _ => format!("`{name}` was called {came}{with}, and {wanted} was expected"),
        };
        let failure = Failure::new(span, message, came.clone()).between(wanted, came);
        let other: Vec<String> = of_name()
            .filter_map(|called| {
                let differences = differences(called, &expected);
                let lines: String = differences.iter().map(|line| format!("\n  {line}")).collect();
                (!differences.is_empty()).then(|| format!("{}{lines}", called.line()))
            })
            .collect();
        // Of one call it can be shown what is different.
        let mut calls = of_name();
        let failure = match (calls.next(), calls.next()) {
            (Some(only), None) if found == 0 => failure.texts(
                given_lines(&expected, |_, wanted| wanted.clone()),
                given_lines(&expected, |name, wanted| {
                    named_in(wanted, only.value(name).unwrap_or(&Value::Empty))
                }),
            ),
            _ => failure,
        };
        Err(if !other.is_empty() {
            failure.help(format!("Called with other values:\n{}", other.join("\n")))
        } else if self.calls.is_empty() {
            failure.help(format!(
                "No action was called. {}",
                self.outcome.as_ref().map_or_else(String::new, Outcome::told)
            ))
        } else {
            failure.help(format!("Called:\n{}", lines(self.calls.iter())))
        })
    }
}

impl Outcome {
    /// How the request went, for a person who expected something else.
    fn told(&self) -> String {
        let body = match self.body.is_empty() {
            true => "no body".to_owned(),
            false => shortened(&String::from_utf8_lossy(&self.body)),
        };
        let ended = match (self.state, self.reason.as_str()) {
            (Some(state), "") => format!("The run ended as {}.", state.as_str()),
            (Some(state), reason) => format!("The run ended as {}: {reason}.", state.as_str()),
            (None, reason) => format!("No pipeline ran: {reason}."),
        };
        format!("{ended}\nThe answer was {}, {body}", self.status)
    }
}

/// What of a call is not as expected, a line each.
fn differences(called: &Called, expected: &[(Arc<str>, Value)]) -> Vec<String> {
    let differing = expected.iter().filter_map(|(name, wanted)| {
        let came = called.value(name).unwrap_or(&Value::Empty);
        let found = difference_sent(wanted, came)?;
        Some(format!("`{name}{}` is {}, expected {}", found.place, found.came, found.expected))
    });
    differing.collect()
}

/// Names and values, one below the other.
fn given_lines(expected: &[(Arc<str>, Value)], value: impl Fn(&str, &Value) -> Value) -> String {
    expected.iter().map(|(name, wanted)| format!("{name} = {}\n", lines_of(&value(name, wanted)))).collect()
}

fn lines<'a>(calls: impl Iterator<Item = &'a Called>) -> String {
    calls.map(Called::line).collect::<Vec<_>>().join("\n")
}

fn plural(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
