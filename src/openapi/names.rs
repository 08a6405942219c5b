//! Names of OpenAPI, which may be any text, as names of the language.

use super::operation::Action;
use crate::syntax::{RESERVED, TAKEN};

/// Words parted by `_`, in small letters where a capital begins one: `addLead` and `add-lead` are `add_lead`.
pub(super) fn snake(text: &str) -> String {
    let mut out = String::new();
    let mut before_small = false;
    for c in text.chars() {
        if c.is_uppercase() && before_small {
            out.push('_');
        }
        before_small = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    word(&out)
}

/// The text with all that no name may hold replaced by `_`, case kept.
pub(super) fn word(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let keeps = c.is_alphanumeric();
        if keeps {
            out.push(c);
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    let trimmed = out.trim_end_matches('_');
    if trimmed.starts_with(|c: char| c.is_ascii_digit()) { format!("_{trimmed}") } else { trimmed.to_owned() }
}

/// A name that a parameter or a result may have.
pub(super) fn free(text: &str) -> String {
    let name = word(text);
    if name.is_empty() {
        return "value".to_owned();
    }
    let is_taken = name == "base" || RESERVED.contains(&name.as_str()) || TAKEN.contains(&name.as_str());
    if is_taken { format!("{name}_") } else { name }
}

/// Gives every action a name of its own.
pub(super) fn part(actions: &mut [Action]) {
    let mut seen: Vec<String> = Vec::new();
    for action in actions {
        action.name = unlike(&action.name, &seen);
        seen.push(action.name.clone());
    }
}

/// The name, with a number behind it if it is taken.
pub(super) fn unlike(name: &str, taken: &[String]) -> String {
    let mut numbered = name.to_owned();
    let mut number = 2;
    while taken.contains(&numbered) {
        numbered = format!("{name}_{number}");
        number += 1;
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_of_the_language() {
        assert_eq!(snake("addLead"), "add_lead");
        assert_eq!(snake("Add-Lead v2"), "add_lead_v2");
        assert_eq!(snake("getUsersByID"), "get_users_by_id");
        assert_eq!(free("utm-source"), "utm_source");
        assert_eq!(free("in"), "in_");
        assert_eq!(free("$"), "value");
        assert_eq!(word("2fa"), "_2fa");
        assert_eq!(unlike("a", &["a".to_owned(), "a_2".to_owned()]), "a_3");
    }
}
