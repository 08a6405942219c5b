//! What is wrong with an argument that stands in the script: such a call would fail in every run, so it is said when the
//! script is checked. What a parameter takes follows from its name, which is the same in all functions.

use super::{digest, format, matches, next, phone};
use crate::diagnostic::near;
use crate::value::{is_zone, zones};

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

/// What a text that is nothing for the parameter of this name was most likely meant to be.
pub fn argument_meant(param: &str, text: &str) -> Option<String> {
    match param {
        "country" => country_meant(text).map(str::to_owned),
        "zone" => zone_meant(text),
        "schedule" => next::meant(text),
        // The letters of other languages, and an unquoted `T` between day and hour.
        "format" => Some(text.replace('Y', "y").replace("DD", "dd").replace("dTH", "d'T'H"))
            .filter(|meant| format::format_error(meant).is_none()),
        _ => None,
    }
}

fn country_meant(text: &str) -> Option<&'static str> {
    Some(match text.trim().to_lowercase().as_str() {
        "+7" | "7" | "ru" | "rus" | "russia" | "россия" | "рф" => "RU",
        "+375" | "375" | "by" | "belarus" | "беларусь" => "BY",
        "+77" | "kz" | "kazakhstan" | "казахстан" => "KZ",
        _ => return None,
    })
}

/// `Moscow`, `MSK`, `europe/moscow` and `Europe/Moskow` are all `Europe/Moscow`.
fn zone_meant(text: &str) -> Option<String> {
    let text = text.trim();
    let called = match text.to_lowercase().as_str() {
        "msk" | "мск" | "москва" | "moskva" | "russia" => Some("Europe/Moscow"),
        "спб" | "санкт-петербург" | "spb" | "saint-petersburg" => Some("Europe/Moscow"),
        "екатеринбург" | "екб" => Some("Asia/Yekaterinburg"),
        "новосибирск" => Some("Asia/Novosibirsk"),
        "омск" => Some("Asia/Omsk"),
        "владивосток" => Some("Asia/Vladivostok"),
        "калининград" => Some("Europe/Kaliningrad"),
        "самара" => Some("Europe/Samara"),
        "минск" => Some("Europe/Minsk"),
        "алматы" => Some("Asia/Almaty"),
        "utc+0" | "utc0" | "gmt+0" | "z" => Some("UTC"),
        _ => None,
    };
    if let Some(zone) = called {
        return Some(zone.to_owned());
    }
    let zones = zones();
    let written = text.replace(' ', "_");
    let same = |zone: &&String| {
        let city = zone.rsplit('/').next().unwrap_or(zone);
        zone.eq_ignore_ascii_case(&written) || zone.contains('/') && city.eq_ignore_ascii_case(&written)
    };
    let near = || {
        let whole = near(&written, zones.iter().map(String::as_str));
        let cities = zones.iter().filter_map(|zone| zone.rsplit_once('/').map(|(_, city)| city));
        whole.map(str::to_owned).or_else(|| {
            let city = near(&written, cities).filter(|_| !written.contains('/'))?;
            zones.iter().find(|zone| zone.rsplit('/').next() == Some(city)).cloned()
        })
    };
    zones.iter().find(same).cloned().or_else(near)
}
