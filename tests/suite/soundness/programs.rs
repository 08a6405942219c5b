//! Random programs, right by how they are made: what is written is known to be of a kind and present where it must be, by a
//! coarser reckoning than the checker's. Each name is given once, so that a value of a run belongs to one line.

use std::fmt::Write;

/// The status of every `respond`, which nothing else answers.
pub const ANSWERED: u16 = 299;

/// Choices taken from bytes, so that a failing case gets smaller with them. Behind their end the first choice is taken.
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices { bytes: bytes.iter() }
    }

    fn below(&mut self, end: usize) -> usize {
        self.bytes.next().map_or(0, |byte| *byte as usize % end)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn more(&self) -> bool {
        self.bytes.len() > 0
    }
}

pub fn script(choices: &mut Choices<'_>) -> String {
    let mut made = Made {
        choices,
        out: String::new(),
        names: Vec::new(),
        given: 0,
        budget: 40,
        responded: false,
        sure: false,
    };
    made.out.push_str(
        "const WORD = \"a\"\nconst LIST = [1, \"a\", true]\n\npipeline p {\n  on POST \"/x/{who}\"\n",
    );
    made.names.push(Known { name: "WORD".to_owned(), kind: Kind::Text, present: true });
    made.names.push(Known { name: "LIST".to_owned(), kind: Kind::List, present: true });
    made.block(1, Place::Top);
    made.out.push_str("}\n");
    made.out
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Of a known kind, but not of a known one here.
    Any,
    /// What came with the request or an answer, of no known kind: it can be extracted from.
    Outside,
    Text,
    Number,
    Bool,
    List,
    Object,
    Time,
}

#[derive(Clone)]
struct Known {
    name: String,
    kind: Kind,
    /// Surely not empty.
    present: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Branch,
    Loop,
}

struct Made<'c, 'b> {
    choices: &'c mut Choices<'b>,
    out: String,
    names: Vec<Known>,
    given: usize,
    /// Statements that may still be written.
    budget: usize,
    /// An answer may have come on some way.
    responded: bool,
    /// It has come on every way.
    sure: bool,
}

impl Made<'_, '_> {
    fn block(&mut self, depth: usize, place: Place) {
        let known = self.names.len();
        let count = 1 + self.choices.below(if place == Place::Top { 12 } else { 4 });
        for _ in 0..count {
            if self.budget == 0 || !self.choices.more() {
                break;
            }
            self.budget -= 1;
            self.statement(depth, place);
        }
        if place == Place::Top {
            return;
        }
        if self.out.trim_end().ends_with('{') {
            self.bind(depth, Kind::Any);
        }
        self.names.truncate(known);
    }

    /// Whether the block was ended by a `stop` or an `abort`.
    fn ending(&mut self, depth: usize) -> bool {
        match self.choices.below(8) {
            6 => self.line(depth, "stop"),
            7 => self.line(depth, "abort 422 \"no\""),
            _ => return false,
        }
        true
    }

    fn statement(&mut self, depth: usize, place: Place) {
        match self.choices.below(14) {
            0..=2 => self.extract(depth),
            3..=6 => self.bind(depth, Kind::Any),
            7 | 8 => self.when(depth, place),
            9 => self.choice(depth, place),
            10 => self.turns(depth),
            11 | 12 => self.action(depth, place),
            _ => self.respond(depth, place),
        }
    }

    fn extract(&mut self, depth: usize) {
        const SOURCES: [&str; 6] = ["body", "query", "headers", "cookies", "query.all", "body.all"];
        const PATHS: [&str; 12] = [
            "$.a",
            "$.b",
            "$.n",
            "$.l",
            "$.o",
            "$.l[0]",
            "$.o.a",
            "$.l[*]",
            "$..a",
            "$[\"x-a\"]",
            "$.l[?@.a == 1]",
            "$.l[-1].a",
        ];
        let from: Vec<String> = self
            .names
            .iter()
            .filter(|known| known.kind == Kind::Outside)
            .map(|known| known.name.clone())
            .collect();
        let source = match self.choices.below(3) {
            0 if !from.is_empty() => from[self.choices.below(from.len())].clone(),
            _ => self.choices.pick(&SOURCES).to_owned(),
        };
        let inside = source == "body" || !SOURCES.contains(&source.as_str());
        let block = self.choices.below(3) == 0;
        let policy = if block { " on_missing empty" } else { "" };
        self.line(depth, &format!("extract {source}{policy} {{"));
        let mut found = Vec::new();
        for _ in 0..1 + self.choices.below(3) {
            let name = self.fresh();
            let path = self.choices.pick(&PATHS);
            let many = path.contains(['*', '?']) || path.contains("..");
            let readers: &[(&str, Kind)] = if many {
                &[("", Kind::List)]
            } else {
                &[
                    ("", Kind::Outside),
                    ("", Kind::Outside),
                    (" as number", Kind::Number),
                    (" as text", Kind::Text),
                    (" as nonblank", Kind::Text),
                    (" as bool", Kind::Bool),
                    (" as email", Kind::Text),
                    (" as parse_json", Kind::Outside),
                    (" as time", Kind::Time),
                    (" as phone(\"RU\")", Kind::Text),
                ]
            };
            let (reader, kind) = self.choices.pick(readers);
            // What stands in a query or in headers is a text, mostly.
            let kind = if kind == Kind::Outside && !inside { Kind::Any } else { kind };
            let own = self.choices.below(10);
            let (policy, present) = match own {
                0 => (" on_missing abort".to_owned(), true),
                1 => (" on_missing abort 409 \"gone\"".to_owned(), true),
                2..=4 if !matches!(kind, Kind::Outside | Kind::Any) => {
                    (format!(" on_missing default {}", literal(kind)), true)
                }
                _ if block => (String::new(), false),
                _ => (" on_missing empty".to_owned(), false),
            };
            self.line(depth + 1, &format!("{name} = {path}{reader}{policy}"));
            found.push(Known { name, kind, present });
        }
        self.line(depth, "}");
        self.names.extend(found);
    }

    /// `let name = …`, of a kind or of any.
    fn bind(&mut self, depth: usize, kind: Kind) {
        if self.choices.below(12) == 11 {
            return self.secret(depth);
        }
        let kind = match kind {
            Kind::Any => self.choices.pick(&[
                Kind::Any,
                Kind::Text,
                Kind::Number,
                Kind::Bool,
                Kind::List,
                Kind::Object,
            ]),
            other => other,
        };
        let (value, present) = self.value(kind, 3);
        let name = self.fresh();
        self.line(depth, &format!("let {name} = {value}"));
        self.names.push(Known { name, kind, present });
    }

    /// A value that holds a secret, and what is reached of it. No other line uses these, since most places refuse them.
    fn secret(&mut self, depth: usize) {
        let (value, _) = self.value(Kind::Number, 1);
        let whole = self.fresh();
        let inside = self.choices.pick(&[
            "secret.KEY",
            "\"Bearer {secret.KEY}\"",
            "[1, secret.KEY]",
            "if path.who == \"a\" then secret.KEY else secret.OLD",
        ]);
        self.line(depth, &format!("let {whole} = {{ a: {inside}, b: {value} }}"));
        for member in ["a", "b"] {
            let part = self.fresh();
            self.line(depth, &format!("let {part} = {whole}.{member}"));
        }
    }

    fn when(&mut self, depth: usize, place: Place) {
        let inside = if place == Place::Top { Place::Branch } else { place };
        let before = (self.responded, self.sure);
        let (mut responded, mut all_sure) = (before.0, true);
        let arms = 1 + self.choices.below(3);
        for at in 0..arms {
            let condition = self.condition(2);
            let word = if at == 0 { "" } else { "} else " };
            self.line(depth, &format!("{word}when {condition} {{"));
            (self.responded, self.sure) = before;
            self.block(depth + 1, inside);
            let ended = self.ending(depth + 1);
            responded |= self.responded;
            all_sure &= self.sure || ended;
        }
        if self.choices.below(2) == 0 {
            self.line(depth, "} else {");
            (self.responded, self.sure) = before;
            self.block(depth + 1, inside);
            responded |= self.responded;
            all_sure &= self.sure;
        } else {
            all_sure &= before.1;
        }
        self.line(depth, "}");
        (self.responded, self.sure) = (responded, all_sure);
    }

    fn choice(&mut self, depth: usize, place: Place) {
        let inside = if place == Place::Top { Place::Branch } else { place };
        let (subject, _) = self.value(Kind::Text, 1);
        let before = (self.responded, self.sure);
        let mut responded = before.0;
        self.line(depth, &format!("match {subject} {{"));
        for arm in ["\"a\", \"b\"", "\"7\", empty"].into_iter().take(1 + self.choices.below(2)) {
            let arm = arm.replace(", empty", "");
            self.line(depth + 1, &format!("{arm} {{"));
            (self.responded, self.sure) = before;
            self.block(depth + 2, inside);
            self.ending(depth + 2);
            responded |= self.responded;
            self.line(depth + 1, "}");
        }
        if self.choices.below(2) == 0 {
            self.line(depth + 1, "else {");
            (self.responded, self.sure) = before;
            self.block(depth + 2, inside);
            responded |= self.responded;
            self.line(depth + 1, "}");
        }
        self.line(depth, "}");
        (self.responded, self.sure) = (responded, before.1);
    }

    fn turns(&mut self, depth: usize) {
        let (list, _) = self.value(Kind::List, 2);
        let name = self.fresh();
        self.line(depth, &format!("for {name} in {list}, at most 20 {{"));
        let known = self.names.len();
        self.names.push(Known { name, kind: Kind::Any, present: false });
        self.block(depth + 1, Place::Loop);
        self.ending(depth + 1);
        self.line(depth, "}");
        self.names.truncate(known);
    }

    fn action(&mut self, depth: usize, place: Place) {
        let name = self.fresh();
        let declared = self.choices.below(3) == 0;
        let (secret, _) = (self.choices.below(2), ());
        if declared {
            self.line(depth, &format!("let {name} = bizon.add_subscriber {{"));
            for line in [
                "token = secret.TOKEN",
                "pageId = \"1:a\"",
                "email = \"a@b.example\"",
                "time = \"2030-12-11T20:00:00.000\"",
            ] {
                self.line(depth + 1, line);
            }
        } else {
            let value = self.value(Kind::Any, 2).0;
            self.line(depth, &format!("let {name} = http.post \"https://a.example/x\" {{"));
            self.line(depth + 1, &format!("json {{ v: {value} }}"));
            if secret == 0 {
                self.line(depth + 1, "header \"Authorization\" = \"Bearer {secret.KEY}\"");
            }
        }
        let mut present = true;
        match self.choices.below(4) {
            0 => {
                present = false;
                self.line(depth + 1, "on_fail continue");
            }
            1 => {
                self.line(depth + 1, "on_fail {");
                let before = (self.responded, self.sure);
                let known = self.names.len();
                let text = self.fresh();
                self.line(depth + 2, &format!("let {text} = failure.text"));
                let status = self.fresh();
                self.line(depth + 2, &format!("let {status} = failure.status"));
                self.block(depth + 2, if place == Place::Top { Place::Branch } else { place });
                present = self.ending(depth + 2);
                self.names.truncate(known);
                self.line(depth + 1, "}");
                (self.responded, self.sure) = (self.responded | before.0, before.1);
            }
            _ => {}
        }
        self.line(depth, "}");
        let reached: &[(&str, Kind)] = if declared {
            &[("hash", Kind::Text), ("url_default", Kind::Text)]
        } else {
            &[("status", Kind::Number), ("body", Kind::Outside), ("headers", Kind::Outside)]
        };
        for (member, kind) in reached {
            if self.choices.below(2) == 0 {
                let bound = self.fresh();
                self.line(depth, &format!("let {bound} = {name}.{member}"));
                let present = present && matches!(*member, "hash" | "status");
                self.names.push(Known { name: bound, kind: *kind, present });
            }
        }
    }

    fn respond(&mut self, depth: usize, place: Place) {
        if self.responded || place == Place::Loop {
            if self.sure && place != Place::Loop && self.choices.below(2) == 0 {
                self.line(depth, "wait 5m");
            }
            return;
        }
        let value = self.value(Kind::Any, 2).0;
        self.line(depth, &format!("respond {ANSWERED} {{ json {{ v: {value} }} }}"));
        (self.responded, self.sure) = (true, true);
    }

    /// An expression of a kind, and whether it is surely present.
    fn value(&mut self, kind: Kind, depth: usize) -> (String, bool) {
        let fitting: Vec<Known> =
            self.names.iter().filter(|known| kind == Kind::Any || known.kind == kind).cloned().collect();
        if depth == 0 || !fitting.is_empty() && self.choices.below(3) == 0 {
            if fitting.is_empty() {
                return (literal(kind).to_owned(), kind != Kind::Any);
            }
            let known = fitting[self.choices.below(fitting.len())].clone();
            return (known.name, known.present);
        }
        let below = depth - 1;
        match (kind, self.choices.below(8)) {
            (Kind::Any, 0) => ("empty".to_owned(), false),
            (Kind::Any, at) => {
                let kinds = [
                    Kind::Text,
                    Kind::Number,
                    Kind::Bool,
                    Kind::List,
                    Kind::Object,
                    Kind::Text,
                    Kind::Number,
                ];
                self.value(kinds[at - 1], below)
            }
            (_, 0) => (literal(kind).to_owned(), true),
            (_, 1) => {
                let condition = self.condition(below.min(1));
                let (one, sure_one) = self.value(kind, below);
                let (other, sure_other) = self.value(kind, below);
                (format!("(if {condition} then {one} else {other})"), sure_one && sure_other)
            }
            (Kind::Text, 2) => {
                // A number alone in braces is a mistake.
                let value = self.value(Kind::Any, below).0;
                let value = if value == "7" { "WORD".to_owned() } else { value };
                (format!("\"t {{{value}}}\""), true)
            }
            (Kind::Text, 3) => {
                let (text, present) = self.value(Kind::Text, below);
                let function = self.choices.pick(&["trim", "lower", "upper", "text", "sha256"]);
                (format!("{function}({text})"), present)
            }
            (Kind::Text, 4) => (
                self.choices
                    .pick(&["request.ip", "operation.id", "path.who", "uuid()", "request.method"])
                    .to_owned(),
                true,
            ),
            (Kind::Text, 5) => {
                let (text, _) = self.value(Kind::Text, below);
                (format!("nonblank({text})"), false)
            }
            (Kind::Text, _) => {
                let (one, _) = self.value(Kind::Text, below);
                (format!("first_of({one}, \"x\")"), true)
            }
            (Kind::Number, 2 | 3) => {
                let (one, other) = (self.present(Kind::Number), self.present(Kind::Number));
                let sign = self.choices.pick(&["+", "-", "*"]);
                (format!("({one} {sign} {other})"), true)
            }
            (Kind::Number, 4) => {
                let (list, present) = self.value(Kind::List, below);
                (format!("len({list})"), present)
            }
            (Kind::Number, 5) => (format!("number({})", self.value(Kind::Text, below).0), false),
            (Kind::Number, _) => {
                let (number, present) = self.value(Kind::Number, below);
                let function = self.choices.pick(&["round", "abs", "floor"]);
                (format!("{function}({number})"), present)
            }
            (Kind::Bool, _) => (format!("({})", self.condition(below)), true),
            (Kind::List, 2) => {
                let (text, present) = self.value(Kind::Text, below);
                (format!("split({text}, \",\")"), present)
            }
            (Kind::List, 3) => {
                let (list, present) = self.value(Kind::List, below);
                let function = self.choices.pick(&["unique(", "map(", "concat("]);
                let rest = match function {
                    "map(" => ", \"$.a\"",
                    "concat(" => ", [1]",
                    _ => "",
                };
                (format!("{function}{list}{rest})"), present && function != "concat(")
            }
            (Kind::List, _) => {
                let count = self.choices.below(3);
                let items: Vec<String> = (0..count).map(|_| self.value(Kind::Any, below).0).collect();
                (format!("[{}]", items.join(", ")), true)
            }
            (Kind::Object, _) => {
                let (a, b) = (self.value(Kind::Any, below).0, self.value(Kind::Any, below).0);
                (format!("{{ a: {a}, b: {b} }}"), true)
            }
            (Kind::Outside, _) => ("WORD".to_owned(), true),
            (Kind::Time, _) => ("now()".to_owned(), true),
        }
    }

    /// A value of a kind that is surely there: a name or a literal.
    fn present(&mut self, kind: Kind) -> String {
        let fitting: Vec<String> = self
            .names
            .iter()
            .filter(|known| known.kind == kind && known.present)
            .map(|known| known.name.clone())
            .collect();
        if fitting.is_empty() || self.choices.below(3) == 0 {
            return literal(kind).to_owned();
        }
        fitting[self.choices.below(fitting.len())].clone()
    }

    fn condition(&mut self, depth: usize) -> String {
        let any: Vec<String> = self.names.iter().map(|known| known.name.clone()).collect();
        let one = |this: &mut Self| {
            any.get(this.choices.below(any.len().max(1))).cloned().unwrap_or_else(|| "WORD".to_owned())
        };
        match self.choices.below(if depth == 0 { 5 } else { 9 }) {
            0 | 1 => format!("{} != empty", one(self)),
            2 => format!("{} == empty", one(self)),
            3 => format!("{} == \"a\"", self.present(Kind::Text)),
            4 => format!("{} > {}", self.present(Kind::Number), self.present(Kind::Number)),
            5 => format!("{} and {}", self.condition(depth - 1), self.condition(depth - 1)),
            6 => format!("({} or {})", self.condition(depth - 1), self.condition(depth - 1)),
            7 => format!("not ({})", self.condition(depth - 1)),
            _ => format!("{} == true", self.present(Kind::Bool)),
        }
    }

    fn fresh(&mut self) -> String {
        self.given += 1;
        format!("v{}", self.given)
    }

    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
    }
}

fn literal(kind: Kind) -> &'static str {
    match kind {
        Kind::Any | Kind::Outside | Kind::Text => "\"a\"",
        Kind::Number => "7",
        Kind::Bool => "true",
        Kind::List => "[1, \"a\"]",
        Kind::Object => "{ a: 1, b: \"a\" }",
        Kind::Time => "now()",
    }
}
