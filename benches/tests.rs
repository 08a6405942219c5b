//! How fast `test` blocks run: a thousand of them, each through the door and the engine, on one core, as `wj test` does.
//! `cargo bench --bench tests --no-default-features`

#![allow(clippy::indexing_slicing, clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use wj::check;
use wj::rehearse::{Site, rehearse};
use wj::routing::Routes;
use wj::source::Source;

const TESTS: usize = 1_000;

fn main() {
    let script = include_str!("../pipelines/leads.wj");
    let pipeline = script.split("\ntest \"").next().unwrap_or_default();
    let tests: String = (0..TESTS)
        .map(|at| {
            format!(
                "\ntest \"a lead {at}\" {{\n  given bizon.add_subscriber answers 200 json {{ hash: \"h{at}\" }}\n  \
                 send POST \"/hooks/leads\" json {{ firstName: \"Анна\", phone: \"8 909 000-00-01\", email: \"a@b.example\" }}\n  \
                 expect status 200\n  expect bizon.add_subscriber once {{ email = \"a@b.example\" }}\n}}\n"
            )
        })
        .collect();
    let source = Arc::new(Source::new("leads.wj", format!("{pipeline}{tests}")));
    let began = Instant::now();
    let checked = check::check(std::slice::from_ref(&source));
    let read = began.elapsed();
    let file = &checked.files[0];
    assert_eq!(file.tests.len(), TESTS);
    let routes = Routes::new(file.pipelines.clone());
    let none = |_: &Source, _: &str| Err("no files here".to_owned());
    let site = Site { routes: &routes, files: &none };
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        assert!(file.tests.iter().all(|test| rehearse(test, &site).failures.is_empty()));
        best = best.min(began.elapsed());
    }
    println!("{TESTS} tests: read and checked in {read:?}, run in {best:?} on one core");
    assert!(read + best < Duration::from_secs(1), "a thousand tests take over a second");
}
