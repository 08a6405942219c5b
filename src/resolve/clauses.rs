//! The clauses of an action, which say how wj carries it out: time-outs, retries, what counts as success, what happens
//! after a crash.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Resolver;
use super::calls::Target;
use super::connectors::ConnectorAction;
use super::errors::{literals, missing, names};
use super::program::{Key, Policy, Rate, Retry};
use crate::actions::Rules;
use crate::actions::http::is_repeatable;
use crate::extract::Path;
use crate::source::Span;
use crate::syntax::ast::{self, Clause, EntryKind};
use crate::value::Kinds;

/// Of one try, in milliseconds.
const TIMEOUT: u64 = 10_000;
const LONGEST_TIMEOUT: u64 = 10 * 60_000;
/// `retry N times` alone means `first 5s, at most 1h`.
const FIRST_PAUSE: u64 = 5_000;
const LONGEST_PAUSE: u64 = 3_600_000;
/// Neither a pause nor all tries together may be longer than this: 30 days.
const LONGEST: u64 = 30 * 86_400_000;
/// A run may make so many calls; a step may not have more tries.
const MOST_RETRIES: u32 = 1000;
/// Calls of one stretch that a `rate` may allow.
const MOST_CALLS: u32 = 100_000;
const ANSWER_LIMIT: u64 = 1024 * 1024;
const LARGEST_ANSWER: u64 = 8 * 1024 * 1024;

/// What the clauses of one action say.
#[derive(Default)]
pub(super) struct Written<'a> {
    /// What a connector could say as well.
    pub said: Defaults,
    key: Option<Key>,
    pub on_fail: Option<(&'a ast::OnFail, Span)>,
    pub retry_at: Option<Span>,
    pub timeout_at: Option<Span>,
    pub method: Option<Arc<str>>,
    /// A `method` is written that could not be read.
    pub method_failed: bool,
}

impl Resolver<'_> {
    pub(super) fn clauses<'a>(&mut self, action: &'a ast::Action, target: &Target) -> Written<'a> {
        let mut written = Written::default();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for entry in &action.entries {
            // What could not be read is told of where the text is read.
            let lost = matches!(entry.kind, EntryKind::Broken);
            written.method_failed |= lost && self.source.slice(entry.span).starts_with("method");
            let EntryKind::Clause { keyword, clause } = &entry.kind else { continue };
            let word = word(clause);
            let several = matches!(clause, Clause::Require(_) | Clause::Refuse(_));
            match seen.get(word) {
                Some(first) if !several => self.report(names::clause_given_twice(word, keyword.span, *first)),
                _ => {
                    seen.insert(word, keyword.span);
                }
            }
            self.clause(keyword, clause, target, &mut written);
        }
        written
    }

    fn clause<'a>(
        &mut self,
        keyword: &ast::Name,
        clause: &'a Clause,
        target: &Target,
        written: &mut Written<'a>,
    ) {
        let judges = matches!(
            clause,
            Clause::Accept(_) | Clause::Require(_) | Clause::Refuse(_) | Clause::LimitAnswer(_)
        );
        if let Target::Declared(spec) = target
            && judges
            && spec.is_mail()
        {
            self.report(names::judged_mail(word(clause), keyword.span, &spec.name));
            return;
        }
        match clause {
            Clause::Timeout(time) => {
                written.said.timeout = self.duration(time, 1..=LONGEST_TIMEOUT, "`timeout`");
                written.timeout_at = Some(time.span);
            }
            Clause::Retry(retry) => {
                written.said.retry = self.retry(retry);
                if let ast::Retry::Times { .. } = retry {
                    written.retry_at = Some(keyword.span);
                }
            }
            Clause::GiveUpAfter(time) => {
                written.said.give_up_after = self.duration(time, 1..=LONGEST, "`give up after`")
            }
            Clause::Rate { count, per } => {
                let count = self.count(count, 1..=MOST_CALLS, "the count of `rate`");
                let per = self.duration(per, 1..=LONGEST, "the stretch of `rate`");
                written.said.rate = count.zip(per).map(|(count, per)| Rate { count, per });
            }
            Clause::Accept(statuses) => {
                for status in statuses {
                    written.said.accept.extend(self.status(status, 100..=599, "`accept`"));
                }
            }
            Clause::Require(path) => written.said.require.extend(self.path(path)),
            Clause::Refuse(path) => written.said.refuse.extend(self.path(path)),
            Clause::LimitAnswer(size) => {
                written.said.answer_limit = self.size(size, LARGEST_ANSWER, "`limit answer`")
            }
            Clause::OnFail(on_fail) => written.on_fail = Some((on_fail, keyword.span)),
            Clause::OnCrash(choice) => match &*choice.text {
                "retry" => written.said.on_crash = Some(true),
                "report" => written.said.on_crash = Some(false),
                // Reported where the text is read.
                _ => self.item.errors += 1,
            },
            Clause::Key(key) => {
                written.said.has_key = true;
                written.key = self.key(key);
            }
            Clause::Method(method) => {
                if let Target::Http(Some(own)) = target {
                    self.report(names::method_of_named(keyword.span, own));
                } else if let Target::Declared(spec) = target {
                    self.report(names::part_of_declared("method", keyword.span, &spec.name));
                }
                written.method = self.request_method(method);
                written.method_failed |= written.method.is_none();
            }
        }
    }

    fn retry(&mut self, retry: &ast::Retry) -> Option<Retry> {
        let ast::Retry::Times { times, first, at_most } = retry else { return Some(Retry::None) };
        let times = self.count(times, 1..=MOST_RETRIES, "the count of `retry`");
        let pause = |this: &mut Self, written: &Option<ast::Expr>, what: &str| match written {
            Some(time) => (this.duration(time, 1..=LONGEST, what), true),
            None => (None, false),
        };
        let (first_pause, first_written) = pause(self, first, "`first`");
        let (longest, longest_written) = pause(self, at_most, "`at most`");
        if (first_written && first_pause.is_none()) || (longest_written && longest.is_none()) {
            return None;
        }
        if let (Some(a), Some(b), Some(first), Some(at_most)) = (first_pause, longest, first, at_most)
            && a > b
        {
            self.report(literals::first_above_longest(first.span, at_most.span));
            return None;
        }
        // Of the two, the one that is written bounds the other.
        let first = first_pause.unwrap_or(FIRST_PAUSE.min(longest.unwrap_or(FIRST_PAUSE)));
        let at_most = longest.unwrap_or(LONGEST_PAUSE.max(first));
        Some(Retry::Times { times: times?, first, at_most })
    }

    fn key(&mut self, key: &ast::Key) -> Option<Key> {
        let ast::Key::Expr(expr) = key else { return Some(Key::Auto) };
        let value = self.value(expr);
        self.no_secret_decides(&value, "a `key`");
        let takes = Kinds::TEXT.or(Kinds::NUMBER);
        if value.ty.cannot_be(takes) {
            self.report(super::errors::kinds::wrong_kind_in("`key`", value.span(), value.ty.kinds, takes));
        } else if value.ty.may_be_empty() {
            let text = self.source.slice(value.span()).to_owned();
            self.report(missing::key_may_be_empty(value.span(), &text, value.ty.empty_since));
        }
        Some(Key::Expr(value.expr))
    }

    /// How the call is carried out: what is written, what the action declares, and what holds if nothing is said.
    pub(super) fn policy(
        &self,
        target: &Target,
        method: Option<&str>,
        written: &mut Written<'_>,
    ) -> Option<Policy> {
        let key = written.key.take();
        let (declared, connector) = match target {
            Target::Declared(declared) => (Some(declared), declared.connector.as_deref()),
            Target::Http(_) => (None, None),
            Target::Unknown => return None,
        };
        let none = Defaults::default();
        let defaults = connector.map_or(&none, |action| &action.defaults_of_call);
        let or_declared = |paths: &[Arc<Path>], defaults: &[Arc<Path>], spec: &[&str]| -> Vec<Arc<Path>> {
            let compiled = || spec.iter().filter_map(|path| Path::compile(path).ok().map(Arc::new));
            match (paths, defaults) {
                ([], []) => compiled().collect(),
                ([], defaults) => defaults.to_vec(),
                (paths, _) => paths.to_vec(),
            }
        };
        let accept = if written.said.accept.is_empty() { &defaults.accept } else { &written.said.accept };
        let rules = Rules {
            accept: accept.clone(),
            require: or_declared(
                &written.said.require,
                &defaults.require,
                declared.map_or(&[], |spec| spec.require),
            ),
            refuse: or_declared(
                &written.said.refuse,
                &defaults.refuse,
                declared.map_or(&[], |spec| spec.refuse),
            ),
            promised: connector.map_or_else(Vec::new, ConnectorAction::promised),
        };
        let method = method.or(connector.map(|action| action.method()));
        let by_nature = key.is_some()
            || defaults.has_key
            || method.is_some_and(is_repeatable)
            || declared.is_some_and(|spec| spec.repeatable);
        Some(Policy {
            timeout: written.said.timeout.or(defaults.timeout).unwrap_or(TIMEOUT),
            retry: written.said.retry.clone().or(defaults.retry.clone()).unwrap_or(Retry::Unsaid),
            give_up_after: written.said.give_up_after.or(defaults.give_up_after),
            repeatable: written.said.on_crash.or(defaults.on_crash).unwrap_or(by_nature),
            rules,
            answer_limit: written.said.answer_limit.or(defaults.answer_limit).unwrap_or(ANSWER_LIMIT),
            key,
            rate: written.said.rate.or(defaults.rate),
        })
    }
}

/// What the step of a connector's action says of how it is carried out; a call's own clauses replace it.
#[derive(Debug, Default)]
pub struct Defaults {
    pub(super) timeout: Option<u64>,
    retry: Option<Retry>,
    give_up_after: Option<u64>,
    accept: Vec<u16>,
    require: Vec<Arc<Path>>,
    refuse: Vec<Arc<Path>>,
    answer_limit: Option<u64>,
    /// `true` for `retry`.
    pub(super) on_crash: Option<bool>,
    rate: Option<Rate>,
    pub(super) has_key: bool,
}

impl Defaults {
    pub(super) fn repeats(&self, method: &str) -> bool {
        self.on_crash.unwrap_or(self.has_key || is_repeatable(method))
    }
}

impl Written<'_> {
    /// As the defaults of a connector's action, and its key.
    pub(super) fn into_defaults(self) -> (Defaults, Option<Key>) {
        (self.said, self.key)
    }
}

fn word(clause: &Clause) -> &'static str {
    match clause {
        Clause::Timeout(_) => "timeout",
        Clause::Retry(_) => "retry",
        Clause::GiveUpAfter(_) => "give up after",
        Clause::Rate { .. } => "rate",
        Clause::Accept(_) => "accept",
        Clause::Require(_) => "require",
        Clause::Refuse(_) => "refuse",
        Clause::LimitAnswer(_) => "limit answer",
        Clause::OnFail(_) => "on_fail",
        Clause::OnCrash(_) => "on_crash",
        Clause::Key(_) => "key",
        Clause::Method(_) => "method",
    }
}
