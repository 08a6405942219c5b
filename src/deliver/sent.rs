//! Whether anything of a request was written: the line between "had no effect" and "nobody knows". hyper asks a body for
//! its end immediately before it writes the head, never earlier, so the body itself can tell, whatever stood before it:
//! look-up, connect, TLS, a wait for a free connection, a time-out in any of these.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

use crate::value::Bytes;

const WAITING: u8 = 0;
const WRITING: u8 = 1;
const STOPPED: u8 = 2;

#[derive(Debug, Default)]
pub struct Sent(AtomicU8);

impl Sent {
    /// False if the request was given up before: nothing may be written then.
    fn begin(&self) -> bool {
        match self.0.compare_exchange(WAITING, WRITING, SeqCst, SeqCst) {
            Ok(_) => true,
            Err(state) => state == WRITING,
        }
    }

    /// Gives the request up. True if some of it may have been written already.
    pub fn stop(&self) -> bool {
        self.0.compare_exchange(WAITING, STOPPED, SeqCst, SeqCst).is_err()
    }
}

/// A body that tells when it is about to be written.
pub struct Watched {
    bytes: Option<Bytes>,
    sent: Arc<Sent>,
}

impl Watched {
    pub fn new(bytes: Bytes, sent: Arc<Sent>) -> Watched {
        Watched { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), sent }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.sent.begin() {
            return Poll::Ready(Some(Err(io::Error::other("given up before it was sent"))));
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    /// A request that was given up claims to have a body, so that its first frame can fail it before the head leaves
    /// hyper's buffer.
    fn is_end_stream(&self) -> bool {
        self.sent.begin() && self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_up_is_never_written() {
        let sent = Arc::new(Sent::default());
        let body = Watched::new(Bytes::new(), sent.clone());
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(!sent.stop());
        assert!(!body.is_end_stream());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(matches!(Pin::new(&mut { body }).poll_frame(&mut cx), Poll::Ready(Some(Err(_)))));
    }

    #[test]
    fn what_is_being_written_stays_sent() {
        let sent = Arc::new(Sent::default());
        let body = Watched::new(Bytes::from_static(b"x"), sent.clone());
        assert_eq!(body.size_hint().exact(), Some(1));
        assert!(!body.is_end_stream());
        assert!(sent.stop());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(matches!(Pin::new(&mut { body }).poll_frame(&mut cx), Poll::Ready(Some(Ok(_)))));
    }
}
