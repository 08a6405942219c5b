//! Why the door lets a request not in, and all that its caller is told of it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    BadRequest,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    BodyTooLarge,
    UriTooLong,
    UnsupportedEncoding,
    HeadersTooLarge,
    /// An answer that cannot be written: a defect of wj.
    Internal,
    Busy,
}

impl Refusal {
    pub fn status(self) -> u16 {
        match self {
            Refusal::BadRequest => 400,
            Refusal::NotFound => 404,
            Refusal::MethodNotAllowed => 405,
            Refusal::RequestTimeout => 408,
            Refusal::BodyTooLarge => 413,
            Refusal::UriTooLong => 414,
            Refusal::UnsupportedEncoding => 415,
            Refusal::HeadersTooLarge => 431,
            Refusal::Internal => 500,
            Refusal::Busy => 503,
        }
    }

    /// All that the caller is told.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::BadRequest => "bad_request",
            Refusal::NotFound => "not_found",
            Refusal::MethodNotAllowed => "method_not_allowed",
            Refusal::RequestTimeout => "request_timeout",
            Refusal::BodyTooLarge => "body_too_large",
            Refusal::UriTooLong => "uri_too_long",
            Refusal::UnsupportedEncoding => "unsupported_encoding",
            Refusal::HeadersTooLarge => "headers_too_large",
            Refusal::Internal => "internal",
            Refusal::Busy => "busy",
        }
    }

    /// Behind these, what follows on the connection cannot be trusted or will not come.
    pub fn closes(self) -> bool {
        matches!(self, Refusal::BadRequest | Refusal::RequestTimeout | Refusal::BodyTooLarge)
    }

    pub fn body(self) -> String {
        format!("{{\"error\":\"{}\"}}", self.code())
    }

    /// What the status asks for besides: when to come again, what would be taken.
    pub fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Refusal::Busy => Some(("retry-after", "1")),
            Refusal::UnsupportedEncoding => Some(("accept-encoding", "identity")),
            _ => None,
        }
    }
}
