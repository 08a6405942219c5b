//! Texts that hold secrets. The engine never sees a secret: it carries the recipe, and whoever writes the
//! request unseals it, with the real values or with masks.

use std::sync::Arc;

use super::{Fault, Value};

/// A recipe for a text with secrets in it.
#[derive(Clone, Debug)]
pub enum Sealed {
    /// `secret.NAME`.
    Secret(Arc<str>),
    /// `"Bearer {secret.CRM_TOKEN}"`: texts and sealed texts in order.
    Concat(Vec<Value>),
    /// A function of secrets, as `base64("user:{secret.X}")`.
    Call { function: &'static str, call: fn(&[Value]) -> Result<Value, Fault>, args: Vec<Value> },
}

/// Why a sealed text could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsealed {
    MissingSecret(Arc<str>),
    Fault(Fault),
}

impl Sealed {
    /// The text, with `secret(name)` in each secret's place.
    ///
    /// # Errors
    /// A secret that `secret` does not know, or a function that fails on the values.
    pub fn open(&self, secret: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Arc<str>, Unsealed> {
        let _ = secret;
        todo!()
    }
}
