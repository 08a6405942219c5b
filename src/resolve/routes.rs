//! Routes: methods and path patterns. Whether two of them clash is found out over all files, by `check`.

use std::sync::Arc;

use super::Resolver;
use super::errors::literals;
use super::literals::is_token_char;
use super::program::{Route, Segment};
use crate::source::Span;
use crate::syntax::{METHODS, ast};

/// Methods that are no requests for a resource of an ordinary server.
const REFUSED_METHODS: [&str; 2] = ["CONNECT", "TRACE"];

impl Resolver<'_> {
    pub(super) fn route(&mut self, on: &ast::On, span: Span) {
        let methods = self.route_methods(&on.methods);
        let segments = self.segments(&on.path);
        match (methods, segments) {
            (Some(methods), Some(segments)) => {
                self.item.head.routes.push(Route { methods, pattern: on.path.text.clone(), segments, span })
            }
            _ => {
                self.item.head.route_failed = true;
                self.item.errors += 1;
            }
        }
    }

    /// `Some(None)` for `any`.
    #[expect(clippy::option_option, reason = "unreadable, any, or a list")]
    fn route_methods(&mut self, written: &[ast::Name]) -> Option<Option<Vec<Arc<str>>>> {
        if let [only] = written
            && &*only.text == "any"
        {
            return Some(None);
        }
        let mut methods: Vec<(Arc<str>, Span)> = Vec::new();
        let mut failed = written.is_empty();
        for name in written {
            if &*name.text == "any" {
                self.report(literals::any_among_methods(name.span));
                failed = true;
            } else if !METHODS.contains(&&*name.text) {
                // Reported where the text is read.
                failed = true;
            } else if let Some((_, first)) = methods.iter().find(|(own, _)| *own == name.text) {
                self.report(super::errors::names::given_twice("method", name, *first));
            } else {
                methods.push((name.text.clone(), name.span));
            }
        }
        (!failed).then(|| Some(methods.into_iter().map(|(name, _)| name).collect()))
    }

    fn segments(&mut self, path: &ast::Raw) -> Option<Vec<Segment>> {
        let text = &*path.text;
        // What begins otherwise is reported where the text is read.
        if !text.starts_with('/') {
            return None;
        }
        if let Some(at) = text.find(|c: char| c.is_control() || matches!(c, '?' | '#' | ' ' | '%' | '\\')) {
            self.report(literals::route_character(path, at));
            return None;
        }
        let mut segments = Vec::new();
        let mut params: Vec<(&str, Span)> = Vec::new();
        let mut at = 1;
        let mut failed = false;
        let count = text.matches('/').count();
        for (number, segment) in text.get(1..).unwrap_or("").split('/').enumerate() {
            let span = Span::new(at, at + segment.len()).shifted(path.span.start as usize);
            at += segment.len() + 1;
            let last = number + 1 == count;
            match read_segment(segment, last) {
                Ok(found) => {
                    if let Segment::Param(_) = &found {
                        let name = segment.trim_matches(['{', '}']);
                        match params.iter().find(|(own, _)| *own == name) {
                            Some((_, first)) => {
                                self.report(literals::route_parameter_twice(name, span, *first));
                                failed = true;
                            }
                            None => params.push((name, span)),
                        }
                    }
                    segments.push(found);
                }
                Err(problem) => {
                    self.report(literals::bad_segment(segment, span, problem));
                    failed = true;
                }
            }
        }
        (!failed).then_some(segments)
    }

    /// The method of `http.request`: any token in capitals.
    pub(super) fn request_method(&mut self, expr: &ast::Expr) -> Option<Arc<str>> {
        let method = self.plain_text(expr, "a method")?;
        if REFUSED_METHODS.contains(&&*method.to_ascii_uppercase()) {
            self.report(literals::refused_method(&method, expr.span));
            return None;
        }
        if method.is_empty() || !method.chars().all(|c| is_token_char(c) && !c.is_ascii_lowercase()) {
            self.report(literals::bad_method(&method, expr.span));
            return None;
        }
        Some(method)
    }
}

/// The empty text behind a final `/` is a segment of its own: `/a/` is not `/a`.
fn read_segment(segment: &str, last: bool) -> Result<Segment, literals::SegmentProblem> {
    use literals::SegmentProblem;
    if segment.is_empty() && !last {
        return Err(SegmentProblem::Empty);
    }
    if matches!(segment, "." | "..") {
        return Err(SegmentProblem::Dots);
    }
    if !segment.contains(['{', '}']) {
        return Ok(Segment::Literal(Arc::from(segment)));
    }
    let inner = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner.filter(|inner| !inner.contains(['{', '}'])) else {
        return Err(SegmentProblem::PartOfSegment);
    };
    let is_name = inner.chars().all(|c| c.is_alphanumeric() || c == '_')
        && inner.chars().next().is_some_and(|c| !c.is_ascii_digit());
    if is_name { Ok(Segment::Param(Arc::from(inner))) } else { Err(SegmentProblem::NoName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_whole_segment() {
        assert_eq!(read_segment("{school}", false), Ok(Segment::Param(Arc::from("school"))));
        assert_eq!(read_segment("", true), Ok(Segment::Literal(Arc::from(""))));
        for bad in ["", "..", "a{b}", "{a}{b}", "{}", "{1}", "{a-b}", "{a", "a}"] {
            assert!(read_segment(bad, false).is_err(), "{bad}");
        }
    }
}
