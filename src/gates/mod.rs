//! What decides before a run whether a request is let in. Pure: the time and the secrets are given, and a decision is made
//! once, at receipt.

pub mod verify;
