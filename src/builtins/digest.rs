//! How fingerprints and signatures are written.

use super::{args, base64, hex};
use crate::value::{Fault, Value};

/// Why a text is no encoding; `None` for one that is.
pub(super) fn encoding_error(encoding: &str) -> Option<String> {
    (!matches!(encoding, "hex" | "base64")).then(|| format!("{encoding:?} is neither \"hex\" nor \"base64\""))
}

/// The bytes as text, by the encoding that the argument at `at` names; hexadecimal without one.
pub(super) fn written(bytes: &[u8], args: &[Value], at: usize, function: &str) -> Result<Value, Fault> {
    if args.get(at).is_none() {
        return Ok(Value::text(hex::written(bytes)));
    }
    match args::text(args, at)? {
        "hex" => Ok(Value::text(hex::written(bytes))),
        "base64" => base64::standard(bytes, function),
        other => Err(Fault::outside(format!(
            "`encoding` of `{function}` is {other:?}, and can be \"hex\" or \"base64\""
        ))),
    }
}
