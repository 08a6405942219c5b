//! What operators ask of a store and of a running server: history, status, retries. One set of answers in JSON, given over a
//! socket in the data directory by a server, and worked out in place where no server runs.

mod beginning;
mod client;
mod doctor;
mod history;
mod listener;
mod operation;
mod stops;

pub use client::{Asked, ask, ask_patiently, ask_with};
pub use doctor::{Check, Stillness, examine};
pub use history::{Compiled, History, HistoryQuery, Ordered, Programs};
pub use listener::{Access, Listener, listen_socket, listen_tcp};
pub use operation::iso;
pub use stops::{stop_name, stop_setting, stopped};

use serde_json::Value as Json;

use crate::value::Bytes;

/// An answer to an operator: an HTTP status and a JSON value.
pub struct Response {
    pub status: u16,
    pub body: Json,
}

impl Response {
    pub fn ok(body: Json) -> Response {
        Response { status: 200, body }
    }

    pub fn error(status: u16, message: impl Into<String>) -> Response {
        Response { status, body: serde_json::json!({ "error": message.into() }) }
    }
}

/// What a running server answers; called on a thread that may wait for the disk.
pub trait Answers: Send + Sync + 'static {
    /// `target` is the path with its query.
    fn answer(&self, method: &str, target: &str, body: Bytes) -> Response;
}

/// The socket of a server, in its data directory.
pub const SOCKET: &str = "wj.sock";
