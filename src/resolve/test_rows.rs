//! A test for each row of a table: `test "…" for row in [ … ] { … }`. In the test of a row its name is a constant, so a row
//! may stand wherever a test wants a literal: a path, a status, a count.

use super::Resolver;
use super::errors::literals;
use super::head::Head;
use super::model::{Definition, DefinitionKind, Shape, Type};
use super::pipelines::State;
use super::scope;
use super::test_program::Test;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind};
use crate::value::Value;

/// One row: what is known of it, and where it stands.
struct Row {
    ty: Type,
    span: Span,
}

impl Resolver<'_> {
    /// The tests that a `test` block is; those of them that have no error.
    pub(super) fn tests(&mut self, test: &ast::Test) -> Vec<Test> {
        match &test.rows {
            None => self.test(test).into_iter().collect(),
            Some(rows) => self.table(test, rows),
        }
    }

    fn table(&mut self, test: &ast::Test, rows: &ast::Rows) -> Vec<Test> {
        self.item = State { head: Head::none(), ..State::default() };
        let Some(table) = self.rows(&rows.list) else {
            // What stands in the test is looked at all the same.
            self.row(test, rows, Row { ty: Type::broken(), span: rows.list.span });
            return Vec::new();
        };
        let mut tests = Vec::new();
        let mut first: Option<Seen> = None;
        for (at, row) in (1..).zip(table) {
            let span = row.span;
            let found = self.diagnostics.len();
            let resolved = self.row(test, rows, row);
            match first {
                None => first = Some(self.seen()),
                // The lines are the same for each row: what was said of them is not said again.
                Some(seen) => self.forget(seen, found),
            }
            tests.extend(resolved.map(|resolved| Test {
                title: format!("{} (row {at})", resolved.title).into(),
                span,
                ..resolved
            }));
        }
        tests
    }

    fn row(&mut self, test: &ast::Test, rows: &ast::Rows, row: Row) -> Option<Test> {
        self.item = State { head: Head::none(), ..State::default() };
        let definition = self.model.definitions.len();
        let scope = Span { start: rows.name.span.start, end: test.span.end };
        let before = self.consts.insert(rows.name.text.clone(), definition);
        if let Some(first) = before.and_then(|at| self.model.definitions.get(at)).map(|first| first.span) {
            let line = self.source.position(first.start).line;
            self.report(super::errors::names::name_given_twice(&rows.name.text, rows.name.span, first, line));
        }
        self.places.push(scope::Place::default());
        self.model.definitions.push(Definition {
            name: rows.name.text.clone(),
            span: rows.name.span,
            kind: DefinitionKind::Item,
            ty: row.ty,
            pipeline: None,
            scope,
        });
        let resolved = self.test_steps(test);
        match before {
            Some(before) => self.consts.insert(rows.name.text.clone(), before),
            None => self.consts.remove(&rows.name.text),
        };
        resolved
    }

    /// The rows of a table; what is none is reported.
    fn rows(&mut self, list: &ast::Expr) -> Option<Vec<Row>> {
        let value = self.value(list);
        if value.ty.broken {
            return None;
        }
        let types: Vec<Type> = match (&value.ty.shape, &value.ty.constant) {
            (Shape::List(types), _) if types.iter().all(|ty| ty.constant.is_some()) => types.to_vec(),
            (_, Some(Value::List(items))) => items.iter().cloned().map(Type::constant).collect(),
            _ => Vec::new(),
        };
        if types.is_empty() {
            self.report(literals::no_rows(list.span));
            return None;
        }
        let written: &[ast::Expr] = match &list.kind {
            ExprKind::List(items) => items,
            _ => &[],
        };
        let spans = written.iter().map(|item| item.span).chain(std::iter::repeat(list.span));
        Some(types.into_iter().zip(spans).map(|(ty, span)| Row { ty, span }).collect())
    }

    fn seen(&self) -> Seen {
        let model = &self.model;
        Seen {
            types: model.types.len(),
            definitions: model.definitions.len(),
            uses: model.uses.len(),
            functions: model.functions.len(),
            tests: model.tests.len(),
            places: self.places.len(),
        }
    }

    fn forget(&mut self, seen: Seen, found: usize) {
        let model = &mut self.model;
        model.types.truncate(seen.types);
        model.definitions.truncate(seen.definitions);
        model.uses.truncate(seen.uses);
        model.functions.truncate(seen.functions);
        model.tests.truncate(seen.tests);
        self.places.truncate(seen.places);
        let again = self.diagnostics.split_off(found);
        for finding in again {
            let is_known = |known: &crate::diagnostic::Diagnostic| {
                known.span == finding.span && std::ptr::eq(known.code, finding.code)
            };
            if !self.diagnostics.iter().any(is_known) {
                self.diagnostics.push(finding);
            }
        }
    }
}

/// How much was known behind the first row.
#[derive(Clone, Copy)]
struct Seen {
    types: usize,
    definitions: usize,
    uses: usize,
    functions: usize,
    tests: usize,
    places: usize,
}
