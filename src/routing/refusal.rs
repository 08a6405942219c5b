//! Why the door lets a request not in, and all that its caller is told of it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    BadRequest,
    NotFound,
    MethodNotAllowed,
    /// No `verify` of the pipeline lets it in.
    Unauthorized,
    RequestTimeout,
    BodyTooLarge,
    UriTooLong,
    UnsupportedEncoding,
    /// A `limit rate` is reached; seconds until it is not.
    TooManyRequests {
        after: u64,
    },
    HeadersTooLarge,
    /// An answer that cannot be written: a defect of wj.
    Internal,
    Busy,
    /// A secret that `verify` compares with is not set: nobody can tell whether to let it in.
    SecretNotSet,
}

impl Refusal {
    pub fn status(self) -> u16 {
        match self {
            Refusal::BadRequest => 400,
            Refusal::Unauthorized => 401,
            Refusal::NotFound => 404,
            Refusal::MethodNotAllowed => 405,
            Refusal::RequestTimeout => 408,
            Refusal::BodyTooLarge => 413,
            Refusal::UriTooLong => 414,
            Refusal::UnsupportedEncoding => 415,
            Refusal::TooManyRequests { .. } => 429,
            Refusal::HeadersTooLarge => 431,
            Refusal::Internal => 500,
            Refusal::Busy | Refusal::SecretNotSet => 503,
        }
    }

    /// All that the caller is told.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::BadRequest => "bad_request",
            Refusal::Unauthorized => "unauthorized",
            Refusal::NotFound => "not_found",
            Refusal::MethodNotAllowed => "method_not_allowed",
            Refusal::RequestTimeout => "request_timeout",
            Refusal::BodyTooLarge => "body_too_large",
            Refusal::UriTooLong => "uri_too_long",
            Refusal::UnsupportedEncoding => "unsupported_encoding",
            Refusal::TooManyRequests { .. } => "too_many_requests",
            Refusal::HeadersTooLarge => "headers_too_large",
            Refusal::Internal => "internal",
            Refusal::Busy => "busy",
            Refusal::SecretNotSet => "secret_not_set",
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
            Refusal::SecretNotSet => Some(("retry-after", "60")),
            Refusal::UnsupportedEncoding => Some(("accept-encoding", "identity")),
            _ => None,
        }
    }
}
