//! Who may import whom, and what each layer may use of the world outside: read from every line of the source.

mod source;

use crate::support::project;
use source::{Files, Named, Use, names, names_below};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each top-level module with what it may import.
const ALLOWED: &[(&str, &[&str])] = &[
    ("isa", &[]),
    ("limits", &[]),
    ("text", &[]),
    ("image", &["isa", "limits"]),
    ("asm", &["text", "isa", "image", "limits"]),
    ("vm", &["isa"]),
    ("executive", &["isa", "image", "vm"]),
    ("session", &["text", "isa", "image", "vm", "executive"]),
    ("debug_info", &["text", "isa", "image", "session"]),
    ("explain", &["text", "isa", "vm", "executive"]),
    ("predict", &["vm", "executive"]),
    ("explore", &["isa", "vm", "executive", "session"]),
    ("export", &["text", "vm", "executive", "session", "explain"]),
    (
        "backend",
        &[
            "text",
            "limits",
            "isa",
            "image",
            "asm",
            "vm",
            "executive",
            "session",
            "debug_info",
            "explain",
            "predict",
            "explore",
            "export",
        ],
    ),
    ("demo", &["backend"]),
    ("lesson", &["limits", "backend"]),
    ("command", &["text", "limits", "backend", "export"]),
    ("ui", &["text", "backend", "command", "lesson"]),
    ("web", &["text", "limits", "asm", "executive", "backend", "demo", "lesson", "ui"]),
    ("remote", &["text", "limits", "backend", "command", "ui"]),
    (
        "cli",
        &[
            "text",
            "limits",
            "isa",
            "image",
            "asm",
            "vm",
            "executive",
            "session",
            "explore",
            "backend",
            "export",
            "demo",
            "lesson",
            "command",
            "ui",
            "remote",
        ],
    ),
];

/// Layers in which even the order of a hash map would be chance.
const ORDERED: &[&str] =
    &["limits", "text", "isa", "image", "asm", "vm", "executive", "session", "debug_info", "explain", "predict"];

/// Modules of the standard library that reach the world outside, but for [`PLAIN`].
const STD: &[&str] = &["env", "fs", "net", "os", "process", "thread", "time"];
/// What is plain data in them.
const PLAIN: &[&str] = &["std::time::Duration"];
/// Packages that do, or that only a terminal needs.
const PACKAGES: &[&str] = &[
    "clap",
    "clap_complete",
    "clap_mangen",
    "color_eyre",
    "crossterm",
    "etcetera",
    "rayon",
    "signal_hook",
    "tracing_subscriber",
];
/// Macros and functions that do.
const OUTPUT: &[&str] =
    &["dbg!", "eprint!", "eprintln!", "print!", "println!", "thread_local!", "stderr", "stdin", "stdout"];
/// Where even the order of items would be chance.
const HASHED: &[&str] = &["HashMap", "HashSet", "RandomState", "hash_map", "hash_set"];

/// Files, and folders with all that is in them, that may use some of the world outside. All of it is left out of a
/// build without features: `explore` runs on the caller's thread then, `host` refuses.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("main.rs", &["clap", "process"]),
    ("cli.rs", CLI),
    ("cli/", CLI),
    ("explore/background.rs", &["thread", "time"]),
    ("explore/pool.rs", &["thread"]),
    ("cli/explore/stop.rs", &["os", "signal_hook"]),
    ("cli/plain.rs", &["signal_hook"]),
    ("cli/waiting.rs", &["signal_hook"]),
    ("backend/host.rs", &["thread_local!"]),
    ("backend/host/disk.rs", &["env", "fs", "os", "process", "thread"]),
    ("backend/host/tool.rs", &["env", "fs", "os", "process", "thread", "time"]),
    ("remote/attach.rs", &["time"]),
    ("remote/attach/foreign.rs", &["thread", "time"]),
    ("remote/attach/foreign/", &["net", "time"]),
    ("remote/attach/link.rs", &["net", "thread", "time"]),
    ("remote/dap.rs", &["thread", "time"]),
    ("remote/dap/progress.rs", &["time"]),
    ("remote/pace.rs", &["time"]),
    ("remote/serve.rs", &["time"]),
    ("remote/serve/connection.rs", &["net", "thread"]),
    ("remote/serve/follow.rs", &["time"]),
    ("remote/serve/session.rs", &["time"]),
    ("remote/serve/stream.rs", &["time"]),
    ("ui/terminal.rs", &["env", "time"]),
    ("ui/terminal/", &["crossterm", "signal_hook", "stdin", "stdout", "thread", "time"]),
];

/// What the command line uses.
const CLI: &[&str] = &[
    "clap",
    "clap_complete",
    "clap_mangen",
    "color_eyre",
    "env",
    "etcetera",
    "fs",
    "net",
    "os",
    "process",
    "stderr",
    "stdin",
    "stdout",
    "thread",
    "time",
    "tracing_subscriber",
];

/// Rooms that hand names of lower rooms up, with how many. The numbers only shrink.
const HANDED_UP: &[(&str, usize)] = &[("session", 2), ("backend", 102)];

/// Most lines of a source file; those that are longer, with the lines they may have. The list only shrinks.
const LINES: usize = 400;
const LONG: &[(&str, usize)] = &[];

fn files() -> Files {
    fn collect(directory: &Path, root: &Path, out: &mut Files) {
        for entry in fs::read_dir(directory).expect("directory") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                collect(&path, root, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(root).expect("below src").components();
                let name = inside.map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
                out.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let (root, mut out) = (project("src"), Files::new());
    collect(&root, &root, &mut out);
    out
}

/// The room a file belongs to.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// Everything that breaks a rule, one a line, with its place.
fn broken(names: &[Use]) -> Vec<String> {
    names.iter().filter_map(|name| Some(format!("{}:{}: {}", name.file, name.line, fault(name)?))).collect()
}

fn fault(Use { file, named, .. }: &Use) -> Option<String> {
    let room = room(file);
    match named {
        Named::Trick(why) => Some((*why).to_owned()),
        Named::Inside(path) => {
            let allowed = ALLOWED.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed);
            let free = matches!(room, "lib" | "main") || path[0] == room;
            let good = free || allowed.is_some_and(|allowed| allowed.contains(&path[0].as_str()));
            (!good).then(|| format!("{room} must not import {}", path[0]))
        }
        Named::Outside(path) => {
            let what = world(path)?;
            let here = |(place, _): &&(&str, &[&str])| file == place || place.ends_with('/') && file.starts_with(place);
            let may = match HASHED.contains(&what) {
                true => !ORDERED.contains(&room),
                false => OUTSIDE.iter().filter(here).any(|(_, may)| may.contains(&what)),
            };
            (!may).then(|| format!("{file} must not use {}", path.join("::")))
        }
    }
}

/// What of the world outside a path names, if anything.
fn world(path: &[String]) -> Option<&str> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let hashed = words.iter().find(|word| HASHED.contains(word));
    let reached = match words[..] {
        _ if PLAIN.contains(&words.join("::").as_str()) => None,
        ["std" | "core", "*"] => Some("*"),
        ["std" | "core", module, ..] if STD.contains(&module) => Some(module),
        ["ratatui", package, ..] | [package, _, ..] if PACKAGES.contains(&package) => Some(package),
        [.., name] if name.ends_with('!') || words.len() > 1 => Some(name).filter(|name| OUTPUT.contains(name)),
        _ => None,
    };
    hashed.copied().or(reached)
}

#[test]
fn every_line_of_every_module_keeps_to_its_layer() {
    let broken = broken(&names(&files()));
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_room_has_a_layer_and_every_exception_is_needed() {
    let files = files();
    let rooms: BTreeSet<&str> = files.keys().map(|f| room(f)).filter(|r| !matches!(*r, "lib" | "main")).collect();
    assert_eq!(rooms, ALLOWED.iter().map(|(name, _)| *name).collect());
    let names = names(&files);
    let uses = |place: &str, may: &str| {
        names.iter().any(|name| {
            let here = name.file == place || place.ends_with('/') && name.file.starts_with(place);
            here && matches!(&name.named, Named::Outside(path) if world(path) == Some(may))
        })
    };
    for (place, may) in OUTSIDE.iter().filter(|(place, _)| *place != "cli.rs") {
        for may in *may {
            assert!(uses(place, may) || *place == "cli/" && uses("cli.rs", may), "{place} does not use {may}");
        }
    }
}

#[test]
fn rooms_hand_up_few_names_of_lower_ones() {
    let mut handed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let names = names(&files());
    for name in names.iter().filter(|name| name.public && !matches!(room(&name.file), "lib" | "main")) {
        if let Named::Inside(path) = &name.named
            && path[0] != room(&name.file)
        {
            handed.entry(room(&name.file)).or_default().insert(path.join("::"));
        }
    }
    for (room, names) in &handed {
        let most = HANDED_UP.iter().find(|(name, _)| name == room).map_or(0, |(_, most)| *most);
        assert!(names.len() <= most, "{room} hands up {} names, more than {most}: {names:#?}", names.len());
    }
}

/// Who may reach behind the waist: the session has a method of that name, and the server of the executive's protocol reports
/// what no snapshot holds.
const BEHIND: [&str; 3] = ["session", "backend", "remote/serve"];

#[test]
fn front_ends_know_a_machine_by_the_waist_alone() {
    for (file, text) in files() {
        let may = BEHIND.iter().any(|room| file.starts_with(room));
        assert!(may || !text.contains(".here()"), "{file} reaches behind the waist");
    }
}

/// A file, what is planted at its end, and what must be said about it.
const PLANTED: &[(&str, &str, &str)] = &[
    ("executive/mailbox.rs", "use crate::ui::App;", "executive must not import ui"),
    ("executive/mailbox.rs", "use std::collections::HashMap;", "must not use std::collections::HashMap"),
    ("executive/mailbox.rs", "fn f() { super::super::ui::press(); }", "executive must not import ui"),
    ("executive/mailbox.rs", "use super::super::{vm, target::Local};", "executive must not import target"),
    ("executive/mailbox.rs", "mod m { use super::super::super::command; }", "executive must not import command"),
    ("executive/mailbox.rs", "use super::super::*;", "everything of the crate's root is imported"),
    ("executive/mailbox.rs", "use crate as root;", "the root of the crate is given another name"),
    ("executive/mailbox.rs", "extern crate self as root;", "extern crate gives a room another name"),
    ("executive/mailbox.rs", "#[path = \"../ui.rs\"] mod ui;", "a path attribute moves a module"),
    ("executive/mailbox.rs", "include!(\"../ui.rs\");", "include! brings source"),
    ("executive/mailbox.rs", "#[cfg(any(test, unix))] mod m { use crate::ui; }", "executive must not import ui"),
    (
        "executive/mailbox.rs",
        "struct S { #[cfg(test)] a: u8, b: crate::ui::App }",
        "cfg(test) stands on what is no item",
    ),
    ("executive/mailbox.rs", "macro_rules! m { () => { $crate::ui::press() } }", "executive must not import ui"),
    ("executive/mailbox.rs", "fn f() { println!(\"{}\", 1); }", "must not use println!"),
    ("executive/mailbox.rs", "use std::{fmt::Write, time::Instant};", "must not use std::time::Instant"),
    ("executive/mailbox.rs", "fn f() { ::std::thread::yield_now(); }", "must not use std::thread::yield_now"),
    ("backend/local.rs", "fn f() { std::fs::read(\"x\").ok(); }", "must not use std::fs::read"),
    ("ui/pane.rs", "use ratatui::crossterm::event::Event;", "must not use ratatui::crossterm::event::Event"),
    ("command.rs", "use crate::vm::Span;", "command must not import vm"),
];

#[test]
fn what_is_planted_is_found() {
    let clean = files();
    for (file, planted, expected) in PLANTED {
        let mut files = clean.clone();
        files.get_mut(*file).unwrap_or_else(|| panic!("{file}")).push_str(planted);
        let broken = broken(&names_below(&files, file));
        assert!(
            broken.iter().any(|b| b.starts_with(&format!("{file}:")) && b.contains(expected)),
            "{planted}: {broken:?}"
        );
    }
}

#[test]
fn tests_alone_may_use_what_they_like() {
    let mut files = files();
    let planted = "#[cfg(test)]\nmod more {\n    use crate::ui;\n}\n#[cfg(test)]\nuse std::collections::HashMap;\n";
    files.get_mut("executive/mailbox.rs").expect("there").push_str(planted);
    assert_eq!(broken(&names_below(&files, "executive/mailbox.rs")), Vec::<String>::new());
}

#[test]
fn no_source_file_is_long() {
    let lines: BTreeMap<String, usize> = files().into_iter().map(|(name, text)| (name, text.lines().count())).collect();
    for (name, count) in &lines {
        let most = LONG.iter().find(|(long, _)| long == name).map_or(LINES, |(_, most)| *most);
        assert!(*count <= most, "{name} has {count} lines, more than {most}");
    }
    for (name, _) in LONG {
        assert!(lines.get(*name).is_some_and(|count| *count > LINES), "{name} needs no exception");
    }
}
