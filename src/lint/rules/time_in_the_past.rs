//! Times given to actions that have passed already.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::actions::Format;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};

static CODE: Code = Code {
    id: "WJ0606",
    name: "time-in-the-past",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0606.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let Some(now) = context.now.and_then(|now| Timestamp::from_microsecond(now.micros).ok()) else {
        return Vec::new();
    };
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    let values =
        calls.filter_map(|call| call.spec.as_ref().map(|spec| (spec, call))).flat_map(|(spec, call)| {
            let times = spec.params.iter().filter(|param| param.format == Format::Time);
            times.filter_map(|param| call.values.iter().find(|(name, _)| **name == *param.name))
        });
    values
        .filter_map(|(name, span)| {
            let text = context.model.type_at(*span)?.constant.as_ref()?.as_text()?;
            let passed = latest(text)? < now;
            passed.then(|| {
                Diagnostic::new(&CODE, *span, format!("`{name}` is a time that has passed: {text}"))
                    .label("in the past")
                    .help("Every run sends this same time. Write one that is still to come.")
            })
        })
        .collect()
}

/// The moment that a text names; the last one that it may name where it says no zone.
fn latest(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let naive = match text.parse::<DateTime>() {
        Ok(naive) => naive,
        Err(_) => text.parse::<Date>().ok()?.at(23, 59, 59, 0),
    };
    // The clocks furthest behind are twelve hours behind UTC.
    let utc = Offset::UTC.to_timestamp(naive).ok()?;
    utc.checked_add(SignedDuration::from_hours(12)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_has_passed_when_it_has_passed_everywhere() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(latest("2026-01-01T10:00:00Z"), Some(at("2026-01-01T10:00:00Z")));
        assert_eq!(latest("2026-01-01T10:00:00+03:00"), Some(at("2026-01-01T07:00:00Z")));
        assert_eq!(latest("2026-01-01T10:00:00.000"), Some(at("2026-01-01T22:00:00Z")));
        assert_eq!(latest("tomorrow"), None);
    }
}
