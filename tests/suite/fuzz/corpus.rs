//! What is mutated: everything of the language that the repository itself holds, in an order that does not change.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use wj::source::Source;
use wj::syntax;

use crate::fences;
use crate::random::Random;

pub struct Corpus {
    /// Whole files, and what stands between fences.
    pub scripts: Vec<String>,
    /// Those that the checker takes by themselves, for the engine.
    pub right: Vec<usize>,
    /// Words, numbers, texts and signs of the scripts, each once.
    pub tokens: Vec<String>,
    pub paths: Vec<String>,
    pub bodies: Vec<Body>,
}

#[derive(Clone)]
pub struct Body {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

const FOLDERS: [&str; 4] = ["pipelines", "connectors", "docs", "tests/cases"];

/// Paths and bodies of kinds that the scripts hold few of.
const PATHS: [&str; 12] = [
    "$..a",
    "$.l[*].a",
    "$.l[?@.a == 1]",
    "$.l[?@.a > 1 && @.b != 'x']",
    "$.l[?length(@.a) > 2]",
    "$.l[?match(@.a, 'a.*')]",
    "$.l[1:3]",
    "$.l[-1:0:-1]",
    "$[\"x-a\"][0]",
    "[\"a\"][-1]",
    "$['a','b']",
    "$.l[?count(@.*) == 1].a",
];

const BODIES: [(&str, &str); 9] = [
    (
        "text/xml",
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a x='1'><b>1</b><b/><![CDATA[x]]>&amp;&#x41;</a>",
    ),
    ("application/soap+xml; charset=utf-8", "<s:E xmlns:s='u'><s:B><i n=\"1\">a</i><i>b</i></s:B></s:E>"),
    (
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\u{0}\r\n--x--\r\n",
    ),
    (
        "multipart/form-data; boundary=\"--a b\"",
        "----a b\r\ncontent-disposition: form-data; name*=utf-8''%d0%b6\r\n\r\n\r\n----a b--",
    ),
    ("application/x-www-form-urlencoded", "a=1&b[]=2&b[]=%D0%96&c[x][0][y]=+&d[1]=2&d[0]=1&=&&e"),
    ("application/x-www-form-urlencoded; charset=windows-1251", "a=%CF%F0%E8&b=\u{fffd}"),
    ("application/json", "{\"a\":[1,2.50,1e400,{\"b\":null}],\"ж\":\"\\ud83d\\ude00\",\"a\":\"\\u0000\"}"),
    ("text/plain; charset=shift_jis", "plain"),
    ("", "{\"a\":1}"),
];

impl Corpus {
    pub fn read() -> Corpus {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = vec![root.join("README.md")];
        FOLDERS.iter().for_each(|folder| walk(&root.join(folder), &mut files));
        let mut corpus = Corpus {
            scripts: Vec::new(),
            right: Vec::new(),
            tokens: Vec::new(),
            paths: PATHS.map(str::to_owned).to_vec(),
            bodies: BODIES
                .map(|(kind, text)| Body { content_type: kind.to_owned(), bytes: text.into() })
                .to_vec(),
        };
        for file in files {
            let text = fs::read(&file).unwrap();
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("wj") => corpus.scripts.push(String::from_utf8(text).unwrap()),
                Some("md") => corpus.page(&String::from_utf8(text).unwrap()),
                Some("json") => corpus.body("application/json", text),
                Some("form") => corpus.body("application/x-www-form-urlencoded", text),
                _ => {}
            }
        }
        corpus.gather();
        corpus
    }

    fn page(&mut self, text: &str) {
        for block in fences::fenced(text) {
            let inside = &text[block.body.clone()];
            match block.kind() {
                "json" => self.body("application/json", inside.into()),
                "xml" => self.body("text/xml", inside.into()),
                "http" | "sh" | "text" | "toml" | "yaml" => {}
                _ => self.scripts.push(inside.to_owned()),
            }
        }
    }

    fn body(&mut self, content_type: &str, bytes: Vec<u8>) {
        // What is larger is slow to mutate and adds nothing.
        if bytes.len() < 32 << 10 {
            self.bodies.push(Body { content_type: content_type.to_owned(), bytes });
        }
    }

    fn gather(&mut self) {
        let (mut tokens, mut paths) = (BTreeSet::new(), BTreeSet::new());
        for (at, text) in self.scripts.iter().enumerate() {
            let source = std::sync::Arc::new(Source::new("a.wj", text.as_str()));
            tokens.extend(
                super::mutate::tokens(text).filter(|token| !token.trim().is_empty()).map(str::to_owned),
            );
            let parsed = syntax::parse(&source);
            let tree = format!("{:?}", parsed.file);
            // A path is a raw text of the tree; so are routes, which no path may be read as.
            for raw in tree.split("path: Raw { text: \"").skip(1) {
                let text = raw.split("\", span: ").next().unwrap_or_default();
                paths.insert(text.replace("\\\"", "\"").replace("\\\\", "\\"));
            }
            let checked = wj::check::check(&[source]);
            if checked.files.iter().any(|file| !file.pipelines.is_empty()) {
                self.right.push(at);
            }
        }
        self.tokens = tokens.into_iter().collect();
        self.paths.extend(paths);
    }

    pub fn script(&self, random: &mut Random) -> &str {
        &self.scripts[random.below(self.scripts.len())]
    }

    pub fn right_script(&self, random: &mut Random) -> &str {
        &self.scripts[self.right[random.below(self.right.len())]]
    }

    pub fn token(&self, random: &mut Random) -> &str {
        &self.tokens[random.below(self.tokens.len())]
    }

    pub fn path(&self, random: &mut Random) -> &str {
        &self.paths[random.below(self.paths.len())]
    }

    pub fn any_body(&self, random: &mut Random) -> &Body {
        &self.bodies[random.below(self.bodies.len())]
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            walk(&entry, files);
        } else {
            files.push(entry);
        }
    }
}
