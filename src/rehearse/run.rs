//! One request of a test: through the door, and through the engine to its end. No time passes between the tries of an
//! action.

use std::sync::Arc;

use super::bodies::Written;
use super::calls::Called;
use super::failure::{self, Failure};
use super::givens::OneTry;
use super::keys;
use super::plan::Guessed;
use super::recorded::Recorded;
use super::scene::Scene;
use super::suggest;
use crate::actions::{Attempt, Class, judge};
use crate::resolve::program::{Call, Pipeline, Retry};
use crate::resolve::test_program::{Body, Send, State};
use crate::routing::{self, Decision, Head, Refusal};
use crate::run::{self, Admission, Carried, EndState, Headers, Next, Received, Reply, Run, Trace};
use crate::source::Span;
use crate::value::Bytes;

/// How a file is named that holds a whole request.
const RECORDED: &str = ".http";

/// A request on its way to the door.
pub(super) struct Incoming {
    pub method: Arc<str>,
    /// Path and query.
    pub target: Arc<str>,
    pub headers: Headers,
    pub body: Bytes,
    /// To be signed as its pipeline's `verify` wants it.
    pub signed: bool,
}

/// How a request went.
#[derive(Clone)]
pub(super) struct Outcome {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Bytes,
    /// `None` where no pipeline took the request.
    pub state: Option<State>,
    /// Why it ended so.
    pub reason: String,
    /// The pipeline that ran, and its steps.
    pub ran: Option<Ran>,
}

/// A run behind its end.
#[derive(Clone, Debug)]
pub struct Ran {
    pub pipeline: Arc<Pipeline>,
    /// Its steps.
    pub trace: Arc<Vec<Trace>>,
}

impl Scene<'_> {
    pub(super) fn send(&mut self, send: &Send, span: Span) -> Result<(), Box<Failure>> {
        self.sent += 1;
        if let Some(Body::File { path, span: at }) = &send.body
            && path.ends_with(RECORDED)
        {
            let incoming = self.recorded(send, path, *at)?;
            return self.receive(incoming, span);
        }
        let body = send.body.as_ref().map(|body| self.body(body, span)).transpose()?;
        let headers = self.headers(send, span, body.as_ref(), Vec::new())?;
        let body = body.map_or_else(Bytes::new, |body| body.bytes);
        let (method, target) = (send.method.clone(), send.target.clone());
        self.receive(Incoming { method, target, headers, body, signed: send.signed }, span)
    }

    /// A request at the door, and through it.
    pub(super) fn receive(&mut self, incoming: Incoming, span: Span) -> Result<(), Box<Failure>> {
        let Incoming { method, target, headers, body, signed } = incoming;
        let head = Head::of(&method, &target, &headers, body.len());
        let origin = head.origin.map(<[u8]>::to_vec);
        let (pipeline, params) = match routing::decide(self.site.routes, &head) {
            Decision::Pass { pipeline, params } => (pipeline.clone(), params),
            Decision::Reject { pipeline, refusal, .. } => {
                let mut outcome = rejected(refusal);
                outcome.add_cors(pipeline, origin.as_deref());
                self.outcome = Some(outcome);
                return Ok(());
            }
            Decision::Refuse { refusal, headers } => {
                self.outcome = Some(refused(refusal, headers));
                return Ok(());
            }
            Decision::Options(headers) => {
                let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let reason = routing::ASKED_FIRST.to_owned();
                self.outcome = Some(Outcome { headers, reason, ..Outcome::at_the_door(204) });
                return Ok(());
            }
        };
        let mut received = Received {
            id: self.id(),
            at: self.now,
            method,
            target,
            headers,
            body,
            ip: "127.0.0.1".into(),
            params,
            receipt: None,
        };
        if signed {
            let secret = |name: &str| Some(keys::of_sender(&pipeline, name));
            run::sign(&pipeline, &mut received, &secret)
                .map_err(|why| failure::cannot_be_signed(span, &why))?;
        }
        // A plan tells what a request does that is let in.
        let refused = match self.plan {
            Some(_) => {
                received.receipt = keys::planned_receipt(&pipeline);
                None
            }
            None => self.refused_by_gates(&pipeline, &mut received),
        };
        let mut outcome = match refused {
            Some(outcome) => outcome,
            None => self.drive(&pipeline, received, span)?,
        };
        outcome.add_cors(&pipeline, origin.as_deref());
        self.outcome = Some(outcome);
        Ok(())
    }

    /// What `limit rate` and `verify` decide, in the server's order.
    fn refused_by_gates(&mut self, pipeline: &Arc<Pipeline>, received: &mut Received) -> Option<Outcome> {
        let limited = run::limit(pipeline, received.clone(), &mut self.buckets);
        if let Err(after) = limited {
            return Some(rejected(Refusal::TooManyRequests { after }));
        }
        match run::admit(pipeline, received, &|name| Some(keys::of_pipeline(pipeline, name))) {
            Admission::LetIn(receipt) => {
                received.receipt = receipt;
                None
            }
            Admission::Refused(why) => {
                let mut outcome = Outcome { reason: why, ..rejected(Refusal::Unauthorized) };
                let challenge = run::challenge(pipeline);
                outcome.headers.extend(
                    challenge.map(|scheme| ("www-authenticate".to_owned(), scheme.as_bytes().to_vec())),
                );
                Some(outcome)
            }
            Admission::SecretNotSet(_) => Some(refused(Refusal::SecretNotSet, Vec::new())),
        }
    }

    /// A request that was recorded whole. Headers that the test writes take the place of its own.
    fn recorded(&self, send: &Send, path: &str, at: Span) -> Result<Incoming, Box<Failure>> {
        let bytes = (self.site.files)(&self.test.source, path)
            .map_err(|why| failure::unreadable_file(at, path, &why))?;
        let recorded = Recorded::parse(&bytes).map_err(|why| failure::unreadable_file(at, path, &why))?;
        let path_of = |target: &str| target.split('?').next().unwrap_or_default().to_owned();
        let is_same = recorded.method == send.method && path_of(&recorded.target) == path_of(&send.target);
        if !is_same {
            let (method, target) = (&recorded.method, &recorded.target);
            return Err(failure::another_request(at, path, method, target));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let own: Vec<(String, String)> =
            recorded.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let target = if send.target.contains('?') { send.target.clone() } else { recorded.target };
        Ok(Incoming {
            method: recorded.method,
            target,
            headers: self.headers(send, at, None, own)?,
            body: recorded.body,
            signed: send.signed,
        })
    }

    fn headers(
        &self,
        send: &Send,
        span: Span,
        body: Option<&Written>,
        recorded: Vec<(String, String)>,
    ) -> Result<Headers, Box<Failure>> {
        let is_written = |name: &str| send.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let mut headers: Vec<(String, String)> =
            recorded.into_iter().filter(|(name, _)| !is_written(name)).collect();
        if !headers.iter().any(|(name, _)| name == "host") {
            headers.insert(0, ("host".to_owned(), "localhost".to_owned()));
        }
        for (name, value) in &send.headers {
            let text = self.text(value, span)?;
            if text.contains(['\r', '\n', '\0']) {
                return Err(failure::unusable_header(value.span, name));
            }
            headers.push((name.to_ascii_lowercase(), text));
        }
        let has_type = headers.iter().any(|(name, _)| name == "content-type");
        if let Some(of) = body.and_then(|body| body.content_type).filter(|_| !has_type) {
            headers.push(("content-type".to_owned(), of.to_owned()));
        }
        Ok(Headers::collect(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))))
    }

    fn drive(
        &mut self,
        pipeline: &Arc<Pipeline>,
        received: Received,
        span: Span,
    ) -> Result<Outcome, Box<Failure>> {
        let id = received.id;
        let mut run = Run::traced(pipeline.clone(), Arc::new(received));
        let mut reply: Option<Reply> = None;
        // Actions that nothing was given for, in the order in which they are watched.
        let mut unanswered: Vec<(Guessed, String)> = Vec::new();
        let (mut held, mut may_have_effect, mut ended) = (None, false, None);
        let (state, reason) = loop {
            match run.next() {
                Next::Answer(answer) => {
                    if let Some(plan) = &mut self.plan {
                        plan.answered(&run, pipeline, &answer);
                    }
                    reply = Some(answer);
                }
                Next::Claim(key) => match self.repeats(&pipeline.name, key) {
                    Ok(outcome) => return Ok(outcome),
                    Err(first) => held = Some(first),
                },
                Next::End(end) => {
                    let reason = end.reason.clone();
                    break (state_of(ended.insert(end).state), reason);
                }
                // No time passes in a test.
                Next::Wait(wait) => {
                    if let Some(plan) = &mut self.plan {
                        plan.waits(wait.millis);
                    }
                    run.waited();
                }
                Next::Need(need) => {
                    let Some(call) = run::call(pipeline, &need) else { continue };
                    if let Some(plan) = &mut self.plan {
                        plan.called(&run, pipeline, call, &need);
                    }
                    let called = match Called::new(call, &need) {
                        Ok(called) => called,
                        Err(why) => break (State::Interrupted, format!("not sent: {why}")),
                    };
                    let (carried, tries) = match self.given_for(&called) {
                        Some(given) => tried(call, run.answered(), || given.take()),
                        None => {
                            run.watch();
                            unanswered.push((Guessed::of(call), suggest::given(pipeline, call, &need)));
                            (Ok(Carried::Ok(self.nothing())), 1)
                        }
                    };
                    self.calls.extend(std::iter::repeat_n(called, tries));
                    may_have_effect |= !call.policy.repeatable && has_effect(&carried);
                    match carried {
                        Ok(carried) => run.resume(carried),
                        Err(reason) => {
                            let reason = format!("the outcome of `{}` is unknown: {reason}", call.name);
                            break (State::Interrupted, reason);
                        }
                    }
                }
            }
        };
        let used = unanswered.into_iter().enumerate().filter(|(at, _)| run.looked_at(*at));
        for (_, (guessed, line)) in used {
            match &mut self.plan {
                None => return Err(failure::no_given(span, &guessed.action, &line)),
                Some(plan) if plan.guessed.contains(&guessed) => {}
                Some(plan) => plan.guessed.push(guessed),
            }
        }
        let Reply { status, headers, body, .. } = reply.unwrap_or_else(|| run::failed_reply(id));
        let headers = headers
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.as_bytes().to_vec()))
            .collect();
        let ran = Ran { pipeline: pipeline.clone(), trace: Arc::new(run.take_trace()) };
        self.runs.push(ran.clone());
        let ran = Some(ran);
        let outcome = Outcome { status, headers, body, state: Some(state), reason, ran };
        if let Some(held) = held {
            self.hold(&pipeline.name, held, ended.as_ref(), may_have_effect, &outcome);
        }
        Ok(outcome)
    }
}

/// The tries of one action, and how many there were; `Err` with the reason if nobody may guess whether it took effect.
fn tried(
    call: &Call,
    answered: bool,
    mut take: impl FnMut() -> (OneTry, bool),
) -> (Result<Carried, String>, usize) {
    let mut tries = 0;
    loop {
        let (attempt, more) = match take() {
            (OneTry::Ends(attempt), more) => (attempt, more),
            (OneTry::Fails, _) => {
                let reason = "no answer, as the test says".to_owned();
                return (Ok(Carried::Failed { reason, status: None }), tries + 1);
            }
        };
        tries += 1;
        let left = match call.policy.retry {
            Retry::None => false,
            // One try before the answer, and a day of them after it: as many as the test gives answers for.
            Retry::Unsaid => answered && more,
            Retry::Times { times, .. } => tries <= times as usize,
        };
        let status = match &attempt {
            Attempt::Answered(answer) => Some(answer.status),
            _ => None,
        };
        let judged = judge(&attempt, &call.policy.rules);
        let ended = match (judged.class, attempt) {
            (Class::Ok, Attempt::Answered(answer)) => Ok(Carried::Ok(answer)),
            _ if left && call.policy.may_repeat(&judged) => continue,
            (Class::Unknown, _) if !call.policy.repeatable => Err(judged.reason),
            _ => Ok(Carried::Failed { reason: judged.reason, status }),
        };
        return (ended, tries);
    }
}

/// Whether an action may have taken effect: it succeeded, or nobody knows.
fn has_effect(carried: &Result<Carried, String>) -> bool {
    !matches!(carried, Ok(Carried::Failed { .. }))
}

impl Outcome {
    /// An answer without a run.
    pub(super) fn at_the_door(status: u16) -> Outcome {
        Outcome {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            state: None,
            reason: String::new(),
            ran: None,
        }
    }

    fn add_cors(&mut self, pipeline: &Pipeline, origin: Option<&[u8]>) {
        let cors = pipeline.cors.as_ref().map(|cors| routing::allow_origin(cors, origin));
        self.headers
            .extend(cors.unwrap_or_default().into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
}

fn state_of(state: EndState) -> State {
    match state {
        EndState::Done => State::Done,
        EndState::Stopped => State::Stopped,
        EndState::Aborted => State::Aborted,
        EndState::Failed => State::Failed,
    }
}

/// What a known pipeline refuses at its door, which is kept.
fn rejected(refusal: Refusal) -> Outcome {
    Outcome { state: Some(State::Rejected), ..refused(refusal, Vec::new()) }
}

/// What the door answers, as the server would.
fn refused(refusal: Refusal, headers: routing::Headers) -> Outcome {
    let own = refusal.header().map(|(name, value)| (name, value.as_bytes().to_vec()));
    let mut all: Vec<(String, Vec<u8>)> =
        headers.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value)).collect();
    all.push(("content-type".to_owned(), b"application/json".to_vec()));
    Outcome {
        headers: all,
        body: refusal.body().into(),
        reason: refusal.reason().to_owned(),
        ..Outcome::at_the_door(refusal.status())
    }
}
