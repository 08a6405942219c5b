//! The clauses of an action, which say how wj carries it out: time-outs, retries, what counts as success, what happens
//! after a crash.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Resolver;
use super::calls::Target;
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
    pub timeout: Option<u64>,
    retry: Option<Retry>,
    give_up_after: Option<u64>,
    accept: Vec<u16>,
    require: Vec<Arc<Path>>,
    refuse: Vec<Arc<Path>>,
    answer_limit: Option<u64>,
    key: Option<Key>,
    rate: Option<Rate>,
    pub key_given: bool,
    /// `true` for `retry`.
    pub on_crash: Option<bool>,
    pub on_fail: Option<(&'a ast::OnFail, Span)>,
    pub retry_at: Option<Span>,
    pub timeout_at: Option<Span>,
    pub method: Option<Arc<str>>,
    /// A `method` is written that could not be read.
    pub method_failed: bool,
}

impl Resolver<'_> {
    pub(super) fn clauses<'a>(&mut self, action: &'a ast::Action, target: Target) -> Written<'a> {
        let mut written = Written::default();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for entry in &action.entries {
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
        target: Target,
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
            self.report(names::judged_mail(word(clause), keyword.span, spec.name));
            return;
        }
        match clause {
            Clause::Timeout(time) => {
                written.timeout = self.duration(time, 1..=LONGEST_TIMEOUT, "`timeout`");
                written.timeout_at = Some(time.span);
            }
            Clause::Retry(retry) => {
                written.retry = self.retry(retry);
                if let ast::Retry::Times { .. } = retry {
                    written.retry_at = Some(keyword.span);
                }
            }
            Clause::GiveUpAfter(time) => {
                written.give_up_after = self.duration(time, 1..=LONGEST, "`give up after`")
            }
            Clause::Rate { count, per } => {
                let count = self.count(count, 1..=MOST_CALLS, "the count of `rate`");
                let per = self.duration(per, 1..=LONGEST, "the stretch of `rate`");
                written.rate = count.zip(per).map(|(count, per)| Rate { count, per });
            }
            Clause::Accept(statuses) => {
                for status in statuses {
                    written.accept.extend(self.status(status, 100..=599, "`accept`"));
                }
            }
            Clause::Require(path) => written.require.extend(self.path(path)),
            Clause::Refuse(path) => written.refuse.extend(self.path(path)),
            Clause::LimitAnswer(size) => {
                written.answer_limit = self.size(size, LARGEST_ANSWER, "`limit answer`")
            }
            Clause::OnFail(on_fail) => written.on_fail = Some((on_fail, keyword.span)),
            Clause::OnCrash(choice) => match &*choice.text {
                "retry" => written.on_crash = Some(true),
                "report" => written.on_crash = Some(false),
                // Reported where the text is read.
                _ => self.item.errors += 1,
            },
            Clause::Key(key) => {
                written.key_given = true;
                written.key = self.key(key);
            }
            Clause::Method(method) => {
                if let Target::Http(Some(own)) = target {
                    self.report(names::method_of_named(keyword.span, own));
                } else if let Target::Declared(spec) = target {
                    self.report(names::part_of_declared("method", keyword.span, spec.name));
                }
                written.method = self.request_method(method);
                written.method_failed = written.method.is_none();
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
        target: Target,
        method: Option<&str>,
        written: &mut Written<'_>,
    ) -> Option<Policy> {
        let key = written.key.take();
        let declared = match target {
            Target::Declared(spec) => Some(spec),
            Target::Http(_) => None,
            Target::Unknown => return None,
        };
        let own = |paths: &[Arc<Path>], spec: &[&str]| -> Vec<Arc<Path>> {
            if paths.is_empty() {
                spec.iter().filter_map(|path| Path::compile(path).ok().map(Arc::new)).collect()
            } else {
                paths.to_vec()
            }
        };
        let rules = Rules {
            accept: written.accept.clone(),
            require: own(&written.require, declared.map_or(&[], |spec| spec.require)),
            refuse: own(&written.refuse, declared.map_or(&[], |spec| spec.refuse)),
        };
        let by_nature = key.is_some()
            || method.is_some_and(is_repeatable)
            || declared.is_some_and(|spec| spec.repeatable);
        Some(Policy {
            timeout: written.timeout.unwrap_or(TIMEOUT),
            retry: written.retry.clone().unwrap_or(Retry::Unsaid),
            give_up_after: written.give_up_after,
            repeatable: written.on_crash.unwrap_or(by_nature),
            rules,
            answer_limit: written.answer_limit.unwrap_or(ANSWER_LIMIT),
            key,
            rate: written.rate,
        })
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
