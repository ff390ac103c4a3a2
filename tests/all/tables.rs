//! What tables of the book claim about mailboxes, tasks, lessons, searches and files, tried on the machine and the binary.

use crate::claims::{chapter, code, rows};
use crate::support::{assemble, machine, run};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
use hsxray::command::script::{self, ScriptStep};
use hsxray::executive::Outcome;
use hsxray::executive::trace::TraceKind;
use hsxray::lesson::{Grade, Lesson, SHELF};
use hsxray::ui::pane::PANES;
use hsxray::ui::{App, begin_page, press};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

fn hsxray(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env_remove(variable);
    }
    command.env("HOME", home).args(arguments).current_dir(home).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A program that opens a mailbox, then goes round.
fn opens(name: &str) -> String {
    format!(
        ".text\n.entry start\nstart:\n    LDI32 R1, name\n    LDI R2, 0\n    SVC 5, 0\nagain:\n    JMP again\n\
         .data\nname: .asciz \"{name}\"\n"
    )
}

/// Boxes there are besides those that each task has from its start, by name and owner, after tasks have opened some.
fn opened(names: &[&str]) -> Vec<(String, Option<u64>)> {
    let directory = tempfile::tempdir().expect("directory");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    let mut load = |name: &str| {
        let path = directory.path().join("opens.mvasm");
        std::fs::write(&path, opens(name)).expect("writes");
        let program = Program::read(&path).unwrap_or_else(|e| panic!("{e}"));
        target.load(Arc::new(program), LoadOptions::default()).expect("room")
    };
    for name in names {
        load(name);
    }
    let before = boxes(&mut target);
    run(&mut target, "run 40");
    boxes(&mut target).into_iter().filter(|b| !before.contains(b)).collect()
}

fn boxes(target: &mut Local) -> Vec<(String, Option<u64>)> {
    let list = run(target, "mbox")["mailboxes"].clone();
    let row = |b: &serde_json::Value| (b["name"].as_str().expect("a name").to_owned(), b["owner"].as_u64());
    list.as_array().expect("a list").iter().map(row).collect()
}

#[test]
fn mailbox_names_mean_what_the_book_says() {
    let rows = rows(&chapter("mailboxes"), "| name | whose |");
    let names: Vec<String> = rows.iter().map(|row| code(&row[0])[0].clone()).collect();
    assert_eq!(names, ["app:NAME", "shared:NAME", "svc:NAME", "pid:3"]);
    let named = |names: &[&str]| opened(names).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(named(&["app:x", "app:x"]), ["app:x"], "shared by all");
    assert_eq!(named(&["app:x@2", "app:x", "app:x@2"]), ["app:x@2", "app:x"], "one for a task");
    assert_eq!(named(&["shared:x", "shared:x"]), ["shared:x"]);
    assert_eq!(named(&["svc:x", "svc:x"]), ["svc:x@1", "svc:x@2"], "of the task that names it");
    // These are there from the start: nothing is made.
    assert_eq!(named(&["svc:stdio.in@1", "svc:stdio.out@1", "svc:stdio.err@1", "pid:3"]), Vec::<String>::new());
    let mut target = hsxray::demo::target("ping").expect("demo");
    let owned: Vec<_> = boxes(&mut target).into_iter().filter(|(_, owner)| *owner == Some(1)).map(|(n, _)| n).collect();
    assert!(
        ["svc:stdio.in@1", "svc:stdio.out@1", "svc:stdio.err@1", "pid:1"].iter().all(|n| owned.contains(&(*n).into()))
    );
}

/// Programs of one task whose last turn has an outcome, with the name of the state that leads to.
fn ends() -> [(&'static str, String, &'static str); 6] {
    let text = |body: &str| format!(".text\n.entry start\nstart:\n{body}");
    [
        ("retired", text("    LDI R1, 1\n    RET\n"), "ready"),
        ("trap", text("    SVC 0, 0\n    RET\n"), "ready"),
        ("blocked", text("    LDI R0, 50\n    SVC 6, 0\n    RET\n"), "sleep"),
        ("halted", text("    RET\n"), "ret"),
        ("faulted", text("    DIV R1, R1, R2\n"), "fault"),
        ("break", text("    BRK 7\n    RET\n"), "ready"),
    ]
}

#[test]
fn a_turn_has_each_outcome_that_the_book_names() {
    let rows = rows(&chapter("scheduler"), "| outcome | means |");
    let named: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(named, ends().map(|(name, ..)| name));
    for (name, program, _) in ends() {
        let mut m = machine(Config::default(), &[&program]);
        let mut found = m.turn().expect("a turn").outcome;
        if name == "blocked" {
            found = m.turn().expect("a turn").outcome;
        }
        let said = match found {
            Outcome::Retired => "retired",
            Outcome::Trap { .. } => "trap",
            Outcome::Blocked => "blocked",
            Outcome::Halted { .. } => "halted",
            Outcome::Faulted(_) => "faulted",
            Outcome::Break(_) => "break",
        };
        assert_eq!(said, name, "{program}");
        if let Outcome::Faulted(_) = found {
            assert_eq!(m.task(1).expect("it is kept").context.pc, 0, "its pc stays at the instruction");
        }
        if let Outcome::Break(code) = found {
            assert_eq!(code, 7, "with its code");
        }
    }
}

/// What the list of tasks says of the first one after some lines.
fn state(program: &str, lines: &str) -> String {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("one.mvasm");
    std::fs::write(&path, program).expect("writes");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    let program = Program::read(&path).unwrap_or_else(|e| panic!("{e}"));
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    run(&mut target, lines);
    let mut app = App::new((160, 40));
    let now = target.look(&app.want());
    app.look(&now);
    let lines = app.pane_lines(hsxray::ui::PaneId::Tasks, &now).concat();
    lines.lines().find(|line| line.contains(" one ")).unwrap_or_else(|| panic!("{lines}")).to_owned()
}

#[test]
fn the_list_of_tasks_says_each_state_that_the_book_names() {
    let ends: Vec<(&str, String, &str)> = ends().into();
    let of = |outcome: &str| ends.iter().find(|(name, ..)| *name == outcome).expect("there").1.clone();
    let receives = opens("app:x").replace(
        "again:\n    JMP again",
        "    LDI32 R2, 0x5000\n    LDI R3, 8\n    LDI32 R4, 0xFFFF\n    SVC 5, 3\n    RET",
    );
    let exits = ".text\n.entry start\nstart:\n    LDI R0, 3\n    SVC 1, 0\n    RET\n";
    let states = [
        ("ready", of("retired"), "step"),
        ("wait", receives, "run 20"),
        ("sleep", of("blocked"), "step 2"),
        ("pause", of("retired"), "step; freeze 1"),
        ("ret, exit", of("halted"), "step"),
        ("fault", of("faulted"), "step"),
    ];
    let rows = rows(&chapter("scheduler"), "| state | means |");
    let named: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(named, states.each_ref().map(|(name, ..)| *name));
    for (names, program, lines) in &states {
        let row = state(program, lines);
        let first = names.split(", ").next().expect("a name");
        assert!(
            row.split_whitespace().any(|word| word.trim_start_matches('*').eq_ignore_ascii_case(first)),
            "{first}: {row}"
        );
    }
    let row = state(exits, "step 2");
    assert!(row.to_lowercase().contains("exit"), "{row}");
}

#[test]
fn the_keys_of_a_lesson_do_what_the_book_says() {
    let rows = rows(&chapter("teaching"), "| key | does |");
    let keys: Vec<Vec<String>> = rows.iter().map(|row| code(&row[0])).collect();
    assert_eq!(keys, [vec!["J", "K"], vec!["H"], vec!["A"]]);
    let lesson = Arc::new(SHELF[0].lesson().expect("good"));
    let mut target = lesson.target(0).expect("fits");
    let mut app = App::new((120, 40));
    app.open_lesson(lesson);
    begin_page(&mut app, &mut target);
    let mut now = target.look(&app.want());
    let course = |app: &App| app.view.lesson.clone().expect("a lesson");
    now = press(&mut app, &mut target, "H", now).expect("keys");
    assert_eq!(course(&app).hints().len(), 1);
    now = press(&mut app, &mut target, "J J", now).expect("keys");
    assert_eq!(course(&app).page_number(), 1);
    press(&mut app, &mut target, "K", now).expect("keys");
    assert_eq!(course(&app).page_number(), 0);
    // A page that begins with a question.
    let asks = |lesson: &Lesson| lesson.pages.iter().position(|p| p.tasks.first().is_some_and(|t| t.kind.asks()));
    let mut lessons = SHELF.iter().map(|shelved| shelved.lesson().expect("good"));
    let (lesson, page) = lessons.find_map(|lesson| asks(&lesson).map(|page| (lesson, page))).expect("one asks");
    let mut target = lesson.target(page).expect("fits");
    app.open_lesson(Arc::new(lesson));
    app.go_page(page);
    begin_page(&mut app, &mut target);
    let now = target.look(&app.want());
    press(&mut app, &mut target, "A", now).expect("keys");
    assert!(matches!(app.view.typing.overlay, hsxray::ui::view::Overlay::Prompt(_)), "it asks for the answer");
}

#[test]
fn the_lines_of_a_script_are_what_the_book_says() {
    let rows = rows(&chapter("teaching"), "| line | does |");
    let lines: Vec<String> =
        rows.iter().map(|row| code(&row[0]).first().cloned().unwrap_or_else(|| "step 3".into())).collect();
    let steps = script::read(&lines.join("\n")).into_iter().map(|line| line.step);
    let expected =
        [ScriptStep::Commands("step 3".into()), ScriptStep::Pause("TEXT".into()), ScriptStep::Keys("v i".into())];
    assert_eq!(steps.collect::<Vec<_>>(), expected);
    assert_eq!(lines.len(), 4, "and one that does nothing");
    // `keys` also types.
    let typed = code(&rows[2][1]).into_iter().find(|c| c.starts_with("keys ")).expect("an example");
    assert!(matches!(&script::read(&typed)[0].step, ScriptStep::Keys(keys) if keys.contains("show log")), "{typed}");
}

#[test]
fn a_search_takes_the_options_and_properties_that_the_book_lists() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    std::fs::write(at.join("a.mvasm"), ".text\n.entry start\nstart:\n    LDI R1, 1\n    RET\n").expect("writes");
    let help = text(&hsxray(at, &["explore", "--help"]).stdout);
    let rows = rows(&chapter("exploring"), "| option | means |");
    for option in rows.iter().flat_map(|row| code(&row[0])) {
        let name = option.split_whitespace().next().expect("a name");
        assert!([" ", "\n", ","].iter().any(|end| help.contains(&format!("{name}{end}"))), "{option}");
    }
    let values = |option: &str| {
        let row = rows.iter().find(|row| row[0].contains(option)).expect("a row");
        code(&row[1]).into_iter().filter(|word| !word.starts_with("--")).collect::<Vec<_>>()
    };
    for (option, value) in values("--property")
        .iter()
        .map(|v| ("--property", v))
        .chain(values("--strategy").iter().map(|v| ("--strategy", v)))
    {
        let said = hsxray(at, &["explore", "a.mvasm", "a.mvasm", option, value, "--schedules", "4"]);
        assert!(said.status.code().is_some_and(|code| code != 2), "{option} {value}: {}", text(&said.stderr));
    }
}

#[test]
fn a_search_in_parts_writes_the_files_that_the_book_lists() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    let program = ".text\n.entry start\nstart:\n    LDI32 R6, 0x5000\n    LD R1, [R6+0]\n    ADD R1, R1, R6\n    ST [R6+0], R1\n    LD R2, [R6+0]\n    ST [R6+0], R2\n    RET\n";
    std::fs::write(at.join("a.mvasm"), program).expect("writes");
    let said = hsxray(at, &["explore", "a.mvasm", "a.mvasm", "--units", "4", "--out", "d", "--strategy", "turns"]);
    assert!(at.join("d").is_dir(), "{}{}", text(&said.stdout), text(&said.stderr));
    let there = |folder: &str| {
        let entries = std::fs::read_dir(at.join("d").join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let unit = there("units").into_iter().next().expect("a part");
    hsxray(at, &["explore", "unit", &format!("d/units/{unit}")]);
    for row in rows(&chapter("exploring"), "| in DIR | |") {
        let file = code(&row[0])[0].clone();
        match file.split_once('/') {
            None => assert!(at.join("d").join(&file).is_file(), "{file}"),
            Some((folder, name)) => {
                let end = name.rsplit_once('.').expect("an extension").1;
                assert!(there(folder).iter().any(|n| n.ends_with(end)), "{file}: {:?}", there(folder));
            }
        }
    }
}

#[test]
fn every_pane_stands_in_the_book_by_its_number_and_name() {
    let named: Vec<String> =
        rows(&chapter("screen"), "| pane | shows |").into_iter().map(|row| row[0].clone()).collect();
    let all: Vec<String> = PANES.iter().map(|pane| format!("{} {}", pane.number, pane.name)).collect();
    assert_eq!(named, all);
}

#[test]
fn the_files_of_the_quick_start_are_where_it_says() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    std::fs::write(at.join("a.mvasm"), ".text\n.entry start\nstart:\n    RET\n").expect("writes");
    let path = |text: &str| at.join(text.trim_start_matches("~/"));
    let rows = rows(&chapter("quick-start"), "| what | where |");
    let places: Vec<Vec<String>> = rows.iter().map(|row| code(&row[1])).collect();
    // Settings.
    hsxray(at, &["config", "init"]);
    assert!(path(&places[0][0]).is_file(), "{}", places[0][0]);
    let themes = path(&places[0][1]);
    std::fs::create_dir_all(&themes).expect("directory");
    std::fs::write(themes.join("mine.toml"), "base = \"dark\"\n").expect("writes");
    let shown = hsxray(at, &["batch", "a.mvasm", "-e", "break start", "-e", "commands 1 'theme mine'"]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    // Progress, and sessions that are under way.
    let typed = |arguments: &[&str], lines: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
        for variable in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
            command.env_remove(variable);
        }
        command.env("HOME", at).args(arguments).current_dir(at).stdin(std::process::Stdio::piped());
        let mut child = command.stdout(std::process::Stdio::null()).spawn().expect("runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), lines.as_bytes()).expect("writes");
        child.wait().expect("ends");
    };
    typed(&["learn", "1", "--plain"], "s\nquit\n");
    assert!(path(&places[1][0]).is_file(), "{}", places[1][0]);
    std::fs::write(path(&places[0][0]), "save = \"on\"\n").expect("writes");
    typed(&["--plain", "a.mvasm"], "step\nquit\n");
    let last = places.iter().flatten().find(|place| place.ends_with("last.hsxrec")).expect("a row");
    assert!(path(last).is_file(), "{last}");
    // What only a screen writes stands beside them.
    let folders: BTreeSet<String> =
        places[1..].iter().flatten().map(|p| p.rsplit_once('/').expect("a folder").0.to_owned()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
}

#[test]
fn an_image_has_its_fields_where_the_book_says() {
    let image = assemble(".text\n    LDI R1, 1\n    RET\n.data\n    .word 7\n    .word 8\n").image;
    let bytes = hsxray::image::write(&image).expect("writes");
    let rows = rows(&chapter("formats"), "| offset | bytes | field |");
    let mut next = 0;
    for row in &rows {
        let offset = usize::from_str_radix(row[0].trim_start_matches("0x"), 16).expect("an offset");
        assert_eq!(offset, next, "{row:?}");
        let sizes = row[1].split(", ").map(|n| n.parse::<usize>().expect("a size"));
        next = offset + sizes.sum::<usize>();
    }
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    assert_eq!(&bytes[..4], b"HSXE");
    assert_eq!(
        (word(0x0C) as usize, word(0x10) as usize, word(0x14)),
        (image.code.len() * 4, image.rodata.len(), image.bss)
    );
    assert_eq!(bytes.len(), next + image.code.len() * 4 + image.rodata.len(), "the code begins behind the header");
}

#[test]
fn the_book_names_every_kind_of_trace_entry() {
    let rows = rows(&chapter("formats"), "| kind | arg |");
    let named: Vec<String> =
        rows.iter().flat_map(|row| row[0].split(", ").map(str::to_owned).collect::<Vec<_>>()).collect();
    let all: Vec<String> = TraceKind::ALL.into_iter().map(|kind| kind.name().to_owned()).collect();
    assert_eq!(named.iter().collect::<BTreeSet<_>>(), all.iter().collect::<BTreeSet<_>>());
}

#[test]
fn the_report_of_a_search_has_the_keys_that_the_book_lists() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    std::fs::write(at.join("a.mvasm"), ".text\n.entry start\nstart:\n    BRK 1\n    RET\n").expect("writes");
    let said = hsxray(at, &["explore", "a.mvasm", "--json", "--out", "d"]);
    let report: serde_json::Value =
        serde_json::from_slice(&said.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&said.stdout)));
    let rows = rows(&chapter("formats"), "| key | holds |");
    for key in rows.iter().flat_map(|row| code(&row[0])) {
        assert!(report.get(&key).is_some(), "{key}: {report}");
    }
    let failure = &report["failures"][0];
    for key in
        ["kind", "detail", "schedules", "equivalents", "turns", "shortest_turns", "switches", "schedule", "recording"]
    {
        assert!(failure.get(key).is_some(), "{key}: {failure}");
    }
}

#[test]
fn a_recording_has_the_keys_that_the_book_lists() {
    let mut target = hsxray::demo::target("ping").expect("demo");
    run(&mut target, "run 30; break pace; bookmark here");
    let text = target.recording().expect("stands").text();
    let body: serde_json::Value = serde_json::from_str(text.split_once('\n').expect("two lines").1).expect("JSON");
    for row in rows(&chapter("time-travel"), "| key | holds |") {
        // Further ones are there where they are needed.
        let key = code(&row[0])[0].clone();
        assert!(body.get(&key).is_some(), "{key}");
    }
    let config =
        rows(&chapter("time-travel"), "| key | holds |").into_iter().find(|row| row[0] == "`config`").expect("a row");
    for key in code(&config[1]) {
        assert!(body["config"].get(&key).is_some(), "{key}: {}", body["config"]);
    }
}

#[test]
fn grades_are_called_what_the_book_calls_them() {
    let rows = rows(&chapter("class"), "| grade | means |");
    let named: Vec<String> = rows.iter().map(|row| code(&row[0])[0].clone()).collect();
    let all = [Grade::Proved, Grade::Said, Grade::Open, Grade::Failed(String::new()), Grade::Undecided(String::new())];
    assert_eq!(named, all.each_ref().map(Grade::name));
}

#[cfg(feature = "remote")]
#[test]
fn the_members_of_a_launch_in_the_book_are_read() {
    use hsxray::remote::dap::Launch;
    let value = |member: &str| match member {
        "program" | "demo" | "cwd" | "fs" | "schedule" | "save" => serde_json::json!("x"),
        "programs" | "source" | "map" | "init" => serde_json::json!(["x"]),
        "stopOnEntry" | "endAtExit" | "noDebug" | "protect" => serde_json::json!(true),
        _ => serde_json::json!(7),
    };
    let rows = rows(&chapter("editors"), "| member | meaning |");
    let plain = format!("{:?}", Launch::default());
    for member in rows.iter().flat_map(|row| code(&row[0])) {
        // What is the default already does not show.
        let asked = if member == "stopOnEntry" { serde_json::json!(false) } else { value(&member) };
        let read: Launch =
            serde_json::from_value(serde_json::json!({ &member: asked })).unwrap_or_else(|e| panic!("{member}: {e}"));
        assert_ne!(format!("{read:?}"), plain, "{member} changes nothing");
    }
}
