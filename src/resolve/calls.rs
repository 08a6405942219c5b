//! Actions: which one is meant, what it is given, what its name is bound to, and what happens when it fails.

use std::sync::Arc;

use super::Resolver;
use super::clauses::Written;
use super::errors::{limits, literals, missing, names};
use super::flow::Flow;
use super::model::{CallFacts, DefinitionKind, Shape, Type};
use super::parts::Given;
use super::program::{Call, Expr, Http, HttpBody, OnFail, OpKind, RequestTemplate};
use super::urls::UrlTemplate;
use crate::actions::{self, ActionSpec, http};
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind};
use crate::value::Kinds;

/// Actions of the language that this version does not have yet.
const LATER: [&str; 1] = ["telegram.send"];

/// What the name of an action means.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// The method, where the name says it.
    Http(Option<&'static str>),
    Declared(&'static ActionSpec),
    /// Reported already, or of a connector.
    Unknown,
}

impl Resolver<'_> {
    /// Checks a call and writes it down; its op, and the type of what its name is bound to.
    pub(super) fn action(&mut self, action: &ast::Action, span: Span) -> (Option<usize>, Type) {
        let path = self.item.emit.step();
        let target = self.target(&action.name);
        let url = self.target_url(action, target);
        let given = self.given(action, target);
        let mut written = self.clauses(action, target);
        let (facts, call) = self.call(action, target, url, given, &mut written);
        let result = result(target);
        let at = call.map(|call| self.item.emit.push(OpKind::Call(Box::new(call)), span, &path));
        if let Some(at) = at {
            self.item.facts.calls.push(facts);
            self.item.facts.call_ops.push(at);
        }
        self.item.flow.called = true;
        let result = self.on_fail(written.on_fail, at, &path, span, result);
        (at, result)
    }

    /// `a.b` of `let x = a.b` as an action without a URL and a block: how it is written is a value's, and whether `a` is
    /// one only the names know.
    pub(super) fn bare_action(&self, expr: &ast::Expr) -> Option<ast::Action> {
        let ExprKind::Member(base, member) = &expr.kind else { return None };
        let ExprKind::Name(service) = &base.kind else { return None };
        let known =
            http::ALL.iter().map(|action| action.name).chain(actions::ALL.iter().map(|spec| spec.name));
        let is_service = known.chain(LATER).any(|name| name.split('.').next() == Some(&**service))
            || self.connectors.contains(service);
        if !is_service || self.lookup(service).is_some() {
            return None;
        }
        let name = ast::Name { text: format!("{service}.{}", member.text).into(), span: expr.span };
        Some(ast::Action { name, url: None, entries: Vec::new(), span: expr.span })
    }

    /// What an action's name means; an unknown one is reported.
    pub(super) fn target(&mut self, name: &ast::Name) -> Target {
        if let Some(action) = http::find(&name.text) {
            return Target::Http(action.method);
        }
        if let Some(spec) = actions::find(&name.text) {
            return Target::Declared(spec);
        }
        let service = name.text.split('.').next().unwrap_or("");
        if self.connectors.contains(service) {
            // The connector itself is reported.
            self.item.errors += 1;
        } else if LATER.contains(&&*name.text) {
            self.report(limits::not_carried_out(&name.text, name.span));
        } else {
            let known =
                http::ALL.iter().map(|action| action.name).chain(actions::ALL.iter().map(|spec| spec.name));
            self.report(names::unknown_action(name, near(&name.text, known)));
        }
        Target::Unknown
    }

    fn target_url(&mut self, action: &ast::Action, target: Target) -> Option<UrlTemplate> {
        match (target, &action.url) {
            (Target::Http(_), Some(url)) => self.url(url),
            (Target::Http(_), None) => {
                self.report(missing::url(&action.name));
                None
            }
            (Target::Declared(spec), Some(url)) => {
                self.value(url);
                self.report(literals::url_of_declared(url.span, spec));
                None
            }
            (Target::Unknown, Some(url)) => {
                self.value(url);
                None
            }
            (Target::Declared(_) | Target::Unknown, None) => None,
        }
    }

    /// The call as the engine takes it; `None` where a part that it cannot be without could not be read.
    fn call(
        &mut self,
        action: &ast::Action,
        target: Target,
        url: Option<UrlTemplate>,
        given: Given,
        written: &mut Written<'_>,
    ) -> (CallFacts, Option<Call>) {
        let url_secret = url.as_ref().is_some_and(|url| url.secret);
        let (origin, secret) = (
            url.as_ref().map(|url| url.origin.clone()).or_else(|| given.origin.clone()),
            given.secret || url_secret,
        );
        let method = match target {
            Target::Http(named) => named.map(Arc::from).or_else(|| written.method.clone()),
            Target::Declared(_) | Target::Unknown => None,
        };
        if let (Target::Http(None), None, false) = (target, &method, written.method_failed) {
            self.report(missing::method(&action.name));
        }
        let policy = self.policy(target, method.as_deref(), written);
        let facts = CallFacts {
            name: action.name.text.clone(),
            span: action.name.span,
            whole: action.span,
            spec: match target {
                Target::Declared(spec) => Some(spec),
                _ => None,
            },
            method: method.clone(),
            url: action.url.as_ref().map(|url| url.span).or(given.base_at),
            origin: origin.clone(),
            secret,
            headers: given.header_places.clone(),
            values: given.places.clone(),
            retry: written.retry_at,
            timeout: written.timeout.zip(written.timeout_at),
            key: written.key_given,
            repeatable: policy.as_ref().is_some_and(|policy| policy.repeatable),
            on_crash: written.on_crash.is_some(),
            on_fail: written.on_fail.is_some(),
            before_answer: !self.item.flow.always_responded,
        };
        let request = match (target, url, method) {
            (Target::Http(_), Some(url), Some(method)) => Some(http(method, url, given)),
            (Target::Declared(spec), _, _) => Some(RequestTemplate::Declared {
                spec,
                base: given.base.unwrap_or_else(|| Arc::from(spec.base)),
                params: given.params,
            }),
            _ => None,
        };
        let call = request.zip(policy).map(|(request, policy)| Call {
            name: action.name.text.clone(),
            target: match target {
                Target::Declared(spec) if spec.is_mail() => actions::MAIL.into(),
                _ => origin.unwrap_or_default(),
            },
            request,
            policy,
            slot: None,
            on_fail: OnFail::Fail,
            answers_first: false,
        });
        (facts, call)
    }

    /// Writes down what happens when the call fails, and says what its name is bound to behind it.
    fn on_fail(
        &mut self,
        on_fail: Option<(&ast::OnFail, Span)>,
        at: Option<usize>,
        path: &Arc<str>,
        span: Span,
        result: Type,
    ) -> Type {
        let (block, keyword) = match on_fail {
            None => return result,
            Some((ast::OnFail::Continue, keyword)) => {
                self.set_on_fail(at, OnFail::Continue);
                return result.maybe_empty(Some(keyword));
            }
            Some((ast::OnFail::Block(block), keyword)) => (block, keyword),
        };
        let succeeded = self.item.flow.clone();
        let skip = self.item.emit.push(OpKind::Jump { to: 0 }, span, path);
        let outer = self.item.emit.enter(path);
        self.open_block("on_fail", keyword);
        let name = ast::Name { text: Arc::from("failure"), span: keyword };
        let failure = self.bind(&name, DefinitionKind::Failure, failure(), None);
        let to = self.item.emit.here();
        self.set_on_fail(at, OnFail::Block { to, failure });
        self.block(block);
        self.close_block(span.end);
        self.item.emit.leave(outer);
        self.item.emit.land(skip);
        let failed = std::mem::take(&mut self.item.flow);
        let goes_on = failed.reachable;
        let succeeds = self.words(span, 1);
        self.item.flow = Flow::meet(vec![(succeeded, succeeds), (failed, keyword)]);
        if goes_on { result.maybe_empty(Some(keyword)) } else { result }
    }

    fn set_on_fail(&mut self, at: Option<usize>, on_fail: OnFail) {
        if let Some(call) = at.and_then(|at| self.item.emit.call_mut(at)) {
            call.on_fail = on_fail;
        }
    }
}

fn http(method: Arc<str>, url: UrlTemplate, given: Given) -> RequestTemplate {
    let mut query = url.query;
    query.extend(given.query);
    RequestTemplate::Http(Http {
        method,
        origin: url.origin,
        segments: url.segments,
        query,
        headers: given.headers,
        body: given.body.map_or(HttpBody::None, |(_, body)| body),
    })
}

/// What an action's name is bound to.
fn result(target: Target) -> Type {
    let mut members: Vec<(Arc<str>, Type)> = vec![
        (Arc::from("status"), Type { outside: true, ..Type::of(Kinds::NUMBER) }),
        (Arc::from("headers"), Type { kinds: Kinds::OBJECT, ..Type::outside() }),
        (Arc::from("body"), Type::outside().maybe_empty(None)),
    ];
    match target {
        Target::Http(_) => {}
        Target::Declared(spec) => members.extend(spec.returns.iter().map(|declared| {
            let ty = Type::outside();
            (Arc::from(declared.name), if declared.always { ty } else { ty.maybe_empty(None) })
        })),
        Target::Unknown => return Type::broken(),
    }
    Type { outside: true, ..Type::of(Kinds::OBJECT) }.with_shape(Shape::Object(Arc::new(members)))
}

/// What `failure` holds in the block of an `on_fail`.
fn failure() -> Type {
    let members = vec![
        (Arc::from("text"), Type::of(Kinds::TEXT).marked_outside()),
        (Arc::from("status"), Type::of(Kinds::NUMBER).marked_outside().maybe_empty(None)),
    ];
    Type::of(Kinds::OBJECT).marked_outside().with_shape(Shape::Object(Arc::new(members)))
}

/// Names and values of a query or a form.
pub(super) type Pairs = Vec<(Arc<str>, Expr)>;
