//! Drives one operation: commits its rows, sends its calls, and hands in what came of them, until it ends or its work waits
//! in the store. Lives in a task of its own: a caller who hangs up changes nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::callers::Parked;
use super::clock::now_millis;
use super::server::Server;
use crate::operations::{Live, Moment, Outgoing, Step, Stop, masked};
use crate::routing::Refusal;
use crate::store::{State, Write, Written};
use crate::value::Id;

/// Starts a task that drives an operation on from `first`.
pub fn spawn(server: Arc<Server>, live: Live, first: Step) {
    let hand = Hand::take(server, live.id);
    drop(tokio::spawn(drive(hand, live, first)));
}

/// Drives an operation that is in this hand on from `first`.
pub async fn drive(mut hand: Hand, mut live: Live, first: Step) {
    let server = hand.server.clone();
    let mut next = first;
    loop {
        match next {
            Step::Commit(write) => match commit(&server, live.id, write).await {
                Some(Written::Done) => live.committed(),
                // Somebody else goes on with it, whose outcome stands.
                Some(Written::Duplicate { .. } | Written::Fenced) => {
                    tracing::error!(operation = %live.id, "it was taken out of this hand");
                    return;
                }
                None => {
                    server.callers.tell(live.id, Refusal::StoreUnavailable.reply());
                    return;
                }
            },
            Step::Answer(reply) => server.callers.tell(live.id, reply),
            Step::Call(call) => {
                // What is promised is made: an intent without its call would need a person.
                if live.answered() && !call.is_promised && server.around.stopping.load(Ordering::Relaxed) {
                    // Its row says what is to be done; the next start sees to it.
                    return;
                }
                if server.writer.has_failed() {
                    // Nothing is called that could not be recorded.
                    server.callers.tell(live.id, Refusal::StoreUnavailable.reply());
                    server.writer.healed().await;
                }
                carry_out(&server, &mut live, call).await;
            }
            Step::Slot { until } => {
                // Listened to from before the look that found no place, so that none is missed that became free meanwhile.
                let freed = server.freed.notified();
                next = server.step(&mut live);
                if let Step::Slot { .. } = next {
                    let left = Duration::from_millis(until.saturating_sub(now_millis()).max(1));
                    drop(tokio::time::timeout(left, freed).await);
                    next = server.step(&mut live);
                }
                continue;
            }
            Step::Parked => {
                if !live.answered() {
                    if server.around.stop(&live.pipeline().name) == Some(Stop::Held) {
                        // It goes on when the pipeline is started again, and its caller does not wait for that.
                        server.callers.tell(live.id, Refusal::Stopped.reply());
                    }
                    server.callers.set_parked(live.id, Parked::Yes);
                }
                hand.parked = true;
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
    let Outgoing { request, timeout, answer_limit, is_promised: _ } = call;
    let sent_with = server.secrets.load_full();
    let attempt = server.deliver.send(&request, Duration::from_millis(timeout), answer_limit).await;
    let secrets = server.secrets.load();
    // A secret that was changed while the call was out may come back as it was.
    let attempt = match Arc::ptr_eq(&sent_with, &secrets) {
        true => attempt,
        false => masked(attempt, sent_with.masker()),
    };
    live.attempted(attempt, &server.around, &Moment { now: now_millis(), secrets: &secrets });
}

/// Commits a row. A first row that fails is refused to its caller (`None`); any other stays in the writer's queue until it
/// stands, since what it tells has happened, and only its caller is told that the store fails.
async fn commit(server: &Server, id: Id, write: Write) -> Option<Written> {
    if !matches!(write, Write::Step(_)) {
        return server.writer.commit(write).await.ok();
    }
    let committing = server.writer.commit(write);
    tokio::pin!(committing);
    tokio::select! {
        written = &mut committing => return written.ok(),
        () = server.writer.failing() => server.callers.tell(id, Refusal::StoreUnavailable.reply()),
    }
    committing.await.ok()
}

/// An operation in hand. Counted, so that a stop can wait for the last; and however its task ends, nobody goes on waiting
/// for an answer that will not come.
pub struct Hand {
    pub server: Arc<Server>,
    pub id: Id,
    /// It goes on later, from the store, with its caller still waiting.
    parked: bool,
}

impl Hand {
    pub fn take(server: Arc<Server>, id: Id) -> Hand {
        server.in_hand.fetch_add(1, Ordering::Relaxed);
        Hand { server, id, parked: false }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if !self.parked {
            self.server.callers.forget(self.id);
        }
        if self.server.in_hand.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.server.idle.notify_waiters();
        }
    }
}
