//! Names, numbers, durations and sizes.

use super::ast::{Expr, ExprKind, Name};
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::words;
use crate::source::Span;

impl Builder<'_> {
    /// A word as it stands.
    pub fn name(&mut self, node: &Node) -> Name {
        Name { text: self.word(node), span: self.span(node) }
    }

    /// The name that a value is given: neither reserved nor taken.
    pub fn value_name(&mut self, node: &Node) -> Name {
        let name = self.param_name(node);
        if words::TAKEN.contains(&&*name.text) {
            self.report(errors::taken_name(name.span, &name.text));
        }
        name
    }

    /// The name of a parameter: any word but the reserved ones.
    pub fn param_name(&mut self, node: &Node) -> Name {
        let name = self.name(node);
        if node.as_rule() == Rule::bad_name {
            self.report(errors::bad_name(name.span, &name.text));
            // Below, it is most likely used in the right spelling.
            return Name { text: name.text.replace('-', "_").into(), span: name.span };
        } else if words::RESERVED.contains(&&*name.text) {
            self.report(errors::reserved_name(name.span, &name.text));
        }
        name
    }

    /// The name of a pipeline, a connector or a connector's action.
    pub fn name_of_item(&mut self, node: &Node) -> Name {
        self.param_name(node)
    }

    pub fn number(&mut self, node: &Node) -> ExprKind {
        let span = self.span(node);
        let text = node.as_str();
        let kind = match node.as_rule() {
            Rule::number => Some(ExprKind::Number(text.into())),
            Rule::duration => milliseconds(text).map(ExprKind::Duration),
            Rule::size => bytes(text).map(ExprKind::Size),
            _ => None,
        };
        kind.unwrap_or_else(|| {
            self.report(errors::bad_number(span, text));
            ExprKind::Broken
        })
    }

    /// What must be a duration; a bare number lacks its unit.
    pub fn duration(&mut self, keyword: &str, expr: Expr) -> Expr {
        self.with_unit(keyword, expr, "s", "duration")
    }

    pub fn size(&mut self, keyword: &str, expr: Expr) -> Expr {
        self.with_unit(keyword, expr, "KB", "size")
    }

    fn with_unit(&mut self, keyword: &str, expr: Expr, unit: &str, what: &str) -> Expr {
        let ExprKind::Number(digits) = &expr.kind else { return expr };
        let rest = self.rest_of_line(expr.span.end);
        let word = words::first_word(rest.trim_start());
        match unit_of(word) {
            Some(unit) => {
                let blanks = rest.len() - rest.trim_start().len();
                let end = expr.span.end + (blanks + word.len()) as u32;
                let at = Span { start: expr.span.start, end };
                self.report(errors::blank_before_unit(
                    at,
                    &format!("{digits} {word}"),
                    &format!("{digits}{unit}"),
                ));
                self.told_to_line_end = Some(at.start);
            }
            None => self.report(errors::missing_unit(expr.span, keyword, digits, unit, what)),
        }
        super::expressions::broken_expr(expr.span)
    }

    /// A status: a number, or a name of one.
    pub fn status(&mut self, node: Node) -> Expr {
        let span = self.span(&node);
        let mut nodes = node.into_inner().peekable();
        self.operand(&mut nodes).unwrap_or_else(|| super::expressions::broken_expr(span))
    }
}

fn milliseconds(text: &str) -> Option<u64> {
    let (digits, unit) = split(text)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    digits.checked_mul(factor)
}

fn bytes(text: &str) -> Option<u64> {
    let (digits, unit) = split(text)?;
    let factor = match unit {
        "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return None,
    };
    digits.checked_mul(factor)
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text.get(..end)?.parse().ok()?, text.get(end..)?))
}

/// A unit as people write it behind a blank: `5 seconds`.
pub fn unit_of(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "ms" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "сек" | "секунд" | "секунды" | "секунда" => "s",
        "мин" | "минут" | "минуты" | "минута" => "m",
        "ч" | "час" | "часа" | "часов" => "h",
        "дн" | "день" | "дня" | "дней" => "d",
        "b" | "bytes" | "б" | "байт" => "B",
        "kb" | "kib" | "кб" => "KB",
        "mb" | "mib" | "мб" => "MB",
        "gb" | "gib" | "гб" => "GB",
        _ => return None,
    })
}
