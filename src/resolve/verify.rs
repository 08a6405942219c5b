//! `verify`: the scheme, its parameters, and the secrets that it compares with.

use std::sync::Arc;

use super::Resolver;
use super::errors::{names, verify as errors};
use super::literals::is_token_char;
use super::program::{Expr, ExprKind, Verify};
use crate::diagnostic::near;
use crate::gates::verify::{
    self as gate, Algorithm, Encoding, Hmac, Piece, Place, Scheme, TOLERANCE, Timestamp, parse_net,
};
use crate::source::Span;
use crate::syntax::ast::{self, Name, Operand, Param, Raw, Stmt, StmtKind, TextPart};
use crate::value::Value;

const GENERAL: [(&str, Algorithm); 4] = [
    ("hmac_md5", Algorithm::Md5),
    ("hmac_sha1", Algorithm::Sha1),
    ("hmac_sha256", Algorithm::Sha256),
    ("hmac_sha512", Algorithm::Sha512),
];

/// Of the general form.
const PARAMS: [&str; 7] = ["key", "header", "encoding", "prefix", "payload", "timestamp", "tolerance"];

impl Resolver<'_> {
    /// All of a pipeline's `verify` statements, once its routes are known.
    pub(super) fn verifies(&mut self, body: &[Stmt]) -> Vec<Verify> {
        let mut all = Vec::new();
        for stmt in body {
            if let StmtKind::Verify(verify) = &stmt.kind {
                self.item.statement = stmt.span;
                all.extend(self.verify(verify, stmt.span));
            }
        }
        all
    }

    fn verify(&mut self, verify: &ast::Verify, span: Span) -> Option<Verify> {
        let scheme = &verify.scheme;
        let (scheme, keys) = match &*scheme.text {
            "token" => self.token(verify)?,
            "ip" => (self.addresses(verify)?, Vec::new()),
            "basic" => self.basic(verify)?,
            "bearer" => (Scheme::Bearer, self.only_key(verify)?),
            name => match (GENERAL.iter().find(|(own, _)| *own == name), gate::find(name)) {
                (Some((_, algorithm)), _) => self.hmac(verify, *algorithm)?,
                (None, Some(preset)) => (Scheme::Preset(preset), self.only_key(verify)?),
                (None, None) => {
                    self.read_all(verify);
                    let known = ["token", "ip", "basic", "bearer"].into_iter();
                    let known = known
                        .chain(GENERAL.iter().map(|(name, _)| *name))
                        .chain(gate::ALL.iter().map(|preset| preset.name));
                    self.report(errors::unknown_scheme(scheme, near(name, known)));
                    return None;
                }
            },
        };
        Some(Verify { name: verify.scheme.text.clone(), scheme, keys, span })
    }

    /// What could not be understood is read all the same: names in it count as used.
    fn read_all(&mut self, verify: &ast::Verify) {
        for operand in &verify.operands {
            if let Operand::Value(value) = operand {
                self.value(value);
            }
        }
        for param in &verify.params {
            if !matches!(param.value.kind, ast::ExprKind::List(_) | ast::ExprKind::Call { .. }) {
                self.value(&param.value);
            }
        }
    }

    fn unfit<T>(&mut self, verify: &ast::Verify, form: &str) -> Option<T> {
        self.read_all(verify);
        self.report(errors::other_form(&verify.scheme, form));
        None
    }

    fn no_params(&mut self, verify: &ast::Verify) {
        if let Some(param) = verify.params.first() {
            self.report(errors::no_params(&verify.scheme, &param.name));
        }
    }

    /// `verify github secret.X`.
    fn only_key(&mut self, verify: &ast::Verify) -> Option<Vec<Expr>> {
        self.no_params(verify);
        let name = &verify.scheme.text;
        match verify.operands.as_slice() {
            [Operand::Value(key)] => self.keys(key),
            _ => self.unfit(verify, &format!("verify {name} secret.NAME")),
        }
    }

    fn token(&mut self, verify: &ast::Verify) -> Option<(Scheme, Vec<Expr>)> {
        self.no_params(verify);
        match verify.operands.as_slice() {
            [Operand::Place { place, name }, Operand::Word(word), Operand::Value(key)]
                if &*word.text == "==" =>
            {
                let place = self.place(place, name);
                let keys = self.keys(key);
                Some((Scheme::Token(place?), keys?))
            }
            _ => self.unfit(
                verify,
                "verify token header \"X-Token\" == secret.NAME`, with `query \"key\"`, `path \"key\"` or `body $.key` in the header's place where the sender puts it there: `verify token body $.key == secret.NAME",
            ),
        }
    }

    fn basic(&mut self, verify: &ast::Verify) -> Option<(Scheme, Vec<Expr>)> {
        self.no_params(verify);
        match verify.operands.as_slice() {
            [Operand::Value(user), Operand::Value(key)] => {
                let user_at = user.span;
                let user = self.plain_text(user, "the user of `verify basic`");
                let keys = self.keys(key);
                let user = user?;
                if user.contains(':') {
                    self.report(errors::colon_in_user(user_at));
                    return None;
                }
                Some((Scheme::Basic(user), keys?))
            }
            _ => self.unfit(verify, "verify basic \"user\" secret.NAME"),
        }
    }

    fn addresses(&mut self, verify: &ast::Verify) -> Option<Scheme> {
        self.no_params(verify);
        let [Operand::Word(word), Operand::Value(list)] = verify.operands.as_slice() else {
            return self.unfit(verify, "verify ip in [\"185.71.76.0/27\"]");
        };
        let value = self.value(list);
        if value.ty.broken {
            return None;
        }
        let items = match &value.ty.constant {
            Some(Value::List(items)) if &*word.text == "in" && !items.is_empty() => items.clone(),
            _ => return self.unfit(verify, "verify ip in [\"185.71.76.0/27\"]"),
        };
        let mut nets = Vec::new();
        let mut failed = false;
        for (at, item) in items.iter().enumerate() {
            let span = match &list.kind {
                ast::ExprKind::List(written) => written.get(at).map_or(list.span, |item| item.span),
                _ => list.span,
            };
            match item.as_text().and_then(parse_net) {
                Some(net) => nets.push(net),
                None => {
                    failed = true;
                    self.report(errors::no_address(span));
                }
            }
        }
        (!failed).then_some(Scheme::Address(nets))
    }

    fn hmac(&mut self, verify: &ast::Verify, algorithm: Algorithm) -> Option<(Scheme, Vec<Expr>)> {
        if !verify.operands.is_empty() {
            let form =
                format!("verify {} {{ key = secret.NAME, header = \"X-Signature\" }}", verify.scheme.text);
            return self.unfit(verify, &form);
        }
        let mut given: Vec<&Param> = Vec::new();
        let mut failed = false;
        for param in &verify.params {
            let name = &param.name;
            if let Some(first) = given.iter().find(|own| own.name.text == name.text) {
                self.report(names::given_twice("parameter", name, first.name.span));
                failed = true;
            } else if PARAMS.contains(&&*name.text) {
                given.push(param);
            } else {
                self.report(errors::unknown_param(&verify.scheme, name, near(&name.text, PARAMS), &PARAMS));
                failed = true;
            }
        }
        let find =
            |name: &str| given.iter().find(|param| &*param.name.text == name).map(|param| &param.value);
        for required in ["key", "header"] {
            if find(required).is_none() && !failed {
                self.report(errors::missing_param(&verify.scheme, required));
                failed = true;
            }
        }
        let keys = find("key").and_then(|key| self.keys(key));
        let header = find("header").and_then(|header| self.header_name(header));
        let encoding = match find("encoding") {
            Some(encoding) => self.encoding(encoding),
            None => Some(Encoding::Hex),
        };
        let prefix = match find("prefix") {
            Some(prefix) => self.plain_text(prefix, "`prefix`"),
            None => Some("".into()),
        };
        let payload = match find("payload") {
            Some(payload) => self.payload(payload),
            None => Some(vec![Piece::Body]),
        };
        let tolerance = match find("tolerance") {
            Some(tolerance) => self.duration(tolerance, 1_000..=86_400_000, "`tolerance`"),
            None => Some(TOLERANCE),
        };
        let timestamp = match (find("timestamp"), find("tolerance")) {
            (Some(place), _) => self
                .place_of(place, "timestamp")
                .zip(tolerance)
                .map(|(place, tolerance)| Some(Timestamp { place, tolerance })),
            (None, Some(tolerance)) => {
                self.report(errors::tolerance_of_nothing(tolerance.span));
                None
            }
            (None, None) => Some(None),
        };
        if failed {
            return None;
        }
        if let (Some(Some(Timestamp { place, .. })), Some(pieces), Some(written)) =
            (&timestamp, &payload, find("timestamp"))
            && !is_signed(place, pieces)
        {
            self.report(errors::unsigned_time(written.span));
            return None;
        }
        let header = header?.to_ascii_lowercase().into();
        let (encoding, prefix, payload) = (encoding?, prefix?, payload?);
        let scheme = Hmac { algorithm, header, encoding, prefix, payload, timestamp: timestamp? };
        Some((Scheme::Hmac(scheme), keys?))
    }

    fn encoding(&mut self, expr: &ast::Expr) -> Option<Encoding> {
        match &*self.plain_text(expr, "`encoding`")? {
            "hex" => Some(Encoding::Hex),
            "base64" => Some(Encoding::Base64),
            other => {
                self.report(errors::unknown_encoding(expr.span, other, near(other, ["hex", "base64"])));
                None
            }
        }
    }

    fn payload(&mut self, expr: &ast::Expr) -> Option<Vec<Piece>> {
        let single = std::slice::from_ref(expr);
        let items = match &expr.kind {
            ast::ExprKind::List(items) => items.as_slice(),
            _ => single,
        };
        let pieces: Vec<Option<Piece>> = items.iter().map(|item| self.piece(item)).collect();
        let pieces: Vec<Piece> = pieces.into_iter().collect::<Option<_>>()?;
        let says_something = pieces.iter().any(|piece| !matches!(piece, Piece::Literal(_)));
        if !says_something {
            self.report(errors::payload_of_nothing(expr.span));
            return None;
        }
        Some(pieces)
    }

    fn piece(&mut self, expr: &ast::Expr) -> Option<Piece> {
        match &expr.kind {
            ast::ExprKind::Member(root, member) => match (&root.kind, &*member.text) {
                (ast::ExprKind::Name(root), "raw") if &**root == "body" => Some(Piece::Body),
                (ast::ExprKind::Name(root), "url") if &**root == "request" => Some(Piece::Url),
                _ => {
                    self.report(errors::bad_piece(expr.span));
                    None
                }
            },
            ast::ExprKind::Call { name, .. } if matches!(&*name.text, "header" | "query" | "path") => {
                match self.place_of(expr, "payload")? {
                    Place::Header(name) => Some(Piece::Header(name)),
                    Place::Query(name) => Some(Piece::Query(name)),
                    Place::Param(name) => Some(Piece::Param(name)),
                    Place::Body(_) => None,
                }
            }
            ast::ExprKind::Name(name)
                if matches!(&**name, "body" | "query" | "headers" | "path" | "request") =>
            {
                self.report(errors::bad_piece(expr.span));
                None
            }
            ast::ExprKind::Text(_) | ast::ExprKind::Name(_) => {
                self.plain_text(expr, "a part of `payload`").map(Piece::Literal)
            }
            ast::ExprKind::Broken => None,
            _ => {
                self.report(errors::bad_piece(expr.span));
                None
            }
        }
    }

    /// `header "N"` in the place of a value.
    fn place_of(&mut self, expr: &ast::Expr, param: &str) -> Option<Place> {
        if let ast::ExprKind::Call { name, args } = &expr.kind
            && matches!(&*name.text, "header" | "query" | "path" | "body")
            && let [ast::Expr { kind: ast::ExprKind::Text(parts), span }] = args.as_slice()
        {
            let text = match parts.as_slice() {
                [TextPart::Literal(text)] => text.clone(),
                _ => Arc::from(""),
            };
            return self.place(name, &Raw { text, span: *span });
        }
        if !matches!(expr.kind, ast::ExprKind::Broken) {
            self.report(errors::no_place(expr.span, param));
        }
        None
    }

    fn place(&mut self, place: &Name, name: &Raw) -> Option<Place> {
        match &*place.text {
            "header" => {
                if name.text.is_empty() || !name.text.chars().all(is_token_char) {
                    self.report(super::errors::literals::bad_header_name(name.span, &name.text));
                    return None;
                }
                Some(Place::Header(name.text.to_ascii_lowercase().into()))
            }
            "query" => Some(Place::Query(name.text.clone())),
            "path" => {
                let known = self.item.head.params().any(|param| *param == *name.text);
                if !known && !self.item.head.route_failed {
                    let params: Vec<String> = self.item.head.params().map(str::to_owned).collect();
                    let near = near(&name.text, params.iter().map(String::as_str));
                    let member = Name { text: name.text.clone(), span: name.span };
                    let first = self.item.head.first_route();
                    self.report(names::unknown_path_parameter(&member, near, &params.join(", "), first));
                }
                known.then(|| Place::Param(name.text.clone()))
            }
            _ => {
                let path = self.path(name)?;
                if !path.is_singular() {
                    self.report(errors::path_to_many(name.span));
                    return None;
                }
                Some(Place::Body(path))
            }
        }
    }

    /// One secret, or a list of them while it is rotated.
    fn keys(&mut self, expr: &ast::Expr) -> Option<Vec<Expr>> {
        let single = std::slice::from_ref(expr);
        let items = match &expr.kind {
            ast::ExprKind::List(items) if !items.is_empty() => items.as_slice(),
            _ => single,
        };
        let mut keys = Vec::new();
        for item in items {
            let value = self.value(item);
            if value.ty.broken {
                continue;
            }
            if !is_secret(&value.expr) {
                self.report(errors::no_secret(item.span));
                continue;
            }
            keys.push(value.expr);
        }
        (keys.len() == items.len()).then_some(keys)
    }
}

fn is_signed(place: &Place, pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| match (place, piece) {
        (Place::Header(place), Piece::Header(piece))
        | (Place::Query(place), Piece::Query(piece))
        | (Place::Param(place), Piece::Param(piece)) => place == piece,
        (Place::Query(_) | Place::Param(_), Piece::Url) | (Place::Body(_), Piece::Body) => true,
        _ => false,
    })
}

/// Whether a value is a secret whichever way it is chosen.
fn is_secret(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Secret(_) => true,
        ExprKind::If { then, otherwise, .. } => is_secret(then) && is_secret(otherwise),
        ExprKind::Text(parts) => parts.iter().any(is_secret),
        ExprKind::Call { args, .. } => args.iter().any(is_secret),
        _ => false,
    }
}
