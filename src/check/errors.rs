//! What this room reports: files that are no scripts, and files that want the same thing.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{Source, Span};

static NOT_UTF8: Code = Code {
    id: "WJ0501",
    name: "not-utf8",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0501.md"),
};

static DUPLICATE_ROUTE: Code = Code {
    id: "WJ0502",
    name: "duplicate-route",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0502.md"),
};

static DUPLICATE_PIPELINE: Code = Code {
    id: "WJ0503",
    name: "duplicate-pipeline",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0503.md"),
};

static OUTSIDE_LINK: Code = Code {
    id: "WJ0504",
    name: "outside-link",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0504.md"),
};

static UNREADABLE_FILE: Code = Code {
    id: "WJ0505",
    name: "unreadable-file",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0505.md"),
};

static DUPLICATE_CONNECTOR: Code = Code {
    id: "WJ0506",
    name: "duplicate-connector",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0506.md"),
};

/// Every code that this room reports, by id; those of the silences stand in `allow`.
pub static CODES: &[&Code] = &[
    &NOT_UTF8,
    &DUPLICATE_ROUTE,
    &DUPLICATE_PIPELINE,
    &OUTSIDE_LINK,
    &UNREADABLE_FILE,
    &DUPLICATE_CONNECTOR,
    &super::across::SHADOWED_ROUTE,
    &super::across::UNROUTED_SEND,
    &super::across::DRIFTED_COPY,
    &super::undefined::CODE,
];

pub(super) fn not_utf8(span: Span, byte: u8, offset: usize) -> Diagnostic {
    Diagnostic::new(
        &NOT_UTF8,
        span,
        format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset} fits no letter"),
    )
    .label("cannot be read")
    .help("Save the file as UTF-8. Editors on Windows may have saved it as windows-1251 or UTF-16.")
}

pub(super) fn outside_link() -> Diagnostic {
    let message = "the file is a link that leads out of the folder of scripts, and is not followed";
    Diagnostic::new(&OUTSIDE_LINK, Span::at(0), message).help(
        "Scripts are read from one folder, so that nobody who may write there can have other files read. Copy the file into \
         the folder, or give `wj` the folder that it lies in.",
    )
}

pub(super) fn unreadable_file(reason: &str) -> Diagnostic {
    Diagnostic::new(&UNREADABLE_FILE, Span::at(0), format!("the file cannot be read: {reason}"))
        .help("Let the user that runs `wj` read it.")
}

pub(super) fn duplicate_route(
    span: Span,
    route: &str,
    rival: &str,
    earlier: Option<&Arc<Source>>,
    first: Span,
) -> Diagnostic {
    let message = format!("`{route}` is taken already by the pipeline `{rival}`");
    let finding = Diagnostic::new(&DUPLICATE_ROUTE, span, message).label("taken already").help(
        "A request can start one pipeline only, so a method and a path belong to one. Names of parameters make no \
         difference: `/a/{x}` and `/a/{y}` are the same path. Give one of the two another path, or another method.",
    );
    first_stands(finding, earlier, first)
}

pub(super) fn duplicate_pipeline(
    span: Span,
    name: &str,
    earlier: Option<&Arc<Source>>,
    first: Span,
) -> Diagnostic {
    let finding = Diagnostic::new(&DUPLICATE_PIPELINE, span, format!("there is a pipeline `{name}` already"))
        .label("the second of this name")
        .help(
            "History, `wj stop` and everything else that is kept about a pipeline hangs on its name, so a name is given \
             once over all files. Give one of the two another name.",
        );
    first_stands(finding, earlier, first)
}

pub(super) fn duplicate_connector(
    span: Span,
    name: &str,
    earlier: Option<&Arc<Source>>,
    first: Span,
) -> Diagnostic {
    let message = format!("there is a connector `{name}` already");
    let finding = Diagnostic::new(&DUPLICATE_CONNECTOR, span, message).label("the second of this name").help(
        "A connector is seen by all files, so its name is given once. Give one of the two another name.",
    );
    first_stands(finding, earlier, first)
}

pub(super) fn connector_of_wj(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&DUPLICATE_CONNECTOR, span, format!("wj has a connector `{name}` of its own"))
        .label("the name is taken")
        .help("Give yours another name: `my_service`, say. Its actions are called by that name then.")
}

pub(super) fn route_still_served(span: Span, route: &str, holder: &str) -> Diagnostic {
    Diagnostic::new(
        &DUPLICATE_ROUTE,
        span,
        format!("`{route}` is still served by the last good version of `{holder}`"),
    )
    .label("taken already")
    .help(format!("Mend `{holder}` first: it has an error, so what it served before goes on being served."))
}

pub(super) fn name_still_served(span: Span, name: &str, holder: &str) -> Diagnostic {
    let message = format!("a pipeline `{name}` is still served by the last good version of `{holder}`");
    Diagnostic::new(&DUPLICATE_PIPELINE, span, message).label("the second of this name").help(format!(
        "Mend `{holder}` first: it has an error, so what it served before goes on being served."
    ))
}

fn first_stands(finding: Diagnostic, earlier: Option<&Arc<Source>>, first: Span) -> Diagnostic {
    match earlier {
        Some(source) => finding.also_in(source, first, "the first stands here"),
        None => finding.also(first, "the first stands here"),
    }
}
