//! Carries one request out, once: addresses guarded, time and size bounded, no redirects. Only this room knows reqwest.

use std::time::Duration;

use ipnet::IpNet;

use crate::actions::{Attempt, Rendered};

/// What the client is to allow.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Private ranges that targets may be in after all (`--allow-private`).
    pub allow_private: Vec<IpNet>,
}

/// Sends requests. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub struct Deliver {
    // (private)
}

impl Deliver {
    /// # Errors
    /// A TLS set-up that this machine cannot give (no certificates).
    pub fn new(options: Options) -> Result<Deliver, String> {
        let _ = options;
        todo!()
    }

    /// Sends once. `timeout` bounds everything from the first look-up to the last byte of the answer, `answer_limit` its body in bytes.
    pub async fn send(&self, request: &Rendered, timeout: Duration, answer_limit: u64) -> Attempt {
        let _ = (request, timeout, answer_limit);
        todo!()
    }
}
