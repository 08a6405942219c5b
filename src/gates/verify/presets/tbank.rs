//! T-Bank (Tinkoff), "Уведомления": the values of the root and the terminal's password, sorted by name, joined and hashed.

use super::Preset;
use super::field_hash::FieldHash;
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::{Refused, fields};
use crate::value::{Object, Value};

const TOKEN: &str = "Token";

const HASHED: FieldHash = FieldHash { field: TOKEN, hash: token };

pub static PRESET: Preset = Preset {
    name: "tbank",
    summary: "T-Bank: the field `Token`, SHA-256 over the sorted values of the notification and the password",
    secret: "the password of the terminal",
    check: |seen, keys| HASHED.check(seen, keys),
    sign: |draft, key| HASHED.sign(draft, key),
    receipt: None,
    pair: None,
};

/// Lists and objects (`Receipt`, `Data`) are not part of it.
fn token(object: &Object, password: &str) -> Result<Vec<u8>, Refused> {
    let mut parts = vec![("Password", password.to_owned())];
    for (name, value) in object.iter() {
        let is_plain = !value.is_empty() && !matches!(value, Value::List(_) | Value::Object(_));
        // A notification has no `Password` of its own; one that had would take the place of the right one.
        if is_plain && **name != *TOKEN && **name != *"Password" {
            parts.push((name, fields::plain(value, name)?));
        }
    }
    parts.sort();
    let joined: String = parts.into_iter().map(|(_, text)| text).collect();
    Ok(Algorithm::Sha256.hash(joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// The notification of the documentation (developer.tbank.ru, eacq, "Уведомления"), whose joined values are
    /// `985532226401122201709430000******0777Dfsfh56dgKl8742591101709AUTHORIZEDtrue1321054611234DEMO`.
    #[test]
    fn the_vector_of_the_documentation_holds() {
        let body = r#"{"TerminalKey":"1321054611234DEMO","OrderId":"201709","Success":true,"Status":"AUTHORIZED","PaymentId":8742591,"ErrorCode":"0","Amount":9855,"CardId":322264,"Pan":"430000******0777","ExpDate":"1122","RebillId":101709,"Token":"b906d28e76c6428e37b25fcf86c0adc52c63d503013fdd632e300593d165766b","Data":{"a":1}}"#;
        let draft = draft("/", &[("Content-Type", "application/json")], body);
        holds(&PRESET, &draft, "Dfsfh56dgKl", |draft| draft.body = body.replace("9855", "1").into());
        holds(&PRESET, &draft, "Dfsfh56dgKl", |draft| {
            draft.body = body.replace("\"Data\":{\"a\":1}", "\"Zz\":\"\",\"Yy\":1").into();
        });
    }
}
