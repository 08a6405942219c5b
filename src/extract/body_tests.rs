//! A path reaches the same in a form and in the JSON of the same tree.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Path, Picker};
use crate::bodies::{Read, Reading, read};
use crate::value::{Bytes, Object, Value, to_json};

/// A tree of texts as JSON, and as the pairs of a form.
fn tree() -> impl Strategy<Value = Value> {
    let leaf = "[ -~а-я\u{0}-\u{1f}😀]{0,6}".prop_map(Value::text);
    let inner = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 1..4).prop_map(Value::list), members(inner),]
    });
    members(inner)
}

fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec(("[a-cж]{1,2}", inner), 1..4).prop_map(|members| {
        Value::object(members.into_iter().map(|(name, value)| (Arc::from(name), value)).collect::<Object>())
    })
}

fn pairs(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter() {
                let name = if name.is_empty() { key.to_string() } else { format!("{name}[{key}]") };
                pairs(&name, value, out);
            }
        }
        Value::List(items) => {
            for (at, value) in items.iter().enumerate() {
                pairs(&format!("{name}[{at}]"), value, out);
            }
        }
        value => out.push((name.to_owned(), value.as_text().unwrap().to_owned())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_form_and_json_of_the_same_tree_give_the_same_picks(tree in tree()) {
        let mut sent = Vec::new();
        pairs("", &tree, &mut sent);
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
        let boundary = "0123456789abcdef";
        let multipart: String = sent
            .iter()
            .map(|(name, text)| {
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
            })
            .chain([format!("--{boundary}--\r\n")])
            .collect();
        let json = to_json(&tree).unwrap();
        let paths: Vec<_> = [
            "$.a", "$.a.b", "$.a[0]", "$.a[0].b", "$.b[1]", "$.c.a[0].c", "$[\"ж\"]", "$.a[-1]", "$..b", "$.a[*]", "$",
            "$.aa.a", "$.b.b[0]",
        ]
        .iter()
        .map(|path| Arc::new(Path::compile(path).unwrap()))
        .collect();
        let picked = |content_type: String, body: String| {
            let read = read(Some(content_type.as_bytes()), Reading::default(), &Bytes::from(body)).unwrap();
            // Each alone, so that those that select one node go through the pass over JSON.
            let picks = paths.iter().map(|path| {
                let picker = Picker::new(std::slice::from_ref(path));
                match &read {
                    Read::Json(json) => picker.pick(json).unwrap(),
                    Read::Fields(fields) => picker.pick_in(&fields.value, false),
                    other => panic!("{other:?}"),
                }
            });
            picks.flatten().collect::<Vec<_>>()
        };
        let by_json = picked("application/json".into(), json);
        prop_assert_eq!(&by_json, &picked("application/x-www-form-urlencoded".into(), form));
        prop_assert_eq!(&by_json, &picked(format!("multipart/form-data; boundary={boundary}"), multipart));
    }
}
