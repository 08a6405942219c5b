//! Of which pipelines people were told that their history is full. It is kept with the store's settings: a server that is
//! started again tells nobody anew, unless the history was within its bounds in between.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::store::Write;

/// Before the pipeline's name.
const PREFIX: &str = "full/";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Full(BTreeSet<Arc<str>>);

impl Full {
    /// As the settings keep it.
    pub fn read(settings: &[(String, Vec<u8>)]) -> Full {
        let told = settings.iter().filter(|(_, value)| *value == [1]);
        Full(told.filter_map(|(key, _)| key.strip_prefix(PREFIX)).map(Arc::from).collect())
    }

    pub fn is_told(&self, pipeline: &str) -> bool {
        self.0.contains(pipeline)
    }

    /// Its people were told. Gives what is to be committed.
    pub fn told(&mut self, pipeline: &Arc<str>) -> Write {
        self.0.insert(pipeline.clone());
        write(pipeline, 1)
    }

    /// Those that are full no longer, of whom people will be told again. Gives what is to be committed.
    pub fn ended(&mut self, full: &BTreeSet<Arc<str>>) -> Vec<Write> {
        let ended = self.0.difference(full).map(|pipeline| write(pipeline, 0)).collect();
        self.0.retain(|pipeline| full.contains(pipeline));
        ended
    }
}

fn write(pipeline: &str, value: u8) -> Write {
    Write::Setting { key: format!("{PREFIX}{pipeline}"), value: vec![value] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(write: Write) -> (String, Vec<u8>) {
        match write {
            Write::Setting { key, value } => (key, value),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_was_told_is_known_after_a_restart_until_there_is_room_again() {
        let mut full = Full::default();
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let settings = [kept(full.told(&a)), kept(full.told(&b)), ("notices/a".to_owned(), vec![1])];
        assert_eq!(Full::read(&settings), full);
        assert!(full.is_told("a") && full.is_told("b"));
        let ended: Vec<_> = full.ended(&BTreeSet::from([b])).into_iter().map(kept).collect();
        assert_eq!(ended, [("full/a".to_owned(), vec![0])]);
        assert!(!full.is_told("a") && full.is_told("b"));
        assert_eq!(Full::read(&ended), Full::default());
    }
}
