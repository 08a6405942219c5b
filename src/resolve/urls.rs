//! URLs of actions: scheme, host and port are fixed by the script, and values fill segments and query values. The
//! text is taken apart here, once, so that no value can change the shape of a request.

use std::sync::Arc;

use url::Url;

use super::Resolver;
use super::calls::Pairs;
use super::errors::{kinds, literals, missing, names, secrets};
use super::expressions::{Checked, constant_text};
use super::program::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::ast::{self, TextPart};
use crate::value::{Kinds, Value};

/// A URL, taken apart.
pub(super) struct UrlTemplate {
    pub origin: Arc<str>,
    pub segments: Vec<Expr>,
    pub query: Pairs,
    pub secret: bool,
}

/// Why a text is no URL that an action can call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UrlProblem {
    NoScheme,
    Scheme(String),
    UserInfo,
    NoHost,
    /// The host or the port cannot be read.
    Host,
    Fragment,
    /// `.`, `..`.
    Dots,
    /// A blank, a control character, a backslash.
    Character(char),
    /// `?` or `#` in a base.
    NotBase,
    /// A value where a query's name stands.
    QueryName,
}

/// In the place of a connector's base while what follows it is read.
const PLACEHOLDER: &str = "https://base.invalid";

/// A part of the URL's text: what stands in the script, or a value.
enum Piece {
    Text(String),
    Value(Checked),
}

impl Resolver<'_> {
    pub(super) fn url(&mut self, expr: &ast::Expr) -> Option<UrlTemplate> {
        let pieces = self.pieces(expr)?;
        self.url_of(pieces, expr)
    }

    /// The URL of a connector's action, `"{base}/path"`, and how many of its segments are those of `base`; a URL that stands
    /// for itself has none.
    pub(super) fn url_behind(
        &mut self,
        base: Option<&ast::Expr>,
        expr: &ast::Expr,
    ) -> Option<(UrlTemplate, Option<usize>)> {
        let behind = match &expr.kind {
            ast::ExprKind::Text(parts) => match parts.split_first() {
                Some((TextPart::Insert(first), behind)) if matches!(&first.kind, ast::ExprKind::Name(name) if &**name == "base") => {
                    Some((first.span, behind))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((at, behind)) = behind else { return Some((self.url(expr)?, None)) };
        let Some(base) = base else {
            self.report(names::no_base(at));
            return None;
        };
        let mut whole = self.url(base)?;
        if !whole.query.is_empty() {
            self.report(literals::bad_url(base.span, self.source.slice(base.span), UrlProblem::NotBase));
            return None;
        }
        if let Some(Expr { kind: ExprKind::Const(Value::Text(last)), .. }) = whole.segments.last()
            && last.is_empty()
        {
            whole.segments.pop();
        }
        let mut pieces = self.pieces_of(behind)?;
        // What follows the base is read as what follows any host.
        match pieces.first_mut() {
            Some(Piece::Text(text)) => text.insert_str(0, PLACEHOLDER),
            _ => pieces.insert(0, Piece::Text(PLACEHOLDER.to_owned())),
        }
        let rest = self.url_of(pieces, expr)?;
        if &*rest.origin != PLACEHOLDER {
            self.report(literals::url_not_fixed(expr.span, "what follows `{base}` begins with `/`"));
            return None;
        }
        let of_base = whole.segments.len();
        whole.segments.extend(rest.segments);
        whole.query = rest.query;
        whole.secret |= rest.secret;
        Some((whole, Some(of_base)))
    }

    fn url_of(&mut self, pieces: Vec<Piece>, expr: &ast::Expr) -> Option<UrlTemplate> {
        let mut pieces = pieces.into_iter().peekable();
        let Some(Piece::Text(head)) = pieces.next_if(|piece| matches!(piece, Piece::Text(_))) else {
            if let Some(Piece::Value(value)) = pieces.next() {
                self.report(literals::url_not_fixed(value.span(), "it begins with a value"));
            } else {
                self.report(literals::bad_url(expr.span, "", UrlProblem::NoScheme));
            }
            return None;
        };
        let (origin, rest) = match split_origin(&head) {
            Ok(split) => split,
            Err(problem) => {
                self.report(literals::bad_url(expr.span, &head, problem));
                return None;
            }
        };
        if rest.is_empty()
            && let Some(Piece::Value(value)) = pieces.peek()
        {
            self.report(literals::url_not_fixed(value.span(), "it would be part of the host"));
            return None;
        }
        let origin = match fixed_origin(origin) {
            Ok(origin) => origin,
            Err(problem) => {
                self.report(literals::bad_url(expr.span, &head, problem));
                return None;
            }
        };
        let mut split = Split::default();
        let rest = Piece::Text(rest.to_owned());
        for piece in std::iter::once(rest).chain(pieces) {
            let done = match piece {
                Piece::Text(text) => split.text(&text),
                Piece::Value(value) => split.value(value),
            };
            if let Err(problem) = done {
                let url = self.source.slice(expr.span).trim_matches('"').to_owned();
                self.report(literals::bad_url(expr.span, &url, problem));
                return None;
            }
        }
        self.put_together(split, origin, expr.span)
    }

    /// The parts of the text; `None` where it is no text that the script writes.
    fn pieces(&mut self, expr: &ast::Expr) -> Option<Vec<Piece>> {
        if let ast::ExprKind::Text(parts) = &expr.kind {
            return self.pieces_of(parts);
        }
        let value = self.value(expr);
        if value.ty.broken {
            return None;
        }
        match &value.ty.constant {
            Some(Value::Text(text)) => Some(vec![Piece::Text(text.to_string())]),
            Some(_) => {
                self.report(kinds::wrong_kind_in("a URL", value.span(), value.ty.kinds, Kinds::TEXT));
                None
            }
            None => {
                self.report(literals::url_not_fixed(value.span(), "all of it is a value"));
                None
            }
        }
    }

    fn pieces_of(&mut self, parts: &[TextPart]) -> Option<Vec<Piece>> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut broken = false;
        for part in parts {
            let text = match part {
                TextPart::Literal(text) => text.to_string(),
                TextPart::Insert(insert) => {
                    let value = self.value(insert);
                    broken |= value.ty.broken;
                    // A constant is as good as its text.
                    match value.ty.constant.as_ref().filter(|value| !value.is_empty()).and_then(constant_text)
                    {
                        Some(text) => text,
                        None => {
                            pieces.push(Piece::Value(value));
                            continue;
                        }
                    }
                }
            };
            match pieces.last_mut() {
                Some(Piece::Text(before)) => before.push_str(&text),
                _ => pieces.push(Piece::Text(text)),
            }
        }
        (!broken).then_some(pieces)
    }

    fn put_together(&mut self, split: Split, origin: Arc<str>, span: Span) -> Option<UrlTemplate> {
        let mut template = UrlTemplate { origin, segments: Vec::new(), query: Vec::new(), secret: false };
        let mut segments = split.segments;
        // `https://host` and `https://host/` are one.
        if let [only] = segments.as_slice()
            && only.iter().all(|piece| matches!(piece, Piece::Text(text) if text.is_empty()))
        {
            segments.clear();
        }
        let mut failed = false;
        for segment in segments {
            for piece in &segment {
                let Piece::Value(value) = piece else { continue };
                failed |= !self.segment_value(value);
                template.secret |= value.ty.secret;
            }
            let segment = join(segment, span, decode_segment);
            if let ExprKind::Const(Value::Text(text)) = &segment.kind
                && matches!(&**text, "." | "..")
            {
                self.report(literals::bad_url(span, text, UrlProblem::Dots));
                failed = true;
            }
            template.segments.push(segment);
        }
        for (name, value) in split.query {
            for piece in &value {
                let Piece::Value(value) = piece else { continue };
                if !value.ty.broken && value.ty.is_only(super::types::UNWRITABLE) {
                    self.report(kinds::unwritable(value.span(), value.ty.kinds, "into a query"));
                }
                template.secret |= value.ty.secret;
            }
            template.query.push((Arc::from(decode_query(&name)), join(value, span, decode_query)));
        }
        (!failed).then_some(template)
    }

    /// Whether a value can fill a segment; reports where not.
    fn segment_value(&mut self, value: &Checked) -> bool {
        if value.ty.broken {
            return true;
        }
        if value.ty.secret {
            self.report(secrets::in_url_path(value.span()));
        }
        let text = self.source.slice(value.span()).to_owned();
        if value.ty.may_be_empty() {
            self.report(missing::segment_may_be_empty(value.span(), &text, value.ty.empty_since));
            return false;
        }
        let takes = Kinds::TEXT.or(Kinds::NUMBER).or(Kinds::BOOL).or(Kinds::TIME);
        if value.ty.cannot_be(takes) {
            self.report(kinds::wrong_kind_in("a URL's path", value.span(), value.ty.kinds, takes));
            return false;
        }
        true
    }
}

/// Path segments and query, while the text is walked through.
struct Split {
    segments: Vec<Vec<Piece>>,
    query: Vec<(String, Vec<Piece>)>,
    place: PlaceInUrl,
    /// The entry of the query that is being read is the last of `query`.
    named: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PlaceInUrl {
    /// Before the first `/`.
    Start,
    Path,
    QueryName,
    QueryValue,
}

impl Default for Split {
    fn default() -> Split {
        Split { segments: Vec::new(), query: Vec::new(), place: PlaceInUrl::Start, named: false }
    }
}

impl Split {
    fn text(&mut self, text: &str) -> Result<(), UrlProblem> {
        for c in text.chars() {
            if c.is_control() || matches!(c, ' ' | '\\') {
                return Err(UrlProblem::Character(c));
            }
            match (self.place, c) {
                (_, '#') => return Err(UrlProblem::Fragment),
                (PlaceInUrl::Start | PlaceInUrl::Path, '/') => {
                    self.segments.push(Vec::new());
                    self.place = PlaceInUrl::Path;
                }
                (PlaceInUrl::Start | PlaceInUrl::Path, '?') => self.place = PlaceInUrl::QueryName,
                (PlaceInUrl::Start | PlaceInUrl::Path, c) => {
                    if let Some(segment) = self.segments.last_mut() {
                        push(segment, c);
                    }
                }
                (PlaceInUrl::QueryName, '=') => {
                    self.open_name();
                    self.place = PlaceInUrl::QueryValue;
                }
                (PlaceInUrl::QueryName | PlaceInUrl::QueryValue, '&') => {
                    self.place = PlaceInUrl::QueryName;
                    self.named = false;
                }
                (PlaceInUrl::QueryName, c) => self.open_name().push(c),
                (PlaceInUrl::QueryValue, c) => {
                    if let Some((_, value)) = self.query.last_mut() {
                        push(value, c);
                    }
                }
            }
        }
        Ok(())
    }

    /// The name of the query's entry that is being read.
    fn open_name(&mut self) -> &mut String {
        if !self.named {
            self.query.push((String::new(), Vec::new()));
            self.named = true;
        }
        let last = self.query.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "an entry was opened just above")]
        &mut self.query[last].0
    }

    fn value(&mut self, value: Checked) -> Result<(), UrlProblem> {
        match self.place {
            PlaceInUrl::Start | PlaceInUrl::Path => {
                if let Some(segment) = self.segments.last_mut() {
                    segment.push(Piece::Value(value));
                }
            }
            PlaceInUrl::QueryName => return Err(UrlProblem::QueryName),
            PlaceInUrl::QueryValue => {
                if let Some((_, pieces)) = self.query.last_mut() {
                    pieces.push(Piece::Value(value));
                }
            }
        }
        Ok(())
    }
}

/// The origin and what follows it.
fn split_origin(head: &str) -> Result<(&str, &str), UrlProblem> {
    let Some(colon) = head.find("://") else {
        return Err(match head.split_once(':') {
            Some((scheme, _))
                if scheme.chars().all(|c| c.is_ascii_alphabetic())
                    && !scheme.is_empty()
                    && !head.contains('.') =>
            {
                UrlProblem::Scheme(scheme.to_owned())
            }
            _ => UrlProblem::NoScheme,
        });
    };
    let after = head.get(colon + 3..).unwrap_or("");
    let end = after.find(['/', '?', '#']).map_or(head.len(), |at| colon + 3 + at);
    Ok((head.get(..end).unwrap_or(head), head.get(end..).unwrap_or("")))
}

/// An origin as it is sent: the host in lower case and ASCII, the default port left out.
fn fixed_origin(written: &str) -> Result<Arc<str>, UrlProblem> {
    let (scheme, host) = written.split_once("://").ok_or(UrlProblem::NoScheme)?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Err(UrlProblem::Scheme(scheme.to_owned()));
    }
    if let Some(c) = host.chars().find(|c| c.is_control() || matches!(c, ' ' | '\\')) {
        return Err(UrlProblem::Character(c));
    }
    if host.contains('@') {
        return Err(UrlProblem::UserInfo);
    }
    if host.is_empty() || host.starts_with(':') {
        return Err(UrlProblem::NoHost);
    }
    // The address parser takes `https:///x` and fills in what is missing; here the host is known to be there.
    let url = Url::parse(written).map_err(|_| UrlProblem::Host)?;
    if url.port() == Some(0) || url.host_str().is_none_or(str::is_empty) {
        return Err(UrlProblem::Host);
    }
    Ok(Arc::from(url.origin().ascii_serialization()))
}

/// Checks a whole literal URL.
pub(super) fn check_whole(text: &str) -> Result<(), UrlProblem> {
    let (origin, rest) = split_origin(text)?;
    fixed_origin(origin)?;
    Split::default().text(rest)
}

/// Checks what stands before the path of a declared action, and gives its origin.
pub(super) fn check_base(text: &str) -> Result<Arc<str>, UrlProblem> {
    let (origin, rest) = split_origin(text)?;
    let origin = fixed_origin(origin)?;
    if rest.contains(['?', '#']) {
        return Err(UrlProblem::NotBase);
    }
    Split::default().text(rest)?;
    if rest.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(UrlProblem::Dots);
    }
    Ok(origin)
}

/// The segments of a base that was checked, as a call writes it.
pub(super) fn segments_of(base: &str) -> Vec<Expr> {
    let rest = split_origin(base).map_or("", |(_, rest)| rest);
    let segments = rest.split('/').filter(|segment| !segment.is_empty());
    segments
        .map(|segment| Expr {
            kind: ExprKind::Const(Value::text(decode_segment(segment))),
            span: Span::default(),
        })
        .collect()
}

pub(super) fn origin_of(base: &str) -> Option<Arc<str>> {
    check_base(base).ok()
}

fn push(pieces: &mut Vec<Piece>, c: char) {
    match pieces.last_mut() {
        Some(Piece::Text(text)) => text.push(c),
        _ => pieces.push(Piece::Text(c.to_string())),
    }
}

/// One expression for the parts of a segment or of a query's value, with escapes of the script's own text undone: they
/// are written again for their place.
fn join(pieces: Vec<Piece>, span: Span, decode: fn(&str) -> String) -> Expr {
    let constant = |text: String, span| Expr { kind: ExprKind::Const(Value::text(text)), span };
    let mut parts: Vec<Expr> = pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => constant(decode(&text), span),
            Piece::Value(value) => value.expr,
        })
        .collect();
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            Expr { kind: ExprKind::Text(parts), span }
        }
        (_, None) => constant(String::new(), span),
    }
}

fn decode_segment(text: &str) -> String {
    percent_decode(text.bytes())
}

/// In a query `+` stands for a blank (application/x-www-form-urlencoded).
fn decode_query(text: &str) -> String {
    percent_decode(text.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }))
}

/// A `%` that begins no escape stays as it is.
fn percent_decode(bytes: impl Iterator<Item = u8>) -> String {
    let bytes: Vec<u8> = bytes.collect();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let escape = match (first, after) {
            (b'%', [high, low, ..]) => (*high as char).to_digit(16).zip((*low as char).to_digit(16)),
            _ => None,
        };
        match (escape, after.get(2..)) {
            (Some((high, low)), Some(behind)) => {
                decoded.push((high * 16 + low) as u8);
                rest = behind;
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_action_can_call_is_refused() {
        let problem = |text: &str| check_whole(text).err();
        assert_eq!(problem("https://crm.example:8443/a/b?x=1&y"), None);
        assert_eq!(problem("https://пример.example/заявки"), None);
        assert_eq!(problem("crm.example/a"), Some(UrlProblem::NoScheme));
        assert_eq!(problem("ftp://crm.example/a"), Some(UrlProblem::Scheme("ftp".to_owned())));
        assert_eq!(problem("https://user:pw@crm.example/"), Some(UrlProblem::UserInfo));
        assert_eq!(problem("https:///a"), Some(UrlProblem::NoHost));
        assert_eq!(problem("https://crm.example:99999/"), Some(UrlProblem::Host));
        assert_eq!(problem("https://crm.example/#a"), Some(UrlProblem::Fragment));
        assert_eq!(problem("https://crm.example/a b"), Some(UrlProblem::Character(' ')));
        assert_eq!(problem("https://crm.example\\@evil.example/"), Some(UrlProblem::Character('\\')));
    }

    #[test]
    fn an_origin_is_written_as_it_is_sent() {
        assert_eq!(origin_of("HTTPS://CRM.Example:443/api/v1").as_deref(), Some("https://crm.example"));
        assert_eq!(origin_of("http://127.0.0.1:9000").as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(origin_of("https://crm.example/a?b"), None);
    }

    #[test]
    fn escapes_of_the_script_are_undone_once() {
        assert_eq!(decode_segment("a%2Fb%20+%zz%"), "a/b +%zz%");
        assert_eq!(decode_query("a+b%2B"), "a b+");
    }
}
