//! `wj ci` in a repository of its own, the hooks for pre-commit, and the files for build servers.

use std::path::Path;
use std::process::{Command, Output};

use crate::harness::{Site, err, out};

const LEADS: &str = r#"pipeline leads "Leads" {
  on POST "/leads"
  extract body { name = $.name on_missing abort }
  respond 200 "OK"
  crm.add { name = name }
}

test "a lead is added" {
  send POST "/leads" file "fixtures/lead.json"
  expect crm.add once { name = "Anna" }
}
"#;

const OTHER: &str = r#"pipeline other "Other" {
  on POST "/other"
  respond 200 "OK"
}

test "it answers" {
  send POST "/other"
  expect status 200
}
"#;

const CONNECTOR: &str = r#"connector crm "CRM" {
  base "https://crm.example/api"
  action add "Adds a lead" {
    param name text "of the lead"
    http.post "{base}/leads" { json { name: name } }
  }
}
"#;

/// A repository whose first commit is the tag `base`.
fn repository() -> Site {
    let site = Site::new(&[
        ("leads.wj", LEADS),
        ("other.wj", OTHER),
        ("fixtures/lead.json", "{\"name\": \"Anna\"}"),
    ]);
    std::fs::create_dir(site.dir.path().join("connectors")).unwrap();
    std::fs::write(site.dir.path().join("connectors/crm.wj"), CONNECTOR).unwrap();
    git(&site, &["init", "--quiet", "--initial-branch=main"]);
    commit(&site);
    git(&site, &["tag", "base"]);
    site
}

fn git(site: &Site, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(site.dir.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {args:?}: {}", err(&done));
}

fn commit(site: &Site) {
    git(site, &["add", "--all"]);
    git(site, &["commit", "--quiet", "--message", "t"]);
}

fn ci(site: &Site, args: &[&str]) -> Output {
    let mut command = site.command(&[&["ci"], args].concat());
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.output().unwrap()
}

fn affected(site: &Site, base: &str) -> (Option<i32>, String) {
    let output = ci(site, &["--base", base]);
    let text = out(&output);
    let line = text.lines().find(|line| line.starts_with("files: "));
    let err = err(&output);
    (output.status.code(), line.map_or(err, str::to_owned))
}

#[test]
fn what_changed_and_all_that_it_affects_counts_and_nothing_else() {
    let site = repository();
    assert_eq!(
        affected(&site, "base"),
        (Some(0), "files: none of 3 files is affected since base".to_owned())
    );
    // A file that a test reads, not committed yet.
    site.write("fixtures/lead.json", "{\"name\": \"Boris\"}");
    let leads = "files: 1 of 3 files affected since base: pipelines/leads.wj".to_owned();
    assert_eq!(affected(&site, "base"), (Some(1), leads.clone()));
    site.write("fixtures/lead.json", "{\"name\": \"Anna\"}");
    // A connector, and who uses it.
    let connector = CONNECTOR.replace("/leads\"", "/people\"");
    std::fs::write(site.dir.path().join("connectors/crm.wj"), connector).unwrap();
    commit(&site);
    let both = "files: 2 of 3 files affected since base: connectors/crm.wj, pipelines/leads.wj".to_owned();
    assert_eq!(affected(&site, "base"), (Some(0), both));
    git(&site, &["reset", "--quiet", "--hard", "base"]);
    // A new file that takes the route of another: the finding stands in the one that comes later.
    site.write("new.wj", &LEADS.replace("pipeline leads", "pipeline new").replace("/leads", "/other"));
    let (code, files) = affected(&site, "base");
    assert_eq!(
        (code, files.as_str()),
        (Some(1), "files: 2 of 4 files affected since base: pipelines/new.wj, pipelines/other.wj")
    );
    std::fs::remove_file(site.path("new.wj")).unwrap();
    // Only what this branch did counts.
    git(&site, &["checkout", "--quiet", "-b", "branch"]);
    site.write("leads.wj", &format!("# a note\n{LEADS}"));
    commit(&site);
    git(&site, &["checkout", "--quiet", "main"]);
    site.write("other.wj", &format!("# a note\n{OTHER}"));
    commit(&site);
    git(&site, &["checkout", "--quiet", "branch"]);
    assert_eq!(affected(&site, "main"), (Some(0), leads.replace("base", "main")));
    std::fs::write(site.dir.path().join("wj.toml"), "[check]\nno-test = \"off\"\n").unwrap();
    assert!(affected(&site, "base").1.starts_with("files: 3 of 3 files affected"));
}

#[test]
fn what_cannot_be_compared_is_told_and_ends_with_2() {
    let site = repository();
    for (base, told) in
        [("nowhere", "git knows no revision `nowhere` here"), ("--all", "`--all` is no revision")]
    {
        let output = ci(&site, &[&format!("--base={base}")]);
        assert_eq!(output.status.code(), Some(2));
        let err = err(&output);
        assert!(err.contains(told), "{err}");
    }
    let outside = Site::new(&[("other.wj", OTHER)]);
    let output =
        outside.command(&["ci", "--base", "main"]).env("GIT_CEILING_DIRECTORIES", "/").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    // Without a base nobody asks git.
    assert_eq!(ci(&outside, &[]).status.code(), Some(0));
}

#[test]
fn findings_style_and_tests_are_one_report() {
    let site = repository();
    site.write(
        "leads.wj",
        &LEADS.replace("  respond 200", "    respond 200").replace("\"Anna\" }", "\"Boris\" }"),
    );
    site.write("other.wj", &OTHER.replace("respond 200 \"OK\"", "respond 200 \"OK\" { json { a: b } }"));
    let output = ci(&site, &["--base", "base"]);
    let text = out(&output);
    assert_eq!(output.status.code(), Some(1));
    for part in [
        "nothing here is called `b`",
        "-    respond 200 \"OK\"\n+  respond 200 \"OK\"\n",
        "FAILED pipelines/leads.wj:8 a lead is added",
        "check: 1 error",
        "fmt: 1 file would change",
        "test: 1 of 1 test failed",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let summary = site.dir.path().join("summary.md");
    let output = site
        .command(&["ci", "--base", "base"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    for part in [
        "::error file=pipelines/other.wj,line=3,",
        "::error file=pipelines/leads.wj,line=4,title=wj fmt::from here on this file is not in the one style",
        "::error file=pipelines/leads.wj,line=10,title=wj test::a lead is added: ",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("### ❌ wj ci\n\n- files: 2 of 3 files affected since base"), "{summary}");
    assert!(summary.contains("- failed: pipelines/leads.wj:8 a lead is added\n"), "{summary}");
}

#[test]
fn warnings_count_where_they_are_denied() {
    let site = repository();
    site.write("other.wj", OTHER.split("\ntest").next().unwrap());
    assert_eq!(ci(&site, &["--base", "base"]).status.code(), Some(0));
    assert_eq!(ci(&site, &["--base", "base", "--deny-warnings"]).status.code(), Some(1));
}

/// What a file of the repository has behind `key:`, in order.
fn values(file: &str, key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
    lines.filter_map(|line| Some(line.strip_prefix(key)?.trim().to_owned())).collect()
}

/// Runs a line of a shell in a site, with `wj` on its path.
fn shell(site: &Site, line: &str, env: &[(&str, &str)]) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_wj")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-ec", line]).current_dir(site.dir.path()).env("PATH", path);
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.envs(env.iter().copied()).output().unwrap()
}

#[test]
fn the_hooks_and_the_files_for_build_servers_run() {
    let hooks = values(".pre-commit-hooks.yaml", "entry:");
    assert_eq!(hooks, ["wj fmt", "wj check", "wj test"]);
    let github = values("docs/ci/github.yml", "run:");
    assert!(github.len() == 3 && github.iter().all(|line| line.starts_with("wj ")), "{github:?}");
    let gitlab: Vec<String> =
        values("docs/ci/gitlab.yml", "wj ").iter().map(|line| format!("wj {line}")).collect();
    assert_eq!(gitlab.len(), 2, "{gitlab:?}");
    let site = repository();
    site.write("leads.wj", &format!("# a note\n{LEADS}"));
    let mended = |line: &String| line.replace("origin/${{ github.base_ref }}", "base");
    for line in hooks.iter().chain(&github).chain(&gitlab).map(mended) {
        for sha in ["", "base"] {
            let env = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", sha)];
            let output = shell(&site, &line, &env);
            let err = err(&output);
            assert!(output.status.success(), "{line}: {err}\n{}", out(&output));
        }
        site.write("broken.wj", "pipeline {\n");
        assert!(!shell(&site, &line, &[]).status.success(), "{line} passes over a broken script");
        std::fs::remove_file(site.path("broken.wj")).unwrap();
    }
    for written in ["coverage.info", "tests.xml"] {
        assert!(site.dir.path().join(written).exists(), "{written}");
    }
    // What GitLab reads from the log.
    let output = shell(&site, &gitlab[1], &[]);
    assert!(out(&output).lines().any(|line| line.starts_with("all: 80 %")), "{}", out(&output));
}

#[test]
fn it_does_not_matter_from_which_folder_it_is_asked() {
    let site = repository();
    site.write("leads.wj", &format!("{LEADS}\n"));
    let from = |folder: &str, args: &[&str]| {
        let mut command = site.command(&[&["ci", "--base", "base"], args].concat());
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.env("GITHUB_WORKSPACE", site.dir.path()).current_dir(site.dir.path().join(folder));
        out(&command.output().unwrap())
    };
    let whole = site.dir.path().join("pipelines");
    for (folder, path) in [
        ("", "pipelines"),
        ("", "./pipelines/../pipelines"),
        ("", whole.to_str().unwrap()),
        ("pipelines", "."),
        ("pipelines", "../pipelines"),
        ("connectors", "../pipelines"),
    ] {
        let told = from(folder, &[path]);
        assert!(told.contains("files: 1 of 3 files affected since base"), "{folder} {path}: {told}");
    }
    let annotated = from("pipelines", &[".", "--format", "github"]);
    assert!(
        annotated.contains("::error file=pipelines/leads.wj,line=12,title=wj fmt::from here on"),
        "{annotated}"
    );
}

#[test]
fn a_file_whose_tests_cannot_run_is_counted() {
    let site = repository();
    site.write("leads.wj", &LEADS.replace("name = name", "nmae = name"));
    let told = out(&ci(&site, &["--base", "base"]));
    assert!(told.contains("test: no tests, and 1 file with errors could not be tested"), "{told}");
}
