//! Silences: `# wj-allow unused-field: reason`, at the end of a line or on a line above, takes back the warnings of that
//! name at that statement. A silence that says no reason, or takes nothing back, is a warning itself.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::format::Subjects;
use crate::source::{Source, Span};
use crate::syntax::Parsed;

use super::{across, codes};

static UNUSED_SILENCE: Code = Code {
    id: "WJ0690",
    name: "unused-silence",
    severity: Severity::Warning,
    page: include_str!("../../docs/codes/WJ0690.md"),
};

static SILENCE_WITHOUT_REASON: Code = Code {
    id: "WJ0691",
    name: "silence-without-reason",
    severity: Severity::Warning,
    page: include_str!("../../docs/codes/WJ0691.md"),
};

static UNKNOWN_SILENCE: Code = Code {
    id: "WJ0692",
    name: "unknown-silence",
    severity: Severity::Warning,
    page: include_str!("../../docs/codes/WJ0692.md"),
};

/// Every code that is reported about silences, by id.
pub static CODES: &[&Code] = &[&UNUSED_SILENCE, &SILENCE_WITHOUT_REASON, &UNKNOWN_SILENCE];

/// Takes back what the file silences, and adds what is wrong with its silences.
pub(super) fn apply(source: &Source, parsed: &Parsed, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let silences: Vec<Silence> =
        parsed.file.comments.iter().flat_map(|comment| read(source, comment.span)).collect();
    if silences.is_empty() {
        return findings;
    }
    // Of a script with errors not everything is looked at: what a comment silences may come back with the next letter.
    let all_looked_at = !findings.iter().any(Diagnostic::is_error);
    let subjects = Subjects::of_file(source, parsed);
    let mut own = Vec::new();
    for silence in &silences {
        let known = codes::explain(silence.name).filter(|code| code.severity == Severity::Warning);
        let Some(code) = known.filter(|code| code.name == silence.name) else {
            own.push(unknown_silence(silence));
            continue;
        };
        if !silence.reasoned {
            own.push(silence_without_reason(silence));
        }
        let place = subjects.of_comment(silence.comment).unwrap_or_default();
        let before = findings.len();
        findings.retain(|finding| {
            let inside = finding.span.start >= place.start && finding.span.start < place.end;
            !(inside && std::ptr::eq(finding.code, code))
        });
        if findings.len() == before && all_looked_at && !across::needs_more(code) {
            own.push(unused_silence(silence));
        }
    }
    findings.extend(own);
    findings
}

struct Silence<'a> {
    name: &'a str,
    /// Of the name.
    span: Span,
    /// Of the comment.
    comment: Span,
    reasoned: bool,
}

/// A comment may silence several names, parted by commas.
fn read(source: &Source, comment: Span) -> Vec<Silence<'_>> {
    let text = source.slice(comment);
    let Some(rest) =
        text.strip_prefix('#').map(str::trim_start).and_then(|rest| rest.strip_prefix("wj-allow"))
    else {
        return Vec::new();
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t', ':']) {
        return Vec::new();
    }
    let (names, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let reasoned = !reason.trim().is_empty();
    let begin = comment.start as usize + (text.len() - rest.len());
    let mut silences = Vec::new();
    let mut offset = begin;
    for part in names.split(',') {
        let name = part.trim();
        let at = offset + (part.len() - part.trim_start().len());
        let span = if name.is_empty() { comment } else { Span::new(at, at + name.len()) };
        silences.push(Silence { name, span, comment, reasoned });
        offset += part.len() + 1;
    }
    silences
}

fn unused_silence(silence: &Silence<'_>) -> Diagnostic {
    Diagnostic::new(&UNUSED_SILENCE, silence.span, format!("there is no `{}` here to be silenced", silence.name))
        .label("silences nothing")
        .help("Take the comment away, so that the next finding of this kind is seen. It stands on the line above the statement, or at the end of its line.")
}

fn silence_without_reason(silence: &Silence<'_>) -> Diagnostic {
    Diagnostic::new(&SILENCE_WITHOUT_REASON, silence.comment, "this silence does not say why")
        .label("no reason")
        .help(format!(
            "Write the reason behind a colon: `# wj-allow {}: why it is right here`.",
            silence.name
        ))
}

fn unknown_silence(silence: &Silence<'_>) -> Diagnostic {
    if silence.name.is_empty() {
        return Diagnostic::new(&UNKNOWN_SILENCE, silence.span, "this silence does not say what it silences")
            .label("no name")
            .help("Write the name of a warning: `# wj-allow unused-field: why it is right here`.");
    }
    let message = match codes::explain(silence.name) {
        Some(code) if code.severity == Severity::Error => {
            format!("`{}` is an error, and errors cannot be silenced", silence.name)
        }
        Some(code) if code.name != silence.name => {
            format!("a warning is silenced by its name, and `{}` is called `{}`", silence.name, code.name)
        }
        _ => format!("there is no warning `{}`", silence.name),
    };
    let finding = Diagnostic::new(&UNKNOWN_SILENCE, silence.span, message).label("silences nothing");
    let by_id = codes::explain(silence.name).filter(|code| code.severity == Severity::Warning);
    let near = || codes::near_among(silence.name, |code| code.severity == Severity::Warning);
    match by_id.or_else(near).map(|code| code.name) {
        Some(near) => finding.help(format!("Did you mean `{near}`?")).safe_fix(
            format!("write `{near}`"),
            silence.span,
            near,
        ),
        None => finding.help("`wj explain` lists all names; those of warnings can be silenced."),
    }
}
