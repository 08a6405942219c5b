//! What is known at a place of the script because of the way that leads there: which values are there for certain,
//! and whether the caller has an answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::Presence;
use crate::source::Span;

/// A name, or a member reached from it: `sub`, `sub.url_default`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub root: Root,
    pub members: Vec<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Root {
    Definition(usize),
    /// `body` and the like.
    Input(Arc<str>),
}

/// What a condition tells about places.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub if_true: Vec<(Place, Presence)>,
    pub if_false: Vec<(Place, Presence)>,
}

#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub reachable: bool,
    /// Where a condition has settled whether a value is there. What is bound once never changes, so a fact holds
    /// wherever the way goes on.
    settled: BTreeMap<Place, Presence>,
    /// A `respond` on some way to here.
    pub responded: Option<Span>,
    /// Every way to here has one.
    pub always_responded: bool,
    /// Of the ways to here without an answer, where one parts from those that have one.
    pub silent: Option<Span>,
    /// An action may have been sent.
    pub called: bool,
    /// The statement that ended the last way, while nothing is reachable.
    pub ended_by: Span,
}

impl Default for Flow {
    fn default() -> Flow {
        Flow {
            reachable: true,
            settled: BTreeMap::new(),
            responded: None,
            always_responded: false,
            silent: None,
            called: false,
            ended_by: Span::default(),
        }
    }
}

impl Flow {
    pub(super) fn presence(&self, place: &Place) -> Option<Presence> {
        self.settled.get(place).copied()
    }

    /// A member that is there says the same of all that it is reached through.
    pub(super) fn assume(&mut self, facts: &[(Place, Presence)]) {
        for (place, presence) in facts {
            self.settled.insert(place.clone(), *presence);
            if *presence == Presence::Present {
                let mut outer = place.clone();
                while outer.members.pop().is_some() {
                    self.settled.insert(outer.clone(), Presence::Present);
                }
            }
        }
    }

    /// The way ends here.
    pub(super) fn end(&mut self, by: Span) {
        self.reachable = false;
        self.ended_by = by;
    }

    /// What holds behind a statement whose ways part and meet; beside each stands where it parts. Where some have an answer,
    /// the others are silent from there.
    pub(super) fn meet(mut ways: Vec<(Flow, Span)>) -> Flow {
        let some_answer = ways.iter().any(|(way, _)| way.reachable && way.responded.is_some());
        for (way, at) in &mut ways {
            if some_answer && !way.always_responded {
                way.silent = way.silent.or(Some(*at));
            }
        }
        ways.into_iter().map(|(way, _)| way).reduce(Flow::join).unwrap_or_default()
    }

    /// What holds where two ways meet.
    pub(super) fn join(self, other: Flow) -> Flow {
        match (self.reachable, other.reachable) {
            (true, true) => {}
            (false, true) => return other,
            _ => return self,
        }
        let settled = self
            .settled
            .into_iter()
            .filter(|(place, presence)| other.settled.get(place) == Some(presence))
            .collect();
        Flow {
            reachable: true,
            settled,
            responded: self.responded.or(other.responded),
            always_responded: self.always_responded && other.always_responded,
            silent: [(self.always_responded, self.silent), (other.always_responded, other.silent)]
                .into_iter()
                .find_map(|(responded, silent)| silent.filter(|_| !responded)),
            called: self.called || other.called,
            ended_by: self.ended_by,
        }
    }
}

impl Facts {
    pub(super) fn negated(self) -> Facts {
        Facts { if_true: self.if_false, if_false: self.if_true }
    }

    /// Both hold if `a and b` is true; if it is false, only what either falsehood tells.
    pub(super) fn and(self, other: Facts) -> Facts {
        let mut if_true = self.if_true;
        if_true.extend(other.if_true);
        let if_false = self.if_false.into_iter().filter(|fact| other.if_false.contains(fact)).collect();
        Facts { if_true, if_false }
    }

    pub(super) fn or(self, other: Facts) -> Facts {
        self.negated().and(other.negated()).negated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(at: usize, members: &[&str]) -> Place {
        Place { root: Root::Definition(at), members: members.iter().map(|m| Arc::from(*m)).collect() }
    }

    #[test]
    fn a_member_that_is_there_tells_of_its_parents() {
        let mut flow = Flow::default();
        flow.assume(&[(place(0, &["a", "b"]), Presence::Present)]);
        assert_eq!(flow.presence(&place(0, &[])), Some(Presence::Present));
        assert_eq!(flow.presence(&place(0, &["a"])), Some(Presence::Present));
        assert_eq!(flow.presence(&place(1, &[])), None);
    }

    #[test]
    fn only_what_both_ways_know_is_known_behind_them() {
        let (mut a, mut b) = (Flow::default(), Flow::default());
        a.assume(&[(place(0, &[]), Presence::Present), (place(1, &[]), Presence::Present)]);
        b.assume(&[(place(0, &[]), Presence::Present), (place(1, &[]), Presence::Empty)]);
        let joined = a.clone().join(b.clone());
        assert_eq!(joined.presence(&place(0, &[])), Some(Presence::Present));
        assert_eq!(joined.presence(&place(1, &[])), None);
        b.end(Span::at(7));
        assert_eq!(a.join(b).presence(&place(1, &[])), Some(Presence::Present));
    }

    #[test]
    fn or_is_and_of_the_negations() {
        let fact = |at, presence| (place(at, &[]), presence);
        let x = Facts { if_true: vec![fact(0, Presence::Empty)], if_false: vec![fact(0, Presence::Present)] };
        let y = Facts { if_true: vec![fact(1, Presence::Empty)], if_false: vec![fact(1, Presence::Present)] };
        let either = x.or(y);
        assert_eq!(either.if_true, []);
        assert_eq!(either.if_false.len(), 2);
    }
}
