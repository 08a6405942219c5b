//! Requests of a pipeline with a `dedupe`: only the commit of the first row says whether it is the first with its key. A
//! repeat is told what the first one was, waits for it within a caller's patience, and takes its place if it left the key.

use std::sync::Arc;
use std::time::Duration;

use super::clock::now_millis;
use super::drive::{Hand, drive};
use super::server::{Server, internal};
use crate::operations::{First, Live, PATIENCE, Step, begin, duplicate, first_of, kept_answer};
use crate::routing::Refusal;
use crate::store::{Accept, State, Write, Written};
use crate::value::{Bytes, Id};

/// Starts a task that commits the first row, and drives the operation on if it is the first with its key.
pub fn spawn(server: Arc<Server>, live: Live, accept: Box<Accept>) {
    let hand = Hand::take(server, live.id);
    drop(tokio::spawn(run(hand, live, accept)));
}

async fn run(hand: Hand, mut live: Live, mut accept: Box<Accept>) {
    let server = hand.server.clone();
    let (pipeline, program) = (live.pipeline().clone(), accept.program.clone());
    let received = live.received().clone();
    let id = received.id;
    let until = received.at.saturating_add(PATIENCE);
    // The first one whose log was looked at: it may have left its key meanwhile, so the store is asked once more.
    let mut looked_at = None;
    loop {
        let (of, answer) = match server.writer.commit(Write::Accept(accept)).await {
            Ok(Written::Done) => {
                live.committed();
                let next = server.step(&mut live);
                return drive(hand, live, next).await;
            }
            Ok(Written::Duplicate { of, answer }) => (of, answer),
            Ok(Written::Fenced) => return server.callers.tell(id, internal(id)),
            Err(_) => return server.callers.tell(id, Refusal::StoreUnavailable.reply()),
        };
        // This run is thrown away, and with it the place at a host that it may hold.
        drop(live);
        // Listened to from before the look, so that what comes in between is not missed.
        let news = server.callers.watch(of);
        let kept = answer.as_ref().and_then(|answer| kept_answer(answer, &received.body));
        let first = match kept {
            Some(first) => first,
            None => look(&server, of, received.body.clone()).await,
        };
        let left = until.saturating_sub(now_millis());
        let ask_again = match &first {
            First::Open if left > 0 => tokio::time::timeout(Duration::from_millis(left), news).await.is_ok(),
            First::Open => false,
            _ => answer.is_none() && looked_at.replace(of) != Some(of),
        };
        if !ask_again {
            let (write, reply) = duplicate(&pipeline, &received, &program, of, first, &server.around);
            return match server.writer.commit(write).await {
                Ok(_) => {
                    tracing::debug!(operation = %id, pipeline = %pipeline.name, "operation {}", State::Duplicate.as_str());
                    server.callers.tell(id, reply);
                }
                Err(_) => server.callers.tell(id, Refusal::StoreUnavailable.reply()),
            };
        }
        live = begin(pipeline.clone(), (*received).clone(), program.clone(), &server.around);
        match server.step(&mut live) {
            Step::Commit(Write::Accept(next)) => accept = next,
            _ => return server.callers.tell(id, internal(id)),
        }
    }
}

/// What the log of the first one says.
async fn look(server: &Arc<Server>, of: Id, body: Bytes) -> First {
    let store = server.store.clone();
    let looked =
        tokio::task::spawn_blocking(move || store.load(of).map(|first| first_of(first.as_ref(), &body)));
    match looked.await {
        Ok(Ok(first)) => first,
        Ok(Err(error)) => {
            tracing::error!(operation = %of, %error, "the first of a repeated request cannot be read");
            First::Open
        }
        Err(_) => First::Open,
    }
}
