//! Says that a folder of scripts has changed, whatever happens to it: also when it is removed and made again, when a
//! link on its way is turned, and where the system cannot watch.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{io, thread};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc as tell;

use super::quiet::Quiet;
use super::snapshot::{self, Snapshot};

/// How often the folder itself is looked for, and its files where they cannot be watched.
const TICK: Duration = Duration::from_millis(500);

/// The folder has changed and come to rest: read it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed;

/// Tells `changed` from now on, so that what is read after this call is never older than what will be told. A channel of
/// one is enough: changes that nobody has taken yet are one. Ends when the receiver is dropped.
///
/// # Errors
/// No thread to be had. That the folder cannot be watched is none: it is looked at then.
pub fn watch(dir: &Path, changed: tell::Sender<Changed>) -> io::Result<()> {
    let mut watching = Watching::new(dir.to_owned());
    let run = move || {
        while !changed.is_closed() {
            if watching.wait() {
                // Full: there is one waiting already, which is as good.
                let _ = changed.try_send(Changed);
            }
        }
    };
    thread::Builder::new().name("wj-watch".to_owned()).spawn(run).map(drop)
}

struct Watching {
    dir: PathBuf,
    quiet: Quiet,
    identity: Option<(u64, u64)>,
    /// Kept for its life alone.
    watcher: Option<RecommendedWatcher>,
    events: mpsc::Receiver<notify::Result<Event>>,
    /// What was seen last, where the system cannot watch.
    seen: Option<Snapshot>,
    next_tick: Instant,
}

impl Watching {
    fn new(dir: PathBuf) -> Watching {
        let mut watching = Watching {
            identity: None,
            watcher: None,
            events: mpsc::channel().1,
            seen: None,
            quiet: Quiet::default(),
            next_tick: Instant::now() + TICK,
            dir,
        };
        watching.begin();
        watching
    }

    /// Waits for the next event or moment; true if the folder is to be read again.
    fn wait(&mut self) -> bool {
        let until = self.quiet.due().map_or(self.next_tick, |due| due.min(self.next_tick));
        let left = until.saturating_duration_since(Instant::now());
        match self.events.recv_timeout(left) {
            Ok(event) => {
                if self.ends_watch(&event) {
                    // The next tick looks for the folder; a new one may have the old one's number.
                    self.identity = None;
                }
                if self.concerns(&event) {
                    self.quiet.event(Instant::now());
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Nobody watches: only the ticks are left.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(left),
        }
        let now = Instant::now();
        if now >= self.next_tick {
            self.next_tick = now + TICK;
            self.tick(now);
        }
        self.quiet.fires(now)
    }

    fn tick(&mut self, now: Instant) {
        if snapshot::identity(&self.dir) != self.identity {
            self.begin();
            self.quiet.event(now);
        } else if let Some(seen) = &mut self.seen {
            let new = snapshot::take(&self.dir);
            if new != *seen {
                *seen = new;
                self.quiet.event(now);
            }
        }
    }

    /// Watches the folder that is there now, or looks at it where that fails.
    fn begin(&mut self) {
        let (events, receiver) = mpsc::channel();
        self.events = receiver;
        self.watcher = None;
        self.seen = None;
        self.identity = snapshot::identity(&self.dir);
        if self.identity.is_none() {
            return;
        }
        let watcher = notify::recommended_watcher(events).and_then(|mut watcher| {
            watcher.watch(&self.dir, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        match watcher {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => {
                tracing::warn!(%error, "the folder of scripts cannot be watched, and is looked at twice a second instead");
                self.seen = Some(snapshot::take(&self.dir));
            }
        }
    }

    /// The folder itself was removed or moved, and its watch with it.
    fn ends_watch(&self, event: &notify::Result<Event>) -> bool {
        event.as_ref().is_ok_and(|event| {
            matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
                && event.paths.contains(&self.dir)
        })
    }

    /// Reading is no change, and git's own files are not scripts. An error may hide any change.
    fn concerns(&self, event: &notify::Result<Event>) -> bool {
        let Ok(event) = event else { return true };
        let reads = match event.kind {
            EventKind::Access(kind) => kind != AccessKind::Close(AccessMode::Write),
            _ => false,
        };
        let is_git = |path: &PathBuf| {
            let inner = path.strip_prefix(&self.dir).unwrap_or(path);
            inner.components().any(|part| part.as_os_str() == ".git")
        };
        !reads && (event.paths.is_empty() || !event.paths.iter().all(is_git))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn watched(dir: &Path) -> tell::Receiver<Changed> {
        let (changed, receiver) = tell::channel(1);
        watch(dir, changed).unwrap();
        receiver
    }

    /// Waits for the folder to be told of; the limit only ends a test that fails.
    fn told(changed: &mut tell::Receiver<Changed>) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(10), changed.recv()).await == Ok(Some(Changed))
        })
    }

    #[test]
    fn each_kind_of_change_is_told() {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("pipelines");
        fs::create_dir(&dir).unwrap();
        let mut changed = watched(&dir);
        fs::write(dir.join("a.wj"), "1").unwrap();
        assert!(told(&mut changed), "written");
        fs::write(outer.path().join("new"), "2").unwrap();
        fs::rename(outer.path().join("new"), dir.join("a.wj")).unwrap();
        assert!(told(&mut changed), "renamed onto");
        fs::remove_file(dir.join("a.wj")).unwrap();
        assert!(told(&mut changed), "removed");
        fs::create_dir(dir.join("sub")).unwrap();
        assert!(told(&mut changed), "a folder made");
        fs::write(dir.join("sub/b.wj"), "3").unwrap();
        assert!(told(&mut changed), "written in the new folder");
    }

    #[test]
    fn a_folder_that_is_removed_and_made_again_is_watched_again() {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("pipelines");
        let mut changed = watched(&dir);
        fs::create_dir(&dir).unwrap();
        assert!(told(&mut changed), "made");
        fs::remove_dir(&dir).unwrap();
        assert!(told(&mut changed), "removed");
        fs::create_dir(&dir).unwrap();
        assert!(told(&mut changed), "made again");
        fs::write(dir.join("a.wj"), "1").unwrap();
        assert!(told(&mut changed), "written");
    }

    #[test]
    fn a_folder_with_the_old_ones_number_is_watched_again() {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("pipelines");
        fs::create_dir(&dir).unwrap();
        let mut watching = Watching::new(dir.clone());
        fs::remove_dir(&dir).unwrap();
        fs::create_dir(&dir).unwrap();
        // Each round waits for an event or the next moment; the folder is found again at a tick.
        while !watching.wait() {}
        while watching.identity.is_none() {
            watching.wait();
        }
        while watching.quiet.due().is_some() {
            watching.wait();
        }
        fs::write(dir.join("a.wj"), "1").unwrap();
        let event = watching.events.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(watching.concerns(&event));
    }

    #[test]
    fn where_nothing_can_be_watched_the_files_are_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        let mut watching = Watching::new(dir.path().to_owned());
        watching.watcher = None;
        watching.events = mpsc::channel().1;
        watching.seen = Some(snapshot::take(dir.path()));
        let now = Instant::now();
        watching.tick(now);
        assert_eq!(watching.quiet.due(), None);
        fs::write(dir.path().join("a.wj"), "1").unwrap();
        watching.tick(now);
        assert!(watching.quiet.due().is_some());
    }

    #[test]
    fn reading_and_gits_own_files_change_nothing() {
        let watching = Watching::new(PathBuf::from("/nowhere/.git/x"));
        let event = |kind, path: &str| Ok(Event::new(kind).add_path(path.into()));
        let open = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert!(!watching.concerns(&event(open, "/nowhere/.git/x/a.wj")));
        assert!(watching.concerns(&event(written, "/nowhere/.git/x/a.wj")));
        assert!(!watching.concerns(&event(EventKind::Any, "/nowhere/.git/x/.git/index")));
        assert!(watching.concerns(&event(EventKind::Any, "/nowhere/.git/x/..data")));
        assert!(watching.concerns(&Err(notify::Error::generic("overflow"))));
    }
}
