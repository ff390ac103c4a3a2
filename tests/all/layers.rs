//! Who may import whom, and what the lower layers may not use.

use crate::support::project;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each top-level module with what it may import.
const ALLOWED: &[(&str, &[&str])] = &[
    ("isa", &[]),
    ("image", &["isa"]),
    ("asm", &["isa", "image"]),
    ("vm", &["isa"]),
    ("executive", &["isa", "image", "vm"]),
    ("session", &["isa", "image", "vm", "executive"]),
    ("explain", &["isa", "vm", "executive"]),
    ("predict", &["vm", "executive"]),
    ("explore", &["isa", "vm", "executive", "session"]),
    ("backend", &["isa", "image", "asm", "vm", "executive", "session", "explain", "predict", "explore"]),
    ("export", &["backend"]),
    ("lesson", &["backend"]),
    ("command", &["backend", "export"]),
    ("ui", &["backend", "command", "lesson"]),
    (
        "cli",
        &[
            "isa",
            "image",
            "asm",
            "vm",
            "executive",
            "session",
            "explore",
            "backend",
            "export",
            "lesson",
            "command",
            "ui",
        ],
    ),
];

/// Layers that are pure: no I/O, no clock, no threads, no randomness, no order by chance.
const PURE: &[&str] = &["isa", "image", "asm", "vm", "executive", "session", "explain", "predict"];
const IMPURE: &[&str] = &[
    "std::time",
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "HashMap",
    "HashSet",
    "println!",
    "eprintln!",
    "Instant",
    "SystemTime",
    " rand::",
];

fn files(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("directory") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Source files by top-level module, tests and comments left out.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let root = project("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut modules: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in all {
        let inside = path.strip_prefix(&root).expect("below src");
        let first = inside.components().next().expect("a part").as_os_str().to_string_lossy();
        let name = first.trim_end_matches(".rs").to_owned();
        if matches!(name.as_str(), "lib" | "main") || inside.to_string_lossy().contains("tests") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        let code = text.split("#[cfg(test)]").next().unwrap_or("").to_owned();
        let code: String = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        modules.entry(name).or_default().push((path, code));
    }
    modules
}

#[test]
fn every_module_imports_only_what_its_layer_may() {
    let modules = modules();
    assert_eq!(modules.len(), ALLOWED.len(), "{:?}", modules.keys());
    for (name, sources) in &modules {
        let allowed = ALLOWED.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("{name} has no layer")).1;
        for (path, code) in sources {
            for import in code.split("crate::").skip(1) {
                let top: String = import.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let good = top == *name || allowed.contains(&top.as_str());
                assert!(good, "{}: {name} must not import {top}", path.display());
            }
        }
    }
}

#[test]
fn the_machine_and_all_below_it_use_no_io_clock_thread_or_chance() {
    for (name, sources) in modules().iter().filter(|(n, _)| PURE.contains(&n.as_str())) {
        for (path, code) in sources {
            for word in IMPURE {
                assert!(!code.contains(word), "{}: {name} must not use {word}", path.display());
            }
        }
    }
}

#[test]
fn no_source_file_is_long() {
    for (_, sources) in modules() {
        for (path, _) in sources {
            let lines = fs::read_to_string(&path).expect("text").lines().count();
            assert!(lines <= 560, "{} has {lines} lines", path.display());
        }
    }
}
