//! What an action is given: parameters, headers, query and body, checked against what it takes.

use std::sync::Arc;

use super::Resolver;
use super::calls::{Pairs, Target};
use super::errors::{kinds, literals, missing, names};
use super::expressions::Checked;
use super::model::Shape;
use super::program::{Expr, ExprKind, HttpBody};
use super::types::UNWRITABLE;
use crate::actions::{ActionSpec, Format, ParamSpec};
use crate::builtins;
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::{self, EntryKind};
use crate::value::{Kinds, Value};

/// Everything that the block of an action gives to the other side.
#[derive(Default)]
pub(super) struct Given {
    pub params: Vec<(Arc<str>, Expr)>,
    pub base: Option<Arc<str>>,
    pub base_at: Option<Span>,
    /// Of `base`, or of the action's own.
    pub origin: Option<Arc<str>>,
    pub query: Pairs,
    pub headers: Pairs,
    pub body: Option<(Span, HttpBody)>,
    pub secret: bool,
    pub header_places: Vec<(Arc<str>, Span)>,
    pub places: Vec<(Arc<str>, Span)>,
    /// Names of parameters that were written, with those that could not be read or are misspelled.
    named: Vec<(Arc<str>, Span)>,
}

impl Resolver<'_> {
    pub(super) fn given(&mut self, action: &ast::Action, target: &Target) -> Given {
        let mut given = Given::default();
        let mut unreadable = false;
        for entry in &action.entries {
            match &entry.kind {
                EntryKind::Param(param) => self.param(action, target, param, &mut given),
                EntryKind::Header { name, value } => {
                    let (name, value) = self.header(name, value);
                    given.secret |= value.ty.secret;
                    if let Target::Declared(spec) = target {
                        self.report(names::part_of_declared("header", self.words(entry.span, 1), &spec.name));
                    }
                    if let Some(name) = name {
                        given.header_places.push((name.clone(), value.span()));
                        given.headers.push((name, value.expr));
                    }
                }
                EntryKind::Part { part, value } => {
                    if let Target::Declared(spec) = target {
                        self.report(names::part_of_declared(&part.text, part.span, &spec.name));
                    }
                    self.part(part, value, &mut given);
                }
                EntryKind::Clause { .. } => {}
                EntryKind::Broken => unreadable = true,
            }
        }
        if let Target::Declared(spec) = target {
            let own = || match &spec.connector {
                Some(action) => Some(action.origin().clone()),
                None => super::urls::origin_of(&spec.base),
            };
            given.origin = given.origin.or_else(own);
            if !unreadable {
                for param in spec.params.iter().filter(|param| param.required) {
                    if !given.named.iter().any(|(name, _)| **name == *param.name) {
                        self.report(missing::parameter(&action.name, param));
                    }
                }
            }
        }
        given
    }

    /// `header "Name" = value`, of an action or an answer.
    pub(super) fn header(&mut self, name: &ast::Expr, written: &ast::Expr) -> (Option<Arc<str>>, Checked) {
        let name = self.header_name(name);
        let value = self.value(written);
        self.writable(written, &value, "into a header");
        if let Some(Value::Text(text)) = &value.ty.constant
            && text.contains(|c: char| c.is_control() && c != '\t')
        {
            self.report(literals::header_value_with_control(value.span()));
        }
        (name, value)
    }

    fn param(&mut self, action: &ast::Action, target: &Target, param: &ast::Param, given: &mut Given) {
        let name = &param.name;
        let first = given.named.iter().find(|(own, _)| *own == name.text).map(|(_, span)| *span);
        if let Some(first) = first {
            self.value(&param.value);
            self.report(names::given_twice("parameter", name, first));
            return;
        }
        match target {
            Target::Declared(spec) if &*name.text == "base" && !spec.is_mail() => {
                given.named.push((name.text.clone(), name.span));
                self.base(&param.value, given);
            }
            Target::Declared(spec) => self.declared_param(spec, param, given),
            Target::Http(_) => {
                self.value(&param.value);
                self.report(names::parameter_of_http(name, &action.name.text, param.value.span));
            }
            Target::Unknown => {
                self.value(&param.value);
            }
        }
    }

    fn base(&mut self, value: &ast::Expr, given: &mut Given) {
        given.base_at = Some(value.span);
        let Some(text) = self.plain_text(value, "`base`") else { return };
        match super::urls::check_base(&text) {
            Ok(origin) => {
                given.base = Some(Arc::from(text.trim_end_matches('/')));
                given.origin = Some(origin);
            }
            Err(problem) => self.report(literals::bad_url(value.span, &text, problem)),
        }
    }

    fn declared_param(&mut self, spec: &ActionSpec, param: &ast::Param, given: &mut Given) {
        let name = &param.name;
        let value = self.value(&param.value);
        let known = spec.params.iter().find(|known| *known.name == *name.text);
        let open = spec
            .open_prefixes
            .iter()
            .any(|prefix| name.text.starts_with(prefix) && name.text.len() > prefix.len());
        if let (None, false) = (known, open) {
            let base = (!spec.is_mail()).then_some("base");
            let all = spec.params.iter().map(|known| &*known.name).chain(base);
            let meant =
                super::foreign::parameter(&name.text, all.clone()).or_else(|| near(&name.text, all.clone()));
            self.report(names::unknown_parameter(name, spec, meant));
            // A misspelled parameter is not missing as well.
            given.named.push((meant.map_or_else(|| name.text.clone(), Arc::from), name.span));
            return;
        }
        given.named.push((name.text.clone(), name.span));
        match known {
            Some(known) => self.check_param(spec, known, &value),
            None => self.writable(&param.value, &value, "into a parameter"),
        }
        given.secret |= value.ty.secret;
        given.places.push((name.text.clone(), value.span()));
        given.params.push((name.text.clone(), value.expr));
    }

    fn check_param(&mut self, spec: &ActionSpec, param: &ParamSpec, value: &Checked) {
        let (ty, span) = (&value.ty, value.span());
        if ty.broken {
            return;
        }
        if param.required && ty.may_be_empty() {
            let text = self.source.slice(span).to_owned();
            self.report(missing::parameter_may_be_empty(
                &spec.name,
                &param.name,
                span,
                &text,
                ty.empty_since,
            ));
            return;
        }
        if ty.cannot_be(param.kinds) {
            self.report(kinds::wrong_parameter(&spec.name, &param.name, span, ty.kinds, param.kinds));
            return;
        }
        let Some(constant) = &ty.constant else {
            if param.constant {
                self.report(literals::parameter_not_constant(&spec.name, &param.name, span));
            }
            return;
        };
        let Value::Text(text) = constant else { return };
        match param.format {
            Format::Any => {}
            Format::Line => {
                if text.contains(char::is_control) {
                    self.report(literals::header_value_with_control(span));
                }
            }
            Format::Email if builtins::is_email(text) => {}
            Format::Email => self.report(literals::bad_email(span, text)),
            Format::Time if super::literals::is_iso_time(text) => {}
            Format::Time => self.report(literals::bad_time(span, text)),
            Format::Url => {
                if let Err(problem) = super::urls::check_whole(text) {
                    self.report(literals::bad_url(span, text, problem));
                }
            }
        }
    }

    fn part(&mut self, part: &ast::Name, value: &ast::Expr, given: &mut Given) {
        let body = match &*part.text {
            "query" => {
                let pairs = self.pairs(part, value, given);
                given.query.extend(pairs);
                return;
            }
            "form" => HttpBody::Form(self.pairs(part, value, given)),
            "multipart" => HttpBody::Multipart(self.pairs(part, value, given)),
            "json" => {
                let json = self.json_value(value);
                self.writable(value, &json, "into JSON");
                given.note(value, &json);
                HttpBody::Json(json.expr)
            }
            "text" => {
                let text = self.value(value);
                self.writable(value, &text, "into a text");
                given.note(value, &text);
                HttpBody::Text(text.expr)
            }
            "body" => {
                let body = self.value(value);
                let takes = Kinds::TEXT.or(Kinds::BYTES);
                if body.ty.cannot_be(takes) {
                    self.report(kinds::wrong_kind_in("`body`", body.span(), body.ty.kinds, takes));
                }
                given.note(value, &body);
                HttpBody::Bytes(body.expr)
            }
            _ => {
                self.value(value);
                return;
            }
        };
        match &given.body {
            Some((first, _)) => self.report(names::second_body("a request", part, *first)),
            None => given.body = Some((part.span, body)),
        }
    }

    /// Names and values of a query or a form: an object that the script writes out.
    fn pairs(&mut self, part: &ast::Name, value: &ast::Expr, given: &mut Given) -> Pairs {
        let object = self.value(value);
        if object.ty.broken && !matches!(value.kind, ast::ExprKind::Object(_)) {
            return Pairs::new();
        }
        given.note(value, &object);
        let Shape::Object(members) = &object.ty.shape else {
            self.report(kinds::pairs_not_written(part, object.span(), object.ty.kinds));
            return Pairs::new();
        };
        // A file is sent on as it is.
        let unwritable = if &*part.text == "multipart" { Kinds::DURATION } else { UNWRITABLE };
        self.none_of(value, &object, unwritable, &format!("into `{}`", part.text));
        match object.expr.kind {
            ExprKind::Object(members) => members,
            ExprKind::Const(Value::Object(constant)) => constant
                .iter()
                .map(|(name, value)| {
                    (name.clone(), Expr { kind: ExprKind::Const(value.clone()), span: object.expr.span })
                })
                .collect(),
            ExprKind::Slot(slot) => members
                .iter()
                .map(|(name, _)| {
                    let base = Box::new(Expr { kind: ExprKind::Slot(slot), span: object.expr.span });
                    (
                        name.clone(),
                        Expr { kind: ExprKind::Member(base, name.clone()), span: object.expr.span },
                    )
                })
                .collect(),
            _ => {
                self.report(kinds::pairs_not_written(part, object.expr.span, object.ty.kinds));
                Pairs::new()
            }
        }
    }
}

impl Given {
    /// Remembers where the values stand that are sent.
    fn note(&mut self, written: &ast::Expr, value: &Checked) {
        self.secret |= value.ty.secret;
        match &written.kind {
            ast::ExprKind::Object(members) => {
                self.places
                    .extend(members.iter().map(|member| (member.name.text.clone(), member.value.span)));
            }
            _ => self.places.push((Arc::from(""), written.span)),
        }
    }
}
