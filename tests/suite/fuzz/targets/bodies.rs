//! Reading a body is total whatever it says it is, takes no longer than its length allows, and gives what can be written.

use wj::bodies::{Charset, Format, Read, Reading, decode, query, read};
use wj::value::{Bytes, from_json, to_json};

use super::super::corpus::Corpus;
use super::super::{Target, mutate};
use crate::random::Random;

/// The declared type, a line end, the body.
pub const TARGET: Target = Target { name: "bodies", input, judge };

const CHARSETS: [&str; 8] =
    ["windows-1251", "koi8-r", "shift_jis", "gb18030", "utf-16le", "iso-2022-jp", "utf-8", "x-user-defined"];

/// They are written over and over, up to this.
const LONG: usize = 256 << 10;

fn input(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let body = corpus.any_body(random);
    let mut content_type = body.content_type.clone();
    match random.below(6) {
        0 => content_type = corpus.any_body(random).content_type.clone(),
        1 => content_type = format!("{content_type}; charset={}", random.pick(&CHARSETS)),
        2 => {
            content_type =
                String::from_utf8_lossy(&mutate::bytes(content_type.as_bytes(), random)).replace('\n', " ")
        }
        _ => {}
    }
    let mut bytes = mutate::bytes(&body.bytes, random);
    match random.below(20) {
        0 => {
            // One small part of it, as often as fits: what is read in more than linear time shows here.
            let from = random.below(bytes.len() + 1);
            let to = (from + 1 + random.below(24)).min(bytes.len());
            let part = bytes[from..to].to_vec();
            let times = LONG / part.len().max(1);
            drop(bytes.splice(from..to, part.repeat(times)));
        }
        1 => {
            let (open, close) = [("[", "]"), ("{\"a\":", "}"), ("<a>", "</a>"), ("[a]", "")][random.below(4)];
            let count = [10, 126, 127, 128, 5_000][random.below(5)];
            bytes = format!("{}1{}", open.repeat(count), close.repeat(count)).into_bytes();
        }
        _ => {}
    }
    [content_type.as_bytes(), b"\n", &bytes].concat()
}

fn judge(_: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
    let line = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (content_type, body) =
        (&input[..line], Bytes::from(input.get(line + 1..).unwrap_or_default().to_vec()));
    let random = &mut Random(!number);
    let declared = (!content_type.is_empty()).then_some(content_type);
    let mut readings = vec![Reading::default()];
    let (_, format) = Format::ALL[random.below(Format::ALL.len())];
    let charset = (random.below(2) == 0).then(|| Charset::find(random.pick(&CHARSETS))).flatten();
    readings.push(Reading { format: Some(format), charset });
    for reading in readings {
        let Ok(read) = read(declared, reading, &body) else { continue };
        if let Read::Fields(fields) = &read {
            let _ = to_json(&fields.all());
        }
        let (value, decoded) = (read.value(), decode(declared, reading, &body));
        if value != decoded {
            return Err(format!("read twice it is {value:?} and {decoded:?}"));
        }
        // What was read can be written, and is the same when it is read again.
        if let Ok(Some(value)) = value
            && let Ok(json) = to_json(&value)
        {
            let again = from_json(json.as_bytes())
                .map_err(|error| format!("what was written cannot be read: {error:?}"))?;
            let twice = to_json(&again).map_err(|fault| fault.message)?;
            if twice != json {
                return Err(format!("written again it is another{}", super::first_difference(&json, &twice)));
            }
        }
    }
    let _ = query(&String::from_utf8_lossy(&body[..body.len().min(8 << 10)]));
    Ok(())
}
