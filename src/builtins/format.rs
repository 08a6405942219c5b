//! `format`: a time as people write it.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Civil, Fault, Kinds, Value};

pub static FORMAT: Builtin = Builtin {
    name: "format",
    summary: "Writes a time by a pattern: `yyyy` `yy` year, `MM` `M` month, `dd` `d` day, `HH` `H` hour, `mm` minute, `ss` second, `SSS` millisecond, `XXX` offset; what stands between `'` is written as it is. The zone is that of the time, UTC if it has none.",
    params: &[
        Param { name: "time", kinds: Kinds::TIME, optional: false },
        Param { name: "format", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example {
            call: r#"format(time("2026-11-24T17:05:00Z"), "dd.MM.yyyy HH:mm")"#,
            gives: r#""24.11.2026 17:05""#,
        },
        Example {
            call: r#"format(in_zone(time("2026-11-24T17:05:00Z"), "Europe/Moscow"), "d.M.yy H:mm XXX")"#,
            gives: r#""24.11.26 20:05 +03:00""#,
        },
        Example {
            call: r#"format(time("2026-11-24T17:05:00Z"), "yyyy-MM-dd'T'HH:mm:ss.SSS")"#,
            gives: r#""2026-11-24T17:05:00.000""#,
        },
    ],
    call: Call::Pure(format),
};

fn format(args: &[Value]) -> Result<Value, Fault> {
    let (time, pattern) = (args::time(args, 0)?, args::text(args, 1)?);
    let pieces = read(pattern)
        .map_err(|why| Fault::outside(format!("`format` of `format` is no pattern of a time: {why}")))?;
    let Some(shown) = time.civil() else {
        return Err(Fault::outside("a time outside of the calendar cannot be written"));
    };
    let mut written = String::new();
    for (_, piece) in pieces {
        match piece {
            Piece::Plain(c) => written.push(c),
            Piece::Field(letter, count) => written.push_str(&field(letter, count, &shown)),
        }
    }
    Ok(Value::text(written))
}

/// A part of a pattern: a character as it is, or a letter with how often it stands.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Plain(char),
    Field(char, usize),
}

/// Letters, and how often each may stand.
const FIELDS: [(char, &[usize]); 8] = [
    ('y', &[2, 4]),
    ('M', &[1, 2]),
    ('d', &[1, 2]),
    ('H', &[1, 2]),
    ('m', &[1, 2]),
    ('s', &[1, 2]),
    ('S', &[3]),
    ('X', &[3]),
];

/// Why a text is no pattern of a time; `None` for a good one.
pub(super) fn format_error(pattern: &str) -> Option<String> {
    read(pattern).err()
}

/// The pattern that was most likely meant, where minutes stand for the month, as in `dd.mm.yyyy`, or the other way round, as in
/// `HH:MM`; `None` where nothing seems to be taken for something else.
pub fn pattern_meant(pattern: &str) -> Option<String> {
    let pieces = read(pattern).ok()?;
    let fields: Vec<(usize, char, usize)> = pieces
        .into_iter()
        .filter_map(|(at, piece)| match piece {
            Piece::Field(letter, count) => Some((at, letter, count)),
            Piece::Plain(_) => None,
        })
        .collect();
    let letter = |at: Option<usize>| at.and_then(|at| fields.get(at)).map_or(' ', |(_, letter, _)| *letter);
    let mut meant = pattern.to_owned();
    for (index, (at, written, count)) in fields.iter().enumerate() {
        let (before, behind) = (letter(index.checked_sub(1)), letter(Some(index + 1)));
        let of_a_date = matches!(before, 'd' | 'y') || matches!(behind, 'd' | 'y');
        let of_a_day = before == 'H' || behind == 's';
        let right = match written {
            'm' if of_a_date && !of_a_day => "M",
            'M' if of_a_day && !of_a_date => "m",
            _ => continue,
        };
        meant.replace_range(*at..at + count, &right.repeat(*count));
    }
    (meant != pattern).then_some(meant)
}

/// Each part with where it begins.
fn read(pattern: &str) -> Result<Vec<(usize, Piece)>, String> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let at = pattern.len() - rest.len();
        if c == '\'' {
            let quoted = rest.get(1..).unwrap_or_default();
            let Some((plain, behind)) = quoted.split_once('\'') else {
                return Err("a `'` is opened and not closed".to_owned());
            };
            // Two of them are one that is written.
            pieces.extend(if plain.is_empty() { "'" } else { plain }.chars().map(|c| (at, Piece::Plain(c))));
            rest = behind;
            continue;
        }
        if !c.is_alphabetic() {
            pieces.push((at, Piece::Plain(c)));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            continue;
        }
        let count = rest.chars().take_while(|other| *other == c).count();
        let run: String = rest.chars().take(count).collect();
        let Some((_, counts)) = FIELDS.iter().find(|(letter, _)| *letter == c) else {
            let help = match c {
                'Y' => ": the year is `yyyy`",
                'D' => ": the day is `dd`",
                'h' => ": the hour is `HH`",
                _ => ": letters that are to be written stand between `'`",
            };
            return Err(format!("`{run}` means nothing here{help}"));
        };
        if !counts.contains(&count) {
            let known = counts.iter().map(|count| format!("`{}`", c.to_string().repeat(*count)));
            return Err(format!("`{run}` means nothing here: {}", known.collect::<Vec<_>>().join(" or ")));
        }
        pieces.push((at, Piece::Field(c, count)));
        rest = rest.get(run.len()..).unwrap_or_default();
    }
    Ok(pieces)
}

fn field(letter: char, count: usize, shown: &Civil) -> String {
    let number = i32::from(match letter {
        'y' if count == 2 => shown.year.rem_euclid(100),
        'y' => shown.year,
        'M' => shown.month.into(),
        'd' => shown.day.into(),
        'H' => shown.hour.into(),
        'm' => shown.minute.into(),
        's' => shown.second.into(),
        'S' => shown.millis,
        _ => {
            let (sign, minutes) = (if shown.offset < 0 { '-' } else { '+' }, shown.offset.abs() / 60);
            return format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        }
    });
    format!("{number:0count$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_says_what_is_wrong_with_it() {
        for (pattern, why) in [
            ("DD.MM.yyyy", "`DD` means nothing here: the day is `dd`"),
            ("dd.MM.YYYY", "`YYYY` means nothing here: the year is `yyyy`"),
            ("hh:mm", "`hh` means nothing here: the hour is `HH`"),
            ("yyy", "`yyy` means nothing here: `yy` or `yyyy`"),
            ("dd в HH", "`в` means nothing here: letters that are to be written stand between `'`"),
            ("HH 'h", "a `'` is opened and not closed"),
        ] {
            assert_eq!(format_error(pattern).as_deref(), Some(why));
        }
        for good in ["", "dd.MM.yyyy", "HH 'ч' mm 'мин'", "''yy"] {
            assert_eq!(format_error(good), None, "{good}");
        }
    }

    #[test]
    fn minutes_in_a_date_are_the_month() {
        for (pattern, meant) in [
            ("dd.mm.yyyy", "dd.MM.yyyy"),
            ("yyyy-mm-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss"),
            ("d.m", "d.M"),
            ("HH:MM", "HH:mm"),
            ("dd.MM.yyyy HH:MM", "dd.MM.yyyy HH:mm"),
            ("dd.mm.yyyy HH:MM", "dd.MM.yyyy HH:mm"),
        ] {
            assert_eq!(pattern_meant(pattern).as_deref(), Some(meant), "{pattern}");
        }
        for good in
            ["dd.MM.yyyy HH:mm", "HH:mm dd.MM", "mm:ss", "mm", "MM", "yyyyMMddHHmmss", "HH 'ч' mm 'мин' d.M"]
        {
            assert_eq!(pattern_meant(good), None, "{good}");
        }
    }
}
