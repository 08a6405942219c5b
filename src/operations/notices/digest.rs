//! One message about many operations of one pipeline: counts, codes and ids, and nothing that came from outside.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::reason::{Code, Reason};
use super::{EVERY, Place};
use crate::deliver::Letter;
use crate::store::{Millis, Notice};
use crate::value::Id;

/// Operations that are named; the rest are counted.
const NAMED: usize = 20;

/// What one notice tells.
#[derive(Debug)]
pub struct Digest {
    pub pipeline: Arc<str>,
    pub by_reason: BTreeMap<Reason, u64>,
    /// The first of them.
    pub named: Vec<(Id, Reason)>,
    /// New requests are refused, since the history is full.
    pub history_full: bool,
    /// Every place in the store that it covers, in order.
    pub places: Vec<Place>,
    /// There are more, for the next one.
    pub is_cut: bool,
    /// Aborted since the last one.
    pub aborted: u64,
}

impl Digest {
    pub fn new(pipeline: Arc<str>) -> Digest {
        Digest {
            pipeline,
            by_reason: BTreeMap::new(),
            named: Vec::new(),
            history_full: false,
            places: Vec::new(),
            is_cut: false,
            aborted: 0,
        }
    }

    pub fn add(&mut self, notice: &Notice) {
        let reason = Reason::parse(&notice.reason);
        self.places.push((notice.time, notice.id));
        if reason.code == Code::HistoryFull {
            self.history_full = true;
            return;
        }
        if self.named.len() < NAMED {
            self.named.push((notice.id, reason.clone()));
        }
        *self.by_reason.entry(reason).or_default() += 1;
    }

    /// The operations that it tells of.
    pub fn operations(&self) -> u64 {
        self.by_reason.values().sum()
    }

    fn not_named(&self) -> u64 {
        self.operations() - self.named.len() as u64
    }

    /// The same for the same first notice, so that a message that comes twice is known.
    pub fn id(&self) -> String {
        let (time, id) = self.places.first().copied().unwrap_or((0, Id([0; 16])));
        format!("notice-{id}-{time}")
    }

    /// As a mail to these.
    pub fn letter(&self, to: &[Arc<str>]) -> Letter {
        Letter {
            to: to.iter().map(|to| to.to_string()).collect(),
            subject: match self.history_full {
                true => format!("wj: {} refuses new requests", self.pipeline),
                false => format!("wj: operations of {} failed or were interrupted", self.pipeline),
            },
            text: self.text(),
            html: None,
            reply_to: None,
            id: self.id(),
        }
    }

    /// As JSON, for a program.
    pub fn json(&self) -> Json {
        let count = |interrupted: bool| -> u64 {
            self.by_reason
                .iter()
                .filter(|(reason, _)| reason.interrupted == interrupted)
                .map(|(_, count)| count)
                .sum()
        };
        let reasons: Vec<Json> = self
            .by_reason
            .iter()
            .map(|(reason, count)| {
                json!({ "status": reason.state(), "reason": reason.code.to_string(), "count": count })
            })
            .collect();
        let operations: Vec<Json> = self
            .named
            .iter()
            .map(|(id, reason)| {
                json!({ "id": id.to_string(), "status": reason.state(), "reason": reason.code.to_string() })
            })
            .collect();
        let (since, until) = self.span();
        json!({
            "id": self.id(),
            "pipeline": self.pipeline,
            "since": since,
            "until": until,
            "failed": count(false),
            "interrupted": count(true),
            "aborted": self.aborted,
            "reasons": reasons,
            "operations": operations,
            "not_named": self.not_named(),
            "history_full": self.history_full,
        })
    }

    fn text(&self) -> String {
        let (since, until) = self.span();
        let mut out = format!("Pipeline {}, {since} to {until}\n\n", self.pipeline);
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a text does not fail.
            let _ = writeln!(out, "{text}");
        };
        if self.history_full {
            line(format_args!(
                "New requests are refused with 503: the history is above its `keep`, and nothing is left in it but open, interrupted and failed operations. See to these, or raise `keep`.\n"
            ));
        }
        for (reason, count) in &self.by_reason {
            line(format_args!("{count} {}: {}", reason.state(), reason.sentence()));
        }
        if self.aborted > 0 {
            line(format_args!("{} aborted since the last notice", self.aborted));
        }
        line(format_args!(""));
        for (id, reason) in &self.named {
            line(format_args!("{id}  {} {}", reason.state(), reason.code));
        }
        let not_named = self.not_named();
        if not_named > 0 {
            line(format_args!("and {not_named} more"));
        }
        if self.is_cut {
            line(format_args!("There are others, which the next notice tells."));
        }
        line(format_args!(
            "\nWhat happened:  wj history show ID\nTry it again:   wj history retry ID\n\nThe next notice of this pipeline comes in {} minutes at the earliest, and tells all that is new by then.",
            EVERY / 60_000
        ));
        out
    }

    /// The times of the first and the last.
    fn span(&self) -> (String, String) {
        let time = |place: Option<&Place>| iso(place.map_or(0, |(time, _)| *time));
        (time(self.places.first()), time(self.places.last()))
    }
}

/// ISO 8601 in UTC, to the second.
fn iso(millis: Millis) -> String {
    let time = i64::try_from(millis).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    time.map_or_else(|| millis.to_string(), |time| format!("{time:.0}"))
}
