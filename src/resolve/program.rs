//! A program: the steps of one pipeline as flat code with jumps, over numbered slots. The engine is a small loop
//! over it. Nothing in it refers to the tree.

use std::fmt;
use std::sync::Arc;

use crate::actions::{Class, Judged, Rules, Spec};
use crate::bodies::Reading;
use crate::builtins::Builtin;
use crate::extract::{Path, Picker};
use crate::gates::verify::Scheme;
use crate::source::{self, Span};
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

/// The longest `wait`, in milliseconds.
pub const LONGEST_WAIT: u64 = 365 * 86_400_000;

/// One pipeline, ready to run.
#[derive(Debug)]
pub struct Pipeline {
    pub name: Arc<str>,
    pub title: Option<Arc<str>>,
    /// The file that it stands in, as shown.
    pub file: Arc<str>,
    /// That file's text.
    pub source: Arc<source::Source>,
    /// Where its name stands.
    pub span: Span,
    /// SHA-256 of the closure of its text, the script and each file whose connectors it uses: what an operation keeps as
    /// its program.
    pub hash: [u8; 32],
    /// Other files whose connectors it uses, by name.
    pub connectors: Vec<Arc<source::Source>>,
    pub routes: Vec<Route>,
    pub cors: Option<Cors>,
    /// In bytes.
    pub body_limit: u64,
    pub rates: Vec<LimitRate>,
    /// Who may call: all of them must hold.
    pub verify: Vec<Verify>,
    /// What `read body` says.
    pub reading: Reading,
    pub code: Vec<Op>,
    /// Names of the slots, for traces.
    pub slots: Vec<Arc<str>>,
    /// All paths into `body` of the whole pipeline, answered together at the first use.
    pub picker: Picker,
    /// Names of the secrets that it uses, sorted.
    pub secrets: Vec<Arc<str>>,
    pub notify: Vec<Notify>,
    pub keep: Keep,
}

/// How long and how much of its history is kept, as far as the script says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// In milliseconds, from the receipt.
    pub age: Option<u64>,
    pub bytes: Option<u64>,
    /// Operations.
    pub count: Option<u64>,
    /// As `age`, for failed operations.
    pub failed: Option<u64>,
}

/// `verify …`.
#[derive(Debug)]
pub struct Verify {
    /// The scheme, as written.
    pub name: Arc<str>,
    pub scheme: Scheme,
    /// Each gives a secret; one that fits is enough.
    pub keys: Vec<Expr>,
    pub span: Span,
}

impl Pipeline {
    /// One without routes and steps: expressions that stand outside of pipelines are computed as in it.
    pub fn bare(name: &str, source: Arc<source::Source>) -> Pipeline {
        Pipeline {
            name: name.into(),
            title: None,
            file: Arc::from(source.name.as_str()),
            source,
            span: Span::default(),
            hash: [0; 32],
            connectors: Vec::new(),
            routes: Vec::new(),
            cors: None,
            body_limit: 0,
            rates: Vec::new(),
            verify: Vec::new(),
            reading: Reading::default(),
            code: Vec::new(),
            slots: Vec::new(),
            picker: Picker::new(&[]),
            secrets: Vec::new(),
            notify: Vec::new(),
            keep: Keep::default(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Route {
    /// `None` for `any`.
    pub methods: Option<Vec<Arc<str>>>,
    /// As written.
    pub pattern: Arc<str>,
    pub segments: Vec<Segment>,
    pub span: Span,
}

impl Route {
    /// Whether a request of this method and path comes here.
    pub fn takes(&self, method: &str, path: &str) -> bool {
        let methods = self.methods.as_ref();
        let given: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        methods.is_none_or(|methods| methods.iter().any(|own| &**own == method))
            && given.len() == self.segments.len().max(1)
            && self.segments.iter().zip(&given).all(|(segment, given)| match segment {
                Segment::Literal(text) => &**text == *given,
                Segment::Param(_) => !given.is_empty(),
            })
    }
}

impl fmt::Display for Route {
    /// As people read it: `GET, POST /path/{param}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.methods.as_deref().map_or_else(|| "any".to_owned(), |methods| methods.join(", "));
        write!(f, "{methods} {}", self.pattern)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Literal(Arc<str>),
    Param(Arc<str>),
}

/// Allowed origins; `*` is `Any`.
#[derive(Debug, PartialEq, Eq)]
pub enum Cors {
    Any,
    Origins(Vec<Arc<str>>),
}

/// `limit rate COUNT per PER [by BY]`.
#[derive(Debug)]
pub struct LimitRate {
    pub count: u32,
    /// In milliseconds.
    pub per: u64,
    /// Of the head of a request: it is asked for before the body is read.
    pub by: Option<Expr>,
}

/// `on_failure { notify … }`.
#[derive(Debug, PartialEq, Eq)]
pub enum Notify {
    Email(Vec<Arc<str>>),
    Http(Arc<str>),
}

#[derive(Debug)]
pub struct Op {
    pub kind: OpKind,
    /// The statement in the script.
    pub span: Span,
    /// The static part of the step path: the statements of a block are numbered from 1 in their order, head statements
    /// not counted, and what stands inside statement 4 is `4.1`, `4.2`, on through all its branches (or its `on_fail`), so
    /// that no two statements share a path. A `[]` marks the place of a loop's round (`4.2[].1`). The jumps of a statement,
    /// and the start and the end of a loop, have its own path.
    pub path: Arc<str>,
}

#[derive(Debug)]
pub enum OpKind {
    Extract(Extract),
    Let {
        slot: u16,
        value: Expr,
        on_missing: Option<OnMissing>,
    },
    /// Goes on at `to` unless the condition holds.
    JumpUnless {
        cond: Expr,
        to: u32,
    },
    Jump {
        to: u32,
    },
    /// Opens a loop over a list; with no items goes on at `end`.
    ForStart {
        list: Expr,
        at_most: u32,
        slot: u16,
        end: u32,
    },
    /// Takes the next item and goes back to `body`, or ends the loop.
    ForNext {
        body: u32,
    },
    Respond(Respond),
    Dedupe(Dedupe),
    Call(Box<Call>),
    Wait {
        duration: Expr,
        /// As that of a call.
        answers_first: bool,
    },
    Stop {
        text: Option<Expr>,
    },
    Abort {
        status: u16,
        text: Option<Expr>,
    },
}

#[derive(Debug)]
pub struct Extract {
    pub source: Source,
    pub fields: Vec<Field>,
}

/// Where fields are reached from.
#[derive(Debug)]
pub enum Source {
    /// The request's body, through the pipeline's picker: `Field::pick` says which of its results.
    Body,
    /// Any other value.
    Value(Expr),
}

#[derive(Debug)]
pub struct Field {
    pub slot: u16,
    pub path: Arc<Path>,
    /// Index into the results of the pipeline's picker, where the source is the body.
    pub pick: usize,
    pub reader: Option<Reader>,
    pub on_missing: OnMissing,
    pub span: Span,
}

#[derive(Debug)]
pub struct Reader {
    pub function: &'static Builtin,
    /// Behind the value.
    pub args: Vec<Expr>,
}

#[derive(Debug)]
pub enum OnMissing {
    Abort { status: u16, text: Option<Expr> },
    Empty,
    Default(Expr),
}

#[derive(Debug)]
pub struct Respond {
    pub status: u16,
    /// The status text, which HTTP/1.1 carries.
    pub reason: Option<Arc<str>>,
    pub headers: Vec<(Arc<str>, Expr)>,
    pub body: RespondBody,
}

#[derive(Debug)]
pub enum RespondBody {
    None,
    Json(Expr),
    Text(Expr),
    /// Bytes as they are.
    Body(Expr),
}

/// `dedupe by EXPR within D`: of all requests with one key, the first is carried out.
#[derive(Debug)]
pub struct Dedupe {
    pub by: Expr,
    /// How long the key is held, in milliseconds.
    pub within: u64,
}

#[derive(Debug)]
pub struct Call {
    /// `http.post`, `bizon.add_subscriber`.
    pub name: Arc<str>,
    /// Scheme, host and port that it calls, as they are sent.
    pub target: Arc<str>,
    pub request: RequestTemplate,
    pub policy: Policy,
    /// The name that is bound to what it returns.
    pub slot: Option<u16>,
    pub on_fail: OnFail,
    /// No `respond` can come any more on the ways from here: an empty 200 goes out before this call, if the caller has
    /// no answer yet.
    pub answers_first: bool,
}

#[derive(Debug)]
pub enum RequestTemplate {
    Http(Http),
    Declared {
        spec: Spec,
        base: Arc<str>,
        params: Vec<(Arc<str>, Expr)>,
        /// What is sent, where a connector says it.
        template: Option<Template>,
    },
}

/// The request of a connector's action, over the slots that hold its parameters.
#[derive(Debug)]
pub struct Template {
    /// The slot of each parameter, by its name.
    pub slots: Vec<(Arc<str>, u16)>,
    pub http: Http,
}

#[derive(Clone, Debug)]
pub struct Http {
    pub method: Arc<str>,
    pub origin: Arc<str>,
    /// Of the URL, in order; each renders into one segment.
    pub segments: Vec<Expr>,
    /// The URL's own query first, then `query { … }`: names, and an object or single values.
    pub query: Vec<(Arc<str>, Expr)>,
    pub headers: Vec<(Arc<str>, Expr)>,
    pub body: HttpBody,
}

#[derive(Clone, Debug)]
pub enum HttpBody {
    None,
    Json(Expr),
    Form(Vec<(Arc<str>, Expr)>),
    Multipart(Vec<(Arc<str>, Expr)>),
    Text(Expr),
    Bytes(Expr),
}

/// How a call is carried out.
#[derive(Debug)]
pub struct Policy {
    /// Of one try, in milliseconds.
    pub timeout: u64,
    pub retry: Retry,
    /// Bounds all tries together, in milliseconds.
    pub give_up_after: Option<u64>,
    /// May be sent again when its outcome is unknown (`on_crash retry`).
    pub repeatable: bool,
    pub rules: Rules,
    /// The largest answer, in bytes.
    pub answer_limit: u64,
    pub key: Option<Key>,
    /// Of the target, over all that call it.
    pub rate: Option<Rate>,
}

/// `rate N per D`: at most so many calls in any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At least 1.
    pub count: u32,
    /// In milliseconds.
    pub per: u64,
}

impl Policy {
    /// Whether a further try may follow one that was judged so. What may have taken effect is sent again only if the action
    /// is repeatable, or the step itself says so.
    pub fn may_repeat(&self, judged: &Judged) -> bool {
        let repeats = self.repeatable || matches!(self.retry, Retry::Times { .. });
        judged.passing && (repeats || judged.class == Class::Refused)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Nothing written: the schedule of the delivery contract after the answer, one try before it.
    Unsaid,
    /// `retry none`.
    None,
    /// Up to `times` more tries; milliseconds.
    Times { times: u32, first: u64, at_most: u64 },
}

#[derive(Clone, Debug)]
pub enum Key {
    Auto,
    Expr(Expr),
}

#[derive(Debug)]
pub enum OnFail {
    /// The run ends as failed.
    Fail,
    /// The name is empty, and the run goes on with the next op.
    Continue,
    /// The name is empty, `failure` is bound to an object with `text` and `status`, and the run goes on at `to`;
    /// the block's end jumps behind the call.
    Block { to: u32, failure: u16 },
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

impl Expr {
    /// Adds the names of the secrets that it may be.
    pub fn secrets(&self, names: &mut Vec<Arc<str>>) {
        match &self.kind {
            ExprKind::Secret(name) => names.push(name.clone()),
            ExprKind::If { then, otherwise, .. } => {
                then.secrets(names);
                otherwise.secrets(names);
            }
            ExprKind::Text(parts) | ExprKind::Call { args: parts, .. } => {
                parts.iter().for_each(|part| part.secrets(names));
            }
            _ => {}
        }
    }
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Const(Value),
    Slot(u16),
    /// A secret's name.
    Secret(Arc<str>),
    /// What the request itself gives.
    Input(Input),
    Text(Vec<Expr>),
    Member(Box<Expr>, Arc<str>),
    Index(Box<Expr>, Box<Expr>),
    Call {
        function: &'static Builtin,
        args: Vec<Expr>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    List(Vec<Expr>),
    /// An empty member is left out when it is written as JSON.
    Object(Vec<(Arc<str>, Expr)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Body,
    /// `body.all`: for each name of a form the list of its values.
    BodyAll,
    BodyRaw,
    Query,
    /// Each name as it came, with the list of all its values.
    QueryAll,
    Headers,
    HeadersAll,
    Cookies,
    PathParam(Arc<str>),
    OperationId,
    /// `request.receipt`: what a `verify` made for the sender to read in the answer.
    Receipt,
    /// `request.method`, `request.path`, `request.url`, `request.ip`, `request.time`.
    Method,
    RequestPath,
    Url,
    Ip,
    Time,
}

impl Expr {
    /// Where the request's body is used in it, or what was made of it at the door.
    pub fn body(&self) -> Option<Span> {
        match &self.kind {
            ExprKind::Input(Input::Body | Input::BodyRaw | Input::Receipt) => Some(self.span),
            ExprKind::Input(_) | ExprKind::Const(_) | ExprKind::Slot(_) | ExprKind::Secret(_) => None,
            ExprKind::Text(parts) | ExprKind::List(parts) | ExprKind::Call { args: parts, .. } => {
                parts.iter().find_map(Expr::body)
            }
            ExprKind::Member(of, _) | ExprKind::Not(of) | ExprKind::Negate(of) => of.body(),
            ExprKind::Index(left, right) | ExprKind::Binary { left, right, .. } => {
                left.body().or_else(|| right.body())
            }
            ExprKind::If { cond, then, otherwise } => {
                [cond, then, otherwise].into_iter().find_map(|expr| expr.body())
            }
            ExprKind::Object(members) => members.iter().find_map(|(_, value)| value.body()),
        }
    }
}
