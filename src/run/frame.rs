//! Where a run stands: the values of its slots, the loops that it is in, the op that is next.

use std::cell::Cell;
use std::sync::Arc;

use super::Received;
use super::derived;
use super::inputs::Inputs;
use crate::resolve::program::Pipeline;
use crate::value::{Time, Value};

pub(super) struct Frame {
    pub pipeline: Arc<Pipeline>,
    pub inputs: Inputs,
    /// Index of the op where the run stands.
    pub at: usize,
    /// The innermost last.
    pub loops: Vec<Loop>,
    pub now: Time,
    /// Slots of the step whose value its `on_missing` decides about.
    pub missed: Vec<u16>,
    /// Which way the step goes on, where it has two.
    pub way: Option<bool>,
    slots: Vec<Value>,
    /// How often the step called `uuid`.
    uuids: Cell<u32>,
    /// Slots of which it is noted whether they are looked at; none but in a test.
    watched: Vec<(Option<u16>, Cell<bool>)>,
}

pub(super) struct Loop {
    pub items: Arc<Vec<Value>>,
    /// From 1, as in the step path.
    pub round: usize,
    /// What the item is bound to.
    pub slot: u16,
}

impl Frame {
    pub(super) fn new(pipeline: Arc<Pipeline>, received: Arc<Received>) -> Frame {
        Frame {
            slots: vec![Value::Empty; pipeline.slots.len()],
            now: Time::from_millis(i64::try_from(received.at).unwrap_or(i64::MAX)),
            inputs: Inputs::new(received, pipeline.reading),
            at: 0,
            loops: Vec::new(),
            missed: Vec::new(),
            way: None,
            uuids: Cell::new(0),
            watched: Vec::new(),
            pipeline,
        }
    }

    pub(super) fn received(&self) -> &Received {
        &self.inputs.received
    }

    /// To be called before each step: ids are counted within one.
    pub(super) fn begin_step(&mut self) {
        self.uuids.set(0);
        self.missed.clear();
        self.way = None;
    }

    pub(super) fn watch(&mut self, slot: Option<u16>) {
        // Of two watches of one slot, as in the turns of a loop, the later one is about what it holds now.
        for (own, _) in &mut self.watched {
            *own = own.filter(|own| Some(*own) != slot);
        }
        self.watched.push((slot, Cell::new(false)));
    }

    pub(super) fn looked_at(&self, watched: usize) -> bool {
        self.watched.get(watched).is_some_and(|(_, looked)| looked.get())
    }

    pub(super) fn slot(&self, slot: u16) -> &Value {
        if let Some((_, looked)) = self.watched.iter().find(|(own, _)| *own == Some(slot)) {
            looked.set(true);
        }
        self.slots.get(usize::from(slot)).unwrap_or(&Value::Empty)
    }

    pub(super) fn slot_name(&self, slot: u16) -> Arc<str> {
        self.pipeline.slots.get(usize::from(slot)).cloned().unwrap_or_default()
    }

    pub(super) fn bind(&mut self, slot: u16, value: Value) {
        if let Some(own) = self.slots.get_mut(usize::from(slot)) {
            *own = value;
        }
    }

    /// The step path with its rounds: `4.2[7].1`.
    pub(super) fn path(&self) -> Arc<str> {
        let Some(op) = self.pipeline.code.get(self.at) else { return Arc::default() };
        if self.loops.is_empty() || !op.path.contains("[]") {
            return op.path.clone();
        }
        let mut path = String::new();
        let mut loops = self.loops.iter();
        for (at, part) in op.path.split("[]").enumerate() {
            if at > 0 {
                let round = loops.next().map_or(0, |open| open.round);
                path += &format!("[{round}]");
            }
            path += part;
        }
        path.into()
    }

    /// The next id of the step where the run stands: the same in every attempt of the operation.
    pub(super) fn uuid(&self) -> String {
        let count = self.uuids.get();
        self.uuids.set(count + 1);
        derived::uuid("uuid", self.received().id, &self.path(), count)
    }
}
