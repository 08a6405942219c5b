//! `verify`: schemes that nobody knows, and what a scheme does not take.

use super::{BAD_VERIFY, NO_RECEIPT, UNKNOWN_SCHEME, VERIFY_WITHOUT_SECRET, suggest};
use crate::diagnostic::Diagnostic;
use crate::gates::verify as gate;
use crate::source::Span;
use crate::syntax::ast::Name;

pub(in crate::resolve) fn unknown_scheme(scheme: &Name, near: Option<&str>) -> Diagnostic {
    let text = &scheme.text;
    let found = Diagnostic::new(&UNKNOWN_SCHEME, scheme.span, format!("`verify` knows no scheme `{text}`"))
        .label("unknown scheme");
    match near {
        // Not without asking: it may be another sender, and its scheme is for the author to choose.
        Some(near) => found.help(format!("Did you mean `{near}`?")).fix(format!("write `{near}`"), scheme.span, near),
        None => found.help("For a signature over the body, write the general form: `verify hmac_sha256 { key = secret.NAME, header = \"X-Signature\" }`. For a token, `verify token header \"X-Token\" == secret.NAME`."),
    }
}

pub(in crate::resolve) fn no_receipt(span: Span) -> Diagnostic {
    let known = gate::ALL.iter().filter(|preset| preset.receipt.is_some());
    let known: Vec<String> = known.map(|preset| format!("`verify {} secret.NAME`", preset.name)).collect();
    Diagnostic::new(&NO_RECEIPT, span, "no `verify` of this pipeline makes a receipt")
        .label("nothing makes it")
        .help(format!(
            "A receipt is what a sender wants to read in the answer, and is made by {}.",
            known.join(", ")
        ))
}

pub(in crate::resolve) fn other_form(scheme: &Name, form: &str) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, scheme.span, format!("`verify {}` is written otherwise", scheme.text))
        .label("does not take this")
        .help(format!("It is written `{form}`."))
}

pub(in crate::resolve) fn no_params(scheme: &Name, param: &Name) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, param.span, format!("`verify {}` takes no parameters", scheme.text))
        .label("unknown parameter")
        .help("How this sender signs is known. Parameters belong to the general form, `verify hmac_sha256 { … }`.")
}

pub(in crate::resolve) fn unknown_param(
    scheme: &Name,
    param: &Name,
    near: Option<&str>,
    known: &[&str],
) -> Diagnostic {
    let message = format!("`verify {}` has no parameter `{}`", scheme.text, param.text);
    let found = Diagnostic::new(&BAD_VERIFY, param.span, message).label("unknown parameter");
    match near {
        Some(_) => suggest(found, &param.text, param.span, near),
        None => found.help(format!("It takes `{}`.", known.join("`, `"))),
    }
}

pub(in crate::resolve) fn missing_param(scheme: &Name, param: &str) -> Diagnostic {
    let help = match param {
        "key" => "Write `key = secret.NAME`: what only the sender and you know.",
        _ => "Write `header = \"X-Signature\"`: where the sender puts its signature.",
    };
    Diagnostic::new(&BAD_VERIFY, scheme.span, format!("`verify {}` needs `{param}`", scheme.text))
        .label(format!("`{param}` is missing"))
        .help(help)
}

pub(in crate::resolve) fn unknown_encoding(span: Span, encoding: &str, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(
        &BAD_VERIFY,
        span,
        format!("a signature is written in hex or in base64, not in `{encoding}`"),
    )
    .label("unknown encoding");
    match near {
        Some(near) => found.help(format!("Did you mean `{near}`?")).fix(
            format!("write \"{near}\""),
            span,
            format!("\"{near}\""),
        ),
        None => found.help("Write `encoding = \"hex\"` or `encoding = \"base64\"`."),
    }
}

pub(in crate::resolve) fn tolerance_of_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "`tolerance` says how old the signed time may be, and no time is named")
        .label("of which time?")
        .help("Write `timestamp = header \"X-Timestamp\"` too, and put it into `payload`, or take `tolerance` away.")
}

pub(in crate::resolve) fn unsigned_time(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "this time is no part of what is signed")
        .label("anybody can change it")
        .help("Whoever repeats an old request would write a new time into it. Put the same place into `payload`, in the order in which the sender signs.")
}

pub(in crate::resolve) fn payload_of_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "this signs nothing of the request")
        .label("the same for every request")
        .help("The bytes of the body are `body.raw`.")
}

pub(in crate::resolve) fn bad_piece(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "this cannot be a part of what is signed")
        .label("not known before the body is decoded")
        .help("A payload is made of texts, `header \"Name\"`, `query \"name\"`, `path \"name\"`, `request.url` and `body.raw`.")
}

pub(in crate::resolve) fn no_place(span: Span, param: &str) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, format!("`{param}` names a place in the request"))
        .label("no place")
        .help(format!("Write `{param} = header \"Name\"` or `{param} = query \"name\"`."))
}

pub(in crate::resolve) fn path_to_many(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "a token stands in one place, and this path can select many")
        .label("can select many")
}

pub(in crate::resolve) fn no_address(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "this is no address and no range of addresses")
        .label("no address")
        .help("Write `\"203.0.113.7\"`, `\"185.71.76.0/27\"` or `\"2a02:5180::/32\"`.")
}

pub(in crate::resolve) fn colon_in_user(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_VERIFY, span, "a user's name holds no `:`")
        .label("ends at its first `:`")
        .help("What stands behind the first `:` is the password (RFC 7617).")
}

pub(in crate::resolve) fn no_secret(span: Span) -> Diagnostic {
    Diagnostic::new(&VERIFY_WITHOUT_SECRET, span, "`verify` compares with a secret, and this is none")
        .label("no secret")
        .help("Write `secret.NAME`, and put the value into the environment variable NAME of `wj serve`. Two secrets, while one takes the other's place, are a list: `[secret.NEW, secret.OLD]`.")
}
