//! What decides before a run whether a request is let in. Pure: the time and the secrets are given, what is counted is kept
//! by whoever asks, and a decision is made once, at receipt.

pub mod limit;
pub mod verify;
