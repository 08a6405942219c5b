//! A file that is looked at and never changed: what would be written to it stays in memory. For an examination, which must
//! not mend what it finds.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::redb::StorageBackend;

/// The unit in which what was written is kept.
const BLOCK: u64 = 4 << 10;

#[derive(Debug)]
pub(super) struct Overlay {
    file: File,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    len: u64,
    /// Up to where the file itself still counts.
    of_file: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    /// # Errors
    /// The length of the file cannot be told.
    pub(super) fn new(file: File) -> Result<Overlay> {
        let len = file.metadata()?.len();
        Ok(Overlay { file, state: Mutex::new(State { len, of_file: len, blocks: BTreeMap::new() }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it stands, zeros behind the end.
    fn block(&self, state: &State, number: u64) -> Result<Vec<u8>> {
        if let Some(block) = state.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = vec![0; BLOCK as usize];
        let start = number * BLOCK;
        let there = state.of_file.saturating_sub(start).min(BLOCK) as usize;
        if let Some(there) = block.get_mut(..there) {
            self.file.read_exact_at(there, start)?;
        }
        Ok(block)
    }
}

impl StorageBackend for Overlay {
    fn len(&self) -> Result<u64> {
        Ok(self.state().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let state = self.state();
        if offset.saturating_add(out.len() as u64) > state.len {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        let mut at = offset;
        let mut rest = out;
        while !rest.is_empty() {
            let block = self.block(&state, at / BLOCK)?;
            let from = block.get((at % BLOCK) as usize..).unwrap_or_default();
            let len = from.len().min(rest.len());
            let (now, later) = rest.split_at_mut(len);
            now.copy_from_slice(from.get(..len).unwrap_or_default());
            (at, rest) = (at + len as u64, later);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut state = self.state();
        state.of_file = state.of_file.min(len);
        state.blocks.split_off(&len.div_ceil(BLOCK));
        // What is cut off comes back as zeros.
        if let (number, used @ 1..) = (len / BLOCK, len % BLOCK) {
            let mut block = self.block(&state, number)?;
            block.iter_mut().skip(used as usize).for_each(|byte| *byte = 0);
            state.blocks.insert(number, block);
        }
        state.len = len;
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut state = self.state();
        let (mut at, mut rest) = (offset, data);
        while !rest.is_empty() {
            let number = at / BLOCK;
            let mut block = self.block(&state, number)?;
            let to = block.get_mut((at % BLOCK) as usize..).unwrap_or_default();
            let len = to.len().min(rest.len());
            let (now, later) = rest.split_at(len);
            if let Some(to) = to.get_mut(..len) {
                to.copy_from_slice(now);
            }
            state.blocks.insert(number, block);
            (at, rest) = (at + len as u64, later);
        }
        state.len = state.len.max(at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn it_reads_as_written_and_leaves_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        let before: Vec<u8> = (0..10_000_u32).map(|n| n as u8).collect();
        file.write_all(&before).unwrap();
        let overlay = Overlay::new(file.try_clone().unwrap()).unwrap();
        let mut expected = before.clone();
        overlay.write(4_000, &[9; 5_000]).unwrap();
        expected.splice(4_000..9_000, [9; 5_000]);
        overlay.write(20_000, &[8; 10]).unwrap();
        expected.resize(20_000, 0);
        expected.extend([8; 10]);
        let all = |overlay: &Overlay| {
            let mut out = vec![1; overlay.len().unwrap() as usize];
            overlay.read(0, &mut out).unwrap();
            out
        };
        assert!(all(&overlay) == expected);
        overlay.set_len(5_000).unwrap();
        overlay.set_len(12_000).unwrap();
        expected.truncate(5_000);
        expected.resize(12_000, 0);
        assert!(all(&overlay) == expected);
        assert!(overlay.read(11_999, &mut [0; 2]).is_err());
        let mut after = vec![0; 10_000];
        file.read_exact_at(&mut after, 0).unwrap();
        assert!(after == before && file.metadata().unwrap().len() == 10_000);
    }
}
