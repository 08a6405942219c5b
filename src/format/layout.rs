//! Where lines begin, how deep they stand and what stands below what.

use super::nest::{Block, Element, Group, Holds, Line, Node, Row, is_assignment};
use super::page::Page;
use super::tokens::{Kind, Role, Token};
use super::{INDENT, WIDTH, nest};

/// Blanks before the `on_missing` of fields that stand below one another.
const POLICY_GAP: usize = 4;

/// A longer path does not push the `on_missing` of the others away.
const WIDEST_PATH: usize = 48;

pub(super) fn lay_out(items: &[Line<'_>]) -> String {
    let mut page = Page::default();
    let mut before: Option<&Line<'_>> = None;
    let columns = constants(items);
    for (item, column) in items.iter().zip(columns) {
        if let Some(before) = before {
            page.next(0);
            if parted(before, item) {
                page.next(0);
            }
        }
        match (column, item.nodes.as_slice()) {
            (Some(name), [word, named @ ..]) => {
                nodes(&mut page, std::slice::from_ref(word), 0);
                assignment(&mut page, named, &Columns { name, value: None }, "const ".len());
            }
            _ => nodes(&mut page, &item.nodes, 0),
        }
        if let Some(comment) = &item.comment {
            page.comment(comment);
        }
        before = Some(item);
    }
    if before.is_none() { String::new() } else { page.finish() }
}

/// Items stand apart; constants, and comments above what they are about, as they were written.
fn parted(before: &Line<'_>, item: &Line<'_>) -> bool {
    let tall = |line: &Line<'_>| line.nodes.iter().any(|node| matches!(node, Node::Block(_)));
    item.blank || tall(before) || tall(item) && !before.nodes.is_empty()
}

/// The width of the names of constants that stand directly below one another.
fn constants(items: &[Line<'_>]) -> Vec<Option<usize>> {
    let mut columns = Vec::with_capacity(items.len());
    let is_const = |item: &Line<'_>| match item.nodes.as_slice() {
        [Node::Token(word), named @ ..] => word.is_word("const") && is_assignment(named),
        _ => false,
    };
    for run in items.chunk_by(|a, b| is_const(a) && is_const(b) && !b.blank) {
        let width =
            run.iter().filter(|item| is_const(item)).filter_map(|item| width(item.nodes.get(1..2)?)).max();
        columns.extend(run.iter().map(|item| width.filter(|_| is_const(item))));
    }
    columns
}

/// The lines of a block, each on a row of its own; the page stands at the end of its head.
fn lines(page: &mut Page, lines: &[Line<'_>], holds: Holds, indent: usize) {
    let rows = nest::rows(lines);
    let columns = columns(&rows, holds);
    for (at, (row, column)) in rows.iter().zip(columns).enumerate() {
        page.next(indent);
        if row.blank && at > 0 {
            page.next(indent);
        }
        match column {
            Some(column) => assignment(page, row.nodes, &column, indent),
            None => nodes(page, row.nodes, 0),
        }
        if let Some(comment) = row.comment {
            page.comment(comment);
        }
    }
}

/// How wide the columns of an assignment are.
#[derive(Clone, Copy)]
struct Columns {
    name: usize,
    /// Up to the policy; `None` if it follows after one blank.
    value: Option<usize>,
}

/// Assignments below one another share their columns; in `extract` an empty line ends that, elsewhere any other line too.
fn columns(rows: &[Row<'_, '_>], holds: Holds) -> Vec<Option<Columns>> {
    let mut columns = Vec::with_capacity(rows.len());
    let together = |a: &Row<'_, '_>, b: &Row<'_, '_>| {
        !b.blank && (holds == Holds::Fields || is_assignment(a.nodes) && is_assignment(b.nodes))
    };
    for run in rows.chunk_by(together) {
        let fields = || run.iter().filter(|row| is_assignment(row.nodes));
        let name = fields().filter_map(|row| width(row.nodes.get(..1)?)).max().unwrap_or(0);
        let policies = || fields().filter(|row| policy(row.nodes).is_some());
        let value = if holds == Holds::Fields && policies().nth(1).is_some() {
            let values = fields().filter_map(|row| width(value(row.nodes)));
            values.filter(|width| *width <= WIDEST_PATH).max()
        } else {
            None
        };
        let of_run = Columns { name, value };
        columns.extend(run.iter().map(|row| is_assignment(row.nodes).then_some(of_run)));
    }
    columns
}

/// Where the policy of a field begins.
fn policy(nodes: &[Node<'_>]) -> Option<usize> {
    let found = nodes
        .iter()
        .skip(3)
        .position(|node| matches!(node, Node::Token(token) if token.is_word("on_missing")));
    found.map(|at| at + 3)
}

/// Between the `=` and the policy.
fn value<'r, 'a>(nodes: &'r [Node<'a>]) -> &'r [Node<'a>] {
    nodes.get(2..policy(nodes).unwrap_or(nodes.len())).unwrap_or_default()
}

fn assignment(page: &mut Page, all: &[Node<'_>], columns: &Columns, indent: usize) {
    nodes(page, all.get(..1).unwrap_or_default(), 0);
    page.pad_to(indent + columns.name + 1);
    page.word("=", false);
    let policy = policy(all).and_then(|at| all.get(at..)).unwrap_or_default();
    nodes(page, value(all), 0);
    if policy.is_empty() {
        return;
    }
    if let Some(value) = columns.value {
        page.pad_to(indent + columns.name + " = ".len() + value + POLICY_GAP);
    }
    nodes(page, policy, 0);
}

/// Writes what belongs to one row: whole if it fits, else with its blocks and brackets opened. `behind` columns of the last
/// row are taken by what follows.
fn nodes(page: &mut Page, all: &[Node<'_>], behind: usize) {
    let indent = page.indent();
    if let Some(text) = flat(all) {
        let blank = usize::from(page.column() > indent);
        let short = page.column() + blank + text.chars().count() + behind <= WIDTH;
        let opens = all.iter().any(|node| match node {
            Node::Block(_) => true,
            Node::Group(group) => !group.elements.is_empty(),
            _ => false,
        });
        if short || !opens {
            return page.word(&text, starts_glued(all));
        }
    }
    for (at, node) in all.iter().enumerate() {
        match node {
            Node::Token(token) => page.word(token.text, token.glued),
            Node::Block(block) => self::block(page, block, indent),
            Node::Comment(comment) => {
                page.comment(comment);
                page.next(indent + INDENT);
            }
            Node::Group(group) => {
                let rest = up_to_bracket(all.get(at + 1..).unwrap_or_default(), behind);
                let one = std::slice::from_ref(node);
                let fits = flat(one).filter(|text| {
                    let blank = usize::from(!group.open.glued);
                    page.column() + blank + text.chars().count() + rest <= WIDTH
                });
                match fits {
                    Some(text) => page.word(&text, group.open.glued),
                    None => self::group(page, group, rest),
                }
            }
        }
    }
}

fn block(page: &mut Page, block: &Block<'_>, indent: usize) {
    page.word("{", false);
    if let Some(comment) = &block.comment {
        page.comment(comment);
    } else if block.lines.is_empty() {
        return page.word("}", true);
    }
    lines(page, &block.lines, block.holds, indent + INDENT);
    page.next(indent);
    page.word("}", false);
}

/// A bracket over several rows, an element each; the brackets of a single element that has its own are written together.
fn group(page: &mut Page, group: &Group<'_>, behind: usize) {
    page.word(group.open.text, group.open.glued);
    if group.comment.is_none() && group.tail.is_empty() && hugs(&group.elements, group) {
        let inner = group.elements.first().map(|element| element.nodes.as_slice()).unwrap_or_default();
        nodes(page, inner, behind + 1);
        return page.word(group.close, true);
    }
    let indent = page.indent();
    if let Some(comment) = &group.comment {
        page.comment(comment);
    }
    // A pick and a value in brackets hold one thing, and no comma.
    let single = group.open.role == Role::Index || group.open.is("(") && group.open.role != Role::Call;
    let comma = if single { "" } else { "," };
    for element in &group.elements {
        page.next(indent + INDENT);
        if element.blank {
            page.next(indent + INDENT);
        }
        for above in &element.above {
            page.comment(above);
            page.next(indent + INDENT);
        }
        self::element(page, &element.nodes, comma.len());
        page.word(comma, true);
        if let Some(comment) = &element.comment {
            page.comment(comment);
        }
    }
    for comment in &group.tail {
        page.next(indent + INDENT);
        page.comment(comment);
    }
    page.next(indent);
    page.word(group.close, false);
}

fn hugs(elements: &[Element<'_>], group: &Group<'_>) -> bool {
    let [element] = elements else { return false };
    let quiet = element.above.is_empty() && element.comment.is_none() && !element.blank;
    let several_lines = |token: &Token<'_>| token.text.contains('\n');
    quiet
        && !group.broken
        && !group.open.is("{")
        && match element.nodes.as_slice() {
            // What is picked is rarely long, and reads badly alone on a row.
            _ if group.open.role == Role::Index => true,
            [Node::Group(_)] => true,
            [Node::Token(token)] => several_lines(token),
            _ => false,
        }
}

/// A value between brackets, broken before its loosest operators if it is too long for a row.
fn element(page: &mut Page, all: &[Node<'_>], behind: usize) {
    let fits = flat(all).is_some_and(|text| page.column() + text.chars().count() + behind <= WIDTH);
    let loosest = all.iter().filter_map(looseness).min();
    let Some(loosest) = loosest.filter(|_| !fits) else { return nodes(page, all, behind) };
    let indent = page.indent();
    let mut from = 0;
    for at in (1..all.len()).filter(|at| all.get(*at).and_then(looseness) == Some(loosest)) {
        nodes(page, all.get(from..at).unwrap_or_default(), 0);
        // A comment before it has ended the row.
        if !matches!(all.get(at - 1), Some(Node::Comment(_))) {
            page.next(indent + INDENT);
        }
        from = at;
    }
    nodes(page, all.get(from..).unwrap_or_default(), behind);
}

/// Where a value may be broken: the looser an operator binds, the sooner.
fn looseness(node: &Node<'_>) -> Option<u8> {
    let Node::Token(token) = node else { return None };
    match (token.kind, token.text) {
        (Kind::Word, "then" | "else") => Some(0),
        (Kind::Word, "or") => Some(1),
        (Kind::Word, "and") => Some(2),
        (Kind::Word, "in") | (Kind::Sign, "==" | "!=" | "<" | "<=" | ">" | ">=") => Some(3),
        (Kind::Sign, "-") if token.role == Role::Minus => None,
        (Kind::Sign, "+" | "-") => Some(4),
        (Kind::Sign, "*" | "/" | "%") => Some(5),
        _ => None,
    }
}

/// Columns that are taken up to where a row can end next.
fn up_to_bracket(all: &[Node<'_>], behind: usize) -> usize {
    let mut taken = 0;
    for node in all {
        match node {
            Node::Token(token) => {
                let first = token.text.split('\n').next().unwrap_or("");
                taken += usize::from(!token.glued) + first.chars().count();
                if first.len() < token.text.len() {
                    return taken;
                }
            }
            Node::Group(group) => return taken + usize::from(!group.open.glued) + 1,
            Node::Block(_) => return taken + " {".len(),
            Node::Comment(_) => return taken,
        }
    }
    taken + behind
}

fn starts_glued(all: &[Node<'_>]) -> bool {
    match all.first() {
        Some(Node::Token(token)) => token.glued,
        Some(Node::Group(group)) => group.open.glued,
        _ => false,
    }
}

fn width(all: &[Node<'_>]) -> Option<usize> {
    flat(all).map(|text| text.chars().count())
}

/// All of it on one row, if it was written so that it may stand on one.
fn flat(all: &[Node<'_>]) -> Option<String> {
    let mut out = String::new();
    flat_into(all, &mut out)?;
    Some(out)
}

fn flat_into(all: &[Node<'_>], out: &mut String) -> Option<()> {
    for (at, node) in all.iter().enumerate() {
        let glued = match node {
            Node::Token(token) => token.glued,
            Node::Group(group) => group.open.glued,
            _ => false,
        };
        if at > 0 && !glued {
            out.push(' ');
        }
        match node {
            Node::Token(token) if token.text.contains(['\n', '\r']) => return None,
            Node::Token(token) => out.push_str(token.text),
            Node::Comment(_) => return None,
            Node::Block(block) if !block.one_line => return None,
            Node::Block(block) => match block.lines.first() {
                Some(line) => {
                    out.push_str("{ ");
                    flat_into(&line.nodes, out)?;
                    out.push_str(" }");
                }
                None => out.push_str("{}"),
            },
            Node::Group(group) => flat_group(group, out)?,
        }
    }
    Some(())
}

fn flat_group(group: &Group<'_>, out: &mut String) -> Option<()> {
    let loud = |element: &Element<'_>| !element.above.is_empty() || element.comment.is_some();
    if group.broken && !group.elements.is_empty()
        || group.comment.is_some()
        || !group.tail.is_empty()
        || group.elements.iter().any(loud)
    {
        return None;
    }
    let blank = if group.open.is("{") && !group.elements.is_empty() { " " } else { "" };
    out.push_str(group.open.text);
    out.push_str(blank);
    for (at, element) in group.elements.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        flat_into(&element.nodes, out)?;
    }
    out.push_str(blank);
    out.push_str(group.close);
    Some(())
}
