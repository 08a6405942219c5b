//! Why the door lets a request not in, and all that its caller is told of it.

use std::borrow::Cow;

use crate::run::Reply;

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
    /// A person stopped the pipeline.
    Stopped,
    /// The store failed: what was to be acknowledged may or may not be on disk, so it is not acknowledged.
    StoreUnavailable,
    /// The disk is nearly full.
    DiskFull,
    /// Nothing more of the pipeline's history may go, and it is above its bounds.
    HistoryFull,
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
            Refusal::Busy
            | Refusal::Stopped
            | Refusal::StoreUnavailable
            | Refusal::DiskFull
            | Refusal::HistoryFull
            | Refusal::SecretNotSet => 503,
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
            Refusal::Stopped => "stopped",
            Refusal::StoreUnavailable => "store_unavailable",
            Refusal::DiskFull => "disk_full",
            Refusal::HistoryFull => "history_full",
            Refusal::SecretNotSet => "secret_not_set",
        }
    }

    /// The same in words, for whoever wrote the script.
    pub fn reason(self) -> &'static str {
        match self {
            Refusal::BadRequest => "the path cannot be read",
            Refusal::NotFound => "no pipeline takes this path",
            Refusal::MethodNotAllowed => "the path is known, and no pipeline takes it with this method",
            Refusal::Unauthorized => "no `verify` lets it in",
            Refusal::RequestTimeout => "it does not come to its end",
            Refusal::BodyTooLarge => "the body is larger than `limit body` allows",
            Refusal::UriTooLong => "the address is too long",
            Refusal::UnsupportedEncoding => "the body is packed (`Content-Encoding`)",
            Refusal::TooManyRequests { .. } => "a `limit rate` is reached",
            Refusal::HeadersTooLarge => "the headers are too long",
            Refusal::Internal => "its answer cannot be written, which is a defect of wj",
            Refusal::Busy => "too much is under way",
            Refusal::Stopped => "the pipeline is stopped",
            Refusal::StoreUnavailable => "the store failed",
            Refusal::DiskFull => "the disk is nearly full",
            Refusal::HistoryFull => "the history of the pipeline is full",
            Refusal::SecretNotSet => "a secret that `verify` compares with is not set",
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
    pub fn header(self) -> Option<(&'static str, Cow<'static, str>)> {
        match self {
            Refusal::Busy | Refusal::StoreUnavailable | Refusal::DiskFull | Refusal::HistoryFull => {
                Some(("retry-after", "1".into()))
            }
            Refusal::Stopped | Refusal::SecretNotSet => Some(("retry-after", "60".into())),
            Refusal::TooManyRequests { after } => Some(("retry-after", after.to_string().into())),
            Refusal::UnsupportedEncoding => Some(("accept-encoding", "identity".into())),
            _ => None,
        }
    }

    /// The answer.
    pub fn reply(self) -> Reply {
        let mut headers = vec![("content-type".into(), "application/json".into())];
        headers.extend(self.header().map(|(name, value)| (name.into(), value.as_ref().into())));
        Reply { status: self.status(), reason: None, headers, body: self.body().into() }
    }
}
