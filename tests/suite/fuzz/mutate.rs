//! Changes of texts and bytes, as people and senders make them and as nobody does: lines and blocks of one script in another,
//! words lost, doubled and exchanged, letters that look alike, depth, length, and bytes at random.

use std::ops::Range;

use super::corpus::Corpus;
use crate::random::Random;

/// Written one for the other, or where nothing stands.
const LOOK_ALIKES: [(&str, &str); 14] = [
    ("a", "а"),
    ("e", "е"),
    ("o", "о"),
    ("c", "с"),
    ("\"", "“"),
    ("\"", "”"),
    ("\"", "«"),
    ("=", "＝"),
    ("{", "｛"),
    (" ", "\u{a0}"),
    ("-", "–"),
    (":", "："),
    ("\n", "\r\n"),
    ("\n", "\r"),
];

const STRANGE: [&str; 16] = [
    "\u{200b}", "\u{feff}", "\u{2028}", "\u{0}", "\u{301}", "😀", "\t", "\"\"\"", "\"", "{", "}", "#", "\\",
    "'", "\u{202e}", "`",
];

const OPENING: [(&str, &str); 10] = [
    ("(", ")"),
    ("[", "]"),
    ("{ a: ", " }"),
    ("\"{", "}\""),
    ("not ", ""),
    ("-", ""),
    ("if true then ", " else 1"),
    ("when true {\n", "\n}"),
    ("trim(", ")"),
    ("[?", "]"),
];

const NUMBERS: [&str; 10] = [
    "0",
    "-0",
    "1e400",
    "9223372036854775808",
    "-9223372036854775809",
    "0.0000000000000000000000000001",
    "79228162514264337593543950336",
    "00",
    "1.",
    "99999d",
];

/// A script after one to five changes.
pub fn script(text: &str, corpus: &Corpus, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..1 + random.below(5) {
        text = one(&text, corpus, random);
        if text.len() > 64 << 10 {
            break;
        }
    }
    text
}

/// One change.
pub fn one(text: &str, corpus: &Corpus, random: &mut Random) -> String {
    let token = |random: &mut Random| some_token(text, random);
    match random.below(18) {
        0 | 1 => replaced(text, token(random), corpus.token(random)),
        2 => replaced(text, token(random), ""),
        3 => {
            let at = token(random);
            let twice = text[at.clone()].repeat(2);
            replaced(text, at, &twice)
        }
        4 => {
            let (one, other) = (token(random), token(random));
            let word = text[other].to_owned();
            replaced(text, one, &word)
        }
        5 => {
            let other = corpus.script(random);
            let lines = some_lines(other, random);
            let at = some_lines(text, random).start;
            replaced(text, at..at, &other[lines])
        }
        6 => {
            let other = corpus.script(random);
            let lines = some_lines(other, random);
            replaced(text, some_lines(text, random), &other[lines])
        }
        7 => replaced(text, some_lines(text, random), ""),
        8 => {
            let lines = some_lines(text, random);
            let twice = text[lines.clone()].repeat(2);
            replaced(text, lines, &twice)
        }
        9 => {
            let other = corpus.script(random);
            let block = some_block(other, random);
            replaced(text, some_block(text, random), &other[block])
        }
        10 => {
            let (plain, alike) = LOOK_ALIKES[random.below(LOOK_ALIKES.len())];
            let places: Vec<usize> = text.match_indices(plain).map(|(at, _)| at).collect();
            if places.is_empty() {
                return text.to_owned();
            }
            let at = places[random.below(places.len())];
            replaced(text, at..at + plain.len(), alike)
        }
        11 => {
            let at = token(random);
            replaced(text, at.start..at.start, random.pick(&STRANGE))
        }
        12 => {
            let at = token(random);
            let (open, close) = OPENING[random.below(OPENING.len())];
            let count = [1, 2, 30, 63, 65, 200, 2_000][random.below(7)];
            let inside = &text[at.clone()];
            let close = close.repeat(if random.below(3) == 0 { random.below(count + 1) } else { count });
            replaced(text, at.clone(), &format!("{}{inside}{close}", open.repeat(count)))
        }
        13 => {
            let at = token(random);
            let long = text[at.clone()].repeat([10, 300, 5_000][random.below(3)]);
            replaced(text, at, long.get(..20_000).unwrap_or(&long))
        }
        14 => replaced(text, token(random), random.pick(&NUMBERS)),
        15 => {
            let at = token(random).start;
            if random.below(2) == 0 { text[..at].to_owned() } else { text[at..].to_owned() }
        }
        16 => {
            let changed = bytes(text.as_bytes(), random);
            String::from_utf8_lossy(&changed).into_owned()
        }
        _ => {
            let at = token(random);
            let comment = random.pick(&[
                " # c\n",
                " # wj-allow unused-field: x\n",
                "\n# wj-allow unused-field: x\n",
                "\n# wj-allow unused-let: x\n",
                "\n\n\n",
                " \\\n",
                ",",
                "\n",
            ]);
            replaced(text, at.start..at.start, comment)
        }
    }
}

/// Bytes after one to four changes that know nothing of them.
pub fn bytes(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + random.below(4) {
        let from = random.below(bytes.len() + 1);
        let to = (from + random.below(9)).min(bytes.len());
        match random.below(7) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let count = 1 + random.below(6);
                let new = random.bytes(count);
                drop(bytes.splice(from..from, new));
            }
            2 => bytes.iter_mut().skip(from).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
            3 => bytes.truncate(from),
            4 => {
                let again = bytes[from..to].to_vec();
                drop(bytes.splice(from..from, again));
            }
            5 => {
                let value = [0, 0x7f, 0x80, 0xff, b'\n', b'\r', b'"'][random.below(7)];
                bytes.iter_mut().skip(from).take(to - from).for_each(|byte| *byte = value);
            }
            _ => {
                let long = bytes[from..to].repeat([2, 50, 1_000][random.below(3)]);
                drop(bytes.splice(from..to, long));
            }
        }
    }
    bytes
}

/// Words with what they hold, blanks, and single signs.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let kind = kind(first);
        let other = |letter: char| kind == 0 || self::kind(letter) != kind;
        let end =
            rest.char_indices().skip(1).find(|(_, letter)| other(*letter)).map_or(rest.len(), |(at, _)| at);
        let (token, behind) = rest.split_at(end);
        rest = behind;
        Some(token)
    })
}

fn kind(letter: char) -> u8 {
    match letter {
        '\n' | '\r' => 0,
        letter if letter.is_alphanumeric() || letter == '_' => 1,
        letter if letter.is_whitespace() => 2,
        _ => 0,
    }
}

/// Of one that is not blank, where there is one.
fn some_token(text: &str, random: &mut Random) -> Range<usize> {
    let mut at = 0;
    let mut places: Vec<Range<usize>> = Vec::new();
    for token in tokens(text) {
        if !token.trim().is_empty() {
            places.push(at..at + token.len());
        }
        at += token.len();
    }
    if places.is_empty() { 0..0 } else { places.swap_remove(random.below(places.len())) }
}

/// One to four whole lines.
fn some_lines(text: &str, random: &mut Random) -> Range<usize> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let first = random.below(starts.len());
    let end = starts.get(first + 1 + random.below(4)).copied().unwrap_or(text.len());
    starts[first]..end
}

/// From a brace to the one that closes it, or some lines.
fn some_block(text: &str, random: &mut Random) -> Range<usize> {
    let opening: Vec<usize> = text.match_indices('{').map(|(at, _)| at).collect();
    if opening.is_empty() {
        return some_lines(text, random);
    }
    let start = opening[random.below(opening.len())];
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        depth = match byte {
            b'{' => depth + 1,
            b'}' => depth - 1,
            _ => depth,
        };
        if depth == 0 {
            return start..at + 1;
        }
    }
    start..text.len()
}

fn replaced(text: &str, at: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..at.start], &text[at.end..])
}
