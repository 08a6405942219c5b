//! Writes the flat code of one pipeline: step paths, jumps that are filled in when their target is known, and the
//! paths into the body that the pipeline's picker answers together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::program::{Call, OnFail, Op, OpKind};
use crate::extract::Path;
use crate::source::Span;

#[derive(Default)]
pub(super) struct Emit {
    pub ops: Vec<Op>,
    /// Paths into the body, each once.
    pub picks: Vec<Arc<Path>>,
    picked: BTreeMap<Arc<str>, usize>,
    block: Numbering,
}

/// Where the statements of a block are numbered from.
#[derive(Default)]
pub(super) struct Numbering {
    prefix: String,
    last: u32,
}

impl Emit {
    /// Whether the statements are those of the pipeline itself, and of no block inside it.
    pub(super) fn is_top_level(&self) -> bool {
        self.block.prefix.is_empty()
    }

    /// The path of the next statement of this block.
    pub(super) fn step(&mut self) -> Arc<str> {
        self.block.last += 1;
        Arc::from(format!("{}{}", self.block.prefix, self.block.last))
    }

    /// Opens the numbering of what stands inside the statement at `path`. All blocks of one statement are numbered
    /// on, so that no two statements share a path.
    pub(super) fn enter(&mut self, path: &str) -> Numbering {
        std::mem::replace(&mut self.block, Numbering { prefix: format!("{path}."), last: 0 })
    }

    pub(super) fn leave(&mut self, outer: Numbering) {
        self.block = outer;
    }

    pub(super) fn push(&mut self, kind: OpKind, span: Span, path: &Arc<str>) -> usize {
        self.ops.push(Op { kind, span, path: path.clone() });
        self.ops.len() - 1
    }

    /// The index of the op that comes next. A file of 1 MiB holds far fewer statements than fit.
    pub(super) fn here(&self) -> u32 {
        u32::try_from(self.ops.len()).unwrap_or(u32::MAX)
    }

    /// Makes the jump at `at` go on with the op that comes next.
    pub(super) fn land(&mut self, at: usize) {
        let here = self.here();
        match self.ops.get_mut(at).map(|op| &mut op.kind) {
            Some(OpKind::Jump { to } | OpKind::JumpUnless { to, .. } | OpKind::ForStart { end: to, .. }) => {
                *to = here
            }
            Some(OpKind::Call(call)) => {
                if let OnFail::Block { to, .. } = &mut call.on_fail {
                    *to = here;
                }
            }
            _ => {}
        }
    }

    pub(super) fn call_mut(&mut self, at: usize) -> Option<&mut Call> {
        match self.ops.get_mut(at).map(|op| &mut op.kind) {
            Some(OpKind::Call(call)) => Some(call),
            _ => None,
        }
    }

    /// The place of a path among the results of the picker.
    pub(super) fn pick(&mut self, path: &Arc<Path>) -> usize {
        let next = self.picks.len();
        let at = *self.picked.entry(path.text.clone()).or_insert(next);
        if at == next {
            self.picks.push(path.clone());
        }
        at
    }

    /// For each op, whether a `respond` may still come on a way from behind it (for a call: in its `on_fail` too).
    pub(super) fn responds_after(&self) -> Vec<bool> {
        let mut from = vec![false; self.ops.len()];
        // Every edge but a loop's way back leads forward, so the second round finds all and the third nothing new.
        loop {
            let mut changed = false;
            for (at, op) in self.ops.iter().enumerate().rev() {
                let found = matches!(op.kind, OpKind::Respond(_))
                    || successors(at, &op.kind).into_iter().flatten().any(|to| from.get(to) == Some(&true));
                if let Some(own) = from.get_mut(at)
                    && *own != found
                {
                    *own = found;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        self.ops
            .iter()
            .enumerate()
            .map(|(at, op)| {
                successors(at, &op.kind).into_iter().flatten().any(|to| from.get(to) == Some(&true))
            })
            .collect()
    }
}

/// The ops that may come next.
fn successors(at: usize, kind: &OpKind) -> [Option<usize>; 2] {
    let next = Some(at + 1);
    match kind {
        OpKind::Stop { .. } | OpKind::Abort { .. } => [None, None],
        OpKind::Jump { to } => [Some(*to as usize), None],
        OpKind::JumpUnless { to, .. } | OpKind::ForStart { end: to, .. } | OpKind::ForNext { body: to } => {
            [next, Some(*to as usize)]
        }
        OpKind::Call(call) => match call.on_fail {
            OnFail::Block { to, .. } => [next, Some(to as usize)],
            OnFail::Fail | OnFail::Continue => [next, None],
        },
        OpKind::Extract(_)
        | OpKind::Let { .. }
        | OpKind::Respond(_)
        | OpKind::Dedupe(_)
        | OpKind::Wait { .. } => [next, None],
    }
}
