//! What a request would do: its answer, and each request that would go out, every value with the place that it came
//! from. Run through the same engine as any other request; nothing is sent, and what actions answer is taken from a test
//! or made up.

use std::sync::Arc;

use super::compare::shortened;
use super::recorded::Recorded;
use super::run::Incoming;
use super::scene::{Scene, Site};
use super::{Failure, failure};
use crate::actions::{self, Body, Rendered};
use crate::resolve::program::{
    Call, Expr, ExprKind, Http, HttpBody, OpKind, Pipeline, RequestTemplate, RespondBody,
};
use crate::resolve::test_program::{State, StepKind, Test};
use crate::run::{Headers, Need, Origin, Reply, Run};
use crate::source::{Source, Span};
use crate::value::{self, Bytes, Value};

/// What one request would do.
#[derive(Debug)]
pub struct Plan {
    /// The pipeline that it would reach.
    pub pipeline: Option<Arc<Pipeline>>,
    /// What would leave, in its order.
    pub steps: Vec<Planned>,
    pub status: u16,
    /// `None` where no pipeline takes the request.
    pub state: Option<State>,
    /// Why it would end so.
    pub reason: String,
    /// The answers that are used, and were made up.
    pub guessed: Vec<Guessed>,
}

/// An answer that nobody gave, and that is looked at: status 200 and no body were taken for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Guessed {
    pub action: Arc<str>,
    /// What the action declares as returned; each is a text that says its name.
    pub returns: Vec<String>,
}

impl Guessed {
    pub(super) fn of(call: &Call) -> Guessed {
        let returns = match &call.request {
            RequestTemplate::Declared { spec, .. } => {
                spec.returns.iter().map(|declared| declared.name.to_string()).collect()
            }
            RequestTemplate::Http(_) => Vec::new(),
        };
        Guessed { action: call.name.clone(), returns }
    }
}

#[derive(Debug)]
pub enum Planned {
    Answer(Answered),
    Call(Called),
    /// Milliseconds.
    Wait(u64),
}

/// The answer to the caller.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub reason: Option<Arc<str>>,
    /// The statement that gives it; `None` for the one that goes out unsaid.
    pub at: Option<Origin>,
    pub parts: Vec<Part>,
    /// The body, where it is not told by its parts.
    pub body: Option<String>,
}

/// A request that would go out.
#[derive(Debug)]
pub struct Called {
    pub name: Arc<str>,
    pub at: Origin,
    /// With masks in the places of secrets.
    pub masked: Rendered,
    pub parts: Vec<Part>,
    /// The service's own way to write it: the parts are the parameters, and not what is sent.
    pub is_declared: bool,
}

/// One value of a request or an answer.
#[derive(Debug)]
pub struct Part {
    /// `header Authorization`, `json phone`, or a parameter's name.
    pub name: String,
    /// As JSON, with masks; `None` for what is empty, and is left out.
    pub value: Option<String>,
    pub from: Option<Origin>,
}

/// Plans a recorded request. `now` is in Unix milliseconds.
///
/// # Errors
/// What keeps it from being tried.
pub fn plan(
    request: &Recorded,
    now: u64,
    source: &Arc<Source>,
    site: &Site<'_>,
) -> Result<Plan, Box<Failure>> {
    let nobody = Test {
        title: "".into(),
        span: Span::default(),
        item: Span::default(),
        source: source.clone(),
        steps: Vec::new(),
    };
    let mut scene = Scene::new(&nobody, site);
    scene.plan = Some(Planning::default());
    scene.now = now;
    scene.sent = 1;
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    let incoming = Incoming {
        method: request.method.clone(),
        target: request.target.clone(),
        headers: Headers::collect(headers),
        body: request.body.clone(),
        signed: false,
    };
    scene.receive(incoming, Span::default())?;
    Ok(planned(scene))
}

/// Plans the first request of a test, with the answers that the test gives.
///
/// # Errors
/// A line of the test that cannot be carried out.
pub fn plan_of(test: &Test, site: &Site<'_>) -> Result<Plan, Box<Failure>> {
    let mut scene = Scene::new(test, site);
    scene.plan = Some(Planning::default());
    for step in &test.steps {
        let done = match &step.kind {
            StepKind::At(millis) => {
                scene.now = *millis;
                Ok(())
            }
            StepKind::Given(given) => scene.give(given, step.span),
            StepKind::Expect(_) => Ok(()),
            StepKind::Send(send) => {
                scene.send(send, step.span)?;
                return Ok(planned(scene));
            }
        };
        done?;
    }
    Err(failure::nothing_sent(test.span))
}

fn planned(scene: Scene<'_>) -> Plan {
    let Planning { steps, guessed } = scene.plan.unwrap_or_default();
    let mut plan = Plan { pipeline: None, steps, status: 0, state: None, reason: String::new(), guessed };
    if let Some(outcome) = scene.outcome {
        plan.pipeline = outcome.ran.map(|ran| ran.pipeline);
        (plan.status, plan.state, plan.reason) = (outcome.status, outcome.state, outcome.reason);
        // The door has no step.
        if plan.pipeline.is_none() {
            let body = Some(String::from_utf8_lossy(&outcome.body).into_owned());
            let (status, reason) = (outcome.status, None);
            plan.steps.push(Planned::Answer(Answered { status, reason, at: None, parts: Vec::new(), body }));
        }
    }
    plan
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Planning {
    steps: Vec<Planned>,
    pub guessed: Vec<Guessed>,
}

impl Planning {
    pub(super) fn waits(&mut self, millis: u64) {
        self.steps.push(Planned::Wait(millis));
    }

    pub(super) fn answered(&mut self, run: &Run, pipeline: &Arc<Pipeline>, reply: &Reply) {
        let last = run.trace().last().and_then(|step| pipeline.code.get(step.op));
        let respond = match last.map(|op| &op.kind) {
            Some(OpKind::Respond(respond)) => Some(respond),
            _ => None,
        };
        // An answer that nobody writes goes out before a call or at the end: no step gives it.
        let is_unsaid = reply.status == 200
            && reply.body.is_empty()
            && !matches!(last.map(|op| &op.kind), Some(OpKind::Respond(_) | OpKind::Stop { .. }));
        let at = last.filter(|_| !is_unsaid).map(|op| place(&pipeline.source, op.span));
        let mut parts = Parts { run, found: Vec::new() };
        let mut body = None;
        match respond {
            Some(respond) => {
                for (name, expr) in &respond.headers {
                    let sent = reply.headers.iter().find(|(own, _)| own == name);
                    let value = sent.map_or(Value::Empty, |(_, text)| Value::Text(text.clone()));
                    parts.add(format!("header {name}"), expr, &value);
                }
                match &respond.body {
                    RespondBody::Json(expr) => {
                        let json = value::from_json(&reply.body).unwrap_or_default();
                        parts.add("json".to_owned(), expr, &json);
                    }
                    RespondBody::Text(expr) => parts.add("text".to_owned(), expr, &text_of(&reply.body)),
                    RespondBody::Body(expr) => parts.add("body".to_owned(), expr, &text_of(&reply.body)),
                    RespondBody::None => body = told(&reply.body),
                }
            }
            None => body = told(&reply.body),
        }
        let Parts { found: parts, .. } = parts;
        let (status, reason) = (reply.status, reply.reason.clone());
        self.steps.push(Planned::Answer(Answered { status, reason, at, parts, body }));
    }

    pub(super) fn called(&mut self, run: &Run, pipeline: &Arc<Pipeline>, call: &Call, need: &Need) {
        let mut parts = Parts { run, found: Vec::new() };
        match &call.request {
            RequestTemplate::Http(http) => parts.of_http(http, need),
            RequestTemplate::Declared { params, .. } => {
                for (name, expr) in params {
                    let given = need.params.iter().find(|(own, _)| own == name);
                    parts.add(name.to_string(), expr, given.map_or(&Value::Empty, |(_, value)| value));
                }
            }
        }
        if let Some(key) = &call.policy.key {
            let sent = need.request.headers.iter().rev().find(|(name, _)| &**name == "Idempotency-Key");
            if let Some((_, value)) = sent {
                match key {
                    crate::resolve::program::Key::Expr(expr) => parts.add("key".to_owned(), expr, value),
                    crate::resolve::program::Key::Auto => {
                        parts.found.push(Part { name: "key".to_owned(), value: shown(value), from: None });
                    }
                }
            }
        }
        let span = pipeline.code.get(need.op).map_or(Span::default(), |op| op.span);
        self.steps.push(Planned::Call(Called {
            name: call.name.clone(),
            at: place(&pipeline.source, span),
            masked: (*need.masked).clone(),
            parts: parts.found,
            is_declared: matches!(call.request, RequestTemplate::Declared { .. }),
        }));
    }
}

fn place(source: &Arc<Source>, span: Span) -> Origin {
    Origin { source: source.clone(), span, text: String::new(), from: Vec::new() }
}

/// The values of one request or answer, as they are found.
struct Parts<'a> {
    run: &'a Run,
    found: Vec<Part>,
}

impl Parts<'_> {
    fn of_http(&mut self, http: &Http, need: &Need) {
        let request = &need.request;
        for (expr, value) in http.segments.iter().zip(&request.segments) {
            // What is written out in the URL shows in it.
            if !matches!(expr.kind, ExprKind::Const(_)) {
                self.add("path".to_owned(), expr, value);
            }
        }
        self.pairs("query", &http.query, &request.query);
        self.pairs("header", &http.headers, &request.headers);
        match (&http.body, &request.body) {
            (HttpBody::Json(expr), Body::Json(value)) => self.add("json".to_owned(), expr, value),
            (HttpBody::Form(pairs), Body::Form(values)) => self.pairs("form", pairs, values),
            (HttpBody::Multipart(pairs), Body::Multipart { parts, .. }) => {
                self.pairs("multipart", pairs, parts);
            }
            (HttpBody::Text(expr), Body::Text(value)) => self.add("text".to_owned(), expr, value),
            (HttpBody::Text(expr), _) => self.add("text".to_owned(), expr, &Value::Empty),
            (HttpBody::Bytes(expr), Body::Bytes(bytes)) => {
                self.add("body".to_owned(), expr, &Value::Bytes(bytes.clone()));
            }
            (HttpBody::Bytes(expr), Body::Text(value)) => self.add("body".to_owned(), expr, value),
            (HttpBody::Bytes(expr), _) => self.add("body".to_owned(), expr, &Value::Empty),
            _ => {}
        }
    }

    /// Names and values, of which `sent` has those that are not empty, in their order.
    fn pairs(&mut self, word: &str, pairs: &[(Arc<str>, Expr)], sent: &[(Arc<str>, Value)]) {
        let mut sent = sent.iter().peekable();
        for (name, expr) in pairs {
            let value = sent.next_if(|(own, _)| own == name).map_or(&Value::Empty, |(_, value)| value);
            self.add(format!("{word} {name}"), expr, value);
        }
    }

    /// A value; of an object that the script writes out each member by itself.
    fn add(&mut self, name: String, expr: &Expr, value: &Value) {
        match (&expr.kind, value) {
            (ExprKind::Object(members), Value::Object(object)) if !members.is_empty() => {
                for (member, expr) in members {
                    let inner = if name.contains(' ') {
                        format!("{name}.{member}")
                    } else {
                        format!("{name} {member}")
                    };
                    self.add(inner, expr, object.get(member).unwrap_or(&Value::Empty));
                }
            }
            (ExprKind::List(items), Value::List(values))
                if items.len() == values.len() && !items.is_empty() =>
            {
                for (at, (expr, value)) in items.iter().zip(values.iter()).enumerate() {
                    self.add(format!("{name}[{at}]"), expr, value);
                }
            }
            _ => self.found.push(Part { name, value: shown(value), from: Some(self.run.origin(expr)) }),
        }
    }
}

/// A value for people, with masks.
fn shown(value: &Value) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let masked = actions::masked(value).unwrap_or_else(|_| Value::text("«a text with a secret»"));
    Some(match value {
        // A mask stands for itself.
        Value::Sealed(_) => shortened(masked.as_text().unwrap_or_default()),
        _ => shortened(&value::to_json(&masked).unwrap_or_else(|_| masked.shown())),
    })
}

fn text_of(body: &Bytes) -> Value {
    match std::str::from_utf8(body) {
        Ok("") => Value::Empty,
        Ok(text) => Value::text(text),
        Err(_) => Value::Bytes(body.clone()),
    }
}

fn told(body: &Bytes) -> Option<String> {
    (!body.is_empty()).then(|| shortened(&String::from_utf8_lossy(body)))
}
