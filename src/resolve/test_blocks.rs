//! `test` blocks: their names and literals are checked; running them is a later version's.

use std::sync::Arc;

use super::Resolver;
use super::calls::Target;
use super::errors::{literals, names};
use super::head::Head;
use super::model::TestFacts;
use super::pipelines::State;
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::{self, Count, Expect, GivenAnswer, TestStepKind};

impl Resolver<'_> {
    pub(super) fn test(&mut self, test: &ast::Test) {
        self.item = State { head: Head::none(), ..State::default() };
        let mut sends = Vec::new();
        for step in &test.steps {
            self.item.statement = Span::default();
            match &step.kind {
                TestStepKind::Send(send) => sends.extend(self.send(send, step.span)),
                TestStepKind::At(time) => {
                    if let Some(text) = self.plain_text(time, "the time of `at`")
                        && !super::literals::is_iso_time(&text)
                    {
                        self.report(literals::bad_time(time.span, &text));
                    }
                }
                TestStepKind::Given { action, url, answers } => {
                    self.target(action);
                    self.optional(url.as_ref());
                    for answer in answers {
                        self.given_answer(answer);
                    }
                }
                TestStepKind::Expect(expect) => self.expect(expect),
                TestStepKind::Broken => {}
            }
        }
        self.model.tests.push(TestFacts { span: test.title.span, sends });
    }

    fn send(&mut self, send: &ast::Send, span: Span) -> Option<(Arc<str>, Arc<str>, Span)> {
        let path = self.plain_text(&send.path, "the path of a `send`");
        if let Some((part, value)) = &send.body {
            self.body(part, value);
        }
        for (name, value) in &send.headers {
            self.header(name, value);
        }
        let path = path?;
        if !path.starts_with('/') {
            self.report(literals::sent_path_without_slash(send.path.span));
            return None;
        }
        let path = path.split('?').next().unwrap_or(&path);
        Some((send.method.text.clone(), Arc::from(path), span))
    }

    fn given_answer(&mut self, answer: &GivenAnswer) {
        match answer {
            GivenAnswer::Answers { status, body } => {
                self.status(status, 100..=599, "an answer");
                if let Some((part, value)) = body {
                    self.body(part, value);
                }
            }
            GivenAnswer::Fails(_) => {}
        }
    }

    fn body(&mut self, part: &ast::Name, value: &ast::Expr) {
        if &*part.text == "json" {
            self.json_value(value)
        } else {
            self.value(value)
        };
    }

    fn expect(&mut self, expect: &Expect) {
        match expect {
            Expect::Status(status) => {
                self.status(status, 100..=599, "an answer");
            }
            Expect::Text(value) => {
                self.value(value);
            }
            Expect::Json(value) => {
                self.json_value(value);
            }
            Expect::Header { name, value } => {
                self.plain_text(name, "a header's name");
                self.value(value);
            }
            Expect::State { text, .. } => self.optional(text.as_ref()),
            Expect::NoActions => {}
            Expect::Action { action, url, count, params } => {
                let target = self.target(action);
                self.optional(url.as_ref());
                if let Count::Times(times) = count {
                    self.count(times, 0..=1000, "a count of calls");
                }
                for param in params {
                    self.json_value(&param.value);
                    self.expected_param(target, param);
                }
            }
        }
    }

    fn expected_param(&mut self, target: Target, param: &ast::Param) {
        let Target::Declared(spec) = target else { return };
        let base = (!spec.is_mail()).then_some("base");
        let all = spec.params.iter().map(|known| known.name).chain(base);
        let known = all.clone().any(|known| *known == *param.name.text);
        let open = spec.open_prefixes.iter().any(|prefix| param.name.text.starts_with(prefix));
        if !known && !open {
            let meant = near(&param.name.text, all);
            self.report(names::unknown_parameter(&param.name, spec, meant));
        }
    }

    fn optional(&mut self, expr: Option<&ast::Expr>) {
        if let Some(expr) = expr {
            self.value(expr);
        }
    }
}
