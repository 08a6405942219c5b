//! The parser in `src/parser.c` for the crate `tree-sitter`, as tree-sitter makes such a binding. The tests of wj use it; wj does not.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_wj() -> *const ();
}

/// The language, for `tree_sitter::Parser::set_language`.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_wj) };

/// What colours what.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
