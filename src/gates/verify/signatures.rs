//! Signatures as headers carry them: several in one, written as hex or base64.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::digest::same;

/// So many signatures of one header are looked at: a sender that rotates its keys sends two or three.
const MOST: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Hex,
    Base64,
}

/// With padding or without: senders differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Encoding {
    /// Hex in either case.
    pub(super) fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Encoding::Base64 => BASE64.decode(text).ok(),
            Encoding::Hex => {
                let digit =
                    |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                let pairs = text.chunks(2).map(|pair| match pair {
                    [high, low] => Some(digit(high)? << 4 | digit(low)?),
                    _ => None,
                });
                pairs.collect()
            }
        }
    }

    pub(super) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Base64 => BASE64.encode(bytes),
            Encoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// Whether one of the signatures in a header, parted by commas or blanks, is one of the right ones.
pub(super) fn fits(header: &[u8], prefix: &str, encoding: Encoding, right: &[Vec<u8>]) -> bool {
    // A prefix with a comma in it, as `v1,`, is no place to part at.
    let parts_at = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',' && !prefix.contains(',');
    let pieces = header.split(parts_at).filter_map(|piece| piece.strip_prefix(prefix.as_bytes()));
    let mut found = false;
    for given in
        pieces.filter(|piece| !piece.is_empty()).take(MOST).filter_map(|piece| encoding.decode(piece))
    {
        for right in right {
            found |= same(&given, right);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_signature_that_fits_is_enough() {
        let right = [vec![0xab, 0xcd]];
        for (header, prefix, encoding, is_right) in [
            ("abcd", "", Encoding::Hex, true),
            ("ABCD", "", Encoding::Hex, true),
            ("v1=00, v1=abcd", "v1=", Encoding::Hex, true),
            ("v0=abcd v1=00", "v1=", Encoding::Hex, false),
            ("abcd", "sha256=", Encoding::Hex, false),
            ("abc", "", Encoding::Hex, false),
            ("abcd00", "", Encoding::Hex, false),
            ("+bcd", "", Encoding::Hex, false),
            ("q80=", "", Encoding::Base64, true),
            ("q80", "", Encoding::Base64, true),
            ("v1,AAAA v1,q80=", "v1,", Encoding::Base64, true),
            ("q8 0=", "", Encoding::Base64, false),
            ("", "", Encoding::Base64, false),
        ] {
            assert_eq!(fits(header.as_bytes(), prefix, encoding, &right), is_right, "{header}");
        }
        assert!(!fits(b"", "", Encoding::Hex, &[Vec::new()]));
        let many = "00 ".repeat(16) + "abcd";
        assert!(!fits(many.as_bytes(), "", Encoding::Hex, &right));
    }
}
