//! What of the pipelines the tests came by: each step, both ways of each branch, and each `on_missing`. Counted from the
//! traces of their runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::run::Ran;
use crate::resolve::program::{OnFail, Op, OpKind, Pipeline};
use crate::source::{Source, Span};

/// Of all pipelines of a set of scripts.
#[derive(Debug, Default)]
pub struct Coverage {
    /// In the order of the pipelines, and of their steps.
    pub points: Vec<Point>,
    /// Where the points of a pipeline begin, and what they count.
    places: BTreeMap<Arc<str>, BTreeMap<Counted, usize>>,
}

/// Something that a test can come by.
#[derive(Clone, Debug)]
pub struct Point {
    pub source: Arc<Source>,
    pub span: Span,
    pub kind: PointKind,
    /// In words, for a branch and an `on_missing`: `it holds`. Empty for a step.
    pub what: String,
    /// How often.
    pub hits: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointKind {
    Step,
    Branch,
    OnMissing,
}

/// What a point counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    /// A statement, by its step path.
    Step(Arc<str>),
    /// An op that goes on in two ways, and which.
    Way(usize, bool),
    /// A slot whose `on_missing` decides.
    Missing(u16),
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub hit: usize,
    pub all: usize,
}

impl Counts {
    /// In percent, rounded down: 100 means all. Of nothing it is all.
    pub fn percent(self) -> usize {
        (self.hit * 100).checked_div(self.all).unwrap_or(100)
    }
}

impl Coverage {
    /// Nothing was come by yet.
    pub fn new<'a>(pipelines: impl IntoIterator<Item = &'a Arc<Pipeline>>) -> Coverage {
        let mut coverage = Coverage::default();
        for pipeline in pipelines {
            coverage.add_points(pipeline);
        }
        coverage
    }

    /// Counts a run.
    pub fn count(&mut self, ran: &Ran) {
        let Some(places) = self.places.get(&ran.pipeline.name) else { return };
        let mut hits = Vec::new();
        // What an action does in several tries is one step: a step is noted again only where a loop or a try goes round.
        let mut before: Option<(usize, &str)> = None;
        for step in ran.trace.iter() {
            let Some(op) = ran.pipeline.code.get(step.op) else { continue };
            if before != Some((step.op, &*step.path)) {
                hits.push(Counted::Step(op.path.clone()));
            }
            before = Some((step.op, &*step.path));
            hits.extend(step.way.map(|way| Counted::Way(step.op, way)));
            hits.extend(step.missed.iter().map(|slot| Counted::Missing(*slot)));
        }
        for hit in hits {
            if let Some(point) = places.get(&hit).and_then(|at| self.points.get_mut(*at)) {
                point.hits += 1;
            }
        }
    }

    /// Of one kind, or of all, in one file or in all.
    pub fn counts(&self, kind: Option<PointKind>, file: Option<&str>) -> Counts {
        let points = self.points.iter().filter(|point| kind.is_none_or(|kind| kind == point.kind));
        let mut counts = Counts::default();
        for point in points.filter(|point| file.is_none_or(|file| file == point.source.name)) {
            counts.all += 1;
            counts.hit += usize::from(point.hits > 0);
        }
        counts
    }

    /// The files that have points, by name.
    pub fn files(&self) -> Vec<Arc<Source>> {
        let by_name: BTreeMap<&str, &Arc<Source>> =
            self.points.iter().map(|point| (point.source.name.as_str(), &point.source)).collect();
        by_name.into_values().cloned().collect()
    }

    fn add_points(&mut self, pipeline: &Arc<Pipeline>) {
        let mut places = BTreeMap::new();
        for (at, op) in pipeline.code.iter().enumerate() {
            if matches!(op.kind, OpKind::Jump { .. } | OpKind::ForNext { .. }) {
                continue;
            }
            let step = Counted::Step(op.path.clone());
            if !places.contains_key(&step) {
                self.add(pipeline, op.span, PointKind::Step, String::new(), step, &mut places);
            }
            for (way, what) in ways(pipeline, at, op) {
                let counted = Counted::Way(at, way);
                self.add(pipeline, op.span, PointKind::Branch, what.to_owned(), counted, &mut places);
            }
            for (slot, span) in missing(op) {
                let name = pipeline.slots.get(usize::from(slot)).cloned().unwrap_or_default();
                let what = format!("`{name}` is missing");
                self.add(pipeline, span, PointKind::OnMissing, what, Counted::Missing(slot), &mut places);
            }
        }
        self.places.insert(pipeline.name.clone(), places);
    }

    fn add(
        &mut self,
        pipeline: &Arc<Pipeline>,
        span: Span,
        kind: PointKind,
        what: String,
        counted: Counted,
        places: &mut BTreeMap<Counted, usize>,
    ) {
        places.insert(counted, self.points.len());
        self.points.push(Point { source: pipeline.source.clone(), span, kind, what, hits: 0 });
    }
}

/// The ways behind an op that has two.
fn ways(pipeline: &Pipeline, at: usize, op: &Op) -> Vec<(bool, &'static str)> {
    match &op.kind {
        OpKind::JumpUnless { .. } => {
            // Of several conditions of one statement the later ones are the other way of the earlier.
            let behind = pipeline.code.iter().skip(at + 1);
            let is_last = !behind
                .filter(|later| later.path == op.path)
                .any(|later| matches!(later.kind, OpKind::JumpUnless { .. }));
            let holds = (true, "it holds");
            if is_last { vec![holds, (false, "it does not hold")] } else { vec![holds] }
        }
        OpKind::Call(call) if !matches!(call.on_fail, OnFail::Fail) => {
            vec![(true, "the action succeeds"), (false, "the action fails")]
        }
        _ => Vec::new(),
    }
}

/// The slots of an op whose `on_missing` may decide, and where it stands.
fn missing(op: &Op) -> Vec<(u16, Span)> {
    match &op.kind {
        OpKind::Extract(extract) => extract.fields.iter().map(|field| (field.slot, field.span)).collect(),
        OpKind::Let { slot, on_missing: Some(_), .. } => vec![(*slot, op.span)],
        _ => Vec::new(),
    }
}
