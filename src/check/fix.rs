//! Applies what needs no asking: the safe fixes of a file's findings, until nothing is left that would be applied. A change
//! that does not leave fewer findings is taken back, so that no text is ever worse than before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{MAX_FILE_BYTES, Options, Script, connectors, file};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::resolve::Connectors;
use crate::source::Source;
use crate::syntax;

/// A text that was mended.
#[derive(Debug)]
pub struct Fixed {
    pub script: Script,
    /// How many findings were mended.
    pub count: usize,
}

/// All scripts after all safe fixes, in their order; `None` for those that have none to apply. A connector that was mended may
/// be called in any of them, so they are gone through until none changes.
pub fn fix_all(scripts: &[Script], options: &Options<'_>) -> Vec<Option<Fixed>> {
    let mut texts: Vec<Script> = scripts.to_vec();
    let mut all: Vec<Option<Fixed>> = scripts.iter().map(|_| None).collect();
    for _ in 0..MOST_PASSES {
        let known = connectors::of(&texts);
        let mut changed = false;
        for (script, so_far) in texts.iter_mut().zip(&mut all) {
            let Some(mut fixed) = fix(script, &known, options) else { continue };
            fixed.count += so_far.as_ref().map_or(0, |before| before.count);
            changed |= declares(script) || declares(&fixed.script);
            *script = fixed.script.clone();
            *so_far = Some(fixed);
        }
        if !changed {
            break;
        }
    }
    all
}

/// Whether others may be mended by what was mended in a script.
fn declares(script: &Script) -> bool {
    let items = file::parse(script).file.items;
    items.iter().any(|item| matches!(item, syntax::ast::Item::Connector(_)))
}

/// A connector may be mended by what was mended in another one.
const MOST_PASSES: usize = 10;

/// Each try costs a check of the file, so only so many are made. Where all fixes of a round mend something together it is one try
/// a round.
const MOST_TRIES: usize = 100;

/// A set of fixes that mends nothing is parted so often that its parts are so many.
const MOST_PARTS: usize = 16;

/// The script after all safe fixes; `None` if there is none to apply. `known` are the connectors that it may use.
pub fn fix(script: &Script, known: &Connectors, options: &Options<'_>) -> Option<Fixed> {
    let mut fixed = Fixed { script: script.clone(), count: 0 };
    let mut tries = MOST_TRIES;
    loop {
        let found = Found::of(&fixed.script, known, options);
        let round = round(&fixed.script.source, &found, known, options, &mut tries);
        let Some((source, count)) = round else { break };
        fixed.script = Script::from(source);
        fixed.count += count;
    }
    (fixed.count > 0).then_some(fixed)
}

/// What a text has.
struct Found {
    /// What is found in reading it, before anything is made of it.
    unread: usize,
    findings: Vec<Diagnostic>,
}

impl Found {
    fn of(script: &Script, known: &Connectors, options: &Options<'_>) -> Found {
        let parsed = file::parse(script);
        let examined = file::examine(script, &parsed, known, options.now);
        let findings = examined.all(script, &parsed, Vec::new(), options.levels);
        Found { unread: parsed.diagnostics.len(), findings }
    }

    /// A line that can be read again may show mistakes that nobody saw before, so mistakes of syntax count first.
    fn trouble(&self) -> (usize, usize) {
        (self.unread, self.findings.len())
    }
}

/// All fixes that do not touch one another; if together they mend nothing, the first of their halves, quarters and so on that does.
fn round(
    source: &Source,
    found: &Found,
    known: &Connectors,
    options: &Options<'_>,
    tries: &mut usize,
) -> Option<(Arc<Source>, usize)> {
    let apart = apart(found.findings.iter().filter_map(Diagnostic::only_safe_fix));
    let mut mends = |fixes: &[&Fix]| {
        *tries = tries.checked_sub(1)?;
        let text = applied(&source.text, fixes).filter(|text| text.len() <= MAX_FILE_BYTES)?;
        let mended = Arc::new(Source::new(source.name.clone(), text));
        let after = Found::of(&Script::from(mended.clone()), known, options);
        (after.trouble() < found.trouble()).then_some((mended, fixes.len()))
    };
    let mut length = apart.len();
    while length > 0 {
        if let Some(mended) = apart.chunks(length).find_map(&mut mends) {
            return Some(mended);
        }
        let parts = apart.len().div_ceil(length);
        length = if length == 1 || parts >= MOST_PARTS { 0 } else { length.div_ceil(2) };
    }
    None
}

/// Those of the fixes, by place, that touch none before them.
fn apart<'f>(fixes: impl Iterator<Item = &'f Fix>) -> Vec<&'f Fix> {
    // Where each begins, and where it ends: none touches another, so the last that begins before a place ends last.
    let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
    let mut kept = Vec::new();
    for fix in fixes {
        let touches = |edit: &Edit| {
            let before = taken.range(..=edit.span.end).next_back();
            before.is_some_and(|(_, end)| *end >= edit.span.start)
        };
        if !fix.edits.iter().any(touches) {
            taken.extend(fix.edits.iter().map(|edit| (edit.span.start, edit.span.end)));
            kept.push(fix);
        }
    }
    kept
}

/// The text with the edits of some fixes; `None` if the edits of one fix overlap, or cut a letter.
fn applied(text: &str, fixes: &[&Fix]) -> Option<String> {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        out.push_str(text.get(from..edit.span.start as usize)?);
        out.push_str(&edit.text);
        from = edit.span.end as usize;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    /// Findings whose change alters nothing, as many as there are lines.
    fn in_vain(source: &Source) -> Found {
        let code: &Code = syntax::CODES.first().unwrap();
        let ends = source.text.match_indices('\n').map(|(at, _)| Span::at(at));
        let found = ends.map(|end| Diagnostic::new(code, end, "in vain").safe_fix("write a blank", end, " "));
        Found { unread: 0, findings: found.collect() }
    }

    #[test]
    fn changes_that_mend_nothing_are_tried_so_often_and_no_more() {
        // Each is a finding: it is used nowhere.
        let constants: String = (0..500).map(|n| format!("const A{n} = {n}\n")).collect();
        let source = Source::new("a.wj", constants);
        let found = in_vain(&source);
        assert_eq!(found.findings.len(), 500);
        let (known, options) = (Connectors::default(), Options::default());
        let used = |mut tries: usize| {
            let all = tries;
            assert!(round(&source, &found, &known, &options, &mut tries).is_none());
            all - tries
        };
        // All at once, then in two, four, eight and sixteen parts.
        assert_eq!(used(MOST_TRIES), 1 + 2 + 4 + 8 + 16);
        assert_eq!(used(10), 10);
        assert_eq!(used(0), 0);
    }
}
