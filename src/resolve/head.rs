//! The head of a pipeline: routes, CORS, the body's limit, and whom to tell of failures. It is read before the steps,
//! since its statements may stand anywhere at the top level.

use std::sync::Arc;

use super::Resolver;
use super::errors::{kinds, literals, names};
use super::program::{Cors, Keep, LimitRate, Notify, Route, Segment};
use crate::bodies::{Charset, Format, Reading};
use crate::diagnostic::near;
use crate::gates::verify as gate;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Stmt, StmtKind};
use crate::value::Kinds;

/// What a body may have if the script says nothing: 1 MB.
pub(super) const BODY_LIMIT: u64 = 1024 * 1024;

/// How long something may be kept: a second to a hundred years.
const KEPT: std::ops::RangeInclusive<u64> = 1_000..=36_500 * 86_400_000;

/// The most bytes that `keep` may name: 1 PB, which no disk has.
const MOST_KEPT: u64 = 1 << 50;

/// The most operations that `keep` may name.
const MOST_COUNTED: u32 = 1_000_000_000;

/// The largest body that a script may ask for: what all bodies in flight share.
const LARGEST_BODY: u64 = 64 * 1024 * 1024;

/// What a `limit rate` may count to.
const MOST_REQUESTS: u32 = 1_000_000;

/// In milliseconds: a day. What is counted is in memory, and a restart forgets it.
const LONGEST_PERIOD: u64 = 86_400_000;

#[derive(Default)]
pub(super) struct Head {
    pub routes: Vec<Route>,
    /// A route could not be read, so what it binds is not known.
    pub route_failed: bool,
    pub cors: Option<Cors>,
    pub body_limit: Option<u64>,
    pub rates: Vec<LimitRate>,
    pub reading: Reading,
    pub notify: Vec<Notify>,
    pub keep: Keep,
    /// A `verify` makes a receipt.
    pub receipt: bool,
    keep_at: Option<Span>,
    keep_failed_at: Option<Span>,
    /// A constant or a test is being read: there is no request.
    no_request: bool,
    cors_at: Option<Span>,
    limit_at: Option<Span>,
    read_at: Option<Span>,
}

impl Head {
    /// For what stands outside of pipelines.
    pub(super) fn none() -> Head {
        Head { no_request: true, ..Head::default() }
    }

    pub(super) fn is_outside_pipeline(&self) -> bool {
        self.no_request
    }

    /// Names of all route parameters.
    pub(super) fn params(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().flat_map(|route| &route.segments).filter_map(|segment| match segment {
            Segment::Param(name) => Some(&**name),
            Segment::Literal(_) => None,
        })
    }

    pub(super) fn first_route(&self) -> Option<Span> {
        self.routes.first().map(|route| route.span)
    }
}

impl Resolver<'_> {
    /// Reads the head statements of a pipeline's top level.
    pub(super) fn head(&mut self, body: &[Stmt]) {
        self.item.head.receipt = body.iter().any(|stmt| match &stmt.kind {
            StmtKind::Verify(verify) => {
                gate::find(&verify.scheme.text).is_some_and(|preset| preset.receipt.is_some())
            }
            _ => false,
        });
        for stmt in body {
            self.item.statement = stmt.span;
            match &stmt.kind {
                StmtKind::On(on) => self.route(on, stmt.span),
                StmtKind::Cors(origins) => {
                    let keyword = self.words(stmt.span, 1);
                    match self.item.head.cors_at {
                        Some(first) => self.report(names::head_given_twice("cors", keyword, first)),
                        None => self.item.head.cors_at = Some(keyword),
                    }
                    self.item.head.cors = self.cors(origins);
                }
                StmtKind::LimitBody(size) => {
                    let keyword = self.words(stmt.span, 2);
                    match self.item.head.limit_at {
                        Some(first) => self.report(names::head_given_twice("limit body", keyword, first)),
                        None => self.item.head.limit_at = Some(keyword),
                    }
                    self.item.head.body_limit = self.size(size, LARGEST_BODY, "`limit body`");
                }
                StmtKind::LimitRate(limit) => {
                    let rate = self.rate(limit);
                    self.item.head.rates.extend(rate);
                }
                StmtKind::Keep(parts) => {
                    let keyword = self.words(stmt.span, 1);
                    match self.item.head.keep_at {
                        Some(first) => self.report(names::head_given_twice("keep", keyword, first)),
                        None => self.item.head.keep_at = Some(keyword),
                    }
                    self.keep(parts);
                }
                StmtKind::KeepFailed(time) => {
                    let keyword = self.words(stmt.span, 1);
                    match self.item.head.keep_failed_at {
                        Some(first) => self.report(names::head_given_twice("keep_failed", keyword, first)),
                        None => self.item.head.keep_failed_at = Some(keyword),
                    }
                    self.item.head.keep.failed = self.duration(time, KEPT, "`keep_failed`");
                }
                StmtKind::ReadBody(read) => {
                    let keyword = self.words(stmt.span, 2);
                    match self.item.head.read_at {
                        Some(first) => self.report(names::head_given_twice("read body", keyword, first)),
                        None => self.item.head.read_at = Some(keyword),
                    }
                    self.item.head.reading = self.reading(read);
                }
                StmtKind::OnFailure(notices) => {
                    for notice in notices {
                        let notify = self.notify(notice);
                        self.item.head.notify.extend(notify);
                    }
                }
                _ => {}
            }
        }
    }

    fn rate(&mut self, limit: &ast::LimitRate) -> Option<LimitRate> {
        let count = self.count(&limit.count, 1..=MOST_REQUESTS, "the count of `limit rate`");
        let per = self.duration(&limit.per, 1..=LONGEST_PERIOD, "`per`");
        let by = limit.by.as_ref().map(|by| {
            // A name is of no use here before the steps: the body that it comes from is not read yet.
            if let ExprKind::Name(name) = &by.kind
                && !crate::syntax::TAKEN.contains(&&**name)
                && self.lookup(name).is_none()
            {
                self.report(literals::body_at_the_door(by.span));
                return None;
            }
            if is_of_the_body(by) {
                self.report(literals::body_at_the_door(by.span));
                return None;
            }
            let value = self.value(by);
            self.no_secret_decides(&value, "what a `limit rate` counts by");
            let takes = Kinds::TEXT.or(Kinds::NUMBER).or(Kinds::BOOL);
            if value.ty.cannot_be(takes) {
                self.report(kinds::wrong_kind_in("`limit rate … by`", value.span(), value.ty.kinds, takes));
            }
            if let Some(at) = value.expr.body() {
                self.report(literals::body_at_the_door(at));
            }
            Some(value.expr)
        });
        let by = by.flatten();
        Some(LimitRate { count: count?, per: per?, by })
    }

    /// A duration, then a size, then a count; the last two may be left out.
    fn keep(&mut self, parts: &[ast::Expr]) {
        let is_size = |part: &ast::Expr| matches!(part.kind, ExprKind::Size(_));
        let mut parts = parts.iter().peekable();
        match parts.next_if(|part| !is_size(part)) {
            Some(age) => self.item.head.keep.age = self.duration(age, KEPT, "`keep`"),
            None => {
                if let Some(size) = parts.next() {
                    self.report(literals::keep_in_order(size.span));
                }
            }
        }
        if let Some(size) = parts.next_if(|part| is_size(part)) {
            self.item.head.keep.bytes = self.size(size, MOST_KEPT, "`keep`");
        }
        if let Some(count) = parts.next_if(|part| !is_size(part)) {
            let count = self.count(count, 1..=MOST_COUNTED, "the count of `keep`");
            self.item.head.keep.count = count.map(u64::from);
        }
        for part in parts {
            self.report(literals::keep_in_order(part.span));
        }
    }

    fn cors(&mut self, origins: &[ast::Expr]) -> Option<Cors> {
        let mut allowed: Vec<Arc<str>> = Vec::new();
        let mut any = false;
        for expr in origins {
            let Some(origin) = self.plain_text(expr, "an origin of `cors`") else { continue };
            if &*origin == "*" {
                any = true;
            } else {
                allowed.push(origin);
            }
        }
        // What no browser sends as an origin is a warning, for a rule of its own.
        Some(if any { Cors::Any } else { Cors::Origins(allowed) })
    }

    fn reading(&mut self, read: &ast::ReadBody) -> Reading {
        let known = Format::ALL.iter().find(|(word, _)| *word == &*read.format.text);
        let format = known.map(|(_, format)| *format);
        if format.is_none() {
            let near = near(&read.format.text, Format::ALL.iter().map(|(word, _)| *word));
            self.report(literals::unknown_format(&read.format, near));
        }
        let label = read
            .charset
            .as_ref()
            .and_then(|charset| self.plain_text(charset, "a charset").map(|label| (label, charset.span)));
        let Some((label, span)) = label else { return Reading { format, charset: None } };
        if format == Some(Format::Bytes) {
            self.report(literals::charset_of_bytes(span));
        }
        let charset = Charset::find(&label);
        if charset.is_none() {
            self.report(literals::unknown_charset(span, &label));
        }
        Reading { format, charset }
    }

    fn notify(&mut self, notice: &ast::Notify) -> Option<Notify> {
        match &*notice.channel.text {
            "email" => {
                let addresses: Vec<Arc<str>> = notice
                    .targets
                    .iter()
                    .filter_map(|target| self.email(target, "an address of `notify email`"))
                    .collect();
                Some(Notify::Email(addresses))
            }
            "http" => {
                let mut found = None;
                for (at, target) in notice.targets.iter().enumerate() {
                    let url = self.plain_text(target, "the URL of `notify http`");
                    if at > 0 {
                        self.report(literals::one_url(target.span));
                    } else if let Some(url) = url {
                        match super::urls::check_whole(&url) {
                            Ok(()) => found = Some(Notify::Http(url)),
                            Err(problem) => self.report(literals::bad_url(target.span, &url, problem)),
                        }
                    }
                }
                found
            }
            channel => {
                let near = near(channel, ["email", "http"]);
                self.report(literals::unknown_channel(&notice.channel, near));
                None
            }
        }
    }
}

/// `body.id`: a reach whose answer by an `extract` would come too late here.
fn is_of_the_body(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Member(base, _) | ExprKind::Index(base, _) => {
            matches!(&base.kind, ExprKind::Name(name) if &**name == "body") || is_of_the_body(base)
        }
        _ => false,
    }
}
