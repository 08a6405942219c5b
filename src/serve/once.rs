//! Carries one request out for real, to its end, without a network to come in by: the same door, the same operation, the
//! same calls as in the server, and a store in memory that nobody sees afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};
use ipnet::IpNet;
use serde_json::Value as Json;
use tokio::sync::Notify;

use super::budget::Budget;
use super::clock::{Clock, now_millis};
use super::pauses::Pauses;
use super::server::{Parts, Server, program_of};
use super::upkeep::Keepings;
use super::writer::Writer;
use super::{Handler, Incoming, StartError, schedule};
use crate::actions::MAIL;
use crate::admin::History;
use crate::deliver::{self, Deliver, Smtp};
use crate::operations::{CALLS_PER_HOST, Ids, Random, Rules, Surroundings, Targets, strictest_rates};
use crate::resolve::program::{Op, Pipeline};
use crate::routing::{self, Decision, Head, Refusal, Routes};
use crate::run::{self, Admission, Headers, Received};
use crate::secrets::Secrets;
use crate::store::{self, Filter};
use crate::value::{Bytes, Id};

/// What is to be carried out.
pub struct Once {
    pub pipelines: Vec<Arc<Pipeline>>,
    pub method: Arc<str>,
    /// Path and query.
    pub target: Arc<str>,
    pub headers: Headers,
    pub body: Bytes,
    /// To be signed with the secrets as they are, as its pipeline's `verify` wants it.
    pub signed: bool,
    pub allow_private: Vec<IpNet>,
    pub smtp: Option<Smtp>,
    pub mail_password: Option<Arc<str>>,
}

/// What came of it.
pub enum CarriedOut {
    /// The operation, as the history shows it.
    Operation(Json),
    /// It was refused at the door; why.
    Refused { status: u16, why: String },
    /// It could not be tried: a secret that it needs is not set, or it cannot be signed.
    NotTried(String),
}

/// Carries a request out, and waits until its operation has ended, also through its retries. `tell` is given what is waited
/// for and why, once for each pause. What stands in the way of every try ends the tries at once.
///
/// # Errors
/// What keeps calls from being made at all.
pub async fn once(once: Once, tell: &(dyn Fn(&str) + Sync)) -> Result<CarriedOut, StartError> {
    let names: Vec<Arc<str>> =
        once.pipelines.iter().flat_map(|pipeline| pipeline.secrets.iter().cloned()).collect();
    let routes = Routes::new(once.pipelines.clone());
    let (pipeline, params) = match door(&once, &routes) {
        Ok(passed) => passed,
        Err(refused) => return Ok(refused),
    };
    let server = server(&once)?;
    server.load_secrets(names);
    let secrets = server.secrets.load_full();
    let mails = pipeline.code.iter().filter_map(Op::call).any(|call| *call.target == *MAIL);
    let needs = |name: &Arc<str>| {
        pipeline.secrets.contains(name) || mails && once.mail_password.as_ref() == Some(name)
    };
    if let Some(name) = secrets.unset().iter().find(|name| needs(name)) {
        return Ok(CarriedOut::NotTried(format!(
            "secret {name} is not set: it is the environment variable {name}, or the file that {name}_FILE names"
        )));
    }
    let mut request = Incoming {
        method: once.method,
        target: once.target,
        headers: once.headers,
        body: once.body,
        ip: "127.0.0.1".into(),
        params,
        receipt: None,
    };
    if once.signed {
        let mut received = request.clone().received(Id([0; 16]), now_millis());
        if let Err(why) = run::sign(&pipeline, &mut received, &|name| secrets.get(name)) {
            return Ok(CarriedOut::NotTried(format!("it cannot be signed: {why}")));
        }
        let Received { method, target, headers, body, ip, params, receipt, .. } = received;
        request = Incoming { method, target, headers, body, ip, params, receipt };
    }
    match server.admits(&pipeline, &request) {
        Admission::LetIn(receipt) => request.receipt = receipt,
        Admission::Refused(why) => {
            return Ok(CarriedOut::Refused { status: Refusal::Unauthorized.status(), why });
        }
        Admission::SecretNotSet(name) => {
            return Ok(CarriedOut::NotTried(format!("secret {name} is not set, and `verify` needs it")));
        }
    }
    let scheduling = tokio::spawn(schedule::run(server.clone()));
    let bodies = Arc::new(Budget::new(usize::MAX >> 1));
    if let Err(refusal) = server.handle(pipeline, request, bodies.lease()).await {
        return Ok(refused(refusal));
    }
    let shown = ended(&server, tell).await;
    scheduling.abort();
    shown.map(CarriedOut::Operation)
}

/// What is decided by the head.
fn door(once: &Once, routes: &Routes) -> Result<(Arc<Pipeline>, routing::Params), CarriedOut> {
    let head = Head::of(&once.method, &once.target, &once.headers, once.body.len());
    match routing::decide(routes, &head) {
        Decision::Pass { pipeline, params } => Ok((pipeline.clone(), params)),
        Decision::Reject { refusal, .. } | Decision::Refuse { refusal, .. } => Err(refused(refusal)),
        Decision::Options(_) => {
            Err(CarriedOut::Refused { status: 204, why: routing::ASKED_FIRST.to_owned() })
        }
    }
}

fn refused(refusal: Refusal) -> CarriedOut {
    CarriedOut::Refused { status: refusal.status(), why: refusal.reason().to_owned() }
}

/// A server with nothing but what one operation needs.
fn server(once: &Once) -> Result<Arc<Server>, StartError> {
    let store = store::open(store::MEMORY)?;
    let (allow_private, smtp) = (once.allow_private.clone(), once.smtp.clone());
    let options = deliver::Options { allow_private, smtp, is_hasty: true };
    let deliver = Deliver::new(options).map_err(StartError::Machine)?;
    let clock = Arc::new(Clock::after(0));
    let keepings = Keepings::new(Rules::default(), store::MEMORY, &*store)?;
    let (writer, _) = Writer::start(store.clone(), clock.clone())
        .map_err(|error| StartError::Machine(error.to_string()))?;
    let freed = Arc::new(Notify::new());
    let signal = freed.clone();
    let targets = Targets::new(CALLS_PER_HOST, move || signal.notify_waiters());
    targets.declare(&strictest_rates(once.pipelines.iter().map(|pipeline| &**pipeline)), now_millis());
    let server = Server::new(Parts {
        around: Surroundings {
            ids: Ids::after(0),
            random: Random::default(),
            targets,
            dry_run: false,
            stopping: AtomicBool::new(false),
            stopped: ArcSwap::default(),
            commit: ArcSwapOption::empty(),
        },
        store,
        writer,
        secrets: Secrets::load([]),
        deliver,
        freed,
        clock,
        keepings,
        mail_password: once.mail_password.clone(),
    });
    let programs = once.pipelines.iter().map(|own| (own.hash, Arc::new(program_of(own))));
    server.programs.store(Arc::new(programs.collect()));
    let by_name: BTreeMap<_, _> = once.pipelines.iter().map(|own| (own.name.clone(), own.clone())).collect();
    server.pipelines.store(Arc::new(by_name));
    Ok(Arc::new(server))
}

/// Waits for the end of the one operation of this server.
async fn ended(server: &Server, tell: &(dyn Fn(&str) + Sync)) -> Result<Json, StartError> {
    let mut pauses = Pauses::default();
    loop {
        // Listened to from before the look.
        let idle = server.idle.notified();
        let page = server.store.list(&Filter::default(), None, 1)?;
        let Some(listed) = page.items.first() else {
            return Err(StartError::Machine("the operation is not to be found".to_owned()));
        };
        let loaded = server.store.load(listed.id)?;
        let at_work = loaded.as_ref().and_then(|operation| Some((operation, operation.work.as_ref()?)));
        match at_work {
            None => {
                let secrets = server.secrets.load();
                let history =
                    History { store: &*server.store, programs: &server.compiled, masker: secrets.masker() };
                return Ok(history.show(&listed.id.to_string()).body);
            }
            Some((operation, work)) => {
                let is_in_hand = server.in_hand.load(Ordering::Relaxed) > 0;
                let pipeline = server.pipelines.load().get(&operation.pipeline).cloned();
                let news = pipeline.map(|own| pauses.new_ones(operation, work, &own, is_in_hand));
                news.into_iter().flatten().for_each(|line| tell(&line));
            }
        }
        idle.await;
    }
}
