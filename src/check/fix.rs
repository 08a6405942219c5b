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

/// A mended text may have something new to be mended; each round leaves fewer, so this only bounds what nobody foresaw.
const MOST_ROUNDS: usize = 100;

/// Fixes that are tried by themselves in a round, since each try costs a check of the file.
const MOST_ALONE: usize = 50;

/// The script after all safe fixes; `None` if there is none to apply. `known` are the connectors that it may use.
pub fn fix(script: &Script, known: &Connectors, options: &Options<'_>) -> Option<Fixed> {
    let mut fixed = Fixed { script: script.clone(), count: 0 };
    for _ in 0..MOST_ROUNDS {
        let findings = findings(&fixed.script, known, options);
        let Some((source, count)) = round(&fixed.script.source, &findings, known, options) else { break };
        fixed.script = Script::from(source);
        fixed.count += count;
    }
    (fixed.count > 0).then_some(fixed)
}

fn findings(script: &Script, known: &Connectors, options: &Options<'_>) -> Vec<Diagnostic> {
    let parsed = file::parse(script);
    let examined = file::examine(script, &parsed, known, options.now);
    examined.all(script, &parsed, Vec::new(), options.levels)
}

/// All fixes that do not touch one another; if together they mend nothing, the first that mends something by itself.
fn round(
    source: &Source,
    findings: &[Diagnostic],
    known: &Connectors,
    options: &Options<'_>,
) -> Option<(Arc<Source>, usize)> {
    let apart = apart(findings.iter().filter_map(Diagnostic::only_safe_fix));
    let before = worth(source, findings.len());
    let mends = |fixes: &[&Fix]| {
        let text = applied(&source.text, fixes).filter(|text| text.len() <= MAX_FILE_BYTES)?;
        let mended = Arc::new(Source::new(source.name.clone(), text));
        let after = self::findings(&Script::from(mended.clone()), known, options).len();
        (worth(&mended, after) < before).then_some((mended, fixes.len()))
    };
    if apart.is_empty() {
        return None;
    }
    mends(&apart).or_else(|| apart.iter().take(MOST_ALONE).find_map(|fix| mends(std::slice::from_ref(fix))))
}

/// A line that can be read again may show mistakes that nobody saw before, so mistakes of syntax count first.
fn worth(source: &Source, findings: usize) -> (usize, usize) {
    (syntax::parse(source).diagnostics.len(), findings)
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
