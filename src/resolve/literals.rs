//! Literals that somebody else reads: statuses, methods, header names, e-mail addresses, times, durations, counts,
//! sizes. They stand in the script or in a constant, and are checked before a run.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Resolver;
use super::errors::{kinds, literals, names};
use crate::builtins;
use crate::syntax;
use crate::syntax::ast::{self, ExprKind};
use crate::value::{Kind, Value, duration_text};

/// Headers that the transport writes by itself: set by a script, they would break the message (RFC 9110, 7.6.1 and 8.6).
const OWN_HEADERS: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

impl Resolver<'_> {
    /// A whole number that is known when the script is loaded, within a range.
    pub(super) fn count(&mut self, expr: &ast::Expr, range: RangeInclusive<u32>, what: &str) -> Option<u32> {
        let value = self.value(expr);
        self.no_secret_decides(&value, what);
        if value.ty.broken || value.ty.secret {
            return None;
        }
        match &value.ty.constant {
            Some(Value::Number(number)) => {
                let count = number.as_str().parse::<u32>().ok().filter(|count| range.contains(count));
                if count.is_none() {
                    self.report(literals::count_out_of_range(expr.span, what, *range.start(), *range.end()));
                }
                count
            }
            _ => {
                self.report(literals::not_a_literal(expr.span, what, "a number"));
                None
            }
        }
    }

    /// A status code (RFC 9110, 15).
    pub(super) fn status(&mut self, expr: &ast::Expr, range: RangeInclusive<u16>, what: &str) -> Option<u16> {
        let value = self.value(expr);
        self.no_secret_decides(&value, "a status");
        if value.ty.broken || value.ty.secret {
            return None;
        }
        match &value.ty.constant {
            Some(Value::Number(number)) => {
                let status = number.as_str().parse::<u16>().ok().filter(|status| range.contains(status));
                if status.is_none() {
                    self.report(literals::bad_status(
                        expr.span,
                        number.as_str(),
                        what,
                        *range.start(),
                        *range.end(),
                    ));
                }
                status
            }
            _ => {
                self.report(literals::status_not_a_number(expr.span, what));
                None
            }
        }
    }

    /// A duration in milliseconds that is known when the script is loaded.
    pub(super) fn duration(
        &mut self,
        expr: &ast::Expr,
        range: RangeInclusive<u64>,
        what: &str,
    ) -> Option<u64> {
        if let ExprKind::Name(word) = &expr.kind
            && self.lookup(word).is_none()
            && let Some(unit) = syntax::unit_of(word).filter(|unit| !unit.ends_with('B'))
        {
            self.report(names::unit_without_number(word, expr.span, unit));
            return None;
        }
        let value = self.value(expr);
        self.no_secret_decides(&value, what);
        if value.ty.broken || value.ty.secret {
            return None;
        }
        match &value.ty.constant {
            Some(Value::Duration(millis)) => {
                let millis = u64::try_from(*millis).ok().filter(|millis| range.contains(millis));
                if millis.is_none() {
                    let bounds =
                        format!("from {} to {}", duration_text(*range.start()), duration_text(*range.end()));
                    self.report(literals::duration_out_of_range(expr.span, what, &bounds));
                }
                millis
            }
            Some(Value::Number(number)) => {
                self.report(literals::duration_without_unit(expr.span, number.as_str(), what));
                None
            }
            _ => {
                self.report(literals::not_a_literal(expr.span, what, "a duration like `5s`"));
                None
            }
        }
    }

    /// A size in bytes.
    pub(super) fn size(&mut self, expr: &ast::Expr, most: u64, what: &str) -> Option<u64> {
        match &expr.kind {
            ExprKind::Size(bytes) if (1..=most).contains(bytes) => Some(*bytes),
            ExprKind::Size(_) => {
                self.report(literals::size_out_of_range(expr.span, what, most));
                None
            }
            ExprKind::Number(digits) => {
                self.report(literals::size_without_unit(expr.span, digits, what));
                None
            }
            ExprKind::Broken => None,
            _ => {
                self.report(literals::not_a_size(expr.span, what));
                None
            }
        }
    }

    /// A text that is known when the script is loaded.
    pub(super) fn plain_text(&mut self, expr: &ast::Expr, what: &str) -> Option<Arc<str>> {
        let value = self.value(expr);
        self.no_secret_decides(&value, what);
        if value.ty.broken || value.ty.secret {
            return None;
        }
        match value.ty.constant {
            Some(Value::Text(text)) => Some(text),
            Some(other) => {
                let kind = other.kind().map_or("nothing", Kind::noun);
                self.report(kinds::not_a_text(expr.span, what, kind));
                None
            }
            None => {
                self.report(literals::not_a_literal(expr.span, what, "a text without insertions"));
                None
            }
        }
    }

    /// The name of a header (RFC 9110, 5.1), as written.
    pub(super) fn header_name(&mut self, expr: &ast::Expr) -> Option<Arc<str>> {
        let name = self.plain_text(expr, "a header's name")?;
        if name.is_empty() || !name.chars().all(is_token_char) {
            self.report(literals::bad_header_name(expr.span, &name));
            return None;
        }
        if OWN_HEADERS.contains(&&*name.to_ascii_lowercase()) {
            self.report(literals::own_header(expr.span, &name));
            return None;
        }
        Some(name)
    }

    /// A literal e-mail address.
    pub(super) fn email(&mut self, expr: &ast::Expr, what: &str) -> Option<Arc<str>> {
        let address = self.plain_text(expr, what)?;
        if !builtins::is_email(&address) {
            self.report(literals::bad_email(expr.span, &address));
            return None;
        }
        Some(address)
    }
}

/// Characters of a token (RFC 9110, 5.6.2).
pub(super) fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// A date and time in ISO 8601 with seconds or without, with an offset, `Z` or neither, that the calendar has.
pub(super) fn is_iso_time(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | 'T' | 'Z' | '+'));
    let has_date =
        text.get(4..5) == Some("-") && text.get(7..8) == Some("-") && text.get(10..11) == Some("T");
    if !plain || !has_date {
        return false;
    }
    let time = text.get(11..).unwrap_or("");
    if time.contains(['Z', '+', '-']) {
        text.parse::<jiff::Timestamp>().is_ok()
    } else {
        text.parse::<jiff::civil::DateTime>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_checked_against_the_calendar() {
        for good in [
            "2030-12-11T20:00:00.000",
            "2030-12-11T20:00",
            "2030-12-11T17:00:00Z",
            "2030-12-11T20:00:00.000+03:00",
            "2028-02-29T00:00:00",
        ] {
            assert!(is_iso_time(good), "{good}");
        }
        for bad in
            ["2030-13-01T20:00:00", "2030-12-11", "2030-02-29T00:00:00", "11.12.2030 20:00", "20:00", ""]
        {
            assert!(!is_iso_time(bad), "{bad}");
        }
    }
}
