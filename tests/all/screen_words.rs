//! What commands that only a screen carries out name is looked at wherever they are read: a setting, theme, view, pane or
//! file form that there is not is refused with its place, also where there is no screen and where a stop is given it.

use crate::support::run;
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
use hsxray::ui::{Settings, words};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

const LOOP: &str = ".text\n.entry start\nstart:\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

/// Lines that are wrong however the session continues, each with the word that is.
const WRONG: &[(&str, &str)] = &[
    ("set nosuch 3", "nosuch"),
    ("set nosuch", "nosuch"),
    ("set fps 999", "999"),
    ("set fps ten", "ten"),
    ("set fps 10 20", "20"),
    ("set stack 64", "stack"),
    ("set theme nope", "nope"),
    ("set deadlock_stops maybe", "maybe"),
    ("set scheduler maybe", "maybe"),
    ("theme nope", "nope"),
    ("view nope", "nope"),
    ("view task task", "task"),
    ("show nope", "nope"),
    ("show trace 0x10", "0x10"),
    ("show memory nothing", "nothing"),
    ("show memory 4F00", "4F00"),
    ("layout nope", "nope"),
    ("layout save 10", "10"),
    ("lesson nope", "nope"),
    ("shot screen.gif", "screen.gif"),
    ("share nope", "nope"),
    ("step x", "x"),
    ("nosuch", "nosuch"),
];

/// Lines that are right.
const RIGHT: &[&str] = &[
    "set fps 10",
    "set theme light",
    "set",
    "set fps",
    "theme light",
    "view task",
    "view 3",
    "show trace",
    "show memory again+4",
    "show memory 0x4000",
    "layout save 2",
    "layout split beside",
    "lesson page 2",
    "shot screen.svg !",
    "share --no-sources",
    "select later",
    "predict 2 r3=0x12 ZC",
];

fn bench() -> (Local, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("loop.mvasm");
    std::fs::write(&path, LOOP).expect("writes");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    let program = Program::read(&path).unwrap_or_else(|e| panic!("{e}"));
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    run(&mut target, "break again");
    (target, directory)
}

/// Where a line is refused, if it is.
fn refused(target: &mut Local, line: &str) -> Option<(Option<usize>, String)> {
    let words = hsxray::command::split(line).expect("a line").remove(0);
    let done = words::execute(target, Some(1), &Settings::default(), words);
    done.err().map(|e| (e.column, e.message))
}

#[test]
fn what_is_wrong_in_the_commands_of_a_stop_is_refused_when_they_are_set() {
    let (mut target, _directory) = bench();
    for (line, wrong) in WRONG {
        for given in
            [format!("commands 1 '{line}'"), format!("commands 1 'ps; {line}'"), format!("commands 1 ps '{line}'")]
        {
            let (column, why) = refused(&mut target, &given).unwrap_or_else(|| panic!("{given} was taken"));
            let at = column.unwrap_or_else(|| panic!("{given}: {why} has no place"));
            let expected = given.rfind(wrong).expect("the word is there");
            assert_eq!(at, expected, "{given}: {why}");
        }
    }
    assert_eq!(run(&mut target, "commands 1")["commands"], serde_json::json!([]), "nothing was set");
}

#[test]
fn a_stop_that_is_given_commands_by_a_stop_is_looked_at_too() {
    let (mut target, _directory) = bench();
    let line = "commands 1 'break start; commands 2 \"set nosuch 3\"'";
    let (column, why) = refused(&mut target, line).expect("refused");
    assert!(why.contains("nosuch") && column.is_some(), "{why}");
}

#[test]
fn what_a_screen_can_do_may_be_given_to_a_stop_where_there_is_none() {
    let (mut target, _directory) = bench();
    for line in RIGHT {
        assert_eq!(refused(&mut target, &format!("commands 1 '{line}'")), None, "{line}");
    }
}

#[test]
fn an_unknown_setting_is_the_error_with_a_screen_and_without_one() {
    let (mut target, _directory) = bench();
    let (column, why) = refused(&mut target, "set nosuch 3").expect("refused");
    assert_eq!(column, Some(4));
    assert!(why.starts_with("there is no setting nosuch"), "{why}");
    let (_, why) = refused(&mut target, "set fps 10").expect("refused");
    assert!(why.contains("needs a screen"), "{why}");
    let mut app = hsxray::ui::App::new((100, 30));
    let now = hsxray::backend::Target::look(&mut target, &app.want());
    hsxray::ui::press(&mut app, &mut target, ": s e t Space n o s u c h Space 3 Enter", now).expect("keys");
    assert!(app.view.notices.message.contains("there is no setting nosuch"), "{}", app.view.notices.message);
}

#[test]
fn memory_is_shown_at_an_expression() {
    let (mut target, _directory) = bench();
    let mut app = hsxray::ui::App::new((100, 30));
    let now = hsxray::backend::Target::look(&mut target, &app.want());
    let typed = |line: &str| {
        let keys = line.chars().map(|c| if c == ' ' { "Space".to_owned() } else { c.to_string() });
        [":".to_owned()].into_iter().chain(keys).chain(["Enter".to_owned()]).collect::<Vec<_>>()
    };
    let now = hsxray::ui::press_keys(&mut app, &mut target, &typed("show memory again + 0x10"), now, 1).expect("keys");
    assert_eq!(app.view.panes[&hsxray::ui::PaneId::Memory].cursor, 0x14, "{}", app.view.notices.message);
    hsxray::ui::press_keys(&mut app, &mut target, &typed("show memory 4F00"), now, 1).expect("keys");
    assert!(app.view.notices.message.contains("0x4F00"), "{}", app.view.notices.message);
}

fn hsxray(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, directory);
    }
    command.args(arguments).current_dir(directory).output().expect("runs")
}

#[test]
fn every_way_to_give_a_stop_commands_refuses_what_can_never_work() {
    let (_target, directory) = bench();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("writes");
    let lines = "break again\ncommands 1 'set nosuch 3'\n";
    write("lines.txt", lines);
    write("block.txt", "break again\ncommands 1\nps\nset nosuch 3\nend\n");
    write(
        "s.toml",
        "commands = [\"break again\", \"commands 1 'set nosuch 3'\"]\n[[program]]\nfile = \"loop.mvasm\"\n",
    );
    for arguments in [
        &["batch", "loop.mvasm", "-e", "break again", "-e", "commands 1 'set nosuch 3'"][..],
        &["batch", "loop.mvasm", "-x", "lines.txt"],
        &["batch", "loop.mvasm", "-x", "block.txt"],
        &["batch", "loop.mvasm", "-e", "source lines.txt"],
        &["batch", "loop.mvasm", "-e", "source block.txt"],
        &["batch", "s.toml", "-e", "ps"],
        &["shot", "loop.mvasm", "-e", "break again", "-e", "commands 1 'set nosuch 3'"],
        &["export", "loop.mvasm", "-e", "break again", "-e", "commands 1 'set nosuch 3'", "--to", "csv", "-o", "t.csv"],
    ] {
        let said = hsxray(directory.path(), arguments);
        let error = String::from_utf8_lossy(&said.stderr);
        assert!(!said.status.success(), "{arguments:?}: {error}");
        assert!(error.contains("there is no setting nosuch"), "{arguments:?}: {error}");
    }
}
