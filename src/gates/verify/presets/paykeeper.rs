//! PayKeeper, "Приём POST оповещений": the field `key` is the MD5 of payment, sum, client, order and the secret word. It takes for
//! delivered only what is answered `OK ` and the MD5 of the payment and the secret word.

use super::Preset;
use super::field_hash::FieldHash;
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::signatures::Encoding;
use crate::gates::verify::{Refused, Seen, fields};
use crate::value::Object;

const HASHED: FieldHash = FieldHash { field: "key", hash };

pub static PRESET: Preset = Preset {
    name: "paykeeper",
    summary: "PayKeeper: the field `key`, MD5 of payment, sum, client, order and the secret word; `request.receipt` is for the answer",
    secret: "the secret word, from the account's settings",
    check: |seen, keys| HASHED.check(seen, keys),
    sign: |draft, key| HASHED.sign(draft, key),
    receipt: Some(receipt),
    pair: None,
};

/// `OK ` stands in the script.
fn receipt(seen: &Seen<'_>, key: &str) -> Result<String, Refused> {
    let id = fields::text(fields::object(seen)?, "id")?;
    Ok(Encoding::Hex.encode(&Algorithm::Md5.hash(format!("{id}{key}").as_bytes())))
}

fn hash(object: &Object, key: &str) -> Result<Vec<u8>, Refused> {
    // A shop without clients or orders of its own sends these empty, or not at all.
    let optional = |name| match object.get(name) {
        Some(value) if !value.is_empty() => fields::plain(value, name),
        _ => Ok(String::new()),
    };
    let (id, sum) = (fields::text(object, "id")?, fields::text(object, "sum")?);
    let joined = format!("{id}{sum}{}{}{key}", optional("clientid")?, optional("orderid")?);
    Ok(Algorithm::Md5.hash(joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds, keys};

    const FORM: [(&str, &str); 1] = [("Content-Type", "application/x-www-form-urlencoded")];

    /// Worked out by the documentation's rule with Python's `hashlib`.
    #[test]
    fn the_key_of_a_payment_is_compared() {
        let body = "id=84512&sum=1990.00&clientid=%D0%90%D0%BD%D0%BD%D0%B0+%D0%A1%D0%BC%D0%B8%D1%80%D0%BD%D0%BE%D0%B2%D0%B0&orderid=10042&key=922234dbc473f9e32b47bb6f8832dfc9&ps_id=1";
        holds(&PRESET, &draft("/", &FORM, body), "paykeeper-word", |draft| {
            draft.body = body.replace("1990.00", "1.00").into();
        });
        let without = draft("/", &FORM, "id=84512&sum=1990.00&orderid=&key=18f110fd69f015242e508a984bdedd0a");
        assert_eq!(HASHED.check(&without.seen(), &keys(&["paykeeper-word"])), Ok(()));
    }

    #[test]
    fn the_receipt_is_made_of_the_payment_and_the_word() {
        let draft = draft("/", &FORM, "id=84512&sum=1990.00");
        assert_eq!(
            receipt(&draft.seen(), "paykeeper-word").as_deref(),
            Ok("528b6f405bf3f90f9ecb632797d61773")
        );
    }
}
