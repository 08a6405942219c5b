//! JSON in and out. Read by a reader of our own and not through `serde_json::Value`: that one would cost a second
//! tree, and with `arbitrary_precision` it takes an object with one reserved name for a number. What is accepted
//! is the same as there, and a property test holds it. Alone in this room knows serde_json.

mod read;
mod scan;
mod write;

pub use read::from_json;
pub use scan::{MOST_LEVELS, Scan};
pub use write::{to_json, to_json_into, write_string};

/// Why bytes are no JSON: what, and where (byte offset).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub message: String,
    pub offset: usize,
}
