//! What the request itself gives, and secrets: `body`, `query`, `headers`, `cookies`, `path.x`, `request.x`,
//! `operation.id`, `secret.X`.

use std::sync::Arc;

use super::Resolver;
use super::errors::{names, verify as errors};
use super::expressions::Checked;
use super::flow::{Place, Root};
use super::model::{Presence, Type};
use super::program::{ExprKind, Input, Segment};
use super::types::OUTSIDE;
use crate::bodies::Format;
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::value::Kinds;

/// Members of `request`, and what each is.
const REQUEST: [(&str, &str, Input, Kinds); 6] = [
    ("ip", "the address of the caller", Input::Ip, Kinds::TEXT),
    ("method", "the method of the request", Input::Method, Kinds::TEXT),
    ("path", "its path", Input::RequestPath, Kinds::TEXT),
    ("receipt", "what a `verify` made for the sender to read in the answer", Input::Receipt, Kinds::TEXT),
    ("time", "when it came", Input::Time, Kinds::TIME),
    ("url", "its path and query", Input::Url, Kinds::TEXT),
];

/// What stands behind `request.`: name, and what it is.
pub fn request_members() -> impl Iterator<Item = (&'static str, &'static str)> {
    REQUEST.iter().map(|(name, what, ..)| (*name, *what))
}

impl Resolver<'_> {
    /// What the body can be by what `read body` says.
    fn body_kinds(&self) -> Kinds {
        match self.item.head.reading.format {
            Some(Format::Text) => Kinds::TEXT,
            Some(Format::Bytes) => Kinds::BYTES,
            Some(Format::Form | Format::Multipart | Format::Xml) => Kinds::OBJECT,
            Some(Format::Json | Format::Jwt) | None => OUTSIDE,
        }
    }

    /// One of the taken words, standing alone.
    pub(super) fn input(&mut self, root: &Arc<str>, span: Span) -> Checked {
        if self.item.head.is_outside_pipeline() && &**root != "secret" {
            self.report(names::no_request_here(root, span));
            return Checked::broken(span);
        }
        let (input, ty) = match &**root {
            "body" => {
                let ty = Type { kinds: self.body_kinds(), ..Type::outside() };
                (Input::Body, ty.maybe_empty(None))
            }
            "query" => (Input::Query, Type { kinds: Kinds::OBJECT, ..Type::outside() }),
            "headers" => (Input::Headers, Type { kinds: Kinds::OBJECT, ..Type::outside() }),
            "cookies" => (Input::Cookies, Type { kinds: Kinds::OBJECT, ..Type::outside() }),
            _ => {
                self.report(names::incomplete_name(root, span));
                return Checked::broken(span);
            }
        };
        let place = Place { root: Root::Input(root.clone()), members: Vec::new() };
        let ty = self.settled(ty, Some(&place));
        Checked::new(ExprKind::Input(input), span, ty)
    }

    /// `root.member` where the root is a taken word; `None` where it is reached into like any other value.
    pub(super) fn input_member(&mut self, root: &str, member: &Name, span: Span) -> Option<Checked> {
        if root == "secret" {
            return Some(self.secret(member, span));
        }
        if self.item.head.is_outside_pipeline() {
            return None;
        }
        match (root, &*member.text) {
            ("body", "raw") => {
                let ty = Type { kinds: Kinds::BYTES, ..Type::outside() };
                Some(Checked::new(ExprKind::Input(Input::BodyRaw), span, ty))
            }
            ("body", "all") => {
                let ty = Type { kinds: Kinds::OBJECT, ..Type::outside() }.maybe_empty(None);
                Some(Checked::new(ExprKind::Input(Input::BodyAll), span, ty))
            }
            ("query" | "headers", "all") => {
                let input = if root == "query" { Input::QueryAll } else { Input::HeadersAll };
                let ty = Type { kinds: Kinds::OBJECT, ..Type::outside() };
                Some(Checked::new(ExprKind::Input(input), span, ty))
            }
            ("path", _) => Some(self.path_parameter(member, span)),
            ("request", name) => {
                let known = REQUEST.iter().find(|(own, ..)| *own == name);
                let Some((_, _, input, kinds)) = known else {
                    let near = near(name, request_members().map(|(own, _)| own));
                    let known = request_members().map(|(own, _)| own).collect::<Vec<_>>().join(", ");
                    self.report(names::unknown_member(member, "request", near, &known));
                    return Some(Checked::broken(span));
                };
                let mut ty = Type { kinds: *kinds, ..Type::outside() };
                if *input == Input::Receipt {
                    if !self.item.head.receipt {
                        self.report(errors::no_receipt(span));
                        return Some(Checked::broken(span));
                    }
                    // A request that was let in by other rules, and is replayed under these, has none.
                    ty = ty.maybe_empty(None);
                }
                Some(Checked::new(ExprKind::Input(input.clone()), span, ty))
            }
            ("operation", "id") => {
                Some(Checked::new(ExprKind::Input(Input::OperationId), span, Type::of(Kinds::TEXT)))
            }
            ("operation", name) => {
                let near = near(name, ["id"]);
                self.report(names::unknown_member(member, "operation", near, "id"));
                Some(Checked::broken(span))
            }
            ("failure", _) if self.lookup("failure").is_none() => {
                self.report(names::failure_outside_on_fail(span));
                Some(Checked::broken(span))
            }
            _ => None,
        }
    }

    /// A parameter of the route: there for certain if every route of the pipeline has it.
    fn path_parameter(&mut self, member: &Name, span: Span) -> Checked {
        let has = |segment: &Segment| matches!(segment, Segment::Param(name) if *name == member.text);
        let routes = &self.item.head.routes;
        let with = routes.iter().filter(|route| route.segments.iter().any(has)).count();
        if with == 0 {
            if !self.item.head.route_failed {
                let params: Vec<&str> = self.item.head.params().collect();
                let near = near(&member.text, params.iter().copied());
                let finding = names::unknown_path_parameter(
                    member,
                    near,
                    &params.join(", "),
                    self.item.head.first_route(),
                );
                self.report(finding);
            }
            return Checked::broken(span);
        }
        let presence = if with == routes.len() { Presence::Present } else { Presence::MaybeEmpty };
        let ty = Type { kinds: Kinds::TEXT.and(OUTSIDE), presence, ..Type::outside() };
        let place = Place { root: Root::Input(Arc::from("path")), members: vec![member.text.clone()] };
        let ty = self.settled(ty, Some(&place));
        Checked::new(ExprKind::Input(Input::PathParam(member.text.clone())), span, ty)
    }

    fn secret(&mut self, member: &Name, span: Span) -> Checked {
        self.item.secrets.insert(member.text.clone());
        self.item.facts.secrets.push((member.text.clone(), span));
        let ty = Type { secret: true, ..Type::of(Kinds::TEXT) };
        Checked::new(ExprKind::Secret(member.text.clone()), span, ty)
    }
}
