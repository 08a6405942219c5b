//! Moments on the calendar and the clock of a zone. The tz database is built in, so that every machine knows the same
//! zones.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::Time;

/// What a calendar and a clock on the wall show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
    pub millis: i16,
    /// 1 for Monday to 7 for Sunday.
    pub weekday: i8,
    /// East of UTC, in seconds.
    pub offset: i32,
}

/// A time of the day on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// 1 for Monday to 7 for Sunday; none for every day.
    pub days: Vec<i8>,
    pub hour: i8,
    pub minute: i8,
}

/// How people write a time without an offset.
const WITH_CLOCK: [&str; 6] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
];

/// A day alone is its midnight.
const DAYS: [&str; 2] = ["%Y-%m-%d", "%d.%m.%Y"];

/// Names of all zones that are known.
pub fn zones() -> Vec<String> {
    jiff::tz::db().available().map(|name| name.to_string()).collect()
}

/// Whether it is the IANA name of a zone: `Europe/Moscow`.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

impl Time {
    /// Reads a time as a clock in `zone` shows it: `2026-11-24T20:00`, `24.11.2026 20:00`, a day alone; an offset that
    /// stands in the text counts. The time keeps the zone. A time that the clock skips is as much later, of one that it
    /// shows twice the first is meant. `None` for no such time, or no zone.
    pub fn read_in(text: &str, zone: &str) -> Option<Time> {
        let text = text.trim();
        if let Some(time) = Time::parse(text) {
            return time.in_zone(zone);
        }
        let with_clock = WITH_CLOCK.iter().find_map(|format| DateTime::strptime(format, text).ok());
        let day = || DAYS.iter().find_map(|format| Date::strptime(format, text).ok()).map(DateTime::from);
        // Of `24.11.26` nobody knows the century.
        let clock = with_clock.or_else(day).filter(|clock| clock.year() >= 1000)?;
        let zoned = clock.to_zoned_datetime(TimeZone::get(zone).ok()?).ok()?;
        Time::from_micros(zoned.timestamp().as_microsecond()).in_zone(zone)
    }

    /// The same moment, to be shown in `zone`; `None` if there is no such zone.
    pub fn in_zone(&self, zone: &str) -> Option<Time> {
        let zone = TimeZone::get(zone).ok()?;
        let name: Arc<str> = zone.iana_name().unwrap_or("UTC").into();
        Some(Time { micros: self.micros, zone: Some(name) })
    }

    /// What is shown in its zone (UTC if it has none); `None` far outside of the calendar.
    pub fn civil(&self) -> Option<Civil> {
        let zone = self.zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let zoned = Timestamp::from_microsecond(self.micros).ok()?.to_zoned_datetime(zone);
        Some(Civil {
            year: zoned.year(),
            month: zoned.month(),
            day: zoned.day(),
            hour: zoned.hour(),
            minute: zoned.minute(),
            second: zoned.second(),
            millis: zoned.millisecond(),
            weekday: zoned.weekday().to_monday_one_offset(),
            offset: zoned.offset().seconds(),
        })
    }

    /// The first moment after this one that fits a schedule on a clock in `zone`; `None` if there is no such zone.
    pub fn next(&self, schedule: &Schedule, zone: &str) -> Option<Time> {
        let place = TimeZone::get(zone).ok()?;
        let now = Timestamp::from_microsecond(self.micros).ok()?;
        let mut day = now.to_zoned_datetime(place.clone()).date();
        // Today in a week at the latest.
        for _ in 0..8 {
            if schedule.days.is_empty() || schedule.days.contains(&day.weekday().to_monday_one_offset()) {
                let moment =
                    day.at(schedule.hour, schedule.minute, 0, 0).to_zoned_datetime(place.clone()).ok()?;
                if moment.timestamp() > now {
                    return Time::from_micros(moment.timestamp().as_microsecond()).in_zone(zone);
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_read_in_its_zone() {
        for (text, zone, iso) in [
            ("2026-11-24T20:00:00", "Europe/Moscow", "2026-11-24T20:00:00+03:00"),
            ("2026-11-24 20:00", "Europe/Moscow", "2026-11-24T20:00:00+03:00"),
            ("24.11.2026 20:00", "Asia/Yekaterinburg", "2026-11-24T20:00:00+05:00"),
            ("24.11.2026", "Europe/Moscow", "2026-11-24T00:00:00+03:00"),
            ("2026-11-24T20:00:00.250", "UTC", "2026-11-24T20:00:00.250+00:00"),
            // An offset counts, the zone is that of the clock that shows it.
            ("2026-11-24T17:00:00Z", "Europe/Moscow", "2026-11-24T20:00:00+03:00"),
            // In spring the clock skips an hour, in autumn it shows one twice.
            ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T03:30:00+02:00"),
            ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ] {
            assert_eq!(Time::read_in(text, zone).map(|time| time.to_iso()).as_deref(), Some(iso), "{text}");
        }
        for text in
            ["", "tomorrow", "2026-13-24T20:00", "24.11.26 20:00", "2026-11-24T20:00:00+99:00", "20:00"]
        {
            assert_eq!(Time::read_in(text, "Europe/Moscow"), None, "{text}");
        }
        assert_eq!(Time::read_in("2026-11-24T20:00:00", "Europe/Moskow"), None);
        assert!(
            is_zone("Europe/Moscow") && !is_zone("Moscow") && !is_zone("../etc/localtime") && !is_zone("")
        );
    }

    #[test]
    fn the_next_time_is_later_and_at_most_a_week_away() {
        let thursday = Schedule { days: vec![4], hour: 20, minute: 0 };
        let next = |from: &str, schedule: &Schedule, zone: &str| {
            Time::parse(from).unwrap().next(schedule, zone).unwrap().to_iso()
        };
        // 26 November 2026 is a Thursday.
        assert_eq!(next("2026-11-24T10:00:00Z", &thursday, "Europe/Moscow"), "2026-11-26T20:00:00+03:00");
        assert_eq!(next("2026-11-26T16:59:59Z", &thursday, "Europe/Moscow"), "2026-11-26T20:00:00+03:00");
        assert_eq!(next("2026-11-26T17:00:00Z", &thursday, "Europe/Moscow"), "2026-12-03T20:00:00+03:00");
        let daily = Schedule { days: Vec::new(), hour: 2, minute: 30 };
        // The clock of Berlin skips half past two on that day.
        assert_eq!(next("2026-03-29T00:00:00Z", &daily, "Europe/Berlin"), "2026-03-29T03:30:00+02:00");
    }
}
