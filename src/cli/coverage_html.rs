//! What the tests came by, beside the text of the scripts: one page for browsers, without scripts and without anything from
//! elsewhere.

use super::coverage_text::{line_of, missed, points};
use super::junit::escaped;
use crate::rehearse::{Coverage, Point, PointKind};
use crate::source::Source;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#1b1f24}\
    h1{font-size:1.3em}h2{font-size:1em;margin-top:2em}table{border-collapse:collapse;font:13px/1.5 ui-monospace,monospace}\
    td{padding:0 .8em;white-space:pre-wrap;vertical-align:top}td.n,td.h{color:#6a737d;text-align:right;user-select:none}\
    tr.all{background:#e6f6e6}tr.part{background:#fff5d6}tr.none{background:#fde6e6}td.w{color:#8a4b00;font-family:system-ui,sans-serif}";

pub(super) fn page(coverage: &Coverage) -> String {
    let percent = coverage.counts(None, None).percent();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Coverage: {percent} %</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{percent} % covered</h1>\n"
    );
    for file in coverage.files() {
        let of_file = coverage.counts(None, Some(&file.name)).percent();
        out += &format!("<h2>{} {of_file} %</h2>\n<table>\n", escaped(&file.name));
        rows(coverage, &file, &mut out);
        out += "</table>\n";
    }
    out + "</body>\n</html>\n"
}

/// A row a line: its number, how often it was come by, its text, and what was not come by.
fn rows(coverage: &Coverage, file: &Source, out: &mut String) {
    let all: Vec<&Point> = points(coverage, file).collect();
    for (number, text) in (1_u32..).zip(file.text.lines()) {
        let here: Vec<&&Point> = all.iter().filter(|point| line_of(point) == number).collect();
        let missed: Vec<String> =
            here.iter().filter(|point| point.hits == 0).map(|point| missed(point)).collect();
        let class = match (here.len(), missed.len()) {
            (0, _) => "",
            (_, 0) => "all",
            (all, missed) if all == missed => "none",
            _ => "part",
        };
        let steps = here.iter().filter(|point| point.kind == PointKind::Step);
        let hits = steps.map(|point| point.hits).min().map_or_else(String::new, |hits| format!("{hits}×"));
        *out += &format!(
            "<tr class=\"{class}\"><td class=\"n\">{number}</td><td class=\"h\">{hits}</td><td>{}</td><td class=\"w\">{}</td></tr>\n",
            escaped(text),
            escaped(&missed.join("; "))
        );
    }
}
