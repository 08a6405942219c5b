//! From a call in the program to a request: the values in their places, what is empty left out.

use std::sync::Arc;

use super::derived;
use super::frame::Frame;
use crate::actions::{ActionSpec, Answer, Body, Request, returned, segment};
use crate::resolve::program::{Call, Expr, ExprKind, Http, HttpBody, Key, RequestTemplate};
use crate::value::{Fault, Kinds, Value};

/// What services know it by (draft-ietf-httpapi-idempotency-key-header).
const KEY_HEADER: &str = "Idempotency-Key";

/// What has a text of one line.
const AS_TEXT: Kinds = Kinds::TEXT.or(Kinds::NUMBER).or(Kinds::BOOL).or(Kinds::TIME);

impl Call {
    /// What its name is bound to.
    pub(super) fn returned(&self, answer: &Answer) -> Value {
        match &self.request {
            RequestTemplate::Http(_) => returned(answer, None),
            RequestTemplate::Declared { spec, .. } => returned(answer, Some(spec)),
        }
    }
}

impl Frame {
    /// # Errors
    /// A value that does not fit its place.
    pub(super) fn request(&self, call: &Call) -> Result<Request, Fault> {
        let mut request = match &call.request {
            RequestTemplate::Http(http) => self.http(http)?,
            RequestTemplate::Declared { spec, base, params } => self.declared(spec, base, params)?,
        };
        let key = call.policy.key.as_ref().map(|key| self.key(key, &call.name)).transpose()?;
        match (&mut request.body, key) {
            // A mail has an id in any case; who gets it twice sees then that it is one.
            (Body::Mail(mail), key) => mail.id = key.unwrap_or_else(|| self.own_key()),
            (_, Some(key)) => request.headers.push((KEY_HEADER.into(), key)),
            (_, None) => {}
        }
        Ok(request)
    }

    fn http(&self, http: &Http) -> Result<Request, Fault> {
        let mut segments = Vec::with_capacity(http.segments.len());
        for expr in &http.segments {
            segments.push(match &expr.kind {
                // As written in the script: `https://host/in/` ends in an empty one.
                ExprKind::Const(value) => value.clone(),
                _ => segment(self.eval(expr)?, "a part of the URL")?,
            });
        }
        Ok(Request {
            method: http.method.clone(),
            origin: http.origin.clone(),
            segments,
            query: self.pairs(&http.query)?,
            headers: self.pairs(&http.headers)?,
            body: match &http.body {
                HttpBody::None => Body::None,
                HttpBody::Json(expr) => Body::Json(self.eval(expr)?),
                HttpBody::Form(pairs) => Body::Form(self.pairs(pairs)?),
                HttpBody::Multipart(parts) => Body::Multipart {
                    boundary: derived::uuid("boundary", self.received().id, &self.path(), 0).into(),
                    parts: self.pairs(parts)?,
                },
                HttpBody::Text(expr) => match self.eval(expr)? {
                    Value::Empty | Value::Null => Body::None,
                    text => Body::Text(text),
                },
                HttpBody::Bytes(expr) => match self.eval(expr)? {
                    Value::Empty | Value::Null => Body::None,
                    Value::Bytes(bytes) => Body::Bytes(bytes),
                    Value::File(file) => Body::Bytes(file.bytes.clone()),
                    text @ (Value::Text(_) | Value::Sealed(_)) => Body::Text(text),
                    other => {
                        let told = self.told(expr, &other);
                        return Err(Fault::outside(format!("{told}, where `body` takes bytes or a text")));
                    }
                },
            },
        })
    }

    fn declared(&self, spec: &ActionSpec, base: &str, params: &[(Arc<str>, Expr)]) -> Result<Request, Fault> {
        let params = self.pairs(params)?;
        for (name, value) in &params {
            // What only an open prefix allows is a text to the service.
            let kinds = spec.param(name).map_or(AS_TEXT, |param| param.kinds);
            if value.kind().is_some_and(|kind| !kinds.has(kind)) {
                let (shown, takes) = (value.shown(), kinds.nouns());
                return Err(Fault::outside(format!(
                    "`{name}` of `{}` is {shown}, and takes {takes}",
                    spec.name
                )));
            }
        }
        let given = |name: &str| params.iter().any(|(own, _)| **own == *name);
        if let Some(param) = spec.params.iter().find(|param| param.required && !given(param.name)) {
            return Err(Fault::outside(format!(
                "`{}` of `{}` is empty, and is required",
                param.name, spec.name
            )));
        }
        (spec.build)(base, &params)
    }

    /// Names and values; `empty` ones are left out.
    fn pairs(&self, pairs: &[(Arc<str>, Expr)]) -> Result<Vec<(Arc<str>, Value)>, Fault> {
        let mut kept = Vec::with_capacity(pairs.len());
        for (name, expr) in pairs {
            let value = self.eval(expr)?;
            if !value.is_empty() {
                kept.push((name.clone(), value));
            }
        }
        Ok(kept)
    }

    /// The same in each attempt of this step of this operation.
    fn own_key(&self) -> Value {
        Value::text(derived::uuid("key", self.received().id, &self.path(), 0))
    }

    fn key(&self, key: &Key, action: &str) -> Result<Value, Fault> {
        let expr = match key {
            Key::Auto => return Ok(self.own_key()),
            Key::Expr(expr) => expr,
        };
        let value = self.look(expr)?;
        match value.kind() {
            None => Err(Fault::outside(format!("`key` of `{action}` is empty"))),
            Some(kind) if AS_TEXT.has(kind) => Ok(Value::text(self.rendered(expr, &value)?)),
            Some(_) => Err(Fault::outside(format!("{}, and `key` takes a text", self.told(expr, &value)))),
        }
    }
}
