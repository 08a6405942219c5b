//! Reload while serving: saving, deleting, adding and a `git checkout` take effect without dropping or mixing a request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::harness::{Does, Server, Site, Target, request};

/// A pipeline whose answer holds its version twice, so that a mixture would show.
fn version(number: usize) -> String {
    format!(
        "const A = \"{number}\"\npipeline versioned {{\n  on GET \"/v\"\n  respond 200 {{ text \"{{A}} {number}\" }}\n}}\n"
    )
}

#[test]
fn a_change_is_served_within_a_second_and_a_broken_one_keeps_the_last() {
    let site = Site::new(&[("v.wj", &version(1))]);
    let mut server = site.serve(&[]);
    let get = |at: SocketAddr| request(at, "GET", "/v", &[], "");
    assert_eq!(get(server.listen).body, "1 1");

    let began = std::time::Instant::now();
    site.write("v.wj", &version(2));
    server.wait_for("v.wj is served");
    assert!(began.elapsed().as_millis() < 1_000, "{:?}", began.elapsed());
    assert_eq!(get(server.listen).body, "2 2");

    site.write("v.wj", "pipeline versioned {\n  on GET \"/v\"\n  respnd 200\n}\n");
    server.wait_for("v.wj is broken|last good version");
    // The same diagnostic as `wj check` gives, on the log and in the status.
    server.wait_for("respnd");
    assert_eq!(get(server.listen).body, "2 2");
    let status = server.status();
    assert_eq!(status["broken"][0]["last_good_version_served"], true);
    assert!(status["broken"][0]["findings"].as_str().unwrap().contains("respnd"));

    site.write("more/other.wj", "pipeline other {\n  on GET \"/other\"\n  respond 204\n}\n");
    server.wait_for("other.wj is served");
    assert_eq!(request(server.listen, "GET", "/other", &[], "").status, 204);

    std::fs::remove_file(site.path("more/other.wj")).unwrap();
    server.wait_for("other.wj is gone");
    assert_eq!(request(server.listen, "GET", "/other", &[], "").status, 404);

    // An editor that saves by writing beside and renaming.
    std::fs::write(site.path(".v.wj.tmp"), version(3)).unwrap();
    std::fs::rename(site.path(".v.wj.tmp"), site.path("v.wj")).unwrap();
    server.wait_for("v.wj is served");
    assert_eq!(get(server.listen).body, "3 3");
}

#[test]
fn at_the_start_a_broken_file_is_left_out_whole_and_all_others_are_served() {
    let healthy = "pipeline fine {\n  on GET \"/fine\"\n  respond 200\n}\n";
    let clash = "pipeline other {\n  on GET \"/fine\"\n  respond 200\n}\n";
    let half = "pipeline good {\n  on GET \"/good\"\n  respond 200\n}\n\npipeline bad {\n  on GET\n}\n";
    let site = Site::new(&[("a.wj", healthy), ("b.wj", clash), ("c.wj", half)]);
    let server = site.serve(&[]);
    assert_eq!(request(server.listen, "GET", "/fine", &[], "").status, 200);
    assert_eq!(request(server.listen, "GET", "/good", &[], "").status, 404);
    let broken: Vec<String> = server.status()["broken"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(broken, ["pipelines/b.wj", "pipelines/c.wj"]);
}

#[test]
fn no_request_is_dropped_or_mixed_while_scripts_change() {
    let site = Site::new(&[("v.wj", &version(0))]);
    let mut server = site.serve(&["--data", "memory:"]);
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (stop, count, to) = (stop.clone(), count.clone(), server.listen);
            std::thread::spawn(move || {
                let mut last = 0;
                while !stop.load(Ordering::Relaxed) {
                    let answer = request(to, "GET", "/v", &[], "");
                    assert_eq!(answer.status, 200);
                    let (a, b) = answer.body.split_once(' ').unwrap();
                    assert_eq!(a, b, "a request saw two versions");
                    let version: usize = a.parse().unwrap();
                    assert!(version >= last, "{version} after {last}");
                    last = version;
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for number in 1..=5 {
        // A save in two halves, and one by rename, in turn.
        let text = version(number);
        if number % 2 == 0 {
            std::fs::write(site.path("tmp"), &text).unwrap();
            std::fs::rename(site.path("tmp"), site.path("v.wj")).unwrap();
        } else {
            site.write("v.wj", "");
            site.write("v.wj", &text[..text.len() / 2]);
            site.write("v.wj", &text);
        }
        server.wait_for("v.wj is served");
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        assert!(caller.join().is_ok(), "{}", server.log.join("\n"));
    }
    assert!(count.load(Ordering::Relaxed) > 50);
    assert!(!server.log.iter().any(|line| line.contains("is gone") || line.contains("is broken")));
}

#[test]
fn a_git_checkout_is_one_change() {
    let site =
        Site::new(&[("v.wj", &version(1)), ("w.wj", "pipeline w {\n  on GET \"/w\"\n  respond 200\n}\n")]);
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(args)
            .current_dir(site.dir.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "pipelines"]);
    git(&["commit", "-qm", "one"]);
    git(&["checkout", "-qb", "next"]);
    site.write("v.wj", &version(2));
    git(&["mv", "pipelines/w.wj", "pipelines/x.wj"]);
    git(&["commit", "-qam", "two"]);
    git(&["checkout", "-q", "main"]);

    let mut server = site.serve(&[]);
    let first = request(server.listen, "GET", "/v", &[], "").body;
    git(&["checkout", "-q", "next"]);
    server.wait_for("x.wj is served");
    let second = request(server.listen, "GET", "/v", &[], "").body;
    assert_eq!((first.as_str(), second.as_str()), ("1 1", "2 2"));
    assert_eq!(request(server.listen, "GET", "/w", &[], "").status, 200);
    // The operation knows the commit that its script came from.
    assert_eq!(
        site.history(&["--pipeline", "versioned"])[0]["script"]["commit"],
        git(&["rev-parse", "HEAD"]).as_str()
    );
}

fn route(name: &str, path: &str, says: &str) -> String {
    format!("pipeline {name} {{\n  on GET \"{path}\"\n  respond 200 {{ text \"{says}\" }}\n}}\n")
}

#[test]
fn of_two_claims_the_one_served_stays_until_it_goes() {
    let site = Site::new(&[("m.wj", &route("first", "/r", "m"))]);
    let mut server = site.serve(&[]);
    let to = server.listen;
    let get = |path: &str| request(to, "GET", path, &[], "");
    let said = |path: &str| get(path).body;
    // An earlier name does not help against who is served already: neither with its route nor with its name.
    site.write("a.wj", &route("second", "/r", "a"));
    server.wait_for("a.wj is broken");
    site.write("b.wj", &route("first", "/b", "b"));
    server.wait_for("b.wj is broken");
    assert_eq!((said("/r").as_str(), get("/b").status), ("m", 404));
    let broken = server.status()["broken"].as_array().unwrap().len();
    assert_eq!(broken, 2);
    // It gives up its route, and then its name: both are taken over at once.
    site.write("m.wj", &route("first", "/m", "m"));
    server.wait_for("a.wj is served");
    assert_eq!((said("/r").as_str(), said("/m").as_str()), ("a", "m"));
    std::fs::remove_file(site.path("m.wj")).unwrap();
    server.wait_for("b.wj is served");
    assert_eq!((said("/b").as_str(), get("/m").status), ("b", 404));
    assert_eq!(server.status()["broken"], serde_json::json!([]));
}

#[test]
fn a_renamed_pipeline_is_a_new_one_and_the_old_ones_history_stays() {
    let site = Site::new(&[("v.wj", &route("old", "/v", "1"))]);
    let mut server = site.serve(&[]);
    assert_eq!(request(server.listen, "GET", "/v", &[], "").status, 200);
    site.write("v.wj", &route("new", "/v", "2"));
    server.wait_for("v.wj is served");
    assert_eq!(request(server.listen, "GET", "/v", &[], "").body, "2");
    for name in ["old", "new"] {
        let kept = site.history(&["--pipeline", name]);
        assert_eq!(kept.len(), 1);
        // Its steps are told from the text that it ran under.
        assert_eq!(site.show(kept[0]["id"].as_str().unwrap())["steps"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn files_that_are_no_scripts_break_themselves_alone() {
    let site = Site::new(&[("good.wj", &route("good", "/good", "good"))]);
    let mut server = site.serve(&[]);
    std::fs::write(site.path("latin.wj"), b"pipeline p {\n  # caf\xe9\n}\n").unwrap();
    server.wait_for("latin.wj is broken");
    server.wait_for("UTF-8");
    site.write("huge.wj", &"# a comment\n".repeat(100_000));
    server.wait_for("huge.wj is broken");
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("out.wj"), route("out", "/out", "out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("out.wj"), site.path("link.wj")).unwrap();
    server.wait_for("link.wj is broken");
    site.write("deep.wj", &"{".repeat(900_000));
    server.wait_for("deep.wj is broken");
    assert_eq!(request(server.listen, "GET", "/good", &[], "").body, "good");
    assert_eq!(request(server.listen, "GET", "/out", &[], "").status, 404);
    assert_eq!(site.wj(&["status"]).status.code(), Some(1));
    for name in ["latin.wj", "huge.wj", "link.wj", "deep.wj"] {
        std::fs::remove_file(site.path(name)).unwrap();
    }
    // A broken file that goes is no news; one more look, and nothing is broken any more.
    site.stdout(&["reload", "--wait"]);
    assert_eq!(server.status()["broken"], serde_json::json!([]));
}

#[test]
fn a_folder_that_goes_takes_nothing_away_and_is_watched_again_when_it_comes_back() {
    let site = Site::new(&[("v.wj", &route("v", "/v", "1"))]);
    let mut server = site.serve(&[]);
    std::fs::rename(site.dir.path().join("pipelines"), site.dir.path().join("elsewhere")).unwrap();
    server.wait_for("what was served goes on");
    assert_eq!(request(server.listen, "GET", "/v", &[], "").body, "1");
    site.write("v.wj", &route("v", "/v", "2"));
    server.wait_for("v.wj is served");
    assert_eq!(request(server.listen, "GET", "/v", &[], "").body, "2");
    // The new folder is watched as the old one was.
    site.write("w.wj", &route("w", "/w", "3"));
    server.wait_for("w.wj is served");
    std::fs::remove_dir_all(site.dir.path().join("pipelines")).unwrap();
    server.wait_for("what was served goes on");
    assert_eq!(request(server.listen, "GET", "/w", &[], "").body, "3");
}

#[test]
fn a_reload_by_hand_reads_the_files_of_secrets_again() {
    let target = Target::new([Does::Answers(200, String::new())]);
    let script = format!(
        "pipeline p {{\n  on POST \"/p\"\n  respond 200\n  http.put \"{}/x\" {{\n    header \"X-Token\" = secret.CRM_TOKEN\n  }}\n}}\n",
        target.url()
    );
    let mut site = Site::new(&[("p.wj", &script)]);
    let file = site.dir.path().join("token");
    std::fs::write(&file, "first-0123456789\n").unwrap();
    site.set_env("CRM_TOKEN_FILE", file.to_str().unwrap());
    let mut server = site.serve(&[]);
    let token = |server: &mut Server| {
        server.post_json("/p", "{}");
        server.wait_for("operation|done");
        target.next().header("X-Token").unwrap().to_owned()
    };
    assert_eq!(token(&mut server), "first-0123456789");
    std::fs::write(&file, "second-0123456789").unwrap();
    assert_eq!(token(&mut server), "first-0123456789");
    assert!(site.stdout(&["reload", "--wait"]).contains("/p"));
    assert_eq!(token(&mut server), "second-0123456789");
    std::fs::write(&file, "third-0123456789\r\n").unwrap();
    server.signal("HUP");
    while token(&mut server) != "third-0123456789" {}
    std::fs::write(&file, "fourth-0123456789").unwrap();
    assert!(site.stdout(&["reload"]).starts_with("reload ordered"));
    while token(&mut server) != "fourth-0123456789" {}
    // Gone, it is not sent with the old one.
    std::fs::remove_file(&file).unwrap();
    site.stdout(&["reload", "--wait"]);
    server.post_json("/p", "{}");
    server.wait_for("operation|interrupted");
    assert_eq!(site.history(&["--limit", "1"])[0]["reason"], "not sent: secret CRM_TOKEN is not set");
    assert_eq!(server.status()["secrets_not_set"], serde_json::json!(["CRM_TOKEN"]));
}

#[test]
fn what_began_under_an_older_script_ends_under_it() {
    let target = Target::new([Does::Answers(503, String::new())]);
    let script = |path: &str| {
        format!(
            "pipeline p {{\n  on POST \"/p\"\n  respond 200\n  http.put \"{}/{path}\" {{\n    json {{ a: 1 }}\n    retry 1000 times, first 1ms, at most 20ms\n  }}\n}}\n",
            target.url()
        )
    };
    let site = Site::new(&[("p.wj", &script("old"))]);
    let mut server = site.serve(&[]);
    server.post_json("/p", "{}");
    target.next();
    site.write("p.wj", &script("new"));
    server.wait_for("p.wj is served");
    while !target.is_quiet() {}
    // Its further tries go where its own script says, also when no script is left.
    assert_eq!(target.next().target, "/old");
    std::fs::remove_file(site.path("p.wj")).unwrap();
    server.wait_for("p.wj is gone");
    while !target.is_quiet() {}
    target.now([Does::Answers(200, String::new())]);
    server.wait_for("operation|done");
    assert_eq!(target.next().target, "/old");
}
