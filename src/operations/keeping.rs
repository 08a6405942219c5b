//! What is kept of each pipeline's operations: what the operator says of the pipeline, else what its script says, else what
//! the operator says of all; and the retention classes, of which each stands for one age.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resolve::program::Keep;
use crate::store::{CLASSES, Limits, Millis, Write};

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// What is kept where nobody says anything.
const UNSAID: Keeping =
    Keeping { age: 30 * DAY, limits: Limits { bytes: 2 << 30, count: 1_000_000, failed: 90 * DAY } };

/// Of one pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// From the receipt.
    pub age: Millis,
    pub limits: Limits,
}

/// What the operator says.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub all: Keep,
    pub pipelines: BTreeMap<Arc<str>, Keep>,
}

impl Rules {
    /// Of a pipeline whose script says this.
    pub fn of(&self, pipeline: &str, script: Keep) -> Keeping {
        let own = self.pipelines.get(pipeline).copied().unwrap_or_default();
        let said = |part: fn(Keep) -> Option<u64>| part(own).or(part(script)).or(part(self.all));
        Keeping {
            age: said(|keep| keep.age).unwrap_or(UNSAID.age),
            limits: Limits {
                bytes: said(|keep| keep.bytes).unwrap_or(UNSAID.limits.bytes),
                count: said(|keep| keep.count).unwrap_or(UNSAID.limits.count),
                failed: said(|keep| keep.failed).unwrap_or(UNSAID.limits.failed),
            },
        }
    }

    /// Of pipelines that are served no longer and not named.
    pub fn rest(&self) -> Keeping {
        self.of("", Keep::default())
    }
}

/// The age of each retention class, as the store's settings keep it. A class keeps its age, so that a changed `keep` holds
/// for new operations only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    pub ages: [Option<Millis>; CLASSES],
}

impl Classes {
    pub fn read(settings: &[(String, Vec<u8>)]) -> Classes {
        let mut classes = Classes::default();
        for (key, value) in settings {
            let class = key.strip_prefix(SETTING).and_then(|class| class.parse::<usize>().ok());
            let age = value.as_slice().try_into().ok().map(Millis::from_be_bytes);
            if let (Some(slot), Some(age)) = (class.and_then(|class| classes.ages.get_mut(class)), age) {
                *slot = Some(age);
            }
        }
        classes
    }

    /// The class of an age. When there are more ages than classes, the next longer one stands in, so that nothing goes
    /// before its time; if there is none, the last class is made to last so long.
    pub fn take(&mut self, age: Millis) -> u8 {
        let number = |class: usize| u8::try_from(class).unwrap_or_default();
        if let Some(class) = self.ages.iter().position(|own| *own == Some(age)) {
            return number(class);
        }
        if let Some(class) = self.ages.iter().position(Option::is_none) {
            if let Some(slot) = self.ages.get_mut(class) {
                *slot = Some(age);
            }
            return number(class);
        }
        let longer = self.ages.iter().enumerate().filter(|(_, own)| own.is_some_and(|own| own > age));
        match longer.min_by_key(|(_, own)| **own) {
            Some((class, _)) => number(class),
            None => {
                if let Some(last) = self.ages.last_mut() {
                    *last = Some(age);
                }
                number(CLASSES - 1)
            }
        }
    }

    /// What must be written where `self` was `before`.
    pub fn changes(&self, before: &Classes) -> Vec<Write> {
        let changed = self.ages.iter().zip(&before.ages).enumerate().filter(|(_, (is, was))| is != was);
        changed
            .filter_map(|(class, (age, _))| {
                let value = (*age)?.to_be_bytes().to_vec();
                Some(Write::Setting { key: format!("{SETTING}{class}"), value })
            })
            .collect()
    }
}

/// The settings that hold the ages: `keep.0` to `keep.15`.
const SETTING: &str = "keep.";

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_counts() {
        let keep = |age, bytes| Keep { age, bytes, ..Keep::default() };
        let rules = Rules {
            all: Keep { failed: Some(7), ..keep(Some(1), Some(10)) },
            pipelines: [("leads".into(), keep(Some(3), None))].into(),
        };
        let script = keep(Some(2), Some(20));
        let is = |keeping: Keeping| (keeping.age, keeping.limits.bytes, keeping.limits.failed);
        assert_eq!(is(rules.of("leads", script)), (3, 20, 7));
        assert_eq!(is(rules.of("other", script)), (2, 20, 7));
        assert_eq!(is(rules.rest()), (1, 10, 7));
        assert_eq!(Rules::default().rest(), UNSAID);
    }

    #[test]
    fn a_class_keeps_its_age_over_restarts() {
        let mut classes = Classes::default();
        assert_eq!([30, 7, 30, 90].map(|age| classes.take(age)), [0, 1, 0, 2]);
        let settings: Vec<(String, Vec<u8>)> = classes
            .changes(&Classes::default())
            .into_iter()
            .map(|write| match write {
                Write::Setting { key, value } => (key, value),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            settings.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
            ["keep.0", "keep.1", "keep.2"]
        );
        let again = Classes::read(&settings);
        assert_eq!(again, classes);
        assert!(again.changes(&classes).is_empty());
    }

    #[test]
    fn past_sixteen_ages_nothing_goes_early() {
        let mut classes = Classes::default();
        for age in 0..16 {
            assert_eq!(u64::from(classes.take(age * 10)), age);
        }
        assert_eq!((classes.take(35), classes.ages[4]), (4, Some(40)));
        assert_eq!((classes.take(500), classes.ages[15]), (15, Some(500)));
    }
}
