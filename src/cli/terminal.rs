//! Where words go: stdout for what was asked for, stderr for what is about the run. A reader that goes away early
//! (`| head`) is no error.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use super::printable::printable;

/// Stdout, buffered; silent once nobody reads any more.
pub(super) fn stdout() -> Out {
    Out { inner: BufWriter::new(io::stdout().lock()), gone: false }
}

/// One message about the run, on stderr. Whether anybody reads it makes no difference.
pub(super) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(message));
}

/// A drawing on stderr, made printable already.
pub(super) fn draw(drawing: &str) {
    let _ = write!(io::stderr(), "{drawing}");
}

/// Colours on stdout: on a terminal, unless `NO_COLOR` says otherwise.
pub(super) fn stdout_has_colours() -> bool {
    io::stdout().is_terminal() && wants_colours()
}

/// The same for stderr.
pub(super) fn stderr_has_colours() -> bool {
    io::stderr().is_terminal() && wants_colours()
}

/// <https://no-color.org>: set and not empty.
fn wants_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

pub(super) struct Out {
    inner: BufWriter<StdoutLock<'static>>,
    gone: bool,
}

impl Out {
    fn unless_gone<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(otherwise)
            }
            other => other,
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.unless_gone(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        let result = self.inner.flush();
        self.unless_gone(result, ())
    }
}
