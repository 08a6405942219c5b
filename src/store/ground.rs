//! What a process of a test stands on: the operations in memory, or in redb on a disk that loses what was not synced. The
//! process may end at any moment, and the next one opens what is left.

use std::sync::Arc;

use super::memory::Memory;
use super::redb::disk::{Disk, Fault};
use super::{Store, StoreError};

pub struct Ground {
    kind: Kind,
    opened: u64,
}

enum Kind {
    Memory(Arc<Memory>),
    Disk(Disk),
}

/// How the process before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Whatever it wrote is there.
    Killed,
    /// What it did not sync is gone.
    PowerCut,
}

impl Ground {
    pub fn memory() -> Ground {
        Ground { kind: Kind::Memory(Arc::default()), opened: 0 }
    }

    pub fn disk() -> Ground {
        Ground { kind: Kind::Disk(Disk::new(Vec::new(), Fault::None)), opened: 0 }
    }

    /// Opens what is left by a process that is gone, if there was one. Its store is worthless from now on.
    ///
    /// # Errors
    /// What is left cannot be opened.
    pub fn open(&mut self, gone: Gone) -> Result<Arc<dyn Store>, StoreError> {
        self.opened += 1;
        match &mut self.kind {
            Kind::Memory(memory) => {
                *memory = Arc::new(memory.begin_again(self.opened));
                Ok(memory.clone())
            }
            Kind::Disk(disk) => {
                let left = if gone == Gone::Killed { disk.live() } else { disk.durable() };
                *disk = Disk::new(left, Fault::None);
                Ok(Arc::new(disk.open()?))
            }
        }
    }

    /// Has the power cut at the n-th sync from now on; false where there is no disk.
    pub fn cut_in(&self, n: u64) -> bool {
        self.set_fault(|syncs| Fault::Cut(syncs + n))
    }

    /// Has the next sync fail; false where there is no disk.
    pub fn fail_next(&self) -> bool {
        self.set_fault(|syncs| Fault::FailSync(syncs + 1))
    }

    pub fn is_cut(&self) -> bool {
        matches!(&self.kind, Kind::Disk(disk) if disk.is_cut())
    }

    fn set_fault(&self, fault: impl FnOnce(u64) -> Fault) -> bool {
        match &self.kind {
            Kind::Memory(_) => false,
            Kind::Disk(disk) => {
                disk.set_fault(fault);
                true
            }
        }
    }
}
