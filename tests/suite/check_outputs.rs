//! What `wj check` writes for other programs, and how grave it takes findings.

use std::fs;

use serde_json::Value;

use crate::check_cli::{scripts, wj};

const SCRIPT: &str = "pipeline leads {\n  on POST \"/leads\"\n  let unread = 1\n  respnd 200 \"a%b\"\n  respond 200 { text \"{нет}\" }\n}\n";

#[test]
fn sarif_fits_its_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    // Its pattern for a language is no regular expression; reports of wj name no language.
    for place in ["run", "toolComponent"] {
        schema["definitions"][place]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let dir = scripts(&[("pipelines/заявки 1.wj", SCRIPT), ("pipelines/b.wj", SCRIPT)]);
    let run = wj(dir.path(), &["check", "--format", "sarif"]);
    assert_eq!(run.status, 1);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(report["version"], "2.1.0");
    let result = &report["runs"][0]["results"];
    let unknown = result
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["message"]["text"].as_str().unwrap().contains("respnd"))
        .unwrap();
    let place = &unknown["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 4);
    assert_eq!(place["region"]["startColumn"], 3);
    assert_eq!(place["region"]["endColumn"], 9);
    assert_eq!(
        unknown["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "respond"
    );
    let index = unknown["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(report["runs"][0]["tool"]["driver"]["rules"][index]["id"], unknown["ruleId"]);
    assert!(run.out.contains("pipelines/%D0%B7%D0%B0%D1%8F%D0%B2%D0%BA%D0%B8%201.wj"), "{}", run.out);
    // A report that the schema refuses is seen as such.
    let mut broken = report.clone();
    broken["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(!validator.is_valid(&broken));
    // No findings are a report too.
    fs::remove_dir_all(dir.path().join("pipelines")).unwrap();
    fs::create_dir(dir.path().join("pipelines")).unwrap();
    let run = wj(dir.path(), &["check", "--format", "sarif"]);
    assert!(validator.is_valid(&serde_json::from_str(&run.out).unwrap()), "{}", run.out);
}

#[test]
fn annotations_are_one_line_each_and_escape_what_github_reads() {
    let dir = scripts(&[("pipelines/a,b:c.wj", SCRIPT)]);
    let run = wj(dir.path(), &["check", "--format", "github"]);
    assert_eq!(run.status, 1);
    let line = run.out.lines().find(|line| line.contains("respnd")).unwrap();
    assert!(
        line.starts_with("::error file=pipelines/a%2Cb%3Ac.wj,line=4,col=3,endLine=4,endColumn=9,title=WJ0"),
        "{line}"
    );
    assert!(run.out.lines().any(|line| line.starts_with("::warning ")), "{}", run.out);
    assert!(run.out.lines().all(|line| line.starts_with("::")), "{}", run.out);
}

#[test]
fn junit_has_a_suite_a_file_and_a_failure_a_finding() {
    let healthy = "# <nothing> & \"nobody\"\n";
    let dir = scripts(&[("pipelines/a.wj", SCRIPT), ("pipelines/b&c.wj", healthy)]);
    let run = wj(dir.path(), &["check", "--format", "junit"]);
    assert_eq!(run.status, 1);
    let short = wj(dir.path(), &["check", "--format", "short"]);
    let findings = short.out.lines().count();
    assert!(run.out.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), "{}", run.out);
    assert!(
        run.out.contains(&format!(
            "<testsuites name=\"wj check\" tests=\"{}\" failures=\"{findings}\">",
            findings + 1
        )),
        "{}",
        run.out
    );
    assert_eq!(run.out.matches("<failure ").count(), findings);
    assert!(
        run.out.contains("<testsuite name=\"pipelines/b&amp;c.wj\" tests=\"1\" failures=\"0\">"),
        "{}",
        run.out
    );
    assert_eq!(run.out.matches("<testsuite ").count(), 2);
    let opened = run.out.matches("<testcase ").count();
    assert_eq!(run.out.matches("</testcase>").count() + run.out.matches("\"/>").count(), opened);
}

#[test]
fn wj_toml_says_how_grave_warnings_are() {
    let script = SCRIPT.replace("  respnd 200 \"a%b\"\n", "").replace("{нет}", "OK");
    let dir = scripts(&[("pipelines/a.wj", &script)]);
    let check = |settings: &str, more: &[&str]| {
        fs::write(dir.path().join("wj.toml"), settings).unwrap();
        let args = [&["check", "--format", "short"], more].concat();
        wj(dir.path(), &args)
    };
    let plain = check("", &[]);
    assert!(plain.status == 0 && plain.out.contains("warning[WJ0602]"), "{}", plain.out);
    let grave = check("[check]\nunused-let = \"error\"\n", &[]);
    assert!(grave.status == 1 && grave.out.contains("error[WJ0602]"), "{}", grave.out);
    let off = check("[check]\nunused-let = \"off\"\nno-test = \"off\"\n", &["--deny-warnings"]);
    assert!(!off.out.contains("WJ0602"), "{}", off.out);
    let unknown = check("[check]\nunused-lte = \"off\"\n", &[]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("is `unused-let` meant?"), "{}", unknown.err);
    assert!(unknown.err.contains("2 | unused-lte = \"off\"\n  | ^^^^^^^^^^\n"), "{}", unknown.err);
    let level = check("[check]\nunused-let = \"quiet\"\n", &[]);
    assert!(level.status == 2 && level.err.contains("not `quiet`"), "{}", level.err);
    assert!(level.err.contains("error at line 2, column 14"), "{}", level.err);
    let error = check("[check]\nunknown-name = \"off\"\n", &[]);
    assert!(error.status == 2 && error.err.contains("stays one"), "{}", error.err);
}
