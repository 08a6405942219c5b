//! Actions: which one is meant, what it is given, what its name is bound to, and what happens when it fails.

use std::ops::Deref;
use std::sync::Arc;

use super::Resolver;
use super::clauses::Written;
use super::connectors::ConnectorAction;
use super::connectors::Lookup;
use super::errors::{literals, missing, names};
use super::flow::Flow;
use super::model::{CallFacts, DefinitionKind, Shape, Type};
use super::parts::Given;
use super::program::{Call, Expr, ExprKind, Http, HttpBody, OnFail, OpKind, RequestTemplate, Template};
use super::urls::UrlTemplate;
use crate::actions::{self, ActionSpec, Spec, http};
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Kinds;

/// What the name of an action means.
#[derive(Clone)]
pub(super) enum Target {
    /// The method, where the name says it.
    Http(Option<&'static str>),
    Declared(Declared),
    /// Reported already.
    Unknown,
}

/// An action that knows its service.
#[derive(Clone)]
pub(super) struct Declared {
    spec: Spec,
    /// What it sends, where a connector describes it.
    pub connector: Option<Arc<ConnectorAction>>,
}

impl Deref for Declared {
    type Target = ActionSpec;

    fn deref(&self) -> &ActionSpec {
        &self.spec
    }
}

impl Resolver<'_> {
    /// Checks a call and writes it down; its op, and the type of what its name is bound to.
    pub(super) fn action(&mut self, action: &ast::Action, span: Span) -> (Option<usize>, Type) {
        let path = self.item.emit.step();
        let target = self.target(&action.name);
        let url = self.target_url(action, &target);
        let given = self.given(action, &target);
        let mut written = self.clauses(action, &target);
        let (facts, call) = self.call(action, &target, url, given, &mut written);
        let result = result(&target);
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
        let ast::ExprKind::Member(base, member) = &expr.kind else { return None };
        let ast::ExprKind::Name(service) = &base.kind else { return None };
        let known = http::ALL.iter().map(|action| action.name);
        let known = known.chain(actions::ALL.iter().map(|spec| &*spec.name));
        let is_service = known.into_iter().any(|name| name.split('.').next() == Some(&**service))
            || self.connectors.has(service);
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
            return Target::Declared(Declared { spec: Spec::BuiltIn(spec), connector: None });
        }
        match self.connectors.find(&name.text) {
            Lookup::Action(action) => {
                self.item.used.insert(action.source.name.clone(), action.source.clone());
                self.item.secrets.extend(action.secrets.iter().cloned());
                let spec = Spec::Connector(action.spec.clone());
                return Target::Declared(Declared { spec, connector: Some(action) });
            }
            Lookup::Broken(connector) => {
                // Once a file is enough, and each call of it is broken all the same.
                if self.broken_told.insert(connector.name.clone()) {
                    self.report(names::broken_connector(name, &connector, self.source));
                } else {
                    self.item.errors += 1;
                }
                return Target::Unknown;
            }
            Lookup::Unknown => {}
        }
        let known = http::ALL.iter().map(|action| action.name);
        let known = known.chain(actions::ALL.iter().map(|spec| &*spec.name)).chain(self.connectors.actions());
        let known: Vec<&str> = known.collect();
        let meant = near(&name.text, known.iter().copied()).map(str::to_owned);
        // `telegram.sendMessage`: the only one of its service that begins so.
        let meant = meant.or_else(|| {
            let mut alike =
                known.iter().copied().filter(|known| name.text.starts_with(known) && known.contains('.'));
            alike.next().filter(|_| alike.next().is_none()).map(str::to_owned)
        });
        self.report(names::unknown_action(name, meant.as_deref()));
        Target::Unknown
    }

    fn target_url(&mut self, action: &ast::Action, target: &Target) -> Option<UrlTemplate> {
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
        target: &Target,
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
                Target::Declared(declared) => Some(declared.spec.clone()),
                _ => None,
            },
            method: method.clone(),
            url: action.url.as_ref().map(|url| url.span).or(given.base_at),
            origin: origin.clone(),
            secret,
            headers: given.header_places.clone(),
            values: given.places.clone(),
            retry: written.retry_at,
            timeout: written.said.timeout.zip(written.timeout_at),
            key: written.said.has_key || has_key(target),
            repeatable: policy.as_ref().is_some_and(|policy| policy.repeatable),
            on_crash: written.said.on_crash.is_some(),
            on_fail: written.on_fail.is_some(),
            before_answer: !self.item.flow.always_responded,
        };
        let request = match (target, url, method) {
            (Target::Http(_), Some(url), Some(method)) => {
                Some(RequestTemplate::Http(http(method, url, given)))
            }
            (Target::Declared(declared), _, _) => Some(self.declared(declared, given)),
            _ => None,
        };
        let call = request.zip(policy).map(|(request, mut policy)| {
            if let (Target::Declared(declared), RequestTemplate::Declared { template: Some(template), .. }) =
                (target, &request)
                && policy.key.is_none()
                && let Some(action) = &declared.connector
            {
                let slots: Vec<u16> = template.slots.iter().map(|(_, slot)| *slot).collect();
                policy.key = action.key(&slots);
            }
            let name = action.name.text.clone();
            let target = match target {
                Target::Declared(declared) if declared.spec.is_mail() => actions::MAIL.into(),
                _ => origin.unwrap_or_default(),
            };
            Call { name, target, request, policy, slot: None, on_fail: OnFail::Fail, answers_first: false }
        });
        (facts, call)
    }

    /// A declared action as the engine takes it: the request of a connector's is put over slots of this pipeline.
    fn declared(&mut self, declared: &Declared, given: Given) -> RequestTemplate {
        let mut params = given.params;
        let template = declared.connector.as_ref().map(|action| {
            for (name, default) in &action.defaults {
                if !params.iter().any(|(own, _)| own == name) {
                    let kind = ExprKind::Const(default.clone());
                    params.push((name.clone(), Expr { kind, span: Span::default() }));
                }
            }
            let slots: Vec<u16> = action
                .slots
                .iter()
                .map(|name| {
                    self.item.slots.push(name.clone());
                    u16::try_from(self.item.slots.len() - 1).unwrap_or(u16::MAX)
                })
                .collect();
            let http = action.request(&slots, given.base.as_deref());
            Template { slots: action.slots.iter().cloned().zip(slots).collect(), http }
        });
        RequestTemplate::Declared {
            spec: declared.spec.clone(),
            base: given.base.unwrap_or_else(|| Arc::from(&*declared.base)),
            params,
            template,
        }
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

pub(super) fn http(method: Arc<str>, url: UrlTemplate, given: Given) -> Http {
    let mut query = url.query;
    query.extend(given.query);
    Http {
        method,
        origin: url.origin,
        segments: url.segments,
        query,
        headers: given.headers,
        body: given.body.map_or(HttpBody::None, |(_, body)| body),
    }
}

/// Whether the action's connector gives it a key.
fn has_key(target: &Target) -> bool {
    let Target::Declared(declared) = target else { return false };
    declared.connector.as_ref().is_some_and(|action| action.defaults_of_call.has_key)
}

/// What an action's name is bound to.
fn result(target: &Target) -> Type {
    let mut members: Vec<(Arc<str>, Type)> = vec![
        (Arc::from("status"), Type { outside: true, ..Type::of(Kinds::NUMBER) }),
        (Arc::from("headers"), Type { kinds: Kinds::OBJECT, ..Type::outside() }),
        (Arc::from("body"), Type::outside().maybe_empty(None)),
    ];
    match target {
        Target::Http(_) => {}
        Target::Declared(spec) => members.extend(spec.returns.iter().map(|declared| {
            let ty = match &declared.reader {
                Some(reader) => Type { outside: true, ..Type::of(reader.function.returns) },
                None => Type::outside(),
            };
            (Arc::from(&*declared.name), if declared.always { ty } else { ty.maybe_empty(None) })
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
