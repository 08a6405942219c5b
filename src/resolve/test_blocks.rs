//! `test` blocks: their names and literals are checked, and what is whole of them is written down to be run.

use std::sync::Arc;

use super::Resolver;
use super::calls::Target;
use super::errors::{literals, names};
use super::head::Head;
use super::model::TestFacts;
use super::pipelines::State;
use super::program::Expr;
use super::test_program::{self, Body, Given, GivenAnswer, Send, Step, StepKind, Test};
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::{self, Count, Expect, TestStepKind};
use crate::value::Time;

impl Resolver<'_> {
    /// Checks a test; `None` for one that has an error.
    pub(super) fn test(&mut self, test: &ast::Test) -> Option<Test> {
        self.item = State { head: Head::none(), ..State::default() };
        self.test_steps(test)
    }

    /// The same, among names that are known already.
    pub(super) fn test_steps(&mut self, test: &ast::Test) -> Option<Test> {
        let title = self.plain_text(&test.title, "a test's title");
        let mut sends = Vec::new();
        let mut steps = Vec::new();
        for step in &test.steps {
            self.item.statement = Span::default();
            let kind = match &step.kind {
                TestStepKind::Send(send) => self.send(send, step.span, &mut sends).map(StepKind::Send),
                TestStepKind::At(time) => self.clock(time).map(StepKind::At),
                TestStepKind::Given { action, url, answers } => {
                    self.given_step(action, url.as_ref(), answers).map(StepKind::Given)
                }
                TestStepKind::Expect(expect) => self.expect(expect).map(StepKind::Expect),
                TestStepKind::Broken => {
                    self.item.errors += 1;
                    None
                }
            };
            steps.extend(kind.map(|kind| Step { kind, span: step.span }));
        }
        self.model.tests.push(TestFacts { span: test.title.span, sends });
        let whole = self.item.errors == 0 && !test.broken && steps.len() == test.steps.len();
        let source = Arc::clone(self.source);
        title.filter(|_| whole).map(|title| Test {
            title,
            span: test.title.span,
            item: test.span,
            source,
            steps,
        })
    }

    fn clock(&mut self, time: &ast::Expr) -> Option<u64> {
        let text = self.plain_text(time, "the time of `at`")?;
        if !super::literals::is_iso_time(&text) {
            self.report(literals::bad_time(time.span, &text));
            return None;
        }
        let Some(time) = Time::parse(&text) else {
            self.report(literals::time_without_zone(time.span, &text));
            return None;
        };
        Some(u64::try_from(time.millis()).unwrap_or(0))
    }

    fn send(
        &mut self,
        send: &ast::Send,
        span: Span,
        sends: &mut Vec<(Arc<str>, Arc<str>, Span)>,
    ) -> Option<Send> {
        let target = self.plain_text(&send.path, "the path of a `send`");
        let body = send.body.as_ref().map(|(part, value)| self.test_body(part, value));
        let mut headers = Vec::new();
        for (name, value) in &send.headers {
            let (name, value) = self.header(name, value);
            headers.extend(name.map(|name| (name, value.expr)));
        }
        let target = target?;
        if !target.starts_with('/') {
            self.report(literals::sent_path_without_slash(send.path.span));
            return None;
        }
        let method = send.method.text.clone();
        let path = target.split('?').next().unwrap_or(&target);
        sends.push((method.clone(), Arc::from(path), span));
        let body = match body {
            None => None,
            Some(body) => Some(body?),
        };
        Some(Send { method, target, body, headers, signed: send.signed })
    }

    fn given_step(
        &mut self,
        action: &ast::Name,
        url: Option<&ast::Expr>,
        answers: &[ast::GivenAnswer],
    ) -> Option<Given> {
        self.target(action);
        let url = url.map(|url| self.value(url).expr);
        let answers: Vec<Option<GivenAnswer>> =
            answers.iter().map(|answer| self.given_answer(answer)).collect();
        let answers = answers.into_iter().collect::<Option<_>>()?;
        Some(Given { action: action.text.clone(), url, answers })
    }

    fn given_answer(&mut self, answer: &ast::GivenAnswer) -> Option<GivenAnswer> {
        match answer {
            ast::GivenAnswer::Answers { status, body } => {
                let status = self.status(status, 100..=599, "an answer");
                let body = match body {
                    None => None,
                    Some((part, value)) => Some(self.test_body(part, value)?),
                };
                Some(GivenAnswer::Answers { status: status?, body })
            }
            ast::GivenAnswer::Fails(_) => Some(GivenAnswer::Fails),
            ast::GivenAnswer::Refuses(_) => Some(GivenAnswer::Refuses),
            ast::GivenAnswer::TimesOut(_) => Some(GivenAnswer::TimesOut),
        }
    }

    fn test_body(&mut self, part: &ast::Name, value: &ast::Expr) -> Option<Body> {
        match &*part.text {
            "json" => Some(Body::Json(self.json_value(value).expr)),
            "form" => Some(Body::Form(self.value(value).expr)),
            "text" => Some(Body::Text(self.value(value).expr)),
            _ => {
                let path = self.plain_text(value, "the path of a `file`")?;
                Some(Body::File { path, span: value.span })
            }
        }
    }

    fn expect(&mut self, expect: &Expect) -> Option<test_program::Expect> {
        use test_program::Expect as Expected;
        Some(match expect {
            Expect::Status(status) => Expected::Status(self.status(status, 100..=599, "an answer")?),
            Expect::Text(value) => Expected::Text(self.value(value).expr),
            Expect::Json(value) => Expected::Json(self.json_value(value).expr),
            Expect::Header { name, value } => {
                let name = self.plain_text(name, "a header's name");
                let value = self.value(value).expr;
                Expected::Header { name: name?, value }
            }
            Expect::State { state, text } => {
                let text = text.as_ref().map(|text| self.value(text).expr);
                let known = test_program::State::ALL.into_iter().find(|own| *own.as_str() == *state.text);
                Expected::State { state: known?, text }
            }
            Expect::NoActions => Expected::NoActions,
            Expect::Action { action, url, count, params } => {
                let target = self.target(action);
                let url = url.as_ref().map(|url| self.value(url).expr);
                let times = match count {
                    Count::Once => Some(1),
                    Count::Never => Some(0),
                    Count::Times(times) => self.count(times, 0..=1000, "a count of calls"),
                };
                let params = params.iter().map(|param| self.expected_param(&target, param)).collect();
                Expected::Action { name: action.text.clone(), url, times: times?, params }
            }
        })
    }

    fn expected_param(&mut self, target: &Target, param: &ast::Param) -> (Arc<str>, Expr) {
        let value = self.json_value(&param.value).expr;
        if let Target::Declared(spec) = target {
            let name = &*param.name.text;
            let base = (!spec.is_mail()).then_some("base");
            let all = spec.params.iter().map(|known| &*known.name).chain(base);
            let known = all.clone().any(|known| known == name);
            let open = spec.open_prefixes.iter().any(|prefix| name.starts_with(prefix));
            if !known && !open {
                let meant = super::foreign::parameter(name, all.clone()).or_else(|| near(name, all));
                self.report(names::unknown_parameter(&param.name, spec, meant));
            }
        }
        (param.name.text.clone(), value)
    }
}
