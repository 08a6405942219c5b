//! What the tests came by, for people, for programs, and as lcov's tracefile (geninfo(1)).

use serde_json::{Value as Json, json};

use super::printable::printable;
use crate::rehearse::{Counts, Coverage, Point, PointKind};
use crate::source::Source;

/// A line a file, and below it what no test came by.
pub(super) fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    for file in coverage.files() {
        out += &line(coverage, Some(&file.name), &file.name);
        for point in points(coverage, &file).filter(|point| point.hits == 0) {
            let line = line_of(point);
            let what = missed(point);
            out += &printable(&format!("  {}:{line} {what}\n", file.name));
        }
    }
    out + &line(coverage, None, "all")
}

/// What no test came by, in words.
pub(super) fn missed(point: &Point) -> String {
    match point.kind {
        PointKind::Step => "no test comes here".to_owned(),
        PointKind::Branch | PointKind::OnMissing => format!("no test in which {}", point.what),
    }
}

fn line(coverage: &Coverage, file: Option<&str>, name: &str) -> String {
    let of = |kind| {
        let Counts { hit, all } = coverage.counts(kind, file);
        format!("{hit}/{all}")
    };
    printable(&format!(
        "{name}: {} %, steps {}, branches {}, on_missing {}\n",
        coverage.counts(None, file).percent(),
        of(Some(PointKind::Step)),
        of(Some(PointKind::Branch)),
        of(Some(PointKind::OnMissing)),
    ))
    .into_owned()
}

pub(super) fn json(coverage: &Coverage) -> Json {
    let of = |file: Option<&str>| {
        let counts = |kind| {
            let Counts { hit, all } = coverage.counts(kind, file);
            json!({ "hit": hit, "all": all })
        };
        json!({
            "percent": coverage.counts(None, file).percent(),
            "steps": counts(Some(PointKind::Step)),
            "branches": counts(Some(PointKind::Branch)),
            "on_missing": counts(Some(PointKind::OnMissing)),
        })
    };
    let files: serde_json::Map<String, Json> =
        coverage.files().iter().map(|file| (file.name.clone(), of(Some(&file.name)))).collect();
    json!({ "coverage": of(None), "files": files })
}

/// The tracefile: steps are its lines, the ways of branches and `on_missing` its branches.
pub(super) fn lcov(coverage: &Coverage) -> String {
    let mut out = String::new();
    for file in coverage.files() {
        out += &format!("TN:\nSF:{}\n", file.name);
        let mut lines: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
        let (mut branches, mut taken) = (0, 0);
        for point in points(coverage, &file) {
            let line = line_of(point);
            if point.kind == PointKind::Step {
                let hits = lines.entry(line).or_insert(u64::MAX);
                // A line of several steps is come by as often as the least of them.
                *hits = (*hits).min(point.hits);
                continue;
            }
            let hits = if point.hits == 0 { "-".to_owned() } else { point.hits.to_string() };
            out += &format!("BRDA:{line},0,{branches},{hits}\n");
            branches += 1;
            taken += u32::from(point.hits > 0);
        }
        out += &format!("BRF:{branches}\nBRH:{taken}\n");
        for (line, hits) in &lines {
            out += &format!("DA:{line},{hits}\n");
        }
        let hit = lines.values().filter(|hits| **hits > 0).count();
        out += &format!("LF:{}\nLH:{hit}\nend_of_record\n", lines.len());
    }
    out
}

/// The points of a file, in order of place.
pub(super) fn points<'a>(coverage: &'a Coverage, file: &Source) -> impl Iterator<Item = &'a Point> {
    let mut points: Vec<&Point> =
        coverage.points.iter().filter(|point| point.source.name == file.name).collect();
    points.sort_by_key(|point| point.span.start);
    points.into_iter()
}

pub(super) fn line_of(point: &Point) -> u32 {
    point.source.position(point.span.start).line
}
