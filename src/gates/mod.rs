//! What decides at the door whether a request may come in. Pure: time is handed in, and what is counted is kept by whoever
//! asks.

pub mod limit;
