//! Text to tree. Reading a script never fails: it gives the tree of what could be read, and a diagnostic for
//! each mistake. Only this room knows pest; the language is written down in `grammar/wj.pest`.

pub mod ast;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// What reading a file gives.
#[derive(Debug, Default)]
pub struct Parsed {
    pub file: ast::File,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a whole file.
pub fn parse(source: &Source) -> Parsed {
    let _ = source;
    Parsed::default()
}

/// Every code that this room reports, by id.
pub static CODES: &[&Code] = &[];
