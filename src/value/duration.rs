//! Durations as people read them.

/// Milliseconds as a script writes them, in their largest whole unit.
pub fn duration(millis: impl Into<i128>) -> String {
    let millis = millis.into();
    let (sign, length) = (if millis < 0 { "-" } else { "" }, millis.unsigned_abs());
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    match units.iter().find(|(unit, _)| length >= *unit && length.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{sign}{}{name}", length / unit),
        None => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_in_their_largest_whole_unit() {
        for (millis, text) in [
            (0_i64, "0ms"),
            (1, "1ms"),
            (1_500, "1500ms"),
            (90_000, "90s"),
            (3_600_000, "1h"),
            (2_592_000_000, "30d"),
            (-7_200_000, "-2h"),
        ] {
            assert_eq!(duration(millis), text);
        }
    }
}
