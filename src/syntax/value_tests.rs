//! What expressions and texts are read as: binding strength, literals, escapes, texts of several lines.

use crate::source::Source;
use crate::syntax::ast::{Expr, ExprKind, Item, TextPart, UnaryOp};
use crate::syntax::parse;

/// The value of a constant, with brackets around everything that binds.
fn value(written: &str) -> String {
    let source = Source::new("a.wj", format!("const A = {written}\n"));
    let parsed = parse(&source);
    assert!(parsed.diagnostics.is_empty(), "{written}: {:?}", parsed.diagnostics);
    let Some(Item::Const(constant)) = parsed.file.items.first() else { panic!("{written}: no constant") };
    assert_eq!(source.slice(constant.value.span), written, "the span of the value");
    shown(&constant.value)
}

fn shown(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(shown).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Empty => "empty".into(),
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(digits) => digits.to_string(),
        ExprKind::Duration(value) => format!("{value}ms"),
        ExprKind::Size(value) => format!("{value}B"),
        ExprKind::Text(parts) => {
            let parts = parts.iter().map(|part| match part {
                TextPart::Literal(text) => format!("{text:?}"),
                TextPart::Insert(expr) => shown(expr),
            });
            format!("<{}>", parts.collect::<Vec<_>>().join(" "))
        }
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Member(of, name) => format!("{}.{}", shown(of), name.text),
        ExprKind::Index(of, index) => format!("{}[{}]", shown(of), shown(index)),
        ExprKind::Call { name, args } => format!("{}({})", name.text, list(args)),
        ExprKind::Unary { op: UnaryOp::Not, operand, .. } => format!("(not {})", shown(operand)),
        ExprKind::Unary { op: UnaryOp::Minus, operand, .. } => format!("(- {})", shown(operand)),
        ExprKind::Binary { op, left, right, .. } => {
            format!("({} {} {})", shown(left), op.as_str(), shown(right))
        }
        ExprKind::If { cond, then, otherwise } => {
            format!("(if {} {} {})", shown(cond), shown(then), shown(otherwise))
        }
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::Object(members) => {
            let members =
                members.iter().map(|member| format!("{}: {}", member.name.text, shown(&member.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Broken => "broken".into(),
    }
}

#[test]
fn operators_bind_as_the_language_says() {
    for (written, bound) in [
        ("a or b and c", "(a or (b and c))"),
        ("a and b or c", "((a and b) or c)"),
        ("not x in y", "(not (x in y))"),
        ("not a and b", "((not a) and b)"),
        ("not not a", "(not (not a))"),
        ("a + b == c * d", "((a + b) == (c * d))"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c % d", "(((a / b) * c) % d)"),
        ("-a * b", "((- a) * b)"),
        ("-a.b[0]", "(- a.b[0])"),
        ("a - -1", "(a - -1)"),
        ("a-1", "(a - 1)"),
        ("- 1", "-1"),
        ("(a or b) and c", "((a or b) and c)"),
        ("if a then b else c + 1", "(if a b (c + 1))"),
        ("if a then b else if c then d else e", "(if a b (if c d e))"),
        ("a <= b and c != d", "((a <= b) and (c != d))"),
        ("f(a, g(b)).c[\"d\"]", "f(a g(b)).c[<\"d\">]"),
    ] {
        assert_eq!(value(written), bound, "{written}");
    }
}

#[test]
fn lines_break_freely_between_brackets() {
    assert_eq!(value("[\n  1,\n  2 # two\n  + 3,\n]"), "[1 (2 + 3)]");
    assert_eq!(value("{\n  a: 1,\n  \"b c\": [],\n}"), "{a: 1, b c: []}");
    assert_eq!(value("(if a\n then b\n else c)"), "(if a b c)");
}

#[test]
fn literals_are_read_exactly() {
    for (written, read) in [
        ("0", "0"),
        ("1.10", "1.10"),
        ("-7", "-7"),
        ("500ms", "500ms"),
        ("90m", "5400000ms"),
        ("2d", "172800000ms"),
        ("64KB", "65536B"),
        ("1GB", "1073741824B"),
        ("empty", "empty"),
        ("null", "null"),
        ("true", "true"),
    ] {
        assert_eq!(value(written), read, "{written}");
    }
}

#[test]
fn texts_insert_and_escape() {
    for (written, read) in [
        (r#""""#, "<>"),
        (r#""a{b}c""#, r#"<"a" b "c">"#),
        (r#""{ a.b }{f("x{y}")}""#, r#"<a.b f(<"x" y>)>"#),
        (r#""\"\\\n\t\r\{\}\u{41}\u{1F600}""#, "<\"\\\"\\\\\\n\\t\\r{}A😀\">"),
        (r#"'a\d{4}"b"'"#, r#"<"a\\d{4}\"b\"">"#),
        (r#""a } b""#, r#"<"a } b">"#),
    ] {
        assert_eq!(value(written), read, "{written}");
    }
}

#[test]
fn texts_of_several_lines_lose_their_indent() {
    for (written, read) in [
        ("\"\"\"\n    Dear {name},\n      hello\n    \"\"\"", r#"<"Dear " name ",\n  hello">"#),
        ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", r#"<"a\nb">"#),
        ("\"\"\"\n  a\n\n  b\\n\n  \"\"\"", r#"<"a\n\nb\n">"#),
        ("\"\"\"one line\"\"\"", r#"<"one line">"#),
        ("\"\"\"\n\"\"\"", "<>"),
        ("\"\"\"\n  say \"hi\"\n  \"\"\"", r#"<"say \"hi\"">"#),
        ("\"\"\"\n  {a}\n  {b}\n  \"\"\"", r#"<a "\n" b>"#),
    ] {
        assert_eq!(value(written), read, "{written}");
    }
}
