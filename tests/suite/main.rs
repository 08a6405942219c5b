//! All integration tests, in one binary so that they link once.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod architecture;
mod callers;
mod cases;
mod check_cases;
mod check_cli;
mod check_fixes;
mod check_outputs;
mod code_pages;
mod crash_loop;
mod dedupe;
mod delivery;
mod docs;
mod fences;
mod fmt;
mod formatted;
mod full_disk;
mod harness;
mod history;
mod hostile;
mod keeping;
mod lives;
mod mail;
mod notices;
mod reference;
mod reload;
mod run_cases;
mod server;
mod smtp;
mod steps;
mod store_contract;
mod syntax_cases;
mod targets;
mod verify;
