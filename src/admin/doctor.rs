//! An examination of a store: whether all of it can be read, what is counted is there, and what is open can go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::history::Programs;
use crate::operations::Log;
use crate::store::{Cursor, Filter, Hash, Listed, Space, Span, State, Store, StoreError};
use crate::value::Id;

/// Operations that one read takes.
const PAGE: usize = 1_000;

/// Ids that are shown of each trouble.
const SHOWN: usize = 20;

/// One thing that was looked at.
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    /// What was found, in words.
    pub says: String,
    /// The operations that it is about, the first of them.
    pub operations: Vec<Id>,
}

impl Check {
    pub fn new(name: &'static str, ok: bool, says: impl Into<String>) -> Check {
        Check { name, ok, says: says.into(), operations: Vec::new() }
    }

    pub fn to_json(&self) -> Json {
        let ids: Vec<String> = self.operations.iter().map(Id::to_string).collect();
        json!({ "check": self.name, "ok": self.ok, "says": self.says, "operations": ids })
    }
}

/// Whether the store stands still while it is examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stillness {
    Still,
    /// A server goes on writing: what is counted may differ by what came meanwhile.
    Serving,
}

/// Reads all that is there, in short transactions.
pub fn examine(
    store: &dyn Store,
    programs: &Programs,
    space: Option<Space>,
    stillness: Stillness,
) -> Vec<Check> {
    let mut walk = Walk::of(store, programs);
    let mut checks = Vec::new();
    match walk.all() {
        Ok(()) => checks.extend(walk.checks()),
        Err(error) => checks.push(Check::new("rows", false, format!("they cannot be read: {error}"))),
    }
    match store.summary(&Span::default()) {
        Ok(summary) => {
            if stillness == Stillness::Still {
                let same = summary.received == walk.count && summary.by_state == walk.by_state;
                let says = match same {
                    true => "they are those of the operations that are there".to_owned(),
                    false => {
                        format!("{} operations are counted, and {} are there", summary.received, walk.count)
                    }
                };
                checks.push(Check::new("counts", same, says));
            }
            checks.push(Check::new("notices", true, format!("{} wait to be sent", summary.notices_waiting)));
        }
        Err(error) => checks.push(Check::new("counts", false, error.to_string())),
    }
    if let Some(space) = space {
        let mib = |bytes: u64| bytes >> 20;
        let says = format!("{} MiB of {} MiB are free", mib(space.free), mib(space.size));
        checks.push(match space.is_low() {
            true => Check::new("disk", false, format!("{says}: requests are refused below 64 MiB or 2 %")),
            false => Check::new("disk", true, says),
        });
    }
    checks
}

struct Walk<'a> {
    store: &'a dyn Store,
    programs: &'a Programs,
    count: u64,
    bytes: u64,
    by_state: [u64; 7],
    damaged: Vec<Id>,
    /// Open without work that would go on with it, or ended with some.
    forgotten: Vec<Id>,
    /// What cannot go on here, by why.
    stuck: BTreeMap<String, (u64, Vec<Id>)>,
    /// Why a pipeline of a program cannot run here, if so.
    known: BTreeMap<(Hash, Arc<str>), Option<String>>,
}

impl<'a> Walk<'a> {
    fn of(store: &'a dyn Store, programs: &'a Programs) -> Walk<'a> {
        Walk {
            store,
            programs,
            count: 0,
            bytes: 0,
            by_state: [0; 7],
            damaged: Vec::new(),
            forgotten: Vec::new(),
            stuck: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    fn all(&mut self) -> Result<(), StoreError> {
        let mut after: Option<Cursor> = None;
        loop {
            let page = self.store.list(&Filter::default(), after.as_ref(), PAGE)?;
            for listed in &page.items {
                self.one(listed)?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn one(&mut self, listed: &Listed) -> Result<(), StoreError> {
        let operation = match self.store.load(listed.id) {
            Ok(Some(operation)) => operation,
            // Removed meanwhile.
            Ok(None) => return Ok(()),
            Err(StoreError::Row(..)) => {
                self.tell(listed);
                self.damaged.push(listed.id);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.tell(listed);
        let log = match Log::read(&operation) {
            Ok(log) => log,
            Err(_) => {
                self.damaged.push(listed.id);
                return Ok(());
            }
        };
        if (listed.state == State::Open) != operation.work.is_some() {
            // A server may have gone on with it between the two looks.
            let state = log.ended.as_ref().map_or(State::Open, |ended| ended.state);
            if (state == State::Open) != operation.work.is_some() {
                self.forgotten.push(listed.id);
            }
        }
        if matches!(listed.state, State::Open | State::Failed | State::Interrupted) {
            let key = (log.received.program, operation.pipeline.clone());
            let why = self
                .known
                .entry(key)
                .or_insert_with_key(|(hash, pipeline)| self.programs.unfit(self.store, *hash, pipeline));
            if let Some(why) = why {
                let (count, ids) = self.stuck.entry(why.clone()).or_default();
                *count += 1;
                if ids.len() < SHOWN {
                    ids.push(listed.id);
                }
            }
        }
        Ok(())
    }

    fn tell(&mut self, listed: &Listed) {
        self.count += 1;
        self.bytes += u64::from(listed.bytes);
        if let Some(count) = self.by_state.get_mut(listed.state as usize) {
            *count += 1;
        }
    }

    fn checks(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        checks.push(trouble(
            "rows",
            &self.damaged,
            &format!("{} operations of {} bytes can be read", self.count, self.bytes),
            "operations cannot be read",
        ));
        checks.push(trouble(
            "work",
            &self.forgotten,
            "whatever is open will be gone on with",
            "operations are open and nothing would go on with them, or the other way round",
        ));
        if self.stuck.is_empty() {
            checks.push(Check::new("programs", true, "whatever may go on can run here"));
        }
        for (why, (count, ids)) in &self.stuck {
            let says = format!("{count} open, failed or interrupted operations cannot go on here: {why}");
            checks.push(Check { operations: ids.clone(), ..Check::new("programs", false, says) });
        }
        checks
    }
}

fn trouble(name: &'static str, ids: &[Id], fine: &str, bad: &str) -> Check {
    match ids.len() {
        0 => Check::new(name, true, fine),
        count => Check {
            operations: ids.iter().take(SHOWN).copied().collect(),
            ..Check::new(name, false, format!("{count} {bad}"))
        },
    }
}
