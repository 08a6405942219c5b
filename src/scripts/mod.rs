//! Finds, reads and watches `*.wj` files, and says which git commit they are at. The one room that reads scripts from
//! disk; it decides nothing about what stands in them.

mod commit;
mod find;
mod quiet;
mod snapshot;
mod watch;

pub use commit::commit;
pub use find::{Found, Problem, Trouble, find, read};
pub use watch::{Changed, watch};
