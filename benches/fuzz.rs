//! Fuzzing for as long as one likes: `WJ_FUZZ_MINUTES=60 cargo bench --profile fuzz --bench fuzz -- parser engine` gives each
//! target that it names, or all, so many minutes of a processor (else one): a machine that is busy with something else takes
//! longer, and tries as much. What is found is printed with the command that repeats it, and makes the command fail. What it does, and what must hold, stands in `tests/suite/fuzz`, of which the suite looks at a few cases.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/suite/fences.rs"]
mod fences;
#[path = "../tests/suite/fuzz/mod.rs"]
mod fuzz;
#[path = "../tests/suite/random.rs"]
mod random;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rustix::time::{ClockId, clock_gettime};

use fuzz::{ALL, Corpus, Find, Target};

/// A case that takes more of a processor hangs; it is said which one, since no one can end it.
const HANGS: Duration = Duration::from_secs(120);

/// Where the number of the case at hand stands, for one that takes the whole process with it: one file a target, as
/// several may run side by side.
const AT_HAND: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/fuzz-case-");

fn main() {
    // Cargo adds `--bench`.
    let names: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let Some(unknown) = names.iter().find(|name| ALL.iter().all(|target| target.name != **name)) {
        let known: Vec<&str> = ALL.iter().map(|target| target.name).collect();
        eprintln!("there is no target `{unknown}`; there are {}", known.join(", "));
        std::process::exit(2);
    }
    let wanted = move |target: &&Target| names.is_empty() || names.iter().any(|name| name == target.name);
    let work = move || {
        let corpus = Corpus::read();
        println!(
            "{} scripts, {} of them right, {} paths, {} bodies",
            corpus.scripts.len(),
            corpus.right.len(),
            corpus.paths.len(),
            corpus.bodies.len()
        );
        ALL.iter().filter(wanted).map(|target| run(target, &corpus)).sum::<usize>()
    };
    let worker = thread::Builder::new().stack_size(wj::check::STACK_BYTES).spawn(work).unwrap();
    if worker.join().unwrap() > 0 {
        std::process::exit(1);
    }
}

/// Gives how many kinds of things it found.
fn run(target: &Target, corpus: &Corpus) -> usize {
    if let Some(number) = variable("WJ_FUZZ_CASE") {
        // A case that hangs says nothing of itself.
        let whole = format!("{AT_HAND}{}-input", target.name);
        std::fs::write(&whole, (target.input)(corpus, &mut random::Random(number as u64))).unwrap();
        println!("its input stands in {whole}");
        return match target.case(corpus, number as u64) {
            Ok(()) => {
                println!("{} {number}: nothing found", target.name);
                0
            }
            Err(find) => {
                print(target, number as u64, &find);
                1
            }
        };
    }
    let minutes = variable("WJ_FUZZ_MINUTES").unwrap_or(1.0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    // Numbers that a double holds as well: they are read as one.
    let first = (now.as_millis() as u64) << 10;
    let (started, worked_before) = (Instant::now(), worked());
    let until = worked_before + Duration::from_secs_f64(minutes * 60.0);
    let since = Arc::new(AtomicU64::new(0));
    watch(target.name, first, since.clone());
    let mut at_hand = File::create(format!("{AT_HAND}{}", target.name)).unwrap();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut cases = 0;
    while worked() < until {
        let number = first + cases;
        at_hand.rewind().unwrap();
        writeln!(at_hand, "{number}").unwrap();
        since.store((worked().as_secs() << 32) | (cases + 1), Ordering::Relaxed);
        if let Err(find) = target.case(corpus, number) {
            let count = kinds.entry(find.kind()).or_insert(0);
            *count += 1;
            if *count == 1 {
                print(target, number, &find);
            }
        }
        cases += 1;
    }
    since.store(u64::MAX, Ordering::Relaxed);
    let found: usize = kinds.values().sum();
    println!(
        "{}: {cases} cases in {:.1} minutes of a processor ({:.1} by the clock), {found} finds of {} kinds",
        target.name,
        worked().saturating_sub(worked_before).as_secs_f64() / 60.0,
        started.elapsed().as_secs_f64() / 60.0,
        kinds.len()
    );
    kinds.len()
}

/// What this process had of a processor: a machine that is busy with something else is no hang.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Ends the process if a case does not end.
fn watch(name: &'static str, first: u64, since: Arc<AtomicU64>) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_secs(1));
            let seen = since.load(Ordering::Relaxed);
            if seen == u64::MAX {
                return;
            }
            let (began, case) = (seen >> 32, (seen & u64::from(u32::MAX)).saturating_sub(1));
            if worked().as_secs().saturating_sub(began) > HANGS.as_secs() {
                println!(
                    "{name} {}: it hangs\n  WJ_FUZZ_CASE={} cargo bench --profile fuzz --bench fuzz -- {name}",
                    first + case,
                    first + case
                );
                std::process::exit(1);
            }
        }
    });
}

fn print(target: &Target, number: u64, find: &Find) {
    println!("── {} {number}: {}", target.name, find.why);
    println!("  WJ_FUZZ_CASE={number} cargo bench --profile fuzz --bench fuzz -- {}", target.name);
    println!("  made small: {:?}", String::from_utf8_lossy(&find.input));
}

fn variable(name: &str) -> Option<f64> {
    let value = std::env::var(name).ok()?;
    let Ok(number) = value.parse() else { panic!("{name} is `{value}`, which is no number") };
    Some(number)
}
