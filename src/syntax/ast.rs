//! The tree of a script, as written: names are still names, paths are still text. Every node knows its
//! span. A part that could not be read is present as `Broken`, so that the rest is checked all the same
//! and nobody reports what follows from the first mistake.

use std::sync::Arc;

use crate::source::Span;

#[derive(Clone, Debug, Default)]
pub struct File {
    pub items: Vec<Item>,
    pub comments: Vec<Comment>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Const(Const),
    Pipeline(Pipeline),
    Connector(Connector),
    Test(Test),
}

/// `# …` to the end of the line; the span begins at `#`.
#[derive(Clone, Debug)]
pub struct Comment {
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: Arc<str>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Const {
    pub name: Name,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    pub name: Name,
    pub title: Option<Expr>,
    pub body: Block,
    /// The whole item.
    pub span: Span,
    /// Some of it could not be read; what could be is in `body`.
    pub broken: bool,
}

pub type Block = Vec<Stmt>;

#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    // The head.
    On(On),
    Cors(Vec<Expr>),
    LimitBody(Expr),
    LimitRate(LimitRate),
    Keep(Vec<Expr>),
    KeepFailed(Expr),
    ReadBody(ReadBody),
    Verify(Verify),
    OnFailure(Vec<Notify>),
    // Steps.
    Dedupe {
        by: Expr,
        within: Expr,
    },
    Extract(Extract),
    Let(Let),
    When(When),
    Match(Match),
    For(For),
    Respond(Respond),
    Action(Action),
    Wait(Expr),
    Stop {
        text: Option<Expr>,
    },
    Abort {
        status: Option<Expr>,
        text: Option<Expr>,
    },
    /// Reported already. `binds` are the names that the broken text seems to bind; their uses are not
    /// to be reported as unknown. `blocks` are those that could be read inside of it.
    Broken {
        binds: Vec<Name>,
        blocks: Vec<Block>,
    },
}

/// `on GET, POST "/path/{param}"`, `on any "/path"`.
#[derive(Clone, Debug, PartialEq)]
pub struct On {
    /// As written; one `any` takes every method.
    pub methods: Vec<Name>,
    /// A `Text` expression whose parts are the raw text between the quotes as one literal: the braces of a
    /// route are parameters, not insertions.
    pub path: Raw,
}

/// A text that is read by somebody else: a route or a path. The span is of `text` itself, without quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    pub text: Arc<str>,
    pub span: Span,
}

/// `limit rate N per DURATION [by EXPR]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitRate {
    pub count: Expr,
    pub per: Expr,
    pub by: Option<Expr>,
}

/// `read body as FORMAT [charset "…"]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadBody {
    pub format: Name,
    pub charset: Option<Expr>,
}

/// `verify SCHEME …`: what follows is kept as operands in order and a block of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Verify {
    pub scheme: Name,
    pub operands: Vec<Operand>,
    pub params: Vec<Param>,
}

/// A value, or a place in the request (`header "N"`, `query "N"`, `path "N"`, `body $.x`), or a word (`==`, `in`).
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Value(Expr),
    Place { place: Name, name: Raw },
    Word(Name),
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Name,
    pub value: Expr,
}

/// `notify email "a@b.example", "c@d.example"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    pub channel: Name,
    pub targets: Vec<Expr>,
    pub span: Span,
}

/// `extract SOURCE [on_missing …] { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Extract {
    /// `body`, `query`, `sub.body`, a name, `parse_json(name)`.
    pub source: Expr,
    pub on_missing: Option<OnMissing>,
    pub fields: Vec<Field>,
}

/// `name = PATH [as READER] [on_missing …]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Name,
    pub path: Raw,
    pub reader: Option<Reader>,
    pub on_missing: Option<OnMissing>,
    pub span: Span,
}

/// `as NAME` or `as NAME(args)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    pub name: Name,
    pub args: Vec<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OnMissing {
    pub kind: OnMissingKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum OnMissingKind {
    Abort {
        status: Option<Expr>,
        text: Option<Expr>,
    },
    Empty,
    Default(Expr),
    /// Reported already.
    Broken,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    pub name: Name,
    pub value: LetValue,
    pub on_missing: Option<OnMissing>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LetValue {
    Expr(Expr),
    Action(Action),
}

#[derive(Clone, Debug, PartialEq)]
pub struct When {
    pub arms: Vec<WhenArm>,
    pub otherwise: Option<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WhenArm {
    pub cond: Expr,
    pub body: Block,
    /// From `when` to the end of the condition.
    pub head: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    pub subject: Expr,
    pub arms: Vec<MatchArm>,
    pub otherwise: Option<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MatchArm {
    pub values: Vec<Expr>,
    pub body: Block,
}

#[derive(Clone, Debug, PartialEq)]
pub struct For {
    pub name: Name,
    pub list: Expr,
    pub at_most: Option<Expr>,
    pub body: Block,
}

/// `respond STATUS ["text"] [{ … }]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Respond {
    pub status: Expr,
    pub text: Option<Expr>,
    pub entries: Vec<Entry>,
}

/// `http.post "https://…" { … }`, `bizon.add_subscriber { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// `http.post`, dots included.
    pub name: Name,
    pub url: Option<Expr>,
    pub entries: Vec<Entry>,
    pub span: Span,
}

/// A line in the block of an action or of `respond`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub kind: EntryKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum EntryKind {
    Param(Param),
    /// `header "Name" = value`.
    Header {
        name: Expr,
        value: Expr,
    },
    /// `query { … }`, `form { … }`, `json …`, `text …`, `body …`, `multipart { … }`; the keyword and its value.
    Part {
        part: Name,
        value: Expr,
    },
    /// A word that says how wj works (`timeout 5s`): the keyword's span, and what it says.
    Clause {
        keyword: Name,
        clause: Clause,
    },
    /// Reported already.
    Broken,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    Timeout(Expr),
    Retry(Retry),
    GiveUpAfter(Expr),
    Rate {
        count: Expr,
        per: Expr,
    },
    Accept(Vec<Expr>),
    Require(Raw),
    Refuse(Raw),
    LimitAnswer(Expr),
    OnFail(OnFail),
    /// `retry` or `report`.
    OnCrash(Name),
    Key(Key),
    Method(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Retry {
    None,
    Times { times: Expr, first: Option<Expr>, at_most: Option<Expr> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum OnFail {
    Continue,
    Block(Block),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    Auto,
    Expr(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Empty,
    Null,
    Bool(bool),
    /// The digits as written, with a leading `-` where it was written as one literal.
    Number(Arc<str>),
    /// In milliseconds.
    Duration(u64),
    /// In bytes.
    Size(u64),
    /// `"…"`, `'…'`, `"""…"""`; a text without insertions has at most one part.
    Text(Vec<TextPart>),
    Name(Arc<str>),
    Member(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    Call {
        name: Name,
        args: Vec<Expr>,
    },
    Unary {
        op: UnaryOp,
        op_span: Span,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    List(Vec<Expr>),
    Object(Vec<Member>),
    /// Reported already.
    Broken,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    Literal(Arc<str>),
    Insert(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub name: Name,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Minus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl BinaryOp {
    pub fn as_str(self) -> &'static str {
        match self {
            BinaryOp::Or => "or",
            BinaryOp::And => "and",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::In => "in",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
        }
    }
}

/// `connector NAME "text" { base "…"  action NAME "text" { … } }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    pub name: Name,
    pub title: Option<Expr>,
    pub base: Option<Expr>,
    pub actions: Vec<ConnectorAction>,
    pub span: Span,
    pub broken: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ConnectorAction {
    pub name: Name,
    pub title: Option<Expr>,
    pub params: Vec<ConnectorParam>,
    pub call: Option<Action>,
    pub returns: Option<Returns>,
    pub span: Span,
    /// A line of it could not be read: it may be the one that seems to be missing.
    pub broken: bool,
}

/// `param NAME KIND [optional | default LITERAL] "text"`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectorParam {
    pub name: Name,
    pub kind: Name,
    pub optional: bool,
    pub default: Option<Expr>,
    pub text: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Returns {
    pub on_missing: Option<OnMissing>,
    pub fields: Vec<Field>,
    pub span: Span,
}

/// `test "what it shows" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub title: Expr,
    pub rows: Option<Rows>,
    pub steps: Vec<TestStep>,
    pub span: Span,
    pub broken: bool,
}

/// `for row in [ … ]` of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub name: Name,
    pub list: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TestStep {
    pub kind: TestStepKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TestStepKind {
    Send(Send),
    At(Expr),
    Given { action: Name, url: Option<Expr>, answers: Vec<GivenAnswer> },
    Expect(Expect),
    Broken,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    pub method: Name,
    pub path: Expr,
    /// `json V`, `form V`, `text V`, `file "F"`.
    pub body: Option<(Name, Expr)>,
    pub headers: Vec<(Expr, Expr)>,
    pub signed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum GivenAnswer {
    Answers {
        status: Expr,
        body: Option<(Name, Expr)>,
    },
    /// For good.
    Fails(Span),
    /// Nothing is sent.
    Refuses(Span),
    /// Nobody knows whether it took effect.
    TimesOut(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    Status(Expr),
    Text(Expr),
    Json(Expr),
    Header {
        name: Expr,
        value: Expr,
    },
    /// `aborted`, `stopped`, `done`, `failed`, `interrupted`, `rejected`, `duplicate`.
    State {
        state: Name,
        text: Option<Expr>,
    },
    NoActions,
    Action {
        action: Name,
        url: Option<Expr>,
        count: Count,
        params: Vec<Param>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    Once,
    Never,
    Times(Expr),
}
