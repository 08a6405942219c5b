//! A request to be sent, with values in their places: encoded for the place only when it is written, once with the
//! real secrets and once with masks. No value can change the shape of the request.

use std::sync::Arc;

use crate::value::{Bytes, Fault, Unsealed, Value};

/// A request whose texts may still be sealed.
#[derive(Clone, Debug)]
pub struct Request {
    /// Upper case.
    pub method: Arc<str>,
    /// `https://host[:port]`, from the script alone.
    pub origin: Arc<str>,
    /// Each is percent-encoded as one segment; `""`, `.` and `..` were refused when it was built.
    pub segments: Vec<Value>,
    pub query: Vec<(Arc<str>, Value)>,
    pub headers: Vec<(Arc<str>, Value)>,
    pub body: Body,
}

#[derive(Clone, Debug, Default)]
pub enum Body {
    #[default]
    None,
    Json(Value),
    Form(Vec<(Arc<str>, Value)>),
    Text(Value),
    Bytes(Bytes),
}

/// A request as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub method: Arc<str>,
    pub url: String,
    pub headers: Vec<(Arc<str>, String)>,
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderError {
    MissingSecret(Arc<str>),
    Fault(Fault),
}

impl From<Unsealed> for RenderError {
    fn from(unsealed: Unsealed) -> RenderError {
        match unsealed {
            Unsealed::MissingSecret(name) => RenderError::MissingSecret(name),
            Unsealed::Fault(fault) => RenderError::Fault(fault),
        }
    }
}

impl Request {
    /// Writes the request with `secret(name)` in each secret's place.
    ///
    /// # Errors
    /// A secret that is not known, or a value that its place cannot carry.
    pub fn render(&self, secret: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Rendered, RenderError> {
        let _ = secret;
        todo!()
    }

    /// The request as history shows it: `«secret NAME»` in each secret's place.
    ///
    /// # Errors
    /// A value that its place cannot carry.
    pub fn masked(&self) -> Result<Rendered, Fault> {
        todo!()
    }
}

impl Rendered {
    /// SHA-256 over all of it. Of a masked request this is the digest that replay compares.
    pub fn digest(&self) -> [u8; 32] {
        todo!()
    }
}
