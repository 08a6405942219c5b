//! What can be folded: blocks and brackets over several lines, long texts, runs of comments.

use lsp_types::{FoldingRange, FoldingRangeKind};

use super::place;
use super::tokens::{self, Kind};
use super::workspace::View;

pub(super) fn folding(view: &View<'_>) -> Vec<FoldingRange> {
    let source = view.source();
    let line = |offset: u32| place::position(source, offset).line;
    let mut found = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    // First and last line of the comments that are being read.
    let mut comments: Option<(u32, u32)> = None;
    for token in tokens::lex(&source.text) {
        if token.kind == Kind::Comment && token.first {
            let own = line(token.span.start);
            comments = match comments {
                Some((first, last)) if last + 1 == own => Some((first, own)),
                ended => {
                    found.extend(
                        ended.and_then(|(first, last)| range(first, last, FoldingRangeKind::Comment)),
                    );
                    Some((own, own))
                }
            };
            continue;
        }
        match token.kind {
            Kind::Open => open.push(line(token.span.start)),
            Kind::Close => {
                let last = line(token.span.start).saturating_sub(1);
                found.extend(open.pop().and_then(|first| range(first, last, FoldingRangeKind::Region)));
            }
            Kind::Text => {
                found.extend(range(line(token.span.start), line(token.span.end), FoldingRangeKind::Region));
            }
            _ => {}
        }
    }
    found.extend(comments.and_then(|(first, last)| range(first, last, FoldingRangeKind::Comment)));
    found.sort_by_key(|range| (range.start_line, range.end_line));
    found.dedup_by_key(|range| range.start_line);
    found
}

fn range(start_line: u32, end_line: u32, kind: FoldingRangeKind) -> Option<FoldingRange> {
    let kind = (kind == FoldingRangeKind::Comment).then_some(kind);
    (start_line < end_line).then(|| FoldingRange { start_line, end_line, kind, ..FoldingRange::default() })
}
