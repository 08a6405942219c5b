//! Where a line stops making sense, and what could stand there: the line is read once more, alone and strictly.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::blocks::Within;
use super::grammar::{Grammar, Rule};

/// The offset in the line, and what was expected there, in words; empty if that is too much to tell.
pub(super) fn failure(line: &str, within: Within) -> Option<(usize, String)> {
    let rule = if within == Within::Fields { Rule::field_alone } else { Rule::entry_alone };
    let error = Grammar::parse(rule, line).err()?;
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    // The furthest place is behind the blanks that were skipped.
    let blanks = line.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let ErrorVariant::ParsingError { positives, .. } = error.variant else {
        return Some((at + blanks, String::new()));
    };
    let mut wanted: Vec<&str> = positives.iter().filter_map(|rule| name(*rule)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    // Every line could also be `name = …`, every value a text, and every `let` an action: that is no news.
    if wanted.len() > 1 {
        wanted.retain(|name| *name != "`=`");
    }
    if wanted.len() > 1 {
        wanted.retain(|name| *name != "a text");
    }
    if wanted.contains(&"a value") {
        wanted.retain(|name| *name != "an action");
    }
    Some((at + blanks, listed(&wanted)))
}

fn listed(wanted: &[&str]) -> String {
    match wanted {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] if most.len() < 5 => format!("{} or {last}", most.join(", ")),
        _ => String::new(),
    }
}

/// How a rule is called in a message; rules that only hold others have no name.
fn name(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::expr
        | Rule::expr_ml
        | Rule::number
        | Rule::duration
        | Rule::size
        | Rule::bad_number
        | Rule::constant
        | Rule::reference
        | Rule::call
        | Rule::paren
        | Rule::round_object
        | Rule::list
        | Rule::object
        | Rule::place
        | Rule::if_expr
        | Rule::if_ml
        | Rule::prefix => "a value",
        Rule::quoted
        | Rule::multiline
        | Rule::plain
        | Rule::open_plain
        | Rule::bad_quoted
        | Rule::doubled => "a text",
        Rule::given_answer => "`answers`, `times out`, `refuses` or `fails`",
        Rule::name | Rule::bad_name => "a name",
        Rule::status => "a status",
        Rule::path => "a path",
        Rule::eq => "`=`",
        Rule::colon => "`:`",
        Rule::block | Rule::fields_block | Rule::arms | Rule::missing_open | Rule::low_open => "`{`",
        Rule::verb => "a method",
        Rule::dotted => "an action",
        Rule::reader => "a reader",
        Rule::count => "`once`, `never` or `2 times`",
        Rule::k_abort => "`abort`",
        Rule::k_actions => "`actions`",
        Rule::k_after => "`after`",
        Rule::k_answer => "`answer`",
        Rule::k_answers => "`answers`",
        Rule::k_as => "`as`",
        Rule::k_body => "`body`",
        Rule::k_by => "`by`",
        Rule::k_continue => "`continue`",
        Rule::k_default => "`default`",
        Rule::k_else => "`else`",
        Rule::k_fails => "`fails`",
        Rule::k_in => "`in`",
        Rule::k_most => "`most`",
        Rule::k_out => "`out`",
        Rule::k_per => "`per`",
        Rule::k_rate => "`rate`",
        Rule::k_refuses => "`refuses`",
        Rule::k_then => "`then`",
        Rule::k_times => "`times`",
        Rule::k_up => "`up`",
        Rule::k_within => "`within`",
        _ => return None,
    })
}
