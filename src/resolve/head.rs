//! The head of a pipeline: routes, CORS, the body's limit, and whom to tell of failures. It is read before the steps,
//! since its statements may stand anywhere at the top level.

use std::sync::Arc;

use super::Resolver;
use super::errors::{limits, literals, names};
use super::program::{Cors, Notify, Route, Segment};
use crate::bodies::{Charset, Format, Reading};
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::{self, Stmt, StmtKind};

/// What a body may have if the script says nothing: 1 MB.
pub(super) const BODY_LIMIT: u64 = 1024 * 1024;

/// The largest body that a script may ask for: what all bodies in flight share.
const LARGEST_BODY: u64 = 64 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Head {
    pub routes: Vec<Route>,
    /// A route could not be read, so what it binds is not known.
    pub route_failed: bool,
    pub cors: Option<Cors>,
    pub body_limit: Option<u64>,
    pub reading: Reading,
    pub notify: Vec<Notify>,
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

    /// A head statement where the steps are read: it was read before, or is of a later version.
    pub(super) fn head_statement(&mut self, stmt: &Stmt) {
        let (word, count) = match &stmt.kind {
            StmtKind::On(_) => ("on", 1),
            StmtKind::Cors(_) => ("cors", 1),
            StmtKind::LimitBody(_) => ("limit body", 2),
            StmtKind::OnFailure(_) => ("on_failure", 1),
            StmtKind::LimitRate(_) => ("limit rate", 2),
            StmtKind::Keep(_) => ("keep", 1),
            StmtKind::KeepFailed(_) => ("keep_failed", 1),
            StmtKind::ReadBody(_) => ("read body", 2),
            _ => ("verify", 1),
        };
        let keyword = self.words(stmt.span, count);
        if let StmtKind::LimitRate(limit) = &stmt.kind
            && let Some(by) = &limit.by
        {
            self.value(by);
        }
        if !matches!(word, "on" | "cors" | "limit body" | "read body" | "verify" | "on_failure") {
            self.report(limits::not_carried_out(word, keyword));
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
