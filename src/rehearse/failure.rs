//! What a test did not find as it expected, and why it could not go on.

use super::run::Ran;
use crate::source::Span;
use crate::value::Fault;

/// One thing that is not as a test says.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line of the test.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// In a few words, at the place.
    pub label: String,
    /// What was expected, where it is a thing of its own.
    pub expected: Option<String>,
    /// What came instead.
    pub came: Option<String>,
    /// How it came about, and what to do.
    pub help: Option<String>,
    /// What was expected and what came as texts of lines, as far as the test names it: where the two part shows in a diff.
    pub texts: Option<(String, String)>,
    /// The last run before it.
    pub ran: Option<Ran>,
}

impl Failure {
    /// Boxed, since it travels as an error and is seldom there.
    pub(super) fn new(span: Span, message: impl Into<String>, label: impl Into<String>) -> Box<Failure> {
        let (message, label) = (message.into(), label.into());
        Box::new(Failure {
            span,
            message,
            label,
            expected: None,
            came: None,
            help: None,
            texts: None,
            ran: None,
        })
    }

    pub(super) fn between(
        mut self: Box<Failure>,
        expected: impl Into<String>,
        came: impl Into<String>,
    ) -> Box<Failure> {
        (self.expected, self.came) = (Some(expected.into()), Some(came.into()));
        self
    }

    pub(super) fn texts(mut self: Box<Failure>, expected: String, came: String) -> Box<Failure> {
        self.texts = Some((expected, came));
        self
    }

    pub(super) fn help(mut self: Box<Failure>, help: impl Into<String>) -> Box<Failure> {
        self.help = Some(help.into());
        self
    }
}

pub(super) fn no_send_yet(span: Span) -> Box<Failure> {
    Failure::new(span, "nothing has been sent yet when this is expected", "before any `send`")
        .help("The lines of a test are done from top to bottom: put the `send` above what is expected of it.")
}

/// A test that is to be planned, and sends no request.
pub(super) fn nothing_sent(span: Span) -> Box<Failure> {
    Failure::new(span, "this test sends no request", "without a `send`")
}

pub(super) fn unusable_value(span: Span, fault: &Fault) -> Box<Failure> {
    Failure::new(span, format!("this line cannot be carried out: {}", fault.message), "cannot be worked out")
}

pub(super) fn unreadable_file(span: Span, path: &str, why: &str) -> Box<Failure> {
    Failure::new(span, format!("the file `{path}` cannot be read: {why}"), "cannot be read").help(
        "The path of a `file` is relative to the script that the test stands in, and stays within that script's folder.",
    )
}

/// A recorded request that is not the one that the line sends.
pub(super) fn another_request(span: Span, path: &str, method: &str, target: &str) -> Box<Failure> {
    Failure::new(span, format!("`{path}` holds another request: `{method} {target}`"), "another request")
        .help("The method and the path of a recorded request stand in the `send` too, so that they can be read there.")
}

pub(super) fn not_a_form(span: Span, shown: &str) -> Box<Failure> {
    Failure::new(span, format!("{shown} is no form"), "no form")
        .help("A `form` is an object, `form { name: \"Анна\" }`, or a text that is sent as it stands.")
}

pub(super) fn unusable_header(span: Span, name: &str) -> Box<Failure> {
    Failure::new(span, format!("the header `{name}` cannot be sent: its value holds a line end"), "line end")
}

/// A `signed` request that its pipeline's `verify` cannot sign.
pub(super) fn cannot_be_signed(span: Span, why: &str) -> Box<Failure> {
    Failure::new(span, format!("the request cannot be signed: {why}"), "is to be signed")
}

/// An action without a `given`, whose answer was looked at. `line` would give it one.
pub(super) fn no_given(span: Span, action: &str, line: &str) -> Box<Failure> {
    Failure::new(
        span,
        format!("`{action}` was called, its answer was used, and no `given` says what it answered"),
        "needs an answer",
    )
    .help(format!(
        "Write above this `send` what the service answers:\n{line}\nAn action whose answer nothing uses needs no `given`."
    ))
}
