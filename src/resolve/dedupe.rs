//! `dedupe by EXPR within D`: one to a pipeline, at its top level, before anything can have been sent.

use super::Resolver;
use super::errors::{kinds, missing, names};
use super::program::{Dedupe, OpKind};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Kinds;

/// What has a text.
const AS_TEXT: Kinds =
    Kinds::TEXT.or(Kinds::NUMBER).or(Kinds::BOOL).or(Kinds::TIME).or(Kinds::LIST).or(Kinds::OBJECT);

/// The longest that a key is held: a year.
const LONGEST: u64 = 366 * 86_400_000;

impl Resolver<'_> {
    pub(super) fn dedupe(&mut self, by: &ast::Expr, within: &ast::Expr, span: Span) {
        let keyword = self.words(span, 1);
        match self.item.dedupe_at {
            Some(first) => self.report(names::head_given_twice("dedupe", keyword, first)),
            None => self.item.dedupe_at = Some(keyword),
        }
        if !self.item.emit.is_top_level() {
            self.report(names::dedupe_in_block(keyword));
        } else if self.item.flow.called {
            self.report(names::dedupe_too_late(keyword, "an action"));
        } else if self.item.parks {
            self.report(names::dedupe_too_late(keyword, "a `wait`"));
        }
        let path = self.item.emit.step();
        let key = self.value(by);
        self.no_secret_leaks(&key, "the key of a `dedupe`");
        if key.ty.cannot_be(AS_TEXT) {
            self.report(kinds::wrong_kind_in("`dedupe`", key.span(), key.ty.kinds, AS_TEXT));
        } else if key.ty.may_be_empty() && !key.ty.secret {
            let text = self.source.slice(key.span()).to_owned();
            self.report(missing::dedupe_key_may_be_empty(key.span(), &text, key.ty.empty_since));
        }
        if let Some(within) = self.duration(within, 1..=LONGEST, "`within`") {
            self.item.emit.push(OpKind::Dedupe(Dedupe { by: key.expr, within }), span, &path);
        }
    }
}
