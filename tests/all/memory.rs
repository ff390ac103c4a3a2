//! What commands take of the system's memory.

use crate::support::project;
use std::fs;
use std::process::{Command, Output, Stdio};

/// Runs a command line of the book in a directory of its own, with its memory bounded if that is wanted.
fn run(line: &str, megabytes: Option<u64>, home: &std::path::Path) -> Output {
    let program = env!("CARGO_BIN_EXE_hsxray");
    let rest = line.strip_prefix("hsxray ").expect("a command of hsxray");
    let bound = megabytes.map_or_else(String::new, |mb| format!("ulimit -v {}; ", mb << 10));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{bound}exec '{program}' {rest}")).current_dir(home);
    shell.env("HOME", home).env("XDG_CONFIG_HOME", home).env("XDG_STATE_HOME", home);
    shell.stdin(Stdio::null()).output().expect("a shell")
}

#[test]
#[cfg(target_os = "linux")]
fn every_command_of_the_book_does_with_the_memory_that_stands_beside_it() {
    let book = fs::read_to_string(project("docs/reliability.md")).expect("the book");
    let home = tempfile::tempdir().expect("directory");
    std::os::unix::fs::symlink(project("assets"), home.path().join("assets")).expect("a link");
    let rows = book.lines().filter_map(|line| {
        let (command, bound) = line.strip_prefix("| `hsxray ")?.split_once("` | ")?;
        Some((format!("hsxray {command}"), bound.trim_end_matches(" |").parse::<u64>().expect("megabytes")))
    });
    let rows: Vec<(String, u64)> = rows.collect();
    assert!(rows.len() > 10, "{} rows", rows.len());
    for (line, megabytes) in rows {
        let [free, bounded] = [None, Some(megabytes)].map(|bound| run(&line, bound, home.path()));
        let said = String::from_utf8_lossy(&bounded.stderr).into_owned();
        assert_eq!(free.status.code(), bounded.status.code(), "{line}: {said}");
        assert!(free.status.code().is_some_and(|code| code < 2), "{line}: {}", String::from_utf8_lossy(&free.stderr));
        assert!(free.stdout == bounded.stdout, "{line}: another output in {megabytes} MB: {said}");
    }
}
