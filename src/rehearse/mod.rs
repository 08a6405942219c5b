//! Drivers of the engine that send nothing. A test's requests pass the same door as those from the network, and run through
//! the same engine; its actions are answered by the test. Pure: files come in by a function, time by the test.

mod bodies;
mod calls;
mod claims;
mod compare;
mod expectations;
mod failure;
mod givens;
mod run;
mod scene;
mod suggest;

pub use failure::Failure;
pub use scene::{Site, rehearse};
