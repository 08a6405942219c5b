//! Calls of functions, and readers behind `as`: arity, kinds and emptiness, as the function's own constant says.

use super::Resolver;
use super::errors::{kinds, literals, names};
use super::expressions::Checked;
use super::foreign;
use super::model::{Presence, Shape, Type};
use super::program::{ExprKind, Reader};
use crate::builtins::{self, Builtin, Call, OnEmpty};
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::{ast, function_elsewhere};
use crate::value::{Kinds, Time, Value};

impl Resolver<'_> {
    pub(super) fn function(&mut self, name: &ast::Name, args: &[ast::Expr], span: Span) -> Checked {
        let args: Vec<Checked> = args.iter().map(|arg| self.value(arg)).collect();
        let method = args.first().is_some_and(|first| first.span().start < name.span.start);
        if method && builtins::find(&name.text).is_none() {
            // `lead.save()`: there are no such calls, which was told when it was read.
            return Checked::broken(span);
        }
        let Some(function) = self.find_function(name) else { return Checked::broken(span) };
        if !self.arity(function, name, args.len(), span) {
            return Checked::broken(span);
        }
        let mut ty = self.result(function, &args.iter().collect::<Vec<_>>(), 0);
        if function.name == "time"
            && let [text] = args.as_slice()
            && let Some(Value::Text(literal)) = &text.ty.constant
            && Time::parse(literal).is_none()
            && Time::read_in(literal, "UTC").is_some()
        {
            let (span, literal) = (text.span(), literal.clone());
            self.report(literals::time_without_offset(span, &literal));
        }
        if function.may_be_empty && reads_its_literals(function, &args) {
            ty = Type { presence: Presence::Present, empty_since: None, ..ty };
        }
        self.literal_arguments(function, &args, 0);
        Checked::new(
            ExprKind::Call { function, args: args.into_iter().map(|arg| arg.expr).collect() },
            span,
            ty,
        )
    }

    /// `as READER`, put over a value of type `value`. The type says what is read where something is: what cannot be
    /// read is missing, and the field's policy says what then.
    pub(super) fn reader(&mut self, reader: &ast::Reader, value: Type) -> Option<(Reader, Type)> {
        let args: Vec<Checked> = reader.args.iter().map(|arg| self.value(arg)).collect();
        for arg in &args {
            self.no_secret_decides(arg, "how a field is read");
        }
        let function = self.find_reader(&reader.name)?;
        if !self.arity(function, &reader.name, args.len() + 1, reader.span) {
            return None;
        }
        let value = Checked::new(ExprKind::Const(Value::Empty), reader.name.span, value);
        if function.params.first().is_some_and(|param| value.ty.cannot_be(param.kinds)) {
            let wanted = function.params.first().map_or(value.ty.kinds, |param| param.kinds);
            self.report(kinds::wrong_argument(
                function.name,
                "value",
                reader.name.span,
                value.ty.kinds,
                wanted,
            ));
            return None;
        }
        let mut all = vec![&value];
        all.extend(&args);
        let ty = self.result(function, &all, 1);
        self.literal_arguments(function, &args, 1);
        let ty = Type { presence: Presence::Present, empty_since: None, ..ty };
        Some((Reader { function, args: args.into_iter().map(|arg| arg.expr).collect() }, ty))
    }

    /// An argument that stands in the script is looked at here, since a bad one would stop every run. `from` is the place
    /// of the first.
    fn literal_arguments(&mut self, function: &'static Builtin, args: &[Checked], from: usize) {
        for (at, arg) in args.iter().enumerate() {
            let Some(param) = function.param(at + from) else { continue };
            if arg.ty.broken || arg.ty.cannot_be(param.kinds) {
                continue;
            }
            match (&arg.ty.constant, param.name) {
                (Some(Value::Text(text)), "path") => {
                    let written = self.source.slice(arg.span());
                    // Between its quotes, where it is written there as it is.
                    let inner = arg.span().start + 1..arg.span().end.saturating_sub(1);
                    let is_plain = written.get(1..written.len().saturating_sub(1)) == Some(text);
                    let span =
                        if is_plain { Span { start: inner.start, end: inner.end } } else { arg.span() };
                    self.path(&ast::Raw { text: text.clone(), span });
                }
                (_, "path") => {
                    let what = format!("`path` of `{}`", function.name);
                    self.report(literals::not_a_literal(arg.span(), &what, "a path like `\"$.email\"`"));
                }
                (Some(Value::Text(text)), name) => {
                    if let Some(why) = builtins::argument_error(name, text) {
                        self.report(if name == "pattern" {
                            literals::bad_pattern(arg.span(), &why)
                        } else {
                            let meant = builtins::argument_meant(name, text);
                            literals::bad_argument(arg.span(), function.name, name, &why, meant.as_deref())
                        });
                    }
                }
                _ => {}
            }
        }
    }

    fn find_function(&mut self, name: &ast::Name) -> Option<&'static Builtin> {
        if let Some(function) = builtins::find(&name.text) {
            self.model.functions.push((name.span, function));
            return Some(function);
        }
        let near = function_elsewhere(&name.text)
            .or_else(|| near(&name.text, builtins::ALL.iter().map(|function| function.name)));
        self.report(names::unknown_function(name, near));
        None
    }

    fn find_reader(&mut self, name: &ast::Name) -> Option<&'static Builtin> {
        let readers =
            || builtins::ALL.iter().filter(|function| function.reader).map(|function| function.name);
        match builtins::find(&name.text) {
            Some(function) if function.reader => {
                self.model.functions.push((name.span, function));
                Some(function)
            }
            found => {
                let known = readers().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                self.report(match found {
                    Some(_) => names::function_as_reader(name, &known),
                    None => {
                        let near = foreign::reader(&name.text).or_else(|| near(&name.text, readers()));
                        names::unknown_reader(name, near, &known)
                    }
                });
                None
            }
        }
    }

    fn arity(&mut self, function: &Builtin, name: &ast::Name, given: usize, span: Span) -> bool {
        let least = function.params.iter().filter(|param| !param.optional).count();
        let most = if function.variadic { usize::MAX } else { function.params.len() };
        if (least..=most).contains(&given) {
            return true;
        }
        self.report(names::wrong_arity(function, name, given, span));
        false
    }

    /// Checks the arguments from the one at `from` on, and says what comes of the call.
    fn result(&mut self, function: &'static Builtin, args: &[&Checked], from: usize) -> Type {
        let mut broken = false;
        for (at, arg) in args.iter().enumerate().skip(from) {
            let Some(param) = function.param(at) else { continue };
            broken |= arg.ty.broken;
            if arg.ty.cannot_be(param.kinds) {
                self.report(kinds::wrong_argument(
                    function.name,
                    param.name,
                    arg.span(),
                    arg.ty.kinds,
                    param.kinds,
                ));
                broken = true;
            }
            if arg.ty.secret && !arg.ty.broken && !function.takes_secrets {
                self.report(super::errors::secrets::into_function(arg.span(), function.name));
                broken = true;
            }
        }
        let empties = args.iter().filter(|arg| arg.ty.may_be_empty());
        let since = empties.clone().find_map(|arg| arg.ty.empty_since);
        let gives_empty = function.empty == OnEmpty::GivesEmpty && empties.count() > 0;
        let mut ty = self.derived(args, function.returns);
        if function.empty == OnEmpty::GivesFirst {
            ty.kinds = args.iter().fold(Kinds::NONE, |kinds, arg| kinds.or(arg.ty.kinds));
            if args.iter().all(|arg| arg.ty.may_be_empty()) {
                ty = ty.maybe_empty(since);
            }
        } else if gives_empty || function.may_be_empty {
            ty = ty.maybe_empty(since);
        }
        if function.gives_outside_data {
            ty.outside = true;
        }
        // Of these each item is a text, and never empty.
        if matches!(function.name, "split" | "keys") {
            let item = Type { outside: ty.outside, ..Type::of(Kinds::TEXT) };
            ty.shape = Shape::Each(std::sync::Arc::new(item));
        }
        Type { broken, ..ty }
    }
}

/// Whether a function that may give nothing gives something for arguments that all stand in the script:
/// `time("2026-11-24T20:00:00Z")`.
fn reads_its_literals(function: &Builtin, args: &[Checked]) -> bool {
    let constants: Option<Vec<Value>> = args.iter().map(|arg| arg.ty.constant.clone()).collect();
    match (function.call, constants) {
        (Call::Pure(call), Some(constants)) if args.iter().all(|arg| !arg.ty.may_be_empty()) => {
            call(&constants).is_ok_and(|value| !value.is_empty())
        }
        _ => false,
    }
}
