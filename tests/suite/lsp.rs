//! `wj lsp` as an editor speaks with it: real messages over the stdin and stdout of the real binary.

mod client;
mod features;
mod session;
mod speed;
mod while_broken;
