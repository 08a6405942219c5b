//! Faults that are planted to see that the tests find them. A build with the feature `planted-faults` has the one that
//! `WJ_FAULT` names; every other build has none, and none of the code. `.ci/faults` runs for each the tests that are there
//! for it, and fails where they stay green.

/// One fault. Where it is planted, `planted(Fault::…)` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller has the answer before the row that records it is committed.
    EarlyAnswer,
    /// A row that is there already is inserted once more.
    DoubleInsert,
    /// A commit does not wait for the disk.
    NoSync,
    /// A key of `dedupe` is taken in a transaction before that of its row.
    ClaimApart,
    /// What is to be done is written in a transaction behind that of its row.
    WorkApart,
    /// A reported call goes out without its intent.
    NoIntent,
    /// The next call goes out before the outcome of the one before it is committed.
    NextBeforeOutcome,
    /// The outcome of a call is dropped when the store fails.
    OutcomeDropped,
    /// Going on from the log makes calls again whose outcome is recorded.
    RecordIgnored,
}

/// Whether this fault is to be made.
#[cfg(not(feature = "planted-faults"))]
pub const fn planted(_: Fault) -> bool {
    false
}

/// Whether this fault is to be made.
#[cfg(feature = "planted-faults")]
pub fn planted(fault: Fault) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<Fault>> = std::sync::LazyLock::new(|| {
        let name = std::env::var("WJ_FAULT").ok()?;
        NAMES.iter().find(|(own, _)| *own == name).map(|(_, fault)| *fault)
    });
    *CHOSEN == Some(fault)
}

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests, never for a release");

#[cfg(any(test, feature = "planted-faults"))]
const NAMES: [(&str, Fault); 9] = [
    ("early-answer", Fault::EarlyAnswer),
    ("double-insert", Fault::DoubleInsert),
    ("no-sync", Fault::NoSync),
    ("claim-apart", Fault::ClaimApart),
    ("work-apart", Fault::WorkApart),
    ("no-intent", Fault::NoIntent),
    ("next-before-outcome", Fault::NextBeforeOutcome),
    ("outcome-dropped", Fault::OutcomeDropped),
    ("record-ignored", Fault::RecordIgnored),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_looked_for_and_none_is_there_unasked() {
        let driver = include_str!("../../.ci/faults");
        for (name, fault) in NAMES {
            assert!(driver.contains(&format!("\nfinds {name} ")), "{name}: nobody looks for it");
            let asked = std::env::var("WJ_FAULT").is_ok_and(|asked| asked == name);
            assert_eq!(planted(fault), cfg!(feature = "planted-faults") && asked, "{name}");
        }
    }
}
