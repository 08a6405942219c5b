//! What is decided of a request before its pipeline sees it, by its head alone: which pipeline takes it, what a browser is
//! told, what is refused. Pure; `serve` asks it for requests from the network, `rehearse` for those of tests.

mod cors;
mod door;
mod refusal;
mod table;
mod target;

pub use cors::allow_origin;
pub use door::{ASKED_FIRST, Decision, Head, Headers, Params, decide, is_encoded};
pub use refusal::Refusal;
pub use table::{Found, Routes};

#[cfg(test)]
pub use table::tests::pipeline;
