//! Carries one request out, once: addresses guarded, time and size bounded, no redirects, no proxies, no second try.
//! Only this room knows reqwest.

mod address;
mod answer;
mod client;
mod errors;
mod guard;
mod outgoing;
mod sent;

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use crate::actions::{Attempt, Rendered};
use client::Clients;
use guard::Guard;
use sent::Sent;

/// What the client is to allow.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Private ranges that targets may be in after all (`--allow-private`).
    pub allow_private: Vec<IpNet>,
}

/// Sends requests. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub struct Deliver {
    clients: Arc<Clients>,
    guard: Arc<Guard>,
}

impl Deliver {
    /// A machine without certificates is no error: targets over plain `http` can be reached, and each request over
    /// `https` is answered with `NotSent` until there are some.
    ///
    /// # Errors
    /// A client that cannot be set up at all.
    pub fn new(options: Options) -> Result<Deliver, String> {
        let guard = Arc::new(Guard::new(options.allow_private));
        let clients = Arc::new(Clients::new(&guard)?);
        Ok(Deliver { clients, guard })
    }

    /// Sends once. `timeout` bounds everything from the first look-up to the last byte of the answer, `answer_limit` its
    /// body in bytes.
    pub async fn send(&self, request: &Rendered, timeout: Duration, answer_limit: u64) -> Attempt {
        let sent = Arc::new(Sent::default());
        let attempt = async {
            let outgoing = outgoing::build(request, &self.guard, &sent)?;
            let client = self.clients.get(outgoing.url().scheme())?;
            let response = client.execute(outgoing).await.map_err(errors::of_client)?;
            answer::read(response, answer_limit).await
        };
        let reason = match tokio::time::timeout(timeout, attempt).await {
            Ok(Ok(answer)) => return Attempt::Answered(answer),
            Ok(Err(reason)) => reason,
            Err(_) => errors::timed_out(timeout),
        };
        // From here on nothing of it is written any more, so what is known now stays true.
        match sent.stop() {
            true => Attempt::Lost(reason),
            false => Attempt::NotSent(reason),
        }
    }
}

#[cfg(test)]
mod tests;
