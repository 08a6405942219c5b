//! Bizon365 Kassa, orders: `md5(action + user + key + orderid)` in the field `hash`, as the notes on its API tell.

use super::Preset;
use super::field_hash::FieldHash;
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::{Refused, fields};
use crate::value::Object;

const HASHED: FieldHash = FieldHash { field: "hash", hash };

pub static PRESET: Preset = Preset {
    name: "bizon_kassa",
    summary: "Bizon365 Kassa: the field `hash`, MD5 of action, user, key and order",
    secret: "the API key of the Kassa",
    check: |seen, keys| HASHED.check(seen, keys),
    sign: |draft, key| HASHED.sign(draft, key),
    receipt: None,
    pair: None,
};

fn hash(object: &Object, key: &str) -> Result<Vec<u8>, Refused> {
    let field = |name| fields::text(object, name);
    let joined = format!("{}{}{key}{}", field("action")?, field("user")?, field("orderid")?);
    Ok(Algorithm::Md5.hash(joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// Worked out by that rule with Python's `hashlib`.
    #[test]
    fn the_hash_of_an_order_is_compared() {
        let body =
            "action=paidorder&orderstatus=1&user=7&orderid=42&paid=1&hash=bafe45f987e93f180fb1d3668de31452";
        let form = draft("/", &[("Content-Type", "application/x-www-form-urlencoded")], body);
        holds(&PRESET, &form, "kassa-key", |draft| draft.body = body.replace("=42", "=43").into());
        let json =
            r#"{"action":"paidorder","user":7,"orderid":"42","hash":"bafe45f987e93f180fb1d3668de31452"}"#;
        let json = draft("/", &[("Content-Type", "application/json")], json);
        holds(&PRESET, &json, "kassa-key", |draft| draft.body = "{\"hash\":\"\"}".into());
    }
}
