//! All the paths into one body, answered in one pass over its bytes. The paths make a trie; the pass checks the whole
//! document, follows the trie where it leads and builds only what a path selects.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::missing::{Missing, NAMES_LOOKED_AT, Selected, Stood};
use super::segment::{self, Segment, Step};
use super::{Path, segment::place};
use crate::diagnostic::near;
use crate::value::{DecodeError, Scan, Value, from_json};

/// All the paths that a pipeline reaches into one body with, answered in one pass.
#[derive(Debug)]
pub struct Picker {
    paths: Vec<Arc<Path>>,
    /// For each path the nodes of the trie that it leads through, from the root on; empty if it can select many.
    routes: Vec<Vec<usize>>,
    /// The trie; the first node is the root.
    nodes: Vec<Node>,
    /// A path can select many nodes: then a tree is built, once for all.
    needs_tree: bool,
}

/// One node of the trie: what paths want of a value at one place.
#[derive(Debug, Default)]
struct Node {
    /// How many paths end here: the value is wanted.
    wanted: usize,
    /// Members of an object that lead on, by name, the key "0" for `[0]` among them.
    members: Vec<(Arc<str>, usize)>,
    /// Items of a list that lead on, by index.
    items: Vec<(i64, usize)>,
}

impl Node {
    fn is_leaf(&self) -> bool {
        self.members.is_empty() && self.items.is_empty()
    }

    /// The first of the members of one name, by its place, if there is one.
    #[inline]
    fn member_called(&self, name: &[u8]) -> Option<usize> {
        if self.members.len() <= FEW_MEMBERS {
            return self.members.iter().position(|(own, _)| own.as_bytes() == name);
        }
        let from = self.members.partition_point(|(own, _)| own.as_bytes() < name);
        self.is_called(from, name).then_some(from)
    }

    fn is_called(&self, place: usize, name: &[u8]) -> bool {
        self.members.get(place).is_some_and(|(own, _)| own.as_bytes() == name)
    }
}

/// So many names are compared one by one; among more they are searched for.
const FEW_MEMBERS: usize = 16;

/// What the pass has seen at a node of the trie.
#[derive(Clone, Debug)]
enum Seen {
    Nothing,
    /// A wanted value, built. What paths want below it is looked up in it.
    Built(Value),
    Null,
    List(usize),
    /// An object, and the byte where it begins.
    Object(usize),
    Other(&'static str),
}

impl Picker {
    pub fn new(paths: &[Arc<Path>]) -> Picker {
        let mut trie = Trie { nodes: vec![Node::default()], ways: BTreeMap::new() };
        let mut routes = Vec::with_capacity(paths.len());
        for path in paths {
            routes.push(path.segments().map(|segments| trie.add(segments)).unwrap_or_default());
        }
        let mut nodes = trie.nodes;
        for node in &mut nodes {
            node.members.sort();
            node.items.sort_unstable();
        }
        let needs_tree = paths.iter().any(|path| !path.is_singular());
        Picker { paths: paths.to_vec(), routes, nodes, needs_tree }
    }

    /// What each path selects, in the order in which they were given.
    ///
    /// # Errors
    /// Bytes that are no JSON document, or one nested deeper than 127; more than 200,000 values to build, which is all
    /// of the document where a path can select many nodes.
    pub fn pick(&self, json: &[u8]) -> Result<Vec<Selected>, DecodeError> {
        if self.needs_tree {
            let tree = from_json(json)?;
            return Ok(self.paths.iter().map(|path| path.select(&tree)).collect());
        }
        let mut pass =
            Pass { nodes: &self.nodes, scan: Scan::new(json)?, seen: vec![Seen::Nothing; self.nodes.len()] };
        pass.value(0, 0)?;
        pass.scan.end()?;
        let selected = self.paths.iter().zip(&self.routes);
        Ok(selected.map(|(path, route)| pass.selected(path.segments().unwrap_or_default(), route)).collect())
    }

    /// What each path selects in a body that is a value already. `is_xml` where `[0]` also finds what does not repeat.
    pub fn pick_in(&self, value: &Value, is_xml: bool) -> Vec<Selected> {
        let select = if is_xml { Path::select_element } else { Path::select };
        self.paths.iter().map(|path| select(path, value)).collect()
    }
}

/// The trie as it is built.
struct Trie<'a> {
    nodes: Vec<Node>,
    /// From a node by a step to the next one.
    ways: BTreeMap<(usize, &'a Step), usize>,
}

impl<'a> Trie<'a> {
    /// Adds a path; gives the nodes that it leads through.
    fn add(&mut self, segments: &'a [Segment]) -> Vec<usize> {
        let mut route = vec![0];
        let mut at = 0;
        for segment in segments {
            let next = self.nodes.len();
            let known = *self.ways.entry((at, &segment.step)).or_insert(next);
            if known == next {
                if let Some(node) = self.nodes.get_mut(at) {
                    if let Some(name) = segment.member() {
                        node.members.push((name.clone(), next));
                    }
                    if let Step::Index { index, .. } = segment.step {
                        node.items.push((index, next));
                    }
                }
                self.nodes.push(Node::default());
            }
            at = known;
            route.push(at);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.wanted += 1;
        }
        route
    }
}

/// One pass over one document.
struct Pass<'a> {
    nodes: &'a [Node],
    scan: Scan<'a>,
    seen: Vec<Seen>,
}

impl<'a> Pass<'a> {
    /// Passes the value that stands at node `at` of the trie, inside `depth` lists and objects. It calls itself, no
    /// deeper than the document may nest.
    fn value(&mut self, at: usize, depth: usize) -> Result<(), DecodeError> {
        let Some(node) = self.nodes.get(at) else { return self.scan.skip(depth) };
        let first = self.scan.peek();
        let start = self.scan.at();
        let seen = if node.wanted > 0 {
            match self.scan.value(depth)? {
                Value::Null => Seen::Null,
                value => Seen::Built(value),
            }
        } else {
            match first {
                Some(b'{') if !node.members.is_empty() => {
                    self.object(node, depth)?;
                    Seen::Object(start)
                }
                Some(b'[') if !node.items.is_empty() => Seen::List(self.list(node, depth)?),
                first => {
                    self.scan.skip(depth)?;
                    match first {
                        Some(b'{') => Seen::Object(start),
                        Some(b'[') => Seen::List(0),
                        Some(b'"') => Seen::Other("a text"),
                        Some(b't') => Seen::Other("true"),
                        Some(b'f') => Seen::Other("false"),
                        Some(b'n') => Seen::Null,
                        _ => Seen::Other("a number"),
                    }
                }
            }
        };
        self.note(at, seen);
        Ok(())
    }

    fn object(&mut self, node: &'a Node, depth: usize) -> Result<(), DecodeError> {
        self.scan.enter(depth)?;
        if self.scan.peek() == Some(b'}') {
            self.scan.bump();
            return Ok(());
        }
        loop {
            let (name, escaped) = self.scan.name()?;
            self.scan.colon()?;
            if escaped {
                let name = Scan::unescape(name);
                self.member(node, name.as_bytes(), depth)?;
            } else {
                self.member(node, name, depth)?;
            }
            match self.scan.peek() {
                Some(b',') => self.scan.bump(),
                Some(b'}') => break self.scan.bump(),
                _ => return Err(self.scan.unexpected("`,` or `}`")),
            }
        }
        Ok(())
    }

    #[inline]
    fn member(&mut self, node: &'a Node, name: &[u8], depth: usize) -> Result<(), DecodeError> {
        let Some(place) = node.member_called(name) else { return self.scan.skip(depth + 1) };
        // `["0"]` and `[0]` lead through one member to two nodes of the trie.
        if !node.is_called(place + 1, name) {
            return self.child_at(node, place, depth);
        }
        let start = self.scan.clone();
        self.child_at(node, place, depth)?;
        self.scan = start;
        self.child_at(node, place + 1, depth)
    }

    #[inline]
    fn child_at(&mut self, node: &Node, place: usize, depth: usize) -> Result<(), DecodeError> {
        match node.members.get(place) {
            Some((_, child)) => self.child(*child, depth),
            None => self.scan.skip(depth + 1),
        }
    }

    /// Gives the count of items.
    fn list(&mut self, node: &'a Node, depth: usize) -> Result<usize, DecodeError> {
        self.scan.enter(depth)?;
        if self.scan.peek() == Some(b']') {
            self.scan.bump();
            return Ok(0);
        }
        // Where the last items begin, as many as an index counts back.
        let back = node.items.first().map_or(0, |(index, _)| index.min(&0).unsigned_abs());
        let (from_end, mut ahead) = node.items.split_at(node.items.partition_point(|(index, _)| *index < 0));
        let mut last = VecDeque::new();
        let mut count = 0;
        loop {
            if back > 0 {
                if last.len() as u64 >= back {
                    last.pop_front();
                }
                last.push_back(self.scan.clone());
            }
            match ahead.split_first() {
                Some(((index, child), rest)) if usize::try_from(*index) == Ok(count) => {
                    ahead = rest;
                    self.child(*child, depth)?;
                }
                _ => self.scan.skip(depth + 1)?,
            }
            count += 1;
            match self.scan.peek() {
                Some(b',') => self.scan.bump(),
                Some(b']') => break self.scan.bump(),
                _ => return Err(self.scan.unexpected("`,` or `]`")),
            }
        }
        let end = self.scan.clone();
        for (index, child) in from_end {
            if let Some(item) = place(*index, count).and_then(|item| last.get(item + last.len() - count)) {
                self.scan = item.clone();
                self.child(*child, depth)?;
            }
        }
        self.scan = end;
        Ok(count)
    }

    /// Passes a value inside the list or object at `depth`. Of members of one name the last counts: what was found in
    /// an earlier one is forgotten.
    #[inline]
    fn child(&mut self, at: usize, depth: usize) -> Result<(), DecodeError> {
        if !matches!(self.seen.get(at), Some(Seen::Nothing)) {
            self.forget_below(at);
        }
        self.value(at, depth + 1)
    }

    /// Below a node of which nothing was seen, nothing was seen either. It calls itself, no deeper than the document
    /// may nest.
    fn forget_below(&mut self, at: usize) {
        let Some(node) = self.nodes.get(at) else { return };
        let by_name = node.members.iter().map(|(_, child)| *child);
        for child in by_name.chain(node.items.iter().map(|(_, child)| *child)) {
            if !matches!(self.seen.get(child), None | Some(Seen::Nothing)) {
                self.forget_below(child);
                self.note(child, Seen::Nothing);
            }
        }
    }

    fn note(&mut self, at: usize, seen: Seen) {
        if let Some(slot) = self.seen.get_mut(at) {
            *slot = seen;
        }
    }

    fn selected(&mut self, segments: &[Segment], route: &[usize]) -> Selected {
        let last = route.last().copied().unwrap_or_default();
        if let Some(built @ Seen::Built(_)) = self.seen.get_mut(last) {
            let is_shared = self.nodes.get(last).is_some_and(|node| node.wanted > 1 || !node.is_leaf());
            let seen = if is_shared { built.clone() } else { std::mem::replace(built, Seen::Nothing) };
            if let Seen::Built(value) = seen {
                return Selected::Found(value);
            }
        }
        // The last place on the way where something stood.
        let stood = route.iter().enumerate().rev().find_map(|(passed, at)| match self.seen.get(*at) {
            None | Some(Seen::Nothing) => None,
            Some(seen) => Some((passed, seen)),
        });
        let (passed, stood) = match stood {
            Some((passed, Seen::Built(value))) => return segment::select(segments, passed, value, false),
            Some((passed, Seen::List(count))) => (passed, Stood::Items(*count)),
            Some((passed, Seen::Object(start))) => {
                (passed, Stood::Members(self.near(*start, segments.get(passed))))
            }
            Some((passed, Seen::Other(noun))) => (passed, Stood::Other(noun)),
            Some((passed, _)) => (passed, Stood::Null),
            None => (0, Stood::Null),
        };
        Selected::Missing(Missing::new(segments, passed, stood))
    }

    /// The name in the object at `start` that was perhaps meant.
    fn near(&self, start: usize, wanted: Option<&Segment>) -> Option<String> {
        let Some(Segment { step: Step::Name(wanted), .. }) = wanted else { return None };
        let names = self.scan.names_at(start, NAMES_LOOKED_AT);
        near(wanted, names.iter().map(|name| &**name)).map(str::to_owned)
    }
}
