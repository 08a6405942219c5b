//! The stream under hyper: tells how far the connection is, gives the parser's own refusals a body, and ends a refused
//! connection so that the sender can read why.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::framing::Framing;
use super::progress::{Phase, Progress};
use super::reply::parser_refusal;
use crate::routing::Refusal;

/// What a refused sender may still send before it is cut off: a few round trips of a body already under way.
const LINGER_BYTES: usize = 1024 * 1024;

pub struct Socket<S> {
    stream: S,
    progress: Arc<Progress>,
    framing: Framing,
    /// Our words in place of the parser's, and how much of them is written.
    refusal: Option<(Vec<u8>, usize)>,
    thrown_away: usize,
}

impl<S> Socket<S> {
    pub fn new(stream: S, progress: Arc<Progress>) -> Socket<S> {
        Socket { stream, progress, framing: Framing::new(), refusal: None, thrown_away: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let new = buf.filled().get(before..).unwrap_or_default();
        if self.framing.take(new) {
            self.progress.set_ambiguous();
        }
        if self.progress.is(Phase::Idle) && !new.is_empty() {
            self.progress.enter(Phase::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.progress.is(Phase::Head) || self.refusal.is_some() {
            return self.write_refusal(cx, bytes);
        }
        if self.progress.is(Phase::Idle) {
            self.progress.enter(Phase::Writing);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // hyper flushes the stream when its own buffer is written out.
        if self.progress.is(Phase::Writing) {
            self.progress.enter(Phase::Idle);
        }
        Poll::Ready(Ok(()))
    }

    /// Closing a socket that holds unread bytes resets the connection, and may destroy the answer on its way: so the
    /// write side is closed first, and what still comes is thrown away, for a while.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.progress.is(Phase::Lingering) {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            if !self.progress.is_unread() {
                return Poll::Ready(Ok(()));
            }
            self.progress.enter(Phase::Lingering);
        }
        let mut space = [0; 4096];
        while self.thrown_away < LINGER_BYTES {
            let mut buf = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
            match buf.filled().len() {
                0 => break,
                size => self.thrown_away += size,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.progress.is(Phase::Head) || self.refusal.is_some() {
            let part = parts.iter().find(|part| !part.is_empty());
            return self.write_refusal(cx, part.map_or(&[], |part| part));
        }
        if self.progress.is(Phase::Idle) {
            self.progress.enter(Phase::Writing);
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// While a head is being read nothing is written but what hyper's parser says by itself: a status without a body.
    /// It goes out as ours, and counts as written to hyper.
    fn write_refusal(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let (text, written) = self.refusal.get_or_insert_with(|| {
            let refusal = match bytes.get(9..12) {
                Some(b"431") => Refusal::HeadersTooLarge,
                Some(b"414") => Refusal::UriTooLong,
                _ => Refusal::BadRequest,
            };
            (parser_refusal(refusal), 0)
        });
        self.progress.set_unread();
        while let Some(rest @ [_, ..]) = text.get(*written..) {
            *written += ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
        }
        Poll::Ready(Ok(bytes.len()))
    }
}
