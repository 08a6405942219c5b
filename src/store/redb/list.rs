//! Pages of operations, newest first: a merge of one range for each pipeline, and of the tail whose derived rows are not
//! written yet.

use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::redb::{Range, ReadOnlyTable, ReadTransaction, ReadableDatabase};

use super::super::search::{Bounds, Needle};
use super::super::standing::Standing;
use super::super::{Cursor, Filter, Page, State, StoreError};
use super::errors::unreadable;
use super::live::Tailed;
use super::tables::{BY_PIPELINE, BY_STATE, id_at, pipeline_key, state_key};
use super::values::read_standing;
use super::{Redb, read};
use crate::value::Id;

/// Rows that one page may look at: about 50 ms. A filter that finds little gives a short page with a cursor.
const BUDGET: usize = 20_000;

/// On a slow disk the time itself is the bound.
const PATIENCE: Duration = Duration::from_millis(50);

/// How many rows go by between two looks at the time.
const BETWEEN: usize = 64;

/// Searching a stored request costs as much as one row for each so many of its bytes.
const SEARCHED: usize = 512;

pub(super) fn list(
    store: &Redb,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let bounds = Bounds::of(filter, after);
    if bounds.is_empty() {
        return Ok(Page::default());
    }
    store.with_database(|database| {
        let (txn, names, tail) = {
            let live = store.live();
            let txn = database.begin_read()?;
            let tail: BTreeMap<Id, Tailed> = live
                .tail
                .operations
                .range(bounds.low..bounds.high)
                .map(|(id, tailed)| (*id, tailed.clone()))
                .collect();
            (txn, live.names.pipelines.all.clone(), tail)
        };
        let only: Vec<u32> = (0_u32..)
            .zip(&names)
            .filter(|(_, name)| filter.pipeline.as_ref().is_none_or(|wanted| wanted == *name))
            .map(|(number, _)| number)
            .collect();
        let merge = Merge::new(&txn, &only, filter.state, bounds, tail)?;
        page(store, &txn, merge, filter, &names, limit.max(1))
    })
}

fn page(
    store: &Redb,
    txn: &ReadTransaction,
    mut merge: Merge,
    filter: &Filter,
    names: &[Arc<str>],
    limit: usize,
) -> Result<Page, StoreError> {
    let needle = filter.text.as_deref().map(Needle::new);
    let mut page = Page::default();
    let mut budget = BUDGET;
    let began = Instant::now();
    while let Some((id, pipeline, standing)) = merge.next()? {
        budget = budget.saturating_sub(1);
        let name = names.get(pipeline as usize);
        let fits = filter.state.is_none_or(|wanted| wanted == standing.state)
            && filter.pipeline.as_ref().is_none_or(|wanted| Some(wanted) == name);
        if let (true, Some(name)) = (fits, name) {
            let found = match &needle {
                Some(needle) if !needle.in_list(id, &standing.reason) => {
                    budget = budget.saturating_sub(standing.bytes as usize / SEARCHED + 1);
                    read::operation(store, txn, id)?.is_some_and(|operation| needle.in_request(&operation))
                }
                _ => true,
            };
            if found {
                page.items.push(standing.listed(id, Arc::clone(name)));
            }
        }
        let is_late = budget.is_multiple_of(BETWEEN) && began.elapsed() >= PATIENCE;
        if page.items.len() >= limit || budget == 0 || is_late {
            page.next = (!merge.is_over()).then_some(Cursor(id));
            break;
        }
    }
    Ok(page)
}

/// Several ranges, each newest first, as one.
struct Merge {
    standings: ReadOnlyTable<&'static [u8; 20], &'static [u8]>,
    ranges: Vec<Source>,
    /// The newest id of each range that is not at its end; the last number stands for the tail.
    heads: BinaryHeap<(Id, usize)>,
    tail: BTreeMap<Id, Tailed>,
}

struct Source {
    pipeline: u32,
    ids: Ids,
}

enum Ids {
    ByPipeline(Range<'static, &'static [u8; 20], &'static [u8]>),
    ByState(Range<'static, &'static [u8; 21], &'static [u8]>),
}

/// The head of the tail.
const TAIL: usize = usize::MAX;

impl Merge {
    fn new(
        txn: &ReadTransaction,
        pipelines: &[u32],
        state: Option<State>,
        Bounds { low, high }: Bounds,
        tail: BTreeMap<Id, Tailed>,
    ) -> Result<Merge, StoreError> {
        let standings = txn.open_table(BY_PIPELINE)?;
        let states = txn.open_table(BY_STATE)?;
        let mut ranges = Vec::with_capacity(pipelines.len());
        for pipeline in pipelines.iter().copied() {
            // Done operations are the bulk, and so have no rows in `by_state`.
            let ids = match state.filter(|state| *state != State::Done) {
                None => Ids::ByPipeline(
                    standings
                        .range::<&[u8; 20]>(&pipeline_key(pipeline, low)..&pipeline_key(pipeline, high))?,
                ),
                Some(state) => {
                    let key = |id| state_key(state as u8, pipeline, id);
                    Ids::ByState(states.range::<&[u8; 21]>(&key(low)..&key(high))?)
                }
            };
            ranges.push(Source { pipeline, ids });
        }
        let mut merge = Merge { standings, heads: BinaryHeap::new(), ranges, tail };
        for at in 0..merge.ranges.len() {
            merge.advance(at)?;
        }
        merge.advance(TAIL)?;
        Ok(merge)
    }

    fn next(&mut self) -> Result<Option<(Id, u32, Standing)>, StoreError> {
        let Some((id, at)) = self.heads.pop() else { return Ok(None) };
        // An operation that was written meanwhile stands in both; the tail's head sorts first.
        while let Some((_, at)) = self.heads.peek().copied().filter(|(same, _)| *same == id) {
            self.heads.pop();
            self.advance(at)?;
        }
        let found = if at == TAIL {
            self.tail.remove(&id).map(|Tailed { pipeline, standing, .. }| (id, pipeline, standing))
        } else {
            match self.ranges.get(at) {
                Some(source) => Some((id, source.pipeline, self.standing(source.pipeline, id)?)),
                None => None,
            }
        };
        self.advance(at)?;
        Ok(found)
    }

    fn is_over(&self) -> bool {
        self.heads.is_empty()
    }

    /// Puts the next id of a range among the heads.
    fn advance(&mut self, at: usize) -> Result<(), StoreError> {
        let id = match self.ranges.get_mut(at) {
            None => self.tail.keys().next_back().copied(),
            Some(source) => match &mut source.ids {
                Ids::ByPipeline(range) => match range.next_back() {
                    Some(row) => id_at(row?.0.value(), 4),
                    None => None,
                },
                Ids::ByState(range) => match range.next_back() {
                    Some(row) => id_at(row?.0.value(), 5),
                    None => None,
                },
            },
        };
        self.heads.extend(id.map(|id| (id, at)));
        Ok(())
    }

    fn standing(&self, pipeline: u32, id: Id) -> Result<Standing, StoreError> {
        let value = self.standings.get(&pipeline_key(pipeline, id))?;
        let standing = value.as_ref().and_then(|value| read_standing(value.value()));
        standing.ok_or_else(|| unreadable("by_pipeline"))
    }
}
