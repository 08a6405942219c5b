//! WJ09xx: limits.

use super::{TOO_LARGE_VALUE, TOO_MANY_NAMES};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Name;

pub(in crate::resolve) fn value_too_large(span: Span) -> Diagnostic {
    Diagnostic::new(
        &TOO_LARGE_VALUE,
        span,
        "this value would have more than 64 levels, or more than 50000 values in it",
    )
    .label("too large")
    .help("Lists and objects count with all that is in them, also what is named above. Keep such data outside of the script.")
}

pub(in crate::resolve) fn constant_too_long(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(&TOO_LARGE_VALUE, span, format!("this text would have more than {most} bytes"))
        .label("too long")
        .help("The texts that are inserted count with all that they insert.")
}

pub(in crate::resolve) fn too_many_names(pipeline: &Name) -> Diagnostic {
    Diagnostic::new(
        &TOO_MANY_NAMES,
        pipeline.span,
        format!("the pipeline `{}` binds more than 65535 names", pipeline.text),
    )
    .label("too many names")
    .help("Split it into several pipelines.")
}
