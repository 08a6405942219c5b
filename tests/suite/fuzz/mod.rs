//! Fuzzing: what the repository holds is changed at random, and what must hold of any text, body, path, request or row is looked
//! at. A case is a number: everything in it is drawn from that, so one command repeats it. The short form is a test of the
//! suite; `benches/fuzz.rs` goes on as long as it is told to.

mod corpus;
mod mutate;
mod targets;

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{LazyLock, Once};
use std::time::{Duration, Instant};

use crate::random::Random;
pub use corpus::Corpus;

/// What is fuzzed.
pub struct Target {
    pub name: &'static str,
    /// The input of a case.
    pub input: fn(&Corpus, &mut Random) -> Vec<u8>,
    /// What it breaks, in words. Whatever else is drawn, such as an earlier text or a request, comes from the number.
    pub judge: fn(&Corpus, &[u8], u64) -> Result<(), String>,
}

pub const ALL: [Target; 7] = [
    targets::parser::TARGET,
    targets::checker::TARGET,
    targets::formatter::TARGET,
    targets::paths::TARGET,
    targets::bodies::TARGET,
    targets::engine::TARGET,
    targets::rows::TARGET,
];

/// A case that breaks something.
pub struct Find {
    pub why: String,
    /// As small as it could be made in some seconds.
    pub input: Vec<u8>,
}

impl Find {
    /// The same for finds that are likely one defect: numbers and what is quoted are left out.
    pub fn kind(&self) -> String {
        kind_of(&self.why)
    }
}

/// A case may take so long, and so long more for each MiB of its input.
const SLOW: Duration = Duration::from_millis(if cfg!(debug_assertions) { 3_000 } else { 1_000 });

impl Target {
    /// Looks at one case.
    ///
    /// # Errors
    /// What it breaks, with the smallest input that breaks the same.
    pub fn case(&self, corpus: &Corpus, number: u64) -> Result<(), Find> {
        let input = (self.input)(corpus, &mut Random(number));
        let Err(why) = self.look(corpus, &input, number) else { return Ok(()) };
        let kind = kind_of(&why);
        let until = Instant::now() + Duration::from_secs(8);
        let input = shrunk(input, |smaller| {
            Instant::now() < until
                && self.look(corpus, smaller, number).is_err_and(|why| kind_of(&why) == kind)
        });
        let why = self.look(corpus, &input, number).err().unwrap_or(why);
        Err(Find { why, input })
    }

    fn look(&self, corpus: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
        let limit = SLOW + SLOW.mul_f64(input.len() as f64 / f64::from(1 << 20));
        let (mut judged, mut taken) = self.timed(corpus, input, number);
        // What was slow once may have been so for another reason.
        for _ in 0..2 {
            if taken > limit {
                let (again, time) = self.timed(corpus, input, number);
                (judged, taken) = (again, taken.min(time));
            }
        }
        if taken > limit {
            return Err(format!("slow: it took {taken:?} for {} bytes", input.len()));
        }
        judged
    }

    fn timed(&self, corpus: &Corpus, input: &[u8], number: u64) -> (Result<(), String>, Duration) {
        let started = worked();
        let judged = quietly(|| (self.judge)(corpus, input, number));
        (judged, worked().saturating_sub(started))
    }
}

/// How long this thread had a processor, since others may have it too; where the system does not say so, the time that passed.
fn worked() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

thread_local! {
    /// Set while a case is looked at: where and why it panicked.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic is an error, and is not printed.
fn quietly(judge: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let printing = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_case =
                PANIC.with_borrow_mut(|panic| panic.as_mut().map(|panic| *panic = info.to_string()));
            if is_case.is_none() {
                printing(info);
            }
        }));
    });
    PANIC.set(Some(String::new()));
    let judged = panic::catch_unwind(AssertUnwindSafe(judge));
    let panicked = PANIC.take().unwrap_or_default();
    judged.unwrap_or_else(|_| Err(format!("panic: {panicked}")))
}

fn kind_of(why: &str) -> String {
    let line = why.lines().take(2).collect::<Vec<_>>().join(" ");
    let plain = line.split('`').step_by(2).collect::<Vec<_>>().join("`…`");
    plain.chars().filter(|letter| !letter.is_ascii_digit()).take(160).collect()
}

/// The input without all that it breaks the same without: halves, quarters and so on, down to bytes.
fn shrunk(mut input: Vec<u8>, breaks: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut size = input.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        let mut smaller = false;
        while from < input.len() {
            let to = (from + size).min(input.len());
            let rest = [&input[..from], &input[to..]].concat();
            if breaks(&rest) {
                input = rest;
                smaller = true;
            } else {
                from = to;
            }
        }
        if !(smaller && size == 1) {
            size /= 2;
        }
    }
    input
}
