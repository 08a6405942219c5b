//! Names: what each means where it stands, and what it meant in a branch that has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Resolver;
use super::errors::names as errors;
use super::model::{Definition, DefinitionKind, Type, Use};
use crate::diagnostic::near;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::syntax::{RESERVED, TAKEN};
use crate::value::Kinds;

/// The names of one pipeline, from the outermost block to the one that is being read.
#[derive(Default)]
pub(super) struct Scopes {
    frames: Vec<Frame>,
    gone: Vec<Gone>,
    /// Unknown names that were reported: once a pipeline is enough.
    reported: BTreeSet<Arc<str>>,
}

struct Frame {
    names: BTreeMap<Arc<str>, usize>,
    /// The statement that the block belongs to: its word and its place.
    owner: (&'static str, Span),
}

/// A name of a block that has ended.
struct Gone {
    name: Arc<str>,
    span: Span,
    owner: (&'static str, Span),
}

/// What the program needs of a definition beside what the model says.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub slot: Option<u16>,
    /// Where `as number` would be written.
    pub reader: Option<Span>,
}

/// For so many unknown names of a file a near one is looked for.
const MOST_NEAR_NAMES: usize = 200;

impl Resolver<'_> {
    pub(super) fn open_block(&mut self, word: &'static str, at: Span) {
        self.item.scopes.frames.push(Frame { names: BTreeMap::new(), owner: (word, at) });
    }

    /// `end` is where the names of the block end.
    pub(super) fn close_block(&mut self, end: u32) {
        let Some(frame) = self.item.scopes.frames.pop() else { return };
        for (name, definition) in frame.names {
            if let Some(definition) = self.model.definitions.get_mut(definition) {
                definition.scope.end = end;
                self.item.scopes.gone.push(Gone { name, span: definition.span, owner: frame.owner });
            }
        }
    }

    /// Gives a name to a value. A word of the language is not given to anything, as the reader of the text has reported.
    pub(super) fn define(
        &mut self,
        name: &Name,
        kind: DefinitionKind,
        ty: Type,
        reader: Option<Span>,
    ) -> Option<u16> {
        if TAKEN.contains(&&*name.text) || RESERVED.contains(&&*name.text) {
            self.item.errors += 1;
            return None;
        }
        if let Some(first) = self.lookup(&name.text).and_then(|at| self.model.definitions.get(at)) {
            let (earlier, later) =
                if first.span < name.span { (first.span, name.span) } else { (name.span, first.span) };
            let line = self.source.position(earlier.start).line;
            self.report(errors::name_given_twice(&name.text, later, earlier, line));
        }
        Some(self.bind(name, kind, ty, reader))
    }

    /// As `define`, for names that need no check.
    pub(super) fn bind(&mut self, name: &Name, kind: DefinitionKind, ty: Type, reader: Option<Span>) -> u16 {
        let slot = self.item.slots.len();
        self.item.slots.push(name.text.clone());
        // A pipeline with more names than slots is reported at its end and has no program.
        let slot = u16::try_from(slot).unwrap_or(u16::MAX);
        let definition = self.model.definitions.len();
        self.model.definitions.push(Definition {
            name: name.text.clone(),
            span: name.span,
            kind,
            ty,
            pipeline: Some(self.model.pipelines.len()),
            scope: Span { start: name.span.start, end: name.span.end },
        });
        self.places.push(Place { slot: Some(slot), reader });
        if let Some(frame) = self.item.scopes.frames.last_mut() {
            frame.names.insert(name.text.clone(), definition);
        }
        slot
    }

    /// The definition that a name means here, by its index in the model.
    pub(super) fn lookup(&self, name: &str) -> Option<usize> {
        let local = self.item.scopes.frames.iter().rev().find_map(|frame| frame.names.get(name));
        local.or_else(|| self.consts.get(name)).copied()
    }

    /// The definition that a name means, with its use noted; an unknown one is reported.
    pub(super) fn find_name(&mut self, name: &str, span: Span) -> Option<usize> {
        if let Some(definition) = self.lookup(name) {
            self.model.uses.push(Use { span, definition });
            return Some(definition);
        }
        if self.item.scopes.reported.insert(Arc::from(name)) {
            let gone = self.item.scopes.gone.iter().rev().find(|gone| *gone.name == *name);
            let finding = match gone {
                Some(gone) => {
                    let (word, at) = gone.owner;
                    let line = self.source.position(at.start).line;
                    errors::name_of_branch(name, span, (word, line), gone.span)
                }
                None if crate::builtins::find(name).is_some() => {
                    let function = crate::builtins::find(name);
                    let nothing =
                        function.is_some_and(|function| function.params.iter().all(|param| param.optional));
                    errors::function_not_called(name, span, nothing)
                }
                None => {
                    self.near_looked_for += 1;
                    let near = self.near_name(name);
                    match near.and_then(|near| self.look_alike_of(name, near)) {
                        Some(given) => errors::given_in_other_letters(name, span, given.span, &given.name),
                        None => errors::unknown_name(name, span, super::foreign::value(name), near),
                    }
                }
            };
            self.report(finding);
        }
        None
    }

    /// The definition of a name that only looks like a Latin one.
    fn look_alike_of(&self, name: &str, near: &str) -> Option<&Definition> {
        let same = name.is_ascii() && near != name && crate::diagnostic::fold_look_alikes(near) == name;
        self.lookup(near).filter(|_| same).and_then(|definition| self.model.definitions.get(definition))
    }

    /// A field or `let` of this name would be new and allowed.
    pub(super) fn is_free(&self, name: &str) -> bool {
        !TAKEN.contains(&name) && !RESERVED.contains(&name) && self.lookup(name).is_none()
    }

    /// Each look goes over all names in sight: in a file with thousands of both, only the first finds get a hint.
    fn near_name(&self, name: &str) -> Option<&str> {
        if self.near_looked_for > MOST_NEAR_NAMES {
            return None;
        }
        let locals = self.item.scopes.frames.iter().rev().flat_map(|frame| frame.names.keys());
        let all = locals.chain(self.consts.keys()).map(|name| &**name).chain(TAKEN).chain(["empty"]);
        near(name, all)
    }

    /// The type of a definition as it was given, before conditions narrow it.
    pub(super) fn type_of(&self, definition: usize) -> Type {
        self.model.definitions.get(definition).map_or_else(|| Type::of(Kinds::ANY), |found| found.ty.clone())
    }
}
