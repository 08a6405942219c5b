//! A disk that keeps only what was synced, as in redb's own tests, and that fails when it is told to: a kill cannot show a
//! missing sync.

#![allow(clippy::indexing_slicing)]

use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use ::redb::StorageBackend;

use super::{Redb, StoreError, errors, open};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    /// From the n-th sync on nothing reaches the disk any more, and nobody is told.
    Cut(u64),
    /// The n-th sync fails; those after it work.
    FailSync(u64),
    /// The n-th call of any kind fails so; those after it work.
    Fail(u64, ErrorKind),
    /// From the n-th call on the disk is full, until it is opened again.
    Full(u64),
}

#[derive(Debug, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    syncs: u64,
    /// Of any kind.
    calls: u64,
    has_room_again: bool,
    fault: Fault,
}

#[derive(Clone, Debug)]
pub struct Disk {
    state: Arc<Mutex<Content>>,
}

impl Disk {
    pub fn new(content: Vec<u8>, fault: Fault) -> Disk {
        let state = Content { live: content.clone(), durable: content, fault, ..Content::default() };
        Disk { state: Arc::new(Mutex::new(state)) }
    }

    /// How many syncs and calls of any kind there were.
    pub fn calls(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap();
        (state.syncs, state.calls)
    }

    /// One more call; fails if it is to. A call that would take room is refused by a full disk.
    fn call(&self, takes_room: bool) -> Result<MutexGuard<'_, Content>> {
        let mut state = self.state.lock().unwrap();
        state.calls += 1;
        match state.fault {
            Fault::Fail(at, kind) if state.calls == at => Err(Error::from(kind)),
            Fault::Full(at) if takes_room && state.calls >= at && !state.has_room_again => {
                Err(Error::from(ErrorKind::StorageFull))
            }
            _ => Ok(state),
        }
    }

    /// Somebody made room.
    pub fn make_room(&self) {
        self.state.lock().unwrap().has_room_again = true;
    }

    pub fn durable(&self) -> Vec<u8> {
        self.state.lock().unwrap().durable.clone()
    }

    /// What was written, synced or not: what a process finds behind one that was killed.
    pub fn live(&self) -> Vec<u8> {
        self.state.lock().unwrap().live.clone()
    }

    /// What fails from now on, given the syncs that there were.
    pub fn set_fault(&self, fault: impl FnOnce(u64) -> Fault) {
        let mut state = self.state.lock().unwrap();
        state.fault = fault(state.syncs);
    }

    /// Whether the power was cut.
    pub fn is_cut(&self) -> bool {
        let state = self.state.lock().unwrap();
        matches!(state.fault, Fault::Cut(at) if state.syncs >= at)
    }

    pub fn open(&self) -> std::result::Result<Redb, StoreError> {
        let disk = self.clone();
        let place = PathBuf::from("disk");
        Redb::with(
            place.clone(),
            Box::new(move || {
                let database = open::builder().create_with_backend(disk.clone());
                let database = database.map_err(|error| errors::opening(&place, error))?;
                open::prepare(&database)?;
                Ok(database)
            }),
        )
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64> {
        Ok(self.call(false)?.live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let state = self.call(false)?;
        let found = state.live.get(offset as usize..offset as usize + out.len());
        out.copy_from_slice(found.ok_or(Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut state = self.call(true)?;
        state.live.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        let mut state = self.call(false)?;
        state.syncs += 1;
        match state.fault {
            Fault::Cut(at) if state.syncs >= at => {}
            Fault::FailSync(at) if state.syncs == at => return Err(Error::other("the disk is gone")),
            _ => state.durable = state.live.clone(),
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut state = self.call(true)?;
        let end = offset as usize + data.len();
        if state.live.len() < end {
            state.live.resize(end, 0);
        }
        state.live[offset as usize..end].copy_from_slice(data);
        Ok(())
    }
}
