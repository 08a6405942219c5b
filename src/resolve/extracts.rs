//! `extract`: the one way into outside data. Each field has a path, perhaps a reader, and says what happens when
//! nothing is found.

use std::sync::Arc;

use super::Resolver;
use super::errors::{kinds, literals, missing, names};
use super::expressions::Checked;
use super::model::{DefinitionKind, Shape, Type};
use super::program::{ExprKind, Extract, Field, Input, OnMissing, OpKind, Source};
use super::types::OUTSIDE;
use crate::extract::Path;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Kinds;

/// The status of an abort that names none.
pub(super) const ABORT_STATUS: u16 = 422;

/// What a policy makes of a value that may be missing.
enum Policy {
    Abort,
    Empty(Span),
    Default(Type),
    /// Reported already.
    Broken,
}

impl Resolver<'_> {
    pub(super) fn extract(&mut self, extract: &ast::Extract, span: Span) {
        let path = self.item.emit.step();
        let source = self.value(&extract.source);
        self.no_secret_decides(&source, "the source of an `extract`");
        let reachable = self.is_source(&source);
        if extract.fields.is_empty()
            && let Some(policy) = &extract.on_missing
        {
            self.on_missing(policy);
        }
        let mut fields = Vec::new();
        for (at, field) in extract.fields.iter().enumerate() {
            let own = field.on_missing.as_ref();
            let policy = match (own, &extract.on_missing) {
                (Some(policy), _) => Some(self.on_missing(policy)),
                // The block's policy is read for each field, since it may use the fields above; said once is enough.
                (None, Some(policy)) if at > 0 => Some(self.quietly(|this| this.on_missing(policy))),
                (None, Some(policy)) => Some(self.on_missing(policy)),
                (None, None) => {
                    self.report(missing::policy(field));
                    None
                }
            };
            fields.extend(self.field(field, &source, reachable, policy));
        }
        let source = match source.expr.kind {
            ExprKind::Input(Input::Body) => Source::Body,
            _ => Source::Value(source.expr),
        };
        self.item.emit.push(OpKind::Extract(Extract { source, fields }), span, &path);
    }

    fn field(
        &mut self,
        field: &ast::Field,
        source: &Checked,
        reachable: bool,
        policy: Option<(OnMissing, Policy)>,
    ) -> Option<Field> {
        let path = if let Some(mended) = self.begins_at_source(&field.path, source) {
            let at = self.source.slice(source.span()).to_owned();
            self.report(literals::path_at_source(field.path.span, &at, &mended));
            None
        } else if are_headers(source) {
            // Header names ignore case, and the engine has them in lower case.
            let text = field.path.text.to_ascii_lowercase().into();
            self.path(&ast::Raw { text, span: field.path.span })
        } else {
            self.path(&field.path)
        };
        let known = path.as_ref().is_none_or(|path| self.leads_somewhere(path, field, source));
        let mut broken = source.ty.broken || !reachable || path.is_none() || policy.is_none() || !known;
        let singular = path.as_ref().is_none_or(|path| path.is_singular());
        let mut ty = if singular {
            Type { kinds: found_in(source), ..Type::outside() }
        } else {
            Type { kinds: Kinds::LIST, ..Type::outside() }
        };
        let mut reader = None;
        if let Some(written) = &field.reader {
            match self.reader(written, ty.clone()) {
                Some((read, result)) => {
                    reader = Some(read);
                    ty = Type { outside: true, ..result };
                }
                None => broken = true,
            }
        }
        let (on_missing, policy) = policy.unwrap_or((OnMissing::Empty, Policy::Broken));
        let ty = match policy {
            Policy::Abort => ty,
            // A path to many nodes that finds none gives the empty list.
            Policy::Empty(_) if !singular && reader.is_none() => ty,
            Policy::Empty(since) => ty.maybe_empty(Some(since)),
            Policy::Default(default) => ty.join(&default),
            Policy::Broken => Type::broken(),
        };
        let ty = if broken { Type::broken() } else { ty };
        if matches!(on_missing, OnMissing::Abort { .. }) {
            self.note_abort(field.span);
        }
        let place = (field.reader.is_none()).then(|| Span::at(field.path.span.end as usize));
        let slot = self.define(&field.name, DefinitionKind::Field, ty, place)?;
        let path = path?;
        let pick = match source.expr.kind {
            ExprKind::Input(Input::Body) => self.item.emit.pick(&path),
            _ => 0,
        };
        Some(Field { slot, path, pick, reader, on_missing, span: field.span })
    }

    /// Whether a path may find something in an object whose members the script knows, as in the whole of what an action gives: its
    /// `$.email` would be missing each time, and `on_missing empty` would say nothing of it.
    fn leads_somewhere(&mut self, path: &Path, field: &ast::Field, source: &Checked) -> bool {
        let Shape::Object(members) = &source.ty.shape else { return true };
        let Some(first) = path.names().and_then(|names| names.first().cloned()) else { return true };
        if source.ty.broken || source.ty.member(&first).is_some() {
            return true;
        }
        let known: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
        let base = self.source.slice(source.span());
        let finding = names::leads_nowhere(field.path.span, &first, base, &known);
        self.report(finding);
        false
    }

    /// `headers["x"]` in `extract headers`: the path without the source that it repeats.
    fn begins_at_source(&self, path: &ast::Raw, source: &Checked) -> Option<String> {
        let rest = path.text.strip_prefix(self.source.slice(source.span()))?;
        let mended = format!("${rest}");
        // `extract body` has words of its own for it.
        let other = !matches!(source.expr.kind, ExprKind::Input(Input::Body));
        (other && rest.starts_with(['.', '[']) && Path::compile(&mended).is_ok()).then_some(mended)
    }

    /// A path into outside data, compiled.
    pub(super) fn path(&mut self, raw: &ast::Raw) -> Option<Arc<Path>> {
        match Path::compile(&raw.text) {
            Ok(path) => Some(Arc::new(path)),
            Err(error) => {
                self.report(literals::bad_path(raw, error));
                None
            }
        }
    }

    /// `let x = EXPR on_missing …`: the policy over a value that may be empty.
    pub(super) fn with_policy(&mut self, ty: Type, policy: &ast::OnMissing) -> (OnMissing, Type) {
        let there = ty.clone().narrowed(super::model::Presence::Present);
        let (on_missing, policy) = self.on_missing(policy);
        let ty = match policy {
            Policy::Abort => there,
            Policy::Empty(since) => ty.maybe_empty(Some(since)),
            Policy::Default(default) => there.join(&default),
            Policy::Broken => Type::broken(),
        };
        (on_missing, ty)
    }

    fn on_missing(&mut self, on_missing: &ast::OnMissing) -> (OnMissing, Policy) {
        match &on_missing.kind {
            ast::OnMissingKind::Abort { status, text } => {
                let (status, text) = self.abort_answer(status.as_ref(), text.as_ref());
                (OnMissing::Abort { status, text }, Policy::Abort)
            }
            ast::OnMissingKind::Empty => (OnMissing::Empty, Policy::Empty(on_missing.span)),
            ast::OnMissingKind::Default(value) => {
                let value = self.value(value);
                self.no_secret_decides(&value, "a default");
                (OnMissing::Default(value.expr), Policy::Default(value.ty))
            }
            ast::OnMissingKind::Broken => (OnMissing::Empty, Policy::Broken),
        }
    }

    /// Does something whose findings were reported before.
    fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (found, errors) = (self.diagnostics.len(), self.item.errors);
        let done = work(self);
        self.diagnostics.truncate(found);
        self.item.errors = errors;
        done
    }

    /// Whether fields can be reached from a value; reports where not.
    fn is_source(&mut self, source: &Checked) -> bool {
        if source.ty.broken {
            return false;
        }
        if source.ty.cannot_be(Kinds::OBJECT.or(Kinds::LIST)) || source.ty.kinds.is_none() {
            let finding = match source.expr.kind {
                ExprKind::Input(Input::BodyRaw) => kinds::extract_from_raw(source.span()),
                _ => {
                    kinds::not_outside_data(source.span(), self.source.slice(source.span()), source.ty.kinds)
                }
            };
            self.report(finding);
            return false;
        }
        true
    }
}

/// What one node of a source may be.
fn found_in(source: &Checked) -> Kinds {
    match &source.expr.kind {
        ExprKind::Input(Input::Cookies) => Kinds::TEXT,
        ExprKind::Input(Input::Query) => Kinds::TEXT.or(Kinds::LIST).or(Kinds::OBJECT),
        ExprKind::Input(Input::QueryAll | Input::HeadersAll) => Kinds::TEXT.or(Kinds::LIST),
        _ if are_headers(source) => Kinds::TEXT,
        _ => OUTSIDE,
    }
}

/// The headers of the request or of an action's answer.
fn are_headers(source: &Checked) -> bool {
    match &source.expr.kind {
        ExprKind::Input(Input::Headers | Input::HeadersAll) => true,
        ExprKind::Member(_, name) => {
            &**name == "headers"
                && source.ty.outside
                && matches!(source.ty.shape, Shape::Unknown | Shape::Each(_))
                && source.ty.is_only(Kinds::OBJECT)
        }
        _ => false,
    }
}
