//! The short form of fuzzing, and that it finds.

use crate::fuzz::{ALL, Corpus, Target};
use crate::random::Random;

/// So many cases of each are looked at with every run of the suite: always the same, so that it fails for a change only.
const CASES: u64 = 12;

#[test]
fn nothing_is_found_by_fuzzing_for_a_moment() {
    let look = || {
        let corpus = Corpus::read();
        for target in &ALL {
            for number in 0..CASES {
                if let Err(find) = target.case(&corpus, number) {
                    let input = String::from_utf8_lossy(&find.input);
                    panic!("{} {number}: {}\n{input}", target.name, find.why);
                }
            }
        }
    };
    let worker = std::thread::Builder::new().stack_size(wj::check::STACK_BYTES).spawn(look).unwrap();
    if let Err(panicked) = worker.join() {
        std::panic::resume_unwind(panicked);
    }
}

/// A search that cannot find is worth nothing: an end that panics, one that is wrong and one that hangs are each found, and
/// made small.
#[test]
fn what_is_planted_is_found_and_made_small() {
    let judge = |_: &Corpus, input: &[u8], _: u64| match input {
        _ if input.contains(&b'p') => panic!("planted"),
        _ if input.contains(&b'w') => Err("wrong".to_owned()),
        _ => Ok(()),
    };
    let corpus = Corpus { scripts: vec![], right: vec![], tokens: vec![], paths: vec![], bodies: vec![] };
    for (letter, why) in [(b'p', "panic: "), (b'w', "wrong")] {
        let input: fn(&Corpus, &mut Random) -> Vec<u8> = match letter {
            b'p' => |_, random| {
                [b"some text, p".to_vec(), random.bytes(3).iter().map(|_| b'x').collect()].concat()
            },
            _ => |_, _| b"what is wrong here".to_vec(),
        };
        let find = Target { name: "planted", input, judge }.case(&corpus, 1).unwrap_err();
        assert!(find.why.starts_with(why), "{}", find.why);
        assert!(find.kind().starts_with(why.trim_end()), "{}", find.kind());
        assert_eq!(find.input, [letter]);
    }
}
