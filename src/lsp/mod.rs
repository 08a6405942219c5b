//! The language server: what an editor shows while somebody writes. It keeps a `check::Project` and asks it; no rule of the language
//! stands here. One file a feature, `requests` says which; `tokens` and `context` hold in lines that are only begun. Alone knows
//! lsp-server and lsp-types.

mod capabilities;
mod code_actions;
mod commands;
mod completion;
mod context;
mod definition;
mod findings;
mod folding;
mod formatting;
mod hover;
mod inlay_hints;
mod lenses;
mod place;
mod references;
mod refused;
mod rename;
mod requests;
mod selection;
mod semantic_tokens;
mod server;
mod signature;
mod stdio;
mod symbol;
mod symbols;
mod tokens;
mod words;
mod workspace;

use std::io::{self, Write};
use std::path::Path;
use std::thread;

use lsp_server::Connection;

use crate::check::{Levels, STACK_BYTES};
use server::Server;
use stdio::Incoming;

pub use server::End;

/// Serves one editor over stdin and `out`, to the end of the session.
///
/// # Errors
/// A thread that cannot be started, and streams that break off.
pub fn serve(
    levels: &(dyn Fn(&Path) -> Result<Levels, String> + Sync),
    mut out: &mut dyn Write,
) -> io::Result<End> {
    let (own, Connection { sender, receiver }) = Connection::memory();
    let reader = thread::Builder::new().name("lsp-in".to_owned()).spawn(move || -> io::Result<()> {
        let mut from = io::stdin().lock();
        loop {
            let message = match stdio::read(&mut from)? {
                Incoming::Message(message) => message,
                Incoming::Malformed(why) => stdio::malformed(why),
                Incoming::End => return Ok(()),
            };
            if sender.send(message).is_err() {
                return Ok(());
            }
        }
    })?;
    let (end, written) = thread::scope(|scope| -> io::Result<_> {
        // Nested scripts are read by recursion.
        let worker = thread::Builder::new().name("lsp".to_owned()).stack_size(STACK_BYTES);
        let session = worker.spawn_scoped(scope, || {
            let end = Server::new(&own, levels).run();
            // So the loop below comes to its end.
            drop(own);
            end
        })?;
        let written = receiver.iter().try_for_each(|message| message.write(&mut out));
        // Where nobody listens any more, nobody is waited for: the session learns of it by what it cannot send.
        drop(receiver);
        let end = session.join().map_err(|_| io::Error::other("the session broke off"))?;
        Ok((end, written))
    })?;
    // Behind `exit` it may stand at stdin for ever.
    let read = if end == End::Sudden { reader.join().unwrap_or(Ok(())) } else { Ok(()) };
    match written.and(read) {
        // The editor is gone: there is nobody to tell.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(end),
    }
}
