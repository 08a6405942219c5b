//! wj runs webhook pipelines written as text. The rooms stand in floors: a room uses only rooms above it in this list, and
//! a test holds the order. `docs/ARCHITECTURE.md` says where each kind of thing is added.

#![forbid(unsafe_code)]

// ── ground ──
/// Text, spans, lines and columns.
pub mod source;
/// What is wrong in a script, said as data.
pub mod diagnostic;

// ── words ──
/// What scripts compute with; JSON in and out.
pub mod value;
/// Content type and bytes to a value.
pub mod bodies;
/// Text to tree; never fails. Alone knows pest.
pub mod syntax;

// ── meaning ──
/// Paths into outside data, compiled once. Alone knows jsonpath-rust.
pub mod extract;
/// The pure functions, one file each.
pub mod builtins;
/// What actions send and how their answers are read; one file a service.
pub mod actions;
/// Who may call, and how often: decided before a run.
pub mod gates;
/// Tree to program.
pub mod resolve;

// ── uses of meaning ──
/// Tree and comments to text, in one style.
pub mod format;
/// Rules about scripts, one file each.
pub mod lint;
/// The engine: program and request to answer and actions.
pub mod run;
/// Front door: sources to programs and diagnostics.
pub mod check;
/// Descriptions in OpenAPI to connectors.
pub mod openapi;
/// What is decided of a request by its head alone.
pub mod routing;
/// Drivers that send nothing: tests.
pub mod rehearse;

// ── outside: one room for each thing touched ──
/// Finds, reads, writes and watches the scripts.
#[cfg(feature = "server")]
pub mod scripts;
/// Sends one request, once. Alone knows reqwest.
#[cfg(feature = "server")]
pub mod deliver;
/// The values of secrets, and the one way to mask them.
#[cfg(feature = "server")]
pub mod secrets;
/// The operations, on disk or in memory. Alone knows redb.
#[cfg(feature = "server")]
pub mod store;

// ── at work ──
/// The life of an operation.
#[cfg(feature = "server")]
pub mod operations;
/// What operators ask a running server.
#[cfg(feature = "server")]
pub mod admin;
/// Accepts, routes, answers. Alone knows hyper.
#[cfg(feature = "server")]
pub mod serve;

// ── faces ──
/// What editors ask while somebody writes. Alone knows lsp-server and lsp-types.
#[cfg(feature = "server")]
pub mod lsp;
/// The commands. Alone knows clap and miette.
#[cfg(feature = "server")]
pub mod cli;
