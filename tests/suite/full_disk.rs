//! A disk that is really full: a file system in memory of 80 MB, where this machine lets one be mounted.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Barrier};

use crate::harness::{Does, Site, Target, err, request};

/// A small file system, unmounted when it is dropped.
struct Small {
    at: PathBuf,
}

impl Small {
    /// `None`, with the reason printed, where it cannot be had.
    fn mount(at: &Path) -> Option<Small> {
        fs::create_dir_all(at).unwrap();
        let said = Command::new("mount").args(["-t", "tmpfs", "-o", "size=80m", "tmpfs"]).arg(at).output();
        match said {
            Ok(output) if output.status.success() => Some(Small { at: at.to_owned() }),
            Ok(output) => {
                let why = err(&output);
                println!("skipped: no small disk can be mounted here: {}", why.trim());
                None
            }
            Err(error) => {
                println!("skipped: there is no `mount` here: {error}");
                None
            }
        }
    }

    /// Writes until so many bytes of the 80 MB are taken, or none are left.
    fn fill(&self, bytes: usize) {
        let mut file = File::options().create(true).append(true).open(self.at.join("filler")).unwrap();
        let block = vec![1; 64 << 10];
        for _ in 0..bytes / block.len() {
            if file.write_all(&block).is_err() {
                return;
            }
        }
    }

    fn clear(&self) {
        fs::remove_file(self.at.join("filler")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.at).output());
    }
}

#[test]
fn a_full_disk_refuses_what_is_new_and_keeps_what_has_happened() {
    let meet = || Arc::new(Barrier::new(2));
    let (first, second) = (meet(), meet());
    // What the second call brings back is larger than any room that is left in the file.
    let large = "x".repeat(900_000);
    // Two hosts, since a host's first call has it to itself.
    let one = Target::new([Does::Meets(first.clone(), 200), Does::Answers(200, String::new())]);
    let other = Target::new([Does::MeetsWith(second.clone(), 200, large)]);
    let script = |name: &str, target: &Target| {
        format!(
            "pipeline {name} {{\n  on POST \"/{name}\"\n  respond 200 {{ header \"X-Operation\" = operation.id }}\n  http.post \"{}/x\" {{ json {{ a: 1 }} }}\n}}\n",
            target.url()
        )
    };
    let site = Site::new(&[("leads.wj", &script("leads", &one)), ("other.wj", &script("other", &other))]);
    let data = site.dir.path().join("small/data");
    let Some(disk) = Small::mount(&site.dir.path().join("small")) else { return };
    let data = data.to_str().unwrap();
    let mut server = site.serve(&["--data", data]);
    let ready = |server: &crate::harness::Server| request(server.admin, "GET", "/readyz", &[], "");
    let post = |server: &crate::harness::Server| server.post_json("/leads", "{}");
    assert_eq!(ready(&server).status, 200);
    let accepted = post(&server).header("X-Operation").unwrap().to_owned();
    let another = server.post_json("/other", "{}").header("X-Operation").unwrap().to_owned();
    one.next();
    other.next();

    // Low water: nothing new, but an outcome is written.
    disk.fill(30 << 20);
    server.wait_for("the disk is nearly full");
    let refused = post(&server);
    assert_eq!((refused.status, refused.body.as_str()), (503, r#"{"error":"disk_full"}"#));
    assert_eq!(ready(&server).status, 503);
    assert_eq!(server.status()["disk"]["low"], true);
    first.wait();
    server.wait_for("operation done");

    // No room at all: the second outcome cannot be written, and is kept.
    disk.fill(80 << 20);
    second.wait();
    server.wait_for("1 writes are in doubt");
    assert_eq!(post(&server).body, r#"{"error":"store_unavailable"}"#);
    assert_eq!(ready(&server).status, 503);
    server.wait_for("the store does not write yet");
    disk.clear();
    // In whatever order they are told.
    for parts in ["operation done|pipeline=other", "the store writes again", "the disk has room again"] {
        if !server.log.iter().any(|line| parts.split('|').all(|part| line.contains(part))) {
            server.wait_for(parts);
        }
    }
    assert_eq!(ready(&server).status, 200);
    let last = post(&server).header("X-Operation").unwrap().to_owned();
    server.wait_for("operation done");
    assert_eq!(server.stop(), Some(0));
    let mut history = site.history(&["--data", data, "--status", "done"]);
    history.reverse();
    let ids: Vec<&str> = history.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [accepted, another, last]);
    assert_eq!(site.history(&["--data", data]).len(), 3);
}
