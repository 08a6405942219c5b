//! How fingerprints and signatures are written.

use hmac::{KeyInit, Mac};

use super::{args, base64, base64url, hex};
use crate::value::{Fault, Value};

/// Why a text is no encoding; `None` for one that is.
pub(super) fn encoding_error(encoding: &str) -> Option<String> {
    let is_known = matches!(encoding, "hex" | "base64" | "base64url");
    (!is_known).then(|| format!("{encoding:?} is none of \"hex\", \"base64\", \"base64url\""))
}

/// The bytes as text, by the encoding that the argument at `at` names; hexadecimal without one.
pub(super) fn written(bytes: &[u8], args: &[Value], at: usize, function: &str) -> Result<Value, Fault> {
    if args.get(at).is_none() {
        return Ok(Value::text(hex::written(bytes)));
    }
    match args::text(args, at)? {
        "hex" => Ok(Value::text(hex::written(bytes))),
        "base64" => base64::standard(bytes, function),
        "base64url" => base64url::written(bytes, function),
        other => Err(Fault::outside(format!(
            "`encoding` of `{function}` is {other:?}, and can be \"hex\", \"base64\" or \"base64url\""
        ))),
    }
}

/// A signature over the first argument with the key that is the second, written as the third says.
pub(super) fn signature<M: Mac + KeyInit>(args: &[Value], function: &str) -> Result<Value, Fault> {
    // A key of any length is taken.
    let mut mac = <M as KeyInit>::new_from_slice(args::bytes(args, 1)?)
        .map_err(|_| Fault::own(format!("`{function}` was given no key")))?;
    mac.update(args::bytes(args, 0)?);
    written(&mac.finalize().into_bytes(), args, 2, function)
}
