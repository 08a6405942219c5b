//! The network side: accepts connections, refuses at the door what no pipeline may see, routes the rest, and writes
//! answers. What a request then sets off is the `Handler`'s. Only this room knows hyper.

mod accept;
mod body;
mod budget;
mod callers;
mod clock;
mod connection;
mod counts;
mod descriptors;
mod drive;
mod forwarded;
mod framing;
mod host;
mod notices;
mod once;
mod options;
mod orders;
mod pauses;
mod progress;
mod rejections;
mod repeats;
mod reply;
mod request;
mod resume;
mod schedule;
mod served;
mod server;
mod site;
mod socket;
mod start;
mod status;
mod upkeep;
mod writer;

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::resolve::program::Pipeline;
use crate::routing::{Refusal, Routes};
use crate::run::{Admission, Headers, Received, Reply};
use crate::store::Millis;
use crate::value::{Bytes, Id};

use budget::{Budget, Lease};
pub use clock::now_millis;
pub use counts::Counts;
pub use once::{CarriedOut, Once, once};
pub use options::Options;
pub use start::{Setup, StartError, run};

/// A whole request that passed the door, before it has an id and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub method: Arc<str>,
    /// Path and query as they stood in the request line, undecoded.
    pub target: Arc<str>,
    pub headers: Headers,
    /// Whole, and within the pipeline's limit.
    pub body: Bytes,
    /// The caller's address, as far as it is trusted, without a port.
    pub ip: Arc<str>,
    /// Decoded path parameters of the route that matched.
    pub params: Vec<(Arc<str>, Arc<str>)>,
    /// What a `verify` made for the sender to read in the answer.
    pub receipt: Option<Arc<str>>,
}

impl Incoming {
    /// With its id and its time.
    fn received(self, id: Id, at: Millis) -> Received {
        Received {
            id,
            at,
            method: self.method,
            target: self.target,
            headers: self.headers,
            body: self.body,
            ip: self.ip,
            params: self.params,
            receipt: self.receipt,
        }
    }
}

/// What stands behind the door.
pub trait Handler: Send + Sync + 'static {
    /// What a request of this pipeline is told instead of being read, if it is not to come in now; asked again
    /// where the body was waited for. Must not block, and stores nothing.
    fn refuses(&self, pipeline: &Pipeline) -> Option<Refusal>;

    /// Answers a request. The future is dropped when the connection breaks under it or the grace of a stop is over, so
    /// whatever must go on then is not to live in it.
    ///
    /// `lease` is for the body's bytes, and is given back when nobody waits for an answer any more. An error is what is
    /// told where it was refused after all.
    fn handle(
        &self,
        pipeline: Arc<Pipeline>,
        request: Incoming,
        lease: Lease,
    ) -> impl Future<Output = Result<Reply, Refusal>> + Send;

    /// Whether the pipeline's limits let a request in, by its head: the body is not read yet. Must not block.
    ///
    /// # Errors
    /// The refusal.
    fn limits(&self, pipeline: &Arc<Pipeline>, request: &Incoming) -> Result<(), Refusal>;

    /// Whether a whole request may come in.
    fn admits(&self, pipeline: &Arc<Pipeline>, request: &Incoming) -> Admission;

    /// A request of a known pipeline was refused at the door: with 413, 415 or 429, and its body was not read, or with 401.
    /// `reason` is for the history. Must not block.
    fn rejected(&self, pipeline: &Arc<Pipeline>, request: Incoming, status: u16, reason: &str);
}

/// One server: its bounds, what it serves, and who handles it.
pub struct Network<H> {
    options: Options,
    routes: Arc<ArcSwap<Routes>>,
    handler: Arc<H>,
    bodies: Arc<Budget>,
    counts: Arc<Counts>,
}

impl<H: Handler> Network<H> {
    /// `routes` may be swapped at any time: each request looks once, and keeps its pipeline to its end.
    pub fn new(options: Options, routes: Arc<ArcSwap<Routes>>, handler: Arc<H>) -> Network<H> {
        let bodies = Arc::new(Budget::new(options.bodies_in_flight));
        Network { options, routes, handler, bodies, counts: Arc::default() }
    }

    pub fn counts(&self) -> &Arc<Counts> {
        &self.counts
    }
}
