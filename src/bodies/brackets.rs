//! Names with brackets, as PHP and Rails send them: `leads[add][0][id]=7` is `{"leads": {"add": [{"id": "7"}]}}`.

use std::collections::BTreeMap;

use super::MOST_VALUES;
use crate::value::{Object, Value};

/// A name nested deeper is taken as it is written.
const MOST_LEVELS: usize = 32;

/// There are more values than a body may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Names and values in the order in which they were sent. Of equal names the last counts; `a[]` appends behind the largest
/// number; keys `0…n-1` in any order are a list, all others an object. A name whose brackets do not fit is one key; what has
/// no name is left out.
///
/// # Errors
/// More than 200,000 values, with the lists and objects that the names make.
pub fn fold(pairs: impl Iterator<Item = (impl AsRef<str>, Value)>) -> Result<Value, TooMany> {
    let mut root = Branch::default();
    let mut room = MOST_VALUES;
    for (name, value) in pairs.filter(|(name, _)| !name.as_ref().is_empty()) {
        let keys = keys(name.as_ref());
        room = room.checked_sub(keys.len()).ok_or(TooMany)?;
        root.put(&keys, value);
    }
    // What was sent is an object, also where its names are numbers.
    Ok(root.into_object())
}

enum Node {
    Value(Value),
    Branch(Branch),
}

#[derive(Default)]
struct Branch {
    members: Vec<(String, Node)>,
    places: BTreeMap<String, usize>,
    /// Where `a[]` goes: behind the largest number that was used as a key.
    next: u64,
}

impl Branch {
    /// It calls itself, no deeper than a name may nest.
    fn put(&mut self, keys: &[&str], value: Value) {
        let Some((key, below)) = keys.split_first() else { return };
        let key = if key.is_empty() { self.next.to_string() } else { (*key).to_owned() };
        if let Some(number) = number(&key) {
            self.next = self.next.max(number.saturating_add(1));
        }
        let place = *self.places.entry(key.clone()).or_insert(self.members.len());
        if place == self.members.len() {
            self.members.push((key, Node::Branch(Branch::default())));
        }
        let Some((_, node)) = self.members.get_mut(place) else { return };
        if below.is_empty() {
            *node = Node::Value(value);
            return;
        }
        if let Node::Value(_) = node {
            *node = Node::Branch(Branch::default());
        }
        if let Node::Branch(branch) = node {
            branch.put(below, value);
        }
    }

    fn into_value(mut self) -> Value {
        let is_list = (0..self.members.len()).all(|at| self.places.contains_key(&at.to_string()));
        if !is_list {
            return self.into_object();
        }
        self.members.sort_by_key(|(key, _)| number(key));
        Value::list(self.members.into_iter().map(|(_, node)| node.into_value()).collect())
    }

    fn into_object(self) -> Value {
        let mut object = Object::new();
        for (key, node) in self.members {
            object.set(key, node.into_value());
        }
        Value::object(object)
    }
}

impl Node {
    fn into_value(self) -> Value {
        match self {
            Node::Value(value) => value,
            Node::Branch(branch) => branch.into_value(),
        }
    }
}

/// A key that PHP takes for a number: digits without leading zeros.
fn number(key: &str) -> Option<u64> {
    let is_number = key == "0" || !key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { key.parse().ok() } else { None }
}

/// `leads[add][0]` as `leads`, `add`, `0`. A name whose brackets do not close is one key.
fn keys(name: &str) -> Vec<&str> {
    let Some((first, mut rest)) =
        name.find('[').filter(|at| *at > 0).and_then(|at| name.split_at_checked(at))
    else {
        return vec![name];
    };
    let mut keys = vec![first];
    while !rest.is_empty() {
        let Some((key, behind)) = rest.strip_prefix('[').and_then(|open| open.split_once(']')) else {
            return vec![name];
        };
        keys.push(key);
        rest = behind;
        if keys.len() > MOST_LEVELS {
            return vec![name];
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::to_json;

    fn folded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        to_json(&fold(pairs.map(|(name, text)| (name, Value::text(text)))).unwrap()).unwrap()
    }

    /// What PHP's `parse_str` makes of the same, as `json_encode` writes it; but names keep their dots and blanks, and a
    /// name whose brackets do not fit stays whole, where PHP changes it or drops a part.
    #[test]
    fn brackets_fold_as_in_php() {
        for (pairs, json) in [
            (&["a=1", "a=2"][..], r#"{"a":"2"}"#),
            (
                &["leads[add][0][id]=7", "leads[add][0][n]=x", "leads[add][1][id]=8"],
                r#"{"leads":{"add":[{"id":"7","n":"x"},{"id":"8"}]}}"#,
            ),
            (&["a[]=1", "a[]=2"], r#"{"a":["1","2"]}"#),
            (&["a[][x]=1", "a[][x]=2"], r#"{"a":[{"x":"1"},{"x":"2"}]}"#),
            (&["a[1]=y", "a[0]=x"], r#"{"a":["x","y"]}"#),
            (&["a[1]=y", "a[3]=x"], r#"{"a":{"1":"y","3":"x"}}"#),
            (&["a[5]=x", "a[]=y"], r#"{"a":{"5":"x","6":"y"}}"#),
            (&["a[k]=x", "a[]=y"], r#"{"a":{"k":"x","0":"y"}}"#),
            (&["a[0]=x", "a[]=y", "a[0]=z"], r#"{"a":["z","y"]}"#),
            (&["a[00]=y"], r#"{"a":{"00":"y"}}"#),
            (&["a[-1]=y"], r#"{"a":{"-1":"y"}}"#),
            (&["a=1", "a[b]=2"], r#"{"a":{"b":"2"}}"#),
            (&["a[b]=2", "a=1"], r#"{"a":"1"}"#),
            (&["a[b]=1", "a[b][c]=2"], r#"{"a":{"b":{"c":"2"}}}"#),
            (&["a[ключ]=1"], r#"{"a":{"ключ":"1"}}"#),
            (&["a[b.c]=1", "d.e=2"], r#"{"a":{"b.c":"1"},"d.e":"2"}"#),
            (&["a[b[c]=1"], r#"{"a":{"b[c":"1"}}"#),
            (&["a[b=1", "[c]=2", "a[b]c=3", "]=4"], r#"{"a[b":"1","[c]":"2","a[b]c":"3","]":"4"}"#),
            (&["0=x"], r#"{"0":"x"}"#),
            (&["=x", "a="], r#"{"a":""}"#),
        ] {
            assert_eq!(folded(pairs.iter().filter_map(|pair| pair.split_once('='))), json);
        }
        let eleven: Vec<String> = (0..11).rev().map(|at| format!("a[{at}]={at}")).collect();
        assert_eq!(
            folded(eleven.iter().filter_map(|pair| pair.split_once('='))),
            r#"{"a":["0","1","2","3","4","5","6","7","8","9","10"]}"#
        );
        let deep = format!("a{}", "[b]".repeat(40));
        assert_eq!(folded([(&*deep, "1")].into_iter()), format!(r#"{{"{deep}":"1"}}"#));
    }

    #[test]
    fn what_names_make_is_bounded() {
        let name = format!("a{}", "[]".repeat(31));
        let pairs = |count: usize| (0..count).map(|_| (&name, Value::text("1")));
        assert!(fold(pairs(6_000)).is_ok());
        assert_eq!(fold(pairs(7_000)), Err(TooMany));
        let long = format!("a{}", "[".repeat(1 << 20));
        assert_eq!(folded([(&*long, "1")].into_iter()).len(), long.len() + 8);
    }
}
