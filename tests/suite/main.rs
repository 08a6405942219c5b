//! All integration tests, in one binary so that they link once.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod architecture;
mod cases;
mod check_cases;
mod check_cli;
mod check_fixes;
mod check_outputs;
mod code_pages;
mod delivery;
mod docs;
mod fences;
mod fmt;
mod formatted;
mod harness;
mod history;
mod hostile;
mod lives;
mod reference;
mod reload;
mod run_cases;
mod server;
mod store_contract;
mod syntax_cases;
