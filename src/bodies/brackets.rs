//! Names with brackets, as PHP and Rails send them: `leads[add][0][id]=7` is `{"leads": {"add": [{"id": "7"}]}}`.

use std::collections::BTreeMap;

use crate::value::{Object, Value};

/// A name nested deeper is taken as it is written.
const MOST_LEVELS: usize = 32;

/// Names and texts in the order in which they were sent. Of equal names the last counts; `a[]` appends; keys `0…n-1` in any
/// order are a list, all others an object.
pub fn fold(pairs: impl Iterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Value {
    let mut root = Branch::default();
    for (name, text) in pairs {
        let keys = keys(name.as_ref());
        root.put(&keys, text.as_ref());
    }
    // What was sent is an object, also where its names are numbers.
    root.into_object()
}

enum Node {
    Text(String),
    Branch(Branch),
}

#[derive(Default)]
struct Branch {
    members: Vec<(String, Node)>,
    places: BTreeMap<String, usize>,
}

impl Branch {
    fn put(&mut self, keys: &[&str], text: &str) {
        let Some((key, below)) = keys.split_first() else { return };
        // `a[]` takes the next free place.
        let key = if key.is_empty() { self.members.len().to_string() } else { (*key).to_owned() };
        let place = *self.places.entry(key.clone()).or_insert(self.members.len());
        if place == self.members.len() {
            self.members.push((key, Node::Branch(Branch::default())));
        }
        let Some((_, node)) = self.members.get_mut(place) else { return };
        if below.is_empty() {
            *node = Node::Text(text.to_owned());
            return;
        }
        if let Node::Text(_) = node {
            *node = Node::Branch(Branch::default());
        }
        if let Node::Branch(branch) = node {
            branch.put(below, text);
        }
    }

    fn into_value(mut self) -> Value {
        let is_list = (0..self.members.len()).all(|at| self.places.contains_key(&at.to_string()));
        if !is_list {
            return self.into_object();
        }
        // Whole numbers without leading zeros: the longer is the larger.
        self.members.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
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
            Node::Text(text) => Value::text(text),
            Node::Branch(branch) => branch.into_value(),
        }
    }
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
    }
    if keys.len() > MOST_LEVELS { vec![name] } else { keys }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::to_json;

    #[test]
    fn brackets_fold_into_lists_and_objects() {
        for (pairs, json) in [
            (&["a=1", "a=2"][..], r#"{"a":"2"}"#),
            (
                &["leads[add][0][id]=7", "leads[add][0][n]=x", "leads[add][1][id]=8"],
                r#"{"leads":{"add":[{"id":"7","n":"x"},{"id":"8"}]}}"#,
            ),
            (&["a[]=1", "a[]=2"], r#"{"a":["1","2"]}"#),
            (&["a[1]=y", "a[0]=x"], r#"{"a":["x","y"]}"#),
            (&["a[1]=y", "a[3]=x"], r#"{"a":{"1":"y","3":"x"}}"#),
            (&["a[00]=y"], r#"{"a":{"00":"y"}}"#),
            (&["a=1", "a[b]=2"], r#"{"a":{"b":"2"}}"#),
            (&["a[b]=2", "a=1"], r#"{"a":"1"}"#),
            (&["a[b=1", "[c]=2", "a[b]c=3"], r#"{"a[b":"1","[c]":"2","a[b]c":"3"}"#),
            (&["0=x"], r#"{"0":"x"}"#),
        ] {
            let folded = fold(pairs.iter().filter_map(|pair| pair.split_once('=')));
            assert_eq!(to_json(&folded).unwrap(), json);
        }
        let eleven: Vec<String> = (0..11).rev().map(|at| format!("a[{at}]={at}")).collect();
        let folded = fold(eleven.iter().filter_map(|pair| pair.split_once('=')));
        assert_eq!(to_json(&folded).unwrap(), r#"{"a":["0","1","2","3","4","5","6","7","8","9","10"]}"#);
        let deep = format!("a{}", "[b]".repeat(40));
        assert_eq!(to_json(&fold([(&deep, "1")].into_iter())).unwrap(), format!(r#"{{"{deep}":"1"}}"#));
    }
}
