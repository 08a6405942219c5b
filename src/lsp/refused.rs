//! Why a request is not answered with a result.

use lsp_server::{ErrorCode, ResponseError};

#[derive(Debug)]
pub(super) struct Refused {
    code: ErrorCode,
    message: String,
}

impl Refused {
    /// What was sent is not what the method takes.
    pub fn params(why: impl std::fmt::Display) -> Refused {
        Refused { code: ErrorCode::InvalidParams, message: format!("these parameters cannot be read: {why}") }
    }

    /// It is understood, and cannot be done.
    pub fn request(why: impl Into<String>) -> Refused {
        Refused { code: ErrorCode::RequestFailed, message: why.into() }
    }

    pub fn method(name: &str) -> Refused {
        Refused { code: ErrorCode::MethodNotFound, message: format!("there is no method `{name}` here") }
    }

    /// It came before `initialize` or behind `shutdown`.
    pub fn out_of_turn(message: &str, code: ErrorCode) -> Refused {
        Refused { code, message: message.to_owned() }
    }

    /// The answer could not be written.
    pub fn internal(why: impl std::fmt::Display) -> Refused {
        Refused { code: ErrorCode::InternalError, message: why.to_string() }
    }
}

impl From<Refused> for ResponseError {
    fn from(refused: Refused) -> ResponseError {
        ResponseError { code: refused.code as i32, message: refused.message, data: None }
    }
}
