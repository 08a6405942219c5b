//! What the caller is told: `respond`, `stop`, `abort`.

use std::sync::Arc;

use super::Resolver;
use super::errors::{kinds, literals, names};
use super::expressions::Checked;
use super::extracts::ABORT_STATUS;
use super::program::{Expr, ExprKind, OpKind, Respond, RespondBody};
use crate::source::Span;
use crate::syntax::ast::{self, EntryKind};
use crate::value::{Kinds, Value};

impl Resolver<'_> {
    pub(super) fn respond(&mut self, respond: &ast::Respond, span: Span) {
        let path = self.item.emit.step();
        let keyword = self.words(span, 1);
        if self.item.loops > 0 {
            self.report(names::respond_in_loop(keyword));
        } else if self.item.flow.reachable
            && let Some(first) = self.item.flow.responded
        {
            let has = if self.item.flow.always_responded { "has" } else { "may have" };
            let line = self.source.position(first.start).line;
            self.report(names::second_respond(keyword, first, line, has));
        }
        let status = self.status(&respond.status, 200..=599, "a `respond`");
        let reason = respond.text.as_ref().and_then(|text| self.status_text(text));
        let (headers, parts) = self.answer_entries(&respond.entries);
        let bodiless = matches!(status, Some(204 | 304));
        let body = match (parts, &reason, &respond.text) {
            (Some((keyword, body)), _, _) => {
                if let (true, Some(status)) = (bodiless, status) {
                    self.report(literals::body_without_place(status, keyword, respond.status.span));
                }
                body
            }
            (None, Some(text), Some(written)) if !bodiless => RespondBody::Text(Expr {
                kind: ExprKind::Const(Value::Text(text.clone())),
                span: written.span,
            }),
            _ => RespondBody::None,
        };
        let answer = Respond { status: status.unwrap_or(200), reason, headers, body };
        self.item.emit.push(OpKind::Respond(answer), span, &path);
        self.item.facts.responds.push(span);
        self.item.flow.responded = self.item.flow.responded.or(Some(keyword));
        self.item.flow.always_responded = true;
        self.item.flow.silent = None;
    }

    pub(super) fn stop(&mut self, text: Option<&ast::Expr>, span: Span) {
        let path = self.item.emit.step();
        let text = text.map(|text| self.reason(text, "the reason of a `stop`"));
        self.item.emit.push(OpKind::Stop { text }, span, &path);
        self.item.flow.end(span);
    }

    pub(super) fn abort(&mut self, status: Option<&ast::Expr>, text: Option<&ast::Expr>, span: Span) {
        let path = self.item.emit.step();
        let (status, text) = self.abort_answer(status, text);
        self.item.emit.push(OpKind::Abort { status, text }, span, &path);
        self.note_abort(span);
        self.item.flow.end(span);
    }

    /// Status and text of an abort.
    pub(super) fn abort_answer(
        &mut self,
        status: Option<&ast::Expr>,
        text: Option<&ast::Expr>,
    ) -> (u16, Option<Expr>) {
        let status =
            status.and_then(|status| self.status(status, 400..=599, "an `abort`")).unwrap_or(ABORT_STATUS);
        (status, text.map(|text| self.reason(text, "the text of an `abort`")))
    }

    pub(super) fn note_abort(&mut self, span: Span) {
        if self.item.flow.reachable && self.item.flow.called {
            self.item.facts.aborts_after_call.push(span);
        }
    }

    fn reason(&mut self, text: &ast::Expr, place: &str) -> Expr {
        let value = self.value(text);
        self.no_secret_leaks(&value, place);
        if value.ty.cannot_be(Kinds::TEXT) {
            self.report(kinds::wrong_kind_in(place, value.span(), value.ty.kinds, Kinds::TEXT));
        }
        value.expr
    }

    /// The text behind a status: a literal that fits into a status line.
    fn status_text(&mut self, text: &ast::Expr) -> Option<Arc<str>> {
        let value = self.value(text);
        match &value.ty.constant {
            Some(Value::Text(text)) => {
                if text.contains(|c: char| c.is_control()) {
                    self.report(literals::status_text_with_control(value.span()));
                    return None;
                }
                Some(text.clone())
            }
            _ if value.ty.broken => None,
            _ => {
                self.report(literals::status_text_not_literal(value.span(), self.source.slice(value.span())));
                None
            }
        }
    }

    /// Headers, and the one body with its keyword.
    #[expect(clippy::type_complexity, reason = "both are named by the program")]
    fn answer_entries(
        &mut self,
        entries: &[ast::Entry],
    ) -> (Vec<(Arc<str>, Expr)>, Option<(Span, RespondBody)>) {
        let mut headers = Vec::new();
        let mut body: Option<(Span, RespondBody)> = None;
        for entry in entries {
            match &entry.kind {
                EntryKind::Header { name, value } => {
                    let (name, value) = self.header(name, value);
                    self.no_secret_leaks(&value, "an answer's header");
                    headers.extend(name.map(|name| (name, value.expr)));
                }
                EntryKind::Part { part, value } => {
                    let Some(found) = self.answer_body(part, value) else { continue };
                    match &body {
                        Some((first, _)) => self.report(names::second_body("an answer", part, *first)),
                        None => body = Some((part.span, found)),
                    }
                }
                // Only an action takes these, as was reported where the text is read.
                EntryKind::Param(_) | EntryKind::Clause { .. } | EntryKind::Broken => self.item.errors += 1,
            }
        }
        (headers, body)
    }

    fn answer_body(&mut self, part: &ast::Name, value: &ast::Expr) -> Option<RespondBody> {
        match &*part.text {
            "json" => {
                let json = self.json_value(value);
                self.no_secret_leaks(&json, "an answer");
                self.writable(value, &json, "into JSON");
                Some(RespondBody::Json(json.expr))
            }
            "text" => {
                let text = self.answer_text(value);
                self.writable(value, &text, "into a text");
                Some(RespondBody::Text(text.expr))
            }
            "body" => {
                let value = self.answer_text(value);
                let takes = Kinds::TEXT.or(Kinds::BYTES);
                if value.ty.cannot_be(takes) {
                    self.report(kinds::wrong_kind_in("`body`", value.span(), value.ty.kinds, takes));
                }
                Some(RespondBody::Body(value.expr))
            }
            _ => {
                self.value(value);
                self.report(names::part_of_respond(part));
                None
            }
        }
    }

    fn answer_text(&mut self, value: &ast::Expr) -> Checked {
        let value = self.value(value);
        self.no_secret_leaks(&value, "an answer");
        value
    }
}
