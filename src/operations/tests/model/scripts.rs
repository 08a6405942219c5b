//! The pipelines of the model: each shape of the contract. The target's URL names operation and action, and what the second
//! action sends is what the first one was answered.

use std::sync::{Arc, LazyLock};

use crate::check;
use crate::resolve::program::Pipeline;
use crate::source::Source;
use crate::store::{Millis, Program};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Script {
    /// Repeatable actions behind the answer.
    Behind,
    /// Reported ones behind the answer.
    Reported,
    /// A reported one that says `retry`.
    Insisting,
    /// `dedupe`, and actions before the answer and behind it.
    Before,
    /// `dedupe`, and a repeatable action before the answer that may end it; then a `wait`.
    Keyed,
    /// `dedupe` for half an hour, and nothing else but an answer.
    AnswerOnly,
    /// A gate and a secret, which is another one after each start.
    Signed,
    /// A loop.
    Looped,
}

pub(super) struct Known {
    pub pipeline: Arc<Pipeline>,
    pub program: Arc<Program>,
    /// Its actions by their labels, in order, and whether each is reported.
    pub actions: &'static [(&'static str, bool)],
    /// How long its `dedupe` holds a key.
    pub within: Option<Millis>,
}

const HOUR: Millis = 3_600_000;

impl Script {
    pub(super) const ALL: [Script; 8] = [
        Script::Behind,
        Script::Reported,
        Script::Insisting,
        Script::Before,
        Script::Keyed,
        Script::AnswerOnly,
        Script::Signed,
        Script::Looped,
    ];

    pub(super) fn known(self) -> &'static Known {
        static ALL: LazyLock<Vec<Known>> =
            LazyLock::new(|| Script::ALL.into_iter().map(Script::compile).collect());
        &ALL[self as usize]
    }

    pub(super) fn named(name: &str) -> Script {
        Script::ALL.into_iter().find(|script| &*script.known().pipeline.name == name).unwrap()
    }

    /// Whether it repeats what may have taken effect, because it says so.
    pub(super) fn insists(self) -> bool {
        self == Script::Insisting
    }

    fn compile(self) -> Known {
        let text = format!(
            "pipeline p{} {{\n  on POST \"/p\"\n{}  on_failure {{ notify email \"a@b.example\" }}\n}}\n",
            self as usize,
            self.steps()
        );
        let checked = check::check(&[Arc::new(Source::new("p.wj", text.as_str()))]);
        let file = checked.files.into_iter().next().unwrap();
        assert!(!file.has_errors(), "{text}{:?}", file.diagnostics);
        let pipeline = file.pipelines.into_iter().next().unwrap();
        let files = vec![("p.wj".to_owned(), text)];
        let program = Arc::new(Program { hash: pipeline.hash, edition: check::EDITION, files });
        let (actions, within): (&[_], _) = match self {
            Script::Behind | Script::Signed => (&[("a", false), ("b", false)], None),
            Script::Reported => (&[("a", true), ("b", false), ("c", true)], None),
            Script::Insisting => (&[("a", true), ("b", false)], None),
            Script::Before => (&[("a", true), ("b", false), ("c", true)], Some(720 * HOUR)),
            Script::Keyed => (&[("a", false), ("b", true)], Some(720 * HOUR)),
            Script::AnswerOnly => (&[], Some(HOUR / 2)),
            Script::Looped => (&[("1", true), ("2", true), ("b", false)], None),
        };
        Known { pipeline, program, actions, within }
    }

    fn steps(self) -> String {
        const TRIES: &str = "retry 3 times, first 1s, at most 2s";
        const ANSWER: &str = "  extract a.body on_missing empty { s = $.serial }\n";
        const AFTER: &str = "query { after: s }";
        const ID: &str = "  extract body { id = $.id on_missing abort }\n";
        match self {
            Script::Behind => format!(
                "  respond 202\n{}{ANSWER}{}",
                call("let a = http.put", "a", TRIES),
                call("http.put", "b", &format!("{AFTER}\n{TRIES}"))
            ),
            Script::Reported => format!(
                "  respond 202\n{}{ANSWER}{}{}",
                call("let a = http.post", "a", ""),
                call("http.put", "b", AFTER),
                call("http.post", "c", AFTER)
            ),
            Script::Insisting => format!(
                "  respond 202\n{}{ANSWER}{}",
                call("let a = http.post", "a", TRIES),
                call("http.put", "b", AFTER)
            ),
            Script::Before => format!(
                "{ID}  dedupe by id within 30d\n{}{ANSWER}{}  respond 200 {{ json {{ serial: s }} }}\n{}",
                call("let a = http.post", "a", ""),
                call("http.put", "b", AFTER),
                call("http.post", "c", AFTER)
            ),
            Script::Keyed => format!(
                "{ID}  dedupe by id within 30d\n{}{ANSWER}  respond 201\n  wait 1h\n{}",
                call("let a = http.put", "a", "on_fail { abort 409 \"no\" }"),
                call("http.post", "b", AFTER)
            ),
            Script::AnswerOnly => {
                format!("{ID}  dedupe by id within 30m\n  respond 200 {{ text \"yes\" }}\n")
            }
            Script::Signed => format!(
                "  verify token header \"x-token\" == secret.GATE\n  respond 202\n{}{ANSWER}{}",
                call("let a = http.put", "a", "header \"Authorization\" = \"Bearer {secret.TOKEN}\""),
                call("http.post", "b", &format!("{AFTER}\nkey auto\n{TRIES}"))
            ),
            Script::Looped => format!(
                "  respond 202\n  for n in [\"1\", \"2\"] {{\n{}  }}\n{}",
                call("http.post", "{n}", ""),
                call("http.put", "b", TRIES)
            ),
        }
    }
}

fn call(what: &str, label: &str, clauses: &str) -> String {
    // The second action goes to another host, so that its work waits in another lane.
    let host = if label == "b" { "b" } else { "a" };
    format!(
        "  {what} \"https://{host}.example/{{operation.id}}/{label}\" {{\n    json {{ n: 1 }}\n{clauses}\n  }}\n"
    )
}
