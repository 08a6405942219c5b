//! Connectors: services that are described in wj. Each is read by itself, with its file's constants in sight, and gives
//! actions whose requests stand over slots of their own; a call puts them over slots of its pipeline.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Resolver;
use super::calls::{self, Target};
use super::clauses::Defaults;
use super::errors::{connectors as errors, missing, names};
use super::head::Head;
use super::model::{DefinitionKind, Presence, Type};
use super::pipelines::State;
use super::program::{Expr, ExprKind, Http, Key};
use super::renumber;
use super::types::OUTSIDE;
use super::urls;
use crate::actions::{self, ActionSpec, Format, ParamSpec, Reader, ReturnSpec, http};
use crate::extract::Path;
use crate::source::{Source, Span};
use crate::syntax::ast::{self, OnMissingKind};
use crate::value::{Kinds, Value};

/// All connectors that a set of files may use, by name.
#[derive(Clone, Debug, Default)]
pub struct Connectors {
    by_name: BTreeMap<Arc<str>, Arc<Connector>>,
}

/// One service.
#[derive(Debug)]
pub struct Connector {
    pub name: Arc<str>,
    pub title: Option<Arc<str>>,
    /// Where its name stands.
    pub span: Span,
    pub source: Arc<Source>,
    /// Something of it is wrong, so that none of its actions can be called.
    pub broken: bool,
    /// By their whole names.
    pub actions: BTreeMap<Arc<str>, Arc<ConnectorAction>>,
}

/// One action of a connector, ready to be called.
#[derive(Debug)]
pub struct ConnectorAction {
    pub spec: Arc<ActionSpec>,
    pub source: Arc<Source>,
    /// Names of the parameters, which are its slots.
    pub(super) slots: Vec<Arc<str>>,
    /// What a parameter is if a call does not give it.
    pub(super) defaults: Vec<(Arc<str>, Value)>,
    pub(super) defaults_of_call: Defaults,
    pub(super) secrets: Vec<Arc<str>>,
    http: Http,
    /// How many of its segments are those of `base`.
    of_base: Option<usize>,
    key: Option<Key>,
    promised: Vec<Promise>,
}

/// A part of an answer that has to be there, and how it is read.
type Promise = (Arc<Path>, Option<Reader>);

/// What a name may mean among connectors.
pub(super) enum Lookup {
    Action(Arc<ConnectorAction>),
    Broken(Arc<Connector>),
    Unknown,
}

impl Connectors {
    /// Adds one; the one that has its name already, if there is one, is kept and given back.
    pub fn add(&mut self, connector: Arc<Connector>) -> Option<Arc<Connector>> {
        let name = connector.name.clone();
        if let Some(first) = self.by_name.get(&name) {
            return Some(first.clone());
        }
        self.by_name.insert(name, connector);
        None
    }

    /// Whether calls of this service are calls of a connector.
    pub fn has(&self, service: &str) -> bool {
        self.by_name.contains_key(service)
    }

    pub fn get(&self, service: &str) -> Option<&Arc<Connector>> {
        self.by_name.get(service)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Connector>> {
        self.by_name.values()
    }

    /// Whole names of all actions.
    pub(super) fn actions(&self) -> impl Iterator<Item = &str> {
        self.by_name.values().flat_map(|connector| connector.actions.keys()).map(|name| &**name)
    }

    pub(super) fn find(&self, name: &str) -> Lookup {
        let service = name.split('.').next().unwrap_or_default();
        match self.by_name.get(service) {
            None => Lookup::Unknown,
            Some(connector) if connector.broken => Lookup::Broken(connector.clone()),
            Some(connector) => match connector.actions.get(name) {
                Some(action) => Lookup::Action(action.clone()),
                None => Lookup::Unknown,
            },
        }
    }
}

impl ConnectorAction {
    pub(super) fn origin(&self) -> &Arc<str> {
        &self.http.origin
    }

    pub(super) fn method(&self) -> &str {
        &self.http.method
    }

    /// Whether a call is sent again when it is not known whether it took effect, unless it says otherwise.
    pub fn is_repeatable(&self) -> bool {
        self.defaults_of_call.repeats(&self.http.method)
    }

    pub(super) fn promised(&self) -> Vec<Promise> {
        self.promised.clone()
    }

    /// Its request over these slots; `base` replaces its own.
    pub(super) fn request(&self, slots: &[u16], base: Option<&str>) -> Http {
        let mut http = self.http.clone();
        renumber::http(&mut http, slots);
        if let (Some(base), Some(of_base)) = (base, self.of_base) {
            if let Some(origin) = urls::origin_of(base) {
                http.origin = origin;
            }
            http.segments.splice(..of_base.min(http.segments.len()), urls::segments_of(base));
        }
        http
    }

    /// Its key over these slots.
    pub(super) fn key(&self, slots: &[u16]) -> Option<Key> {
        let mut key = self.key.clone();
        if let Some(Key::Expr(expr)) = &mut key {
            renumber::expr(expr, slots);
        }
        key
    }
}

impl Resolver<'_> {
    pub(super) fn connector(&mut self, connector: &ast::Connector) -> Connector {
        self.item = State { head: Head::none(), ..State::default() };
        let mut broken = connector.broken || connector.name.text.is_empty();
        let title = connector.title.as_ref().and_then(|title| self.plain_text(title, "a connector's title"));
        let mut actions: BTreeMap<Arc<str>, Arc<ConnectorAction>> = BTreeMap::new();
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        if connector.actions.is_empty() && !broken {
            self.report(errors::no_action(&connector.name));
        }
        broken |= self.item.errors > 0;
        for action in &connector.actions {
            let found = self.connector_action(connector, action);
            match first.get(&*action.name.text) {
                Some(at) => {
                    self.report(names::given_twice("action", &action.name, *at));
                    broken = true;
                }
                None => {
                    first.insert(&action.name.text, action.name.span);
                }
            }
            match found {
                Some(found) => {
                    actions.insert(Arc::from(&*found.spec.name), Arc::new(found));
                }
                None => broken = true,
            }
        }
        Connector {
            name: connector.name.text.clone(),
            title,
            span: connector.name.span,
            source: Arc::clone(self.source),
            broken,
            actions,
        }
    }

    fn connector_action(
        &mut self,
        connector: &ast::Connector,
        action: &ast::ConnectorAction,
    ) -> Option<ConnectorAction> {
        self.item = State { head: Head::none(), ..State::default() };
        self.item.statement = action.span;
        self.open_block("action", action.span);
        let title = action.title.as_ref().and_then(|title| self.plain_text(title, "an action's title"));
        let (mut params, mut defaults) = (Vec::new(), Vec::new());
        for param in &action.params {
            let (spec, default) = self.connector_param(param);
            defaults.extend(default.map(|value| (param.name.text.clone(), value)));
            params.push(spec);
        }
        let call = self.connector_call(connector, action);
        let (returns, promised) = self.returns(action.returns.as_ref());
        self.close_block(action.span.end);
        if self.item.errors > 0 {
            return None;
        }
        let (http, of_base, defaults_of_call, key) = call?;
        let name = format!("{}.{}", connector.name.text, action.name.text);
        let base = connector.base.as_ref().map_or("", |base| self.source.slice(base.span));
        let spec = ActionSpec {
            name: name.into(),
            summary: title.as_deref().unwrap_or_default().to_owned().into(),
            source: "",
            params: params.into(),
            open_prefixes: &[],
            returns: returns.into(),
            base: base.trim_matches('"').to_owned().into(),
            repeatable: false,
            refuse: &[],
            require: &[],
            build: None,
        };
        let state = std::mem::take(&mut self.item);
        Some(ConnectorAction {
            spec: Arc::new(spec),
            source: Arc::clone(self.source),
            slots: state.slots,
            defaults,
            defaults_of_call,
            secrets: state.secrets.into_iter().collect(),
            http,
            of_base,
            key,
            promised,
        })
    }

    fn connector_param(&mut self, param: &ast::ConnectorParam) -> (ParamSpec, Option<Value>) {
        let name = &param.name;
        let (kinds, format) = match &*param.kind.text {
            "text" => (Kinds::TEXT.or(Kinds::NUMBER), Format::Any),
            "number" => (Kinds::NUMBER, Format::Any),
            "bool" => (Kinds::BOOL, Format::Any),
            "time" => (Kinds::TEXT.or(Kinds::TIME), Format::Time),
            "email" => (Kinds::TEXT, Format::Email),
            "list" => (Kinds::LIST, Format::Any),
            "object" => (Kinds::OBJECT, Format::Any),
            "secret" => (Kinds::TEXT, Format::Any),
            _ => {
                self.report(errors::unknown_kind(&param.kind));
                (Kinds::ANY, Format::Any)
            }
        };
        if &*name.text == "base" {
            self.report(errors::param_named_base(name));
        }
        let mut default = None;
        if let Some(written) = &param.default {
            let value = self.json_value(written);
            match &value.ty.constant {
                Some(constant) if !value.ty.cannot_be(kinds) => default = Some(constant.clone()),
                Some(_) => self.report(errors::default_of_other_kind(written.span, name, kinds)),
                None if value.ty.broken => {}
                None => self.report(errors::default_not_literal(written.span, name)),
            }
        }
        let required = !param.optional && param.default.is_none();
        let secret = &*param.kind.text == "secret";
        let optional = param.optional && default.is_none();
        let ty = Type {
            secret,
            outside: !secret,
            presence: if optional { Presence::MaybeEmpty } else { Presence::Present },
            empty_since: optional.then_some(param.span),
            ..Type::of(kinds)
        };
        self.define(name, DefinitionKind::Param, ty, None);
        let doc = param.text.as_ref().and_then(|text| self.plain_text(text, "a parameter's text"));
        let spec = ParamSpec {
            name: name.text.to_string().into(),
            kinds,
            format,
            required,
            secret,
            constant: false,
            doc: doc.as_deref().unwrap_or_default().to_owned().into(),
        };
        (spec, default)
    }

    /// The one step of an action: what it sends, and how a call of it is carried out if it does not say.
    fn connector_call(
        &mut self,
        connector: &ast::Connector,
        action: &ast::ConnectorAction,
    ) -> Option<(Http, Option<usize>, Defaults, Option<Key>)> {
        let Some(call) = &action.call else {
            if !action.broken {
                self.report(errors::no_call(&action.name));
            }
            return None;
        };
        let Some(known) = http::find(&call.name.text) else {
            self.report(errors::not_http(&call.name));
            if let Some(base) = &connector.base {
                self.value(base);
            }
            return None;
        };
        let target = Target::Http(known.method);
        let url = match &call.url {
            Some(url) => self.url_behind(connector.base.as_ref(), url),
            None => {
                self.report(missing::url(&call.name));
                None
            }
        };
        let given = self.given(call, &target);
        let written = self.clauses(call, &target);
        if let Some((_, at)) = written.on_fail {
            self.report(errors::on_fail_inside(at));
        }
        let method = known.method.map(Arc::from).or_else(|| written.method.clone());
        if method.is_none() && !written.method_failed {
            self.report(missing::method(&call.name));
        }
        let (defaults, key) = written.into_defaults();
        let (url, of_base) = url?;
        Some((calls::http(method?, url, given), of_base, defaults, key))
    }

    fn returns(&mut self, returns: Option<&ast::Returns>) -> (Vec<ReturnSpec>, Vec<Promise>) {
        let (mut specs, mut promised) = (Vec::new(), Vec::new());
        let Some(returns) = returns else { return (specs, promised) };
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for field in &returns.fields {
            let name = &field.name;
            if let Some(first) = seen.insert(&name.text, name.span) {
                self.report(names::given_twice("result", name, first));
            }
            if matches!(&*name.text, "status" | "headers" | "body") {
                self.report(errors::result_of_every_action(name));
            }
            let Some(policy) = field.on_missing.as_ref().or(returns.on_missing.as_ref()) else {
                self.report(missing::policy(field));
                continue;
            };
            let always = match &policy.kind {
                OnMissingKind::Abort { status: None, text: None } => true,
                OnMissingKind::Empty => false,
                OnMissingKind::Broken => {
                    self.item.errors += 1;
                    continue;
                }
                OnMissingKind::Abort { .. } | OnMissingKind::Default(_) => {
                    self.report(errors::policy_of_result(policy.span));
                    continue;
                }
            };
            let path = self.path(&field.path);
            let reader = field.reader.as_ref().and_then(|reader| self.result_reader(reader));
            let Some(path) = path else { continue };
            specs.push(ReturnSpec {
                name: name.text.to_string().into(),
                path: path.text.to_string().into(),
                reader: reader.clone(),
                always,
                doc: "".into(),
            });
            if always {
                promised.push((path, reader));
            }
        }
        (specs, promised)
    }

    fn result_reader(&mut self, reader: &ast::Reader) -> Option<Reader> {
        let value = Type { outside: true, ..Type::of(OUTSIDE) };
        let (read, _) = self.reader(reader, value)?;
        let args: Option<Vec<Value>> = read.args.iter().map(constant).collect();
        if args.is_none() {
            self.report(errors::reader_not_literal(reader.span));
        }
        args.map(|args| Reader { function: read.function, args })
    }
}

fn constant(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value.clone()),
        _ => None,
    }
}

/// Whether a service has actions that are built in, or a name of the language: no connector may be called so.
pub fn is_taken(service: &str) -> bool {
    let built_in = actions::ALL.iter().map(|spec| &*spec.name);
    let all = http::ALL.iter().map(|action| action.name).chain(built_in);
    all.into_iter().any(|name| name.split('.').next() == Some(service))
}
