//! The connectors of all files together, and those that come with wj. A name belongs to one of them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::{Script, errors, file, parallel};
use crate::diagnostic::Diagnostic;
use crate::resolve::{self, Connector, Connectors};
use crate::source::Source;
use crate::syntax::{self, Parsed, ast};

/// How the names of connector files that come with wj begin: no path on disk is shown so.
const OF_WJ: &str = "wj:";

const BUILT_IN: &[(&str, &str)] = &[
    ("wj:connectors/amocrm.wj", include_str!("../../connectors/amocrm.wj")),
    ("wj:connectors/bitrix24.wj", include_str!("../../connectors/bitrix24.wj")),
    ("wj:connectors/bizon.wj", include_str!("../../connectors/bizon.wj")),
    ("wj:connectors/getcourse.wj", include_str!("../../connectors/getcourse.wj")),
    ("wj:connectors/telegram.wj", include_str!("../../connectors/telegram.wj")),
];

/// Those that come with wj, read once.
pub fn built_in() -> &'static Connectors {
    static READ: LazyLock<Connectors> = LazyLock::new(|| {
        let mut connectors = Connectors::default();
        for (name, text) in BUILT_IN {
            let source = Arc::new(Source::new(*name, *text));
            for connector in resolve::declared(&source, &syntax::parse(&source).file) {
                connectors.add(Arc::new(connector));
            }
        }
        connectors
    });
    &READ
}

/// No connectors at all: a kept program names each that it uses.
pub(super) fn none() -> &'static Connectors {
    static NONE: LazyLock<Connectors> = LazyLock::new(Connectors::default);
    &NONE
}

/// Those that any of these scripts may use: what they declare, and what comes with wj.
pub fn of(scripts: &[Script]) -> Connectors {
    let declared = parallel::map(scripts, |script| declared(script, &file::parse(script)));
    let files = scripts.iter().zip(declared.iter().map(Vec::as_slice));
    collect(files, built_in()).0
}

/// The connectors that a file declares.
pub(super) fn declared(script: &Script, parsed: &Parsed) -> Vec<Arc<Connector>> {
    // Most files declare none, and are asked at every keystroke.
    if !parsed.file.items.iter().any(|item| matches!(item, ast::Item::Connector(_))) {
        return Vec::new();
    }
    resolve::declared(&script.source, &parsed.file).into_iter().map(Arc::new).collect()
}

/// Other line ends or blanks make no other connector of it: git may give a file `\r\n`.
fn is_copy(source: &Source, own: &Source) -> bool {
    source.text == own.text || {
        let (read, of_wj) = (syntax::parse(source), syntax::parse(own));
        read.diagnostics.is_empty() && syntax::is_same(&read.file, &of_wj.file)
    }
}

/// All connectors that these files may use, `known` ones among them; and for each file, by its place, the connectors whose
/// name is taken. The earlier one holds.
pub(super) fn collect<'a>(
    files: impl IntoIterator<Item = (&'a Script, &'a [Arc<Connector>])>,
    known: &Connectors,
) -> (Connectors, BTreeMap<usize, Vec<Diagnostic>>) {
    let mut connectors = known.clone();
    let mut taken: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
    for (at, (script, declared)) in files.into_iter().enumerate() {
        for connector in declared {
            let (name, span) = (connector.name.clone(), connector.span);
            // One without a name is reported as that, and a copy of one of wj's own files is that one.
            let copied = known.get(&name).is_some_and(|own| is_copy(&script.source, &own.source));
            if name.is_empty() || copied {
                continue;
            }
            // Of a kept program, the built-in ones are files among its own.
            let of_wj = script.source.name.starts_with(OF_WJ);
            let finding = if known.has(&name) || resolve::is_taken(&name) && !of_wj {
                Some(errors::connector_of_wj(span, &name))
            } else {
                connectors.add(connector.clone()).map(|first| {
                    let elsewhere = !Arc::ptr_eq(&first.source, &script.source);
                    errors::duplicate_connector(span, &name, elsewhere.then_some(&first.source), first.span)
                })
            };
            if let Some(finding) = finding {
                taken.entry(at).or_default().push(finding);
            }
        }
    }
    (connectors, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_connector_of_wj_may_have_other_line_ends() {
        let own = include_str!("../../connectors/getcourse.wj");
        let findings = |text: String| {
            let checked = crate::check::check(&[Arc::new(Source::new("getcourse.wj", text))]);
            checked
                .files
                .iter()
                .flat_map(|file| &file.diagnostics)
                .filter(|finding| finding.is_error())
                .count()
        };
        assert_eq!(findings(own.to_owned()), 0);
        assert_eq!(findings(own.replace('\n', "\r\n")), 0);
        assert_eq!(findings(own.replace("retry", "report")), 1);
    }
}
