//! How grave findings are taken, where somebody wants it otherwise: `[check]` in `wj.toml`.

use super::codes;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// What is told of the findings of some names.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// `None` leaves them out.
    of: Vec<(&'static Code, Option<Severity>)>,
}

impl Levels {
    /// Reads pairs of a finding's name and `error`, `warning` or `off`.
    ///
    /// # Errors
    /// A name or a level that is not known, and an error that is to be less, in words.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Levels, String> {
        let mut levels = Levels::default();
        for (name, level) in pairs {
            let code = codes::explain(name).filter(|code| code.name == name).ok_or_else(|| unknown(name))?;
            let severity = match level {
                "error" => Some(Severity::Error),
                "warning" => Some(Severity::Warning),
                "off" => None,
                _ => return Err(format!("`{name}` is `error`, `warning` or `off`, not `{level}`")),
            };
            if code.severity == Severity::Error && severity != Some(Severity::Error) {
                return Err(format!(
                    "`{name}` is an error and stays one: the script would do other than what stands there, and \
                     `wj serve` refuses it. Only warnings can be `{level}`"
                ));
            }
            levels.of.push((code, severity));
        }
        Ok(levels)
    }

    /// Leaves out what is off, and gives the others their severity.
    pub(super) fn apply(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain_mut(|finding| {
            let of = self.of.iter().rev().find(|(code, _)| std::ptr::eq(*code, finding.code));
            let Some((_, level)) = of else { return true };
            finding.severity = level.unwrap_or(finding.severity);
            level.is_some()
        });
    }
}

fn unknown(name: &str) -> String {
    let known = codes::explain(name).or_else(|| codes::near(name));
    match known {
        Some(code) => format!("there is no finding `{name}`; is `{}` meant?", code.name),
        None => format!("there is no finding `{name}`; `wj explain` lists all names"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_levels_are_known_ones() {
        let read = |name, level| Levels::read([(name, level)]).map(|_| ()).unwrap_err();
        assert!(Levels::read([("unused-field", "off"), ("unused-let", "error")]).is_ok());
        assert!(Levels::read([("unknown-name", "error")]).is_ok());
        assert!(read("unused-feild", "off").contains("`unused-field`"));
        assert!(read("WJ0601", "off").contains("`unused-field`"));
        assert!(read("unused-field", "of").contains("not `of`"));
        assert!(read("unknown-name", "warning").contains("stays one"));
    }
}
