//! `wj completions`, as a shell uses them.

use std::process::Command;

use crate::harness::{Site, out};

#[test]
fn bash_completes_commands_and_options() {
    let site = Site::new(&[]);
    let script = out(&site.wj(&["completions", "bash"]));
    let completed = |words: &str, word: &str| {
        let ask = format!(
            "{script}\nCOMP_WORDS=(wj {words} {word}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _wj wj '{word}' ''\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        out(&Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap())
    };
    assert_eq!(completed("", "compl").trim(), "completions");
    assert_eq!(completed("check", "--deny").trim(), "--deny-warnings");
}

#[test]
fn every_shell_is_served_and_another_is_named() {
    let site = Site::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(out(&site.wj(&["completions", shell])).contains("backup"), "{shell}");
    }
    assert_eq!(site.wj(&["completions", "tcsh"]).status.code(), Some(2));
}
