//! The path of a request, cut into segments and percent-decoded once.

use std::borrow::Cow;

/// The segments of a path without its leading `/`, each decoded by itself, so that `%2F` stays inside one. `None` if an escape is
/// broken or what it gives is not UTF-8.
pub fn segments(path: &str) -> Option<Vec<Cow<'_, str>>> {
    path.split('/').map(decode).collect()
}

/// One segment, decoded. A `+` stays what it is: it is a blank in queries only.
pub fn decode(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                bytes.push(digit(*high)? * 16 + digit(*low)?);
                tail
            }
            (b'%', _) => return None,
            (byte, tail) => {
                bytes.push(*byte);
                tail
            }
        };
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_once_and_by_themselves() {
        assert_eq!(segments("a%2Fb/%2541/+/").unwrap(), ["a/b", "%41", "+", ""]);
        assert_eq!(segments("%D0%BF").unwrap(), ["п"]);
        assert_eq!(segments("").unwrap(), [""]);
        for bad in ["%", "%4", "%zz", "a/%FF"] {
            assert_eq!(segments(bad), None, "{bad}");
        }
    }
}
