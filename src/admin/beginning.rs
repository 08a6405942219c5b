//! An operation named by the first characters of its id, as long as no other id begins so.

use super::Response;
use super::operation::iso;
use crate::store::{Cursor, Filter, Listed, Store};
use crate::value::Id;

/// Fewer characters say nothing: all operations of some weeks begin with the same ones.
const LEAST: usize = 4;

/// So many are named where several begin so.
const NAMED: usize = 5;

/// Where an id has its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// The operation that is meant.
///
/// # Errors
/// As an answer: a text that begins no id, none or several that begin so.
pub fn find(store: &dyn Store, text: &str) -> Result<Id, Response> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let Some((low, high)) = range(text) else {
        return Err(Response::error(400, format!("`{text}` is not the id of an operation")));
    };
    if text.len() < LEAST {
        return Err(Response::error(
            400,
            format!("`{text}` is too short for an id; {LEAST} characters are the least"),
        ));
    }
    // A list goes on behind its cursor.
    let next = u128::from_be_bytes(high.0).saturating_add(1).to_be_bytes();
    let page = store.list(&Filter::default(), Some(&Cursor(Id(next))), NAMED + 1);
    let page = page.map_err(|error| Response::error(500, error.to_string()))?;
    let found: Vec<Listed> = page.items.into_iter().take_while(|listed| listed.id >= low).collect();
    match found.as_slice() {
        [] => Err(Response::error(
            404,
            format!("there is no operation in this store whose id begins with `{text}`"),
        )),
        [one] => Ok(one.id),
        several => {
            let named: Vec<String> = several
                .iter()
                .take(NAMED)
                .map(|one| {
                    let (pipeline, state) = (&one.pipeline, one.state.as_str());
                    format!("\n  {}  {}  {pipeline}, {state}", one.id, iso(one.received_at))
                })
                .collect();
            let more = if several.len() > NAMED { "\n  and more" } else { "" };
            Err(Response::error(
                409,
                format!("`{text}` begins the ids of several operations:{}{more}", named.concat()),
            ))
        }
    }
}

/// The first and the last id that begin so; `None` for what begins none. The dashes may be left out.
fn range(text: &str) -> Option<(Id, Id)> {
    let has_dashes = text.contains('-');
    if text.is_empty() || text.len() > if has_dashes { 36 } else { 32 } {
        return None;
    }
    let (mut low, mut high) = ([0; 16], [0xff; 16]);
    let mut nibble = 0;
    for (at, c) in text.chars().enumerate() {
        if has_dashes && DASHES.contains(&at) {
            if c != '-' {
                return None;
            }
            continue;
        }
        let digit = u8::try_from(c.to_digit(16)?).ok()?;
        let (shift, mask) = if nibble % 2 == 0 { (4, 0x0f) } else { (0, 0xf0) };
        for bound in [&mut low, &mut high] {
            let byte = bound.get_mut(nibble / 2)?;
            *byte = (*byte & mask) | (digit << shift);
        }
        nibble += 1;
    }
    Some((Id(low), Id(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_a_range_of_ids() {
        let shown = |text: &str| range(text).map(|(low, high)| format!("{low} {high}"));
        for text in ["01a20f1e", "01A20F1E", "01a20f1e-"] {
            let range = "01a20f1e-0000-0000-0000-000000000000 01a20f1e-ffff-ffff-ffff-ffffffffffff";
            assert_eq!(shown(text).as_deref(), Some(range), "{text}");
        }
        for text in ["01a20f1e-12c", "01a20f1e12c"] {
            let range = "01a20f1e-12c0-0000-0000-000000000000 01a20f1e-12cf-ffff-ffff-ffffffffffff";
            assert_eq!(shown(text).as_deref(), Some(range), "{text}");
        }
        for text in ["", "01a2-0f1e", "-", "leads", "é", "01a20f1e0000000000000000000000000", "01a20f1e0-"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
