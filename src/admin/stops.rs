//! Pipelines that a person stopped: a setting of the store, so that a restart changes nothing about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::operations::Stop;
use crate::store::Write;

/// Before the pipeline's name.
const PREFIX: &str = "stopped/";

/// The write that stops a pipeline, or starts it again.
pub fn stop_setting(pipeline: &str, stop: Option<Stop>) -> Write {
    let value = match stop {
        None => 0,
        Some(Stop::Held) => 1,
        Some(Stop::Draining) => 2,
    };
    Write::Setting { key: format!("{PREFIX}{pipeline}"), value: vec![value] }
}

/// The stopped pipelines of a store's settings.
pub fn stopped(settings: &[(String, Vec<u8>)]) -> BTreeMap<Arc<str>, Stop> {
    let stopped = settings.iter().filter_map(|(key, value)| {
        let stop = match value.as_slice() {
            [1] => Stop::Held,
            [2] => Stop::Draining,
            _ => return None,
        };
        Some((Arc::from(key.strip_prefix(PREFIX)?), stop))
    });
    stopped.collect()
}

/// How a stop is called.
pub fn stop_name(stop: Stop) -> &'static str {
    match stop {
        Stop::Held => "held",
        Stop::Draining => "draining",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_all_else_left_alone() {
        let mut settings = vec![("other".to_owned(), vec![1]), ("stopped/d".to_owned(), vec![9])];
        for (name, stop) in [("a", Some(Stop::Held)), ("b", Some(Stop::Draining)), ("c", None)] {
            let Write::Setting { key, value } = stop_setting(name, stop) else { panic!() };
            settings.push((key, value));
        }
        let expected = [(Arc::from("a"), Stop::Held), (Arc::from("b"), Stop::Draining)];
        assert_eq!(stopped(&settings), BTreeMap::from(expected));
    }
}
