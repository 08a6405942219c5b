//! The life of an operation (docs/ARCHITECTURE.md, *How a request runs*): what is committed when, what leaves after which
//! commit, what is tried again and when. Machines with an injected clock and no IO of their own: a test drives them
//! as the server does. `Live` is one operation in hand; `Targets` is how many calls each host takes.

mod breaker;
mod bucket;
mod calls;
mod claims;
mod clock;
mod keeping;
mod lanes;
mod live;
mod log;
mod mask;
pub mod notices;
mod orders;
mod retry;
mod rows;
mod steady;
mod targets;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::string_slice)]
mod tests;

pub use breaker::Seen;
pub use claims::{First, duplicate, first_of, kept_answer};
pub use clock::{Ids, Random};
pub use keeping::{Classes, Keeping, Rules};
pub use lanes::{Dealt, Share, Turns};
pub use live::{Grasp, Live, Outgoing, Step, begin, resume};
pub use log::{CANCEL, Ended, Log, REPLAY, RETRY, Recorded, SETTLE, Told, places, replay_trace};
pub use mask::masked;
pub use orders::{Order, Said, cancel, interrupted, refused, replayed, retry, settle};
pub use retry::SCHEDULE_ENDS;
pub use rows::rejected;
pub use steady::{Look, Steady};
pub use targets::{CALLS_PER_HOST, HostStatus, Permit, Targets, strictest_rates};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::{ArcSwap, ArcSwapOption};

use crate::secrets::Secrets;
use crate::store::Millis;

/// What every operation of a server shares.
pub struct Surroundings {
    pub ids: Ids,
    pub random: Random,
    pub targets: Arc<Targets>,
    /// Actions are recorded, not sent.
    pub dry_run: bool,
    /// The server is stopping: no call begins behind an answer.
    pub stopping: AtomicBool,
    /// The pipelines that a person stopped.
    pub stopped: ArcSwap<BTreeMap<Arc<str>, Stop>>,
    /// The git commit of the scripts, if there is one.
    pub commit: ArcSwapOption<Arc<str>>,
}

/// How a stopped pipeline is stopped: new requests are refused either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its work waits until it is started again.
    Held,
    /// Its work runs out.
    Draining,
}

impl Surroundings {
    /// Whether and how a pipeline is stopped.
    pub fn stop(&self, pipeline: &str) -> Option<Stop> {
        self.stopped.load().get(pipeline).copied()
    }

    /// The git commit of the scripts now.
    pub fn commit(&self) -> Option<Arc<str>> {
        self.commit.load().as_deref().cloned()
    }
}

/// What changes while the server runs, as it is at one moment.
pub struct Moment<'a> {
    pub now: Millis,
    pub secrets: &'a Secrets,
}

/// How long all actions before the answer may take together, in milliseconds, if none says `give up after`.
pub const PATIENCE: u64 = 5_000;

/// So many starts in a row go on with an operation behind a sudden end, and none brings an outcome: the next one takes it
/// for what ends the server.
pub const MOST_RESUMED: u32 = 2;

/// Rows of an operation's log from which on nothing is tried again.
const MOST_ROWS: u16 = 60_000;
