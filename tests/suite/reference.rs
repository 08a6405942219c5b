//! The reference pages are made of the same constants that the program runs on, so they cannot tell another story.
//! `UPDATE=1 cargo test --test suite reference` writes them anew.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use wj::actions::{self, ActionSpec, Format, ParamSpec, http};
use wj::builtins::{self, Builtin, OnEmpty, Param};
use wj::check;
use wj::diagnostic::Code;
use wj::resolve::ConnectorAction;

#[test]
fn functions_are_listed_as_they_are() {
    let mut page = begin(
        "Functions",
        "Functions are pure: the same arguments always give the same result. A name in square brackets may be left out. \
         Behind `as` in an `extract` a *reader* is given the value that was found: `as number` is `number(value)`. What a \
         reader cannot read is missing, and the field's `on_missing` says what then.",
    );
    let readers = builtins::ALL.iter().filter(|function| function.reader).map(|function| function.name);
    writeln!(page, "\nReaders: {}.", names(readers)).unwrap();
    for function in builtins::ALL {
        page += &function_entry(function);
    }
    compare("functions", &page);
}

#[test]
fn actions_are_listed_as_they_are() {
    let mut page = begin(
        "Actions",
        "An action calls another service. `http.*` sends any request; a declared action knows its service: which \
         parameters it takes, what its answer means, and what it returns. How both are carried out (time-outs, retries, \
         what counts as a success) is told in [the language](../language.md#actions).",
    );
    page += "\n## http\n\n| action | what it does |\n|---|---|\n";
    for action in http::ALL {
        writeln!(page, "| `{}` | {} |", action.name, action.summary).unwrap();
    }
    let repeatable = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH"];
    let (may, may_not): (Vec<&str>, Vec<&str>) =
        repeatable.iter().partition(|method| http::is_repeatable(method));
    writeln!(
        page,
        "\nThe URL stands behind the action's name. When it is not known whether a call took effect, {} are sent again; {} \
         are reported, unless they have a `key`.\n\nReturns `status`, `headers` and `body`.",
        names(may.iter().copied()),
        names(may_not.iter().copied())
    )
    .unwrap();
    for action in actions::ALL {
        page += &action_entry(action);
    }
    for connector in check::built_in_connectors().iter() {
        assert!(!connector.broken, "{}", connector.name);
        for action in connector.actions.values() {
            page += &action_entry(&action.spec);
            page += &carried_out(action);
        }
    }
    compare("actions", &page);
}

#[test]
fn codes_are_listed_as_they_are() {
    let mut page = begin(
        "Codes",
        "Every finding has a code, which never changes its meaning, and a page, which `wj explain CODE` shows too. \
         A file with an error is not served; a warning stops nothing, and `# wj-allow NAME: reason` silences it.",
    );
    page += "\n| code | name | severity | what it says |\n|---|---|---|---|\n";
    for code in check::all_codes() {
        let severity = code.severity.as_str();
        writeln!(
            page,
            "| [{0}](../codes/{0}.md) | `{1}` | {severity} | {2} |",
            code.id,
            code.name,
            first_sentence(code)
        )
        .unwrap();
    }
    compare("codes", &page);
}

#[test]
fn settings_are_listed_as_they_are() {
    let mut page = begin(
        "Settings",
        "The keys of `wj.toml`, which `wj serve` and the commands beside it read from the current folder, or from where `--config` \
         names it. The command line wins. A key that is not known is refused, with the name that was probably meant.",
    );
    let mut section = None;
    for setting in wj::cli::SETTINGS {
        if section != Some(setting.section) {
            section = Some(setting.section);
            if !setting.section.is_empty() {
                write!(page, "\n## [{}]\n", setting.section).unwrap();
            }
            page += "\n| key | takes | without it | |\n|---|---|---|---|\n";
        }
        writeln!(page, "| `{}` | {} | {} | {} |", setting.key, setting.takes, setting.unsaid, setting.says)
            .unwrap();
    }
    compare("settings", &page);
}

fn begin(title: &str, about: &str) -> String {
    format!(
        "<!-- Made by `UPDATE=1 cargo test --test suite reference`; what is written here by hand is lost. -->\n\n\
         # {title}\n\n{about}\n"
    )
}

fn function_entry(function: &Builtin) -> String {
    let params: Vec<String> = function.params.iter().map(|param| signed(function, param)).collect();
    let mut entry = format!(
        "\n## {0}\n\n`{0}({1})` → {2}\n\n{3}",
        function.name,
        params.join(", "),
        function.returns.nouns(),
        function.summary
    );
    if !function.params.is_empty() {
        entry += match function.empty {
            OnEmpty::GivesEmpty => " Of `empty` it gives `empty`.",
            OnEmpty::GivesFirst => "",
            OnEmpty::IsPassed => " It looks at `empty` itself.",
        };
    }
    if function.may_be_empty {
        entry += " May give `empty`.";
    }
    if function.reader {
        entry += " May stand behind `as`.";
    }
    if function.takes_secrets {
        entry += " Takes secrets; its result is a secret then.";
    }
    if function.gives_outside_data {
        entry += " What it gives is data from outside: reach into it with `extract`.";
    }
    entry += "\n\n| call | gives |\n|---|---|\n";
    for example in function.examples {
        writeln!(entry, "| {} | {} |", cell(example.call), cell(example.gives)).unwrap();
    }
    entry
}

fn signed(function: &Builtin, param: &Param) -> String {
    let last = function.params.last().is_some_and(|last| std::ptr::eq(last, param));
    let dots = if function.variadic && last { ", …" } else { "" };
    let text = format!("{}: {}{dots}", param.name, param.kinds.nouns());
    if param.optional { format!("[{text}]") } else { text }
}

fn action_entry(action: &ActionSpec) -> String {
    let documented = match action.source {
        "" => String::new(),
        source => format!(" Documented at <{source}>."),
    };
    let mut entry = format!(
        "\n## {}\n\n{}{documented}\n\n| parameter | takes | required | |\n|---|---|---|---|\n",
        action.name, action.summary
    );
    for param in action.params.iter() {
        let required = if param.required { "yes" } else { "no" };
        writeln!(
            entry,
            "| `{}` | {} | {required} | {}{} |",
            param.name,
            takes(param),
            param.doc,
            notes(param)
        )
        .unwrap();
    }
    for prefix in action.open_prefixes {
        writeln!(entry, "| `{prefix}…` | a text | no | Every name that begins so. |").unwrap();
    }
    if !action.is_mail() {
        writeln!(entry, "| `base` | a URL, as a literal | no | Instead of `{}`. |", action.base).unwrap();
    }
    if action.is_mail() {
        entry += "\nReturns `status` (250) and `body`: what the mail server said to it.\n";
    } else if !action.returns.is_empty() {
        entry += "\n| returns | | |\n|---|---|---|\n";
    }
    for returned in action.returns.iter() {
        let always = if returned.always { "present" } else { "may be empty" };
        writeln!(entry, "| `{}` | {always} | {} |", returned.name, returned.doc).unwrap();
    }
    let paths = |paths: &[&str]| names(paths.iter().copied());
    if !action.refuse.is_empty() {
        writeln!(
            entry,
            "\nAn answer of 2xx that has {} counts as refused: nothing was done.",
            paths(action.refuse)
        )
        .unwrap();
    }
    if !action.require.is_empty() {
        writeln!(
            entry,
            "\nAn answer of 2xx without {} is a failure of which it is not known what was done.",
            paths(action.require)
        )
        .unwrap();
    }
    if action.build.is_none() {
        // Its connector says.
        return entry;
    }
    entry += if action.repeatable {
        "\nIt is sent again when it is not known whether it took effect (`on_crash report` changes that).\n"
    } else {
        "\nIt is not sent again when it is not known whether it took effect (`on_crash retry` changes that).\n"
    };
    entry
}

/// What the connector's step says of how a call is carried out.
fn carried_out(action: &ConnectorAction) -> String {
    let promised = action.spec.returns.iter().filter(|returned| returned.always);
    let promised = names(promised.map(|returned| &*returned.path));
    let mut entry = String::new();
    if !promised.is_empty() {
        writeln!(
            entry,
            "\nAn answer of 2xx without {promised} is a failure of which it is not known what was done."
        )
        .unwrap();
    }
    entry += if action.is_repeatable() {
        "\nIt is sent again when it is not known whether it took effect (`on_crash report` changes that).\n"
    } else {
        "\nIt is not sent again when it is not known whether it took effect (`on_crash retry` changes that).\n"
    };
    entry
}

fn takes(param: &ParamSpec) -> String {
    let format = match param.format {
        Format::Any => "",
        Format::Line => ", of one line",
        Format::Email => ", an e-mail address",
        Format::Time => ", in ISO 8601",
        Format::Url => ", a URL",
    };
    format!("{}{format}", param.kinds.nouns())
}

fn notes(param: &ParamSpec) -> &'static str {
    match (param.secret, param.constant) {
        (true, _) => " A literal here is warned of.",
        (_, true) => " A literal or a constant.",
        _ => "",
    }
}

/// The first sentence below the title. A dot between backticks ends none.
fn first_sentence(code: &Code) -> String {
    let paragraph = code.page.split("\n\n").nth(1).unwrap_or_default().replace('\n', " ");
    let is_outside = |at: &usize| paragraph[..*at].matches('`').count().is_multiple_of(2);
    let end = paragraph.match_indices(". ").map(|(at, _)| at + 1).find(is_outside);
    paragraph[..end.unwrap_or(paragraph.len())].replace('|', "\\|")
}

/// Code in a cell of a table.
fn cell(code: &str) -> String {
    let code = code.replace('|', "\\|");
    if code.contains('`') { format!("`` {code} ``") } else { format!("`{code}`") }
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn compare(name: &str, page: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/reference/{name}.md"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, page).unwrap();
    }
    let stored = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        stored == page,
        "docs/reference/{name}.md is out of date: UPDATE=1 cargo test --test suite reference"
    );
}
