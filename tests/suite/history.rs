//! `wj history` beside a running server and without one: both say the same.

use serde_json::{Value as Json, json};

use crate::harness::{Server, Site, err};

const SCRIPTS: &str = r#"pipeline good {
  on POST "/good"
  respond 200 { header "X-Operation" = operation.id }
}
pipeline bad {
  on POST "/bad"
  extract body on_missing abort { name = $.name }
  respond 200 { json { name: name } }
}
"#;

fn ids(list: &[Json]) -> Vec<String> {
    list.iter().map(|operation| operation["id"].as_str().unwrap().to_owned()).collect()
}

/// Asks beside the server, and then without it.
fn both_ways(site: &Site, server: Server, ask: impl Fn()) {
    ask();
    assert_eq!(server.stop(), Some(0));
    ask();
    drop(site.stdout(&["history"]));
}

#[test]
fn lists_are_filtered_and_paged_the_same_with_a_server_and_without() {
    let site = Site::new(&[("all.wj", SCRIPTS)]);
    let server = site.serve(&[]);
    let mut good = Vec::new();
    for n in 0..7 {
        let answer = server.send("POST", &format!("/good?n={n}"), &[("X-Custom", "Ы")], "{}");
        good.push(answer.header("X-Operation").unwrap().to_owned());
    }
    good.reverse();
    server.post_json("/bad", "{}");
    server.post_json("/bad", r#"{"name":"needle \"quoted\" Имя"}"#);
    both_ways(&site, server, || {
        assert_eq!(site.history(&[]).len(), 9);
        assert_eq!(ids(&site.history(&["--pipeline", "good"])), good);
        assert_eq!(site.history(&["--status", "aborted"]).len(), 1);
        assert_eq!(site.history(&["--status", "done", "--pipeline", "bad"]).len(), 1);
        assert_eq!(site.history(&["--pipeline", "none"]).len(), 0);
        for text in ["needle", "NEEDLE", "needle \\\"quoted\\\"", "имя", "/good?n=3"] {
            assert_eq!(site.history(&["--text", text]).len(), 1, "{text}");
        }
        assert_eq!(site.history(&["--text", "nothing like it"]).len(), 0);

        // Pages: each goes on behind the last one.
        let mut paged = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut args = vec!["--pipeline", "good", "--limit", "3"];
            args.extend(after.iter().flat_map(|after| ["--after", after.as_str()]));
            let page = ids(&site.history(&args));
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 3);
            after = page.last().cloned();
            paged.extend(page);
        }
        assert_eq!(paged, good);

        // Times: from one on, and before one.
        let all = site.history(&[]);
        let time = all[4]["received_at"].as_str().unwrap();
        let (since, until) = (site.history(&["--since", time]), site.history(&["--until", time]));
        assert_eq!(since.len() + until.len(), 9);
        assert!(since.iter().all(|operation| operation["received_at"].as_str().unwrap() >= time));
        assert_eq!(site.history(&["--since", "2099-01-01"]).len(), 0);

        let one = &site.history(&["--pipeline", "good", "--limit", "1"])[0];
        assert_eq!(
            (&one["pipeline"], &one["status"], &one["answer"]["status"]),
            (&json!("good"), &json!("done"), &json!(200))
        );
        assert_eq!(one["request"]["headers"]["x-custom"], "Ы");
        assert!(
            one["request"]["headers"].as_object().unwrap().keys().all(|name| *name == name.to_lowercase())
        );
        let received = one["received_at"].as_str().unwrap();
        assert!(received.ends_with('Z') && received.parse::<jiff::Timestamp>().is_ok(), "{received}");
        // What `show` says more are its steps.
        let Json::Object(mut shown) = site.show(one["id"].as_str().unwrap()) else { panic!() };
        shown.remove("steps");
        assert_eq!(Json::Object(shown), *one);
    });
}

#[test]
fn what_cannot_be_asked_is_said_the_same_with_a_server_and_without() {
    let site = Site::new(&[("all.wj", SCRIPTS)]);
    let none = site.wj(&["history"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(err(&none).contains("there is no history in .wj"), "{none:?}");
    let server = site.serve(&[]);
    let done = server.send("POST", "/good", &[], "").header("X-Operation").unwrap().to_owned();
    let unknown = "01a20c1e-38c9-70ad-bd29-7411c6a7f682";
    both_ways(&site, server, || {
        for (args, code, part) in [
            (&["show", unknown][..], 1, "there is no operation"),
            (&["show", "../../etc"], 1, "`../../etc` is not the id"),
            (&["show", "a b?c%2F\u{1b}[2J"], 1, "is not the id"),
            (&["retry", unknown], 1, "there is no operation"),
            (&["retry", "nonsense"], 1, "`nonsense` is not the id"),
            (&["retry", &done], 1, "it is done"),
            (&["retry"], 2, "required"),
            (&["list", "--status", "finished"], 2, "`finished` is no status"),
            (&["list", "--since", "yesterday"], 2, "`yesterday` is no time"),
            (&["list", "--limit", "0"], 2, "`limit` is a number above 0"),
            (&["list", "--after", "x"], 2, "`x` is no cursor"),
        ] {
            let output = site.wj(&[&["history"], args].concat());
            let said = err(&output);
            assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
            assert!(said.contains(part), "{args:?}: {said}");
            assert!(!said.contains('\u{1b}'), "{args:?}: {said:?}");
        }
        assert_eq!(site.show(&done)["status"], "done");
    });
}

#[test]
fn an_operation_is_named_by_as_much_of_its_id_as_no_other_begins_with() {
    let script =
        "pipeline a {\n  on POST \"/a\"\n  extract body { id = $.id on_missing abort }\n  respond 200\n}\n";
    let site = Site::new(&[("a.wj", script)]);
    let server = site.serve(&[]);
    for _ in 0..2 {
        assert_eq!(server.post_json("/a", "{}").status, 422);
    }
    let ids: Vec<String> =
        site.history(&[]).iter().map(|shown| shown["id"].as_str().unwrap().to_owned()).collect();
    let shared = ids[0].chars().zip(ids[1].chars()).take_while(|(a, b)| a == b).count();
    let whole = ids[0][..shared + 1].to_owned();
    let asked = |args: &[&str]| {
        let output = site.wj(&[&["history"], args].concat());
        (output.status.code(), err(&output))
    };
    let check = || {
        assert_eq!(site.show(&whole)["id"], ids[0].as_str());
        assert_eq!(site.show(&whole.replace('-', "").to_uppercase())["id"], ids[0].as_str());
        for args in [vec!["show"], vec!["retry"], vec!["cancel"], vec!["settle", "--failed"]] {
            let with = |named: &str| asked(&[&args[..], &[named]].concat());
            // Both begin so, and both are named.
            let (status, told) = with(&ids[0][..shared.min(12)]);
            assert_eq!(status, Some(1));
            assert!(told.contains("begins the ids of several operations:"), "{told}");
            assert!(ids.iter().all(|id| told.contains(id.as_str())), "{told}");
            assert!(with("0000-").1.contains("`0000-` is not the id"), "{args:?}");
            assert!(
                with("0000").1.contains("there is no operation in this store whose id begins with `0000`")
            );
            assert!(with("01").1.contains("`01` is too short"), "{args:?}");
        }
        // An order is about the whole id.
        let (_, told) = asked(&["retry", &whole]);
        assert!(told.contains(&format!("{}: it is aborted", ids[0])), "{told}");
    };
    check();
    server.stop();
    check();
}
