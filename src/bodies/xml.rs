//! XML to a value: `<order id="7"><item>a</item></order>` is `{"order": {"@id": "7", "item": "a"}}`. Prefixes are dropped,
//! an element that repeats is a list, one of nothing but text is that text. No entity but the five of XML itself is read,
//! so that nothing can grow. Alone in this room knows quick-xml.

use std::collections::BTreeMap;
use std::sync::Arc;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{MOST_VALUES, errors};
use crate::value::{Fault, Object, Value};

/// Elements inside each other.
const MOST_LEVELS: usize = 127;

/// # Errors
/// What is no XML, nests deeper than 127 elements, holds more than 200,000 values, or names an entity.
pub fn value(text: &str) -> Result<Value, Fault> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    let mut room = MOST_VALUES;
    loop {
        let at = reader.buffer_position();
        let fail = |why: &str| errors::broken_xml(why, at);
        let event = reader
            .read_event()
            .map_err(|error| errors::broken_xml(&error.to_string(), reader.error_position()))?;
        match event {
            Event::Start(start) => {
                if open.len() > MOST_LEVELS {
                    return Err(fail("it nests deeper than 127 elements"));
                }
                open.push(Element::new(&start, &mut room, at)?);
            }
            Event::Empty(start) => {
                let element = Element::new(&start, &mut room, at)?;
                close(&mut open, element, &fail)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| fail("an element ends that did not begin"))?;
                close(&mut open, element, &fail)?;
            }
            Event::Text(piece) => said(&mut open, &piece.xml10_content(), &fail)?,
            Event::CData(piece) => said(&mut open, &piece.xml10_content(), &fail)?,
            Event::GeneralRef(name) => said(&mut open, &referred(&name, &fail)?, &fail)?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    let end = text.len() as u64;
    match (open.pop(), open.is_empty()) {
        (Some(document), true) if !document.members.is_empty() => Ok(Value::object(document.members)),
        (Some(_), true) => Err(errors::broken_xml("it has no element", end)),
        _ => Err(errors::broken_xml("it ends inside an element", end)),
    }
}

/// An element whose end has not been seen. The document is the first, without a name.
#[derive(Default)]
struct Element {
    name: Arc<str>,
    members: Object,
    /// Members that are lists because their element came again.
    repeated: BTreeMap<Arc<str>, Vec<Value>>,
    text: String,
}

impl Element {
    fn new(start: &BytesStart<'_>, room: &mut usize, at: u64) -> Result<Element, Fault> {
        let mut members = Object::new();
        let name = Arc::from(local(start.name().as_ref()));
        take(room)?;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| errors::broken_xml(&error.to_string(), at))?;
            let key = attribute.key.as_ref();
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            take(room)?;
            let text = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| errors::broken_xml(&error.to_string(), at))?;
            members.set(format!("@{}", local(key)), Value::text(&*text));
        }
        Ok(Element { name, members, repeated: BTreeMap::new(), text: String::new() })
    }

    fn put(&mut self, name: Arc<str>, value: Value) {
        if let Some(list) = self.repeated.get_mut(&name) {
            list.push(value);
            return;
        }
        match self.members.get(&name) {
            Some(first) => {
                let list = vec![first.clone(), value];
                self.repeated.insert(name, list);
            }
            None => self.members.set(name, value),
        }
    }

    fn into_value(mut self) -> Value {
        for (name, list) in self.repeated {
            self.members.set(name, Value::list(list));
        }
        if self.members.is_empty() {
            return Value::text(self.text);
        }
        // Blanks between elements say nothing.
        let text = self.text.trim();
        if !text.is_empty() {
            self.members.set("#text", Value::text(text));
        }
        Value::object(self.members.into_element())
    }
}

fn close(open: &mut [Element], element: Element, fail: &dyn Fn(&str) -> Fault) -> Result<(), Fault> {
    let is_second = open.len() == 1 && open.last().is_some_and(|document| !document.members.is_empty());
    if is_second {
        return Err(fail("it has a second root element"));
    }
    let around = open.last_mut().ok_or_else(|| fail("an element ends that did not begin"))?;
    around.put(element.name.clone(), element.into_value());
    Ok(())
}

fn said(open: &mut [Element], text: &str, fail: &dyn Fn(&str) -> Fault) -> Result<(), Fault> {
    let is_outside = open.len() == 1;
    match open.last_mut() {
        Some(element) if !is_outside => element.text.push_str(text),
        _ if text.trim().is_empty() => {}
        _ => return Err(fail("text stands outside of its element")),
    }
    Ok(())
}

/// What `&lt;` or `&#8364;` stands for.
fn referred(name: &BytesRef<'_>, fail: &dyn Fn(&str) -> Fault) -> Result<String, Fault> {
    match name.resolve_char_ref() {
        Ok(Some(char)) => return Ok(char.to_string()),
        Ok(None) => {}
        Err(_) => return Err(fail("a character is named that there is not")),
    }
    Ok(match &*name.xml10_content() {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        other => return Err(fail(&format!("the entity `{}` is not read", other.escape_default()))),
    }
    .to_owned())
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn take(room: &mut usize) -> Result<(), Fault> {
    *room = room.checked_sub(1).ok_or_else(errors::too_many_values)?;
    Ok(())
}

/// The charset that an XML declaration names: `<?xml version="1.0" encoding="windows-1251"?>`. Every charset that may stand
/// there writes the declaration itself in ASCII.
pub fn declared_charset(body: &[u8]) -> Option<&str> {
    let head = body.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(head.get(..head.len().min(256))?, b"?>")?;
    let head = std::str::from_utf8(head.get(..end)?).ok()?;
    let (_, behind) = head.split_once("encoding")?;
    let value = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::to_json;

    fn told(text: &str) -> String {
        match value(text) {
            Ok(value) => to_json(&value).unwrap(),
            Err(fault) => fault.message,
        }
    }

    #[test]
    fn elements_are_members_by_name() {
        for (xml, json) in [
            ("<a/>", r#"{"a":""}"#),
            ("<a> x <![CDATA[<b>]]>&amp;&#x20AC;</a>", r#"{"a":" x <b>&€"}"#),
            (
                "<?xml version='1.0'?>\n<!-- c --><s:order xmlns:s='u' xmlns='v' s:id='7&quot;'>\n <s:item>a</s:item><item n='2'>b</item>\n <x/></s:order>\n",
                r##"{"order":{"@id":"7\"","item":["a",{"@n":"2","#text":"b"}],"x":""}}"##,
            ),
            ("<a>one<b/>two</a>", r##"{"a":{"b":"","#text":"onetwo"}}"##),
            ("<!DOCTYPE a><a>1</a>", r#"{"a":"1"}"#),
        ] {
            assert_eq!(told(xml), json, "{xml}");
        }
    }

    #[test]
    fn what_is_no_xml_says_why_and_nothing_grows() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(told(bomb), "the body is no XML: the entity `c` is not read, at byte 56");
        for (xml, why) in [
            ("", "it has no element"),
            ("a=1", "text stands outside"),
            ("<a>", "it ends inside an element"),
            ("<a></b>", ""),
            ("<a/><b/>", "it has a second root element"),
            ("<a b='&x;'/>", ""),
            ("<a b='1' b='2'/>", ""),
            ("<a>&#0;</a>", "a character is named that there is not"),
        ] {
            let told = told(xml);
            assert!(told.starts_with("the body is no XML: ") && told.contains(why), "{xml}: {told}");
        }
        let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
        assert!(told(&deep).contains("it nests deeper than 127 elements"));
        let deep = format!("{}{}", "<a>".repeat(127), "</a>".repeat(127));
        assert!(value(&deep).is_ok());
        let wide = format!("<a>{}</a>", "<b/>".repeat(200_001));
        assert_eq!(told(&wide), "the body holds more values than are read into memory");
        // A thousand names that repeat are a thousand lists, in a moment.
        let names: String = (0..20_000).map(|at| format!("<n{}/>", at % 10_000)).collect();
        assert!(value(&format!("<a>{names}</a>")).is_ok());
    }

    #[test]
    fn the_declaration_names_a_charset() {
        assert_eq!(
            declared_charset(b"<?xml version=\"1.0\" encoding='windows-1251' ?><a/>"),
            Some("windows-1251")
        );
        for none in [&b"<a/>"[..], b"<?xml version='1.0'?>", b"<?xml encoding", b"<?xml encoding=x?>"] {
            assert_eq!(declared_charset(none), None);
        }
    }
}
