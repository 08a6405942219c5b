//! The tree-sitter grammar of editors and the grammar that wj reads by find the same things in every script of this repository: the
//! `.wj` files, and the scripts that the documentation and the cases show.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tree_sitter::{Node, Parser, Query, StreamingIterator, Tree};
use wj::check::{self, CheckedFile};
use wj::source::{Source, Span};
use wj::syntax::{self, ast::*};

use crate::{editors, fences};

#[test]
fn what_is_made_of_the_grammar_is_made_of_it_as_it_is() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/tree-sitter-wj");
    let made = tempfile::tempdir().unwrap();
    for file in ["grammar.js", "src/grammar.json", "tree-sitter.json"] {
        fs::create_dir_all(made.path().join("src")).unwrap();
        fs::copy(home.join(file), made.path().join(file)).unwrap();
    }
    // `grammar.js` is a program. Without node, only what is made of its outcome is held against it.
    let has_node = std::process::Command::new("node").arg("--version").output().is_ok();
    let grammar = if has_node {
        made.path().join("grammar.js")
    } else {
        println!("not tried: whether grammar.json is made of grammar.js, which needs node");
        made.path().join("src/grammar.json")
    };
    tree_sitter_generate::generate_parser_in_directory(
        made.path(),
        None::<&Path>,
        Some(grammar),
        tree_sitter::LANGUAGE_VERSION,
        None,
        Some("node"),
        true,
        tree_sitter_generate::OptLevel::default(),
        &mut Vec::new(),
    )
    .unwrap();
    let parts = ["parser.c", "grammar.json", "node-types.json"];
    for file in parts.iter().chain(&["tree_sitter/parser.h", "tree_sitter/array.h", "tree_sitter/alloc.h"]) {
        let read = |folder: &Path| fs::read(folder.join("src").join(file)).unwrap();
        let is_same = read(&home) == read(made.path());
        assert!(is_same, "{file} is not what grammar.js makes now: the README beside it has the command");
    }
}

/// What is found: what it is, and the text at its beginning, so that a difference can be read.
type Found = BTreeSet<(usize, String)>;

#[test]
fn both_grammars_find_the_same_in_every_script() {
    let mut parser = parser();
    let (mut files, mut read, mut differences) = (0, 0, Vec::new());
    for (place, text) in scripts() {
        let source = Arc::new(Source::new(&*place, &*text));
        let parsed = syntax::parse(&source);
        let is_file = place.ends_with(".wj");
        assert!(!is_file || parsed.diagnostics.is_empty(), "{place} is not healthy");
        if !parsed.diagnostics.is_empty() {
            continue;
        }
        let tree = parser.parse(&text, None).unwrap();
        let errors = errors(&tree).into_iter().map(|line| format!("{place}: line {line} cannot be read"));
        let (ours, theirs) = (Reader::of(&parsed.file), nodes(&tree, &text));
        let told = |by: &str, found: &Found, other: &Found| -> Vec<String> {
            let line = |at: usize| source.position(at as u32).line;
            let alone = found.difference(other);
            alone
                .map(|(at, what)| format!("{place}: {what} in line {} is found by {by} alone", line(*at)))
                .collect()
        };
        let both = [told("wj", &ours, &theirs), told("tree-sitter", &theirs, &ours)].into_iter().flatten();
        let here: Vec<String> = errors.chain(both).collect();
        // What pages show may be wrong on purpose, as `raw.1.q` for a path.
        if !here.is_empty() && !is_file && is_wrong(&source) {
            continue;
        }
        differences.extend(here);
        files += usize::from(is_file);
        read += 1;
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(files > 20 && read > 300, "{files} files, {read} scripts");
}

#[test]
fn both_grammars_bind_operators_alike() {
    let text = "const A = 1 + 2 * 3 - -4 / (5 % 6) - 7\n\
                const B = not a == b and c or d in [1] and not e != 2 + 3\n\
                const C = if a or b then 1 + 2 else 3 * 4 + 5\n\
                const D = -a.b[0] * -f(1) + g(x).y\n";
    let parsed = syntax::parse(&Source::new("a.wj", text));
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let tree = parser().parse(text, None).unwrap();
    let mut consts = tree.root_node().walk();
    let theirs = tree.root_node().named_children(&mut consts).map(|node| {
        let value = node.child_by_field_name("value").unwrap();
        grouped_node(value, text)
    });
    let ours = parsed.file.items.iter().map(|item| match item {
        Item::Const(constant) => grouped(&constant.value, text),
        other => panic!("{other:?}"),
    });
    let (ours, theirs): (Vec<String>, Vec<String>) = (ours.collect(), theirs.collect());
    assert_eq!(ours[0], "(((1 + (2 * 3)) - ((- 4) / (5 % 6))) - 7)");
    assert_eq!(ours, theirs);
}

#[test]
fn the_queries_colour_every_word() {
    let language = tree_sitter_wj::LANGUAGE.into();
    let query = Query::new(&language, tree_sitter_wj::HIGHLIGHTS_QUERY).unwrap();
    for word in editors::keywords() {
        let named = tree_sitter_wj::HIGHLIGHTS_QUERY.contains(&format!("\"{word}\""));
        assert!(named, "`{word}` is not in queries/highlights.scm");
    }
    let text = "pipeline p {\n  on GET \"/a\" # why\n  respond 200\n}\n";
    let tree = parser().parse(text, None).unwrap();
    let mut cursor = tree_sitter::QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut seen = BTreeSet::new();
    while let Some(found) = matches.next() {
        for capture in found.captures() {
            seen.insert((
                text[capture.node.byte_range()].to_owned(),
                query.capture_names()[capture.index as usize],
            ));
        }
    }
    for (word, colour) in [
        ("pipeline", "keyword"),
        ("p", "function"),
        ("# why", "comment"),
        ("200", "number"),
        ("\"/a\"", "string"),
    ] {
        assert!(seen.contains(&(word.to_owned(), colour)), "{word} is not a {colour}: {seen:?}");
    }
}

fn is_wrong(source: &Arc<Source>) -> bool {
    check::check(std::slice::from_ref(source)).files.iter().any(CheckedFile::has_errors)
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_wj::LANGUAGE.into()).unwrap();
    parser
}

/// Every script with the place where it stands.
fn scripts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut scripts = Vec::new();
    for folder in ["pipelines", "connectors", "docs", "tests/cases"] {
        for path in files(&root.join(folder)) {
            let place = path.strip_prefix(root).unwrap().display().to_string();
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("wj") => scripts.push((place, fs::read_to_string(&path).unwrap())),
                Some("md") => {
                    let page = fs::read_to_string(&path).unwrap();
                    for block in fences::fenced(&page).into_iter().filter(|block| block.kind() == "wj") {
                        scripts.push((format!("{place}:{}", block.line), page[block.body].to_owned()));
                    }
                }
                _ => {}
            }
        }
    }
    scripts
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Lines, from 1.
fn errors(tree: &Tree) -> Vec<usize> {
    let mut lines = Vec::new();
    each(tree.root_node(), &mut |node| {
        if node.is_error() || node.is_missing() {
            lines.push(node.start_position().row + 1);
        }
    });
    lines
}

fn each<'t>(node: Node<'t>, look: &mut impl FnMut(Node<'t>)) {
    look(node);
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        each(child, look);
    }
}

/// What tree-sitter finds.
fn nodes(tree: &Tree, text: &str) -> Found {
    let mut found = Found::new();
    each(tree.root_node(), &mut |node| {
        let parent = node.parent().map_or("", |parent| parent.kind());
        let written = |field| node.child_by_field_name(field).map_or("", |name| &text[name.byte_range()]);
        let what = match node.kind() {
            _ if !node.is_named() => return,
            // What follows `on_missing`, and what is asked behind `let x =`, is a part of its line.
            "abort" if parent == "on_missing" => return,
            "action" if parent == "let" => return,
            kind
            @ ("const" | "pipeline" | "connector" | "connector_action" | "connector_param" | "field") => {
                format!("{kind} {}", written("name"))
            }
            "test" => format!("test \"{}\"", written("title").trim_matches(['"', '\''])),
            "parameter" => format!("parameter {}", written("name")),
            kind @ ("on" | "cors" | "limit_body" | "limit_rate" | "keep" | "keep_failed" | "read_body"
            | "verify" | "on_failure" | "notify" | "dedupe" | "extract" | "let" | "when"
            | "match" | "for" | "respond" | "wait" | "stop" | "abort" | "action" | "send" | "at"
            | "given" | "expect" | "header" | "part" | "timeout" | "retry" | "give_up" | "rate"
            | "accept" | "require" | "refuse" | "limit_answer" | "on_fail" | "on_crash" | "key"
            | "method") => kind.to_owned(),
            _ => return,
        };
        found.insert((node.start_byte(), what));
    });
    found
}

/// What wj finds.
#[derive(Default)]
struct Reader {
    found: Found,
}

impl Reader {
    fn of(file: &File) -> Found {
        let mut reader = Reader::default();
        for item in &file.items {
            match item {
                Item::Const(constant) => reader.add(constant.span, &format!("const {}", constant.name.text)),
                Item::Pipeline(pipeline) => {
                    reader.add(pipeline.span, &format!("pipeline {}", pipeline.name.text));
                    reader.block(&pipeline.body);
                }
                Item::Connector(connector) => {
                    reader.add(connector.span, &format!("connector {}", connector.name.text));
                    connector.actions.iter().for_each(|action| reader.connector_action(action));
                }
                Item::Test(test) => reader.test(test),
            }
        }
        reader.found
    }

    fn add(&mut self, span: Span, what: &str) {
        self.found.insert((span.start as usize, what.to_owned()));
    }

    fn block(&mut self, block: &Block) {
        block.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &Stmt) {
        let what = match &stmt.kind {
            StmtKind::On(_) => "on",
            StmtKind::Cors(_) => "cors",
            StmtKind::LimitBody(_) => "limit_body",
            StmtKind::LimitRate(_) => "limit_rate",
            StmtKind::Keep(_) => "keep",
            StmtKind::KeepFailed(_) => "keep_failed",
            StmtKind::ReadBody(_) => "read_body",
            StmtKind::Verify(verify) => {
                self.params(&verify.params);
                "verify"
            }
            StmtKind::OnFailure(notifies) => {
                notifies.iter().for_each(|notify| self.add(notify.span, "notify"));
                "on_failure"
            }
            StmtKind::Dedupe { .. } => "dedupe",
            StmtKind::Extract(extract) => {
                self.fields(&extract.fields);
                "extract"
            }
            StmtKind::Let(step) => {
                if let LetValue::Action(action) = &step.value {
                    self.entries(&action.entries);
                }
                "let"
            }
            StmtKind::When(when) => {
                when.arms.iter().for_each(|arm| self.block(&arm.body));
                when.otherwise.iter().for_each(|block| self.block(block));
                "when"
            }
            StmtKind::Match(step) => {
                step.arms.iter().for_each(|arm| self.block(&arm.body));
                step.otherwise.iter().for_each(|block| self.block(block));
                "match"
            }
            StmtKind::For(step) => {
                self.block(&step.body);
                "for"
            }
            StmtKind::Respond(respond) => {
                self.entries(&respond.entries);
                "respond"
            }
            StmtKind::Action(action) => {
                self.entries(&action.entries);
                "action"
            }
            StmtKind::Wait(_) => "wait",
            StmtKind::Stop { .. } => "stop",
            StmtKind::Abort { .. } => "abort",
            StmtKind::Broken { .. } => "broken",
        };
        self.add(stmt.span, what);
    }

    fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            let what = match &entry.kind {
                EntryKind::Param(param) => {
                    self.params(std::slice::from_ref(param));
                    continue;
                }
                EntryKind::Header { .. } => "header",
                EntryKind::Part { .. } => "part",
                EntryKind::Clause { clause, .. } => self.clause(clause),
                EntryKind::Broken => "broken",
            };
            self.add(entry.span, what);
        }
    }

    fn clause(&mut self, clause: &Clause) -> &'static str {
        match clause {
            Clause::Timeout(_) => "timeout",
            Clause::Retry(_) => "retry",
            Clause::GiveUpAfter(_) => "give_up",
            Clause::Rate { .. } => "rate",
            Clause::Accept(_) => "accept",
            Clause::Require(_) => "require",
            Clause::Refuse(_) => "refuse",
            Clause::LimitAnswer(_) => "limit_answer",
            Clause::OnFail(on_fail) => {
                if let OnFail::Block(block) = on_fail {
                    self.block(block);
                }
                "on_fail"
            }
            Clause::OnCrash(_) => "on_crash",
            Clause::Key(_) => "key",
            Clause::Method(_) => "method",
        }
    }

    fn params(&mut self, params: &[Param]) {
        params.iter().for_each(|param| self.add(param.name.span, &format!("parameter {}", param.name.text)));
    }

    fn fields(&mut self, fields: &[Field]) {
        fields.iter().for_each(|field| self.add(field.span, &format!("field {}", field.name.text)));
    }

    fn connector_action(&mut self, action: &ConnectorAction) {
        self.add(action.span, &format!("connector_action {}", action.name.text));
        for param in &action.params {
            self.add(param.span, &format!("connector_param {}", param.name.text));
        }
        if let Some(call) = &action.call {
            self.add(call.span, "action");
            self.entries(&call.entries);
        }
        action.returns.iter().for_each(|returns| self.fields(&returns.fields));
    }

    fn test(&mut self, test: &Test) {
        let title = match &test.title.kind {
            ExprKind::Text(parts) => parts,
            other => panic!("{other:?}"),
        };
        let plain: String = title
            .iter()
            .filter_map(|part| match part {
                TextPart::Literal(text) => Some(&**text),
                TextPart::Insert(_) => None,
            })
            .collect();
        self.add(test.span, &format!("test \"{plain}\""));
        for step in &test.steps {
            let what = match &step.kind {
                TestStepKind::Send(_) => "send",
                TestStepKind::At(_) => "at",
                TestStepKind::Given { .. } => "given",
                TestStepKind::Expect(expect) => {
                    if let Expect::Action { params, .. } = expect {
                        self.params(params);
                    }
                    "expect"
                }
                TestStepKind::Broken => "broken",
            };
            self.add(step.span, what);
        }
    }
}

/// With brackets around each operation, and none that were written.
fn grouped(expr: &Expr, text: &str) -> String {
    match &expr.kind {
        ExprKind::Binary { op, left, right, .. } => {
            format!("({} {} {})", grouped(left, text), op.as_str(), grouped(right, text))
        }
        ExprKind::Unary { op: UnaryOp::Minus, operand, .. } => format!("(- {})", grouped(operand, text)),
        ExprKind::Unary { op: UnaryOp::Not, operand, .. } => format!("(not {})", grouped(operand, text)),
        ExprKind::Number(digits) => match digits.strip_prefix('-') {
            Some(digits) => format!("(- {digits})"),
            None => digits.to_string(),
        },
        ExprKind::If { cond, then, otherwise } => {
            format!("(if {} {} {})", grouped(cond, text), grouped(then, text), grouped(otherwise, text))
        }
        _ => text[expr.span.range()].trim().to_owned(),
    }
}

fn grouped_node(node: Node<'_>, text: &str) -> String {
    let mut cursor = node.walk();
    let parts: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
    let part = |at: usize| grouped_node(parts[at], text);
    let written = &text[node.byte_range()];
    match node.kind() {
        "binary" => {
            let operator = node.child_by_field_name("operator").unwrap();
            format!("({} {} {})", part(0), &text[operator.byte_range()], part(1))
        }
        "unary" => format!("({} {})", if written.starts_with('-') { "-" } else { "not" }, part(0)),
        "if" => format!("(if {} {} {})", part(0), part(1), part(2)),
        "parenthesized" => part(0),
        _ => written.to_owned(),
    }
}
