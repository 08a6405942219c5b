//! A path that was written wrongly, read as it was probably meant: the right spelling that a message offers.

use super::Path;
use super::errors::{PathError, PathErrorKind};
use super::parse::is_shorthand;
use super::segment::{Segment, Step};

/// The error with the right spelling, if there is one that compiles.
pub fn offer(text: &str, mut error: PathError) -> PathError {
    if error.kind == PathErrorKind::Syntax && error.fix.is_none() {
        let mended = mend(text).filter(|mended| mended != text);
        error.fix = mended.filter(|mended| Path::compile(mended).is_ok());
    }
    error
}

/// Reads names and indexes wherever dots, brackets, quotes and blanks let them be guessed.
fn mend(text: &str) -> Option<String> {
    let mut rest = text.trim();
    // The short form stays short.
    let short = rest.starts_with('[');
    if let Some(behind) = rest.strip_prefix("body").filter(|behind| behind.starts_with(['.', '['])) {
        rest = behind;
    }
    rest = rest.strip_prefix(['$', '@']).unwrap_or(rest);
    let mut mended = if short { String::new() } else { "$".to_owned() };
    let mut behind_dot = false;
    while !rest.trim_start().is_empty() {
        let blanks = rest.len() - rest.trim_start().len();
        rest = rest.trim_start();
        // `$.a b` may be two names or one with a blank in it.
        if blanks > 0 && !behind_dot && !rest.starts_with(['.', '[']) {
            return None;
        }
        if let Some(behind) = rest.strip_prefix('.') {
            // A second dot would be a descent, which is nothing to guess about.
            if behind.starts_with('.') {
                return None;
            }
            rest = behind;
            behind_dot = true;
            continue;
        }
        behind_dot = false;
        let (word, behind) = match rest.strip_prefix('[') {
            Some(inside) => inside.split_once(']').unwrap_or((inside, "")),
            None => rest.split_at(rest.find(['.', '[', ' ', '\t']).unwrap_or(rest.len())),
        };
        // `[]` of PHP and of others: each item.
        if word.is_empty() && rest.starts_with("[]") {
            mended.push_str("[*]");
        } else {
            write(&guess(word.trim())?, short, &mut mended);
        }
        rest = behind;
    }
    Some(mended)
}

fn guess(word: &str) -> Option<Segment> {
    let bare = word.trim_matches(['"', '\'', '“', '”', '„', '«', '»', '‘', '’', '`']);
    let digits = bare.strip_prefix('-').unwrap_or(bare);
    if bare.is_empty() || bare.contains(['*', '?', ':', ',', '(', ')', '[', ']', '\\', '"', '\'', '$', '@']) {
        return None;
    }
    if bare == word && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return bare.parse().ok().map(Segment::index);
    }
    Some(Segment::name(bare))
}

fn write(segment: &Segment, short: bool, out: &mut String) {
    match &segment.step {
        Step::Name(name) if !short && is_shorthand(name) => {
            out.push('.');
            out.push_str(name);
        }
        _ => out.push_str(&segment.shown),
    }
}
