//! WJ02xx: names that mean nothing here, and things in places where they cannot stand.

use std::sync::Arc;

use super::{
    BAD_CONNECTOR, BROKEN_CONNECTOR, GIVEN_TWICE, MISPLACED_DEDUPE, MISPLACED_PART, NAME_GIVEN_TWICE,
    NAME_OF_BRANCH, NO_ROUTE, NOT_CONSTANT, RESPOND_IN_LOOP, SECOND_BODY, SECOND_RESPOND, UNKNOWN_ACTION,
    UNKNOWN_FUNCTION, UNKNOWN_MEMBER, UNKNOWN_NAME, UNKNOWN_PARAMETER, UNKNOWN_READER, WAIT_BEFORE_RESPOND,
    WRONG_ARITY, suggest, suggest_known,
};
use crate::actions::ActionSpec;
use crate::builtins::Builtin;
use crate::diagnostic::{Diagnostic, fold_look_alikes};
use crate::resolve::connectors::Connector;
use crate::source::{Source, Span};
use crate::syntax::ast::Name;

/// `elsewhere` is what the word means in other languages, `near` a name that is much like it.
pub(in crate::resolve) fn unknown_name(
    name: &str,
    span: Span,
    elsewhere: Option<&str>,
    near: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_NAME, span, format!("nothing here is called `{name}`"))
        .label("not known here");
    // A name of one's own comes first: `no` may be a mistyped `now`.
    if let (Some(right), None) = (elsewhere, near.filter(|near| *near != "secret")) {
        let help = match right {
            "secret" => {
                "What the server keeps for itself is `secret.NAME`: the environment variable of that name."
                    .to_owned()
            }
            _ => format!("That is written `{right}`."),
        };
        return found.help(help).safe_fix(format!("write `{right}`"), span, right);
    }
    let found = suggest(found, name, span, near);
    if near.is_some() {
        return found;
    }
    // `phone(x, RU)`
    if matches!(name, "RU" | "BY" | "KZ" | "KG" | "UZ" | "AM" | "AZ" | "GE" | "TJ" | "MD" | "UA") {
        let quoted = format!("\"{name}\"");
        return found.help(format!("A country is a text: `{quoted}`.")).fix("put it in quotes", span, quoted);
    }
    if matches!(name, "form" | "json" | "xml" | "multipart" | "payload" | "data" | "post" | "files") {
        return found.help(
            "What was sent is called `body`, whether it came as JSON, a form, multipart or XML: `extract body { … }`. What stands in the URL is `query`.",
        );
    }
    found.help(format!("A name is known from its line to the end of its block: bind it above with `let`, `extract` or `const`. A text stands in quotes: `\"{name}\"`."))
}

/// A function without the brackets that call it.
pub(in crate::resolve) fn function_not_called(name: &str, span: Span, takes_nothing: bool) -> Diagnostic {
    let found =
        Diagnostic::new(&UNKNOWN_NAME, span, format!("`{name}` is a function, and is called with brackets"))
            .label("not known as a value");
    if takes_nothing {
        let right = format!("{name}()");
        return found.safe_fix(format!("write `{right}`"), span, right);
    }
    found.help(format!("Write `{name}(…)` with the values that it is given."))
}

/// A name of Latin letters, where the one that is given looks the same and is not.
pub(in crate::resolve) fn given_in_other_letters(
    name: &str,
    span: Span,
    given: Span,
    written: &str,
) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_NAME, span, format!("nothing here is called `{name}`"))
        .label("in Latin letters")
        .also(given, "some of these letters are Cyrillic")
        .help(format!(
            "`{written}` looks like `{name}` and is another name. Spell it in one alphabet where it is given."
        ))
        .safe_fix(format!("spell it `{name}` there"), given, name)
}

/// `per minute`.
pub(in crate::resolve) fn unit_without_number(word: &str, span: Span, unit: &str) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_NAME, span, format!("`{word}` is written `1{unit}`"))
        .label("no number before it")
        .help("A duration is a number and its unit: `500ms`, `5s`, `10m`, `2h`, `7d`.")
        .safe_fix(format!("write `1{unit}`"), span, format!("1{unit}"))
}

pub(in crate::resolve) fn name_of_branch(
    name: &str,
    span: Span,
    owner: (&str, u32),
    bound: Span,
) -> Diagnostic {
    let (word, line) = owner;
    let help = match word {
        "for" => "What a turn binds ends with the turn: use it inside the block.".to_owned(),
        _ => format!(
            "Use it inside that block, or bind `{name}` above it, as in `let {name} = if … then … else …`."
        ),
    };
    Diagnostic::new(&NAME_OF_BRANCH, span, format!("`{name}` is bound only inside `{word}` on line {line}"))
        .label("not known here")
        .also(bound, "bound here, and gone at the end of the block")
        .help(help)
}

pub(in crate::resolve) fn name_given_twice(name: &str, later: Span, first: Span, line: u32) -> Diagnostic {
    Diagnostic::new(&NAME_GIVEN_TWICE, later, format!("`{name}` is bound already, on line {line}"))
        .label("given a second time")
        .also(first, "first given here")
        .help(
            "Nothing is assigned twice, so that a name means one thing. Choose another name for one of them.",
        )
}

pub(in crate::resolve) fn unknown_function(name: &Name, near: Option<&str>) -> Diagnostic {
    let text = &name.text;
    let found = Diagnostic::new(&UNKNOWN_FUNCTION, name.span, format!("there is no function `{text}`"));
    suggest_known(found.label("unknown function"), text, name.span, near)
}

pub(in crate::resolve) fn wrong_arity(
    function: &Builtin,
    name: &Name,
    given: usize,
    span: Span,
) -> Diagnostic {
    let params: Vec<String> = function
        .params
        .iter()
        .map(|param| if param.optional { format!("[{}]", param.name) } else { param.name.to_owned() })
        .collect();
    let more = if function.variadic { ", …" } else { "" };
    let signature = format!("{}({}{more})", function.name, params.join(", "));
    let least = function.params.iter().filter(|param| !param.optional).count();
    let wanted = match (function.variadic, least == function.params.len()) {
        (true, _) => format!("at least {least}"),
        (false, true) => least.to_string(),
        (false, false) => format!("{least} to {}", function.params.len()),
    };
    let plural = if wanted == "1" { "argument" } else { "arguments" };
    Diagnostic::new(
        &WRONG_ARITY,
        span,
        format!("`{}` takes {wanted} {plural}, and was given {given}", name.text),
    )
    .label("wrong count")
    .help(format!("It is called as `{signature}`. {}", function.summary))
}

pub(in crate::resolve) fn unknown_reader(name: &Name, near: Option<&str>, known: &str) -> Diagnostic {
    let text = &name.text;
    let found = Diagnostic::new(&UNKNOWN_READER, name.span, format!("there is no reader `{text}`"))
        .label("cannot stand behind `as`");
    let found = suggest_known(found, text, name.span, near);
    if near.is_some() { found } else { found.help(format!("Readers are {known}.")) }
}

pub(in crate::resolve) fn function_as_reader(name: &Name, known: &str) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(&UNKNOWN_READER, name.span, format!("`{text}` is a function, but no reader"))
        .label("cannot stand behind `as`")
        .help(format!("Readers are {known}. Other functions are called below, as in `let x = {text}(…)`."))
}

pub(in crate::resolve) fn unknown_action(name: &Name, near: Option<&str>) -> Diagnostic {
    let text = &name.text;
    let found = Diagnostic::new(&UNKNOWN_ACTION, name.span, format!("there is no action `{text}`"));
    let found = suggest_known(found.label("unknown action"), text, name.span, near);
    if near.is_some() {
        return found;
    }
    found.help("A service that wj does not know is called with `http.post` and its like.")
}

pub(in crate::resolve) fn broken_connector(
    name: &Name,
    connector: &Connector,
    here: &Arc<Source>,
) -> Diagnostic {
    let service = &connector.name;
    let found = Diagnostic::new(
        &BROKEN_CONNECTOR,
        name.span,
        format!("the connector `{service}` has an error, so `{}` cannot be called", name.text),
    )
    .label("its connector is broken")
    .help("Mend the connector first: its own error is reported where it stands.");
    match Arc::ptr_eq(here, &connector.source) {
        true => found.also(connector.span, "the connector stands here"),
        false => found.also_in(&connector.source, connector.span, "the connector stands here"),
    }
}

pub(in crate::resolve) fn no_base(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_CONNECTOR, span, "this connector has no `base`").label("no base").help(
        "Write `base \"https://host/path\"` above its actions. A call can then replace it, to try a service of one's own.",
    )
}

pub(in crate::resolve) fn unknown_parameter(
    name: &Name,
    spec: &ActionSpec,
    near: Option<&str>,
) -> Diagnostic {
    let text = &name.text;
    let found =
        Diagnostic::new(&UNKNOWN_PARAMETER, name.span, format!("`{}` has no parameter `{text}`", spec.name));
    let found = suggest_known(found.label("unknown parameter"), text, name.span, near);
    if near.is_some() {
        return found;
    }
    let known: Vec<String> = spec.params.iter().map(|param| format!("`{}`", param.name)).collect();
    let open: Vec<String> = spec.open_prefixes.iter().map(|prefix| format!("`{prefix}…`")).collect();
    let base = (!spec.is_mail()).then(|| "`base`".to_owned());
    found.help(format!(
        "It takes {}.",
        known.into_iter().chain(open).chain(base).collect::<Vec<_>>().join(", ")
    ))
}

pub(in crate::resolve) fn parameter_of_http(name: &Name, action: &str, value: Span) -> Diagnostic {
    let text = &name.text;
    let sign = Span { start: name.span.end, end: value.start };
    let found =
        Diagnostic::new(&UNKNOWN_PARAMETER, name.span, format!("`{action}` has no parameter `{text}`"))
            .label("unknown parameter");
    match &**text {
        "json" | "form" | "query" | "text" | "body" => {
            found
                .help(format!("A part of the request takes its value without `=`: `{text} …`."))
                .safe_fix("leave the `=` out", sign, " ")
        }
        "timeout" | "retry" | "key" | "on_fail" | "on_crash" | "accept" | "require" | "refuse" | "method" => {
            found
                .help(format!("What says how wj works has no `=`: `{text} …`."))
                .safe_fix("leave the `=` out", sign, " ")
        }
        _ => found.help("What it sends stands in `header \"Name\" = …`, `query { … }`, `form { … }`, `json …` or `text …`."),
    }
}

pub(in crate::resolve) fn respond_in_loop(keyword: Span) -> Diagnostic {
    Diagnostic::new(&RESPOND_IN_LOOP, keyword, "`respond` stands inside a `for`")
        .label("would come with each turn")
        .help("A caller gets one answer: put `respond` above the `for` or below it.")
}

pub(in crate::resolve) fn wait_before_respond(keyword: Span, respond: Option<Span>) -> Diagnostic {
    let found =
        Diagnostic::new(&WAIT_BEFORE_RESPOND, keyword, "`wait` stands where a `respond` may still come")
            .label("its caller would wait too");
    let found = match respond {
        Some(respond) => found.also(respond, "the answer that may come behind it"),
        None => found,
    };
    found.help("Callers give up after some seconds: put `respond` above the `wait`.")
}

pub(in crate::resolve) fn second_respond(keyword: Span, first: Span, line: u32, has: &str) -> Diagnostic {
    let message = format!("the caller {has} the answer of line {line} already");
    Diagnostic::new(&SECOND_RESPOND, keyword, message)
        .label("a second `respond` on this way")
        .also(first, "the first one")
        .help("On every way through a pipeline there is at most one `respond`. If they answer different cases, put each into a branch of one `when … else`, or end the first branch with `stop`.")
}

pub(in crate::resolve) fn given_twice(what: &str, name: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, name.span, format!("the {what} `{}` is given twice", name.text))
        .label("given a second time")
        .also(first, "first given here")
        .help("Only one of them could hold: remove the other.")
}

pub(in crate::resolve) fn clause_given_twice(word: &str, keyword: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, keyword, format!("`{word}` is given twice"))
        .label("given a second time")
        .also(first, "first given here")
        .help("Only one of them could hold: remove the other.")
}

pub(in crate::resolve) fn head_given_twice(word: &str, keyword: Span, first: Span) -> Diagnostic {
    let found = clause_given_twice(word, keyword, first);
    match word {
        "cors" => found.help("All sites stand in one: `cors \"https://a.example\", \"https://b.example\"`."),
        _ => found,
    }
}

pub(in crate::resolve) fn dedupe_in_block(keyword: Span) -> Diagnostic {
    Diagnostic::new(&MISPLACED_DEDUPE, keyword, "`dedupe` stands inside of a block")
        .label("not here")
        .help("Whether a request is a repeat is decided for all of them, before anything is sent: `dedupe` stands at the pipeline's top level, outside of `when`, `match` and `for`.")
}

pub(in crate::resolve) fn dedupe_too_late(keyword: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&MISPLACED_DEDUPE, keyword, format!("`dedupe` stands behind {what}"))
        .label("too late here")
        .help("A repeat must be known before anything is sent: put `dedupe` above the first action and above any `wait`.")
}

pub(in crate::resolve) fn part_of_declared(part: &str, span: Span, action: &str) -> Diagnostic {
    Diagnostic::new(&MISPLACED_PART, span, format!("`{part}` has no place in `{action}`"))
        .label("belongs to `http.…`")
        .help(format!("`{action}` makes its request of its parameters: `name = value`. To write a request by hand, use `http.post`."))
}

pub(in crate::resolve) fn judged_mail(word: &str, span: Span, action: &str) -> Diagnostic {
    Diagnostic::new(&MISPLACED_PART, span, format!("`{word}` has no place in `{action}`"))
        .label("there is no answer to be judged")
        .help("A mail server takes a mail or turns it down, and says no more: remove the line.")
}

pub(in crate::resolve) fn method_of_named(span: Span, method: &str) -> Diagnostic {
    Diagnostic::new(&MISPLACED_PART, span, format!("this action sends `{method}`, and takes no `method`"))
        .label("belongs to `http.request`")
        .help("Write `http.request \"…\" { method \"…\" }` for a method that has no action of its own.")
}

pub(in crate::resolve) fn part_of_respond(part: &Name) -> Diagnostic {
    Diagnostic::new(&MISPLACED_PART, part.span, format!("`{}` has no place in an answer", part.text))
        .label("not a part of an answer")
        .help("An answer has `header \"Name\" = …` and one of `json …`, `text …` and `body …`.")
}

pub(in crate::resolve) fn second_body(of: &str, part: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(
        &SECOND_BODY,
        part.span,
        format!("{of} has one body, and `{}` would be a second", part.text),
    )
    .label("a second body")
    .also(first, "the first one")
    .help("Keep one of them.")
}

/// A path that begins with no member of an object of which all members are known.
pub(in crate::resolve) fn leads_nowhere(span: Span, first: &str, of: &str, known: &[&str]) -> Diagnostic {
    let found =
        Diagnostic::new(&UNKNOWN_MEMBER, span, format!("`{of}` has no `{first}`")).label("finds nothing");
    match known {
        [] => found.help("It is empty."),
        known if known.contains(&"body") && known.contains(&"status") => found.help(format!(
            "`{of}` is the whole of what came back; what the service wrote is in its body: `extract {of}.body {{ … }}`."
        )),
        known => found.help(format!("It has: {}.", known.join(", "))),
    }
}

pub(in crate::resolve) fn unknown_member(
    member: &Name,
    of: &str,
    near: Option<&str>,
    known: &str,
) -> Diagnostic {
    let text = &member.text;
    let found =
        Diagnostic::new(&UNKNOWN_MEMBER, member.span, format!("`{of}` has no `{text}`")).label("not there");
    let other = match (of, &**text) {
        ("failure", "code" | "statusCode" | "status_code" | "http_status") => Some("status"),
        ("failure", "message" | "reason" | "error" | "why" | "msg") => Some("text"),
        ("request", "url_path" | "uri") => Some("path"),
        ("request", "now" | "date" | "timestamp" | "at") => Some("time"),
        ("request", "remote" | "remote_addr" | "remote_ip" | "client_ip" | "address") => Some("ip"),
        _ => None,
    };
    if let Some(right) = other {
        return found.help(format!("That is called `{of}.{right}`.")).fix(
            format!("write `{right}`"),
            member.span,
            right,
        );
    }
    let found = suggest(found, text, member.span, near);
    if of == "request" && matches!(&**text, "body" | "query" | "headers" | "cookies") {
        return found.help(format!(
            "`{text}` stands for itself, and what is in it is picked: `extract {text} {{ name = $.name on_missing abort }}`."
        ));
    }
    match (near, known) {
        (Some(_), _) => found,
        (None, "") => found.help("It is empty."),
        (None, known) => found.help(format!("It has: {known}.")),
    }
}

pub(in crate::resolve) fn unknown_path_parameter(
    member: &Name,
    near: Option<&str>,
    known: &str,
    route: Option<Span>,
) -> Diagnostic {
    let text = &member.text;
    let found = Diagnostic::new(
        &UNKNOWN_MEMBER,
        member.span,
        format!("no route of this pipeline has a `{{{text}}}`"),
    )
    .label("not there");
    let found = suggest(found, text, member.span, near);
    let found = match route {
        Some(route) => found.also(route, "the route"),
        None => found,
    };
    match (near, known) {
        (Some(_), _) => found,
        (None, "") => {
            found.help(format!("Write the segment as a parameter: `on POST \"/hooks/{{{text}}}\"`."))
        }
        (None, known) => found.help(format!("Its routes have: {known}.")),
    }
}

pub(in crate::resolve) fn incomplete_name(root: &str, span: Span) -> Diagnostic {
    let example = match root {
        "path" => "`path.NAME`, for a `{NAME}` of the route",
        "request" => "`request.method`, `request.path`, `request.url`, `request.ip` or `request.time`",
        "operation" => "`operation.id`",
        "secret" => "`secret.NAME`",
        _ => "`failure.text` or `failure.status`",
    };
    Diagnostic::new(&UNKNOWN_MEMBER, span, format!("`{root}` alone is no value"))
        .label("a part of it is wanted")
        .help(format!("Write {example}."))
}

pub(in crate::resolve) fn failure_outside_on_fail(span: Span) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_MEMBER, span, "`failure` is known only in the block of an `on_fail`")
        .label("nothing has failed here")
        .help("Write `on_fail { … }` in the action, and use `failure.text` and `failure.status` there.")
}

pub(in crate::resolve) fn no_request_here(root: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_MEMBER, span, format!("there is no `{root}` outside of a pipeline"))
        .label("no request here")
}

pub(in crate::resolve) fn nothing_at_index(whole: Span, index: Span) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_MEMBER, whole, "nothing stands at this index")
        .label("not there")
        .also(index, "this index; the first item is 0")
}

pub(in crate::resolve) fn no_route(name: &Name) -> Diagnostic {
    Diagnostic::new(
        &NO_ROUTE,
        name.span,
        format!("the pipeline `{}` has no route, so nothing ever runs it", name.text),
    )
    .label("never called")
    .help("Say where it takes its requests, as in `on POST \"/hooks/leads\"`.")
}

pub(in crate::resolve) fn not_constant(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&NOT_CONSTANT, span, format!("a constant cannot hold {what}"))
        .label("known only when something runs")
        .help("A constant is a literal, a list, an object, or a text with constants above it. Anything else is a `let` inside a pipeline.")
}

/// The word itself with the letters that were meant, where it mixes alphabets.
pub(super) fn look_alike(word: &str, near: &str) -> bool {
    word != near && fold_look_alikes(word) == near
}
