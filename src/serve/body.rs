//! Reads a request's body to its end, within the limit in any framing, the byte budget and the deadline.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use hyper::body::{Body as _, Incoming};

use crate::value::Bytes;

use super::budget::Lease;
use super::progress::Progress;
use crate::routing::Refusal;

/// Up to here a body is copied out of the connection's buffer, which can then be used again; a larger one that came in
/// one piece keeps the buffer, which is at most twice as large.
const COPIED: usize = 64 * 1024;

/// A request's body, and whether all of it was read: hyper itself cannot tell behind the last chunk.
pub struct Body {
    incoming: Incoming,
    finished: bool,
    waited: bool,
}

impl Body {
    pub fn new(incoming: Incoming) -> Body {
        let finished = incoming.is_end_stream();
        Body { incoming, finished, waited: false }
    }

    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether some of it was not there yet when it was asked for: then what was decided before may be otherwise by now.
    pub fn has_waited(&self) -> bool {
        self.waited
    }

    /// What the head announced, in bytes; 0 where it does not say.
    pub fn announced(&self) -> u64 {
        self.incoming.size_hint().lower()
    }

    /// # Errors
    /// What the sender is to be told: too large, too slow, no room, or cut off half-way.
    pub async fn read(
        &mut self,
        limit: u64,
        lease: &mut Lease,
        progress: &Progress,
    ) -> Result<Bytes, Refusal> {
        let mut whole = Vec::new();
        while !self.finished {
            // The timer wakes the connection's task when the deadline passes, and so this poll.
            let frame = poll_fn(|cx| match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Pending if progress.is_late() => Poll::Ready(Err(Refusal::RequestTimeout)),
                Poll::Pending => {
                    self.waited = true;
                    Poll::Pending
                }
                frame => frame.map(Ok),
            });
            let Some(frame) = frame.await? else { break };
            let Ok(data) = frame.map_err(|_| Refusal::BadRequest)?.into_data() else { continue };
            if (whole.len() + data.len()) as u64 > limit {
                return Err(Refusal::BodyTooLarge);
            }
            if !lease.grow(data.len()) {
                return Err(Refusal::Busy);
            }
            self.finished = self.incoming.is_end_stream();
            if self.finished && whole.is_empty() {
                return Ok(if data.len() > COPIED { data } else { Bytes::copy_from_slice(&data) });
            }
            whole.extend_from_slice(&data);
        }
        self.finished = true;
        Ok(Bytes::from(whole))
    }
}
