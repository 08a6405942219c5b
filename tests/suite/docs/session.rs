//! A session on a page, replayed: `$ wj …` is the real program, `$ wj serve …` starts a server that runs on behind the
//! page, and `$ curl …` sends a request to it. What differs from run to run (ids, ports, times) is written as on the page.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use regex::{Captures, Regex};

use crate::harness::{Server, Site, err, request};

/// One page's folder, its server, and the ids that it has shown.
pub struct Session {
    site: Site,
    server: Option<Server>,
    ids: BTreeMap<String, String>,
}

pub enum Played {
    AsShown,
    /// The block as it is to be written.
    Otherwise(String),
}

impl Session {
    pub fn new() -> Session {
        let site = Site::new(&[]);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines"), &site.path(""));
        Session { site, server: None, ids: BTreeMap::new() }
    }

    /// Writes a file of the page; a server that runs has seen it when this returns.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.site.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        if self.server.is_some() {
            let reload = self.site.wj(&["reload", "--wait"]);
            // A page may well show a broken file; a server that cannot be asked would show its old scripts.
            let said = err(&reload);
            assert!(reload.status.code() != Some(2), "{name}: the page's server cannot be told: {said}");
        }
    }

    /// Runs the commands of a block and compares what they print.
    ///
    /// # Errors
    /// A command that is not replayed.
    pub fn play(&mut self, block: &str) -> Result<Played, String> {
        let mut now = String::new();
        let mut as_shown = true;
        for (command, shown) in commands(block) {
            let printed = self.run(&command.replace("\\\n", " "))?;
            let printed = format!("{}\n", self.as_on_the_page(printed.trim_end()));
            let printed = printed.trim_start_matches('\n');
            as_shown &= fits(shown, printed);
            write!(now, "$ {command}\n{printed}").unwrap();
        }
        Ok(if as_shown { Played::AsShown } else { Played::Otherwise(now) })
    }

    fn run(&mut self, command: &str) -> Result<String, String> {
        let mut words = words(command);
        while let Some((name, value)) = words.first().and_then(|word| word.split_once('=')) {
            self.site.set_env(name, value);
            words.remove(0);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["wj", "serve", args @ ..] => {
                if let Some(server) = self.server.take() {
                    server.stop();
                }
                let server = self.server.insert(self.site.serve(args));
                let log = server.log.iter().filter(|line| !line.contains(" DEBUG "));
                Ok(log.map(|line| format!("{line}\n")).collect())
            }
            ["wj", args @ ..] => {
                if matches!(args.first(), Some(&("history" | "status"))) {
                    self.wait_for_ends();
                }
                let args: Vec<String> = args.iter().map(|arg| self.as_it_is(arg)).collect();
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                let output = self.site.wj(&args);
                let said = [output.stdout, output.stderr].concat();
                String::from_utf8(said).map_err(|error| error.to_string())
            }
            ["curl", args @ ..] => self.curl(args),
            _ => Err(format!("`{command}` is not replayed: write it in a ```sh block")),
        }
    }

    /// As much of curl as the pages use: `-i`, `-X`, `-H`, `-d`.
    fn curl(&self, args: &[&str]) -> Result<String, String> {
        let server = self.server.as_ref().ok_or("no server runs yet: `wj serve` comes first")?;
        let (mut with_head, mut method, mut url) = (false, None, None);
        let (mut headers, mut body): (Vec<(&str, &str)>, _) = (Vec::new(), String::new());
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("`{arg}` wants a value"));
            match *arg {
                "-i" => with_head = true,
                "-X" => method = Some(*value()?),
                "-H" => headers.push(value()?.split_once(": ").ok_or("a header is `Name: value`")?),
                "-d" => {
                    let data = value()?;
                    body = match data.strip_prefix('@') {
                        Some(file) => {
                            let text = fs::read_to_string(self.site.dir.path().join(file));
                            text.map_err(|error| format!("{file}: {error}"))?.replace('\n', "")
                        }
                        None => (*data).to_owned(),
                    };
                }
                other => url = Some(other),
            }
        }
        let path = url.and_then(|url| url.strip_prefix("http://127.0.0.1:8080"));
        let path = path.ok_or("the URL begins with http://127.0.0.1:8080")?;
        let method = method.unwrap_or(if body.is_empty() { "GET" } else { "POST" });
        let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !body.is_empty() && !typed {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        let answer = request(server.listen, method, path, &headers, &body);
        let mut out = String::new();
        if with_head {
            writeln!(out, "HTTP/1.1 {} {}", answer.status, answer.reason).unwrap();
            // What only the harness asks for.
            for (name, value) in answer.headers.iter().filter(|(name, _)| name != "connection") {
                writeln!(out, "{name}: {value}").unwrap();
            }
            out.push('\n');
        }
        Ok(out + &answer.body)
    }

    /// A person who types takes longer than a run.
    fn wait_for_ends(&self) {
        let until = Instant::now() + Duration::from_secs(10);
        while self.server.is_some()
            && Instant::now() < until
            && !self.site.history(&["--status", "open"]).is_empty()
        {}
    }

    /// With the page's ids and the usual ports.
    fn as_on_the_page(&mut self, printed: &str) -> String {
        let mut printed = printed.to_owned();
        if let Some(server) = &self.server {
            for (own, usual) in [(server.listen, "127.0.0.1:8080"), (server.admin, "127.0.0.1:8081")] {
                printed = printed.replace(&own.to_string(), usual);
            }
        }
        let id = Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
        let with_ids = id.replace_all(&printed, |found: &Captures<'_>| {
            let next = format!("01a20c15-c55a-7023-822d-903b7346b{:03x}", self.ids.len() + 1);
            self.ids.entry(found[0].to_owned()).or_insert(next).clone()
        });
        with_ids.into_owned()
    }

    /// The id that a page's id stands for.
    fn as_it_is(&self, word: &str) -> String {
        let own = self.ids.iter().find(|(_, on_page)| *on_page == word).map(|(own, _)| own.clone());
        own.unwrap_or_else(|| word.to_owned())
    }
}

/// Each command of a block, and what is shown below it.
fn commands(block: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> =
        block.match_indices("$ ").map(|(at, _)| at).filter(|at| at_line_start(block, *at)).collect();
    let ends = starts.iter().skip(1).copied().chain([block.len()]);
    let mut commands = Vec::new();
    for (start, end) in starts.iter().zip(ends) {
        let whole = &block[start + 2..end];
        // A command goes on behind a `\` at the end of its line.
        let mut length = 0;
        for line in whole.split_inclusive('\n') {
            length += line.len();
            if !line.ends_with("\\\n") {
                break;
            }
        }
        commands.push((whole[..length].trim_end(), &whole[length..]));
    }
    commands
}

fn at_line_start(text: &str, at: usize) -> bool {
    at == 0 || text.as_bytes()[at - 1] == b'\n'
}

/// The words of a command, as a shell parts them: `'…'` and `"…"` hold blanks.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut any) = (String::new(), None, false);
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => (quote, any) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (_, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a page shows what was printed, but for times; `…` alone on a line stands for any lines.
fn fits(shown: &str, printed: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let text = without_times(text.trim_end());
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    };
    fits_from(&lines(shown), &lines(printed))
}

fn fits_from(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => {
            (0..=printed.len()).any(|skip| fits_from(rest, &printed[skip..]))
        }
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(own, others)| line == own && fits_from(rest, others))
        }
    }
}

fn without_times(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, word) in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "TIME"),
        (r"(?m)^date: .*$", "date: TIME"),
        (r"\b\d+ ms\b", "N ms"),
        (r"\bbytes \d+", "bytes N"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, word).into_owned();
    }
    text
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_page_may_leave_lines_out_and_other_times_are_no_difference() {
    assert!(fits("a\n…\nd\n", "a\nb\nc\nd\n"));
    assert!(fits("…\n", ""));
    assert!(fits("at 2026-11-24T05:44:43.098Z\n", "at 2027-01-02T03:04:05.678901Z\n"));
    assert!(!fits("a\n…\nd\n", "a\nb\nc\n"));
    assert!(!fits("a\n", "a\nb\n"));
    let block = "$ wj check \\\n  a.wj\nfine\n$ wj eval '$.a b' x\n1\n";
    assert_eq!(commands(block), [("wj check \\\n  a.wj", "fine\n"), ("wj eval '$.a b' x", "1\n")]);
    assert_eq!(words("wj eval '$.a b' x"), ["wj", "eval", "$.a b", "x"]);
}
