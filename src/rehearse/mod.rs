//! Drivers of the engine that send nothing. A test's requests pass the same door as those from the network, and run through
//! the same engine; its actions are answered by the test. Pure: files come in by a function, time by the test.

mod bodies;
mod calls;
mod claims;
mod compare;
mod coverage;
mod disguise;
mod expectations;
mod failure;
mod givens;
mod keys;
mod plan;
mod recorded;
mod run;
mod scene;
mod suggest;

pub use bodies::form;
pub use calls::Sent;
pub use coverage::{Counts, Coverage, Point, PointKind};
pub use disguise::Disguise;
pub use failure::Failure;
pub use keys::signed_headers;
pub use plan::{Answered, Called, Guessed, Part, Plan, Planned, plan, plan_of};
pub use recorded::Recorded;
pub use run::Ran;
pub use scene::{Rehearsal, Site, rehearse};
pub use suggest::{made_up_body, request as suggested_request};
