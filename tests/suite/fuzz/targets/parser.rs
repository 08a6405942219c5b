//! Reading is total, what cannot be read is told of, its spans lie within the text, and what is read again after a change is what is read anew.

use wj::diagnostic::Diagnostic;
use wj::source::{Source, Span};
use wj::syntax::{Parsed, parse, parse_after};

use super::super::Target;
use super::super::corpus::Corpus;
use super::{changed_again, changed_script, findings_inside, first_difference, inside, text};
use crate::random::Random;

pub const TARGET: Target = Target { name: "parser", input: changed_script, judge };

fn judge(corpus: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
    let text = text(input);
    let mut source = Source::new("a.wj", text);
    let mut parsed = parse(&source);
    spans(&source.text, &parsed)?;
    let random = &mut Random(!number);
    for _ in 0..3 {
        // The last text is one that was read right, so that some of the parts are kept.
        let next = Source::new("a.wj", changed_again(&source.text, corpus, random));
        let anew = format!("{:?}", parse(&next));
        parsed = parse_after(&next, &source, parsed);
        let again = format!("{parsed:?}");
        if again != anew {
            return Err(format!(
                "read after a change, it is another tree{}",
                first_difference(&again, &anew)
            ));
        }
        spans(&next.text, &parsed)?;
        source = next;
    }
    Ok(())
}

/// All that stand in the tree, which is as it prints itself. What of it cannot be read is told of.
fn spans(text: &str, parsed: &Parsed) -> Result<(), String> {
    findings_inside(text, &parsed.diagnostics)?;
    let tree = format!("{:?}", parsed.file);
    if tree.contains("kind: Broken") && !parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err("what cannot be read is not told of".into());
    }
    for (at, _) in tree.match_indices("Span { start: ") {
        let mut numbers =
            tree[at..].split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok());
        let (start, end) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
        inside(text, Span::new(start, end), "a node")?;
    }
    Ok(())
}
