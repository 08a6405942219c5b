//! A moment, with the zone that it is to be shown in. With `calendar` alone in knowing jiff.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Unix time in microseconds.
    pub micros: i64,
    /// An IANA name; UTC if there is none.
    pub zone: Option<Arc<str>>,
}

impl Time {
    pub fn from_micros(micros: i64) -> Time {
        Time { micros, zone: None }
    }

    pub fn from_millis(millis: i64) -> Time {
        Time::from_micros(millis.saturating_mul(1000))
    }

    /// Reads ISO 8601 with an offset or `Z` (`2026-11-24T10:00:00+03:00`). `None` for a naive time too: nobody
    /// guesses its zone.
    pub fn parse(text: &str) -> Option<Time> {
        let timestamp: Timestamp = text.trim().parse().ok()?;
        Some(Time::from_micros(timestamp.as_microsecond()))
    }

    pub fn millis(&self) -> i64 {
        self.micros.div_euclid(1000)
    }

    /// ISO 8601 in its zone: `2026-11-24T10:00:00Z`, `2026-11-24T13:00:00.250+03:00`. Milliseconds are written
    /// where they are not zero, what is smaller is cut off.
    pub fn to_iso(&self) -> String {
        let millis = self.millis();
        let Ok(moment) = Timestamp::from_millisecond(millis) else {
            // Only arithmetic far outside the calendar gets here (years beyond ±9999).
            return if millis < 0 { "-infinity".to_owned() } else { "infinity".to_owned() };
        };
        let zone = self.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let format = match (millis.rem_euclid(1000), &zone) {
            (0, None) => "%Y-%m-%dT%H:%M:%SZ",
            (_, None) => "%Y-%m-%dT%H:%M:%S.%3fZ",
            (0, Some(_)) => "%Y-%m-%dT%H:%M:%S%:z",
            (_, Some(_)) => "%Y-%m-%dT%H:%M:%S.%3f%:z",
        };
        moment.to_zoned_datetime(zone.unwrap_or(TimeZone::UTC)).strftime(format).to_string()
    }

    /// Whether it lies in the years that can be written (−9999 to 9999).
    pub fn is_in_calendar(&self) -> bool {
        Timestamp::from_microsecond(self.micros).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_an_offset_and_written_in_utc() {
        for (text, iso) in [
            ("2026-11-24T10:00:00Z", Some("2026-11-24T10:00:00Z")),
            ("2026-11-24T10:00:00+03:00", Some("2026-11-24T07:00:00Z")),
            ("2026-11-24T10:00:00.250Z", Some("2026-11-24T10:00:00.250Z")),
            ("2026-11-24T10:00:00.000900Z", Some("2026-11-24T10:00:00Z")),
            ("1969-12-31T23:59:59.5Z", Some("1969-12-31T23:59:59.500Z")),
            ("2026-11-24T10:00:00", None),
            ("2026-13-24T10:00:00Z", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(Time::parse(text).map(|time| time.to_iso()).as_deref(), iso, "{text}");
        }
    }
}
