//! Names of one's own that mix Latin and Cyrillic letters, and pairs of names that only look the same.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Severity, fold_look_alikes};
use crate::lint::{Context, Rule, look_alikes};
use crate::resolve::model::Definition;
use crate::source::Span;

static CODE: Code = Code {
    id: "WJ0605",
    name: "mixed-alphabets",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0605.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let definitions = context.model.definitions.iter().enumerate();
    let mut findings: Vec<Diagnostic> = definitions
        .filter(|(_, definition)| look_alikes::is_mixed(&definition.name))
        // Where it is missed in other letters, that is an error, and tells of it.
        .filter(|(_, definition)| {
            let tells = |error: &Diagnostic| error.labels.iter().any(|label| label.span == definition.span);
            !context.errors.iter().any(tells)
        })
        .map(|(index, definition)| {
            let uses = context.model.uses_of(index).map(|used| used.span);
            mixed(&definition.name, definition.span, uses.collect(), false)
        })
        .collect();
    for pipeline in &context.model.pipelines {
        if look_alikes::is_mixed(&pipeline.name) {
            findings.push(mixed(&pipeline.name, pipeline.span, Vec::new(), true));
        }
    }
    findings.extend(twins(&context.model.definitions));
    findings
}

/// `kept` is a name by which things are kept outside of the script: a renamed pipeline is another one.
fn mixed(name: &str, span: Span, uses: Vec<Span>, kept: bool) -> Diagnostic {
    let letters = letters(name);
    let finding = Diagnostic::new(&CODE, span, format!("`{name}` mixes Latin and Cyrillic letters"))
        .label(letters)
        .help("Such letters look alike and are not: the name cannot be found by typing what one sees. Spell it in one alphabet.");
    let Some(spelling) = look_alikes::in_one_alphabet(name) else { return finding };
    let edits = std::iter::once(span).chain(uses).map(|span| Edit { span, text: spelling.clone() }).collect();
    let mut finding = finding;
    let title = format!("spell it `{spelling}` in one alphabet");
    finding.fixes.push(if kept { Fix::new(title, edits) } else { Fix::safe(title, edits) });
    finding
}

/// Says which letters belong to the alphabet of fewer letters.
fn letters(name: &str) -> String {
    let pick = |belongs: fn(char) -> bool| {
        let mut letters: Vec<char> = name.chars().filter(|letter| belongs(*letter)).collect();
        letters.sort_unstable();
        letters.dedup();
        letters
    };
    let (latin, cyrillic) = (pick(look_alikes::is_latin), pick(look_alikes::is_cyrillic));
    let (letters, alphabet) =
        if cyrillic.len() <= latin.len() { (cyrillic, "Cyrillic") } else { (latin, "Latin") };
    let quoted: Vec<String> = letters.iter().map(|letter| format!("`{letter}`")).collect();
    let verb = if quoted.len() == 1 { "is" } else { "are" };
    format!("{} {verb} {alphabet}", quoted.join(", "))
}

/// In which letters a name is written that mixes nothing.
fn alphabet(name: &str) -> &'static str {
    if name.chars().any(look_alikes::is_cyrillic) { "in Cyrillic letters" } else { "in Latin letters" }
}

/// Pairs of names, known at the same place, that differ by look-alikes only: reported at the later one.
fn twins(definitions: &[Definition]) -> Vec<Diagnostic> {
    // By what the eye sees, then by the name itself: those of one name are no twins of each other.
    let mut seen: BTreeMap<String, BTreeMap<&str, Vec<&Definition>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for definition in definitions {
        // A mixed name is reported as such, and its spelling in one alphabet may well be a name already.
        if look_alikes::is_mixed(&definition.name) {
            continue;
        }
        let earlier = seen.entry(fold_look_alikes(&definition.name)).or_default();
        let others = earlier.iter().filter(|(name, _)| **name != &*definition.name);
        let twin = others.flat_map(|(_, others)| others).find(|other| {
            other.scope.start < definition.scope.end && definition.scope.start < other.scope.end
        });
        match twin {
            Some(twin) => findings.push(
                Diagnostic::new(
                    &CODE,
                    definition.span,
                    format!("`{}` looks like another name, written in other letters", definition.name),
                )
                .label(alphabet(&definition.name))
                .also(twin.span, "the name that looks the same")
                .help("Nobody who reads the script can tell the two apart. Give one of them another name."),
            ),
            None => earlier.entry(&definition.name).or_default().push(definition),
        }
    }
    findings
}
