//! Reload while serving: saving, deleting, adding and a `git checkout` take effect without dropping or mixing a request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::harness::{Site, request};

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
