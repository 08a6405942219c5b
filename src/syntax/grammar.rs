//! The parser that pest makes of `grammar/wj.pest`, and the name of its nodes.

use pest::iterators::Pair;

/// One matched rule, with what it holds.
pub(super) type Node<'i> = Pair<'i, Rule>;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/wj.pest"]
pub(super) struct Grammar;
