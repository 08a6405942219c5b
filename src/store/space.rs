//! How much room the disk has.

use std::path::Path;

/// Of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What this process may still write.
    pub free: u64,
    pub size: u64,
}

/// Below this much free room new work is refused.
const LOW: u64 = 64 << 20;

/// So many parts of the whole, of which one is to be free.
const PARTS: u64 = 50;

impl Space {
    /// Of the file system that a directory lies on; `None` where nobody can tell.
    pub fn of(directory: &Path) -> Option<Space> {
        let found = rustix::fs::statvfs(directory).ok()?;
        let block = found.f_frsize;
        Some(Space { free: found.f_bavail.saturating_mul(block), size: found.f_blocks.saturating_mul(block) })
    }

    /// Less than 64 MiB or 2 % is free: what is left is for what has happened already.
    pub fn is_low(self) -> bool {
        self.free < LOW || self.free < self.size / PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_is_below_64_mib_or_2_percent() {
        let low = |free, size| Space { free, size }.is_low();
        assert!(low((64 << 20) - 1, 1 << 30) && !low(64 << 20, 1 << 30));
        assert!(low((20 << 30) - 1, 1_000 << 30) && !low(20 << 30, 1_000 << 30));
    }

    #[test]
    fn this_disk_has_a_size() {
        let space = Space::of(Path::new("/")).unwrap();
        assert!(space.size > 0 && space.free <= space.size);
        assert_eq!(Space::of(Path::new("/is/not/there")), None);
    }
}
