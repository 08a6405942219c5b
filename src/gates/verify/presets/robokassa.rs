//! Robokassa, "Уведомления и переадресации", `ResultURL`: a hash over sum, number, the second password, and the shop's own
//! parameters. Which hash is set in the shop; its length tells.

use std::sync::Arc;

use url::form_urlencoded;

use super::{Preset, is_one_of};
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::signatures::Encoding;
use crate::gates::verify::{Draft, Refused, Seen, fields};
use crate::value::{Object, Value};

const SIGNATURE: &str = "SignatureValue";

pub static PRESET: Preset = Preset {
    name: "robokassa",
    summary: "Robokassa ResultURL: `SignatureValue`, a hash of sum, number, password and the `Shp_…` parameters",
    secret: "the second password (`Пароль #2`) of the shop",
    check,
    sign,
    receipt: None,
    pair: None,
};

fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let fields = parameters(seen)?;
    let given = Encoding::Hex.decode(fields::text(&fields, SIGNATURE)?.as_bytes());
    let algorithm = match given.as_ref().map(Vec::len) {
        Some(16) => Algorithm::Md5,
        Some(20) => Algorithm::Sha1,
        Some(32) => Algorithm::Sha256,
        Some(64) => Algorithm::Sha512,
        _ => return Err(Refused::because("`SignatureValue` is no hash that Robokassa makes")),
    };
    let right = keys.iter().filter(|key| !key.is_empty()).map(|key| signed(&fields, key, algorithm));
    is_one_of(given, &right.collect::<Result<Vec<_>, _>>()?)
}

fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    let signature = {
        let seen = draft.seen();
        let signed = parameters(&seen).and_then(|fields| signed(&fields, key, Algorithm::Md5));
        Encoding::Hex.encode(&signed.map_err(|Refused(why)| why)?)
    };
    if draft.body.is_empty() {
        draft.set_query(SIGNATURE, &signature);
        return Ok(());
    }
    fields::set(draft, &[SIGNATURE.into()], &signature)
}

/// They come as a form, or as a query where the shop chose GET. A name that came twice is not told apart from what is signed.
fn parameters(seen: &Seen<'_>) -> Result<Object, Refused> {
    if !seen.body.is_empty() {
        return fields::object(seen).cloned();
    }
    let query = seen.target.split_once('?').map_or("", |(_, query)| query);
    let mut object = Object::new();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        if object.get(&name).is_some() {
            return Err(Refused::because("a query parameter came twice"));
        }
        object.set(&*name, Value::text(&*text));
    }
    Ok(object)
}

fn signed(fields: &Object, password: &str, algorithm: Algorithm) -> Result<Vec<u8>, Refused> {
    let mut parts =
        vec![fields::text(fields, "OutSum")?, fields::text(fields, "InvId")?, password.to_owned()];
    let mut own = Vec::new();
    for (name, value) in fields.iter() {
        if name.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("shp_")) {
            own.push(format!("{name}={}", fields::plain(value, name)?));
        }
    }
    own.sort();
    parts.append(&mut own);
    Ok(algorithm.hash(parts.join(":").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    const FORM: [(&str, &str); 1] = [("Content-Type", "application/x-www-form-urlencoded")];

    /// By the sample code of the documentation, `md5("$out_summ:$inv_id:$mrh_pass2:Shp_item=$shp_item")`.
    #[test]
    fn the_sample_of_the_documentation_holds() {
        let plain = "OutSum=100.000000&InvId=5&SignatureValue=EE0C72EDDB00555FF4A85E8BD334764A";
        let own = "OutSum=100.000000&InvId=5&SignatureValue=acf9dc7850778198abbbf1f2fb97a1c7&Shp_user=%D0%90%D0%BD%D0%BD%D0%B0&Shp_item=1";
        let sha = "OutSum=100.000000&InvId=5&SignatureValue=a59f45ea912b5a900c51812a4c567923094019397f24b2bfd1c1d24925dc1c3e";
        for sent in [plain, own, sha] {
            let by_form = draft("/", &FORM, sent);
            holds(&PRESET, &by_form, "PrNs7NPr92", |draft| {
                draft.body = sent.replace("100.000000", "1").into()
            });
            holds(&PRESET, &by_form, "PrNs7NPr92", |draft| draft.body = format!("{sent}&shp_b=1").into());
            let by_query = draft(&format!("/?{sent}"), &[], "");
            holds(&PRESET, &by_query, "PrNs7NPr92", |draft| draft.target = format!("/?{sent}&OutSum=1"));
            holds(&PRESET, &by_query, "PrNs7NPr92", |draft| {
                draft.target = format!("/?{}", sent.replace("=5", "=6"))
            });
        }
    }
}
