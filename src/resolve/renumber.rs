//! Puts what stands over slots of its own over those of a pipeline: slot `n` becomes `slots[n]`.

use super::program::{Expr, ExprKind, Http, HttpBody};

pub(super) fn http(http: &mut Http, slots: &[u16]) {
    let body = match &mut http.body {
        HttpBody::None => Vec::new(),
        HttpBody::Json(value) | HttpBody::Text(value) | HttpBody::Bytes(value) => vec![value],
        HttpBody::Form(pairs) | HttpBody::Multipart(pairs) => {
            pairs.iter_mut().map(|(_, value)| value).collect()
        }
    };
    let pairs = http.query.iter_mut().chain(&mut http.headers).map(|(_, value)| value);
    for value in http.segments.iter_mut().chain(pairs).chain(body) {
        expr(value, slots);
    }
}

pub(super) fn expr(value: &mut Expr, slots: &[u16]) {
    match &mut value.kind {
        ExprKind::Slot(slot) => {
            if let Some(own) = slots.get(usize::from(*slot)) {
                *slot = *own;
            }
        }
        ExprKind::Const(_) | ExprKind::Secret(_) | ExprKind::Input(_) => {}
        ExprKind::Text(parts) | ExprKind::List(parts) | ExprKind::Call { args: parts, .. } => {
            parts.iter_mut().for_each(|part| expr(part, slots));
        }
        ExprKind::Member(of, _) | ExprKind::Not(of) | ExprKind::Negate(of) => expr(of, slots),
        ExprKind::Index(left, right) | ExprKind::Binary { left, right, .. } => {
            expr(left, slots);
            expr(right, slots);
        }
        ExprKind::If { cond, then, otherwise } => {
            [cond, then, otherwise].into_iter().for_each(|part| expr(part, slots));
        }
        ExprKind::Object(members) => members.iter_mut().for_each(|(_, value)| expr(value, slots)),
    }
}
