//! How many files and connections this process may have open: past that nothing works, so callers are not given all.

use std::fs;

/// Kept free for calls to targets, the store, the scripts and operators.
const RESERVED: usize = 256;

/// The most connections that leave room for the rest; `None` where the system does not say.
pub fn connections() -> Option<usize> {
    of_limits(&fs::read_to_string("/proc/self/limits").ok()?)
}

/// `Max open files   1024   524288   files`: the first number is the one that counts.
fn of_limits(text: &str) -> Option<usize> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft: usize = line.split_whitespace().next()?.parse().ok()?;
    Some(soft.saturating_sub(RESERVED).max(soft / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_kept_for_other_things_than_callers() {
        let limits = |soft: &str| {
            format!(
                "Limit   Soft Limit  Hard Limit  Units\nMax open files            {soft}   524288     files\n"
            )
        };
        assert_eq!(of_limits(&limits("1024")), Some(768));
        assert_eq!(of_limits(&limits("64")), Some(32));
        assert_eq!(of_limits(&limits("unlimited")), None);
        assert_eq!(of_limits(""), None);
        assert!(connections().is_some());
    }
}
