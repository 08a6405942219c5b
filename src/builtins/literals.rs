//! What is wrong with an argument that stands in the script: such a call would fail in every run, so it is said when the
//! script is checked. What a parameter takes follows from its name, which is the same in all functions.

use super::{digest, format, matches, next, phone};
use crate::value::is_zone;

/// Why a text is nothing for the parameter of this name; `None` where it is good, or where the parameter takes any text.
pub fn argument_error(param: &str, text: &str) -> Option<String> {
    match param {
        "country" => (!phone::is_country(text))
            .then(|| format!("{text:?} is no country: two capital letters are, as in `\"RU\"`")),
        "encoding" => digest::encoding_error(text),
        "format" => format::format_error(text),
        "pattern" => matches::pattern_error(text),
        "schedule" => next::read(text).err(),
        "zone" => (!is_zone(text)).then(|| {
            format!("{text:?} is no time zone: they have the names of the IANA, as in `\"Europe/Moscow\"`")
        }),
        _ => None,
    }
}
