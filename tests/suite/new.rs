//! `wj new` through the real program: what it writes is whole, and takes nothing from what is there.

use std::fs;

use crate::harness::{Site, err, out};

#[test]
fn each_that_is_listed_can_be_started_from_and_is_clean_and_tested() {
    let site = Site::new(&[]);
    fs::remove_dir(site.dir.path().join("pipelines")).unwrap();
    let listed = site.stdout(&["new"]);
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 13 && names.contains(&"leads") && names.contains(&"webinar_report"), "{listed}");
    let [tilda] = listed.lines().filter(|line| line.starts_with("tilda ")).collect::<Vec<_>>()[..] else {
        panic!("{listed}");
    };
    assert!(
        tilda.contains("  who fills in a Tilda form ") && tilda.ends_with("  Форма Tilda → Bizon365"),
        "{tilda}"
    );
    // Each in a folder of its own, so that only what comes then looks at all of them together.
    for name in &names {
        let folder = format!("pipelines/{name}");
        let written = site.stdout(&["new", "--from", name, "--dir", &folder]);
        assert_eq!(written.lines().last(), Some(format!("{folder}/{name}.wj").as_str()));
    }
    site.stdout(&["new", "own"]);
    // Copies of another name stand beside them, with the same fixtures.
    for name in ["cloudpayments", "ping", "webinar_report"] {
        site.stdout(&["new", &format!("my-{name}"), "--from", name, "--dir", &format!("pipelines/{name}")]);
    }
    site.stdout(&["fmt", "--check"]);
    let clean = site.wj(&["check", "--deny-warnings"]);
    assert!(clean.status.success(), "{}", out(&clean));
    site.stdout(&["test"]);
    let routes = site.stdout(&["routes"]);
    assert!(
        routes.contains(
            "POST /hooks/my-cloudpayments/check  my_cloudpayments_check  (pipelines/cloudpayments/my-cloudpayments.wj)"
        ),
        "{routes}"
    );
    assert!(routes.contains("GET /my-ping  my_ping  "), "{routes}");
}

#[test]
fn it_says_what_to_set_and_what_to_do_next() {
    let site = Site::new(&[]);
    let output = site.wj(&["new", "--from", "tilda", "--dir", "hooks"]);
    assert_eq!(out(&output), "hooks/fixtures/tilda.form\nhooks/tilda.wj\n");
    assert_eq!(
        err(&output),
        "it answers `POST /hooks/tilda`\nbefore it serves, set the secret BIZON_TOKEN\n\
         put your own addresses and numbers into it; then: wj test hooks/tilda.wj\n"
    );
}

#[test]
fn nothing_is_overwritten_and_nothing_is_taken() {
    let site = Site::new(&[
        ("tilda.wj", "# mine\n"),
        ("b.wj", "pipeline b {\n  on POST \"/hooks/vk\"\n  respond 200\n}\n"),
        ("fixtures/tbank.json", "{}"),
    ]);
    for (args, why) in [
        (vec!["--from", "tilda"], "`pipelines/tilda.wj` is there already"),
        (vec!["--from", "tbank"], "`pipelines/fixtures/tbank.json` is there already, and is another file"),
        (vec!["--from", "vk"], "`POST /hooks/vk` is taken already by the pipeline `b`"),
        (vec!["--from", "tlda"], "no pipeline `tlda` comes with wj; did you mean `tilda`?"),
        (vec!["--from", "something"], "`wj new` lists those that there are"),
        (vec!["github"], "`wj new --from github` starts from it"),
        (vec!["../x"], "`../x` cannot name a script"),
        (vec!["if"], "`if` is a word of the language"),
    ] {
        let output = site.wj(&[&["new"][..], &args].concat());
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(err(&output).contains(why), "{args:?}: {}", err(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
    }
    assert_eq!(fs::read_to_string(site.path("tilda.wj")).unwrap(), "# mine\n");
    let left: Vec<_> = fs::read_dir(site.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    // With a name of its own it fits.
    site.stdout(&["new", "community", "--from", "vk"]);
}
