//! A value to compact JSON.

use crate::value::{Fault, Value};

/// No JSON is longer, in bytes: a short script that puts a long list into a list again and again must not be able to fill
/// the memory. The largest body that a server takes goes through with room to spare.
const LONGEST: usize = 128 << 20;

/// Compact JSON. `Empty` members are left out, `Empty` items become `null`; times are ISO 8601.
///
/// # Errors
/// Bytes and durations have no JSON form, and 128 MiB are the most. A sealed text must be opened before.
pub fn to_json(value: &Value) -> Result<String, Fault> {
    let mut out = String::new();
    to_json_into(value, &mut out)?;
    Ok(out)
}

/// As `to_json`, behind what `out` holds already.
///
/// # Errors
/// As for `to_json`; `out` then holds a part of it.
pub fn to_json_into(value: &Value, out: &mut String) -> Result<(), Fault> {
    if out.len() > LONGEST {
        return Err(Fault::own(format!("JSON has at most {LONGEST} bytes")));
    }
    match value {
        Value::Empty | Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::Text(text) => write_string(text, out),
        Value::Time(time) => write_string(&time.to_iso(), out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                to_json_into(item, out)?;
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            let present = object.iter().filter(|(_, value)| !matches!(value, Value::Empty));
            for (at, (name, value)) in present.enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                to_json_into(value, out)?;
            }
            out.push('}');
        }
        Value::File(_) => {
            return Err(Fault::outside("a file has no form in JSON: send it on with `multipart { … }`"));
        }
        Value::Bytes(_) => {
            return Err(Fault::outside("bytes have no form in JSON: `base64` or `hex` make a text of them"));
        }
        Value::Duration(_) => return Err(Fault::outside("a duration has no form in JSON")),
        Value::Sealed(_) => return Err(Fault::own("a secret stands where JSON is built")),
    }
    Ok(())
}

/// Writes a JSON string with its quotes.
pub fn write_string(text: &str, out: &mut String) {
    // No early end: so the compiler looks at many bytes at once.
    let is_escaped = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    if !text.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    match serde_json::to_string(text) {
        Ok(quoted) => out.push_str(&quoted),
        // A `str` always has a JSON form.
        Err(_) => out.push_str("\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Object, Time};

    #[test]
    fn empty_members_are_left_out_and_null_stays() {
        let mut object = Object::new();
        object.set("gone", Value::Empty);
        object.set("kept \"so\"\n", Value::Null);
        object.set("list", Value::list(vec![Value::Empty, Value::Null, Value::from(1)]));
        object.set("time", Value::Time(Time::from_millis(1500)));
        assert_eq!(
            to_json(&Value::object(object)).unwrap(),
            "{\"kept \\\"so\\\"\\n\":null,\"list\":[null,null,1],\"time\":\"1970-01-01T00:00:01.500Z\"}"
        );
    }

    #[test]
    fn what_has_no_form_in_json_is_a_fault() {
        for value in [Value::Duration(1), Value::Bytes(bytes::Bytes::from_static(b"x"))] {
            assert!(to_json(&Value::list(vec![value])).is_err());
        }
    }
}
