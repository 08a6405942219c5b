//! Drives one operation: commits its rows, sends its calls, and hands in what came of them, until it ends or its work waits
//! in the store. Lives in a task of its own: a caller who hangs up changes nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock::now_millis;
use super::server::{Server, not_stored};
use crate::operations::{Live, Moment, Outgoing, Step};
use crate::store::{State, Write, Written};

/// How long to wait before a failed commit of an outcome is tried again: the call was made, so it must not be forgotten.
const AGAIN: Duration = Duration::from_secs(1);

/// Starts a task that drives an operation on from `first`.
pub fn spawn(server: Arc<Server>, live: Live, first: Step) {
    let hand = Hand::take(server);
    drop(tokio::spawn(async move { drive(&hand.0, live, first).await }));
}

async fn drive(server: &Server, mut live: Live, first: Step) {
    let mut next = first;
    loop {
        match next {
            Step::Commit(write) => match commit(server, write).await {
                Some(Written::Done) => live.committed(),
                Some(Written::Duplicate { .. } | Written::Fenced) => return,
                None => {
                    server.tell(live.id, not_stored());
                    return;
                }
            },
            Step::Answer(reply) => server.tell(live.id, reply),
            Step::Call(call) => {
                if server.stopping.load(Ordering::Relaxed) {
                    // Its row says what is to be done; the next start sees to it.
                    return;
                }
                carry_out(server, &mut live, call).await;
            }
            Step::Slot { until, .. } => {
                let left = Duration::from_millis(until.saturating_sub(now_millis()).max(1));
                drop(tokio::time::timeout(left, server.freed.notified()).await);
            }
            Step::Parked { .. } => {
                server.work.notify_one();
                return;
            }
            Step::Ended(state) => {
                tell_the_log(&live, state);
                return;
            }
        }
        next = server.step(&mut live);
    }
}

/// What a person has to see to stands in the log of every server; the rest only where it is asked for.
pub fn tell_the_log(live: &Live, state: State) {
    let (operation, pipeline, state_name) = (live.id, &live.pipeline().name, state.as_str());
    match state {
        State::Failed | State::Interrupted => {
            tracing::warn!(%operation, %pipeline, "operation {state_name}: see wj history show {operation}");
        }
        _ => tracing::debug!(%operation, %pipeline, "operation {state_name}"),
    }
}

async fn carry_out(server: &Server, live: &mut Live, call: Outgoing) {
    let Outgoing { request, timeout, answer_limit, permit } = call;
    let attempt = server.deliver.send(&request, Duration::from_millis(timeout), answer_limit).await;
    drop(permit);
    let secrets = server.secrets.load();
    live.attempted(attempt, &server.around, &Moment { now: now_millis(), secrets: &secrets });
}

/// Commits a row. A first row that fails is refused to its caller (`None`); any other is tried again until it stands,
/// since what it tells has happened.
async fn commit(server: &Server, write: Write) -> Option<Written> {
    let Write::Step(_) = write else {
        return server.writer.commit(write).await.ok();
    };
    loop {
        match server.writer.commit(write.clone()).await {
            Ok(written) => return Some(written),
            Err(_) if server.stopping.load(Ordering::Relaxed) => return None,
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// Counts an operation that is in hand, so that a stop can wait for the last.
struct Hand(Arc<Server>);

impl Hand {
    fn take(server: Arc<Server>) -> Hand {
        server.in_hand.fetch_add(1, Ordering::Relaxed);
        Hand(server)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if self.0.in_hand.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
