//! Literate cases: Markdown files under `tests/cases/`. A case is a `## title` and the fenced blocks below it; the last
//! block of a case is what is expected. `UPDATE=1 cargo test` rewrites what is expected.

use std::fs;
use std::path::{Path, PathBuf};

use wj::diagnostic::Diagnostic;
use wj::source::Source;

pub struct Case {
    pub title: String,
    pub blocks: Vec<Block>,
}

pub struct Block {
    /// The word behind the fence, and the rest of that line.
    pub kind: String,
    pub info: String,
    pub body: String,
    /// Byte range of the body in the file.
    range: std::ops::Range<usize>,
}

impl Case {
    /// All blocks of a kind.
    pub fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

/// Runs `actual` on every case of a folder and compares what it gives with the last block of the case, which must be of
/// the kind `expected`.
pub fn run(folder: &str, expected: &str, actual: impl Fn(&Case) -> String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    let update = std::env::var_os("UPDATE").is_some();
    let (mut count, mut failed) = (0, Vec::new());
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let mut updated = text.clone();
        for case in parse(&text).iter().rev() {
            count += 1;
            let last = case.blocks.last().filter(|block| block.kind == expected).unwrap_or_else(|| {
                panic!("{}: case '{}' does not end in a `{expected}` block", file.display(), case.title)
            });
            let got = format!("{}\n", actual(case).trim_end());
            let got = if got == "\n" { String::new() } else { got };
            if got != last.body {
                if update {
                    updated.replace_range(last.range.clone(), &got);
                } else {
                    failed.push(format!(
                        "{} '{}'\n--- expected\n{}--- got\n{got}",
                        file.display(),
                        case.title,
                        last.body
                    ));
                }
            }
        }
        if updated != text {
            fs::write(file, updated).unwrap();
        }
    }
    assert!(count > 0, "no case in {}", root.display());
    assert!(failed.is_empty(), "{} of {count} cases differ:\n{}", failed.len(), failed.join("\n"));
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut offset = 0;
    let mut open: Option<(String, String, usize, String)> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        match &mut open {
            // A fence may be longer than three, for bodies that hold a fence themselves.
            Some((fence, _, start, kind)) if trimmed == fence => {
                let (kind, info) = kind.split_once(' ').unwrap_or((kind.as_str(), ""));
                let block = Block {
                    kind: kind.to_owned(),
                    info: info.trim().to_owned(),
                    body: text[*start..offset].to_owned(),
                    range: *start..offset,
                };
                if let Some(case) = cases.last_mut() {
                    case.blocks.push(block);
                }
                open = None;
            }
            Some(_) => {}
            None => {
                if let Some(title) = trimmed.strip_prefix("## ") {
                    cases.push(Case { title: title.to_owned(), blocks: Vec::new() });
                } else if trimmed.starts_with("```") {
                    let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
                    let (fence, kind) = trimmed.split_at(ticks);
                    open = Some((fence.to_owned(), String::new(), offset + line.len(), kind.to_owned()));
                }
            }
        }
        offset += line.len();
    }
    cases
}

/// Diagnostics as the cases write them: `1:2-1:5 error[WJ0101] message (label)`, then indented labels, help and fixes.
pub fn render(source: &Source, diagnostics: &[Diagnostic]) -> String {
    let span = |source: &Source, span: wj::source::Span| {
        let (from, to) = (source.position(span.start), source.position(span.end));
        format!("{}:{}-{}:{}", from.line, from.column, to.line, to.column)
    };
    let mut out = String::new();
    for d in diagnostics {
        let label = if d.label.is_empty() { String::new() } else { format!(" ({})", d.label) };
        let severity = d.severity.as_str();
        out += &format!("{} {severity}[{}] {}{label}\n", span(source, d.span), d.code.id, d.message);
        for l in &d.labels {
            let other = l.source.as_deref();
            let place = span(other.unwrap_or(source), l.span);
            let file = other.map_or(String::new(), |s| format!("{}:", s.name));
            out += &format!("  at {file}{place}: {}\n", l.text);
        }
        if let Some(help) = &d.help {
            out += &format!("  help: {}\n", help.replace('\n', "\n        "));
        }
        for fix in &d.fixes {
            let edits: Vec<String> = fix
                .edits
                .iter()
                .map(|edit| format!("{} -> {:?}", span(source, edit.span), edit.text))
                .collect();
            out += &format!("  fix: {} [{}]\n", fix.title, edits.join("; "));
        }
    }
    out
}
