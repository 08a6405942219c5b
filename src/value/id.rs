//! The id of an operation: a UUID of version 7 (RFC 9562, 5.7). The first nibble after the version is the
//! retention class, so that an id alone finds its rows.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// `millis` is Unix time, `class` below 16, `random` ten bytes of which 70 bits are used.
    pub fn new(millis: u64, class: u8, random: [u8; 10]) -> Id {
        let mut bytes = [0; 16];
        let time = millis.to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(time.iter().skip(2)) {
            *to = *from;
        }
        for (to, from) in bytes.iter_mut().skip(6).zip(random) {
            *to = from;
        }
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = 0x70 | (class & 0x0f);
        *variant = 0x80 | (*variant & 0x3f);
        Id(bytes)
    }

    /// Unix time in milliseconds.
    pub fn millis(self) -> u64 {
        let [a, b, c, d, e, f, ..] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    /// The retention class.
    pub fn class(self) -> u8 {
        let [_, _, _, _, _, _, version, ..] = self.0;
        version & 0x0f
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Id {
    type Err = ();

    /// Reads the form that `Display` writes, in either case.
    fn from_str(text: &str) -> Result<Id, ()> {
        let dashes = [8, 13, 18, 23];
        if text.len() != 36 || !dashes.iter().all(|at| text.as_bytes().get(*at) == Some(&b'-')) {
            return Err(());
        }
        let mut nibbles =
            text.chars().enumerate().filter(|(at, _)| !dashes.contains(at)).map(|(_, c)| c.to_digit(16));
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            let (Some(Some(high)), Some(Some(low))) = (nibbles.next(), nibbles.next()) else {
                return Err(());
            };
            *byte = (high * 16 + low) as u8;
        }
        Ok(Id(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_its_time_and_class_and_survives_its_text() {
        let id = Id::new(1_764_000_000_123, 5, [0xab; 10]);
        assert_eq!((id.millis(), id.class()), (1_764_000_000_123, 5));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().as_bytes().get(14), Some(&b'7'));
        assert!("0192-xyz".parse::<Id>().is_err());
    }
}
