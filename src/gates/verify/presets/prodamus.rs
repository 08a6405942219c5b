//! Prodamus, "Уведомления": the body as nested arrays, every value a text, keys sorted, written by PHP's `json_encode` with
//! `JSON_UNESCAPED_UNICODE`, and HMAC-SHA256 of that in the header `Sign`. The other flags are off: `/` is written `\/`.

use std::sync::Arc;

use super::{Preset, is_one_of};
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::signatures::Encoding;
use crate::gates::verify::{Draft, Refused, Seen, fields};
use crate::value::{Object, Value};

const HEADER: &str = "Sign";

pub static PRESET: Preset = Preset {
    name: "prodamus",
    summary: "Prodamus: `Sign`, HMAC-SHA256 in hex over the fields as sorted JSON",
    secret: "the secret key of the payment page",
    check,
    sign,
    receipt: None,
    pair: None,
};

fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let given = Encoding::Hex.decode(seen.header(HEADER)?);
    let json = signed(fields::object(seen)?)?;
    let right = keys.iter().map(|key| Algorithm::Sha256.mac(key.as_bytes(), json.as_bytes()));
    is_one_of(given, &right.collect::<Vec<_>>())
}

fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    let json = fields::object(&draft.seen()).and_then(signed).map_err(|Refused(why)| why)?;
    draft.set_header(HEADER, Encoding::Hex.encode(&Algorithm::Sha256.mac(key.as_bytes(), json.as_bytes())));
    Ok(())
}

fn signed(object: &Object) -> Result<String, Refused> {
    let mut out = String::new();
    write_object(object, &mut out)?;
    Ok(out)
}

/// It calls itself, no deeper than a body may nest.
fn write(value: &Value, out: &mut String) -> Result<(), Refused> {
    match value {
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
            Ok(())
        }
        Value::Object(object) => write_object(object, out),
        // As PHP's `strval` makes texts of what JSON may send.
        Value::Bool(true) => text("1", out),
        Value::Bool(false) | Value::Empty | Value::Null => text("", out),
        Value::File(_) | Value::Bytes(_) => Err(Refused::because("a file cannot be signed")),
        other => text(&fields::plain(other, "")?, out),
    }
}

fn write_object(object: &Object, out: &mut String) -> Result<(), Refused> {
    let mut members: Vec<_> = object.iter().collect();
    // `ksort`: keys that are numbers by their size and before all others, the others byte by byte.
    members.sort_by_key(|(name, _)| (number(name).map_or((1, 0), |number| (0, number)), (*name).clone()));
    out.push('{');
    for (at, (name, value)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        text(name, out)?;
        out.push(':');
        write(value, out)?;
    }
    out.push('}');
    Ok(())
}

/// A key that PHP takes for a number.
fn number(key: &str) -> Option<u64> {
    let is_number = key == "0" || !key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { key.parse().ok() } else { None }
}

fn text(text: &str, out: &mut String) -> Result<(), Refused> {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Escaped even so, unless `JSON_UNESCAPED_LINE_TERMINATORS` is given.
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            char if char < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// By the rule of Prodamus' `Hmac.php` (`array_walk_recursive` with `strval`, recursive `ksort`, `json_encode`,
    /// `hash_hmac`), worked out with Python's `json` and `hmac`, slashes escaped.
    #[test]
    fn the_rule_of_the_reference_code_holds() {
        let sign = "8486d752c6524211a89349ea1a11c652ab0e19e0ec5c5438c30a43ac242a03ab";
        let body = "order_id=1&date=2021-02-03T00:00:00%2B03:00&products[0][name]=%D0%94%D0%BE%D1%81%D1%82%D1%83%D0%BF+%D0%BA+%22%D0%BA%D1%83%D1%80%D1%81%D1%83%22+/+2&products[0][price]=1000.00&products[0][quantity]=1&products[0][sum]=1000.00&sum=1000.00&customer_extra=&_param_x=http://a.example/&10=b&9=a";
        let form = draft("/", &[("Sign", sign), ("Content-Type", "application/x-www-form-urlencoded")], body);
        holds(&PRESET, &form, "prodamus-secret", |draft| draft.body = body.replacen("1000", "1", 1).into());
        holds(&PRESET, &form, "prodamus-secret", |draft| draft.set_header("Sign", "00"));
        let mut upper = form.clone();
        upper.set_header("Sign", sign.to_uppercase());
        holds(&PRESET, &upper, "prodamus-secret", |draft| draft.body = "a=1".into());
        let pairs = url::form_urlencoded::parse(body.as_bytes());
        let parts: String = pairs
            .map(|(name, text)| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
            })
            .chain(["--x--\r\n".to_owned()])
            .collect();
        let multipart =
            draft("/", &[("Sign", sign), ("Content-Type", "multipart/form-data; boundary=x")], &parts);
        holds(&PRESET, &multipart, "prodamus-secret", |draft| {
            draft.body = parts.replace("=\"9\"", "=\"8\"").into()
        });
    }

    #[test]
    fn texts_are_written_as_php_writes_them() {
        let mut out = String::new();
        text("a\u{8}\u{c}\n\r\t\u{1}\u{7f}\u{2028}é\\\"/", &mut out).unwrap();
        assert_eq!(out, "\"a\\b\\f\\n\\r\\t\\u0001\u{7f}\\u2028é\\\\\\\"\\/\"");
    }
}
