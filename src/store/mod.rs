//! The operations, on disk or in memory. `Store` is the contract; `open` gives one for a place. Layout and commit plan are
//! those of the delivery contract. Only this room knows redb.

mod facts;
#[cfg(test)]
pub mod ground;
mod holds;
mod memory;
mod names;
mod planted;
mod redb;
mod search;
mod space;
mod standing;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub use facts::{AnswerFact, Fact, OutcomeClass, OutcomeFact, ReceivedFact, Sent, decode, encode};
pub use planted::{Fault, planted};
pub use space::Space;
pub use told::ToldToRepeats;

use crate::value::{Bytes, Id};

/// Unix time in milliseconds.
pub type Millis = u64;

/// SHA-256 of a program's closure.
pub type Hash = [u8; 32];

/// The place of a store that keeps nothing on disk.
pub const MEMORY: &str = "memory:";

/// The store's file in its directory.
pub const FILE: &str = "store.redb";

/// Claims that one call of `tend` looks at.
const SWEEP: usize = 4_096;

/// The fence of who wrote row 0 with its work held.
pub const ACCEPTED: u64 = 0;

/// The fence of a person's order: it stands if nobody here holds the operation. Who holds it with that step goes on with
/// `ACCEPTED`.
pub const NOBODY: u64 = u64::MAX;

/// Where an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum State {
    Open = 0,
    Done = 1,
    Aborted = 2,
    Failed = 3,
    Interrupted = 4,
    Duplicate = 5,
    Rejected = 6,
}

impl State {
    pub const ALL: [State; 7] = [
        State::Open,
        State::Done,
        State::Aborted,
        State::Failed,
        State::Interrupted,
        State::Duplicate,
        State::Rejected,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Done => "done",
            State::Aborted => "aborted",
            State::Failed => "failed",
            State::Interrupted => "interrupted",
            State::Duplicate => "duplicate",
            State::Rejected => "rejected",
        }
    }

    /// Whether age and bounds may remove it: it has ended, and nobody is to see to it.
    fn is_settled(self) -> bool {
        matches!(self, State::Done | State::Aborted | State::Duplicate | State::Rejected)
    }

    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What work waits for: a pipeline's calls to one host, or (with an empty host) its own timers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    pub pipeline: Arc<str>,
    /// `https://host:port`.
    pub host: Arc<str>,
}

/// One row of an operation's log, encoded, with what the indexes say of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Facts, by `encode`.
    pub facts: Vec<u8>,
    /// Bodies above 4 KiB, referred to by the facts by their index.
    pub blobs: Vec<Bytes>,
    pub index: Index,
}

/// The derived part: what lists show without opening the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    pub state: State,
    /// The HTTP status of the answer; 0 while there is none.
    pub status: u16,
    /// When this row was made.
    pub at: Millis,
    /// Bytes of this row, blobs included.
    pub bytes: u32,
    /// In a few words; empty for done.
    pub reason: Arc<str>,
}

/// The one row of an operation that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    pub lane: Lane,
    pub due: Millis,
    /// The pause that led to `due`: a due time further off than this means that the clock was set back.
    pub pause: u64,
    /// A reported call may be out.
    pub intent_out: bool,
    /// The writer of this row goes on with it itself, so `claim` leaves it alone until the next row says otherwise.
    pub held: bool,
}

/// Due further off than its own pause: the clock was set back since. Some time is allowed for clocks that are read one
/// after the other.
fn is_astray(due: Millis, pause: u64, now: Millis) -> bool {
    due > now.saturating_add(pause).saturating_add(ALLOWED)
}

/// In milliseconds.
const ALLOWED: Millis = 2_000;

#[derive(Clone, Debug)]
pub enum WorkChange {
    Keep,
    Put(Work),
    Remove,
}

/// A dedupe key to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub key: [u8; 16],
    /// Until when it is held.
    pub end: Millis,
    /// What a repeat is to be told, if it is known already and is not too long.
    pub answer: Option<Bytes>,
    /// False where the operation ends with this row and leaves the key to the next: then the key must be free, and stays
    /// so.
    pub kept: bool,
}

/// What a further row does with its operation's claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClaimChange {
    #[default]
    Keep,
    /// Takes it again, if it was released; another's makes the step a `Duplicate`. An answer that is there stays.
    Take(Claim),
    /// What repeats are told from now on; `None` if it is too long, and stands in the log alone.
    Answer { key: [u8; 16], answer: Option<Bytes> },
    /// Leaves the key to the next.
    Release { key: [u8; 16] },
}

/// A program's text, kept as long as an operation may need it.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    pub hash: Hash,
    pub edition: u16,
    /// Name and text; the first is the script.
    pub files: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub enum Write {
    Accept(Box<Accept>),
    Step(Box<Step>),
    /// Kept for people; nothing ran.
    Rejected(Box<Rejected>),
    /// A notice that is none of an operation's; `id` is its own.
    Notice {
        pipeline: Arc<str>,
        id: Id,
        time: Millis,
        reason: String,
    },
    NoticeSent {
        pipeline: Arc<str>,
        id: Id,
        time: Millis,
    },
    Setting {
        key: String,
        value: Vec<u8>,
    },
}

/// Row 0 of a new operation.
#[derive(Clone, Debug)]
pub struct Accept {
    pub id: Id,
    pub pipeline: Arc<str>,
    pub row: Row,
    /// None for an operation that has ended with its first row.
    pub work: Option<Work>,
    pub claim: Option<Claim>,
    /// The reason of a notice to be queued.
    pub notice: Option<String>,
    /// Stored with the first operation that uses it.
    pub program: Arc<Program>,
}

/// A further row.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: Id,
    pub pipeline: Arc<str>,
    /// The row's number, from 1.
    pub n: u16,
    /// As `claim` gave it, `ACCEPTED`, or `NOBODY`. Where nobody holds the operation and it has no work row (it has
    /// ended), any fence will do; where it does have one, only `NOBODY`.
    pub fence: u64,
    pub row: Row,
    pub work: WorkChange,
    pub claim: ClaimChange,
    pub notice: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Rejected {
    pub id: Id,
    pub pipeline: Arc<str>,
    pub row: Row,
}

/// What became of one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Done,
    /// The key is another's. Nothing was written.
    Duplicate {
        of: Id,
        answer: Option<Bytes>,
    },
    /// Somebody else holds the work now, or there is no such operation. Nothing was written; the rest of the batch stands.
    Fenced,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub id: Id,
    pub work: Work,
    pub fence: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneHead {
    pub lane: Lane,
    /// The earliest due time of work not held. A lane whose work is all held has no head.
    pub due: Millis,
    /// All work of the lane, held or not.
    pub depth: u64,
}

/// An operation as it stands in the store: its whole log.
#[derive(Clone, Debug)]
pub struct Operation {
    pub id: Id,
    pub pipeline: Arc<str>,
    pub rows: Vec<Vec<Fact>>,
    pub work: Option<Work>,
    /// A notice of it is queued, with this reason.
    pub notice: Option<String>,
    /// The last notice of it was sent.
    pub notice_sent: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub pipeline: Option<Arc<str>>,
    pub state: Option<State>,
    /// By the time in the id, this millisecond included.
    pub since: Option<Millis>,
    /// By the time in the id, this millisecond left out.
    pub until: Option<Millis>,
    /// A part of the id, the reason or the stored request, case ignored.
    pub text: Option<String>,
}

/// The last operation that a page showed; the next page goes on below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub Id);

#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Listed>,
    /// Present if there may be more.
    pub next: Option<Cursor>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: Id,
    pub pipeline: Arc<str>,
    pub state: State,
    pub status: u16,
    pub received_at: Millis,
    /// When the last row was made.
    pub updated_at: Millis,
    pub bytes: u32,
    pub reason: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub pipeline: Arc<str>,
    pub time: Millis,
    pub id: Id,
    pub reason: String,
}

/// What `tend` may do in one call.
#[derive(Clone, Debug, Default)]
pub struct Upkeep {
    /// Bring derived rows up to date.
    pub derive: bool,
    /// Walk on through the claims, and remove those whose end has come. Not while the clock is doubted.
    pub claims: bool,
    /// Remove what is kept no longer. Not while the clock is doubted either.
    pub retention: Option<Arc<Retention>>,
}

/// What is kept, and how long. Open and interrupted operations are never removed.
#[derive(Clone, Debug)]
pub struct Retention {
    /// How long operations of each retention class are kept from their receipt; none where no age is known.
    pub ages: [Option<Millis>; CLASSES],
    /// For pipelines that are not named.
    pub rest: Limits,
    pub pipelines: BTreeMap<Arc<str>, Limits>,
    /// Programs that are kept though no operation of theirs is.
    pub programs: BTreeSet<Hash>,
}

/// How many retention classes an id can name.
pub const CLASSES: usize = 16;

/// Of one pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the rows of its operations.
    pub bytes: u64,
    /// Of operations.
    pub count: u64,
    /// How long failed operations are kept from their receipt; neither their age's class nor a bound removes them.
    pub failed: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    pub derived: usize,
    /// Operations that were removed.
    pub removed: usize,
    /// Claims that were removed.
    pub claims: usize,
    /// Programs that nothing used, and were removed.
    pub programs: usize,
    /// There may be more to do at once.
    pub more: bool,
    /// Pipelines above their bytes, with nothing left that may be removed.
    pub full: Vec<Arc<str>>,
}

/// What `summary` counts.
#[derive(Clone, Debug, Default)]
pub struct Span {
    pub pipeline: Option<Arc<str>>,
}

/// What is kept now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub received: u64,
    /// By state, in the order of `State::ALL`.
    pub by_state: [u64; 7],
    pub bytes: u64,
    pub notices_waiting: u64,
    pub settings: Vec<(String, Vec<u8>)>,
}

/// Trouble of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it open.
    #[error("the store {0} is in use by another process")]
    InUse(String),
    #[error("the store {0} is damaged: {1}; it was left untouched")]
    Damaged(String, String),
    #[error("the store {0} was written by a newer wj (layout {1}); it was left untouched")]
    Newer(String, u32),
    #[error("the store cannot be used: {0}")]
    Io(String),
    /// Something that this kind of store does not do.
    #[error("{0}")]
    Unsupported(&'static str),
    /// A row that cannot be read.
    #[error("a row of operation {0} cannot be read: {1}")]
    Row(Id, String),
}

/// The contract that every store keeps; `tests/suite/store_contract.rs` holds it to all of them. Sync: called by the
/// writer and a small pool of readers.
pub trait Store: Send + Sync {
    /// One durable transaction, or none if there is nothing to be written. Repeating a row that is there already is a no-op.
    fn commit(&self, batch: &[Write], now: Millis) -> Result<Vec<Written>, StoreError>;
    /// Due work of these lanes, oldest first, up to the count given with each, not yet held here.
    fn claim(&self, lanes: &[(Lane, usize)], now: Millis) -> Result<Vec<Claimed>, StoreError>;
    /// Work that must not wait for its time, not yet held here: calls that may be out first, all of them, then what is due
    /// further off than its own pause (the clock was set back), up to `limit`. It looks at all work, so it is for a start
    /// and for a clock that jumped.
    fn strays(&self, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError>;
    /// The next due time and depth of each lane, in the order of lanes: what the scheduler sleeps on.
    fn lanes(&self) -> Result<Vec<LaneHead>, StoreError>;
    /// The whole log, for replay and for people.
    fn load(&self, id: Id) -> Result<Option<Operation>, StoreError>;
    fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError>;
    fn program(&self, hash: Hash) -> Result<Option<Program>, StoreError>;
    /// The hashes of all programs that are kept, in order.
    fn programs(&self) -> Result<Vec<Hash>, StoreError>;
    /// Names of the pipelines with notices that wait, sorted.
    fn noticed(&self) -> Result<Vec<Arc<str>>, StoreError>;
    /// The notices of one pipeline behind a time and an id, oldest first.
    fn notices(
        &self,
        pipeline: &str,
        after: Option<(Millis, Id)>,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError>;
    /// A bounded piece of upkeep.
    fn tend(&self, plan: &Upkeep, now: Millis) -> Result<Tended, StoreError>;
    fn summary(&self, of: &Span) -> Result<Summary, StoreError>;
    /// After an error; a no-op where it makes no sense.
    fn reopen(&self) -> Result<(), StoreError>;
    /// A consistent copy, while serving.
    fn copy_to(&self, path: &Path) -> Result<(), StoreError>;
    /// Whether a commit costs a wait, so that it pays to gather several.
    fn gathers(&self) -> bool;
}

/// Opens `memory:` or the store in a directory, which is made if it is absent (mode 0700).
///
/// # Errors
/// A store that is in use, damaged, newer, or cannot be read.
pub fn open(place: &str) -> Result<Arc<dyn Store>, StoreError> {
    match place {
        "memory:" => Ok(Arc::new(memory::Memory::default())),
        directory => Ok(Arc::new(redb::Redb::open(Path::new(directory))?)),
    }
}

/// Opens the store in a directory for an examination, which changes nothing on disk; says whether all checksums of its file
/// are right.
///
/// # Errors
/// A store that is in use, damaged beyond reading, newer, or absent.
pub fn examine(directory: &Path) -> Result<(Arc<dyn Store>, bool), StoreError> {
    let (store, whole) = redb::examine(directory)?;
    Ok((Arc::new(store), whole))
}

/// Makes the file of a store that nobody uses smaller, by the space of what was removed; gives its bytes before and after.
///
/// # Errors
/// A store that is in use or cannot be opened, or a disk without room for the work.
pub fn compact(directory: &Path) -> Result<(u64, u64), StoreError> {
    redb::compact(directory)
}
